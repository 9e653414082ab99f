//! The pages: one folder each, with its style.

pub(crate) mod compare;
pub(crate) mod compare_versions;
pub(crate) mod demo;
pub(crate) mod experiments;
pub(crate) mod logged_model;
pub(crate) mod logged_models;
pub(crate) mod metric;
pub(crate) mod model;
pub(crate) mod models;
pub(crate) mod not_found;
pub(crate) mod prompt;
pub(crate) mod prompts;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod settings;
pub(crate) mod shared_view;
pub(crate) mod starting;
pub(crate) mod traces;
pub(crate) mod try_model;
pub(crate) mod version;
