//! Errors, as the JSON that MLflow's clients read.

use std::fmt;

use mlmodel::{InputError, InputErrorKind, MlModelError, json};
use onnx::ErrorKind;

use crate::http::Response;

/// An error answer: MLflow's code, its two classifications, and a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: u16,
    code: &'static str,
    sqlstate: &'static str,
    class: &'static str,
    message: String,
    /// What lies beneath: MLflow sends a stack trace here.
    cause: Option<String>,
}

impl ApiError {
    /// A request that cannot be read.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: "BAD_REQUEST",
            sqlstate: "KAM00",
            class: "INVALID_PARAMETER_VALUE",
            message: message.into(),
            cause: None,
        }
    }

    /// A request that was read, and that the model failed on.
    pub(crate) fn model_failed(cause: impl Into<String>) -> Self {
        let message = "Encountered an unexpected error while evaluating the model. Verify that \
                       the serialized input Dataframe is compatible with the model for inference.";
        Self { cause: Some(cause.into()), ..Self::bad_request(message) }
    }

    /// A body that is no CSV.
    pub(crate) fn not_csv(problem: &str) -> Self {
        let message = format!(
            "Failed to parse input as a Pandas DataFrame. Ensure that the input is a valid \
             CSV-formatted Pandas DataFrame produced using the `pandas.DataFrame.to_csv()` \
             method. Error: '{problem}'"
        );
        Self { cause: Some(problem.to_owned()), ..Self::bad_request(message) }
    }

    /// A body that is too large.
    fn too_large(limit: usize) -> Self {
        let message = format!(
            "The request body is larger than {limit} bytes. Send fewer rows in a request, or \
             raise the server's limit."
        );
        Self { status: 413, ..Self::bad_request(message) }
    }

    /// The same error with another text.
    pub(crate) fn with_message(self, message: String) -> Self {
        Self { message, ..self }
    }

    pub(crate) fn into_response(self) -> Response {
        let mut body = String::from("{\"error_code\": ");
        json::write_string(&mut body, self.code);
        body.push_str(", \"message\": ");
        json::write_string(&mut body, &self.message);
        body.push_str(", \"sqlstate\": ");
        json::write_string(&mut body, self.sqlstate);
        body.push_str(", \"error_class\": ");
        json::write_string(&mut body, self.class);
        if let Some(cause) = &self.cause {
            body.push_str(", \"stack_trace\": ");
            json::write_string(&mut body, cause);
        }
        body.push('}');
        Response::json(self.status, body)
    }
}

impl From<InputError> for ApiError {
    fn from(error: InputError) -> Self {
        let refused =
            Self { code: "INVALID_PARAMETER_VALUE", ..Self::bad_request(error.to_string()) };
        match error.kind() {
            InputErrorKind::BadRequest => Self::bad_request(error.to_string()),
            InputErrorKind::InvalidParams => refused,
            InputErrorKind::SchemaEnforcement => {
                Self { sqlstate: "KAM01", class: "SCHEMA_ENFORCEMENT_FAILED", ..refused }
            }
        }
    }
}

/// The answer to a request whose body is longer than `limit` bytes. The body
/// does not have to be read for it.
#[must_use]
pub fn body_too_large(limit: usize) -> Response {
    ApiError::too_large(limit).into_response()
}

/// Why a model did not load. `Display` gives one line that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// The MLmodel file is damaged, or has no ONNX flavor.
    MlModel(MlModelError),
    /// The ONNX file is damaged, incomplete, or needs what we lack.
    Onnx(onnx::Error),
}

impl LoadError {
    /// The HTTP status that fits: 501 when the model is sound and only we
    /// cannot run it, else 500.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::MlModel(MlModelError::NoOnnxFlavor { .. }) => 501,
            Self::Onnx(error) if error.kind() == ErrorKind::Unsupported => 501,
            Self::MlModel(_) | Self::Onnx(_) => 500,
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MlModel(error) => error.fmt(f),
            Self::Onnx(error) => write!(f, "The ONNX model cannot be loaded: {error}."),
        }
    }
}

impl std::error::Error for LoadError {}

impl From<MlModelError> for LoadError {
    fn from(error: MlModelError) -> Self {
        Self::MlModel(error)
    }
}

impl From<onnx::Error> for LoadError {
    fn from(error: onnx::Error) -> Self {
        Self::Onnx(error)
    }
}

/// The answer to `/invocations` of a model that did not load.
#[must_use]
pub fn load_error_response(error: &LoadError) -> Response {
    let status = error.status();
    let code = if status == 501 { "NOT_IMPLEMENTED" } else { "INTERNAL_ERROR" };
    ApiError {
        status,
        code,
        sqlstate: "XXM00",
        class: "CLIENT_INTERNAL_ERROR",
        message: error.to_string(),
        cause: None,
    }
    .into_response()
}
