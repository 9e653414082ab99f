//! Numbers made ready for a model: `Scaler`, `Imputer`, `Normalizer`,
//! `Binarizer` and `FeatureVectorizer` of `ai.onnx.ml`.
//!
//! All but `FeatureVectorizer` take vectors and matrices by rows. Where a
//! tensor has more dimensions, ONNX Runtime goes through its elements with the
//! length of the second, and so does this.

mod normalizer;
#[cfg(test)]
pub(super) mod tests;

use tensor::{DType, Data, Tensor};

use super::{Build, Kernel, Spec};
use crate::fault::{Fault, bail};
use crate::limits;
use crate::value::Inputs;

pub(super) fn find(domain: &str, op: &str) -> Option<Build> {
    if domain != "ai.onnx.ml" {
        return None;
    }
    Some(match op {
        "Scaler" => scaler,
        "Imputer" => imputer,
        "Normalizer" => normalizer::normalizer,
        "Binarizer" => binarizer,
        "FeatureVectorizer" => feature_vectorizer,
        _ => return None,
    })
}

/// Refuses a node whose first input is declared to be of another type.
pub(super) fn takes(spec: &Spec<'_>, dtypes: &[DType]) -> Result<(), Fault> {
    match spec.dtypes.first() {
        Some(Some(dtype)) if !dtypes.contains(dtype) => {
            bail!("the input is of type {dtype}, which the operator does not take")
        }
        _ => Ok(()),
    }
}

const NUMBERS: [DType; 4] = [DType::F32, DType::F64, DType::I64, DType::I32];

fn not_numbers(data: &Data) -> Fault {
    Fault::new(format!("the input is of type {}, which the operator does not take", data.dtype()))
}

/// How many features a row has.
fn features(shape: &[usize]) -> Result<usize, Fault> {
    match shape {
        [features] | [_, features, ..] => Ok(*features),
        [] => bail!("the input is a scalar, not a row or several"),
    }
}

/// Subtracts `offset` and multiplies by `scale`: one of each for every feature,
/// or the same for all. Doubles are scaled as doubles, all else as 32-bit
/// floats.
fn scaler(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &NUMBERS)?;
    let scale = spec.attributes.floats("scale").to_vec();
    let offset = spec.attributes.floats("offset").to_vec();
    if scale.is_empty() || scale.len() != offset.len() {
        bail!("{} values of 'scale' for {} of 'offset'", scale.len(), offset.len());
    }
    let double = |v: &[f32]| v.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
    let (scale_f64, offset_f64) = (double(&scale), double(&offset));
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (shape, data) = inputs.take_tensor(0)?.into_parts();
        let features = features(&shape)?;
        if scale.len() != 1 && scale.len() != features {
            bail!("{features} features, but 'scale' has {} values", scale.len());
        }
        let single = |mut rows: Vec<f32>| {
            for_each_feature(&mut rows, &offset, &scale, |x, offset, scale| (x - offset) * scale);
            rows
        };
        let scaled = match data {
            Data::F32(rows) => single(rows),
            Data::I64(rows) => single(rows.iter().map(|&x| x as f32).collect()),
            Data::I32(rows) => single(rows.iter().map(|&x| x as f32).collect()),
            Data::F64(mut rows) => {
                for_each_feature(&mut rows, &offset_f64, &scale_f64, |x, o, s| (x - o) * s);
                rows.iter().map(|&x| x as f32).collect()
            }
            other => return Err(not_numbers(&other)),
        };
        Ok(vec![Tensor::new(shape, scaled)?.into()])
    }))
}

/// Replaces each element by what `f` makes of it and of the two values for its
/// feature; a single value is for all features.
#[inline]
fn for_each_feature<T: Copy>(data: &mut [T], a: &[T], b: &[T], f: impl Fn(T, T, T) -> T) {
    if let ([a], [b]) = (a, b) {
        for x in data {
            *x = f(*x, *a, *b);
        }
        return;
    }
    for row in data.chunks_mut(a.len().max(1)) {
        for ((x, &a), &b) in row.iter_mut().zip(a).zip(b) {
            *x = f(*x, a, b);
        }
    }
}

/// The attributes of an `Imputer`: what is missing, and what it becomes.
#[derive(Clone, Copy)]
struct Missing<'a, T> {
    mark: T,
    values: &'a [T],
}

impl<T: Copy + PartialEq> Missing<'_, T> {
    /// Replaces every element that is the mark. A NaN is one where the mark is
    /// a NaN. Unless there is a value for each feature, the first is for all,
    /// even if there are more.
    fn fill(self, data: &mut [T], features: usize) -> Result<(), Fault> {
        let Some(first) = self.values.first() else {
            bail!("the imputed values are of another type than the input");
        };
        let values = if self.values.len() == features { self.values } else { &[*first] };
        let mark = self.mark;
        #[expect(clippy::eq_op, reason = "only a NaN is not itself")]
        if mark == mark {
            for_each_feature(data, values, values, |x, v, _| if x == mark { v } else { x });
        } else {
            for_each_feature(data, values, values, |x, v, _| if x == x { x } else { v });
        }
        Ok(())
    }
}

fn imputer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &NUMBERS)?;
    let attributes = spec.attributes;
    let floats = attributes.floats("imputed_value_floats").to_vec();
    let ints = attributes.ints("imputed_value_int64s").to_vec();
    if floats.is_empty() == ints.is_empty() {
        bail!("one of 'imputed_value_floats' and 'imputed_value_int64s' has to be given");
    }
    match spec.dtypes.first().copied().flatten() {
        Some(DType::F32 | DType::F64) if floats.is_empty() => {
            bail!("the input is of floats, but the imputed values are integers")
        }
        Some(DType::I64 | DType::I32) if ints.is_empty() => {
            bail!("the input is of integers, but the imputed values are floats")
        }
        _ => {}
    }
    let float_mark = attributes.float("replaced_value_float", 0.0);
    let int_mark = attributes.int("replaced_value_int64", 0);
    let doubles: Vec<f64> = floats.iter().map(|&x| f64::from(x)).collect();
    // Nothing is missing from 32-bit integers if the mark is none of them.
    let shorts: Option<Vec<i32>> = ints.iter().map(|&x| i32::try_from(x).ok()).collect();
    let short_mark = i32::try_from(int_mark).ok();
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (shape, mut data) = inputs.take_tensor(0)?.into_parts();
        let features = features(&shape)?;
        match &mut data {
            Data::F32(x) => Missing { mark: float_mark, values: &floats }.fill(x, features)?,
            Data::F64(x) => {
                Missing { mark: f64::from(float_mark), values: &doubles }.fill(x, features)?;
            }
            Data::I64(x) => Missing { mark: int_mark, values: &ints }.fill(x, features)?,
            Data::I32(x) => {
                let Some(values) = &shorts else { bail!("an imputed value is no int32") };
                if let Some(mark) = short_mark {
                    Missing { mark, values }.fill(x, features)?;
                }
            }
            other => return Err(not_numbers(other)),
        }
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// 1 for what is above the threshold, 0 for the rest.
fn binarizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &NUMBERS)?;
    let threshold = spec.attributes.float("threshold", 0.0);
    let double = f64::from(threshold);
    Ok(Box::new(move |mut inputs: Inputs<'_>| {
        let (shape, mut data) = inputs.take_tensor(0)?.into_parts();
        // ONNX Runtime refuses a NaN rather than calling it 0.
        let has_nan = match &data {
            Data::F32(x) => x.iter().any(|x| x.is_nan()),
            Data::F64(x) => x.iter().any(|x| x.is_nan()),
            _ => false,
        };
        if has_nan {
            bail!("a NaN is neither above nor below the threshold");
        }
        match &mut data {
            Data::F32(x) => x.iter_mut().for_each(|x| *x = f32::from(u8::from(*x > threshold))),
            Data::F64(x) => x.iter_mut().for_each(|x| *x = f64::from(u8::from(*x > double))),
            Data::I64(x) => x.iter_mut().for_each(|x| *x = i64::from(*x as f64 > double)),
            Data::I32(x) => x.iter_mut().for_each(|x| *x = i32::from(f64::from(*x) > double)),
            other => return Err(not_numbers(other)),
        }
        Ok(vec![Tensor::new(shape, data)?.into()])
    }))
}

/// Puts the rows of the inputs side by side, each brought to its length in
/// `inputdimensions`: cut, or with zeros behind it.
fn feature_vectorizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &NUMBERS)?;
    let lengths: Vec<usize> = spec
        .attributes
        .ints("inputdimensions")
        .iter()
        .map(|&n| usize::try_from(n).map_err(|_| Fault::new(format!("{n} is no dimension"))))
        .collect::<Result<_, _>>()?;
    let inputs = spec.constants.len();
    if lengths.len() != inputs || lengths.is_empty() {
        bail!("{} values of 'inputdimensions' for {inputs} inputs", lengths.len());
    }
    let total = lengths.iter().fold(0usize, |sum, &n| sum.saturating_add(n));
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let mut rows = None;
        let mut out = Vec::new();
        let mut start = 0;
        for (i, &length) in lengths.iter().enumerate() {
            let x = inputs.tensor(i)?;
            let (count, columns) = match x.shape() {
                [] => bail!("input {i} is a scalar, not a row or several"),
                [columns] => (1, *columns),
                [count, rest @ ..] => (*count, limits::elements(rest)?),
            };
            if *rows.get_or_insert(count) != count {
                bail!("input {i} has {count} rows, unlike those before it");
            }
            if i == 0 {
                out = vec![0f32; limits::elements(&[count, total])?];
            }
            let place = Place { total, start, length };
            match x.data() {
                Data::F32(x) => place.write(x, columns, |x| x, &mut out),
                Data::F64(x) => place.write(x, columns, |x| x as f32, &mut out),
                Data::I64(x) => place.write(x, columns, |x| x as f32, &mut out),
                Data::I32(x) => place.write(x, columns, |x| x as f32, &mut out),
                other => return Err(not_numbers(other)),
            }
            start = start.saturating_add(length);
        }
        Ok(vec![Tensor::new(vec![rows.unwrap_or(0), total], out)?.into()])
    }))
}

/// Where an input's features are in the rows of a `FeatureVectorizer`.
struct Place {
    total: usize,
    start: usize,
    length: usize,
}

impl Place {
    fn write<T: Copy>(&self, x: &[T], columns: usize, f: impl Fn(T) -> f32, out: &mut [f32]) {
        if columns == 0 || self.total == 0 {
            return;
        }
        for (row, out) in x.chunks_exact(columns).zip(out.chunks_exact_mut(self.total)) {
            let out = out.iter_mut().skip(self.start).take(self.length);
            for (out, &x) in out.zip(row) {
                *out = f(x);
            }
        }
    }
}
