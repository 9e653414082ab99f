//! A Jupyter notebook: text, code, and what the code said and drew.

use leptos::prelude::*;

use crate::components::files::media::Drawn;
use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::components::markdown::Markdown;
use crate::state::files::notebook::{Cell, cells};
use crate::state::language::{t, tf};

/// The most that is read.
const MOST: u64 = 16 << 20;
/// The most cells that are shown.
const MOST_CELLS: usize = 500;

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
            let cells = cells.into_iter().take(MOST_CELLS).map(cell).collect_view();
            view! { <div class="notebook">{cells}</div> }.into_any()
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
        Cell::Picture(base64) => match picture(&base64) {
            Some(bytes) => {
                view! { <Drawn bytes=bytes.into() media="image/png" alt=t("Picture").to_owned()/> }
                    .into_any()
            }
            None => problem(t("A picture of this notebook is broken.").to_owned()),
        },
    }
}

/// The bytes of base64: the browser gives them as letters up to 255.
fn picture(base64: &str) -> Option<Vec<u8>> {
    let letters = window().atob(base64).ok()?;
    letters.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
}
