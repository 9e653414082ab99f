use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use tensor::{DType, Tensor};
use tract_onnx::pb::tensor_shape_proto::dimension::Value as DimProto;
use tract_onnx::pb::{ModelProto, ValueInfoProto, type_proto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid as _;
use tract_onnx::tract_hir::internal::{DimFact, ShapeFactoid};

use crate::convert::{dtype_of_onnx, from_tract, to_tract};
use crate::error::{Error, ErrorKind};
use crate::external::{self, ExternalData};
use crate::support;

/// How many plans for concrete shapes are kept, for a model that can't be
/// compiled with a symbolic batch.
const MAX_SHAPE_PLANS: usize = 8;

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

/// What a model declares of one of its inputs or outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueInfo {
    /// The name that `run` uses.
    pub name: String,
    /// The element type; `None` for what is not a tensor.
    pub dtype: Option<DType>,
    /// The declared shape; `None` when even the rank is unknown.
    pub shape: Option<Vec<Dim>>,
}

type Plan = Arc<TypedRunnableModel>;
type Shapes = Vec<Vec<usize>>;

/// A loaded model, ready to run.
pub struct Session {
    inputs: Vec<ValueInfo>,
    outputs: Vec<ValueInfo>,
    model: InferenceModel,
    /// The plan for any batch; `None` when tract needs concrete shapes.
    symbolic: Option<Plan>,
    /// Plans for concrete shapes, newest last.
    concrete: RefCell<Vec<(Shapes, Plan)>>,
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
    pub fn load(model: &[u8], external: &dyn ExternalData) -> Result<Self, Error> {
        let mut proto = external::decode(model)?;
        let onnx = tract_onnx::onnx();
        support::check(&proto, &onnx)?;
        external::inline(&mut proto, external)?;
        let (inputs, outputs) = declared(&proto);

        let mut model = onnx.model_for_proto_model(&proto).map_err(|e| load_error(&e))?;
        drop(proto);
        // What the graph says of its outputs can contradict what tract infers
        // (an unnamed dimension against a known one); tract's own stands.
        for output in model.output_outlets().map_err(|e| load_error(&e))?.to_vec() {
            model.set_outlet_fact(output, InferenceFact::default()).map_err(|e| load_error(&e))?;
        }
        let symbolic = symbolic_plan(&model)?;
        Ok(Self { inputs, outputs, model, symbolic, concrete: RefCell::default() })
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
    pub fn run(&self, inputs: Vec<(String, Tensor)>) -> Result<Vec<(String, Tensor)>, Error> {
        let tensors = self.arrange(inputs)?;
        let shapes: Shapes = tensors.iter().map(|t| t.shape().to_vec()).collect();
        let plan = self.plan(&shapes)?;
        let values = tensors
            .into_iter()
            .map(|t| to_tract(t).map(IntoTValue::into_tvalue))
            .collect::<Result<_, _>>()?;
        let results = plan
            .run(values)
            .map_err(|e| Error::new(ErrorKind::Run, format!("the model failed: {e:#}")))?;
        self.outputs
            .iter()
            .zip(&results)
            .map(|(info, value)| Ok((info.name.clone(), from_tract(value)?)))
            .collect()
    }

    /// Puts the inputs in the model's order, each checked.
    fn arrange(&self, inputs: Vec<(String, Tensor)>) -> Result<Vec<Tensor>, Error> {
        let invalid = |message| Error::new(ErrorKind::InvalidInput, message);
        let mut given = HashMap::with_capacity(inputs.len());
        for (name, tensor) in inputs {
            if !self.inputs.iter().any(|info| info.name == name) {
                return Err(invalid(format!(
                    "the model has no input '{name}'; its inputs are {}",
                    names(&self.inputs)
                )));
            }
            given.insert(name, tensor);
        }
        self.inputs
            .iter()
            .map(|info| {
                let tensor = given.remove(&info.name).ok_or_else(|| {
                    invalid(format!(
                        "input '{}' is missing; the model's inputs are {}",
                        info.name,
                        names(&self.inputs)
                    ))
                })?;
                info.check(&tensor).map_err(invalid)?;
                Ok(tensor)
            })
            .collect()
    }

    /// The plan to use for inputs of these shapes.
    fn plan(&self, shapes: &Shapes) -> Result<Plan, Error> {
        if let Some(plan) = &self.symbolic
            && symbols_agree(&self.inputs, shapes)
        {
            return Ok(plan.clone());
        }
        let mut plans = self.concrete.borrow_mut();
        if let Some((_, plan)) = plans.iter().find(|(known, _)| known == shapes) {
            return Ok(plan.clone());
        }
        let plan = concrete_plan(&self.model, shapes).map_err(|e| {
            Error::new(
                ErrorKind::Run,
                format!("the model does not accept inputs of shapes {shapes:?}: {e:#}"),
            )
        })?;
        if plans.len() >= MAX_SHAPE_PLANS {
            plans.remove(0);
        }
        plans.push((shapes.clone(), plan.clone()));
        Ok(plan)
    }
}

impl ValueInfo {
    /// Why `tensor` can't be this input, if so.
    fn check(&self, tensor: &Tensor) -> Result<(), String> {
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
    let filled = |name: &str| graph.initializer.iter().any(|t| t.name == name);
    (
        graph.input.iter().filter(|v| !filled(&v.name)).map(value_info).collect(),
        graph.output.iter().map(value_info).collect(),
    )
}

fn value_info(proto: &ValueInfoProto) -> ValueInfo {
    let tensor = proto
        .r#type
        .as_ref()
        .and_then(|t| t.value.as_ref())
        .map(|type_proto::Value::TensorType(tensor)| tensor);
    let shape = tensor.and_then(|t| t.shape.as_ref()).map(|shape| {
        shape
            .dim
            .iter()
            .map(|dim| match &dim.value {
                Some(DimProto::DimValue(len)) => {
                    usize::try_from(*len).map_or(Dim::Unknown, Dim::Fixed)
                }
                Some(DimProto::DimParam(name)) if !matches!(name.as_str(), "" | "?") => {
                    Dim::Symbol(name.clone())
                }
                _ => Dim::Unknown,
            })
            .collect()
    });
    ValueInfo {
        name: proto.name.clone(),
        dtype: tensor.and_then(|t| dtype_of_onnx(t.elem_type)),
        shape,
    }
}

/// The name of the symbol for a dimension that the model leaves open. All
/// unnamed first dimensions share one: they are the batch.
fn symbol_name(dim: &Dim, input: usize, axis: usize) -> Option<String> {
    match dim {
        Dim::Fixed(_) => None,
        Dim::Symbol(name) => Some(name.clone()),
        Dim::Unknown if axis == 0 => Some("batch_".to_owned()),
        Dim::Unknown => Some(format!("open_{input}_{axis}")),
    }
}

/// Whether dimensions that share a symbol have one length.
fn symbols_agree(inputs: &[ValueInfo], shapes: &Shapes) -> bool {
    let mut lengths = HashMap::new();
    inputs.iter().zip(shapes).enumerate().all(|(input, (info, shape))| {
        info.shape.iter().flatten().zip(shape).enumerate().all(|(axis, (dim, &len))| {
            symbol_name(dim, input, axis)
                .is_none_or(|name| *lengths.entry(name).or_insert(len) == len)
        })
    })
}

/// Compiles the model for any lengths of its open dimensions; `None` when
/// tract can't, and needs concrete shapes.
///
/// # Errors
/// When a model without open dimensions does not compile: it never will.
fn symbolic_plan(model: &InferenceModel) -> Result<Option<Plan>, Error> {
    let mut model = model.clone();
    let mut open = false;
    let outlets = model.input_outlets().map_err(|e| load_error(&e))?.to_vec();
    for (input, outlet) in outlets.into_iter().enumerate() {
        let mut fact = model.outlet_fact(outlet).map_err(|e| load_error(&e))?.clone();
        let Some(rank) = fact.shape.rank().concretize() else {
            return Ok(None);
        };
        let mut dims = Vec::with_capacity(usize::try_from(rank).unwrap_or_default());
        for (axis, dim) in fact.shape.dims().enumerate() {
            if let Some(known) = dim.concretize() {
                open |= known.to_i64().is_err();
                dims.push(DimFact::from(known));
            } else {
                open = true;
                let name = symbol_name(&Dim::Unknown, input, axis).unwrap_or_default();
                dims.push(DimFact::from(TDim::from(model.symbols.sym(&name))));
            }
        }
        fact.shape = ShapeFactoid::closed(dims.into());
        model.set_outlet_fact(outlet, fact).map_err(|e| load_error(&e))?;
    }
    match compile(model) {
        Ok(plan) => Ok(Some(plan)),
        Err(_) if open => Ok(None),
        Err(e) => Err(load_error(&e)),
    }
}

fn concrete_plan(model: &InferenceModel, shapes: &Shapes) -> TractResult<Plan> {
    let mut model = model.clone();
    let outlets = model.input_outlets()?.to_vec();
    for (outlet, shape) in outlets.into_iter().zip(shapes) {
        let mut fact = model.outlet_fact(outlet)?.clone();
        fact.shape =
            ShapeFactoid::closed(shape.iter().map(|&d| DimFact::from(d.to_dim())).collect());
        model.set_outlet_fact(outlet, fact)?;
    }
    compile(model)
}

fn compile(model: InferenceModel) -> TractResult<Plan> {
    model.into_optimized()?.into_runnable()
}

fn load_error(error: &TractError) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the model can't be compiled: {error:#}"))
}
