//! The fields of a request, however they are spelled.
//!
//! Protobuf's JSON takes a field's name in snake case and in camel case, and the
//! oldest clients say `run_uuid` for `run_id`: all are renamed before the types of
//! `mlflow-api` read them. (Enums by number and integers in text are read by
//! these.) Reading the types from JSON's bytes as well would be faster for a full
//! batch, and take a sixth of the edge's module.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Error;

/// Fields that hold maps: their keys are the user's.
pub(crate) const MAPS: [&str; 4] = ["tags", "trace_metadata", "request_metadata", "metadata"];
/// The field that may hold any JSON, which is the user's.
const ANY: &str = "value";

/// How much memory the values of a body may take, in bytes: a quarter of what an
/// isolate has. A full batch takes a twentieth of it.
const MAX_MEMORY: usize = 32 * 1024 * 1024;

/// The JSON object that a body is.
///
/// # Errors
/// When it is none, or takes too much memory.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, Error> {
    let mut body = value(body)?;
    // Old clients encode twice.
    if let Value::String(text) = &body {
        body = value(text.as_bytes())?;
    }
    match body {
        Value::Object(fields) => Ok(fields),
        _ => Err(Error::invalid("the body is not the JSON of this request: it is no object")),
    }
}

/// Refuses JSON of so many values that reading it takes too much memory.
///
/// # Errors
/// When it does.
pub(crate) fn check_memory(json: &[u8]) -> Result<(), Error> {
    if memory(json) <= MAX_MEMORY {
        return Ok(());
    }
    Err(Error::invalid(
        "the body has more values than are read at once: send them in several requests",
    ))
}

fn value(json: &[u8]) -> Result<Value, Error> {
    check_memory(json)?;
    serde_json::from_slice(json)
        .map_err(|e| Error::invalid(format!("the body is not the JSON of this request: {e}")))
}

/// About how much memory the values of JSON take, texts apart, which take as much
/// as they are long: a small object takes eighty times that.
fn memory(json: &[u8]) -> usize {
    let (mut in_text, mut escaped, mut bytes) = (false, false, 0_usize);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{') => bytes = bytes.saturating_add(640),
            (false, b'[' | b',') => bytes = bytes.saturating_add(64),
            _ => {}
        }
    }
    bytes
}

/// Reads the fields of a request, which are [`respelled`].
///
/// # Errors
/// When a field has another type.
pub(crate) fn typed<T: DeserializeOwned>(fields: &Map<String, Value>) -> Result<T, Error> {
    T::deserialize(fields)
        .map_err(|error| wrong_field(fields, &|alone| T::deserialize(alone).is_ok(), &error))
}

/// The fields under the names that the types have.
///
/// # Errors
/// When one has two spellings.
pub(crate) fn respelled(fields: Map<String, Value>) -> Result<Map<String, Value>, Error> {
    if fields.iter().all(is_spelled) {
        return Ok(fields);
    }
    let mut named = Map::with_capacity(fields.len());
    for (name, value) in fields {
        let snake = snake_case(&name);
        let value = match value {
            value if snake == ANY => value,
            Value::Object(_) if MAPS.contains(&snake.as_str()) => value,
            Value::Object(inner) => Value::Object(respelled(inner)?),
            Value::Array(items) => Value::Array(
                items
                    .into_iter()
                    .map(|item| match item {
                        Value::Object(inner) => respelled(inner).map(Value::Object),
                        other => Ok(other),
                    })
                    .collect::<Result<_, _>>()?,
            ),
            other => other,
        };
        if named.insert(snake.clone(), value).is_some() {
            return Err(Error::invalid(format!(
                "Request specifies '{snake}' in two spellings; provide only one of them."
            )));
        }
    }
    if let Some(id) = named.remove("run_uuid") {
        let known = named.get("run_id").and_then(Value::as_str).unwrap_or_default();
        if known.is_empty() {
            named.insert("run_id".into(), id);
        }
    }
    Ok(named)
}

/// Whether a field, with all below it, has the name that the types have: most
/// requests come so, and are not made anew.
fn is_spelled((name, value): (&String, &Value)) -> bool {
    let are_below = |value: &Value| match value {
        Value::Object(inner) => inner.iter().all(is_spelled),
        _ => true,
    };
    let has_name = name != "run_uuid" && !name.bytes().any(|byte| byte.is_ascii_uppercase());
    has_name
        && match value {
            Value::Array(items) => items.iter().all(are_below),
            other => are_below(other),
        }
}

/// `runId` as `run_id`; what is no name in camel case stays as it is.
pub(crate) fn snake_case(name: &str) -> String {
    let is_camel = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_camel {
        return name.to_owned();
    }
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// The error that names the field: the one that can't be read by itself.
fn wrong_field(
    fields: &Map<String, Value>,
    is_readable: &dyn Fn(&Value) -> bool,
    error: &serde_json::Error,
) -> Error {
    let wrong = fields.iter().find(|(name, value)| {
        let alone = Map::from_iter([((*name).clone(), (*value).clone())]);
        !is_readable(&Value::Object(alone))
    });
    match wrong {
        None => Error::invalid(format!("the request can't be read: {error}")),
        Some((name, value)) => Error::wrong_value(
            name,
            value,
            &format!(
                " Hint: Value was of type '{}'. See the API docs for more information about request parameters.",
                type_name(value)
            ),
        ),
    }
}

/// The type of a value as Python calls it.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

#[cfg(test)]
mod tests {
    use mlflow_api::{LogBatch, SearchRuns, SetTag, ViewType};

    use super::*;

    fn of_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
        typed(&respelled(object(body)?)?)
    }

    #[test]
    fn small_values_by_the_hundred_thousand_are_refused_and_long_texts_are_not() {
        let many = format!(r#"{{"records": [{}]}}"#, vec![r#"{"a":0}"#; 60_000].join(","));
        assert!(many.len() < 2_000_000);
        let refused = object(many.as_bytes()).unwrap_err();
        assert!(refused.message().contains("in several requests"), "{refused}");
        let twice = serde_json::to_string(&many).unwrap();
        assert_eq!(object(twice.as_bytes()).unwrap_err(), refused);
        let text = r#"{\"a\": [0, 1, \\\"{\\\"]}, "#.repeat(200_000);
        let long = format!(r#"{{"value": "{text}"}}"#);
        assert_eq!(object(long.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn both_spellings_are_one() {
        let body = r#"{"experimentIds": ["1"], "max_results": "5", "runViewType": 3}"#;
        let search: SearchRuns = of_body(body.as_bytes()).unwrap();
        assert_eq!(search.experiment_ids, ["1"]);
        assert_eq!((search.max_results, search.run_view_type), (5, Some(ViewType::All)));
        let body = r#"{"runUuid": "r", "metrics": [{"key": "k\"K", "value": 1, "modelId": "m"}]}"#;
        let batch: LogBatch = of_body(body.as_bytes()).unwrap();
        assert_eq!(batch.run_id, "r");
        assert_eq!(batch.metrics[0].model_id.as_deref(), Some("m"));
        let tag: SetTag = of_body(br#"{"run_uuid": "r", "run_id": "s", "key": "K"}"#).unwrap();
        assert_eq!((tag.run_id.as_str(), tag.tag.key.as_str()), ("s", "K"));
    }

    #[test]
    fn a_body_in_a_text_is_read() {
        let tag: SetTag = of_body(br#""{\"runId\": \"r\"}""#).unwrap();
        assert_eq!(tag.run_id, "r");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (body, said) in [
            (r#"{"runId": "r", "run_id": "r"}"#, "'run_id' in two spellings"),
            (
                r#"{"run_id": 31}"#,
                "Invalid value 31 for parameter 'run_id' supplied:  Hint: Value was of type 'int'",
            ),
            (r#"{"run_id": "r", "metrics": "[]"}"#, "Invalid value \"[]\" for parameter 'metrics'"),
            ("[]", "no object"),
            ("{", "not the JSON"),
        ] {
            let error = of_body::<LogBatch>(body.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
