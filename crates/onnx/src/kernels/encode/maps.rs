//! `ZipMap`, which makes maps, and `DictVectorizer` and `CastMap`, which take
//! them.

use tensor::{DType, Data, Tensor};

use super::super::scale::takes;
use super::super::{Kernel, Spec, order};
use super::columns::select;
use super::lookup::{Lookup, Repeated, integer_key};
use super::truncated;
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::{Inputs, Map, Maps, Value};

/// A map for each row: the labels, and the row's elements. Its keys are in
/// ascending order, as in ONNX Runtime's maps, whatever the order of the labels;
/// of equal labels the last counts.
pub(super) fn zip_map(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &[DType::F32])?;
    let strings = spec.attributes.strings("classlabels_strings")?;
    let ints = spec.attributes.ints("classlabels_int64s");
    if strings.is_empty() == ints.is_empty() {
        bail!("one of 'classlabels_strings' and 'classlabels_int64s' has to be given");
    }
    let columns = strings.len().max(ints.len());
    let (order, keys): (Vec<usize>, Data) = if strings.is_empty() {
        let order = ascending(ints);
        let keys = order.iter().filter_map(|&i| ints.get(i)).copied().collect::<Vec<_>>();
        (order, keys.into())
    } else {
        let order = ascending(&strings);
        let keys = order.iter().filter_map(|&i| strings.get(i)).cloned().collect::<Vec<_>>();
        (order, keys.into())
    };
    let is_in_order = order.iter().copied().eq(0..columns);
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let x = inputs.take_tensor(0)?;
        let rows = match x.shape() {
            [len] if *len == columns => 1,
            [rows, len] if *len == columns => *rows,
            shape => bail!("{columns} labels for a tensor of shape {shape:?}"),
        };
        let shape = vec![rows, order.len()];
        let Data::F32(values) = x.into_parts().1 else { bail!("the values are no 32-bit floats") };
        let values = if is_in_order { values } else { select(&values, columns, &order, &shape)? };
        Ok(vec![Value::Maps(Maps { keys: keys.clone(), values: Tensor::new(shape, values)? })])
    }))
}

/// The places of the keys in ascending order; of equal keys, the last one's.
fn ascending<K: Ord>(keys: &[K]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order::sort(&mut order, &|a, b| keys.get(a).cmp(&keys.get(b)).then(b.cmp(&a)));
    order.dedup_by(|a, b| keys.get(*a) == keys.get(*b));
    order
}

/// The map that an input is.
fn map<'a>(inputs: &'a Inputs<'_>) -> Result<&'a Map, Fault> {
    match inputs.value(0)? {
        Value::Map(map) if map.keys.len() == map.values.len() => Ok(map),
        other => bail!("the input is {}, not a map", other.describe()),
    }
}

/// The values of a map at the places of their keys in a vocabulary, and zeros
/// or empty texts elsewhere. Keys that are not in it are left out, although the
/// specification forbids them: ONNX Runtime does so. A word that is in the
/// vocabulary twice has its value at both places.
pub(super) fn dict_vectorizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let strings = spec.attributes.strings("string_vocabulary")?;
    let ints = spec.attributes.ints("int64_vocabulary");
    let len = strings.len().max(ints.len());
    if strings.is_empty() == ints.is_empty() {
        bail!("one of 'string_vocabulary' and 'int64_vocabulary' has to be given");
    }
    let (lookup, firsts, dtype) = if strings.is_empty() {
        let lookup =
            Lookup::numbers(ints.iter().map(|&x| integer_key(x)).collect(), Repeated::First);
        let firsts = lookup.find_numbers(ints, integer_key);
        (lookup, firsts, DType::I64)
    } else {
        let lookup = Lookup::texts(strings.clone(), Repeated::First);
        let firsts = lookup.find_texts(&strings);
        (lookup, firsts, DType::Str)
    };
    let repeated: Vec<(usize, usize)> = firsts
        .into_iter()
        .map(|first| first as usize)
        .enumerate()
        .filter(|(place, first)| place != first)
        .collect();
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let map = map(&inputs)?;
        let places = match &map.keys {
            Data::I64(keys) if dtype == DType::I64 => lookup.find_numbers(keys, integer_key),
            Data::Str(keys) if dtype == DType::Str => lookup.find_texts(keys),
            other => bail!("the keys are of type {}, the vocabulary of {dtype}", other.dtype()),
        };
        let places = Places { places: &places, len, repeated: &repeated };
        limits::copies(&map.values, len)?;
        let data: Data = match &map.values {
            Data::I64(values) => places.put(values).into(),
            Data::F32(values) => places.put(values).into(),
            Data::F64(values) => places.put(values).into(),
            Data::Str(values) => places.put(values).into(),
            other => bail!("values of type {}", other.dtype()),
        };
        Ok(vec![Tensor::new(vec![1, len], data)?.into()])
    }))
}

/// Where the values of a map belong in a vector of `len`.
struct Places<'a> {
    places: &'a [u32],
    len: usize,
    /// Places that have the value of another one.
    repeated: &'a [(usize, usize)],
}

impl Places<'_> {
    fn put<T: Clone + Default>(&self, values: &[T]) -> Vec<T> {
        let mut out = vec![T::default(); self.len];
        for (value, &place) in values.iter().zip(self.places) {
            if let Some(slot) = out.get_mut(place as usize) {
                slot.clone_from(value);
            }
        }
        for &(place, first) in self.repeated {
            if let Some(value) = out.get(first).cloned()
                && let Some(slot) = out.get_mut(place)
            {
                *slot = value;
            }
        }
        out
    }
}

/// What a `CastMap` makes of the values.
#[derive(Clone, Copy)]
enum CastTo {
    Float,
    Text,
    Integer,
}

/// The values of a map in the order of their keys: dense, or each at the index
/// that its key is, keys from `max_map` on left out.
pub(super) fn cast_map(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    let cast_to = match attributes.str("cast_to")?.unwrap_or("TO_FLOAT") {
        "TO_FLOAT" => CastTo::Float,
        "TO_STRING" => CastTo::Text,
        "TO_INT64" => CastTo::Integer,
        other => bail!("'{other}' is nothing that a map is cast to"),
    };
    let sparse = match attributes.str("map_form")?.unwrap_or("DENSE") {
        "DENSE" => None,
        "SPARSE" => {
            let max = usize::try_from(attributes.int("max_map", 1)).unwrap_or(0);
            if max == 0 {
                bail!("'max_map' is no length");
            }
            Some(limits::elements(&[max])?)
        }
        other => bail!("'{other}' is no form of a map"),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let map = map(&inputs)?;
        let Data::I64(keys) = &map.keys else {
            bail!("the keys are of type {}, not int64", map.keys.dtype());
        };
        let order = ascending(keys);
        let (len, places) = match sparse {
            None => (order.len(), (0..order.len()).collect::<Vec<_>>()),
            Some(len) => {
                let index = |&i: &usize| {
                    let key = keys.get(i).copied().unwrap_or_default();
                    usize::try_from(key).map_err(|_| Fault::new(format!("{key} is no index")))
                };
                (len, order.iter().map(index).collect::<Result<_, _>>()?)
            }
        };
        let slots = Slots { order: &order, places: &places, len };
        let data: Data = match (&map.values, cast_to) {
            (Data::F32(v), CastTo::Float) => slots.cast(v, 0.0, |x| Ok(*x))?.into(),
            (Data::F32(v), CastTo::Integer) => {
                slots.cast(v, 0, |&x| Ok(truncated(x.into())))?.into()
            }
            (Data::F32(v), CastTo::Text) => slots.cast(v, padding(), |x| Ok(decimal(*x)))?.into(),
            (Data::Str(v), CastTo::Float) => slots.cast(v, 0.0, |x| float(x))?.into(),
            (Data::Str(v), CastTo::Integer) => slots.cast(v, 0, |x| integer(x))?.into(),
            (Data::Str(v), CastTo::Text) => slots.cast(v, padding(), |x| Ok(x.clone()))?.into(),
            (other, _) => bail!("the values are of type {}", other.dtype()),
        };
        Ok(vec![Tensor::new(vec![1, len], data)?.into()])
    }))
}

/// The entries of a map in the order of their keys, with the index of each.
struct Slots<'a> {
    order: &'a [usize],
    places: &'a [usize],
    len: usize,
}

impl Slots<'_> {
    fn cast<T, U: Clone>(
        &self,
        values: &[T],
        padding: U,
        cast: impl Fn(&T) -> Result<U, Fault>,
    ) -> Result<Vec<U>, Fault> {
        let mut out = vec![padding; self.len];
        for (&i, &place) in self.order.iter().zip(self.places) {
            if let (Some(value), Some(slot)) = (values.get(i), out.get_mut(place)) {
                *slot = cast(value)?;
            }
        }
        Ok(out)
    }
}

/// The text where a sparse map has no key, as ONNX Runtime writes it.
fn padding() -> String {
    "0.f".to_owned()
}

/// A float as C writes it with `%f`.
fn decimal(x: f32) -> String {
    if x.is_nan() {
        return if x.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    format!("{x:.6}")
}

/// The number that a text begins with, as C++ reads it: white space before it
/// and anything behind it do not matter, but it has to be there and in range.
fn number<T>(
    text: &str,
    end: fn(&str) -> usize,
    read: fn(&str) -> Option<T>,
) -> Result<(T, &str), Fault> {
    let start = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let digits = start.get(..end(start)).unwrap_or_default();
    match read(digits) {
        Some(number) => Ok((number, digits)),
        None => bail!("'{text}' is no number, or out of range"),
    }
}

fn integer(text: &str) -> Result<i64, Fault> {
    let end: fn(&str) -> usize = |text| {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        text.len() - unsigned.trim_start_matches(|c: char| c.is_ascii_digit()).len()
    };
    number(text, end, |digits| digits.parse().ok()).map(|(number, _)| number)
}

fn float(text: &str) -> Result<f32, Fault> {
    if text
        .trim_start()
        .trim_start_matches(['+', '-'])
        .get(..2)
        .is_some_and(|s| s.eq_ignore_ascii_case("0x"))
    {
        bail!("'{text}' is hexadecimal");
    }
    let (number, digits) = number(text, float_end, decimal::read_f32)?;
    // An overflow, or an underflow.
    let is_named = digits.contains(['i', 'I', 'n', 'N']);
    let is_zero = !digits.split(['e', 'E']).take(1).any(|s| s.contains(|c| matches!(c, '1'..='9')));
    if !is_named && (number.is_infinite() || (number.abs() < f32::MIN_POSITIVE && !is_zero)) {
        bail!("'{text}' is out of the range of floats");
    }
    Ok(number)
}

/// Where a decimal, an infinity or a NaN at the beginning of a text ends.
fn float_end(text: &str) -> usize {
    let digits =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = text.len() - unsigned.len();
    for name in ["infinity", "inf", "nan"] {
        if unsigned.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return sign + name.len();
        }
    }
    let mut end = digits(unsigned);
    if let Some(fraction) = unsigned.get(end..).and_then(|rest| rest.strip_prefix('.')) {
        end += 1 + digits(fraction);
    }
    if let Some(exponent) = unsigned.get(end..).and_then(|rest| rest.strip_prefix(['e', 'E'])) {
        let number = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let len = digits(number);
        if len > 0 {
            end += 1 + (exponent.len() - number.len()) + len;
        }
    }
    sign + end
}
