//! What holds for every input: nothing panics, and what is valid round-trips.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

use mlmodel::json::{self, Value};
use mlmodel::{Input, MlModel, Schema, Values, enforce};
use proptest::prelude::*;

/// Signatures of every kind.
const SIGNATURES: &[&str] = &[
    r#"[{"type": "double", "name": "a"}, {"type": "long", "name": "b"}]"#,
    r#"[{"type": "integer", "name": "a"}, {"type": "string", "name": "b", "required": false}]"#,
    r#"[{"type": "boolean", "name": "a"}, {"type": "float", "name": "b"}]"#,
    r#"[{"type": "binary", "name": "a"}, {"type": "datetime", "name": "b"}]"#,
    r#"[{"type": "double"}, {"type": "string"}]"#,
    r#"[{"type": "array", "items": {"type": "double"}, "name": "a"}, {"type": "any", "name": "b"}]"#,
    r#"[{"type": "object", "name": "a", "properties": {"b": {"type": "long"}}}]"#,
    r#"[{"type": "map", "name": "a", "values": {"type": "datetime"}}]"#,
    r#"[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]"#,
    r#"[{"type": "tensor", "tensor-spec": {"dtype": "object", "shape": [-1]}}]"#,
    r#"[{"type": "tensor", "name": "a", "tensor-spec": {"dtype": "uint8", "shape": [-1, 2, 2]}},
        {"type": "tensor", "name": "b", "tensor-spec": {"dtype": "str", "shape": [-1]}}]"#,
    r#"[{"type": "tensor", "name": "a",
        "tensor-spec": {"dtype": "float16", "shape": [-1, 9223372036854775807, 2]}}]"#,
];

fn schema(text: &str) -> Schema {
    let file = MlModel::parse(format!("signature: {{inputs: '{text}'}}").as_bytes());
    file.unwrap().signature.inputs.unwrap()
}

/// JSON of the shapes that requests have, with names that signatures know.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![-2i64..3, any::<i64>()].prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        Just(Value::Big("123456789012345678901234567890".into())),
        prop_oneof!["[0-9T: .+-]{0,25}", "\\PC{0,6}"].prop_map(Value::Str),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let key = prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(str::to_owned);
        let entries = prop::collection::btree_map(key, inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::List),
            entries.prop_map(|entries| Value::Dict(
                entries.into_iter().map(|(key, value)| (key.into(), value)).collect()
            )),
        ]
    })
}

fn text(value: &Value) -> String {
    let mut out = String::new();
    json::write_value(&mut out, value);
    out
}

proptest! {
    #[test]
    fn no_bytes_make_the_mlmodel_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = MlModel::parse(&bytes);
    }

    #[test]
    fn no_yaml_makes_the_mlmodel_reader_panic(
        flavor in "[ -~]{0,30}",
        inputs in "[ -&(-~]{0,60}",
        path in "[ -&(-~]{0,20}",
    ) {
        let file = format!(
            "flavors: {{onnx: {{data: '{path}'}}, other: {flavor}}}\nsignature: {{inputs: \
             '{inputs}', params: '{inputs}'}}"
        );
        if let Ok(file) = MlModel::parse(file.as_bytes()) {
            let _ = file.onnx_flavor();
        }
    }

    #[test]
    fn no_bytes_make_the_json_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = json::parse(&bytes);
    }

    #[test]
    fn json_reads_back_what_it_wrote(value in any_json()) {
        let written = text(&value);
        let read = json::parse(written.as_bytes()).unwrap();
        prop_assert_eq!(text(&read), written);
    }

    #[test]
    fn no_data_makes_reading_or_fitting_panic(
        value in any_json(),
        signature in prop::sample::select(SIGNATURES),
        form in 0..4,
        has_schema in any::<bool>(),
    ) {
        let schema = schema(signature);
        let given = has_schema.then_some(&schema);
        let input = match form {
            0 => Input::from_records(&value, given),
            1 => Input::from_instances(&value, given),
            2 => Input::from_inputs(&value, given),
            _ => {
                let split = Value::Dict(vec![("data".into(), value)]);
                Input::from_split(&split, given)
            }
        };
        if let Ok(input) = input {
            prop_assert!(mlmodel::display_input(&input).len() < 20_000);
            if let Ok(Input::Frame(frame)) = enforce(&input, &schema) {
                let _ = frame.to_array();
            }
        }
    }

    #[test]
    fn frames_round_trip(
        rows in prop::collection::vec((any::<f64>(), any::<i64>()), 1..20),
    ) {
        let schema = schema(SIGNATURES[0]);
        let row = |(a, b): &(f64, i64)| vec![Value::Float(*a), Value::Int(*b)];
        let split = Value::Dict(vec![
            ("columns".into(), Value::List(vec![Value::Str("a".into()), Value::Str("b".into())])),
            ("data".into(), Value::List(rows.iter().map(|r| Value::List(row(r))).collect())),
        ]);
        let records = Value::List(
            rows.iter()
                .map(|r| {
                    let names = ["a".into(), "b".into()];
                    Value::Dict(names.into_iter().zip(row(r)).collect())
                })
                .collect(),
        );
        // Through text, as a request comes.
        let read = |value: &Value| json::parse(text(value).as_bytes()).unwrap();
        let split = Input::from_split(&read(&split), Some(&schema)).unwrap();
        let records = Input::from_records(&read(&records), Some(&schema)).unwrap();
        let doubles: Vec<f64> = rows.iter().map(|(a, _)| *a).collect();
        let longs: Vec<i64> = rows.iter().map(|(_, b)| *b).collect();
        for input in [split, records] {
            let Ok(Input::Frame(frame)) = enforce(&input, &schema) else { panic!("{input:?}") };
            let same = |found: &Values| match found {
                Values::Data(tensor::Data::F64(found)) => found
                    .iter()
                    .zip(&doubles)
                    .all(|(x, y)| x == y || (x.is_nan() && y.is_nan())),
                _ => false,
            };
            prop_assert!(same(frame.column("a").unwrap()), "{:?}", frame);
            prop_assert_eq!(frame.column("b").unwrap(), &Values::from(longs.clone()));
        }
    }
}
