//! The product of two matrices.
//!
//! The left one is read in strips of up to four rows, the right one is laid out
//! in panels of eight columns (four of 64-bit numbers); a strip and a panel make
//! a tile of sums. The inner dimension is cut into blocks, which keeps a panel in
//! the first cache and the error of sums small, and the strips into groups,
//! which keeps a group in the second one. Vectors have loops of their own.

use std::borrow::Cow;
use std::ops::Range;

use super::super::reduce::Number;
use super::tile::{HEIGHT, Step, Strip, Tiled, tile};

/// A matrix in row-major order, or its transpose.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Matrix<'a, T> {
    pub(in crate::kernels) data: &'a [T],
    /// Whether what is meant is the transpose of what the data hold.
    pub(in crate::kernels) flipped: bool,
}

/// The rows of the left matrix, the inner dimension, the columns of the right.
pub(in crate::kernels) type Size = (usize, usize, usize);

/// How few rows of the left matrix are not worth a layout.
const FEW: usize = 4;
/// Strips that share a copy of the right one's columns.
const STRIPS: usize = 64;
/// The rows of so many strips.
pub(super) const ROWS: usize = STRIPS * HEIGHT;
/// Numbers of the inner dimension in a block.
const DEPTH: usize = 256;

impl<'a, T> Matrix<'a, T> {
    /// A matrix whose rows the data hold.
    pub(in crate::kernels) fn rows(data: &'a [T]) -> Self {
        Self { data, flipped: false }
    }
}

/// Adds the product of two matrices to `out`.
pub(in crate::kernels) fn multiply<T: Tiled>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    out: &mut [T],
    size: Size,
) {
    let (m, k, n) = size;
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    if m < FEW && !b.flipped && !a.flipped || k == 1 && n == 1 {
        let rows = a.data.chunks_exact(k).zip(out.chunks_exact_mut(n));
        return rows.for_each(|(a, out)| combine(a, b.data, out));
    }
    let step = |sum: T, a: T, b: T| sum.plus(a.times(b));
    match (a.flipped, b.flipped) {
        // A vector is the same either way.
        (_, false) if m == 1 => combine(a.data, b.data, out),
        (true, _) if n == 1 => combine(b.data, a.data, out),
        (_, true) if m == 1 => along(b.data, a.data, out, step),
        (false, _) if n == 1 => along(a.data, b.data, out, step),
        (false, true) if m < FEW => {
            let rows = a.data.chunks_exact(k).zip(out.chunks_exact_mut(n));
            rows.for_each(|(a, out)| along(b.data, a, out, step));
        }
        _ => {
            let rows = if a.flipped { flipped(a.data, m).into() } else { Cow::Borrowed(a.data) };
            let (left, right) = (Rows::new(&rows, k), Laid { matrix: b, k, n });
            add_up(&left, &right, out, T::add_product);
        }
    }
}

/// The rows of the transpose; `m` is how many.
fn flipped<T: Copy>(data: &[T], m: usize) -> Vec<T> {
    (0..m).flat_map(|i| data.iter().skip(i).step_by(m)).copied().collect()
}

/// Adds multiples of the rows of `b` to a row: the product with a vector on the
/// left.
fn combine<T: Number>(a: &[T], b: &[T], out: &mut [T]) {
    let (fours, rest) = a.as_chunks::<4>();
    let mut rows = b.chunks_exact(out.len().max(1));
    for &[p, q, r, s] in fours {
        let (Some(b0), Some(b1), Some(b2), Some(b3)) =
            (rows.next(), rows.next(), rows.next(), rows.next())
        else {
            return;
        };
        for ((((out, &b0), &b1), &b2), &b3) in out.iter_mut().zip(b0).zip(b1).zip(b2).zip(b3) {
            let first = p.times(b0).plus(q.times(b1));
            let second = r.times(b2).plus(s.times(b3));
            *out = out.plus(first.plus(second));
        }
    }
    for (&x, row) in rest.iter().zip(rows) {
        add_multiple(out, x, row);
    }
}

fn add_multiple<T: Number>(out: &mut [T], x: T, row: &[T]) {
    for (out, &y) in out.iter_mut().zip(row) {
        *out = out.plus(x.times(y));
    }
}

/// Sums over each row and a vector side by side.
pub(super) fn along<T: Number>(
    rows: &[T],
    vector: &[T],
    out: &mut [T],
    step: impl Fn(T, T, T) -> T + Copy,
) {
    for (row, out) in rows.chunks_exact(vector.len().max(1)).zip(out) {
        *out = out.plus(pair(row, vector, step));
    }
}

/// A sum over two vectors side by side, in several parts at once.
#[inline(always)]
fn pair<T: Number>(a: &[T], b: &[T], step: impl Fn(T, T, T) -> T + Copy) -> T {
    let (a_long, a) = a.as_chunks::<16>();
    let (b_long, b) = b.as_chunks::<16>();
    let mut total = T::ZERO;
    if !a_long.is_empty() {
        let mut lanes = [T::ZERO; 16];
        for (a, b) in a_long.iter().zip(b_long) {
            for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
                *lane = step(*lane, a, b);
            }
        }
        let mut four = [T::ZERO; 4];
        for part in lanes.as_chunks::<4>().0 {
            for (four, &part) in four.iter_mut().zip(part) {
                *four = four.plus(part);
            }
        }
        total = four.into_iter().fold(total, T::plus);
    }
    let (a_short, a) = a.as_chunks::<4>();
    let (b_short, b) = b.as_chunks::<4>();
    let mut lanes = [T::ZERO; 4];
    for (a, b) in a_short.iter().zip(b_short) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane = step(*lane, a, b);
        }
    }
    let total = lanes.into_iter().fold(total, T::plus);
    a.iter().zip(b).fold(total, |sum, (&a, &b)| step(sum, a, b))
}

/// A left side: rows that are given in strips.
pub(in crate::kernels) trait Left<T: Tiled> {
    /// How many rows there are, and numbers in each.
    fn size(&self) -> (usize, usize);

    /// Some rows, at most as many as the tallest tile has, in a part of the
    /// inner dimension.
    fn strip(&self, rows: Range<usize>, inner: &Range<usize>) -> impl Strip<T>;
}

/// A left matrix as it is.
pub(super) struct Rows<'a, T> {
    data: &'a [T],
    depth: usize,
}

impl<'a, T> Rows<'a, T> {
    pub(super) fn new(data: &'a [T], depth: usize) -> Self {
        Self { data, depth }
    }
}

impl<T: Tiled> Left<T> for Rows<'_, T> {
    fn size(&self) -> (usize, usize) {
        (self.data.len().checked_div(self.depth).unwrap_or(0), self.depth)
    }

    fn strip(&self, rows: Range<usize>, inner: &Range<usize>) -> impl Strip<T> {
        let row = |i: usize| {
            let start = (rows.start + i).saturating_mul(self.depth);
            self.data.get(start + inner.start..start + inner.end).unwrap_or_default()
        };
        (rows.len(), [row(0), row(1), row(2), row(3)])
    }
}

impl<T: Tiled> Strip<T> for (usize, [&[T]; HEIGHT]) {
    fn height(&self) -> usize {
        self.0
    }
    #[inline(always)]
    fn one(&self) -> &[T] {
        let [a, ..] = self.1;
        a
    }
    #[inline(always)]
    fn two(&self) -> impl Iterator<Item = [T; 2]> {
        let [a, b, ..] = self.1;
        a.iter().zip(b).map(|(&a, &b)| [a, b])
    }
    #[inline(always)]
    fn three(&self) -> impl Iterator<Item = [T; 3]> {
        let [a, b, c, _] = self.1;
        a.iter().zip(b).zip(c).map(|((&a, &b), &c)| [a, b, c])
    }
    #[inline(always)]
    fn four(&self) -> impl Iterator<Item = [T; 4]> {
        let [a, b, c, d] = self.1;
        a.iter().zip(b).zip(c).zip(d).map(|(((&a, &b), &c), &d)| [a, b, c, d])
    }
}

/// A left matrix that is multiplied often: for each strip its columns one after
/// another.
#[cfg(feature = "networks")]
pub(in crate::kernels) struct Strips<T> {
    data: Vec<T>,
    rows: usize,
    depth: usize,
}

#[cfg(feature = "networks")]
impl<T: Tiled> Strips<T> {
    /// Lays out the rows of a matrix.
    pub(in crate::kernels) fn new(data: &[T], depth: usize) -> Self {
        let (rows, _) = Rows::new(data, depth).size();
        let mut strips = Self { data: vec![T::ZERO; data.len()], rows, depth };
        let mut rest = strips.data.as_mut_slice();
        for strip in 0..count(rows) {
            let range = shared(rows, strip);
            let Some((part, others)) = rest.split_at_mut_checked(range.len() * depth) else {
                break;
            };
            rest = others;
            let rows = data.chunks_exact(depth.max(1)).skip(range.start);
            for (i, row) in rows.take(range.len()).enumerate() {
                let places = part.iter_mut().skip(i).step_by(range.len());
                places.zip(row).for_each(|(to, &x)| *to = x);
            }
        }
        strips
    }
}

#[cfg(feature = "networks")]
impl<T: Tiled> Left<T> for Strips<T> {
    fn size(&self) -> (usize, usize) {
        (self.rows, self.depth)
    }

    fn strip(&self, rows: Range<usize>, inner: &Range<usize>) -> impl Strip<T> {
        let start = rows.start * self.depth;
        let part = start + inner.start * rows.len()..start + inner.end * rows.len();
        (rows.len(), self.data.get(part).unwrap_or_default())
    }
}

#[cfg(feature = "networks")]
impl<T: Tiled> Strip<T> for (usize, &[T]) {
    fn height(&self) -> usize {
        self.0
    }
    #[inline(always)]
    fn one(&self) -> &[T] {
        self.1
    }
    #[inline(always)]
    fn two(&self) -> impl Iterator<Item = [T; 2]> {
        self.1.as_chunks().0.iter().copied()
    }
    #[inline(always)]
    fn three(&self) -> impl Iterator<Item = [T; 3]> {
        self.1.as_chunks().0.iter().copied()
    }
    #[inline(always)]
    fn four(&self) -> impl Iterator<Item = [T; 4]> {
        self.1.as_chunks().0.iter().copied()
    }
}

/// How many strips there are of so many rows.
fn count(rows: usize) -> usize {
    rows.div_ceil(HEIGHT)
}

/// The rows of a strip.
fn shared(rows: usize, strip: usize) -> Range<usize> {
    let strips = count(rows).max(1);
    rows * strip / strips..rows * (strip + 1) / strips
}

/// A right side: columns that are given in panels.
pub(in crate::kernels) trait Panels<T: Tiled> {
    /// How many rows and columns there are.
    fn size(&self) -> (usize, usize);

    /// The numbers of the columns from `column` on, in a part of the inner
    /// dimension, row by row. What is needed for it can be written to `room`,
    /// which has a row for each and holds anything.
    fn panel<'p>(
        &'p self,
        column: usize,
        inner: &Range<usize>,
        room: &'p mut [T::Row],
    ) -> &'p [T::Row];
}

/// A right matrix whose panels are made when they are needed.
pub(super) struct Laid<'a, T> {
    pub(super) matrix: Matrix<'a, T>,
    pub(super) k: usize,
    pub(super) n: usize,
}

impl<T: Tiled> Panels<T> for Laid<'_, T> {
    fn size(&self) -> (usize, usize) {
        (self.k, self.n)
    }

    fn panel<'p>(
        &'p self,
        column: usize,
        inner: &Range<usize>,
        room: &'p mut [T::Row],
    ) -> &'p [T::Row] {
        if self.matrix.flipped {
            room.fill(T::ROW);
            let columns = self.matrix.data.chunks_exact(self.k.max(1)).skip(column).take(T::WIDTH);
            for (i, values) in columns.enumerate() {
                let values = values.get(inner.clone()).unwrap_or_default();
                for (row, &value) in room.iter_mut().zip(values) {
                    if let Some(place) = row.as_mut().get_mut(i) {
                        *place = value;
                    }
                }
            }
        } else {
            let rows = self.matrix.data.chunks_exact(self.n.max(1)).skip(inner.start);
            for (place, row) in room.iter_mut().zip(rows) {
                let values = row.get(column..).unwrap_or_default();
                if let Some(values) = T::row(values) {
                    *place = *values;
                } else {
                    *place = T::ROW;
                    place.as_mut().iter_mut().zip(values).for_each(|(to, &x)| *to = x);
                }
            }
        }
        room
    }
}

/// A right matrix that is multiplied often: all its panels.
pub(in crate::kernels) struct Packed<T: Tiled> {
    data: Vec<T::Row>,
    depth: usize,
    columns: usize,
}

impl<T: Tiled> Packed<T> {
    /// Lays out a matrix of `depth` rows of `columns` numbers.
    pub(in crate::kernels) fn new(matrix: Matrix<'_, T>, depth: usize, columns: usize) -> Self {
        let laid = Laid { matrix, k: depth, n: columns };
        let mut data = vec![T::ROW; depth.saturating_mul(columns.div_ceil(T::WIDTH))];
        for (i, room) in data.chunks_exact_mut(depth.max(1)).enumerate() {
            laid.panel(i * T::WIDTH, &(0..depth), room);
        }
        Self { data, depth, columns }
    }
}

impl<T: Tiled> Panels<T> for Packed<T> {
    fn size(&self) -> (usize, usize) {
        (self.depth, self.columns)
    }

    fn panel<'p>(
        &'p self,
        column: usize,
        inner: &Range<usize>,
        _: &'p mut [T::Row],
    ) -> &'p [T::Row] {
        let start = column / T::WIDTH * self.depth;
        self.data.get(start + inner.start..start + inner.end).unwrap_or_default()
    }
}

/// Adds to each place of `out` what a step makes of a row of the left side and a
/// column of the right one.
pub(in crate::kernels) fn add_up<T: Tiled>(
    left: &impl Left<T>,
    right: &impl Panels<T>,
    out: &mut [T],
    step: impl Step<T>,
) {
    let ((rows, depth), (_, columns)) = (left.size(), right.size());
    let mut room = vec![T::ROW; depth.min(DEPTH)];
    let strips = count(rows);
    for first in (0..depth).step_by(DEPTH) {
        let inner = first..depth.min(first + DEPTH);
        let room = room.get_mut(..inner.len()).unwrap_or_default();
        for group in (0..strips).step_by(STRIPS) {
            for column in (0..columns).step_by(T::WIDTH) {
                let panel = right.panel(column, &inner, room);
                let width = T::WIDTH.min(columns - column);
                for strip in group..strips.min(group + STRIPS) {
                    let rows = shared(rows, strip);
                    let mut at = rows.start * columns + column;
                    tile(&left.strip(rows, &inner), panel, step, |sums| {
                        add_row::<T>(out.get_mut(at..at + width).unwrap_or_default(), sums);
                        at += columns;
                    });
                }
            }
        }
    }
}

#[inline(always)]
fn add_row<T: Tiled>(out: &mut [T], sums: T::Lanes) {
    if let Some(row) = T::row_mut(out) {
        *row = T::store(T::add(T::load(row), sums));
        return;
    }
    for (out, &sum) in out.iter_mut().zip(T::store(sums).as_ref()) {
        *out = out.plus(sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every way through, against sums of exact products of small integers.
    #[test]
    fn every_size_and_layout_gives_the_product() {
        let sizes = [1, 2, 3, 4, 5, 8, 9, 13, 17, 130, 260];
        let number = |i: usize| (i * 7 % 11) as f32 - 5.0;
        for &m in &sizes {
            for &k in &sizes {
                for n in [1, 2, 4, 5, 8, 12, 13] {
                    let a: Vec<f32> = (0..m * k).map(number).collect();
                    let b: Vec<f32> = (0..k * n).map(|i| number(i + 3)).collect();
                    let a_t = flipped(&a, k);
                    let b_t = flipped(&b, n);
                    let mut expected = vec![1.0; m * n];
                    for (i, x) in expected.iter_mut().enumerate() {
                        *x += (0..k).map(|l| a[i / n * k + l] * b[l * n + i % n]).sum::<f32>();
                    }
                    for (a, a_flipped) in [(&a, false), (&a_t, true)] {
                        for (b, b_flipped) in [(&b, false), (&b_t, true)] {
                            let mut out = vec![1.0; m * n];
                            let a = Matrix { data: a, flipped: a_flipped };
                            let b = Matrix { data: b, flipped: b_flipped };
                            multiply(a, b, &mut out, (m, k, n));
                            assert_eq!(out, expected, "{m} {k} {n} {a_flipped} {b_flipped}");
                        }
                    }
                }
            }
        }
    }
}
