//! `Scan`: a graph for each step along an axis.
//!
//! Until version 8 the first axis of everything is a batch, the second is
//! scanned, and each row of the batch may have a length of its own; since
//! version 9 there is no batch, and each input and output has its axis.

use std::borrow::Cow;

use tensor::{Data, Element, Tensor};

use super::collect::{Collected, placed};
use super::distances::distances;
use super::{Body, Kernel, Spec, check};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{Around, axis};
use crate::limits;
use crate::value::{Inputs, Value};

struct Scan {
    body: Body,
    /// Which of the node's inputs is the first state.
    first: usize,
    states: usize,
    /// The axis of each scanned input, and whether it is read from its end.
    inputs: Vec<(i64, bool)>,
    /// The same of each output that is collected.
    outputs: Vec<(i64, bool)>,
    /// Whether it computes distances, row by row.
    is_distances: bool,
}

pub(super) fn build(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let body = spec.body("body")?;
    let is_batched = spec.version < 9;
    let first = usize::from(is_batched);
    let own = spec.constants.len().saturating_sub(body.captures.len() + first);
    let scanned = usize::try_from(spec.attributes.int("num_scan_inputs", 0)).unwrap_or(0);
    if scanned == 0 || scanned > own {
        bail!("'num_scan_inputs' is not among the {own} inputs");
    }
    let states = own - scanned;
    check(&body, own, spec.outputs.max(states))?;
    let collected = body.outputs.len() - states;
    let [directions, axes, output_directions, output_axes] = if is_batched {
        [spec.attributes.ints("directions"), &[], &[], &[]]
    } else {
        ["scan_input_directions", "scan_input_axes", "scan_output_directions", "scan_output_axes"]
            .map(|name| spec.attributes.ints(name))
    };
    let inputs = sides(axes, directions, scanned)?;
    let outputs = sides(output_axes, output_directions, collected)?;
    let is_distances = !is_batched
        && body.is_distances
        && states == 1
        && [&inputs, &outputs].iter().all(|sides| sides.as_slice() == [(0, false)]);
    let scan = Scan { first, states, inputs, outputs, is_distances, body };
    Ok(if is_batched {
        Box::new(move |inputs: Inputs<'_>| scan.run_batch(inputs))
    } else {
        Box::new(move |inputs: Inputs<'_>| scan.run(inputs))
    })
}

/// An axis and a direction for each of `count`.
fn sides(axes: &[i64], directions: &[i64], count: usize) -> Result<Vec<(i64, bool)>, Fault> {
    for given in [axes, directions] {
        if !given.is_empty() && given.len() != count {
            bail!("there are {} axes or directions for {count} values", given.len());
        }
    }
    if directions.iter().any(|d| !matches!(d, 0 | 1)) {
        bail!("a direction is neither 0 nor 1");
    }
    let axes = axes.iter().copied().chain(std::iter::repeat(0));
    let directions = directions.iter().map(|d| *d == 1).chain(std::iter::repeat(false));
    Ok(axes.zip(directions).take(count).collect())
}

impl Scan {
    fn run(&self, mut inputs: Inputs<'_>) -> Result<Vec<Value>, Fault> {
        if self.is_distances
            && let Some(distances) = distances(inputs.value(0)?, inputs.value(1)?)?
        {
            return Ok(vec![inputs.take(0)?, distances.into()]);
        }
        let mut values =
            (0..self.states).map(|i| inputs.take(i)).collect::<Result<Vec<_>, Fault>>()?;
        let mut slices = Vec::with_capacity(self.inputs.len());
        for (i, (at, _)) in self.inputs.iter().enumerate() {
            let tensor = inputs.tensor(self.states + i)?;
            let at = axis(*at, tensor.rank())?;
            let mut shape = tensor.shape().to_vec();
            shape.remove(at);
            slices.push(Slices::new(tensor, Around::new(tensor.shape(), at), shape)?);
        }
        let steps = same(slices.iter().map(|s| s.around.len))?;
        let mut collected = self.collected(steps);
        for step in 0..steps {
            for (slices, (_, reversed)) in slices.iter_mut().zip(&self.inputs) {
                slices.read(if *reversed { steps - 1 - step } else { step })?;
            }
            values = self.step(values, &slices, &inputs, &mut collected)?;
        }
        for (collected, (at, reversed)) in collected.into_iter().zip(&self.outputs) {
            values.push(placed(collected.finish(&[steps])?, *at, *reversed)?.into());
        }
        Ok(values)
    }

    /// Of a row that is shorter than others the rest of the outputs is zeros,
    /// which the specification leaves open.
    fn run_batch(&self, inputs: Inputs<'_>) -> Result<Vec<Value>, Fault> {
        let mut states = Vec::with_capacity(self.states);
        for i in 0..self.states {
            let tensor = inputs.tensor(self.first + i)?;
            let [_, shape @ ..] = tensor.shape() else { bail!("a state has no batch axis") };
            states.push(Slices::new(tensor, Around::new(tensor.shape(), 0), shape.to_vec())?);
        }
        let mut slices = Vec::with_capacity(self.inputs.len());
        let mut lengths = Vec::with_capacity(self.inputs.len());
        for i in 0..self.inputs.len() {
            let tensor = inputs.tensor(self.first + self.states + i)?;
            let [batch, len, shape @ ..] = tensor.shape() else {
                bail!("an input has no batch axis, or none to scan");
            };
            lengths.push((*batch, *len));
            // A row's steps follow upon those of the row before.
            let around = Around::new(tensor.shape(), 1);
            let around = Around { outer: 1, len: around.outer.saturating_mul(*len), ..around };
            slices.push(Slices::new(tensor, around, shape.to_vec())?);
        }
        let batch = same(lengths.iter().map(|l| l.0).chain(states.iter().map(|s| s.around.len)))?;
        let longest = same(lengths.iter().map(|l| l.1))?;
        let given = if inputs.get(0).is_some() { Some(inputs.integers(0)?) } else { None };
        if given.as_ref().is_some_and(|given| given.len() != batch) {
            bail!("the number of lengths is not that of the rows, {batch}");
        }
        let mut ends: Vec<Collected> = self
            .body
            .outputs
            .iter()
            .take(self.states)
            .map(|info| Collected::new(info, Some(batch)))
            .collect();
        let mut collected = self.collected(batch.saturating_mul(longest));
        for row in 0..batch {
            let steps = match given.as_ref().and_then(|given| given.get(row)) {
                None => longest,
                Some(&len) => match usize::try_from(len) {
                    Ok(len) if (1..=longest).contains(&len) => len,
                    _ => bail!("a row has the length {len}, out of 1 to {longest}"),
                },
            };
            let mut values = Vec::with_capacity(self.states);
            for state in &mut states {
                state.read(row)?;
                values.push(state.current.clone());
            }
            for step in 0..steps {
                for (slices, (_, reversed)) in slices.iter_mut().zip(&self.inputs) {
                    let step = if *reversed { steps - 1 - step } else { step };
                    slices.read(row * longest + step)?;
                }
                values = self.step(values, &slices, &inputs, &mut collected)?;
            }
            if steps < longest {
                for collected in &mut collected {
                    collected.pad(longest - steps)?;
                }
            }
            for (end, value) in ends.iter_mut().zip(values) {
                end.push(value)?;
            }
        }
        let ends = ends.into_iter().map(|end| end.finish(&[batch]));
        let collected = collected.into_iter().map(|all| all.finish(&[batch, longest]));
        ends.chain(collected).map(|tensor| tensor.map(Value::Tensor)).collect()
    }

    fn collected(&self, expected: usize) -> Vec<Collected> {
        let infos = self.body.outputs.iter().skip(self.states);
        infos.map(|info| Collected::new(info, Some(expected))).collect()
    }

    /// Runs the body once. Gives the states, and keeps the rest.
    fn step(
        &self,
        states: Vec<Value>,
        slices: &[Slices<'_>],
        inputs: &Inputs<'_>,
        collected: &mut [Collected],
    ) -> Result<Vec<Value>, Fault> {
        let slices = slices.iter().map(|slices| Cow::Borrowed(&slices.current));
        let own = states.into_iter().map(Cow::Owned).chain(slices);
        let mut results = self.body.iterate(own, inputs)?.into_iter();
        let states = results.by_ref().take(self.states).collect();
        for (collected, value) in collected.iter_mut().zip(results) {
            collected.push(value)?;
        }
        Ok(states)
    }
}

/// The length that all have.
fn same(lengths: impl IntoIterator<Item = usize>) -> Result<usize, Fault> {
    let mut lengths = lengths.into_iter();
    let Some(first) = lengths.next() else { bail!("there is nothing to scan") };
    match lengths.find(|len| *len != first) {
        None => Ok(first),
        Some(other) => bail!("the inputs are of different lengths, {first} and {other}"),
    }
}

/// A tensor that is read slice by slice, into one place.
struct Slices<'t> {
    tensor: &'t Tensor,
    around: Around,
    current: Value,
}

impl<'t> Slices<'t> {
    /// `shape` is that of a slice.
    fn new(tensor: &'t Tensor, around: Around, shape: Vec<usize>) -> Result<Self, Fault> {
        // There is nothing to read where there is no slice.
        let shape = if around.len == 0 { vec![0] } else { shape };
        let len = limits::elements(&shape)?;
        let data = Data::zeros(tensor.dtype(), len);
        Ok(Self { tensor, around, current: Tensor::new(shape, data)?.into() })
    }

    fn read(&mut self, at: usize) -> Result<(), Fault> {
        let Value::Tensor(current) = &mut self.current else { return Ok(()) };
        tensor::each!(self.tensor.data(), v => copy(v, self.around, at, current));
        Ok(())
    }
}

fn copy<T: Element>(from: &[T], around: Around, at: usize, to: &mut Tensor) {
    let block = around.inner.max(1);
    let from = from.chunks_exact(block).skip(at).step_by(around.len.max(1));
    let to = to.as_slice_mut::<T>().unwrap_or_default();
    for (to, from) in to.chunks_exact_mut(block).zip(from) {
        to.clone_from_slice(from);
    }
}
