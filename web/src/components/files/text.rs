//! A file as text, some of it at a time, and as Markdown.

use std::sync::Arc;

use bytes::Bytes;
use leptos::prelude::*;

use crate::components::files::preview::whole;
use crate::components::files::reading::{Opened, PART, Parts, PartsFoot, Reader};
use crate::components::markdown::Markdown;
use crate::state::language::t;

/// The most text that is put into the page.
const MOST: u64 = 8 << 20;
/// The most Markdown that is rendered.
const MOST_MARKDOWN: u64 = 1 << 20;

/// A file as text.
#[component]
pub(super) fn Text(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let parts = Parts::new(reader, head.bytes.len() as u64, head.total, MOST);
    let cut: StoredValue<Vec<u8>> = StoredValue::new(Vec::new());
    let pieces: RwSignal<Vec<Arc<str>>> = RwSignal::default();
    let take = move |bytes: Bytes| {
        let text = cut.try_update_value(|cut| decode(cut, &bytes)).unwrap_or_default();
        pieces.update(|pieces| pieces.push(text.into()));
    };
    take(head.bytes);
    let more = Callback::new(move |()| parts.more(PART, take));
    let numbered = move || pieces.get().into_iter().enumerate();
    view! {
        <pre class="file-text" tabindex="0" role="region" aria-label=t("Text of the file")>
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
        let text = String::from_utf8_lossy(&bytes).into_owned();
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
