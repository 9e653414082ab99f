//! The model registry: registered models, their versions, aliases and tags.
//! Prompts are registered models with a tag that says so.

pub(crate) mod aliases;
pub(crate) mod models;
pub(crate) mod search;
mod source;
pub(crate) mod tags;
pub(crate) mod uri;
mod validate;
pub(crate) mod versions;
