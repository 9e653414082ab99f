//! A table of Parquet: what its footer says, and its rows, read as they are seen.

use std::collections::BTreeMap;

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use wasm_bindgen::JsValue;

use crate::components::files::named;
use crate::components::files::preview::{offer, problem};
use crate::components::files::reading::{Opened, Reader};
use crate::components::sheet::Sheet;
use crate::state::format;
use crate::state::language::{t, tf};
use crate::state::viewers::{ask, viewer};

/// How many rows are read at once.
const BLOCK: usize = 200;
/// The most blocks that are kept.
const MOST_BLOCKS: usize = 50;
/// More than this is not read for a block of rows before the user agrees.
const MOST_READ: f64 = (32 << 20) as f64;

/// What a file says of itself.
#[derive(Clone, Debug, Deserialize)]
struct About {
    rows: u64,
    /// How many columns it has.
    width: usize,
    /// Names and types of the first of them.
    columns: Vec<(String, String)>,
    groups: usize,
    codecs: Vec<String>,
    by: String,
}

/// An opened file, and what says more of it. Values of JavaScript stay on the
/// one thread that there is.
type File = (StoredValue<JsValue, LocalStorage>, About);

/// Rows that were read, by the number of their block; a block that is on its way
/// is empty.
type Blocks = BTreeMap<usize, Vec<Vec<String>>>;

/// A file of Parquet.
#[component]
pub(super) fn ParquetView(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let opened: RwSignal<Option<Result<File, String>>> = RwSignal::new(None);
    spawn_local(async move {
        let file = open(&reader, head.total).await;
        opened.try_set(Some(file.map(|(file, about)| (StoredValue::new_local(file), about))));
    });
    move || match opened.get() {
        None => view! { <span class="bone w5"></span> }.into_any(),
        Some(Err(why)) => problem(tf("This is no Parquet that can be read: {0}.", &[&why])),
        Some(Ok((file, about))) => view! { <Rows file about/> }.into_any(),
    }
}

async fn open(reader: &Reader, total: u64) -> Result<(JsValue, About), String> {
    if !reader.has_all(total) {
        return Err(t("it is too large to be unpacked here; download the archive").to_owned());
    }
    let source = reader.source().ok_or_else(|| reader.path().to_owned())?;
    let viewer = viewer("parquet").await?;
    let file = ask(&viewer, "open", &Array::of2(&source, &(total as f64).into())).await?;
    let about = Reflect::get(&file, &"about".into()).ok().and_then(|about| about.as_string());
    let about = serde_json::from_str(&about.unwrap_or_default()).map_err(|e| e.to_string())?;
    Ok((file, about))
}

/// The facts and the rows.
#[component]
fn Rows(
    /// The opened file.
    file: StoredValue<JsValue, LocalStorage>,
    /// What it says of itself.
    about: About,
) -> impl IntoView {
    let blocks: RwSignal<Blocks> = RwSignal::default();
    let failed: RwSignal<Option<String>> = RwSignal::new(None);
    let rows = usize::try_from(about.rows).unwrap_or(usize::MAX);
    // Whether the user lets much be read, and how much it would be for which block.
    let agreed = RwSignal::new(false);
    let asks: RwSignal<Option<(usize, u64)>> = RwSignal::new(None);
    let load = move |block: usize| {
        let fresh = blocks.try_update_untracked(|blocks| {
            if blocks.contains_key(&block) {
                return false;
            }
            // The one that is farthest from what is seen now goes first.
            if blocks.len() >= MOST_BLOCKS
                && let Some(far) = blocks.keys().copied().max_by_key(|key| key.abs_diff(block))
            {
                blocks.remove(&far);
            }
            blocks.insert(block, Vec::new());
            true
        });
        if fresh != Some(true) {
            return;
        }
        spawn_local(async move {
            let Some(file) = file.try_get_value() else { return };
            let (start, end) = (block * BLOCK, ((block + 1) * BLOCK).min(rows));
            let range = Array::of2(&(start as f64).into(), &(end as f64).into());
            let cost = ask(&file, "cost", &range).await.ok().and_then(|cost| cost.as_f64());
            let cost = cost.unwrap_or_default();
            if cost > MOST_READ && agreed.try_get_untracked() == Some(false) {
                blocks.try_update_untracked(|blocks| blocks.remove(&block));
                asks.try_set(Some((block, cost as u64)));
                return;
            }
            let read = ask(&file, "rows", &range).await.and_then(|text| {
                let text = text.as_string().unwrap_or_default();
                serde_json::from_str::<Vec<Vec<String>>>(&text).map_err(|e| e.to_string())
            });
            match read {
                Ok(read) => {
                    blocks.try_update(|blocks| blocks.insert(block, read));
                }
                Err(why) => {
                    failed.try_set(Some(why));
                }
            }
        });
    };
    let cell = move |(row, column): (usize, usize)| {
        blocks.with(|blocks| {
            let row = blocks.get(&(row / BLOCK)).and_then(|block| block.get(row % BLOCK));
            row.and_then(|row| row.get(column).cloned()).unwrap_or_default()
        })
    };
    let fact = |name: &'static str, value: String| {
        view! { <dt>{name}</dt> <dd>{value}</dd> }
    };
    let schema = about.columns.iter().map(|(name, kind)| {
        view! { <tr><th scope="row">{name.clone()}</th> <td class="mono">{kind.clone()}</td></tr> }
    });
    let schema = schema.collect_view();
    let question = move || {
        let (block, cost) = asks.get()?;
        let words = tf(
            "The file has no index of its pages: {0} have to be read to show these rows.",
            &[&format::bytes(cost)],
        );
        let agree = move || {
            agreed.set(true);
            asks.set(None);
            load(block);
        };
        Some(offer(words, t("Read them"), agree))
    };
    let names: Vec<String> = about.columns.iter().map(|(name, _)| name.clone()).collect();
    let width = names.len();
    let cut = (about.width > width).then(|| {
        let words = tf(
            "The first {0} of {1} columns are shown.",
            &[&format::count(width), &format::count(about.width)],
        );
        view! { <p class="faint">{words}</p> }
    });
    let names = StoredValue::new(names);
    let head = move |column: usize| {
        names.with_value(|names| names.get(column).cloned().unwrap_or_default())
    };
    view! {
        <dl class="file-facts">
            {fact(t("Rows"), format::count(rows))}
            {fact(t("Columns"), format::count(about.width))}
            {fact(t("Row groups"), format::count(about.groups))}
            {fact(t("Compression"), about.codecs.join(", "))}
            {fact(t("Written by"), about.by)}
        </dl>
        <details class="file-schema">
            <summary>{t("Schema")}</summary>
            <table class="files-folder">
                <thead>
                    <tr><th scope="col">{t("Column")}</th> <th scope="col">{t("Type")}</th></tr>
                </thead>
                <tbody>{schema}</tbody>
            </table>
        </details>
        {move || failed.get().map(|why| problem(tf("Rows can't be read: {0}.", &[&why])))}
        {cut}
        {question}
        <Sheet
            label=named(t("Table of the file"))
            rows=Memo::new(move |_| rows)
            columns=Memo::new(move |_| width)
            head=Callback::new(head)
            cell=Callback::new(cell)
            seen=Callback::new(move |row: usize| load(row / BLOCK))
        />
    }
}
