//! What answers yes or no: `Equal`, `Less`, `LessOrEqual`, `Greater`,
//! `GreaterOrEqual`; `And`, `Or`, `Xor`, `Not`; `IsNaN`, `IsInf`.

use tensor::{DType, Data, Tensor};

use super::arithmetic::same_type;
use super::rows::{Alignment, Rows, zip};
use super::{parts, take_tensor_cow};
use crate::fault::{Fault, bail};
use crate::kernels::cast::widen;
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

/// A comparison in each of the types that are computed in.
#[derive(Clone, Copy)]
struct Comparison {
    /// A loop of its own: 32-bit floats are compared most.
    f32: fn(&[f32], &[f32], &Rows<2>) -> Vec<bool>,
    f64: fn(&f64, &f64) -> bool,
    signed: fn(&i64, &i64) -> bool,
    unsigned: fn(&u64, &u64) -> bool,
    /// Of texts only whether they are equal.
    text: Option<fn(&String, &String) -> bool>,
}

macro_rules! comparison {
    ($f:expr, $text:expr) => {
        Comparison {
            f32: |a, b, rows| zip(a, b, rows, $f),
            f64: $f,
            signed: $f,
            unsigned: $f,
            text: $text,
        }
    };
}

const EQUAL: Comparison = comparison!(|a, b| a == b, Some(|a, b| a == b));
const LESS: Comparison = comparison!(|a, b| a < b, None);
const LESS_OR_EQUAL: Comparison = comparison!(|a, b| a <= b, None);

pub(super) fn compare(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let (comparison, is_exchanged) = match spec.op {
        "Equal" => (EQUAL, false),
        "Less" => (LESS, false),
        "LessOrEqual" => (LESS_OR_EQUAL, false),
        "Greater" => (LESS, true),
        "GreaterOrEqual" => (LESS_OR_EQUAL, true),
        other => bail!("{other} is no comparison"),
    };
    if comparison.text.is_none() && spec.dtypes.first() == Some(&Some(DType::Str)) {
        bail!("{} does not take texts", spec.op);
    }
    let old = Alignment::read(spec.version, spec.attributes);
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (a, b) = (take_tensor_cow(&mut inputs, 0)?, take_tensor_cow(&mut inputs, 1)?);
        same_type(&a, &b)?;
        let rows = Rows::aligned(a.shape(), b.shape(), old)?;
        let (a, b) = (widen(parts(a).1), widen(parts(b).1));
        let (a, b, order) = if is_exchanged { (b, a, &rows.exchanged()) } else { (a, b, &rows) };
        let data = match (&*a, &*b) {
            (Data::F32(a), Data::F32(b)) => (comparison.f32)(a, b, order),
            (Data::F64(a), Data::F64(b)) => zip(a, b, order, comparison.f64),
            (Data::I64(a), Data::I64(b)) => zip(a, b, order, comparison.signed),
            (Data::U64(a), Data::U64(b)) => zip(a, b, order, comparison.unsigned),
            (Data::Str(a), Data::Str(b)) => match comparison.text {
                Some(f) => zip(a, b, order, f),
                None => bail!("texts have no order here"),
            },
            (a, _) => bail!("the operator does not take {}", a.dtype()),
        };
        Ok(vec![Tensor::new(rows.shape, data)?.into()])
    }))
}

pub(super) fn logic(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let f: fn(&bool, &bool) -> bool = match spec.op {
        "And" => |a, b| a & b,
        "Or" => |a, b| a | b,
        "Xor" => |a, b| a ^ b,
        other => bail!("{other} is no operator of logic"),
    };
    let old = Alignment::read(spec.version, spec.attributes);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let rows = Rows::aligned(inputs.tensor(0)?.shape(), inputs.tensor(1)?.shape(), old)?;
        let data = zip(inputs.slice(0)?, inputs.slice(1)?, &rows, f);
        Ok(vec![Tensor::new(rows.shape, data)?.into()])
    }))
}

pub(super) fn not(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        inputs.slice::<bool>(0)?;
        let mut tensor = inputs.take_tensor(0)?;
        tensor.as_slice_mut::<bool>().into_iter().flatten().for_each(|x| *x = !*x);
        Ok(vec![tensor.into()])
    }))
}

pub(super) fn is_nan(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| test_floats(inputs, |x| x.is_nan(), |x| x.is_nan())))
}

pub(super) fn is_inf(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // A sign that is not looked for is compared with what equals nothing.
    let bound = |attribute, infinity| {
        if spec.attributes.flag(attribute, true) { infinity } else { f32::NAN }
    };
    let low = bound("detect_negative", f32::NEG_INFINITY);
    let high = bound("detect_positive", f32::INFINITY);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        test_floats(
            inputs,
            |x| x == low || x == high,
            |x| x == f64::from(low) || x == f64::from(high),
        )
    }))
}

/// Answers a question about each float.
fn test_floats(
    mut inputs: Inputs<'_>,
    f32: impl Fn(f32) -> bool,
    f64: impl Fn(f64) -> bool,
) -> Result<Vec<crate::value::Value>, Fault> {
    let (shape, data) = parts(take_tensor_cow(&mut inputs, 0)?);
    let answers: Vec<bool> = match &*widen(data) {
        Data::F32(v) => v.iter().map(|&x| f32(x)).collect(),
        Data::F64(v) => v.iter().map(|&x| f64(x)).collect(),
        other => bail!("the operator takes floats, not {}", other.dtype()),
    };
    Ok(vec![Tensor::new(shape, answers)?.into()])
}
