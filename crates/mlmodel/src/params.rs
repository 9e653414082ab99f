//! Parameters: what a request may set beside its data.

use std::sync::Arc;

use crate::datetime;
use crate::error::{InputError, InputErrorKind};
use crate::json::Value;
use crate::nested;
use crate::python;
use crate::schema::{ColumnType, ParamSpec, ParamType, ScalarType};

/// Fits a request's parameters to the signature: unknown ones are dropped,
/// missing ones take their default. Without a parameter schema everything is
/// dropped.
///
/// # Errors
/// When a value is of another type or shape, or `params` is no object.
pub fn enforce_params(
    params: Option<&Value>,
    specs: Option<&[ParamSpec]>,
) -> Result<Vec<(Arc<str>, Value)>, InputError> {
    let Some(specs) = specs else { return Ok(Vec::new()) };
    let error = |message| InputError::new(InputErrorKind::InvalidParams, message);
    match params {
        None | Some(Value::Null | Value::Dict(_)) => {}
        Some(other) => {
            let name = python::type_name(other);
            return Err(error(format!("Parameters must be a dictionary. Got type '{name}'.")));
        }
    }
    let mut fitted = Vec::with_capacity(specs.len());
    let mut problems = Vec::new();
    for spec in specs {
        match params.and_then(|p| p.get(&spec.name)) {
            None => fitted.push((spec.name.as_str().into(), spec.default.clone())),
            Some(value) => match fit(value, spec) {
                Ok(value) => fitted.push((spec.name.as_str().into(), value)),
                Err(problem) => problems.push(format!(
                    "({}, {})",
                    python::repr_str(&spec.name),
                    python::repr_str(&problem)
                )),
            },
        }
    }
    if problems.is_empty() {
        Ok(fitted)
    } else {
        Err(error(format!("Invalid parameters found: {{{}}}", problems.join(", "))))
    }
}

fn fit(value: &Value, spec: &ParamSpec) -> Result<Value, String> {
    let failed = |e| format!("Failed to validate type and shape for {spec}, error: {e}");
    match (&spec.kind, value) {
        (ParamType::Scalar(t), Value::List(items)) if spec.is_list => {
            let flat = |v: &Value| !matches!(v, Value::List(_));
            if !items.iter().all(flat) {
                return Err(no_vector(value, spec));
            }
            let items = items.iter().map(|v| scalar(v, *t));
            items.collect::<Result<_, _>>().map(Value::List).map_err(failed)
        }
        (_, value) if spec.is_list => Err(no_vector(value, spec)),
        (ParamType::Scalar(t), value) => scalar(value, *t).map_err(failed),
        (ParamType::Object(properties), value) => {
            let kind = ColumnType::Object(properties.clone());
            nested::enforce(value, &kind, true).map_err(|raised| failed(raised.text))?;
            Ok(value.clone())
        }
    }
}

fn no_vector(value: &Value, spec: &ParamSpec) -> String {
    let mut dimensions = 0;
    let mut inner = Some(value);
    while let Some(Value::List(items)) = inner {
        dimensions += 1;
        inner = items.first();
    }
    format!(
        "Value must be a 1D array with shape (-1,) for param {spec}, received {} with ndim \
         {dimensions}",
        python::type_name(value)
    )
}

/// A scalar of the type that the signature names: only integers widen.
fn scalar(value: &Value, t: ScalarType) -> Result<Value, String> {
    let (printed, name) = (python::str(value), python::type_name(value));
    let converted = match (t, value) {
        (_, Value::Null) => Some(Value::Null),
        (ScalarType::Datetime, Value::Str(text)) => {
            if datetime::parse_iso(text).is_err() {
                return Err(format!(
                    "Failed to convert value `{printed}` from type `<class '{name}'>` to \
                     `DataType.{t}`"
                ));
            }
            Some(value.clone())
        }
        (_, Value::List(_) | Value::Dict(_)) => {
            return Err(format!("Value must be a scalar for type `DataType.{t}`, got `{printed}`"));
        }
        (ScalarType::Boolean, Value::Bool(_))
        | (ScalarType::Integer | ScalarType::Long, Value::Int(_) | Value::Big(_))
        | (ScalarType::Float | ScalarType::Double, Value::Float(_))
        | (ScalarType::String, Value::Str(_)) => Some(value.clone()),
        (ScalarType::Float | ScalarType::Double, Value::Int(n)) => Some(Value::Float(*n as f64)),
        (ScalarType::Float | ScalarType::Double, Value::Big(digits)) => {
            decimal::read_f64(digits).map(Value::Float)
        }
        _ => None,
    };
    converted.ok_or_else(|| {
        format!("Can not safely convert `<class '{name}'>` to `DataType.{t}` for value `{printed}`")
    })
}
