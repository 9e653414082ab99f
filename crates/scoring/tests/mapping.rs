//! How data reaches a model and answers leave it, with a model that answers
//! with its inputs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as loudly as tests"
)]

mod common;

use common::{model, post};
use mlmodel::MlModel;
use onnx::{Dim, Kind, Value, ValueInfo};
use scoring::{Dialect, Model, Options, Predictor, Request, RunError, body_too_large};
use tensor::{DType, Data, Tensor};

const F32: Option<DType> = Some(DType::F32);
const F64: Option<DType> = Some(DType::F64);
const I64: Option<DType> = Some(DType::I64);

/// Status and body.
fn ask(model: &Model, body: &str) -> (u16, String) {
    let response = post(model, "application/json", body.as_bytes());
    (response.status, String::from_utf8(response.body).unwrap())
}

fn cause(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["error_code"], "BAD_REQUEST");
    body["stack_trace"].as_str().unwrap().to_owned()
}

#[test]
fn columns_feed_the_inputs_of_their_names_as_vectors() {
    let model = model(&[("x", F32), ("y", I64)], "", Options::default());
    let body = r#"{"dataframe_records": [{"y": 1, "x": 0.5, "z": "?"}, {"y": 2, "x": 1.5}]}"#;
    let expected = r#"{"predictions": [{"x": 0.5, "y": 1}, {"x": 1.5, "y": 2}]}"#;
    assert_eq!(ask(&model, body), (200, expected.into()));

    let (status, body) = ask(&model, r#"{"dataframe_records": [{"x": 0.5}]}"#);
    assert_eq!(status, 400);
    assert_eq!(
        cause(&body),
        "the model's input 'y' is no column of the data frame, whose columns are ['x']"
    );
}

#[test]
fn a_frame_for_one_input_is_a_matrix_and_comes_back_flat() {
    let model = model(&[("x", F64)], "", Options::default());
    let body = r#"{"dataframe_split": {"data": [[1, 0.5], [2, 1.5]]}}"#;
    let expected = r#"{"predictions": [{"x": 1.0}, {"x": 0.5}, {"x": 2.0}, {"x": 1.5}]}"#;
    assert_eq!(ask(&model, body), (200, expected.into()));
    let body = r#"{"inputs": [[1, 0.5], [2, 1.5]]}"#;
    let expected = r#"{"predictions": {"x": [[1.0, 0.5], [2.0, 1.5]]}}"#;
    assert_eq!(ask(&model, body), (200, expected.into()));
}

/// Gives fixed outputs, and takes inputs of fixed shapes.
#[derive(Debug)]
struct Fixed {
    inputs: Vec<ValueInfo>,
    expected: Vec<(&'static str, Vec<usize>)>,
    outputs: Vec<(String, Value)>,
}

impl Predictor for Fixed {
    fn inputs(&self) -> &[ValueInfo] {
        &self.inputs
    }

    fn outputs(&self) -> &[ValueInfo] {
        &[]
    }

    fn run(&self, inputs: Vec<(String, Tensor)>) -> Result<Vec<(String, Value)>, RunError> {
        let found: Vec<_> =
            inputs.iter().map(|(name, tensor)| (name.as_str(), tensor.shape().to_vec())).collect();
        assert_eq!(found, self.expected);
        Ok(self.outputs.clone())
    }
}

/// A model without a signature, of inputs with the declared shapes.
fn fixed(
    inputs: &[(&'static str, &[Dim], &[usize])],
    outputs: Vec<(&str, Value)>,
    dialect: Dialect,
) -> Model {
    let info = |name: &str, shape: &[Dim]| ValueInfo {
        name: name.to_owned(),
        kind: Kind::Tensor,
        dtype: None,
        shape: Some(shape.to_vec()),
    };
    let predictor = Fixed {
        inputs: inputs.iter().map(|(name, shape, _)| info(name, shape)).collect(),
        expected: inputs.iter().map(|(name, _, found)| (*name, found.to_vec())).collect(),
        outputs: outputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    };
    let file = MlModel::parse(b"flavors: {onnx: {data: model.onnx}}").unwrap();
    let options = Options { dialect, ..Options::default() };
    Model::with_predictor(file, Box::new(predictor), options)
}

fn tensor(shape: &[usize], values: impl Into<Data>) -> Value {
    Tensor::new(shape.to_vec(), values).unwrap().into()
}

#[test]
fn columns_take_the_rank_that_the_model_declares() {
    let inputs: &[(&str, &[Dim], &[usize])] = &[
        ("a", &[Dim::Unknown, Dim::Fixed(1)], &[2, 1]),
        ("b", &[Dim::Symbol("n".into()), Dim::Unknown, Dim::Unknown], &[2, 1, 1]),
        ("c", &[Dim::Unknown], &[2]),
        ("d", &[], &[2]),
    ];
    let body = r#"{"dataframe_records": [
        {"a": 1, "b": "x", "c": true, "d": 1}, {"a": 2, "b": "y", "c": false, "d": 1}]}"#;
    let model = fixed(inputs, vec![("y", tensor(&[2], vec![1i64, 2]))], Dialect::Mlflow);
    assert_eq!(ask(&model, body), (200, r#"{"predictions": [{"y": 1}, {"y": 2}]}"#.into()));

    // A frame of one column is no matrix to a model that takes a vector.
    let model = fixed(&[("t", &[Dim::Unknown], &[2])], vec![], Dialect::Mlflow);
    assert_eq!(ask(&model, r#"{"dataframe_split": {"data": [["x"], ["y"]]}}"#).0, 200);
    // What is not a single column keeps its shape.
    let model = fixed(&[("t", &[Dim::Unknown], &[2, 2])], vec![], Dialect::Mlflow);
    assert_eq!(ask(&model, r#"{"dataframe_split": {"data": [[1, 2], [3, 4]]}}"#).0, 200);
}

#[test]
fn outputs_of_unlike_widths_are_answered_row_by_row() {
    let body = r#"{"dataframe_split": {"data": [[1], [2]]}}"#;
    let input: (&str, &[Dim], &[usize]) = ("x", &[Dim::Unknown, Dim::Unknown], &[2, 1]);
    let label = || ("label", tensor(&[2], vec![1i64, 0]));
    let wide = || ("p", tensor(&[2, 2], vec![0.25f64, 0.75, 1.0, 0.0]));
    for dialect in [Dialect::Mlflow, Dialect::Strict] {
        let model = fixed(&[input], vec![label(), wide()], dialect);
        let rows =
            r#"{"predictions": [{"label": 1, "p": [0.25, 0.75]}, {"label": 0, "p": [1.0, 0.0]}]}"#;
        assert_eq!(ask(&model, body), (200, rows.into()));
        // Nor does this form rows.
        let model = fixed(&[input], vec![wide(), ("n", tensor(&[], vec![7i64]))], dialect);
        let (status, answer) = ask(&model, body);
        assert_eq!(status, 400);
        assert!(cause(&answer).contains("(p: 2, n: 1)"), "{answer}");
    }
}

#[test]
fn wide_outputs_are_flattened_unless_the_dialect_is_strict() {
    let body = r#"{"dataframe_split": {"data": [[1], [2]]}}"#;
    let input: (&str, &[Dim], &[usize]) = ("x", &[Dim::Unknown, Dim::Unknown], &[2, 1]);
    let ask_for = |shape: &[usize], dialect| {
        let values: Vec<i64> = (0..).take(shape.iter().product()).collect();
        ask(&fixed(&[input], vec![("y", tensor(shape, values))], dialect), body).1
    };
    for (shape, flat, rows) in [
        (
            &[2, 2][..],
            r#"[{"y": 0}, {"y": 1}, {"y": 2}, {"y": 3}]"#,
            r#"[{"y": [0, 1]}, {"y": [2, 3]}]"#,
        ),
        (&[2, 1], r#"[{"y": 0}, {"y": 1}]"#, r#"[{"y": 0}, {"y": 1}]"#),
        (&[1, 2, 1], r#"[{"y": 0}, {"y": 1}]"#, r#"[{"y": [[0], [1]]}]"#),
        (&[], r#"[{"y": 0}]"#, r#"[{"y": 0}]"#),
        (&[0, 3], "[]", "[]"),
        (&[1_000_000_000_000, 0], "[]", "[]"),
    ] {
        assert_eq!(ask_for(shape, Dialect::Mlflow), format!("{{\"predictions\": {flat}}}"));
        assert_eq!(ask_for(shape, Dialect::Strict), format!("{{\"predictions\": {rows}}}"));
    }
}

#[test]
fn a_request_may_ask_for_a_dialect() {
    let body = br#"{"inputs": [NaN]}"#;
    let ask = |dialect, accept| {
        let model = model(&[("x", F64)], "", Options { dialect, ..Options::default() });
        let content_type = Some("application/json");
        let request = Request { method: "POST", path: "/invocations", content_type, accept, body };
        let response = model.handle(&request);
        (response.status, String::from_utf8(response.body).unwrap())
    };
    let word = (200, r#"{"predictions": {"x": [NaN]}}"#.to_owned());
    let null = (200, r#"{"predictions": {"x": [null]}}"#.to_owned());
    for (dialect, accept, expected) in [
        (Dialect::Mlflow, None, &word),
        (Dialect::Mlflow, Some("*/*"), &word),
        (Dialect::Mlflow, Some("application/json; scoring=strict"), &null),
        (Dialect::Strict, None, &null),
        (Dialect::Strict, Some("application/json; scoring=mlflow"), &word),
    ] {
        assert_eq!(ask(dialect, accept), *expected, "{dialect:?} {accept:?}");
    }
    let (status, problem) = ask(Dialect::Mlflow, Some("application/json; scoring=loose"));
    assert_eq!(status, 406);
    assert!(problem.contains("'loose'"), "{problem}");
}

#[test]
fn only_doubles_are_narrowed() {
    let model = model(&[("x", F32)], "", Options::default());
    assert_eq!(ask(&model, r#"{"inputs": [0.1]}"#).1, {
        r#"{"predictions": {"x": [0.10000000149011612]}}"#
    });
    let (status, body) = ask(&model, r#"{"inputs": [1]}"#);
    assert_eq!((status, cause(&body).as_str()), (400, "x is int64"));
}

#[test]
fn an_array_is_no_answer_to_two_inputs() {
    let model = model(&[("x", F32), ("y", F32)], "", Options::default());
    let (status, body) = ask(&model, r#"{"inputs": [0.5]}"#);
    assert_eq!(status, 400);
    assert!(cause(&body).ends_with("following tensors: ['x', 'y']."), "{body}");
}

#[test]
fn a_list_of_objects_under_inputs_needs_a_column_signature() {
    let body = r#"{"inputs": [{"x": 0.5}]}"#;
    let bare = model(&[("x", F64)], "", Options::default());
    let (status, answer) = ask(&bare, body);
    assert_eq!(status, 400);
    assert!(cause(&answer).contains("<class 'list'>"), "{answer}");
    let signature = r#"{inputs: '[{"type": "double", "name": "x"}]'}"#;
    let signed = model(&[("x", F64)], signature, Options::default());
    assert_eq!(ask(&signed, body), (200, r#"{"predictions": [{"x": 0.5}]}"#.into()));
}

#[test]
fn anything_feeds_an_input_of_text_as_python_prints_it() {
    let model = model(&[("x", Some(DType::Str))], "", Options::default());
    let body = r#"{"inputs": {"x": ["a", null, "b"]}}"#;
    assert_eq!(ask(&model, body).1, r#"{"predictions": {"x": ["a", "None", "b"]}}"#);
}

#[test]
fn times_and_bytes_feed_nothing() {
    let signature = r#"{inputs: '[{"type": "datetime", "name": "x"}]'}"#;
    let model = model(&[("x", F64)], signature, Options::default());
    let (status, body) = ask(&model, r#"{"dataframe_records": [{"x": "2024-01-02"}]}"#);
    assert_eq!(status, 400);
    assert!(cause(&body).contains("times or bytes"), "{body}");
}

#[test]
fn params_are_checked_and_then_dropped() {
    let signature = r#"{inputs: '[{"type": "double", "name": "x"}]',
        params: '[{"name": "t", "default": 0.5, "shape": null, "type": "double"}]'}"#;
    let model = model(&[("x", F64)], signature, Options::default());
    let body =
        |params: &str| format!(r#"{{"dataframe_records": [{{"x": 1}}], "params": {params}}}"#);
    assert_eq!(ask(&model, &body(r#"{"t": 2, "u": 3}"#)).0, 200);
    let (status, answer) = ask(&model, &body(r#"{"t": "x"}"#));
    assert_eq!(status, 400);
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["error_code"], "INVALID_PARAMETER_VALUE");
    assert_eq!(answer["sqlstate"], "KAM00");
    let message = answer["message"].as_str().unwrap();
    assert!(
        message.starts_with(
            "Failed to predict data '     x\n0  1.0'. \nError: Invalid parameters found: {('t',"
        ),
        "{message}"
    );
}

#[test]
fn csv_columns_take_the_signatures_types() {
    let signature =
        r#"{inputs: '[{"type": "long", "name": "x"}, {"type": "float", "name": "y"}]'}"#;
    let model = model(&[("x", I64), ("y", F32)], signature, Options::default());
    let response = post(&model, "text/csv", b"y,x\n1,2\n3.5,4\n\n");
    let expected = r#"{"predictions": [{"x": 2, "y": 1.0}, {"x": 4, "y": 3.5}]}"#;
    assert_eq!(String::from_utf8(response.body).unwrap(), expected);
    for (csv, problem) in [
        ("x,y\n1,2,3\n", "Error tokenizing data. C error: Expected 2 fields in line 2, saw 3"),
        ("", "No columns to parse from file"),
        ("x,y\n,2\n", "Integer column has NA values in column 0"),
    ] {
        let response = post(&model, "text/csv", csv.as_bytes());
        assert_eq!(response.status, 400, "{csv:?}");
        let body = String::from_utf8(response.body).unwrap();
        assert_eq!(cause(&body), problem, "{csv:?}");
    }
    assert_eq!(post(&model, "text/csv", b"x,y\n\xff,1\n").status, 400);
}

#[test]
fn numbers_that_json_lacks_are_words_or_null() {
    let body = r#"{"inputs": [NaN, -Infinity, 1e400]}"#;
    let words = model(&[("x", F64)], "", Options::default());
    assert_eq!(ask(&words, body).1, r#"{"predictions": {"x": [NaN, -Infinity, Infinity]}}"#);
    let options = Options { dialect: Dialect::Strict, ..Options::default() };
    let null = model(&[("x", F64)], "", options);
    assert_eq!(ask(&null, body).1, r#"{"predictions": {"x": [null, null, null]}}"#);
}

#[test]
fn integers_stay_exact() {
    let model = model(&[("x", I64)], "", Options::default());
    let body = r#"{"inputs": [9007199254740993, -9223372036854775808]}"#;
    let expected = r#"{"predictions": {"x": [9007199254740993, -9223372036854775808]}}"#;
    assert_eq!(ask(&model, body), (200, expected.into()));
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let options = Options { body_limit: 20, ..Options::default() };
    let model = model(&[("x", F64)], "", options);
    assert_eq!(ask(&model, r#"{"inputs": [1.5]}"#).0, 200);
    let (status, body) = ask(&model, r#"{"inputs":     [1.5]}"#);
    assert_eq!(status, 413);
    assert_eq!(body_too_large(20).body, body.as_bytes());
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(body["message"].as_str().unwrap().contains("larger than 20 bytes"));
}

#[test]
fn parquet_and_missing_types_are_415() {
    let model = model(&[("x", F64)], "", Options::default());
    let response = post(&model, "application/vnd.apache.parquet", b"PAR1");
    assert_eq!((response.status, response.content_type), (415, "text/plain; charset=utf-8"));
}

#[test]
fn the_description_names_inputs_signature_and_example() {
    let options = Options {
        name: Some("demo".into()),
        serving_input_example: Some("{}".into()),
        ..Options::default()
    };
    let signature = r#"{inputs: '[{"type": "double", "name": "x", "required": false}]',
        params: '[{"name": "t", "default": 0.5, "shape": null, "type": "double"}]'}"#;
    let summary = model(&[("x", F64)], signature, options).describe();
    let summary = serde_json::to_value(&summary).unwrap();
    assert_eq!(summary["name"], "demo");
    assert_eq!(summary["inputs"][0]["dtype"], "float64");
    assert_eq!(summary["inputs"][0]["shape"], serde_json::json!(["batch", "?", "2"]));
    assert_eq!(summary["signature_inputs"][0]["type"], "double");
    assert_eq!(summary["signature_inputs"][0]["required"], false);
    assert_eq!(summary["params"][0]["default"], "0.5");
    assert_eq!(summary["serving_input_example"], "{}");
    assert!(summary["signature_outputs"].is_null());
}
