//! Normalisation: by mean and variance, root mean square, or a norm.

use std::borrow::Cow;

use tensor::{DType, Tensor};

use super::number::{Real, by_float};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{self, Around, Walk};
use crate::kernels::{Kernel, Spec};
use crate::tensors::strides;
use crate::value::{Inputs, Value};

/// The sum of a function of all elements, in double precision across blocks.
fn sum<T: Real>(x: &[T], f: impl Fn(T) -> T + Copy) -> f64 {
    const LANES: usize = 8;
    let mut total = 0.0;
    for block in x.chunks(256) {
        let mut lanes = [T::ZERO; LANES];
        let (chunks, rest) = block.as_chunks::<LANES>();
        for chunk in chunks {
            for (a, &x) in lanes.iter_mut().zip(chunk) {
                *a = *a + f(x);
            }
        }
        for (a, &x) in lanes.iter_mut().zip(rest) {
            *a = *a + f(x);
        }
        total += lanes.iter().map(|a| a.to_f64()).sum::<f64>();
    }
    total
}

/// The mean and the variance of a population.
fn moments<T: Real>(x: &[T]) -> (T, T) {
    let count = x.len().max(1) as f64;
    let mean = T::of(sum(x, |x| x) / count);
    (mean, T::of(sum(x, |x| (x - mean) * (x - mean)) / count))
}

/// Floats of the input at `i`, in another precision if need be.
fn floats<'a, T: Real>(inputs: &'a Inputs<'_>, i: usize) -> Result<Cow<'a, [T]>, Fault> {
    let tensor = inputs.tensor(i)?;
    T::read(tensor.data())
        .ok_or_else(|| Fault::new(format!("input {i} is of type {}, not floats", tensor.dtype())))
}

/// The same of an input that has one number for each of something.
fn parameters<'a, T: Real>(
    inputs: &'a Inputs<'_>,
    i: usize,
    count: usize,
) -> Result<Cow<'a, [T]>, Fault> {
    let values = floats(inputs, i)?;
    if values.len() != count {
        bail!("input {i} has {} numbers, where {count} are wanted", values.len());
    }
    Ok(values)
}

/// Takes the first input, whose numbers may be changed in place.
fn take<T: Real>(inputs: &mut Inputs<'_>) -> Result<(Vec<usize>, DType, Vec<T>), Fault> {
    let x = inputs.take_tensor(0)?;
    let dtype = x.dtype();
    let (shape, data) = x.into_parts();
    match T::own(data) {
        Some(values) => Ok((shape, dtype, values)),
        None => bail!("floats are wanted, not {dtype}"),
    }
}

fn give<T: Real>(shape: Vec<usize>, values: Vec<T>, dtype: DType) -> Result<Value, Fault> {
    Ok(Tensor::new(shape, T::write(values, dtype))?.into())
}

#[derive(Debug, Clone, Copy)]
struct Layer {
    axis: i64,
    epsilon: f64,
    /// Whether the mean is taken away: not by `RMSNormalization`.
    centred: bool,
}

pub(super) fn layer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let layer = Layer {
        axis: spec.attributes.int("axis", -1),
        epsilon: f64::from(spec.attributes.float("epsilon", 1e-5)),
        centred: spec.op == "LayerNormalization",
    };
    if spec.attributes.int("stash_type", 1) != 1 {
        bail!("it is only computed in 32-bit floats or more ('stash_type' 1)");
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        by_float!(inputs, run_layer(&mut inputs, layer))
    }))
}

fn run_layer<T: Real>(inputs: &mut Inputs<'_>, layer: Layer) -> Result<Vec<Value>, Fault> {
    let (shape, dtype, mut x) = take::<T>(inputs)?;
    let axis = axes::axis(layer.axis, shape.len())?;
    let at = Around::new(&shape, axis);
    let columns = at.len.saturating_mul(at.inner).max(1);
    let scale = Spread::new(inputs, 1, &shape, columns)?;
    let bias = match layer.centred && inputs.get(2).is_some() {
        true => Some(Spread::new(inputs, 2, &shape, columns)?),
        false => None,
    };
    let (mut means, mut inverses) = (Vec::new(), Vec::new());
    for (i, row) in x.chunks_exact_mut(columns).enumerate() {
        let (mean, square) = if layer.centred {
            moments(row)
        } else {
            (T::ZERO, T::of(sum(row, |x| x * x) / columns as f64))
        };
        let inverse = T::ONE / (square + T::of(layer.epsilon)).sqrt();
        means.push(mean);
        inverses.push(inverse);
        let scale = scale.row(i);
        match &bias {
            Some(bias) => {
                for ((x, &scale), &bias) in row.iter_mut().zip(scale).zip(bias.row(i)) {
                    *x = (*x - mean) * inverse * scale + bias;
                }
            }
            None => {
                for (x, &scale) in row.iter_mut().zip(scale) {
                    *x = (*x - mean) * inverse * scale;
                }
            }
        }
    }
    // The statistics are in the type that they are computed in, which is 32-bit
    // even where ONNX Runtime is given doubles.
    let mut lengths = shape.clone();
    lengths.iter_mut().skip(axis).for_each(|len| *len = 1);
    let statistics = |v: Vec<T>| {
        let v: Vec<f32> = v.into_iter().map(|x| x.to_f64() as f32).collect();
        Ok(Tensor::new(lengths.clone(), v)?.into())
    };
    let y = give(shape.clone(), x, dtype)?;
    if shape.contains(&0) || !layer.centred {
        return Ok(vec![y]);
    }
    let outputs: Result<Vec<Value>, Fault> = [means, inverses].into_iter().map(statistics).collect();
    Ok(std::iter::once(y).chain(outputs?).collect())
}

/// A tensor that broadcasts to another's shape, by rows of that.
struct Spread<'a, T: Real> {
    values: Cow<'a, [T]>,
    columns: usize,
    /// Whether every row has the same.
    same: bool,
}

impl<'a, T: Real> Spread<'a, T> {
    fn new(
        inputs: &'a Inputs<'_>,
        i: usize,
        to: &[usize],
        columns: usize,
    ) -> Result<Self, Fault> {
        let shape = inputs.tensor(i)?.shape();
        let values = floats(inputs, i)?;
        if axes::broadcast(&[shape, to])? != to {
            bail!("input {i} of shape {shape:?} can't be broadcast to {to:?}");
        }
        if values.len() == columns && to.ends_with(trimmed(shape)) {
            return Ok(Self { values, columns, same: true });
        }
        let all = Walk::broadcast(shape, to).filter_map(|at| values.get(at)).copied().collect();
        Ok(Self { values: Cow::Owned(all), columns, same: false })
    }

    fn row(&self, i: usize) -> &[T] {
        let start = if self.same { 0 } else { i * self.columns };
        self.values.get(start..start + self.columns).unwrap_or_default()
    }
}

/// A shape without the ones that it begins with.
fn trimmed(shape: &[usize]) -> &[usize] {
    let ones = shape.iter().take_while(|len| **len == 1).count();
    shape.get(ones..).unwrap_or_default()
}

#[derive(Debug, Clone, Copy)]
struct Group {
    /// How many groups the channels are in; each is one where there is none.
    groups: Option<usize>,
    epsilon: f64,
    /// Whether scale and bias are given by channel.
    by_channel: bool,
}

pub(super) fn group(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let groups = match (spec.op, spec.attributes.maybe_int("num_groups")) {
        ("GroupNormalization", Some(groups)) => match usize::try_from(groups) {
            Ok(groups) if groups > 0 => Some(groups),
            _ => bail!("{groups} is no number of groups"),
        },
        ("GroupNormalization", None) => bail!("the attribute 'num_groups' is missing"),
        _ => None,
    };
    if spec.attributes.int("stash_type", 1) != 1 {
        bail!("it is only computed in 32-bit floats or more ('stash_type' 1)");
    }
    let group = Group {
        groups,
        epsilon: f64::from(spec.attributes.float("epsilon", 1e-5)),
        // Before opset 21 GroupNormalization has them by group.
        by_channel: groups.is_none() || spec.version >= 21,
    };
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        by_float!(inputs, run_group(&mut inputs, group))
    }))
}

fn run_group<T: Real>(inputs: &mut Inputs<'_>, group: Group) -> Result<Vec<Value>, Fault> {
    let (shape, dtype, mut x) = take::<T>(inputs)?;
    let [_, channels, spatial @ ..] = shape.as_slice() else {
        bail!("a tensor of {} dimensions has no channels", shape.len());
    };
    let groups = group.groups.unwrap_or(*channels);
    if channels.checked_rem(groups) != Some(0) && *channels != 0 {
        bail!("{channels} channels are not {groups} groups");
    }
    let each = channels.checked_div(groups).unwrap_or(0);
    let wanted = if group.by_channel { *channels } else { groups };
    let scale = parameters::<T>(inputs, 1, wanted)?;
    let bias = parameters::<T>(inputs, 2, wanted)?;
    let area = spatial.iter().product::<usize>().max(1);
    let factors = scale.iter().zip(bias.iter());
    for (i, x) in x.chunks_exact_mut(each.saturating_mul(area).max(1)).enumerate() {
        let (mean, variance) = moments(x);
        let inverse = T::ONE / (variance + T::of(group.epsilon)).sqrt();
        let g = i % groups.max(1);
        for (c, x) in x.chunks_exact_mut(area).enumerate() {
            let at = if group.by_channel { g * each + c } else { g };
            let Some((&scale, &bias)) = factors.clone().nth(at) else { continue };
            for x in x {
                *x = (*x - mean) * inverse * scale + bias;
            }
        }
    }
    Ok(vec![give(shape, x, dtype)?])
}

#[derive(Debug, Clone, Copy)]
struct Batch {
    epsilon: f64,
    momentum: f64,
    /// Normalises by the batch itself, and gives its statistics.
    training: bool,
    /// Before opset 9: whether positions share a channel's numbers.
    spatial: bool,
    /// How many outputs the node names.
    outputs: usize,
}

pub(super) fn batch(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let batch = Batch {
        epsilon: f64::from(spec.attributes.float("epsilon", 1e-5)),
        momentum: f64::from(spec.attributes.float("momentum", 0.9)),
        // Before opset 14 the number of outputs says which it is.
        training: if spec.version >= 14 {
            spec.attributes.flag("training_mode", false)
        } else {
            spec.outputs > 1
        },
        spatial: spec.version >= 9 || spec.attributes.flag("spatial", true),
        outputs: spec.outputs,
    };
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        by_float!(inputs, run_batch(&mut inputs, batch))
    }))
}

fn run_batch<T: Real>(inputs: &mut Inputs<'_>, batch: Batch) -> Result<Vec<Value>, Fault> {
    let (shape, dtype, mut x) = take::<T>(inputs)?;
    // A vector is a batch of one channel.
    let rest = shape.get(1..).unwrap_or_default();
    let (channels, area) = match rest {
        [channels, spatial @ ..] if batch.spatial => (*channels, spatial.iter().product()),
        _ => (rest.iter().product(), 1usize),
    };
    let scale = parameters::<T>(inputs, 1, channels)?;
    let bias = parameters::<T>(inputs, 2, channels)?;
    let mean = parameters::<T>(inputs, 3, channels)?;
    let variance = parameters::<T>(inputs, 4, channels)?;
    let (current_mean, current_variance) = if batch.training {
        channel_moments(&x, channels, area)
    } else {
        (mean.to_vec(), variance.to_vec())
    };
    let factors: Vec<(T, T)> = scale
        .iter()
        .zip(bias.iter())
        .zip(current_mean.iter().zip(&current_variance))
        .map(|((&scale, &bias), (&mean, &variance))| {
            let factor = scale / (variance + T::of(batch.epsilon)).sqrt();
            (factor, bias - mean * factor)
        })
        .collect();
    if area == 1 {
        for row in x.chunks_exact_mut(channels.max(1)) {
            for (x, &(factor, offset)) in row.iter_mut().zip(&factors) {
                *x = *x * factor + offset;
            }
        }
    } else {
        for (x, &(factor, offset)) in x.chunks_exact_mut(area.max(1)).zip(factors.iter().cycle()) {
            for x in x {
                *x = *x * factor + offset;
            }
        }
    }
    let mut outputs = vec![give(shape, x, dtype)?];
    if batch.training {
        let momentum = T::of(batch.momentum);
        let running = |old: &[T], new: &[T]| -> Vec<T> {
            let blend = |(&old, &new): (&T, &T)| old * momentum + new * (T::ONE - momentum);
            old.iter().zip(new).map(blend).collect()
        };
        let statistics = [
            (running(&mean, &current_mean), 3),
            (running(&variance, &current_variance), 4),
            // Before opset 14; the second is inverted, as ONNX Runtime has it.
            (current_mean, 3),
            (
                current_variance
                    .into_iter()
                    .map(|v| T::ONE / (v + T::of(batch.epsilon)).sqrt())
                    .collect(),
                4,
            ),
        ];
        for (values, like) in statistics.into_iter().take(batch.outputs.saturating_sub(1)) {
            outputs.push(give(vec![channels], values, inputs.tensor(like)?.dtype())?);
        }
    }
    Ok(outputs)
}

/// The mean and the variance of each channel.
fn channel_moments<T: Real>(x: &[T], channels: usize, area: usize) -> (Vec<T>, Vec<T>) {
    let mut line = Vec::new();
    let gather = |c: usize| {
        line.clear();
        let mine = x.chunks_exact(area.max(1)).skip(c).step_by(channels.max(1));
        mine.for_each(|part| line.extend_from_slice(part));
        moments(&line)
    };
    (0..channels).map(gather).unzip()
}

pub(super) fn mean_variance(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let list = match spec.attributes.ints("axes") {
        [] => vec![0, 2, 3],
        given => given.to_vec(),
    };
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        by_float!(inputs, run_mean_variance(&mut inputs, &list))
    }))
}

fn run_mean_variance<T: Real>(inputs: &mut Inputs<'_>, list: &[i64]) -> Result<Vec<Value>, Fault> {
    let (shape, dtype, mut x) = take::<T>(inputs)?;
    let chosen = axes::axes(list, shape.len())?;
    // All other axes first: each row is then normalised.
    let mut order: Vec<usize> = (0..shape.len()).filter(|i| !chosen.contains(i)).collect();
    order.extend((0..shape.len()).filter(|i| chosen.contains(i)));
    let steps = strides(&shape);
    let pick = |from: &[usize]| -> Vec<usize> {
        order.iter().filter_map(|&i| from.get(i)).copied().collect()
    };
    let moved = pick(&shape);
    let steps: Vec<isize> = pick(&steps).iter().map(|step| step.cast_signed()).collect();
    let walk = Walk::new(&moved, &steps, 0);
    let mut rows: Vec<T> = walk.clone().filter_map(|at| x.get(at)).copied().collect();
    let columns = chosen.iter().filter_map(|&i| shape.get(i)).product::<usize>().max(1);
    for row in rows.chunks_exact_mut(columns) {
        let (mean, variance) = moments(row);
        // As the operator's definition by others has it.
        let deviation = variance.sqrt() + T::of(1e-9);
        row.iter_mut().for_each(|x| *x = (*x - mean) / deviation);
    }
    for (at, y) in walk.zip(rows) {
        if let Some(x) = x.get_mut(at) {
            *x = y;
        }
    }
    Ok(vec![give(shape, x, dtype)?])
}

pub(super) fn lp(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let axis = spec.attributes.int("axis", -1);
    let p = spec.attributes.int("p", 2);
    if p != 1 && p != 2 {
        bail!("the order of the norm is 1 or 2, not {p}");
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| by_float!(inputs, run_lp(&mut inputs, axis, p))))
}

/// Where the norm is 0, so is the result.
fn run_lp<T: Real>(inputs: &mut Inputs<'_>, axis: i64, p: i64) -> Result<Vec<Value>, Fault> {
    let (shape, dtype, mut x) = take::<T>(inputs)?;
    let at = Around::new(&shape, axes::axis(axis, shape.len())?);
    let mut line: Vec<T> = Vec::new();
    for block in x.chunks_exact_mut(at.len.saturating_mul(at.inner).max(1)) {
        for i in 0..at.inner {
            line.clear();
            line.extend(block.iter().skip(i).step_by(at.inner));
            let norm = T::of(match p {
                1 => sum(&line, T::magnitude),
                _ => sum(&line, |x| x * x).sqrt(),
            });
            for x in block.iter_mut().skip(i).step_by(at.inner) {
                *x = if norm == T::ZERO { T::ZERO } else { *x / norm };
            }
        }
    }
    Ok(vec![give(shape, x, dtype)?])
}
