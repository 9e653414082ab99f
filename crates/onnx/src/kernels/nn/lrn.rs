//! `LRN`: divides each element by a norm over neighbouring channels.

use tensor::Tensor;

use super::pool::image;
use super::real::{Real, floats, reals};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;

pub(super) fn lrn(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let size = match usize::try_from(attributes.int("size", 0)) {
        Ok(size) if size > 0 && size <= limits::MAX_ELEMENTS => size,
        _ => bail!("'size' is {}", attributes.int("size", 0)),
    };
    let alpha = f64::from(attributes.float("alpha", 0.0001)) / size as f64;
    let beta = f64::from(attributes.float("beta", 0.75));
    let bias = f64::from(attributes.float("bias", 1.0));
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let (_, channels, spatial) = image(x.shape())?;
        let plane = limits::elements(spatial)?;
        let data = floats!(x.dtype(), T => {
            let values = reals::<T>(x)?;
            let mut out = Vec::with_capacity(values.len());
            let mut sums = vec![T::default(); plane];
            for image in values.chunks_exact((channels * plane).max(1)) {
                for (channel, own) in image.chunks_exact(plane).enumerate() {
                    let from = channel.saturating_sub((size - 1) / 2);
                    let to = channel + size / 2 + 1;
                    sums.fill(T::default());
                    for seen in image.chunks_exact(plane).take(to).skip(from) {
                        sums.iter_mut().zip(seen).for_each(|(sum, &x)| *sum += x * x);
                    }
                    let scaled = own.iter().zip(&sums).map(|(&x, &sum)| {
                        x / (T::of(bias) + T::of(alpha) * sum).powf(T::of(beta))
                    });
                    out.extend(scaled);
                }
            }
            T::data(out, x.dtype())
        });
        Ok(vec![Tensor::new(x.shape().to_vec(), data)?.into()])
    }))
}
