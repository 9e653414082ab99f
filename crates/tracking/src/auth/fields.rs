//! What a request names, whatever form it has.
//!
//! A decision must be about the very things that the request is then answered
//! for. So every value of a field counts, in either of the spellings that MLflow
//! takes, where the request is read: in the path, and in the query of a GET or in
//! the body of any other.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use serde_json::{Map, Value as Json};

use crate::call::PathFields;
use crate::fields::{MAPS, snake_case};
use crate::{Error, MAX_BODY, spans};

/// The fields of a request: names and values.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// All that the request says in its path, and in its query or its body if
    /// that is JSON.
    ///
    /// # Errors
    /// When the body says that it is JSON and is none: whoever reads less strictly
    /// must not find more there.
    pub(super) fn of(request: &Request<Bytes>, path: PathFields) -> Result<Self, Error> {
        let mut fields = Self::default();
        for (name, value) in path {
            fields.0.push((name.to_owned(), value));
        }
        // What is read from a body is not looked for in the query: a thing that
        // is named there alone would stand for the one that is then taken.
        if request.method() == Method::GET {
            for (name, value) in query(request) {
                fields.0.push((snake_case(&name), value));
            }
        }
        if request.uri().path() == spans::PATH
            && let Some(id) = request.headers().get(spans::EXPERIMENT_HEADER)
        {
            let id = id.to_str().unwrap_or_default();
            fields.0.push(("experiment_id".to_owned(), id.trim().to_owned()));
        }
        if let Some(body) = body(request)? {
            fields.collect("", &Json::Object(body));
        }
        Ok(fields)
    }

    /// The values of these fields, each once.
    pub(super) fn all(&self, names: &[&str]) -> Vec<&str> {
        let mut values: Vec<&str> = self
            .0
            .iter()
            .filter(|(name, value)| names.contains(&name.as_str()) && !value.is_empty())
            .map(|(_, value)| value.as_str())
            .collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// The same, of which there has to be one.
    pub(super) fn some(&self, names: &[&str]) -> Result<Vec<&str>, Error> {
        let values = self.all(names);
        if values.is_empty() {
            return Err(Error::missing(names.first().copied().unwrap_or_default()));
        }
        Ok(values)
    }

    /// The value of a field that there has to be, and only once.
    pub(super) fn one(&self, name: &str) -> Result<&str, Error> {
        match self.some(&[name])?.as_slice() {
            [value] => Ok(value),
            _ => Err(Error::invalid(format!("'{name}' has more than one value"))),
        }
    }

    /// The values of these fields as ids of what the store keeps.
    fn collect(&mut self, name: &str, value: &Json) {
        match value {
            Json::Object(fields) => {
                for (name, value) in fields {
                    let name = snake_case(name);
                    // The keys of these are the user's own.
                    if !(value.is_object() && MAPS.contains(&name.as_str())) {
                        self.collect(&name, value);
                    }
                }
            }
            Json::Array(values) => {
                for value in values {
                    self.collect(name, value);
                }
            }
            Json::String(text) => self.0.push((name.to_owned(), text.clone())),
            Json::Number(number) => self.0.push((name.to_owned(), number.to_string())),
            Json::Null | Json::Bool(_) => {}
        }
    }
}

/// The names and values of a query.
pub(super) fn query(request: &Request<Bytes>) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// The body, if it says that it is JSON; a GET has none.
pub(super) fn body(request: &Request<Bytes>) -> Result<Option<Map<String, Json>>, Error> {
    let is_json = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|content_type| content_type.to_str().ok())
        .is_some_and(|content_type| content_type.trim_start().starts_with("application/json"));
    let body = request.body();
    if request.method() == Method::GET || !is_json || body.is_empty() {
        return Ok(None);
    }
    if body.len() > MAX_BODY {
        return Err(Error::invalid(format!("the body has more than {MAX_BODY} bytes")));
    }
    crate::fields::object(body).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(query: &str, body: &str) -> Result<Fields, Error> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/x?{query}"))
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        Fields::of(&request, vec![("model_id", "m".into())])
    }

    #[test]
    fn every_value_of_a_field_counts() {
        let fields = fields(
            "run_id=a&runId=b&run_id=",
            r#"{"metrics":[{"model_id":"n"},{"modelId":"o"}],"runUuid":"c","experiment_id":7,
                "tags":{"experiment_id":"of the user"}}"#,
        )
        .unwrap();
        // Nobody reads the query of a POST.
        assert_eq!(fields.all(&["run_id", "run_uuid"]), ["c"]);
        assert_eq!(fields.all(&["model_id"]), ["m", "n", "o"]);
        assert_eq!(fields.one("experiment_id").unwrap(), "7");
        assert!(fields.one("model_id").is_err() && fields.some(&["name"]).is_err());
    }

    #[test]
    fn a_body_is_read_as_it_is_answered_or_not_at_all() {
        let deep = format!(r#"{{"run_id":"a","x":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        for wrong in ["{", "[]", "7", r#"{"run_id":"a","x":1e999}"#, &deep] {
            assert!(fields("", wrong).is_err(), "{wrong}");
        }
        let twice = serde_json::to_string(r#"{"run_id":"a"}"#).unwrap();
        assert_eq!(fields("", &twice).unwrap().all(&["run_id"]), ["a"]);
        assert!(fields("", "").unwrap().all(&["run_id"]).is_empty());
    }
}
