//! Sequences and optionals: to make them, change them, and take from them.

use std::borrow::Cow;

use tensor::{Data, Element, Tensor};

use super::axes::{Around, axis};
use super::{Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::{Inputs, Value};

/// The most values a sequence may have: each takes memory, even an empty one.
const MAX_LENGTH: usize = 1 << 22;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "SequenceAt" => at,
        "SequenceConstruct" => construct,
        "SequenceEmpty" => empty,
        "SequenceErase" => erase,
        "SequenceInsert" => insert,
        "SequenceLength" => length,
        "SequenceMap" => map,
        "SplitToSequence" => split,
        "ConcatFromSequence" => concat,
        "Optional" => optional,
        "OptionalGetElement" => get_element,
        "OptionalHasElement" => has_element,
        _ => return None,
    })
}

fn at(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|mut inputs: Inputs<'_>| {
        let index = position(&inputs, 1, sequence(inputs.value(0)?)?.len())?;
        let value = match inputs.take_cow(0)? {
            Cow::Owned(Value::Sequence(mut values)) if index < values.len() => {
                values.swap_remove(index)
            }
            values => sequence(&values)?.get(index).cloned().ok_or_else(out_of_it)?,
        };
        Ok(vec![value])
    }))
}

fn construct(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let count = spec.constants.len();
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let values = (0..count).map(|i| inputs.take(i)).collect::<Result<_, _>>()?;
        Ok(vec![Value::Sequence(values)])
    }))
}

fn empty(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|_: Inputs<'_>| Ok(vec![Value::Sequence(Vec::new())])))
}

fn erase(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|mut inputs: Inputs<'_>| {
        let len = sequence(inputs.value(0)?)?.len();
        let index = match inputs.get(1) {
            Some(_) => position(&inputs, 1, len)?,
            None => len.checked_sub(1).ok_or_else(out_of_it)?,
        };
        let mut values = owned_sequence(&mut inputs)?;
        if index < values.len() {
            values.remove(index);
        }
        Ok(vec![Value::Sequence(values)])
    }))
}

fn insert(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|mut inputs: Inputs<'_>| {
        let len = sequence(inputs.value(0)?)?.len();
        if len >= MAX_LENGTH {
            bail!("the sequence is too long: {len} values");
        }
        let tensor = inputs.tensor(1)?;
        if let Some(Value::Tensor(first)) = sequence(inputs.value(0)?)?.first()
            && first.dtype() != tensor.dtype()
        {
            bail!("a tensor of {} does not go among tensors of {}", tensor.dtype(), first.dtype());
        }
        let index = match inputs.get(2) {
            // -1 is before the last; the end itself only has a positive name.
            Some(_) => match scalar(&inputs, 2)? {
                index if usize::try_from(index) == Ok(len) => len,
                _ => position(&inputs, 2, len)?,
            },
            None => len,
        };
        let value = inputs.take(1)?;
        let mut values = owned_sequence(&mut inputs)?;
        if index <= values.len() {
            values.insert(index, value);
        }
        Ok(vec![Value::Sequence(values)])
    }))
}

fn length(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|inputs: Inputs<'_>| {
        let len = sequence(inputs.value(0)?)?.len();
        Ok(vec![Tensor::scalar(i64::try_from(len).unwrap_or(i64::MAX)).into()])
    }))
}

/// `SequenceMap`: a graph for each value of the sequences; what is no sequence
/// is the same for all.
fn map(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let body = spec.body("body")?;
    let own = spec.constants.len().saturating_sub(body.captures.len());
    if body.inputs.len() != own || body.outputs.len() < spec.outputs || own == 0 {
        bail!(
            "the body takes {} inputs and gives {} outputs, the node has {own} and {}",
            body.inputs.len(),
            body.outputs.len(),
            spec.outputs
        );
    }
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let given = (0..own).map(|i| inputs.value(i)).collect::<Result<Vec<_>, _>>()?;
        let len = given.first().map_or(Ok(0), |first| sequence(first).map(<[_]>::len))?;
        let mut results: Vec<Vec<Value>> = body.outputs.iter().map(|_| Vec::new()).collect();
        for i in 0..len {
            let mut values = Vec::with_capacity(own);
            for given in &given {
                values.push(Cow::Borrowed(match given {
                    Value::Sequence(values) => values.get(i).ok_or_else(|| {
                        Fault::new(format!(
                            "the sequences are of different lengths, {len} and {}",
                            values.len()
                        ))
                    })?,
                    other => *other,
                }));
            }
            let outputs = body.iterate(values.into_iter(), &inputs)?;
            for (all, value) in results.iter_mut().zip(outputs) {
                all.push(value);
            }
        }
        Ok(results.into_iter().map(Value::Sequence).collect())
    }))
}

/// `SplitToSequence`. `keepdims` counts only where no lengths are given, as the
/// specification has it.
fn split(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.int("axis", 0);
    let keeps_axis = spec.attributes.flag("keepdims", true);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let tensor = inputs.tensor(0)?;
        let axis = axis(along, tensor.rank())?;
        let around = Around::new(tensor.shape(), axis);
        let lengths = match inputs.optional_tensor(1)? {
            // No lengths at all are as if there was no input, as in ONNX Runtime.
            None => chunks(around.len, 1)?,
            Some(split) if split.is_empty() => chunks(around.len, 1)?,
            Some(split) if split.rank() == 0 => {
                chunks(around.len, usize::try_from(scalar(&inputs, 1)?).unwrap_or(0))?
            }
            Some(_) => {
                let lengths = inputs.integers(1)?;
                let lengths: Option<Vec<_>> =
                    lengths.iter().map(|&len| usize::try_from(len).ok()).collect();
                let lengths = lengths.ok_or_else(|| Fault::new("a length is negative"))?;
                let sum = lengths.iter().fold(0usize, |sum, &len| sum.saturating_add(len));
                if sum != around.len {
                    bail!("the lengths add up to {sum}, but the axis has {}", around.len);
                }
                lengths
            }
        };
        if lengths.len() > MAX_LENGTH {
            bail!("the sequence is too long: {} values", lengths.len());
        }
        let mut values = Vec::with_capacity(lengths.len());
        let mut start = 0;
        for len in lengths {
            let mut shape = tensor.shape().to_vec();
            if keeps_axis || inputs.get(1).is_some() {
                for axis in shape.iter_mut().skip(axis).take(1) {
                    *axis = len;
                }
            } else {
                shape.remove(axis);
            }
            let data: Data = tensor::each!(tensor.data(), v => part(v, around, start, len).into());
            values.push(Tensor::new(shape, data)?.into());
            start += len;
        }
        Ok(vec![Value::Sequence(values)])
    }))
}

/// The lengths of equal parts; the last may be shorter.
fn chunks(len: usize, size: usize) -> Result<Vec<usize>, Fault> {
    if size == 0 {
        bail!("parts have to have a length");
    }
    let count = len.div_ceil(size);
    if count > MAX_LENGTH {
        bail!("the sequence is too long: {count} values");
    }
    Ok((0..count).map(|i| size.min(len - i * size)).collect())
}

/// The elements from `start` on along an axis.
fn part<T: Element>(v: &[T], around: Around, start: usize, len: usize) -> Vec<T> {
    let (start, len) = (start * around.inner, len * around.inner);
    let mut part = Vec::with_capacity(len * around.outer);
    for block in v.chunks_exact((around.len * around.inner).max(1)) {
        part.extend_from_slice(block.get(start..start + len).unwrap_or_default());
    }
    part
}

/// `ConcatFromSequence`: along an axis, or, with `new_axis`, along one that is
/// added.
fn concat(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let Some(along) = spec.attributes.maybe_int("axis") else {
        bail!("the attribute 'axis' is missing");
    };
    let is_new = spec.attributes.flag("new_axis", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let mut tensors = Vec::new();
        for value in sequence(inputs.value(0)?)? {
            match value {
                Value::Tensor(tensor) => tensors.push(tensor),
                other => bail!("{} can't be concatenated", other.describe()),
            }
        }
        let Some(first) = tensors.first().copied() else {
            bail!("there is nothing to concatenate");
        };
        let rank = first.rank() + usize::from(is_new);
        let axis = axis(along, rank)?;
        let shape_of = |tensor: &Tensor| {
            let mut shape = tensor.shape().to_vec();
            if is_new {
                shape.insert(axis.min(shape.len()), 1);
            }
            shape
        };
        // Empty tensors need not fit, as in ONNX Runtime, where they add
        // nothing.
        let empty =
            |tensor: &Tensor, shape: &[usize]| tensor.is_empty() && shape.get(axis) == Some(&0);
        let shapes: Vec<_> = tensors.iter().map(|tensor| shape_of(tensor)).collect();
        let fitting = || tensors.iter().zip(&shapes).filter(|(t, s)| !empty(t, s));
        let mut shape = fitting().next().map_or_else(|| shape_of(first), |(_, s)| s.clone());
        let (mut sum, before) = (0usize, shape.clone());
        for (tensor, this) in fitting() {
            let mut fits = this.len() == rank && tensor.dtype() == first.dtype();
            for (i, (this, all)) in this.iter().zip(&before).enumerate() {
                fits &= i == axis || this == all;
            }
            if !fits {
                bail!(
                    "tensors of {} {:?} and {} {:?} can't be concatenated",
                    first.dtype(),
                    first.shape(),
                    tensor.dtype(),
                    tensor.shape()
                );
            }
            sum = sum.saturating_add(this.get(axis).copied().unwrap_or(0));
        }
        if shapes.iter().any(|shape| shape.len() != rank) {
            bail!("the tensors have different numbers of dimensions");
        }
        for len in shape.iter_mut().skip(axis).take(1) {
            *len = sum;
        }
        let len = limits::elements(&shape)?;
        let around = Around::new(&shape, axis);
        let parts: Vec<(&Tensor, usize)> = fitting()
            .map(|(tensor, shape)| {
                (*tensor, shape.get(axis).copied().unwrap_or(0).saturating_mul(around.inner))
            })
            .collect();
        let data = tensor::each!(first.data(), v => joined(v, &parts, around.outer, len));
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The parts' blocks one after the other, `outer` times; `_like` says of which
/// type they are.
fn joined<T: Element>(_like: &[T], parts: &[(&Tensor, usize)], outer: usize, len: usize) -> Data
where
    Data: From<Vec<T>>,
{
    let mut all = Vec::with_capacity(len);
    if len > 0 {
        let mut blocks: Vec<_> = parts
            .iter()
            .filter_map(|(part, block)| Some(part.as_slice::<T>()?.chunks_exact((*block).max(1))))
            .collect();
        for _ in 0..outer {
            for block in &mut blocks {
                all.extend_from_slice(block.next().unwrap_or_default());
            }
        }
    }
    all.into()
}

/// `Optional`: what it holds, or nothing.
fn optional(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    if spec.constants.is_empty() && !spec.attributes.has("type") {
        bail!("neither a value nor the attribute 'type' is given");
    }
    Ok(Box::new(|mut inputs: Inputs<'_>| {
        Ok(vec![if inputs.get(0).is_some() { inputs.take(0)? } else { Value::None }])
    }))
}

/// `OptionalGetElement`. Since version 18 it takes, too, what is no optional.
fn get_element(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|mut inputs: Inputs<'_>| match inputs.take(0)? {
        Value::None => bail!("the optional holds nothing"),
        value => Ok(vec![value]),
    }))
}

/// `OptionalHasElement`. Since version 18 the input may be left out.
fn has_element(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(|inputs: Inputs<'_>| {
        let has = inputs.get(0).is_some_and(|value| *value != Value::None);
        Ok(vec![Tensor::scalar(has).into()])
    }))
}

fn sequence(value: &Value) -> Result<&[Value], Fault> {
    match value {
        Value::Sequence(values) => Ok(values),
        other => bail!("{} is no sequence of tensors", other.describe()),
    }
}

/// The sequence that is the first input, taken out.
fn owned_sequence(inputs: &mut Inputs<'_>) -> Result<Vec<Value>, Fault> {
    match inputs.take(0)? {
        Value::Sequence(values) => Ok(values),
        other => bail!("{} is no sequence of tensors", other.describe()),
    }
}

/// The one integer of the input at `i`.
fn scalar(inputs: &Inputs<'_>, i: usize) -> Result<i64, Fault> {
    match inputs.integers(i)?.as_slice() {
        [only] => Ok(*only),
        other => bail!("input {i} has {} elements, where one is wanted", other.len()),
    }
}

/// A position among `len` values; negative ones count from the end.
fn position(inputs: &Inputs<'_>, i: usize, len: usize) -> Result<usize, Fault> {
    let index = scalar(inputs, i)?;
    let from_start =
        if index < 0 { index.saturating_add(len.try_into().unwrap_or(i64::MAX)) } else { index };
    match usize::try_from(from_start) {
        Ok(at) if at < len => Ok(at),
        _ => bail!("position {index} is out of a sequence of {len} values"),
    }
}

fn out_of_it() -> Fault {
    Fault::new("the sequence is empty")
}
