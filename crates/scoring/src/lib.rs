//! MLflow's scoring protocol: request bytes in, response bytes out.
//!
//! [`Model::load`] takes the files of a logged ONNX model, and
//! [`Model::handle`] answers what MLflow's scoring server answers: `GET /ping`,
//! `/health` and `/version`, and `POST /invocations` with JSON or CSV. Statuses
//! and bodies, errors included, are those of MLflow 3.18.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mlmodel = include_bytes!("../tests/golden/models/df/MLmodel");
//! # let onnx = include_bytes!("../tests/golden/models/df/model.onnx").as_slice();
//! use scoring::{Model, Options, Request};
//!
//! let model = Model::load(mlmodel, onnx, &onnx::NoExternalData, Options::default())?;
//! let response = model.handle(&Request {
//!     method: "POST",
//!     path: "/invocations",
//!     content_type: Some("application/json"),
//!     accept: None,
//!     body: br#"{"dataframe_records": [{"a": 0, "b": 1, "c": 2, "d": 3}]}"#,
//! });
//! assert_eq!(response.status, 200);
//! assert_eq!(response.body, br#"{"predictions": [{"output": 3.0}]}"#);
//! # Ok(())
//! # }
//! ```
//!
//! A host answers for itself when the body is longer than it cares to read
//! ([`body_too_large`]) and when the model did not load
//! ([`load_error_response`]).
//!
//! # Where it differs from MLflow
//!
//! - A missing content type is answered with 415, not 500; so is Parquet.
//! - A body over the limit is answered with 413. MLflow has no limit.
//! - What is an uncaught exception in MLflow, and an answer of 500, is a 400
//!   here when the request caused it.
//! - `stack_trace` holds the cause of the failure in one line, not a trace.
//! - An error repeats at most 1000 bytes of a body that is no JSON.
//! - A data frame's columns take the rank that the model declares, and outputs
//!   that differ in length are answered row by row. MLflow fails on both.
//! - What clients may depend on is kept, and a [`Dialect`] puts it right.
//! - Bodies for language models (`messages`, `prompt`, `input`) are refused.
//! - JSON may nest 100 levels deep, and is UTF-8. A lone surrogate becomes
//!   U+FFFD.
//!
//! How data converts, and where that differs, is [`mlmodel`]'s concern.

mod answer;
mod body;
mod content_type;
mod dialect;
mod error;
mod http;
mod model;
mod predict;
mod summary;

pub use dialect::Dialect;
pub use error::{LoadError, body_too_large, load_error_response};
pub use http::{Request, Response};
pub use model::{DEFAULT_BODY_LIMIT, MLFLOW_VERSION, Model, Options};
pub use predict::{Predictor, RunError};
pub use summary::{Field, Param, Summary, Value};
