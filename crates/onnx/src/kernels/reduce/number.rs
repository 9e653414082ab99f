//! The types that arithmetic is done in: f32 (f16 too, rounded at the end),
//! f64, and i64 for all integers, whose low bits are right whatever wraps.

use std::borrow::Cow;
use std::ops::{Add, Div, Mul, Neg, Sub};

use half::f16;
use tensor::{DType, Data, Element};

use crate::fault::{Fault, bail};

/// What is added and multiplied; integers wrap.
pub(in crate::kernels) trait Number: Copy + PartialOrd + Default + 'static {
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
            fn magnitude(self) -> Self { self.wrapping_abs() }
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

/// e to the power of x, within two units in the last place, in operations that
/// vectorise: 2^n · e^r with |r| ≤ ln 2 / 2, and e^r by a polynomial.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding this rounds to an integer, which is then in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, of which products with small integers are exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-104.0, 89.0);
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed();
    let r = (clamped - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let mut tail = 1.987_569_1e-4;
    tail = tail * r + 1.398_2e-3;
    tail = tail * r + 8.333_452e-3;
    tail = tail * r + 4.166_579_6e-2;
    tail = tail * r + 0.166_666_66;
    tail = tail * r + 0.5;
    let power = (tail * r * r + r) + 1.0;
    // Two factors, so that the result may be subnormal or infinite.
    let half = n >> 1;
    power * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// 2^n for n from -126 to 127.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits(n.wrapping_add(127).cast_unsigned().wrapping_shl(23))
}

/// A tensor's elements in one of three types.
pub(in crate::kernels) enum Wide<'a> {
    Single(Cow<'a, [f32]>),
    Double(Cow<'a, [f64]>),
    Integer(Cow<'a, [i64]>),
}

/// Which order the widened integers have to keep: all but u64 do anyway.
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

#[cfg(test)]
mod tests {
    use super::exp;

    #[test]
    fn exponentials_are_right_to_two_units_in_the_last_place() {
        for i in -10_300..8_870 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) - exact).abs();
            let unit = (exact * f64::from(f32::EPSILON)).max(f64::from(f32::from_bits(1)));
            assert!(error <= 2.0 * unit, "{x}: {} instead of {exact}", exp(x));
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert!(exp(f32::NAN).is_nan());
    }
}
