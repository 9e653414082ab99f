//! The views of a table of runs: what an address says of one, and the button of
//! the others.

use leptos::prelude::*;

use super::split::use_layout;
use crate::components::icon::{Glyph, Icon};
use crate::components::popover::Popover;
use crate::parts;
use crate::state::board::BoardLayout;
use crate::state::language::t;
use crate::state::location::Navigator;
use crate::state::runs_link::{COLUMNS, MARKS, SELECTED};
use crate::state::runs_table::RunsTable;

/// Takes what a shared address says beyond the view, and takes it out of the
/// address: from now on it is this device's.
pub(super) fn receive(table: RunsTable, navigator: Navigator) -> RwSignal<BoardLayout> {
    let board = use_layout(table);
    let mut place = navigator.place().get_untracked();
    let json = |key: &str| place.query.get(key).map(str::to_owned);
    let (layout, marks) = (json(COLUMNS), json(MARKS));
    let selected = place.query.list(SELECTED);
    if layout.is_none() && marks.is_none() && selected.is_empty() {
        return board;
    }
    if let Some(layout) = layout.and_then(|text| serde_json::from_slice(text.as_bytes()).ok()) {
        table.layout.set(layout);
    }
    if let Some(marks) = marks.and_then(|text| serde_json::from_slice(text.as_bytes()).ok()) {
        table.marks.set(marks);
    }
    for key in [COLUMNS, MARKS, SELECTED] {
        place.query.set(key, None);
    }
    navigator.replace(place);
    // The runs are selected as they arrive.
    let missing = RwSignal::new(selected);
    Effect::new(move || {
        let found = table.source.frame().with(|frame| {
            missing.with_untracked(|ids| {
                ids.iter().filter_map(|id| frame.row_of(id)).collect::<Vec<_>>()
            })
        });
        if !found.is_empty() {
            table.selected.update(|selected| selected.extend(found));
            missing.update_untracked(|missing| {
                table
                    .source
                    .frame()
                    .with_untracked(|frame| missing.retain(|id| frame.row_of(id).is_none()));
            });
        }
    });
    board
}

/// The button of the views: what is behind it is fetched when it is opened.
#[component]
pub(super) fn Views(
    /// The table.
    table: RunsTable,
    /// How the charts are laid out.
    board: RwSignal<BoardLayout>,
) -> impl IntoView {
    view! {
        <Popover
            label=Signal::derive(|| t("Views and links").to_owned())
            class="chip"
            face=|| view! { <Icon glyph=Glyph::Link/><span>{t("Views")}</span> }
        >
            <div class="views-panel">{parts::views(table, board)}</div>
        </Popover>
    }
}
