//! temporary

use crate::fault::{Fault, bail};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PostTransform {
    None,
    Softmax,
    Logistic,
    SoftmaxZero,
    Probit,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecondClass {
    Given,
    Complement,
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
            o => bail!("'{o}' is no post transform"),
        })
    }
}
pub(crate) fn write_scores(scores: &[f32], t: PostTransform, second: SecondClass, out: &mut [f32]) {
    let logistic = |x: f32| {
        let v = 1.0 / (1.0 + (-x.abs()).exp());
        if x < 0.0 { 1.0 - v } else { v }
    };
    match (second, scores) {
        (SecondClass::Complement, [s]) => {
            out[0] = 1.0 - s;
            out[1] = *s;
        }
        (SecondClass::Negative, [s]) => {
            if t == PostTransform::Logistic {
                out[0] = logistic(-s);
                out[1] = logistic(*s);
            } else {
                out[0] = -s;
                out[1] = *s;
            }
        }
        _ => match t {
            PostTransform::Softmax => {
                let m = scores.iter().fold(f32::MIN, |a, b| a.max(*b));
                let e: Vec<f32> = scores.iter().map(|x| (x - m).exp()).collect();
                let s: f32 = e.iter().sum();
                for (o, e) in out.iter_mut().zip(e) {
                    *o = e / s;
                }
            }
            PostTransform::Logistic => {
                for (o, s) in out.iter_mut().zip(scores) {
                    *o = logistic(*s);
                }
            }
            PostTransform::SoftmaxZero => {
                let m = scores.iter().fold(f32::MIN, |a, b| a.max(*b));
                let mut sum = 0f32;
                let e: Vec<f32> = scores
                    .iter()
                    .map(|&x| {
                        if x > 0.0000001 || x < -0.0000001 {
                            let v = (x - m).exp();
                            sum += v;
                            v
                        } else {
                            x * (-m).exp()
                        }
                    })
                    .collect();
                for (o, e) in out.iter_mut().zip(e) {
                    *o = e / sum;
                }
            }
            _ => {
                for (o, s) in out.iter_mut().zip(scores) {
                    *o = *s;
                }
            }
        },
    }
}
