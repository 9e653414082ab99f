//! From one element type to another: `Cast`, `CastLike`, `BitCast`.
//!
//! Every pair of types goes by way of one of four (`i64`, `u64`, `f32`, `f64`)
//! that holds all values of the first: [`widen`] and [`convert`] are the two
//! halves, which arithmetic uses as well.

mod text;

use std::borrow::Cow;

use half::f16;
use tensor::{DType, Data, Tensor};

use super::{Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::tensors;
use crate::value::Inputs;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if !matches!(domain, "" | "ai.onnx") {
        return None;
    }
    Some(match op {
        "Cast" => cast,
        "CastLike" => cast_like,
        #[cfg(feature = "networks")]
        "BitCast" => bit_cast,
        _ => return None,
    })
}

pub(super) fn is_signed(dtype: DType) -> bool {
    matches!(dtype, DType::I8 | DType::I16 | DType::I32 | DType::I64)
}

pub(super) fn is_unsigned(dtype: DType) -> bool {
    matches!(dtype, DType::U8 | DType::U16 | DType::U32 | DType::U64)
}

fn map<T: Copy, U>(v: &[T], f: impl Fn(T) -> U) -> Data
where
    Data: From<Vec<U>>,
{
    v.iter().map(|&x| f(x)).collect::<Vec<_>>().into()
}

/// The elements in the type that they are computed in: signed integers as
/// `i64`, unsigned ones and booleans as `u64`, 16-bit floats as `f32`. All
/// others, texts too, are given back.
pub(super) fn widen(data: Cow<'_, Data>) -> Cow<'_, Data> {
    Cow::Owned(match &*data {
        Data::Bool(v) => map(v, u64::from),
        Data::U8(v) => map(v, u64::from),
        Data::U16(v) => map(v, u64::from),
        Data::U32(v) => map(v, u64::from),
        Data::I8(v) => map(v, i64::from),
        Data::I16(v) => map(v, i64::from),
        Data::I32(v) => map(v, i64::from),
        Data::F16(v) => map(v, f16::to_f32),
        _ => return data,
    })
}

/// Integers from floats as they come out on x86-64, where ONNX Runtime's
/// answers are from: truncated; what 32 or 64 bits can't hold is their least
/// value; what 8 or 16 bits can't hold is cut down from 32.
macro_rules! truncation {
    ($float:ty, $i32:ident, $i64:ident) => {
        fn $i32(x: $float) -> i32 {
            if x < 2_147_483_648.0 { x as i32 } else { i32::MIN }
        }

        fn $i64(x: $float) -> i64 {
            if x < 9_223_372_036_854_775_808.0 { x as i64 } else { i64::MIN }
        }
    };
}
truncation!(f32, i32_from_f32, i64_from_f32);
truncation!(f64, i32_from_f64, i64_from_f64);

macro_rules! from_float {
    ($v:expr, $to:expr, $i32:ident, $i64:ident) => {
        match $to {
            DType::Bool => map($v, |x| x != 0.0),
            DType::U8 => map($v, |x| $i32(x) as u8),
            DType::I8 => map($v, |x| $i32(x) as i8),
            DType::U16 => map($v, |x| $i32(x) as u16),
            DType::I16 => map($v, |x| $i32(x) as i16),
            DType::I32 => map($v, $i32),
            DType::I64 => map($v, $i64),
            DType::U32 => map($v, |x| {
                let above = x >= 2_147_483_648.0;
                let low = $i32(if above { x - 2_147_483_648.0 } else { x });
                (if above { low ^ i32::MIN } else { low }) as u32
            }),
            DType::U64 => map($v, |x| {
                let above = x >= 9_223_372_036_854_775_808.0;
                let low = $i64(if above { x - 9_223_372_036_854_775_808.0 } else { x });
                (if above { low ^ i64::MIN } else { low }) as u64
            }),
            // By way of 32 bits, from doubles too, as ONNX Runtime does.
            DType::F16 => map($v, |x| f16::from_f32(x as f32)),
            DType::F32 => map($v, |x| x as f32),
            DType::F64 => map($v, f64::from),
            DType::Str => map_text($v, |x| text::print(f64::from(x))),
        }
    };
}

macro_rules! from_integer {
    ($v:expr, $to:expr) => {
        match $to {
            DType::Bool => map($v, |x| x != 0),
            DType::U8 => map($v, |x| x as u8),
            DType::I8 => map($v, |x| x as i8),
            DType::U16 => map($v, |x| x as u16),
            DType::I16 => map($v, |x| x as i16),
            DType::U32 => map($v, |x| x as u32),
            DType::I32 => map($v, |x| x as i32),
            DType::U64 => map($v, |x| x as u64),
            DType::I64 => map($v, |x| x as i64),
            DType::F16 => map($v, |x| f16::from_f32(x as f32)),
            DType::F32 => map($v, |x| x as f32),
            DType::F64 => map($v, |x| x as f64),
            DType::Str => map_text($v, |x| x.to_string()),
        }
    };
}

fn map_text<T: Copy>(v: &[T], f: impl Fn(T) -> String) -> Data {
    v.iter().map(|&x| f(x)).collect::<Vec<_>>().into()
}

/// The elements in another type. Texts stay what they are: they can only be
/// read, which may fail.
pub(super) fn convert(data: Data, to: DType) -> Data {
    if data.dtype() == to {
        return data;
    }
    match (&data, to) {
        // What models do most, in one step.
        (Data::Bool(v), DType::F32) => return map(v, |x| f32::from(u8::from(x))),
        (Data::U8(v), DType::F32) => return map(v, f32::from),
        (Data::I32(v), DType::F32) => return map(v, |x| x as f32),
        (Data::I32(v), DType::I64) => return map(v, i64::from),
        _ => {}
    }
    let wide = widen(Cow::Borrowed(&data));
    if wide.dtype() == to {
        return wide.into_owned();
    }
    match &*wide {
        Data::F32(v) => from_float!(v, to, i32_from_f32, i64_from_f32),
        Data::F64(v) => from_float!(v, to, i32_from_f64, i64_from_f64),
        Data::I64(v) => from_integer!(v, to),
        Data::U64(v) => from_integer!(v, to),
        _ => data,
    }
}

fn cast_to(tensor: Tensor, to: DType) -> Result<Tensor, Fault> {
    let (shape, data) = tensor.into_parts();
    let data = match &data {
        Data::Str(texts) if to != DType::Str => convert(text::read(texts, to)?, to),
        _ => convert(data, to),
    };
    Ok(Tensor::new(shape, data)?)
}

/// The type that the attribute `to` names: a number, before version 6 a name.
fn target(spec: &Spec<'_>) -> Result<DType, Fault> {
    let number = match (spec.version < 6, spec.attributes.str("to")?) {
        (true, Some(name)) => match name {
            "FLOAT" => 1,
            "UINT8" => 2,
            "INT8" => 3,
            "UINT16" => 4,
            "INT16" => 5,
            "INT32" => 6,
            "INT64" => 7,
            "BOOL" => 9,
            "FLOAT16" => 10,
            "DOUBLE" => 11,
            "UINT32" => 12,
            "UINT64" => 13,
            other => bail!("'{other}' is no type to cast to"),
        },
        _ => match spec.attributes.maybe_int("to") {
            Some(to) => i32::try_from(to).unwrap_or(-1),
            None => bail!("the attribute 'to' is missing"),
        },
    };
    tensors::dtype(number)
        .ok_or_else(|| Fault::new(format!("elements of the type {}", tensors::type_name(number))))
}

fn cast(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let to = target(spec)?;
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        Ok(vec![cast_to(inputs.take_tensor(0)?, to)?.into()])
    }))
}

fn cast_like(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let to = inputs.tensor(1)?.dtype();
        Ok(vec![cast_to(inputs.take_tensor(0)?, to)?.into()])
    }))
}

/// The elements' bits as numbers.
fn bits(data: &Data) -> Option<Cow<'_, [u64]>> {
    let bits = match data {
        Data::U64(v) => return Some(Cow::Borrowed(v)),
        Data::F16(v) => map(v, |x| u64::from(x.to_bits())),
        Data::F32(v) => map(v, |x| u64::from(x.to_bits())),
        Data::F64(v) => map(v, f64::to_bits),
        Data::I64(v) => map(v, i64::cast_unsigned),
        Data::I32(v) => map(v, |x| u64::from(x.cast_unsigned())),
        Data::I16(v) => map(v, |x| u64::from(x.cast_unsigned())),
        Data::I8(v) => map(v, |x| u64::from(x.cast_unsigned())),
        Data::Str(_) => return None,
        other => widen(Cow::Borrowed(other)).into_owned(),
    };
    if let Data::U64(v) = bits { Some(Cow::Owned(v)) } else { None }
}

/// How many bytes an element has; none for texts.
fn width(dtype: DType) -> Option<usize> {
    Some(match dtype {
        DType::Bool | DType::U8 | DType::I8 => 1,
        DType::U16 | DType::I16 | DType::F16 => 2,
        DType::U32 | DType::I32 | DType::F32 => 4,
        DType::U64 | DType::I64 | DType::F64 => 8,
        DType::Str => return None,
    })
}

fn bit_cast(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let to = target(spec)?;
    let Some(width_to) = width(to) else { bail!("texts have no bits to cast to") };
    let check = move |from: DType| match width(from) {
        Some(width) if width == width_to => Ok(()),
        _ => Err(Fault::new(format!("{from} and {to} differ in width"))),
    };
    if let Some(Some(from)) = spec.dtypes.first() {
        check(*from)?;
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (shape, data) = inputs.take_tensor(0)?.into_parts();
        check(data.dtype())?;
        if data.dtype() == to {
            return Ok(vec![Tensor::new(shape, data)?.into()]);
        }
        let bits = bits(&data).unwrap_or_default();
        let data = match to {
            DType::F16 => map(&bits, |x| f16::from_bits(x as u16)),
            DType::F32 => map(&bits, |x| f32::from_bits(x as u32)),
            DType::F64 => map(&bits, f64::from_bits),
            _ => convert(bits.into_owned().into(), to),
        };
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_out_of_an_integers_range_come_out_as_on_x86() {
        let x = vec![1.9f64, -1.9, 300.7, 70000.5, -3e9, 5e9, 1e19, 3e19, f64::NAN, f64::INFINITY];
        let (min, half) = (i64::MIN, 1u64 << 63);
        let expected: Vec<(DType, Data)> = vec![
            (DType::I8, vec![1i8, -1, 44, 112, 0, 0, 0, 0, 0, 0].into()),
            (DType::U8, vec![1u8, 255, 44, 112, 0, 0, 0, 0, 0, 0].into()),
            (DType::I16, vec![1i16, -1, 300, 4464, 0, 0, 0, 0, 0, 0].into()),
            (DType::U32, vec![1u32, u32::MAX, 300, 70000, 1 << 31, 0, 0, 0, 1 << 31, 0].into()),
            (
                DType::I64,
                vec![1i64, -1, 300, 70000, -3_000_000_000, 5_000_000_000, min, min, min, min]
                    .into(),
            ),
            (
                DType::U64,
                vec![
                    1u64,
                    u64::MAX,
                    300,
                    70000,
                    18_446_744_070_709_551_616,
                    5_000_000_000,
                    10_000_000_000_000_000_000,
                    0,
                    half,
                    0,
                ]
                .into(),
            ),
        ];
        for (dtype, expected) in expected {
            assert_eq!(convert(x.clone().into(), dtype), expected);
        }
    }

    #[test]
    fn large_integers_are_rounded_once() {
        // Twice, by way of a double, would be one step lower.
        let x = vec![(1i64 << 60) + (1 << 36) + 1];
        let expected = ((1i64 << 60) + (1 << 37)) as f32;
        assert_eq!(convert(x.into(), DType::F32), vec![expected].into());
    }

    #[test]
    fn bits_survive() {
        let x = Data::from(vec![1.0f32, -0.0]);
        assert_eq!(bits(&x).unwrap().as_ref(), [0x3f80_0000, 0x8000_0000]);
        assert_eq!(bits(&vec![-1i8].into()).unwrap().as_ref(), [255]);
    }
}
