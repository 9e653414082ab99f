//! What the browser keeps for us. A browser that keeps nothing (private
//! windows, blocked storage) is fine: everything then lasts as long as the page.

use serde::{Serialize, de::DeserializeOwned};
use web_sys::Storage;

/// Where a value is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shelf {
    /// On this device, until it is removed: `localStorage`.
    Device,
    /// Until this tab is closed: `sessionStorage`.
    Tab,
}

impl Shelf {
    fn open(self) -> Option<Storage> {
        let window = web_sys::window()?;
        match self {
            Shelf::Device => window.local_storage(),
            Shelf::Tab => window.session_storage(),
        }
        .ok()
        .flatten()
    }

    /// The text kept under `key`.
    pub(crate) fn text(self, key: &str) -> Option<String> {
        self.open()?.get_item(key).ok().flatten()
    }

    /// Keeps a text under `key`.
    pub(crate) fn set_text(self, key: &str, value: &str) {
        if let Some(storage) = self.open() {
            storage.set_item(key, value).ok();
        }
    }

    /// The value kept under `key`, if it still reads as one.
    pub(crate) fn get<T: DeserializeOwned>(self, key: &str) -> Option<T> {
        serde_json::from_slice(self.text(key)?.as_bytes()).ok()
    }

    /// Keeps a value under `key`.
    pub(crate) fn set<T: Serialize>(self, key: &str, value: &T) {
        if let Ok(text) = serde_json::to_string(value) {
            self.set_text(key, &text);
        }
    }

    /// Keeps nothing under `key` any more.
    pub(crate) fn remove(self, key: &str) {
        if let Some(storage) = self.open() {
            storage.remove_item(key).ok();
        }
    }
}
