//! The types that arithmetic is done in: f32 (f16 too, rounded at the end),
//! f64, and i64 for all integers, whose low bits are right whatever wraps.

use std::borrow::Cow;
use std::ops::{Add, Div, Mul, Neg, Sub};

use half::f16;
use tensor::{DType, Data, Element};

use crate::fault::{Fault, bail};
use crate::kernels::math::exp;

/// What is added and multiplied. Integers wrap, but for the magnitude of the
/// least.
pub(in crate::kernels) trait Number:
    Copy + PartialOrd + Default + 'static
{
    const ZERO: Self;
    const ONE: Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn magnitude(self) -> Self;
}

macro_rules! floats {
    ($($t:ident),*) => {$(
        impl Number for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self + other }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self * other }
            #[inline(always)]
            fn magnitude(self) -> Self { self.abs() }
        }
    )*};
}
floats!(f32, f64);

macro_rules! integers {
    ($($t:ident),*) => {$(
        impl Number for $t {
            const ZERO: Self = 0;
            const ONE: Self = 1;
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
            #[inline(always)]
            fn magnitude(self) -> Self { self.saturating_abs() }
        }
    )*};
}
integers!(i32, i64);

/// A floating-point type to compute in.
pub(in crate::kernels) trait Real:
    Number
    + Element
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    fn of(x: f64) -> Self;
    fn to_f64(self) -> f64;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;

    /// Floats of any width in this type; `None` for all else.
    fn read(data: &Data) -> Option<Cow<'_, [Self]>>;

    /// The same of what need not be kept.
    fn own(data: Data) -> Option<Vec<Self>> {
        Self::take(data).or_else(|data| Self::read(&data).map(Cow::into_owned).ok_or(data)).ok()
    }

    /// The values as elements of a type, which is this one or f16.
    fn write(values: Vec<Self>, dtype: DType) -> Data;
}

impl Real for f32 {
    fn of(x: f64) -> Self {
        x as Self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        exp(self)
    }
    fn ln(self) -> Self {
        self.ln()
    }
    fn sqrt(self) -> Self {
        self.sqrt()
    }
    fn read(data: &Data) -> Option<Cow<'_, [Self]>> {
        Some(match data {
            Data::F32(v) => v.as_slice().into(),
            Data::F16(v) => v.iter().map(|x| x.to_f32()).collect(),
            Data::F64(v) => v.iter().map(|&x| x as Self).collect(),
            _ => return None,
        })
    }
    fn write(values: Vec<Self>, dtype: DType) -> Data {
        if dtype == DType::F16 {
            values.into_iter().map(f16::from_f32).collect::<Vec<_>>().into()
        } else {
            values.into()
        }
    }
}

impl Real for f64 {
    fn of(x: f64) -> Self {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn exp(self) -> Self {
        self.exp()
    }
    fn ln(self) -> Self {
        self.ln()
    }
    fn sqrt(self) -> Self {
        self.sqrt()
    }
    fn read(data: &Data) -> Option<Cow<'_, [Self]>> {
        Some(match data {
            Data::F64(v) => v.as_slice().into(),
            Data::F32(v) => v.iter().map(|&x| Self::from(x)).collect(),
            Data::F16(v) => v.iter().map(|x| x.to_f64()).collect(),
            _ => return None,
        })
    }
    fn write(values: Vec<Self>, _: DType) -> Data {
        values.into()
    }
}

/// A tensor's elements in one of three types.
pub(in crate::kernels) enum Wide<'a> {
    Single(Cow<'a, [f32]>),
    Double(Cow<'a, [f64]>),
    Integer(Cow<'a, [i64]>),
}

/// What puts u64 in order as i64; all other integers are.
const SIGN: u64 = 1 << 63;

impl<'a> Wide<'a> {
    /// `ordered` keeps u64 in order, at the cost of its arithmetic.
    pub(in crate::kernels) fn new(data: &'a Data, ordered: bool) -> Result<Self, Fault> {
        let flip = if ordered { SIGN } else { 0 };
        Ok(match data {
            Data::F32(v) => Self::Single(v.as_slice().into()),
            Data::F64(v) => Self::Double(v.as_slice().into()),
            Data::F16(v) => Self::Single(v.iter().map(|x| x.to_f32()).collect()),
            Data::I64(v) => Self::Integer(v.as_slice().into()),
            Data::U64(v) => Self::Integer(v.iter().map(|&x| (x ^ flip).cast_signed()).collect()),
            Data::I32(v) => Self::Integer(v.iter().map(|&x| i64::from(x)).collect()),
            Data::I16(v) => Self::Integer(v.iter().map(|&x| i64::from(x)).collect()),
            Data::I8(v) => Self::Integer(v.iter().map(|&x| i64::from(x)).collect()),
            Data::U32(v) => Self::Integer(v.iter().map(|&x| i64::from(x)).collect()),
            Data::U16(v) => Self::Integer(v.iter().map(|&x| i64::from(x)).collect()),
            Data::U8(v) => Self::Integer(v.iter().map(|&x| i64::from(x)).collect()),
            Data::Bool(v) => Self::Integer(v.iter().map(|&x| i64::from(x)).collect()),
            Data::Str(_) => bail!("numbers are wanted, not text"),
        })
    }
}

/// The low bits of widened integers as elements of their own type again.
pub(in crate::kernels) fn narrow(v: Vec<i64>, dtype: DType, ordered: bool) -> Data {
    let flip = if ordered { SIGN } else { 0 };
    match dtype {
        DType::U64 => v.into_iter().map(|x| x.cast_unsigned() ^ flip).collect::<Vec<_>>().into(),
        DType::I32 => v.into_iter().map(|x| x as i32).collect::<Vec<_>>().into(),
        DType::I16 => v.into_iter().map(|x| x as i16).collect::<Vec<_>>().into(),
        DType::I8 => v.into_iter().map(|x| x as i8).collect::<Vec<_>>().into(),
        DType::U32 => v.into_iter().map(|x| x as u32).collect::<Vec<_>>().into(),
        DType::U16 => v.into_iter().map(|x| x as u16).collect::<Vec<_>>().into(),
        DType::U8 => v.into_iter().map(|x| x as u8).collect::<Vec<_>>().into(),
        DType::Bool => v.into_iter().map(|x| x != 0).collect::<Vec<_>>().into(),
        _ => v.into(),
    }
}

/// Calls a function generic over [`Real`] with the type to compute in for the
/// floats of the first input.
macro_rules! by_float {
    ($inputs:expr, $function:ident($($argument:expr),*)) => {
        match $inputs.tensor(0)?.dtype() {
            tensor::DType::F64 => $function::<f64>($($argument),*),
            tensor::DType::F32 | tensor::DType::F16 => $function::<f32>($($argument),*),
            other => $crate::fault::bail!("floats are wanted, not {other}"),
        }
    };
}
pub(super) use by_float;
