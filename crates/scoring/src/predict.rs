//! From data to a model's tensors and back, as `mlflow.onnx` maps them.
//!
//! - A data frame becomes one matrix when the model has one input, else a
//!   vector for each input from the column of its name. The answer is a data
//!   frame again: every output flattened into a column.
//! - An array is a model's only input, and named arrays are its inputs. The
//!   answer names the outputs and keeps their shapes.
//! - 64-bit floats become 32-bit ones where the model takes those. No other
//!   type is converted.

use std::fmt;

use mlmodel::{Array, Input, Label};
use onnx::{Session, Value, ValueInfo};
use tensor::{DType, Data, Tensor};

/// What runs a model: an ONNX session, or a stand-in for it.
pub trait Predictor: fmt::Debug {
    /// The model's inputs, in its order.
    fn inputs(&self) -> &[ValueInfo];

    /// The model's outputs, in its order.
    fn outputs(&self) -> &[ValueInfo];

    /// Runs the model once on named inputs; the outputs come in its order.
    ///
    /// # Errors
    /// Why the model does not take these inputs, or what went wrong.
    fn run(&self, inputs: Vec<(String, Tensor)>) -> Result<Vec<(String, Value)>, RunError>;
}

/// Why a model gave no answer. The text goes to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError(pub String);

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RunError {}

impl Predictor for Session {
    fn inputs(&self) -> &[ValueInfo] {
        Session::inputs(self)
    }

    fn outputs(&self) -> &[ValueInfo] {
        Session::outputs(self)
    }

    fn run(&self, inputs: Vec<(String, Tensor)>) -> Result<Vec<(String, Value)>, RunError> {
        let inputs = inputs.into_iter().map(|(name, tensor)| (name, tensor.into())).collect();
        Session::run(self, inputs).map_err(|error| RunError(error.to_string()))
    }
}

/// A model's answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Prediction {
    /// Columns of equal length.
    Frame(Vec<(String, Value)>),
    /// Outputs by name.
    Dict(Vec<(String, Value)>),
}

/// Runs a model on what a request holds.
///
/// # Errors
/// When the data is not of the model's form, or the model fails.
pub(crate) fn predict(model: &dyn Predictor, input: &Input) -> Result<Prediction, RunError> {
    let feeds = feeds(model.inputs(), input)?;
    let feeds = feeds.into_iter().map(|(name, tensor)| {
        let info = model.inputs().iter().find(|info| info.name == name);
        let tensor = narrow(tensor, info.and_then(|info| info.dtype));
        (name, tensor)
    });
    let outputs = model.run(feeds.collect())?;
    if !matches!(input, Input::Frame(_)) {
        return Ok(Prediction::Dict(outputs));
    }
    let columns: Vec<_> = outputs.into_iter().map(|(name, value)| (name, flat(value))).collect();
    let rows = columns.first().map_or(0, |(_, column)| rows(column));
    if columns.iter().any(|(_, column)| self::rows(column) != rows) {
        let lengths: Vec<String> = columns
            .iter()
            .map(|(name, column)| format!("{name}: {}", self::rows(column)))
            .collect();
        return Err(RunError(format!(
            "All arrays must be of the same length: the model's outputs do not form a data frame \
             ({}). Send the data as `inputs` to get them as they are.",
            lengths.join(", ")
        )));
    }
    Ok(Prediction::Frame(columns))
}

fn feeds(infos: &[ValueInfo], input: &Input) -> Result<Vec<(String, Tensor)>, RunError> {
    let tensor = |name: &str, array: &Array| {
        let tensor = array.to_tensor().ok_or_else(|| {
            RunError(format!("the values for '{name}' are times or bytes, which no ONNX input is"))
        })?;
        Ok((name.to_owned(), tensor))
    };
    match (input, infos) {
        (Input::Dict(arrays), _) => {
            arrays.iter().map(|(name, array)| tensor(name, array)).collect()
        }
        (Input::Array(array), [only]) => Ok(vec![tensor(&only.name, array)?]),
        (Input::Array(_), _) => Err(RunError(format!(
            "Unable to map numpy array input to the expected model input. Numpy arrays can only \
             be used as input for MLflow ONNX models that have a single input. This model \
             requires {} inputs. Please pass in data as either a dictionary or a DataFrame with \
             the following tensors: {}.",
            infos.len(),
            mlmodel::python::repr_list(infos.iter().map(|info| info.name.as_str()))
        ))),
        (Input::Frame(frame), [only]) => {
            let array = frame.to_array().ok_or_else(|| {
                RunError("the data frame has times or bytes, which no ONNX input is".into())
            })?;
            Ok(vec![tensor(&only.name, &array)?])
        }
        (Input::Frame(frame), infos) => infos
            .iter()
            .map(|info| {
                let column = frame.column(&info.name).ok_or_else(|| {
                    let labels = frame.columns().iter().map(|(label, _)| label);
                    let labels: Vec<String> = labels.map(Label::to_string).collect();
                    RunError(format!(
                        "the model's input '{}' is no column of the data frame, whose columns are \
                         {}",
                        info.name,
                        mlmodel::python::repr_list(labels.iter().map(String::as_str))
                    ))
                })?;
                tensor(&info.name, &Array::vector(column.clone()))
            })
            .collect(),
        (Input::Records(_), _) => Err(RunError(
            "Input should be a dictionary or a numpy array or a pandas.DataFrame, got '<class \
             'list'>'"
                .into(),
        )),
    }
}

/// 64-bit floats as 32-bit ones, where the model takes those.
fn narrow(tensor: Tensor, wanted: Option<DType>) -> Tensor {
    if wanted != Some(DType::F32) || tensor.dtype() != DType::F64 {
        return tensor;
    }
    let narrowed = match tensor.data() {
        Data::F64(v) => v.iter().map(|x| *x as f32).collect::<Vec<_>>(),
        _ => return tensor,
    };
    Tensor::new(tensor.shape().to_vec(), narrowed).unwrap_or(tensor)
}

/// An output as a column: `np.asarray(output).reshape(-1)`. The maps of a list
/// are its elements.
fn flat(value: Value) -> Value {
    match value {
        Value::Tensor(tensor) => Tensor::vector(tensor.into_parts().1).into(),
        other => other,
    }
}

/// How many entries a column has.
pub(crate) fn rows(column: &Value) -> usize {
    match column {
        Value::Tensor(tensor) => tensor.len(),
        Value::Maps(maps) => maps.values.shape().first().copied().unwrap_or_default(),
        Value::Sequence(values) => values.len(),
        Value::Map(_) | Value::None => 1,
    }
}
