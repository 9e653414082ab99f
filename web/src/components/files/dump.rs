//! Any file as numbers and letters, some of it at a time.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::files::named;
use crate::components::files::reading::{Opened, Parts, PartsFoot, Reader};
use crate::state::files::hex;
use crate::state::language::t;

/// How many bytes are shown with each press.
const PAGE: u64 = 8 << 10;
/// The most that are put into the page.
const MOST: u64 = 1 << 20;

/// A file as bytes.
#[component]
pub(super) fn Dump(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let first = head.bytes.slice(..head.bytes.len().min(PAGE as usize));
    let parts = Parts::new(reader, first.len() as u64, head.total, MOST);
    let pages: RwSignal<Vec<Arc<str>>> = RwSignal::new(vec![hex::dump(0, &first).into()]);
    let more = move |()| {
        let start = parts.loaded();
        parts.more(PAGE, move |bytes| {
            pages.update(|pages| pages.push(hex::dump(start, &bytes).into()));
        });
    };
    let numbered = move || pages.get().into_iter().enumerate();
    view! {
        <pre class="file-text" tabindex="0" role="region" aria-label=named(t("Bytes of the file"))>
            <For each=numbered key=|(nth, _)| *nth children=|(_, page)| page.to_string()/>
        </pre>
        <PartsFoot parts more=Callback::new(more)/>
    }
}
