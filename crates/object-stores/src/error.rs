//! What can be wrong with a store. No message holds a secret.

use std::fmt;

/// A store that can't be used as it is configured. Displays as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    /// An error of one line, without secrets.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// An address with characters that none may have.
    pub(crate) fn address() -> Self {
        Self::new("its address can't be written down")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
