//! `Expand` and `Tile`: elements repeated.

use tensor::Tensor;

use super::runs::{Runs, pick, steps};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{axis, broadcast, broadcast_strides};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

/// Lengths of axes.
pub(super) fn lengths(given: &[i64]) -> Result<Vec<usize>, Fault> {
    match given.iter().map(|&len| usize::try_from(len)).collect() {
        Ok(lens) => Ok(lens),
        Err(_) => bail!("{given:?} has a negative length"),
    }
}

pub(super) fn expand(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let wanted = lengths(&inputs.integers(1)?)?;
        let tensor = inputs.tensor(0)?;
        // Both ways: where the wanted length is 1, the tensor's own stays.
        let shape = broadcast(&[tensor.shape(), &wanted])?;
        limits::elements(&shape)?;
        let out = if shape == tensor.shape() {
            inputs.take_tensor(0)?
        } else if tensor.len() == limits::elements(&shape)? {
            inputs.take_tensor(0)?.reshape(shape)?
        } else {
            pick(tensor, shape.clone(), || {
                Ok(Runs::strided(&shape, &broadcast_strides(tensor.shape(), &shape), 0))
            })?
        };
        Ok(vec![out.into()])
    }))
}

pub(super) fn tile(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // In opset 1 the input is repeated along one axis; both the number and the
    // axis are scalars of the input's own type.
    let along_one = spec.version < 6;
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let rank = inputs.tensor(0)?.rank();
        let repeats = if along_one {
            let mut repeats = vec![1; rank];
            let along = axis(only(inputs.tensor(2)?)?, rank)?;
            if let Some(place) = repeats.get_mut(along) {
                *place = only(inputs.tensor(1)?)?;
            }
            lengths(&repeats)?
        } else {
            lengths(&inputs.integers(1)?)?
        };
        if repeats.len() != rank {
            bail!("{} repeats for {rank} dimensions", repeats.len());
        }
        if repeats.iter().all(|n| *n == 1) {
            return Ok(vec![inputs.take_tensor(0)?.into()]);
        }
        let tensor = inputs.tensor(0)?;
        let pairs = tensor.shape().iter().zip(&repeats);
        let shape: Vec<usize> = pairs.clone().map(|(len, n)| len.saturating_mul(*n)).collect();
        let out = pick(tensor, shape, || {
            // Each axis seen as two, of which the outer one stands still.
            let view: Vec<usize> = pairs.flat_map(|(len, n)| [*n, *len]).collect();
            let steps: Vec<isize> =
                steps(tensor.shape()).into_iter().flat_map(|step| [0, step]).collect();
            Ok(Runs::strided(&view, &steps, 0))
        })?;
        Ok(vec![out.into()])
    }))
}

/// The one number that a tensor holds, as an integer.
pub(super) fn only(tensor: &Tensor) -> Result<i64, Fault> {
    match integers(tensor)?.as_slice() {
        [only] => Ok(*only),
        _ => bail!("a tensor of shape {:?}, where one number is wanted", tensor.shape()),
    }
}

/// Numbers of any type as integers, cut at the point. What is none is the
/// least of all, as the conversion of processors has it.
pub(super) fn integers(tensor: &Tensor) -> Result<Vec<i64>, Fault> {
    use tensor::Data;
    let real = |x: f64| if x.is_nan() { i64::MIN } else { x as i64 };
    Ok(match tensor.data() {
        Data::Bool(_) | Data::Str(_) => bail!("{} where numbers are wanted", tensor.dtype()),
        Data::U8(v) => v.iter().map(|&x| i64::from(x)).collect(),
        Data::U16(v) => v.iter().map(|&x| i64::from(x)).collect(),
        Data::U32(v) => v.iter().map(|&x| i64::from(x)).collect(),
        Data::U64(v) => v.iter().map(|&x| i64::try_from(x).unwrap_or(i64::MAX)).collect(),
        Data::I8(v) => v.iter().map(|&x| i64::from(x)).collect(),
        Data::I16(v) => v.iter().map(|&x| i64::from(x)).collect(),
        Data::I32(v) => v.iter().map(|&x| i64::from(x)).collect(),
        Data::I64(v) => v.clone(),
        Data::F16(v) => v.iter().map(|&x| real(x.to_f64())).collect(),
        Data::F32(v) => v.iter().map(|&x| real(f64::from(x))).collect(),
        Data::F64(v) => v.iter().map(|&x| real(x)).collect(),
    })
}
