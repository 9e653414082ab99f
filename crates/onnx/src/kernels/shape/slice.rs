//! `Slice` and `Compress`: parts of a tensor.

use super::runs::{Runs, pick, steps};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{Around, axes, axis};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

pub(super) fn slice(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // Before opset 10 all is in attributes, and there are no steps.
    let attributes = spec.attributes;
    let given = (spec.version < 10).then(|| {
        let axes = attributes.get("axes").map(|a| a.ints.clone());
        (attributes.ints("starts").to_vec(), attributes.ints("ends").to_vec(), axes)
    });
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (starts, ends, along, by) = match &given {
            Some((starts, ends, axes)) => (starts.clone(), ends.clone(), axes.clone(), None),
            None => {
                let list = |i| inputs.get(i).map(|_| inputs.integers(i)).transpose();
                (inputs.integers(1)?, inputs.integers(2)?, list(3)?, list(4)?)
            }
        };
        let tensor = inputs.tensor(0)?;
        let count = starts.len();
        let fits = |list: &Option<Vec<i64>>| list.as_ref().is_none_or(|list| list.len() == count);
        if ends.len() != count || count > tensor.rank() && along.is_none() {
            bail!("starts {starts:?} and ends {ends:?} for a shape of {:?}", tensor.shape());
        }
        if !fits(&along) || !fits(&by) {
            bail!("axes or steps are not as many as the starts {starts:?}");
        }
        let along = match along {
            Some(along) => axes(&along, tensor.rank())?,
            None => (0..count).collect(),
        };
        let by = by.unwrap_or_else(|| vec![1; count]);
        let mut shape = tensor.shape().to_vec();
        let mut steps = steps(tensor.shape());
        let mut first = 0usize;
        for (((&start, &end), &by), &along) in starts.iter().zip(&ends).zip(&by).zip(&along) {
            let (Some(len), Some(step)) = (shape.get_mut(along), steps.get_mut(along)) else {
                bail!("axis {along} is not there");
            };
            let (from, count) = range(*len, start, end, by)?;
            first = first.saturating_add(from.saturating_mul(step.cast_unsigned()));
            *len = count;
            // A step past the end is taken by none but the only element.
            *step = step.saturating_mul(isize::try_from(by).unwrap_or(isize::MAX));
        }
        let out = if shape == tensor.shape() && by.iter().all(|by| *by == 1) {
            inputs.take_tensor(0)?
        } else {
            pick(tensor, shape.clone(), || Ok(Runs::strided(&shape, &steps, first)))?
        };
        Ok(vec![out.into()])
    }))
}

/// The first index and the number of indices of a slice along an axis. Both
/// ends count from the back where negative, and are then cut to the axis. The
/// largest integer of 32 or 64 bits as end means the end of the axis in the
/// direction of the steps: ONNX Runtime has it so backwards, too.
fn range(len: usize, start: i64, end: i64, by: i64) -> Result<(usize, usize), Fault> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let from_front = |at: i64| if at < 0 { at.saturating_add(len) } else { at };
    let is_open = end == i64::MAX || end == i64::from(i32::MAX);
    let (start, end) = (from_front(start), from_front(end));
    let (start, span) = match by {
        0 => bail!("a slice has a step of 0"),
        1.. => {
            let start = start.clamp(0, len);
            (start, end.clamp(0, len) - start)
        }
        _ => {
            let start = start.clamp(0, (len - 1).max(0));
            // An axis without elements has no last one to start from.
            let end = if is_open { -1 } else { end.clamp(-1, len.max(1) - 1) };
            (start, if len == 0 { 0 } else { start - end })
        }
    };
    let span = u64::try_from(span).unwrap_or(0);
    let count = usize::try_from(span.div_ceil(by.unsigned_abs()));
    Ok((usize::try_from(start).unwrap_or(0), count.unwrap_or(usize::MAX)))
}

pub(super) fn compress(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.maybe_int("axis");
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let flat = [tensor.len()];
        let (shape, along) = match along {
            Some(along) => (tensor.shape(), axis(along, tensor.rank())?),
            None => (flat.as_slice(), 0),
        };
        // A condition that is longer than the axis is cut, as in ONNX Runtime.
        let len = shape.get(along).copied().unwrap_or(0);
        let wanted = inputs.slice::<bool>(1)?.iter().take(len).enumerate();
        let kept: Vec<usize> = wanted.filter(|(_, keep)| **keep).map(|(i, _)| i).collect();
        let mut out = shape.to_vec();
        if let Some(len) = out.get_mut(along) {
            *len = kept.len();
        }
        let out = pick(tensor, out, || {
            let Around { outer, len, inner } = Around::new(shape, along);
            let row = |o: usize| kept.iter().map(move |i| (o * len + i) * inner);
            Ok(Runs::blocks((0..outer).flat_map(row).collect(), inner))
        })?;
        Ok(vec![out.into()])
    }))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn slices_are_cut_to_the_axis() {
        for (len, start, end, by, found) in [
            (5, 1, 3, 1, (1, 2)),
            (5, -2, i64::MAX, 1, (3, 2)),
            (5, i64::MIN, i64::MAX, 2, (0, 3)),
            (5, 4, 1, 1, (4, 0)),
            (5, -1, i64::MIN, -1, (4, 5)),
            (5, i64::MAX, 0, -2, (4, 2)),
            (5, 1, -1, -1, (1, 0)),
            (5, 3, i64::MIN, i64::MIN, (3, 1)),
            (5, 3, i64::MAX, -1, (3, 4)),
            (5, 3, i64::from(i32::MAX), -1, (3, 4)),
            (5, 3, i64::from(i32::MAX) - 1, -1, (3, 0)),
            (5, 0, i64::MAX, i64::MAX, (0, 1)),
            (0, -1, i64::MIN, -1, (0, 0)),
            (0, 0, 5, 1, (0, 0)),
        ] {
            assert_eq!(range(len, start, end, by), Ok(found), "{len} {start} {end} {by}");
        }
        assert!(range(5, 0, 5, 0).is_err());
    }
}
