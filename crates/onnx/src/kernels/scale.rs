//! Numbers made ready for a model: `Scaler`, `Imputer`, `Normalizer`,
//! `Binarizer` and `FeatureVectorizer` of `ai.onnx.ml`.
//!
//! All but `FeatureVectorizer` take vectors and matrices by rows. Where a
//! tensor has more dimensions, ONNX Runtime goes through its elements with the
//! length of the second, and so does this.

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
        "Normalizer" => normalizer,
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

/// A number as ONNX Runtime's `Normalizer` has it: squares and magnitudes are
/// taken in the type itself, where those of integers wrap around, and become
/// 32-bit floats then.
trait Number: Copy {
    fn single(self) -> f32;
    fn magnitude(self) -> f32;
    fn square(self) -> f32;
}

impl Number for f32 {
    fn single(self) -> f32 {
        self
    }
    fn magnitude(self) -> f32 {
        self.abs()
    }
    fn square(self) -> f32 {
        self * self
    }
}

impl Number for f64 {
    fn single(self) -> f32 {
        self as f32
    }
    fn magnitude(self) -> f32 {
        self.abs() as f32
    }
    fn square(self) -> f32 {
        (self * self) as f32
    }
}

impl Number for i64 {
    fn single(self) -> f32 {
        self as f32
    }
    fn magnitude(self) -> f32 {
        self.wrapping_abs() as f32
    }
    fn square(self) -> f32 {
        self.wrapping_mul(self) as f32
    }
}

impl Number for i32 {
    fn single(self) -> f32 {
        self as f32
    }
    fn magnitude(self) -> f32 {
        self.wrapping_abs() as f32
    }
    fn square(self) -> f32 {
        self.wrapping_mul(self) as f32
    }
}

#[derive(Clone, Copy)]
enum Norm {
    /// By the largest element, which is negative where all are.
    Max,
    /// By the sum of the magnitudes.
    L1,
    /// By the root of the sum of the squares.
    L2,
}

impl Norm {
    /// Normalises each row. One whose divisor is zero stays as it is.
    fn rows<T: Number>(self, data: &[T], columns: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(data.len());
        for row in data.chunks(columns.max(1)) {
            // Sums in order and in 32 bits, as ONNX Runtime's.
            let divisor = match self {
                // A NaN is not larger than anything.
                Self::Max => row.iter().fold(f32::MIN, |max, x| {
                    let x = x.single();
                    if max < x { x } else { max }
                }),
                Self::L1 => row.iter().fold(0.0, |sum, x| sum + x.magnitude()),
                Self::L2 => row.iter().fold(0.0, |sum, x| sum + x.square()),
            };
            match self {
                _ if divisor == 0.0 => out.extend(row.iter().map(|x| x.single())),
                Self::Max | Self::L1 => out.extend(row.iter().map(|x| x.single() / divisor)),
                Self::L2 => out.extend(row.iter().map(|x| {
                    let root = (x.square() / divisor).sqrt();
                    if x.single() < 0.0 { -root } else { root }
                })),
            }
        }
        out
    }
}

fn normalizer(spec: &mut Spec<'_>) -> Result<Box<dyn Kernel>, Fault> {
    takes(spec, &NUMBERS)?;
    let norm = match spec.attributes.str("norm")?.unwrap_or("MAX") {
        "MAX" => Norm::Max,
        "L1" => Norm::L1,
        "L2" => Norm::L2,
        other => bail!("'{other}' is no norm"),
    };
    Ok(Box::new(move |inputs: Inputs<'_>| {
        let x = inputs.tensor(0)?;
        let ([columns] | [_, columns]) = x.shape() else {
            bail!("rows are normalised, not a tensor of shape {:?}", x.shape());
        };
        let rows = match x.data() {
            Data::F32(rows) => norm.rows(rows, *columns),
            Data::F64(rows) => norm.rows(rows, *columns),
            Data::I64(rows) => norm.rows(rows, *columns),
            Data::I32(rows) => norm.rows(rows, *columns),
            other => return Err(not_numbers(other)),
        };
        Ok(vec![Tensor::new(x.shape().to_vec(), rows)?.into()])
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

#[cfg(test)]
pub(super) mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::attributes::Attributes;
    use crate::kernels::find_tabular;
    use crate::proto::AttributeProto;
    use crate::value::Value;

    pub(in super::super) fn attribute(
        name: &str,
        set: impl FnOnce(&mut AttributeProto),
    ) -> AttributeProto {
        let mut attribute = AttributeProto { name: name.to_owned(), ..Default::default() };
        set(&mut attribute);
        attribute
    }

    pub(in super::super) fn floats(name: &str, values: &[f32]) -> AttributeProto {
        attribute(name, |a| a.floats = values.to_vec())
    }

    pub(in super::super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
        attribute(name, |a| a.ints = values.to_vec())
    }

    pub(in super::super) fn text(name: &str, value: &'static str) -> AttributeProto {
        attribute(name, |a| a.s = value.into())
    }

    /// Prepares a node of `ai.onnx.ml` that knows nothing of its inputs.
    pub(in super::super) fn prepare(
        op: &str,
        attributes: &[AttributeProto],
        inputs: usize,
    ) -> Result<Box<dyn Kernel>, Fault> {
        let mut spec = Spec {
            op,
            version: 4,
            attributes: Attributes(attributes),
            constants: vec![None; inputs],
            dtypes: vec![None; inputs],
            outputs: 1,
            bodies: Vec::new(),
        };
        find_tabular("ai.onnx.ml", op).unwrap()(&mut spec)
    }

    /// Prepares and runs such a node.
    pub(in super::super) fn run(
        op: &str,
        attributes: &[AttributeProto],
        inputs: &[Value],
    ) -> Result<Value, Fault> {
        let kernel = prepare(op, attributes, inputs.len())?;
        let inputs = inputs.iter().map(|value| Some(Cow::Borrowed(value))).collect();
        kernel.run(Inputs(inputs)).map(|mut outputs| outputs.remove(0))
    }

    fn vector<T>(values: &[T]) -> Value
    where
        T: Clone,
        Data: From<Vec<T>>,
    {
        Tensor::vector(values.to_vec()).into()
    }

    /// Types that the specification allows and ONNX Runtime lacks.
    #[test]
    fn doubles_and_short_integers_are_imputed() {
        let floats = [
            floats("imputed_value_floats", &[0.5]),
            attribute("replaced_value_float", |a| a.f = 2.0),
        ];
        let x = vector(&[1.0f64, 2.0, f64::NAN]);
        let Value::Tensor(y) = run("Imputer", &floats, &[x]).unwrap() else { panic!() };
        let y = y.as_slice::<f64>().unwrap();
        assert!(y[..2] == [1.0, 0.5] && y[2].is_nan());
        let of_ints = |value, mark| {
            let mark = attribute("replaced_value_int64", |a| a.i = mark);
            run("Imputer", &[ints("imputed_value_int64s", &[value]), mark], &[vector(&[1i32, -1])])
        };
        assert_eq!(of_ints(7, -1), Ok(vector(&[1i32, 7])));
        assert_eq!(of_ints(7, 0xffff_ffff), Ok(vector(&[1i32, -1])));
        assert!(of_ints(1 << 40, -1).is_err());
    }

    #[test]
    fn all_numbers_are_binarized_but_no_nan() {
        let threshold = [attribute("threshold", |a| a.f = 1.5)];
        let run = |x| run("Binarizer", &threshold, &[x]);
        assert_eq!(run(vector(&[1i64, 2])), Ok(vector(&[0i64, 1])));
        assert_eq!(run(vector(&[1i32, 2])), Ok(vector(&[0i32, 1])));
        assert_eq!(run(vector(&[1.5f64, 1.6])), Ok(vector(&[0.0f64, 1.0])));
        assert!(run(vector(&[f32::NAN])).is_err() && run(vector(&[f64::NAN])).is_err());
        assert!(run(vector(&["2".to_owned()])).is_err());
    }

    #[test]
    fn integers_wrap_around_in_norms() {
        let run = |norm, x| run("Normalizer", &[text("norm", norm)], &[x]);
        let one = -1.0 / 2_147_483_648.0;
        assert_eq!(run("L1", vector(&[i32::MIN, 1])), Ok(vector(&[1.0f32, one])));
        let [big, small] = [1i64 << 40, 7];
        assert_eq!(run("L2", vector(&[big, big * 2, small])), Ok(vector(&[0.0f32, 0.0, 1.0])));
    }

    #[test]
    fn empty_batches_are_side_by_side_too() {
        let empty = |columns| Tensor::new(vec![0, columns], Vec::<f32>::new()).unwrap().into();
        let side_by_side = |lengths: &[i64]| {
            run("FeatureVectorizer", &[ints("inputdimensions", lengths)], &[empty(3), empty(2)])
        };
        assert_eq!(side_by_side(&[3, 2]), Ok(empty(5)));
        for lengths in [&[3][..], &[3, -2], &[3, 2, 1], &[]] {
            assert!(side_by_side(lengths).is_err());
        }
        let huge = i64::MAX;
        assert!(side_by_side(&[huge, huge]).is_ok());
        let rows: Value = Tensor::new(vec![1, 1], vec![0f32]).unwrap().into();
        let lengths = [ints("inputdimensions", &[huge])];
        assert!(run("FeatureVectorizer", &lengths, &[rows]).is_err());
    }

    #[test]
    fn attributes_that_do_not_fit_are_refused_at_load() {
        let refused = |op, attributes: &[AttributeProto]| prepare(op, attributes, 1).is_err();
        assert!(refused("Scaler", &[]));
        assert!(refused("Scaler", &[floats("scale", &[1.0])]));
        assert!(refused("Imputer", &[]));
        let both = [floats("imputed_value_floats", &[1.0]), ints("imputed_value_int64s", &[1])];
        assert!(refused("Imputer", &both));
        assert!(refused("Normalizer", &[text("norm", "max")]));
        assert!(!refused("Normalizer", &[]));
    }
}
