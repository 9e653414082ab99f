//! Images that are seen through a grid: `AffineGrid` and `GridSample`.

use tensor::Tensor;

use super::pool::image;
use super::real::{Real, floats, reals};
use super::window::{lengths, unsigned};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::tensors::strides;
use crate::value::Inputs;

pub(super) fn affine(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let align_corners = spec.attributes.flag("align_corners", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let theta = inputs.tensor(0)?;
        let size = lengths(&inputs.integers(1)?, "size")?;
        let [batch, _, spatial @ ..] = size.as_slice() else { bail!("'size' is {size:?}") };
        let spatial: Vec<usize> = spatial.iter().map(|&n| unsigned(n)).collect();
        let batch = unsigned(*batch);
        let rank = spatial.len();
        if !matches!(rank, 2 | 3) || theta.shape() != [batch, rank, rank + 1] {
            bail!("a transformation of shape {:?} for an image of {size:?}", theta.shape());
        }
        let mut shape = vec![batch];
        shape.extend(&spatial);
        shape.push(rank);
        let len = limits::elements(&shape)?;
        let data = floats!(theta.dtype(), T => {
            let theta = reals::<T>(theta)?;
            T::data(affine_grid(&theta, &spatial, align_corners, len), inputs.tensor(0)?.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

fn affine_grid<T: Real>(theta: &[T], spatial: &[usize], align_corners: bool, len: usize) -> Vec<T> {
    let rank = spatial.len();
    let along = |len: usize| -> Vec<T> {
        let n = len as f64;
        let at = |i: usize| match (align_corners, len) {
            // ONNX Runtime's answer for an axis of one element.
            (true, 1) => 1.0,
            (true, _) => 2.0 * i as f64 / (n - 1.0) - 1.0,
            (false, _) => (2.0 * i as f64 + 1.0) / n - 1.0,
        };
        (0..len).map(|i| T::of(at(i))).collect()
    };
    let axes: Vec<Vec<T>> = spatial.iter().map(|&len| along(len)).collect();
    let mut out = Vec::with_capacity(len);
    let points: usize = spatial.iter().product();
    for theta in theta.chunks_exact(rank * (rank + 1)) {
        for point in 0..points {
            // Coordinates in the grid's order: the last axis first.
            let mut rest = point;
            let mut place = [T::default(); 3];
            for (place, axis) in place.iter_mut().zip(axes.iter().rev()) {
                *place = axis.get(rest % axis.len().max(1)).copied().unwrap_or_default();
                rest /= axis.len().max(1);
            }
            for row in theta.chunks_exact(rank + 1) {
                let shift = row.last().copied().unwrap_or_default();
                let terms = row.iter().zip(&place).take(rank);
                out.push(terms.fold(T::default(), |sum, (&a, &x)| sum + a * x) + shift);
            }
        }
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Nearest,
    Linear,
    Cubic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Padding {
    Zeros,
    Border,
    Reflection,
}

/// An axis that is sampled.
#[derive(Debug, Clone, Copy)]
struct Axis {
    len: f64,
    align_corners: bool,
    padding: Padding,
    mode: Mode,
}

/// The most elements along an axis that one sample sees.
const TAPS: usize = 4;

pub(super) fn sample(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let mode = match attributes.str("mode")?.unwrap_or("linear") {
        "nearest" => Mode::Nearest,
        "linear" | "bilinear" => Mode::Linear,
        "cubic" | "bicubic" => Mode::Cubic,
        other => bail!("'{other}' is no mode"),
    };
    let padding = match attributes.str("padding_mode")?.unwrap_or("zeros") {
        "zeros" => Padding::Zeros,
        "border" => Padding::Border,
        "reflection" => Padding::Reflection,
        other => bail!("'{other}' is no 'padding_mode'"),
    };
    let align_corners = attributes.flag("align_corners", false);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, grid) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let (batch, channels, spatial) = image(x.shape())?;
        let [grid_batch, out @ .., coordinates] = grid.shape() else {
            bail!("a grid without axes")
        };
        if *grid_batch != batch || out.len() != spatial.len() || *coordinates != spatial.len() {
            bail!("a grid of shape {:?} for an image of {:?}", grid.shape(), x.shape());
        }
        let mut shape = vec![batch, channels];
        shape.extend(out);
        limits::elements(&shape)?;
        let axes: Vec<Axis> = spatial
            .iter()
            .map(|&len| Axis { len: len as f64, align_corners, padding, mode })
            .collect();
        if spatial.contains(&0) {
            bail!("an image of shape {:?} has nothing to sample", x.shape());
        }
        limits::elements(&vec![TAPS; spatial.len()])?;
        let data = floats!(x.dtype(), T => {
            let (x, grid) = (reals::<T>(x)?, reals::<T>(grid)?);
            let planes = (batch, channels);
            T::data(sampled(&x, &grid, &axes, spatial, planes)?, inputs.tensor(0)?.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

fn sampled<T: Real>(
    x: &[T],
    grid: &[T],
    axes: &[Axis],
    spatial: &[usize],
    (batch, channels): (usize, usize),
) -> Result<Vec<T>, Fault> {
    let plane = limits::elements(spatial)?;
    let points = grid.len() / axes.len().max(1) / batch.max(1);
    let mut out = vec![T::default(); limits::elements(&[batch, channels, points])?];
    if out.is_empty() {
        return Ok(out);
    }
    let steps = strides(spatial);
    let images = x.chunks_exact(plane * channels).zip(out.chunks_exact_mut(points * channels));
    let (mut parts, mut next) = (Vec::new(), Vec::new());
    for ((x, out), grid) in images.zip(grid.chunks_exact(points * axes.len())) {
        for (point, place) in grid.chunks_exact(axes.len()).enumerate() {
            // The elements that the point sees, and their weights.
            parts.clear();
            parts.push((0usize, T::of(1.0)));
            for ((axis, &step), &at) in axes.iter().zip(&steps).zip(place.iter().rev()) {
                next.clear();
                let taps = axis.taps::<T>(at);
                for &(base, weight) in &parts {
                    let seen = taps.iter().flatten();
                    next.extend(seen.map(|&(at, w): &(usize, T)| (base + at * step, weight * w)));
                }
                std::mem::swap(&mut parts, &mut next);
            }
            let outs = out.iter_mut().skip(point).step_by(points);
            for (out, x) in outs.zip(x.chunks_exact(plane)) {
                let part =
                    |&(at, weight): &(usize, T)| weight * x.get(at).copied().unwrap_or_default();
                *out = parts.iter().map(part).fold(T::default(), |sum, x| sum + x);
            }
        }
    }
    Ok(out)
}

impl Axis {
    /// The elements along the axis that a coordinate from -1 to 1 sees, and
    /// their weights.
    fn taps<T: Real>(&self, at: T) -> [Option<(usize, T)>; TAPS] {
        let (half, one) = (T::of(0.5), T::of(1.0));
        let len = T::of(self.len);
        let place = if self.align_corners {
            (at + one) * half * (len - one)
        } else {
            ((at + one) * len - one) * half
        };
        let mut taps = [None; TAPS];
        let place = place.wide();
        if !place.is_finite() {
            return taps;
        }
        // Halves go to the even number.
        let place = if self.mode == Mode::Nearest { place.round_ties_even() } else { place };
        let (low, high) = self.borders();
        let place = match self.padding {
            _ if (low..=high).contains(&place) => place,
            Padding::Zeros => place,
            // The elements around are clamped, as in ONNX Runtime, and not the
            // place.
            Padding::Border if self.mode == Mode::Cubic => place,
            Padding::Border => place.clamp(0.0, self.len - 1.0),
            Padding::Reflection => reflected(place, low, high),
        };
        let before = place.floor();
        let x = T::of(place - before);
        let weights: &[(f64, T)] = match self.mode {
            Mode::Nearest => &[(0.0, one)],
            Mode::Linear => &[(0.0, one - x), (1.0, x)],
            Mode::Cubic => &[
                (-1.0, cubic(x + one)),
                (0.0, cubic(x)),
                (1.0, cubic(one - x)),
                (2.0, cubic(one - x + one)),
            ],
        };
        for (tap, &(step, weight)) in taps.iter_mut().zip(weights) {
            *tap = self.index(before + step).map(|at| (at, weight));
        }
        taps
    }

    fn borders(&self) -> (f64, f64) {
        if self.align_corners { (0.0, self.len - 1.0) } else { (-0.5, self.len - 0.5) }
    }

    /// The element at an integral place; `None` where it counts as zero.
    fn index(&self, place: f64) -> Option<usize> {
        let last = self.len - 1.0;
        let place = match self.padding {
            Padding::Zeros if !(0.0..=last).contains(&place) => return None,
            Padding::Zeros | Padding::Border => place,
            Padding::Reflection => {
                let (low, high) = self.borders();
                reflected(place, low, high).trunc()
            }
        };
        Some(place.clamp(0.0, last) as usize)
    }
}

/// The place mirrored at the borders until it is between them.
fn reflected(place: f64, low: f64, high: f64) -> f64 {
    let range = high - low;
    if range <= 0.0 {
        return low;
    }
    let beyond = |by: f64| ((by / range).floor() % 2.0 == 0.0, by - (by / range).floor() * range);
    if place < low {
        let (even, rest) = beyond(low - place);
        if even { low + rest } else { high - rest }
    } else if place > high {
        let (even, rest) = beyond(place - high);
        if even { high - rest } else { low + rest }
    } else {
        place
    }
}

/// The weight of an element at this distance, with the coefficient -0.75.
fn cubic<T: Real>(x: T) -> T {
    let (a, one) = (T::of(-0.75), T::of(1.0));
    if x <= one {
        ((a + T::of(2.0)) * x - (a + T::of(3.0))) * x * x + one
    } else {
        ((a * x - T::of(5.0) * a) * x + T::of(8.0) * a) * x - T::of(4.0) * a
    }
}
