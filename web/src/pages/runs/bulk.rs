//! What is done with selected runs: compare, rename, tag, colour, delete, restore.

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{DeleteRun, RestoreRun, tags};
use mlflow_client::Error;
use run_frame::{Column, Group};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::grid;
use crate::components::confirm::{Confirm, Question, use_confirm};
use crate::components::icon::{Glyph, Icon};
use crate::components::modal::Modal;
use crate::components::toasts::{Toasts, use_toasts};
use crate::state::change::Change;
use crate::state::clipboard::copy;
use crate::state::columns::known_columns;
use crate::state::language::{t, tf, tn};
use crate::state::location::{Navigator, use_navigator};
use crate::state::route::Place;
use crate::state::runs_table::RunsTable;

/// How many runs are named before "and 7 more".
const NAMED: usize = 3;

/// What is needed to do something and to say so. A copyable handle.
#[derive(Clone, Copy)]
pub(super) struct Tools {
    table: RunsTable,
    toasts: Toasts,
    confirm: Confirm,
    navigator: Navigator,
}

impl Tools {
    /// For a table.
    pub(super) fn new(table: RunsTable) -> Tools {
        Tools { table, toasts: use_toasts(), confirm: use_confirm(), navigator: use_navigator() }
    }

    /// Goes to the comparison of the selected runs.
    pub(super) fn compare(self) {
        let ids = self.table.selected_ids();
        if ids.len() < 2 {
            return self.toasts.done(t("Select two runs or more to compare them"));
        }
        let mut experiments: Vec<String> = self.table.source.frame().with_untracked(|frame| {
            let rows = ids.iter().filter_map(|id| frame.row_of(id));
            rows.map(|row| frame.experiment_id(row).to_owned()).collect()
        });
        experiments.sort();
        experiments.dedup();
        self.navigator.go(Place::compare_runs(&ids, &experiments));
    }

    /// Copies a text.
    pub(super) fn copy(self, text: &str) {
        copy(self.toasts, text);
    }

    /// Copies runs as JSON, with all that was logged.
    pub(super) fn copy_json(self, ids: &[String]) {
        let text = self.table.source.frame().with_untracked(|frame| {
            let mut columns: Vec<(Column, String)> = frame
                .columns(Group::Attribute)
                .map(|column| (column, frame.name(column).to_owned()))
                .collect();
            for group in [Group::Metric, Group::Param, Group::Tag] {
                let known = known_columns(frame, group).into_iter();
                columns.extend(known.filter_map(|id| Some((id.find(frame)?, id.to_string()))));
            }
            let rows: Vec<u32> = ids.iter().filter_map(|id| frame.row_of(id)).collect();
            match rows.as_slice() {
                [row] => frame.json_row(*row, &columns),
                rows => frame.json(rows, &columns),
            }
        });
        self.copy(&text);
    }

    /// Goes to a run.
    pub(super) fn open(self, row: u32) {
        let route = self.table.source.frame().with_untracked(|frame| grid::route(frame, row));
        self.navigator.go(route);
    }

    /// Does something with each of some runs, and reads them again.
    async fn each<F>(self, ids: &[String], mut act: impl FnMut(String) -> F) -> Result<(), Error>
    where
        F: Future<Output = Result<(), Error>>,
    {
        let mut failed = None;
        for id in ids {
            if let Err(error) = act(id.clone()).await {
                failed = Some(error);
                break;
            }
        }
        // What was done before a failure shows, too.
        self.table.source.read_again(ids).await?;
        failed.map_or(Ok(()), Err)
    }

    async fn set_deleted(self, ids: &[String], deleted: bool) -> Result<(), Error> {
        self.each(ids, move |run_id| {
            let client = self.table.source.client();
            async move {
                if deleted {
                    client.call(&DeleteRun { run_id }).await.map(drop)
                } else {
                    client.call(&RestoreRun { run_id }).await.map(drop)
                }
            }
        })
        .await
    }

    /// Asks, and then deletes the selected runs; they can be restored.
    fn delete(self) {
        let ids = self.table.selected_ids();
        let names = self.names(&ids);
        let count = ids.len();
        let run = Callback::new(move |()| {
            let ids = ids.clone();
            spawn_local(async move {
                match self.set_deleted(&ids, true).await {
                    Ok(()) => {
                        self.table.selected.update(std::collections::HashSet::clear);
                        let words = tn(ids.len(), "{0} run deleted", "{0} runs deleted");
                        self.toasts.undoable(words, move || self.restore(ids.clone()));
                    }
                    Err(error) => self.toasts.failed(t("Not deleted"), &error),
                }
            });
        });
        self.confirm.ask(Question {
            title: tn(count, "Delete {0} run?", "Delete {0} runs?"),
            words: tf("{0}. Deleted runs can be restored.", &[&names]),
            verb: t("Delete").to_owned(),
            run,
        });
    }

    fn restore(self, ids: Vec<String>) {
        spawn_local(async move {
            match self.set_deleted(&ids, false).await {
                Ok(()) => {
                    self.table.selected.update(std::collections::HashSet::clear);
                    self.toasts.done(tn(ids.len(), "{0} run restored", "{0} runs restored"));
                }
                Err(error) => self.toasts.failed(t("Not restored"), &error),
            }
        });
    }

    /// A few of the runs by name.
    fn names(self, ids: &[String]) -> String {
        let names: Vec<String> = self.table.source.frame().with_untracked(|frame| {
            let rows = ids.iter().take(NAMED).filter_map(|id| frame.row_of(id));
            rows.map(|row| frame.run_name(row).to_owned()).collect()
        });
        match ids.len().saturating_sub(NAMED) {
            0 => names.join(", "),
            more => tf("{0} and {1} more", &[&names.join(", "), &more]),
        }
    }

    fn set_tag(self, ids: Vec<String>, key: String, value: String) {
        let done = tn(ids.len(), "{0} run tagged", "{0} runs tagged");
        self.change(ids, Change::Tag(key, value), done, t("Not tagged"));
    }

    fn rename(self, id: String, name: String) {
        self.change(vec![id], Change::Name(name), t("Renamed").to_owned(), t("Not renamed"));
    }

    /// Makes one change of several runs, and says how that went.
    fn change(self, ids: Vec<String>, change: Change, done: String, not_done: &'static str) {
        spawn_local(async move {
            let changed = self
                .each(&ids, move |run_id| {
                    let (client, change) = (self.table.source.client(), change.clone());
                    async move { change.of_run(&client, &run_id).await }
                })
                .await;
            match changed {
                Ok(()) => self.toasts.done(done),
                Err(error) => self.toasts.failed(not_done, &error),
            }
        });
    }

    /// Opens the browser's colour picker for a run.
    pub(super) fn pick_colour(self, event: &MouseEvent, row: u32) {
        let (id, colour) = self
            .table
            .source
            .frame()
            .with_untracked(|frame| (frame.run_id(row).to_owned(), grid::colour(frame, row)));
        let picker = document().create_element("input").ok();
        let Some(picker) = picker.and_then(|p| p.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        picker.set_type("color");
        picker.set_value(&colour);
        picker.set_class_name("sr-only");
        picker.set_attribute("aria-label", t("Colour")).ok();
        let place = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(place) = place.and_then(|button| button.parent_element()) else { return };
        place.append_child(&picker).ok();
        let own = picker.clone();
        let chosen = wasm_bindgen::closure::Closure::once_into_js(move || {
            let (colour, key) = (own.value(), tags::RUN_COLOR.to_owned());
            own.remove();
            self.set_tag(vec![id], key, colour);
        });
        picker.add_event_listener_with_callback("change", chosen.unchecked_ref()).ok();
        picker.click();
    }
}

/// What is asked for in a dialog.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Name,
    Tag,
}

/// The bar that stands there while runs are selected.
#[component]
pub(super) fn SelectionBar(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let tools = Tools::new(table);
    let many = Memo::new(move |_| table.selected.with(std::collections::HashSet::len));
    let several = Memo::new(move |_| many.get() > 1);
    let deleted = Memo::new(move |_| table.view.with(|view| view.deleted));
    let open = RwSignal::new(false);
    let form = RwSignal::new(Form::Name);
    let ask = move |which: Form| {
        form.set(which);
        open.set(true);
    };
    let title = Signal::derive(move || match form.get() {
        Form::Name => t("Rename the run").to_owned(),
        Form::Tag => tn(many.get(), "Tag {0} run", "Tag {0} runs"),
    });
    let fields = move || {
        let ids = table.selected_ids();
        let first: NodeRef<leptos::html::Input> = NodeRef::new();
        let second: NodeRef<leptos::html::Input> = NodeRef::new();
        let text = |field: NodeRef<leptos::html::Input>| {
            field.get_untracked().map(|field| field.value()).unwrap_or_default()
        };
        let which = form.get_untracked();
        let name = table.source.frame().with_untracked(|frame| {
            let row = ids.first().and_then(|id| frame.row_of(id));
            row.map(|row| frame.run_name(row).to_owned()).unwrap_or_default()
        });
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            open.set(false);
            match (which, ids.first()) {
                (Form::Name, Some(id)) => tools.rename(id.clone(), text(first)),
                (Form::Tag, Some(_)) => tools.set_tag(ids.clone(), text(first), text(second)),
                (_, None) => {}
            }
        };
        let (label, value) = match which {
            Form::Name => (t("Name"), name),
            Form::Tag => (t("Key"), String::new()),
        };
        let value_field = (which == Form::Tag).then(|| {
            view! {
                <div class="field">
                    <label for="bulk-value">{t("Value")}</label>
                    <input id="bulk-value" class="input" type="text" node_ref=second/>
                </div>
            }
        });
        view! {
            <form class="bulk-form" on:submit=submit>
                <div class="field">
                    <label for="bulk-first">{label}</label>
                    <input
                        id="bulk-first"
                        class="input"
                        type="text"
                        required
                        autofocus
                        value=value
                        node_ref=first
                    />
                </div>
                {value_field}
                <div class="modal-foot">
                    <button type="button" class="button" on:click=move |_| open.set(false)>
                        {t("Cancel")}
                    </button>
                    <button type="submit" class="button primary">{t("Save")}</button>
                </div>
            </form>
        }
    };
    let button = move |words: &'static str, glyph: Glyph, run: Callback<()>| {
        view! {
            <button type="button" class="button" on:click=move |_| run.run(())>
                <Icon glyph/>
                {words}
            </button>
        }
    };
    let bar = move || {
        let compare = Callback::new(move |()| tools.compare());
        let rename = Callback::new(move |()| ask(Form::Name));
        let tag = Callback::new(move |()| ask(Form::Tag));
        let json = Callback::new(move |()| tools.copy_json(&table.selected_ids()));
        let delete = Callback::new(move |()| tools.delete());
        let restore = Callback::new(move |()| tools.restore(table.selected_ids()));
        view! {
            <div class="selection-bar" role="toolbar" aria-label=t("Selected runs")>
                <strong>{move || tn(many.get(), "{0} selected", "{0} selected")}</strong>
                <Show when=move || several.get()>{button(t("Compare"), Glyph::Columns, compare)}</Show>
                <Show when=move || many.get() == 1>{button(t("Rename"), Glyph::Pen, rename)}</Show>
                {button(t("Tag"), Glyph::Plus, tag)}
                {button(t("Copy as JSON"), Glyph::Copy, json)}
                {move || if deleted.get() {
                    button(t("Restore"), Glyph::Refresh, restore)
                } else {
                    button(t("Delete"), Glyph::Bin, delete)
                }}
                <button
                    type="button"
                    class="link-button"
                    on:click=move |_| table.selected.update(std::collections::HashSet::clear)
                >
                    {t("Clear the selection")}
                </button>
            </div>
        }
    };
    view! {
        <Show when=move || many.get() != 0>{bar()}</Show>
        <Modal open title>{fields()}</Modal>
    }
}
