//! Axes, and walks over elements in another order than their own.

use crate::fault::{Fault, bail};
use crate::tensors::strides;

/// An axis of a tensor of this rank; negative ones count from the end.
pub(crate) fn axis(axis: i64, rank: usize) -> Result<usize, Fault> {
    let len = i64::try_from(rank).unwrap_or(i64::MAX);
    let from_start = if axis < 0 { axis.saturating_add(len) } else { axis };
    match usize::try_from(from_start) {
        Ok(index) if index < rank => Ok(index),
        _ => bail!("axis {axis} does not exist in a tensor of {rank} dimensions"),
    }
}

/// Several axes, in the order given, none twice.
pub(crate) fn axes(axes: &[i64], rank: usize) -> Result<Vec<usize>, Fault> {
    let mut found = Vec::with_capacity(axes.len());
    for &given in axes {
        let index = axis(given, rank)?;
        if found.contains(&index) {
            bail!("axis {given} is given twice");
        }
        found.push(index);
    }
    Ok(found)
}

/// How many positions there are in a shape. What is beyond counting only occurs
/// beside a length of 0.
pub(crate) fn product(lengths: &[usize]) -> usize {
    lengths.iter().fold(1, |product, len| product.saturating_mul(*len))
}

/// A shape seen from one axis: how many blocks lie before it, its length, and
/// how many elements lie within one step along it. Element `(o, i, n)` is at
/// `(o * len + i) * inner + n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Around {
    pub(crate) outer: usize,
    pub(crate) len: usize,
    pub(crate) inner: usize,
}

impl Around {
    /// `axis` is an axis of the shape, as [`axis`] gives it.
    pub(crate) fn new(shape: &[usize], axis: usize) -> Self {
        let (before, rest) = shape.split_at(axis.min(shape.len()));
        let (len, after) = rest.split_first().map_or((1, &[][..]), |(len, after)| (*len, after));
        Self { outer: product(before), len, inner: product(after) }
    }
}

/// The shape that several broadcast to, as NumPy does it.
pub(crate) fn broadcast(shapes: &[&[usize]]) -> Result<Vec<usize>, Fault> {
    let rank = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let mut result = vec![1; rank];
    for shape in shapes {
        for (result, &len) in result.iter_mut().rev().zip(shape.iter().rev()) {
            if *result == 1 {
                *result = len;
            } else if len != 1 && len != *result {
                bail!("shapes {shapes:?} can't be broadcast to one");
            }
        }
    }
    Ok(result)
}

/// How far to step along each axis of `to` through a tensor of `shape` that
/// broadcasts to it: nowhere where it is repeated.
pub(crate) fn broadcast_strides(shape: &[usize], to: &[usize]) -> Vec<isize> {
    let mut steps: Vec<isize> = strides(shape)
        .iter()
        .zip(shape)
        .map(|(&stride, &len)| if len == 1 { 0 } else { stride.cast_signed() })
        .rev()
        .chain(std::iter::repeat(0))
        .take(to.len())
        .collect();
    steps.reverse();
    steps
}

/// Visits every position of a shape in row-major order and gives the offset
/// that each has in a tensor that is stepped through in another way:
/// transposed, sliced, broadcast.
#[derive(Debug, Clone)]
pub(crate) struct Walk {
    /// Length, step and current position of each axis, outermost first.
    axes: Vec<(usize, isize, usize)>,
    offset: isize,
    left: usize,
}

impl Walk {
    /// `steps` has one for each axis of the shape; `start` is the offset of the
    /// first position. Axes that can be walked as one are.
    pub(crate) fn new(shape: &[usize], steps: &[isize], start: usize) -> Self {
        let left = product(shape);
        let mut axes: Vec<(usize, isize, usize)> = Vec::with_capacity(shape.len());
        for (&len, &step) in shape.iter().zip(steps).filter(|(len, _)| **len != 1) {
            match axes.last_mut() {
                Some(outer) if outer.1 == step.saturating_mul(len.cast_signed()) => {
                    *outer = (outer.0.saturating_mul(len), step, 0);
                }
                _ => axes.push((len, step, 0)),
            }
        }
        Self { axes, offset: start.cast_signed(), left }
    }

    /// Walks a tensor of `shape` as it broadcasts to another shape.
    pub(crate) fn broadcast(shape: &[usize], to: &[usize]) -> Self {
        Self::new(to, &broadcast_strides(shape, to), 0)
    }
}

impl Iterator for Walk {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let offset = self.offset;
        for (len, step, at) in self.axes.iter_mut().rev() {
            *at += 1;
            if at < len {
                self.offset += *step;
                break;
            }
            self.offset -= *step * (*len - 1).cast_signed();
            *at = 0;
        }
        Some(offset.cast_unsigned())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Walk {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposed_matrix_is_walked_by_columns() {
        let offsets: Vec<_> = Walk::new(&[3, 2], &[1, 3], 0).collect();
        assert_eq!(offsets, [0, 3, 1, 4, 2, 5]);
    }

    #[test]
    fn a_reversed_vector_is_walked_backwards() {
        assert_eq!(Walk::new(&[3], &[-1], 2).collect::<Vec<_>>(), [2, 1, 0]);
    }

    #[test]
    fn what_is_repeated_is_walked_again() {
        let shape = broadcast(&[&[2, 1], &[3]]).unwrap();
        assert_eq!(shape, [2, 3]);
        assert_eq!(Walk::broadcast(&[2, 1], &shape).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1]);
        assert_eq!(Walk::broadcast(&[3], &shape).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn empty_shapes_and_scalars_have_no_and_one_position() {
        assert_eq!(Walk::broadcast(&[2, 0], &[2, 0]).count(), 0);
        assert_eq!(Walk::broadcast(&[], &[]).collect::<Vec<_>>(), [0]);
        assert!(broadcast(&[&[2], &[3]]).is_err());
    }

    #[test]
    fn axes_count_from_either_end() {
        assert_eq!(axis(-1, 3), Ok(2));
        assert!(axis(3, 3).is_err() && axis(-4, 3).is_err() && axis(i64::MIN, 3).is_err());
        assert!(axes(&[0, -2], 2).is_err());
        assert_eq!(Around::new(&[2, 3, 4], 1), Around { outer: 2, len: 3, inner: 4 });
    }
}
