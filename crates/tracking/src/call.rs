//! Between HTTP and the types of the API.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use mlflow_api::ErrorCode;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Error, MAX_BODY, fields};

/// The request's fields: of the query for a GET, else of the JSON body; and of
/// the path. It may have to have one of them, which may be empty.
///
/// # Errors
/// When the body is no JSON object, a field has another type, or that one is
/// missing.
pub(crate) fn read<T: DeserializeOwned>(
    request: &Request<Bytes>,
    path: PathFields,
    has_to_have: Option<&str>,
) -> Result<T, Error> {
    let fields = fields_of(request, path)?;
    match has_to_have {
        Some(field) if fields.get(field).is_none_or(Value::is_null) => Err(Error::missing(field)),
        _ => fields::typed(&fields),
    }
}

fn fields_of(request: &Request<Bytes>, path: PathFields) -> Result<Map<String, Value>, Error> {
    let mut fields = match *request.method() {
        Method::GET => query(request.uri().query().unwrap_or_default()),
        // Most have none, and MLflow then looks at none.
        Method::DELETE if !path.is_empty() && request.body().is_empty() => Map::new(),
        _ => body(request)?,
    };
    fields = fields::respelled(fields)?;
    fields.extend(path.into_iter().map(|(name, value)| (name.to_owned(), value.into())));
    Ok(fields)
}

/// A path as clients have it: MLflow has every endpoint twice, for them and for
/// its own pages; and one path lacks a slash in its protobufs.
pub(crate) fn api_path(path: &str) -> Cow<'_, str> {
    let rest = path
        .strip_prefix("/ajax-api/")
        .or_else(|| path.strip_prefix("/api/").filter(|rest| rest.starts_with("2.0mlflow/")));
    match rest {
        Some(rest) => format!("/api/{}", rest.replacen("2.0mlflow/", "2.0/mlflow/", 1)).into(),
        None => path.into(),
    }
}

/// The fields that travel in the path, by their names.
pub(crate) type PathFields = Vec<(&'static str, String)>;

/// The path's fields, if it is such a path.
pub(crate) fn path_fields(template: &'static str, path: &str) -> Option<PathFields> {
    if !template.contains('{') {
        return (template == path).then(Vec::new);
    }
    let mut fields = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                let value = percent_decode_str(segment).decode_utf8().ok()?;
                fields.push((name, value.into_owned()));
            }
            _ if expected == segment => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(fields)
}

fn body(request: &Request<Bytes>) -> Result<Map<String, Value>, Error> {
    let bad = |message: String| Error::new(ErrorCode::BadRequest, message);
    let body = request.body();
    if body.len() > MAX_BODY {
        return Err(bad(format!("the body has {} bytes; at most {MAX_BODY} are read", body.len())));
    }
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if !content_type.is_some_and(|t| t.trim_start().starts_with("application/json")) {
        return Err(Error::invalid(format!(
            "Bad Request. Content-Type is '{}', and has to be 'application/json'",
            content_type.unwrap_or_default()
        )));
    }
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    fields::object(body)
}

/// The fields of a query; one that is repeated is a list.
fn query(text: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let value = Value::from(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => {
                fields.insert(name.into_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    fields
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    let body = serde_json::to_vec(body).unwrap_or_default();
    respond(status, "application/json", body.into())
}

/// A text answer.
pub(crate) fn text(body: &'static str) -> Response<Bytes> {
    let body = Bytes::from_static(body.as_bytes());
    respond(StatusCode::OK, "text/plain; charset=utf-8", body)
}

/// An answer of any type.
pub(crate) fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
) -> Response<Bytes> {
    let content_type = HeaderValue::from_static(content_type);
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The field, which must not be left out or empty.
pub(crate) fn required<'a>(value: &'a str, name: &str) -> Result<&'a str, Error> {
    if value.is_empty() { Err(Error::missing(name)) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_paths() {
        let template = "/api/models/{model_id}/tags/{tag_key}";
        let fields = path_fields(template, "/api/models/m-1/tags/a%2Fb%20c");
        assert_eq!(fields, Some(vec![("model_id", "m-1".into()), ("tag_key", "a/b c".into())]));
        for other in ["/api/models/m-1/tags", "/api/models/m-1/tags/a/b", "/api/models//tags/a"] {
            assert_eq!(path_fields(template, other), None, "{other}");
        }
        assert_eq!(path_fields("/api/a", "/api/a"), Some(Vec::new()));
        assert_eq!(path_fields("/api/a", "/api/b"), None);
    }
}
