//! What classifiers and regressors of `ai.onnx.ml` do at the end: change scores
//! by the `post_transform`, write the score of a class that was not computed,
//! and name classes by their labels.
//!
//! The specification gives names only; the formulas are ONNX Runtime's.

use tensor::{Data, Tensor};

use super::math::exp;
use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::limits;

/// The attribute `post_transform`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PostTransform {
    None,
    Softmax,
    Logistic,
    SoftmaxZero,
    Probit,
}

/// What a single score says of the two classes that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecondClass {
    /// Nothing: all scores are given.
    Given,
    /// A probability of the second class; the first has the rest.
    Complement,
    /// How much the second class is preferred; the first has the opposite.
    Negative,
}

impl PostTransform {
    pub(crate) fn parse(name: Option<&str>) -> Result<Self, Fault> {
        Ok(match name.unwrap_or("NONE") {
            "NONE" => Self::None,
            "SOFTMAX" => Self::Softmax,
            "LOGISTIC" => Self::Logistic,
            "SOFTMAX_ZERO" => Self::SoftmaxZero,
            "PROBIT" => Self::Probit,
            other => bail!("'{other}' is no post transform"),
        })
    }

    /// Changes rows of `classes` scores. A single score is only ever changed by
    /// PROBIT.
    pub(crate) fn apply(self, scores: &mut [f32], classes: usize) {
        match self {
            Self::Probit => scores.iter_mut().for_each(|x| *x = probit(*x)),
            _ if classes < 2 => {}
            Self::None => {}
            Self::Logistic => scores.iter_mut().for_each(|x| *x = logistic(*x)),
            Self::Softmax => scores.chunks_exact_mut(classes).for_each(softmax),
            Self::SoftmaxZero => scores.chunks_exact_mut(classes).for_each(softmax_zero),
        }
    }

    /// The scores of two classes, of which one is given.
    pub(crate) fn both(self, score: f32, second: SecondClass) -> [f32; 2] {
        match (self, second) {
            // ONNX Runtime writes one of the two; the other is what happened to
            // be in memory. Here it is 0.
            (Self::Probit, _) => [probit(score), 0.0],
            (Self::Logistic, _) => [logistic(-score), logistic(score)],
            (_, SecondClass::Negative) => [-score, score],
            _ => [1.0 - score, score],
        }
    }
}

/// Writes a row of scores: as many as there are, or two for one.
pub(crate) fn write_scores(
    scores: &[f32],
    transform: PostTransform,
    second: SecondClass,
    out: &mut [f32],
) {
    match (second, scores, &mut *out) {
        (SecondClass::Complement | SecondClass::Negative, [score], [first, last]) => {
            [*first, *last] = transform.both(*score, second);
        }
        _ => {
            for (out, score) in out.iter_mut().zip(scores) {
                *out = *score;
            }
            transform.apply(out, scores.len());
        }
    }
}

/// The labels of a classifier: texts or, under the name `ints`, integers; none
/// where the model has none.
pub(crate) fn labels(attributes: Attributes<'_>, ints: &str) -> Result<Data, Fault> {
    let strings = attributes.strings("classlabels_strings")?;
    Ok(if strings.is_empty() { attributes.ints(ints).to_vec().into() } else { strings.into() })
}

/// The labels at these places.
pub(crate) fn pick(labels: &Data, places: &[usize]) -> Result<Tensor, Fault> {
    fn all<T: Clone + Default>(labels: &[T], places: &[usize]) -> Vec<T> {
        places.iter().map(|&i| labels.get(i).cloned().unwrap_or_default()).collect()
    }
    limits::copies(labels, places.len())?;
    Ok(match labels {
        Data::I64(labels) => Tensor::vector(all(labels, places)),
        Data::Str(labels) => Tensor::vector(all(labels, places)),
        other => bail!("labels are integers or texts, not {}", other.dtype()),
    })
}

/// The place of the highest score, the first of equals. NaN is never higher,
/// but nothing is higher than a NaN in the first place.
pub(crate) fn highest<T: PartialOrd>(scores: &[T]) -> usize {
    let mut best = None;
    for (i, score) in scores.iter().enumerate() {
        if best.is_none_or(|(_, high)| score > high) {
            best = Some((i, score));
        }
    }
    best.map_or(0, |(i, _)| i)
}

#[inline]
pub(crate) fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

fn softmax(row: &mut [f32]) {
    let high = row.iter().fold(f32::MIN, |high, x| high.max(*x));
    let mut sum = 0.0;
    for x in row.iter_mut() {
        *x = exp(*x - high);
        sum += *x;
    }
    row.iter_mut().for_each(|x| *x /= sum);
}

/// Softmax of what is not 0; what is stays 0, and where all is, there is no
/// answer but NaN.
fn softmax_zero(row: &mut [f32]) {
    let high = row.iter().fold(f32::MIN, |high, x| high.max(*x));
    let mut sum = 0.0;
    for x in row.iter_mut() {
        if *x > 1e-7 || *x < -1e-7 {
            *x = exp(*x - high);
            sum += *x;
        } else {
            *x *= exp(-high);
        }
    }
    row.iter_mut().for_each(|x| *x /= sum);
}

/// The quantile of the normal distribution, by an approximation (Winitzki's) of
/// the inverse error function. It has no answer, NaN, outside 0 to 1, and minus
/// infinity at both ends.
///
/// Around 0.5 the formula is the difference of two almost equal numbers: in
/// 32-bit floats, which ONNX Runtime has here, up to 0.001 is lost.
fn probit(p: f32) -> f32 {
    const A: f64 = 0.147;
    // The constant's other digits are missing in ONNX Runtime too.
    #[expect(clippy::approx_constant, reason = "the same constant, the same answers")]
    const PI: f64 = 3.14159;
    let x = 2.0 * f64::from(p) - 1.0;
    let log = ((1.0 - x) * (1.0 + x)).ln();
    let v = 2.0 / (PI * A) + 0.5 * log;
    // At 0.5 rounding must not make it negative.
    let square = (v * v - log / A).sqrt() - v;
    let root = if square < 0.0 { 0.0 } else { square.sqrt() };
    (std::f64::consts::SQRT_2 * if x < 0.0 { -root } else { root }) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformed(name: &str, mut scores: Vec<f32>, classes: usize) -> Vec<f32> {
        PostTransform::parse(Some(name)).unwrap().apply(&mut scores, classes);
        scores
    }

    #[test]
    fn scores_without_an_answer_are_as_onnxruntime_has_them() {
        assert!(transformed("SOFTMAX_ZERO", vec![0.0; 2], 2).iter().all(|x| x.is_nan()));
        assert!(transformed("SOFTMAX", vec![f32::INFINITY, 0.0], 2).iter().any(|x| x.is_nan()));
        assert_eq!(transformed("PROBIT", vec![0.0], 1), [f32::NEG_INFINITY]);
        assert!(transformed("PROBIT", vec![1.5], 1).iter().all(|x| x.is_nan()));
        assert_eq!(transformed("LOGISTIC", vec![0.8], 1), [0.8]);
        assert!(PostTransform::parse(Some("EXP")).is_err());
    }

    #[test]
    fn the_first_of_equals_is_the_highest() {
        assert_eq!(highest(&[1.0, 2.0, 2.0]), 1);
        assert_eq!(highest(&[f32::NAN, 2.0]), 0);
        assert_eq!(highest(&[1.0, f32::NAN, 2.0]), 2);
        assert_eq!(highest::<f32>(&[]), 0);
    }

    #[test]
    fn a_row_that_does_not_fit_is_cut() {
        let mut out = [9.0; 1];
        write_scores(&[0.25], PostTransform::None, SecondClass::Negative, &mut out);
        assert_eq!(out, [0.25]);
    }
}
