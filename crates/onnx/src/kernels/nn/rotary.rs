//! `RotaryEmbedding`: turns pairs of components by an angle that depends on
//! the position.

use tensor::Tensor;

use super::real::{Real, floats, reals};
use super::window::bounded;
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::value::Inputs;

struct Rotary {
    interleaved: bool,
    /// How many components are turned; 0 for all.
    turned: usize,
    heads: usize,
}

pub(super) fn rotary(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let count = |name: &str| {
        usize::try_from(spec.attributes.int(name, 0))
            .map_err(|_| Fault::new(format!("'{name}' is negative")))
    };
    let rotary = Rotary {
        interleaved: spec.attributes.flag("interleaved", false),
        turned: count("rotary_embedding_dim")?,
        heads: count("num_heads")?,
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let dtype = inputs.tensor(0)?.dtype();
        let (shape, data) = floats!(dtype, T => {
            let (shape, values) = rotary.run::<T>(&inputs)?;
            (shape, T::data(values, dtype))
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

impl Rotary {
    fn run<T: Real>(&self, inputs: &Inputs<'_>) -> Result<(Vec<usize>, Vec<T>), Fault> {
        let x = inputs.tensor(0)?;
        bounded(x.shape())?;
        // How many vectors there are before the position, at each position,
        // and how long they are.
        let (batch, outer, len, inner, size) = match *x.shape() {
            [batch, heads, len, size] => (batch, heads, len, 1, size),
            [batch, len, hidden] if self.heads > 0 && hidden.is_multiple_of(self.heads) => {
                (batch, 1, len, self.heads, hidden / self.heads)
            }
            ref shape => bail!("a tensor of shape {shape:?} can't be split into heads"),
        };
        let turned = if self.turned == 0 { size } else { self.turned };
        let half = turned / 2;
        let (cos, sin) = (inputs.tensor(1)?, inputs.tensor(2)?);
        let positions = if inputs.get(3).is_some() { Some(inputs.integers(3)?) } else { None };
        let rows = match (cos.shape(), &positions) {
            ([rows, width], Some(p)) if *width == half && p.len() == batch * len => *rows,
            ([b, l, width], None) if *width == half && (*b, *l) == (batch, len) => batch * len,
            (shape, _) => bail!("angles of shape {shape:?} for {:?}", x.shape()),
        };
        if cos.shape() != sin.shape() || turned > size || turned % 2 != 0 {
            bail!("{turned} components of {size} can't be turned");
        }
        let (cos, sin) = (reals::<T>(cos)?, reals::<T>(sin)?);
        let mut values = reals::<T>(x)?.into_owned();
        for (i, vector) in values.chunks_exact_mut(size.max(1)).enumerate() {
            let position = i / inner % len;
            let at = i / inner / len / outer * len + position;
            let row = match &positions {
                Some(p) => p.get(at).and_then(|&p| usize::try_from(p).ok()).filter(|p| *p < rows),
                None => Some(at),
            };
            let Some(row) = row else { bail!("there are no angles for a position") };
            let angles = row * half..(row + 1) * half;
            let cos = cos.get(angles.clone()).unwrap_or_default();
            let sin = sin.get(angles).unwrap_or_default();
            let vector = vector.get_mut(..turned).unwrap_or_default();
            let turn = |a: &mut T, b: &mut T, cos: T, sin: T| {
                (*a, *b) = (cos * *a - sin * *b, sin * *a + cos * *b);
            };
            let angles = cos.iter().zip(sin);
            if self.interleaved {
                for (pair, (&cos, &sin)) in vector.chunks_exact_mut(2).zip(angles) {
                    if let [a, b] = pair {
                        turn(a, b, cos, sin);
                    }
                }
            } else if let Some((first, second)) = vector.split_at_mut_checked(half) {
                for ((a, b), (&cos, &sin)) in first.iter_mut().zip(second).zip(angles) {
                    turn(a, b, cos, sin);
                }
            }
        }
        Ok((x.shape().to_vec(), values))
    }
}
