//! `Reshape`, `Flatten`, `Squeeze` and `Unsqueeze`: the same elements under
//! another shape. Nothing is copied where the input is not read again.

use tensor::Tensor;

use crate::fault::{Fault, bail};
use crate::kernels::axes::{axes, axis};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::{Inputs, Value};

/// The tensor at 0 under the shape that `shape` finds for it.
fn viewed(
    mut inputs: Inputs<'_>,
    shape: impl FnOnce(&Inputs<'_>, &Tensor) -> Result<Vec<usize>, Fault>,
) -> Result<Vec<Value>, Fault> {
    let shape = shape(&inputs, inputs.tensor(0)?)?;
    limits::elements(&shape)?;
    Ok(vec![inputs.take_tensor(0)?.reshape(shape)?.into()])
}

pub(super) fn reshape(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // Until opset 5 the shape is an attribute.
    let given = (spec.version < 5).then(|| spec.attributes.ints("shape").to_vec());
    let allow_zero = spec.version >= 14 && spec.attributes.flag("allowzero", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        viewed(inputs, |inputs, tensor| match &given {
            Some(wanted) => resolve(wanted, tensor, allow_zero),
            None => resolve(&inputs.integers(1)?, tensor, allow_zero),
        })
    }))
}

/// The shape that is meant: 0 stands for the input's length there, unless
/// zeros are allowed, and -1 for what remains. As in ONNX Runtime, -1 has no
/// meaning where the other lengths hold no element.
fn resolve(wanted: &[i64], tensor: &Tensor, allow_zero: bool) -> Result<Vec<usize>, Fault> {
    limits::rank(wanted.len())?;
    let mut inferred = None;
    let mut shape = Vec::with_capacity(wanted.len());
    for (i, &len) in wanted.iter().enumerate() {
        shape.push(match len {
            -1 if inferred.is_some() => bail!("the shape {wanted:?} has two lengths to infer"),
            -1 => {
                inferred = Some(i);
                1
            }
            0 if !allow_zero => match tensor.shape().get(i) {
                Some(&len) => len,
                None => bail!("the shape {wanted:?} copies an axis that is not there"),
            },
            _ => match usize::try_from(len) {
                Ok(len) => len,
                Err(_) => bail!("{len} is no length"),
            },
        });
    }
    if let Some(at) = inferred {
        let known = limits::elements(&shape)?;
        let rest = tensor.len().checked_div(known).filter(|rest| rest * known == tensor.len());
        let Some(rest) = rest else {
            bail!("{} elements do not fill the shape {wanted:?}", tensor.len());
        };
        if let Some(place) = shape.get_mut(at) {
            *place = rest;
        }
    }
    Ok(shape)
}

pub(super) fn flatten(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let at = spec.attributes.int("axis", 1);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        viewed(inputs, |_, tensor| {
            // An axis behind the last one is allowed: all of it is rows then.
            let rank = tensor.rank();
            let at = if usize::try_from(at) == Ok(rank) { rank } else { axis(at, rank)? };
            let (rows, columns) = tensor.shape().split_at_checked(at).unwrap_or_default();
            Ok(vec![limits::elements(rows)?, limits::elements(columns)?])
        })
    }))
}

/// Reads axes: an attribute before opset 13, then input 1.
fn given_axes(spec: &Spec<'_>) -> Option<Option<Vec<i64>>> {
    let attribute = spec.attributes.get("axes").map(|a| a.ints.clone());
    (spec.version < 13).then_some(attribute)
}

pub(super) fn squeeze(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let given = given_axes(spec);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        viewed(inputs, |inputs, tensor| {
            let wanted = match &given {
                Some(attribute) => attribute.clone().unwrap_or_default(),
                None if inputs.get(1).is_some() => inputs.integers(1)?,
                None => Vec::new(),
            };
            let shape = tensor.shape();
            // Without axes, or with none in the list, all of length 1 go. One
            // that is given twice goes once.
            if wanted.is_empty() {
                return Ok(shape.iter().copied().filter(|len| *len != 1).collect());
            }
            let mut gone = vec![false; shape.len()];
            for &wanted in &wanted {
                let at = axis(wanted, shape.len())?;
                if let Some(gone) = gone.get_mut(at) {
                    *gone = true;
                }
            }
            if shape.iter().zip(&gone).any(|(len, gone)| *gone && *len != 1) {
                bail!("an axis of {wanted:?} is longer than 1 in the shape {shape:?}");
            }
            let kept = shape.iter().zip(&gone).filter(|(_, gone)| !**gone);
            Ok(kept.map(|(len, _)| *len).collect())
        })
    }))
}

pub(super) fn unsqueeze(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let given = given_axes(spec);
    if let Some(None) = given {
        bail!("the attribute 'axes' is missing");
    }
    let given = given.flatten();
    Ok(Box::new(move |inputs: Inputs<'_>| {
        viewed(inputs, |inputs, tensor| {
            let wanted = match &given {
                Some(attribute) => attribute.clone(),
                None => inputs.integers(1)?,
            };
            let rank = tensor.rank() + wanted.len();
            limits::rank(rank)?;
            let new = axes(&wanted, rank)?;
            let mut old = tensor.shape().iter();
            let shape = (0..rank)
                .map(|i| if new.contains(&i) { 1 } else { old.next().copied().unwrap_or(1) });
            Ok(shape.collect())
        })
    }))
}
