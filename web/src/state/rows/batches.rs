//! A table on its way through one model, or two: read in pieces, scored in
//! their workers, and gathered as a file with the predictions.

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{Blob, BlobPropertyBag};

use super::difference::Differences;
use super::metrics::Score;
use super::plan::Plan;
use super::predictions::{Predictions, words};
use super::source::RowSource;
use crate::state::clock::stopwatch;
use crate::state::download::save_blob;
use crate::state::engine::{Engine, Invocation};
use crate::state::files::separated::{Separated, write_record};
use crate::state::language::tf;
use crate::state::signature::RowInput;

/// How many rows are shown.
const MOST_SHOWN: usize = 1000;
/// How much of the file is gathered before the browser gets it.
const PART: usize = 1 << 20;
/// How often the page hears of progress, in milliseconds.
const OFTEN: f64 = 100.0;

/// How far a table has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Progress {
    /// Rows that have predictions.
    pub(crate) rows: usize,
    /// The part of the file that they are, between 0 and 1.
    pub(crate) part: f64,
    /// How long it took, in milliseconds.
    pub(crate) took: f64,
    /// How it ended, once it has.
    pub(crate) end: Option<End>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the last row.
    Whole,
    /// The user ended it.
    Cancelled,
    /// It cannot go on: why.
    Failed(String),
}

/// A table to be scored.
#[derive(Clone)]
pub(crate) struct Table {
    /// What it is called.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) blob: Blob,
    /// Which of its columns has the labels, if any.
    pub(crate) labels: Option<usize>,
}

/// A model that scores tables.
pub(crate) struct Scorer {
    /// What runs it.
    pub(crate) engine: Rc<Engine>,
    /// What it takes.
    pub(crate) input: RowInput,
    /// A request whose params every row gets.
    pub(crate) body: String,
}

/// What is known of the predictions besides themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Findings {
    /// How right each model is, where there are labels.
    pub(crate) scores: Vec<Score>,
    /// How two models differ.
    pub(crate) differences: Option<Differences>,
    /// The names of the columns, those of the predictions first.
    pub(crate) names: Vec<String>,
    /// How many of them are the predictions'.
    pub(crate) predicted: usize,
}

/// A table on its way through one model, or two. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Batches {
    progress: RwSignal<Option<Progress>>,
    /// The first rows with their predictions, and their header.
    shown: StoredValue<Separated>,
    size: RwSignal<(usize, usize)>,
    file: StoredValue<Written, LocalStorage>,
    findings: StoredValue<Findings>,
    /// Counts what was begun: what an earlier one still brings is dropped.
    turn: StoredValue<u32>,
    cancelled: StoredValue<bool>,
}

/// The file with the predictions.
#[derive(Default)]
struct Written {
    name: String,
    parts: Array,
    rest: Vec<u8>,
}

impl Written {
    fn begin(table: &str, separator: u8) -> Written {
        let stem = table.rsplit_once('.').map_or(table, |(stem, _)| stem);
        let ending = if separator == b'\t' { "tsv" } else { "csv" };
        Written { name: format!("{stem}-predictions.{ending}"), ..Written::default() }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        if self.rest.len() >= PART {
            self.flush();
        }
    }

    /// Gives to the browser what was gathered, which need not hold it in memory.
    fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.rest);
        let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
        if let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) {
            self.parts.push(&blob);
        }
    }
}

/// A table that was opened for the models that score it.
struct Opened {
    source: RowSource,
    scorers: Vec<Scorer>,
    plans: Vec<Plan>,
    labels: Option<usize>,
}

/// Rows whose predictions are on their way, from each model.
struct Begun {
    rows: Separated,
    first: usize,
    part: f64,
    at: f64,
    answers: Vec<Invocation>,
}

impl Batches {
    /// Nothing yet.
    pub(crate) fn new() -> Batches {
        Batches {
            progress: RwSignal::new(None),
            shown: StoredValue::new(Separated::default()),
            size: RwSignal::new((0, 0)),
            file: StoredValue::new_local(Written::default()),
            findings: StoredValue::new(Findings::default()),
            turn: StoredValue::new(0),
            cancelled: StoredValue::new(false),
        }
    }

    /// How far it has come; nothing before it began.
    pub(crate) fn progress(self) -> Signal<Option<Progress>> {
        self.progress.into()
    }

    /// How many rows are shown, and how many columns those have.
    pub(crate) fn size(self) -> Signal<(usize, usize)> {
        self.size.into()
    }

    /// What stands at a row and a column of what is shown; the header is row 0.
    /// The predictions are shown first, so that a wide table does not hide them.
    pub(crate) fn value(self, row: usize, column: usize) -> String {
        let (predicted, all) =
            self.findings.with_value(|found| (found.predicted, found.names.len()));
        let column = match column.checked_sub(predicted) {
            None => all - predicted + column,
            Some(column) => column,
        };
        self.shown.with_value(|shown| shown.value(row, column)).unwrap_or_default()
    }

    /// What is known of the predictions; it changes when the progress does.
    pub(crate) fn findings<T>(self, read: impl FnOnce(&Findings) -> T) -> T {
        self.progress.track();
        self.findings.with_value(read)
    }

    /// Whether rows are under way.
    pub(crate) fn is_running(self) -> bool {
        self.progress.with(|now| now.as_ref().is_some_and(|now| now.end.is_none()))
    }

    /// Ends it; what has predictions stays.
    pub(crate) fn cancel(self) {
        self.cancelled.set_value(true);
    }

    /// Forgets all.
    pub(crate) fn clear(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.progress.set(None);
        self.size.set((0, 0));
        self.shown.set_value(Separated::default());
        self.file.set_value(Written::default());
        self.findings.set_value(Findings::default());
        self.cancelled.set_value(false);
    }

    /// Saves the table with its predictions.
    pub(crate) fn save(self) {
        self.file.update_value(|file| {
            file.flush();
            let options = BlobPropertyBag::new();
            options.set_type("text/csv;charset=utf-8");
            if let Ok(all) = Blob::new_with_blob_sequence_and_options(&file.parts, &options) {
                save_blob(&file.name, &all);
            }
        });
    }

    /// Scores a table with a model, or with two.
    pub(crate) fn run(self, table: Table, scorers: Vec<Scorer>) {
        self.clear();
        let turn = self.turn.get_value();
        self.progress.set(Some(Progress { rows: 0, part: 0.0, took: 0.0, end: None }));
        let began = stopwatch();
        spawn_local(async move {
            let end = self.score(table, scorers, turn, began).await;
            if self.is_current(turn) {
                self.progress.update(|now| {
                    if let Some(now) = now {
                        now.took = stopwatch() - began;
                        now.end = Some(end);
                    }
                });
            }
        });
    }

    fn is_current(self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    async fn score(self, table: Table, scorers: Vec<Scorer>, turn: u32, began: f64) -> End {
        let mut opened = match Opened::new(&table, scorers).await {
            Ok(opened) => opened,
            Err(words) => return End::Failed(words),
        };
        if !self.is_current(turn) {
            return End::Cancelled;
        }
        self.file.set_value(Written::begin(&table.name, opened.source.separator()));
        self.shown.set_value(Separated::new(opened.source.separator()));
        self.findings.set_value(opened.findings());
        let mut next_row = 1;
        let mut waiting: Option<Begun> = None;
        let mut told = began;
        loop {
            // The next rows are on their way before the answer of those before
            // is looked at: the worker never waits for the page.
            let next = opened.begin(&mut next_row).await;
            if let Some(begun) = waiting.take() {
                let (rows, part, at) = (begun.first + begun.rows.len() - 1, begun.part, begun.at);
                let taken = self.take_in(begun, &opened, turn).await;
                if !self.is_current(turn) {
                    return End::Cancelled;
                }
                if let Err(words) = taken {
                    return End::Failed(words);
                }
                let now = stopwatch();
                opened.source.took(now - at);
                // The first rows are told at once, and the last when it ends.
                if now - told > OFTEN || !matches!(next, Ok(Some(_))) || told == began {
                    told = now;
                    let took = now - began;
                    self.progress.set(Some(Progress { rows, part, took, end: None }));
                }
            }
            match next {
                Ok(Some(begun)) => waiting = Some(begun),
                Ok(None) => return End::Whole,
                Err(words) => return End::Failed(words),
            }
            if self.cancelled.try_get_value() != Some(false) {
                return End::Cancelled;
            }
        }
    }

    /// Puts the predictions behind their rows.
    async fn take_in(self, begun: Begun, opened: &Opened, turn: u32) -> Result<(), String> {
        let Begun { rows, first, answers, .. } = begun;
        let last = first + rows.len() - 1;
        let mut all = Vec::new();
        for answer in answers {
            let answer = answer.answer().await?;
            if answer.status != 200 {
                let words = refusal(&answer.body);
                return Err(tf("Rows {0} to {1} were refused: {2}", &[&first, &last, &words]));
            }
            all.push(Predictions::read(&answer.body, Some(rows.len()))?);
        }
        if !self.is_current(turn) {
            return Ok(());
        }
        let header = opened.source.header();
        let mut out = Vec::new();
        if first == 1 {
            let names = names(header, &all);
            write_record(&mut out, names.iter().map(String::as_bytes), rows.separator());
            self.findings.update_value(|findings| {
                findings.predicted = names.len() - header.len();
                findings.names = names;
                findings.names.rotate_left(header.len());
            });
        }
        write_rows(&mut out, &rows, header.len(), &all);
        self.file.update_value(|file| file.push(&out));
        self.findings.update_value(|findings| {
            find(findings, &rows, first, header.len(), opened.labels, &all);
        });
        if self.size.with_untracked(|size| size.0) < MOST_SHOWN {
            let size = self.shown.try_update_value(|shown| {
                shown.push(&out);
                (shown.len().saturating_sub(1).min(MOST_SHOWN), shown.width())
            });
            // In a task of its own: drawing the first of them takes as long as
            // reading them did.
            set_timeout(
                move || {
                    if self.is_current(turn) {
                        self.size.set(size.unwrap_or_default());
                    }
                },
                Duration::ZERO,
            );
        }
        Ok(())
    }
}

impl Opened {
    async fn new(table: &Table, scorers: Vec<Scorer>) -> Result<Opened, String> {
        let source = RowSource::open(table.blob.clone()).await?;
        let plan =
            |scorer: &Scorer| Plan::new(&scorer.input, source.header(), table.labels, &scorer.body);
        let plans = scorers.iter().map(plan).collect::<Result<_, _>>()?;
        Ok(Opened { source, scorers, plans, labels: table.labels })
    }

    /// Nothing found yet.
    fn findings(&self) -> Findings {
        let scores = if self.labels.is_some() { self.scorers.len() } else { 0 };
        Findings {
            scores: vec![Score::default(); scores],
            differences: (self.scorers.len() > 1).then(Differences::default),
            ..Findings::default()
        }
    }

    /// Sends the next rows to the workers; nothing at the end of the table.
    async fn begin(&mut self, next_row: &mut usize) -> Result<Option<Begun>, String> {
        let Some(rows) = self.source.next().await? else { return Ok(None) };
        let first = *next_row;
        *next_row += rows.len();
        let columns = self.source.header().len();
        if let Some(row) = (0..rows.len()).find(|row| rows.values(*row) > columns) {
            return Err(tf(
                "Row {0} has {1} values, and the first line {2} names.",
                &[&(first + row), &rows.values(row), &columns],
            ));
        }
        let mut answers = Vec::new();
        for (plan, scorer) in self.plans.iter().zip(&self.scorers) {
            answers.push(scorer.engine.begin(&plan.body(&rows, first)?)?);
        }
        Ok(Some(Begun { rows, first, part: self.source.part(), at: stopwatch(), answers }))
    }
}

/// Adds rows to what is known of the predictions.
fn find(
    findings: &mut Findings,
    rows: &Separated,
    first: usize,
    width: usize,
    labels: Option<usize>,
    all: &[Predictions],
) {
    if let Some(column) = labels {
        for (score, predictions) in findings.scores.iter_mut().zip(all) {
            for (row, predicted) in predictions.rows.iter().enumerate() {
                score.add(predicted, &rows.value(row, column).unwrap_or_default());
            }
        }
    }
    if let (Some(differences), [one, other]) = (&mut findings.differences, all) {
        differences.add(one, other, first, |row| {
            let cells = (0..width).map(|column| rows.value(row, column).unwrap_or_default());
            let predicted = all.iter().filter_map(|all| all.rows.get(row)).flatten().map(words);
            predicted.chain(cells).collect()
        });
    }
}

/// What a refused request was told.
fn refusal(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(body.as_bytes()).unwrap_or_default();
    body.get("message").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// The names of the table's columns, and those of the predictions: another one
/// where there is such a column already.
fn names(header: &[String], all: &[Predictions]) -> Vec<String> {
    let mut names = header.to_vec();
    for (nth, predictions) in all.iter().enumerate() {
        for column in &predictions.columns {
            let mut name = column.clone();
            while names.contains(&name) {
                name.push_str(if nth == 0 { "_predicted" } else { "_against" });
            }
            names.push(name);
        }
    }
    names
}

/// The rows, each with its predictions.
fn write_rows(out: &mut Vec<u8>, rows: &Separated, width: usize, all: &[Predictions]) {
    for row in 0..rows.len() {
        let cells = (0..width).map(|column| rows.bytes(row, column).unwrap_or_default());
        let predicted: Vec<String> =
            all.iter().filter_map(|all| all.rows.get(row)).flatten().map(words).collect();
        write_record(out, cells.chain(predicted.iter().map(String::as_bytes)), rows.separator());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_stand_behind_their_rows() {
        let mut rows = Separated::new(b',');
        rows.push(b"1,\"a,\"\"b\"\"\"\n2\n");
        let predictions = Predictions::read(
            r#"{"predictions": [{"y": 1.5, "b": "x,y"}, {"y": 2, "b": null}]}"#,
            Some(2),
        )
        .unwrap();
        let header = ["a".to_owned(), "b".to_owned()];
        let all = [predictions.clone(), predictions];
        assert_eq!(names(&header, &all[..1]), ["a", "b", "y", "b_predicted"]);
        assert_eq!(names(&header, &all), ["a", "b", "y", "b_predicted", "y_against", "b_against"]);
        let mut out = Vec::new();
        write_rows(&mut out, &rows, header.len(), &all[..1]);
        assert_eq!(String::from_utf8(out).unwrap(), "1,\"a,\"\"b\"\"\",1.5,\"x,y\"\r\n2,,2,\r\n");
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        assert_eq!(refusal(r#"{"error_code": "BAD_REQUEST", "message": "no"}"#), "no");
        assert_eq!(refusal("<html>"), "");
    }
}
