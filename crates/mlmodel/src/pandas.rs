//! What pandas does with JSON: makes columns, guesses their types, and
//! converts them with `astype`.

use std::collections::HashMap;
use std::sync::Arc;

use half::f16;
use tensor::{DType, Data};

use crate::frame::{DataFrame, Label};
use crate::json::Value;
use crate::numpy::{self, Want};
use crate::python::{self, Raised};
use crate::values::{Array, Values};

/// How many cells a table may have beside those that the request itself holds:
/// filling up short rows must not make gigabytes of a small body.
const MAX_FILLED_CELLS: usize = 1_000_000;

/// How many bytes of text a single value may grow to when it is repeated.
const MAX_REPEATED_BYTES: usize = 16 << 20;

pub(crate) fn check_size(rows: usize, width: usize, given: usize) -> Result<(), String> {
    let limit = MAX_FILLED_CELLS.saturating_add(given.saturating_mul(4));
    if rows.saturating_mul(width) > limit {
        return Err(format!("{rows} rows of {width} columns would be mostly empty"));
    }
    Ok(())
}

/// Whether the value is what pandas calls missing.
pub(crate) fn is_missing(value: &Value) -> bool {
    matches!(value, Value::Null) || matches!(value, Value::Float(x) if x.is_nan())
}

/// A column of the narrowest type that pandas finds for the values: missing
/// ones make floats of integers, and leave everything else alone.
pub(crate) fn infer<'a>(values: impl ExactSizeIterator<Item = &'a Value> + Clone) -> Values {
    let (mut missing, mut nan, mut bool, mut int) = (false, false, false, false);
    let (mut negative, mut long, mut float, mut text) = (false, false, false, false);
    let mut other = false;
    for value in values.clone() {
        match value {
            Value::Null => missing = true,
            Value::Bool(_) => bool = true,
            Value::Int(n) => {
                int = true;
                negative |= *n < 0;
            }
            Value::Big(digits) if digits.parse::<u64>().is_ok() => long = true,
            Value::Float(x) if x.is_nan() => nan = true,
            Value::Float(_) => float = true,
            Value::Str(_) => text = true,
            Value::Big(_) | Value::List(_) | Value::Dict(_) => other = true,
        }
    }
    let number = int || long || float;
    let has_float = float || nan || missing;
    let dtype = match (bool, number || nan, text) {
        _ if other || (long && (negative || missing)) => None,
        (true, false, false) if !missing => Some(DType::Bool),
        (false, true, false) if has_float => Some(DType::F64),
        (false, true, false) if long => Some(DType::U64),
        (false, true, false) => Some(DType::I64),
        (false, false, true) if !missing => Some(DType::Str),
        _ => None,
    };
    let typed = dtype.and_then(|dtype| numpy::convert(values.clone(), Want::Data(dtype)).ok());
    typed.unwrap_or_else(|| missing_text_is_nan(Values::Object(values.cloned().collect())))
}

/// Whether this is what pandas calls a column of text: missing values are
/// allowed.
pub(crate) fn is_text(values: &Values) -> bool {
    match values {
        Values::Data(Data::Str(_)) => true,
        Values::Object(cells) => {
            let text = |v: &Value| matches!(v, Value::Str(_));
            cells.iter().any(text) && cells.iter().all(|v| text(v) || is_missing(v))
        }
        _ => false,
    }
}

/// In a column of text a missing value is NaN to pandas, not None.
fn missing_text_is_nan(values: Values) -> Values {
    if !is_text(&values) {
        return values;
    }
    let nan = |v| if v == Value::Null { Value::Float(f64::NAN) } else { v };
    match values {
        Values::Object(cells) => Values::Object(cells.into_iter().map(nan).collect()),
        other => other,
    }
}

/// `DataFrame(records)`: a list of objects, of lists, or of scalars.
///
/// # Errors
/// pandas's own text when the rows do not form a table.
pub(crate) fn from_records(rows: &[Value]) -> Result<DataFrame, String> {
    if !matches!(rows.first(), Some(Value::Dict(_))) {
        return from_rows(rows, None);
    }
    let columns = record_columns(rows)?.into_iter();
    let infer = |cells: Vec<&Value>| infer(cells.into_iter());
    frame(columns.map(|(name, cells)| (Label::Name(name.clone()), infer(cells))).collect())
}

/// A key, and its value in each row.
type Column<'a> = (&'a Arc<str>, Vec<&'a Value>);

/// What stands where a row has nothing.
const NAN: &Value = &Value::Float(f64::NAN);

/// The values under each key of a list of objects, in the order in which keys
/// appear; NaN where an object lacks the key.
///
/// # Errors
/// pandas's own text when something in the list is no object.
pub(crate) fn record_columns(rows: &[Value]) -> Result<Vec<Column<'_>>, String> {
    let mut columns: Vec<Column<'_>> = Vec::new();
    let mut places = HashMap::new();
    let entries = |row: &Value| if let Value::Dict(entries) = row { entries.len() } else { 0 };
    let given = rows.iter().map(entries).sum();
    for (i, row) in rows.iter().enumerate() {
        let Value::Dict(entries) = row else {
            return Err(match row {
                Value::List(_) => {
                    "cannot convert dictionary update sequence element #0 to a sequence".into()
                }
                other => format!("'{}' object is not iterable", python::type_name(other)),
            });
        };
        for (j, (key, value)) in entries.iter().enumerate() {
            // Most rows have the keys of the first, in its order.
            let in_order = columns.get(j).is_some_and(|(name, _)| *name == key);
            let place = if in_order {
                j
            } else if i == 0 {
                // An object's keys are unique.
                columns.len()
            } else {
                if places.is_empty() {
                    places.extend(columns.iter().enumerate().map(|(j, (name, _))| (*name, j)));
                }
                *places.entry(key).or_insert(columns.len())
            };
            if place == columns.len() {
                check_size(rows.len(), columns.len() + 1, given)?;
                columns.push((key, Vec::with_capacity(rows.len())));
            }
            if let Some((_, column)) = columns.get_mut(place) {
                column.resize(i, NAN);
                column.push(value);
            }
        }
    }
    for (_, column) in &mut columns {
        column.resize(rows.len(), NAN);
    }
    Ok(columns)
}

/// `DataFrame(rows, columns=labels)`: a list of lists, where short rows are
/// filled up, or of scalars, which make one column.
///
/// # Errors
/// pandas's own text when the rows do not form a table.
pub(crate) fn from_rows(rows: &[Value], labels: Option<Vec<Label>>) -> Result<DataFrame, String> {
    let nested = matches!(rows.first(), Some(Value::List(_)));
    let mut width = if nested || rows.is_empty() { 0 } else { 1 };
    let mut given = 0usize;
    if nested {
        for row in rows {
            let Value::List(cells) = row else {
                return Err(format!("object of type '{}' has no len()", python::type_name(row)));
            };
            width = width.max(cells.len());
            given += cells.len();
        }
        check_size(rows.len(), width, given)?;
    }
    let labels = match labels {
        Some(labels) if rows.is_empty() => {
            let empty = |label| (label, Values::Object(Vec::new()));
            return frame(labels.into_iter().map(empty).collect());
        }
        Some(labels) if labels.len() != width => {
            return Err(format!(
                "{} columns passed, passed data had {width} columns",
                labels.len()
            ));
        }
        Some(labels) => labels,
        None => (0i64..).take(width).map(Label::Index).collect(),
    };
    let columns = labels.into_iter().enumerate().map(|(j, label)| {
        let cells = rows.iter().map(|row| match row {
            Value::List(cells) if nested => cells.get(j).unwrap_or(&Value::Null),
            cell => cell,
        });
        (label, infer(cells))
    });
    frame(columns.collect())
}

/// `DataFrame(array)`: a scalar or vector makes one column, a matrix many.
///
/// # Errors
/// pandas's own text for more dimensions.
pub(crate) fn from_array(array: &Array) -> Result<DataFrame, String> {
    match array.shape() {
        [] | [_] => frame(vec![(Label::Index(0), array.values().clone())]),
        [_, width] => {
            let column = |j| pick(array.values(), j, *width);
            let labels = (0i64..).map(Label::Index);
            frame(labels.zip((0..*width).map(column)).collect())
        }
        shape => Err(format!("Must pass 2-d input. shape={}", python::repr_shape(shape))),
    }
}

/// Every `step`-th value from `start` on.
fn pick(values: &Values, start: usize, step: usize) -> Values {
    fn every<T: Clone>(v: &[T], start: usize, step: usize) -> Vec<T> {
        v.iter().skip(start).step_by(step.max(1)).cloned().collect()
    }
    match values {
        Values::Data(data) => Values::Data(match data {
            Data::Bool(v) => every(v, start, step).into(),
            Data::U8(v) => every(v, start, step).into(),
            Data::U16(v) => every(v, start, step).into(),
            Data::U32(v) => every(v, start, step).into(),
            Data::U64(v) => every(v, start, step).into(),
            Data::I8(v) => every(v, start, step).into(),
            Data::I16(v) => every(v, start, step).into(),
            Data::I32(v) => every(v, start, step).into(),
            Data::I64(v) => every(v, start, step).into(),
            Data::F16(v) => every(v, start, step).into(),
            Data::F32(v) => every(v, start, step).into(),
            Data::F64(v) => every(v, start, step).into(),
            Data::Str(v) => every(v, start, step).into(),
        }),
        Values::Datetime(v) => Values::Datetime(every(v, start, step)),
        Values::Bytes(v) => Values::Bytes(every(v, start, step)),
        Values::Object(v) => Values::Object(every(v, start, step)),
    }
}

/// `DataFrame(dict)`: a vector makes a column, a scalar is repeated, and rows
/// of more dimensions become lists.
///
/// # Errors
/// pandas's own text when vectors differ in length.
pub(crate) fn from_arrays(arrays: &[(String, Array)]) -> Result<DataFrame, String> {
    let lengths: Vec<usize> =
        arrays.iter().filter_map(|(_, a)| a.shape().first().copied()).collect();
    let rows = lengths.first().copied().unwrap_or(1);
    if lengths.iter().any(|n| *n != rows) {
        return Err("All arrays must be of the same length".into());
    }
    let given = arrays.iter().map(|(_, a)| a.values().len()).sum();
    check_size(rows, arrays.len(), given)?;
    for (name, array) in arrays.iter().filter(|(_, a)| a.shape().is_empty()) {
        let size = array.values().get(0).map_or(0, |v| python::str(&v).len());
        if size.saturating_mul(rows) > MAX_REPEATED_BYTES {
            return Err(format!("the value of '{name}' is too long to repeat {rows} times"));
        }
    }
    let columns = arrays.iter().map(|(name, array)| {
        let values = match array.shape() {
            [] => array.values().repeat_first(rows),
            [_] => missing_text_is_nan(array.values().clone()),
            _ => match array.to_list() {
                Value::List(items) => Values::Object(items),
                other => Values::Object(vec![other]),
            },
        };
        (Label::Name(name.as_str().into()), values)
    });
    frame(columns.collect())
}

/// `DataFrame([dict])`: one row, in which arrays are single cells.
///
/// # Errors
/// Never, for what requests hold.
pub(crate) fn single_row(arrays: &[(String, Array)]) -> Result<DataFrame, String> {
    let columns = arrays.iter().map(|(name, array)| {
        let values = match array.shape() {
            [] => array.values().clone(),
            _ => Values::Object(vec![array.to_list()]),
        };
        (Label::Name(name.as_str().into()), values)
    });
    frame(columns.collect())
}

fn frame(columns: Vec<(Label, Values)>) -> Result<DataFrame, String> {
    DataFrame::new(columns).ok_or_else(|| "All arrays must be of the same length".into())
}

/// `series.astype(dtype)`. Integers wrap around when the type is too narrow;
/// floats lose their fraction; objects and text go value by value.
///
/// # Errors
/// What pandas raises for values that do not convert.
pub(crate) fn astype(values: Values, dtype: DType) -> Result<Values, Raised> {
    match &values {
        Values::Data(data) if data.dtype() == dtype => Ok(values),
        Values::Data(data) if data.dtype() != DType::Str => cast_numbers(data, dtype),
        Values::Object(cells) => cast_objects(cells, dtype),
        _ => {
            let cells: Vec<Value> = (0..values.len()).filter_map(|i| values.get(i)).collect();
            cast_objects(&cells, dtype)
        }
    }
}

fn cast_objects(cells: &[Value], dtype: DType) -> Result<Values, Raised> {
    let is_list = |v: &Value| matches!(v, Value::List(_));
    let to_float = matches!(dtype, DType::F16 | DType::F32 | DType::F64);
    if to_float && cells.iter().any(is_list) {
        return Err(Raised::new("ValueError", "setting an array element with a sequence."));
    }
    numpy::convert(cells.iter(), Want::Data(dtype))
}

fn cast_numbers(data: &Data, dtype: DType) -> Result<Values, Raised> {
    if dtype == DType::Str {
        let texts = (0..data.len())
            .filter_map(|i| Values::Data(data.clone()).get(i).map(|v| python::str(&v)));
        return Ok(texts.collect::<Vec<_>>().into());
    }
    let ints: Vec<i128> = match data {
        Data::F16(v) => return cast_floats(v.iter().map(|x| x.to_f64()).collect(), dtype),
        Data::F32(v) => return cast_floats(v.iter().map(|x| f64::from(*x)).collect(), dtype),
        Data::F64(v) => return cast_floats(v.clone(), dtype),
        Data::Bool(v) => v.iter().map(|b| i128::from(*b)).collect(),
        Data::U8(v) => v.iter().map(|n| i128::from(*n)).collect(),
        Data::U16(v) => v.iter().map(|n| i128::from(*n)).collect(),
        Data::U32(v) => v.iter().map(|n| i128::from(*n)).collect(),
        Data::U64(v) => v.iter().map(|n| i128::from(*n)).collect(),
        Data::I8(v) => v.iter().map(|n| i128::from(*n)).collect(),
        Data::I16(v) => v.iter().map(|n| i128::from(*n)).collect(),
        Data::I32(v) => v.iter().map(|n| i128::from(*n)).collect(),
        Data::I64(v) => v.iter().map(|n| i128::from(*n)).collect(),
        // Text goes value by value, above.
        Data::Str(v) => return Ok(v.clone().into()),
    };
    Ok(cast_ints(ints, dtype))
}

/// Integers into any number type: the low bits where it is too narrow.
fn cast_ints(v: Vec<i128>, dtype: DType) -> Values {
    let v = v.into_iter();
    match dtype {
        DType::Bool => v.map(|n| n != 0).collect::<Vec<_>>().into(),
        DType::U8 => v.map(|n| n as u8).collect::<Vec<_>>().into(),
        DType::U16 => v.map(|n| n as u16).collect::<Vec<_>>().into(),
        DType::U32 => v.map(|n| n as u32).collect::<Vec<_>>().into(),
        DType::U64 => v.map(|n| n as u64).collect::<Vec<_>>().into(),
        DType::I8 => v.map(|n| n as i8).collect::<Vec<_>>().into(),
        DType::I16 => v.map(|n| n as i16).collect::<Vec<_>>().into(),
        DType::I32 => v.map(|n| n as i32).collect::<Vec<_>>().into(),
        DType::I64 => v.map(|n| n as i64).collect::<Vec<_>>().into(),
        DType::F16 => v.map(|n| f16::from_f64(n as f64)).collect::<Vec<_>>().into(),
        DType::F32 => v.map(|n| n as f32).collect::<Vec<_>>().into(),
        DType::F64 => v.map(|n| n as f64).collect::<Vec<_>>().into(),
        DType::Str => v.map(|n| n.to_string()).collect::<Vec<_>>().into(),
    }
}

fn cast_floats(v: Vec<f64>, dtype: DType) -> Result<Values, Raised> {
    let has_gaps = v.iter().any(|x| !x.is_finite());
    let v = v.into_iter();
    Ok(match dtype {
        DType::Bool => v.map(|x| x != 0.0).collect::<Vec<_>>().into(),
        DType::F16 => v.map(f16::from_f64).collect::<Vec<_>>().into(),
        DType::F32 => v.map(|x| x as f32).collect::<Vec<_>>().into(),
        DType::F64 => v.collect::<Vec<_>>().into(),
        DType::Str => v.map(python::repr_float).collect::<Vec<_>>().into(),
        _ if has_gaps => {
            return Err(Raised::new(
                "IntCastingNaNError",
                "Cannot convert non-finite values (NA or inf) to integer. Replace or remove \
                 non-finite values or cast to an integer type that supports these values (e.g. \
                 'Int64')",
            ));
        }
        // What x86 makes of floats beyond the type, since MLflow runs there.
        DType::I32 => v.map(narrow_to_i32).collect::<Vec<_>>().into(),
        DType::I8 | DType::I16 | DType::U8 | DType::U16 => {
            cast_ints(v.map(|x| i128::from(narrow_to_i32(x))).collect(), dtype)
        }
        _ => cast_ints(v.map(|x| narrow_to_i64(x, dtype)).collect(), dtype),
    })
}

fn narrow_to_i32(x: f64) -> i32 {
    let whole = x.trunc();
    if (-2_147_483_648.0..=2_147_483_647.0).contains(&whole) { whole as i32 } else { i32::MIN }
}

fn narrow_to_i64(x: f64, dtype: DType) -> i128 {
    let whole = x as i128;
    let fits =
        i64::try_from(whole).is_ok() || (dtype == DType::U64 && u64::try_from(whole).is_ok());
    if fits { whole } else { i128::from(i64::MIN) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn list(text: &str) -> Vec<Value> {
        parse(text.as_bytes()).unwrap().as_list().unwrap().to_vec()
    }

    #[test]
    fn column_types_are_those_that_pandas_guesses() {
        // Measured with pandas 3.1.
        for (text, name) in [
            ("[1, null]", "float64"),
            ("[null, null]", "object"),
            ("[1, 1.5]", "float64"),
            ("[true, null]", "object"),
            ("[true, 1]", "object"),
            ("[true, 1.5]", "object"),
            ("[true, false]", "bool"),
            ("[\"a\", \"b\"]", "str"),
            ("[\"a\", 1]", "object"),
            ("[1, 9223372036854775808]", "uint64"),
            ("[-1, 9223372036854775808]", "object"),
            ("[1000000000000000000000000000000]", "object"),
            ("[[1], 2]", "object"),
            ("[null, NaN]", "float64"),
            ("[{\"a\": 1}, null]", "object"),
            ("[]", "object"),
        ] {
            assert_eq!(infer(list(text).iter()).type_name(), name, "{text}");
        }
        let Values::Object(values) = infer(list("[\"a\", null]").iter()) else { panic!() };
        assert!(is_missing(&values[1]) && values[1] != Value::Null);
    }

    #[test]
    fn records_line_up_by_key() {
        let frame = from_records(&list(r#"[{"a": 1}, {"b": "x", "a": 2}, {}]"#)).unwrap();
        assert_eq!((frame.rows(), frame.width()), (3, 2));
        assert_eq!(frame.column("a").unwrap().type_name(), "float64");
        assert_eq!(frame.column("b").unwrap().get(1), Some(Value::Str("x".into())));
    }

    #[test]
    fn a_small_body_never_makes_a_huge_table() {
        let rows: Vec<Value> =
            (0..5000).map(|i| Value::Dict(vec![(format!("k{i}").into(), Value::Null)])).collect();
        assert!(from_records(&rows).unwrap_err().ends_with("would be mostly empty"));
        let mut rows = vec![Value::List(vec![]); 5000];
        rows[0] = Value::List(vec![Value::Null; 5000]);
        assert!(from_rows(&rows, None).unwrap_err().ends_with("would be mostly empty"));
        let long = Array::new(vec![], vec!["x".repeat(1 << 20)].into()).unwrap();
        let many = Array::vector(vec![0i64; 1000].into());
        let error = from_arrays(&[("a".into(), many), ("b".into(), long)]).unwrap_err();
        assert!(error.ends_with("too long to repeat 1000 times"));
    }

    #[test]
    fn short_rows_are_filled_up() {
        let frame = from_rows(&list("[[1, 2], [3]]"), None).unwrap();
        assert_eq!(frame.columns()[0].1, vec![1i64, 3].into());
        assert_eq!(frame.columns()[1].1.type_name(), "float64");
    }

    #[test]
    fn tables_that_are_none_are_refused_in_pandas_words() {
        let labels = |n| Some((0..n).map(Label::Index).collect());
        for (rows, width, expected) in [
            ("[[1]]", 2, "2 columns passed, passed data had 1 columns"),
            ("[[1, 2], 3]", 2, "object of type 'int' has no len()"),
        ] {
            assert_eq!(from_rows(&list(rows), labels(width)).unwrap_err(), expected);
        }
        let error = from_records(&list(r#"[{"a": 1}, null]"#)).unwrap_err();
        assert_eq!(error, "'NoneType' object is not iterable");
    }

    #[test]
    fn numbers_wrap_and_truncate_as_numpy_does() {
        let cast = |v: Values, t| astype(v, t).unwrap();
        assert_eq!(cast(vec![300i64, -1].into(), DType::U8), vec![44u8, 255].into());
        assert_eq!(cast(vec![300.7f64].into(), DType::U8), vec![44u8].into());
        assert_eq!(cast(vec![2147483648i64].into(), DType::I32), vec![-2147483648i32].into());
        assert_eq!(cast(vec![3e9f64, -1.5].into(), DType::I32), vec![i32::MIN, -1].into());
        assert_eq!(cast(vec![1e30f64].into(), DType::I64), vec![i64::MIN].into());
        assert_eq!(cast(vec![10_000_000_000_000_000_000u64].into(), DType::I64), {
            vec![-8446744073709551616i64].into()
        });
        let error = astype(vec![f64::NAN].into(), DType::I64).unwrap_err();
        assert_eq!(error.exception, "IntCastingNaNError");
    }
}
