//! What the page knows. Modules that need no browser are plain functions over
//! plain values, and are tested natively.

pub(crate) mod appearance;
pub(crate) mod board;
pub(crate) mod clock;
pub(crate) mod columns;
pub(crate) mod commands;
pub(crate) mod comparison;
pub(crate) mod config;
pub(crate) mod download;
pub(crate) mod engine;
pub(crate) mod filter;
pub(crate) mod folder;
pub(crate) mod format;
pub(crate) mod fuzzy;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod language;
pub(crate) mod location;
pub(crate) mod metric_histories;
pub(crate) mod metric_view;
pub(crate) mod model_files;
pub(crate) mod pager;
pub(crate) mod query;
pub(crate) mod route;
pub(crate) mod server;
pub(crate) mod session;
pub(crate) mod signature;
pub(crate) mod storage;
pub(crate) mod theme;
pub(crate) mod transport;
pub(crate) mod trial;
pub(crate) mod window;
