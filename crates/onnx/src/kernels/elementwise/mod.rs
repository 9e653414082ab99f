//! One element at a time, with broadcasting.
//!
//! Every type is computed in one of four: 16-bit floats in 32 bits, signed
//! integers as `i64`, unsigned ones as `u64` (see [`super::cast`]). That keeps
//! the number of loops small, and the answers are the same: what wraps in 64
//! bits and is then cut to fewer has wrapped in those.

mod arithmetic;
mod clip;
mod compare;
mod math;
mod pass;
mod pow;
mod quantize;
mod rows;
mod select;
mod unary;

use std::borrow::Cow;

use tensor::{Data, Element, Tensor};

use super::Build;
use crate::fault::{Fault, bail};
use crate::value::{Inputs, Value};

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    match domain {
        "" | "ai.onnx" => {}
        // The same operators, from before the standard had them.
        "com.microsoft" if matches!(op, "Gelu" | "QuantizeLinear" | "DequantizeLinear") => {}
        _ => return None,
    }
    Some(match op {
        "Add" | "Sub" | "Mul" | "Div" | "Mod" | "PRelu" | "BitShift" | "BitwiseAnd"
        | "BitwiseOr" | "BitwiseXor" => arithmetic::binary,
        "Max" | "Min" | "Sum" | "Mean" => arithmetic::variadic,
        "Pow" => pow::pow,
        "Equal" | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" => compare::compare,
        "And" | "Or" | "Xor" => compare::logic,
        "Not" => compare::not,
        "IsNaN" => compare::is_nan,
        "IsInf" => compare::is_inf,
        "Where" => select::select,
        "Clip" => clip::clip,
        "Identity" => pass::identity,
        "Dropout" => pass::dropout,
        "QuantizeLinear" => quantize::quantize,
        "DequantizeLinear" => quantize::dequantize,
        "DynamicQuantizeLinear" => quantize::dynamic,
        _ if unary::is_known(op) => unary::unary,
        _ => return None,
    })
}

/// The tensor at `i`, taken out and not copied.
fn take_tensor_cow<'a>(inputs: &mut Inputs<'a>, i: usize) -> Result<Cow<'a, Tensor>, Fault> {
    match inputs.take_cow(i)? {
        Cow::Borrowed(Value::Tensor(tensor)) => Ok(Cow::Borrowed(tensor)),
        Cow::Owned(Value::Tensor(tensor)) => Ok(Cow::Owned(tensor)),
        other => bail!("input {i} is {}, not a tensor", other.describe()),
    }
}

/// A tensor's shape and elements, not copied.
fn parts(tensor: Cow<'_, Tensor>) -> (Vec<usize>, Cow<'_, Data>) {
    match tensor {
        Cow::Borrowed(tensor) => (tensor.shape().to_vec(), Cow::Borrowed(tensor.data())),
        Cow::Owned(tensor) => {
            let (shape, data) = tensor.into_parts();
            (shape, Cow::Owned(data))
        }
    }
}

/// Elements of one type, if they are of it.
fn typed<T: Element>(data: Cow<'_, Data>) -> Option<Cow<'_, [T]>> {
    match data {
        Cow::Borrowed(data) => T::slice(data).map(Cow::Borrowed),
        Cow::Owned(data) => T::take(data).ok().map(Cow::Owned),
    }
}
