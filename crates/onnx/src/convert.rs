//! Between our tensors and tract's.

use tensor::{DType, Data, Tensor};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::prelude::{DatumType, TractResult, tract_ndarray as ndarray};
use tract_onnx::tract_core::prelude::{IntoTensor as _, Tensor as TractTensor};

use crate::error::{Error, ErrorKind};

/// The element type that ONNX numbers so; `None` for those without a Rust
/// type of their own (bfloat16, float8, int4, complex).
pub(crate) fn dtype_of_onnx(elem_type: i32) -> Option<DType> {
    Some(match DataType::try_from(elem_type).ok()? {
        DataType::Bool => DType::Bool,
        DataType::Uint8 => DType::U8,
        DataType::Uint16 => DType::U16,
        DataType::Uint32 => DType::U32,
        DataType::Uint64 => DType::U64,
        DataType::Int8 => DType::I8,
        DataType::Int16 => DType::I16,
        DataType::Int32 => DType::I32,
        DataType::Int64 => DType::I64,
        DataType::Float16 => DType::F16,
        DataType::Float => DType::F32,
        DataType::Double => DType::F64,
        DataType::String => DType::Str,
        _ => return None,
    })
}

pub(crate) fn to_tract(tensor: Tensor) -> Result<TractTensor, Error> {
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
        .map_err(|e| Error::new(ErrorKind::InvalidInput, e.to_string()))
}

pub(crate) fn from_tract(tensor: &TractTensor) -> Result<Tensor, Error> {
    let data = elements(tensor)
        .map_err(|e| Error::new(ErrorKind::Run, format!("{e:#}")))?
        .ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                format!("outputs of type {:?} are not supported", tensor.datum_type()),
            )
        })?;
    Tensor::new(tensor.shape().to_vec(), data)
        .map_err(|e| Error::new(ErrorKind::Run, e.to_string()))
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
