//! `CDist` of `com.microsoft`: the distance of every row to every other.

use tensor::{Data, Tensor};

use super::super::{Kernel, Spec};
use super::product::{Laid, Matrix, Rows, add_up, along};
use super::tile::Tiled;
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;

pub(super) fn distances(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let root = match spec.attributes.str("metric")?.unwrap_or("sqeuclidean") {
        "euclidean" => true,
        "sqeuclidean" => false,
        other => bail!("the metric '{other}' is not supported"),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (a, b) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let Some(distances) = squared_distances(a, b)? else {
            bail!(
                "matrices of floats of one type and as many columns are wanted, not {}{:?} and {}{:?}",
                a.dtype(),
                a.shape(),
                b.dtype(),
                b.shape()
            );
        };
        if !root {
            return Ok(vec![distances.into()]);
        }
        let (shape, mut data) = distances.into_parts();
        match &mut data {
            Data::F32(v) => v.iter_mut().for_each(|x| *x = x.sqrt()),
            Data::F64(v) => v.iter_mut().for_each(|x| *x = x.sqrt()),
            _ => {}
        }
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The squared distance of every row of `a` to every row of `b`; `None` where
/// these are no matrices of floats of one type and as many columns.
pub(in crate::kernels) fn squared_distances(
    a: &Tensor,
    b: &Tensor,
) -> Result<Option<Tensor>, Fault> {
    let (&[m, k], &[n, l]) = (a.shape(), b.shape()) else { return Ok(None) };
    if k != l {
        return Ok(None);
    }
    let count = limits::elements(&[m, n])?;
    let data: Data = match (a.data(), b.data()) {
        (Data::F32(a), Data::F32(b)) => squares(a, b, count, (m, k, n), |x, y| x - y).into(),
        (Data::F64(a), Data::F64(b)) => squares(a, b, count, (m, k, n), |x, y| x - y).into(),
        _ => return Ok(None),
    };
    Ok(Some(Tensor::new(vec![m, n], data)?))
}

/// Sums of squared differences: exact where rows are equal, which |a|² + |b|²
/// - 2ab is not.
fn squares<T: Tiled>(
    a: &[T],
    b: &[T],
    count: usize,
    (m, k, n): (usize, usize, usize),
    less: impl Fn(T, T) -> T + Copy,
) -> Vec<T> {
    let mut out = vec![T::ZERO; count];
    if count == 0 || k == 0 {
        return out;
    }
    let step = |sum: T, a: T, b: T| {
        let difference = less(a, b);
        sum.plus(difference.times(difference))
    };
    if m < 3 {
        for (a, out) in a.chunks_exact(k).zip(out.chunks_exact_mut(n)) {
            along(b, a, out, step);
        }
    } else if n == 1 {
        along(a, b, &mut out, step);
    } else {
        let right = Laid { matrix: Matrix { data: b, flipped: true }, k, n };
        add_up(&Rows::new(a, k), &right, &mut out, T::add_square);
    }
    out
}
