//! `Pow`, whose exponents may be of another type than what is raised.

use std::borrow::Cow;

use tensor::{DType, Data, Tensor};

use super::rows::{Alignment, Rows, zip};
use super::{parts, take_tensor_cow};
use crate::fault::{Fault, bail};
use crate::kernels::cast::{convert, widen};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

/// Powers are computed as doubles and then cut to the type of what is raised,
/// integers too, as ONNX Runtime does. Squares and cubes by a single exponent
/// are products, of integers ones that wrap.
pub(super) fn pow(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let old = Alignment::read(spec.version, spec.attributes);
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (base, exponent) = (take_tensor_cow(&mut inputs, 0)?, take_tensor_cow(&mut inputs, 1)?);
        let dtype = base.dtype();
        for dtype in [dtype, exponent.dtype()] {
            if matches!(dtype, DType::Str | DType::Bool) {
                bail!("the operator does not take {dtype}");
            }
        }
        let rows = Rows::aligned(base.shape(), exponent.shape(), old)?;
        let (base, exponent) = (parts(base).1, doubles(parts(exponent).1));
        let base = match *exponent {
            [power] if base.len() == rows.count => match simple(widen(base), power) {
                Ok(data) => {
                    return Ok(vec![Tensor::new(rows.shape, convert(data, dtype))?.into()]);
                }
                Err(base) => base,
            },
            _ => base,
        };
        let powers = zip(&doubles(base), &exponent, &rows, |x, y| x.powf(*y));
        Ok(vec![Tensor::new(rows.shape, convert(powers.into(), dtype))?.into()])
    }))
}

fn doubles(data: Cow<'_, Data>) -> Cow<'_, [f64]> {
    match data {
        Cow::Borrowed(Data::F64(v)) => Cow::Borrowed(v),
        data => match convert(data.into_owned(), DType::F64) {
            Data::F64(v) => Cow::Owned(v),
            _ => Cow::Owned(Vec::new()),
        },
    }
}

/// Raises to a power that is a product or a root; otherwise gives the data
/// back.
fn simple(data: Cow<'_, Data>, power: f64) -> Result<Data, Cow<'_, Data>> {
    let cubes = power == 3.0;
    if !cubes && power != 2.0 && (power != 0.5 || !matches!(*data, Data::F32(_) | Data::F64(_))) {
        return Err(data);
    }
    // Unlike a square root: 0 for -0, infinity for its negative.
    macro_rules! floats {
        ($v:expr) => {
            if cubes {
                $v.iter_mut().for_each(|x| *x = *x * *x * *x);
            } else if power == 2.0 {
                $v.iter_mut().for_each(|x| *x = *x * *x);
            } else {
                $v.iter_mut().for_each(|x| {
                    *x = if x.is_infinite() { x.abs() } else { x.sqrt() + 0.0 };
                });
            }
        };
    }
    macro_rules! integers {
        ($v:expr) => {
            $v.iter_mut().for_each(|x| {
                let square = x.wrapping_mul(*x);
                *x = if cubes { square.wrapping_mul(*x) } else { square };
            })
        };
    }
    let mut data = data.into_owned();
    match &mut data {
        Data::F32(v) => floats!(v),
        Data::F64(v) => floats!(v),
        Data::I64(v) => integers!(v),
        Data::U64(v) => integers!(v),
        _ => {}
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_those_of_pow() {
        let x = vec![4.0f32, -0.0, f32::NEG_INFINITY, f32::INFINITY, -1.0, f32::NAN];
        let roots = simple(Cow::Owned(x.clone().into()), 0.5).unwrap();
        let Data::F32(roots) = roots else { panic!("floats") };
        for (root, x) in roots.iter().zip(x) {
            assert_eq!(root.to_bits() & 0x7fff_ffff, x.powf(0.5).to_bits() & 0x7fff_ffff, "{x}");
            assert!(root.is_nan() || root.is_sign_positive());
        }
    }
}
