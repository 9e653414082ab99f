//! `Normalizer`: rows divided by a norm.

use tensor::{Data, Tensor};

use super::super::{Kernel, Spec};
use super::{NUMBERS, not_numbers, takes};
use crate::fault::{Fault, bail};
use crate::value::Inputs;

/// A number as ONNX Runtime's `Normalizer` has it: squares and magnitudes are
/// taken in the type itself, where those of integers wrap around, and become
/// 32-bit floats then.
trait Number: Copy {
    fn single(self) -> f32;
    fn magnitude(self) -> f32;
    fn square(self) -> f32;
}

impl Number for f32 {
    fn single(self) -> f32 {
        self
    }
    fn magnitude(self) -> f32 {
        self.abs()
    }
    fn square(self) -> f32 {
        self * self
    }
}

impl Number for f64 {
    fn single(self) -> f32 {
        self as f32
    }
    fn magnitude(self) -> f32 {
        self.abs() as f32
    }
    fn square(self) -> f32 {
        (self * self) as f32
    }
}

impl Number for i64 {
    fn single(self) -> f32 {
        self as f32
    }
    fn magnitude(self) -> f32 {
        self.wrapping_abs() as f32
    }
    fn square(self) -> f32 {
        self.wrapping_mul(self) as f32
    }
}

impl Number for i32 {
    fn single(self) -> f32 {
        self as f32
    }
    fn magnitude(self) -> f32 {
        self.wrapping_abs() as f32
    }
    fn square(self) -> f32 {
        self.wrapping_mul(self) as f32
    }
}

#[derive(Clone, Copy)]
enum Norm {
    /// By the largest element, which is negative where all are.
    Max,
    /// By the sum of the magnitudes.
    L1,
    /// By the root of the sum of the squares.
    L2,
}

impl Norm {
    /// Normalises each row. One whose divisor is zero stays as it is.
    fn rows<T: Number>(self, data: &[T], columns: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(data.len());
        for row in data.chunks(columns.max(1)) {
            // Sums in order and in 32 bits, as ONNX Runtime's.
            let divisor = match self {
                // A NaN is not larger than anything.
                Self::Max => row.iter().fold(f32::MIN, |max, x| {
                    let x = x.single();
                    if max < x { x } else { max }
                }),
                Self::L1 => row.iter().fold(0.0, |sum, x| sum + x.magnitude()),
                Self::L2 => row.iter().fold(0.0, |sum, x| sum + x.square()),
            };
            match self {
                _ if divisor == 0.0 => out.extend(row.iter().map(|x| x.single())),
                Self::Max | Self::L1 => out.extend(row.iter().map(|x| x.single() / divisor)),
                Self::L2 => out.extend(row.iter().map(|x| {
                    let root = (x.square() / divisor).sqrt();
                    if x.single() < 0.0 { -root } else { root }
                })),
            }
        }
        out
    }
}

/// Divides each row of a matrix, or a vector as one row, by its norm.
pub(super) fn normalizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &NUMBERS)?;
    let norm = match spec.attributes.str("norm")?.unwrap_or("MAX") {
        "MAX" => Norm::Max,
        "L1" => Norm::L1,
        "L2" => Norm::L2,
        other => bail!("'{other}' is no norm"),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let ([columns] | [_, columns]) = x.shape() else {
            bail!("rows are normalised, not a tensor of shape {:?}", x.shape());
        };
        let rows = match x.data() {
            Data::F32(rows) => norm.rows(rows, *columns),
            Data::F64(rows) => norm.rows(rows, *columns),
            Data::I64(rows) => norm.rows(rows, *columns),
            Data::I32(rows) => norm.rows(rows, *columns),
            other => return Err(not_numbers(other)),
        };
        Ok(vec![Tensor::new(x.shape().to_vec(), rows)?.into()])
    }))
}
