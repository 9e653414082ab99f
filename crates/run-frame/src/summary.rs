//! Which columns say something.

use std::collections::HashSet;

use crate::column::{Cell, Column, Group};
use crate::frame::Frame;

/// How many different values of a metric are counted.
const COUNT_TO: usize = 256;

/// What a column holds, over all runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// Runs that have a value, NaN included.
    pub present: usize,
    /// Different values among them, where all NaN are one. Of metrics, times
    /// and statuses at most 256 are counted.
    pub distinct: usize,
    /// The smallest number; NaN and what does not look like a number left out.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
}

/// The columns of a group as a table wants them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Columns in which runs differ, the most varying first: by the number of
    /// different values, then by the number of runs that have one, then by name.
    pub varying: Vec<Column>,
    /// Columns in which every run has the same value, by name.
    pub same: Vec<Column>,
}

impl Frame {
    /// What a column holds.
    pub fn summary(&self, column: Column) -> Summary {
        let numbers = match column {
            Column::Metric(id) => self.metrics.get(id).map(|column| {
                let (distinct, range) = (count_distinct(column.iter()), range(column.iter()));
                (column.count(), distinct, range)
            }),
            Column::Param(id) => self
                .params
                .get(id)
                .map(|column| (column.count(), column.distinct(), range(column.numbers()))),
            Column::Tag(id) => self
                .tags
                .get(id)
                .map(|column| (column.count(), column.distinct(), range(column.numbers()))),
            Column::Stat(id, stat) => self.stats.get(&(id, stat)).map(|column| {
                let (distinct, range) = (count_distinct(column.iter()), range(column.iter()));
                (column.count(), distinct, range)
            }),
            Column::Attribute(_) => Some(self.summarise_attribute(column)),
        };
        let (present, distinct, (min, max)) = numbers.unwrap_or_default();
        Summary { present, distinct, min, max }
    }

    fn summarise_attribute(&self, column: Column) -> (usize, usize, (Option<f64>, Option<f64>)) {
        let cells = || {
            let all = (0..self.len() as u32).map(|row| self.cell(column, row));
            all.filter(|cell| !cell.is_missing())
        };
        let mut texts = HashSet::new();
        let mut values = HashSet::new();
        for cell in cells() {
            match cell {
                Cell::Text(text) if texts.len() < COUNT_TO => drop(texts.insert(text)),
                Cell::Status(status) => drop(values.insert(status as i64)),
                Cell::Number(number) if values.len() < COUNT_TO => {
                    values.insert(number as i64);
                }
                Cell::Time(ms) | Cell::Duration(ms) if values.len() < COUNT_TO => {
                    values.insert(ms);
                }
                _ => {}
            }
        }
        // Names and ids are no numbers, even if they look like some.
        let times = cells().filter(|cell| !matches!(cell, Cell::Text(_) | Cell::Status(_)));
        let range = range(times.filter_map(|cell| cell.number()));
        (cells().count(), texts.len() + values.len(), range)
    }

    /// Which columns of a group differ between runs, and which are the same in
    /// all of them. With fewer than two runs nothing is called the same.
    ///
    /// Keys that MLflow keeps for itself are in neither: tags and parameters
    /// that begin with `mlflow.`, and metrics that begin with `system/`.
    /// [`columns`](Self::columns) has them.
    pub fn layout(&self, group: Group) -> Layout {
        let mut varying = Vec::new();
        let mut same = Vec::new();
        for column in self.columns(group).filter(|column| !self.is_system(*column)) {
            let summary = self.summary(column);
            if self.len() > 1 && summary.present == self.len() && summary.distinct == 1 {
                same.push(column);
            } else if summary.present > 0 {
                varying.push((summary, column));
            }
        }
        varying.sort_by(|(a, x), (b, y)| {
            (b.distinct, b.present)
                .cmp(&(a.distinct, a.present))
                .then_with(|| self.name(*x).cmp(self.name(*y)))
        });
        same.sort_by_key(|column| self.name(*column));
        Layout { varying: varying.into_iter().map(|(_, column)| column).collect(), same }
    }

    /// Whether MLflow keeps this key for itself.
    pub fn is_system(&self, column: Column) -> bool {
        match column.group() {
            Group::Attribute => false,
            Group::Metric => self.name(column).starts_with("system/"),
            Group::Param | Group::Tag => mlflow_api::tags::is_system(self.name(column)),
        }
    }
}

/// How many different numbers there are, up to [`COUNT_TO`].
fn count_distinct(values: impl Iterator<Item = f64>) -> usize {
    let mut seen = HashSet::new();
    for value in values {
        // One NaN and one zero.
        seen.insert(if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() });
        if seen.len() == COUNT_TO {
            break;
        }
    }
    seen.len()
}

fn range(values: impl Iterator<Item = f64>) -> (Option<f64>, Option<f64>) {
    values.filter(|value| !value.is_nan()).fold((None, None), |(min, max), value| {
        let min: Option<f64> = min;
        let max: Option<f64> = max;
        (
            Some(min.map_or(value, |min| min.min(value))),
            Some(max.map_or(value, |max| max.max(value))),
        )
    })
}
