//! Why a request's data does not fit a model.

use std::fmt;

/// The classes of [`InputError`], which decide the fields of MLflow's error
/// body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InputErrorKind {
    /// The data cannot be read: `BAD_REQUEST`.
    BadRequest,
    /// The data was read and does not fit the signature:
    /// `INVALID_PARAMETER_VALUE`, class `SCHEMA_ENFORCEMENT_FAILED`.
    SchemaEnforcement,
    /// The parameters do not fit the signature: `INVALID_PARAMETER_VALUE`.
    InvalidParams,
}

/// Why a request's data does not fit a model. `Display` gives MLflow's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    kind: InputErrorKind,
    message: String,
}

impl InputError {
    /// Data that cannot be read, with MLflow's usual opening.
    pub(crate) fn invalid(message: impl fmt::Display) -> Self {
        let message = format!("Invalid input. {message}");
        Self { kind: InputErrorKind::BadRequest, message }
    }

    /// A column whose values do not convert.
    pub(crate) fn conversion(
        column: impl fmt::Display,
        kind: impl fmt::Display,
        raised: &crate::python::Raised,
    ) -> Self {
        Self::invalid(format_args!(
            "Data is not compatible with model signature. Failed to convert column {column} to \
             type '{kind}'. Error: '{}'",
            raised.repr()
        ))
    }

    pub(crate) fn new(kind: InputErrorKind, message: String) -> Self {
        Self { kind, message }
    }

    /// The class of the error.
    #[must_use]
    pub fn kind(&self) -> InputErrorKind {
        self.kind
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for InputError {}
