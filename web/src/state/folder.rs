//! The files of a folder that was picked or dropped.

use js_sys::{Array, ArrayBuffer, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry,
};

use super::model_files::MOST_ENTRIES;

/// A file, and where it lies in its folder.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its path, with `/` between the parts.
    pub(crate) path: String,
    /// The file itself; not read yet.
    pub(crate) file: File,
}

/// The files of `<input type="file" webkitdirectory>`.
pub(crate) fn picked(list: &FileList) -> Vec<Found> {
    let files = (0..list.length()).filter_map(|index| list.item(index));
    files
        .take(MOST_ENTRIES)
        .map(|file| {
            let path = Reflect::get(&file, &"webkitRelativePath".into())
                .ok()
                .and_then(|path| path.as_string())
                .filter(|path| !path.is_empty())
                .unwrap_or_else(|| file.name());
            Found { path, file }
        })
        .collect()
}

/// The files and folders that were dropped, taken before the event is over.
pub(crate) fn dropped(transfer: &DataTransfer) -> Vec<FileSystemEntry> {
    let items = transfer.items();
    (0..items.length())
        .filter_map(|index| items.get(index))
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect()
}

/// All files in dropped folders, at any depth.
///
/// # Errors
/// When the browser refuses to list or open one of them.
pub(crate) async fn walk(entries: Vec<FileSystemEntry>) -> Result<Vec<Found>, String> {
    let refused = |_| "The browser could not read the dropped folder.".to_owned();
    let mut found = Vec::new();
    let mut waiting = entries;
    while let Some(entry) = waiting.pop() {
        if found.len() + waiting.len() > MOST_ENTRIES {
            return Err(format!(
                "The folder has more than {MOST_ENTRIES} entries: drop the model alone."
            ));
        }
        if entry.is_file() {
            let path = entry.full_path().trim_start_matches('/').to_owned();
            let entry: FileSystemFileEntry = entry.unchecked_into();
            let file = settle(|done, failed| {
                entry.file_with_callback_and_callback(&done, &failed);
            });
            found.push(Found { path, file: file.await.map_err(refused)?.unchecked_into() });
        } else {
            let reader = entry.unchecked_into::<FileSystemDirectoryEntry>().create_reader();
            // A reader answers in parts, and with an empty one at the end.
            loop {
                let part = settle(|done, failed| {
                    reader.read_entries_with_callback_and_callback(&done, &failed).ok();
                });
                let part: Array = part.await.map_err(refused)?.unchecked_into();
                if part.length() == 0 {
                    break;
                }
                waiting.extend(part.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
            }
        }
    }
    Ok(found)
}

/// Reads a file's bytes.
///
/// # Errors
/// When the file went away or cannot be read.
pub(crate) async fn read(found: &Found) -> Result<ArrayBuffer, String> {
    JsFuture::from(found.file.array_buffer()).await.map(JsCast::unchecked_into).map_err(|_| {
        format!("{} could not be read: it may have been moved or deleted.", found.path)
    })
}

/// Waits for a function that calls one of two callbacks.
async fn settle(start: impl Fn(Function, Function)) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::new(&mut |resolve, reject| start(resolve, reject))).await
}
