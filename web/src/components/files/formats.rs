//! The formats that few files have. Their code is fetched when one is first shown.

use leptos::prelude::*;

use crate::components::files::archive::Archive;
use crate::components::files::array::ArrayView;
use crate::components::files::document::Document;
use crate::components::files::dump::Dump;
use crate::components::files::map::MapView;
use crate::components::files::media::Recording;
use crate::components::files::notebook::NotebookView;
use crate::components::files::onnx::OnnxView;
use crate::components::files::parquet::ParquetView;
use crate::components::files::reading::{Opened, Reader};
use crate::components::files::report::Report;
use crate::state::files::kind::View;

/// A file that is shown in the way of its format.
#[derive(Clone)]
pub(crate) struct Formatted {
    /// Which way.
    pub(super) way: View,
    /// Reads the file.
    pub(super) reader: Reader,
    /// Its beginning.
    pub(super) head: Opened,
}

/// Shows the file.
pub(crate) fn formatted(Formatted { way, reader, head }: Formatted) -> AnyView {
    match way {
        View::Sound(media) | View::Film(media) => {
            view! { <Recording reader head media/> }.into_any()
        }
        View::Page => view! { <Report reader head/> }.into_any(),
        View::Document => view! { <Document reader head/> }.into_any(),
        View::Parquet => view! { <ParquetView reader head/> }.into_any(),
        View::Map => view! { <MapView reader head/> }.into_any(),
        View::Onnx => view! { <OnnxView reader head/> }.into_any(),
        View::Archive => view! { <Archive reader head/> }.into_any(),
        View::Array => view! { <ArrayView reader head/> }.into_any(),
        View::Notebook => view! { <NotebookView reader head/> }.into_any(),
        // Shown without this part.
        View::Picture(_)
        | View::Markdown
        | View::Json
        | View::Table(_)
        | View::LoggedTable
        | View::Text
        | View::Bytes => view! { <Dump reader head/> }.into_any(),
    }
}
