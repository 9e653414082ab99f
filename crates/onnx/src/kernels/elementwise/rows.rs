//! Operands that broadcast to one shape, row by row.

use std::borrow::Cow;

use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::kernels::axes::{Walk, axis, broadcast, broadcast_strides};
use crate::limits;

/// How `N` operands are walked that broadcast to one shape. A row is as long as
/// it can be so that each operand either moves along all of it, one element at
/// a time, or stands still in it.
#[derive(Debug)]
pub(super) struct Rows<const N: usize> {
    /// What the operands broadcast to.
    pub(super) shape: Vec<usize>,
    /// How many elements that has.
    pub(super) count: usize,
    /// How long a row is.
    pub(super) len: usize,
    /// Which operands move along a row.
    pub(super) moves: [bool; N],
    walks: [Walk; N],
}

impl<const N: usize> Rows<N> {
    pub(super) fn new(shapes: [&[usize]; N]) -> Result<Self, Fault> {
        let shape = broadcast(&shapes)?;
        let count = limits::elements(&shape)?;
        if count == 0 {
            let walks = std::array::from_fn(|_| Walk::new(&[0], &[0], 0));
            return Ok(Self { shape, count, len: 0, moves: [true; N], walks });
        }
        let mut moves = None;
        let mut len = 1usize;
        let mut outer = shape.len();
        for (from_end, &axis_len) in shape.iter().rev().enumerate() {
            if axis_len != 1 {
                let these = shapes.map(|s| {
                    s.iter().rev().nth(from_end).is_some_and(|operand_len| *operand_len != 1)
                });
                if *moves.get_or_insert(these) != these {
                    break;
                }
            }
            len = len.saturating_mul(axis_len);
            outer = outer.saturating_sub(1);
        }
        let (outer_shape, _) = shape.split_at_checked(outer).unwrap_or_default();
        let walks = shapes.map(|s| {
            let mut strides = broadcast_strides(s, &shape);
            strides.truncate(outer);
            Walk::new(outer_shape, &strides, 0)
        });
        Ok(Self { count, len, moves: moves.unwrap_or([true; N]), walks, shape })
    }

    /// Where each operand's elements of a row begin, for all rows.
    pub(super) fn starts(&self) -> Starts<N> {
        let left = self.count.checked_div(self.len).unwrap_or(0);
        Starts { walks: self.walks.clone(), left }
    }
}

/// Gives where each operand's elements of a row begin.
pub(super) struct Starts<const N: usize> {
    walks: [Walk; N],
    left: usize,
}

impl<const N: usize> Iterator for Starts<N> {
    type Item = [usize; N];

    // Once for all of the loops over rows, each of which would otherwise be
    // twice as large.
    #[inline(never)]
    fn next(&mut self) -> Option<[usize; N]> {
        self.left = self.left.checked_sub(1)?;
        // A walk has as many positions as there are rows.
        Some(self.walks.each_mut().map(|walk| walk.next().unwrap_or(usize::MAX)))
    }
}

impl Rows<2> {
    /// For an operator that had the attributes `broadcast` and `axis` before
    /// version 7 of the operator set.
    pub(super) fn aligned(a: &[usize], b: &[usize], old: Option<Alignment>) -> Result<Self, Fault> {
        let Some(old) = old else { return Self::new([a, b]) };
        let mut aligned = b.to_vec();
        if !old.broadcasts && a != b {
            bail!("the shapes {a:?} and {b:?} differ, and the node does not broadcast");
        }
        if let Some(first) = old.axis.filter(|_| !b.is_empty() && old.broadcasts) {
            let first = axis(first, a.len())?;
            let Some(after) = a.len().checked_sub(first.saturating_add(b.len())) else {
                bail!("the shape {b:?} does not fit into {a:?} from axis {first} on");
            };
            aligned.extend(std::iter::repeat_n(1, after));
        }
        let rows = Self::new([a, &aligned])?;
        if rows.shape != a {
            bail!("the shape {b:?} can't be broadcast to {a:?}");
        }
        Ok(rows)
    }

    /// The operands in the other order.
    pub(super) fn exchanged(&self) -> Self {
        let ([a, b], [walk_a, walk_b]) = (self.moves, self.walks.clone());
        Self { moves: [b, a], walks: [walk_b, walk_a], shape: self.shape.clone(), ..*self }
    }
}

/// How the second operand's axes are matched with the first one's, in the
/// operators of before version 7: not at all unless the node says so, then as
/// the last axes, or as those from one on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alignment {
    broadcasts: bool,
    axis: Option<i64>,
}

impl Alignment {
    /// `None` for versions that broadcast as NumPy does.
    pub(super) fn read(version: i64, attributes: Attributes<'_>) -> Option<Self> {
        (version < 7).then(|| Self {
            broadcasts: attributes.flag("broadcast", false),
            axis: attributes.maybe_int("axis"),
        })
    }
}

/// Computes an element from each pair.
pub(super) fn zip<T, U>(a: &[T], b: &[T], rows: &Rows<2>, f: impl Fn(&T, &T) -> U) -> Vec<U> {
    let mut out = Vec::with_capacity(rows.count);
    for [i, j] in rows.starts() {
        let a = row(a, i, rows.len);
        let b = row(b, j, rows.len);
        match (rows.moves, a, b) {
            ([false, _], [x, ..], _) => out.extend(b.iter().map(|y| f(x, y))),
            ([_, false], _, [y, ..]) => out.extend(a.iter().map(|x| f(x, y))),
            _ => out.extend(a.iter().zip(b).map(|(x, y)| f(x, y))),
        }
    }
    out
}

/// The same, in the place of the first operand, which is copied only where it
/// is lent or has to be repeated.
pub(super) fn zip_into<T: Copy>(
    a: Cow<'_, [T]>,
    b: &[T],
    rows: &Rows<2>,
    f: impl Fn(&T, &T) -> T,
) -> Vec<T> {
    let mut out = expanded(a, rows);
    for (out, [_, j]) in out.chunks_exact_mut(rows.len.max(1)).zip(rows.starts()) {
        match (rows.moves, row(b, j, rows.len)) {
            ([_, false], [y, ..]) => out.iter_mut().for_each(|x| *x = f(x, y)),
            (_, b) => out.iter_mut().zip(b).for_each(|(x, y)| *x = f(x, y)),
        }
    }
    out
}

/// The first operand, repeated to the whole shape.
fn expanded<T: Copy>(a: Cow<'_, [T]>, rows: &Rows<2>) -> Vec<T> {
    // With as many elements as the shape, nothing of it is repeated.
    if a.len() == rows.count {
        return a.into_owned();
    }
    let mut out = Vec::with_capacity(rows.count);
    for [i, _] in rows.starts() {
        match (rows.moves, row(&a, i, rows.len)) {
            ([false, _], [x, ..]) => out.resize(out.len().saturating_add(rows.len), *x),
            (_, a) => out.extend_from_slice(a),
        }
    }
    out
}

/// The elements from `start` on, `len` of them or as many as there are.
pub(super) fn row<T>(data: &[T], start: usize, len: usize) -> &[T] {
    let rest = data.get(start..).unwrap_or_default();
    rest.get(..len).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_long_as_they_can_be() {
        let whole = Rows::new([&[2, 3, 4], &[2, 3, 4]]).unwrap();
        assert_eq!((whole.len, whole.moves), (24, [true, true]));
        let channels = Rows::new([&[2, 3, 4, 5], &[3, 1, 1]]).unwrap();
        assert_eq!((channels.len, channels.moves), (20, [true, false]));
        assert_eq!(
            channels.starts().collect::<Vec<_>>(),
            [[0, 0], [20, 1], [40, 2], [60, 0], [80, 1], [100, 2]]
        );
        let outer = Rows::new([&[2, 1], &[1, 3]]).unwrap();
        assert_eq!((outer.len, outer.moves), (3, [false, true]));
        assert_eq!(outer.starts().collect::<Vec<_>>(), [[0, 0], [1, 0]]);
    }

    #[test]
    fn old_operators_broadcast_when_told_and_to_the_first_shape() {
        let at = |broadcasts, axis| Some(Alignment { broadcasts, axis });
        let rows = |a: &[usize], b: &[usize], old| Rows::aligned(a, b, old);
        // The specification's examples: (2, 3, 4, 5) with each of these.
        let shape = [2, 3, 4, 5];
        for (b, axis) in
            [(&[][..], None), (&[5], None), (&[4, 5], None), (&[3, 4], Some(1)), (&[2], Some(0))]
        {
            assert_eq!(rows(&shape, b, at(true, axis)).unwrap().shape, shape, "{b:?}");
        }
        assert!(rows(&shape, &[3, 4], at(true, None)).is_err());
        assert!(rows(&shape, &[4, 5], at(true, Some(3))).is_err());
        assert!(rows(&shape, &[5], at(false, None)).is_err());
        assert!(rows(&[5], &shape, at(true, None)).is_err());
        assert!(rows(&shape, &shape, at(false, None)).is_ok());
        let first = rows(&[2, 3], &[2], at(true, Some(0))).unwrap();
        assert_eq!(first.starts().collect::<Vec<_>>(), [[0, 0], [3, 1]]);
    }

    #[test]
    fn an_empty_shape_of_any_size_has_no_rows() {
        let rows = Rows::new([&[usize::MAX, usize::MAX, 0], &[1, 0]]).unwrap();
        assert_eq!(rows.starts().count(), 0);
        assert!(Rows::new([&[1 << 20, 1], &[1, 1 << 20]]).is_err());
    }

    #[test]
    fn a_result_in_place_is_the_same() {
        let rows = Rows::new([&[2, 2], &[2]]).unwrap();
        let (a, b) = ([1.0f32, 2.0, 3.0, 4.0], [10.0, 20.0]);
        let in_place = zip_into(Cow::Owned(a.to_vec()), &b, &rows, |x, y| x - y);
        assert_eq!(in_place, [-9.0, -18.0, -7.0, -16.0]);
        assert_eq!(zip(&a, &b, &rows, |x, y| x - y), in_place);
        // Of one element, but not of the shape.
        let rows = Rows::new([&[1], &[2]]).unwrap();
        assert_eq!(zip_into(Cow::Owned(vec![1.0f32]), &b, &rows, |x, y| x - y), [-9.0, -19.0]);
    }
}
