//! Between floats and small integers: `QuantizeLinear`, `DequantizeLinear`,
//! `DynamicQuantizeLinear`.

use std::borrow::Cow;

use tensor::{DType, Data, Element, Tensor};

use super::rows::{Rows, row};
use super::{parts, take_tensor_cow, typed};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{Around, axis};
use crate::kernels::cast::convert;
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;
use crate::{limits, tensors};

/// Which scale and zero point an element has: one for all; one for each step
/// along an axis; or, since version 21, one for each block of steps.
#[derive(Debug, Clone, Copy)]
struct Layout {
    axis: i64,
    block: usize,
}

impl Layout {
    fn read(spec: &Spec<'_>) -> Result<Self, Fault> {
        let block = spec.attributes.int("block_size", 0);
        let Ok(block) = usize::try_from(block) else { bail!("a block size of {block}") };
        Ok(Self { axis: spec.attributes.int("axis", 1), block })
    }
}

/// Scales and zero points, and the shape that they have together.
struct Groups {
    scales: Vec<f32>,
    zeros: Vec<i32>,
    shape: Vec<usize>,
}

impl Groups {
    /// Takes inputs 1 and 2, and gives their types as well.
    fn take(inputs: &mut Inputs<'_>) -> Result<(Self, DType, Option<DType>), Fault> {
        let scale = take_tensor_cow(inputs, 1)?;
        let scale_type = scale.dtype();
        if !matches!(scale_type, DType::F32 | DType::F16) {
            bail!("scales of {scale_type}");
        }
        let (shape, scales) = parts(scale);
        let scales: Vec<f32> = as_type(scales, DType::F32)?;
        let (zeros, zero_type) = match inputs.optional_tensor(2)? {
            Some(zeros) if zeros.len() == scales.len() => {
                (as_type(Cow::Borrowed(zeros.data()), DType::I32)?, Some(zeros.dtype()))
            }
            Some(zeros) => bail!("{} zero points for {} scales", zeros.len(), scales.len()),
            None => (vec![0; scales.len()], None),
        };
        Ok((Self { scales, zeros, shape }, scale_type, zero_type))
    }

    /// The same in a shape that broadcasts to that of the elements.
    fn laid_out(self, layout: Layout, shape: &[usize]) -> Result<Self, Fault> {
        if self.scales.len() == 1 && self.shape.len() <= 1 {
            return Ok(self);
        }
        let at = axis(layout.axis, shape.len())?;
        let steps = shape.get(at).copied().unwrap_or(0);
        if layout.block == 0 {
            if self.shape != [steps] {
                bail!("scales of shape {:?} for an axis of {steps} steps", self.shape);
            }
            let lengths = (0..shape.len()).map(|i| if i == at { steps } else { 1 });
            return Ok(Self { shape: lengths.collect(), ..self });
        }
        let blocks = steps.div_ceil(layout.block);
        let lengths: Vec<usize> =
            shape.iter().enumerate().map(|(i, len)| if i == at { blocks } else { *len }).collect();
        if self.shape != lengths {
            bail!("scales of shape {:?} for {shape:?} in blocks of {}", self.shape, layout.block);
        }
        // A scale for each element.
        let mut each = Self { scales: Vec::new(), zeros: Vec::new(), shape: shape.to_vec() };
        let count = limits::elements(shape)?;
        if count == 0 {
            return Ok(each);
        }
        each.scales.reserve(count);
        each.zeros.reserve(count);
        let around = Around::new(shape, at);
        for o in 0..around.outer {
            for i in 0..steps {
                let start = (o * blocks + i / layout.block) * around.inner;
                each.scales.extend_from_slice(row(&self.scales, start, around.inner));
                each.zeros.extend_from_slice(row(&self.zeros, start, around.inner));
            }
        }
        Ok(each)
    }

    /// Makes an element of each of `x`, its scale, and its zero point.
    fn map<T: Copy, U>(
        self,
        x: &[T],
        shape: &[usize],
        layout: Layout,
        f: impl Fn(T, f32, i32) -> U,
    ) -> Result<Vec<U>, Fault> {
        let groups = self.laid_out(layout, shape)?;
        let rows = Rows::new([shape, &groups.shape])?;
        let mut out = Vec::with_capacity(rows.count);
        for [i, j] in rows.starts() {
            let x = row(x, i, rows.len);
            let (scales, zeros) =
                (row(&groups.scales, j, rows.len), row(&groups.zeros, j, rows.len));
            match (rows.moves, scales, zeros) {
                ([_, false], [scale, ..], [zero, ..]) => {
                    out.extend(x.iter().map(|x| f(*x, *scale, *zero)));
                }
                _ => out.extend(
                    x.iter().zip(scales.iter().zip(zeros)).map(|(x, (s, z))| f(*x, *s, *z)),
                ),
            }
        }
        Ok(out)
    }
}

/// The elements as those of the type `T`, which is `dtype`.
fn as_type<T: Element>(data: Cow<'_, Data>, dtype: DType) -> Result<Vec<T>, Fault> {
    let data =
        if data.dtype() == dtype { data } else { Cow::Owned(convert(data.into_owned(), dtype)) };
    typed(data).map(Cow::into_owned).ok_or_else(|| Fault::new("texts can't be quantized"))
}

/// The least and the greatest value of a type that is quantized to.
fn range(dtype: DType) -> Result<(f32, f32), Fault> {
    Ok(match dtype {
        DType::U8 => (0.0, 255.0),
        DType::I8 => (-128.0, 127.0),
        DType::U16 => (0.0, 65535.0),
        DType::I16 => (-32768.0, 32767.0),
        other => bail!("{other} is no type to quantize to"),
    })
}

/// Rounds half to even, then adds the zero point, and stays in range. What is
/// not a number becomes the least value, as in ONNX Runtime.
fn quantized(x: f32, scale: f32, zero: i32, (low, high): (f32, f32)) -> i32 {
    ((x / scale).round_ties_even() + zero as f32).max(low).min(high) as i32
}

/// The type that an attribute names, if it does.
fn output_type(spec: &Spec<'_>) -> Result<Option<DType>, Fault> {
    let number = spec.attributes.int("output_dtype", 0);
    let number = i32::try_from(number).unwrap_or(-1);
    match tensors::dtype(number) {
        Some(dtype) => Ok(Some(dtype)),
        None if number == 0 => Ok(None),
        None => bail!("elements of the type {}", tensors::type_name(number)),
    }
}

pub(super) fn quantize(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let layout = Layout::read(spec)?;
    let output = output_type(spec)?;
    if let Some(dtype) = output {
        range(dtype)?;
    }
    // As 32-bit floats, whatever the types, like ONNX Runtime.
    if !matches!(spec.attributes.int("precision", 0), 0 | 1) {
        bail!("a precision other than that of 32-bit floats");
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (groups, _, zero_type) = Groups::take(&mut inputs)?;
        let dtype = zero_type.or(output).unwrap_or(DType::U8);
        if output.is_some_and(|output| output != dtype) {
            bail!("a zero point of {dtype} for another output type");
        }
        let range = range(dtype)?;
        let (shape, x) = parts(take_tensor_cow(&mut inputs, 0)?);
        if !matches!(x.dtype(), DType::F32 | DType::F16 | DType::I32) {
            bail!("the operator does not take {}", x.dtype());
        }
        let x: Vec<f32> = as_type(x, DType::F32)?;
        let levels = groups.map(&x, &shape, layout, |x, s, z| quantized(x, s, z, range))?;
        Ok(vec![Tensor::new(shape, convert(levels.into(), dtype))?.into()])
    }))
}

pub(super) fn dequantize(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let layout = Layout::read(spec)?;
    let output = output_type(spec)?;
    if let Some(dtype) = output.filter(|t| !matches!(t, DType::F32 | DType::F16)) {
        bail!("{dtype} is no type to dequantize to");
    }
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (groups, scale_type, zero_type) = Groups::take(&mut inputs)?;
        let (shape, x) = parts(take_tensor_cow(&mut inputs, 0)?);
        let dtype = x.dtype();
        if dtype != DType::I32 {
            range(dtype)?;
        }
        if zero_type.is_some_and(|zero| zero != dtype) {
            bail!("a zero point of another type than {dtype}");
        }
        let x: Vec<i32> = as_type(x, DType::I32)?;
        let values = groups.map(&x, &shape, layout, |x, s, z| x.wrapping_sub(z) as f32 * s)?;
        let data = convert(values.into(), output.unwrap_or(scale_type));
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// The range always includes 0, so that 0 is exact; a range of nothing else has
/// the scale 1, as in ONNX Runtime.
pub(super) fn dynamic(_: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.slice::<f32>(0)?;
        // These ignore what is not a number.
        let low = x.iter().copied().fold(0.0, f32::min);
        let high = x.iter().copied().fold(0.0, f32::max);
        let scale = if low == high { 1.0 } else { (high - low) / 255.0 };
        let zero = (-low / scale).clamp(0.0, 255.0).round_ties_even() as i32;
        let levels: Vec<u8> =
            x.iter().map(|&x| quantized(x, scale, zero, (0.0, 255.0)) as u8).collect();
        let y = Tensor::new(inputs.tensor(0)?.shape().to_vec(), levels)?;
        Ok(vec![y.into(), Tensor::scalar(scale).into(), Tensor::scalar(zero as u8).into()])
    }))
}
