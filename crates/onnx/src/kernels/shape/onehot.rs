//! `OneHot` and `EyeLike`: one element everywhere, another in some places.

use half::f16;
use tensor::{DType, Data, Element, Tensor};

use super::expand::{integers, only};
use crate::fault::{Fault, bail};
use crate::kernels::axes::{Around, axis};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::tensors;
use crate::value::Inputs;

/// `len` elements: the second of `values` at these places, the first elsewhere.
fn marked(values: &Data, len: usize, places: &[usize]) -> Data {
    tensor::each!(values, v => mark(v, len, places).into())
}

fn mark<T: Element>(values: &[T], len: usize, places: &[usize]) -> Vec<T> {
    let [off, on] = values else { return Vec::new() };
    let mut out = vec![off.clone(); len];
    for &place in places {
        if let Some(place) = out.get_mut(place) {
            place.clone_from(on);
        }
    }
    out
}

pub(super) fn one_hot(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let along = spec.attributes.int("axis", -1);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let (indices, values) = (inputs.tensor(0)?, inputs.tensor(2)?);
        if values.len() != 2 {
            bail!("'values' are {}, not off and on", values.len());
        }
        let depth = only(inputs.tensor(1)?)?;
        let Some(len) = usize::try_from(depth).ok().filter(|len| *len > 0) else {
            bail!("a depth of {depth}");
        };
        let along = axis(along, indices.rank() + 1)?;
        let mut shape = indices.shape().to_vec();
        shape.insert(along, len);
        let count = limits::elements(&shape)?;
        limits::copies(values.data(), count)?;
        if count == 0 {
            return Ok(vec![Tensor::new(shape, marked(values.data(), 0, &[]))?.into()]);
        }
        let inner = Around::new(&shape, along).inner;
        // An index outside of the depth, from either end, marks nothing.
        let place = |(at, index): (usize, i64)| {
            let index = if index < 0 { index.checked_add(depth)? } else { index };
            let index = usize::try_from(index).ok().filter(|index| *index < len)?;
            Some((at / inner * len + index) * inner + at % inner)
        };
        let places: Vec<usize> =
            integers(indices)?.into_iter().enumerate().filter_map(place).collect();
        Ok(vec![Tensor::new(shape, marked(values.data(), count, &places))?.into()])
    }))
}

pub(super) fn eye_like(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let k = spec.attributes.int("k", 0);
    let given = match spec.attributes.maybe_int("dtype") {
        None => None,
        Some(number) => match i32::try_from(number).ok().and_then(tensors::dtype) {
            Some(dtype) => Some(zero_and_one(dtype)?),
            None => bail!("'dtype' is {number}"),
        },
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let like = inputs.tensor(0)?;
        let &[rows, columns] = like.shape() else {
            bail!("a tensor of shape {:?} is no matrix", like.shape());
        };
        let own;
        let values = match &given {
            Some(values) => values,
            None => {
                own = zero_and_one(like.dtype())?;
                &own
            }
        };
        let places: Vec<usize> = (0..rows.min(like.len()))
            .filter_map(|row| {
                let column = i64::try_from(row).ok()?.checked_add(k)?;
                let column = usize::try_from(column).ok().filter(|column| *column < columns)?;
                Some(row * columns + column)
            })
            .collect();
        Ok(vec![Tensor::new(vec![rows, columns], marked(values, like.len(), &places))?.into()])
    }))
}

fn zero_and_one(dtype: DType) -> Result<Data, Fault> {
    Ok(match dtype {
        DType::Bool => vec![false, true].into(),
        DType::U8 => vec![0u8, 1].into(),
        DType::U16 => vec![0u16, 1].into(),
        DType::U32 => vec![0u32, 1].into(),
        DType::U64 => vec![0u64, 1].into(),
        DType::I8 => vec![0i8, 1].into(),
        DType::I16 => vec![0i16, 1].into(),
        DType::I32 => vec![0i32, 1].into(),
        DType::I64 => vec![0i64, 1].into(),
        DType::F16 => vec![f16::ZERO, f16::ONE].into(),
        DType::F32 => vec![0f32, 1.0].into(),
        DType::F64 => vec![0f64, 1.0].into(),
        DType::Str => bail!("texts have no one"),
    })
}
