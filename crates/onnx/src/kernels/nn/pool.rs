//! Pools: `MaxPool`, `AveragePool`, `LpPool`, the same over whole images, and
//! `MaxUnpool`.

use tensor::{DType, Tensor};

use super::patches::Grid;
use super::real::{Real, floats, reals};
use super::window::{Axis, Sliding, Window, bounded, lengths, out_shape, signed, unsigned};
use super::{Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::kernels::matmul::Tiled;
use crate::limits;
use crate::value::{Inputs, Value};

/// A window's sum and what it is divided by, its norm, or its maximum.
#[derive(Debug, Clone, Copy)]
enum Pool {
    Max,
    Average { with_padding: bool },
    Norm { p: f64 },
}

/// The batch and channels of an image, and its spatial axes.
pub(super) fn image(shape: &[usize]) -> Result<(usize, usize, &[usize]), Fault> {
    bounded(shape)?;
    match shape {
        [batch, channels, spatial @ ..] if !spatial.is_empty() => Ok((*batch, *channels, spatial)),
        _ => bail!("a tensor of shape {shape:?} is no image"),
    }
}

fn window(spec: &Spec<'_>) -> Result<Window, Fault> {
    let window = Window::new(spec.attributes)?;
    if window.kernel.is_empty() {
        bail!("the attribute 'kernel_shape' is missing");
    }
    window.check(window.kernel.len(), &window.kernel)?;
    Ok(window)
}

pub(super) fn average(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let with_padding = spec.attributes.flag("count_include_pad", false);
    pool(window(spec)?, Pool::Average { with_padding })
}

pub(super) fn norm(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    pool(window(spec)?, Pool::Norm { p: exponent(spec) })
}

/// The exponent of a norm; opset 1 has it as a float.
fn exponent(spec: &Spec<'_>) -> f64 {
    if spec.version < 2 {
        spec.attributes.float("p", 2.0).into()
    } else {
        spec.attributes.int("p", 2) as f64
    }
}

fn pool(window: Window, pool: Pool) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let (axes, sliding, shape) = slide(&window, x)?;
        let data = floats!(x.dtype(), T => {
            T::data(pooled::<T>(&reals(x)?, &axes, &sliding, pool)?, x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The windows over an image, and the shape of what they give.
fn slide(window: &Window, x: &Tensor) -> Result<(Vec<Axis>, Sliding, Vec<usize>), Fault> {
    let (batch, channels, spatial) = image(x.shape())?;
    let axes = window.axes(spatial, &window.kernel)?;
    let sliding = Sliding::new(&axes)?;
    let mut shape = vec![batch, channels];
    shape.extend(out_shape(&axes));
    limits::elements(&shape)?;
    Ok((axes, sliding, shape))
}

fn pooled<T: Real>(x: &[T], axes: &[Axis], sliding: &Sliding, pool: Pool) -> Result<Vec<T>, Fault> {
    let planes = x.len().checked_div(sliding.image).unwrap_or(0);
    let first = if matches!(pool, Pool::Max) { T::LOWEST } else { T::default() };
    let mut out = vec![first; limits::elements(&[planes, sliding.out])?];
    if out.is_empty() {
        return Ok(out);
    }
    let planes = x.chunks_exact(sliding.image).zip(out.chunks_exact_mut(sliding.out));
    match pool {
        Pool::Max => slid(axes, planes, first, <T as Tiled>::greater)?,
        Pool::Average { with_padding } => {
            slid(axes, planes, first, <T as Tiled>::add)?;
            let divisors: Vec<T> = divisors(axes, with_padding);
            for (sum, &by) in out.iter_mut().zip(divisors.iter().cycle()) {
                *sum = *sum / by;
            }
        }
        Pool::Norm { p } => {
            let (p, root) = (T::of(p), T::of(1.0 / p));
            for (x, out) in planes {
                sliding.visit(out, x, |sum, &x| *sum += power(x.abs(), p));
                out.iter_mut().for_each(|sum| *sum = sum.powf(root));
            }
        }
    }
    Ok(out)
}

/// Takes together what each window over each plane sees. `first` is what there
/// is to begin with, and around the planes.
fn slid<'p, T: Tiled>(
    axes: &[Axis],
    planes: impl Iterator<Item = (&'p [T], &'p mut [T])>,
    first: T,
    step: impl Fn(T::Lanes, T::Lanes) -> T::Lanes + Copy,
) -> Result<(), Fault> {
    let grid = Grid::new(axes)?;
    let (blocks, mut room) = (grid.blocks::<T>(), grid.room(1, first)?);
    let no_weights = vec![T::ZERO; grid.taps.len()];
    for (x, out) in planes {
        let put = |at: usize, pooled: &[T]| {
            if let Some(place) = out.get_mut(at..at + pooled.len()) {
                place.copy_from_slice(pooled);
            }
        };
        let x = grid.padded(x, &mut room);
        grid.slide(&blocks, x, &no_weights, first, |lanes, _, seen| step(lanes, seen), put);
    }
    Ok(())
}

/// A power, of which the common ones are quick.
fn power<T: Real>(x: T, p: T) -> T {
    if p == T::of(2.0) {
        x * x
    } else if p == T::of(1.0) {
        x
    } else {
        x.powf(p)
    }
}

/// How many elements each window averages.
fn divisors<T: Real>(axes: &[Axis], with_padding: bool) -> Vec<T> {
    let mut counts = vec![1usize];
    for axis in axes {
        let along = axis.counts(with_padding);
        counts = counts.iter().flat_map(|n| along.iter().map(move |m| n * m)).collect();
    }
    counts.into_iter().map(|n| T::of(n as f64)).collect()
}

pub(super) fn max(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let window = window(spec)?;
    let column_major = spec.attributes.flag("storage_order", false);
    let with_indices = spec.outputs > 1;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let dtype = x.dtype();
        let (axes, sliding, shape) = slide(&window, x)?;
        let (data, places) = match dtype {
            DType::F64 => max_pooled::<f64>(x, &axes, &sliding, with_indices)?,
            DType::F32 | DType::F16 | DType::I8 | DType::U8 => {
                max_pooled::<f32>(x, &axes, &sliding, with_indices)?
            }
            other => bail!("MaxPool takes floats and 8-bit integers, not {other}"),
        };
        let mut outputs: Vec<Value> = vec![Tensor::new(shape.clone(), data)?.into()];
        if with_indices {
            let indices = indices(&places, &sliding, &axes, column_major);
            outputs.push(Tensor::new(shape, indices)?.into());
        }
        Ok(outputs)
    }))
}

/// The maxima and, if asked for, where on its plane each is.
fn max_pooled<T: Real>(
    x: &Tensor,
    axes: &[Axis],
    sliding: &Sliding,
    with_places: bool,
) -> Result<(tensor::Data, Vec<usize>), Fault> {
    let dtype = x.dtype();
    let x = reals::<T>(x)?;
    if !with_places {
        return Ok((T::data(pooled(&x, axes, sliding, Pool::Max)?, dtype), Vec::new()));
    }
    let planes = x.len().checked_div(sliding.image).unwrap_or(0);
    let mut best = vec![(T::LOWEST, usize::MAX); limits::elements(&[planes, sliding.out])?];
    if !best.is_empty() {
        for (x, best) in x.chunks_exact(sliding.image).zip(best.chunks_exact_mut(sliding.out)) {
            let x: Vec<(usize, T)> = x.iter().copied().enumerate().collect();
            sliding.visit(best, &x, |best, &(place, x)| {
                if x > best.0 || best.1 == usize::MAX {
                    *best = (x, place);
                }
            });
        }
    }
    let (values, places) = best.into_iter().unzip();
    Ok((T::data(values, dtype), places))
}

/// Places on planes as places in the whole tensor. Column-major order turns
/// the axes of each plane around.
fn indices(places: &[usize], sliding: &Sliding, axes: &[Axis], column_major: bool) -> Vec<i64> {
    let out = sliding.out.max(1);
    let turned = |place: usize| {
        let (mut rest, mut scale, mut digits) = (place, sliding.image, 0);
        for axis in axes.iter().rev() {
            let len = unsigned(axis.len).max(1);
            scale /= len;
            digits += rest % len * scale;
            rest /= len;
        }
        digits
    };
    let index = |(i, &place): (usize, &usize)| {
        if place == usize::MAX {
            return -1;
        }
        let place = if column_major { turned(place) } else { place };
        signed(i / out * sliding.image + place)
    };
    places.iter().enumerate().map(index).collect()
}

pub(super) fn global_average(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    global(Pool::Average { with_padding: false })
}

pub(super) fn global_max(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    global(Pool::Max)
}

pub(super) fn global_norm(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    global(Pool::Norm { p: exponent(spec) })
}

fn global(pool: Pool) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let (batch, channels, spatial) = image(x.shape())?;
        let mut shape = vec![1; x.rank()];
        shape.iter_mut().zip([batch, channels]).for_each(|(to, from)| *to = from);
        let len = limits::elements(spatial)?;
        let planes = limits::elements(&shape)?;
        let data = floats!(x.dtype(), T => {
            T::data(whole::<T>(&reals(x)?, planes, len, pool), x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

fn whole<T: Real>(x: &[T], planes: usize, len: usize, pool: Pool) -> Vec<T> {
    // Eight sums at a time, so that none waits for another.
    let sum = |x: &[T]| {
        let (eights, rest) = x.as_chunks::<8>();
        let mut sums = [0.0; 8];
        for eight in eights {
            sums.iter_mut().zip(eight).for_each(|(sum, x)| *sum += x.wide());
        }
        sums.iter().sum::<f64>() + rest.iter().map(|x| x.wide()).sum::<f64>()
    };
    let powers = |x: &[T], p| x.iter().map(|x| power(x.wide().abs(), p)).sum::<f64>();
    let one = |x: &[T]| match pool {
        Pool::Max => x.iter().fold(T::LOWEST, |max, &x| max.greater(x)),
        Pool::Average { .. } => T::of(sum(x) / len as f64),
        Pool::Norm { p } => T::of(powers(x, p).powf(1.0 / p)),
    };
    (0..planes).map(|i| one(x.get(i * len..(i + 1) * len).unwrap_or_default())).collect()
}

/// `MaxUnpool`. Where an output shape is given, the indices are places in a
/// tensor of that shape, as ONNX Runtime has it.
pub(super) fn unpool(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let window = window(spec)?;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (x, indices) = (inputs.tensor(0)?, inputs.slice::<i64>(1)?);
        let (batch, channels, spatial) = image(x.shape())?;
        window.check(spatial.len(), &window.kernel)?;
        let shape: Vec<usize> = if inputs.get(2).is_some() {
            let given = lengths(&inputs.integers(2)?, "output_shape")?;
            given.iter().map(|&n| unsigned(n)).collect()
        } else {
            let inferred =
                spatial.iter().zip(&window.kernel).enumerate().map(|(i, (&len, kernel))| {
                    let (before, after) = window.pads(i, spatial.len());
                    unsigned(
                        (signed(len) - 1).saturating_mul(window.stride(i)) - before - after
                            + kernel,
                    )
                });
            [batch, channels].into_iter().chain(inferred).collect()
        };
        if shape.len() != x.rank() {
            bail!("'output_shape' is {shape:?}");
        }
        let len = limits::elements(&shape)?;
        let data = floats!(x.dtype(), T => {
            let mut out = vec![T::default(); len];
            for (&x, &index) in reals::<T>(x)?.iter().zip(indices) {
                let Some(place) = usize::try_from(index).ok().and_then(|i| out.get_mut(i)) else {
                    bail!("the index {index} is outside of a tensor of shape {shape:?}");
                };
                *place = x;
            }
            T::data(out, x.dtype())
        });
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}
