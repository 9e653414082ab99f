//! `MatMulInteger` and `QLinearMatMul`: products of 8-bit integers.

use tensor::{Data, Tensor};

use super::super::axes::{self, Walk};
use super::super::{Kernel, Spec};
use super::{Plan, widened};
use crate::fault::{Fault, bail};
use crate::value::Inputs;

pub(super) fn mat_mul(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (plan, out) = product(&inputs, (0, 2), (1, 3))?;
        Ok(vec![Tensor::new(plan.shape, out)?.into()])
    }))
}

pub(super) fn quantized(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (plan, out) = product(&inputs, (0, 2), (3, 5))?;
        let scale = |i: usize, by_row: bool| spread(&inputs, i, &plan.shape, by_row, floats);
        let (a_scale, b_scale) = (scale(1, true)?, scale(4, false)?);
        let y_scale = one(&floats(inputs.tensor(6)?)?)?;
        let zero_point = inputs.tensor(7)?;
        let zero = one(&widened(zero_point)?)?;
        let factor = |i: usize| a_scale.get(i) * b_scale.get(i) / y_scale;
        // Halves go to the even neighbour.
        let round = |(i, x): (usize, i32)| (x as f32 * factor(i)).round_ties_even() as i64 + zero;
        let values = out.into_iter().enumerate().map(round);
        let data: Data = match zero_point.data() {
            Data::U8(_) => values.map(|x| x.clamp(0, 255) as u8).collect::<Vec<_>>().into(),
            Data::I8(_) => values.map(|x| x.clamp(-128, 127) as i8).collect::<Vec<_>>().into(),
            other => bail!("8-bit integers are wanted, not {}", other.dtype()),
        };
        Ok(vec![Tensor::new(plan.shape, data)?.into()])
    }))
}

/// The product of two inputs, given by where they and their zero points are.
fn product(
    inputs: &Inputs<'_>,
    (a, a_zero): (usize, usize),
    (b, b_zero): (usize, usize),
) -> Result<(Plan, Vec<i32>), Fault> {
    let plan = Plan::new(inputs.tensor(a)?.shape(), inputs.tensor(b)?.shape(), false, false)?;
    let a = centred(inputs, a, a_zero, true)?;
    let b = centred(inputs, b, b_zero, false)?;
    let out = plan.run(&a, &b)?;
    Ok((plan, out))
}

/// The integers of an input less their zero point.
fn centred(inputs: &Inputs<'_>, x: usize, zero: usize, by_row: bool) -> Result<Vec<i32>, Fault> {
    let tensor = inputs.tensor(x)?;
    let values: Vec<i32> = match tensor.data() {
        Data::U8(v) => v.iter().map(|&x| i32::from(x)).collect(),
        Data::I8(v) => v.iter().map(|&x| i32::from(x)).collect(),
        other => bail!("8-bit integers are wanted, not {}", other.dtype()),
    };
    if inputs.get(zero).is_none() {
        return Ok(values);
    }
    let zeros = spread(inputs, zero, tensor.shape(), by_row, |t| Ok(widened(t)?.into_owned()))?;
    Ok(values.into_iter().enumerate().map(|(i, x)| x.wrapping_sub(zeros.get(i) as i32)).collect())
}

/// One number for all of a tensor's elements, or one for each.
enum Spread<T> {
    Same(T),
    Each(Vec<T>),
}

impl<T: Copy + Default> Spread<T> {
    fn get(&self, i: usize) -> T {
        match self {
            Self::Same(x) => *x,
            Self::Each(v) => v.get(i).copied().unwrap_or_default(),
        }
    }
}

/// An input that has one number, one for each row (on the left), or one for
/// each column (on the right), as a vector or with all axes written out.
fn spread<T: Copy + Default>(
    inputs: &Inputs<'_>,
    i: usize,
    to: &[usize],
    by_row: bool,
    read: impl Fn(&Tensor) -> Result<Vec<T>, Fault>,
) -> Result<Spread<T>, Fault> {
    let tensor = inputs.tensor(i)?;
    let values = read(tensor)?;
    if let [only] = values.as_slice() {
        return Ok(Spread::Same(*only));
    }
    let mut shape = tensor.shape().to_vec();
    if by_row && shape.len() == 1 {
        shape.push(1);
    }
    if axes::broadcast(&[&shape, to])? != to {
        bail!("input {i} of shape {:?} doesn't fit {to:?}", tensor.shape());
    }
    let all = Walk::broadcast(&shape, to).filter_map(|at| values.get(at)).copied();
    Ok(Spread::Each(all.collect()))
}

fn floats(tensor: &Tensor) -> Result<Vec<f32>, Fault> {
    match tensor.data() {
        Data::F32(v) => Ok(v.clone()),
        Data::F16(v) => Ok(v.iter().map(|x| x.to_f32()).collect()),
        other => bail!("a scale is of floats, not {}", other.dtype()),
    }
}

fn one<T: Copy>(values: &[T]) -> Result<T, Fault> {
    match values {
        [only] => Ok(*only),
        other => bail!("the output has one scale and zero point, not {}", other.len()),
    }
}
