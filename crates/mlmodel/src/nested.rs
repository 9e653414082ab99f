//! Values of the column types array, object, map and any: JSON within a cell.
//!
//! No ONNX input holds such values, so they are checked as MLflow checks them
//! and otherwise stay the JSON that they were: times and bytes within them
//! stay text.

use crate::enforce::scalar_column;
use crate::json::Value;
use crate::pandas;
use crate::python::{self, Raised};
use crate::schema::{ColumnType, Property, ScalarType};
use crate::values::Values;

fn mlflow(text: impl Into<String>) -> Raised {
    Raised::new("MlflowException", text)
}

/// Checks one value against its type, and converts the numbers within.
///
/// # Errors
/// What MLflow raises.
pub(crate) fn enforce(value: &Value, kind: &ColumnType, required: bool) -> Result<Value, Raised> {
    match kind {
        ColumnType::Scalar(t) => scalar(value, *t, required),
        ColumnType::Array(items) => array(value, items, required),
        ColumnType::SparkVector => array(value, &ColumnType::Scalar(ScalarType::Double), required),
        ColumnType::Object(properties) => object(value, kind, properties, required),
        ColumnType::Map(values) => map(value, values, required),
        ColumnType::Any => Ok(value.clone()),
    }
}

fn scalar(value: &Value, t: ScalarType, required: bool) -> Result<Value, Raised> {
    if !required && pandas::is_missing(value) {
        return Ok(Value::Null);
    }
    if matches!(value, Value::Null | Value::List(_) | Value::Dict(_)) {
        let name = python::type_name(value);
        return Err(mlflow(format!("Expected data to be scalar, got {name}")));
    }
    let column = pandas::infer(std::iter::once(value));
    match scalar_column(&"", &column, t) {
        Ok(column) => Ok(column.get(0).unwrap_or(Value::Null)),
        Err(_) => Err(mlflow(format!(
            "Failed to enforce schema of data `{}` with dtype `{t}`",
            python::str(value)
        ))),
    }
}

fn array(value: &Value, items: &ColumnType, required: bool) -> Result<Value, Raised> {
    if !required || *items == ColumnType::Any {
        match value {
            Value::Null => return Ok(Value::Null),
            Value::List(list) if list.is_empty() => return Ok(value.clone()),
            _ => {}
        }
    }
    let Value::List(list) = value else {
        let name = python::type_name(value);
        return Err(mlflow(format!("Expected data to be list or numpy array, got {name}")));
    };
    let ColumnType::Scalar(t) = items else {
        return list
            .iter()
            .map(|v| enforce(v, items, required))
            .collect::<Result<_, _>>()
            .map(Value::List);
    };
    if list.is_empty() {
        return Ok(value.clone());
    }
    let column = scalar_column(&"", &pandas::infer(list.iter()), *t)?;
    let is_text = matches!(t, ScalarType::String | ScalarType::Binary);
    if is_text && list.iter().any(|v| matches!(v, Value::List(_))) {
        return Err(Raised::new("ValueError", "setting an array element with a sequence"));
    }
    let column = match (t, &column) {
        // Missing text becomes text, missing truth false.
        (ScalarType::String | ScalarType::Binary, Values::Object(v)) => {
            v.iter().map(python::str).collect::<Vec<_>>().into()
        }
        (ScalarType::Boolean, Values::Object(v)) => {
            v.iter().map(python::truth).collect::<Vec<_>>().into()
        }
        _ => column,
    };
    Ok(Value::List((0..column.len()).filter_map(|i| column.get(i)).collect()))
}

fn object(
    value: &Value,
    kind: &ColumnType,
    properties: &[Property],
    required: bool,
) -> Result<Value, Raised> {
    let is_empty = matches!(value, Value::Null) || matches!(value, Value::Dict(e) if e.is_empty());
    if !required && is_empty {
        return Ok(value.clone());
    }
    let Value::Dict(entries) = value else {
        return Err(mlflow(format!(
            "Failed to enforce schema of '{}' with type '{kind}'. Expected data to be dictionary, \
             got {}",
            python::str(value),
            python::type_name(value)
        )));
    };
    let missing = properties.iter().filter(|p| p.required && value.get(&p.name).is_none());
    let missing: Vec<_> = missing.map(|p| python::repr_str(&p.name)).collect();
    if !missing.is_empty() {
        return Err(mlflow(format!("Missing required properties: {{{}}}", missing.join(", "))));
    }
    let find = |key: &str| properties.iter().find(|p| p.name == key);
    let unknown = entries.iter().filter(|(key, _)| find(key).is_none());
    let unknown: Vec<_> = unknown.map(|(key, _)| python::repr_str(key)).collect();
    if !unknown.is_empty() {
        return Err(mlflow(format!(
            "Invalid properties not defined in the schema found: {{{}}}",
            unknown.join(", ")
        )));
    }
    let enforced = entries.iter().map(|(key, value)| {
        let Some(property) = find(key) else { return Ok((key.clone(), value.clone())) };
        match enforce(value, &property.kind, property.required) {
            Ok(value) => Ok((key.clone(), value)),
            Err(_) => Err(mlflow(format!(
                "Failed to enforce schema for key `{key}`. Expected type {}, received type {}",
                type_word(&property.kind),
                python::type_name(value)
            ))),
        }
    });
    enforced.collect::<Result<_, _>>().map(Value::Dict)
}

/// A type's word in a signature's JSON.
fn type_word(kind: &ColumnType) -> &'static str {
    match kind {
        ColumnType::Scalar(t) => t.name(),
        ColumnType::Array(_) => "array",
        ColumnType::Object(_) => "object",
        ColumnType::Map(_) => "map",
        ColumnType::SparkVector => "sparkml_vector",
        ColumnType::Any => "any",
    }
}

fn map(value: &Value, values: &ColumnType, required: bool) -> Result<Value, Raised> {
    let is_empty = matches!(value, Value::Null) || matches!(value, Value::Dict(e) if e.is_empty());
    if (!required || *values == ColumnType::Any) && is_empty {
        return Ok(value.clone());
    }
    let Value::Dict(entries) = value else {
        let name = python::type_name(value);
        return Err(mlflow(format!("Expected data to be a dict, got {name}")));
    };
    let entries = entries.iter().map(|(k, v)| Ok((k.clone(), enforce(v, values, required)?)));
    entries.collect::<Result<_, _>>().map(Value::Dict)
}
