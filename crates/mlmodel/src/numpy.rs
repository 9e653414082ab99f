//! `numpy.array(data)` and `numpy.array(data, dtype)` on JSON.

use half::f16;
use tensor::{DType, Data};

use crate::json::Value;
use crate::python::{self, Raised, repr_shape};
use crate::schema::{ScalarType, TensorType};
use crate::values::{Array, Values};

/// The element type that a caller asks numpy for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Whatever fits all values.
    Any,
    /// A type that tensors have.
    Data(DType),
    /// `object`
    Object,
    /// `bytes`: the UTF-8 of each value's text.
    Bytes,
    /// `datetime64[ns]`
    Datetime,
}

impl From<ScalarType> for Want {
    fn from(t: ScalarType) -> Self {
        match (t, t.dtype()) {
            (_, Some(dtype)) => Self::Data(dtype),
            (ScalarType::Binary, None) => Self::Bytes,
            (_, None) => Self::Datetime,
        }
    }
}

/// What `TensorSpec` asks for; an error for types that ONNX lacks.
pub(crate) fn want_of(t: &TensorType) -> Result<Want, Raised> {
    match t {
        TensorType::Known(dtype) => Ok(Want::Data(*dtype)),
        TensorType::Object => Ok(Want::Object),
        TensorType::Other(name) => {
            let text = format!("the signature's type '{name}' is not supported for ONNX models");
            Err(Raised::new("TypeError", text))
        }
    }
}

/// Makes an array of nested lists, or a scalar of anything else.
///
/// # Errors
/// What numpy raises: for lists of unequal lengths, and for values that do
/// not convert.
pub(crate) fn array(data: &Value, want: Want) -> Result<Array, Raised> {
    let (shape, ragged) = shape_of(data);
    if ragged && want != Want::Object {
        return Err(Raised::new(
            "ValueError",
            format!(
                "setting an array element with a sequence. The requested array has an \
                 inhomogeneous shape after {} dimensions. The detected shape was {} + \
                 inhomogeneous part.",
                shape.len(),
                repr_shape(&shape)
            ),
        ));
    }
    let mut leaves = Vec::new();
    collect(data, shape.len(), &mut leaves);
    let values = convert(leaves.into_iter(), want)?;
    Array::new(shape, values)
        .ok_or_else(|| Raised::new("ValueError", "the nested lists do not form an array"))
}

/// The shape that all nested lists agree on, and whether they go on beyond it.
fn shape_of(data: &Value) -> (Vec<usize>, bool) {
    let mut shape = Vec::new();
    let mut first = Some(data);
    while let Some(Value::List(items)) = first {
        shape.push(items.len());
        first = items.first();
    }
    let mut ragged = false;
    let depth = agree(data, &shape, &mut ragged);
    shape.truncate(depth);
    (shape, ragged)
}

/// To how many dimensions `data` has this shape.
fn agree(data: &Value, shape: &[usize], ragged: &mut bool) -> usize {
    match (data, shape.split_first()) {
        (Value::List(items), Some((n, rest))) if items.len() == *n => {
            let inner = items.iter().map(|item| agree(item, rest, ragged)).min();
            1 + inner.unwrap_or(rest.len())
        }
        (Value::List(_), _) | (_, Some(_)) => {
            *ragged = true;
            0
        }
        (_, None) => 0,
    }
}

fn collect<'a>(data: &'a Value, depth: usize, leaves: &mut Vec<&'a Value>) {
    match (data, depth.checked_sub(1)) {
        (Value::List(items), Some(depth)) => {
            items.iter().for_each(|item| collect(item, depth, leaves));
        }
        _ => leaves.push(data),
    }
}

/// Converts each value to the wanted type.
pub(crate) fn convert<'a>(
    values: impl ExactSizeIterator<Item = &'a Value> + Clone,
    want: Want,
) -> Result<Values, Raised> {
    fn all<'a, T>(
        values: impl ExactSizeIterator<Item = &'a Value>,
        f: impl Fn(&Value) -> Result<T, Raised>,
    ) -> Result<Values, Raised>
    where
        Data: From<Vec<T>>,
    {
        let mut converted: Vec<T> = Vec::with_capacity(values.len());
        for value in values {
            converted.push(f(value)?);
        }
        Ok(Values::Data(converted.into()))
    }
    match want {
        Want::Any => match common_type(values.clone()) {
            Want::Data(dtype) => convert(values, Want::Data(dtype)),
            _ => Ok(Values::Object(values.cloned().collect())),
        },
        Want::Object => Ok(Values::Object(values.cloned().collect())),
        Want::Bytes => {
            Ok(Values::Bytes(values.map(|v| Some(python::str(v).into_bytes())).collect()))
        }
        Want::Datetime => values.map(datetime).collect::<Result<_, _>>().map(Values::Datetime),
        Want::Data(dtype) => match dtype {
            DType::Bool => all(values, |v| Ok(python::truth(v))),
            DType::U8 => all(values, |v| integer::<u8>(v, dtype)),
            DType::U16 => all(values, |v| integer::<u16>(v, dtype)),
            DType::U32 => all(values, |v| integer::<u32>(v, dtype)),
            DType::U64 => all(values, |v| integer::<u64>(v, dtype)),
            DType::I8 => all(values, |v| integer::<i8>(v, dtype)),
            DType::I16 => all(values, |v| integer::<i16>(v, dtype)),
            DType::I32 => all(values, |v| integer::<i32>(v, dtype)),
            DType::I64 => all(values, |v| integer::<i64>(v, dtype)),
            DType::F16 => all(values, |v| float(v).map(f16::from_f64)),
            DType::F32 => all(values, |v| float(v).map(|x| x as f32)),
            DType::F64 => all(values, float),
            DType::Str => all(values, |v| Ok(python::str(v))),
        },
    }
}

/// The smallest type that numpy holds all these values in.
fn common_type<'a>(values: impl Iterator<Item = &'a Value>) -> Want {
    let (mut float, mut int, mut bool, mut text) = (false, false, false, false);
    let (mut negative, mut long) = (false, false);
    for value in values {
        match value {
            Value::Null | Value::Dict(_) | Value::List(_) => return Want::Object,
            Value::Bool(_) => bool = true,
            Value::Int(n) => {
                int = true;
                negative |= *n < 0;
            }
            Value::Big(digits) if digits.parse::<u64>().is_ok() => long = true,
            Value::Big(_) => return Want::Object,
            Value::Float(_) => float = true,
            Value::Str(_) => text = true,
        }
    }
    Want::Data(if text {
        DType::Str
    } else if float || (long && negative) {
        DType::F64
    } else if long {
        DType::U64
    } else if int {
        DType::I64
    } else if bool {
        DType::Bool
    } else {
        DType::F64
    })
}

fn not_a_number(value: &Value, function: &str) -> Raised {
    let name = python::type_name(value);
    let accepts = if function == "int" { "a string, a bytes-like object" } else { "a string" };
    Raised::new(
        "TypeError",
        format!("{function}() argument must be {accepts} or a real number, not '{name}'"),
    )
}

/// A number as an integer: floats lose their fraction, text is read.
fn integer<T: TryFrom<i128>>(value: &Value, dtype: DType) -> Result<T, Raised> {
    let too_large = || Raised::new("OverflowError", "Python int too large to convert to C long");
    let n: i128 = match value {
        Value::Bool(b) => i128::from(*b),
        Value::Int(n) => i128::from(*n),
        Value::Big(digits) => digits.parse().map_err(|_| too_large())?,
        Value::Float(x) if x.is_nan() => {
            return Err(Raised::new("ValueError", "cannot convert float NaN to integer"));
        }
        Value::Float(x) if x.is_infinite() => {
            return Err(Raised::new("OverflowError", "cannot convert float infinity to integer"));
        }
        // The cast saturates far beyond every type that is asked for here.
        Value::Float(x) => *x as i128,
        Value::Str(text) => match python::parse_int(text) {
            Some(n) => return integer(&n, dtype),
            None => {
                let text =
                    format!("invalid literal for int() with base 10: {}", python::repr_str(text));
                return Err(Raised::new("ValueError", text));
            }
        },
        Value::Null | Value::List(_) | Value::Dict(_) => return Err(not_a_number(value, "int")),
    };
    let fits_c = if dtype == DType::U64 {
        u64::try_from(n).is_ok() || i64::try_from(n).is_ok()
    } else {
        i64::try_from(n).is_ok()
    };
    if !fits_c {
        return Err(too_large());
    }
    T::try_from(n).map_err(|_| {
        Raised::new("OverflowError", format!("Python integer {n} out of bounds for {dtype}"))
    })
}

/// A number as a float: `None` is NaN, text is read.
fn float(value: &Value) -> Result<f64, Raised> {
    match value {
        Value::Null => Ok(f64::NAN),
        Value::Bool(b) => Ok(f64::from(u8::from(*b))),
        Value::Int(n) => Ok(*n as f64),
        Value::Big(digits) => match decimal::read_f64(digits) {
            Some(x) if x.is_finite() => Ok(x),
            _ => Err(Raised::new("OverflowError", "int too large to convert to float")),
        },
        Value::Float(x) => Ok(*x),
        Value::Str(text) => python::parse_float(text).ok_or_else(|| {
            let text = format!("could not convert string to float: {}", python::repr_str(text));
            Raised::new("ValueError", text)
        }),
        Value::List(_) | Value::Dict(_) => Err(not_a_number(value, "float")),
    }
}

fn datetime(value: &Value) -> Result<Option<i64>, Raised> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(b) => Ok(Some(i64::from(*b))),
        Value::Int(n) => Ok(Some(*n)),
        Value::Big(_) => Err(Raised::new("OverflowError", "int too big to convert")),
        Value::Str(text) if text.is_empty() || text == "NaT" => Ok(None),
        Value::Str(text) => match crate::datetime::parse_iso(text) {
            Ok(parsed) => Ok(Some(parsed.nanos)),
            Err(at) => Err(Raised::new(
                "ValueError",
                format!("Error parsing datetime string \"{text}\" at position {at}"),
            )),
        },
        Value::Float(_) | Value::List(_) | Value::Dict(_) => {
            Err(Raised::new("ValueError", "Could not convert object to NumPy datetime"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn make(text: &str, want: Want) -> Result<Array, String> {
        array(&parse(text.as_bytes()).unwrap(), want).map_err(|e| e.text)
    }

    #[test]
    fn the_type_is_the_smallest_that_fits() {
        for (text, shape, name) in [
            ("[1, 1.5]", vec![2], "float64"),
            ("[true, 1]", vec![2], "int64"),
            ("[true, 1.5]", vec![2], "float64"),
            ("[true, \"a\"]", vec![2], "str"),
            ("[9223372036854775808]", vec![1], "uint64"),
            ("[-1, 9223372036854775808]", vec![2], "float64"),
            ("[1.5, 100000000000000000000]", vec![2], "object"),
            ("[null, \"a\"]", vec![2], "object"),
            ("[[1, null]]", vec![1, 2], "object"),
            ("[{\"a\": 1}, 2]", vec![2], "object"),
            ("[[]]", vec![1, 0], "float64"),
            ("[]", vec![0], "float64"),
            ("5", vec![], "int64"),
            ("null", vec![], "object"),
        ] {
            let array = make(text, Want::Any).unwrap();
            assert_eq!(array.shape(), shape, "{text}");
            assert_eq!(array.values().type_name(), name, "{text}");
        }
    }

    #[test]
    fn unequal_lists_are_reported_with_the_shape_that_they_share() {
        for (text, after, shape) in [
            ("[[1, 2], [3]]", 1, "(2,)"),
            ("[1, [2]]", 1, "(2,)"),
            ("[[[1], [2]], [[3], [4, 5]]]", 2, "(2, 2)"),
            ("[[], [1]]", 1, "(2,)"),
        ] {
            let error = make(text, Want::Data(DType::F32)).unwrap_err();
            let expected = format!(
                "inhomogeneous shape after {after} dimensions. \
                 The detected shape was {shape} + inhomogeneous part."
            );
            assert!(error.ends_with(&expected), "{text}: {error}");
        }
        let array = make("[[1, 2], [3]]", Want::Object).unwrap();
        assert_eq!((array.shape(), array.values().len()), (&[2][..], 2));
    }

    #[test]
    fn conversions_are_numpys() {
        let u8s = Want::Data(DType::U8);
        assert_eq!(make("[1.5, \"7\", true]", u8s).unwrap().values(), &vec![1u8, 7, 1].into());
        for (text, want, expected) in [
            ("[300]", DType::U8, "Python integer 300 out of bounds for uint8"),
            ("[-1]", DType::U64, "Python integer -1 out of bounds for uint64"),
            ("[10000000000000000000]", DType::I8, "Python int too large to convert to C long"),
            ("[NaN]", DType::I64, "cannot convert float NaN to integer"),
            ("[\"1.5\"]", DType::I64, "invalid literal for int() with base 10: '1.5'"),
            ("[\"x\"]", DType::F32, "could not convert string to float: 'x'"),
            ("[{}]", DType::F32, "float() argument must be a string or a real number, not 'dict'"),
            (
                "[null]",
                DType::I64,
                "int() argument must be a string, a bytes-like object or a real number, \
                 not 'NoneType'",
            ),
        ] {
            assert_eq!(make(text, Want::Data(want)).unwrap_err(), expected);
        }
    }
}
