//! Nodes of networks that are computed together: a batch normalisation becomes
//! part of the convolution before it, and what makes a `HardSwish` of single
//! steps becomes one.
//!
//! Each saves a pass over what a layer gives. What is computed differs in the
//! last digits only, as it does in ONNX Runtime, which does the same.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use tensor::Tensor;

use crate::attributes::Attributes;
use crate::compile::{Resolved, constant_tensor, is_default_domain};
use crate::program::{Operand, Slot};
use crate::proto::NodeProto;
use crate::value::Value;

/// Fuses what can be of a graph's nodes. `outputs` are the graph's.
pub(crate) fn fuse<'m>(nodes: Vec<Resolved<'m>>, outputs: &[Operand]) -> Vec<Resolved<'m>> {
    let mut graph = Graph::new(nodes, outputs);
    for index in 0..graph.nodes.len() {
        graph.normalisation(index);
        graph.hard_swish(index);
    }
    graph.nodes.into_iter().flatten().collect()
}

struct Graph<'m> {
    /// `None` for one that has become part of another.
    nodes: Vec<Option<Resolved<'m>>>,
    /// Which node makes a value.
    makers: HashMap<Slot, usize>,
    /// How often a value is read.
    reads: HashMap<Slot, usize>,
}

impl<'m> Graph<'m> {
    fn new(nodes: Vec<Resolved<'m>>, outputs: &[Operand]) -> Self {
        let mut makers = HashMap::new();
        let mut reads: HashMap<Slot, usize> = HashMap::new();
        for (index, node) in nodes.iter().enumerate() {
            makers.extend(node.outputs.iter().flatten().map(|&slot| (slot, index)));
        }
        let operands = nodes.iter().flat_map(|node| &node.inputs).chain(outputs);
        for slot in operands.filter_map(Operand::slot) {
            *reads.entry(slot).or_default() += 1;
        }
        Self { nodes: nodes.into_iter().map(Some).collect(), makers, reads }
    }

    /// A node of one output, if it is this operator of ONNX's own.
    fn node(&self, index: usize, op: &str) -> Option<&Resolved<'m>> {
        let node = self.nodes.get(index)?.as_ref()?;
        let is_it = node.proto.op_type == op
            && is_default_domain(&node.proto.domain)
            && node.outputs.iter().flatten().count() == 1
            && node.is_operator();
        is_it.then_some(node)
    }

    /// The node that makes an input, if it is this operator, and if nothing else
    /// reads what it makes.
    fn before(&self, input: &Operand, op: &str) -> Option<(usize, &Resolved<'m>)> {
        let slot = input.slot()?;
        let index = *self.makers.get(&slot)?;
        let node = self.node(index, op)?;
        (self.reads.get(&slot) == Some(&1)).then_some((index, node))
    }

    /// `BatchNormalization` after `Conv`: other weights and another bias.
    fn normalisation(&mut self, index: usize) -> Option<()> {
        let node = self.node(index, "BatchNormalization")?;
        // Before version 7 it may be told to learn.
        if node.version < 7 || Attributes(&node.proto.attribute).flag("training_mode", false) {
            return None;
        }
        let [x, parameters @ ..] = node.inputs.as_slice() else { return None };
        let mut numbers =
            parameters.iter().map(|operand| constant_tensor(operand)?.as_slice::<f32>());
        let [scale, shift, mean, variance] =
            [numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()??];
        let (conv_index, conv) = self.before(x, "Conv")?;
        let weights = constant_tensor(conv.inputs.get(1)?)?;
        let bias = match conv.inputs.get(2) {
            None | Some(Operand::Absent) => None,
            Some(operand) => Some(constant_tensor(operand)?.as_slice::<f32>()?),
        };
        let filters = *weights.shape().first()?;
        let each = weights.len().checked_div(filters)?;
        let lists = [scale, shift, mean, variance].into_iter().chain(bias);
        if each == 0 || !lists.into_iter().all(|list| list.len() == filters) {
            return None;
        }
        let epsilon = Attributes(&node.proto.attribute).float("epsilon", 1e-5);
        let factors: Vec<f32> = scale
            .iter()
            .zip(variance)
            .map(|(scale, variance)| {
                (f64::from(*scale) / (f64::from(*variance) + f64::from(epsilon)).sqrt()) as f32
            })
            .collect();
        if factors.iter().any(|factor| !factor.is_finite()) {
            return None;
        }
        let mut scaled = weights.as_slice::<f32>()?.to_vec();
        for (row, factor) in scaled.chunks_exact_mut(each).zip(&factors) {
            row.iter_mut().for_each(|x| *x *= factor);
        }
        let zeros = vec![0.0; filters];
        let shifts = bias.unwrap_or(&zeros).iter().zip(mean).zip(&factors).zip(shift);
        let shifts: Vec<f32> =
            shifts.map(|(((bias, mean), factor), shift)| (bias - mean) * factor + shift).collect();
        let scaled = Tensor::new(weights.shape().to_vec(), scaled).ok()?;
        let constant = |tensor| Operand::Constant(Rc::new(Value::Tensor(tensor)));
        let output = node.outputs.clone();
        let input = conv.inputs.first()?.clone();
        let conv = self.nodes.get_mut(conv_index)?.as_mut()?;
        conv.inputs = vec![input, constant(scaled), constant(Tensor::vector(shifts))];
        self.replace(index, conv_index, output)
    }

    /// x · clip(x + 3, 0, 6) / 6, step by step.
    fn hard_swish(&mut self, index: usize) -> Option<()> {
        let [product, six] = self.node(index, "Div")?.inputs.as_slice() else { return None };
        if !is(six, 6.0) {
            return None;
        }
        let (product, factors) = self.before(product, "Mul")?;
        let [a, b] = factors.inputs.as_slice() else { return None };
        let (x, (clip, clipped)) = match (self.before(b, "Clip"), self.before(a, "Clip")) {
            (Some(clip), _) => (a, clip),
            (None, Some(clip)) => (b, clip),
            (None, None) => return None,
        };
        let attributes = Attributes(&clipped.proto.attribute);
        let (sum, ends) = clipped.inputs.split_first()?;
        let is_0_to_6 = match ends {
            [] => [("min", 0.0), ("max", 6.0)]
                .iter()
                .all(|(name, end)| attributes.has(name) && attributes.float(name, -1.0) == *end),
            [low, high] => is(low, 0.0) && is(high, 6.0),
            _ => false,
        };
        let (add, added) = self.before(sum, "Add")?;
        let is_shifted = match added.inputs.as_slice() {
            [y, three] | [three, y] if is(three, 3.0) => y.slot() == x.slot() && y.slot().is_some(),
            _ => false,
        };
        // What a convolution makes has more dimensions than the constants.
        let is_image = self.makers.get(&x.slot()?).is_some_and(|&i| self.node(i, "Conv").is_some());
        if !is_0_to_6 || !is_shifted || !is_image {
            return None;
        }
        let (x, output) = (x.clone(), self.node(index, "Div")?.outputs.clone());
        let last = self.nodes.get_mut(product)?.as_mut()?;
        last.proto = Cow::Owned(NodeProto {
            op_type: "HardSwish".into(),
            name: last.proto.name.clone(),
            ..NodeProto::default()
        });
        last.version = last.version.max(14);
        last.inputs = vec![x];
        last.dtypes.truncate(1);
        for gone in [clip, add] {
            *self.nodes.get_mut(gone)? = None;
        }
        self.replace(index, product, output)
    }

    /// Lets a node give what the node `gone` gave.
    fn replace(&mut self, gone: usize, by: usize, outputs: Vec<Option<Slot>>) -> Option<()> {
        *self.nodes.get_mut(gone)? = None;
        self.makers.extend(outputs.iter().flatten().map(|&slot| (slot, by)));
        self.nodes.get_mut(by)?.as_mut()?.outputs = outputs;
        Some(())
    }
}

/// Whether an operand is this number for all elements, in single precision.
fn is(operand: &Operand, number: f32) -> bool {
    let tensor = constant_tensor(operand);
    tensor.is_some_and(|t| t.len() == 1 && t.rank() <= 1 && t.as_slice::<f32>() == Some(&[number]))
}
