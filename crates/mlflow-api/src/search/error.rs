//! Why a filter or an order can't be read.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use crate::ErrorCode;

/// What is wrong with a filter or an order, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchError {
    message: String,
    span: Range<usize>,
    code: ErrorCode,
}

impl SearchError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, code: ErrorCode::InvalidParameterValue }
    }

    /// MLflow answers a key that is ordered by twice as its own fault.
    pub(super) fn duplicate(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InternalError, ..Self::new(span, message) }
    }

    /// What is wrong, in MLflow's words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The wrong word, as a range of bytes of the text.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The code that MLflow answers with.
    pub fn code(&self) -> &ErrorCode {
        &self.code
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SearchError {}
