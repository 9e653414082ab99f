//! What can be wrong with a source. No message holds a secret.

use std::fmt;

pub use object_stores::Error;

/// Why a model's folder wasn't found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResolveError {
    /// There is no such model, version, alias or run. The text says which.
    NotFound(String),
    /// The MLflow server does not answer, or with something else.
    Server(mlflow_client::Error),
    /// It is somewhere that can't be read.
    Source(Error),
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(what) => f.write_str(what),
            Self::Server(error) => error.fmt(f),
            Self::Source(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ResolveError {}

impl From<Error> for ResolveError {
    fn from(error: Error) -> Self {
        Self::Source(error)
    }
}
