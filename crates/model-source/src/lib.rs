//! Where a model's files are, and how they are read.
//!
//! A [`Source`] is what a person configures: `models:/name@champion`,
//! `runs:/…/model`, `s3://bucket/prefix`. [`resolve`] asks an MLflow server
//! until it is a [`Folder`], and [`Folder::read`] gives the request for a file
//! of it, signed where the store wants that. Nothing here does I/O: the requests
//! leave through the caller's hands.
//!
//! ```
//! use model_source::{Folder, Read, Source, Stores};
//!
//! let source = Source::parse("s3://models/churn")?;
//! let Source::Folder(folder) = source else { unreachable!() };
//! let stores = Stores::from_variables(|name| match name {
//!     "MLFLOW_S3_ENDPOINT_URL" => Some("http://127.0.0.1:9000".to_owned()),
//!     _ => None,
//! })?;
//! let Read::Request(request) = folder.read("MLmodel", &stores, 0)? else {
//!     unreachable!()
//! };
//! assert_eq!(request.uri(), "http://127.0.0.1:9000/models/churn/MLmodel");
//! # Ok::<(), model_source::Error>(())
//! ```
//!
//! What a path or a URI may hold is checked here: no folder is left, no message
//! repeats a password, and the credentials of one store go to that store alone.

mod brief;
mod error;
mod request;
mod resolve;
mod source;
mod stores;

pub use error::{Error, ResolveError};
pub use request::Read;
pub use resolve::resolve;
pub use source::{Folder, Pick, Source, is_model_name};
pub use stores::{Stores, VARIABLES};
