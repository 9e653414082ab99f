//! The four ways in which a request holds data, and what each is read into.

use std::collections::HashMap;

use crate::cast;
use crate::error::InputError;
use crate::frame::{DataFrame, Label};
use crate::json::Value;
use crate::nested;
use crate::numpy::{self, Want};
use crate::pandas;
use crate::places::Places;
use crate::python::{self, Raised};
use crate::schema::{ColumnSpec, ColumnType, ScalarType, Schema, TensorSpec};
use crate::values::{Array, Values};

/// What a request's data is, once read: the Python type that MLflow would give
/// to the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A data frame: from `dataframe_split`, `dataframe_records` or CSV.
    Frame(DataFrame),
    /// One unnamed array.
    Array(Array),
    /// Named arrays; scalars have no dimensions.
    Dict(Vec<(String, Array)>),
    /// A list of objects under `inputs`: one row each. Only a column-based
    /// signature makes something of it.
    Records(DataFrame),
}

impl Input {
    /// Reads the value of `dataframe_split`: `data`, and maybe `columns` and
    /// `index`.
    ///
    /// # Errors
    /// When it is no table, or a column does not convert to the schema's type.
    pub fn from_split(value: &Value, schema: Option<&Schema>) -> Result<Self, InputError> {
        let Value::Dict(entries) = value else {
            let found = match value {
                Value::List(_) => "list".to_owned(),
                other => format!("type <class '{}'>", python::type_name(other)),
            };
            return Err(InputError::invalid(format_args!(
                "Dataframe split format must be a dictionary. Got {found}."
            )));
        };
        let known = |key: &str| matches!(key, "columns" | "data" | "index");
        let data = value.get("data");
        let (Some(data), true) = (data, entries.iter().all(|(key, _)| known(key))) else {
            let keys: Vec<_> = entries.iter().map(|(key, _)| python::repr_str(key)).collect();
            let keys =
                if keys.is_empty() { "set()".into() } else { format!("{{{}}}", keys.join(", ")) };
            return Err(InputError::invalid(format_args!(
                "Dataframe split format must have 'data' field and optionally 'columns' and \
                 'index' fields. Got {keys}.'"
            )));
        };
        let frame = split_frame(data, value.get("columns"), value.get("index"));
        Self::frame(frame, "split", schema)
    }

    /// Reads the value of `dataframe_records`: a list of objects.
    ///
    /// # Errors
    /// When it is no table, or a column does not convert to the schema's type.
    pub fn from_records(value: &Value, schema: Option<&Schema>) -> Result<Self, InputError> {
        let Value::List(rows) = value else {
            let found = match value {
                Value::Dict(_) => "dictionary".to_owned(),
                other => format!("type <class '{}'>", python::type_name(other)),
            };
            return Err(InputError::invalid(format_args!(
                "Dataframe records format must be a list of records. Got {found}."
            )));
        };
        Self::frame(pandas::from_records(rows), "records", schema)
    }

    fn frame(
        frame: Result<DataFrame, String>,
        form: &str,
        schema: Option<&Schema>,
    ) -> Result<Self, InputError> {
        let frame = frame.map_err(|problem| {
            InputError::invalid(format_args!(
                "Provided dataframe_{form} field is not a valid dataframe representation in \
                 '{form}' format. Error: '{problem}'"
            ))
        })?;
        match schema {
            Some(schema) => cast::cast(frame, schema).map(Self::Frame),
            None => Ok(Self::Frame(frame)),
        }
    }

    /// Reads the value of `inputs`: nested lists, or named ones.
    ///
    /// # Errors
    /// When the lists are no array, or values do not convert to the schema's
    /// types.
    pub fn from_inputs(value: &Value, schema: Option<&Schema>) -> Result<Self, InputError> {
        let specs = Specs::new(schema);
        let is_dict = |v: &Value| matches!(v, Value::Dict(_));
        match (value, specs.only_name()) {
            (Value::List(items), Some(name)) if !items.iter().any(is_dict) => {
                let array = convert(value, specs.named(name)).map_err(plain)?;
                return Ok(Self::Dict(vec![(name.to_owned(), array)]));
            }
            (Value::Null | Value::Dict(_), _) if specs.unnamed() => {
                return Err(InputError::invalid(format_args!(
                    "Failed to parse input data. This model contains an un-named  model signature \
                     which expects a single n-dimensional array or a single value as input, \
                     however, an input of type <class '{}'> was found.",
                    python::type_name(value)
                )));
            }
            _ => {}
        }
        match value {
            Value::Dict(entries) => {
                let arrays = entries.iter().map(|(name, data)| {
                    Ok((name.to_string(), convert(data, specs.named(name)).map_err(plain)?))
                });
                arrays.collect::<Result<_, _>>().map(Self::Dict)
            }
            Value::List(items) if items.iter().all(is_dict) => records(items, &specs),
            Value::List(_) => convert(value, specs.first()).map(Self::Array).map_err(plain),
            scalar => convert(scalar, specs.first()).map(Self::Array).map_err(|_| {
                InputError::invalid(format_args!(
                    "Failed to convert data `{}` to type `{}` defined in the model signature.",
                    python::str(scalar),
                    specs.first().map_or_else(|| "None".into(), |spec| spec.to_string())
                ))
            }),
        }
    }

    /// Reads the value of `instances`: a list of rows, each a value or an
    /// object, or what `inputs` takes.
    ///
    /// # Errors
    /// When the rows do not stack, or values do not convert to the schema's
    /// types.
    pub fn from_instances(value: &Value, schema: Option<&Schema>) -> Result<Self, InputError> {
        let specs = Specs::new(schema);
        let input = match value {
            Value::List(items) if matches!(items.first(), Some(Value::Dict(_))) => {
                let columns = transpose(items).map_err(|raised| odd_json(&raised))?;
                let arrays = columns.into_iter().map(|(name, values)| {
                    if let Some(Spec::Column(ColumnSpec { kind, required, .. })) = specs.named(name)
                        && !matches!(kind, ColumnType::Scalar(_))
                    {
                        let each = |v| nested::enforce(v, kind, *required).map_err(plain);
                        values.iter().try_for_each(|v| each(v).map(drop))?;
                    }
                    let array = convert(&Value::List(values), specs.named(name));
                    Ok((name.to_owned(), array.map_err(|raised| odd_json_if_ragged(&raised))?))
                });
                Self::Dict(arrays.collect::<Result<_, _>>()?)
            }
            other => Self::from_inputs(other, schema)?,
        };
        if let Self::Dict(arrays) = &input {
            check_lengths(arrays, &specs)?;
        }
        Ok(input)
    }
}

/// The specs of a schema that may be missing, by name.
struct Specs<'a> {
    schema: Option<&'a Schema>,
    places: Places<'a>,
}

/// One column or tensor of a signature.
#[derive(Clone, Copy)]
enum Spec<'a> {
    Column(&'a ColumnSpec),
    Tensor(&'a TensorSpec),
}

impl std::fmt::Display for Spec<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Column(spec) => spec.fmt(f),
            Self::Tensor(spec) => spec.fmt(f),
        }
    }
}

impl<'a> Specs<'a> {
    fn new(schema: Option<&'a Schema>) -> Self {
        Self { schema, places: Places::new(schema.into_iter().flat_map(Schema::names)) }
    }

    fn at(&self, place: usize) -> Option<Spec<'a>> {
        match self.schema? {
            Schema::Columns(specs) => specs.get(place).map(Spec::Column),
            Schema::Tensors(specs) => specs.get(place).map(Spec::Tensor),
        }
    }

    fn first(&self) -> Option<Spec<'a>> {
        self.at(0)
    }

    fn named(&self, name: &str) -> Option<Spec<'a>> {
        self.at(self.places.find(name, 0)?)
    }

    /// The name of the only input, when there is one input and it has a name.
    fn only_name(&self) -> Option<&'a str> {
        let mut names = self.schema?.names();
        match (names.next(), names.next()) {
            (Some(name), None) => name,
            _ => None,
        }
    }

    fn unnamed(&self) -> bool {
        self.schema.is_some_and(|schema| !schema.has_names())
    }
}

fn plain(raised: Raised) -> InputError {
    InputError::invalid(raised.text)
}

fn odd_json(raised: &Raised) -> InputError {
    InputError::invalid(format_args!(
        "Ensure that the input is a valid JSON-formatted string.\nError: {}",
        raised.repr()
    ))
}

/// MLflow converts each row's value and stacks them afterwards, so that rows of
/// unequal lengths fail later, and read differently.
fn odd_json_if_ragged(raised: &Raised) -> InputError {
    if raised.text.contains("inhomogeneous") {
        odd_json(raised)
    } else {
        InputError::invalid(&raised.text)
    }
}

fn split_frame(
    data: &Value,
    columns: Option<&Value>,
    index: Option<&Value>,
) -> Result<DataFrame, String> {
    let labels = match columns {
        None | Some(Value::Null) => None,
        Some(Value::List(labels)) => Some(labels.iter().map(label).collect()),
        Some(other) => return Err(not_a_collection(other)),
    };
    let rows: &[Value] = match data {
        Value::Null => &[],
        Value::List(rows) => rows,
        _ => return Err("DataFrame constructor not properly called!".into()),
    };
    let frame = match rows.first() {
        Some(Value::Dict(_)) => select(&pandas::from_records(rows)?, labels)?,
        _ => pandas::from_rows(rows, labels)?,
    };
    match index {
        None | Some(Value::Null) => Ok(frame),
        Some(Value::List(index)) if index.len() == frame.rows() => Ok(frame),
        Some(Value::List(index)) => Err(format!(
            "Shape of passed values is ({}, {}), indices imply ({}, {})",
            frame.rows(),
            frame.width(),
            index.len(),
            frame.width()
        )),
        Some(other) => Err(not_a_collection(other)),
    }
}

fn not_a_collection(value: &Value) -> String {
    format!(
        "Index(...) must be called with a collection of some kind, {} was passed",
        python::repr(value)
    )
}

fn label(value: &Value) -> Label {
    match value {
        Value::Int(i) => Label::Index(*i),
        Value::Null => Label::Name("nan".into()),
        other => Label::Name(python::str(other).into()),
    }
}

/// The columns of those labels; columns that are not there are all missing.
fn select(frame: &DataFrame, labels: Option<Vec<Label>>) -> Result<DataFrame, String> {
    let Some(labels) = labels else { return Ok(frame.clone()) };
    pandas::check_size(frame.rows(), labels.len(), frame.rows().saturating_mul(frame.width()))?;
    let found: HashMap<&Label, &Values> = frame.columns().iter().map(|(l, v)| (l, v)).collect();
    let columns = labels.into_iter().map(|label| {
        let values = found.get(&label).map(|values| (*values).clone());
        (label, values.unwrap_or_else(|| vec![f64::NAN; frame.rows()].into()))
    });
    DataFrame::new(columns.collect()).ok_or_else(|| "All arrays must be of the same length".into())
}

/// The values of each key, in the order in which keys appear.
fn transpose(rows: &[Value]) -> Result<Vec<(&str, Vec<Value>)>, Raised> {
    let mut columns: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut places = HashMap::new();
    for row in rows {
        let Value::Dict(entries) = row else {
            let name = python::type_name(row);
            let text = format!("'{name}' object has no attribute 'items'");
            return Err(Raised::new("AttributeError", text));
        };
        for (key, value) in entries {
            let place = *places.entry(&**key).or_insert(columns.len());
            match columns.get_mut(place) {
                Some((_, values)) => values.push(value.clone()),
                None => columns.push((key, vec![value.clone()])),
            }
        }
    }
    Ok(columns)
}

fn check_lengths(arrays: &[(String, Array)], specs: &Specs<'_>) -> Result<(), InputError> {
    let is_checked = |name: &str| match specs.schema {
        Some(schema) if schema.has_names() => match specs.named(name) {
            Some(Spec::Column(spec)) => spec.required && !matches!(spec.kind, ColumnType::Array(_)),
            Some(Spec::Tensor(_)) => true,
            None => false,
        },
        _ => true,
    };
    let mut expected = None;
    for (_, array) in arrays.iter().filter(|(name, _)| is_checked(name)) {
        let Some(found) = array.shape().first() else {
            if specs.schema.is_some() {
                continue;
            }
            return Err(odd_json(&Raised::new("TypeError", "len() of unsized object")));
        };
        if *expected.get_or_insert(*found) != *found {
            return Err(InputError::invalid(
                "The length of values for each input/column name are not the same",
            ));
        }
    }
    Ok(())
}

/// `inputs: [{…}, …]`, of which only a column-based signature makes a frame.
fn records(rows: &[Value], specs: &Specs<'_>) -> Result<Input, InputError> {
    let columns = pandas::record_columns(rows).map_err(InputError::invalid)?.into_iter();
    let columns = columns.map(|(name, cells)| {
        let spec = specs.named(name).filter(|spec| matches!(spec, Spec::Column(_)));
        let values = match spec {
            None => pandas::infer(cells.into_iter()),
            spec => {
                let cells = Value::List(cells.into_iter().cloned().collect());
                let array = convert(&cells, spec).map_err(plain)?;
                // A column keeps one value a row; anything else stays as it was.
                match (array.shape(), cells) {
                    (_, Value::List(cells)) if array.shape().len() != 1 => Values::Object(cells),
                    _ => array.values().clone(),
                }
            }
        };
        Ok((Label::Name(name.clone()), values))
    });
    DataFrame::new(columns.collect::<Result<_, _>>()?)
        .map(Input::Records)
        .ok_or_else(|| InputError::invalid("All arrays must be of the same length"))
}

/// Converts data to what the signature names.
fn convert(data: &Value, spec: Option<Spec<'_>>) -> Result<Array, Raised> {
    let whole = |values: Values| {
        Array::new(vec![], values).ok_or_else(|| Raised::new("ValueError", "no single value"))
    };
    match spec {
        None => numpy::array(data, Want::Any),
        Some(Spec::Tensor(spec)) => numpy::array(data, numpy::want_of(&spec.dtype)?),
        Some(Spec::Column(spec)) => match &spec.kind {
            ColumnType::Scalar(t) => match optional_scalars(data, *t) {
                Some(array) => Ok(array),
                None => numpy::array(data, (*t).into()),
            },
            ColumnType::Any => match data {
                Value::List(items) => Ok(Array::vector(pandas::infer(items.iter()))),
                other => whole(pandas::infer(std::iter::once(other))),
            },
            nested => {
                let value = nested::enforce(data, nested, spec.required)?;
                match value {
                    Value::List(_) => numpy::array(&value, Want::Any),
                    other => whole(Values::Object(vec![other])),
                }
            }
        },
    }
}

/// numpy would make `False` and `"None"` of missing truth values and text, so
/// MLflow sets those aside.
fn optional_scalars(data: &Value, t: ScalarType) -> Option<Array> {
    if !matches!(t, ScalarType::Boolean | ScalarType::String | ScalarType::Binary) {
        return None;
    }
    let values = |items: &[Value]| match t {
        ScalarType::Binary => Values::Bytes(
            items
                .iter()
                .map(|v| (*v != Value::Null).then(|| python::str(v).into_bytes()))
                .collect(),
        ),
        _ => Values::Object(
            items
                .iter()
                .map(|v| match (v, t) {
                    (Value::Null, _) => Value::Null,
                    (v, ScalarType::Boolean) => Value::Bool(python::truth(v)),
                    (v, _) => Value::Str(python::str(v)),
                })
                .collect(),
        ),
    };
    match data {
        Value::Null => Array::new(vec![], values(&[Value::Null])),
        Value::List(items) => {
            let scalar = |v: &Value| !matches!(v, Value::List(_) | Value::Dict(_));
            let set_aside = items.contains(&Value::Null) && items.iter().all(scalar);
            set_aside.then(|| Array::vector(values(items)))
        }
        _ => None,
    }
}
