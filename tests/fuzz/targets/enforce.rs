//! Schema enforcement: a signature, and data that half fits it.

#![no_main]

use fuzz::assert_says_why;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use mlmodel::{Input, MlModel, display_input, enforce, enforce_params, json};
use serde_json::{Value, json as js};

#[derive(Debug, Arbitrary)]
enum Case {
    Columns {
        columns: Vec<Column>,
        named: bool,
        params: Vec<Param>,
        request: Request,
    },
    Tensors {
        tensors: Vec<TensorSpec>,
        named: bool,
        request: Request,
    },
    /// Texts as they come.
    Texts {
        inputs: String,
        params: String,
        body: String,
        form: Form,
    },
}

#[derive(Debug, Arbitrary)]
struct Column {
    name: Name,
    kind: Type,
    required: Option<bool>,
}

#[derive(Debug, Arbitrary)]
enum Type {
    Scalar(Scalar),
    Array(Box<Type>),
    Map(Box<Type>),
    Object(Vec<(Name, Type, Option<bool>)>),
    Vector,
    Any,
}

#[derive(Debug, Arbitrary)]
enum Scalar {
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    String,
    Binary,
    Datetime,
}

#[derive(Debug, Arbitrary)]
struct TensorSpec {
    name: Name,
    dtype: u8,
    shape: Vec<Len>,
}

#[derive(Debug, Arbitrary)]
enum Len {
    Open,
    Small(u8),
    Any(i64),
}

#[derive(Debug, Arbitrary)]
struct Param {
    name: Name,
    kind: Type,
    default: Cell,
    list: bool,
}

/// Few names, so that they meet.
#[derive(Debug, Arbitrary)]
enum Name {
    A,
    B,
    C,
    Other(String),
}

#[derive(Debug, Arbitrary)]
struct Request {
    form: Form,
    rows: Vec<Row>,
    columns: Option<Vec<Name>>,
    index: Option<Vec<Cell>>,
    params: Option<Cell>,
}

#[derive(Debug, Arbitrary)]
enum Form {
    Split,
    Records,
    Instances,
    Inputs,
}

#[derive(Debug, Arbitrary)]
enum Row {
    List(Vec<Cell>),
    Dict(Vec<(Name, Cell)>),
    Cell(Cell),
}

#[derive(Debug, Arbitrary)]
enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Small(i8),
    Unsigned(u64),
    Float(f64),
    Single(f32),
    /// Written as numbers and times are.
    Number(i16, i8),
    Time(u16, u8, u8, u8),
    Text(String),
    List(Vec<Cell>),
    Dict(Vec<(Name, Cell)>),
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::Other(text) => text,
        }
    }
}

impl Type {
    fn json(&self) -> Value {
        match self {
            Self::Scalar(scalar) => js!({"type": format!("{scalar:?}").to_lowercase()}),
            Self::Array(inner) => js!({"type": "array", "items": inner.json()}),
            Self::Map(inner) => js!({"type": "map", "values": inner.json()}),
            Self::Object(properties) => {
                let properties = properties.iter().map(|(name, kind, required)| {
                    let mut value = kind.json();
                    if let Some(required) = required {
                        value["required"] = js!(required);
                    }
                    (name.text().to_owned(), value)
                });
                js!({"type": "object", "properties": Value::Object(properties.collect())})
            }
            Self::Vector => js!({"type": "sparkml_vector"}),
            Self::Any => js!({"type": "any"}),
        }
    }
}

impl Column {
    fn json(&self, named: bool) -> Value {
        let mut value = self.kind.json();
        if named {
            value["name"] = js!(self.name.text());
        }
        if let Some(required) = self.required {
            value["required"] = js!(required);
        }
        value
    }
}

impl TensorSpec {
    fn json(&self, named: bool) -> Value {
        const DTYPES: &[&str] = &[
            "bool",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "int8",
            "int16",
            "int32",
            "int64",
            "float16",
            "float32",
            "float64",
            "str",
            "object",
            "complex64",
            "datetime64",
        ];
        let dtype = DTYPES[usize::from(self.dtype) % DTYPES.len()];
        let shape: Vec<i64> = self
            .shape
            .iter()
            .map(|len| match len {
                Len::Open => -1,
                Len::Small(len) => i64::from(len % 4),
                Len::Any(len) => *len,
            })
            .collect();
        let mut value = js!({"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": shape}});
        if named {
            value["name"] = js!(self.name.text());
        }
        value
    }
}

impl Param {
    fn json(&self) -> Value {
        let mut value = self.kind.json();
        value["name"] = js!(self.name.text());
        value["default"] = self.default.json();
        value["shape"] = if self.list { js!([-1]) } else { Value::Null };
        value
    }
}

impl Cell {
    fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => js!(b),
            Self::Int(n) => js!(n),
            Self::Small(n) => js!(n),
            Self::Unsigned(n) => js!(n),
            Self::Float(x) => js!(x),
            Self::Single(x) => js!(x),
            Self::Number(n, exponent) => js!(format!("{n}e{exponent}")),
            Self::Time(year, month, day, hour) => {
                js!(format!("{year:04}-{:02}-{:02}T{:02}:00:00", month % 14, day % 33, hour % 26))
            }
            Self::Text(text) => js!(text),
            Self::List(cells) => cells.iter().map(Self::json).collect(),
            Self::Dict(entries) => dict(entries),
        }
    }
}

fn dict(entries: &[(Name, Cell)]) -> Value {
    Value::Object(entries.iter().map(|(n, cell)| (n.text().to_owned(), cell.json())).collect())
}

impl Request {
    fn json(&self) -> Value {
        let row = |row: &Row| match row {
            Row::List(cells) => cells.iter().map(Cell::json).collect(),
            Row::Dict(entries) => dict(entries),
            Row::Cell(cell) => cell.json(),
        };
        let rows: Value = self.rows.iter().map(row).collect();
        match self.form {
            Form::Split => {
                let mut value = js!({"data": rows});
                if let Some(columns) = &self.columns {
                    value["columns"] = columns.iter().map(Name::text).collect();
                }
                if let Some(index) = &self.index {
                    value["index"] = index.iter().map(Cell::json).collect();
                }
                value
            }
            // One row instead of a list of them.
            Form::Instances | Form::Inputs if self.columns.is_some() => {
                self.rows.first().map_or(Value::Null, row)
            }
            _ => rows,
        }
    }
}

/// An MLmodel file with this signature.
fn file(inputs: &str, params: &str) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut text = format!("signature:\n  inputs: {}\n", quoted(inputs));
    if !params.is_empty() {
        text.push_str(&format!("  params: {}\n", quoted(params)));
    }
    text
}

fuzz_target!(|case: Case| {
    let (inputs, params, body, given, form) = match &case {
        Case::Columns { columns, named, params, request } => {
            let columns: Value = columns.iter().map(|column| column.json(*named)).collect();
            let specs: Value = params.iter().map(Param::json).collect();
            let given = request.params.as_ref().map(|cell| cell.json().to_string());
            let body = request.json().to_string();
            (columns.to_string(), specs.to_string(), body, given, &request.form)
        }
        Case::Tensors { tensors, named, request } => {
            let tensors: Value = tensors.iter().map(|tensor| tensor.json(*named)).collect();
            let body = request.json().to_string();
            (tensors.to_string(), String::new(), body, None, &request.form)
        }
        Case::Texts { inputs, params, body, form } => {
            (inputs.clone(), params.clone(), body.clone(), Some(body.clone()), form)
        }
    };
    let signature = match MlModel::parse(file(&inputs, &params).as_bytes()) {
        Ok(file) => file.signature,
        Err(error) => return assert_says_why(&error),
    };
    let Some(schema) = &signature.inputs else { return };
    let value = match json::parse(body.as_bytes()) {
        Ok(value) => value,
        Err(error) => return assert_says_why(&error),
    };
    let given = given.and_then(|text| json::parse(text.as_bytes()).ok());
    if let Err(error) = enforce_params(given.as_ref(), signature.params.as_deref()) {
        assert_says_why(&error);
    }
    for schema in [Some(schema), None] {
        let input = match form {
            Form::Split => Input::from_split(&value, schema),
            Form::Records => Input::from_records(&value, schema),
            Form::Instances => Input::from_instances(&value, schema),
            Form::Inputs => Input::from_inputs(&value, schema),
        };
        match input {
            Err(error) => assert_says_why(&error),
            Ok(input) => {
                assert!(display_input(&input).chars().count() <= 5000);
                if let Some(Err(error)) = schema.map(|schema| enforce(&input, schema)) {
                    assert_says_why(&error);
                }
            }
        }
    }
    if let Some(schema) = &signature.inputs
        && let Ok(input) = Input::from_inputs(&value, None)
        && let Err(error) = enforce(&input, schema)
    {
        assert_says_why(&error);
    }
});
