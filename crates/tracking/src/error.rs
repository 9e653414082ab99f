//! What a request is refused with.

use std::fmt;

use bytes::Bytes;
use http::{Response, StatusCode};
use mlflow_api::search::SearchError;
use mlflow_api::{ErrorBody, ErrorCode};

use crate::call;
use crate::sql::SqlError;

/// Why a request gets no answer, as MLflow's clients read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    message: String,
    /// A SQL state and a class that are finer than the code's.
    classification: Option<(&'static str, &'static str)>,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), classification: None }
    }

    /// A field has a value that is not allowed.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValue, message)
    }

    /// There is no such attribute to order by.
    pub(crate) fn no_attribute(message: impl Into<String>) -> Self {
        let classification = Some(("KAM04", "ATTRIBUTE_NOT_FOUND"));
        Self { classification, ..Self::invalid(message) }
    }

    /// A field that the call can't do without is missing.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::invalid(format!(
            "Missing value for required parameter '{parameter}'. See the API docs for more information about request parameters."
        ))
    }

    /// A parameter has a value that is not allowed, and why.
    pub(crate) fn wrong_value(parameter: &str, value: &serde_json::Value, why: &str) -> Self {
        Self::invalid(format!("Invalid value {value} for parameter '{parameter}' supplied: {why}"))
    }

    /// There is no such thing.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceDoesNotExist, message)
    }

    /// The error's kind, which decides the status.
    #[must_use]
    pub fn code(&self) -> &ErrorCode {
        &self.code
    }

    /// What is wrong, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The answer that says so.
    pub(crate) fn into_response(self) -> Response<Bytes> {
        let status =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut body = ErrorBody::new(self.code, self.message);
        if let Some((sqlstate, error_class)) = self.classification {
            body.sqlstate = Some(sqlstate.to_owned());
            body.error_class = Some(error_class.to_owned());
        }
        call::json(status, &body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        Self::new(error.code().clone(), error.message())
    }
}

impl From<SqlError> for Error {
    fn from(error: SqlError) -> Self {
        Self::new(ErrorCode::InternalError, format!("the store failed: {error}"))
    }
}
