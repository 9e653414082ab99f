//! Columns, as datasets and signatures name them in JSON.

use serde_json::Value;

/// A column or a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name; empty for what has none.
    pub(crate) name: String,
    /// Its type, with its shape where it has one.
    pub(crate) kind: String,
    /// Whether it has to be there.
    pub(crate) required: bool,
}

/// The columns of a schema: a list of them, or an object around such a list.
/// `None` for what is no schema that we know.
pub(crate) fn fields(json: &str) -> Option<Vec<Field>> {
    let value: Value = serde_json::from_slice(json.as_bytes()).ok()?;
    let list = match &value {
        Value::Array(_) => &value,
        Value::Object(object) => {
            let tensor = object.get("mlflow_tensorspec");
            let features = tensor.and_then(|tensor| tensor.get("features"));
            object.get("mlflow_colspec").or(features)?
        }
        _ => return None,
    };
    match list {
        Value::Array(list) => Some(list.iter().map(field).collect()),
        // Tensors by name.
        Value::Object(_) => {
            let list: Value = serde_json::from_slice(list.as_str()?.as_bytes()).ok()?;
            Some(list.as_array()?.iter().map(field).collect())
        }
        Value::String(text) => {
            let list: Value = serde_json::from_slice(text.as_bytes()).ok()?;
            Some(list.as_array()?.iter().map(field).collect())
        }
        _ => None,
    }
}

fn field(value: &Value) -> Field {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = match value.get("tensor-spec") {
        Some(tensor) => {
            let kind = tensor.get("dtype").and_then(Value::as_str).unwrap_or("tensor");
            let shape = tensor.get("shape").map(Value::to_string).unwrap_or_default();
            format!("{kind} {shape}")
        }
        None => text("type"),
    };
    let required = value.get("required").and_then(Value::as_bool).unwrap_or(true);
    Field { name: text("name"), kind, required }
}

/// The pairs of a JSON object of plain values, such as a dataset's profile.
pub(crate) fn pairs(json: &str) -> Option<Vec<(String, String)>> {
    let value: Value = serde_json::from_slice(json.as_bytes()).ok()?;
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(value.as_object()?.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_datasets_and_signatures() {
        let named = |name: &str, kind: &str, required| Field {
            name: name.into(),
            kind: kind.into(),
            required,
        };
        let dataset = r#"{"mlflow_colspec": [{"type": "double", "name": "x", "required": true},
                                             {"type": "string", "name": "y", "required": false}]}"#;
        let expected = vec![named("x", "double", true), named("y", "string", false)];
        assert_eq!(fields(dataset), Some(expected));
        let signature =
            r#"[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 4]}}]"#;
        assert_eq!(fields(signature), Some(vec![named("", "float32 [-1,4]", true)]));
        let tensors =
            r#"{"mlflow_tensorspec": {"features": "[{\"name\": \"a\", \"type\": \"long\"}]"}}"#;
        assert_eq!(fields(tensors), Some(vec![named("a", "long", true)]));
        for odd in ["", "{}", "[", "3", "\"a\"", "null"] {
            assert_eq!(fields(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_profile_is_pairs() {
        let profile = pairs(r#"{"num_rows": 150, "name": "a\"b"}"#).unwrap();
        assert_eq!(profile, [("name".into(), "a\"b".into()), ("num_rows".into(), "150".into())]);
        assert_eq!(pairs("[1]"), None);
    }
}
