//! `CumSum` and `CumProd`.

use tensor::{DType, Tensor};

use super::number::{Number, Real, Wide, narrow};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{self, Around};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

pub(super) fn cumulative(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let is_sum = spec.op == "CumSum";
    let exclusive = spec.attributes.flag("exclusive", false);
    let reverse = spec.attributes.flag("reverse", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let axis = match inputs.integers(1)?.as_slice() {
            [axis] => axes::axis(*axis, x.rank())?,
            other => bail!("the axis is {} numbers", other.len()),
        };
        let at = Around::new(x.shape(), axis);
        let dtype = x.dtype();
        if dtype == DType::Bool {
            bail!("numbers are wanted, not bool");
        }
        let data = match Wide::new(x.data(), false)? {
            Wide::Single(x) => f32::write(run(&x, at, is_sum, exclusive, reverse), dtype),
            Wide::Double(x) => f64::write(run(&x, at, is_sum, exclusive, reverse), dtype),
            Wide::Integer(x) => narrow(run(&x, at, is_sum, exclusive, reverse), dtype, false),
        };
        Ok(vec![Tensor::new(x.shape().to_vec(), data)?.into()])
    }))
}

fn run<T: Number>(x: &[T], at: Around, is_sum: bool, exclusive: bool, reverse: bool) -> Vec<T> {
    let (start, f): (T, fn(T, T) -> T) =
        if is_sum { (T::ZERO, T::plus) } else { (T::ONE, T::times) };
    let mut out = vec![start; x.len()];
    let inner = at.inner.max(1);
    let block = at.len.saturating_mul(inner).max(1);
    let mut total = Vec::new();
    for (x, out) in x.chunks_exact(block).zip(out.chunks_exact_mut(block)) {
        total.clear();
        total.resize(inner, start);
        let mut step = |(x, out): (&[T], &mut [T])| {
            for ((total, &x), out) in total.iter_mut().zip(x).zip(out) {
                let next = f(*total, x);
                *out = if exclusive { *total } else { next };
                *total = next;
            }
        };
        let rows = x.chunks_exact(inner).zip(out.chunks_exact_mut(inner));
        if reverse {
            rows.rev().for_each(&mut step);
        } else {
            rows.for_each(&mut step);
        }
    }
    out
}
