//! How alike a row and a support vector are: the kernel function.

use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::kernels::math::exp;
use crate::kernels::vectors::Vectors;

/// The attributes `kernel_type` and `kernel_params`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Similarity {
    Linear,
    Poly { gamma: f32, coef0: f32, degree: f32 },
    Rbf { gamma: f32 },
    Sigmoid { gamma: f32, coef0: f32 },
}

impl Similarity {
    pub(super) fn new(attributes: Attributes<'_>) -> Result<Self, Fault> {
        let (gamma, coef0, degree) = match attributes.floats("kernel_params") {
            [] => (0.0, 0.0, 0.0),
            [gamma, coef0, degree] => (*gamma, *coef0, *degree),
            other => bail!("'kernel_params' has {} numbers instead of 3", other.len()),
        };
        Ok(match attributes.str("kernel_type")?.unwrap_or("LINEAR") {
            "LINEAR" => Self::Linear,
            "POLY" => Self::Poly { gamma, coef0, degree },
            "RBF" => Self::Rbf { gamma },
            "SIGMOID" => Self::Sigmoid { gamma, coef0 },
            other => bail!("'{other}' is no kernel of support vectors"),
        })
    }

    /// That of every row and every support vector, row by row.
    pub(super) fn of(self, supports: &Vectors, rows: &[f32], out: &mut [f32]) {
        if let Self::Rbf { gamma } = self {
            supports.distances(rows, out);
            out.iter_mut().for_each(|x| *x = exp(-gamma * *x));
            return;
        }
        supports.products(rows, out);
        match self {
            Self::Linear | Self::Rbf { .. } => {}
            Self::Poly { gamma, coef0, degree: 2.0 } => {
                out.iter_mut().for_each(|x| *x = (gamma * *x + coef0).powi(2));
            }
            Self::Poly { gamma, coef0, degree: 3.0 } => {
                out.iter_mut().for_each(|x| *x = (gamma * *x + coef0).powi(3));
            }
            Self::Poly { gamma, coef0, degree } => {
                out.iter_mut().for_each(|x| *x = (gamma * *x + coef0).powf(degree));
            }
            Self::Sigmoid { gamma, coef0 } => {
                out.iter_mut().for_each(|x| *x = (gamma * *x + coef0).tanh());
            }
        }
    }
}
