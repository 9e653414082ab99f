//! The numbers that layers compute with.

use std::borrow::Cow;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use half::f16;
use tensor::{DType, Data, Element, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::matmul::Tiled;
use crate::kernels::reduce::Number;

/// `f32` or `f64`. Half floats are computed as `f32`, and rounded at the end.
pub(crate) trait Real:
    Tiled
    + Element
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    const LOWEST: Self;

    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    fn exp(self) -> Self;
    fn tanh(self) -> Self;
    fn powf(self, exponent: Self) -> Self;
    fn abs(self) -> Self;

    /// As the elements of a tensor of this type.
    fn data(values: Vec<Self>, dtype: DType) -> Data;

    /// The greater one; the first where either is no number.
    #[inline]
    fn greater(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
}

macro_rules! real {
    ($($t:ident),*) => {$(
        impl Real for $t {
            const LOWEST: Self = $t::NEG_INFINITY;

            #[inline]
            fn of(x: f64) -> Self { x as $t }
            #[inline]
            fn wide(self) -> f64 { f64::from(self) }
            #[inline]
            fn exp(self) -> Self { $t::exp(self) }
            #[inline]
            fn tanh(self) -> Self { $t::tanh(self) }
            #[inline]
            fn powf(self, exponent: Self) -> Self { $t::powf(self, exponent) }
            #[inline]
            fn abs(self) -> Self { $t::abs(self) }

            fn data(values: Vec<Self>, dtype: DType) -> Data {
                if dtype == Self::DTYPE {
                    return values.into();
                }
                match dtype {
                    DType::F32 => values.iter().map(|&x| x as f32).collect::<Vec<_>>().into(),
                    DType::F64 => values.iter().map(|&x| f64::from(x)).collect::<Vec<_>>().into(),
                    DType::F16 => values.iter().map(|&x| f16::from_f64(x.into())).collect::<Vec<_>>().into(),
                    // A value that is outside of its type is its nearest one.
                    DType::I8 => values.iter().map(|&x| x as i8).collect::<Vec<_>>().into(),
                    DType::U8 => values.iter().map(|&x| x as u8).collect::<Vec<_>>().into(),
                    DType::I16 => values.iter().map(|&x| x as i16).collect::<Vec<_>>().into(),
                    DType::U16 => values.iter().map(|&x| x as u16).collect::<Vec<_>>().into(),
                    DType::I32 => values.iter().map(|&x| x as i32).collect::<Vec<_>>().into(),
                    DType::U32 => values.iter().map(|&x| x as u32).collect::<Vec<_>>().into(),
                    DType::I64 => values.iter().map(|&x| x as i64).collect::<Vec<_>>().into(),
                    DType::U64 => values.iter().map(|&x| x as u64).collect::<Vec<_>>().into(),
                    _ => values.into(),
                }
            }
        }
    )*};
}
real!(f32, f64);

/// Runs an expression with a name for the type that floats of this tensor are
/// computed in.
macro_rules! floats {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            ::tensor::DType::F32 | ::tensor::DType::F16 => {
                type $t = f32;
                $body
            }
            ::tensor::DType::F64 => {
                type $t = f64;
                $body
            }
            other => $crate::fault::bail!("the operator takes floats, not {other}"),
        }
    };
}
pub(crate) use floats;

/// A tensor's elements as numbers to compute with.
pub(crate) fn reals<T: Real>(tensor: &Tensor) -> Result<Cow<'_, [T]>, Fault> {
    if let Some(same) = tensor.as_slice::<T>() {
        return Ok(same.into());
    }
    Ok(match tensor.data() {
        Data::F32(v) => v.iter().map(|&x| T::of(x.into())).collect(),
        Data::F64(v) => v.iter().map(|&x| T::of(x)).collect(),
        Data::F16(v) => v.iter().map(|&x| T::of(x.to_f64())).collect(),
        Data::I8(v) => v.iter().map(|&x| T::of(x.into())).collect(),
        Data::U8(v) => v.iter().map(|&x| T::of(x.into())).collect(),
        Data::I16(v) => v.iter().map(|&x| T::of(x.into())).collect(),
        Data::U16(v) => v.iter().map(|&x| T::of(x.into())).collect(),
        Data::I32(v) => v.iter().map(|&x| T::of(x.into())).collect(),
        Data::U32(v) => v.iter().map(|&x| T::of(x.into())).collect(),
        Data::I64(v) => v.iter().map(|&x| T::of(x as f64)).collect(),
        Data::U64(v) => v.iter().map(|&x| T::of(x as f64)).collect(),
        other => bail!("the operator takes numbers, not {}", other.dtype()),
    })
}

/// The tensor's one element.
pub(crate) fn one<T: Real>(tensor: &Tensor) -> Result<T, Fault> {
    match reals::<T>(tensor)?.as_ref() {
        [one] => Ok(*one),
        _ => bail!("a tensor of shape {:?}, where one number is wanted", tensor.shape()),
    }
}

/// The sum of the products of two vectors.
pub(crate) fn dot<T: Number>(a: &[T], b: &[T]) -> T {
    let mut sums = [T::default(); 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a8.remainder().iter().zip(b8.remainder());
    for (a, b) in a8.zip(b8) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum = sum.plus(a.times(b));
        }
    }
    let tail = rest.fold(T::default(), |sum, (&a, &b)| sum.plus(a.times(b)));
    sums.into_iter().fold(tail, Number::plus)
}

/// The transpose of a matrix with rows of this length.
pub(crate) fn transposed<T: Copy>(matrix: &[T], columns: usize) -> Vec<T> {
    let mut result = Vec::with_capacity(matrix.len());
    for column in 0..columns {
        result.extend(matrix.iter().skip(column).step_by(columns));
    }
    result
}
