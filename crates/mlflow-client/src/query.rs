//! A request as a query string.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

/// What need not be encoded: RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one segment of a path.
pub(crate) fn segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ENCODED)
}

/// The fields of `request` as `a=1&b=2`: a list as a repeated key, an absent
/// field not at all.
pub(crate) fn encode<T: Serialize>(request: &T) -> Result<String, serde_json::Error> {
    let mut query = String::new();
    if let Value::Object(fields) = serde_json::to_value(request)? {
        for (key, value) in &fields {
            match value {
                Value::Array(values) => values.iter().for_each(|v| push(&mut query, key, v)),
                value => push(&mut query, key, value),
            }
        }
    }
    Ok(query)
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
    }
}
