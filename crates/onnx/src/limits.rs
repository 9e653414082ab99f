//! What a model may ask for: it is untrusted input.

use crate::fault::{Fault, bail};

/// The most elements a tensor may have: 1 GiB of 32-bit floats.
pub(crate) const MAX_ELEMENTS: usize = 1 << 28;

/// The most dimensions a tensor may have.
pub(crate) const MAX_RANK: usize = 32;

/// How deep graphs and functions may nest.
pub(crate) const MAX_DEPTH: usize = 16;

/// The most nodes a model may have, each function counted where it is called.
pub(crate) const MAX_NODES: usize = 1 << 20;

/// The most iterations of one loop, so that a model can't run for ever.
pub(crate) const MAX_ITERATIONS: usize = 1 << 24;

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
