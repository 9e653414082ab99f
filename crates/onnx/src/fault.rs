//! What goes wrong inside a node.

use std::fmt;

use tensor::ShapeError;

/// Why a node can't be prepared, or gives no answer. Whoever runs the graph
/// adds which node it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault(String);

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ShapeError> for Fault {
    fn from(error: ShapeError) -> Self {
        Self(error.to_string())
    }
}

/// Leaves the function with a [`Fault`], its message formatted.
macro_rules! bail {
    ($($message:tt)*) => {
        return Err($crate::fault::Fault::new(format!($($message)*)))
    };
}
pub(crate) use bail;
