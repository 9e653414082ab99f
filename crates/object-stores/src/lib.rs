//! Requests to S3-compatible stores and Azure Blob.
//!
//! [`S3`] and [`Azure`] hold an address and credentials, from the variables that
//! MLflow's own client reads, and make requests that the store takes. Nothing
//! here does I/O: the requests leave through the caller's hands, and their bodies
//! are the caller's, unsigned.
//!
//! ```
//! use object_stores::{Call, S3};
//!
//! let s3 = S3::from_variables(|name| match name {
//!     "MLFLOW_S3_ENDPOINT_URL" => Some("http://127.0.0.1:9000".to_owned()),
//!     _ => None,
//! })?;
//! let request = s3.request(&Call::get("models/churn/MLmodel"), 0)?;
//! assert_eq!(request.uri(), "http://127.0.0.1:9000/models/churn/MLmodel");
//! # Ok::<(), object_stores::Error>(())
//! ```

mod azure;
mod call;
mod error;
mod s3;
mod sign;
mod variables;

pub use azure::Azure;
pub use call::{Call, encode};
pub use error::Error;
pub use s3::S3;
