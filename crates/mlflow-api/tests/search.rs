//! The search grammar against what MLflow made of the same filters.
#![cfg(test)]

use mlflow_api::filter::{self, Entity};
use mlflow_api::search::{self, Comparator, Subject, TokenKind, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const SUBJECTS: [(&str, Subject); 5] = [
    ("runs", Subject::Runs),
    ("experiments", Subject::Experiments),
    ("registered-models", Subject::RegisteredModels),
    ("model-versions", Subject::ModelVersions),
    ("logged-models", Subject::LoggedModels),
];

/// A value as MLflow's parser gives it; its metrics are texts.
fn json_of(value: &Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Integer(value) => json!(value),
        Value::Real(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::List(texts) => json!(texts),
    }
}

fn same(ours: &Json, theirs: &Json) -> bool {
    let number = |value: &Json| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    ours == theirs || (ours.is_number() && number(ours) == number(theirs))
}

#[test]
fn clauses_are_the_ones_that_mlflow_reads() {
    let mut different = Vec::new();
    for line in include_str!("data/search-clauses.jsonl").lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let name = case["search"].as_str().unwrap();
        let (_, subject) = SUBJECTS.into_iter().find(|(known, _)| *known == name).unwrap();
        let text = case["filter"].as_str().unwrap();
        let got = search::parse(subject, text);
        let agrees = match (&got, case["clauses"].as_array()) {
            (Ok(clauses), Some(expected)) => {
                clauses.len() == expected.len()
                    && clauses.iter().zip(expected).all(|(clause, expected)| {
                        expected[0] == clause.entity.noun()
                            && expected[1] == clause.key.as_str()
                            && expected[2] == clause.comparator.as_str()
                            && same(&json_of(&clause.value), &expected[3])
                    })
            }
            (Err(_), None) => true,
            _ => false,
        };
        if !agrees {
            different.push(format!("{line}\n   {got:?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// As much of a message as does not depend on how a set was printed.
fn first_words(message: &str) -> &str {
    message.split(" not one of").next().unwrap().split(" Valid keys are").next().unwrap()
}

/// The text that Python printed in quotes at the beginning.
fn printed(text: &str) -> &str {
    let (_, rest) = text.split_at(1);
    rest.split(&text[..1]).next().unwrap()
}

/// Holds what is made of a filter and an order against what a server answered.
fn check(subject: Subject, filter: &str, order: &[String], line: &str) {
    let status = [" 200", " 400", " 500"].into_iter().filter_map(|status| line.find(status)).min();
    let answer = line[status.unwrap()..].trim_start();
    let got = search::parse(subject, filter)
        .and_then(|_| search::order_by(subject, order).map(|_| String::new()))
        .unwrap_or_else(|error| error.to_string());
    if answer.starts_with("200") {
        assert_eq!(got, "", "{line}");
    } else {
        assert_ne!(got, "", "{line}");
        assert!(answer.contains(first_words(&got)), "{line}\n{got}");
    }
}

#[test]
fn messages_are_the_ones_that_mlflow_answered() {
    let mut seen = 0;
    for line in include_str!("data/search-filters.txt").lines() {
        // What the parser has no part in.
        if line.contains("max_results'")
            && !line.contains("'filter'")
            && !line.contains("'order_by'")
            || line.contains("page token")
        {
            continue;
        }
        if let Some(rest) = line.strip_prefix("RUNS ") {
            let order = rest.split_once(" [").filter(|_| rest.contains("] -> "));
            let order = order.map(|(_, order)| order.split_once("] ->").unwrap().0);
            let order = order.unwrap_or_default().split(", ").filter(|text| !text.is_empty());
            let order: Vec<String> = order.map(|text| printed(text).to_owned()).collect();
            check(Subject::Runs, printed(rest), &order, line);
        } else if let Some(rest) = line.strip_prefix("LM ") {
            if rest.starts_with("order") {
                continue;
            }
            let end = rest.find(" 200 ").or_else(|| rest.find(" 400 ")).unwrap();
            check(Subject::LoggedModels, &rest[..end], &[], line);
        } else {
            let (label, rest) = line.split_once(' ').unwrap();
            let subject = match label {
                "EXP" => Subject::Experiments,
                "RM" => Subject::RegisteredModels,
                _ => Subject::ModelVersions,
            };
            let field =
                |name: &str| rest.split_once(name).map(|(_, text)| printed(text).to_owned());
            let order = field("'order_by': ");
            check(subject, &field("'filter': ").unwrap_or_default(), order.as_slice(), line);
        }
        seen += 1;
    }
    assert_eq!(seen, 128);
}

fn keys() -> impl Strategy<Value = String> {
    r#"[a-zA-Zäß0-9_ ./:'-]{1,12}"#
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        for (_, subject) in SUBJECTS {
            if let Err(error) = search::parse(subject, &text) {
                prop_assert!(text.get(error.span()).is_some());
            }
            let _ = search::order_by(subject, std::slice::from_ref(&text));
        }
    }

    #[test]
    fn what_looks_like_a_filter_is_read_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "metrics.m", "tags.`a", "`", "'", "\"", "params.", ".", "AND", "or", "NOT", "in",
                "IS", "null", "(", ")", ",", "'a'", "\"b\"", "1", "-1.5e3", "=", "!=", "<=>", "LIKE",
                "ilike", ";", "\\'", "''", "run_id", "start_time", "datasets.name", "ü",
            ]),
            0..12,
        ),
        glue in prop::sample::select(vec!["", " "]),
    ) {
        let text = words.join(glue);
        for (_, subject) in SUBJECTS {
            match search::parse(subject, &text) {
                Ok(clauses) => for clause in clauses {
                    prop_assert!(text.get(clause.span).is_some());
                },
                Err(error) => prop_assert!(text.get(error.span()).is_some()),
            }
        }
        let mut end = 0;
        for token in search::tokens(&text) {
            prop_assert!(token.span.start >= end && !token.span.is_empty());
            prop_assert!(text.get(token.span.clone()).is_some());
            end = token.span.end;
        }
    }

    #[test]
    fn what_is_quoted_is_read_back(key in keys(), text in any::<String>(), like in any::<bool>()) {
        let (Ok(quoted), Ok(value)) =
            (filter::identifier(Entity::Tag, &key), filter::string(&text)) else { return Ok(()) };
        // Two quotes in a row, and a quote behind a backslash, belong to the text.
        let comparator = if like { Comparator::Like } else { Comparator::Equal };
        let filter = format!("{quoted} {comparator} {value} AND {quoted} IS NOT NULL");
        let clauses = search::parse(Subject::Runs, &filter).unwrap();
        prop_assert_eq!(clauses.len(), 2);
        prop_assert_eq!(&clauses[0].key, &key);
        prop_assert_eq!(clauses[0].comparator, comparator);
        prop_assert_eq!(&clauses[0].value, &Value::Text(text));
        prop_assert_eq!(clauses[1].comparator, Comparator::IsNotNull);
        prop_assert_eq!(&filter[clauses[0].span.end..clauses[1].span.start], " AND ");
    }
}

#[test]
fn words_have_kinds_and_places() {
    let text = "tags.`a b` != \"x\" and run_id NOT IN ('1', '2') OR m > 1e3;";
    let kinds: Vec<_> =
        search::tokens(text).into_iter().map(|token| (token.kind, &text[token.span])).collect();
    use TokenKind::{And, Comparator, Identifier, Keyword, Number, Punctuation, String, Unknown};
    assert_eq!(
        kinds,
        [
            (Identifier, "tags.`a b`"),
            (Comparator, "!="),
            (String, "\"x\""),
            (And, "and"),
            (Identifier, "run_id"),
            (Keyword, "NOT"),
            (Keyword, "IN"),
            (Punctuation, "("),
            (String, "'1'"),
            (Punctuation, ","),
            (String, "'2'"),
            (Punctuation, ")"),
            (Keyword, "OR"),
            (Identifier, "m"),
            (Comparator, ">"),
            (Number, "1e3"),
            (Unknown, ";"),
        ]
    );
}
