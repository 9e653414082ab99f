//! Every measured conversion of MLflow 3.18 (pandas 3.1, numpy 2.4).
//!
//! `golden/coercions.jsonl` holds one case a line: a label, a signature, a
//! request body, and what MLflow makes of it: the data that the model sees
//! (`frame`, `array` or `dict`, with types and values), or the exception, its
//! step (`read error`, `fit error`) and its text. Text with missing values,
//! which pandas calls `str`, is `object` there as it is here.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

use mlmodel::json::{self, Value};
use mlmodel::{Array, Input, MlModel, Schema, Values, enforce};

/// Cases that we answer otherwise, on purpose. Each is named by a part of its
/// line.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        r#"{"dataframe_split": {"data": {"a": [1]}}}"#,
        "a table is rows, not a dictionary of columns",
    ),
    (r#""index": [1, 2]}"#, "an index of another length is an error, also for one row"),
    (r#""columns": [["a", "b"], ["c", "d"]]"#, "columns have one name, no levels"),
    (r#""columns": {"a": 1, "b": 2}"#, "columns are a list"),
    (r#""columns": ["a", "a", "b"]"#, "a repeated column is said to be one"),
    (r#"{"inputs": {"a": 1, "b": 1, "z": 5}}"#, "extra scalars are as harmless as extra columns"),
    (r#"not likely a datetime"#, "texts that are no times all read the same in the error"),
    (r#"{"inputs": {"c": ["7"]}}, ["frame", [["c", "datetime64[ns]""#, "the year 7 wraps around"),
    (r#"Error parsing datetime string \" 7 \""#, "the position in the error"),
    (r#"doesn\\'t match format"#, "the times of a column may be written differently"),
    (r#""dtype": "datetime64""#, "no ONNX input has such a type"),
    (r#""dtype": "complex64""#, "no ONNX input has such a type"),
    (r#"["arr binary", "#, "bytes within cells stay text"),
    (r#"["any inp", "#, "a list in a column of any type is that column's values"),
    (r#"{"instances": [{"c": [1.0, 2.0]}]}"#, "both refuse it, in other words"),
];

fn text(value: &Value) -> String {
    let mut out = String::new();
    json::write_value(&mut out, value);
    out
}

/// The schema of a case, read the way a model's signature is read.
fn schema(value: &Value) -> Option<Schema> {
    if *value == Value::Null {
        return None;
    }
    let quoted = text(value).replace('\'', "''");
    let file = MlModel::parse(format!("signature: {{inputs: '{quoted}'}}").as_bytes()).unwrap();
    file.signature.inputs
}

fn values(values: &Values) -> Value {
    Value::List((0..values.len()).filter_map(|i| values.get(i)).collect())
}

fn name(name: &str) -> Value {
    Value::Str(name.to_owned())
}

fn array(array: &Array) -> Vec<Value> {
    let shape = array.shape().iter().map(|n| Value::Int(*n as i64)).collect();
    vec![name(array.values().type_name()), Value::List(shape), values(array.values())]
}

fn shown(input: &Input) -> Value {
    let (kind, parts) = match input {
        Input::Frame(frame) => {
            let columns = frame.columns().iter().map(|(label, column)| {
                let label = match label.name() {
                    Some(n) => name(n),
                    None => Value::Int(label.to_string().parse().unwrap()),
                };
                Value::List(vec![label, name(column.type_name()), values(column)])
            });
            ("frame", Value::List(columns.collect()))
        }
        Input::Array(a) => ("array", Value::List(array(a))),
        Input::Dict(arrays) => {
            let parts = arrays.iter().map(|(n, a)| Value::List([vec![name(n)], array(a)].concat()));
            ("dict", Value::List(parts.collect()))
        }
        Input::Records(_) => return Value::List(vec![name("list")]),
    };
    Value::List(vec![name(kind), parts])
}

fn answer(schema: Option<&Schema>, body: &Value) -> Value {
    let read = if let Some(v) = body.get("dataframe_split") {
        Input::from_split(v, schema)
    } else if let Some(v) = body.get("dataframe_records") {
        Input::from_records(v, schema)
    } else if let Some(v) = body.get("instances") {
        Input::from_instances(v, schema)
    } else {
        Input::from_inputs(body.get("inputs").unwrap(), schema)
    };
    let fitted = read.map_err(|e| ("read error", e)).and_then(|input| match schema {
        Some(schema) => enforce(&input, schema).map_err(|e| ("fit error", e)),
        None => Ok(input),
    });
    match fitted {
        Ok(input) => shown(&input),
        Err((step, error)) => {
            let message = error.to_string();
            // The enforcement error's opening shows the data; the rest is the
            // problem that was measured.
            let problem = message.split_once("'. Error: ").filter(|_| step == "fit error");
            let problem = problem.map_or(message.as_str(), |(_, problem)| problem);
            Value::List(vec![name(step), name(problem)])
        }
    }
}

#[test]
fn requests_convert_as_they_do_in_mlflow() {
    let golden = include_str!("golden/coercions.jsonl");
    let (mut same, mut wrong) = (0, Vec::new());
    let mut used = vec![false; DIFFERENCES.len()];
    for line in golden.lines() {
        let case = json::parse(line.as_bytes()).unwrap();
        let [_, signature, body, expected] = case.as_list().unwrap() else { panic!("{line}") };
        let found = answer(schema(signature).as_ref(), body);
        let expected = match expected.as_list().unwrap() {
            [step, Value::Str(_), problem] => Value::List(vec![step.clone(), problem.clone()]),
            _ => expected.clone(),
        };
        if text(&found) == text(&expected) {
            same += 1;
        } else if let Some(i) = DIFFERENCES.iter().position(|(part, _)| line.contains(part)) {
            used[i] = true;
        } else {
            wrong.push(format!("{line}\n  found {}", text(&found)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), same, wrong.join("\n"));
    for ((part, _), used) in DIFFERENCES.iter().zip(used) {
        assert!(used, "no case differs any more where a line has {part}");
    }
}
