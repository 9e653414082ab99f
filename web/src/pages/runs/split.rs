//! Table and charts beside each other: what is visible left is drawn right.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use mlflow_api::tags;
use run_frame::{Cell, Column, Frame, Group};
use web_sys::Element;

use super::grid::colour;
use super::table::RunsGrid;
use crate::components::charts::use_board_layout;
use crate::parts::{self, Charts};
use crate::state::board::runs::Latest;
use crate::state::board::{BoardLayout, BoardRun, Scope};
use crate::state::language::t;
use crate::state::metric_histories::MetricHistories;
use crate::state::pager::Phase;
use crate::state::runs_lines::Lines;
use crate::state::runs_table::RunsTable;
use crate::state::runs_view::Mode;
use crate::state::storage::Shelf;

/// How many runs are drawn at most.
const MOST_DRAWN: usize = 1000;
/// How much of the width the table has at first, and at least and at most.
const SHARE: f64 = 0.5;
const SHARES: (f64, f64) = (0.2, 0.8);
/// By how much a key moves the divider.
const STEP: f64 = 0.05;

/// The table, the charts, or both.
#[component]
pub(super) fn Split(
    /// The table.
    table: RunsTable,
    /// How the charts are laid out.
    board: RwSignal<BoardLayout>,
    /// What stands under the last row of the table.
    #[prop(into)]
    foot: ViewFn,
) -> impl IntoView {
    let mode = Memo::new(move |_| table.mode());
    let key = table.shelf_key("split");
    let share = RwSignal::new(Shelf::Device.get(&key).unwrap_or(SHARE));
    let left = move || match mode.get() {
        Mode::Split => Some(format!("{}%", share.get() * 100.0)),
        _ => None,
    };
    let keep = Callback::new(move |now: f64| {
        let now = now.clamp(SHARES.0, SHARES.1);
        share.set(now);
        Shelf::Device.set(&key, &now);
    });
    // Made once: going back and forth loses no history.
    let histories = MetricHistories::new(table.source.client());
    let runs = board_runs(table);
    // The rows come first, and what draws once they are on the screen.
    let phase = table.source.phase();
    let painted = RwSignal::new(false);
    Effect::new(move || {
        if !painted.get_untracked() && !matches!(phase.get(), Phase::Loading) {
            after_paint(move || {
                painted.try_set(true);
            });
        }
    });
    view! {
        <div class="split">
            <Show when=move || mode.get() != Mode::Charts>
                <div class="split-table" style:width=left>
                    <RunsGrid table foot=foot.clone()/>
                </div>
            </Show>
            <Show when=move || mode.get() == Mode::Split>
                <Divider share keep/>
            </Show>
            <Show when=move || mode.get() != Mode::Table>
                <section class="split-charts" tabindex="0" aria-label=t("Charts")>
                    <Show when=move || painted.get()>
                        {parts::charts(Charts {
                            histories,
                            runs,
                            scope: Scope::All,
                            highlighted: table.highlighted,
                            layout: board,
                        })}
                    </Show>
                </section>
            </Show>
        </div>
    }
}

/// Calls once what is in the page now has been painted: in the frame after the next.
fn after_paint(then: impl FnOnce() + 'static) {
    request_animation_frame(move || request_animation_frame(then));
}

/// How the charts of a table are laid out.
pub(super) fn use_layout(table: RunsTable) -> RwSignal<BoardLayout> {
    use_board_layout(&format!("runs {}", table.source.experiments().join(",")))
}

/// The edge between table and charts.
#[component]
fn Divider(
    /// How much of the width the table has.
    share: RwSignal<f64>,
    /// Changes that.
    keep: Callback<f64>,
) -> impl IntoView {
    let edge: NodeRef<Div> = NodeRef::new();
    let dragging = RwSignal::new(false);
    let down = move |event: PointerEvent| {
        event.prevent_default();
        dragging.set(true);
        if let Some(edge) = edge.get_untracked() {
            edge.set_pointer_capture(event.pointer_id()).ok();
        }
    };
    let moved = move |event: PointerEvent| {
        if !dragging.get_untracked() {
            return;
        }
        let whole = edge.get_untracked().and_then(|edge| edge.parent_element());
        if let Some(whole) = whole.map(|whole: Element| whole.get_bounding_client_rect())
            && whole.width() > 0.0
        {
            keep.run((f64::from(event.client_x()) - whole.left()) / whole.width());
        }
    };
    let key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => -STEP,
            "ArrowRight" => STEP,
            "Home" => -1.0,
            "End" => 1.0,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        keep.run(share.get_untracked() + by);
    };
    let percent = move || format!("{:.0}", share.get() * 100.0);
    view! {
        <div
            class="divider"
            class:dragging=move || dragging.get()
            node_ref=edge
            role="separator"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=t("Width of the table")
            aria-valuemin="20"
            aria-valuemax="80"
            aria-valuenow=percent
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| dragging.set(false)
            on:keydown=key
            on:dblclick=move |_| keep.run(SHARE)
        ></div>
    }
}

/// The runs that are drawn, in the order of the table. Those that did not change
/// stay what they were.
fn board_runs(table: RunsTable) -> Signal<Vec<Arc<BoardRun>>> {
    let drawn = Memo::new(move |_| {
        let mut rows = if table.mode() == Mode::Table { Vec::new() } else { table.drawn() };
        rows.truncate(MOST_DRAWN);
        rows
    });
    let runs = Memo::new(move |before: Option<&Vec<Arc<BoardRun>>>| {
        let known: HashMap<&str, &Arc<BoardRun>> =
            before.into_iter().flatten().map(|run| (&*run.id, run)).collect();
        let lines = table.lines.get();
        table.source.frame().with(|frame| {
            let groups = group_names(&lines);
            drawn.with(|drawn| {
                drawn
                    .iter()
                    .map(|row| {
                        let run = board_run(frame, *row, groups.get(row).cloned());
                        match known.get(&*run.id) {
                            Some(same) if ***same == run => Arc::clone(same),
                            _ => Arc::new(run),
                        }
                    })
                    .collect()
            })
        })
    });
    runs.into()
}

/// What the group of each grouped run is called.
fn group_names(lines: &Lines) -> HashMap<u32, Arc<str>> {
    let mut names = HashMap::new();
    for group in &lines.groups {
        let values: Vec<&str> = group
            .values
            .iter()
            .map(|value| value.as_deref().unwrap_or_else(|| t("none")))
            .collect();
        let name: Arc<str> = values.join(" · ").into();
        names.extend(group.rows.iter().map(|row| (*row, Arc::clone(&name))));
    }
    names
}

fn board_run(frame: &Frame, row: u32, group: Option<Arc<str>>) -> BoardRun {
    let texts = |group| {
        frame.columns(group).filter_map(move |column| match frame.cell(column, row) {
            Cell::Text(text) => Some((frame.name(column).into(), text.into())),
            _ => None,
        })
    };
    let timestamp = frame.start_time(row).unwrap_or(0);
    let latest = |column: Column| match frame.cell(column, row) {
        Cell::Number(value) => Some(Latest {
            key: frame.name(column).into(),
            value,
            step: frame.step(column, row),
            timestamp,
        }),
        _ => None,
    };
    BoardRun {
        id: frame.run_id(row).into(),
        experiment: frame.experiment_id(row).into(),
        name: frame.run_name(row).into(),
        colour: colour(frame, row).into(),
        group,
        status: frame.status(row),
        start: frame.start_time(row),
        end: frame.end_time(row),
        tags: texts(Group::Tag).collect(),
        images: frame.tag(row, tags::LOGGED_IMAGES).is_some(),
        params: texts(Group::Param).collect(),
        metrics: frame.columns(Group::Metric).filter_map(latest).collect(),
    }
}
