//! Searches over rusqlite, against an evaluator that goes from run to run.
#![cfg(test)]

use std::collections::BTreeMap;

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, Comparator, OrderBy, Subject, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

#[allow(dead_code)] // not every file of tests needs all of it
mod support;
use support::{Store, store};

/// A run as the evaluator sees it.
#[derive(Debug, Clone)]
struct Run {
    start_time: i64,
    metrics: BTreeMap<String, f64>,
    params: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
}

/// Which beginnings of the text the pattern so far is like, character by character.
fn like(text: &[char], pattern: &[char]) -> bool {
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    for c in pattern {
        if *c == '%' {
            let first = ends.iter().position(|end| *end).unwrap_or(ends.len());
            ends[first..].fill(true);
        } else {
            for end in (1..ends.len()).rev() {
                ends[end] = ends[end - 1] && (*c == '_' || *c == text[end - 1]);
            }
            ends[0] = false;
        }
    }
    ends[text.len()]
}

fn is_like(text: &str, pattern: &str, fold: bool) -> bool {
    let characters = |text: &str| -> Vec<char> {
        if fold { text.to_ascii_lowercase().chars().collect() } else { text.chars().collect() }
    };
    like(&characters(text), &characters(pattern))
}

fn compared<T: PartialOrd>(ours: &T, comparator: Comparator, theirs: &T) -> bool {
    match comparator {
        Comparator::Equal => ours == theirs,
        Comparator::NotEqual => ours != theirs,
        Comparator::Less => ours < theirs,
        Comparator::LessEqual => ours <= theirs,
        Comparator::Greater => ours > theirs,
        Comparator::GreaterEqual => ours >= theirs,
        _ => panic!("{comparator} compares no numbers"),
    }
}

fn text_holds(text: Option<&String>, clause: &Clause) -> bool {
    match (clause.comparator, &clause.value, text) {
        (Comparator::IsNull, _, text) => text.is_none(),
        (_, _, None) => false,
        (Comparator::IsNotNull, ..) => true,
        (Comparator::Like, Value::Text(pattern), Some(text)) => is_like(text, pattern, false),
        (Comparator::Ilike, Value::Text(pattern), Some(text)) => is_like(text, pattern, true),
        (comparator, Value::Text(value), Some(text)) => compared(text, comparator, value),
        other => panic!("{other:?}"),
    }
}

impl Run {
    fn holds(&self, clause: &Clause) -> bool {
        match (clause.entity, &clause.value) {
            (Entity::Metric, Value::Real(value)) => {
                let metric = self.metrics.get(&clause.key);
                metric.is_some_and(|metric| compared(metric, clause.comparator, value))
            }
            (Entity::Param, _) => text_holds(self.params.get(&clause.key), clause),
            (Entity::Tag, _) => text_holds(self.tags.get(&clause.key), clause),
            (Entity::Attribute, Value::Integer(value)) => {
                compared(&self.start_time, clause.comparator, value)
            }
            (Entity::Attribute, Value::Real(value)) => {
                compared(&(self.start_time as f64), clause.comparator, value)
            }
            other => panic!("{other:?}"),
        }
    }

    /// Present before NaN before missing; then by value.
    fn order(&self, other: &Self, by: &OrderBy) -> std::cmp::Ordering {
        let directed =
            |order: std::cmp::Ordering| if by.ascending { order } else { order.reverse() };
        let texts = |run: &Self| match by.entity {
            Entity::Param => run.params.get(&by.key).cloned(),
            _ => run.tags.get(&by.key).cloned(),
        };
        match by.entity {
            Entity::Metric => {
                let rank = |run: &Self| match run.metrics.get(&by.key) {
                    None => (2, 0.0),
                    Some(value) if value.is_nan() => (1, 0.0),
                    Some(value) => (0, *value),
                };
                let ((ours, our), (theirs, their)) = (rank(self), rank(other));
                ours.cmp(&theirs).then(directed(our.partial_cmp(&their).unwrap()))
            }
            Entity::Attribute => directed(self.start_time.cmp(&other.start_time)),
            _ => match (texts(self), texts(other)) {
                (Some(ours), Some(theirs)) => directed(ours.cmp(&theirs)),
                (ours, theirs) => theirs.is_some().cmp(&ours.is_some()),
            },
        }
    }
}

/// Stores the runs and gives their ids.
fn log(store: &Store, runs: &[Run]) -> Vec<String> {
    let pairs = |map: &BTreeMap<String, String>| -> Vec<Json> {
        map.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
    };
    runs.iter()
        .map(|run| {
            let body = json!({"experiment_id": "0", "start_time": run.start_time});
            let (_, answer) = store.post("runs/create", body);
            let id = answer["run"]["info"]["run_id"].as_str().unwrap().to_owned();
            let metrics: Vec<Json> = run
                .metrics
                .iter()
                .map(|(key, value)| {
                    let value = if value.is_nan() { json!("NaN") } else { json!(value) };
                    json!({"key": key, "value": value, "timestamp": 1, "step": 0})
                })
                .collect();
            let (status, answer) = store.post(
                "runs/log-batch",
                json!({
                    "run_id": id, "metrics": metrics,
                    "params": pairs(&run.params), "tags": pairs(&run.tags),
                }),
            );
            assert_eq!(status, 200, "{answer}");
            id
        })
        .collect()
}

fn found(store: &Store, filter: &str, order_by: &[String], max_results: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut token = Json::Null;
    loop {
        let mut body = json!({
            "experiment_ids": ["0"], "filter": filter, "order_by": order_by,
            "max_results": max_results,
        });
        if token != Json::Null {
            body["page_token"] = token;
        }
        let (status, answer) = store.post("runs/search", body);
        assert_eq!(status, 200, "{filter}: {answer}");
        let runs = answer["runs"].as_array().cloned().unwrap_or_default();
        ids.extend(runs.iter().map(|run| run["info"]["run_id"].as_str().unwrap().to_owned()));
        token = answer["next_page_token"].clone();
        if token == Json::Null {
            return ids;
        }
    }
}

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let value = prop_oneof![
        4 => prop::sample::select(vec![-1.5, 0.0, 1.0, 2.5, 1e300]),
        1 => Just(f64::NAN),
    ];
    let text = "[abB%_*?\\[]{0,4}";
    let key = || prop::sample::select(vec!["a".to_owned(), "b c".to_owned()]);
    let run = (
        0..4_i64,
        prop::collection::btree_map(key(), value, 0..3),
        prop::collection::btree_map(key(), text, 0..3),
        prop::collection::btree_map(key(), text, 0..3),
    );
    let run = run.prop_map(|(start_time, metrics, params, tags)| Run {
        start_time,
        metrics,
        params,
        tags,
    });
    prop::collection::vec(run, 0..8)
}

fn clause() -> impl Strategy<Value = String> {
    let numeric = || prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let number = prop::sample::select(vec!["-1.5", "0", "1", "2.5", "1e300"]);
    let texts = prop::sample::select(vec!["params", "tags"]);
    let key = || prop::sample::select(vec!["a", "`b c`"]);
    let textual = prop::sample::select(vec!["=", "!=", "LIKE", "ilike"]);
    let null = prop::sample::select(vec!["IS NULL", "is not null"]);
    prop_oneof![
        (key(), numeric(), number).prop_map(|(k, c, v)| format!("metrics.{k} {c} {v}")),
        (texts.clone(), key(), textual, "[abB%_*?\\[]{0,5}")
            .prop_map(|(e, k, c, v)| format!("{e}.{k} {c} '{v}'")),
        (texts, key(), null).prop_map(|(e, k, c)| format!("{e}.{k} {c}")),
        (numeric(), 0..4_i64).prop_map(|(c, v)| format!("start_time {c} {v}")),
    ]
}

fn order() -> impl Strategy<Value = Vec<String>> {
    let key = prop::sample::subsequence(
        vec!["metrics.a", "metrics.`b c`", "params.a", "tags.`b c`", "start_time"],
        0..3,
    );
    let ends = prop::collection::vec(prop::sample::select(vec!["", " ASC", " desc"]), 3);
    (key.prop_shuffle(), ends).prop_map(|(keys, ends)| {
        keys.iter().zip(ends).map(|(key, end)| format!("{key}{end}")).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_the_evaluator_finds(
        runs in runs(),
        filters in prop::collection::vec(prop::collection::vec(clause(), 0..4), 6),
        orders in prop::collection::vec(order(), 6),
        page in 1..4_usize,
    ) {
        let store = store();
        let ids = log(&store, &runs);
        for (clauses, order) in filters.iter().zip(&orders) {
            let filter = clauses.join(" AND ");
            let clauses = search::parse(Subject::Runs, &filter).unwrap();
            let orders = search::order_by(Subject::Runs, order).unwrap();
            let mut expected: Vec<(&Run, &String)> = runs.iter().zip(&ids).collect();
            expected.retain(|(run, _)| clauses.iter().all(|clause| run.holds(clause)));
            expected.sort_by(|(ours, our_id), (theirs, their_id)| {
                let asked = orders.iter().map(|by| ours.order(theirs, by));
                let latest = theirs.start_time.cmp(&ours.start_time);
                asked.chain([latest, our_id.cmp(their_id)])
                    .find(|order| order.is_ne())
                    .unwrap_or(std::cmp::Ordering::Equal)
            });
            let expected: Vec<String> = expected.into_iter().map(|(_, id)| id.clone()).collect();
            prop_assert_eq!(found(&store, &filter, order, page), expected, "{} {:?}", filter, order);
        }
    }

    #[test]
    fn long_patterns_match_as_short_ones_do(
        text in "[abA%ä_]{40,120}",
        cuts in prop::collection::vec((0..120_usize, 0..30_usize, prop::sample::select(vec!["%", "_", "", "b", "%%"])), 0..5),
        fold in any::<bool>(),
    ) {
        // A pattern that has a chance: the text with places cut out.
        let mut pattern: Vec<char> = text.chars().collect();
        for (at, length, instead) in cuts {
            let at = at.min(pattern.len());
            let end = (at + length).min(pattern.len());
            pattern.splice(at..end, instead.chars());
        }
        let pattern: String = pattern.into_iter().collect();
        let store = store();
        let tags = BTreeMap::from([("t".to_owned(), text.clone())]);
        let run = Run { start_time: 0, metrics: BTreeMap::new(), params: BTreeMap::new(), tags };
        log(&store, &[run]);
        let comparator = if fold { "ILIKE" } else { "LIKE" };
        let filter = format!("tags.t {comparator} '{pattern}'");
        let expected = is_like(&text, &pattern, fold);
        prop_assert_eq!(!found(&store, &filter, &[], 10).is_empty(), expected, "{}", filter);
    }
}

#[test]
fn values_never_become_part_of_the_statement() {
    let store = store();
    let value = "x' OR 1=1; DROP TABLE runs; --\"".replace('"', "");
    let tags = BTreeMap::from([("a b".to_owned(), value.clone())]);
    let run = Run { start_time: 0, metrics: BTreeMap::new(), params: BTreeMap::new(), tags };
    let ids = log(&store, &[run]);
    let filter = format!("tags.`a b` = \"{value}\" AND tags.`a b` LIKE \"x' OR%\"");
    assert_eq!(found(&store, &filter, &["tags.`a b` DESC".to_owned()], 10), ids);
    assert!(found(&store, "params.`'; DROP TABLE runs; --` = 'x'", &[], 10).is_empty());
    assert_eq!(found(&store, "", &[], 10), ids);
}

#[test]
fn what_is_too_much_is_refused() {
    let store = store();
    store.run();
    let clauses = |count: usize| vec!["metrics.m != 1"; count].join(" AND ");
    let ask = |filter: String, order: Vec<String>| {
        store
            .post(
                "runs/search",
                json!({"experiment_ids": ["0"], "filter": filter, "order_by": order}),
            )
            .0
    };
    let orders = |count: usize| (0..count).map(|i| format!("metrics.m{i}")).collect();
    assert_eq!(ask(clauses(40), orders(10)), 200);
    assert_eq!(ask(clauses(41), vec![]), 400);
    assert_eq!(ask(String::new(), orders(11)), 400);
}
