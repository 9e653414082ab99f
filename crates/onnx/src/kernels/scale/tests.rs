//! What ONNX Runtime does not compute or refuses to, and its norms of integers;
//! how to run a single node of `ai.onnx.ml`.

use std::borrow::Cow;

use tensor::{Data, Tensor};

use super::super::{Kernel, Spec, find_tabular};
use crate::attributes::Attributes;
use crate::fault::Fault;
use crate::proto::AttributeProto;
use crate::value::{Inputs, Value};

pub(in crate::kernels) fn attribute(
    name: &str,
    set: impl FnOnce(&mut AttributeProto),
) -> AttributeProto {
    let mut attribute = AttributeProto { name: name.to_owned(), ..Default::default() };
    set(&mut attribute);
    attribute
}

pub(in crate::kernels) fn floats(name: &str, values: &[f32]) -> AttributeProto {
    attribute(name, |a| a.floats = values.to_vec())
}

pub(in crate::kernels) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    attribute(name, |a| a.ints = values.to_vec())
}

pub(in crate::kernels) fn text(name: &str, value: &'static str) -> AttributeProto {
    attribute(name, |a| a.s = value.into())
}

/// Prepares a node of `ai.onnx.ml` that knows nothing of its inputs.
pub(in crate::kernels) fn prepare(
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
        scale: None,
        absorbed: Vec::new(),
        bodies: Vec::new(),
    };
    find_tabular("ai.onnx.ml", op).unwrap()(&mut spec)
}

/// Prepares and runs such a node.
pub(in crate::kernels) fn run(
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
    let floats =
        [floats("imputed_value_floats", &[0.5]), attribute("replaced_value_float", |a| a.f = 2.0)];
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
