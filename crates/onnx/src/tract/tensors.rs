//! Between our tensors and tract's.

use tensor::{DType, Data, Tensor};
use tract_onnx::prelude::{DatumType, TractResult, tract_ndarray as ndarray};
use tract_onnx::tract_core::prelude::{IntoTensor as _, Tensor as TractTensor};

use crate::fault::Fault;

/// tract's name of an element type.
pub(crate) fn datum_type(dtype: DType) -> DatumType {
    match dtype {
        DType::Bool => DatumType::Bool,
        DType::U8 => DatumType::U8,
        DType::U16 => DatumType::U16,
        DType::U32 => DatumType::U32,
        DType::U64 => DatumType::U64,
        DType::I8 => DatumType::I8,
        DType::I16 => DatumType::I16,
        DType::I32 => DatumType::I32,
        DType::I64 => DatumType::I64,
        DType::F16 => DatumType::F16,
        DType::F32 => DatumType::F32,
        DType::F64 => DatumType::F64,
        DType::Str => DatumType::String,
    }
}

pub(crate) fn to_tract(tensor: Tensor) -> Result<TractTensor, Fault> {
    let (shape, data) = tensor.into_parts();
    macro_rules! build {
        ($($variant:ident),*) => {
            match data {
                $(Data::$variant(v) => ndarray::ArrayD::from_shape_vec(shape, v)
                    .map(|array| array.into_tensor()),)*
            }
        };
    }
    build!(Bool, U8, U16, U32, U64, I8, I16, I32, I64, F16, F32, F64, Str)
        .map_err(|e| Fault::new(e.to_string()))
}

pub(crate) fn from_tract(tensor: &TractTensor) -> Result<Tensor, Fault> {
    let data = elements(tensor).map_err(|e| Fault::new(format!("{e:#}")))?.ok_or_else(|| {
        Fault::new(format!("values of type {:?} are not supported", tensor.datum_type()))
    })?;
    Ok(Tensor::new(tensor.shape().to_vec(), data)?)
}

fn elements(tensor: &TractTensor) -> TractResult<Option<Data>> {
    // Shapes are computed as symbolic dimensions; ONNX knows them as int64.
    if tensor.datum_type() == DatumType::TDim {
        return elements(tensor.cast_to::<i64>()?.as_ref());
    }
    macro_rules! read {
        ($($datum:ident => $t:ty),*) => {
            match tensor.datum_type() {
                $(DatumType::$datum => tensor.try_as_plain_ram()?.as_slice::<$t>()?.to_vec().into(),)*
                _ => return Ok(None),
            }
        };
    }
    Ok(Some(
        read!(Bool => bool, U8 => u8, U16 => u16, U32 => u32, U64 => u64, I8 => i8, I16 => i16,
        I32 => i32, I64 => i64, F16 => half::f16, F32 => f32, F64 => f64, String => String),
    ))
}
