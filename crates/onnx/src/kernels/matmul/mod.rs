//! Products of matrices.

#[cfg(feature = "networks")]
mod bytes;
mod determinant;
mod distance;
mod einsum;
mod gemm;
mod integer;
mod product;
mod tile;

use std::borrow::Cow;

use half::f16;
use tensor::{DType, Data, Tensor};

use super::axes::{self, Walk};
use super::reduce::{Wide, narrow};
use super::{Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;
pub(super) use distance::squared_distances;
#[cfg(feature = "networks")]
pub(super) use product::Strips;
pub(super) use product::{Matrix, Panels, add_up, multiply};
use product::{Packed, ROWS, Rows};
pub(super) use tile::Tiled;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    Some(match (domain, op) {
        ("" | "ai.onnx", "MatMul") => mat_mul,
        ("" | "ai.onnx", "Gemm") => gemm::gemm,
        #[cfg(feature = "networks")]
        ("" | "ai.onnx", "MatMulInteger") => integer::mat_mul,
        #[cfg(feature = "networks")]
        ("" | "ai.onnx", "QLinearMatMul") => integer::quantized,
        #[cfg(feature = "networks")]
        ("" | "ai.onnx", "Einsum") => einsum::einsum,
        #[cfg(feature = "networks")]
        ("" | "ai.onnx", "Det") => determinant::determinant,
        ("com.microsoft", "CDist") => distance::distances,
        ("com.microsoft", "FusedMatMul") => mat_mul,
        _ => return None,
    })
}

/// `MatMul`, and `FusedMatMul`, which also transposes and scales.
fn mat_mul(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let flip_a = spec.attributes.flag("transA", false);
    let flip_b = spec.attributes.flag("transB", false);
    let alpha = spec.attributes.float("alpha", 1.0);
    if spec.attributes.flag("transBatchA", false) || spec.attributes.flag("transBatchB", false) {
        bail!("'transBatchA' and 'transBatchB' are not supported");
    }
    if !flip_a && let Some(packed) = packed(spec, flip_b) {
        let after = After::of(spec, packed.size().1, 1.0);
        return Ok(with_constant(packed, alpha, after));
    }
    #[cfg(feature = "networks")]
    if let Some(scale) = spec.scale {
        let (Some(Some(b)), Some(scale)) = (spec.constants.get(1), scale.as_slice()) else {
            bail!("a matrix and its scale are wanted");
        };
        let (Some(data), &[depth, columns]) = (b.as_slice(), b.shape()) else {
            bail!("a matrix of 8-bit integers is wanted");
        };
        spec.absorbed.push(1);
        let right = bytes::Bytes::new(data, depth, columns, scale);
        return Ok(with_constant(right, alpha, After::default()));
    }
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (a, b) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let plan = Plan::new(a.shape(), b.shape(), flip_a, flip_b)?;
        let data = match (Wide::new(a.data(), false)?, Wide::new(b.data(), false)?) {
            (Wide::Single(x), Wide::Single(y)) => {
                let mut out = plan.run(&x, &y)?;
                if alpha != 1.0 {
                    out.iter_mut().for_each(|x| *x *= alpha);
                }
                singles(out, a.dtype())
            }
            (Wide::Double(x), Wide::Double(y)) => {
                let mut out = plan.run(&x, &y)?;
                if alpha != 1.0 {
                    out.iter_mut().for_each(|x| *x *= f64::from(alpha));
                }
                out.into()
            }
            (Wide::Integer(x), Wide::Integer(y)) => narrow(plan.run(&x, &y)?, a.dtype(), false),
            _ => bail!("matrices of {} and {} can't be multiplied", a.dtype(), b.dtype()),
        };
        Ok(vec![Tensor::new(plan.shape, data)?.into()])
    }))
}

/// The right matrix of a product, laid out once where it is a constant of
/// 32-bit floats. The node's input is then not needed any more.
fn packed(spec: &mut Spec<'_>, flipped: bool) -> Option<Packed<f32>> {
    let b = spec.constants.get(1).copied().flatten()?;
    let (data, (_, (rows, columns))) = (b.as_slice()?, matrix_of(b.shape(), false).ok()?);
    if b.rank() != 2 || data.is_empty() {
        return None;
    }
    let (depth, columns) = if flipped { (columns, rows) } else { (rows, columns) };
    spec.absorbed.push(1);
    Some(Packed::new(Matrix { data, flipped }, depth, columns))
}

/// What becomes of a product of 32-bit floats while it is at hand: see [`crate::fuse`].
#[derive(Default)]
struct After {
    /// A row that is added to each of its rows.
    bias: Option<Vec<f32>>,
    /// Whether what is negative becomes 0.
    rectifies: bool,
}

impl After {
    /// What a node asks for. Its third input is the row, `scale` times, if that is
    /// a constant of the product's width, and is then not needed any more.
    fn of(spec: &mut Spec<'_>, columns: usize, scale: f32) -> Self {
        let row = spec.constants.get(2).copied().flatten();
        let row = row
            .filter(|row| scale != 0.0 && is_row(row, columns))
            .and_then(Tensor::as_slice::<f32>);
        let bias = row.map(|row| {
            spec.absorbed.push(2);
            row.iter().map(|x| x * scale).collect()
        });
        Self { bias, rectifies: spec.attributes.flag(RECTIFIES, false) }
    }
}

/// Whether a constant can be added to every row of a product.
pub(crate) fn is_row(tensor: &Tensor, columns: usize) -> bool {
    matches!(tensor.shape(), [n] | [1, n] if *n == columns) && tensor.as_slice::<f32>().is_some()
}

/// The attribute that fused nodes have whose results a `Relu` took.
pub(crate) const RECTIFIES: &str = "rectifies";

/// Products with a right matrix that is the same in every run.
fn with_constant(right: impl Panels<f32> + 'static, alpha: f32, after: After) -> Box<dyn Kernel> {
    Box::new(move |inputs: Inputs<'_>| {
        let (mut out, shape) = product(&right, inputs.tensor(0)?, &after)?;
        if alpha != 1.0 {
            out.iter_mut().for_each(|x| *x *= alpha);
        }
        Ok(vec![Tensor::new(shape, out)?.into()])
    })
}

/// The product of a tensor's rows and a matrix, and its shape.
fn product(
    right: &impl Panels<f32>,
    a: &Tensor,
    after: &After,
) -> Result<(Vec<f32>, Vec<usize>), Fault> {
    let left: &[f32] = a
        .as_slice()
        .ok_or_else(|| Fault::new(format!("{} and float32 can't be multiplied", a.dtype())))?;
    let Some((&depth, outer)) = a.shape().split_last() else { bail!("a scalar is no matrix") };
    let (rows, columns) = right.size();
    if depth != rows {
        bail!("shape {:?} doesn't fit a matrix of {rows} rows", a.shape());
    }
    let mut shape = outer.to_vec();
    shape.push(columns);
    // Some rows at a time: they are still in the cache when their turn comes again.
    let len = limits::elements(&shape)?;
    let mut out: Vec<f32> = Vec::with_capacity(len);
    for left in left.chunks(ROWS.saturating_mul(depth).max(1)) {
        let (start, rows) = (out.len(), left.len().checked_div(depth).unwrap_or(0));
        match &after.bias {
            Some(bias) => (0..rows).for_each(|_| out.extend_from_slice(bias)),
            None => out.resize(start + rows * columns, 0.0),
        }
        let out = out.get_mut(start..).unwrap_or_default();
        add_up(&Rows::new(left, depth), right, out, f32::add_product);
        if after.rectifies {
            out.iter_mut().for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x });
        }
    }
    // Rows of nothing have no part, and are zeros.
    out.resize(len, 0.0);
    Ok((out, shape))
}

/// 32-bit floats as the type that they came from.
fn singles(values: Vec<f32>, dtype: DType) -> Data {
    if dtype == DType::F16 {
        values.into_iter().map(f16::from_f32).collect::<Vec<_>>().into()
    } else {
        values.into()
    }
}

/// How two tensors are multiplied, as NumPy does it: by their last two axes,
/// for every place of all others.
struct Plan {
    /// The product's shape.
    shape: Vec<usize>,
    m: usize,
    k: usize,
    n: usize,
    a_flipped: bool,
    b_flipped: bool,
    /// Which matrix of `a` and which of `b` are multiplied, in order.
    a_batch: Walk,
    b_batch: Walk,
}

impl Plan {
    fn new(a: &[usize], b: &[usize], flip_a: bool, flip_b: bool) -> Result<Self, Fault> {
        // A vector is a row on the left and a column on the right.
        let (a_batch, mut a_last) = matrix_of(a, true)?;
        let (b_batch, mut b_last) = matrix_of(b, false)?;
        let (a_flipped, b_flipped) = (flip_a && a.len() > 1, flip_b && b.len() > 1);
        if a_flipped {
            a_last = (a_last.1, a_last.0);
        }
        if b_flipped {
            b_last = (b_last.1, b_last.0);
        }
        let ((mut m, k), (k_b, n)) = (a_last, b_last);
        if k != k_b {
            bail!("shapes {a:?} and {b:?} don't fit: {k} columns and {k_b} rows");
        }
        let batch = axes::broadcast(&[a_batch, b_batch])?;
        let mut shape = batch.clone();
        shape.extend((a.len() > 1).then_some(m));
        shape.extend((b.len() > 1).then_some(n));
        limits::elements(&shape)?;
        let one = [1];
        let (mut a_batch, mut b_batch, mut batch) = (a_batch, b_batch, batch.as_slice());
        if b_batch.iter().all(|len| *len == 1) && !a_flipped && a_batch == batch {
            // One matrix on the right: all rows on the left are one matrix.
            m = m.saturating_mul(axes::product(batch));
            (a_batch, b_batch, batch) = (&one, &one, &one);
        }
        Ok(Self {
            m,
            k,
            n,
            a_flipped,
            b_flipped,
            a_batch: Walk::broadcast(a_batch, batch),
            b_batch: Walk::broadcast(b_batch, batch),
            shape,
        })
    }

    fn run<T: Tiled>(&self, a: &[T], b: &[T]) -> Result<Vec<T>, Fault> {
        let (m, k, n) = (self.m, self.k, self.n);
        let mut out = vec![T::ZERO; limits::elements(&self.shape)?];
        let pairs = self.a_batch.clone().zip(self.b_batch.clone());
        for ((i, j), out) in pairs.zip(out.chunks_exact_mut(m.saturating_mul(n).max(1))) {
            let a = a.get(i * m * k..(i + 1) * m * k).unwrap_or_default();
            let b = b.get(j * k * n..(j + 1) * k * n).unwrap_or_default();
            multiply(
                Matrix { data: a, flipped: self.a_flipped },
                Matrix { data: b, flipped: self.b_flipped },
                out,
                (m, k, n),
            );
        }
        Ok(out)
    }
}

/// The axes before the last two, and the last two.
fn matrix_of(shape: &[usize], is_left: bool) -> Result<(&[usize], (usize, usize)), Fault> {
    match shape {
        [] => bail!("a scalar is no matrix"),
        [len] if is_left => Ok((&[], (1, *len))),
        [len] => Ok((&[], (*len, 1))),
        [batch @ .., rows, columns] => Ok((batch, (*rows, *columns))),
    }
}

/// The elements as a type that holds them all, by their low bits.
fn widened<'a>(tensor: &'a Tensor) -> Result<Cow<'a, [i64]>, Fault> {
    match Wide::new(tensor.data(), false)? {
        Wide::Integer(v) => Ok(v),
        _ => bail!("integers are wanted, not {}", tensor.dtype()),
    }
}

#[cfg(all(test, feature = "networks"))]
mod tests {
    use super::*;

    #[test]
    fn rows_of_nothing_give_zeros() {
        let right = bytes::Bytes::new(&[], 0, 3, &[1.0; 3]);
        let rows = Tensor::new(vec![2, 0], Vec::<f32>::new()).unwrap();
        let (out, shape) = product(&right, &rows, &After::default()).unwrap();
        assert_eq!((out, shape), (vec![0.0; 6], vec![2, 3]));
    }
}
