//! A table whose rows are scored: chosen, dropped or pasted; how far it has
//! come, its first rows with their predictions, and all of them as a file.

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use web_sys::{Blob, DataTransfer, FileList};

use crate::components::drop_area::DropArea;
use crate::components::sheet::Sheet;
use crate::pages::try_model::found::Found;
use crate::state::format::{bytes, count, duration};
use crate::state::language::{t, tf, tn};
use crate::state::rows::batches::{End, Progress, Table};
use crate::state::rows::source::RowSource;
use crate::state::trial::Trial;

/// A table to score.
#[component]
pub(super) fn Rows(
    /// The trial whose model scores it.
    trial: Trial,
) -> impl IntoView {
    let table: RwSignal<Option<Table>, LocalStorage> = RwSignal::new_local(None);
    let header = RwSignal::new(Vec::<String>::new());
    let pasted = RwSignal::new(String::new());
    let batches = trial.batches();
    let take = move |name: String, blob: Option<Blob>| {
        batches.clear();
        header.set(Vec::new());
        table.set(blob.clone().map(|blob| Table { name, blob, labels: None }));
        let Some(blob) = blob else { return };
        spawn_local(async move {
            // What is wrong with it is said when it is scored.
            let names = match RowSource::open(blob.clone()).await {
                Ok(source) => source.header().to_vec(),
                Err(_) => Vec::new(),
            };
            let is_same =
                move |now: &Option<Table>| now.as_ref().is_some_and(|now| now.blob == blob);
            if table.try_with_untracked(is_same) == Some(true) {
                header.set(names);
            }
        });
    };
    let chosen = move |files: Option<FileList>| {
        if let Some(file) = files.and_then(|files| files.item(0)) {
            pasted.set(String::new());
            take(file.name(), Some(file.into()));
        }
    };
    let typed = move |text: String| {
        take(t("rows").to_owned(), blob(&text));
        pasted.set(text);
    };
    let choose_labels = move |event: leptos::ev::Event| {
        let labels = event_target_value(&event).parse().ok();
        table.update(|table| {
            if let Some(table) = table {
                table.labels = labels;
            }
        });
    };
    let label_choices = move || {
        let option =
            |(nth, name): (usize, String)| view! { <option value=nth.to_string()>{name}</option> };
        let names = header.get();
        (!names.is_empty()).then(|| {
            view! {
                <label class="labels">
                    <span>{t("Column with the true labels")}</span>
                    <select class="input" on:change=choose_labels>
                        <option value="">{t("none")}</option>
                        {names.into_iter().enumerate().map(option).collect_view()}
                    </select>
                </label>
            }
        })
    };
    let about = move || {
        table.with(|table| {
            table
                .as_ref()
                .filter(|_| pasted.with(String::is_empty))
                .map(|table| format!("{} · {}", table.name, bytes(table.blob.size() as u64)))
        })
    };
    let is_ready = move || table.with(Option::is_some) && trial.is_ready();
    let run = move |_| {
        if let Some(table) = table.get_untracked().filter(|_| !untrack(|| batches.is_running())) {
            trial.run_table(table);
        }
    };
    let running = Memo::new(move |_| batches.is_running());
    view! {
        <div class="rows">
            <DropArea
                words=t("Choose a table")
                accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
                chosen=Callback::new(move |files| chosen(Some(files)))
                dropped=Callback::new(move |transfer: DataTransfer| chosen(transfer.files()))
            >
                {t("or drop a CSV file here, of any size. It is read piece by piece and stays on this machine.")}
            </DropArea>
            <div class="field">
                <label for="pasted-rows">{t("Or paste rows, with the names of the columns first")}</label>
                <textarea
                    id="pasted-rows"
                    class="input"
                    rows="4"
                    spellcheck="false"
                    autocomplete="off"
                    prop:value=move || pasted.get()
                    on:input=move |event| typed(event_target_value(&event))
                ></textarea>
            </div>
            {label_choices}
            <div class="actions">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || (!is_ready() || running.get()).to_string()
                    on:click=run
                >
                    {t("Score the rows")}
                </button>
                <button
                    type="button"
                    class="button"
                    hidden=move || !running.get()
                    on:click=move |_| batches.cancel()
                >
                    {t("Cancel")}
                </button>
                <span class="faint clip">{about}</span>
            </div>
            <Scored trial/>
        </div>
    }
}

/// How far the table has come, and what is known of it.
#[component]
fn Scored(
    /// The trial whose model scores it.
    trial: Trial,
) -> impl IntoView {
    let batches = trial.batches();
    let progress = batches.progress();
    let any = Memo::new(move |_| progress.with(Option::is_some));
    let rows = Memo::new(move |_| batches.size().get().0);
    let columns = Memo::new(move |_| batches.size().get().1);
    let part = move || progress.with(|now| now.as_ref().map_or(0.0, |now| now.part));
    let ended = Memo::new(move |_| progress.with(|now| now.as_ref()?.end.clone()));
    let failure = move || match ended.get() {
        Some(End::Failed(words)) => Some(view! {
            <div class="notice bad-notice" role="alert">
                <h3>{t("Not all rows were scored")}</h3>
                <p>{words}</p>
            </div>
        }),
        _ => None,
    };
    let amount = Signal::derive(move || {
        let all = progress.with(|now| now.as_ref().map_or(0, |now| now.rows));
        match all > rows.get() {
            true => tf("The first {0} of {1} rows", &[&count(rows.get()), &count(all)]),
            false => tn(rows.get(), "{0} row", "{0} rows"),
        }
    });
    // One table for as long as there are rows: more of them leave it as it is.
    let table = move || {
        view! {
            <Sheet
                rows
                columns
                head=Callback::new(move |column| {
                    columns.track();
                    batches.value(0, column)
                })
                cell=Callback::new(move |(row, column)| batches.value(row + 1, column))
                seen=Callback::new(|_| ())
                label=t("Rows with predictions")
                amount
            />
        }
    };
    let has_rows = Memo::new(move |_| rows.get() > 0);
    move || {
        any.get().then(|| {
            view! {
                <div class="scored">
                    <div class="scored-head">
                        <span role="status">{move || progress.get().map(|now| words(&now))}</span>
                        <button
                            type="button"
                            class="button"
                            hidden=move || !(has_rows.get() && ended.get().is_some())
                            on:click=move |_| batches.save()
                        >
                            {t("Download with predictions")}
                        </button>
                    </div>
                    <progress
                        aria-label=t("Scoring the rows")
                        max="1"
                        value=move || part().to_string()
                        hidden=move || ended.get().is_some()
                    ></progress>
                    {failure}
                    <Found trial is_over=Signal::derive(move || ended.get().is_some())/>
                    {move || has_rows.get().then(table)}
                </div>
            }
        })
    }
}

/// How far it has come, in words.
fn words(now: &Progress) -> String {
    let speed = match now.took > 0.0 {
        true => count((now.rows as f64 / now.took * 1000.0) as usize),
        false => "0".to_owned(),
    };
    let time = duration(now.took as i64);
    match (&now.end, now.part > 0.0) {
        (None, false) => t("Reading the table…").to_owned(),
        (None, true) => tf(
            "{0} of about {1} rows · {2} rows/s",
            &[&count(now.rows), &count((now.rows as f64 / now.part) as usize), &speed],
        ),
        (Some(End::Whole), _) => {
            let rows = tn(now.rows, "{0} row scored", "{0} rows scored");
            tf("{0} in {1} · {2} rows/s", &[&rows, &time, &speed])
        }
        (Some(_), _) => tn(now.rows, "{0} row scored, then ended", "{0} rows scored, then ended"),
    }
}

/// A text as a blob; nothing for an empty one.
fn blob(text: &str) -> Option<Blob> {
    let parts = Array::of1(&JsValue::from_str(text));
    Some(text)
        .filter(|text| !text.trim().is_empty())
        .and_then(|_| Blob::new_with_str_sequence(&parts).ok())
}
