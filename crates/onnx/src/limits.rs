//! What a model may ask for: it is untrusted input.

use std::cell::Cell;

use tensor::Data;

use crate::fault::{Fault, bail};

/// The most elements a tensor may have: 1 GiB of 32-bit floats. Fewer where
/// models are made up, so that what does not ask for this limit shows.
pub(crate) const MAX_ELEMENTS: usize = if cfg!(fuzzing) { 1 << 16 } else { 1 << 28 };

/// The most dimensions a tensor may have.
const MAX_RANK: usize = 32;

/// The most bytes of text that an operator may repeat over a tensor.
const MAX_TEXT: usize = if cfg!(fuzzing) { 1 << 24 } else { 1 << 30 };

/// How deep graphs and functions may nest.
pub(crate) const MAX_DEPTH: usize = 16;

/// The most nodes a model may have, each function counted where it is called,
/// with the attributes that it is given.
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

/// Checks that a tensor may have so many dimensions.
pub(crate) fn rank(rank: usize) -> Result<(), Fault> {
    if rank > MAX_RANK {
        bail!("{rank} dimensions are too many: a tensor has at most {MAX_RANK}");
    }
    Ok(())
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

/// Checks that texts of so many bytes, so many times, are not too much.
pub(crate) fn text(bytes: usize, times: usize) -> Result<(), Fault> {
    match bytes.checked_mul(times) {
        Some(all) if all <= MAX_TEXT => Ok(()),
        _ => bail!("{bytes} bytes of text, {times} times, are too much"),
    }
}

/// Checks that so many elements, each a copy of one of these, are not too much
/// text.
pub(crate) fn copies(data: &Data, count: usize) -> Result<(), Fault> {
    match data {
        Data::Str(texts) => text(texts.iter().map(String::len).max().unwrap_or(0), count),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_not_repeated_without_end() {
        let texts: Data = vec![String::new(), "x".repeat(1 << 10)].into();
        assert_eq!(copies(&texts, 1 << 20), Ok(()));
        let fault = copies(&texts, (1 << 20) + 1).unwrap_err().to_string();
        assert_eq!(fault, "1024 bytes of text, 1048577 times, are too much");
        assert!(text(2, usize::MAX).is_err());
        assert_eq!(copies(&vec![0u8].into(), usize::MAX), Ok(()));
    }
}
