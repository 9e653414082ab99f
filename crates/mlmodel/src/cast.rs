//! The first step for data frames from JSON: each column is converted to the
//! type that the signature names, generously. `"7"` becomes 7 and 3.7 in a
//! column of integers becomes 3. What this leaves alone, [`crate::enforce`]
//! then checks strictly.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::datetime;
use crate::error::InputError;
use crate::frame::{DataFrame, Label};
use crate::json::Value;
use crate::numpy::{self, Want};
use crate::pandas::{self, is_missing};
use crate::places::Places;
use crate::python::{self, Raised};
use crate::schema::{ColumnSpec, ColumnType, ScalarType, Schema, TensorSpec};
use crate::values::Values;

/// Converts a frame's columns to a schema's types.
///
/// # Errors
/// When a value of some column does not convert.
pub(crate) fn cast(frame: DataFrame, schema: &Schema) -> Result<DataFrame, InputError> {
    let has_names = schema.has_names();
    let places = Places::new(schema.names());
    // The place of a column's spec: by name, or the column's own place.
    let place = |i: usize, label: &Label| match label {
        _ if !has_names => Some(i),
        Label::Name(name) => places.find(name, i),
        Label::Index(_) => None,
    };
    let in_order = |(i, (label, _)): (usize, &(Label, Values))| place(i, label) == Some(i);
    if has_names && !frame.columns().iter().enumerate().all(in_order) {
        let mut seen = HashSet::new();
        if let Some((label, _)) = frame.columns().iter().find(|(label, _)| !seen.insert(label)) {
            return Err(InputError::invalid(format_args!(
                "The column '{label}' appears more than once."
            )));
        }
    }
    match schema {
        Schema::Columns(specs) => {
            frame.try_map(|i, label, values| match place(i, label).and_then(|i| specs.get(i)) {
                Some(spec) => cast_column(label, values, spec),
                None => Ok(values),
            })
        }
        Schema::Tensors(specs) => frame.try_map(|i, label, values| {
            let spec = match specs.as_slice() {
                // A single unnamed tensor is spread over all columns.
                [only] if only.name.is_none() => Some(only),
                many => place(i, label).and_then(|i| many.get(i)),
            };
            match spec {
                Some(spec) => cast_tensor(values, spec).map_err(|raised| {
                    InputError::conversion(label, spec.dtype.numpy_name(), &raised)
                }),
                None => Ok(values),
            }
        }),
    }
}

fn cast_column(label: &Label, values: Values, spec: &ColumnSpec) -> Result<Values, InputError> {
    match &spec.kind {
        ColumnType::Scalar(t) => cast_scalar(values, *t)
            .map_err(|raised| InputError::conversion(label, t.pandas_name(), &raised)),
        ColumnType::Any => Ok(values),
        nested => {
            let enforced = (0..values.len())
                .filter_map(|i| values.get(i))
                .map(|v| crate::nested::enforce(&v, nested, spec.required));
            match enforced.collect::<Result<Vec<_>, _>>() {
                Ok(cells) => Ok(Values::Object(cells)),
                Err(raised) => Err(InputError::conversion(label, nested, &raised)),
            }
        }
    }
}

fn cast_scalar(values: Values, t: ScalarType) -> Result<Values, Raised> {
    match (t, t.dtype()) {
        (ScalarType::Binary, _) => decode_binary(&values),
        (ScalarType::Datetime, _) => to_datetime(values),
        (ScalarType::Boolean, _) => Ok(to_boolean(values)),
        // Text stays text; anything else keeps its values.
        (ScalarType::String, _) => Ok(match values {
            text @ (Values::Data(tensor::Data::Str(_)) | Values::Object(_)) => text,
            other => Values::Object((0..other.len()).filter_map(|i| other.get(i)).collect()),
        }),
        (_, Some(dtype)) => pandas::astype(values, dtype),
        (_, None) => Ok(values),
    }
}

fn cast_tensor(values: Values, spec: &TensorSpec) -> Result<Values, Raised> {
    let Some(first) = values.get(0) else {
        return Err(Raised::new("IndexError", "single positional indexer is out-of-bounds"));
    };
    if matches!(first, Value::List(_)) {
        // Lists take the tensor's shape and type later.
        return Ok(values);
    }
    match numpy::want_of(&spec.dtype)? {
        Want::Data(dtype) => pandas::astype(values, dtype),
        _ => Ok(Values::Object((0..values.len()).filter_map(|i| values.get(i)).collect())),
    }
}

/// Truth values, in which missing ones stay missing.
fn to_boolean(values: Values) -> Values {
    let cells: Vec<Value> = (0..values.len()).filter_map(|i| values.get(i)).collect();
    let missing = cells.iter().filter(|v| is_missing(v)).count();
    if missing == 0 {
        return cells.iter().map(python::truth).collect::<Vec<_>>().into();
    }
    if missing == cells.len() {
        return values;
    }
    let truth = |v: Value| if is_missing(&v) { v } else { Value::Bool(python::truth(&v)) };
    Values::Object(cells.into_iter().map(truth).collect())
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes from base64. As in Python, what is not of its alphabet is skipped.
fn decode_binary(values: &Values) -> Result<Values, Raised> {
    let decode = |i| match values.get(i) {
        Some(Value::Str(text)) => {
            let in_alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
            let clean: Vec<u8> = text.bytes().filter(in_alphabet).collect();
            let data = clean.iter().filter(|b| **b != b'=').count();
            BASE64.decode(clean).map(Some).map_err(|_| {
                let text = if data % 4 == 1 {
                    format!(
                        "Invalid base64-encoded string: number of data characters ({data}) cannot \
                         be 1 more than a multiple of 4"
                    )
                } else {
                    "Incorrect padding".into()
                };
                Raised::new("Error", text)
            })
        }
        _ => Err(Raised::new("TypeError", "encoding without a string argument")),
    };
    (0..values.len()).map(decode).collect::<Result<_, _>>().map(Values::Bytes)
}

/// Times from text or nanoseconds. Text with an offset from UTC stays text,
/// which enforcement then refuses.
fn to_datetime(values: Values) -> Result<Values, Raised> {
    if matches!(values, Values::Datetime(_)) {
        return Ok(values);
    }
    if matches!(&values, Values::Data(tensor::Data::Bool(_))) {
        return Err(Raised::new("TypeError", "dtype bool cannot be converted to datetime64[ns]"));
    }
    let mut times = Vec::with_capacity(values.len());
    for i in 0..values.len() {
        times.push(match values.get(i) {
            Some(Value::Int(n)) => Some(n),
            Some(Value::Float(x)) if x.is_finite() => Some(x as i64),
            Some(Value::Float(_) | Value::Null) | None => None,
            Some(Value::Str(text)) if matches!(text.as_str(), "" | "nan" | "NaN" | "NaT") => None,
            Some(Value::Str(text)) => match datetime::parse_frame(&text) {
                Some(parsed) if parsed.has_zone => return Ok(values),
                Some(parsed) => Some(parsed.nanos),
                None => {
                    let text = format!("Unknown datetime string format, unable to parse: {text}");
                    return Err(Raised::new("DateParseError", text));
                }
            },
            Some(Value::Big(digits)) => {
                let text = format!("cannot convert input {digits} with the unit 'ns'");
                return Err(Raised::new("OutOfBoundsDatetime", text));
            }
            Some(other @ (Value::Bool(_) | Value::List(_) | Value::Dict(_))) => {
                let name = python::type_name(&other);
                let text = format!("<class '{name}'> is not convertible to datetime");
                return Err(Raised::new("TypeError", text));
            }
        });
    }
    Ok(Values::Datetime(times))
}
