//! The scoring protocol, replayed against real models.
//!
//! `golden/scoring-protocol.txt` is what MLflow 3.18 answered. Its lines stand
//! in the order of [`CASES`]: `[label] status content-type :: body`, where the
//! body is cut after 420 characters, the message in it after 260, and a stack
//! trace is `<...>`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail as loudly as tests"
)]

use mlmodel::json::{self, Value};
use scoring::{Model, Options, Request, Response};

/// Lines that we answer otherwise, on purpose: the model, the label, our
/// answer, and why.
const DIFFERENCES: &[(&str, &str, &str, &str)] = &[
    (
        "df",
        "no ct",
        "415 text/plain; charset=utf-8 :: This predictor only supports the following content \
         types: Types: ['text/csv', 'application/json', 'application/vnd.apache.parquet']. Got \
         none.",
        "MLflow fails on a missing content type; it is the caller's mistake",
    ),
    (
        "df",
        "split extra key",
        r#"400 application/json :: {"error_code": "BAD_REQUEST", "message": "Invalid input. Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. Got {'columns', 'data', 'foo'}.'", "sqlstate": "KAM00", "error_class": "INVALID_PARAMETER_VALUE"}"#,
        "MLflow prints a Python set, whose order changes with each process",
    ),
    (
        "uneq",
        "df",
        r#"200 application/json :: {"predictions": [{"label": 3.25, "probs": [3.25, 3.25, 3.25]}, {"label": 3.25, "probs": [3.25, 3.25, 3.25]}]}"#,
        "MLflow fails on every row of such a model",
    ),
];

/// What every request to `df` with a whole frame holds.
const SPLIT: &str =
    r#"{"columns": ["a", "b", "c", "d"], "data": [[0.0, 1.0, 2.0, 3], [4.0, 5.0, 6.0, 7]]}"#;

const JSON: Option<&str> = Some("application/json");
const CSV: Option<&str> = Some("text/csv");

/// A model, a label, a content type and a body, in which `SPLIT` stands for
/// [`SPLIT`].
type Case = (&'static str, &'static str, Option<&'static str>, &'static str);

const CASES: &[Case] = &[
    ("df", "df split ok", JSON, r#"{"dataframe_split": SPLIT}"#),
    (
        "df",
        "df split w/ index",
        JSON,
        r#"{"dataframe_split": {"columns": ["a", "b", "c", "d"],
            "data": [[0.0, 1.0, 2.0, 3], [4.0, 5.0, 6.0, 7]], "index": [5, 6]}}"#,
    ),
    ("df", "df records ok", JSON, r#"{"dataframe_records": [{"a": 0, "b": 1, "c": 2, "d": 3}]}"#),
    (
        "df",
        "df records reorder+extra",
        JSON,
        r#"{"dataframe_records": [{"d": 3, "zzz": 1, "a": 0, "b": 1, "c": 2}]}"#,
    ),
    ("df", "missing col", JSON, r#"{"dataframe_records": [{"a": 0, "b": 1, "c": 2}]}"#),
    (
        "df",
        "d as float 3.7 into long",
        JSON,
        r#"{"dataframe_records": [{"a": 0, "b": 1, "c": 2, "d": 3.7}]}"#,
    ),
    (
        "df",
        "d null into long",
        JSON,
        r#"{"dataframe_records": [{"a": 0, "b": 1, "c": 2, "d": null}]}"#,
    ),
    (
        "df",
        "a null into double",
        JSON,
        r#"{"dataframe_records": [{"a": null, "b": 1, "c": 2, "d": 3}]}"#,
    ),
    ("df", "a NaN literal", JSON, r#"{"dataframe_records":[{"a":NaN,"b":1,"c":2,"d":3}]}"#),
    (
        "df",
        "a string number",
        JSON,
        r#"{"dataframe_records": [{"a": "1.5", "b": 1, "c": 2, "d": 3}]}"#,
    ),
    ("df", "a string junk", JSON, r#"{"dataframe_records": [{"a": "x", "b": 1, "c": 2, "d": 3}]}"#),
    ("df", "instances records", JSON, r#"{"instances": [{"a": 0.5, "b": 1, "c": 2, "d": 3}]}"#),
    ("df", "inputs dict cols", JSON, r#"{"inputs": {"a": [0.5], "b": [1], "c": [2], "d": [3]}}"#),
    ("df", "inputs scalar dict", JSON, r#"{"inputs": {"a": 0.5, "b": 1, "c": 2, "d": 3}}"#),
    ("df", "instances list of lists", JSON, r#"{"instances": [[0, 1, 2, 3]]}"#),
    ("df", "csv", CSV, "a,b,c,d\n0,1,2,3\n4,5,6,7\n"),
    ("df", "csv charset", Some("text/csv; charset=utf-8"), "a,b,c,d\n0,1,2,3\n"),
    ("df", "latin1", Some("text/csv; charset=latin-1"), "x"),
    (
        "df",
        "pandas-split ct",
        Some("application/json; format=pandas-split"),
        r#"{"dataframe_split": SPLIT}"#,
    ),
    ("df", "bad ct", Some("text/plain"), "x"),
    ("df", "no ct", None, "x"),
    ("df", "malformed json", JSON, "{a:1}"),
    ("df", "list body", JSON, "[1, 2]"),
    ("df", "string body", JSON, "\"abc\""),
    ("df", "two keys", JSON, r#"{"dataframe_split": SPLIT, "inputs": [1]}"#),
    ("df", "no keys", JSON, r#"{"foo": 1}"#),
    ("df", "empty obj", JSON, "{}"),
    ("df", "records as dict", JSON, r#"{"dataframe_records": {"a": 1}}"#),
    ("df", "split as list", JSON, r#"{"dataframe_split": [1]}"#),
    (
        "df",
        "split extra key",
        JSON,
        r#"{"dataframe_split": {"columns": ["a", "b", "c", "d"],
            "data": [[0.0, 1.0, 2.0, 3], [4.0, 5.0, 6.0, 7]], "foo": 1}}"#,
    ),
    ("df", "split no data", JSON, r#"{"dataframe_split": {"columns": ["a"]}}"#),
    ("df", "split ragged", JSON, r#"{"dataframe_split": {"columns": ["a", "b"], "data": [[1]]}}"#),
    ("df", "params no schema", JSON, r#"{"dataframe_split": SPLIT, "params": {"x": 1}}"#),
    (
        "df",
        "empty rows",
        JSON,
        r#"{"dataframe_split": {"columns": ["a", "b", "c", "d"], "data": []}}"#,
    ),
    ("df", "signature_name", JSON, r#"{"inputs": [1], "signature_name": "x"}"#),
    ("tensor", "inputs 2d", JSON, r#"{"inputs": [[0, 1, 2, 3], [4, 5, 6, 7]]}"#),
    ("tensor", "instances 2d", JSON, r#"{"instances": [[0, 1, 2, 3]]}"#),
    ("tensor", "inputs wrong width", JSON, r#"{"inputs": [[0, 1, 2]]}"#),
    ("tensor", "inputs 1d", JSON, r#"{"inputs": [0, 1, 2, 3]}"#),
    ("tensor", "df split 4 col", JSON, r#"{"dataframe_split": {"data": [[0, 1, 2, 3]]}}"#),
    (
        "tensor",
        "df 1 col list",
        JSON,
        r#"{"dataframe_split": {"columns": ["x"], "data": [[[0, 1, 2, 3]]]}}"#,
    ),
    ("tensor", "inputs dict unnamed sig", JSON, r#"{"inputs": {"input": [[0, 1, 2, 3]]}}"#),
    ("tensor", "csv", CSV, "0,1,2,3\n4,5,6,7\n"),
    ("tensor", "overflow value", JSON, r#"{"inputs": [[1e+39, 0, 0, 0]]}"#),
    ("two", "inputs dict", JSON, r#"{"inputs": {"x": [1, 2], "y": [3, 4]}}"#),
    ("two", "instances records", JSON, r#"{"instances": [{"x": 1, "y": 3}, {"x": 2, "y": 4}]}"#),
    ("two", "records", JSON, r#"{"dataframe_records": [{"x": 1, "y": 3}]}"#),
    ("two", "missing y", JSON, r#"{"inputs": {"x": [1, 2]}}"#),
    ("two", "uneq len", JSON, r#"{"inputs": {"x": [1, 2], "y": [3]}}"#),
    ("nosig", "inputs float", JSON, r#"{"inputs": [[0.5, 1, 2, 3]]}"#),
    ("nosig", "inputs int", JSON, r#"{"inputs": [[0, 1, 2, 3]]}"#),
    ("nosig", "df int", JSON, r#"{"dataframe_split": {"data": [[0, 1, 2, 3]]}}"#),
    ("nosig", "df float", JSON, r#"{"dataframe_split": {"data": [[0.5, 1, 2, 3]]}}"#),
    ("nosig", "inputs dict", JSON, r#"{"inputs": {"input": [[0.5, 1, 2, 3]]}}"#),
    (
        "nosig",
        "instances named",
        JSON,
        r#"{"instances": [{"input": [0.5, 1, 2, 3]}, {"input": [0.5, 1, 2, 3]}]}"#,
    ),
    ("nosig", "inputs wrong name", JSON, r#"{"inputs": {"foo": [[0.5, 1, 2, 3]]}}"#),
    ("nosig", "csv int", CSV, "a,b,c,d\n0,1,2,3\n"),
    ("nosig", "chat", JSON, r#"{"messages":[{"role":"user","content":"hi"}]}"#),
    ("uneq", "df", JSON, r#"{"dataframe_split": {"data": [[0.5, 1, 2, 3], [0.5, 1, 2, 3]]}}"#),
    ("uneq", "inputs", JSON, r#"{"inputs": [[0.5, 1, 2, 3], [0.5, 1, 2, 3]]}"#),
];

macro_rules! file {
    ($model:literal, $file:literal) => {
        include_bytes!(concat!("golden/models/", $model, "/", $file)).as_slice()
    };
}

fn load(name: &str) -> Model {
    let (mlmodel, onnx) = match name {
        "df" => (file!("df", "MLmodel"), file!("df", "model.onnx")),
        "tensor" => (file!("tensor", "MLmodel"), file!("tensor", "model.onnx")),
        "two" => (file!("two", "MLmodel"), file!("two", "model.onnx")),
        "nosig" => (file!("nosig", "MLmodel"), file!("nosig", "model.onnx")),
        "uneq" => (file!("uneq", "MLmodel"), file!("uneq", "model.onnx")),
        "big" => (file!("big", "MLmodel"), file!("big", "model.onnx")),
        other => panic!("no model {other}"),
    };
    let data: &[u8] = file!("big", "28616ae0-e6b5-11f1-b8a5-02fc00000001.data");
    let location = "28616ae0-e6b5-11f1-b8a5-02fc00000001.data".to_owned();
    let external = std::collections::HashMap::from([(location, data.into())]);
    Model::load(mlmodel, onnx, &external, Options::default()).unwrap()
}

fn post(model: &Model, content_type: Option<&str>, body: &str) -> Response {
    let body = body.replace("SPLIT", SPLIT);
    let body = body.as_bytes();
    let request =
        Request { method: "POST", path: "/invocations", content_type, accept: None, body };
    model.handle(&request)
}

fn first_chars(text: &str, n: usize) -> String {
    text.chars().take(n).collect()
}

/// An answer in the form of the golden file.
fn printed(response: &Response) -> String {
    let body = match json::parse(&response.body) {
        Ok(Value::Dict(mut entries)) => {
            for (key, value) in &mut entries {
                match (&**key, value) {
                    ("stack_trace", value) => *value = Value::Str("<...>".into()),
                    ("message", Value::Str(text)) => *text = first_chars(text, 260),
                    _ => {}
                }
            }
            let mut out = String::new();
            json::write_value(&mut out, &Value::Dict(entries));
            out
        }
        _ => String::from_utf8(response.body.clone()).unwrap(),
    };
    format!("{} {} :: {}", response.status, response.content_type, first_chars(&body, 420))
}

/// The labelled lines of the golden file: label and answer.
fn golden() -> Vec<(&'static str, &'static str)> {
    include_str!("golden/scoring-protocol.txt")
        .lines()
        .filter_map(|line| line.strip_prefix('[')?.split_once("] "))
        .collect()
}

#[test]
fn every_golden_request_is_answered_as_mlflow_answers_it() {
    let golden = golden();
    assert_eq!(golden.len(), CASES.len());
    let mut loaded: Option<(&str, Model)> = None;
    let mut wrong = Vec::new();
    for ((model, label, content_type, body), (golden_label, expected)) in CASES.iter().zip(golden) {
        assert_eq!(*label, golden_label);
        if loaded.as_ref().is_none_or(|(name, _)| name != model) {
            loaded = Some((model, load(model)));
        }
        let response = post(&loaded.as_ref().unwrap().1, *content_type, body);
        let difference = DIFFERENCES.iter().find(|d| (d.0, d.1) == (*model, *label));
        if let Some((.., ours, _)) = difference {
            assert_ne!(*ours, expected, "[{label}] does not differ any more");
        }
        let expected = difference.map_or(expected, |(.., ours, _)| ours);
        let found = printed(&response);
        if found != expected {
            wrong.push(format!("{model} [{label}]\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_other_endpoints_answer_as_mlflows_do() {
    let model = load("df");
    let request = |method: &'static str, path: &'static str| {
        let request = Request { method, path, content_type: None, accept: None, body: b"" };
        let response = model.handle(&request);
        let body = String::from_utf8(response.body).unwrap();
        (response.status, response.content_type, body, response.allow)
    };
    let json = "application/json";
    let not_allowed = |allow| (405, json, r#"{"detail":"Method Not Allowed"}"#.into(), Some(allow));
    assert_eq!(request("GET", "/ping"), (200, json, "\n".into(), None));
    assert_eq!(request("GET", "/health"), (200, json, "\n".into(), None));
    assert_eq!(request("GET", "/version"), (200, json, "3.18.0".into(), None));
    assert_eq!(request("GET", "/invocations"), not_allowed("POST"));
    assert_eq!(request("OPTIONS", "/invocations"), not_allowed("POST"));
    assert_eq!(request("POST", "/ping"), not_allowed("GET"));
    let not_found = (404, json, r#"{"detail":"Not Found"}"#.into(), None);
    assert_eq!(request("GET", "/nope"), not_found);
    assert_eq!(request("POST", ""), not_found);
}

#[test]
fn a_model_with_external_data_answers() {
    let model = load("big");
    let summary = model.describe();
    let width = match summary.inputs[0].shape.as_deref() {
        Some([.., last]) => last.parse::<usize>().unwrap_or(4),
        _ => panic!("{summary:?}"),
    };
    let row = vec!["1.0"; width].join(", ");
    let response = post(&model, JSON, &format!(r#"{{"inputs": [[{row}]]}}"#));
    assert_eq!(response.status, 200, "{}", printed(&response));
    let without = Model::load(
        file!("big", "MLmodel"),
        file!("big", "model.onnx"),
        &onnx::NoExternalData,
        Options::default(),
    );
    assert_eq!(without.unwrap_err().status(), 500);
}

#[test]
fn the_saved_example_is_a_request_that_works() {
    let example = include_str!("golden/models/df/serving_input_example.json");
    let response = post(&load("df"), JSON, example);
    assert_eq!(response.status, 200);
    assert_eq!(response.body, br#"{"predictions": [{"output": 3.0}, {"output": 11.0}]}"#);
}
