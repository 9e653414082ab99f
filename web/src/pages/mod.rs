//! The pages: one folder each, with its style.

pub(crate) mod compare;
pub(crate) mod experiments;
pub(crate) mod metric;
pub(crate) mod not_found;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod settings;
pub(crate) mod starting;
pub(crate) mod try_model;
