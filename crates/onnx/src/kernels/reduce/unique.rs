//! `Unique` and `NonZero`.

use std::cmp::Ordering;

use tensor::{Data, Tensor};

use super::topk::{Keys, picked};
use crate::fault::Fault;
use crate::kernels::axes::{self, Around};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

/// What is not a number is one value, after all others, as in NumPy; ONNX
/// Runtime's answer depends on what stands beside it.
pub(super) fn unique(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let axis = spec.attributes.maybe_int("axis");
    let sorted = spec.attributes.flag("sorted", true);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        // Without an axis: the elements of a vector.
        let (mut shape, axis) = match axis {
            Some(axis) => (x.shape().to_vec(), axes::axis(axis, x.rank())?),
            None => (vec![x.len()], 0),
        };
        let at = Around::new(&shape, axis);
        let found = match x.data() {
            Data::Str(v) => Found::new(&lines(v, at), at.len, sorted),
            other => match Keys::new(other)? {
                Keys::Narrow(v) => Found::new(&lines(&v, at), at.len, sorted),
                Keys::Wide(v) => Found::new(&lines(&v, at), at.len, sorted),
            },
        };
        shape.iter_mut().skip(axis).take(1).for_each(|len| *len = found.first.len());
        let mut places = Vec::with_capacity(limits::elements(&shape)?);
        for outer in 0..if x.is_empty() { 0 } else { at.outer } {
            for &i in &found.first {
                let start = (outer * at.len + i) * at.inner;
                places.extend(start..start + at.inner);
            }
        }
        let values = tensor::each!(x.data(), v => Data::from(picked(v, &places)));
        let integers = |v: Vec<usize>| {
            Tensor::vector(v.into_iter().map(|i| i.cast_signed() as i64).collect::<Vec<_>>())
        };
        Ok(vec![
            Tensor::new(shape, values)?.into(),
            integers(found.first).into(),
            integers(found.group).into(),
            integers(found.count).into(),
        ])
    }))
}

/// The slices across the axis, one after the other.
fn lines<T: Clone>(v: &[T], at: Around) -> Vec<T> {
    if at.outer == 1 {
        return v.to_vec();
    }
    let rows: Vec<&[T]> = v.chunks_exact(at.inner.max(1)).collect();
    let mut out = Vec::with_capacity(v.len());
    for i in 0..if v.is_empty() { 0 } else { at.len } {
        for row in rows.iter().skip(i).step_by(at.len) {
            out.extend_from_slice(row);
        }
    }
    out
}

/// The groups of equal slices, in the order of the output.
struct Found {
    /// The first slice of each group.
    first: Vec<usize>,
    /// The group of each slice.
    group: Vec<usize>,
    count: Vec<usize>,
}

impl Found {
    fn new<T: Ord>(values: &[T], len: usize, sorted: bool) -> Self {
        let width = values.len() / len.max(1);
        let slice = |i: usize| values.get(i * width..(i + 1) * width).unwrap_or_default();
        // Where there are no elements, all slices are equal.
        let mut order: Vec<usize> = (0..len.min(limits::MAX_ELEMENTS)).collect();
        order.sort_by(|&a, &b| slice(a).cmp(slice(b)));
        let mut groups: Vec<(usize, usize)> = Vec::new();
        let mut group = vec![0; order.len()];
        let mut previous: Option<usize> = None;
        for &i in &order {
            match groups.last_mut() {
                Some((_, count))
                    if previous.is_some_and(|p| slice(p).cmp(slice(i)) == Ordering::Equal) =>
                {
                    *count += 1;
                }
                _ => groups.push((i, 1)),
            }
            previous = Some(i);
            if let Some(group) = group.get_mut(i) {
                *group = groups.len() - 1;
            }
        }
        if !sorted {
            let mut by_place: Vec<(usize, (usize, usize))> =
                groups.into_iter().enumerate().collect();
            by_place.sort_by_key(|(_, (first, _))| *first);
            let mut renamed = vec![0; by_place.len()];
            for (new, (old, _)) in by_place.iter().enumerate() {
                if let Some(renamed) = renamed.get_mut(*old) {
                    *renamed = new;
                }
            }
            for group in &mut group {
                *group = renamed.get(*group).copied().unwrap_or_default();
            }
            groups = by_place.into_iter().map(|(_, group)| group).collect();
        }
        let (first, count) = groups.into_iter().unzip();
        Self { first, group, count }
    }
}

/// Positions by axis, one column for each element that is not zero (or empty
/// text). A scalar counts as a vector of one, as in ONNX Runtime.
pub(super) fn non_zero(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let found = tensor::each!(x.data(), v => others(v, &Default::default()));
        let shape = if x.rank() == 0 { &[1][..] } else { x.shape() };
        let mut out = Vec::with_capacity(limits::elements(&[shape.len(), found.len()])?);
        let mut below = x.len();
        for &len in shape {
            below /= len.max(1);
            let at = |i: &usize| (i / below.max(1) % len.max(1)).cast_signed() as i64;
            out.extend(found.iter().map(at));
        }
        Ok(vec![Tensor::new(vec![shape.len(), found.len()], out)?.into()])
    }))
}

/// Where the elements are that differ from one value.
fn others<T: PartialEq>(v: &[T], from: &T) -> Vec<usize> {
    v.iter().enumerate().filter(|(_, x)| *x != from).map(|(i, _)| i).collect()
}
