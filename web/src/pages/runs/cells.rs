//! What a cell of the runs table says.

use run_frame::{Aggregate, Attribute, Cell, Column, Frame, exact};

use crate::state::clock::{date_time, since};
use crate::state::columns::{ColumnId, Shade, text};
use crate::state::format::{duration, full_number, number};
use crate::state::language::tf;
use crate::state::runs_table::Shown;
use crate::state::runs_view::Aggregation;

/// How many strengths of shading there are.
const SHADES: f64 = 8.0;

/// The longest number of a parameter that is shown as it was logged.
const WHOLE_NUMBER: usize = 10;

/// What a run's cell shows in a column that may be `numeric`.
pub(super) fn shown(cell: Cell<'_>, numeric: bool) -> String {
    match (cell, cell.number()) {
        // Cut off, it would lose its exponent.
        (Cell::Text(text), Some(value)) if numeric && text.len() > WHOLE_NUMBER => number(value),
        _ => words(cell),
    }
}

fn words(cell: Cell<'_>) -> String {
    match cell {
        Cell::Time(milliseconds) => since(milliseconds),
        // What is on one line has no other lines.
        Cell::Text(text) => text.lines().next().unwrap_or_default().chars().take(300).collect(),
        other => text(other),
    }
}

/// All of what it holds, for its tooltip.
pub(super) fn whole(cell: Cell<'_>) -> String {
    match cell {
        Cell::Number(value) => full_number(value),
        Cell::Time(milliseconds) => date_time(milliseconds),
        other => text(other),
    }
}

/// Whether a line in the size of the table, 12 pixels, is surely no wider than so
/// many, in any common font: cutting off what does not fit costs the browser a
/// layer for each cell.
pub(super) fn surely_fits(words: &str, width: u32) -> bool {
    let glyph = |c: char| match c {
        'm' | 'w' | 'M' | 'W' | '@' | '%' => Some(16),
        'A'..='Z' => Some(11),
        ' '..='~' => Some(9),
        // Letters with marks, dashes, dots, and the minus of some languages.
        '\u{a0}'..='\u{24f}' | '\u{2000}'..='\u{206f}' | '\u{2212}' => Some(16),
        _ => None,
    };
    words
        .chars()
        .try_fold(0u32, |sum, c| Some(sum.saturating_add(glyph(c)?)))
        .is_some_and(|sum| sum <= width)
}

/// What is copied of it.
pub(super) fn copied(cell: Cell<'_>) -> String {
    exact(cell)
}

/// What a group's cell shows.
pub(super) fn group_number(shown: &Shown, all: &Aggregate, which: Aggregation) -> String {
    said(
        shown,
        match which {
            Aggregation::Mean => all.mean,
            Aggregation::Min => all.min,
            Aggregation::Max => all.max,
        },
    )
}

/// A number of a column, as its cells say it.
fn said(shown: &Shown, value: f64) -> String {
    match shown.id {
        ColumnId::Attribute(Attribute::Duration) => duration(value as i64),
        _ => number(value),
    }
}

/// All of what it holds.
pub(super) fn group_whole(shown: &Shown, all: &Aggregate) -> String {
    let [mean, min, max] = [all.mean, all.min, all.max].map(|value| said(shown, value));
    tf("mean {0}, min {1}, max {2}, of {3}", &[&mean, &min, &max, &all.count])
}

/// A column's best value and its range, of the runs that are left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Facts {
    pub(super) best: Option<f64>,
    range: Option<(f64, f64)>,
}

impl Facts {
    /// Of some rows.
    pub(super) fn of(frame: &Frame, shown: &Shown, rows: &[u32]) -> Facts {
        let Some(column) = shown.column else { return Facts::default() };
        let mut facts = Facts::default();
        let goal = shown.id.metric().and_then(run_frame::Goal::from_name);
        if let (Column::Metric(_), Some(goal), true) = (column, goal, rows.len() > 1) {
            let best = frame.best(column, goal, rows.iter().copied());
            facts.best = best.map(|best| best.value);
        }
        if shown.shade.is_some() {
            facts.range = frame.aggregate(column, rows).map(|all| (all.min, all.max));
        }
        facts
    }

    /// How strongly a number is shaded, from 1 to 8; 0 for not at all.
    pub(super) fn shade(self, shade: Option<Shade>, value: f64) -> u8 {
        let (Some(shade), Some((low, high))) = (shade, self.range) else { return 0 };
        if !value.is_finite() || !(high - low).is_normal() {
            return 0;
        }
        let part = (value - low) / (high - low);
        let part = if shade == Shade::Low { 1.0 - part } else { part };
        // Between 1 and 8, whatever rounding does.
        (part * (SHADES - 1.0) + 1.0).round().clamp(1.0, SHADES) as u8
    }
}
