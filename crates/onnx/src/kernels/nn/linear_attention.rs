//! `LinearAttention` and `CausalConvWithState`: layers that keep a state from
//! one call to the next.

use tensor::Tensor;

use super::real::{Real, dot, floats, reals};
use super::window::bounded;
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::{Inputs, Value};

struct Linear {
    heads: usize,
    kv_heads: usize,
    scale: f32,
    gated: bool,
    delta: bool,
}

pub(super) fn attention(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let count = |name: &str| match usize::try_from(attributes.int(name, 0)) {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(Fault::new(format!("the attribute '{name}' is missing"))),
    };
    let (gated, delta) = match attributes.str("update_rule")?.unwrap_or("gated_delta") {
        "linear" => (false, false),
        "gated" => (true, false),
        "delta" => (false, true),
        "gated_delta" => (true, true),
        other => bail!("'{other}' is no 'update_rule'"),
    };
    let linear = Linear {
        heads: count("q_num_heads")?,
        kv_heads: count("kv_num_heads")?,
        scale: attributes.float("scale", 0.0),
        gated,
        delta,
    };
    if !linear.heads.is_multiple_of(linear.kv_heads) {
        bail!("{} heads can't share {}", linear.heads, linear.kv_heads);
    }
    Ok(Box::new(
        move |inputs: Inputs<'_>| floats!(inputs.tensor(0)?.dtype(), T => linear.run::<T>(&inputs)),
    ))
}

impl Linear {
    fn run<T: Real>(&self, inputs: &Inputs<'_>) -> Result<Vec<Value>, Fault> {
        let (q, k, v) = (inputs.tensor(0)?, inputs.tensor(1)?, inputs.tensor(2)?);
        for tensor in [q, k, v] {
            bounded(tensor.shape())?;
        }
        let Self { heads, kv_heads, .. } = *self;
        let (&[batch, len, q_size], &[.., k_size], &[.., v_size]) =
            (q.shape(), k.shape(), v.shape())
        else {
            bail!("queries of shape {:?}", q.shape());
        };
        let (size, value) = (q_size / heads, v_size / kv_heads);
        if q_size != size * heads
            || k.shape() != [batch, len, size * kv_heads]
            || k_size == 0
            || v.shape() != [batch, len, value * kv_heads]
        {
            bail!("queries {:?}, keys {:?}, values {:?}", q.shape(), k.shape(), v.shape());
        }
        let shape = vec![batch, kv_heads, size, value];
        let state_dtype = inputs.optional_tensor(3)?.unwrap_or(q).dtype();
        let mut state = match inputs.optional_tensor(3)? {
            Some(past) if past.shape() == shape => reals::<T>(past)?.into_owned(),
            Some(past) => bail!("a past state of shape {:?}", past.shape()),
            None => vec![T::default(); limits::elements(&shape)?],
        };
        let out_shape = vec![batch, len, heads * value];
        let mut out = vec![T::default(); limits::elements(&out_shape)?];
        // How the state decays: by one number for each head, or for each
        // component of its keys.
        let wide = |i: usize, is_used: bool, widths: [usize; 2]| {
            if !is_used {
                return Ok((Vec::new(), 0));
            }
            let tensor = inputs.tensor(i)?;
            match *tensor.shape() {
                [b, l, width] if (b, l) == (batch, len) && widths.contains(&width) => {
                    Ok((reals::<T>(tensor)?.into_owned(), width))
                }
                ref shape => bail!("input {i} is of shape {shape:?}"),
            }
        };
        let (decay, decay_width) = wide(4, self.gated, [kv_heads, kv_heads * size])?;
        let (beta, beta_width) = wide(5, self.delta, [kv_heads, 1])?;
        let (q_values, k, v) = (reals::<T>(q)?, reals::<T>(k)?, reals::<T>(v)?);
        let scale = if self.scale == 0.0 {
            T::of(1.0 / (size as f64).sqrt())
        } else {
            T::of(self.scale.into())
        };
        let group = heads / kv_heads;
        let mut retrieved = vec![T::default(); value];
        for (at, state) in state.chunks_exact_mut((size * value).max(1)).enumerate() {
            let (item, head) = (at / kv_heads, at % kv_heads);
            for step in 0..len {
                let row = item * len + step;
                let slice = |all: &[T], width: usize, head: usize| -> std::ops::Range<usize> {
                    let per_row = all.len() / (batch * len).max(1);
                    row * per_row + head * width..row * per_row + (head + 1) * width
                };
                let key = k.get(slice(&k, size, head)).unwrap_or_default();
                let new = v.get(slice(&v, value, head)).unwrap_or_default();
                if self.gated {
                    let width = if decay_width == kv_heads { 1 } else { size };
                    let decay = decay.get(slice(&decay, width, head)).unwrap_or_default();
                    let lines = state.chunks_exact_mut(value.max(1));
                    for (line, decay) in lines.zip(decay.iter().cycle()) {
                        let by = decay.exp();
                        line.iter_mut().for_each(|x| *x = *x * by);
                    }
                }
                retrieved.copy_from_slice(new);
                if self.delta {
                    for (line, &key) in state.chunks_exact(value.max(1)).zip(key) {
                        retrieved.iter_mut().zip(line).for_each(|(new, &x)| *new += -(key * x));
                    }
                    let head = if beta_width == 1 { 0 } else { head };
                    let beta = beta.get(row * beta_width + head).copied().unwrap_or_default();
                    retrieved.iter_mut().for_each(|new| *new = *new * beta);
                }
                for (line, &key) in state.chunks_exact_mut(value.max(1)).zip(key) {
                    line.iter_mut().zip(&retrieved).for_each(|(x, &new)| *x += key * new);
                }
                for head in head * group..(head + 1) * group {
                    let query = q_values.get(slice(&q_values, size, head)).unwrap_or_default();
                    let range = (row * heads + head) * value..(row * heads + head + 1) * value;
                    let out = out.get_mut(range).unwrap_or_default();
                    for (line, &q) in state.chunks_exact(value.max(1)).zip(query) {
                        out.iter_mut().zip(line).for_each(|(out, &x)| *out += scale * q * x);
                    }
                }
            }
        }
        Ok(vec![
            Tensor::new(out_shape, T::data(out, q.dtype()))?.into(),
            Tensor::new(shape, T::data(state, state_dtype))?.into(),
        ])
    }
}

pub(super) fn causal_conv(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let silu = match spec.attributes.str("activation")?.unwrap_or("none") {
        "none" => false,
        "silu" | "swish" => true,
        other => bail!("'{other}' is no activation"),
    };
    Ok(Box::new(
        move |inputs: Inputs<'_>| floats!(inputs.tensor(0)?.dtype(), T => causal::<T>(&inputs, silu)),
    ))
}

fn causal<T: Real>(inputs: &Inputs<'_>, silu: bool) -> Result<Vec<Value>, Fault> {
    let (x, w) = (inputs.tensor(0)?, inputs.tensor(1)?);
    bounded(x.shape())?;
    bounded(w.shape())?;
    let (&[batch, channels, len], &[filters, 1, kernel]) = (x.shape(), w.shape()) else {
        bail!("an input of shape {:?} and weights of {:?}", x.shape(), w.shape());
    };
    if filters != channels || kernel == 0 {
        bail!("weights of shape {:?} for {channels} channels", w.shape());
    }
    let before = kernel - 1;
    let state_shape = vec![batch, channels, before];
    let past = match inputs.optional_tensor(3)? {
        Some(past) if past.shape() == state_shape => reals::<T>(past)?.into_owned(),
        Some(past) => bail!("a past state of shape {:?}", past.shape()),
        None => vec![T::default(); limits::elements(&state_shape)?],
    };
    let bias = inputs.optional_tensor(2)?.map(reals::<T>).transpose()?;
    let (values, weights) = (reals::<T>(x)?, reals::<T>(w)?);
    let (mut out, mut state) = (Vec::with_capacity(values.len()), Vec::with_capacity(past.len()));
    let mut line = Vec::new();
    for i in 0..batch * channels {
        let channel = i % channels;
        line.clear();
        line.extend_from_slice(past.get(i * before..(i + 1) * before).unwrap_or_default());
        line.extend_from_slice(values.get(i * len..(i + 1) * len).unwrap_or_default());
        let w = weights.get(channel * kernel..(channel + 1) * kernel).unwrap_or_default();
        let bias = bias.as_ref().and_then(|b| b.get(channel)).copied().unwrap_or_default();
        out.extend(line.windows(kernel).map(|seen| {
            let x = dot(seen, w) + bias;
            if silu { x / (T::of(1.0) + (-x).exp()) } else { x }
        }));
        state.extend_from_slice(line.get(line.len() - before..).unwrap_or_default());
    }
    Ok(vec![
        Tensor::new(x.shape().to_vec(), T::data(out, x.dtype()))?.into(),
        Tensor::new(state_shape, T::data(state, x.dtype()))?.into(),
    ])
}
