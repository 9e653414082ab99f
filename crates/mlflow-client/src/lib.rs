//! Typed calls to an MLflow-compatible server.
//!
//! A [`Client`] turns the requests of [`mlflow_api`] into HTTP, sends them
//! through a [`Transport`] (the browser's fetch, or anything else), retries what
//! may be retried, and says what went wrong in terms that a person can act on:
//! see [`ErrorKind`] and [`Error::remedy`].
//!
//! ```
//! use bytes::Bytes;
//! use futures_util::FutureExt;
//! use http::{Request, Response};
//! use mlflow_api::SearchRuns;
//! use mlflow_client::{Auth, Client, Transport, TransportError};
//! use std::time::Duration;
//!
//! /// Answers every request with the same body.
//! struct Canned(&'static str);
//!
//! impl Transport for Canned {
//!     async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
//!         Ok(Response::new(Bytes::from_static(self.0.as_bytes())))
//!     }
//!     async fn sleep(&self, _: Duration) {}
//! }
//!
//! let server = Canned(r#"{"runs":[{"info":{"run_id":"r1","run_name":"first"}}]}"#);
//! let client = Client::connect(server, "localhost:5000", Auth::None)?;
//! let search = SearchRuns { experiment_ids: vec!["0".into()], ..SearchRuns::default() };
//! let page = client.search_runs(&search).now_or_never().expect("it never waits")?;
//! assert_eq!(page.runs[0].name(), "first");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Only MLflow's public REST API is used (`/api/2.0`, and `/api/3.0` for
//! `server-info`), so that servers of 2.x and other implementations work too.

mod auth;
mod base_url;
mod classify;
mod client;
mod error;
#[cfg(target_arch = "wasm32")]
mod fetch;
mod files;
mod history;
mod probe;
mod query;
mod remedy;
mod retry;
mod runs;
mod transport;

pub use auth::{Auth, AuthError};
pub use base_url::{BaseUrl, BaseUrlError};
pub use client::{Client, ConnectError};
pub use error::{Error, ErrorKind};
#[cfg(target_arch = "wasm32")]
pub use fetch::FetchTransport;
pub use files::{FilePart, FileRoot};
pub use history::{MetricHistory, MetricHistoryPage, MetricPoint};
pub use probe::{Access, Probe};
pub use remedy::Remedy;
pub use retry::RetryPolicy;
pub use transport::{Transport, TransportError};
