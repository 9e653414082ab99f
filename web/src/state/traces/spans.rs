//! The spans of a trace: as a tree, with their times, and what is in each.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlflow_api::{AnyValue, KeyValue, Span};
use serde_json::{Map, Number, Value};

use crate::state::format::duration;

/// A span in the tree of its trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SpanRow {
    /// Which of the trace's spans.
    pub(crate) nth: usize,
    /// How many spans are around it.
    pub(crate) depth: usize,
    /// Where it begins, as a share of the trace's time.
    pub(crate) start: f64,
    /// How much of the trace's time it takes.
    pub(crate) share: f64,
    /// How long it took, in nanoseconds; none while it lasts.
    pub(crate) nanos: Option<i64>,
}

/// The spans, each after the one around it, in the order in which they began. One
/// whose parent is not there, or is within itself, stands at the outermost level.
pub(crate) fn tree(spans: &[Span]) -> Vec<SpanRow> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|nth| spans.get(*nth).map(|span| span.start_time_unix_nano));
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for (nth, span) in spans.iter().enumerate() {
        ids.entry(span.span_id.as_str()).or_insert(nth);
    }
    let parent = |nth: usize| {
        let parent = spans.get(nth)?.parent_span_id.as_deref().filter(|id| !id.is_empty())?;
        ids.get(parent).copied().filter(|parent| *parent != nth)
    };
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    for &nth in &order {
        match parent(nth) {
            Some(parent) => children.entry(parent).or_default().push(nth),
            None => roots.push(nth),
        }
    }
    let time = Time::of(spans);
    let mut seen = vec![false; spans.len()];
    let mut rows = Vec::with_capacity(spans.len());
    // After the roots, what no root leads to: spans within each other.
    for first in roots.into_iter().chain(order) {
        let mut open = vec![(first, 0)];
        while let Some((nth, depth)) = open.pop() {
            let (Some(span), Some(seen)) = (spans.get(nth), seen.get_mut(nth)) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            let (start, share) = time.place(span);
            rows.push(SpanRow { nth, depth, start, share, nanos: nanos(span) });
            let within = children.remove(&nth).unwrap_or_default();
            open.extend(within.into_iter().rev().map(|child| (child, depth + 1)));
        }
    }
    rows
}

/// How long a span took, in nanoseconds; none while it lasts.
fn nanos(span: &Span) -> Option<i64> {
    let ended = span.end_time_unix_nano;
    (ended != 0).then(|| ended.saturating_sub(span.start_time_unix_nano).max(0))
}

/// When the spans of a trace were.
struct Time {
    start: i64,
    end: i64,
}

impl Time {
    fn of(spans: &[Span]) -> Time {
        let start = spans.iter().map(|span| span.start_time_unix_nano).min().unwrap_or_default();
        let ends =
            spans.iter().map(|span| span.end_time_unix_nano.max(span.start_time_unix_nano)).max();
        Time { start, end: ends.unwrap_or(start) }
    }

    /// Where a span begins and how long it is, as shares of the whole.
    fn place(&self, span: &Span) -> (f64, f64) {
        let whole = self.end as f64 - self.start as f64;
        if whole <= 0.0 {
            return (0.0, 1.0);
        }
        let end = nanos(span).map_or(self.end, |_| span.end_time_unix_nano);
        let begin = (span.start_time_unix_nano as f64 - self.start as f64) / whole;
        let until = (end as f64 - self.start as f64) / whole;
        let begin = begin.clamp(0.0, 1.0);
        (begin, (until - begin).clamp(0.0, 1.0 - begin))
    }
}

/// How long a span took, in words.
pub(crate) fn span_duration(nanos: i64) -> String {
    match nanos {
        i64::MIN..1_000_000 => format!("{} µs", nanos.max(0) / 1_000),
        1_000_000..10_000_000 => {
            let tenths = nanos / 100_000;
            format!("{}.{} ms", tenths / 10, tenths % 10)
        }
        _ => duration(nanos / 1_000_000),
    }
}

/// Whether a span ended with an error.
pub(crate) fn failed(span: &Span) -> bool {
    span.status.code.as_deref() == Some("STATUS_CODE_ERROR")
}

/// The value of an attribute.
pub(crate) fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a AnyValue> {
    attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value)
}

/// What a span is, such as `LLM`; empty where it does not say.
pub(crate) fn span_type(span: &Span) -> String {
    let kind = attribute(&span.attributes, "mlflow.spanType").map(text_of).unwrap_or_default();
    if kind == "UNKNOWN" { String::new() } else { kind }
}

/// A value as text: JSON, or a text without its quotes.
pub(crate) fn text_of(value: &AnyValue) -> String {
    match value {
        // Some servers answer texts as the JSON that clients made of them.
        AnyValue::String(text) => match text.starts_with('"') {
            true => serde_json::from_slice(text.as_bytes()).unwrap_or_else(|_| text.clone()),
            false => text.clone(),
        },
        other => json_of(other).to_string(),
    }
}

fn json_of(value: &AnyValue) -> Value {
    match value {
        AnyValue::Missing => Value::Null,
        AnyValue::String(text) => Value::from(text.as_str()),
        AnyValue::Bool(flag) => Value::from(*flag),
        AnyValue::Int(number) => Value::from(*number),
        AnyValue::Double(number) => {
            let said = || Value::from(number.to_string());
            Number::from_f64(*number).map_or_else(said, Value::from)
        }
        AnyValue::Array(values) => values.iter().map(json_of).collect(),
        AnyValue::Map(values) => Value::Object(object_of(values)),
    }
}

fn object_of(values: &[KeyValue]) -> Map<String, Value> {
    values.iter().map(|entry| (entry.key.clone(), json_of(&entry.value))).collect()
}

/// A span's id as assessments have it: eight bytes as hexadecimal digits, where the
/// span itself has them in base64. Empty where it has no such.
pub(crate) fn hexadecimal(base64: &str) -> String {
    let bytes = STANDARD.decode(base64).unwrap_or_default();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::json;
    use mlflow_api::SpanStatus;
    use proptest::prelude::*;

    fn span(id: &str, parent: &str, start: i64, end: i64) -> Span {
        Span {
            span_id: id.into(),
            parent_span_id: (!parent.is_empty()).then(|| parent.into()),
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            ..Span::default()
        }
    }

    fn shape(spans: &[Span]) -> Vec<(String, usize)> {
        tree(spans).iter().map(|row| (spans[row.nth].span_id.clone(), row.depth)).collect()
    }

    #[test]
    fn spans_stand_below_their_parents_in_the_order_in_which_they_began() {
        let spans = [
            span("c", "a", 30, 40),
            span("a", "", 0, 100),
            span("b", "a", 10, 25),
            span("d", "b", 15, 0),
        ];
        let expected = [("a", 0), ("b", 1), ("d", 2), ("c", 1)].map(|(id, d)| (id.to_owned(), d));
        assert_eq!(shape(&spans), expected);
        let rows = tree(&spans);
        assert_eq!((rows[1].start, rows[1].share, rows[1].nanos), (0.1, 0.15, Some(15)));
        assert_eq!((rows[2].start, rows[2].share, rows[2].nanos), (0.15, 0.85, None));
    }

    #[test]
    fn a_span_without_its_parent_is_outermost_and_circles_end() {
        let lost = [span("b", "gone", 5, 9), span("c", "b", 6, 7)];
        assert_eq!(shape(&lost), [("b".to_owned(), 0), ("c".to_owned(), 1)]);
        let circle =
            [span("a", "b", 1, 2), span("b", "a", 0, 3), span("c", "c", 2, 2), span("b", "", 4, 5)];
        let shape = shape(&circle);
        assert_eq!(shape.len(), 4);
        assert_eq!(shape[0], ("c".to_owned(), 0));
        assert!(tree(&[]).is_empty());
    }

    #[test]
    fn a_deep_tree_takes_no_stack() {
        let spans: Vec<Span> = (0..10_000_i64)
            .map(|nth| {
                let parent = if nth == 0 { String::new() } else { (nth - 1).to_string() };
                span(&nth.to_string(), &parent, nth, 20_000)
            })
            .collect();
        assert_eq!(tree(&spans).last().map(|row| row.depth), Some(9_999));
    }

    #[test]
    fn times_that_cannot_be_stay_within_the_trace() {
        let odd = [span("a", "", i64::MIN, i64::MAX), span("b", "a", i64::MAX, i64::MIN)];
        for row in tree(&odd) {
            assert!((0.0..=1.0).contains(&row.start) && (0.0..=1.0).contains(&row.share));
            assert!(row.nanos.is_none_or(|nanos| nanos >= 0));
        }
        assert_eq!(tree(&[span("a", "", 5, 5)])[0].share, 1.0);
    }

    #[test]
    fn short_spans_have_their_microseconds() {
        assert_eq!(span_duration(420_900), "420 µs");
        assert_eq!(span_duration(3_440_000), "3.4 ms");
        assert_eq!(span_duration(12_000_000), "12 ms");
        assert_eq!(span_duration(1_234_000_000), "1.2 s");
    }

    #[test]
    fn values_are_laid_out_and_texts_lose_their_quotes() {
        let map = AnyValue::from_json(r#"{"q": [1, 2.5, null], "t": "x"}"#).unwrap();
        let shown = |value: &AnyValue| json::shown(&text_of(value));
        assert_eq!(shown(&map).0, "{\n  \"q\": [1, 2.5, null],\n  \"t\": \"x\"\n}");
        assert_eq!(text_of(&AnyValue::String("\"LLM\"".into())), "LLM");
        assert_eq!(text_of(&AnyValue::String("\"open".into())), "\"open");
        assert_eq!(text_of(&AnyValue::Double(f64::NAN)), "\"NaN\"");
        let long = AnyValue::String("x".repeat(1 << 20));
        assert!(!shown(&long).1 && shown(&long).0.len() < 1 << 17);
        let mut llm = Span::default();
        llm.attributes.push(KeyValue {
            key: "mlflow.spanType".into(),
            value: AnyValue::String("LLM".into()),
        });
        llm.status = SpanStatus { message: "no".into(), code: Some("STATUS_CODE_ERROR".into()) };
        assert_eq!((span_type(&llm).as_str(), failed(&llm)), ("LLM", true));
    }

    #[test]
    fn ids_of_spans_are_those_of_assessments() {
        assert_eq!(hexadecimal("AQIDBAUGBwg="), "0102030405060708");
        assert_eq!(hexadecimal("/////////v8="), "fffffffffffffeff");
        assert_eq!(hexadecimal(""), "");
    }

    proptest! {
        #[test]
        fn every_span_stands_in_the_tree_once(parents in prop::collection::vec(0_usize..12, 0..12)) {
            let spans: Vec<Span> = parents
                .iter()
                .enumerate()
                .map(|(nth, parent)| span(&nth.to_string(), &parent.to_string(), nth as i64, 20))
                .collect();
            let mut all: Vec<usize> = tree(&spans).iter().map(|row| row.nth).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..spans.len()).collect::<Vec<_>>());
        }
    }
}
