//! A file's bytes, by ranges.

use std::ops::Range;

use bytes::Bytes;
use http::StatusCode;
use js_sys::{Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::{Error, ErrorKind, FilePart, FileRoot};
use wasm_bindgen::JsValue;
use web_sys::Url;

use crate::components::failure::Failure;
use crate::state::format;
use crate::state::language::{t, tf};
use crate::state::session::Mlflow;

/// How much is read of a file at first, and of a text or a dump with each press.
pub(super) const PART: u64 = 256 << 10;

/// Reads one file.
#[derive(Clone)]
pub(super) struct Reader {
    client: Mlflow,
    root: FileRoot,
    path: String,
    within: Within,
}

/// What of a file is read.
#[derive(Clone)]
enum Within {
    /// All of it.
    All,
    /// A file that lies in it as it is: where it is called so, begins, and how
    /// long it is.
    Stored(String, u64, u64),
    /// A file that was unpacked from it.
    Unpacked(String, Bytes),
}

impl Reader {
    pub(super) fn new(client: Mlflow, root: FileRoot, path: String) -> Reader {
        Reader { client, root, path, within: Within::All }
    }

    /// Reads another file of the same root.
    pub(super) fn beside(&self, path: String) -> Reader {
        Reader { path, within: Within::All, ..self.clone() }
    }

    /// Whether it lies in another file, which its neighbours do as well.
    pub(super) fn is_within(&self) -> bool {
        !matches!(self.within, Within::All)
    }

    /// Whether all of a file's `total` bytes can be read: of a large one that is
    /// packed, only the beginning is there.
    pub(super) fn has_all(&self, total: u64) -> bool {
        match &self.within {
            Within::Unpacked(_, bytes) => bytes.len() as u64 >= total,
            Within::All | Within::Stored(..) => true,
        }
    }

    /// Reads a file that lies in this one as it is.
    pub(super) fn stored(&self, path: String, start: u64, length: u64) -> Reader {
        Reader { within: Within::Stored(path, start, length), ..self.clone() }
    }

    /// Reads a file that was unpacked from this one.
    pub(super) fn unpacked(&self, path: String, bytes: Bytes) -> Reader {
        Reader { within: Within::Unpacked(path, bytes), ..self.clone() }
    }

    /// The file's path.
    pub(super) fn path(&self) -> &str {
        match &self.within {
            Within::All => &self.path,
            Within::Stored(path, ..) | Within::Unpacked(path, _) => path,
        }
    }

    /// Reads a range; nothing where the file ends before it.
    ///
    /// # Errors
    /// When there is no answer, or no such file.
    pub(super) async fn read(&self, range: Range<u64>) -> Result<FilePart, Error> {
        match &self.within {
            Within::All => self.read_all(range).await,
            Within::Stored(_, offset, length) => {
                let (start, end) = (range.start.min(*length), range.end.min(*length));
                let mut part = self.read_all(offset + start..offset + end).await?;
                (part.start, part.total) = (start, Some(*length));
                Ok(part)
            }
            Within::Unpacked(_, bytes) => {
                let length = bytes.len() as u64;
                let (start, end) = (range.start.min(length), range.end.min(length));
                // Both are at most the length of something in memory.
                let part = bytes.slice(start as usize..end as usize);
                Ok(FilePart { bytes: part, start, total: Some(length) })
            }
        }
    }

    async fn read_all(&self, range: Range<u64>) -> Result<FilePart, Error> {
        let start = range.start;
        match self.client.read_file(&self.root, &self.path, Some(range)).await {
            Err(error) if is_behind_the_end(&error) => {
                Ok(FilePart { bytes: Bytes::new(), start, total: Some(start) })
            }
            answer => answer,
        }
    }

    /// Reads the whole file, of which `head` is known.
    ///
    /// # Errors
    /// See [`Reader::read`].
    pub(super) async fn rest(&self, head: &Opened) -> Result<Bytes, Error> {
        if head.is_whole() {
            return Ok(head.bytes.clone());
        }
        let known = head.bytes.len() as u64;
        let rest = self.read(known..head.total).await?;
        Ok([head.bytes.clone(), rest.bytes].concat().into())
    }

    /// Reads the whole file at once.
    ///
    /// # Errors
    /// See [`Reader::read`].
    pub(super) async fn whole(&self) -> Result<Bytes, Error> {
        match self.within {
            Within::All => Ok(self.client.read_file(&self.root, &self.path, None).await?.bytes),
            Within::Stored(..) | Within::Unpacked(..) => Ok(self.read(0..u64::MAX).await?.bytes),
        }
    }

    /// The address from which the browser itself may load the file: only where
    /// that needs no credentials of ours.
    pub(super) fn direct_url(&self) -> Option<String> {
        if !matches!(self.within, Within::All) {
            return None;
        }
        if !matches!(self.client.auth().header(), Ok(None)) {
            return None;
        }
        let request = self.client.file_request(&self.root, &self.path, None).ok()?;
        Some(request.uri().to_string())
    }

    /// The same, where the page's own policy lets sound and film come from: the
    /// origin that the page is from.
    pub(super) fn own_url(&self) -> Option<String> {
        let page = window().location();
        let url = Url::new_with_base(&self.direct_url()?, &page.href().ok()?).ok()?;
        (Some(url.origin()) == page.origin().ok()).then(|| url.href())
    }

    /// What a module of JavaScript needs to read the file by itself: its address,
    /// the headers of a request, and where it begins there; or its bytes, if it
    /// was unpacked.
    pub(super) fn source(&self) -> Option<JsValue> {
        let source = Object::new();
        let set = |key: &str, value: JsValue| Reflect::set(&source, &key.into(), &value).ok();
        match &self.within {
            Within::All => {}
            Within::Stored(_, start, _) => {
                set("offset", (*start as f64).into())?;
            }
            Within::Unpacked(_, bytes) => {
                set("bytes", js_sys::Uint8Array::from(bytes.as_ref()).into())?;
                return Some(source.into());
            }
        }
        let request = self.client.file_request(&self.root, &self.path, None).ok()?;
        let headers = Object::new();
        for (name, value) in request.headers() {
            Reflect::set(&headers, &name.as_str().into(), &value.to_str().ok()?.into()).ok()?;
        }
        set("url", request.uri().to_string().into())?;
        set("headers", headers.into())?;
        Some(source.into())
    }
}

/// HTTP's word for a range behind the end: of an empty file, every one is.
fn is_behind_the_end(error: &Error) -> bool {
    let unsatisfiable = StatusCode::RANGE_NOT_SATISFIABLE.as_u16();
    match error.kind() {
        ErrorKind::NotMlflow { status, .. } | ErrorKind::Api { status, .. } => {
            *status == unsatisfiable
        }
        _ => false,
    }
}

/// The beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    /// Its first bytes.
    pub(super) bytes: Bytes,
    /// How many it has.
    pub(super) total: u64,
}

impl Opened {
    /// From the first part; `listed` is the size that the listing said.
    pub(super) fn new(part: FilePart, listed: Option<u64>) -> Opened {
        let known = part.bytes.len() as u64;
        // A part that is short of what was asked for ends with the file.
        let short = (known < PART).then_some(known);
        Opened { total: part.total.or(short).or(listed).unwrap_or(known), bytes: part.bytes }
    }

    /// Whether that is all.
    pub(super) fn is_whole(&self) -> bool {
        self.bytes.len() as u64 >= self.total
    }
}

/// A file of which more is read as it is asked for. A copyable handle.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    reader: StoredValue<Reader>,
    loaded: RwSignal<u64>,
    total: u64,
    most: RwSignal<u64>,
    waiting: RwSignal<bool>,
    failed: RwSignal<Option<Error>>,
}

impl Parts {
    /// `loaded` bytes are known of `total`; at most `most` are read.
    pub(super) fn new(reader: Reader, loaded: u64, total: u64, most: u64) -> Parts {
        Parts {
            reader: StoredValue::new(reader),
            loaded: RwSignal::new(loaded),
            total,
            most: RwSignal::new(most),
            waiting: RwSignal::new(false),
            failed: RwSignal::new(None),
        }
    }

    /// How many bytes were read.
    pub(super) fn loaded(self) -> u64 {
        self.loaded.get()
    }

    /// Whether nothing more is to be read.
    pub(super) fn is_done(self) -> bool {
        self.loaded.get() >= self.total.min(self.most.get())
    }

    /// Nothing more is read: there is no sense in it.
    pub(super) fn stop(self) {
        self.most.set(0);
    }

    /// Whether the whole file was read.
    pub(super) fn is_whole(self) -> bool {
        self.loaded.get() >= self.total
    }

    /// Reads the next `size` bytes and gives them to `take`, unless it does that
    /// already or there are none.
    pub(super) fn more(self, size: u64, take: impl FnOnce(Bytes) + 'static) {
        let start = self.loaded.get_untracked();
        let end = start.saturating_add(size).min(self.total.min(self.most.get_untracked()));
        if self.waiting.get_untracked() || start >= end {
            return;
        }
        self.waiting.set(true);
        self.failed.set(None);
        let reader = self.reader.get_value();
        spawn_local(async move {
            let answer = reader.read(start..end).await;
            if self.waiting.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(part) => {
                    // An empty part: the file was longer when it was listed.
                    let next = if part.bytes.is_empty() {
                        self.total
                    } else {
                        start + part.bytes.len() as u64
                    };
                    take(part.bytes);
                    self.loaded.set(next);
                }
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }
}

/// Says how much of a file is shown, and offers more.
#[component]
pub(super) fn PartsFoot(
    /// The file.
    parts: Parts,
    /// Shows more.
    more: Callback<()>,
) -> impl IntoView {
    let amount = move || {
        tf("{0} of {1} are shown.", &[&format::bytes(parts.loaded()), &format::bytes(parts.total)])
    };
    let next = move || match parts.failed.get() {
        Some(error) => view! { <Failure error retry=more/> }.into_any(),
        None if parts.is_done() => {
            view! { <span class="faint">{t("Download the file to see the rest.")}</span> }
                .into_any()
        }
        None => view! {
            <button
                type="button"
                class="button"
                aria-disabled=move || parts.waiting.get().to_string()
                on:click=move |_| more.run(())
            >
                {t("Show more")}
            </button>
        }
        .into_any(),
    };
    view! {
        <Show when=move || !parts.is_whole()>
            <div class="files-foot">
                <span class="faint">{amount}</span>
                {next}
            </div>
        </Show>
    }
}
