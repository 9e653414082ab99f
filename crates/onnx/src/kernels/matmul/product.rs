//! The product of two matrices.
//!
//! Large ones are computed in tiles of four rows by eight columns (four of
//! 64-bit numbers), which stay in the registers of a 128-bit machine: columns
//! of the right matrix are copied side by side, then every four rows of the
//! left one pass over them. The inner dimension is cut into blocks, which keeps
//! the copy in the first cache and the error of sums small. Vectors have loops
//! of their own.

use super::super::reduce::Number;

/// A matrix in row-major order, or its transpose.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Matrix<'a, T> {
    pub(in crate::kernels) data: &'a [T],
    /// Whether what is meant is the transpose of what the data hold.
    pub(in crate::kernels) flipped: bool,
}

/// The rows of the left matrix, the inner dimension, the columns of the right.
pub(in crate::kernels) type Size = (usize, usize, usize);

/// Rows of a tile.
const HEIGHT: usize = 4;
/// Rows of the left matrix that share a copy of the right one's columns.
const ROWS: usize = 128;
/// Numbers of the inner dimension in a block.
const DEPTH: usize = 256;

impl<'a, T> Matrix<'a, T> {
    /// A matrix whose rows the data hold.
    pub(in crate::kernels) fn rows(data: &'a [T]) -> Self {
        Self { data, flipped: false }
    }
}

/// Adds the product of two matrices to `out`.
pub(in crate::kernels) fn multiply<T: Number>(
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    out: &mut [T],
    size: Size,
) {
    let (m, k, n) = size;
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    if m < HEIGHT && !b.flipped && !a.flipped || k == 1 && n == 1 {
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
        (false, true) if m < HEIGHT => {
            let rows = a.data.chunks_exact(k).zip(out.chunks_exact_mut(n));
            rows.for_each(|(a, out)| along(b.data, a, out, step));
        }
        (true, _) => blocks(&flipped(a.data, m), b, out, size, step),
        (false, _) => blocks(a.data, b, out, size, step),
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

/// Adds to each place of `out` the sum over a row of `a` and a column of `b`.
pub(super) fn blocks<T: Number>(
    a: &[T],
    b: Matrix<'_, T>,
    out: &mut [T],
    (_, k, n): Size,
    step: impl Fn(T, T, T) -> T + Copy,
) {
    let wide = size_of::<T>() <= 4;
    for (a, out) in a.chunks(ROWS.saturating_mul(k)).zip(out.chunks_mut(ROWS.saturating_mul(n))) {
        for first in (0..k).step_by(DEPTH) {
            let part = Part { a, b, k, n, first, depth: (k - first).min(DEPTH) };
            let mut column = 0;
            while column < n {
                if wide && n - column > 4 {
                    part.columns::<8>(column, out, step);
                    column += 8;
                } else {
                    part.columns::<4>(column, out, step);
                    column += 4;
                }
            }
        }
    }
}

/// Some rows of the left matrix and some of the inner dimension.
struct Part<'a, T> {
    a: &'a [T],
    b: Matrix<'a, T>,
    k: usize,
    n: usize,
    first: usize,
    depth: usize,
}

impl<T: Number> Part<'_, T> {
    /// Up to N columns of the product.
    fn columns<const N: usize>(
        &self,
        column: usize,
        out: &mut [T],
        step: impl Fn(T, T, T) -> T + Copy,
    ) {
        let panel = self.panel::<N>(column);
        let inner = self.first..self.first + self.depth;
        let width = column..self.n.min(column + N);
        let tall = self.a.chunks(HEIGHT * self.k).zip(out.chunks_mut(HEIGHT * self.n));
        for (a, out) in tall {
            let mut rows =
                a.chunks_exact(self.k).map(|row| row.get(inner.clone()).unwrap_or_default());
            let Some(first) = rows.next() else { continue };
            // Where fewer rows are left, the first one stands in.
            let mut next = || rows.next().unwrap_or(first);
            let rows = [first, next(), next(), next()];
            let sums = tile(rows, &panel, step);
            for (sums, out) in sums.iter().zip(out.chunks_exact_mut(self.n)) {
                for (out, &sum) in out.get_mut(width.clone()).into_iter().flatten().zip(sums) {
                    *out = out.plus(sum);
                }
            }
        }
    }

    /// N columns of the right matrix side by side; zeros where it has fewer.
    fn panel<const N: usize>(&self, column: usize) -> Vec<[T; N]> {
        let mut panel = vec![[T::ZERO; N]; self.depth];
        if self.b.flipped {
            let columns = self.b.data.chunks_exact(self.k).skip(column).take(N);
            for (i, values) in columns.enumerate() {
                let values = values.get(self.first..).unwrap_or_default();
                for (row, &value) in panel.iter_mut().zip(values) {
                    if let Some(place) = row.get_mut(i) {
                        *place = value;
                    }
                }
            }
        } else {
            let rows = self.b.data.chunks_exact(self.n).skip(self.first);
            for (place, row) in panel.iter_mut().zip(rows) {
                let values = row.get(column..).unwrap_or_default();
                if let Some((values, _)) = values.split_first_chunk::<N>() {
                    *place = *values;
                } else {
                    for (place, &value) in place.iter_mut().zip(values) {
                        *place = value;
                    }
                }
            }
        }
        panel
    }
}

/// Four rows by N columns of sums.
#[inline(always)]
fn tile<T: Number, const N: usize>(
    [r0, r1, r2, r3]: [&[T]; HEIGHT],
    panel: &[[T; N]],
    step: impl Fn(T, T, T) -> T + Copy,
) -> [[T; N]; HEIGHT] {
    let add = |sums: &mut [T; N], a: T, b: &[T; N]| {
        for (sum, &b) in sums.iter_mut().zip(b) {
            *sum = step(*sum, a, b);
        }
    };
    let (mut s0, mut s1, mut s2, mut s3) = ([T::ZERO; N], [T::ZERO; N], [T::ZERO; N], [T::ZERO; N]);
    for ((((b, &a0), &a1), &a2), &a3) in panel.iter().zip(r0).zip(r1).zip(r2).zip(r3) {
        add(&mut s0, a0, b);
        add(&mut s1, a1, b);
        add(&mut s2, a2, b);
        add(&mut s3, a3, b);
    }
    [s0, s1, s2, s3]
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
