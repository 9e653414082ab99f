//! The lines of the table of runs: which runs, in which order, under which heads.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;
use run_frame::{Attribute, Column, Direction, Frame, Line, Reach, RunGroup, SortKey};

use super::brush::Brushed;
use super::clock;
use super::columns::ColumnId;
use super::regex;
use super::runs_source::RunsSource;
use super::runs_table::{Filter, Marks};
use super::runs_view::View;

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableLine {
    /// A run.
    Run(Line),
    /// The head of a group, by its number.
    Group(u32),
}

/// The lines of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    /// All of them, from the top.
    pub(crate) lines: Vec<TableLine>,
    /// The groups; empty where nothing is grouped.
    pub(crate) groups: Vec<RunGroup>,
    /// The runs that the filter leaves, in their order, nested ones too.
    pub(crate) rows: Vec<u32>,
    /// The same without the brush in a chart, if there is one.
    pub(crate) before_brush: Option<Vec<u32>>,
    /// Whether any run is nested in another, or in a group.
    pub(crate) nested: bool,
}

impl Lines {
    /// The row of the run in a line.
    pub(crate) fn row(&self, line: usize) -> Option<u32> {
        match self.lines.get(line)? {
            TableLine::Run(line) => Some(line.row),
            TableLine::Group(_) => None,
        }
    }
}

/// The rows that there are in their order, before any filter: sorted once for all
/// that are typed.
pub(super) fn ordered(source: RunsSource, view: Memo<View>) -> Memo<Arc<[u32]>> {
    let order = Memo::new(move |_| {
        view.with(|view| View { sort: view.sort.clone(), deleted: view.deleted, ..View::default() })
    });
    let rows = move || {
        let order = order.get();
        let mut rows = source.rows(order.deleted);
        if source.is_whole(order.deleted) || order.sorts_locally() || !source.has_more() {
            source.frame().with(|frame| frame.sort_rows(&mut rows, &sort_keys(frame, &order)));
        }
        rows.into()
    };
    Memo::new_with_compare(move |_| rows(), |_, _| true)
}

/// What the lines are made of.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) source: RunsSource,
    /// See [`ordered()`].
    pub(super) ordered: Memo<Arc<[u32]>>,
    pub(super) view: Memo<View>,
    pub(super) filter: Memo<Filter>,
    pub(super) closed: RwSignal<HashSet<u32>>,
    pub(super) folded: RwSignal<HashSet<Vec<Option<String>>>>,
    pub(super) marks: RwSignal<Marks>,
}

impl Parts {
    /// The lines as they are now.
    pub(super) fn lines(self) -> Lines {
        let view = self.view.get();
        let whole = self.source.is_whole(view.deleted);
        let mut rows = self.ordered.with(|rows| rows.to_vec());
        self.source.frame().with(|frame| {
            self.filter.with(|filter| {
                let query = &filter.query;
                let here = whole && !query.is_beyond_frames();
                if matches!(query.reach, Reach::Words | Reach::Local) || here {
                    let mask = frame.filter(&query.expr, &regex::pattern);
                    rows.retain(|row| mask.contains(*row));
                }
            });
            if whole {
                self.narrow(frame, &view, &mut rows);
            }
            let brushed = Brushed::read(&view.brush);
            let before_brush = (!brushed.is_empty()).then(|| rows.clone());
            brushed.iter().for_each(|brushed| brushed.narrow(frame, &mut rows));
            let pinned: Vec<u32> = self
                .marks
                .with(|marks| marks.pinned.iter().filter_map(|id| frame.row_of(id)).collect());
            let pinned: Vec<u32> = pinned.into_iter().filter(|row| rows.contains(row)).collect();
            let mut lines: Vec<TableLine> = pinned
                .iter()
                .map(|row| TableLine::Run(Line { row: *row, depth: 0, children: 0 }))
                .collect();
            let rest: Vec<u32> = if pinned.is_empty() {
                rows.clone()
            } else {
                rows.iter().copied().filter(|row| !pinned.contains(row)).collect()
            };
            let columns: Vec<Column> = view
                .group_by
                .iter()
                .filter_map(|text| ColumnId::parse(text)?.find(frame))
                .collect();
            if columns.is_empty() {
                let tree =
                    self.closed.with(|closed| frame.lines(&rest, &|row| !closed.contains(&row)));
                let nested = tree.iter().any(|line| line.children > 0);
                lines.extend(tree.into_iter().map(TableLine::Run));
                return Lines { lines, groups: Vec::new(), rows, before_brush, nested };
            }
            let groups = frame.group(&rest, &columns);
            self.folded.with(|folded| {
                for (nth, group) in (0..).zip(&groups) {
                    lines.push(TableLine::Group(nth));
                    if !folded.contains(&group.values) {
                        let run =
                            |row: &u32| TableLine::Run(Line { row: *row, depth: 1, children: 0 });
                        lines.extend(group.rows.iter().map(run));
                    }
                }
            });
            Lines { lines, groups, rows, before_brush, nested: true }
        })
    }

    /// What the server would have left out.
    fn narrow(self, frame: &Frame, view: &View, rows: &mut Vec<u32>) {
        if let Some(moment) = view.since.moment(clock::now()) {
            rows.retain(|row| frame.start_time(*row).is_some_and(|start| start >= moment));
        }
        if !view.datasets.is_empty() {
            let names: Vec<String> = view
                .datasets
                .iter()
                .map(|(name, digest)| match digest.as_str() {
                    "" => name.clone(),
                    digest => format!("{name} ({digest})"),
                })
                .collect();
            let column = Column::Attribute(Attribute::Dataset);
            rows.retain(|row| match frame.cell(column, *row) {
                run_frame::Cell::Text(text) => {
                    text.split(", ").any(|one| names.iter().any(|n| n == one))
                }
                _ => false,
            });
        }
    }
}

/// What rows are sorted by; in the end the newest come first, as MLflow has it.
fn sort_keys(frame: &Frame, view: &View) -> Vec<SortKey> {
    let own = view.sort.iter().filter_map(|sort| {
        let column = ColumnId::of_order_key(&sort.key)?.find(frame)?;
        Some(SortKey { column, direction: sort.direction })
    });
    let newest = SortKey {
        column: Column::Attribute(Attribute::StartTime),
        direction: Direction::Descending,
    };
    own.chain([newest]).collect()
}
