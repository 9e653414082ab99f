//! Runs side by side: a line for each key, and how much the runs differ in it.

use std::sync::Arc;

use mlflow_api::{Run, RunStatus};
use run_frame::{Attribute, Cell, Column, Frame, Goal, Group, Summary, csv_row};

use super::board::BoardRun;
use super::columns::text;
use super::format::{full_number, number};

/// A line of the comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    /// What it is about.
    pub(crate) column: Column,
    /// Whether the runs differ in it; a run that lacks it differs.
    pub(crate) differs: bool,
    /// How much: 0 for not at all; for numbers their range, relative to the
    /// largest; for texts the part of the runs that has one of its own.
    pub(crate) spread: f64,
}

/// What is asked of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    /// Leaves out what is the same in all runs.
    pub(crate) only_differences: bool,
    /// Puts what differs most first; else by name.
    pub(crate) by_spread: bool,
    /// Leaves out keys without these letters.
    pub(crate) search: String,
}

/// What stands in the head of each run's column: no line of its own.
const NAMES: [Column; 2] =
    [Column::Attribute(Attribute::Name), Column::Attribute(Attribute::RunId)];

/// Runs side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    frame: Frame,
}

impl Comparison {
    /// Compares runs, in their order.
    pub(crate) fn of(runs: &[Run]) -> Comparison {
        let mut frame = Frame::new();
        frame.extend(runs);
        Comparison { frame }
    }

    /// Compares the runs of a board.
    pub(crate) fn of_board(runs: &[Arc<BoardRun>]) -> Comparison {
        Comparison::of(&runs.iter().map(|run| run.bare()).collect::<Vec<_>>())
    }

    /// The runs as a frame: a row is a run.
    pub(crate) fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The lines of a group.
    pub(crate) fn lines(&self, group: Group, wanted: &Wanted) -> Vec<Line> {
        let letters = wanted.search.trim().to_lowercase();
        let mut lines: Vec<Line> = self
            .frame
            .columns(group)
            .filter(|column| !NAMES.contains(column) && !self.is_void(*column))
            .filter(|column| group == Group::Metric || !self.frame.is_system(*column))
            .filter(|column| self.frame.name(*column).to_lowercase().contains(&letters))
            .map(|column| self.line(column))
            .filter(|line| line.differs || !wanted.only_differences)
            .collect();
        if group != Group::Attribute {
            lines.sort_by(|a, b| self.frame.name(a.column).cmp(self.frame.name(b.column)));
        }
        if wanted.by_spread {
            lines.sort_by(|a, b| b.spread.total_cmp(&a.spread));
        }
        lines
    }

    /// Whether nothing is known: what is compared may be no runs.
    fn is_void(&self, column: Column) -> bool {
        column == Column::Attribute(Attribute::Status)
            && (0..self.frame.len() as u32).all(|run| self.frame.status(run) == RunStatus::Unknown)
    }

    fn line(&self, column: Column) -> Line {
        let summary = self.frame.summary(column);
        let everywhere = summary.present == self.frame.len();
        let differs = summary.present > 0 && !(everywhere && summary.distinct == 1);
        Line { column, differs, spread: if differs { spread(&summary) } else { 0.0 } }
    }

    /// A cell as the table shows it, and the whole of it.
    pub(crate) fn cell(&self, column: Column, run: u32) -> (String, String) {
        let cell = self.frame.cell(column, run);
        let whole = match cell {
            Cell::Number(value) => full_number(value),
            other => text(other),
        };
        (text(cell), whole)
    }

    /// How a number differs from the baseline's, signed: `+0.012`. Nothing for
    /// texts, for equal values, and for the baseline.
    pub(crate) fn change(&self, column: Column, run: u32, baseline: u32) -> Option<String> {
        if run == baseline || column.group() == Group::Attribute {
            return None;
        }
        let own = self.frame.cell(column, run).number()?;
        let change = own - self.frame.cell(column, baseline).number()?;
        (change != 0.0 && change.is_finite()).then(|| {
            let sign = if change > 0.0 { "+" } else { "" };
            format!("{sign}{}", number(change))
        })
    }

    /// Whether a run has the best value of a metric of which it is known which
    /// way is better.
    pub(crate) fn is_best(&self, column: Column, run: u32) -> bool {
        let Some(goal) = Goal::from_name(self.frame.name(column)) else { return false };
        let rows = 0..u32::try_from(self.frame.len()).unwrap_or(u32::MAX);
        let best = self.frame.best(column, goal, rows).map(|best| best.value);
        matches!(column, Column::Metric(_))
            && self.frame.len() > 1
            && best.is_some()
            && self.frame.cell(column, run).number() == best
    }

    /// The lines as CSV: a row for each key, a column for each run.
    pub(crate) fn csv(&self, groups: &[(&str, Vec<Line>)]) -> String {
        let runs = || 0..self.frame.len() as u32;
        let mut out = String::new();
        let head = ["", ""].into_iter().map(str::to_owned);
        csv_row(&mut out, head.chain(runs().map(|run| self.frame.run_name(run).to_owned())));
        for (group, lines) in groups {
            for line in lines {
                let head = [(*group).to_owned(), self.frame.name(line.column).to_owned()];
                let cells = runs().map(|run| self.cell(line.column, run).1);
                csv_row(&mut out, head.into_iter().chain(cells));
            }
        }
        out
    }
}

fn spread(summary: &Summary) -> f64 {
    let range = summary.min.zip(summary.max);
    spread_of(range, summary.distinct as f64 / summary.present.max(1) as f64)
}

/// How much numbers differ, relative to the largest; where they are none, what
/// part of the texts is one of its own.
pub(crate) fn spread_of(range: Option<(f64, f64)>, distinct: f64) -> f64 {
    match range {
        Some((min, max)) if min.is_finite() && max.is_finite() => {
            let largest = min.abs().max(max.abs());
            if largest > 0.0 { (max - min) / largest } else { 0.0 }
        }
        _ => distinct,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::SearchRunsResponse;

    fn comparison() -> Comparison {
        let page: SearchRunsResponse = serde_json::from_str(
            r#"{"runs": [
            {"info": {"run_id": "a", "run_name": "one"}, "data": {
                "metrics": [{"key": "loss", "value": 0.5}, {"key": "acc", "value": 0.75}],
                "params": [{"key": "net", "value": "mlp, deep"}, {"key": "seed", "value": "1"}]}},
            {"info": {"run_id": "b", "run_name": "two"}, "data": {
                "metrics": [{"key": "loss", "value": 0.25}, {"key": "acc", "value": 0.76}],
                "params": [{"key": "net", "value": "a \"cnn\""}, {"key": "seed", "value": "1"},
                           {"key": "only b", "value": "x"}]}}]}"#,
        )
        .unwrap();
        Comparison::of(&page.runs)
    }

    fn names(comparison: &Comparison, lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| comparison.frame().name(line.column).to_owned()).collect()
    }

    #[test]
    fn what_differs_most_comes_first() {
        let runs = comparison();
        let wanted = Wanted { only_differences: true, by_spread: true, search: String::new() };
        assert_eq!(names(&runs, &runs.lines(Group::Metric, &wanted)), ["loss", "acc"]);
        assert_eq!(names(&runs, &runs.lines(Group::Param, &wanted)), ["net", "only b"]);
    }

    #[test]
    fn all_keys_by_name_and_by_letters() {
        let runs = comparison();
        let all = runs.lines(Group::Param, &Wanted::default());
        assert_eq!(names(&runs, &all), ["net", "only b", "seed"]);
        assert_eq!(all.iter().map(|line| line.differs).collect::<Vec<_>>(), [true, true, false]);
        let some = Wanted { search: "ONLY".into(), ..Wanted::default() };
        assert_eq!(names(&runs, &runs.lines(Group::Param, &some)), ["only b"]);
    }

    #[test]
    fn changes_are_signed_and_the_baseline_has_none() {
        let runs = comparison();
        let loss = runs.frame().find(Group::Metric, "loss").unwrap();
        assert_eq!(runs.change(loss, 1, 0).as_deref(), Some("-0.25"));
        assert_eq!(runs.change(loss, 0, 1).as_deref(), Some("+0.25"));
        assert_eq!(runs.change(loss, 0, 0), None);
        assert!(runs.is_best(loss, 1) && !runs.is_best(loss, 0));
        let net = runs.frame().find(Group::Param, "net").unwrap();
        assert_eq!(runs.change(net, 0, 1), None);
    }

    #[test]
    fn csv_keeps_commas_and_quotes() {
        let runs = comparison();
        let lines = runs.lines(Group::Param, &Wanted::default());
        assert_eq!(
            runs.csv(&[("param", lines)]),
            ",,one,two\r\nparam,net,\"mlp, deep\",\"a \"\"cnn\"\"\"\r\n\
             param,only b,,x\r\nparam,seed,1,1\r\n"
        );
    }
}
