//! What a signature says: the types of columns, tensors and parameters.
//!
//! `Display` prints each type as MLflow prints it, since MLflow's error
//! messages quote schemas.

use std::fmt;

use tensor::DType;

use crate::json::Value;
use crate::python::{self, repr_shape, repr_str};

/// The scalar types of a column-based signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// `bool`
    Boolean,
    /// 32-bit integers.
    Integer,
    /// 64-bit integers.
    Long,
    /// 32-bit floats.
    Float,
    /// 64-bit floats.
    Double,
    /// Text.
    String,
    /// Bytes.
    Binary,
    /// Points in time, in nanoseconds, without a time zone.
    Datetime,
}

impl ScalarType {
    /// The type's name in a signature.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Datetime => "datetime",
        }
    }

    /// The type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Boolean,
            Self::Integer,
            Self::Long,
            Self::Float,
            Self::Double,
            Self::String,
            Self::Binary,
            Self::Datetime,
        ]
        .into_iter()
        .find(|t| t.name() == name)
    }

    /// numpy's name of the type.
    pub(crate) fn numpy_name(self) -> &'static str {
        match self {
            Self::Boolean => "bool",
            Self::Integer => "int32",
            Self::Long => "int64",
            Self::Float => "float32",
            Self::Double => "float64",
            Self::String => "<U0",
            Self::Binary => "|S0",
            Self::Datetime => "datetime64[ns]",
        }
    }

    /// How MLflow names the type that pandas holds such a column in.
    pub(crate) fn pandas_name(self) -> &'static str {
        match self {
            Self::String | Self::Binary => "<class 'object'>",
            other => other.numpy_name(),
        }
    }

    /// The element type, for the types that tensors have too.
    #[must_use]
    pub fn dtype(self) -> Option<DType> {
        Some(match self {
            Self::Boolean => DType::Bool,
            Self::Integer => DType::I32,
            Self::Long => DType::I64,
            Self::Float => DType::F32,
            Self::Double => DType::F64,
            Self::String => DType::Str,
            Self::Binary | Self::Datetime => return None,
        })
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The type of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnType {
    /// One value of a scalar type.
    Scalar(ScalarType),
    /// A list of values of one type.
    Array(Box<ColumnType>),
    /// An object with known keys, in the order of their names.
    Object(Vec<Property>),
    /// An object with any keys and values of one type.
    Map(Box<ColumnType>),
    /// Spark's vector: a list of doubles.
    SparkVector,
    /// Any JSON.
    Any,
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(t) => t.fmt(f),
            Self::Array(items) => write!(f, "Array({items})"),
            Self::Object(properties) => {
                let parts: Vec<_> = properties.iter().map(ToString::to_string).collect();
                write!(f, "{{{}}}", parts.join(", "))
            }
            // MLflow prints its enum's own name here, and only here.
            Self::Map(values) => match values.as_ref() {
                Self::Scalar(t) => write!(f, "Map(str -> DataType.{t})"),
                other => write!(f, "Map(str -> {other})"),
            },
            Self::SparkVector => f.write_str("SparkML vector"),
            Self::Any => f.write_str("Any"),
        }
    }
}

/// A key of a [`ColumnType::Object`].
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The key.
    pub name: String,
    /// The type of its value.
    pub kind: ColumnType,
    /// Whether the key must be there.
    pub required: bool,
}

fn required(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.name, self.kind, required(self.required))
    }
}

/// A column of a column-based signature.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSpec {
    /// The column's name; `None` when the signature counts columns only.
    pub name: Option<String>,
    /// The type of its values.
    pub kind: ColumnType,
    /// Whether a request must have the column.
    pub required: bool,
}

impl fmt::Display for ColumnSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{}: ", repr_str(name))?;
        }
        write!(f, "{} ({})", self.kind, required(self.required))
    }
}

/// The element type of a tensor-based signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TensorType {
    /// A type that tensors have.
    Known(DType),
    /// numpy's `object`: anything, ragged arrays too.
    Object,
    /// A numpy type that no ONNX input has, such as `complex64`. Models with
    /// such a signature load, and refuse every request.
    Other(String),
}

impl TensorType {
    /// How numpy prints the type itself: text has a width there.
    pub(crate) fn numpy_name(&self) -> &str {
        match self {
            Self::Known(DType::Str) => "<U0",
            Self::Known(dtype) => dtype.numpy_name(),
            Self::Object => "object",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(t) => t.fmt(f),
            Self::Object => f.write_str("object"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// A tensor of a tensor-based signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorSpec {
    /// The tensor's name; `None` for a model's only, unnamed input.
    pub name: Option<String>,
    /// The type of its elements.
    pub dtype: TensorType,
    /// The length of each dimension; -1 where any length goes.
    pub shape: Vec<i64>,
}

impl fmt::Display for TensorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{}: ", repr_str(name))?;
        }
        write!(f, "Tensor('{}', {})", self.dtype, repr_shape(&self.shape))
    }
}

/// The inputs or outputs of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Schema {
    /// A data frame. Either every column has a name or none has; never empty.
    Columns(Vec<ColumnSpec>),
    /// Tensors. Only a single one may be unnamed; never empty.
    Tensors(Vec<TensorSpec>),
}

impl Schema {
    /// The names, in the signature's order; `None` for what has none.
    pub fn names(&self) -> impl Iterator<Item = Option<&str>> {
        let (columns, tensors): (&[ColumnSpec], &[TensorSpec]) = match self {
            Self::Columns(columns) => (columns, &[]),
            Self::Tensors(tensors) => (&[], tensors),
        };
        let columns = columns.iter().map(|c| c.name.as_deref());
        columns.chain(tensors.iter().map(|t| t.name.as_deref()))
    }

    /// Whether the inputs have names, rather than only an order.
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.names().next().flatten().is_some()
    }

    /// The places and names of the required inputs.
    pub(crate) fn required_names(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_required = |place: usize| match self {
            Self::Columns(columns) => columns.get(place).is_some_and(|column| column.required),
            Self::Tensors(_) => true,
        };
        let names = self.names().enumerate().filter(move |(place, _)| is_required(*place));
        names.filter_map(|(place, name)| Some((place, name?)))
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = match self {
            Self::Columns(columns) => columns.iter().map(ToString::to_string).collect(),
            Self::Tensors(tensors) => tensors.iter().map(ToString::to_string).collect(),
        };
        write!(f, "[{}]", parts.join(", "))
    }
}

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamType {
    /// A scalar, or a list of them.
    Scalar(ScalarType),
    /// An object with known keys.
    Object(Vec<Property>),
}

/// A parameter: something that a request may set beside its data.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamSpec {
    /// The parameter's name.
    pub name: String,
    /// The type of its value, or of each item of it.
    pub kind: ParamType,
    /// The value when a request does not set it.
    pub default: Value,
    /// Whether the value is a list: `shape` is `[-1]`, not null.
    pub is_list: bool,
}

impl fmt::Display for ParamSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            ParamType::Scalar(t) => t.to_string(),
            ParamType::Object(properties) => ColumnType::Object(properties.clone()).to_string(),
        };
        let shape = if self.is_list { " (shape: (-1,))" } else { "" };
        let default = python::str(&self.default);
        write!(f, "{}: {kind} (default: {default}){shape}", repr_str(&self.name))
    }
}

/// What a model takes and gives, as far as its maker said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signature {
    /// What a request must hold.
    pub inputs: Option<Schema>,
    /// What an answer holds.
    pub outputs: Option<Schema>,
    /// What a request may set besides.
    pub params: Option<Vec<ParamSpec>>,
}
