//! The address of exactly a view of runs.

use leptos::prelude::*;

use super::board::BoardLayout;
use super::columns::Layout;
use super::location::Navigator;
use super::route::Place;
use super::runs_table::{Marks, RunsTable};
use super::runs_view::View;

/// The key of the columns in a shared address.
pub(crate) const COLUMNS: &str = "columns";
/// The key of the pinned and hidden runs.
pub(crate) const MARKS: &str = "marks";
/// The key of the selected runs.
pub(crate) const SELECTED: &str = "selectedRuns";
/// The key of how the charts are laid out.
pub(crate) const CHARTS: &str = "charts";
/// The key of what is brushed in charts.
pub(crate) const BRUSH: &str = "brush";
/// The key of what stands beside what.
pub(crate) const MODE: &str = "compareRunsMode";
/// The key of an address that was made short.
pub(crate) const SHORT: &str = "z";
/// The key of the name of a view in a tag, as MLflow's addresses have it.
pub(crate) const KEY: &str = "viewStateShareKey";

/// The place of what is shown now.
pub(crate) fn place(table: RunsTable, board: RwSignal<BoardLayout>, navigator: Navigator) -> Place {
    let mut place = navigator.place().get_untracked();
    table.view.with_untracked(|view| {
        let view = View { mode: Some(untrack(|| table.mode())), ..view.clone() };
        view.write(&mut place.query);
    });
    let json = |value: Result<String, serde_json::Error>| value.ok();
    let layout = table.layout.with_untracked(|layout| {
        let ids = table.column_ids().iter().map(ToString::to_string).collect();
        json(serde_json::to_string(&Layout { shown: Some(ids), ..layout.clone() }))
    });
    place.query.set(COLUMNS, layout.as_deref());
    let marks = table.marks.with_untracked(|marks| {
        (*marks != Marks::default()).then(|| json(serde_json::to_string(marks))).flatten()
    });
    place.query.set(MARKS, marks.as_deref());
    add_charts(&mut place, board);
    let selected = table.selected_ids();
    if !selected.is_empty() {
        place.query.set_list(SELECTED, &selected);
    }
    place
}

/// Adds how the charts are laid out.
pub(crate) fn add_charts(place: &mut Place, board: RwSignal<BoardLayout>) {
    let charts = board.with_untracked(BoardLayout::encode);
    place.query.set(CHARTS, (!charts.is_empty()).then_some(charts.as_str()));
}

/// An address within the page, with the page's own before it.
pub(crate) fn absolute(href: &str) -> String {
    let here = window().location().href().unwrap_or_default();
    let base = here.split('#').next().unwrap_or_default();
    format!("{base}{href}")
}
