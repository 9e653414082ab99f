//! An archive: what is in it, and each of its files as if it lay beside it.

use std::sync::Arc;

use bytes::Bytes;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::components::files::preview::{Shown, problem};
use crate::components::files::reading::{Opened, PART, Reader};
use crate::components::long_list::LongList;
use crate::state::files::zip::{Directory, END, Entry, LOCAL_HEAD, data_start, entries};
use crate::state::format;
use crate::state::language::{t, tf, tn};
use crate::state::viewers::{ask, viewer};

/// The most that is read of a directory.
const MOST_DIRECTORY: u64 = 16 << 20;
/// The most that is unpacked of a file: a small archive can hold one that fills
/// all memory.
const MOST_UNPACKED: u64 = 64 << 20;

/// The files of an archive, and how many entries of its directory were left out.
type Listed = (Arc<[Entry]>, u64);

/// A file that is an archive.
#[component]
pub(super) fn Archive(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let reader = StoredValue::new(reader);
    let listed: RwSignal<Option<Result<Listed, String>>> = RwSignal::new(None);
    let total = head.total;
    spawn_local(async move {
        let list = list(&reader.get_value(), total).await;
        listed.try_set(Some(list));
    });
    let chosen: RwSignal<Option<usize>> = RwSignal::new(None);
    move || match listed.get() {
        None => view! { <span class="bone w5"></span> }.into_any(),
        Some(Err(why)) => problem(tf("This is no archive that can be read: {0}.", &[&why])),
        Some(Ok((entries, _))) if entries.is_empty() => {
            view! { <p class="faint">{t("The archive is empty.")}</p> }.into_any()
        }
        Some(Ok(listed)) => contents(reader, listed, chosen),
    }
}

/// Reads an archive's directory.
async fn list(reader: &Reader, total: u64) -> Result<Listed, String> {
    let words = |error: mlflow_client::Error| error.to_string();
    let tail = reader.read(total.saturating_sub(END)..total).await.map_err(words)?;
    let directory = Directory::find(&tail.bytes, total)?;
    let end = directory.start + directory.length.min(MOST_DIRECTORY);
    let read = reader.read(directory.start..end).await.map_err(words)?;
    let (found, known) = entries(&read.bytes)?;
    Ok((found.into(), directory.entries.saturating_sub(known)))
}

/// What is in an archive, and the file of it that was chosen.
fn contents(
    reader: StoredValue<Reader>,
    (entries, left): Listed,
    chosen: RwSignal<Option<usize>>,
) -> AnyView {
    let row = move |nth: usize, entry: &Entry| {
        view! {
            <tr>
                <th scope="row">
                    <button
                        type="button"
                        class="link-button"
                        aria-pressed=move || (chosen.get() == Some(nth)).to_string()
                        on:click=move |_| chosen.set(Some(nth))
                    >
                        {entry.path.clone()}
                    </button>
                </th>
                <td class="number">{format::bytes(entry.size)}</td>
                <td class="number">{format::bytes(entry.packed)}</td>
            </tr>
        }
    };
    let page = LongList::of(entries.len());
    let listed = Arc::clone(&entries);
    let rows = page.list(move |nth| listed.get(nth).map(|entry| row(nth, entry)).into_any());
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let left = (left > 0).then(|| {
        let words = tn(
            left,
            "{0} more entry is not listed: the archive has too many.",
            "{0} more entries are not listed: the archive has too many.",
        );
        view! { <p class="faint">{words}</p> }
    });
    let amount = tn(entries.len(), "{0} file", "{0} files");
    let shown = move || {
        let entry = entries.get(chosen.get()?)?.clone();
        Some(view! { <Unpacked reader=reader.get_value() entry/> })
    };
    view! {
        <p class="faint" role="status">{amount}</p>
        <div class="archive">
            <table class="files-folder">
                <thead>
                    <tr>
                        <th scope="col">{t("Name")}</th>
                        <th scope="col" class="number">{t("Size")}</th>
                        <th scope="col" class="number">{t("Packed")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {page.foot()}
        </div>
        {left}
        {shown}
    }
    .into_any()
}

/// A file of an archive.
#[component]
fn Unpacked(
    /// Reads the archive.
    reader: Reader,
    /// The file.
    entry: Entry,
) -> impl IntoView {
    let opened: RwSignal<Option<Result<(Reader, Opened), String>>> = RwSignal::new(None);
    let name = entry.path.clone();
    spawn_local(async move {
        let file = unpack(&reader, &entry).await;
        opened.try_set(Some(file));
    });
    let body = move || match opened.get() {
        None => view! { <span class="bone w5"></span> }.into_any(),
        Some(Err(why)) => problem(why),
        Some(Ok((reader, head))) => view! { <Shown reader head/> }.into_any(),
    };
    view! {
        <h3>{name}</h3>
        {body}
    }
}

/// Opens a file of an archive, unpacked as far as that is safe.
async fn unpack(archive: &Reader, entry: &Entry) -> Result<(Reader, Opened), String> {
    let words = |error: mlflow_client::Error| error.to_string();
    let broken = || tf("{0} can't be unpacked: the archive is broken.", &[&entry.path]);
    if entry.locked {
        return Err(tf("{0} needs a password.", &[&entry.path]));
    }
    let head = entry.start..entry.start.saturating_add(LOCAL_HEAD);
    let head = archive.read(head).await.map_err(words)?;
    let start = data_start(entry, &head.bytes).ok_or_else(broken)?;
    match entry.method {
        0 => {
            let reader = archive.stored(entry.path.clone(), start, entry.packed);
            let part = reader.read(0..PART).await.map_err(words)?;
            Ok((reader, Opened::new(part, Some(entry.packed))))
        }
        8 => {
            // Of a file that is too large, its beginning.
            let most = if entry.size > MOST_UNPACKED { PART } else { entry.size };
            let packed = entry.packed.min(MOST_UNPACKED);
            let packed = archive.read(start..start.saturating_add(packed)).await.map_err(words)?;
            let unpacked = inflate(&packed.bytes, most + 1).await?;
            if (unpacked.len() as u64) < most {
                return Err(broken());
            }
            if unpacked.len() as u64 > most && most == entry.size {
                let words = tf(
                    "{0} is larger than the archive says. It may be made to fill all memory, and is not unpacked.",
                    &[&entry.path],
                );
                return Err(words);
            }
            let unpacked = unpacked.slice(..unpacked.len().min(most as usize));
            let reader = archive.unpacked(entry.path.clone(), unpacked.clone());
            let total = if most == entry.size { unpacked.len() as u64 } else { entry.size };
            let first = unpacked.slice(..unpacked.len().min(PART as usize));
            Ok((reader, Opened { bytes: first, total }))
        }
        _ => Err(tf("{0} is packed in a way that is unknown here.", &[&entry.path])),
    }
}

/// Unpacks bytes, `most` at most.
async fn inflate(packed: &[u8], most: u64) -> Result<Bytes, String> {
    let viewer = viewer("inflate").await?;
    let arguments = Array::of2(&Uint8Array::from(packed), &(most as f64).into());
    let bytes = ask(&viewer, "inflate", &arguments).await?;
    Ok(bytes.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec().into()).unwrap_or_default())
}
