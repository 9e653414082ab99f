//! `Softmax`, `LogSoftmax` and `Hardmax`.

use tensor::Tensor;

use super::fold;
use super::number::{Real, by_float};
use crate::fault::Fault;
use crate::kernels::axes::{self, Around};
use crate::kernels::{Kernel, Spec};
use crate::value::{Inputs, Value};

#[derive(Debug, Clone, Copy)]
pub(super) enum Curve {
    Soft,
    Log,
    Hard,
}

pub(super) fn softmax(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let curve = match spec.op {
        "LogSoftmax" => Curve::Log,
        "Hardmax" => Curve::Hard,
        _ => Curve::Soft,
    };
    // Before opset 13 all axes from the given one on are one axis.
    let flatten = spec.version < 13;
    let axis = spec.attributes.int("axis", if flatten { 1 } else { -1 });
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        by_float!(inputs, run(&mut inputs, curve, axis, flatten))
    }))
}

fn run<T: Real>(
    inputs: &mut Inputs<'_>,
    curve: Curve,
    axis: i64,
    flatten: bool,
) -> Result<Vec<Value>, Fault> {
    let x = inputs.take_tensor(0)?;
    let dtype = x.dtype();
    let (shape, data) = x.into_parts();
    let mut at = Around::new(&shape, axes::axis(axis, shape.len())?);
    if flatten {
        at = Around { outer: at.outer, len: at.len.saturating_mul(at.inner), inner: 1 };
    }
    let mut values = T::own(data).unwrap_or_default();
    apply(&mut values, at, curve);
    Ok(vec![Tensor::new(shape, T::write(values, dtype))?.into()])
}

/// Puts each line along the axis through the curve.
pub(super) fn apply<T: Real>(x: &mut [T], at: Around, curve: Curve) {
    let line: fn(&mut [T]) = match curve {
        Curve::Soft => soft,
        Curve::Log => log,
        Curve::Hard => hard,
    };
    if at.inner == 1 {
        x.chunks_exact_mut(at.len.max(1)).for_each(line);
        return;
    }
    // A few columns at a time, each as a line of its own.
    let mut lines: Vec<T> = Vec::new();
    for block in x.chunks_exact_mut(at.len.saturating_mul(at.inner).max(1)) {
        for i in 0..at.inner {
            lines.clear();
            lines.extend(block.iter().skip(i).step_by(at.inner));
            line(&mut lines);
            for (x, &y) in block.iter_mut().skip(i).step_by(at.inner).zip(&lines) {
                *x = y;
            }
        }
    }
}

fn soft<T: Real>(line: &mut [T]) {
    let greatest = fold::max(line).unwrap_or(T::ZERO);
    for x in line.iter_mut() {
        *x = (*x - greatest).exp();
    }
    let sum = fold::sum(line);
    for x in line {
        *x = *x / sum;
    }
}

fn log<T: Real>(line: &mut [T]) {
    let greatest = fold::max(line).unwrap_or(T::ZERO);
    let mut sum = 0.0;
    for block in line.chunks(64) {
        let mut powers = [T::ZERO; 64];
        for (power, &x) in powers.iter_mut().zip(block) {
            *power = (x - greatest).exp();
        }
        sum += fold::sum(powers.get(..block.len()).unwrap_or(&powers)).to_f64();
    }
    let log = T::of(sum.ln());
    for x in line {
        *x = (*x - greatest) - log;
    }
}

/// 1 for the first of the greatest, 0 for all others.
fn hard<T: Real>(line: &mut [T]) {
    let greatest = fold::max(line);
    let at = line.iter().position(|x| Some(*x) == greatest);
    for (i, x) in line.iter_mut().enumerate() {
        *x = if Some(i) == at { T::ONE } else { T::ZERO };
    }
}
