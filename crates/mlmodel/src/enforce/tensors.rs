//! Tensor-based signatures: types and shapes, and frames made into tensors.

use tensor::Data;

use crate::frame::{DataFrame, Label};
use crate::input::Input;
use crate::json::Value;
use crate::numpy::{self, Want};
use crate::pandas;
use crate::places::Places;
use crate::python::repr_shape;
use crate::schema::{Schema, TensorSpec, TensorType};
use crate::values::{Array, Values};

pub(super) fn enforce(
    input: &Input,
    specs: &[TensorSpec],
    schema: &Schema,
) -> Result<Input, String> {
    if schema.has_names() { named(input, specs, schema) } else { unnamed(input, specs) }
}

fn named(input: &Input, specs: &[TensorSpec], schema: &Schema) -> Result<Input, String> {
    let single;
    let input = match (input, specs) {
        // A bare array is the only input's value.
        (Input::Array(array), [TensorSpec { name: Some(name), .. }]) => {
            single = Input::Dict(vec![(name.clone(), array.clone())]);
            &single
        }
        _ => input,
    };
    let labels: Vec<Label> = match input {
        Input::Frame(frame) => frame.columns().iter().map(|(label, _)| label.clone()).collect(),
        Input::Dict(arrays) => {
            arrays.iter().map(|(name, _)| Label::Name(name.as_str().into())).collect()
        }
        Input::Array(_) | Input::Records(_) => Vec::new(),
    };
    let places = Places::new(labels.iter().map(Label::name));
    super::check_missing(labels.iter(), &places, schema)?;
    let fitted = specs.iter().filter_map(|spec| {
        let name = spec.name.clone()?;
        let fitted = match input {
            Input::Frame(frame) => from_column(Some(&name), frame.column(&name)?, spec),
            Input::Dict(arrays) => {
                let (_, array) = arrays.iter().find(|(n, _)| *n == name)?;
                check(array.clone(), spec)
            }
            Input::Array(_) | Input::Records(_) => return None,
        };
        Some(fitted.map(|array| (name, array)))
    });
    fitted.collect::<Result<_, _>>().map(Input::Dict)
}

fn unnamed(input: &Input, specs: &[TensorSpec]) -> Result<Input, String> {
    let found = match (input, specs) {
        (Input::Array(array), [spec]) => return check(array.clone(), spec).map(Input::Array),
        (Input::Frame(frame), [spec]) => return from_frame(frame, spec).map(Input::Array),
        (Input::Dict(_), _) => "dict",
        _ => "list",
    };
    Err(format!(
        "This model contains a tensor-based model signature with no input names, which suggests a \
         numpy array input or a pandas dataframe input with proper column values, but an input of \
         type <class '{found}'> was found."
    ))
}

fn shape_problem(found: &[usize], spec: &TensorSpec) -> String {
    format!(
        "Shape of input {} does not match expected shape {}.",
        repr_shape(found),
        repr_shape(&spec.shape)
    )
}

/// Passes an array on when its type and shape are the spec's.
fn check(array: Array, spec: &TensorSpec) -> Result<Array, String> {
    let ragged = array.shape().len() == 1 && matches!(array.values(), Values::Object(_));
    let takes_ragged = spec.shape.iter().skip(1).any(|d| *d == -1);
    let takes_all = spec.shape == [-1] && spec.dtype == TensorType::Object;
    if takes_all || (ragged && takes_ragged) {
        return Ok(array);
    }
    let fits = |(expected, found): (&i64, &usize)| {
        *expected == -1 || usize::try_from(*expected).is_ok_and(|n| n == *found)
    };
    if array.shape().len() != spec.shape.len() || !spec.shape.iter().zip(array.shape()).all(fits) {
        return Err(shape_problem(array.shape(), spec));
    }
    let same_type = match &spec.dtype {
        TensorType::Known(wanted) => array.dtype() == Some(*wanted),
        TensorType::Object => array.dtype().is_none(),
        TensorType::Other(_) => false,
    };
    if same_type {
        return Ok(array);
    }
    let found = array.values().type_name();
    let wanted = spec.dtype.numpy_name();
    Err(format!("dtype of input {found} does not match expected dtype {wanted}"))
}

/// One unnamed tensor from a whole frame: from its only column, or a row of
/// the tensor from each row of the frame.
fn from_frame(frame: &DataFrame, spec: &TensorSpec) -> Result<Array, String> {
    let width = frame.width();
    if width == 0 || frame.rows() == 0 {
        return Err("Input DataFrame is empty.".into());
    }
    if let [(_, values)] = frame.columns() {
        return from_column(None, values, spec);
    }
    let expected = i64::try_from(width).map(|n| vec![-1, n]);
    if Ok(&spec.shape) != expected.as_ref() {
        return Err(format!(
            "This model contains a model signature with an unnamed input. Since the input data is \
             a pandas DataFrame containing multiple columns, the input shape must be of the \
             structure (-1, number_of_dataframe_columns). Instead, the input DataFrame passed had \
             {width} columns and an input shape of {} with all values within the DataFrame of \
             scalar type. Please adjust the passed in DataFrame to match the expected structure",
            repr_shape(&spec.shape)
        ));
    }
    let array = frame.to_array().ok_or("The DataFrame's columns are of different types.")?;
    check(array, spec)
}

/// A tensor from one column of scalars or of flat lists.
fn from_column(name: Option<&str>, values: &Values, spec: &TensorSpec) -> Result<Array, String> {
    let what = name.map_or("the unnamed input".into(), |name| format!("input {name}"));
    let (first, rest) = spec.shape.split_first().unwrap_or((&0, &[]));
    if *first != -1 || rest.contains(&-1) {
        return Err(format!(
            "For pandas dataframe input, the first dimension of shape must be a variable \
             dimension and other dimensions must be fixed, but in model signature the shape of \
             {what} is {}.",
            repr_shape(&spec.shape)
        ));
    }
    let name = name.unwrap_or("None");
    match values.get(0) {
        None => Err("single positional indexer is out-of-bounds".into()),
        Some(Value::List(items)) => match items.first() {
            None => Err("list index out of range".into()),
            Some(Value::Null | Value::List(_) | Value::Dict(_)) => Err(no_scalars()),
            Some(_) => from_lists(name, values, spec),
        },
        Some(Value::Null | Value::Dict(_)) => Err(no_scalars()),
        Some(_) => from_scalars(name, values, spec),
    }
}

fn no_scalars() -> String {
    "Because the model signature requires tensor spec input, the input pandas dataframe values \
     should be either scalar value, python list containing scalar values or numpy array \
     containing scalar values, other types are not supported."
        .into()
}

fn from_scalars(name: &str, values: &Values, spec: &TensorSpec) -> Result<Array, String> {
    let rows = values.len();
    let shape = match spec.shape.as_slice() {
        [_] => vec![rows],
        [_, 1] => vec![rows, 1],
        _ => {
            return Err(format!(
                "The input pandas dataframe column '{name}' contains scalar values, which \
                 requires the shape to be (-1,) or (-1, 1), but got tensor spec shape of {}.",
                repr_shape(&spec.shape)
            ));
        }
    };
    let values = match numpy::want_of(&spec.dtype).map_err(|e| e.text)? {
        Want::Data(dtype) => pandas::astype(values.clone(), dtype).map_err(|e| e.text)?,
        _ => values.clone(),
    };
    let array = Array::new(shape, values).ok_or("The column does not fill its shape.")?;
    check(array, spec)
}

fn from_lists(name: &str, values: &Values, spec: &TensorSpec) -> Result<Array, String> {
    let problem = || {
        format!(
            "The value in the Input DataFrame column '{name}' could not be converted to the \
             expected shape of: '{}'. Ensure that each of the input list elements are of uniform \
             length and that the data can be coerced to the tensor type '{}'",
            repr_shape(&spec.shape),
            spec.dtype.numpy_name()
        )
    };
    let rows = Value::List((0..values.len()).filter_map(|i| values.get(i)).collect());
    let stacked = numpy::array(&rows, Want::Any).map_err(|_| problem())?;
    let fixed = spec.shape.iter().skip(1).map(|d| usize::try_from(*d));
    let fixed: Vec<usize> = fixed.collect::<Result<_, _>>().map_err(|_| problem())?;
    let shape: Vec<usize> = std::iter::once(values.len()).chain(fixed).collect();
    let cells = match (stacked.values(), numpy::want_of(&spec.dtype).map_err(|e| e.text)?) {
        // Text that reads as a number becomes one, as numpy's astype does.
        (cells @ (Values::Data(Data::Str(_)) | Values::Object(_)), Want::Data(dtype))
        | (cells @ Values::Data(_), Want::Data(dtype)) => {
            pandas::astype(cells.clone(), dtype).map_err(|_| problem())?
        }
        (cells, _) => Values::Object((0..cells.len()).filter_map(|i| cells.get(i)).collect()),
    };
    Array::new(shape, cells).ok_or_else(problem)
}
