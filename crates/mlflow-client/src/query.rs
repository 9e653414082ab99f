//! A request as a path, and a query string or a JSON body.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value};

/// What need not be encoded: RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The fields of a request.
pub(crate) fn fields<T: Serialize>(request: &T) -> Result<Map<String, Value>, serde_json::Error> {
    Ok(match serde_json::to_value(request)? {
        Value::Object(fields) => fields,
        _ => Map::new(),
    })
}

/// A value as it stands in a path or a query string.
pub(crate) fn escape(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The path with the fields in it that its braces name.
pub(crate) fn path(template: &str, fields: &Map<String, Value>) -> String {
    let segments = template.split('/').map(|segment| {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match name.and_then(|name| fields.get(name)) {
            Some(Value::String(text)) => escape(text),
            _ => segment.to_owned(),
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The fields as `a=1&b=2`: a list as a repeated key, an absent field not at all.
pub(crate) fn encode(fields: &Map<String, Value>) -> String {
    let mut query = String::new();
    for (key, value) in fields {
        match value {
            Value::Array(values) => values.iter().for_each(|v| push(&mut query, key, v)),
            value => push(&mut query, key, value),
        }
    }
    query
}

fn push(query: &mut String, key: &str, value: &Value) {
    let text = match value {
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(key, ENCODED));
    query.push('=');
    query.extend(utf8_percent_encode(&text, ENCODED));
}

/// The verb as the `http` crate has it.
pub(crate) const fn method(method: mlflow_api::Method) -> Method {
    match method {
        mlflow_api::Method::Get => Method::GET,
        mlflow_api::Method::Post => Method::POST,
        mlflow_api::Method::Patch => Method::PATCH,
        mlflow_api::Method::Delete => Method::DELETE,
    }
}
