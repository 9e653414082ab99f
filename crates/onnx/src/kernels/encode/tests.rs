//! What ONNX Runtime's Python interface can't be asked, and what a hostile model
//! may hold.

use tensor::{Data, Tensor};

use super::super::scale::tests::{attribute, ints, prepare, run, text};
use crate::proto::{AttributeProto, TensorProto};
use crate::value::{Map, Maps, Value};

fn strings(name: &str, values: &[&'static str]) -> AttributeProto {
    attribute(name, |a| a.strings = values.iter().map(|&s| s.into()).collect())
}

fn texts(values: &[&str]) -> Data {
    values.iter().map(|&s| s.to_owned()).collect::<Vec<_>>().into()
}

fn matrix(shape: [usize; 2], data: impl Into<Data>) -> Tensor {
    Tensor::new(shape.to_vec(), data).unwrap()
}

fn map(keys: impl Into<Data>, values: impl Into<Data>) -> Value {
    Value::Map(Map { keys: keys.into(), values: values.into() })
}

#[test]
fn maps_have_their_keys_in_order() {
    let x = || Value::from(matrix([2, 3], vec![1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0]));
    let maps = |keys: Data, columns, values: &[f32]| {
        Ok(Value::Maps(Maps { keys, values: matrix([2, columns], values.to_vec()) }))
    };
    assert_eq!(
        run("ZipMap", &[strings("classlabels_strings", &["c", "a", "b"])], &[x()]),
        maps(texts(&["a", "b", "c"]), 3, &[2.0, 3.0, 1.0, 5.0, 6.0, 4.0])
    );
    assert_eq!(
        run("ZipMap", &[ints("classlabels_int64s", &[1, 1, 2])], &[x()]),
        maps(vec![1i64, 2].into(), 2, &[2.0, 3.0, 5.0, 6.0])
    );
    assert_eq!(
        run("ZipMap", &[ints("classlabels_int64s", &[-1, 0, 2])], &[x()]),
        maps(vec![-1i64, 0, 2].into(), 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    );
    assert!(run("ZipMap", &[ints("classlabels_int64s", &[1, 2])], &[x()]).is_err());
    assert!(run("ZipMap", &[], &[x()]).is_err());
}

#[test]
fn maps_of_every_type_are_vectorized() {
    let words = [strings("string_vocabulary", &["z", "q", "z"])];
    let run = |x| run("DictVectorizer", &words, &[x]);
    assert_eq!(
        run(map(texts(&["z", "other"]), vec![5i64, 6])),
        Ok(matrix([1, 3], vec![5i64, 0, 5]).into())
    );
    assert_eq!(
        run(map(texts(&["q"]), vec![0.5f64])),
        Ok(matrix([1, 3], vec![0.0f64, 0.5, 0.0]).into())
    );
    assert_eq!(
        run(map(texts(&["q"]), texts(&["v"]))),
        Ok(matrix([1, 3], texts(&["", "v", ""])).into())
    );
    assert!(run(map(vec![1i64], vec![0.5f64])).is_err());
    assert!(run(map(texts(&["q", "z"]), vec![0.5f64])).is_err());
    assert!(run(Tensor::vector(vec![1.0f32]).into()).is_err());
}

/// As C's `strtof` and `strtoll` read them, and C++ refuses what they leave.
#[test]
fn texts_in_maps_become_numbers() {
    let cast = |to, value: &str| {
        let y = run("CastMap", &[text("cast_to", to)], &[map(vec![1i64], texts(&[value]))]);
        y.ok().and_then(Value::into_tensor)
    };
    let float = |value| cast("TO_FLOAT", value).map(|t| t.as_slice::<f32>().unwrap()[0]);
    for (value, expected) in [
        ("inf", f32::INFINITY),
        ("-infinityx", -f32::INFINITY),
        (".5z", 0.5),
        ("5.", 5.0),
        ("+3", 3.0),
        ("99999999999999999999", 1e20),
        ("1,5", 1.0),
        ("1e", 1.0),
        ("1e+", 1.0),
        ("-1.5e-2x", -0.015),
        ("\t\x0b 7", 7.0),
        ("1_0", 1.0),
        ("0e999", 0.0),
    ] {
        assert_eq!(float(value), Some(expected), "{value:?}");
    }
    assert!(float("-NaN").unwrap().is_nan());
    for value in ["", "  ", "-.", "- 1", "1e400", "1e-50", "1e-40", "0x10", "e5", "größer"] {
        assert_eq!(float(value), None, "{value:?}");
    }
    let integer = |value| cast("TO_INT64", value).map(|t| t.as_slice::<i64>().unwrap()[0]);
    for (value, expected) in [
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
        ("3.5", 3),
        ("1e400", 1),
        (" +12abc", 12),
    ] {
        assert_eq!(integer(value), Some(expected), "{value:?}");
    }
    for value in ["", "-", "9223372036854775808", "inf", "- 1"] {
        assert_eq!(integer(value), None, "{value:?}");
    }
    let negative = [text("map_form", "SPARSE"), attribute("max_map", |a| a.i = 3)];
    assert!(run("CastMap", &negative, &[map(vec![-1i64, 1], vec![1.0f32, 2.0])]).is_err());
    let huge = [text("map_form", "SPARSE"), attribute("max_map", |a| a.i = i64::MAX)];
    assert!(prepare("CastMap", &huge, 1).is_err());
}

/// Types that the specification allows and ONNX Runtime lacks.
#[test]
fn short_integers_are_encoded() {
    let tensor = |name: &str, data_type, values: &[i32]| {
        attribute(name, |a| {
            a.t = Some(TensorProto {
                dims: vec![values.len() as i64],
                data_type,
                int32_data: values.to_vec(),
                ..Default::default()
            });
        })
    };
    let attributes = [tensor("keys_tensor", 6, &[5, -6]), tensor("values_tensor", 5, &[1, 2])];
    let x = Tensor::vector(vec![-6i32, 5, 0]);
    let y = Tensor::vector(vec![2i16, 1, -1]);
    assert_eq!(run("LabelEncoder", &attributes, &[x.into()]), Ok(y.into()));
    let x = Tensor::vector(vec![5i64]);
    assert!(run("LabelEncoder", &attributes, &[x.into()]).is_err());
}

#[test]
fn attributes_that_do_not_fit_are_refused_at_load() {
    let refused = |op, attributes: &[AttributeProto]| prepare(op, attributes, 1).is_err();
    let (keys, values) = (ints("keys_int64s", &[1, 2]), ints("values_int64s", &[1, 2]));
    let short = ints("values_int64s", &[1]);
    assert!(!refused("LabelEncoder", &[keys.clone(), values.clone()]));
    assert!(refused("LabelEncoder", &[keys.clone(), short]));
    assert!(refused("LabelEncoder", std::slice::from_ref(&keys)));
    let more_keys = strings("keys_strings", &["a", "b"]);
    assert!(refused("LabelEncoder", &[keys, values, more_keys]));
    assert!(refused("OneHotEncoder", &[]));
    assert!(refused("CategoryMapper", &[strings("cats_strings", &["a"])]));
    assert!(refused("DictVectorizer", &[]));
    assert!(refused("CastMap", &[text("cast_to", "TO_DOUBLE")]));
    assert!(refused("CastMap", &[text("map_form", "LOOSE")]));
}

#[test]
fn an_unknown_category_is_refused_where_zeros_are_not_wanted() {
    let encode = |zeros, x: Data| {
        let zeros = attribute("zeros", |a| a.i = zeros);
        run("OneHotEncoder", &[ints("cats_int64s", &[1]), zeros], &[Tensor::vector(x).into()])
    };
    assert!(encode(0, vec![2i64].into()).is_err());
    assert_eq!(encode(1, vec![2i64].into()), Ok(matrix([1, 1], vec![0.0f32]).into()));
    assert_eq!(encode(0, vec![1.9f32].into()), Ok(matrix([1, 1], vec![1.0f32]).into()));
}

#[test]
fn an_index_outside_the_columns_is_refused() {
    let extract = |index: i64| {
        let x = Tensor::vector(vec![5.0f32, 6.0]);
        run("ArrayFeatureExtractor", &[], &[x.into(), Tensor::scalar(index).into()])
    };
    assert_eq!(extract(1), Ok(matrix([1, 1], vec![6.0f32]).into()));
    assert!(extract(2).is_err() && extract(-1).is_err() && extract(i64::MIN).is_err());
}
