//! One element at a time, with broadcasting.
//!
//! Every type is computed in one of four: 16-bit floats in 32 bits, signed
//! integers as `i64`, unsigned ones as `u64` (see [`super::cast`]). That keeps
//! the number of loops small, and the answers are the same: what wraps in 64
//! bits and is then cut to fewer has wrapped in those.

mod arithmetic;
mod clip;
mod compare;
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
        "Add" | "Sub" | "Mul" | "Div" | "Mod" => arithmetic::binary,
        #[cfg(feature = "networks")]
        "PRelu" | "BitShift" | "BitwiseAnd" | "BitwiseOr" | "BitwiseXor" => arithmetic::binary,
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
        #[cfg(feature = "networks")]
        "QuantizeLinear" => quantize::quantize,
        #[cfg(feature = "networks")]
        "DequantizeLinear" => quantize::dequantize,
        #[cfg(feature = "networks")]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Attributes;
    use crate::kernels::{Kernel, Spec};
    use crate::proto::AttributeProto;
    use tensor::DType;

    fn build(
        op: &str,
        version: i64,
        attributes: &[AttributeProto],
        dtype: DType,
    ) -> Result<Box<dyn Kernel>, Fault> {
        find("", op).unwrap()(&mut Spec {
            op,
            version,
            attributes: Attributes(attributes),
            constants: vec![None; 3],
            dtypes: vec![Some(dtype); 3],
            outputs: 1,
            scale: None,
            absorbed: Vec::new(),
            bodies: Vec::new(),
        })
    }

    fn int(name: &str, i: i64) -> AttributeProto {
        AttributeProto { name: name.into(), i, ..Default::default() }
    }

    fn text(name: &str, s: &'static str) -> AttributeProto {
        AttributeProto { name: name.into(), s: s.into(), ..Default::default() }
    }

    fn run(kernel: &dyn Kernel, inputs: Vec<Tensor>) -> Result<Vec<Value>, Fault> {
        let inputs = inputs.into_iter().map(|t| Some(Cow::Owned(Value::Tensor(t)))).collect();
        kernel.run(Inputs(inputs))
    }

    #[test]
    fn what_can_not_be_done_is_refused_when_the_model_loads() {
        let refused = |op, version, attributes: &[AttributeProto], dtype| {
            build(op, version, attributes, dtype).err().unwrap().to_string()
        };
        assert!(refused("Dropout", 6, &[], DType::F32).contains("training"));
        assert!(refused("Mod", 13, &[], DType::F32).contains("float32"));
        assert!(refused("BitShift", 11, &[], DType::U8).contains("direction"));
        assert!(refused("BitwiseAnd", 18, &[], DType::F32).contains("float32"));
        assert!(refused("Less", 13, &[], DType::Str).contains("text"));
        assert!(refused("Erf", 13, &[], DType::I32).contains("int32"));
        let gelu = [text("approximate", "other")];
        assert!(refused("Gelu", 20, &gelu, DType::F32).contains("other"));
        let int4 = [int("output_dtype", 22)];
        assert!(refused("QuantizeLinear", 21, &int4, DType::F32).contains("int4"));
        assert!(
            refused("DequantizeLinear", 23, &[int("output_dtype", 3)], DType::U8).contains("int8")
        );
        assert!(refused("QuantizeLinear", 21, &[int("block_size", -1)], DType::F32).contains("-1"));
    }

    #[test]
    fn tensors_without_elements_take_no_time_whatever_their_shape() {
        let empty = Tensor::new(vec![1 << 40, 1 << 40, 0], Vec::<f32>::new()).unwrap();
        let scale = Tensor::new(vec![0], Vec::<f32>::new()).unwrap();
        for attributes in
            [[int("axis", 2), int("block_size", 0)], [int("axis", 2), int("block_size", 3)]]
        {
            let kernel = build("QuantizeLinear", 21, &attributes, DType::F32).unwrap();
            let blocks = attributes.iter().any(|a| a.i == 3);
            let scale = if blocks { empty.clone() } else { scale.clone() };
            assert_eq!(run(&*kernel, vec![empty.clone(), scale]).unwrap().len(), 1);
        }
        let kernel = build("Add", 14, &[], DType::F32).unwrap();
        let sum = run(&*kernel, vec![empty.clone(), Tensor::scalar(1.0f32)]).unwrap();
        assert_eq!(sum, [Value::Tensor(empty)]);
    }

    #[test]
    fn a_broadcast_that_is_too_large_is_refused() {
        let column = Tensor::new(vec![1 << 15, 1], vec![0.0f32; 1 << 15]).unwrap();
        let row = Tensor::vector(vec![0.0f32; 1 << 15]);
        for op in ["Add", "Less", "Pow", "Max", "PRelu"] {
            let kernel = build(op, 14, &[], DType::F32).unwrap();
            let fault = run(&*kernel, vec![column.clone(), row.clone()]).unwrap_err();
            assert!(fault.to_string().contains("too large"), "{op}: {fault}");
        }
    }

    #[test]
    fn two_types_are_not_mixed() {
        for op in ["Add", "Equal", "Max"] {
            let kernel = build(op, 14, &[], DType::I32).unwrap();
            let inputs = vec![Tensor::scalar(1i32), Tensor::scalar(1i64)];
            assert!(run(&*kernel, inputs).is_err(), "{op}");
        }
    }
}
