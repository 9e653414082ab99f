//! Values for a model's inputs: shaped as it declares, and small.

use half::f16;
use onnx::{Data, Dim, Kind, Map, Tensor, Value, ValueInfo};
use tensor::DType;

use crate::Random;

const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.5,
    3.0,
    1e-40,
    1e30,
    -1e30,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];
const INTS: &[i64] =
    &[0, 1, -1, 2, 3, 7, -8, 100, 65_536, i32::MIN as i64, i32::MAX as i64, i64::MIN, i64::MAX];
const TEXTS: &[&str] =
    &["", "a", "b", "cat", "0", "1.5", "héé", " two words ", "\u{1F600}", "aaaa"];
const DTYPES: &[DType] = &[DType::F32, DType::I64, DType::Str, DType::F64, DType::Bool];

/// The most elements of an input.
const MAX_ELEMENTS: usize = 4096;

/// A value that fits an input; `None` for one that would be large.
pub fn value(info: &ValueInfo, random: &mut Random) -> Option<Value> {
    Some(match info.kind {
        Kind::Tensor => Value::Tensor(tensor(info, random)?),
        Kind::Unknown => small(random),
        Kind::Sequence => Value::Sequence((0..random.below(4)).map(|_| small(random)).collect()),
        Kind::Map => map(random),
        Kind::Optional if random.below(2) == 0 => Value::None,
        Kind::Optional => small(random),
    })
}

fn tensor(info: &ValueInfo, random: &mut Random) -> Option<Tensor> {
    let shape: Vec<usize> = match &info.shape {
        Some(dims) => dims
            .iter()
            .map(|dim| match dim {
                Dim::Fixed(len) => *len,
                Dim::Symbol(_) | Dim::Unknown => random.below(5),
            })
            .collect(),
        None => (0..random.below(4)).map(|_| random.below(4)).collect(),
    };
    let dtype = info.dtype.unwrap_or_else(|| *random.pick(DTYPES));
    let len = tensor::element_count(&shape).filter(|len| *len <= MAX_ELEMENTS)?;
    Tensor::new(shape, data(dtype, len, random)).ok()
}

fn small(random: &mut Random) -> Value {
    if random.below(4) == 0 {
        return map(random);
    }
    let dtype = *random.pick(DTYPES);
    let len = random.below(5);
    Value::Tensor(Tensor::vector(data(dtype, len, random)))
}

fn map(random: &mut Random) -> Value {
    let len = random.below(4);
    let key = *random.pick(&[DType::I64, DType::Str]);
    let kind = *random.pick(&[DType::F32, DType::F64, DType::I64, DType::Str]);
    Value::Map(Map { keys: data(key, len, random), values: data(kind, len, random) })
}

fn data(dtype: DType, len: usize, random: &mut Random) -> Data {
    let float = |random: &mut Random| *random.pick(FLOATS);
    let int = |random: &mut Random| *random.pick(INTS);
    macro_rules! many {
        ($one:expr) => {
            (0..len).map(|_| $one).collect::<Vec<_>>().into()
        };
    }
    match dtype {
        DType::Bool => many!(random.below(2) == 1),
        DType::U8 => many!(int(random) as u8),
        DType::U16 => many!(int(random) as u16),
        DType::U32 => many!(int(random) as u32),
        DType::U64 => many!(int(random) as u64),
        DType::I8 => many!(int(random) as i8),
        DType::I16 => many!(int(random) as i16),
        DType::I32 => many!(int(random) as i32),
        DType::I64 => many!(int(random)),
        DType::F16 => many!(f16::from_f64(float(random))),
        DType::F32 => many!(float(random) as f32),
        DType::F64 => many!(float(random)),
        DType::Str => many!((*random.pick(TEXTS)).to_owned()),
    }
}
