//! Tables: values with commas between them, of which more is read as it scrolls,
//! and tables that were logged as JSON.

use bytes::Bytes;
use leptos::prelude::*;
use serde_json::Value;

use crate::components::files::named;
use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Parts, PartsFoot, Reader};
use crate::components::sheet::Sheet;
use crate::state::files::separated::Separated;
use crate::state::language::t;

/// How much is read at once while scrolling.
const PART: u64 = 1 << 20;
/// The most that is kept.
const MOST: u64 = 64 << 20;
/// The most JSON that is read as a table.
const MOST_JSON: u64 = 16 << 20;
/// More is asked for when this many rows are left below.
const AHEAD: usize = 50;

/// A file of values with a separator.
#[component]
pub(super) fn Table(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
    /// What stands between the values.
    separator: u8,
) -> impl IntoView {
    let parts = Parts::new(reader, head.bytes.len() as u64, head.total, MOST);
    let table = StoredValue::new(Separated::new(separator));
    let size = RwSignal::new((0, 0));
    let total = head.total;
    let take = move |bytes: Bytes, is_last: bool| {
        let now = table.try_update_value(|table| {
            table.push(&bytes);
            if is_last {
                table.finish();
            }
            (table.len(), table.width())
        });
        if let Some(now) = now {
            size.set(now);
        }
    };
    let is_last = head.is_whole();
    take(head.bytes, is_last);
    let more = move |()| {
        let start = parts.loaded();
        parts.more(PART, move |bytes| {
            let is_last = bytes.is_empty() || start + bytes.len() as u64 >= total;
            take(bytes, is_last);
        });
    };
    // The first line may be longer than what is here.
    let is_waiting = move || size.get().1 == 0 && !parts.is_done();
    Effect::new(move || {
        if is_waiting() {
            untrack(|| more(()));
        }
    });
    let rows = Memo::new(move |_| size.get().0.saturating_sub(1));
    let near_end = move |row: usize| {
        if row + AHEAD > rows.get_untracked() && !untrack(move || parts.is_done()) {
            // Not while the table is being drawn.
            request_animation_frame(move || untrack(move || more(())));
        }
    };
    let value = move |row: usize, column: usize| {
        table.with_value(|table| table.value(row, column)).unwrap_or_default()
    };
    view! {
        <Show
            when=move || size.get().1 != 0
            fallback=move || {
                let words = move || match is_waiting() {
                    true => t("Reading…"),
                    false => t("The file is empty."),
                };
                view! { <p class="faint">{words}</p> }
            }
        >
            <Sheet
                label=named(t("Table of the file"))
                rows
                columns=Memo::new(move |_| size.get().1)
                head=Callback::new(move |column| value(0, column))
                cell=Callback::new(move |(row, column)| value(row + 1, column))
                seen=Callback::new(near_end)
                is_whole=Signal::derive(move || parts.is_whole())
            />
        </Show>
        <PartsFoot parts more=Callback::new(more)/>
    }
}

/// A table that was logged as JSON: `columns` and `data`.
#[component]
pub(super) fn LoggedTable(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    whole(reader, head, MOST_JSON, |bytes| {
        let mut file: Value = match serde_json::from_slice(&bytes) {
            Ok(file) => file,
            Err(_) => return problem(t("This is no table that can be read.").to_owned()),
        };
        let mut list = |key| match file.get_mut(key).map(Value::take) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let columns = StoredValue::new(list("columns"));
        let data = StoredValue::new(list("data"));
        let head = move |column: usize| columns.with_value(|all| words(all.get(column)));
        let cell = move |(row, column): (usize, usize)| {
            data.with_value(|data| words(data.get(row).and_then(|row| row.get(column))))
        };
        view! {
            <Sheet
                label=named(t("Table of the file"))
                rows=Memo::new(move |_| data.with_value(Vec::len))
                columns=Memo::new(move |_| columns.with_value(Vec::len))
                head=Callback::new(head)
                cell=Callback::new(cell)
                seen=Callback::new(|_| ())
            />
        }
        .into_any()
    })
}

fn words(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
