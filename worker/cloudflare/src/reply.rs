//! Answers that the edge gives itself.

use mlflow_api::{ErrorBody, ErrorCode};
use serde::Serialize;
use worker::{Headers, Response, ResponseBuilder, Result};

/// An error as MLflow's clients read it.
pub(crate) fn error(status: u16, error_code: &str, message: &str) -> Result<Response> {
    json(status, &ErrorBody::new(ErrorCode::from(error_code), message))
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: &impl Serialize) -> Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    Ok(ResponseBuilder::new()
        .with_status(status)
        .with_headers(headers)
        .fixed(serde_json::to_vec(body)?))
}
