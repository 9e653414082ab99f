//! `TopK`.

use std::cmp::Ordering;

use tensor::{Data, Tensor};

use crate::fault::{Fault, bail};
use crate::kernels::axes::{self, Around};
use crate::kernels::{Kernel, Spec};
use crate::limits;
use crate::value::Inputs;

pub(super) fn top_k(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let axis = spec.attributes.int("axis", -1);
    let largest = spec.attributes.flag("largest", true);
    // Before opset 10 the number is an attribute.
    let fixed = spec.attributes.maybe_int("k");
    if spec.version < 10 && fixed.is_none() {
        bail!("the attribute 'k' is missing");
    }
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let axis = axes::axis(axis, x.rank())?;
        let at = Around::new(x.shape(), axis);
        let given = match fixed {
            Some(k) => k,
            None => match inputs.integers(1)?.as_slice() {
                [k] => *k,
                other => bail!("k is {} numbers", other.len()),
            },
        };
        let k = match usize::try_from(given) {
            Ok(k) if k <= at.len => k,
            _ => bail!("the {given} greatest or least of {} elements are wanted", at.len),
        };
        let mut shape = x.shape().to_vec();
        shape.iter_mut().skip(axis).take(1).for_each(|len| *len = k);
        let count = limits::elements(&shape)?;
        let places = match Keys::new(x.data())? {
            Keys::Narrow(keys) => chosen(keys, at, k, count, largest, |key| !key),
            Keys::Wide(keys) => chosen(keys, at, k, count, largest, |key| !key),
        };
        let values = tensor::each!(x.data(), v => Data::from(picked(v, &places)));
        let line = at.inner.max(1);
        let along = |place: &usize| (place / line % at.len.max(1)).cast_signed() as i64;
        let indices: Vec<i64> = places.iter().map(along).collect();
        Ok(vec![Tensor::new(shape.clone(), values)?.into(), Tensor::new(shape, indices)?.into()])
    }))
}

/// The elements at these places.
pub(super) fn picked<T: Clone>(v: &[T], places: &[usize]) -> Vec<T> {
    places.iter().filter_map(|&i| v.get(i)).cloned().collect()
}

/// Integers in the order of the elements they stand for. What is not a number
/// is above everything and equal to its like; both zeros are equal.
pub(super) enum Keys {
    Narrow(Vec<u32>),
    Wide(Vec<u64>),
}

impl Keys {
    pub(super) fn new(data: &Data) -> Result<Self, Fault> {
        Ok(match data {
            Data::F32(v) => Self::Narrow(v.iter().map(|&x| single(x)).collect()),
            Data::F16(v) => Self::Narrow(v.iter().map(|&x| single(x.to_f32())).collect()),
            Data::F64(v) => Self::Wide(v.iter().map(|&x| double(x)).collect()),
            Data::I64(v) => Self::Wide(v.iter().map(|&x| x.cast_unsigned() ^ (1 << 63)).collect()),
            Data::U64(v) => Self::Wide(v.clone()),
            Data::I32(v) => Self::Narrow(v.iter().map(|&x| signed(x)).collect()),
            Data::I16(v) => Self::Narrow(v.iter().map(|&x| signed(x.into())).collect()),
            Data::I8(v) => Self::Narrow(v.iter().map(|&x| signed(x.into())).collect()),
            Data::U32(v) => Self::Narrow(v.clone()),
            Data::U16(v) => Self::Narrow(v.iter().map(|&x| x.into()).collect()),
            Data::U8(v) => Self::Narrow(v.iter().map(|&x| x.into()).collect()),
            Data::Bool(v) => Self::Narrow(v.iter().map(|&x| x.into()).collect()),
            Data::Str(_) => bail!("numbers are wanted, not text"),
        })
    }
}

fn signed(x: i32) -> u32 {
    x.cast_unsigned() ^ (1 << 31)
}

fn single(x: f32) -> u32 {
    let bits = (x + 0.0).to_bits();
    if x.is_nan() {
        u32::MAX
    } else if bits >> 31 == 1 {
        !bits
    } else {
        bits | 1 << 31
    }
}

fn double(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    if x.is_nan() {
        u64::MAX
    } else if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// Where in the tensor the chosen elements are, in the order of the output.
fn chosen<K: Copy + Ord>(
    mut keys: Vec<K>,
    at: Around,
    k: usize,
    count: usize,
    largest: bool,
    reversed: fn(K) -> K,
) -> Vec<usize> {
    if !largest {
        keys.iter_mut().for_each(|key| *key = reversed(*key));
    }
    let mut places = vec![0; count];
    if count == 0 {
        return places;
    }
    let mut best = Vec::with_capacity(k.saturating_add(1));
    let block = at.len.saturating_mul(at.inner).max(1);
    let rows = k.saturating_mul(at.inner).max(1);
    let blocks = keys.chunks_exact(block).zip(places.chunks_exact_mut(rows));
    for (outer, (keys, places)) in blocks.enumerate() {
        for i in 0..at.inner {
            if at.inner == 1 {
                first_of_line(keys.iter().copied(), k, &mut best);
            } else {
                let line = keys.iter().skip(i).step_by(at.inner).copied();
                first_of_line(line, k, &mut best);
            }
            let out = places.iter_mut().skip(i).step_by(at.inner);
            for (place, &(_, index)) in out.zip(&best) {
                *place = outer * block + index * at.inner + i;
            }
        }
    }
    places
}

/// Up to how many of the best are kept in order while the line is read.
const FEW: usize = 48;

/// The k greatest keys of a line, the greatest first, of equal ones the first
/// first.
fn first_of_line<K: Copy + Ord>(
    line: impl Iterator<Item = K>,
    k: usize,
    best: &mut Vec<(K, usize)>,
) {
    best.clear();
    if k > FEW {
        let order = |a: &(K, usize), b: &(K, usize)| -> Ordering {
            b.0.cmp(&a.0).then(a.1.cmp(&b.1))
        };
        best.extend(line.zip(0..));
        if k < best.len() {
            best.select_nth_unstable_by(k, order);
            best.truncate(k);
        }
        best.sort_unstable_by(order);
        return;
    }
    let mut least = None;
    for (index, key) in line.enumerate() {
        if best.len() == k && least.is_none_or(|least| key <= least) {
            continue;
        }
        let at = best.partition_point(|(other, _)| *other >= key);
        if best.len() == k {
            best.pop();
        }
        best.insert(at, (key, index));
        least = best.last().map(|(key, _)| *key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_choose_agree() {
        let line: Vec<u32> = (0..200u32).map(|i| i.wrapping_mul(2_654_435_761) >> 28).collect();
        let mut few = Vec::new();
        let mut many = Vec::new();
        first_of_line(line.iter().copied(), FEW, &mut few);
        first_of_line(line.iter().copied(), FEW + 1, &mut many);
        assert_eq!(few, many[..FEW]);
        let mut sorted: Vec<_> = line.into_iter().zip(0..).collect();
        sorted.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
        assert_eq!(many, sorted[..FEW + 1]);
        first_of_line([1u32, 2].into_iter(), 0, &mut few);
        assert!(few.is_empty());
    }

    #[test]
    fn keys_are_in_the_order_of_the_floats() {
        let floats = [f32::NEG_INFINITY, -2.0, -1e-40, 0.0, 1e-40, 3.0, f32::INFINITY, f32::NAN];
        let keys: Vec<u32> = floats.iter().map(|&x| single(x)).collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert_eq!(single(-0.0), single(0.0));
        assert_eq!(double(-f64::NAN), double(f64::NAN));
        assert!(double(-1.0) < double(-0.0) && double(-0.0) == double(0.0));
    }
}
