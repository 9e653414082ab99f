//! Every case of `tests/golden/scoring.jsonl`, natively; see the README there.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as loudly as tests"
)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use mlmodel::MlModel;
use scoring::{Model, Options, Request};

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

#[test]
fn every_case_is_answered_as_expected() {
    let cases = fs::read_to_string(golden().join("scoring.jsonl")).unwrap();
    let mut models = HashMap::new();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
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
        let parsed: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let expect = &case["expect"];
        let same = |key: &str, found: &str| expect.get(key).is_none_or(|wanted| wanted == found);
        let fits = expect["status"] == response.status
            && same("contentType", response.content_type)
            && same("body", &body)
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
