//! Elements picked and placed by index: `Gather`, `GatherElements`,
//! `GatherND`, and their counterparts in `scatter`.
//!
//! Negative indices count from the end, at every version: the specification
//! has them since opset 11, ONNX Runtime always. One outside of the tensor is
//! an error.

mod scatter;

use tensor::Tensor;

use super::axes::{Around, Walk, axis};
use super::shape::runs::{Runs, pick, steps};
use super::{Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
#[cfg(feature = "networks")]
use crate::quantized;
use crate::tensors::strides;
use crate::value::Inputs;
#[cfg(feature = "networks")]
use crate::value::Value;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "Gather" => gather,
        "GatherElements" => gather_elements,
        #[cfg(feature = "networks")]
        "GatherND" => gather_nd,
        #[cfg(feature = "networks")]
        "Scatter" | "ScatterElements" => scatter::scatter_elements,
        #[cfg(feature = "networks")]
        "ScatterND" => scatter::scatter_nd,
        #[cfg(feature = "networks")]
        "TensorScatter" => scatter::tensor_scatter,
        _ => return None,
    })
}

/// An index along an axis of this length, from its start.
fn index(index: i64, len: usize) -> Result<usize, Fault> {
    let signed = i64::try_from(len).unwrap_or(i64::MAX);
    let from_start = if index < 0 { index.saturating_add(signed) } else { index };
    match usize::try_from(from_start) {
        Ok(at) if at < len => Ok(at),
        _ => bail!("index {index} is outside of a length of {len}"),
    }
}

fn gather(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.int("axis", 0);
    #[cfg(feature = "networks")]
    if let Some(scale) = spec.scale {
        let scale = scale.clone();
        return Ok(Box::new(move |inputs: Inputs<'_>| scaled_rows(&inputs, &scale)));
    }
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let data = inputs.tensor(0)?;
        let along = axis(along, data.rank())?;
        let len = data.shape().get(along).copied().unwrap_or(0);
        let indices = inputs.integers(1)?;
        let indices: Vec<usize> =
            indices.into_iter().map(|i| index(i, len)).collect::<Result<_, _>>()?;
        let (before, after) = data.shape().split_at_checked(along).unwrap_or_default();
        let after = after.get(1..).unwrap_or_default();
        let shape = [before, inputs.tensor(1)?.shape(), after].concat();
        let out = pick(data, shape, || {
            let Around { outer, len, inner } = Around::new(data.shape(), along);
            let row = |o: usize| indices.iter().map(move |i| (o * len + i) * inner);
            Ok(Runs::blocks((0..outer).flat_map(row).collect(), inner))
        })?;
        Ok(vec![out.into()])
    }))
}

/// Rows of a matrix of 8-bit integers as what they stand for.
#[cfg(feature = "networks")]
fn scaled_rows(inputs: &Inputs<'_>, scale: &Tensor) -> Result<Vec<Value>, Fault> {
    let (matrix, elements) = (inputs.tensor(0)?, inputs.slice::<i8>(0)?);
    let &[rows, columns] = matrix.shape() else {
        bail!("a matrix is wanted, not shape {:?}", matrix.shape());
    };
    let mut shape = inputs.tensor(1)?.shape().to_vec();
    shape.push(columns);
    let mut out = Vec::with_capacity(limits::elements(&shape)?);
    let mut factors: Vec<f32> = Vec::new();
    for i in inputs.integers(1)? {
        let at = index(i, rows)?;
        let row = elements.get(at * columns..(at + 1) * columns).unwrap_or_default();
        out.extend(row.iter().map(|&x| f32::from(x)));
        factors.extend(scale.as_slice::<f32>().and_then(|factors| factors.get(at)));
    }
    match scale.shape() {
        [n, 1] if *n > 1 => {
            let scale = Tensor::new(vec![factors.len(), 1], factors)?;
            quantized::scaled(&mut out, columns, &scale);
        }
        _ => quantized::scaled(&mut out, columns, scale),
    }
    Ok(vec![Tensor::new(shape, out)?.into()])
}

fn gather_elements(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.int("axis", 0);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (data, indices) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let places = element_places(data.shape(), indices, &inputs.integers(1)?, along)?;
        let out = pick(data, indices.shape().to_vec(), || Ok(Runs::blocks(places, 1)))?;
        Ok(vec![out.into()])
    }))
}

/// Where in a tensor of `shape` each index points that stands for one element:
/// to its own place, but along one axis to where it says.
fn element_places(
    shape: &[usize],
    indices: &Tensor,
    values: &[i64],
    along: i64,
) -> Result<Vec<usize>, Fault> {
    let along = axis(along, shape.len())?;
    let given = indices.shape();
    let mut pairs = given.iter().zip(shape).enumerate();
    if given.len() != shape.len() || pairs.any(|(i, (given, len))| i != along && given > len) {
        bail!("indices of shape {given:?} for a tensor of shape {shape:?}");
    }
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let mut steps = steps(shape);
    let len = shape.get(along).copied().unwrap_or(0);
    let step = steps.get_mut(along).map_or(0, std::mem::take).cast_unsigned();
    Walk::new(given, &steps, 0)
        .zip(values)
        .map(|(offset, &i)| Ok(offset + index(i, len)? * step))
        .collect()
}

fn gather_nd(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // Since opset 12.
    let Ok(batch_dims) = usize::try_from(spec.attributes.int("batch_dims", 0)) else {
        bail!("'batch_dims' is negative");
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (data, indices) = (inputs.tensor(0)?, inputs.tensor(1)?);
        let tuples = Tuples::new(data.shape(), indices.shape(), batch_dims)?;
        let places = tuples.places(inputs.slice::<i64>(1)?)?;
        let shape = [tuples.outer, tuples.block].concat();
        let out = pick(data, shape, || Ok(Runs::blocks(places, limits::elements(tuples.block)?)))?;
        Ok(vec![out.into()])
    }))
}

/// Indices whose last axis holds the index along each of the first axes.
struct Tuples<'a> {
    shape: &'a [usize],
    /// How many leading axes tensor and indices share.
    batch_dims: usize,
    /// The shape of the indices without their last axis.
    outer: &'a [usize],
    /// How many numbers make an index.
    depth: usize,
    /// The shape of what one index points to.
    block: &'a [usize],
}

impl<'a> Tuples<'a> {
    fn new(shape: &'a [usize], indices: &'a [usize], batch_dims: usize) -> Result<Self, Fault> {
        let fits = || {
            let (&depth, outer) = indices.split_last()?;
            let block = shape.get(batch_dims.checked_add(depth)?..)?;
            let is_shared = outer.get(..batch_dims)? == shape.get(..batch_dims)?;
            is_shared.then_some(Self { shape, batch_dims, outer, depth, block })
        };
        match fits() {
            Some(tuples) => Ok(tuples),
            None => bail!(
                "indices of shape {indices:?} for a tensor of shape {shape:?} with {batch_dims} axes shared"
            ),
        }
    }

    /// The offset of each block that an index points to.
    fn places(&self, values: &[i64]) -> Result<Vec<usize>, Fault> {
        let count = limits::elements(self.outer)?;
        let shared = self.outer.get(..self.batch_dims).unwrap_or_default();
        let per_batch = count.checked_div(limits::elements(shared)?).unwrap_or(0).max(1);
        let strides = strides(self.shape);
        let axes: Vec<(usize, usize)> = self
            .shape
            .iter()
            .copied()
            .zip(strides)
            .skip(self.batch_dims)
            .take(self.depth)
            .collect();
        // How many elements belong to one of what the shared axes count.
        let batch: usize = limits::elements(self.shape.get(self.batch_dims..).unwrap_or_default())?;
        let place = |(i, tuple): (usize, &[i64])| {
            let mut place = i / per_batch * batch;
            for (&value, &(len, stride)) in tuple.iter().zip(&axes) {
                place += index(value, len)? * stride;
            }
            Ok(place)
        };
        if self.depth == 0 {
            return (0..count).map(|i| place((i, &[]))).collect();
        }
        values.chunks_exact(self.depth).enumerate().map(place).collect()
    }
}
