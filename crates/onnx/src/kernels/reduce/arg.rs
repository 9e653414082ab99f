//! `ArgMax` and `ArgMin`.

use tensor::Tensor;

use super::number::Wide;
use crate::fault::{Fault, bail};
use crate::kernels::axes::{self, Around};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

pub(super) fn arg(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let is_max = spec.op == "ArgMax";
    let axis = spec.attributes.int("axis", 0);
    let keep = spec.attributes.flag("keepdims", true);
    let last = spec.attributes.flag("select_last_index", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let axis = axes::axis(axis, x.rank())?;
        let at = Around::new(x.shape(), axis);
        let mut shape = x.shape().to_vec();
        if keep {
            shape.iter_mut().skip(axis).take(1).for_each(|len| *len = 1);
        } else {
            shape.remove(axis);
        }
        if limits::elements(&shape)? > 0 && at.len == 0 {
            bail!("there is no greatest or least of no elements");
        }
        let found = match Wide::new(x.data(), true)? {
            Wide::Single(x) => extreme(&x, at, is_max, last),
            Wide::Double(x) => extreme(&x, at, is_max, last),
            Wide::Integer(x) => extreme(&x, at, is_max, last),
        };
        Ok(vec![Tensor::new(shape, found)?.into()])
    }))
}

fn extreme<T: Copy + PartialOrd>(x: &[T], at: Around, is_max: bool, last: bool) -> Vec<i64> {
    match (is_max, last) {
        (true, false) => positions(x, at, |x, best| x > best),
        (true, true) => positions(x, at, |x, best| x >= best),
        (false, false) => positions(x, at, |x, best| x < best),
        (false, true) => positions(x, at, |x, best| x <= best),
    }
}

/// Where the best element is along the axis. One that is not a number stays
/// the best where it is the first, and never is elsewhere, as in ONNX Runtime.
#[inline(always)]
fn positions<T: Copy>(x: &[T], at: Around, is_better: impl Fn(T, T) -> bool) -> Vec<i64> {
    if at.inner == 1 {
        let row = |row: &[T]| {
            let mut best = (0, *row.first()?);
            for (i, &x) in (0..).zip(row).skip(1) {
                if is_better(x, best.1) {
                    best = (i, x);
                }
            }
            Some(best.0)
        };
        return x.chunks_exact(at.len.max(1)).filter_map(row).collect();
    }
    let mut out = Vec::with_capacity(at.outer.saturating_mul(at.inner));
    for block in x.chunks_exact(at.len.saturating_mul(at.inner).max(1)) {
        let mut rows = (0i64..).zip(block.chunks_exact(at.inner.max(1)));
        let Some((_, first)) = rows.next() else { continue };
        let mut best: Vec<(i64, T)> = first.iter().map(|&x| (0, x)).collect();
        for (i, row) in rows {
            for (best, &x) in best.iter_mut().zip(row) {
                if is_better(x, best.1) {
                    *best = (i, x);
                }
            }
        }
        out.extend(best.iter().map(|best| best.0));
    }
    out
}
