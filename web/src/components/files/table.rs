//! Tables: values with commas between them, of which more is read as it scrolls,
//! and tables that were logged as JSON.

use std::collections::BTreeSet;

use bytes::Bytes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::Error;
use serde_json::Value;

use crate::components::failure::Failure;
use crate::components::files::named;
use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Parts, PartsFoot, Reader};
use crate::components::files::zoom::Thumbs;
use crate::components::sheet::Sheet;
use crate::state::files::blocks::Blocks;
use crate::state::files::logged::{Cell, cell};
use crate::state::language::t;

/// How much is read at once while scrolling, at first and at most.
const PART: u64 = 1 << 20;
const MOST_PART: u64 = 4 << 20;
/// The most JSON that is read as a table.
const MOST_JSON: u64 = 16 << 20;
/// How high rows are: of texts, and with pictures in them.
const ROW: f64 = 28.0;
const PICTURE_ROW: f64 = 84.0;
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
    let parts = Parts::new(reader.clone(), head.bytes.len() as u64, head.total, u64::MAX);
    let reader = StoredValue::new(reader);
    let table = StoredValue::new(Blocks::new(separator));
    let size = RwSignal::new((0, 0));
    let endless = RwSignal::new(false);
    let total = head.total;
    let take = move |bytes: Bytes, is_last: bool| {
        let now = table.try_update_value(|table| {
            let goes_on = table.push(&bytes, is_last);
            (goes_on, (table.rows(), table.width()))
        });
        let Some((goes_on, now)) = now else { return };
        size.set(now);
        if !goes_on {
            endless.set(true);
            parts.stop();
        }
    };
    let is_last = head.is_whole();
    take(head.bytes, is_last);
    let more = move |()| {
        let start = parts.loaded();
        // The more there is, the more at once.
        let part = (start / 8).clamp(PART, MOST_PART);
        parts.more(part, move |bytes| {
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
    let rows = Memo::new(move |_| size.get().0);
    // What was read before and was let go is read again.
    let again = RwSignal::new(0_usize);
    let asked: StoredValue<BTreeSet<usize>> = StoredValue::new(BTreeSet::new());
    let lost: RwSignal<Option<Error>> = RwSignal::new(None);
    let bring = move |row: usize| {
        let wanted = table.try_update_value(|table| table.wants(row)).flatten();
        let Some((nth, range)) = wanted else { return };
        if asked.try_update_value(|asked| asked.insert(nth)) != Some(true) {
            return;
        }
        spawn_local(async move {
            let Some(reader) = reader.try_get_value() else { return };
            let read = reader.read(range).await;
            asked.try_update_value(|asked| asked.remove(&nth));
            match read {
                Ok(part) => {
                    table.try_update_value(|table| table.again(nth, &part.bytes));
                    lost.try_set(None);
                    again.try_update(|again| *again += 1);
                }
                Err(error) => {
                    lost.try_set(Some(error));
                }
            }
        });
    };
    let seen = move |row: usize| {
        bring(row);
        if row + AHEAD > rows.get_untracked() && !untrack(move || parts.is_done()) {
            // Not while the table is being drawn.
            request_animation_frame(move || untrack(move || more(())));
        }
    };
    let value = move |(row, column): (usize, usize)| {
        again.track();
        table.with_value(|table| table.value(row, column)).unwrap_or_default()
    };
    let name = move |column: usize| {
        table.with_value(|table| table.head(column).map(str::to_owned)).unwrap_or_default()
    };
    let broken = move || {
        endless.get().then(|| {
            let words = t("A value in quotes does not end: what follows is no table.");
            problem(words.to_owned())
        })
    };
    let lost = move || {
        lost.get().map(|error| {
            let retry = Callback::new(move |()| again.update(|again| *again += 1));
            view! { <Failure error retry/> }
        })
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
                head=Callback::new(name)
                cell=Callback::new(value)
                seen=Callback::new(seen)
                is_whole=Signal::derive(move || parts.is_whole())
            />
        </Show>
        {broken}
        {lost}
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
    whole(reader.clone(), head, MOST_JSON, move |bytes| {
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
        let at = move |(row, column): (usize, usize)| {
            data.with_value(|data| cell(data.get(row).and_then(|row| row.get(column))))
        };
        let head = move |column: usize| match columns.with_value(|all| cell(all.get(column))) {
            Cell::Words(words) | Cell::Picture(_, words) => words,
        };
        let words = move |place| match at(place) {
            Cell::Words(words) | Cell::Picture(_, words) => words,
        };
        let width = columns.with_value(Vec::len);
        let is_picture = |column| matches!(at((0, column)), Cell::Picture(..));
        let with_pictures = (0..width).any(is_picture);
        let thumbs = Thumbs::new(reader.clone());
        let picture = move |place| match at(place) {
            Cell::Picture(small, large) => Some(thumbs.cell(small, large)),
            Cell::Words(_) => None,
        };
        view! {
            <Sheet
                label=named(t("Table of the file"))
                rows=Memo::new(move |_| data.with_value(Vec::len))
                columns=Memo::new(move |_| width)
                head=Callback::new(head)
                cell=Callback::new(words)
                picture=Callback::new(picture)
                row_height=if with_pictures { PICTURE_ROW } else { ROW }
                seen=Callback::new(|_| ())
            />
            {thumbs.large()}
        }
        .into_any()
    })
}
