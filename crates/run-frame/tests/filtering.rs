//! Filters, words and what is wrong with them, and filters against the slow way.
#![cfg(test)]

use mlflow_api::{DatasetInput, Metric, Param, Run, Tag};
use proptest::prelude::*;
use run_frame::*;

fn run(id: &str, name: &str, metrics: &[(&str, f64)], params: &[(&str, &str)]) -> Run {
    let mut run = Run::default();
    run.info.run_id = id.into();
    run.info.run_name = Some(name.into());
    run.info.start_time = Some(1000 * id.len() as i64);
    let metric = |(key, value): &(&str, f64)| Metric {
        key: (*key).into(),
        value: *value,
        ..Metric::default()
    };
    run.data.metrics = metrics.iter().map(metric).collect();
    let param = |(key, value): &(&str, &str)| Param { key: (*key).into(), value: (*value).into() };
    run.data.params = params.iter().map(param).collect();
    run
}

fn frame() -> Frame {
    let mut runs = [
        run("a", "brave-Owl", &[("loss", 0.5)], &[("net", "resnet-50"), ("lr", "0.1")]),
        run("bb", "calm-fox", &[("loss", f64::NAN)], &[("net", "VGG")]),
        run("ccc", "Zürich", &[("loss", 0.25), ("val loss", 2.0)], &[("lr", "0.01")]),
    ];
    runs[2].data.tags.push(Tag { key: "team".into(), value: "Pricing".into() });
    let mut input = DatasetInput::default();
    input.dataset.name = "iris".into();
    input.dataset.digest = "d6".into();
    input.tags.push(Tag { key: "mlflow.data.context".into(), value: "training".into() });
    runs[1].inputs.dataset_inputs.push(input);
    let mut frame = Frame::new();
    frame.extend(&runs);
    frame
}

/// A regular expression of letters and `.`, which is enough here.
fn pattern(text: &str) -> Option<Pattern> {
    let pattern: Vec<char> = text.chars().collect();
    Some(Box::new(move |text: &str| {
        let text: Vec<char> = text.chars().collect();
        text.windows(pattern.len())
            .any(|window| window.iter().zip(&pattern).all(|(c, p)| *p == '.' || c == p))
    }))
}

fn found(frame: &Frame, text: &str) -> Vec<String> {
    let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mask = frame.filter(&query.expr, &pattern);
    let rows = 0..frame.len() as u32;
    rows.filter(|row| mask.contains(*row)).map(|row| frame.run_id(row).to_owned()).collect()
}

#[test]
fn what_filters_find() {
    let frame = frame();
    for (text, expected) in [
        ("", "a bb ccc"),
        ("metrics.loss < 0.5", "ccc"),
        ("metrics.loss != 0.5", "bb ccc"),
        ("metrics.gone != 0.5", ""),
        ("metrics.`val loss` = 2", "ccc"),
        ("params.net LIKE 'resnet%' AND metrics.loss = 0.5", "a"),
        ("params.net ILIKE 'vg_'", "bb"),
        ("params.net IS NULL", "ccc"),
        ("params.lr IS NOT NULL", "a ccc"),
        ("tags.team = 'Pricing'", "ccc"),
        ("attributes.run_id IN ('a', 'ccc')", "a ccc"),
        ("run_name LIKE '%fox'", "bb"),
        ("attributes.start_time >= 2000", "bb ccc"),
        ("datasets.name = 'iris' and datasets.context = 'training'", "bb"),
        ("datasets.digest NOT IN ('x')", "bb"),
        // Words.
        ("owl", "a"),
        ("OWL 0.1", "a"),
        ("pricing", "ccc"),
        ("züRICH", "ccc"),
        ("\"resnet-50\"", "a"),
        ("ccc", "ccc"),
        ("iris", "bb"),
        ("nothing here", ""),
        // More than MLflow has.
        ("metrics.loss < 0.3 OR params.net = 'VGG'", "bb ccc"),
        ("NOT metrics.loss < 0.5", "a bb"),
        ("(owl OR fox) AND metrics.loss = 0.5", "a"),
        ("owl OR fox", "a bb"),
        ("NOT (owl OR fox)", "ccc"),
        ("params.net =~ 'r.snet'", "a"),
        ("params.net !~ 'r.snet'", "bb ccc"),
        ("run_name =~ 'c.lm' or tags.team = 'Pricing'", "bb ccc"),
        ("params.net =~ 'resnet' resnet-50", "a"),
    ] {
        assert_eq!(found(&frame, text).join(" "), expected, "{text}");
    }
}

#[test]
fn who_decides_a_filter() {
    for (text, reach) in [
        (" ", Reach::Everything),
        ("metrics.a > 1 and params.b = 'x'", Reach::Server),
        ("some words", Reach::Words),
        ("don't", Reach::Words),
        ("this or that", Reach::Words),
        ("a OR b", Reach::Local),
        ("(metrics.a > 1)", Reach::Local),
        ("params.a =~ 'x'", Reach::Local),
    ] {
        assert_eq!(Query::parse(text).map(|query| query.reach), Ok(reach), "{text}");
    }
    assert!(Query::parse("artifact_uri = 's3://x'").unwrap().is_beyond_frames());
}

#[test]
fn errors_are_under_the_word_that_is_wrong() {
    for (text, wrong, message) in [
        ("metrics.score >", "metrics.score", "Invalid clause(s) in filter string"),
        ("metrics.loss < 'low'", "'low'", "Expected numeric value type for metric"),
        ("wrong = 'x'", "wrong", "Invalid attribute key 'wrong'"),
        ("metrics.loss", "metrics.loss", "Invalid clause(s) in filter string"),
        ("(metrics.loss < 1", "(", "This parenthesis is never closed"),
        ("a OR metrics.loss < 'low'", "'low'", "Expected numeric value type for metric"),
        ("a OR params.b", "params.b", "A comparison is missing after params.b"),
        ("params.a =~ 5", "=~", "A regular expression in quotes is missing here"),
        ("metrics.a =~ 'x'", "metrics.a", "Regular expressions are for"),
        ("a OR", "", "A comparison or a word is missing at the end"),
        ("(a) )", ")", "Nothing is open that ')' could close"),
    ] {
        let error = Query::parse(text).expect_err(text);
        assert_eq!(&text[error.span()], wrong, "{text}: {error}");
        assert!(error.message().starts_with(message), "{text}: {error}");
    }
}

fn value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![Just(None), Just(Some(f64::NAN)), (-2..3).prop_map(|n| Some(f64::from(n)))]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_within_itself(text in r#"[a-c .'"()=<~!&|%_,;\\0-9]{0,24}|(metrics\.a|OR|NOT|AND|\(|\)|'x'|=|IN| ){0,12}"#) {
        match Query::parse(&text) {
            Ok(query) => drop(frame().filter(&query.expr, &pattern)),
            Err(error) => prop_assert!(text.get(error.span()).is_some()),
        }
    }

    #[test]
    fn and_or_not_are_what_they_say(cells in prop::collection::vec((value(), value()), 0..150), bound in -2..3) {
        let runs: Vec<Run> = cells.iter().enumerate().map(|(nth, (a, b))| {
            let metrics: Vec<_> = a.iter().map(|a| ("a", *a)).chain(b.iter().map(|b| ("b", *b))).collect();
            run(&format!("r{nth}"), "", &metrics, &[])
        }).collect();
        let mut frame = Frame::new();
        frame.extend(&runs);
        let text = format!("metrics.a < {bound} OR NOT (metrics.a >= {bound} AND metrics.b != {bound})");
        let query = Query::parse(&text).unwrap();
        let mask = frame.filter(&query.expr, &pattern);
        let bound = f64::from(bound);
        for (row, (a, b)) in (0..).zip(&cells) {
            let less = a.is_some_and(|a| a < bound);
            let both = a.is_some_and(|a| a >= bound) && b.is_some_and(|b| b != bound);
            prop_assert_eq!(mask.contains(row), less || !both);
        }
        prop_assert!(mask.count() <= cells.len());
    }
}
