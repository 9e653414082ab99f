use std::fmt;

/// What went wrong with a model, and where.
///
/// `kind` is for code, the `Display` text for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// The classes of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not an ONNX model: truncated, or something else.
    InvalidModel,
    /// External data that the model refers to is missing, or too short.
    ExternalData,
    /// The model uses an operator, a type or a feature that we lack.
    Unsupported,
    /// An input is missing, unknown, or of another type or shape.
    InvalidInput,
    /// The model itself failed on these inputs.
    Run,
    /// The model or one of its values is larger than the limits allow.
    TooLarge,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The class of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
