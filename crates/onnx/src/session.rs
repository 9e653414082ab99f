use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use bytes::Bytes;
use tensor::{DType, Tensor};

use crate::compile;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::external::{self, ExternalData};
use crate::limits::Budget;
use crate::program::Program;
use crate::proto::{DimensionValue, GraphProto, ModelProto, TypeValue, ValueInfoProto};
use crate::tensors::{dtype, type_name};
use crate::value::Value;

/// A length in a declared shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dim {
    /// Known when the model was made.
    Fixed(usize),
    /// Named by the model, such as `batch`.
    Symbol(String),
    /// Neither known nor named.
    Unknown,
}

/// What sort of value an input or output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An array.
    Tensor,
    /// A list of values; of maps, too, as `ZipMap` makes it.
    Sequence,
    /// Keys with values.
    Map,
    /// A value, or nothing.
    Optional,
    /// Not declared, or of a sort that we lack.
    Unknown,
}

/// What a model declares of one of its inputs or outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueInfo {
    /// The name that `run` uses.
    pub name: String,
    /// What sort of value it is.
    pub kind: Kind,
    /// The element type; `None` for what is not a tensor.
    pub dtype: Option<DType>,
    /// The declared shape; `None` when even the rank is unknown.
    pub shape: Option<Vec<Dim>>,
}

/// What a model needs before it can load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirements {
    /// The files, relative to the model's folder, that it keeps large tensors
    /// in. Empty for most small models.
    pub external_files: Vec<String>,
    /// Which kernels it needs.
    pub engine: Engine,
}

/// What a model needs before it can load.
///
/// # Errors
/// When the bytes are no ONNX model, or a location leads out of the folder.
pub fn requirements(model: impl Into<Bytes>) -> Result<Requirements, Error> {
    let mut model = external::decode(model.into())?;
    let external_files = external::locations(&mut model)?;
    Ok(Requirements { external_files, engine: Engine::of(&model) })
}

/// A loaded model, ready to run.
pub struct Session {
    inputs: Vec<ValueInfo>,
    outputs: Vec<ValueInfo>,
    program: Program,
    budget: Rc<Budget>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("inputs", &self.inputs)
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Loads a model from its bytes and the files it keeps large tensors in.
    ///
    /// # Errors
    /// When the bytes are no model, when external data is missing, or when the
    /// model needs what we lack; the message names it.
    pub fn load(model: impl Into<Bytes>, external: &dyn ExternalData) -> Result<Self, Error> {
        let mut proto = external::decode(model.into())?;
        external::inline(&mut proto, external)?;
        let (inputs, outputs) = declared(&proto);
        if let Some((name, elem_type)) = foreign_input(&proto) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("input '{name}' has elements of the type {}", type_name(elem_type)),
            ));
        }
        let budget = Rc::new(Budget::default());
        let program = compile::compile(&proto, &inputs, budget.clone())?;
        Ok(Self { inputs, outputs, program, budget })
    }

    /// The inputs that `run` needs, in the model's order.
    #[must_use]
    pub fn inputs(&self) -> &[ValueInfo] {
        &self.inputs
    }

    /// The outputs that `run` gives, in the model's order.
    #[must_use]
    pub fn outputs(&self) -> &[ValueInfo] {
        &self.outputs
    }

    /// Runs the model once. `inputs` name every input of the model, in any
    /// order; each is checked against its declared type and shape. The outputs
    /// come in the model's order.
    ///
    /// # Errors
    /// When an input does not fit, or the model fails on these values.
    pub fn run(&self, inputs: Vec<(String, Value)>) -> Result<Vec<(String, Value)>, Error> {
        let results = self.run_in_order(self.arrange(inputs)?)?;
        Ok(self.outputs.iter().map(|info| info.name.clone()).zip(results).collect())
    }

    /// The same for values in the order of [`Self::inputs`], which gives them in
    /// the order of [`Self::outputs`].
    ///
    /// # Errors
    /// When an input does not fit, or the model fails on these values.
    pub fn run_in_order(&self, values: Vec<Value>) -> Result<Vec<Value>, Error> {
        let invalid = |message| Error::new(ErrorKind::InvalidInput, message);
        if values.len() != self.inputs.len() {
            return Err(invalid(format!(
                "{} values are given; the model's inputs are {}",
                values.len(),
                names(&self.inputs)
            )));
        }
        for (info, value) in self.inputs.iter().zip(&values) {
            info.check(value).map_err(invalid)?;
        }
        let values = values.into_iter().map(|value| Some(Cow::Owned(value))).collect();
        self.budget.refill();
        self.program
            .run(values)
            .map_err(|fault| Error::new(ErrorKind::Run, format!("the model failed: {fault}")))
    }

    /// Puts the inputs in the model's order.
    fn arrange(&self, inputs: Vec<(String, Value)>) -> Result<Vec<Value>, Error> {
        let invalid = |message| Error::new(ErrorKind::InvalidInput, message);
        let mut given: Vec<Option<Value>> = vec![None; self.inputs.len()];
        for (name, value) in inputs {
            let at = self.inputs.iter().position(|info| info.name == name);
            let place = at.and_then(|at| given.get_mut(at)).ok_or_else(|| {
                invalid(format!(
                    "the model has no input '{name}'; its inputs are {}",
                    names(&self.inputs)
                ))
            })?;
            *place = Some(value);
        }
        let pairs = self.inputs.iter().zip(given);
        pairs
            .map(|(info, value)| {
                value.ok_or_else(|| {
                    invalid(format!(
                        "input '{}' is missing; the model's inputs are {}",
                        info.name,
                        names(&self.inputs)
                    ))
                })
            })
            .collect()
    }
}

impl ValueInfo {
    /// Why `value` can't be this input, if so.
    fn check(&self, value: &Value) -> Result<(), String> {
        match (value, self.dtype) {
            (Value::Tensor(tensor), Some(_)) => self.check_tensor(tensor),
            (other, Some(_)) => Err(format!(
                "input '{}' is {}, but the model takes a tensor",
                self.name,
                other.describe()
            )),
            (_, None) => Ok(()),
        }
    }

    fn check_tensor(&self, tensor: &Tensor) -> Result<(), String> {
        if let Some(dtype) = self.dtype
            && dtype != tensor.dtype()
        {
            return Err(format!(
                "input '{}' is of type {}, but the model takes {dtype}",
                self.name,
                tensor.dtype()
            ));
        }
        let Some(shape) = &self.shape else { return Ok(()) };
        let fits = shape.len() == tensor.rank()
            && shape.iter().zip(tensor.shape()).all(|(dim, &len)| match dim {
                Dim::Fixed(fixed) => *fixed == len,
                Dim::Symbol(_) | Dim::Unknown => true,
            });
        if fits {
            Ok(())
        } else {
            let declared: Vec<String> = shape.iter().map(ToString::to_string).collect();
            Err(format!(
                "input '{}' has the shape {:?}, but the model takes [{}]",
                self.name,
                tensor.shape(),
                declared.join(", ")
            ))
        }
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(len) => write!(f, "{len}"),
            Self::Symbol(name) => f.write_str(name),
            Self::Unknown => f.write_str("?"),
        }
    }
}

fn names(infos: &[ValueInfo]) -> String {
    let names: Vec<String> = infos.iter().map(|info| format!("'{}'", info.name)).collect();
    names.join(", ")
}

/// The declared inputs (those that no initializer fills) and outputs.
fn declared(model: &ModelProto) -> (Vec<ValueInfo>, Vec<ValueInfo>) {
    let Some(graph) = &model.graph else { return Default::default() };
    (open_inputs(graph).map(value_info).collect(), graph.output.iter().map(value_info).collect())
}

/// The inputs of a graph that no initializer fills.
pub(crate) fn open_inputs(graph: &GraphProto) -> impl Iterator<Item = &ValueInfoProto> {
    let filled: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    graph.input.iter().filter(move |info| !filled.contains(info.name.as_str()))
}

/// An input whose elements are of a type that tensors can't have here.
fn foreign_input(model: &ModelProto) -> Option<(&str, i32)> {
    open_inputs(model.graph.as_ref()?).find_map(|proto| {
        match proto.r#type.as_ref()?.value.as_ref()? {
            TypeValue::Tensor(t) if t.elem_type != 0 && dtype(t.elem_type).is_none() => {
                Some((proto.name.as_str(), t.elem_type))
            }
            _ => None,
        }
    })
}

/// What a message declares of a value.
pub(crate) fn value_info(proto: &ValueInfoProto) -> ValueInfo {
    let (kind, tensor) = match proto.r#type.as_ref().and_then(|t| t.value.as_ref()) {
        Some(TypeValue::Tensor(tensor)) => (Kind::Tensor, Some(tensor)),
        Some(TypeValue::Sequence(_)) => (Kind::Sequence, None),
        Some(TypeValue::Map(_)) => (Kind::Map, None),
        Some(TypeValue::Optional(_)) => (Kind::Optional, None),
        Some(TypeValue::SparseTensor(_)) | None => (Kind::Unknown, None),
    };
    let shape = tensor.and_then(|t| t.shape.as_ref()).map(|shape| {
        shape
            .dim
            .iter()
            .map(|dim| match &dim.value {
                Some(DimensionValue::Value(len)) => {
                    usize::try_from(*len).map_or(Dim::Unknown, Dim::Fixed)
                }
                Some(DimensionValue::Param(name)) if !matches!(name.as_str(), "" | "?") => {
                    Dim::Symbol(name.clone())
                }
                _ => Dim::Unknown,
            })
            .collect()
    });
    let dtype = tensor.and_then(|t| dtype(t.elem_type));
    ValueInfo { name: proto.name.clone(), kind, dtype, shape }
}
