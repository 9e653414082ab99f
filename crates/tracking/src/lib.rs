//! The MLflow REST server: a request in, a response out.
//!
//! [`answer`] is all of it. What it keeps is behind [`Sql`]: a Durable Object's
//! SQLite at the edge, rusqlite in native tests. The tables are MLflow's own, all
//! of them, so that its server opens the same file.
//!
//! One request is one transaction: what was acknowledged is stored, and of a
//! request that fails nothing is.
//!
//! What this server does of MLflow's REST API so far is in `routes`: experiments,
//! runs and what they log, searches, logged models, the model registry, traces with
//! their issues and reviews, evaluation datasets, scorers, and webhooks, but for
//! sending what they are told.
//! Everything else answers 501 with `NOT_IMPLEMENTED`.

mod associations;
pub mod auth;
mod call;
mod error;
mod evaluation;
mod experiments;
mod fields;
mod issues;
mod keys;
mod logged_models;
mod metrics;
mod names;
mod page;
mod python_json;
mod registry;
mod reviews;
mod routes;
mod runs;
mod schema;
mod scorers;
mod search;
mod spans;
mod sql;
#[cfg(feature = "rusqlite")]
mod sqlite;
mod traces;
pub mod webhooks;
mod workspaces;

pub use error::Error;
pub use schema::{prepare, prepare_workspace};
pub use sql::{Row, Sql, SqlError, Value};
pub use workspaces::check_name as check_workspace_name;

use bytes::Bytes;
use http::{Request, Response};

/// The version of MLflow whose API this is; `/version` answers it.
pub const MLFLOW_VERSION: &str = "3.18.0";

/// The largest body of a request, in bytes. MLflow has no limit, and its client
/// sends all records of a dataset as one; an isolate has 128 MB for several copies
/// of it.
pub const MAX_BODY: usize = 8 * 1024 * 1024;

/// The largest body with spans, in bytes, before it is compressed and after.
pub const MAX_OTLP_BODY: usize = 16 * 1024 * 1024;

/// The largest body of a request to this path, in bytes.
#[must_use]
pub fn max_body(path: &str) -> usize {
    if path == spans::PATH { MAX_OTLP_BODY } else { MAX_BODY }
}

/// The headers of requests that are looked at.
pub const HEADERS: [&str; 4] =
    ["content-type", "content-encoding", spans::EXPERIMENT_HEADER, spans::RUN_HEADER];

/// How the artifacts are served beside this server, for what it says about
/// itself: an extension of the request, where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArtifactServing {
    /// Whether a file goes up in parts.
    pub uploads_in_parts: bool,
    /// Whether a file can be read by an address of its own.
    pub presigned_reads: bool,
}

/// How this server was set up, for what it says about itself: an extension of
/// the request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deployment {
    /// Whether requests may name a workspace.
    pub has_workspaces: bool,
    /// Whether files in an object store are served to who may see the run or the
    /// model that names them: then only some may name them.
    pub serves_named_places: bool,
}

/// Answers one request, whoever sends it; [`auth::Gate`] asks first. `now` is the time in milliseconds since 1970.
///
/// The store has to be [`prepare`]d.
pub fn answer(sql: &dyn Sql, now: i64, request: &Request<Bytes>) -> Response<Bytes> {
    match routes::route(sql, now, request, None) {
        Ok(answer) => answer,
        Err(error) => error.into_response(),
    }
}
