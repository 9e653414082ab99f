//! A file as text, some of it at a time, and as Markdown.

use std::sync::Arc;

use bytes::Bytes;
use js_sys::Array;
use leptos::html::Pre;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::files::named;
use crate::components::files::preview::whole;
use crate::components::files::reading::{Opened, PART, Parts, PartsFoot, Reader};
use crate::components::markdown::Markdown;
use crate::state::files::{code, letters};
use crate::state::language::t;
use crate::state::viewers::{ask, viewer};

/// The most text that is put into the page.
const MOST: u64 = 8 << 20;
/// The most Markdown that is rendered.
const MOST_MARKDOWN: u64 = 1 << 20;

/// The most text that is coloured.
const MOST_CODE: usize = 200 << 10;

/// A file as text; coloured where its language is known and it is not long.
#[component]
pub(super) fn Source(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let language = code::language(reader.path(), &head.bytes);
    match language.filter(|_| head.is_whole() && head.bytes.len() <= MOST_CODE) {
        Some(language) => {
            let text = letters::text(&head.bytes).into_owned();
            view! { <Code text language/> }.into_any()
        }
        None => view! { <Text reader head/> }.into_any(),
    }
}

/// Code, plain until what colours it has come; it stays so if that does not.
#[component]
fn Code(
    /// The code.
    text: String,
    /// The name of its language.
    language: &'static str,
) -> impl IntoView {
    let place: NodeRef<Pre> = NodeRef::new();
    let text = StoredValue::new(text);
    Effect::new(move || {
        let Some(place) = place.get() else { return };
        text.with_value(|text| place.set_text_content(Some(text)));
        spawn_local(async move {
            let Ok(viewer) = viewer("highlight").await else { return };
            let Some(text) = text.try_get_value() else { return };
            let arguments = Array::of3(place.as_ref(), &text.into(), &language.into());
            ask(&viewer, "highlight", &arguments).await.ok();
        });
    });
    view! {
        <pre
            class="file-text"
            tabindex="0"
            role="region"
            aria-label=named(t("Text of the file"))
            node_ref=place
        ></pre>
    }
}

/// A file as text.
#[component]
fn Text(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let parts = Parts::new(reader, head.bytes.len() as u64, head.total, MOST);
    let cut: StoredValue<Vec<u8>> = StoredValue::new(Vec::new());
    let pieces: RwSignal<Vec<Arc<str>>> = RwSignal::default();
    let is_windows = letters::is_windows(&head.bytes);
    let take = move |bytes: Bytes| {
        let text = match is_windows {
            true => letters::windows(&bytes),
            false => cut.try_update_value(|cut| decode(cut, &bytes)).unwrap_or_default(),
        };
        pieces.update(|pieces| pieces.push(text.into()));
    };
    take(head.bytes);
    let more = Callback::new(move |()| parts.more(PART, take));
    let numbered = move || pieces.get().into_iter().enumerate();
    view! {
        <pre class="file-text" tabindex="0" role="region" aria-label=named(t("Text of the file"))>
            <For each=numbered key=|(nth, _)| *nth children=|(_, piece)| piece.to_string()/>
        </pre>
        <PartsFoot parts more/>
    }
}

/// Bytes as text; a letter that is cut at the end waits in `cut` for the next.
fn decode(cut: &mut Vec<u8>, bytes: &[u8]) -> String {
    cut.extend_from_slice(bytes);
    let whole = match std::str::from_utf8(cut) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => cut.len(),
    };
    let rest = cut.split_off(whole);
    let text = String::from_utf8_lossy(cut).into_owned();
    *cut = rest;
    text
}

/// A file as Markdown.
#[component]
pub(super) fn MarkdownText(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    whole(reader, head, MOST_MARKDOWN, |bytes| {
        let text = letters::text(&bytes).into_owned();
        view! { <Markdown text/> }.into_any()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_may_be_cut_anywhere() {
        let text = "aüb€c🦀";
        for at in 1..text.len() {
            let mut cut = Vec::new();
            let (first, second) = text.as_bytes().split_at(at);
            let both = decode(&mut cut, first) + &decode(&mut cut, second);
            assert_eq!(both, text);
        }
    }
}
