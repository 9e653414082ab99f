//! JSON as Python's `json` module reads and writes it.
//!
//! MLflow's scoring protocol is defined by that module, and it differs from
//! RFC 8259 where models live: `NaN`, `Infinity` and `-Infinity` are values,
//! integers have any length, and integers and floats are different things. So
//! values are read into a type of our own, [`Value`], in which integers of 64
//! bits stay exact.

use std::sync::Arc;

mod read;
mod write;

pub use read::{JsonError, MAX_DEPTH, parse};
pub(crate) use read::{Number, Reader};
pub use write::{write_float, write_int, write_string, write_value};

/// A JSON value, with Python's distinctions.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A longer integer, as decimal text without leading zeros.
    Big(String),
    /// A number with a point or an exponent, or one of the bare words `NaN`,
    /// `Infinity`, `-Infinity`.
    Float(f64),
    /// Text. A lone surrogate, which Python would keep, is U+FFFD here.
    Str(String),
    /// An array.
    List(Vec<Value>),
    /// An object: keys are unique and stand where they first appeared. Objects
    /// that follow each other share the text of equal keys.
    Dict(Vec<(Arc<str>, Value)>),
}

impl Value {
    /// The value under `key`, when this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Dict(entries) => entries.iter().find(|(k, _)| **k == *key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text, when this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The items, when this is an array.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }
}
