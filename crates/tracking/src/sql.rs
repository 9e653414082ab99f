//! What a store has to do.

use std::fmt;

use crate::Error;

/// A value of a column or a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number; never NaN.
    Real(f64),
    /// A text.
    Text(String),
}

/// The values of one row, in the order of the statement's columns.
pub type Row = Vec<Value>;

/// A SQL statement failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError(pub String);

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SqlError {}

/// A SQLite database.
///
/// Statements have numbered parameters (`?1`), at most 100: a Durable Object
/// takes no more. Lists travel as one JSON array, read by `json_each`.
pub trait Sql {
    /// Runs one statement and gives its rows.
    ///
    /// # Errors
    /// What SQLite says.
    fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError>;

    /// Runs `work` as one transaction: when it fails, nothing that it wrote is
    /// kept.
    ///
    /// # Errors
    /// What `work` says, or what SQLite says of the transaction.
    fn transaction(&self, work: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error>;

    /// The same for work that refuses before it writes, if it does, which a store
    /// may then not have to be able to undo: only its own failure is left.
    ///
    /// # Errors
    /// What `work` says, or what SQLite says of the transaction.
    fn checked(&self, work: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
        self.transaction(work)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value {
    /// As JSON, for a list that is a parameter.
    pub(crate) fn into_json(self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Integer(value) => value.into(),
            Self::Real(value) => value.into(),
            Self::Text(value) => value.into(),
        }
    }

    /// The text; `None` for NULL and numbers.
    pub(crate) fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The whole number; of one that came as a floating-point number, too.
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Real(value) if value.fract() == 0.0 => Some(*value as i64),
            _ => None,
        }
    }

    /// The number.
    pub(crate) fn real(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }
}

/// Takes a row apart, column by column.
pub(crate) struct Columns(std::vec::IntoIter<Value>);

impl Columns {
    pub(crate) fn of(row: Row) -> Self {
        Self(row.into_iter())
    }

    /// The next column.
    pub(crate) fn value(&mut self) -> Value {
        self.0.next().unwrap_or(Value::Null)
    }

    /// The next column as text; empty where it is NULL.
    pub(crate) fn text(&mut self) -> String {
        self.value().text().unwrap_or_default()
    }

    /// The next column as text that may be missing.
    pub(crate) fn maybe_text(&mut self) -> Option<String> {
        self.value().text()
    }

    /// The next column as a whole number; 0 where it is NULL.
    pub(crate) fn integer(&mut self) -> i64 {
        self.maybe_integer().unwrap_or_default()
    }

    /// The next column as a whole number that may be missing.
    pub(crate) fn maybe_integer(&mut self) -> Option<i64> {
        self.value().integer()
    }

    /// The next column as a number.
    pub(crate) fn real(&mut self) -> f64 {
        self.value().real().unwrap_or_default()
    }
}
