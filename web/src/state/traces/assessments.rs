//! What people, judges and code think of traces, and expected of them: as columns
//! of a table.

use std::collections::{BTreeMap, BTreeSet};

use mlflow_api::{Assessment, AssessmentSource, AssessmentSourceType, TraceInfo};
use serde_json::Value;

use super::beginning;
use crate::state::format::{full_number, number};
use crate::state::language::t;

/// The most assessments that have a column of their own.
const MOST_COLUMNS: usize = 40;

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

/// Who assesses: what it is, and its name, at most so many letters of it.
pub(crate) fn source_words(source: &AssessmentSource, letters: usize) -> String {
    let mut words = match source.source_type {
        AssessmentSourceType::Human => t("a person"),
        AssessmentSourceType::LlmJudge => t("a judge"),
        AssessmentSourceType::Code => t("code"),
        AssessmentSourceType::Unspecified => t("somebody"),
    }
    .to_owned();
    let name = source.source_id.as_deref();
    if let Some(name) = name.filter(|name| !name.is_empty() && *name != "default") {
        words.push_str(" · ");
        words.push_str(&beginning(name, letters));
    }
    words
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
    let mut line = match held {
        Held::Number(value) => full_number(*value),
        other => beginning(&other.words(), MOST_LETTERS),
    };
    line.push_str(" · ");
    line.push_str(&source_words(&assessment.source, MOST_LETTERS));
    let failure = match held {
        Held::Failed(why) => Some(why.as_str()),
        _ => None,
    };
    let why = assessment.rationale.as_deref().filter(|why| !why.is_empty());
    for part in [why, failure].into_iter().flatten() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::{Expectation, Feedback, SerializedValue};
    use serde_json::json;

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
}
