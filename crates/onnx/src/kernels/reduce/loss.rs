//! `NegativeLogLikelihoodLoss` and `SoftmaxCrossEntropyLoss`.

use tensor::Tensor;

use super::number::{Real, by_float};
use super::softmax::{Curve, apply};
use crate::fault::{Fault, bail};
use crate::kernels::axes::Around;
use crate::kernels::{Kernel, Spec};
use crate::value::{Inputs, Value};

#[derive(Debug, Clone, Copy)]
enum Reduction {
    None,
    Sum,
    Mean,
}

#[derive(Debug, Clone, Copy)]
struct Loss {
    reduction: Reduction,
    /// The label that does not count.
    ignored: Option<i64>,
    /// Whether the scores are turned into log-probabilities first.
    scores: bool,
}

pub(super) fn loss(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let reduction = match spec.attributes.str("reduction")?.unwrap_or("mean") {
        "none" => Reduction::None,
        "sum" => Reduction::Sum,
        "mean" => Reduction::Mean,
        other => bail!("'{other}' is no reduction"),
    };
    let loss = Loss {
        reduction,
        ignored: spec.attributes.maybe_int("ignore_index"),
        scores: spec.op == "SoftmaxCrossEntropyLoss",
    };
    Ok(Box::new(move |mut inputs: Inputs<'_>| by_float!(inputs, run(&mut inputs, loss))))
}

fn run<T: Real>(inputs: &mut Inputs<'_>, loss: Loss) -> Result<Vec<Value>, Fault> {
    let x = inputs.take_tensor(0)?;
    let dtype = x.dtype();
    let (shape, data) = x.into_parts();
    let [batch, classes, rest @ ..] = shape.as_slice() else {
        bail!("a tensor of {} dimensions has no classes", shape.len());
    };
    let at = Around::new(&shape, 1);
    let mut x = T::own(data).unwrap_or_default();
    if loss.scores {
        apply(&mut x, at, Curve::Log);
    }
    let target_shape = inputs.tensor(1)?.shape().to_vec();
    if target_shape.first() != Some(batch) || target_shape.get(1..) != Some(rest) {
        bail!("labels of shape {target_shape:?} don't fit scores of shape {shape:?}");
    }
    let targets = inputs.integers(1)?;
    let weights = match inputs.optional_tensor(2)? {
        Some(weights) => T::read(weights.data()),
        None => None,
    };
    if weights.as_ref().is_some_and(|weights| weights.len() != *classes) {
        bail!("there are not as many weights as classes");
    }
    let mut losses = Vec::with_capacity(targets.len());
    let mut total = 0.0;
    let mut share = 0.0;
    for (i, &target) in targets.iter().enumerate() {
        if Some(target) == loss.ignored {
            losses.push(T::ZERO);
            continue;
        }
        let (n, d) = (i / at.inner.max(1), i % at.inner.max(1));
        let class = usize::try_from(target).ok().filter(|class| class < classes);
        let found = class.and_then(|class| {
            let weight = match &weights {
                Some(weights) => *weights.get(class)?,
                None => T::ONE,
            };
            Some((*x.get((n * at.len + class) * at.inner + d)?, weight))
        });
        let Some((log, weight)) = found else {
            bail!("the label {target} is none of {classes} classes");
        };
        let this = -log * weight;
        losses.push(this);
        total += this.to_f64();
        share += weight.to_f64();
    }
    let scalar = |x: f64| Tensor::new(Vec::new(), T::write(vec![T::of(x)], dtype));
    let result = match loss.reduction {
        Reduction::None => Tensor::new(target_shape, T::write(losses, dtype))?,
        Reduction::Sum => scalar(total)?,
        // By the weight of what counts; of nothing it is no number.
        Reduction::Mean => scalar(total / share)?,
    };
    let mut outputs: Vec<Value> = vec![result.into()];
    if loss.scores {
        outputs.push(Tensor::new(shape, T::write(x, dtype))?.into());
    }
    Ok(outputs)
}
