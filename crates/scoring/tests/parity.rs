//! Every case of `tests/golden/scoring.jsonl`, natively; see the README there.
//! Numbers may differ by what single precision explains: ONNX Runtime adds in
//! another order, and has an exponential of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use mlmodel::MlModel;
use scoring::{Model, Options, Request};
use serde_json::Value as Json;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

/// Loads a folder as a host does.
fn load(name: &str) -> Model {
    let folder = golden().join("models").join(name);
    let read = |file: &str| Bytes::from(fs::read(folder.join(file)).unwrap());
    let mlmodel = read("MLmodel");
    let onnx = read(&MlModel::parse(&mlmodel).unwrap().onnx_flavor().unwrap().data);
    let files = onnx::requirements(onnx.clone()).unwrap().external_files;
    let external: HashMap<String, Bytes> =
        files.into_iter().map(|file| (file.clone(), read(&file))).collect();
    Model::load(&mlmodel, onnx, &external, Options::default()).unwrap()
}

/// Whether the numbers in two values are as good as equal, and the rest is.
fn close(found: &Json, expected: &Json) -> bool {
    match (found, expected) {
        (Json::Number(a), Json::Number(b)) if a.is_f64() && b.is_f64() => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-6 * b.abs().max(0.1)
        }
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && b.iter().all(|(k, b)| a.get(k).is_some_and(|a| close(a, b)))
        }
        _ => found == expected,
    }
}

/// Whether a body says what the expected one says; to the byte where it is no
/// strict JSON.
fn same_body(body: &str, expected: &str) -> bool {
    let parse = |text| serde_json::from_str::<Json>(text);
    match (parse(body), parse(expected)) {
        (Ok(found), Ok(expected)) => close(&found, &expected),
        _ => body == expected,
    }
}

#[test]
fn every_case_is_answered_as_expected() {
    let cases = fs::read_to_string(golden().join("scoring.jsonl")).unwrap();
    let mut models = HashMap::new();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str();
        let name = text("model").unwrap();
        let model = models.entry(name.to_owned()).or_insert_with(|| load(name));
        let response = model.handle(&Request {
            method: text("method").unwrap(),
            path: text("path").unwrap(),
            content_type: text("contentType"),
            accept: text("accept"),
            body: text("body").unwrap_or_default().as_bytes(),
        });
        let body = String::from_utf8(response.body).unwrap();
        let parsed: Json = serde_json::from_str(&body).unwrap_or_default();
        let expect = &case["expect"];
        let same = |key: &str, found: &str| expect.get(key).is_none_or(|wanted| wanted == found);
        let fits = expect["status"] == response.status
            && same("contentType", response.content_type)
            && expect.get("body").is_none_or(|text| same_body(&body, text.as_str().unwrap()))
            && same("error_code", parsed["error_code"].as_str().unwrap_or_default())
            && same("detail", parsed["detail"].as_str().unwrap_or_default())
            && expect.get("text").is_none_or(|text| body.starts_with(text.as_str().unwrap()));
        if !fits {
            let label = text("name").unwrap();
            wrong.push(format!("{name}: {label}\n  expected {expect}\n  found    {body}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
