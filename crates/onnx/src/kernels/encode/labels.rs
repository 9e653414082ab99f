//! `LabelEncoder`, `CategoryMapper` and `OneHotEncoder`: one value for another,
//! looked up in a list.

use tensor::{DType, Data, Element, Tensor};

use super::super::scale::takes;
use super::super::{Kernel, Spec};
use super::lookup::{Lookup, NO_KEY, Repeated, float_key, integer_key};
use super::truncated;
use crate::attributes::Attributes;
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;

/// An extra axis with a 1 where the element is in the list of categories.
/// Floats are cut to integers. An element of another kind than the categories
/// is none of them; one that is in the list twice has the last place.
pub(super) fn one_hot_encoder(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &[DType::Str, DType::I64, DType::I32, DType::F32, DType::F64])?;
    let attributes = spec.attributes;
    let strings = attributes.strings("cats_strings")?;
    let ints = attributes.ints("cats_int64s");
    if strings.is_empty() == ints.is_empty() {
        bail!("one of 'cats_strings' and 'cats_int64s' has to be given");
    }
    let categories = strings.len().max(ints.len());
    let lookup = if strings.is_empty() {
        Lookup::numbers(ints.iter().map(|&x| integer_key(x)).collect(), Repeated::Last)
    } else {
        Lookup::texts(strings, Repeated::Last)
    };
    let may_be_unknown = attributes.flag("zeros", true);
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let mut shape = x.shape().to_vec();
        shape.push(categories);
        let mut out = vec![0f32; limits::elements(&shape)?];
        let places = match x.data() {
            Data::Str(x) => lookup.find_texts(x),
            Data::I64(x) => lookup.find_numbers(x, integer_key),
            Data::I32(x) => lookup.find_numbers(x, |x| integer_key(x.into())),
            Data::F32(x) => lookup.find_numbers(x, |x| integer_key(truncated(x.into()))),
            Data::F64(x) => lookup.find_numbers(x, |x| integer_key(truncated(x))),
            other => bail!("categories are texts or numbers, not {}", other.dtype()),
        };
        for (row, place) in out.chunks_exact_mut(categories).zip(places) {
            match row.get_mut(place as usize) {
                Some(one) => *one = 1.0,
                None if may_be_unknown => {}
                None => bail!("an element is none of the categories"),
            }
        }
        Ok(vec![Tensor::new(shape, out)?.into()])
    }))
}

/// A list of keys with a value for each, and one for all other keys.
struct Mapping {
    keys: Lookup,
    dtype: DType,
    values: Data,
    default: Data,
}

impl Mapping {
    fn run(&self, x: &Tensor) -> Result<Tensor, Fault> {
        if x.dtype() != self.dtype {
            bail!("the input is of type {}, but the keys are of {}", x.dtype(), self.dtype);
        }
        let keys = &self.keys;
        let places = match x.data() {
            Data::Str(x) => keys.find_texts(x),
            Data::I64(x) => keys.find_numbers(x, integer_key),
            Data::I32(x) => keys.find_numbers(x, |x| integer_key(x.into())),
            Data::I16(x) => keys.find_numbers(x, |x| integer_key(x.into())),
            Data::F32(x) => keys.find_numbers(x, |x| float_key(x.into())),
            Data::F64(x) => keys.find_numbers(x, float_key),
            other => bail!("keys of type {}", other.dtype()),
        };
        limits::copies(&self.values, places.len())?;
        limits::copies(&self.default, places.len())?;
        let data = match &self.values {
            Data::Str(values) => self.pick(values, &places),
            Data::I64(values) => self.pick(values, &places),
            Data::I32(values) => self.pick(values, &places),
            Data::I16(values) => self.pick(values, &places),
            Data::F32(values) => self.pick(values, &places),
            Data::F64(values) => self.pick(values, &places),
            other => bail!("values of type {}", other.dtype()),
        };
        Ok(Tensor::new(x.shape().to_vec(), data)?)
    }

    fn pick<T: Element>(&self, values: &[T], places: &[u32]) -> Data
    where
        Data: From<Vec<T>>,
    {
        let default = T::slice(&self.default).and_then(|v| v.first().cloned()).unwrap_or_default();
        let value = |&place: &u32| values.get(place as usize).unwrap_or(&default).clone();
        places.iter().map(value).collect::<Vec<_>>().into()
    }
}

/// Both directions between texts and the integers beside them.
fn both_ways(
    spec: &Spec<'_>,
    texts: Vec<String>,
    integers: Vec<i64>,
) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &[DType::Str, DType::I64])?;
    let default_text = spec.attributes.str("default_string")?.unwrap_or("_Unused");
    let to_integers = Mapping {
        keys: Lookup::texts(texts.clone(), Repeated::Last),
        dtype: DType::Str,
        values: integers.clone().into(),
        default: vec![spec.attributes.int("default_int64", -1)].into(),
    };
    let keys = integers.into_iter().map(integer_key).collect();
    let to_texts = Mapping {
        keys: Lookup::numbers(keys, Repeated::Last),
        dtype: DType::I64,
        values: texts.into(),
        default: vec![default_text.to_owned()].into(),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let mapping = if x.dtype() == DType::Str { &to_integers } else { &to_texts };
        Ok(vec![mapping.run(x)?.into()])
    }))
}

/// Of keys that are in the lists twice, the last counts.
pub(super) fn category_mapper(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let texts = spec.attributes.strings("cats_strings")?;
    let integers = spec.attributes.ints("cats_int64s").to_vec();
    if texts.is_empty() || texts.len() != integers.len() {
        bail!("{} values of 'cats_strings' for {} of 'cats_int64s'", texts.len(), integers.len());
    }
    both_ways(spec, texts, integers)
}

/// Until version 2 a label is encoded as its index. Since then there are lists
/// of keys and values, of which the first of equal keys counts: the
/// specification of version 4 says the last, but ONNX Runtime takes the first
/// in every version. Before version 4, it finds no NaN.
pub(super) fn label_encoder(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    let attributes = spec.attributes;
    if spec.version < 2 {
        let texts = attributes.strings("classes_strings")?;
        if texts.is_empty() {
            bail!("the attribute 'classes_strings' is missing");
        }
        let integers = (0..).take(texts.len()).collect();
        return both_ways(spec, texts, integers);
    }
    let keys = list(attributes, "keys")?;
    let values = list(attributes, "values")?;
    if keys.len() != values.len() {
        bail!("{} keys for {} values", keys.len(), values.len());
    }
    let dtype = keys.dtype();
    takes(spec, &[dtype])?;
    let default = default(attributes, values.dtype())?;
    let numbers = |keys: Vec<u64>| Lookup::numbers(keys, Repeated::First);
    let finds_nan = spec.version >= 4;
    let float = |x: f64| if x.is_nan() && !finds_nan { NO_KEY } else { float_key(x) };
    let keys = match keys {
        Data::Str(keys) => Lookup::texts(keys, Repeated::First),
        Data::I64(keys) => numbers(keys.into_iter().map(integer_key).collect()),
        Data::I32(keys) => numbers(keys.into_iter().map(|x| integer_key(x.into())).collect()),
        Data::I16(keys) => numbers(keys.into_iter().map(|x| integer_key(x.into())).collect()),
        Data::F32(keys) => numbers(keys.into_iter().map(|x| float(x.into())).collect()),
        Data::F64(keys) => numbers(keys.into_iter().map(float).collect()),
        other => bail!("keys of type {}", other.dtype()),
    };
    let mapping = Mapping { keys, dtype, values, default };
    Ok(Box::new(move |inputs: Inputs<'_>| Ok(vec![mapping.run(inputs.tensor(0)?)?.into()])))
}

/// The one list of this name that there is, of whatever type.
fn list(attributes: Attributes<'_>, name: &str) -> Result<Data, Fault> {
    let [strings, ints, floats, tensor] =
        ["strings", "int64s", "floats", "tensor"].map(|kind| format!("{name}_{kind}"));
    let mut lists: Vec<Data> = Vec::new();
    if attributes.has(&strings) {
        lists.push(attributes.strings(&strings)?.into());
    }
    if attributes.has(&ints) {
        lists.push(attributes.ints(&ints).to_vec().into());
    }
    if attributes.has(&floats) {
        lists.push(attributes.floats(&floats).to_vec().into());
    }
    if let Some(tensor) = attributes.tensor(&tensor)? {
        if tensor.rank() != 1 {
            bail!("the attribute '{name}_tensor' is no vector");
        }
        lists.push(tensor.into_parts().1);
    }
    // An empty list is as good as none beside another.
    if lists.len() > 1 {
        lists.retain(|list| !list.is_empty());
    }
    match lists.pop() {
        Some(list) if lists.is_empty() => Ok(list),
        _ => bail!("exactly one list of {name} has to be given"),
    }
}

/// What a value of this type is for a key that is not in the list.
fn default(attributes: Attributes<'_>, dtype: DType) -> Result<Data, Fault> {
    if let Some(tensor) = attributes.tensor("default_tensor")? {
        if tensor.dtype() != dtype || tensor.shape() != [1] {
            bail!("the attribute 'default_tensor' is no single {dtype}");
        }
        return Ok(tensor.into_parts().1);
    }
    Ok(match dtype {
        DType::Str => {
            vec![attributes.str("default_string")?.unwrap_or("_Unused").to_owned()].into()
        }
        DType::I64 => vec![attributes.int("default_int64", -1)].into(),
        DType::F32 => vec![attributes.float("default_float", -0.0)].into(),
        DType::I32 => vec![-1i32].into(),
        DType::I16 => vec![-1i16].into(),
        DType::F64 => vec![-0.0f64].into(),
        other => bail!("values of type {other}"),
    })
}
