//! What is said of traces: which are asked for, what people and judges think of
//! them as columns, and their spans as a tree that any answer can be made into.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mlflow_api::{
    AnyValue, Assessment, AssessmentSourceType, KeyValue, SearchTraces, Span, TraceInfo,
    TraceLocation, filter,
};
use serde_json::{Map, Number, Value};

use super::format::{duration, full_number, number};
use super::json;
use super::language::t;

/// The most assessments that have a column of their own.
const MOST_COLUMNS: usize = 40;

/// Whose traces are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// All of the experiment.
    Experiment,
    /// Those of a run.
    Run(String),
    /// Those of a logged model.
    Model(String),
}

impl Whose {
    /// What MLflow's own client asks for them.
    fn filter(&self) -> Option<String> {
        // What no quotes fit around is the id of nothing.
        let quoted = |id: &str| filter::string(id).unwrap_or_else(|_| "''".to_owned());
        match self {
            Whose::Experiment => None,
            Whose::Run(id) => Some(format!("attribute.run_id = {}", quoted(id))),
            Whose::Model(id) => Some(format!("request_metadata.`mlflow.modelId` = {}", quoted(id))),
        }
    }

    /// The question for a page of them, the newest first.
    pub(crate) fn request(&self, experiment: &str, page_token: Option<String>) -> SearchTraces {
        SearchTraces {
            locations: vec![TraceLocation::experiment(experiment)],
            filter: self.filter(),
            order_by: vec!["timestamp_ms DESC".to_owned()],
            page_token,
            ..SearchTraces::default()
        }
    }
}

/// The beginning of a text, and a sign where that is not all.
pub(crate) fn beginning(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What a trace is called: its name, or else its id.
pub(crate) fn name(info: &TraceInfo) -> &str {
    let name = info.tags.get("mlflow.traceName").filter(|name| !name.trim().is_empty());
    name.map_or(info.trace_id.as_str(), String::as_str)
}

/// Something of a trace's metadata that is not empty.
pub(crate) fn metadata(info: &TraceInfo, key: &str) -> Option<String> {
    info.trace_metadata.get(key).filter(|value| !value.is_empty()).cloned()
}

/// How many tokens a trace took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// What was given.
    pub(crate) input: u64,
    /// What was answered.
    pub(crate) output: u64,
    /// Both.
    pub(crate) total: u64,
}

/// The tokens that a trace took, where it says so.
pub(crate) fn tokens(info: &TraceInfo) -> Option<Tokens> {
    let usage = info.trace_metadata.get("mlflow.trace.tokenUsage")?;
    let usage: Value = serde_json::from_slice(usage.as_bytes()).ok()?;
    let of = |key: &str| usage.get(key).and_then(Value::as_u64);
    let (input, output) = (of("input_tokens"), of("output_tokens"));
    let total = of("total_tokens").or_else(|| input?.checked_add(output?))?;
    Some(Tokens { input: input.unwrap_or_default(), output: output.unwrap_or_default(), total })
}

/// What an assessment says, as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Held {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text, or a list or an object as JSON.
    Text(String),
    /// Nothing.
    Nothing,
    /// It could not be assessed.
    Failed(String),
}

/// Whether it is how it was, or how it should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Feedback.
    Feedback,
    /// What was expected.
    Expectation,
}

/// What an assessment is; none for one that only names an issue.
pub(crate) fn kind(assessment: &Assessment) -> Option<Kind> {
    match (&assessment.feedback, &assessment.expectation) {
        (Some(_), _) => Some(Kind::Feedback),
        (None, Some(_)) => Some(Kind::Expectation),
        (None, None) => None,
    }
}

/// What an assessment says.
pub(crate) fn held(assessment: &Assessment) -> Option<Held> {
    if let Some(feedback) = &assessment.feedback {
        if let Some(error) = &feedback.error {
            let message = error.error_message.clone().filter(|message| !message.is_empty());
            return Some(Held::Failed(message.unwrap_or_else(|| error.error_code.clone())));
        }
        return Some(match &feedback.value {
            // Judges answer in words.
            Value::String(word) if word == "yes" => Held::Flag(true),
            Value::String(word) if word == "no" => Held::Flag(false),
            value => of_json(value),
        });
    }
    if let Some(expectation) = &assessment.expectation {
        if let Some(value) = &expectation.value {
            return Some(of_json(value));
        }
        let text = &expectation.serialized_value.as_ref()?.value;
        return Some(match serde_json::from_slice::<Value>(text.as_bytes()) {
            Ok(value) => of_json(&value),
            Err(_) => Held::Text(text.clone()),
        });
    }
    assessment.issue.as_ref().map(|issue| Held::Text(issue.issue_name.clone()))
}

fn of_json(value: &Value) -> Held {
    match value {
        Value::Bool(flag) => Held::Flag(*flag),
        Value::Number(number) => Held::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Held::Text(text.clone()),
        Value::Null => Held::Nothing,
        other => Held::Text(other.to_string()),
    }
}

impl Held {
    /// In words.
    pub(crate) fn words(&self) -> String {
        match self {
            Held::Flag(true) => t("yes").to_owned(),
            Held::Flag(false) => t("no").to_owned(),
            Held::Number(value) => number(*value),
            Held::Text(text) => text.clone(),
            Held::Nothing => "–".to_owned(),
            Held::Failed(_) => t("failed").to_owned(),
        }
    }
}

/// Who assesses, in a word.
pub(crate) fn source_words(kind: AssessmentSourceType) -> &'static str {
    match kind {
        AssessmentSourceType::Human => t("a person"),
        AssessmentSourceType::LlmJudge => t("a judge"),
        AssessmentSourceType::Code => t("code"),
        AssessmentSourceType::Unspecified => t("somebody"),
    }
}

/// The ids of the assessments whose place others have taken.
pub(crate) fn overridden(assessments: &[Assessment]) -> BTreeSet<String> {
    let by_others: BTreeSet<&str> =
        assessments.iter().filter_map(|assessment| assessment.overrides.as_deref()).collect();
    let is_overridden = |assessment: &&Assessment| match assessment.valid {
        Some(valid) => !valid,
        None => by_others.contains(assessment.assessment_id.as_str()),
    };
    let ids = assessments.iter().filter(is_overridden);
    ids.map(|assessment| assessment.assessment_id.clone()).collect()
}

/// What a trace's row has under the name of an assessment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    /// What the newest says.
    pub(crate) held: Held,
    /// What all of them say, who says so, and why, a line each.
    pub(crate) title: String,
    /// How many others there are.
    pub(crate) others: usize,
}

/// A column of assessments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Column {
    /// What they are.
    pub(crate) kind: Kind,
    /// Their name.
    pub(crate) name: String,
}

/// The assessments of some traces, as a table has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Columns {
    /// Feedback first, then by name.
    pub(crate) columns: Vec<Column>,
    /// What is said of all of a column.
    pub(crate) summaries: Vec<Option<Summary>>,
    /// A row for each trace, a cell for each column.
    pub(crate) rows: Vec<Vec<Option<Cell>>>,
    /// How many more names there are.
    pub(crate) left_out: usize,
}

/// What can be said of all of a column's values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Summary {
    /// Their mean.
    Mean(f64),
    /// How many of how many are a yes.
    Share(usize, usize),
}

impl Columns {
    /// Those of the traces.
    pub(crate) fn of(traces: &[TraceInfo]) -> Columns {
        let cells: Vec<BTreeMap<Column, Cell>> =
            traces.iter().map(|info| cells(&info.assessments)).collect();
        let mut all: Vec<Column> = cells.iter().flat_map(|cells| cells.keys().cloned()).collect();
        all.sort();
        all.dedup();
        let left_out = all.len().saturating_sub(MOST_COLUMNS);
        all.truncate(MOST_COLUMNS);
        let row = |mut cells: BTreeMap<Column, Cell>| {
            all.iter().map(|column| cells.remove(column)).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<Option<Cell>>> = cells.into_iter().map(row).collect();
        let column = |nth: usize| rows.iter().filter_map(move |row| row.get(nth)?.as_ref());
        let summaries = (0..all.len()).map(|nth| summary(column(nth))).collect();
        Columns { columns: all, summaries, rows, left_out }
    }
}

/// What a trace's row has in its columns.
fn cells(assessments: &[Assessment]) -> BTreeMap<Column, Cell> {
    let overridden = overridden(assessments);
    let mut named: BTreeMap<Column, Vec<(&Assessment, Held)>> = BTreeMap::new();
    for assessment in assessments {
        if let (Some(kind), Some(held)) = (kind(assessment), held(assessment))
            && !overridden.contains(&assessment.assessment_id)
        {
            let column = Column { kind, name: assessment.assessment_name.clone() };
            named.entry(column).or_default().push((assessment, held));
        }
    }
    let cell = |(column, mut all): (Column, Vec<(&Assessment, Held)>)| {
        all.sort_by_key(|(assessment, _)| assessment.last_update_time);
        let lines: Vec<String> = all.iter().rev().take(MOST_LINES).map(line).collect();
        let others = all.len().saturating_sub(1);
        let (_, held) = all.pop()?;
        Some((column, Cell { held, title: lines.join("\n"), others }))
    };
    named.into_iter().filter_map(cell).collect()
}

/// The most assessments of one name that a cell's title tells of.
const MOST_LINES: usize = 8;
/// The most letters of a text in such a title.
const MOST_LETTERS: usize = 400;

/// What an assessment says, who says so, and why.
fn line((assessment, held): &(&Assessment, Held)) -> String {
    let source = &assessment.source;
    let mut line = match held {
        Held::Number(value) => full_number(*value),
        other => beginning(&other.words(), MOST_LETTERS),
    };
    line.push_str(" · ");
    line.push_str(source_words(source.source_type));
    let who = source.source_id.as_deref().filter(|who| !who.is_empty() && *who != "default");
    let failure = match held {
        Held::Failed(why) => Some(why.as_str()),
        _ => None,
    };
    let why = assessment.rationale.as_deref().filter(|why| !why.is_empty());
    for part in [who, why, failure].into_iter().flatten() {
        line.push_str(" · ");
        line.push_str(&beginning(part, MOST_LETTERS));
    }
    line
}

/// The mean of a column of numbers, the share of a column of flags.
fn summary<'a>(cells: impl Iterator<Item = &'a Cell>) -> Option<Summary> {
    let (mut numbers, mut flags) = (Vec::new(), Vec::new());
    for cell in cells {
        match &cell.held {
            Held::Number(value) => numbers.push(*value),
            Held::Flag(flag) => flags.push(*flag),
            Held::Text(_) => return None,
            Held::Nothing | Held::Failed(_) => {}
        }
    }
    match (numbers.len(), flags.len()) {
        (1.., 0) => Some(Summary::Mean(numbers.iter().sum::<f64>() / numbers.len() as f64)),
        (0, all @ 1..) => Some(Summary::Share(flags.iter().filter(|flag| **flag).count(), all)),
        _ => None,
    }
}

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

/// What is shown of a value, laid out, and whether that is all.
pub(crate) fn shown(value: &AnyValue) -> (String, bool) {
    json::shown(&text_of(value))
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
/// span itself has them in base64.
pub(crate) fn hexadecimal(base64: &str) -> String {
    let mut bits: u32 = 0;
    let mut held = 0;
    let mut out = String::with_capacity(16);
    for letter in base64.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push_str(&format!("{:02x}", bits >> held & 0xff));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::{AssessmentSource, Expectation, Feedback, SerializedValue, SpanStatus};
    use proptest::prelude::*;
    use serde_json::json;

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

    fn feedback(name: &str, value: Value) -> Assessment {
        Assessment {
            assessment_id: format!("a-{name}-{value}"),
            assessment_name: name.into(),
            feedback: Some(Feedback { value, error: None }),
            ..Assessment::default()
        }
    }

    fn trace(assessments: Vec<Assessment>) -> TraceInfo {
        TraceInfo { assessments, ..TraceInfo::default() }
    }

    #[test]
    fn each_place_asks_as_the_python_client_does() {
        let filter = |whose: Whose| whose.request("7", None).filter;
        assert_eq!(filter(Whose::Experiment), None);
        assert_eq!(filter(Whose::Run("0a".into())).unwrap(), "attribute.run_id = '0a'");
        assert_eq!(
            filter(Whose::Model("m-1".into())).unwrap(),
            "request_metadata.`mlflow.modelId` = 'm-1'"
        );
        // Never all of them for an id that nothing has.
        assert_eq!(filter(Whose::Run("a'\"".into())).unwrap(), "attribute.run_id = ''");
        let request = Whose::Experiment.request("7", Some("next".into()));
        assert_eq!(request.locations[0].experiment_id(), Some("7"));
        assert_eq!(request.page_token.as_deref(), Some("next"));
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
    fn assessments_become_columns_with_what_is_said_of_all() {
        let expected = Assessment {
            assessment_name: "facts".into(),
            expectation: Some(Expectation {
                value: None,
                serialized_value: Some(SerializedValue {
                    serialization_format: "JSON_FORMAT".into(),
                    value: "[1, 2]".into(),
                }),
            }),
            ..Assessment::default()
        };
        let columns = Columns::of(&[
            trace(vec![feedback("ok", json!(true)), feedback("score", json!(0.5)), expected]),
            trace(vec![feedback("ok", json!("no")), feedback("score", json!(1.0))]),
            trace(vec![feedback("ok", json!(true)), feedback("words", json!({"a": "b"}))]),
            trace(vec![feedback("ok", json!(null))]),
        ]);
        let names: Vec<&str> = columns.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["ok", "score", "words", "facts"]);
        assert_eq!(columns.columns[3].kind, Kind::Expectation);
        assert_eq!(
            columns.summaries,
            [Some(Summary::Share(2, 3)), Some(Summary::Mean(0.75)), None, None]
        );
        let held = |row: usize, column: usize| columns.rows[row][column].clone().map(|c| c.held);
        assert_eq!(held(1, 0), Some(Held::Flag(false)));
        assert_eq!(held(0, 3), Some(Held::Text("[1,2]".into())));
        assert_eq!(held(2, 2), Some(Held::Text("{\"a\":\"b\"}".into())));
        assert_eq!(held(2, 1), None);
    }

    #[test]
    fn of_several_the_newest_is_shown_and_overridden_ones_are_not() {
        let at = |time: i64, value: Value, valid: Option<bool>| Assessment {
            last_update_time: time,
            valid,
            source: AssessmentSource {
                source_type: AssessmentSourceType::Human,
                source_id: Some("me".into()),
            },
            rationale: Some("because".into()),
            ..feedback("ok", value)
        };
        let all = vec![
            at(3, json!(3), Some(false)),
            at(2, json!(2), Some(true)),
            at(1, json!(1), Some(true)),
        ];
        let columns = Columns::of(&[trace(all)]);
        let cell = columns.rows[0][0].clone().unwrap();
        assert_eq!((cell.held, cell.others), (Held::Number(2.0), 1));
        assert_eq!(cell.title, "2 · a person · me · because\n1 · a person · me · because");
        // Servers that do not say whether it is valid say what it overrides.
        let mut newer = at(5, json!(5), None);
        newer.overrides = Some("a-ok-4".into());
        let both = [at(4, json!(4), None), newer];
        assert_eq!(overridden(&both).into_iter().collect::<Vec<_>>(), ["a-ok-4"]);
    }

    #[test]
    fn columns_have_an_end() {
        let many = (0..100).map(|nth| feedback(&format!("n{nth:03}"), json!(nth))).collect();
        let columns = Columns::of(&[trace(many)]);
        assert_eq!((columns.columns.len(), columns.left_out), (MOST_COLUMNS, 60));
    }

    #[test]
    fn tokens_are_read_where_they_are_said() {
        let with = |usage: &str| {
            let metadata = [("mlflow.trace.tokenUsage".to_owned(), usage.to_owned())];
            tokens(&TraceInfo { trace_metadata: metadata.into(), ..TraceInfo::default() })
        };
        let said = r#"{"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}"#;
        assert_eq!(with(said), Some(Tokens { input: 3, output: 4, total: 7 }));
        assert_eq!(with(r#"{"input_tokens": 3, "output_tokens": 4}"#).unwrap().total, 7);
        for odd in ["", "[]", "{}", "7", r#"{"total_tokens": -1}"#] {
            assert_eq!(with(odd), None, "{odd}");
        }
    }

    #[test]
    fn values_are_laid_out_and_texts_lose_their_quotes() {
        let map = AnyValue::from_json(r#"{"q": [1, 2.5, null], "t": "x"}"#).unwrap();
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

    #[test]
    fn texts_end_at_a_letter() {
        assert_eq!(beginning("añb", 2), "añ…");
        assert_eq!(beginning("añ", 2), "añ");
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
