//! What holds for every request: an answer, and no panic.

mod common;

use common::{model, post};
use proptest::prelude::*;
use scoring::{Dialect, Model, Options, Request};
use tensor::DType;

const SIGNATURES: &[&str] = &[
    "",
    r#"{inputs: '[{"type": "double", "name": "a"}, {"type": "string", "name": "b"}]'}"#,
    r#"{inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'}"#,
    r#"{inputs: '[{"type": "datetime", "name": "a"}, {"type": "binary", "name": "b"}]'}"#,
];

fn any_model() -> impl Strategy<Value = Model> {
    (prop::sample::select(SIGNATURES), any::<bool>()).prop_map(|(signature, two)| {
        let inputs = [("a", Some(DType::F32)), ("b", None)];
        let (one, _) = inputs.split_at(1);
        model(if two { &inputs } else { one }, signature, Options::default())
    })
}

/// Text that looks like a request more often than not.
fn any_body() -> impl Strategy<Value = String> {
    let cell = prop_oneof![
        Just("null"),
        Just("1"),
        Just("-0.5"),
        Just("NaN"),
        Just("1e400"),
        Just("\"x\""),
        Just("\"2024-01-01\""),
        Just("[1, [2]]"),
        Just("{\"a\": {}}"),
        Just("[]"),
        Just("123456789012345678901234567890"),
    ];
    let row = prop::collection::vec(cell, 0..4).prop_map(|cells| {
        let named: Vec<String> =
            cells.iter().zip(["a", "b", "c"]).map(|(c, n)| format!("\"{n}\": {c}")).collect();
        (format!("[{}]", cells.join(", ")), format!("{{{}}}", named.join(", ")))
    });
    let key = prop::sample::select(vec![
        "dataframe_split",
        "dataframe_records",
        "instances",
        "inputs",
        "params",
        "messages",
    ]);
    let rows = prop::collection::vec(row, 0..4);
    (key, rows, any::<bool>(), any::<bool>()).prop_map(|(key, rows, named, single)| {
        let rows: Vec<String> =
            rows.into_iter().map(|(list, dict)| if named { dict } else { list }).collect();
        let data = match (key, single) {
            ("dataframe_split", _) => format!("{{\"data\": [{}]}}", rows.join(", ")),
            (_, true) => rows.first().cloned().unwrap_or_default(),
            _ => format!("[{}]", rows.join(", ")),
        };
        format!("{{\"{key}\": {data}}}")
    })
}

/// A field and its data, which mostly is numbers or text in a plain form.
fn any_plain() -> impl Strategy<Value = (&'static str, String)> {
    let cell = prop_oneof![
        8 => any::<i32>().prop_map(|n| n.to_string()),
        8 => any::<f64>().prop_map(|x| format!("{x:e}")),
        8 => (any::<i16>(), 0u32..1000).prop_map(|(n, part)| format!("{n}.{part}")),
        2 => any::<i128>().prop_map(|n| n.to_string()),
        1 => prop::sample::select(vec!["\"x\"", "null", "NaN", "-0", "true", "[1]", "01", "9e999"])
            .prop_map(str::to_owned),
    ];
    let row = prop::array::uniform2(cell);
    let field =
        prop::sample::select(vec!["dataframe_split", "dataframe_records", "instances", "inputs"]);
    let labels = prop::sample::select(vec![["a", "b"], ["a", "b"], ["b", "a"], ["a", "c"]]);
    (field, labels, prop::collection::vec(row, 0..4), any::<bool>()).prop_map(
        |(field, labels, rows, named)| {
            let [a, b] = labels;
            let record = |[x, y]: &[String; 2]| format!("{{\"{a}\": {x}, \"{b}\" :{y}}}");
            let list = |cells: &[String; 2]| format!("[{}]", cells.join(" ,"));
            let lists = rows.iter().map(list).collect::<Vec<_>>().join(", ");
            let records = rows.iter().map(record).collect::<Vec<_>>().join(", ");
            let data = match (field, named) {
                ("dataframe_split", _) => {
                    format!("{{\"columns\": [\"{a}\", \"{b}\"], \"data\": [{lists}]}}")
                }
                ("dataframe_records", _) => format!("[{records}]"),
                (_, true) => format!("{{\"{a}\": [{lists}], \"{b}\": [[1], [2.5]]}}"),
                (_, false) => format!("[{lists}]"),
            };
            (field, data)
        },
    )
}

proptest! {
    #[test]
    fn plain_bodies_are_answered_as_any_others(
        signature in prop::sample::select(vec![
            "",
            r#"{inputs: '[{"type": "double", "name": "a"}, {"type": "double", "name": "b"}]'}"#,
            r#"{inputs: '[{"type": "float", "name": "a"}, {"type": "float", "name": "b"}]'}"#,
        ]),
        dtype in prop::sample::select(vec![None, Some(DType::F32), Some(DType::F64)]),
        (two, strict) in any::<(bool, bool)>(),
        (field, data) in any_plain(),
    ) {
        let inputs = [("a", dtype), ("b", dtype)];
        let (one, _) = inputs.split_at(1);
        let dialect = if strict { Dialect::Strict } else { Dialect::Mlflow };
        let options = Options { dialect, ..Options::default() };
        let model = model(if two { &inputs } else { one }, signature, options);
        // With parameters, a body is not plain.
        let short = format!("{{\"{field}\": {data}}}");
        let long = format!("{{\"{field}\": {data}, \"params\": null}}");
        let [short, long] = [short, long].map(|body| post(&model, "application/json", body.as_bytes()));
        if short.status == 200 || long.status == 200 {
            prop_assert_eq!(short, long);
        }
    }

    #[test]
    fn every_request_gets_an_answer(
        model in any_model(),
        method in "(GET|POST|PUT|[A-Z]{0,5})",
        path in "(/|/invocations|/ping\\?x=1|\\PC{0,12})",
        content_type in prop::option::of("(text/csv|application/json)?(;[ -~]{0,20})?"),
        accept in prop::option::of("[ -~]{0,12}(;scoring=(strict|mlflow|x))?"),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let response = model.handle(&Request {
            method: &method,
            path: &path,
            content_type: content_type.as_deref(),
            accept: accept.as_deref(),
            body: &body,
        });
        prop_assert!([200, 400, 404, 405, 406, 415].contains(&response.status), "{response:?}");
    }

    #[test]
    fn every_json_body_is_answered_with_predictions_or_a_reason(
        model in any_model(),
        body in any_body(),
    ) {
        let response = post(&model, "application/json", body.as_bytes());
        let text = String::from_utf8(response.body).unwrap();
        match response.status {
            200 => prop_assert!(text.starts_with("{\"predictions\": "), "{body}: {text}"),
            400 => {
                let error: serde_json::Value = serde_json::from_str(&text).unwrap();
                prop_assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "{text}");
            }
            status => prop_assert!(false, "{body}: {status} {text}"),
        }
    }

    #[test]
    fn every_csv_body_is_answered(model in any_model(), body in "[ab,1.\"\nNx]{0,60}") {
        let response = post(&model, "text/csv", body.as_bytes());
        prop_assert!(matches!(response.status, 200 | 400), "{response:?}");
    }
}
