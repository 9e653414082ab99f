//! A file: what can be done with it, and what is in it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::Error;

use crate::components::copy_button::CopyButton;
use crate::components::failure::Failure;
use crate::components::files::download::{Download, What};
use crate::components::files::dump::Dump;
use crate::components::files::formats::Formatted;
use crate::components::files::json::JsonView;
use crate::components::files::listings::Listings;
use crate::components::files::media::Picture;
use crate::components::files::reading::{Opened, PART, Reader};
use crate::components::files::table::{LoggedTable, Table};
use crate::components::files::text::{MarkdownText, Source};
use crate::components::icon::{Glyph, Icon};
use crate::parts;
use crate::state::files::kind::{View, views};
use crate::state::files::letters::is_windows;
use crate::state::files::paths;
use crate::state::format;
use crate::state::language::{t, tf};

/// A file's head, its ways to be shown, and one of them.
#[component]
pub(super) fn Preview(
    /// What is known.
    listings: Listings,
    /// The file's path.
    path: String,
    /// Its size, as far as the listing says it.
    size: Option<u64>,
) -> impl IntoView {
    let reader = StoredValue::new(listings.reader(path.clone()));
    let opened: RwSignal<Option<Result<Opened, Error>>> = RwSignal::new(None);
    let load = move || {
        opened.set(None);
        spawn_local(async move {
            let part = reader.get_value().read(0..PART).await;
            opened.try_set(Some(part.map(|part| Opened::new(part, size))));
        });
    };
    load();
    let body = move || match opened.get() {
        None => view! { <span class="bone w5"></span> }.into_any(),
        Some(Err(error)) => {
            view! { <Failure error retry=Callback::new(move |()| load())/> }.into_any()
        }
        Some(Ok(head)) => view! { <Shown reader=reader.get_value() head/> }.into_any(),
    };
    let total = move || match opened.get() {
        Some(Ok(head)) => Some(head.total),
        _ => size,
    };
    let known = Memo::new(move |_| total());
    view! {
        <div class="file-head">
            <h2 class="clip">{paths::name(&path).to_owned()}</h2>
            <span class="faint">{move || known.get().map(format::bytes)}</span>
            <CopyButton text=path label=t("Copy the path")/>
            {move || view! { <Download what=What::File(reader.get_value(), known.get())/> }}
        </div>
        {body}
    }
}

/// What is in a file, in the way that the user chose.
#[component]
pub(super) fn Shown(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let ways = views(reader.path(), &head.bytes);
    let chosen = RwSignal::new(ways.first().copied().unwrap_or(View::Bytes));
    let head_bytes = head.bytes.clone();
    let content = move || show(chosen.get(), reader.clone(), head.clone());
    let is_windows = is_windows(&head_bytes);
    let encoding = move || {
        let is_text = matches!(chosen.get(), View::Text | View::Table(_));
        (is_windows && is_text).then(|| {
            let words = t("It is no UTF-8, and shown as Windows-1252.");
            view! { <p class="faint">{words}</p> }
        })
    };
    view! {
        <Ways ways chosen/>
        {encoding}
        {content}
    }
}

/// The ways in which a file can be shown, as buttons.
#[component]
pub(super) fn Ways(
    /// The ways.
    ways: Vec<View>,
    /// The one in use.
    chosen: RwSignal<View>,
    /// More buttons.
    #[prop(optional, into)]
    more: ViewFn,
) -> impl IntoView {
    let button = move |way: View| {
        view! {
            <button
                type="button"
                class="button"
                aria-pressed=move || (chosen.get() == way).to_string()
                on:click=move |_| chosen.set(way)
            >
                {words(way)}
            </button>
        }
    };
    let buttons = ways.into_iter().map(button).collect_view();
    view! {
        <div class="file-ways" role="group" aria-label=t("Show the file as")>
            {buttons}
            {more.run()}
        </div>
    }
}

/// A file in one way.
pub(super) fn show(way: View, reader: Reader, head: Opened) -> AnyView {
    match way {
        View::Picture(media) => view! { <Picture reader head media/> }.into_any(),
        View::Markdown => view! { <MarkdownText reader head/> }.into_any(),
        View::Json => view! { <JsonView reader head/> }.into_any(),
        View::Table(separator) => view! { <Table reader head separator/> }.into_any(),
        View::LoggedTable => view! { <LoggedTable reader head/> }.into_any(),
        View::Text => view! { <Source reader head/> }.into_any(),
        View::Bytes => view! { <Dump reader head/> }.into_any(),
        _ => parts::formatted(Formatted { way, reader, head }),
    }
}

fn words(way: View) -> &'static str {
    match way {
        View::Picture(_) => t("Picture"),
        View::Sound(_) => t("Sound"),
        View::Film(_) => t("Video"),
        View::Page => t("Page"),
        View::Document => t("Document"),
        View::Markdown => t("Rendered"),
        View::Json => t("Tree"),
        View::Table(_) | View::LoggedTable => t("Table"),
        View::Array => t("Array"),
        View::Parquet => t("Table"),
        View::Map => t("Map"),
        View::Onnx => t("Model"),
        View::Archive => t("Archive"),
        View::Notebook => t("Notebook"),
        View::Text => t("Text"),
        View::Bytes => t("Bytes"),
    }
}

/// More than this is not read whole before the user agrees, in bytes.
pub(super) const UNASKED: u64 = 16 << 20;

/// Reads a file whole, up to `most` bytes, and shows what `view` makes of it. A large
/// one is asked about first.
pub(super) fn whole(
    reader: Reader,
    head: Opened,
    most: u64,
    view: impl Fn(bytes::Bytes) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    if head.total > most {
        let words = tf(
            "This file has {0}; up to {1} are shown in this way. Download it to see it.",
            &[&format::bytes(head.total), &format::bytes(most)],
        );
        return problem(words);
    }
    let asks = RwSignal::new(head.total > UNASKED);
    let size = format::bytes(head.total);
    let read = RwSignal::new(None);
    let parts = StoredValue::new((reader, head));
    let load = move || {
        asks.set(false);
        read.set(None);
        spawn_local(async move {
            let (reader, head) = parts.get_value();
            let answer = reader.rest(&head).await;
            read.try_set(Some(answer));
        });
    };
    if !asks.get_untracked() {
        load();
    }
    let words = tf("To be shown, all of it has to be read: {0}.", &[&size]);
    let content = move || match read.get() {
        None if asks.get() => offer(words.clone(), t("Read it"), load),
        None => view! { <span class="bone w5"></span> }.into_any(),
        Some(Err(error)) => {
            view! { <Failure error retry=Callback::new(move |()| load())/> }.into_any()
        }
        Some(Ok(bytes)) => view(bytes),
    };
    content.into_any()
}

/// Says how much has to be read, and does what `agree` says when the user wants it.
pub(super) fn offer(words: String, verb: &'static str, agree: impl Fn() + 'static) -> AnyView {
    view! {
        <div class="files-foot" role="status">
            <span>{words}</span>
            <button type="button" class="button" on:click=move |_| agree()>{verb}</button>
        </div>
    }
    .into_any()
}

/// Says why a file can't be shown in a way.
pub(super) fn problem(words: String) -> AnyView {
    view! {
        <p class="file-problem" role="alert">
            <Icon glyph=Glyph::Warning/>
            {words}
        </p>
    }
    .into_any()
}
