//! A model that answers with its inputs, so that tests see what reaches it.

use mlmodel::MlModel;
use onnx::{Dim, Kind, Value, ValueInfo};
use scoring::{Model, Options, Predictor, Request, Response, RunError};
use tensor::{DType, Tensor};

/// Gives back each input under its own name, and refuses other types.
#[derive(Debug)]
pub(crate) struct Echo(Vec<ValueInfo>);

impl Predictor for Echo {
    fn inputs(&self) -> &[ValueInfo] {
        &self.0
    }

    fn outputs(&self) -> &[ValueInfo] {
        &self.0
    }

    fn run(&self, inputs: Vec<(String, Tensor)>) -> Result<Vec<(String, Value)>, RunError> {
        for info in &self.0 {
            let found = inputs.iter().find(|(name, _)| *name == info.name);
            let (_, tensor) = found.ok_or_else(|| RunError(format!("{} is missing", info.name)))?;
            if info.dtype.is_some_and(|dtype| dtype != tensor.dtype()) {
                return Err(RunError(format!("{} is {}", info.name, tensor.dtype())));
            }
        }
        Ok(inputs.into_iter().map(|(name, tensor)| (name, tensor.into())).collect())
    }
}

/// A model of those inputs, with a signature unless that is empty.
pub(crate) fn model(inputs: &[(&str, Option<DType>)], signature: &str, options: Options) -> Model {
    let infos = inputs.iter().map(|(name, dtype)| ValueInfo {
        name: (*name).to_owned(),
        kind: Kind::Tensor,
        dtype: *dtype,
        shape: Some(vec![Dim::Symbol("batch".into()), Dim::Unknown, Dim::Fixed(2)]),
    });
    let file = if signature.is_empty() {
        MlModel::parse(b"flavors: {onnx: {data: model.onnx}}")
    } else {
        MlModel::parse(format!("artifact_path: m\nsignature: {signature}").as_bytes())
    };
    let file = file.unwrap_or_else(|error| unreachable!("the tests' signatures parse: {error}"));
    Model::with_predictor(file, Box::new(Echo(infos.collect())), options)
}

/// Posts a body to `/invocations`.
pub(crate) fn post(model: &Model, content_type: &str, body: &[u8]) -> Response {
    let content_type = Some(content_type);
    let request =
        Request { method: "POST", path: "/invocations", content_type, accept: None, body };
    model.handle(&request)
}
