//! From data to a model's tensors and back, as `mlflow.onnx` maps them.
//!
//! - A data frame becomes one matrix when the model has one input, else each
//!   input is the column of its name. The answer is a data frame again: every
//!   output flattened into a column.
//! - An array is a model's only input, and named arrays are its inputs. The
//!   answer names the outputs and keeps their shapes.
//! - 64-bit floats become 32-bit ones where the model takes those. No other
//!   type is converted.
//!
//! Where `mlflow.onnx` fails whatever the rows are, this goes on: a column
//! takes the rank that the model declares, and outputs that flatten to
//! different lengths are columns of lists.

use std::fmt;

use mlmodel::{Array, DataFrame, Input, Plain, Values};
use onnx::{Session, Value, ValueInfo};
use tensor::{DType, Data, Tensor};

use crate::dialect::Dialect;

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
pub(crate) fn predict(
    model: &dyn Predictor,
    input: Input,
    dialect: Dialect,
) -> Result<Prediction, RunError> {
    let is_frame = matches!(input, Input::Frame(_));
    let outputs = model.run(feeds(model.inputs(), input)?)?;
    if is_frame { frame(outputs, dialect) } else { Ok(Prediction::Dict(outputs)) }
}

/// The same for a plain body.
///
/// # Errors
/// When the data is not of the model's form, or the model fails; [`predict`]
/// may give another reason, or none.
pub(crate) fn predict_plain(
    model: &dyn Predictor,
    plain: Plain,
    dialect: Dialect,
) -> Result<Prediction, RunError> {
    match (plain, model.inputs()) {
        (Plain::Arrays(input), _) => predict(model, input, dialect),
        (Plain::Frame(array), [only]) => frame(model.run(vec![matrix(array, only)?])?, dialect),
        (Plain::Frame(_), _) => Err(RunError("the model does not take a matrix".into())),
    }
}

/// Outputs as the columns of a frame.
fn frame(mut outputs: Vec<(String, Value)>, dialect: Dialect) -> Result<Prediction, RunError> {
    let flat = dialect == Dialect::Mlflow && are_equal(&outputs, elements);
    for (_, output) in &mut outputs {
        if let Value::Tensor(tensor) = output
            && (flat || is_one_a_row(tensor))
        {
            let tensor = std::mem::replace(tensor, Tensor::vector(Vec::<bool>::new()));
            *output = Tensor::vector(tensor.into_parts().1).into();
        }
    }
    if are_equal(&outputs, rows) {
        return Ok(Prediction::Frame(outputs));
    }
    let lengths: Vec<String> =
        outputs.iter().map(|(name, column)| format!("{name}: {}", rows(column))).collect();
    Err(RunError(format!(
        "All arrays must be of the same length: the model's outputs do not form a data frame \
         ({}). Send the data as `inputs` to get them as they are.",
        lengths.join(", ")
    )))
}

fn are_equal(outputs: &[(String, Value)], length: impl Fn(&Value) -> usize) -> bool {
    let mut lengths = outputs.iter().map(|(_, output)| length(output));
    let first = lengths.next();
    lengths.all(|length| Some(length) == first)
}

/// Whether each row of a tensor is a single element, or there are none at all.
fn is_one_a_row(tensor: &Tensor) -> bool {
    tensor.is_empty() || tensor.shape().iter().skip(1).all(|len| *len == 1)
}

fn feeds(infos: &[ValueInfo], input: Input) -> Result<Vec<(String, Tensor)>, RunError> {
    match (input, infos) {
        (Input::Dict(arrays), _) => arrays
            .into_iter()
            .map(|(name, array)| {
                let info = infos.iter().find(|info| info.name == name);
                let tensor = tensor(array, &name, info.and_then(|info| info.dtype))?;
                Ok((name, tensor))
            })
            .collect(),
        (Input::Array(array), [only]) => {
            Ok(vec![(only.name.clone(), tensor(array, &only.name, only.dtype)?)])
        }
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
            Ok(vec![matrix(array, only)?])
        }
        (Input::Frame(frame), infos) => infos
            .iter()
            .enumerate()
            .map(|(i, info)| {
                let values = column(&frame, info, i)?;
                let column = tensor(Array::vector(values.clone()), &info.name, info.dtype)?;
                Ok((info.name.clone(), to_rank(column, info)?))
            })
            .collect(),
        (Input::Records(_), _) => Err(RunError(
            "Input should be a dictionary or a numpy array or a pandas.DataFrame, got '<class \
             'list'>'"
                .into(),
        )),
    }
}

/// A data frame as the only input. A single column takes the rank that it
/// declares.
fn matrix(frame: Array, info: &ValueInfo) -> Result<(String, Tensor), RunError> {
    let is_column = frame.shape().get(1) == Some(&1);
    let matrix = tensor(frame, &info.name, info.dtype)?;
    Ok((info.name.clone(), if is_column { to_rank(matrix, info)? } else { matrix }))
}

/// The column for an input, which most likely stands at the input's place.
fn column<'a>(
    frame: &'a DataFrame,
    info: &ValueInfo,
    place: usize,
) -> Result<&'a Values, RunError> {
    let columns = frame.columns();
    match columns.get(place).filter(|(label, _)| label.name() == Some(&info.name)) {
        Some((_, values)) => Ok(values),
        None => frame.column(&info.name).ok_or_else(|| {
            let labels: Vec<String> = columns.iter().map(|(label, _)| label.to_string()).collect();
            RunError(format!(
                "the model's input '{}' is no column of the data frame, whose columns are {}",
                info.name,
                mlmodel::python::repr_list(labels.iter().map(String::as_str))
            ))
        }),
    }
}

/// An array as a tensor: 64-bit floats as 32-bit ones, where the model takes
/// those.
fn tensor(array: Array, name: &str, wanted: Option<DType>) -> Result<Tensor, RunError> {
    let tensor = array.into_tensor().ok_or_else(|| {
        RunError(format!("the values for '{name}' are times or bytes, which no ONNX input is"))
    })?;
    let (Some(DType::F32), DType::F64) = (wanted, tensor.dtype()) else { return Ok(tensor) };
    let narrowed = match tensor.into_parts() {
        (shape, Data::F64(v)) => {
            Tensor::new(shape, v.into_iter().map(|x| x as f32).collect::<Vec<_>>())
        }
        (shape, data) => Tensor::new(shape, data),
    };
    narrowed.map_err(|error| RunError(error.to_string()))
}

/// A single column with as many dimensions as the model declares: converters
/// declare `[rows, 1]`.
fn to_rank(column: Tensor, info: &ValueInfo) -> Result<Tensor, RunError> {
    let rank = info.shape.as_ref().map_or(0, Vec::len);
    if rank == 0 || rank == column.rank() {
        return Ok(column);
    }
    let mut shape = vec![column.len()];
    shape.resize(rank, 1);
    column.reshape(shape).map_err(|error| RunError(error.to_string()))
}

/// How many elements an output has in all.
fn elements(output: &Value) -> usize {
    match output {
        Value::Tensor(tensor) => tensor.len(),
        other => rows(other),
    }
}

/// How many entries a column has.
pub(crate) fn rows(column: &Value) -> usize {
    match column {
        Value::Tensor(tensor) => tensor.shape().first().copied().unwrap_or(1),
        Value::Maps(maps) => maps.values.shape().first().copied().unwrap_or_default(),
        Value::Sequence(values) => values.len(),
        Value::Map(_) | Value::None => 1,
    }
}
