//! MLflow's artifacts: the files of runs and models.
//!
//! [`Call::parse`] says what a request asks for, and [`answer`] answers it from
//! an [`ArtifactStore`] of its [`Stores`]. Where the artifacts of a run or a model are, the
//! [`Tracking`] server is asked. What is stored never passes through here: a
//! [`Body`] is a stream of the host's, handed from one side to the other.
//!
//! [`Disk`], [`S3`] and [`Azure`] are stores that speak HTTP, over the trait
//! [`Fetch`]. Paths are checked as MLflow checks them, by [`path::safe`], before
//! any store sees them.

mod answer;
mod call;
mod disposition;
mod fields;
mod location;
mod media;
pub mod path;
mod pieces;
mod presign;
mod range;
mod store;
mod stores;
mod xml;

pub use answer::{Answer, Asked, Tracking, answer};
pub use call::{Call, Owner, Transfer, is_artifact_path};
pub use range::Range;
pub use store::{ArtifactStore, Body, Entry, Found, Stores, Upload, check_count};
pub use stores::{Azure, Disk, Fetch, S3};

/// Why a request gets no answer, as MLflow's clients read it.
pub type Error = mlflow_api::ErrorBody;

use mlflow_api::ErrorCode;

/// A parameter that is missing, or has a value that is not allowed.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidParameterValue, message)
}
