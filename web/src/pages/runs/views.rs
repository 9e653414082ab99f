//! Saved views, and the link to exactly this one.

use std::collections::BTreeMap;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::bulk::Tools;
use super::split::use_layout;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::modal::Modal;
use crate::components::toasts::use_toasts;
use crate::state::board::BoardLayout;
use crate::state::columns::Layout;
use crate::state::language::{t, tf};
use crate::state::location::{Navigator, use_navigator};
use crate::state::query::Query;
use crate::state::runs_table::{Marks, RunsTable};
use crate::state::runs_view::View;
use crate::state::storage::Shelf;

/// The key of the columns in a shared address.
const COLUMNS: &str = "columns";
/// The key of the pinned and hidden runs.
const MARKS: &str = "marks";
/// The key of the selected runs.
const SELECTED: &str = "selectedRuns";
/// The key of how the charts are laid out.
const CHARTS: &str = "charts";

/// A view that was saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Saved {
    /// What is asked, as an address has it.
    query: String,
    layout: Layout,
}

type AllSaved = BTreeMap<String, Saved>;

/// Takes what a shared address says beyond the view, and takes it out of the
/// address: from now on it is this device's.
pub(super) fn receive(table: RunsTable, navigator: Navigator) -> RwSignal<BoardLayout> {
    let mut place = navigator.place().get_untracked();
    let json = |key: &str| place.query.get(key).map(str::to_owned);
    let (layout, marks) = (json(COLUMNS), json(MARKS));
    let selected = place.query.list(SELECTED);
    let charts = json(CHARTS);
    let board = use_layout(table, charts.as_deref());
    if layout.is_none() && marks.is_none() && charts.is_none() && selected.is_empty() {
        return board;
    }
    if let Some(layout) = layout.and_then(|text| serde_json::from_slice(text.as_bytes()).ok()) {
        table.layout.set(layout);
    }
    if let Some(marks) = marks.and_then(|text| serde_json::from_slice(text.as_bytes()).ok()) {
        table.marks.set(marks);
    }
    for key in [COLUMNS, MARKS, CHARTS, SELECTED] {
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

/// The address of exactly this view.
fn link(table: RunsTable, board: RwSignal<BoardLayout>, navigator: Navigator) -> String {
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
    let charts = board.with_untracked(BoardLayout::encode);
    place.query.set(CHARTS, (!charts.is_empty()).then_some(charts.as_str()));
    let selected = table.selected_ids();
    if !selected.is_empty() {
        place.query.set_list(SELECTED, &selected);
    }
    let here = window().location().href().unwrap_or_default();
    let base = here.split('#').next().unwrap_or_default();
    format!("{base}{}", place.href())
}

/// The menu of views.
#[component]
pub(super) fn Views(
    /// The table.
    table: RunsTable,
    /// How the charts are laid out.
    board: RwSignal<BoardLayout>,
) -> impl IntoView {
    let navigator = use_navigator();
    let toasts = use_toasts();
    let tools = Tools::new(table);
    let open = RwSignal::new(false);
    let key = move || table.shelf_key("views");
    let all = move || Shelf::Device.get::<AllSaved>(&key()).unwrap_or_default();
    let name: NodeRef<leptos::html::Input> = NodeRef::new();
    let use_view = move |saved: &Saved| {
        let view = View::parse(&Query::parse(&saved.query));
        table.layout.set(saved.layout.clone());
        table.change(|now| *now = view);
    };
    let items = move || {
        let mut items = vec![
            Item::new(t("Copy a link to this view"), move || {
                tools.copy(&link(table, board, navigator))
            }),
            Item::new(t("Save this view…"), move || open.set(true)),
        ];
        for (nth, (name, saved)) in all().into_iter().enumerate() {
            let item = Item::new(name, move || use_view(&saved));
            items.push(if nth == 0 { item.divided() } else { item });
        }
        for (nth, (name, _)) in all().into_iter().enumerate() {
            let words = tf("Remove “{0}”", &[&name]);
            let item = Item::new(words, move || {
                let mut now = all();
                now.remove(&name);
                Shelf::Device.set(&key(), &now);
                toasts.done(t("The view is removed"));
            });
            items.push(if nth == 0 { item.divided().danger() } else { item.danger() });
        }
        items
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        open.set(false);
        let Some(name) = name.get_untracked().map(|name| name.value()) else { return };
        let mut query = Query::default();
        table.view.with_untracked(|view| view.write(&mut query));
        let ids = table.column_ids().iter().map(ToString::to_string).collect();
        let layout = Layout { shown: Some(ids), ..table.layout.get_untracked() };
        let mut now = all();
        now.insert(name.trim().to_owned(), Saved { query: query.to_string(), layout });
        Shelf::Device.set(&key(), &now);
        toasts.done(tf("The view “{0}” is saved on this device", &[&name.trim()]));
    };
    let label = Signal::derive(|| t("Views and links").to_owned());
    view! {
        <Menu
            label
            class="chip"
            face=|| view! { <Icon glyph=Glyph::Link/><span>{t("Views")}</span> }
            items=Callback::new(move |()| items())
        />
        <Modal open title=Signal::derive(|| t("Save this view").to_owned())>
            <form class="bulk-form" on:submit=submit>
                <div class="field">
                    <label for="view-name">{t("Name")}</label>
                    <input id="view-name" class="input" type="text" required autofocus node_ref=name/>
                </div>
                <div class="modal-foot">
                    <button type="submit" class="button primary">{t("Save")}</button>
                </div>
            </form>
        </Modal>
    }
}
