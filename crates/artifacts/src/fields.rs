//! Bodies of requests: JSON objects, read by way of a JSON value, which takes
//! far less code than a reader for each type.

use serde_json::Value;

use crate::{Error, invalid};

/// The fields of a request.
pub(crate) struct Fields<'a>(pub(crate) &'a Value);

impl Fields<'_> {
    /// A text; empty where it is missing.
    pub(crate) fn text(&self, name: &str) -> Result<String, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(wrong(name)),
        }
    }

    /// A whole number, which may be a text.
    pub(crate) fn whole(&self, name: &str) -> Result<Option<i64>, Error> {
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_i64(),
        };
        number.map(Some).ok_or_else(|| wrong(name))
    }
}

/// Reads a body, which has to be an object.
pub(crate) fn object(body: &str) -> Result<Value, Error> {
    match serde_json::from_str(body) {
        Ok(object @ Value::Object(_)) => Ok(object),
        _ => Err(invalid("the body is no JSON object")),
    }
}

fn wrong(name: &str) -> Error {
    invalid(format!("the field '{name}' has a value of another type"))
}
