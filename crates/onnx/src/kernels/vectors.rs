//! Rows of features against the vectors of a model: dot products and squared
//! distances, which linear models and support vectors spend their time in.

use std::borrow::Cow;

use tensor::{Data, Tensor};

use crate::fault::{Fault, bail};
use crate::limits;

/// How many rows meet the vectors before the next ones do: few enough to stay
/// in the cache.
pub(super) const BLOCK: usize = 32;

/// How many vectors are in a wide panel, and in a narrow one.
const WIDE: usize = 16;
const NARROW: usize = 4;

/// The rows that a model is given, as 32-bit floats: what ONNX Runtime makes of
/// every type before it computes.
pub(super) struct Rows<'a> {
    pub(super) elements: Cow<'a, [f32]>,
    pub(super) count: usize,
}

impl<'a> Rows<'a> {
    /// The rows of a matrix; a vector is one row.
    pub(super) fn new(tensor: &'a Tensor, columns: usize) -> Result<Self, Fault> {
        let (count, given) = match tensor.shape() {
            [] => (1, 1),
            [given] => (1, *given),
            [count, given] => (*count, *given),
            shape => bail!("a matrix of features is wanted, not a tensor of shape {shape:?}"),
        };
        if given != columns {
            bail!("the model takes {columns} features, not {given}");
        }
        let elements = match tensor.data() {
            Data::F32(v) => v.as_slice().into(),
            Data::F64(v) => v.iter().map(|&x| x as f32).collect(),
            Data::I64(v) => v.iter().map(|&x| x as f32).collect(),
            Data::I32(v) => v.iter().map(|&x| x as f32).collect(),
            other => bail!("features are numbers of 32 or 64 bits, not {}", other.dtype()),
        };
        Ok(Self { elements, count })
    }
}

/// Vectors of one length, laid out so that a row meets several at once: in
/// panels that hold the first elements of all their vectors, then the second
/// ones, and so on. What is left over after the panels stays as it is.
pub(super) struct Vectors {
    pub(super) count: usize,
    pub(super) columns: usize,
    wide: Vec<f32>,
    narrow: Vec<f32>,
    single: Vec<f32>,
}

impl Vectors {
    /// Lays out `count` vectors that lie one after another.
    pub(super) fn new(elements: &[f32], count: usize) -> Result<Self, Fault> {
        let columns = elements.len().checked_div(count).unwrap_or(0);
        if columns == 0 || columns * count != elements.len() {
            bail!("{} numbers are not {count} vectors of one length", elements.len());
        }
        let (wide, rest) = elements.split_at(count / WIDE * WIDE * columns);
        // Three of four are worth a panel.
        let narrow = (count % WIDE + 1) / NARROW * NARROW * columns;
        let (narrow, single) = rest.split_at(narrow.min(rest.len()));
        Ok(Self {
            count,
            columns,
            wide: panels::<WIDE>(wide, columns),
            narrow: panels::<NARROW>(narrow, columns),
            single: single.to_vec(),
        })
    }

    /// The dot product of every row and every vector, row by row.
    pub(super) fn products(&self, rows: &[f32], out: &mut [f32]) {
        self.sums(rows, |x, v| x * v, out);
    }

    /// The squared distance between every row and every vector, row by row.
    /// The differences are squared as they are: `|x|² - 2xv + |v|²` would be
    /// faster and lose what close vectors differ by.
    pub(super) fn distances(&self, rows: &[f32], out: &mut [f32]) {
        self.sums(rows, |x, v| (x - v) * (x - v), out);
    }

    fn sums(&self, rows: &[f32], term: impl Fn(f32, f32) -> f32 + Copy, out: &mut [f32]) {
        let after_wide = self.count / WIDE * WIDE;
        let after_narrow = after_wide + self.narrow.len() / self.columns;
        let blocks = rows
            .chunks(self.columns.saturating_mul(BLOCK))
            .zip(out.chunks_mut(self.count.saturating_mul(BLOCK)));
        for (rows, out) in blocks {
            self.panel_sums::<WIDE, 1>(&self.wide, 0, rows, term, out);
            self.panel_sums::<NARROW, 4>(&self.narrow, after_wide, rows, term, out);
            self.panel_sums::<1, 16>(&self.single, after_narrow, rows, term, out);
        }
    }

    /// The sums for panels of `N` vectors, the first of which is vector
    /// `start`. Several sums (`N` times `STEPS`) are under way at a time, so
    /// that none waits for another.
    fn panel_sums<const N: usize, const STEPS: usize>(
        &self,
        panels: &[f32],
        start: usize,
        rows: &[f32],
        term: impl Fn(f32, f32) -> f32,
        out: &mut [f32],
    ) {
        for (i, panel) in panels.chunks_exact(self.columns.saturating_mul(N)).enumerate() {
            let (steps, _) = panel.as_chunks::<N>();
            let (steps, last_steps) = steps.as_chunks::<STEPS>();
            for (row, out) in rows.chunks_exact(self.columns).zip(out.chunks_exact_mut(self.count))
            {
                let (features, last_features) = row.as_chunks::<STEPS>();
                let mut sums = [[0.0; N]; STEPS];
                for (features, steps) in features.iter().zip(steps) {
                    for ((x, step), sums) in features.iter().zip(steps).zip(&mut sums) {
                        for (v, sum) in step.iter().zip(sums) {
                            *sum += term(*x, *v);
                        }
                    }
                }
                for ((x, step), sums) in last_features.iter().zip(last_steps).zip(&mut sums) {
                    for (v, sum) in step.iter().zip(sums) {
                        *sum += term(*x, *v);
                    }
                }
                let places = out.iter_mut().skip(start + i * N);
                for (lane, out) in (0..N).zip(places) {
                    *out = sums.iter().filter_map(|sums| sums.get(lane)).sum();
                }
            }
        }
    }
}

/// Takes `N` vectors at a time, element by element; zeros stand in for those
/// that the last panel lacks.
fn panels<const N: usize>(vectors: &[f32], columns: usize) -> Vec<f32> {
    let mut panels = Vec::with_capacity(vectors.len());
    for panel in vectors.chunks(columns.saturating_mul(N)) {
        for column in 0..columns {
            let of_vector = |n| panel.get(n * columns + column).copied().unwrap_or(0.0);
            panels.extend((0..N).map(of_vector));
        }
    }
    panels
}

/// A place for `count` results of each row.
pub(super) fn results(rows: usize, count: usize) -> Result<Vec<f32>, Fault> {
    Ok(vec![0.0; limits::elements(&[rows, count])?])
}

/// A dot product whose terms are 32-bit floats and whose sum is a double, as
/// ONNX Runtime adds up support vectors.
pub(super) fn wide_product(a: &[f32], b: &[f32]) -> f64 {
    let ((a, last_a), (b, last_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for ((a, b), sum) in a.iter().zip(b).zip(&mut sums) {
            *sum += f64::from(a * b);
        }
    }
    let last: f64 = last_a.iter().zip(last_b).map(|(a, b)| f64::from(a * b)).sum();
    sums.iter().sum::<f64>() + last
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers between -1 and 1 that follow no pattern.
    fn numbers(count: usize, mut seed: u32) -> Vec<f32> {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn every_layout_gives_every_sum() {
        for count in [1, 2, 3, 4, 5, 7, 15, 16, 17, 18, 19, 35] {
            for columns in [1, 3, 4, 16, 37] {
                let (vectors, rows) = (numbers(count * columns, 1), numbers(40 * columns, 2));
                let laid_out = Vectors::new(&vectors, count).unwrap();
                let (mut products, mut distances) = (vec![0.0; 40 * count], vec![0.0; 40 * count]);
                laid_out.products(&rows, &mut products);
                laid_out.distances(&rows, &mut distances);
                let mut results = products.iter().zip(&distances);
                for row in rows.chunks(columns) {
                    for vector in vectors.chunks(columns) {
                        let pairs = || row.iter().zip(vector).map(|(x, v)| (*x as f64, *v as f64));
                        let product: f64 = pairs().map(|(x, v)| x * v).sum();
                        let distance: f64 = pairs().map(|(x, v)| (x - v) * (x - v)).sum();
                        let (p, d) = results.next().unwrap();
                        assert!(
                            (f64::from(*p) - product).abs() < 1e-5 * columns as f64,
                            "{count} {columns}"
                        );
                        assert!(
                            (f64::from(*d) - distance).abs() < 1e-5 * columns as f64,
                            "{count} {columns}"
                        );
                    }
                }
                assert!(results.next().is_none());
            }
        }
    }

    #[test]
    fn wide_products_do_not_lose_small_terms() {
        let a: Vec<f32> = [&[3e7, 1.0][..], &[0.0; 20], &[-3e7, 0.25]].concat();
        assert_eq!(wide_product(&a, &vec![1.0; a.len()]), 1.25);
    }
}
