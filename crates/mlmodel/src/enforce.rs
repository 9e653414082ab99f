//! The second step: what was read must fit the signature, strictly. Columns
//! are picked and ordered by name, extra ones dropped, and only conversions
//! that lose nothing are made.

mod tensors;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use tensor::{DType, Data};

use crate::datetime;
use crate::display;
use crate::error::{InputError, InputErrorKind};
use crate::frame::{DataFrame, Label};
use crate::input::Input;
use crate::json::Value;
use crate::pandas;
use crate::places::Places;
use crate::python::{self, Raised};
use crate::schema::{ColumnSpec, ColumnType, ScalarType, Schema};
use crate::values::{Array, Values};

/// Fits data to a model's inputs.
///
/// # Errors
/// When an input is missing, or of another type or shape; the text is
/// MLflow's, and shows the beginning of the data and the schema.
pub fn enforce(input: &Input, schema: &Schema) -> Result<Input, InputError> {
    let fitted = match schema {
        Schema::Columns(specs) => enforce_columns(input, specs, schema).map(Input::Frame),
        Schema::Tensors(specs) => tensors::enforce(input, specs, schema),
    };
    fitted.map_err(|problem| {
        let message = format!(
            "Failed to enforce schema of data '{}' with schema '{schema}'. Error: {problem}",
            display::input(input)
        );
        InputError::new(InputErrorKind::SchemaEnforcement, message)
    })
}

/// The inputs that a request lacks, in MLflow's words.
fn check_missing<'a>(
    found: impl Iterator<Item = &'a Label> + Clone,
    places: &Places<'_>,
    schema: &Schema,
) -> Result<(), String> {
    let required = schema.required_names();
    let missing: Vec<&str> = required
        .filter(|(place, name)| places.find(name, *place).is_none())
        .map(|(_, name)| name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted: HashSet<&str> = schema.names().flatten().collect();
    let known = |label: &Label| label.name().is_some_and(|name| wanted.contains(name));
    let extra: Vec<String> = found
        .filter(|label| !known(label))
        .map(|label| match label {
            Label::Name(name) => python::repr_str(name),
            Label::Index(i) => i.to_string(),
        })
        .collect();
    let mut message = format!("Model is missing inputs {}.", python::repr_list(missing));
    if !extra.is_empty() {
        message.push_str(&format!(" Note that there were extra inputs: [{}].", extra.join(", ")));
    }
    Err(message)
}

/// The data as the frame that a column-based signature wants.
fn to_frame<'a>(input: &'a Input, specs: &[ColumnSpec]) -> Result<Cow<'a, DataFrame>, String> {
    match input {
        Input::Frame(frame) | Input::Records(frame) => Ok(Cow::Borrowed(frame)),
        Input::Array(array) => pandas::from_array(array).map(Cow::Owned),
        Input::Dict(arrays) => {
            let whole = |spec: &ColumnSpec| {
                matches!(
                    spec.kind,
                    ColumnType::Array(_) | ColumnType::SparkVector | ColumnType::Object(_)
                )
            };
            let is_scalar = |(_, array): &(String, Array)| array.shape().is_empty();
            if specs.iter().any(whole) || arrays.iter().all(is_scalar) {
                pandas::single_row(arrays)
            } else {
                pandas::from_arrays(arrays)
            }
            .map(Cow::Owned)
            .map_err(|problem| {
                format!(
                    "This model contains a column-based signature, which suggests a DataFrame \
                     input. There was an error casting the input data to a DataFrame: {problem}"
                )
            })
        }
    }
}

fn enforce_columns(
    input: &Input,
    specs: &[ColumnSpec],
    schema: &Schema,
) -> Result<DataFrame, String> {
    let frame = to_frame(input, specs)?;
    let labels = frame.columns().iter().map(|(label, _)| label);
    let columns = if schema.has_names() {
        let places = Places::new(labels.clone().map(Label::name));
        check_missing(labels, &places, schema)?;
        let named = specs.iter().enumerate().filter_map(|(i, spec)| {
            let place = places.find(spec.name.as_deref()?, i)?;
            let (label, values) = frame.columns().get(place)?;
            Some((label, values, spec))
        });
        fit(named)?
    } else {
        if frame.width() < specs.len() {
            return Err(format!(
                "Model inference is missing inputs. The model signature declares {} inputs  but \
                 the provided value only has {} inputs. Note: the inputs were not named in the \
                 signature so we can only verify their count.",
                specs.len(),
                frame.width()
            ));
        }
        let columns = frame.columns().iter().zip(specs);
        fit(columns.map(|((label, values), spec)| (label, values, spec)))?
    };
    DataFrame::new(columns).ok_or_else(|| "The columns differ in length.".into())
}

fn fit<'a>(
    columns: impl Iterator<Item = (&'a Label, &'a Values, &'a ColumnSpec)>,
) -> Result<Vec<(Label, Values)>, String> {
    columns
        .map(|(label, values, spec)| {
            let fitted = match &spec.kind {
                ColumnType::Scalar(t) => scalar_column(label, values, *t).map_err(|e| e.text)?,
                ColumnType::Any => values.clone(),
                nested => {
                    let cells = (0..values.len()).filter_map(|i| values.get(i));
                    let cells = cells.map(|v| crate::nested::enforce(&v, nested, spec.required));
                    Values::Object(cells.collect::<Result<_, _>>().map_err(|e| e.text)?)
                }
            };
            Ok((label.clone(), fitted))
        })
        .collect()
}

/// A column as the type that the signature names, when nothing is lost.
///
/// # Errors
/// What MLflow, or pandas beneath it, raises.
pub(crate) fn scalar_column(
    name: &dyn fmt::Display,
    values: &Values,
    t: ScalarType,
) -> Result<Values, Raised> {
    let inferred;
    let values = match values {
        Values::Object(cells) if !matches!(t, ScalarType::Binary | ScalarType::String) => {
            inferred = pandas::infer(cells.iter());
            &inferred
        }
        values => values,
    };
    let is_text = pandas::is_text(values);
    match (t, values) {
        (ScalarType::String | ScalarType::Binary, Values::Object(_) | Values::Bytes(_))
        | (ScalarType::Binary, Values::Data(Data::Str(_)))
        | (ScalarType::Datetime, Values::Datetime(_)) => return Ok(values.clone()),
        (ScalarType::Boolean, Values::Object(_)) if !is_text => return Ok(values.clone()),
        (ScalarType::Datetime, Values::Object(cells)) if !is_text => {
            return datetimes(name, cells);
        }
        (ScalarType::Double, Values::Object(cells)) if !is_text => return doubles(name, cells),
        (ScalarType::Datetime, _) if is_text && has_time_zones(values) => {
            return Err(mlflow(
                "Please ensure that the input data of datetime column only contains \
                 timezone-naive datetime objects. Error: Cannot use .astype to convert from \
                 timezone-aware dtype to timezone-naive dtype. Use obj.tz_localize(None) or \
                 obj.tz_convert('UTC').tz_localize(None) instead.",
            ));
        }
        _ => {}
    }
    match (values, t.dtype()) {
        (Values::Data(data), Some(wanted)) if data.dtype() == wanted => Ok(values.clone()),
        (Values::Data(data), Some(wanted)) if widens(data, wanted) => {
            pandas::astype(values.clone(), wanted)
        }
        _ => Err(mlflow(format!(
            "Incompatible input types for column {name}. Can not safely convert {} to {}.{}",
            if is_text { "str" } else { values.type_name() },
            t.numpy_name(),
            missing_values_hint(values, t)
        ))),
    }
}

fn mlflow(text: impl Into<String>) -> Raised {
    Raised::new("MlflowException", text)
}

/// numpy's kind of a number type and its size in bytes.
fn kind(dtype: DType) -> (char, usize) {
    match dtype {
        DType::Bool => ('b', 1),
        DType::U8 => ('u', 1),
        DType::U16 => ('u', 2),
        DType::U32 => ('u', 4),
        DType::U64 => ('u', 8),
        DType::I8 => ('i', 1),
        DType::I16 => ('i', 2),
        DType::I32 => ('i', 4),
        DType::I64 => ('i', 8),
        DType::F16 => ('f', 2),
        DType::F32 => ('f', 4),
        DType::F64 => ('f', 8),
        DType::Str => ('U', 0),
    }
}

fn widens(data: &Data, wanted: DType) -> bool {
    let ((from, from_size), (to, to_size)) = (kind(data.dtype()), kind(wanted));
    match (from, to, data) {
        ('U', ..) | (_, 'U', _) => false,
        _ if from == to => from_size <= to_size,
        ('u', 'i', _) => from_size < to_size,
        ('u' | 'i', 'f', _) if wanted == DType::F64 && from_size <= 4 => true,
        (_, 'f', Data::I64(v)) => v.iter().all(|n| matches!(n, 0 | 1)),
        _ => false,
    }
}

/// MLflow's advice when missing values made floats of integers.
fn missing_values_hint(values: &Values, t: ScalarType) -> &'static str {
    let Values::Data(Data::F64(v)) = values else { return "" };
    let is_int = matches!(t, ScalarType::Integer | ScalarType::Long);
    let missing = v.iter().any(|x| x.is_nan());
    if is_int && missing && v.iter().all(|x| x.is_nan() || x.fract() == 0.0) {
        " Hint: the type mismatch is likely caused by missing values. Integer columns in python \
         can not represent missing values and are therefore encoded as floats. The best way to \
         avoid this problem is to infer the model schema based on a realistic data sample \
         (training dataset) that includes missing values. Alternatively, you can declare integer \
         columns as doubles (float64) whenever these columns may have missing values. See \
         `Handling Integers With Missing Values \
         <https://www.mlflow.org/docs/latest/models.html#handling-integers-with-missing-values>`_ \
         for more details."
    } else {
        ""
    }
}

/// What pandas's `to_numeric` makes of anything.
fn doubles(name: &dyn fmt::Display, cells: &[Value]) -> Result<Values, Raised> {
    let nested = |v: &Value| matches!(v, Value::List(_) | Value::Dict(_));
    if let Some(i) = cells.iter().position(nested) {
        return Err(Raised::new("TypeError", format!("Invalid object type at position {i}")));
    }
    pandas::astype(Values::Object(cells.to_vec()), DType::F64)
        .map_err(|_| not_converted(name, ScalarType::Double))
}

fn not_converted(name: &dyn fmt::Display, t: ScalarType) -> Raised {
    mlflow(format!("Failed to convert column {name} from type object to DataType.{t}."))
}

/// Whether reading left times alone because they name an offset from UTC.
fn has_time_zones(values: &Values) -> bool {
    (0..values.len()).filter_map(|i| values.get(i)).any(|v| match v {
        Value::Str(text) => datetime::parse_frame(&text).is_some_and(|parsed| parsed.has_zone),
        _ => false,
    })
}

fn datetimes(name: &dyn fmt::Display, cells: &[Value]) -> Result<Values, Raised> {
    let time = |v: &Value| match v {
        Value::Str(text) => match datetime::parse_frame(text) {
            Some(parsed) => Ok(Some(parsed.nanos)),
            None => Err(not_converted(name, ScalarType::Datetime)),
        },
        v if pandas::is_missing(v) => Ok(None),
        v @ (Value::List(_) | Value::Dict(_)) => {
            let found = python::type_name(v);
            let text = format!("<class '{found}'> is not convertible to datetime");
            Err(Raised::new("TypeError", text))
        }
        _ => Err(not_converted(name, ScalarType::Datetime)),
    };
    cells.iter().map(time).collect::<Result<_, _>>().map(Values::Datetime)
}
