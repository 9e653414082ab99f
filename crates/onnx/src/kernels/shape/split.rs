//! `Split`.

use super::runs::{Runs, pick, steps};
use crate::fault::{Fault, bail};
use crate::kernels::axes::axis;
use crate::kernels::{Kernel, Spec};
use crate::value::{Inputs, Value};

pub(super) fn split(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.int("axis", 0);
    let outputs = spec.outputs;
    // Since opset 13 the lengths are an input; in opset 1 they may be either.
    let given = (spec.version < 13 && spec.attributes.has("split"))
        .then(|| spec.attributes.ints("split").to_vec());
    let may_be_uneven = spec.version >= 18;
    if may_be_uneven
        && let Some(wanted) = spec.attributes.maybe_int("num_outputs")
        && usize::try_from(wanted) != Ok(outputs)
    {
        bail!("'num_outputs' is {wanted}, but the node has {outputs} outputs");
    }
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let along = axis(along, tensor.rank())?;
        let len = tensor.shape().get(along).copied().unwrap_or(0);
        let lens = match &given {
            Some(given) => lengths(given, len)?,
            None if inputs.get(1).is_some() => lengths(&inputs.integers(1)?, len)?,
            None => equal(len, outputs, may_be_uneven)?,
        };
        if lens.len() != outputs {
            bail!("{} lengths for {outputs} outputs", lens.len());
        }
        let steps = steps(tensor.shape());
        let step = steps.get(along).copied().unwrap_or(0).cast_unsigned();
        let mut at = 0usize;
        let mut parts: Vec<Value> = Vec::with_capacity(lens.len());
        for len in lens {
            let mut shape = tensor.shape().to_vec();
            if let Some(along) = shape.get_mut(along) {
                *along = len;
            }
            let start = at.saturating_mul(step);
            let part =
                pick(tensor, shape.clone(), || Ok(Runs::strided(&shape, &steps, start)))?;
            at = at.saturating_add(len);
            parts.push(part.into());
        }
        Ok(parts)
    }))
}

/// The lengths as given, which have to make up the whole.
fn lengths(given: &[i64], len: usize) -> Result<Vec<usize>, Fault> {
    let lens: Option<Vec<usize>> = given.iter().map(|&n| usize::try_from(n).ok()).collect();
    match lens {
        Some(lens) if lens.iter().try_fold(0usize, |sum, n| sum.checked_add(*n)) == Some(len) => {
            Ok(lens)
        }
        _ => bail!("parts of {given:?} do not make up a length of {len}"),
    }
}

/// Equal parts. Since opset 18 the last may be shorter, or empty; ONNX Runtime
/// fails where it would be less than that.
fn equal(len: usize, parts: usize, may_be_uneven: bool) -> Result<Vec<usize>, Fault> {
    let each = len.div_ceil(parts.max(1));
    let last = len.checked_sub(each.saturating_mul(parts.saturating_sub(1)));
    match last {
        Some(last) if parts > 0 && (may_be_uneven || last == each) => {
            let mut lens = vec![each; parts];
            if let Some(place) = lens.last_mut() {
                *place = last;
            }
            Ok(lens)
        }
        _ => bail!("a length of {len} can't be split into {parts} parts"),
    }
}
