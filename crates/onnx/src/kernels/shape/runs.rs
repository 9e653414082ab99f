//! Runs: which elements of a tensor follow each other in another one.

use tensor::{Data, Element, Tensor};

use crate::fault::Fault;
use crate::kernels::axes::Walk;
use crate::limits;
use crate::tensors::strides;

/// An offset at which a tensor has nothing: it stands for the fill.
pub(in crate::kernels) const NOWHERE: usize = usize::MAX;

/// Elements `at`, `at + step`, and so on; `len` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kernels) struct Run {
    pub(in crate::kernels) at: usize,
    pub(in crate::kernels) len: usize,
    pub(in crate::kernels) step: isize,
}

/// A pattern of runs, repeated from each of several starting points. What lies
/// outside the tensor is the fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kernels) struct Runs {
    pub(in crate::kernels) starts: Vec<usize>,
    pub(in crate::kernels) pattern: Vec<Run>,
}

impl Runs {
    /// The same number of neighbours from each start.
    pub(in crate::kernels) fn blocks(starts: Vec<usize>, len: usize) -> Self {
        Self { starts, pattern: vec![Run { at: 0, len, step: 1 }] }
    }

    /// Every position of `shape`, with a step in the tensor for each of its
    /// axes, from the offset `start`. The shape holds no 0.
    pub(in crate::kernels) fn strided(shape: &[usize], steps: &[isize], start: usize) -> Self {
        let mut axes: Vec<(usize, isize)> = Vec::with_capacity(shape.len());
        for (&len, &step) in shape.iter().zip(steps).filter(|(len, _)| **len != 1) {
            match axes.last_mut() {
                Some((outer, stride)) if *stride == step.saturating_mul(len.cast_signed()) => {
                    *outer = outer.saturating_mul(len);
                    *stride = step;
                }
                _ => axes.push((len, step)),
            }
        }
        let (len, step) = axes.pop().unwrap_or((1, 1));
        let (shape, steps): (Vec<usize>, Vec<isize>) = axes.into_iter().unzip();
        let starts = Walk::new(&shape, &steps, start).collect();
        Self { starts, pattern: vec![Run { at: 0, len, step }] }
    }

    /// Makes a tensor of `shape` of what the runs pick from `data`, and
    /// `fill`, of the same type, where that is nothing.
    fn pick(&self, data: &Data, fill: Option<&Data>) -> Data {
        tensor::each!(data, v => copy(v, self, fill).into())
    }
}

/// A tensor of this shape, of the elements that the runs pick. They are asked
/// for only if there are any.
pub(in crate::kernels) fn pick(
    tensor: &Tensor,
    shape: Vec<usize>,
    runs: impl FnOnce() -> Result<Runs, Fault>,
) -> Result<Tensor, Fault> {
    pick_or(tensor, shape, None, runs)
}

/// The same, with the element in `fill`, or the type's default, where the runs
/// leave the tensor.
pub(in crate::kernels) fn pick_or(
    tensor: &Tensor,
    shape: Vec<usize>,
    fill: Option<&Data>,
    runs: impl FnOnce() -> Result<Runs, Fault>,
) -> Result<Tensor, Fault> {
    let count = limits::elements(&shape)?;
    for data in std::iter::once(tensor.data()).chain(fill) {
        limits::copies(data, count)?;
    }
    let runs = if count == 0 { Runs { starts: Vec::new(), pattern: Vec::new() } } else { runs()? };
    Ok(Tensor::new(shape, runs.pick(tensor.data(), fill))?)
}

/// The steps along each axis of a tensor of this shape.
pub(in crate::kernels) fn steps(shape: &[usize]) -> Vec<isize> {
    strides(shape).into_iter().map(usize::cast_signed).collect()
}

fn copy<T: Element>(from: &[T], runs: &Runs, fill: Option<&Data>) -> Vec<T> {
    let fill = fill.and_then(T::slice).and_then(<[T]>::first).cloned().unwrap_or_default();
    let period: usize = runs.pattern.iter().map(|run| run.len).sum();
    let mut out = Vec::with_capacity(period.saturating_mul(runs.starts.len()));
    if let [Run { at: 0, len: 1, .. }] = runs.pattern.as_slice() {
        out.extend(runs.starts.iter().map(|&at| from.get(at).unwrap_or(&fill).clone()));
        return out;
    }
    for start in &runs.starts {
        for run in &runs.pattern {
            let at = start.saturating_add(run.at);
            match run.step {
                1 => match from.get(at..at.saturating_add(run.len)) {
                    Some(run) => out.extend_from_slice(run),
                    None => out.resize(out.len() + run.len, fill.clone()),
                },
                0 => out.resize(out.len() + run.len, from.get(at).unwrap_or(&fill).clone()),
                step => {
                    let offset =
                        |i: usize| at.wrapping_add_signed(step.wrapping_mul(i.cast_signed()));
                    let run = (0..run.len).map(|i| from.get(offset(i)).unwrap_or(&fill).clone());
                    out.extend(run);
                }
            }
        }
    }
    out
}
