//! Columns and arrays of one type: what pandas and numpy hold.

use tensor::{DType, Data, Tensor};

use crate::json::Value;
use crate::python;

/// Values of one type: a column of a data frame, or the elements of an
/// [`Array`].
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers, truth values or text, of the types that tensors have.
    Data(Data),
    /// Points in time: nanoseconds since 1970, without a time zone; `None` is
    /// pandas's `NaT`.
    Datetime(Vec<Option<i64>>),
    /// Bytes; `None` is Python's `None`.
    Bytes(Vec<Option<Vec<u8>>>),
    /// numpy's `object`: each value has a type of its own.
    Object(Vec<Value>),
}

impl Values {
    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Data(data) => data.len(),
            Self::Datetime(v) => v.len(),
            Self::Bytes(v) => v.len(),
            Self::Object(v) => v.len(),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the type: numpy's, or pandas's `str` for text.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Data(data) => data.dtype().numpy_name(),
            Self::Datetime(_) => "datetime64[ns]",
            Self::Bytes(_) | Self::Object(_) => "object",
        }
    }

    /// One value as JSON has it; times and bytes become text. `None` past the
    /// end.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<Value> {
        Some(match self {
            Self::Data(data) => return data_value(data, i),
            Self::Datetime(v) => match v.get(i)? {
                Some(ns) => Value::Str(crate::datetime::format(*ns)),
                None => Value::Null,
            },
            Self::Bytes(v) => match v.get(i)? {
                Some(bytes) => Value::Str(python::repr_bytes(bytes, usize::MAX)),
                None => Value::Null,
            },
            Self::Object(v) => v.get(i)?.clone(),
        })
    }

    /// The value at `i` again and again.
    pub(crate) fn repeat_first(&self, n: usize) -> Self {
        fn each<T: Clone>(v: &[T], n: usize) -> Vec<T> {
            v.first().map_or_else(Vec::new, |x| vec![x.clone(); n])
        }
        match self {
            Self::Data(data) => Self::Data(match data {
                Data::Bool(v) => each(v, n).into(),
                Data::U8(v) => each(v, n).into(),
                Data::U16(v) => each(v, n).into(),
                Data::U32(v) => each(v, n).into(),
                Data::U64(v) => each(v, n).into(),
                Data::I8(v) => each(v, n).into(),
                Data::I16(v) => each(v, n).into(),
                Data::I32(v) => each(v, n).into(),
                Data::I64(v) => each(v, n).into(),
                Data::F16(v) => each(v, n).into(),
                Data::F32(v) => each(v, n).into(),
                Data::F64(v) => each(v, n).into(),
                Data::Str(v) => each(v, n).into(),
            }),
            Self::Datetime(v) => Self::Datetime(each(v, n)),
            Self::Bytes(v) => Self::Bytes(each(v, n)),
            Self::Object(v) => Self::Object(each(v, n)),
        }
    }
}

impl<T: Into<Data>> From<T> for Values {
    fn from(data: T) -> Self {
        Self::Data(data.into())
    }
}

fn data_value(data: &Data, i: usize) -> Option<Value> {
    Some(match data {
        Data::Bool(v) => Value::Bool(*v.get(i)?),
        Data::U8(v) => Value::Int((*v.get(i)?).into()),
        Data::U16(v) => Value::Int((*v.get(i)?).into()),
        Data::U32(v) => Value::Int((*v.get(i)?).into()),
        Data::U64(v) => {
            let n = *v.get(i)?;
            i64::try_from(n).map_or_else(|_| Value::Big(n.to_string()), Value::Int)
        }
        Data::I8(v) => Value::Int((*v.get(i)?).into()),
        Data::I16(v) => Value::Int((*v.get(i)?).into()),
        Data::I32(v) => Value::Int((*v.get(i)?).into()),
        Data::I64(v) => Value::Int(*v.get(i)?),
        Data::F16(v) => Value::Float(v.get(i)?.to_f64()),
        Data::F32(v) => Value::Float((*v.get(i)?).into()),
        Data::F64(v) => Value::Float(*v.get(i)?),
        Data::Str(v) => Value::Str(v.get(i)?.clone()),
    })
}

/// An n-dimensional array, as numpy has it: a [`Tensor`] whose elements may
/// also be times, bytes or anything. Shape and elements always agree; an array
/// of no dimensions is a scalar.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    values: Values,
}

impl Array {
    /// Makes an array from row-major values; `None` when they do not fill the
    /// shape.
    #[must_use]
    pub fn new(shape: Vec<usize>, values: Values) -> Option<Self> {
        (tensor::element_count(&shape) == Some(values.len())).then_some(Self { shape, values })
    }

    /// An array of one dimension.
    #[must_use]
    pub fn vector(values: Values) -> Self {
        Self { shape: vec![values.len()], values }
    }

    /// The length of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements, in row-major order.
    #[must_use]
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The array as a tensor. Elements of any type become text, each as
    /// Python's `str` prints it, which is what ONNX Runtime does with them.
    /// `None` for times and bytes: no ONNX input takes those.
    #[must_use]
    pub fn into_tensor(self) -> Option<Tensor> {
        let data = match self.values {
            Values::Data(data) => data,
            Values::Object(v) => Data::Str(v.iter().map(python::str).collect()),
            Values::Datetime(_) | Values::Bytes(_) => return None,
        };
        Tensor::new(self.shape, data).ok()
    }

    /// The array as nested JSON lists, as numpy's `tolist` makes them.
    pub(crate) fn to_list(&self) -> Value {
        fn nest(array: &Array, shape: &[usize], at: &mut usize) -> Value {
            match shape.split_first() {
                Some((n, rest)) => Value::List((0..*n).map(|_| nest(array, rest, at)).collect()),
                None => {
                    *at += 1;
                    array.values.get(*at - 1).unwrap_or(Value::Null)
                }
            }
        }
        nest(self, &self.shape, &mut 0)
    }

    /// Whether the elements are of a type that tensors have.
    #[must_use]
    pub fn dtype(&self) -> Option<DType> {
        match &self.values {
            Values::Data(data) => Some(data.dtype()),
            _ => None,
        }
    }
}
