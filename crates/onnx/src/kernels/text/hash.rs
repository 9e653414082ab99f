//! `MurmurHash3`: the 32-bit hash of that name, of texts or of numbers.

use tensor::{Data, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::{Kernel, Spec};
use crate::value::Inputs;

pub(super) fn murmur_hash3(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    // ONNX Runtime takes the lower half of the number.
    let seed = spec.attributes.int("seed", 0) as u32;
    let is_unsigned = spec.attributes.int("positive", 1) == 1;
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let keys = inputs.tensor(0)?;
        let hashes: Vec<u32> = match keys.data() {
            Data::Str(v) => v.iter().map(|x| hash(x.as_bytes(), seed)).collect(),
            Data::I32(v) => v.iter().map(|x| hash(&x.to_le_bytes(), seed)).collect(),
            Data::U32(v) => v.iter().map(|x| hash(&x.to_le_bytes(), seed)).collect(),
            Data::F32(v) => v.iter().map(|x| hash(&x.to_le_bytes(), seed)).collect(),
            Data::I64(v) => v.iter().map(|x| hash(&x.to_le_bytes(), seed)).collect(),
            Data::U64(v) => v.iter().map(|x| hash(&x.to_le_bytes(), seed)).collect(),
            Data::F64(v) => v.iter().map(|x| hash(&x.to_le_bytes(), seed)).collect(),
            other => bail!("elements of type {} are not hashed", other.dtype()),
        };
        let data: Data = if is_unsigned {
            hashes.into()
        } else {
            hashes.into_iter().map(u32::cast_signed).collect::<Vec<_>>().into()
        };
        Ok(vec![Tensor::new(keys.shape().to_vec(), data)?.into()])
    }))
}

/// `MurmurHash3_x86_32`, in the public domain, by Austin Appleby.
fn hash(key: &[u8], seed: u32) -> u32 {
    let scramble =
        |k: u32| k.wrapping_mul(0xCC9E_2D51).rotate_left(15).wrapping_mul(0x1B87_3593);
    let (blocks, rest) = key.as_chunks::<4>();
    let mut h = blocks.iter().fold(seed, |h, block| {
        let h = h ^ scramble(u32::from_le_bytes(*block));
        h.rotate_left(13).wrapping_mul(5).wrapping_add(0xE654_6B64)
    });
    h ^= scramble(rest.iter().rev().fold(0, |k, &byte| k << 8 | u32::from(byte)));
    h ^= key.len() as u32;
    h = (h ^ h >> 16).wrapping_mul(0x85EB_CA6B);
    h = (h ^ h >> 13).wrapping_mul(0xC2B2_AE35);
    h ^ h >> 16
}
