//! What a request names, whatever form it has.
//!
//! A decision must be about the very things that the request is then answered
//! for. So every value of a field counts, wherever the field is and in either
//! of the spellings that MLflow takes: one more than is read does no harm.

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::Value as Json;

use crate::call::PathFields;
use crate::{Error, MAX_BODY};

/// The fields of a request: names and values.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

/// The header with which spans say what experiment they are of.
const EXPERIMENT_HEADER: &str = "x-mlflow-experiment-id";

impl Fields {
    /// All that the request says in its path, its query, and its body if that
    /// is JSON.
    pub(super) fn of(request: &Request<Bytes>, path: PathFields) -> Self {
        let mut fields = Self::default();
        for (name, value) in path {
            fields.0.push((name.to_owned(), value));
        }
        for (name, value) in query(request) {
            fields.0.push((snake(&name), value));
        }
        if let Some(id) = request.headers().get(EXPERIMENT_HEADER).and_then(|id| id.to_str().ok()) {
            fields.0.push(("experiment_id".to_owned(), id.trim().to_owned()));
        }
        if let Some(body) = body(request) {
            fields.collect("", &body);
        }
        fields
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
                    self.collect(&snake(name), value);
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

/// The body, if it is JSON.
pub(super) fn body(request: &Request<Bytes>) -> Option<Json> {
    let is_json = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|content_type| content_type.to_str().ok())
        .is_some_and(|content_type| content_type.trim_start().starts_with("application/json"));
    let body = request.body();
    (is_json && body.len() <= MAX_BODY).then(|| serde_json::from_slice(body).ok()).flatten()
}

/// `runId` as `run_id`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(query: &str, body: &str) -> Fields {
        let request = Request::builder()
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
            r#"{"metrics":[{"model_id":"n"},{"modelId":"o"}],"runUuid":"c","experiment_id":7}"#,
        );
        assert_eq!(fields.all(&["run_id", "run_uuid"]), ["a", "b", "c"]);
        assert_eq!(fields.all(&["model_id"]), ["m", "n", "o"]);
        assert_eq!(fields.one("experiment_id").unwrap(), "7");
        assert!(fields.one("model_id").is_err() && fields.some(&["name"]).is_err());
    }

    #[test]
    fn what_is_no_json_has_no_fields() {
        assert_eq!(fields("", "{").all(&["run_id"]), Vec::<&str>::new());
        assert_eq!(snake("experimentIds"), "experiment_ids");
    }
}
