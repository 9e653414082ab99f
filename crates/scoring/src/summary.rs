//! What a model is, for people and forms.

use mlmodel::{MlModel, ParamType, Schema};
use onnx::{Dim, ValueInfo};
use serde::Serialize;

use crate::predict::Predictor;

/// What a model is: what its ONNX file declares, and what its signature says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The name under which it is served, or else where it was logged.
    pub name: Option<String>,
    /// The version of MLflow that wrote it.
    pub mlflow_version: Option<String>,
    /// The id of the logged model.
    pub model_id: Option<String>,
    /// The run that logged it.
    pub run_id: Option<String>,
    /// When it was made, as MLflow prints it.
    pub utc_time_created: Option<String>,
    /// The ONNX inputs.
    pub inputs: Vec<Value>,
    /// The ONNX outputs.
    pub outputs: Vec<Value>,
    /// The signature's inputs; `None` when there is no signature.
    pub signature_inputs: Option<Vec<Field>>,
    /// The signature's outputs; `None` when it names none.
    pub signature_outputs: Option<Vec<Field>>,
    /// The signature's parameters; `None` when it names none.
    pub params: Option<Vec<Param>>,
    /// A request body that the model takes, when one was saved with it.
    pub serving_input_example: Option<String>,
}

/// An input or output of the ONNX model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// numpy's name of its type; `None` for what is no tensor.
    pub dtype: Option<&'static str>,
    /// Its dimensions: a length, a name such as `batch`, or `?`. `None` when
    /// even their number is unknown.
    pub shape: Option<Vec<String>>,
}

/// A column or tensor of the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name.
    pub name: Option<String>,
    /// Its type, such as `double` or `float32`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a request must have it.
    pub required: bool,
    /// A tensor's dimensions, -1 where any length goes; `None` for columns.
    pub shape: Option<Vec<i64>>,
}

/// A parameter of the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type, such as `double`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its default, as JSON text.
    pub default: String,
    /// Whether it is a list of values of that type.
    pub is_list: bool,
}

pub(crate) fn summary(
    file: &MlModel,
    predictor: &dyn Predictor,
    name: Option<&str>,
    example: Option<&str>,
) -> Summary {
    Summary {
        name: name.map(str::to_owned).or_else(|| file.artifact_path.clone()),
        mlflow_version: file.mlflow_version.clone(),
        model_id: file.model_id.clone(),
        run_id: file.run_id.clone(),
        utc_time_created: file.utc_time_created.clone(),
        inputs: predictor.inputs().iter().map(value).collect(),
        outputs: predictor.outputs().iter().map(value).collect(),
        signature_inputs: file.signature.inputs.as_ref().map(fields),
        signature_outputs: file.signature.outputs.as_ref().map(fields),
        params: file.signature.params.as_deref().map(params),
        serving_input_example: example.map(str::to_owned),
    }
}

fn value(info: &ValueInfo) -> Value {
    let length = |dim: &Dim| match dim {
        Dim::Fixed(n) => n.to_string(),
        Dim::Symbol(name) => name.clone(),
        Dim::Unknown => "?".into(),
    };
    Value {
        name: info.name.clone(),
        dtype: info.dtype.map(|dtype| dtype.numpy_name()),
        shape: info.shape.as_ref().map(|dims| dims.iter().map(length).collect()),
    }
}

fn fields(schema: &Schema) -> Vec<Field> {
    match schema {
        Schema::Columns(columns) => columns
            .iter()
            .map(|column| Field {
                name: column.name.clone(),
                kind: column.kind.to_string(),
                required: column.required,
                shape: None,
            })
            .collect(),
        Schema::Tensors(tensors) => tensors
            .iter()
            .map(|tensor| Field {
                name: tensor.name.clone(),
                kind: tensor.dtype.to_string(),
                required: true,
                shape: Some(tensor.shape.clone()),
            })
            .collect(),
    }
}

fn params(specs: &[mlmodel::ParamSpec]) -> Vec<Param> {
    specs
        .iter()
        .map(|spec| {
            let mut default = String::new();
            mlmodel::json::write_value(&mut default, &spec.default);
            let kind = match &spec.kind {
                ParamType::Scalar(t) => t.name().to_owned(),
                ParamType::Object(_) => "object".into(),
            };
            Param { name: spec.name.clone(), kind, default, is_list: spec.is_list }
        })
        .collect()
}
