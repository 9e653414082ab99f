//! The plain bodies that most requests have, read without JSON values in
//! between: numbers under the signature's columns, in its order, and nested
//! lists of numbers or of text where there is no signature. What is not plain,
//! wrong or merely unusual, is left to [`Input`] and [`enforce`](crate::enforce),
//! which give the same for what is plain, and say what is wrong with the rest.

use tensor::Data;

use crate::input::Input;
use crate::json::{Number, Reader, Value};
use crate::schema::{ColumnType, ScalarType, Schema};
use crate::values::{Array, Values};

/// How deep plain lists nest.
const MAX_DEPTH: usize = 16;

/// How many named lists a plain body has.
const MAX_NAMED: usize = 64;

/// From here on, not every integer is a 64-bit float.
const INEXACT: f64 = 9_007_199_254_740_992.0;

/// What a plain body holds, fit to the signature.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// A data frame, as [`DataFrame::to_array`](crate::DataFrame::to_array)
    /// gives it.
    Frame(Array),
    /// Arrays.
    Arrays(Input),
}

/// Reads plain bodies for one signature.
#[derive(Debug)]
pub struct PlainReader(Form);

/// What a signature makes of a plain body.
#[derive(Debug)]
enum Form {
    /// Columns of these names, all of 32-bit or all of 64-bit floats.
    Columns { names: Vec<String>, narrow: bool },
    /// Without a signature: arrays as they are.
    Arrays,
    /// No body is plain.
    None,
}

impl PlainReader {
    /// For the inputs of a signature.
    #[must_use]
    pub fn new(schema: Option<&Schema>) -> Self {
        let Some(schema) = schema else { return Self(Form::Arrays) };
        let Schema::Columns(columns) = schema else { return Self(Form::None) };
        let all = |t| columns.iter().all(|column| column.kind == ColumnType::Scalar(t));
        let names: Option<Vec<String>> =
            schema.names().map(|name| name.map(str::to_owned)).collect();
        let (Some(names), true) = (names, all(ScalarType::Double) || all(ScalarType::Float)) else {
            return Self(Form::None);
        };
        // Names are compared with bodies as they stand there.
        let escaped = |c: char| matches!(c, '"' | '\\') || c.is_ascii_control();
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() < names.len() || names.iter().any(|name| name.contains(escaped)) {
            return Self(Form::None);
        }
        Self(Form::Columns { names, narrow: all(ScalarType::Float) })
    }

    /// Reads a JSON body, if it is plain.
    #[must_use]
    pub fn read(&self, body: &[u8]) -> Option<Plain> {
        let mut reader = Reader::new(body).ok()?;
        reader.take(b'{')?;
        let plain = match (&self.0, reader.plain_key()?) {
            (
                Form::Columns { names, narrow },
                field @ ("dataframe_split" | "dataframe_records"),
            ) => {
                // A number takes about as many bytes.
                let mut cells = Cells::Floats(Vec::with_capacity(body.len() / 8));
                let rows = match field {
                    "dataframe_split" => split(&mut reader, names, &mut cells)?,
                    _ => records(&mut reader, names, &mut cells)?,
                };
                Plain::Frame(Array::new(vec![rows, names.len()], floats(cells, *narrow)?)?)
            }
            (Form::Arrays, "inputs" | "instances") if reader.is_next(b'[') => {
                Plain::Arrays(Input::Array(array(&mut reader)?))
            }
            (Form::Arrays, "inputs") => Plain::Arrays(Input::Dict(named(&mut reader)?)),
            _ => return None,
        };
        reader.take(b'}')?;
        reader.is_at_end().then_some(plain)
    }
}

/// `{"columns": […], "data": [[…], …]}`, and maybe an index; gives the number
/// of rows.
fn split(reader: &mut Reader<'_>, names: &[String], cells: &mut Cells) -> Option<usize> {
    let (mut has_columns, mut index) = (false, None);
    let mut shape = Vec::new();
    reader.take(b'{')?;
    loop {
        match reader.plain_key()? {
            "columns" if !has_columns => {
                has_columns = true;
                reader.take(b'[')?;
                for (i, name) in names.iter().enumerate() {
                    if i > 0 {
                        reader.take(b',')?;
                    }
                    reader.take_text(name)?;
                }
                reader.take(b']')?;
            }
            "data" if shape.is_empty() => nested(reader, 0, &mut shape, cells)?,
            "index" if index.is_none() => index = Some(reader.any()?),
            _ => return None,
        }
        if !reader.goes_on(b'}')? {
            break;
        }
    }
    let [rows, width] = shape.as_slice() else { return None };
    let fits = match index {
        None | Some(Value::Null) => true,
        Some(Value::List(index)) => index.len() == *rows,
        Some(_) => false,
    };
    (has_columns && *width == names.len() && fits).then_some(*rows)
}

/// `[{"name": 1.5, …}, …]`, each with all names in their order; gives the
/// number of rows.
fn records(reader: &mut Reader<'_>, names: &[String], cells: &mut Cells) -> Option<usize> {
    reader.take(b'[')?;
    let mut rows = 0;
    loop {
        reader.take(b'{')?;
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                reader.take(b',')?;
            }
            reader.take_text(name)?;
            reader.take(b':')?;
            reader.skip_space();
            cells.read(reader)?;
        }
        reader.take(b'}')?;
        rows += 1;
        if !reader.goes_on(b']')? {
            return Some(rows);
        }
    }
}

/// The cells of columns of floats, as the signature wants them.
fn floats(cells: Cells, narrow: bool) -> Option<Values> {
    let Cells::Floats(cells) = cells else { return None };
    if !narrow {
        return Some(cells.into());
    }
    // Larger integers are rounded once or twice, as their columns have it.
    let is_exact = cells.iter().all(|x| x.abs() < INEXACT);
    is_exact.then(|| cells.into_iter().map(|x| x as f32).collect::<Vec<_>>().into())
}

/// `{"name": [[…], …], …}`
fn named(reader: &mut Reader<'_>) -> Option<Vec<(String, Array)>> {
    let mut arrays: Vec<(String, Array)> = Vec::new();
    reader.take(b'{')?;
    loop {
        let name = reader.plain_key()?;
        if arrays.len() == MAX_NAMED || arrays.iter().any(|(known, _)| known == name) {
            return None;
        }
        arrays.push((name.to_owned(), array(reader)?));
        if !reader.goes_on(b'}')? {
            return Some(arrays);
        }
    }
}

fn array(reader: &mut Reader<'_>) -> Option<Array> {
    let (mut shape, mut cells) = (Vec::new(), Cells::None);
    nested(reader, 0, &mut shape, &mut cells)?;
    let data: Data = match cells {
        Cells::None => return None,
        Cells::Ints(cells) => cells.into(),
        Cells::Floats(cells) => cells.into(),
        Cells::Texts(cells) => cells.into(),
    };
    Array::new(shape, data.into())
}

/// Reads a list that holds cells, or lists of one length; none is empty.
/// `shape` takes each dimension's length: 0 while its first list is read.
fn nested(
    reader: &mut Reader<'_>,
    depth: usize,
    shape: &mut Vec<usize>,
    cells: &mut Cells,
) -> Option<()> {
    reader.take(b'[')?;
    let is_first = shape.len() == depth;
    if is_first {
        shape.push(0);
    }
    let has_lists = reader.is_next(b'[');
    // Whether there are lists within is the same at each depth.
    if depth == MAX_DEPTH || (!is_first && has_lists == (shape.len() == depth + 1)) {
        return None;
    }
    let mut length = 0;
    loop {
        if has_lists {
            nested(reader, depth + 1, shape, cells)?;
        } else {
            reader.skip_space();
            cells.read(reader)?;
        }
        length += 1;
        if !reader.goes_on(b']')? {
            break;
        }
    }
    let known = shape.get_mut(depth)?;
    if is_first {
        *known = length;
    }
    (*known == length).then_some(())
}

/// The elements of an array, as numpy types them: floats if any is one.
enum Cells {
    None,
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Texts(Vec<String>),
}

impl Cells {
    /// Reads one more.
    #[inline(always)]
    fn read(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        if reader.is_next(b'"') {
            let text = reader.string().ok()?;
            match self {
                Self::None => *self = Self::Texts(vec![text]),
                Self::Texts(cells) => cells.push(text),
                Self::Ints(_) | Self::Floats(_) => return None,
            }
            return Some(());
        }
        match (&mut *self, reader.plain_number()?) {
            (Self::Floats(cells), Number::Float(x)) => cells.push(x),
            (Self::Floats(cells), Number::Int(n)) => cells.push(n as f64),
            (Self::Ints(cells), Number::Int(n)) => cells.push(n),
            (Self::Ints(cells), Number::Float(x)) => {
                let cells = cells.iter().map(|n| *n as f64).chain([x]);
                *self = Self::Floats(cells.collect());
            }
            (Self::None, Number::Int(n)) => *self = Self::Ints(vec![n]),
            (Self::None, Number::Float(x)) => *self = Self::Floats(vec![x]),
            (Self::Texts(_), _) => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{enforce, json};

    /// What the long way gives for a body that it takes.
    fn long_way(body: &str, schema: Option<&Schema>) -> Option<Plain> {
        let Value::Dict(entries) = json::parse(body.as_bytes()).ok()? else { return None };
        let [(field, value)] = entries.as_slice() else { return None };
        let input = match &**field {
            "dataframe_split" => Input::from_split(value, schema),
            "dataframe_records" => Input::from_records(value, schema),
            "instances" => Input::from_instances(value, schema),
            "inputs" => Input::from_inputs(value, schema),
            _ => return None,
        };
        let input = match schema {
            Some(schema) => enforce(&input.ok()?, schema).ok()?,
            None => input.ok()?,
        };
        match input {
            Input::Frame(frame) => Some(Plain::Frame(frame.to_array()?)),
            arrays => Some(Plain::Arrays(arrays)),
        }
    }

    fn columns(names: &[&str], t: ScalarType) -> Schema {
        let column = |name: &&str| crate::ColumnSpec {
            name: Some((*name).to_owned()),
            kind: ColumnType::Scalar(t),
            required: true,
        };
        Schema::Columns(names.iter().map(column).collect())
    }

    const FRAMES: [&str; 8] = [
        r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2.5], [-3, 1e300]]}}"#,
        r#" { "dataframe_split":{"data":[[1,2],[3,4]],"index":[7,8],"columns":["a" , "b"]} } "#,
        r#"{"dataframe_split": {"index": null, "columns": ["a", "b"], "data": [[0.1, -0]]}}"#,
        r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[12345678901234567, 1]]}}"#,
        r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[0.1234567890123456789, 1e-400]]}}"#,
        r#"{"dataframe_records": [{"a": 1, "b": 2}]}"#,
        "{\"dataframe_records\":[{\"a\":16777217,\"b\":0.5},\n{\"a\" :1.5, \"b\": -2}]}",
        r#"{"dataframe_records": [{"a": 9007199254740991, "b": 3}]}"#,
    ];

    #[test]
    fn frames_are_what_the_long_way_makes_of_them() {
        for t in [ScalarType::Double, ScalarType::Float] {
            let schema = columns(&["a", "b"], t);
            let reader = PlainReader::new(Some(&schema));
            for body in FRAMES {
                let large =
                    t == ScalarType::Float && (body.contains("e300") || body.contains("567,"));
                let plain = reader.read(body.as_bytes());
                assert_eq!(plain.is_some(), !large, "{body}");
                if plain.is_some() {
                    assert_eq!(plain, long_way(body, Some(&schema)), "{body}");
                }
            }
        }
    }

    #[test]
    fn arrays_are_what_the_long_way_makes_of_them() {
        let reader = PlainReader::new(None);
        for body in [
            r#"{"inputs": {"x": [[1.5], [2]], "é y": ["a", "b\n"], "n": [1, 2, 3]}}"#,
            r#"{"inputs": [[[1, 2], [3, 4.5]], [[5, 6], [7, 8]]]}"#,
            r#"{"instances": [[9007199254740993, -9223372036854775808]]}"#,
            r#"{ "inputs" : [ [ "a" ] , [ "" ] ] }"#,
        ] {
            let plain = reader.read(body.as_bytes());
            assert!(plain.is_some(), "{body}");
            assert_eq!(plain, long_way(body, None), "{body}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        let schema = columns(&["a", "b"], ScalarType::Double);
        let reader = PlainReader::new(Some(&schema));
        for body in [
            r#"{"dataframe_split": {"columns": ["b", "a"], "data": [[1, 2]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b", "c"], "data": [[1, 2, 3]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2], [3]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, null]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, "2"]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, [2]]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [1, 2]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": []}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]], "index": [1, 2]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]], "data": [[1, 2]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]], "more": 1}}"#,
            r#"{"dataframe_split": {"data": [[1, 2]]}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}, "params": {}}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}} x"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}"#,
            r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 02]]}}"#,
            r#"{"dataframe_records": [{"b": 1, "a": 2}]}"#,
            r#"{"dataframe_records": [{"a": 1}]}"#,
            r#"{"dataframe_records": [{"a": 1, "b": 2, "a": 3}]}"#,
            r#"{"dataframe_records": [{"a": 1, "b": 2},]}"#,
            r#"{"dataframe_records": []}"#,
            r#"{"inputs": {"a": [1], "b": [2]}}"#,
        ] {
            assert_eq!(reader.read(body.as_bytes()), None, "{body}");
        }
        let deep = format!("{{\"inputs\": {}1{}}}", "[".repeat(1000), "]".repeat(1000));
        for body in [
            &deep,
            r#"{"inputs": {"a": [1], "a": [2]}}"#,
            r#"{"inputs": {"a\"": [1]}}"#,
            r#"{"inputs": [[1], 2]}"#,
            r#"{"inputs": [1, [2]]}"#,
            r#"{"inputs": [[[1]], [2]]}"#,
            r#"{"inputs": [[1, 2], [3]]}"#,
            r#"{"inputs": [1, "a"]}"#,
            r#"{"inputs": ["a", 1]}"#,
            r#"{"inputs": [true]}"#,
            r#"{"inputs": [9223372036854775808]}"#,
            r#"{"inputs": [NaN]}"#,
            r#"{"inputs": []}"#,
            r#"{"inputs": {}}"#,
            r#"{"inputs": 5}"#,
            r#"{"instances": {"a": [1]}}"#,
            r#"{"dataframe_split": {"columns": ["a"], "data": [[1]]}}"#,
        ] {
            assert_eq!(PlainReader::new(None).read(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn names_that_json_escapes_are_not_plain() {
        let schema = columns(&["a\\tb"], ScalarType::Double);
        let body = r#"{"dataframe_records": [{"a\tb": 1}]}"#;
        assert_eq!(PlainReader::new(Some(&schema)).read(body.as_bytes()), None);
    }
}
