//! Models that do not load say why, in one line, with a status that fits.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail as loudly as tests"
)]

use onnx::NoExternalData;
use scoring::{LoadError, Model, Options, load_error_response};

const MLMODEL: &[u8] = include_bytes!("golden/models/df/MLmodel");
const ONNX: &[u8] = include_bytes!("golden/models/df/model.onnx");

fn load(mlmodel: &[u8], onnx: &[u8]) -> Result<Model, LoadError> {
    Model::load(mlmodel, onnx.to_vec(), &NoExternalData, Options::default())
}

fn refused(mlmodel: &[u8], onnx: &[u8]) -> (u16, String) {
    let error = load(mlmodel, onnx).unwrap_err();
    let response = load_error_response(&error);
    let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(body["message"], error.to_string());
    assert_eq!(response.status, error.status());
    (response.status, error.to_string())
}

#[test]
fn a_model_without_the_onnx_flavor_is_501() {
    let (status, message) = refused(b"flavors: {sklearn: {}}", ONNX);
    assert_eq!(status, 501);
    assert!(message.starts_with("The model has the flavors `sklearn`, but not `onnx`."));
}

#[test]
fn a_file_that_is_no_mlmodel_is_500() {
    let (status, message) = refused(b"<html>", ONNX);
    assert_eq!(status, 500);
    assert!(message.contains("MLmodel"), "{message}");
}

#[test]
fn a_truncated_onnx_file_is_500_at_every_length() {
    for len in [0, 1, 10, ONNX.len() / 2, ONNX.len() - 1] {
        let (status, message) = refused(MLMODEL, ONNX.get(..len).unwrap());
        assert!(status >= 500, "{len}: {message}");
        assert!(!message.contains('\n'), "{len}: {message}");
    }
}
