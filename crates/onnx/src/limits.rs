//! What a model may ask for: it is untrusted input.

use std::cell::Cell;

use crate::fault::{Fault, bail};

/// The most elements a tensor may have: 1 GiB of 32-bit floats. Fewer where
/// models are made up, so that what does not ask for this limit shows.
pub(crate) const MAX_ELEMENTS: usize = if cfg!(fuzzing) { 1 << 16 } else { 1 << 28 };

/// The most dimensions a tensor may have.
pub(crate) const MAX_RANK: usize = 32;

/// How deep graphs and functions may nest.
pub(crate) const MAX_DEPTH: usize = 16;

/// The most nodes a model may have, each function counted where it is called.
pub(crate) const MAX_NODES: usize = 1 << 20;

/// The most nodes that all loops of one run may run together, so that a model
/// can't run for ever. An iteration counts the nodes of its graph, and
/// [`ITERATION`] more.
pub(crate) const MAX_LOOP_STEPS: usize = if cfg!(any(test, fuzzing)) { 1 << 12 } else { 1 << 27 };

/// What an iteration counts, whatever its graph has.
const ITERATION: usize = 8;

/// What the loops of a run may still do. All loops of a model share it: those
/// within others multiply.
#[derive(Debug, Default)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// Begins a run.
    pub(crate) fn refill(&self) {
        self.0.set(MAX_LOOP_STEPS);
    }

    /// Counts an iteration of a graph of this many nodes.
    pub(crate) fn spend(&self, nodes: usize) -> Result<(), Fault> {
        match self.0.get().checked_sub(nodes.saturating_add(ITERATION)) {
            Some(left) => self.0.set(left),
            None => bail!("the loops run for too long: more than {MAX_LOOP_STEPS} steps"),
        }
        Ok(())
    }
}

/// How many elements a tensor of this shape has.
///
/// # Errors
/// When it would be too large to make.
pub(crate) fn elements(shape: &[usize]) -> Result<usize, Fault> {
    match tensor::element_count(shape) {
        Some(count) if count <= MAX_ELEMENTS && shape.len() <= MAX_RANK => Ok(count),
        _ => bail!(
            "a tensor of shape {shape:?} is too large: at most {MAX_ELEMENTS} elements and {MAX_RANK} dimensions"
        ),
    }
}
