//! A Jupyter notebook: text, code, and what the code said and drew.

use leptos::prelude::*;

use crate::components::files::media::{Drawn, too_large};
use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::components::long_list::LongList;
use crate::components::markdown::Markdown;
use crate::state::files::notebook::{Cell, cells};
use crate::state::language::{t, tf};

/// The most that is read.
const MOST: u64 = 16 << 20;

/// A file of a notebook.
#[component]
pub(super) fn NotebookView(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    whole(reader, head, MOST, |bytes| match cells(&bytes) {
        Err(why) => problem(tf("This is no notebook that can be read: {0}.", &[&why])),
        Ok(cells) => {
            let page = LongList::of(cells.len());
            let cells = page.list(move |nth| cells.get(nth).cloned().map(cell).into_any());
            view! { <div class="notebook">{cells}</div> {page.foot()} }.into_any()
        }
    })
}

fn cell(cell: Cell) -> AnyView {
    match cell {
        Cell::Markdown(text) => view! { <Markdown text/> }.into_any(),
        Cell::Code(code) => {
            view! { <pre class="notebook-code" tabindex="0">{code}</pre> }.into_any()
        }
        Cell::Output(text) => {
            view! { <pre class="notebook-output" tabindex="0">{text}</pre> }.into_any()
        }
        Cell::Drawing(svg) => drawn(svg.into_bytes(), "image/svg+xml"),
        Cell::Picture(media, base64) => match picture(&base64) {
            Some(bytes) => drawn(bytes, media),
            None => problem(t("A picture of this notebook is broken.").to_owned()),
        },
    }
}

/// A picture. Of one that would fill all memory, the words that say so.
fn drawn(bytes: Vec<u8>, media: &'static str) -> AnyView {
    if let Some(words) = too_large(&bytes) {
        return problem(words);
    }
    view! { <Drawn bytes=bytes.into() media alt=t("Picture").to_owned()/> }.into_any()
}

/// The bytes of base64: the browser gives them as letters up to 255.
fn picture(base64: &str) -> Option<Vec<u8>> {
    let letters = window().atob(base64).ok()?;
    letters.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
}
