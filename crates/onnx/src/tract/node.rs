//! A node that tract computes, as a step of a program.

use std::cell::RefCell;
use std::sync::Arc;

use tensor::{DType, Tensor};
use tract_onnx::Onnx;
use tract_onnx::pb;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;

use super::{pb as messages, tensors};
use crate::compile::{Resolved, constant_tensor};
use crate::fault::Fault;
use crate::kernels::Kernel;
use crate::program::{Operand, Slot, Step};
use crate::value::{Inputs, Value};

/// How many plans are kept.
const MAX_PLANS: usize = 8;

/// The largest input that may become a constant of a plan, in elements.
const MAX_CONSTANT_INPUT: usize = 1 << 16;

type Plan = Arc<TypedRunnableModel>;

/// A tensor's type and shape.
type Form = (DType, Vec<usize>);

/// A node for tract, and its plans.
struct TractNode {
    /// The node as tract has parsed it; no shape has been given to it yet.
    template: InferenceModel,
    plans: RefCell<Vec<(Vec<Form>, Plan)>>,
}

/// Prepares a node that tract has the operator of.
pub(crate) fn step(onnx: &Onnx, node: Resolved<'_>) -> Result<Step, Fault> {
    let mut inputs: Vec<Slot> = Vec::new();
    for slot in node.inputs.iter().filter_map(Operand::slot) {
        if !inputs.contains(&slot) {
            inputs.push(slot);
        }
    }
    let template = template(onnx, &node, &inputs)?;
    Ok(Step {
        kernel: Box::new(TractNode { template, plans: RefCell::default() }),
        inputs: inputs.into_iter().map(|slot| Operand::Slot { slot, last: false }).collect(),
        outputs: node.outputs.iter().copied().filter(Option::is_some).collect(),
        place: node.place,
    })
}

/// Parses a node. The inputs are those that are no constants; the outputs those
/// that something reads.
fn template(onnx: &Onnx, node: &Resolved<'_>, inputs: &[Slot]) -> Result<InferenceModel, Fault> {
    let name = |slot: Slot| format!("v{slot}");
    let mut constants: Vec<(String, &Tensor)> = Vec::new();
    let mut names = Vec::with_capacity(node.inputs.len());
    for (index, operand) in node.inputs.iter().enumerate() {
        names.push(match (operand.slot(), constant_tensor(operand)) {
            (Some(slot), _) => name(slot),
            (None, Some(tensor)) => {
                constants.push((format!("c{index}"), tensor));
                format!("c{index}")
            }
            (None, None) => String::new(),
        });
    }
    let outputs = node.outputs.iter().map(|s| s.map(name).unwrap_or_default()).collect();
    let graph = pb::GraphProto {
        node: vec![messages::node(&node.proto, "node".to_owned(), names, outputs)?],
        ..Default::default()
    };
    let proto = pb::ModelProto {
        opset_import: vec![pb::OperatorSetIdProto { domain: String::new(), version: node.version }],
        graph: Some(graph),
        ..Default::default()
    };
    let parsed = onnx.parse(&proto, None).map_err(|e| fault(&e))?;
    let (mut model, outlets) = (parsed.model, parsed.outlets_by_name);
    let outlet = |name: &str| {
        let found = outlets.get(name).copied();
        found.ok_or_else(|| Fault::new(format!("'{name}' was not parsed")))
    };
    for (name, tensor) in constants {
        let value = tensors::to_tract(tensor.clone())?.into_arc_tensor();
        set_constant(&mut model, outlet(&name)?, value).map_err(|e| fault(&e))?;
    }
    let inputs: Vec<_> = inputs.iter().map(|&s| outlet(&name(s))).collect::<Result<_, _>>()?;
    model.set_input_outlets(&inputs).map_err(|e| fault(&e))?;
    let outputs = node.outputs.iter().flatten();
    let outputs: Vec<_> = outputs.map(|&s| outlet(&name(s))).collect::<Result<_, _>>()?;
    model.select_output_outlets(&outputs).map_err(|e| fault(&e))?;
    Ok(model)
}

impl TractNode {
    fn plan(&self, forms: &[Form]) -> TractResult<Plan> {
        let mut plans = self.plans.borrow_mut();
        if let Some((_, plan)) = plans.iter().find(|(known, _)| known == forms) {
            return Ok(plan.clone());
        }
        let mut model = self.template.clone();
        for (input, (dtype, shape)) in forms.iter().enumerate() {
            let fact = InferenceFact::dt_shape(tensors::datum_type(*dtype), shape);
            model.set_input_fact(input, fact)?;
        }
        let plan = model.into_optimized()?.into_runnable()?;
        if plans.len() >= MAX_PLANS {
            plans.remove(0);
        }
        plans.push((forms.to_vec(), plan.clone()));
        Ok(plan)
    }

    /// A plan for these very values.
    fn constant_plan(&self, inputs: &[&Tensor]) -> TractResult<Plan> {
        let mut model = self.template.clone();
        let outlets = model.input_outlets()?.to_vec();
        model.set_input_outlets(&[])?;
        for (outlet, tensor) in outlets.into_iter().zip(inputs) {
            let value = tensors::to_tract((*tensor).clone())
                .map_err(|fault| TractError::msg(fault.to_string()))?;
            set_constant(&mut model, outlet, value.into_arc_tensor())?;
        }
        model.into_optimized()?.into_runnable()
    }
}

impl Kernel for TractNode {
    fn run(&self, inputs: Inputs<'_>) -> Result<Vec<Value>, Fault> {
        let tensors: Vec<&Tensor> =
            (0..inputs.len()).map(|i| inputs.tensor(i)).collect::<Result<_, _>>()?;
        let forms: Vec<Form> = tensors.iter().map(|t| (t.dtype(), t.shape().to_vec())).collect();
        let problem = match self.plan(&forms) {
            Ok(plan) => return run(&plan, &tensors),
            Err(error) => error,
        };
        if tensors.iter().all(|t| t.len() <= MAX_CONSTANT_INPUT)
            && let Ok(plan) = self.constant_plan(&tensors)
        {
            return run(&plan, &[]);
        }
        let shapes: Vec<&[usize]> = tensors.iter().map(|t| t.shape()).collect();
        Err(Fault::new(format!("can't be run on inputs of the shapes {shapes:?}: {problem:#}")))
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

/// Puts a constant in the place of an input. tract is to know all of it.
fn set_constant(
    model: &mut InferenceModel,
    outlet: OutletId,
    value: Arc<tract_onnx::prelude::Tensor>,
) -> TractResult<()> {
    let mut fact = InferenceFact::dt_shape(value.datum_type(), value.shape());
    fact.value = value.clone().into();
    model.node_mut(outlet.node).op = Box::new(Const::new(value)?);
    model.set_outlet_fact(outlet, fact)
}

fn fault(error: &TractError) -> Fault {
    Fault::new(format!("{error:#}"))
}
