//! `Gemm`: alpha · A · B + beta · C.

use tensor::Tensor;

use super::super::axes::{self, Walk};
use super::super::reduce::{Wide, narrow};
use super::super::{Kernel, Spec};
use super::product::{Matrix, Panels as _, multiply};
use super::tile::Tiled;
use super::{After, packed, product, singles};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;

#[derive(Debug, Clone, Copy)]
struct Gemm {
    flip_a: bool,
    flip_b: bool,
    alpha: f32,
    beta: f32,
}

/// Before opset 7 `C` is broadcast only where an attribute says so; a `C` that
/// can be broadcast is taken either way.
pub(super) fn gemm(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let gemm = Gemm {
        flip_a: spec.attributes.flag("transA", false),
        flip_b: spec.attributes.flag("transB", false),
        alpha: spec.attributes.float("alpha", 1.0),
        beta: spec.attributes.float("beta", 1.0),
    };
    if !gemm.flip_a
        && let Some(packed) = packed(spec, gemm.flip_b)
    {
        // What the product is multiplied by comes before what is added.
        let after = if gemm.alpha == 1.0 {
            After::of(spec, packed.size().1, gemm.beta)
        } else {
            After::default()
        };
        return Ok(Box::new(move |inputs: Inputs<'_>| {
            let a = inputs.tensor(0)?;
            let &[m, _] = a.shape() else { bail!("a matrix is wanted, not shape {:?}", a.shape()) };
            let (mut out, shape) = product(&packed, a, &after)?;
            let (_, columns) = packed.size();
            if let Some(c) = gemm.addend(&inputs, m, columns)? {
                let Wide::Single(elements) = Wide::new(c.data(), false)? else {
                    bail!("C is of another type than A and B")
                };
                gemm.finish(&mut out, Some((&elements, c.shape())), (m, columns), |x, f| x * f);
            } else {
                gemm.finish(&mut out, None, (m, columns), |x, f| x * f);
            }
            Ok(vec![Tensor::new(shape, out)?.into()])
        }));
    }
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (a, b) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let ([a_rows, a_columns], [b_rows, b_columns]) = (a.shape(), b.shape()) else {
            bail!("matrices are wanted, not shapes {:?} and {:?}", a.shape(), b.shape());
        };
        let (m, k) = if gemm.flip_a { (*a_columns, *a_rows) } else { (*a_rows, *a_columns) };
        let (l, n) = if gemm.flip_b { (*b_columns, *b_rows) } else { (*b_rows, *b_columns) };
        if k != l {
            bail!("shapes {:?} and {:?} don't fit: {k} columns and {l} rows", a.shape(), b.shape());
        }
        limits::elements(&[m, n])?;
        let addend = gemm.addend(&inputs, m, n)?;
        let c_shape = addend.map_or(&[1][..], Tensor::shape);
        let size = (m, k, n);
        let wide_c = addend.map(|c| Wide::new(c.data(), false)).transpose()?;
        let data = match (Wide::new(a.data(), false)?, Wide::new(b.data(), false)?, &wide_c) {
            (Wide::Single(a_data), Wide::Single(b_data), c) => {
                let c = match c {
                    Some(Wide::Single(c)) => Some((&**c, c_shape)),
                    None => None,
                    _ => bail!("C is of another type than A and B"),
                };
                singles(gemm.run(&a_data, &b_data, c, size, |x, f| x * f), a.dtype())
            }
            (Wide::Double(a), Wide::Double(b), c) => {
                let c = match c {
                    Some(Wide::Double(c)) => Some((&**c, c_shape)),
                    None => None,
                    _ => bail!("C is of another type than A and B"),
                };
                gemm.run(&a, &b, c, size, |x, f| x * f64::from(f)).into()
            }
            (Wide::Integer(a_data), Wide::Integer(b_data), c) => {
                let c = match c {
                    Some(Wide::Integer(c)) => Some((&**c, c_shape)),
                    None => None,
                    _ => bail!("C is of another type than A and B"),
                };
                let scale = |x: i64, f: f32| (x as f64 * f64::from(f)) as i64;
                narrow(gemm.run(&a_data, &b_data, c, size, scale), a.dtype(), false)
            }
            _ => bail!("matrices of {} and {} can't be multiplied", a.dtype(), b.dtype()),
        };
        Ok(vec![Tensor::new(vec![m, n], data)?.into()])
    }))
}

impl Gemm {
    /// What is added to the product, if it fits.
    fn addend<'i>(
        &self,
        inputs: &'i Inputs<'_>,
        m: usize,
        n: usize,
    ) -> Result<Option<&'i Tensor>, Fault> {
        let c = inputs.optional_tensor(2)?;
        let shape = c.map_or(&[1][..], Tensor::shape);
        if axes::broadcast(&[shape, &[m, n]])? != [m, n] {
            bail!("C of shape {shape:?} can't be broadcast to {:?}", [m, n]);
        }
        Ok(c.filter(|_| self.beta != 0.0))
    }

    fn run<T: Tiled>(
        &self,
        a: &[T],
        b: &[T],
        c: Option<(&[T], &[usize])>,
        (m, k, n): (usize, usize, usize),
        scale: impl Fn(T, f32) -> T,
    ) -> Vec<T> {
        let mut out = vec![T::ZERO; m.saturating_mul(n)];
        let a = Matrix { data: a, flipped: self.flip_a };
        let b = Matrix { data: b, flipped: self.flip_b };
        multiply(a, b, &mut out, (m, k, n));
        self.finish(&mut out, c, (m, n), scale);
        out
    }

    /// Makes of A · B what is asked for.
    fn finish<T: Tiled>(
        &self,
        out: &mut [T],
        c: Option<(&[T], &[usize])>,
        (m, n): (usize, usize),
        scale: impl Fn(T, f32) -> T,
    ) {
        if self.alpha != 1.0 {
            out.iter_mut().for_each(|x| *x = scale(*x, self.alpha));
        }
        let Some((c, shape)) = c else { return };
        let scaled: Vec<T>;
        let c = if self.beta == 1.0 {
            c
        } else {
            scaled = c.iter().map(|&x| scale(x, self.beta)).collect();
            &scaled
        };
        if c.len() == n && matches!(shape, [_] | [1, _]) {
            for row in out.chunks_exact_mut(n.max(1)) {
                row.iter_mut().zip(c).for_each(|(x, &c)| *x = x.plus(c));
            }
        } else {
            for (x, at) in out.iter_mut().zip(Walk::broadcast(shape, &[m, n])) {
                *x = x.plus(c.get(at).copied().unwrap_or_default());
            }
        }
    }
}
