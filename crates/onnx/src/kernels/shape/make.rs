//! `Shape`, `Size`, `ConstantOfShape`, `Range`, `Trilu`: tensors made from
//! shapes and numbers.

use std::ops::Range;

use half::f16;
use tensor::{Data, Element, Tensor};

use super::expand::lengths;
use crate::fault::{Fault, bail};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

pub(super) fn shape(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // Both of opset 15; out of range they are cut to the axes that there are.
    let (start, end) = if spec.version < 15 {
        (0, i64::MAX)
    } else {
        (spec.attributes.int("start", 0), spec.attributes.int("end", i64::MAX))
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let shape = inputs.tensor(0)?.shape();
        let rank = i64::try_from(shape.len()).unwrap_or(i64::MAX);
        let index = |at: i64| {
            let at = if at < 0 { at.saturating_add(rank) } else { at };
            usize::try_from(at.clamp(0, rank)).unwrap_or(0)
        };
        let part = shape.get(index(start)..index(end)).unwrap_or_default();
        Ok(vec![Tensor::vector(part.iter().map(|&len| integer(len)).collect::<Vec<_>>()).into()])
    }))
}

pub(super) fn size(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        Ok(vec![Tensor::scalar(integer(inputs.tensor(0)?.len())).into()])
    }))
}

fn integer(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

pub(super) fn constant_of_shape(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let value = match spec.attributes.tensor("value")? {
        None => vec![0f32].into(),
        Some(value) if value.len() == 1 => value.into_parts().1,
        Some(value) => bail!("'value' has the shape {:?}, not one element", value.shape()),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let shape = lengths(&inputs.integers(0)?)?;
        let len = limits::elements(&shape)?;
        limits::copies(&value, len)?;
        let data: Data = tensor::each!(&value, v => repeated(v, len).into());
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The first element over and over.
fn repeated<T: Element>(value: &[T], len: usize) -> Vec<T> {
    vec![value.first().cloned().unwrap_or_default(); len]
}

pub(super) fn range(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // Of opset 27, for halves: whether they are added up as floats.
    if spec.attributes.int("stash_type", 1) != 1 {
        bail!("'stash_type' is not 1, float");
    }
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let data: Data = match inputs.tensor(0)?.data() {
            Data::F32(_) => {
                let [start, limit, delta] = three::<f32>(&inputs)?;
                let count = count(f64::from(start), f64::from(limit), f64::from(delta))?;
                counted(start, count, |x| x + delta).into()
            }
            Data::F64(_) => {
                let [start, limit, delta] = three::<f64>(&inputs)?;
                counted(start, count(start, limit, delta)?, |x| x + delta).into()
            }
            Data::F16(_) => {
                let [start, limit, delta] = three::<f16>(&inputs)?.map(f16::to_f32);
                let count = count(f64::from(start), f64::from(limit), f64::from(delta))?;
                let sums = counted(start, count, |x| x + delta);
                sums.into_iter().map(f16::from_f32).collect::<Vec<_>>().into()
            }
            Data::I16(_) => {
                let [start, limit, delta] = three::<i16>(&inputs)?;
                let count = whole_count(start.into(), limit.into(), delta.into())?;
                counted(start, count, |x| x.wrapping_add(delta)).into()
            }
            Data::I32(_) => {
                let [start, limit, delta] = three::<i32>(&inputs)?;
                let count = whole_count(start.into(), limit.into(), delta.into())?;
                counted(start, count, |x| x.wrapping_add(delta)).into()
            }
            Data::I64(_) => {
                let [start, limit, delta] = three::<i64>(&inputs)?;
                let count = whole_count(start.into(), limit.into(), delta.into())?;
                counted(start, count, |x| x.wrapping_add(delta)).into()
            }
            other => bail!("a range of {}", other.dtype()),
        };
        Ok(vec![Tensor::vector(data).into()])
    }))
}

fn three<T: Element + Copy>(inputs: &Inputs<'_>) -> Result<[T; 3], Fault> {
    let one = |i| match inputs.slice::<T>(i)? {
        [value] => Ok(*value),
        _ => bail!("input {i} is not one number"),
    };
    Ok([one(0)?, one(1)?, one(2)?])
}

/// How many numbers there are, found in doubles, as in ONNX Runtime.
fn count(start: f64, limit: f64, delta: f64) -> Result<usize, Fault> {
    let count = ((limit - start) / delta).ceil();
    if delta == 0.0 || !count.is_finite() {
        bail!("a range from {start} to {limit} in steps of {delta} has no end");
    }
    // A cast cuts to what an integer can hold.
    limits::elements(&[count as usize])
}

/// The same of whole numbers.
fn whole_count(start: i128, limit: i128, delta: i128) -> Result<usize, Fault> {
    let (span, step) = if delta < 0 { (start - limit, -delta) } else { (limit - start, delta) };
    match step {
        0 => bail!("a range has steps of 0"),
        _ if span <= 0 => Ok(0),
        _ => limits::elements(&[usize::try_from((span - 1) / step + 1).unwrap_or(usize::MAX)]),
    }
}

/// Each number is the one before plus the step, rounding included: ONNX
/// Runtime adds up, where the specification multiplies.
fn counted<T: Copy>(start: T, count: usize, next: impl Fn(T) -> T) -> Vec<T> {
    std::iter::successors(Some(start), |&x| Some(next(x))).take(count).collect()
}

pub(super) fn trilu(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let upper = spec.attributes.flag("upper", true);
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let k = match inputs.optional_tensor(1)? {
            None => 0,
            Some(_) => match inputs.integers(1)?.as_slice() {
                [k] => *k,
                other => bail!("the diagonal is {} numbers", other.len()),
            },
        };
        let tensor = inputs.take_tensor(0)?;
        let (shape, mut data) = tensor.into_parts();
        let [.., rows, columns] = shape.as_slice() else {
            bail!("a tensor of shape {shape:?} has no triangles");
        };
        if !data.is_empty() {
            let cleared: Vec<Range<usize>> = (0..*rows)
                .map(|row| {
                    // The first column right of the diagonal, or on it.
                    let on = integer(row).saturating_add(k).saturating_add(i64::from(!upper));
                    let on = usize::try_from(on.max(0)).unwrap_or(usize::MAX).min(*columns);
                    if upper { 0..on } else { on..*columns }
                })
                .collect();
            tensor::each!(&mut data, v => clear(v, *columns, &cleared));
        }
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// Makes zeros in each row, over and over.
fn clear<T: Element>(values: &mut [T], columns: usize, cleared: &[Range<usize>]) {
    for (row, range) in values.chunks_exact_mut(columns.max(1)).zip(cleared.iter().cycle()) {
        row.get_mut(range.clone()).unwrap_or_default().fill(T::default());
    }
}
