//! The probabilities of several classes from those of each pair of them: the
//! second approach of T.-F. Wu, C.-J. Lin and R. C. Weng, "Probability
//! Estimates for Multi-class Classification by Pairwise Coupling", 2004.
//!
//! It is an iteration that stops early, so its answer depends on how it goes:
//! in 32-bit floats, until the error is below 0.005 over the number of classes,
//! as in ONNX Runtime.

use crate::fault::Fault;
use crate::kernels::vectors::results;

/// The most rounds of the iteration.
const ROUNDS: usize = 100;

/// What the iteration works on, kept from row to row.
pub(super) struct Coupling {
    classes: usize,
    /// `q(i, i)` is the sum over `j` of `r(j, i)²`, and `q(i, j)` is
    /// `-r(j, i) r(i, j)`, where `r(i, j)` is how probable class `i` is if it is
    /// one of `i` and `j`; row by row.
    q: Vec<f32>,
    qp: Vec<f32>,
}

impl Coupling {
    pub(super) fn new(classes: usize) -> Result<Self, Fault> {
        let (q, qp) = (results(classes, classes)?, results(classes, 1)?);
        Ok(Self { classes, q, qp })
    }

    /// Writes a probability for each class. `pairs` are the probabilities of
    /// the first class of each pair: (0, 1), (0, 2), … (1, 2), …
    pub(super) fn probabilities(&mut self, pairs: &[f32], out: &mut [f32]) {
        self.set(pairs);
        let Self { classes, q, qp } = self;
        let count = *classes as f32;
        out.fill(1.0 / count);
        let tolerance = 0.005 / count;
        for _ in 0..ROUNDS {
            for (row, qp) in q.chunks_exact(*classes).zip(qp.iter_mut()) {
                *qp = product(row, out);
            }
            let mut pqp = product(out, qp);
            // A NaN is not above any tolerance: without an answer, all classes
            // stay as probable as each other.
            if !qp.iter().any(|qp| (qp - pqp).abs() >= tolerance) {
                break;
            }
            for (i, row) in q.chunks_exact(*classes).enumerate() {
                let (Some(&diagonal), Some(&qp_i)) = (row.get(i), qp.get(i)) else { break };
                let change = (pqp - qp_i) / diagonal;
                let total = 1.0 + change;
                if let Some(p) = out.get_mut(i) {
                    *p += change;
                }
                pqp = (pqp + change * (change * diagonal + 2.0 * qp_i)) / total / total;
                for ((qp, p), q) in qp.iter_mut().zip(out.iter_mut()).zip(row) {
                    *qp = (*qp + change * q) / total;
                    *p /= total;
                }
            }
        }
    }

    fn set(&mut self, pairs: &[f32]) {
        let classes = self.classes;
        self.q.fill(0.0);
        let mut put = |row: usize, column: usize, change: &dyn Fn(f32) -> f32| {
            if let Some(q) = self.q.get_mut(row * classes + column) {
                *q = change(*q);
            }
        };
        let indices = (0..classes).flat_map(|i| (i + 1..classes).map(move |j| (i, j)));
        for ((i, j), &first) in indices.zip(pairs) {
            let second = 1.0 - first;
            put(i, i, &|q| q + second * second);
            put(j, j, &|q| q + first * first);
            put(i, j, &|_| -second * first);
            put(j, i, &|_| -second * first);
        }
    }
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
