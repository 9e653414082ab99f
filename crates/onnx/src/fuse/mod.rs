//! Nodes that are computed together: what is added to a product, and a `Relu` after
//! it, become part of the product; for what convolutions have, see `networks`.
//!
//! Each saves a pass over what a layer gives. What is computed differs in the
//! last digits only, as it does in ONNX Runtime, which does the same.

#[cfg(feature = "networks")]
mod networks;

use tensor::{DType, Tensor};

use crate::attributes::Attributes;
use crate::compile::{Resolved, constant_tensor, is_default_domain};
use crate::kernels::{RECTIFIES, is_row};
use crate::program::{Operand, Slot};
use crate::proto::AttributeProto;

/// Fuses what can be of a graph's nodes. `outputs` are the graph's.
pub(crate) fn fuse<'m>(nodes: Vec<Resolved<'m>>, outputs: &[Operand]) -> Vec<Resolved<'m>> {
    let mut graph = Graph::new(nodes, outputs);
    for index in 0..graph.nodes.len() {
        #[cfg(feature = "networks")]
        graph.normalisation(index).or_else(|| graph.hard_swish(index));
        graph.addend(index).or_else(|| graph.rectifier(index));
    }
    graph.nodes.into_iter().flatten().collect()
}

struct Graph<'m> {
    /// `None` for one that has become part of another.
    nodes: Vec<Option<Resolved<'m>>>,
    /// By slot.
    values: Vec<Known>,
}

/// What is known of a value.
#[derive(Clone, Copy, Default)]
struct Known {
    /// Which node makes it.
    maker: Option<usize>,
    /// How often it is read.
    reads: usize,
}

impl<'m> Graph<'m> {
    fn new(nodes: Vec<Resolved<'m>>, outputs: &[Operand]) -> Self {
        let operands = nodes.iter().flat_map(|node| &node.inputs).chain(outputs);
        let read: Vec<Slot> = operands.filter_map(Operand::slot).collect();
        let made = || nodes.iter().flat_map(|node| &node.outputs).flatten();
        let slots = made().chain(&read).max().map_or(0, |last| last + 1);
        let mut values = vec![Known::default(); slots];
        for slot in read {
            if let Some(known) = values.get_mut(slot) {
                known.reads += 1;
            }
        }
        let mut graph = Self { nodes: Vec::new(), values };
        for (index, node) in nodes.into_iter().enumerate() {
            graph.makes(index, &node.outputs);
            graph.nodes.push(Some(node));
        }
        graph
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
        let known = self.values.get(input.slot()?)?;
        let index = known.maker.filter(|_| known.reads == 1)?;
        Some((index, self.node(index, op)?))
    }

    /// `Add` of a constant row after `MatMul` by a constant matrix: its third input.
    fn addend(&mut self, index: usize) -> Option<()> {
        let node = self.node(index, "Add")?;
        // Before version 7 it is told which axes to add along.
        let [a, b] = node.inputs.as_slice() else { return None };
        if node.version < 7 {
            return None;
        }
        let (row, (product, factors)) = match (self.before(a, "MatMul"), self.before(b, "MatMul")) {
            (Some(found), _) => (b, found),
            (None, Some(found)) => (a, found),
            (None, None) => return None,
        };
        let [_, right] = factors.inputs.as_slice() else { return None };
        let &[_, columns] = constant_matrix(right)?.shape() else { return None };
        let added = constant_tensor(row)?;
        if added.shape() != [columns] || added.as_slice::<f32>().is_none() {
            return None;
        }
        let (row, output) = (row.clone(), node.outputs.clone());
        let product_node = self.nodes.get_mut(product)?.as_mut()?;
        product_node.inputs.push(row);
        product_node.dtypes.push(Some(DType::F32));
        self.replace(index, product, output)
    }

    /// `Relu` after `MatMul` or `Gemm` with a constant matrix.
    fn rectifier(&mut self, index: usize) -> Option<()> {
        let node = self.node(index, "Relu")?;
        let [x] = node.inputs.as_slice() else { return None };
        let (product, factors) = self.before(x, "MatMul").or_else(|| self.before(x, "Gemm"))?;
        let attributes = Attributes(&factors.proto.attribute);
        let &[rows, columns] = constant_matrix(factors.inputs.get(1)?)?.shape() else {
            return None;
        };
        let width = if attributes.flag("transB", false) { rows } else { columns };
        // What the kernel does after its product would come after the `Relu`, too.
        let is_added_first = match factors.inputs.get(2) {
            None | Some(Operand::Absent) => true,
            Some(row) => is_row(constant_tensor(row)?, width),
        };
        let is_plain = !attributes.flag("transA", false) && attributes.float("alpha", 1.0) == 1.0;
        if !is_plain || !is_added_first {
            return None;
        }
        let output = node.outputs.clone();
        let node = self.nodes.get_mut(product)?.as_mut()?;
        let name = RECTIFIES.to_owned();
        node.proto.to_mut().attribute.push(AttributeProto { name, i: 1, ..Default::default() });
        self.replace(index, product, output)
    }

    /// Notes what a node makes.
    fn makes(&mut self, index: usize, outputs: &[Option<Slot>]) {
        for slot in outputs.iter().flatten() {
            if let Some(known) = self.values.get_mut(*slot) {
                known.maker = Some(index);
            }
        }
    }

    /// Lets a node give what the node `gone` gave.
    fn replace(&mut self, gone: usize, by: usize, outputs: Vec<Option<Slot>>) -> Option<()> {
        *self.nodes.get_mut(gone)? = None;
        self.makes(by, &outputs);
        self.nodes.get_mut(by)?.as_mut()?.outputs = outputs;
        Some(())
    }
}

/// A matrix of 32-bit floats that is known when the model loads.
fn constant_matrix(operand: &Operand) -> Option<&Tensor> {
    constant_tensor(operand)
        .filter(|t| t.rank() == 2 && t.as_slice::<f32>().is_some_and(|m| !m.is_empty()))
}
