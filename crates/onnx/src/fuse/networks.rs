//! A batch normalisation becomes part of the convolution before it, and what makes a
//! `HardSwish` of single steps becomes one.

use std::borrow::Cow;
use std::rc::Rc;

use tensor::Tensor;

use super::Graph;
use crate::attributes::Attributes;
use crate::compile::constant_tensor;
use crate::program::Operand;
use crate::proto::NodeProto;
use crate::value::Value;

impl Graph<'_> {
    /// `BatchNormalization` after `Conv`: other weights and another bias.
    pub(super) fn normalisation(&mut self, index: usize) -> Option<()> {
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
    pub(super) fn hard_swish(&mut self, index: usize) -> Option<()> {
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
        let maker = self.values.get(x.slot()?)?.maker;
        let is_image = maker.is_some_and(|index| self.node(index, "Conv").is_some());
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
}

/// Whether an operand is this number for all elements, in single precision.
fn is(operand: &Operand, number: f32) -> bool {
    let tensor = constant_tensor(operand);
    tensor.is_some_and(|t| t.len() == 1 && t.rank() <= 1 && t.as_slice::<f32>() == Some(&[number]))
}
