//! `golden/type-coercions.txt`, line by line: what MLflow 3.18 (pandas 3.1,
//! numpy 2.4) was seen to make of each value. `golden/README.md` says which
//! lines are not replayed, and why.
//!
//! A line is `[label] OK data` or `[label] ERR exception code: text`, where the
//! text is cut. The scalar cases say in their label what the request is: the
//! column's type, `rec` for `dataframe_records` or `inp` for `inputs`, and the
//! value. What the other labels stand for is in [`CASES`].

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail as loudly as tests"
)]

use mlmodel::json::{self, Value};
use mlmodel::{
    Array, Input, InputErrorKind, MlModel, Schema, Values, enforce, enforce_params, python,
};

const OPTIONAL: &str = r#"[{"type": "long", "name": "a"},
    {"type": "long", "name": "b", "required": false},
    {"type": "double", "name": "c", "required": false}]"#;
const NESTED: &str = r#"[{"type": "array", "items": {"type": "double"}, "name": "v"},
    {"type": "object", "name": "o",
     "properties": {"x": {"type": "long"}, "y": {"type": "string", "required": false}}}]"#;
const UNNAMED: &str = r#"[{"type": "double"}, {"type": "long"}]"#;
const TENSOR: &str = r#"[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 2]}}]"#;
const TENSORS: &str = r#"[
    {"type": "tensor", "name": "a", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}},
    {"type": "tensor", "name": "s", "tensor-spec": {"dtype": "str", "shape": [-1]}}]"#;

/// Label, signature and body.
const CASES: &[(&str, &str, &str)] = &[
    ("opt missing", OPTIONAL, r#"{"dataframe_records": [{"a": 1}]}"#),
    ("opt null long", OPTIONAL, r#"{"dataframe_records": [{"a": 1, "b": null}]}"#),
    (
        "opt null long mixed",
        OPTIONAL,
        r#"{"dataframe_records": [{"a": 1, "b": 2}, {"a": 1, "b": null}]}"#,
    ),
    ("opt null dbl", OPTIONAL, r#"{"dataframe_records": [{"a": 1, "c": null}]}"#),
    ("arr ok", NESTED, r#"{"dataframe_records": [{"v": [1.0, 2.0], "o": {"x": 1}}]}"#),
    ("arr ints", NESTED, r#"{"dataframe_records": [{"v": [1, 2], "o": {"x": 1}}]}"#),
    ("arr ints 0/1", NESTED, r#"{"dataframe_records": [{"v": [1, 0], "o": {"x": 1}}]}"#),
    ("obj extra", NESTED, r#"{"dataframe_records": [{"v": [1.0], "o": {"x": 1, "z": 1}}]}"#),
    ("obj missing", NESTED, r#"{"dataframe_records": [{"v": [1.0], "o": {"y": "s"}}]}"#),
    ("obj float into long", NESTED, r#"{"dataframe_records": [{"v": [1.0], "o": {"x": 1.5}}]}"#),
    ("ok", UNNAMED, r#"{"dataframe_split": {"data": [[1, 2]]}}"#),
    ("extra", UNNAMED, r#"{"dataframe_split": {"data": [[1, 2, 3]]}}"#),
    ("few", UNNAMED, r#"{"dataframe_split": {"data": [[1]]}}"#),
    ("int ok", TENSOR, r#"{"inputs": [[1, 2]]}"#),
    ("float into int tensor", TENSOR, r#"{"inputs": [[1.5, 2.5]]}"#),
    ("null", TENSOR, r#"{"inputs": [[1, null]]}"#),
    ("str", TENSOR, r#"{"inputs": [["1", "2"]]}"#),
    ("named", TENSORS, r#"{"inputs": {"a": [[1, 2]], "s": ["x"]}}"#),
    ("named extra", TENSORS, r#"{"inputs": {"a": [[1, 2]], "s": ["x"], "zz": [1]}}"#),
    ("inst", TENSORS, r#"{"instances": [{"a": [1, 2], "s": "x"}, {"a": [3, 4], "s": "y"}]}"#),
    ("df", TENSORS, r#"{"dataframe_split": {"columns": ["a", "s"], "data": [[[1, 2], "x"]]}}"#),
];

/// A value that Python printed, as JSON.
fn json_of(python: &str) -> String {
    let words = [("'", "\""), ("True", "true"), ("False", "false"), ("None", "null")];
    words.iter().fold(python.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The signature and the body that a label stands for.
fn request(label: &str) -> (String, String) {
    if let Some((_, signature, body)) = CASES.iter().find(|(name, ..)| *name == label) {
        return ((*signature).to_owned(), (*body).to_owned());
    }
    let mut parts = label.splitn(3, ' ');
    let (Some(kind), Some(form), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
        panic!("what request is [{label}]?")
    };
    let value = json_of(value);
    let body = match form {
        "rec" => format!(r#"{{"dataframe_records": [{{"c": {value}}}]}}"#),
        "inp" => format!(r#"{{"inputs": {{"c": [{value}]}}}}"#),
        _ => panic!("what request is [{label}]?"),
    };
    (format!(r#"[{{"type": "{kind}", "name": "c"}}]"#), body)
}

fn schema(signature: &str) -> Schema {
    let file = MlModel::parse(format!("signature: {{inputs: '{signature}'}}").as_bytes());
    file.unwrap().signature.inputs.unwrap()
}

fn read(body: &Value, schema: &Schema) -> Result<Input, mlmodel::InputError> {
    let Value::Dict(entries) = body else { panic!("{body:?}") };
    let [(form, data)] = entries.as_slice() else { panic!("{body:?}") };
    let schema = Some(schema);
    match &**form {
        "dataframe_split" => Input::from_split(data, schema),
        "dataframe_records" => Input::from_records(data, schema),
        "instances" => Input::from_instances(data, schema),
        _ => Input::from_inputs(data, schema),
    }
}

/// `repr(value)`
fn repr(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Null => "None".into(),
        Value::Bool(b) => if *b { "True" } else { "False" }.into(),
        Value::Int(n) => n.to_string(),
        Value::Big(digits) => digits.clone(),
        Value::Float(x) if x.is_nan() => "nan".into(),
        Value::Float(x) if x.is_infinite() => "inf".into(),
        Value::Float(x) => format!("{x:?}"),
        Value::Str(text) => {
            let list = python::repr_list([text.as_str()]);
            list.strip_prefix('[').unwrap().strip_suffix(']').unwrap().into()
        }
        Value::List(items) => format!("[{}]", joined(items.iter().map(repr).collect())),
        Value::Dict(entries) => {
            let entries = entries.iter().map(|(key, v)| format!("'{key}': {}", repr(v)));
            format!("{{{}}}", joined(entries.collect()))
        }
    }
}

/// `repr` of the values of a column, each.
fn cells(values: &Values) -> Vec<String> {
    let each = (0..values.len()).filter_map(|i| values.get(i));
    each.map(|value| match (values, value) {
        (Values::Datetime(_), Value::Str(text)) => {
            format!("Timestamp('{}')", text.replace('T', " "))
        }
        (Values::Datetime(_), _) => "NaT".into(),
        // Bytes are shown as Python shows them.
        (Values::Bytes(_), Value::Str(text)) => text,
        (_, value) => repr(&value),
    })
    .collect()
}

/// `array.tolist()`
fn lists(array: &Array) -> String {
    let cells = cells(array.values());
    match array.shape() {
        [_, width] => {
            let rows: Vec<String> =
                cells.chunks(*width).map(|row| format!("[{}]", row.join(", "))).collect();
            format!("[{}]", rows.join(", "))
        }
        _ => format!("[{}]", cells.join(", ")),
    }
}

fn shown(input: &Input) -> String {
    match input {
        Input::Frame(frame) => {
            let columns = frame.columns().iter().map(|(label, values)| {
                let label = label.name().map_or_else(|| label.to_string(), |n| format!("'{n}'"));
                let cells = cells(values);
                let cells = python::repr_list(cells.iter().map(String::as_str));
                format!("{label}: ('{}', {cells})", values.type_name())
            });
            format!("{{{}}}", columns.collect::<Vec<_>>().join(", "))
        }
        Input::Array(array) => {
            format!("(dtype('{}'), {})", array.values().type_name(), lists(array))
        }
        Input::Dict(arrays) => {
            let arrays = arrays.iter().map(|(name, array)| {
                format!("'{name}': ('{}', {})", array.values().type_name(), lists(array))
            });
            format!("{{{}}}", arrays.collect::<Vec<_>>().join(", "))
        }
        Input::Records(_) => panic!("no line has a list of objects under 'inputs'"),
    }
}

/// What becomes of a request, in the words of the file, without its last part
/// when that is longer than `text`.
fn answer(label: &str, text: &str) -> String {
    let (signature, body) = request(label);
    let schema = schema(&signature);
    let body = json::parse(body.as_bytes()).unwrap();
    let answer = match read(&body, &schema).and_then(|input| enforce(&input, &schema)) {
        Ok(input) => format!("OK {}", shown(&input)),
        Err(error) => {
            let message = error.to_string();
            let problem = message
                .split_once("'. Error: ")
                .filter(|_| error.kind() == InputErrorKind::SchemaEnforcement);
            let problem = problem.map_or(message.as_str(), |(_, problem)| problem);
            let exception = match error.kind() {
                InputErrorKind::SchemaEnforcement => "MlflowException INTERNAL_ERROR",
                _ if problem.contains("is not compatible with model signature") => {
                    "MlflowFailedTypeConversion BAD_REQUEST"
                }
                _ => "MlflowInvalidInputException BAD_REQUEST",
            };
            format!("ERR {exception}: {problem}")
        }
    };
    if answer.starts_with("ERR") {
        answer.chars().take(text.chars().count()).collect()
    } else {
        answer
    }
}

/// The lines of the file between the heading `---` of that name and the next.
fn section(name: &str) -> Vec<&'static str> {
    let mut heading = "";
    let lines = include_str!("golden/type-coercions.txt").lines().skip(1);
    lines
        .filter(|line| {
            if let Some(name) = line.strip_prefix("--- ") {
                heading = name;
                return false;
            }
            heading == name
        })
        .collect()
}

#[test]
fn every_line_is_what_becomes_of_its_request() {
    let (mut lines, mut wrong) = (0, Vec::new());
    for name in ["", "optional", "array/object/map", "unnamed cols", "tensor"] {
        for line in section(name) {
            let (label, expected) = line.strip_prefix('[').unwrap().split_once("] ").unwrap();
            // numpy's scalars within cells, and the width of its text.
            let expected = expected.replace("np.int64(1)", "1").replace("'<U1'", "'str'");
            let found = answer(label, &expected);
            lines += 1;
            if found != expected {
                wrong.push(format!("[{label}]\n  expected {expected}\n  found    {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {lines} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(lines, 117);
}

#[test]
fn every_line_of_parameters_is_what_becomes_of_them() {
    let lines = section("params");
    let (specs, cases) = lines.split_first().unwrap();
    let file = MlModel::parse(format!("signature: {{params: '{specs}'}}").as_bytes()).unwrap();
    let specs = file.signature.params.unwrap();
    // Given parameters come first in Python's dictionary, and dates are dates.
    let sorted = |text: &str| {
        let dates = text
            .replace("datetime.date(2024, 1, 1)", "'2024-01-01'")
            .replace("datetime.date(2024, 5, 6)", "'2024-05-06'");
        let mut parts: Vec<String> =
            dates.trim_matches(['{', '}']).split(", ").map(str::to_owned).collect();
        parts.sort();
        parts
    };
    for line in cases {
        let (params, expected) =
            line.split_once(" -> ").or_else(|| line.split_once(" ERR ")).unwrap();
        let params = json::parse(json_of(params).as_bytes()).unwrap();
        match enforce_params(Some(&params), Some(&specs)) {
            Ok(fitted) => {
                assert_eq!(sorted(&repr(&Value::Dict(fitted))), sorted(expected), "{line}")
            }
            Err(error) => {
                let text = format!("INVALID_PARAMETER_VALUE {error}");
                assert_eq!(error.kind(), InputErrorKind::InvalidParams);
                assert!(text.starts_with(expected), "{line}\n  found {text}");
            }
        }
    }
    assert_eq!(cases.len(), 11);
}
