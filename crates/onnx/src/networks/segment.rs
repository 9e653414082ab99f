//! A part of a graph that tract runs.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tensor::{DType, Data, Tensor};
use tract_onnx::Onnx;
use tract_onnx::pb;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::prelude::Tensor as TractTensor;
use tract_onnx::tract_hir::internal::{DimFact, ShapeFactoid};

use super::{pb as messages, tensors};
use crate::compile::{Declared, Resolved, constant_tensor};
use crate::fault::Fault;
use crate::kernels::Kernel;
use crate::program::{Program, Slot};
use crate::session::{Dim, ValueInfo};
use crate::value::{Inputs, Value};

/// How many plans for concrete shapes are kept.
const MAX_PLANS: usize = 8;

/// How many shapes are remembered as fitting.
const MAX_CHECKED: usize = 64;

/// The largest input that may become a constant of a plan, in elements.
const MAX_CONSTANT_INPUT: usize = 1 << 16;

type Plan = Arc<TypedRunnableModel>;

/// Nodes that tract has parsed, and that no shape has been given yet. Its
/// inputs are the segment's, in order.
pub(super) type Template = InferenceModel;

/// A part of a graph as a kernel.
pub(super) struct Segment {
    template: Template,
    /// The plan for any batch, and what its inputs have to be; `None` where
    /// tract needs concrete shapes.
    symbolic: Option<(Plan, Vec<ValueInfo>)>,
    /// The shapes of inputs that fit it.
    checked: RefCell<VecDeque<Vec<Form>>>,
    plans: RefCell<Vec<(Vec<Form>, Option<Plan>)>>,
    /// How many more may be made.
    plans_left: Cell<usize>,
    /// Which inputs are the model's own.
    from_caller: Vec<bool>,
    /// The same nodes one by one.
    fallback: Option<Program>,
}

/// A tensor's type and shape.
type Form = (DType, Vec<usize>);

/// Makes the segments of one graph.
pub(super) struct Parser<'d> {
    onnx: Onnx,
    declared: &'d Declared<'d>,
    is_body: bool,
    /// The constants that tract has already, by where ours are: a node that is
    /// in more than one segment shares them.
    constants: HashMap<*const Tensor, Arc<TractTensor>>,
}

impl<'d> Parser<'d> {
    pub(super) fn new(onnx: Onnx, declared: &'d Declared<'d>, is_body: bool) -> Self {
        Self { onnx, declared, is_body, constants: HashMap::new() }
    }

    /// Parses nodes.
    pub(super) fn template(
        &mut self,
        nodes: &[Resolved<'_>],
        inputs: &[Slot],
        outputs: &[Slot],
    ) -> Result<Template, Fault> {
        let name = |slot: Slot| format!("v{slot}");
        let mut constants: Vec<(String, &Tensor)> = Vec::new();
        let mut graph = pb::GraphProto::default();
        for (index, node) in nodes.iter().enumerate() {
            let mut input = Vec::with_capacity(node.inputs.len());
            for operand in &node.inputs {
                input.push(match (operand.slot(), constant_tensor(operand)) {
                    (Some(slot), _) => name(slot),
                    (None, Some(tensor)) => {
                        let known =
                            constants.iter().find(|(_, known)| std::ptr::eq(*known, tensor));
                        known.map(|(name, _)| name.clone()).unwrap_or_else(|| {
                            let name = format!("c{}", constants.len());
                            constants.push((name.clone(), tensor));
                            name
                        })
                    }
                    (None, None) => String::new(),
                });
            }
            let output = node.outputs.iter().map(|s| s.map(name).unwrap_or_default()).collect();
            let unique = format!("{index}_{}", node.proto.name);
            graph.node.push(messages::node(&node.proto, unique, input, output)?);
        }
        let version = nodes.first().map_or(0, |node| node.version);
        let proto = pb::ModelProto {
            opset_import: vec![pb::OperatorSetIdProto { domain: String::new(), version }],
            graph: Some(graph),
            ..Default::default()
        };
        let parsed = self.onnx.parse(&proto, None).map_err(|e| fault(&e))?;
        let (mut model, outlets) = (parsed.model, parsed.outlets_by_name);
        let outlet = |name: &str| {
            let found = outlets.get(name).copied();
            found.ok_or_else(|| Fault::new(format!("'{name}' was not parsed")))
        };
        for (name, tensor) in constants {
            let value = self.constant(tensor)?;
            let at = outlet(&name)?;
            let fact = constant_fact(&value);
            let node = model.node_mut(at.node);
            node.op = Box::new(Const::new(value).map_err(|e| fault(&e))?);
            model.set_outlet_fact(at, fact).map_err(|e| fault(&e))?;
        }
        let inputs: Vec<_> = inputs.iter().map(|&s| outlet(&name(s))).collect::<Result<_, _>>()?;
        model.set_input_outlets(&inputs).map_err(|e| fault(&e))?;
        let outputs: Vec<_> =
            outputs.iter().map(|&s| outlet(&name(s))).collect::<Result<_, _>>()?;
        model.select_output_outlets(&outputs).map_err(|e| fault(&e))?;
        Ok(model)
    }

    fn constant(&mut self, tensor: &Tensor) -> Result<Arc<TractTensor>, Fault> {
        if let Some(known) = self.constants.get(&std::ptr::from_ref(tensor)) {
            return Ok(known.clone());
        }
        let value = Arc::new(tensors::to_tract(tensor.clone())?);
        self.constants.insert(tensor, value.clone());
        Ok(value)
    }

    /// Prepares a segment; where all its inputs are the model's own, for any
    /// batch, so that what tract can't do is known at once. `fallback` computes
    /// the same.
    pub(super) fn segment(
        &self,
        template: Template,
        fallback: Option<Program>,
        inputs: &[Slot],
    ) -> Result<Segment, Fault> {
        let infos: Option<Vec<ValueInfo>> =
            inputs.iter().map(|slot| self.declared.get(slot).map(|&info| info.clone())).collect();
        let mut symbolic = None;
        if let Some(infos) = infos.filter(|infos| infos.iter().all(|i| i.shape.is_some())) {
            match symbolic_plan(&template, &infos) {
                Ok(plan) => symbolic = Some((plan, infos)),
                Err(error) => {
                    let is_open =
                        infos.iter().flat_map(|i| i.shape.iter().flatten()).any(Dim::is_open);
                    // Values, too, may be what tract is waiting for.
                    if !is_open && fallback.is_none() && infos.len() < 2 {
                        return Err(fault(&error));
                    }
                }
            }
        }
        // In a loop shapes may change with each iteration.
        let most_plans = if self.is_body && fallback.is_some() { MAX_PLANS } else { usize::MAX };
        Ok(Segment {
            template,
            symbolic,
            checked: RefCell::default(),
            plans: RefCell::default(),
            plans_left: Cell::new(most_plans),
            from_caller: inputs.iter().map(|slot| self.declared.contains_key(slot)).collect(),
            fallback,
        })
    }
}

impl Segment {
    /// The plan for inputs of these forms; `None` where there can't be one
    /// without knowing their values.
    fn plan(&self, forms: &[Form]) -> Result<Option<Plan>, TractError> {
        if let Some((plan, infos)) = &self.symbolic
            && symbols_agree(infos, forms)
        {
            self.check(forms)?;
            return Ok(Some(plan.clone()));
        }
        let mut plans = self.plans.borrow_mut();
        if let Some((_, plan)) = plans.iter().find(|(known, _)| known == forms) {
            return Ok(plan.clone());
        }
        let Some(left) = self.plans_left.get().checked_sub(1) else { return Ok(None) };
        self.plans_left.set(left);
        let planned = concrete_plan(&self.template, forms);
        if plans.len() >= MAX_PLANS {
            plans.remove(0);
        }
        plans.push((forms.to_vec(), planned.as_ref().ok().cloned()));
        planned.map(Some)
    }

    /// Refuses shapes that do not fit the nodes: the plan for any lengths takes
    /// an open length for whatever the others are, and does not look at it when
    /// it runs.
    fn check(&self, forms: &[Form]) -> TractResult<()> {
        let mut checked = self.checked.borrow_mut();
        if checked.iter().any(|known| known == forms) {
            return Ok(());
        }
        let mut model = self.template.clone();
        set_forms(&mut model, forms)?;
        model.analyse(false)?;
        if checked.len() >= MAX_CHECKED {
            checked.pop_front();
        }
        checked.push_back(forms.to_vec());
        Ok(())
    }

    /// Whether NaN may come up. Negative infinities are common where a network
    /// masks something, and harmless there.
    fn is_unfit(&self, inputs: &[&Tensor]) -> bool {
        let own = self.from_caller.iter().chain(std::iter::repeat(&false));
        inputs.iter().zip(own).any(|(tensor, &from_caller)| {
            let unfit =
                |x: f32| x.is_nan() || x == f32::INFINITY || (from_caller && !x.is_finite());
            match tensor.data() {
                Data::F32(v) => v.iter().any(|x| unfit(*x)),
                Data::F64(v) => v.iter().any(|x| unfit(*x as f32)),
                Data::F16(v) => v.iter().any(|x| unfit(x.to_f32())),
                _ => false,
            }
        })
    }

    fn run_in_tract(&self, inputs: &[&Tensor]) -> Result<Vec<Value>, Fault> {
        let forms: Vec<Form> = inputs.iter().map(|t| (t.dtype(), t.shape().to_vec())).collect();
        let mut problem = None;
        match self.plan(&forms) {
            Ok(Some(plan)) => match run(&plan, inputs) {
                Ok(outputs) => return Ok(outputs),
                Err(fault) => problem = Some(fault.to_string()),
            },
            Ok(None) => {}
            Err(error) => problem = Some(format!("{error:#}")),
        }
        if self.fallback.is_none()
            && inputs.iter().all(|t| t.len() <= MAX_CONSTANT_INPUT)
            && let Ok(plan) = constant_plan(&self.template, inputs)
        {
            return run(&plan, &[]);
        }
        let problem = problem.map(|e| format!(": {e}")).unwrap_or_default();
        let shapes: Vec<&[usize]> = inputs.iter().map(|t| t.shape()).collect();
        Err(Fault::new(format!("can't be run on inputs of the shapes {shapes:?}{problem}")))
    }
}

impl Kernel for Segment {
    fn run(&self, inputs: Inputs<'_>) -> Result<Vec<Value>, Fault> {
        let tensors: Option<Vec<&Tensor>> =
            inputs.0.iter().map(|i| i.as_deref().and_then(Value::as_tensor)).collect();
        let result = match tensors {
            // tract's activations, minima and maxima make numbers of NaN: a
            // missing value would give an answer.
            Some(tensors) if self.fallback.is_some() && self.is_unfit(&tensors) => {
                Err(Fault::new("an input is not finite"))
            }
            Some(tensors) => self.run_in_tract(&tensors),
            None => Err(Fault::new("an input is no tensor")),
        };
        match (&self.fallback, result) {
            (Some(program), Err(_)) => program.run(inputs.0),
            (_, result) => result,
        }
    }
}

fn run(plan: &Plan, inputs: &[&Tensor]) -> Result<Vec<Value>, Fault> {
    let inputs = inputs
        .iter()
        .map(|t| tensors::to_tract((*t).clone()).map(IntoTValue::into_tvalue))
        .collect::<Result<_, _>>()?;
    let outputs = plan.run(inputs).map_err(|e| fault(&e))?;
    outputs.iter().map(|value| tensors::from_tract(value).map(Value::Tensor)).collect()
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
fn symbols_agree(infos: &[ValueInfo], forms: &[Form]) -> bool {
    let mut lengths = HashMap::new();
    infos.iter().zip(forms).enumerate().all(|(input, (info, (_, shape)))| {
        info.shape.iter().flatten().zip(shape).enumerate().all(|(axis, (dim, &len))| {
            symbol_name(dim, input, axis)
                .is_none_or(|name| *lengths.entry(name).or_insert(len) == len)
        })
    })
}

/// Plans for any lengths of the open dimensions.
fn symbolic_plan(template: &Template, infos: &[ValueInfo]) -> TractResult<Plan> {
    let mut model = template.clone();
    for (input, info) in infos.iter().enumerate() {
        let dims = info.shape.iter().flatten().enumerate().map(|(axis, dim)| match dim {
            Dim::Fixed(len) => DimFact::from(len.to_dim()),
            open => {
                let name = symbol_name(open, input, axis).unwrap_or_default();
                DimFact::from(TDim::from(model.symbols.sym(&name)))
            }
        });
        let shape = ShapeFactoid::closed(dims.collect());
        let mut fact = InferenceFact::default();
        if let Some(dtype) = info.dtype {
            fact = fact.with_datum_type(tensors::datum_type(dtype));
        }
        fact.shape = shape;
        model.set_input_fact(input, fact)?;
    }
    compile(model)
}

fn concrete_plan(template: &Template, forms: &[Form]) -> TractResult<Plan> {
    let mut model = template.clone();
    set_forms(&mut model, forms)?;
    compile(model)
}

fn set_forms(model: &mut InferenceModel, forms: &[Form]) -> TractResult<()> {
    for (input, (dtype, shape)) in forms.iter().enumerate() {
        let fact = InferenceFact::dt_shape(tensors::datum_type(*dtype), shape);
        model.set_input_fact(input, fact)?;
    }
    Ok(())
}

/// Plans for these very values: tract wants some of them (shapes, axes, sizes)
/// when it plans, and a model may compute or take them.
fn constant_plan(template: &Template, inputs: &[&Tensor]) -> TractResult<Plan> {
    let mut model = template.clone();
    let outlets = model.input_outlets()?.to_vec();
    model.set_input_outlets(&[])?;
    for (outlet, tensor) in outlets.into_iter().zip(inputs) {
        let value = tensors::to_tract((*tensor).clone())
            .map_err(|fault| TractError::msg(fault.to_string()))?
            .into_arc_tensor();
        let fact = constant_fact(&value);
        model.node_mut(outlet.node).op = Box::new(Const::new(value)?);
        model.set_outlet_fact(outlet, fact)?;
    }
    compile(model)
}

/// What tract is to know of a constant: all of it.
fn constant_fact(value: &Arc<TractTensor>) -> InferenceFact {
    let mut fact = InferenceFact::dt_shape(value.datum_type(), value.shape());
    fact.value = value.clone().into();
    fact
}

fn compile(model: InferenceModel) -> TractResult<Plan> {
    model.into_optimized()?.into_runnable()
}

fn fault(error: &TractError) -> Fault {
    Fault::new(format!("{error:#}"))
}
