//! Requests: a model of one of a few signatures, a content type, any body.

#![no_main]

use std::sync::OnceLock;

use fuzz::assert_says_why;
use libfuzzer_sys::arbitrary::{self, Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use mlmodel::MlModel;
use onnx::{Dim, Kind, Value, ValueInfo};
use scoring::{Model, Options, Predictor, Request, RunError};
use tensor::{DType, Tensor};

/// Gives back its inputs.
#[derive(Debug)]
struct Echo(Vec<ValueInfo>);

impl Predictor for Echo {
    fn inputs(&self) -> &[ValueInfo] {
        &self.0
    }

    fn outputs(&self) -> &[ValueInfo] {
        &self.0
    }

    fn run(&self, inputs: Vec<(String, Tensor)>) -> Result<Vec<(String, Value)>, RunError> {
        Ok(inputs.into_iter().map(|(name, tensor)| (name, tensor.into())).collect())
    }
}

const SIGNATURES: &[&str] = &[
    "",
    r#"{inputs: '[{"type": "double", "name": "a"}, {"type": "string", "name": "b"}]'}"#,
    r#"{inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'}"#,
    r#"{inputs: '[{"type": "datetime", "name": "a"}, {"type": "binary", "name": "b"}]'}"#,
    r#"{inputs: '[{"type": "long", "name": "a"}, {"type": "boolean", "name": "b", "required": false}]',
        params: '[{"name": "p", "type": "double", "default": 0.5, "shape": null}]'}"#,
    r#"{inputs: '[{"type": "tensor", "name": "a", "tensor-spec": {"dtype": "int64", "shape": [-1]}},
        {"type": "tensor", "name": "b", "tensor-spec": {"dtype": "str", "shape": [-1, 1]}}]'}"#,
    r#"{inputs: '[{"type": "array", "name": "a", "items": {"type": "map", "values": {"type": "any"}}},
        {"type": "object", "name": "b", "properties": {"x": {"type": "float"}}}]'}"#,
    r#"{inputs: '[{"type": "integer"}, {"type": "float"}]'}"#,
];

struct Models(Vec<Model>);
// Only the fuzzer's one thread asks for them.
unsafe impl Send for Models {}
unsafe impl Sync for Models {}

static MODELS: OnceLock<Models> = OnceLock::new();

fn models() -> &'static [Model] {
    let make = |inputs: &[&str], signature: &str| {
        let infos = inputs.iter().map(|name| ValueInfo {
            name: (*name).to_owned(),
            kind: Kind::Tensor,
            dtype: (*name == "a").then_some(DType::F32),
            shape: Some(vec![Dim::Symbol("batch".into()), Dim::Unknown, Dim::Fixed(2)]),
        });
        let mut text = String::from("flavors: {onnx: {data: model.onnx}}\n");
        if !signature.is_empty() {
            text.push_str(&format!("signature: {signature}\n"));
        }
        let file = MlModel::parse(text.as_bytes()).expect("the target's signatures parse");
        Model::with_predictor(file, Box::new(Echo(infos.collect())), Options::default())
    };
    let all = || {
        let one = SIGNATURES.iter().map(|signature| make(&["a"], signature));
        let two = SIGNATURES.iter().map(|signature| make(&["a", "b"], signature));
        Models(one.chain(two).collect())
    };
    &MODELS.get_or_init(all).0
}

/// What a request says beside its body.
#[derive(Debug, Arbitrary)]
struct Head<'a> {
    model: u8,
    content_type: ContentType<'a>,
    accept: Option<Accept<'a>>,
}

#[derive(Debug, Arbitrary)]
enum ContentType<'a> {
    Json,
    Records,
    Csv,
    None,
    Other(&'a str),
}

#[derive(Debug, Arbitrary)]
enum Accept<'a> {
    Strict,
    Other(&'a str),
}

fuzz_target!(|bytes: &[u8]| {
    // The head stands at the end, so that a body begins as a file of the corpus does.
    let (body, head) = bytes.split_at(bytes.len().saturating_sub(16));
    let Ok(head) = Head::arbitrary(&mut Unstructured::new(head)) else { return };
    let models = models();
    let response = models[usize::from(head.model) % models.len()].handle(&Request {
        method: "POST",
        path: "/invocations",
        content_type: match head.content_type {
            ContentType::Json => Some("application/json"),
            ContentType::Records => Some("application/json; charset=utf-8"),
            ContentType::Csv => Some("text/csv"),
            ContentType::None => None,
            ContentType::Other(text) => Some(text),
        },
        accept: head.accept.map(|accept| match accept {
            Accept::Strict => "application/json;scoring=strict",
            Accept::Other(text) => text,
        }),
        body,
    });
    let text = String::from_utf8(response.body).expect("an answer is text");
    match response.status {
        200 => assert!(text.starts_with("{\"predictions\": "), "{text}"),
        400 => {
            let error: serde_json::Value = serde_json::from_str(&text).expect("an error is JSON");
            assert_says_why(&error["message"].as_str().expect("an error has a message"));
        }
        406 | 415 => assert_says_why(&text),
        status => panic!("answered with {status}: {text}"),
    }
});
