//! A model's answer as JSON.

use std::fmt::Write as _;

use mlmodel::json;
use onnx::{Map, Maps, Value};
use tensor::{Data, Tensor};

use crate::dialect::Dialect;
use crate::predict::{Prediction, rows};

/// Room for a small answer, to begin with.
const ROOM: usize = 256;

/// How many empty lists an answer may hold.
const MAX_EMPTY_LISTS: usize = 100_000;

/// `{"predictions": …}`: a list of records for a frame, else an object of
/// nested lists.
pub(crate) fn write(prediction: &Prediction, dialect: Dialect) -> String {
    let mut out = String::with_capacity(ROOM);
    out.push_str("{\"predictions\": ");
    match prediction {
        Prediction::Frame(columns) => {
            let rows = columns.first().map_or(0, |(_, column)| rows(column));
            let fields: Vec<(String, Column<'_>)> =
                columns.iter().map(|(name, value)| (quoted(name), Column::new(value))).collect();
            list(&mut out, rows, |out, row| {
                out.push('{');
                for (i, (name, column)) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(name);
                    out.push_str(": ");
                    column.entry(out, row, dialect);
                }
                out.push('}');
            });
        }
        Prediction::Dict(outputs) => {
            out.push('{');
            for (i, (name, output)) in outputs.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                json::write_string(&mut out, name);
                out.push_str(": ");
                value(&mut out, output, dialect);
            }
            out.push('}');
        }
    }
    out.push('}');
    out
}

/// An output, row by row.
struct Column<'a> {
    value: &'a Value,
    /// What stands before each value of its maps.
    keys: Vec<String>,
}

impl<'a> Column<'a> {
    fn new(value: &'a Value) -> Self {
        let keys = match value {
            Value::Maps(Maps { keys, .. }) => (0..keys.len()).map(|i| key(keys, i)).collect(),
            _ => Vec::new(),
        };
        Self { value, keys }
    }

    /// One entry.
    fn entry(&self, out: &mut String, row: usize, dialect: Dialect) {
        match self.value {
            Value::Tensor(tensor) => {
                let shape = tensor.shape().get(1..).unwrap_or_default();
                let start = shape.iter().fold(row, |at, len| at.saturating_mul(*len));
                nested(out, tensor, shape, &mut { start }, dialect);
            }
            Value::Maps(Maps { values, .. }) => {
                let start = row.saturating_mul(self.keys.len());
                object(out, self.keys.iter(), |out, i| {
                    element(out, values.data(), start.saturating_add(i), dialect);
                });
            }
            Value::Sequence(values) => match values.get(row) {
                Some(one) => value(out, one, dialect),
                None => out.push_str("null"),
            },
            Value::Map(_) | Value::None => value(out, self.value, dialect),
        }
    }
}

/// A whole output.
fn value(out: &mut String, value: &Value, dialect: Dialect) {
    match value {
        Value::Tensor(tensor) => {
            nested(out, tensor, printable(tensor.shape()), &mut 0, dialect);
        }
        Value::Sequence(_) | Value::Maps(_) => {
            let column = Column::new(value);
            list(out, rows(value), |out, i| column.entry(out, i, dialect));
        }
        Value::Map(Map { keys, values }) => {
            let keys = (0..keys.len()).map(|i| key(keys, i));
            object(out, keys, |out, i| element(out, values, i, dialect));
        }
        Value::None => out.push_str("null"),
    }
}

/// A map as an object.
fn object(
    out: &mut String,
    keys: impl Iterator<Item = impl AsRef<str>>,
    mut item: impl FnMut(&mut String, usize),
) {
    out.push('{');
    for (i, key) in keys.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(key.as_ref());
        item(out, i);
    }
    out.push('}');
}

/// A map's key with what follows it; keys that are numbers become texts, as
/// Python writes them.
fn key(keys: &Data, i: usize) -> String {
    let mut out = String::new();
    match keys {
        Data::Str(keys) => json::write_string(&mut out, keys.get(i).map_or("", String::as_str)),
        keys => {
            out.push('"');
            element(&mut out, keys, i, Dialect::Mlflow);
            out.push('"');
        }
    }
    out.push_str(": ");
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    json::write_string(&mut out, text);
    out
}

fn list(out: &mut String, len: usize, mut item: impl FnMut(&mut String, usize)) {
    out.push('[');
    for i in 0..len {
        if i > 0 {
            out.push_str(", ");
        }
        item(out, i);
    }
    out.push(']');
}

/// The shape of a tensor, or of an empty list for one that has no elements
/// and is still too many brackets.
fn printable(shape: &[usize]) -> &[usize] {
    let brackets = shape.split(|len| *len == 0).next().and_then(tensor::element_count);
    let is_empty = shape.contains(&0);
    if is_empty && brackets.is_none_or(|n| n > MAX_EMPTY_LISTS) { &[0] } else { shape }
}

fn nested(out: &mut String, tensor: &Tensor, shape: &[usize], at: &mut usize, dialect: Dialect) {
    match shape.split_first() {
        Some((len, rest)) => {
            list(out, *len, |out, _| nested(out, tensor, rest, at, dialect));
        }
        None => {
            element(out, tensor.data(), *at, dialect);
            *at += 1;
        }
    }
}

fn element(out: &mut String, data: &Data, i: usize, dialect: Dialect) {
    let mut float = |x: Option<f64>| match x {
        Some(x) if x.is_finite() || dialect == Dialect::Mlflow => json::write_float(out, x),
        _ => out.push_str("null"),
    };
    match data {
        Data::F16(v) => return float(v.get(i).map(|x| x.to_f64())),
        Data::F32(v) => return float(v.get(i).map(|x| f64::from(*x))),
        Data::F64(v) => return float(v.get(i).copied()),
        Data::I64(v) => {
            if let Some(n) = v.get(i) {
                return json::write_int(out, *n);
            }
        }
        _ => {}
    }
    // Writing to a String cannot fail.
    macro_rules! shown {
        ($v:ident) => {
            $v.get(i).map(|x| _ = write!(out, "{x}"))
        };
    }
    let written = match data {
        Data::U8(v) => shown!(v),
        Data::U16(v) => shown!(v),
        Data::U32(v) => shown!(v),
        Data::U64(v) => shown!(v),
        Data::I8(v) => shown!(v),
        Data::I16(v) => shown!(v),
        Data::I32(v) => shown!(v),
        Data::I64(v) => shown!(v),
        Data::Bool(v) => shown!(v),
        Data::Str(v) => v.get(i).map(|text| json::write_string(out, text)),
        Data::F16(_) | Data::F32(_) | Data::F64(_) => None,
    };
    if written.is_none() {
        out.push_str("null");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dict(tensor: Tensor) -> String {
        write(&Prediction::Dict(vec![("y".into(), tensor.into())]), Dialect::Mlflow)
    }

    #[test]
    fn tensors_are_nested_lists() {
        let t = Tensor::new(vec![2, 2], vec![0.1f32, f32::NAN, f32::INFINITY, 3.0]).unwrap();
        assert_eq!(
            dict(t.clone()),
            r#"{"predictions": {"y": [[0.10000000149011612, NaN], [Infinity, 3.0]]}}"#
        );
        let prediction = Prediction::Dict(vec![("y".into(), t.into())]);
        assert_eq!(
            write(&prediction, Dialect::Strict),
            r#"{"predictions": {"y": [[0.10000000149011612, null], [null, 3.0]]}}"#
        );
        let scalar = Tensor::new(vec![], vec![7u64]).unwrap();
        assert_eq!(dict(scalar), r#"{"predictions": {"y": 7}}"#);
        let text = Tensor::vector(vec!["é\"".to_owned()]);
        assert_eq!(dict(text), r#"{"predictions": {"y": ["\u00e9\""]}}"#);
    }

    #[test]
    fn empty_tensors_take_no_room() {
        let t = |shape| Tensor::new(shape, Vec::<f32>::new()).unwrap();
        assert_eq!(dict(t(vec![0, 3])), r#"{"predictions": {"y": []}}"#);
        assert_eq!(dict(t(vec![2, 0])), r#"{"predictions": {"y": [[], []]}}"#);
        assert_eq!(dict(t(vec![usize::MAX, 0])), r#"{"predictions": {"y": []}}"#);
    }

    #[test]
    fn frames_are_records() {
        let columns = vec![
            ("a".to_owned(), Tensor::vector(vec![1i64, 2]).into()),
            ("b".to_owned(), Tensor::vector(vec![true, false]).into()),
        ];
        assert_eq!(
            write(&Prediction::Frame(columns), Dialect::Mlflow),
            r#"{"predictions": [{"a": 1, "b": true}, {"a": 2, "b": false}]}"#
        );
        assert_eq!(write(&Prediction::Frame(vec![]), Dialect::Mlflow), r#"{"predictions": []}"#);
    }

    #[test]
    fn several_numbers_a_row_are_lists() {
        let matrix = Tensor::new(vec![2, 2], vec![0.25f64, 0.75, f64::NAN, 1.0]).unwrap();
        let columns = vec![
            ("label".to_owned(), Tensor::vector(vec![7i64, 3]).into()),
            ("p".to_owned(), matrix.into()),
        ];
        assert_eq!(
            write(&Prediction::Frame(columns), Dialect::Strict),
            r#"{"predictions": [{"label": 7, "p": [0.25, 0.75]}, {"label": 3, "p": [null, 1.0]}]}"#
        );
    }

    #[test]
    fn lists_of_maps_are_objects() {
        let maps = |keys: Data| {
            let values = Tensor::new(vec![2, 2], vec![0.25f32, 0.75, 0.5, 0.5]).unwrap();
            Value::Maps(Maps { keys, values })
        };
        let columns = vec![
            ("label".to_owned(), Tensor::vector(vec![7i64, 3]).into()),
            ("p".to_owned(), maps(vec![3i64, 7].into())),
        ];
        assert_eq!(
            write(&Prediction::Frame(columns), Dialect::Mlflow),
            r#"{"predictions": [{"label": 7, "p": {"3": 0.25, "7": 0.75}}, {"label": 3, "p": {"3": 0.5, "7": 0.5}}]}"#
        );
        let outputs = vec![("p".to_owned(), maps(vec!["a".to_owned(), "b".to_owned()].into()))];
        assert_eq!(
            write(&Prediction::Dict(outputs), Dialect::Mlflow),
            r#"{"predictions": {"p": [{"a": 0.25, "b": 0.75}, {"a": 0.5, "b": 0.5}]}}"#
        );
    }
}
