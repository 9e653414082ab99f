//! `Attention`: the softmax of the products of queries and keys, times values.

use tensor::{Data, Tensor};

use super::real::{Real, dot, floats, reals};
use super::window::bounded;
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::kernels::axes::Walk;
use crate::kernels::matmul::{Matrix, multiply};
use crate::limits;
use crate::value::{Inputs, Value};

/// What the fourth output shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Products,
    Capped,
    Masked,
    Softmax,
}

struct Attention {
    causal: bool,
    scale: Option<f32>,
    softcap: f32,
    heads: Option<(usize, usize)>,
    shown: Shown,
    outputs: usize,
}

pub(super) fn attention(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let count = |name| attributes.maybe_int(name).and_then(|n| usize::try_from(n).ok());
    let heads = match (count("q_num_heads"), count("kv_num_heads")) {
        (Some(q), Some(kv)) if q > 0 && kv > 0 => Some((q, kv)),
        _ => None,
    };
    let shown = match attributes.int("qk_matmul_output_mode", 0) {
        0 => Shown::Products,
        1 => Shown::Capped,
        2 => Shown::Masked,
        3 => Shown::Softmax,
        other => bail!("'qk_matmul_output_mode' is {other}"),
    };
    let attention = Attention {
        causal: attributes.flag("is_causal", false),
        scale: attributes.get("scale").map(|a| a.f),
        softcap: attributes.float("softcap", 0.0),
        heads,
        shown,
        outputs: spec.outputs,
    };
    Ok(Box::new(
        move |inputs: Inputs<'_>| floats!(inputs.tensor(0)?.dtype(), T => attention.run::<T>(&inputs)),
    ))
}

/// A tensor by batch, head, position and component.
struct Heads<T> {
    shape: [usize; 4],
    values: Vec<T>,
}

impl<T: Real> Heads<T> {
    /// Of a tensor that has the heads as an axis, or one after the other in
    /// its last.
    fn new(tensor: &Tensor, heads: Option<usize>) -> Result<Self, Fault> {
        bounded(tensor.shape())?;
        let values = reals::<T>(tensor)?;
        match (tensor.shape(), heads) {
            (&[a, b, c, d], _) => Ok(Self { shape: [a, b, c, d], values: values.into_owned() }),
            (&[batch, len, hidden], Some(heads)) if hidden.is_multiple_of(heads) => {
                let size = hidden / heads;
                let values = swapped(&values, [batch, len, heads, size]);
                Ok(Self { shape: [batch, heads, len, size], values })
            }
            (shape, _) => bail!("a tensor of shape {shape:?} can't be split into heads"),
        }
    }

    /// With what is past before it.
    fn after(self, past: Option<&Tensor>) -> Result<Self, Fault> {
        let Some(past) = past else { return Ok(self) };
        let past = Self::new(past, None)?;
        let ([a, b, c, d], [batch, heads, len, size]) = (past.shape, self.shape);
        if (a, b, d) != (batch, heads, size) {
            bail!("a past of shape {:?} for {:?}", past.shape, self.shape);
        }
        let shape = [batch, heads, c.saturating_add(len), size];
        let mut values = Vec::with_capacity(limits::elements(&shape)?);
        for i in 0..batch * heads {
            values.extend_from_slice(past.head(i));
            values.extend_from_slice(self.head(i));
        }
        Ok(Self { shape, values })
    }

    /// The positions of one head of one batch, by their number.
    fn head(&self, i: usize) -> &[T] {
        let len = self.shape[2] * self.shape[3];
        self.values.get(i * len..(i + 1) * len).unwrap_or_default()
    }

    fn into_value(self, dtype: tensor::DType) -> Result<Value, Fault> {
        Ok(Tensor::new(self.shape.to_vec(), T::data(self.values, dtype))?.into())
    }
}

/// Swaps the two axes in the middle.
fn swapped<T: Copy>(values: &[T], [a, b, c, d]: [usize; 4]) -> Vec<T> {
    let mut out = Vec::with_capacity(values.len());
    for block in values.chunks_exact((b * c * d).max(1)).take(a) {
        for j in 0..c {
            for row in block.chunks_exact(c * d) {
                out.extend_from_slice(row.get(j * d..(j + 1) * d).unwrap_or_default());
            }
        }
    }
    out
}

/// The mask as numbers to add, spread over all heads' products.
fn mask<T: Real>(mask: &Tensor, to: [usize; 4]) -> Result<Vec<T>, Fault> {
    let outside = T::LOWEST;
    let values: Vec<T> = match mask.data() {
        Data::Bool(v) => v.iter().map(|&on| if on { T::default() } else { outside }).collect(),
        _ => reals::<T>(mask)?.into_owned(),
    };
    let mut shape = mask.shape().to_vec();
    let total = to[3];
    let mut values = values;
    if let Some(last) = shape.last_mut() {
        // Since opset 24 a mask may be shorter than the keys: what is missing
        // takes no part.
        if *last < total && *last != 1 {
            let mut padded = Vec::with_capacity(values.len() / (*last).max(1) * total);
            for row in values.chunks_exact((*last).max(1)) {
                padded.extend_from_slice(row);
                padded.resize(padded.len() + total - *last, outside);
            }
            values = padded;
            *last = total;
        }
    }
    let fits = shape.len() <= 4
        && shape.iter().rev().zip(to.iter().rev()).all(|(&len, &to)| len == 1 || len == to);
    if !fits || values.len() != shape.iter().product::<usize>() {
        bail!("a mask of shape {:?} for products of shape {to:?}", mask.shape());
    }
    limits::elements(&to)?;
    Ok(Walk::broadcast(&shape, &to).map(|at| values.get(at).copied().unwrap_or_default()).collect())
}

impl Attention {
    fn run<T: Real>(&self, inputs: &Inputs<'_>) -> Result<Vec<Value>, Fault> {
        let (q, k, v) = (inputs.tensor(0)?, inputs.tensor(1)?, inputs.tensor(2)?);
        let (dtype, is_flat) = (q.dtype(), q.rank() == 3);
        let q = Heads::<T>::new(q, self.heads.map(|h| h.0))?;
        let past = inputs.optional_tensor(4)?;
        let past_len = past.and_then(|past| past.shape().get(2)).copied().unwrap_or(0);
        let k = Heads::<T>::new(k, self.heads.map(|h| h.1))?.after(past)?;
        let v = Heads::<T>::new(v, self.heads.map(|h| h.1))?.after(inputs.optional_tensor(5)?)?;
        let [batch, heads, len, size] = q.shape;
        let [k_batch, k_heads, total, k_size] = k.shape;
        let [v_batch, v_heads, v_total, v_size] = v.shape;
        if (batch, batch) != (k_batch, v_batch)
            || k_heads != v_heads
            || total != v_total
            || size != k_size
            || (heads > 0 && (k_heads == 0 || !heads.is_multiple_of(k_heads)))
        {
            bail!("queries {:?}, keys {:?} and values {:?}", q.shape, k.shape, v.shape);
        }
        let group = heads / k_heads.max(1);
        let shape = [batch, heads, len, total];
        let mut products = vec![T::default(); limits::elements(&shape)?];
        let mask = inputs.optional_tensor(3)?.map(|given| mask::<T>(given, shape)).transpose()?;
        let lengths = if inputs.get(6).is_some() { inputs.integers(6)? } else { Vec::new() };
        let scale = self.scale.map_or_else(|| 1.0 / (size as f64).sqrt(), f64::from);
        let out_shape = [batch, heads, len, v_size];
        let mut out = vec![T::default(); limits::elements(&out_shape)?];
        let plane = len * total;
        let mut shown =
            if self.outputs > 3 { Vec::with_capacity(products.len()) } else { Vec::new() };
        for i in 0..batch * heads {
            let (at, head) = (i / heads, i % heads);
            let kv = at * k_heads + head / group.max(1);
            let products = products.get_mut(i * plane..(i + 1) * plane).unwrap_or_default();
            let (queries, keys) = (q.head(i), k.head(kv));
            for (row, q) in
                products.chunks_exact_mut(total.max(1)).zip(queries.chunks_exact(size.max(1)))
            {
                for (product, k) in row.iter_mut().zip(keys.chunks_exact(size.max(1))) {
                    *product = dot(q, k) * T::of(scale);
                }
            }
            self.show(Shown::Products, products, &mut shown);
            if self.softcap > 0.0 {
                let cap = T::of(self.softcap.into());
                products.iter_mut().for_each(|x| *x = (*x / cap).tanh() * cap);
            }
            self.show(Shown::Capped, products, &mut shown);
            if let Some(mask) = &mask {
                let mask = mask.get(i * plane..(i + 1) * plane).unwrap_or_default();
                products.iter_mut().zip(mask).for_each(|(x, &mask)| *x += mask);
            }
            let valid = lengths.get(at).map(|&n| usize::try_from(n).unwrap_or(0));
            for (row, products) in products.chunks_exact_mut(total.max(1)).enumerate() {
                let seen = if self.causal { past_len + row + 1 } else { total };
                let seen = seen.min(valid.unwrap_or(total));
                products.iter_mut().skip(seen).for_each(|x| *x = T::LOWEST);
            }
            self.show(Shown::Masked, products, &mut shown);
            products.chunks_exact_mut(total.max(1)).for_each(softmax);
            self.show(Shown::Softmax, products, &mut shown);
            let out = out.get_mut(i * len * v_size..(i + 1) * len * v_size).unwrap_or_default();
            let size = (len, total, v_size);
            multiply(Matrix::rows(products), Matrix::rows(v.head(kv)), out, size);
        }
        let out = if is_flat {
            let values = swapped(&out, out_shape);
            Tensor::new(vec![batch, len, heads * v_size], T::data(values, dtype))?.into()
        } else {
            Heads { shape: out_shape, values: out }.into_value(dtype)?
        };
        let mut outputs = vec![out];
        if self.outputs > 1 {
            outputs.push(k.into_value(dtype)?);
            outputs.push(v.into_value(dtype)?);
        }
        if self.outputs > 3 {
            outputs.push(Heads { shape, values: shown }.into_value(dtype)?);
        }
        Ok(outputs)
    }

    fn show<T: Copy>(&self, what: Shown, products: &[T], shown: &mut Vec<T>) {
        if self.outputs > 3 && self.shown == what {
            shown.extend_from_slice(products);
        }
    }
}

/// The softmax of a row, in place. Where all of it is masked out it is 0, as
/// ONNX Runtime has it, and not a division by 0.
fn softmax<T: Real>(row: &mut [T]) {
    let max = row.iter().fold(T::LOWEST, |max, &x| max.greater(x));
    if max == T::LOWEST && row.iter().all(|&x| x == max) {
        row.fill(T::default());
        return;
    }
    let mut sum = T::default();
    for x in row.iter_mut() {
        *x = (*x - max).exp();
        sum += *x;
    }
    row.iter_mut().for_each(|x| *x = *x / sum);
}
