//! `Clip`.

use half::f16;
use tensor::{DType, Data, Element, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::cast::{convert, widen};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

/// The bounds are attributes before version 11, then inputs of one element. A
/// bound left out is the type's least or greatest finite value, so that
/// infinities are clipped all the same, except that version 1 has none. Where
/// the bounds cross, the upper one holds; not a number stays that.
pub(super) fn clip(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    if spec.version >= 11 {
        return Ok(Box::new(move |mut inputs: Inputs<'_>| {
            let dtype = inputs.tensor(0)?.dtype();
            let bound = |i: usize| match inputs.optional_tensor(i)? {
                None => Ok(None),
                Some(bound) if bound.dtype() == dtype && bound.len() == 1 => {
                    Ok(Some(widen(std::borrow::Cow::Borrowed(bound.data())).into_owned()))
                }
                Some(bound) => {
                    bail!("a bound of {dtype} is {} of shape {:?}", bound.dtype(), bound.shape())
                }
            };
            let (low, high) = (bound(1)?, bound(2)?);
            let (shape, data) = inputs.take_tensor(0)?.into_parts();
            let mut data = widen(std::borrow::Cow::Owned(data)).into_owned();
            let (low, high) = (low.as_ref(), high.as_ref());
            match &mut data {
                Data::F32(v) if dtype == DType::F16 => {
                    clamp(v, low, high, (f16::MIN.to_f32(), f16::MAX.to_f32()));
                }
                Data::F32(v) => clamp(v, low, high, (f32::MIN, f32::MAX)),
                Data::F64(v) => clamp(v, low, high, (f64::MIN, f64::MAX)),
                Data::I64(v) => clamp(v, low, high, (i64::MIN, i64::MAX)),
                Data::U64(v) if dtype != DType::Bool => clamp(v, low, high, (0, u64::MAX)),
                _ => bail!("the operator does not take {dtype}"),
            }
            Ok(vec![Tensor::new(shape, convert(data, dtype))?.into()])
        }));
    }
    let limit = |name, default| {
        let without = if spec.version < 6 { f32::INFINITY.copysign(default) } else { default };
        spec.attributes.float(name, without)
    };
    let (low, high) = (limit("min", f32::MIN), limit("max", f32::MAX));
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (shape, data) = inputs.take_tensor(0)?.into_parts();
        let dtype = data.dtype();
        let mut data = widen(std::borrow::Cow::Owned(data)).into_owned();
        match &mut data {
            Data::F32(v) => clamp(v, None, None, (low, high)),
            Data::F64(v) => clamp(v, None, None, (f64::from(low), f64::from(high))),
            _ => bail!("the operator does not take {dtype}"),
        }
        Ok(vec![Tensor::new(shape, convert(data, dtype))?.into()])
    }))
}

fn clamp<T: Element + Copy + PartialOrd>(
    values: &mut [T],
    low: Option<&Data>,
    high: Option<&Data>,
    default: (T, T),
) {
    let only = |bound: Option<&Data>| bound.and_then(T::slice).and_then(|v| v.first().copied());
    let (low, high) = (only(low).unwrap_or(default.0), only(high).unwrap_or(default.1));
    for x in values {
        let above = if *x < low { low } else { *x };
        *x = if above > high { high } else { above };
    }
}
