//! Tensors of the file format.

use half::f16;
use tensor::{DType, Data, Tensor};

use crate::fault::{Fault, bail};
use crate::limits;
use crate::proto::{SparseTensorProto, TensorProto};

/// `DataType` of `onnx.proto`: the element types that tensors can have here.
pub(crate) fn dtype(elem_type: i32) -> Option<DType> {
    Some(match elem_type {
        1 => DType::F32,
        2 => DType::U8,
        3 => DType::I8,
        4 => DType::U16,
        5 => DType::I16,
        6 => DType::I32,
        7 => DType::I64,
        8 => DType::Str,
        9 => DType::Bool,
        10 => DType::F16,
        11 => DType::F64,
        12 => DType::U32,
        13 => DType::U64,
        _ => return None,
    })
}

/// The name of a type that tensors can't have here, for a message.
pub(crate) fn type_name(elem_type: i32) -> String {
    match elem_type {
        14 => "complex64",
        15 => "complex128",
        16 => "bfloat16",
        17 => "float8e4m3fn",
        18 => "float8e4m3fnuz",
        19 => "float8e5m2",
        20 => "float8e5m2fnuz",
        21 => "uint4",
        22 => "int4",
        23 => "float4e2m1",
        24 => "float8e8m0",
        25 => "uint2",
        26 => "int2",
        other => return format!("number {other}"),
    }
    .to_owned()
}

/// The tensor that a message holds; external data has been moved in before.
pub(crate) fn decode(proto: &TensorProto) -> Result<Tensor, Fault> {
    let name = &proto.name;
    let Some(dtype) = dtype(proto.data_type) else {
        bail!("tensor '{name}' has elements of the type {}", type_name(proto.data_type));
    };
    let shape = shape(&proto.dims)?;
    let raw = &proto.raw_data;
    // Everything narrower than 32 bits that has no field of its own is in
    // `int32_data`, as its bits.
    let data = match dtype {
        DType::Bool if raw.is_empty() => {
            proto.int32_data.iter().map(|&x| x != 0).collect::<Vec<_>>().into()
        }
        DType::Bool => raw.iter().map(|&x| x != 0).collect::<Vec<_>>().into(),
        DType::U8 if raw.is_empty() => narrow(&proto.int32_data, |x| x as u8),
        DType::U8 => raw.to_vec().into(),
        DType::I8 if raw.is_empty() => narrow(&proto.int32_data, |x| x as i8),
        DType::I8 => raw.iter().map(|&x| x as i8).collect::<Vec<_>>().into(),
        DType::U16 if raw.is_empty() => narrow(&proto.int32_data, |x| x as u16),
        DType::U16 => little_endian(raw, u16::from_le_bytes),
        DType::I16 if raw.is_empty() => narrow(&proto.int32_data, |x| x as i16),
        DType::I16 => little_endian(raw, i16::from_le_bytes),
        DType::F16 if raw.is_empty() => narrow(&proto.int32_data, |x| f16::from_bits(x as u16)),
        DType::F16 => little_endian(raw, f16::from_le_bytes),
        DType::I32 if raw.is_empty() => proto.int32_data.clone().into(),
        DType::I32 => little_endian(raw, i32::from_le_bytes),
        DType::I64 if raw.is_empty() => proto.int64_data.clone().into(),
        DType::I64 => little_endian(raw, i64::from_le_bytes),
        DType::U32 if raw.is_empty() => {
            proto.uint64_data.iter().map(|&x| x as u32).collect::<Vec<_>>().into()
        }
        DType::U32 => little_endian(raw, u32::from_le_bytes),
        DType::U64 if raw.is_empty() => proto.uint64_data.clone().into(),
        DType::U64 => little_endian(raw, u64::from_le_bytes),
        DType::F32 if raw.is_empty() => proto.float_data.clone().into(),
        DType::F32 => little_endian(raw, f32::from_le_bytes),
        DType::F64 if raw.is_empty() => proto.double_data.clone().into(),
        DType::F64 => little_endian(raw, f64::from_le_bytes),
        DType::Str => strings(proto)?,
    };
    let len = data.len();
    Tensor::new(shape, data).map_err(|e| {
        Fault::new(format!(
            "tensor '{name}' has {len} elements, which do not fill its shape {:?}",
            e.shape
        ))
    })
}

/// A sparse tensor with its zeros written out.
pub(crate) fn decode_sparse(proto: &SparseTensorProto) -> Result<Tensor, Fault> {
    let (Some(values), Some(indices)) = (&proto.values, &proto.indices) else {
        bail!("a sparse tensor lacks its values or its indices");
    };
    let (values, indices) = (decode(values)?, decode(indices)?);
    let shape = shape(&proto.dims)?;
    let len = limits::elements(&shape)?;
    let Some(indices_i64) = indices.as_slice::<i64>() else {
        bail!("the indices of a sparse tensor are not int64");
    };
    let flat: Vec<usize> = if indices.rank() == 2 {
        let strides = strides(&shape);
        indices_i64
            .chunks_exact(shape.len().max(1))
            .map(|at| {
                at.iter()
                    .zip(&strides)
                    .map(|(&i, s)| usize::try_from(i).ok()?.checked_mul(*s))
                    .try_fold(0usize, |sum, i| sum.checked_add(i?))
                    .unwrap_or(usize::MAX)
            })
            .collect()
    } else {
        indices_i64.iter().map(|&i| usize::try_from(i).unwrap_or(usize::MAX)).collect()
    };
    let data = tensor::each!(values.data(), v => {
        let mut dense = vec![Default::default(); len];
        for (value, at) in v.iter().zip(flat) {
            match dense.get_mut(at) {
                Some(slot) => value.clone_into(slot),
                None => bail!("a sparse tensor has an index out of its shape {shape:?}"),
            }
        }
        Data::from(dense)
    });
    Ok(Tensor::new(shape, data)?)
}

/// How many elements lie between neighbours along each axis, in row-major
/// order.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides: Vec<usize> = shape
        .iter()
        .rev()
        .scan(1usize, |stride, &len| {
            let this = *stride;
            *stride = stride.saturating_mul(len);
            Some(this)
        })
        .collect();
    strides.reverse();
    strides
}

fn shape(dims: &[i64]) -> Result<Vec<usize>, Fault> {
    limits::rank(dims.len())?;
    dims.iter()
        .map(|&d| usize::try_from(d).map_err(|_| Fault::new(format!("{d} is no length"))))
        .collect()
}

fn narrow<T>(ints: &[i32], f: impl Fn(i32) -> T) -> Data
where
    Data: From<Vec<T>>,
{
    ints.iter().map(|&x| f(x)).collect::<Vec<_>>().into()
}

fn little_endian<const N: usize, T>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Data
where
    Data: From<Vec<T>>,
{
    let (chunks, rest) = raw.as_chunks::<N>();
    // A rest means a damaged tensor: one element too many, so that the count
    // is found wrong.
    let extra = (!rest.is_empty()).then(|| read([0; N]));
    chunks.iter().map(|&bytes| read(bytes)).chain(extra).collect::<Vec<_>>().into()
}

fn strings(proto: &TensorProto) -> Result<Data, Fault> {
    let strings: Result<Vec<String>, _> =
        proto.string_data.iter().map(|s| String::from_utf8(s.to_vec())).collect();
    strings
        .map(Data::from)
        .map_err(|_| Fault::new(format!("tensor '{}' has text that is not UTF-8", proto.name)))
}
