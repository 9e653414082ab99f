//! `Pad` and `CenterCropPad`: axes lengthened and shortened at both ends.

use half::f16;
use tensor::{DType, Data, Tensor};

use super::expand::lengths;
use super::runs::{NOWHERE, Run, Runs, pick_or};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{axes, axis};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::tensors::strides;
use crate::value::{Inputs, Value};

/// What stands beyond the ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Constant,
    Reflect,
    Edge,
    Wrap,
}

impl Mode {
    fn parse(name: Option<&str>) -> Result<Self, Fault> {
        Ok(match name.unwrap_or("constant") {
            "constant" => Self::Constant,
            "reflect" => Self::Reflect,
            "edge" => Self::Edge,
            // Of opset 19; ONNX Runtime takes it in older ones too.
            "wrap" => Self::Wrap,
            other => bail!("'{other}' is no mode of padding"),
        })
    }
}

/// How many elements are added before and after an axis; negative ones are
/// taken away.
type Ends = (i64, i64);

pub(super) fn pad(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let mode = Mode::parse(spec.attributes.str("mode")?)?;
    // Attributes until opset 11, the first under another name.
    let given = match spec.version {
        ..=1 => Some(spec.attributes.ints("paddings").to_vec()),
        2..=10 => Some(spec.attributes.ints("pads").to_vec()),
        _ => None,
    };
    let value = spec.attributes.float("value", 0.0);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let Some(given) = &given else {
            let along = inputs.get(3).map(|_| inputs.integers(3)).transpose()?;
            let ends = both(&inputs.integers(1)?, along.as_deref(), tensor.rank())?;
            let fill = inputs.optional_tensor(2)?;
            if let Some(fill) = fill
                && (fill.len() != 1 || fill.dtype() != tensor.dtype())
            {
                bail!("the value to pad with is not one of {}", tensor.dtype());
            }
            return padded(tensor, &ends, mode, fill.map(Tensor::data));
        };
        let fill: Data = match tensor.dtype() {
            DType::F16 => vec![f16::from_f32(value)].into(),
            DType::F32 => vec![value].into(),
            DType::F64 => vec![f64::from(value)].into(),
            other => bail!("this version pads floats, not {other}"),
        };
        padded(tensor, &both(given, None, tensor.rank())?, mode, Some(&fill))
    }))
}

/// The ends of each axis from the list of all starts and then all ends. Of an
/// axis that is given twice the last counts.
fn both(pads: &[i64], along: Option<&[i64]>, rank: usize) -> Result<Vec<Ends>, Fault> {
    let count = along.map_or(rank, <[i64]>::len);
    let (before, after) = match pads.split_at_checked(count) {
        Some((before, after)) if after.len() == count => (before, after),
        _ => bail!("{} pads for both ends of {count} axes", pads.len()),
    };
    let mut ends = vec![(0, 0); rank];
    for (i, pair) in before.iter().copied().zip(after.iter().copied()).enumerate() {
        let at = match along.and_then(|along| along.get(i)) {
            Some(&given) => axis(given, rank)?,
            None => i,
        };
        if let Some(place) = ends.get_mut(at) {
            *place = pair;
        }
    }
    Ok(ends)
}

fn padded(
    tensor: &Tensor,
    ends: &[Ends],
    mode: Mode,
    fill: Option<&Data>,
) -> Result<Vec<Value>, Fault> {
    let mut shape = Vec::with_capacity(ends.len());
    for (&len, &(before, after)) in tensor.shape().iter().zip(ends) {
        let sum = i128::try_from(len).unwrap_or(i128::MAX / 2)
            + i128::from(before)
            + i128::from(after);
        match usize::try_from(sum) {
            Ok(len) => shape.push(len),
            Err(_) => bail!("pads of {before} and {after} for a length of {len}"),
        }
    }
    let out = pick_or(tensor, shape.clone(), fill, || {
        // The last axis that changes is the pattern: what lies within it stays
        // together, what lies without are the starts.
        let within = ends.iter().rposition(|ends| *ends != (0, 0)).map_or(0, |last| last + 1);
        let strides = strides(tensor.shape());
        let mut starts = vec![0usize];
        let mut pattern = vec![Run { at: 0, len: tensor.len(), step: 1 }];
        let axes = tensor.shape().iter().zip(&strides).zip(ends).zip(&shape).take(within);
        for (i, (((&len, &stride), &ends), &out)) in axes.enumerate() {
            let sources = sources(len, out, ends, mode)?;
            if i + 1 == within {
                pattern = merged(&sources, stride);
            } else {
                let offset = |at: &usize| at.saturating_mul(stride);
                starts = starts
                    .iter()
                    .flat_map(|start| sources.iter().map(|at| start.saturating_add(offset(at))))
                    .collect();
            }
        }
        Ok(Runs { starts, pattern })
    })?;
    Ok(vec![out.into()])
}

/// Where each of `out` positions of a padded axis comes from. Of what negative
/// pads take away nothing is repeated.
fn sources(len: usize, out: usize, (before, after): Ends, mode: Mode) -> Result<Vec<usize>, Fault> {
    let cut = |end: i64| usize::try_from(end.min(0).unsigned_abs()).unwrap_or(usize::MAX);
    let kept = len.saturating_sub(cut(before)).saturating_sub(cut(after));
    let first = before.saturating_neg();
    let (before, after) = (before.max(0), after.max(0));
    if mode == Mode::Constant {
        let len = i64::try_from(len).unwrap_or(i64::MAX);
        let at = |at: i64| if (0..len).contains(&at) { usize::try_from(at).ok() } else { None };
        let offsets = (0..out).map(|i| first.saturating_add(i64::try_from(i).unwrap_or(i64::MAX)));
        return Ok(offsets.map(|offset| at(offset).unwrap_or(NOWHERE)).collect());
    }
    if kept == 0 {
        bail!("an axis without elements can't be padded with its own");
    }
    let kept = i64::try_from(kept).unwrap_or(i64::MAX);
    if mode == Mode::Reflect && before.max(after) >= kept {
        // ONNX Runtime reflects once; a longer pad is an error.
        bail!("pads of {before} and {after} reflect more than a length of {kept} has");
    }
    let position = |at: i64| match mode {
        Mode::Edge => at.clamp(0, kept - 1),
        Mode::Wrap => at.rem_euclid(kept),
        Mode::Constant | Mode::Reflect if at < 0 => -at,
        Mode::Constant | Mode::Reflect if at >= kept => 2 * (kept - 1) - at,
        Mode::Constant | Mode::Reflect => at,
    };
    let skipped = first.max(0);
    let source = |at: i64| usize::try_from(position(at) + skipped).unwrap_or(NOWHERE);
    Ok((-before..).take(out).map(source).collect())
}

/// Positions along an axis as runs of elements: neighbours are copied as one.
fn merged(sources: &[usize], stride: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for source in sources {
        let at = source.saturating_mul(stride);
        match runs.last_mut() {
            Some(run) if run.at == NOWHERE && at == NOWHERE || run.at.checked_add(run.len) == Some(at) => {
                run.len += stride;
            }
            _ => runs.push(Run { at, len: stride, step: 1 }),
        }
    }
    runs
}

/// Cuts or pads with zeros, as much at the end as at the start; what is odd is
/// cut or padded at the end.
pub(super) fn center_crop_pad(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.get("axes").map(|a| a.ints.clone());
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let rank = tensor.rank();
        let along = match &along {
            Some(along) => axes(along, rank)?,
            None => (0..rank).collect(),
        };
        let wanted = lengths(&inputs.integers(1)?)?;
        if wanted.len() != along.len() {
            bail!("{} lengths for {} axes", wanted.len(), along.len());
        }
        limits::elements(&wanted)?;
        let mut ends: Vec<Ends> = vec![(0, 0); rank];
        for (at, wanted) in along.into_iter().zip(wanted) {
            let len = tensor.shape().get(at).copied().unwrap_or(0);
            let difference = i64::try_from(wanted.abs_diff(len)).unwrap_or(i64::MAX);
            let (before, after) = (difference / 2, difference - difference / 2);
            if let Some(ends) = ends.get_mut(at) {
                *ends = if wanted < len { (-before, -after) } else { (before, after) };
            }
        }
        padded(tensor, &ends, Mode::Constant, None)
    }))
}
