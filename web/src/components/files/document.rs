//! A document (PDF), page by page, read by parts as its pages are seen.

use js_sys::{Array, Reflect};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::components::files::media::MOST_MEDIA;
use crate::components::files::preview::{offer, problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::components::icon::{Glyph, Icon};
use crate::state::files::paths;
use crate::state::format::count;
use crate::state::language::{t, tf};
use crate::state::viewers::{ask, call, viewer};

/// How much larger or smaller a press makes the pages, and how far that goes.
const ZOOM: f64 = 1.25;
const ZOOMS: std::ops::RangeInclusive<f64> = 0.4..=5.0;

/// How far a document has come.
#[derive(Clone, Copy, PartialEq)]
enum Opening {
    /// It was asked for.
    Waiting,
    /// Only all of it at once would do: the server sends no parts, or its list of pages
    /// leads through too much of the file.
    Whole,
    /// It is there.
    Open(Paper),
}

/// An opened document.
#[derive(Clone, Copy, PartialEq)]
struct Paper {
    /// What `web/viewers/pdf.js` made of it.
    document: StoredValue<JsValue, LocalStorage>,
    /// How many pages are shown.
    pages: u32,
    /// How many it has.
    all: u32,
}

impl Paper {
    /// Calls a method of it, as long as it is there.
    fn call(self, method: &str, arguments: &Array) {
        if let Some(document) = self.document.try_get_value() {
            call(&document, method, arguments).ok();
        }
    }

    /// Ends what reads it.
    fn close(self) {
        self.call("close", &Array::new());
        self.document.dispose();
    }
}

/// A file as a document.
#[component]
pub(super) fn Document(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let name = paths::name(reader.path()).to_owned();
    let parts = StoredValue::new((reader, head, name));
    let opened = RwSignal::new(Ok(Opening::Waiting));
    let load = move || {
        opened.set(Ok(Opening::Waiting));
        spawn_local(async move {
            let Some((reader, head, _)) = parts.try_get_value() else { return };
            // What is here already need not be asked for.
            let reader = match head.is_whole() {
                true => reader.unpacked(reader.path().to_owned(), head.bytes.clone()),
                false => reader,
            };
            let unseen = opened.try_set(open(&reader, head.total).await);
            // Nobody waits for it any more.
            if let Some(Ok(Opening::Open(paper))) = unseen {
                paper.close();
            }
        });
    };
    load();
    move || match opened.get() {
        Ok(Opening::Waiting) => view! { <span class="bone w5"></span> }.into_any(),
        Err(why) => problem(tf("This document can't be shown: {0}.", &[&why])),
        Ok(Opening::Open(paper)) => {
            let name = parts.with_value(|(.., name)| name.clone());
            view! { <Pages paper name again=Callback::new(move |()| load())/> }.into_any()
        }
        Ok(Opening::Whole) => {
            let (reader, head, _) = parts.get_value();
            let unpacked = reader.clone();
            whole(reader, head, MOST_MEDIA, move |bytes| {
                let head = Opened { total: bytes.len() as u64, bytes };
                let reader = unpacked.unpacked(unpacked.path().to_owned(), head.bytes.clone());
                view! { <Document reader head/> }.into_any()
            })
        }
    }
}

async fn open(reader: &Reader, total: u64) -> Result<Opening, String> {
    if !reader.has_all(total) {
        return Err(t("it is too large to be unpacked here; download the archive").to_owned());
    }
    let source = reader.source().ok_or_else(|| reader.path().to_owned())?;
    let viewer = viewer("pdf").await?;
    let document = ask(&viewer, "open", &Array::of2(&source, &(total as f64).into())).await?;
    if document.is_null() {
        return Ok(Opening::Whole);
    }
    let number = |name: &str| {
        let number = Reflect::get(&document, &name.into()).ok().and_then(|number| number.as_f64());
        number.unwrap_or_default() as u32
    };
    let (pages, all) = (number("pages"), number("all"));
    Ok(Opening::Open(Paper { document: StoredValue::new_local(document), pages, all }))
}

/// The pages below each other.
#[component]
fn Pages(
    /// The opened document.
    paper: Paper,
    /// What it is called.
    name: String,
    /// Opens it anew.
    again: Callback<()>,
) -> impl IntoView {
    let (page, zoom) = (RwSignal::new(1), RwSignal::new(1.0));
    let failed: RwSignal<Option<String>> = RwSignal::new(None);
    let host: NodeRef<Div> = NodeRef::new();
    let turned = Closure::<dyn FnMut(f64)>::new(move |now: f64| {
        page.try_set(now as u32);
    });
    let broke = Closure::<dyn FnMut(String)>::new(move |why: String| {
        failed.try_set(Some(why));
    });
    let heard = Array::of2(&turned.into_js_value(), &broke.into_js_value());
    let heard = StoredValue::new_local(heard);
    Effect::new(move || {
        if let Some(host) = host.get() {
            let arguments = heard.with_value(|heard| Array::of1(&host).concat(heard));
            paper.call("show", &arguments);
        }
    });
    on_cleanup(move || paper.close());
    let go = move |event: leptos::ev::Event| {
        let asked =
            event_target_value(&event).trim().parse::<u32>().unwrap_or(page.get_untracked());
        let asked = asked.clamp(1, paper.pages.max(1));
        page.set(asked);
        page.notify();
        paper.call("go", &Array::of1(&asked.into()));
    };
    let magnify = move |by: f64| {
        let next = (zoom.get_untracked() * by).clamp(*ZOOMS.start(), *ZOOMS.end());
        zoom.set(next);
        paper.call("magnify", &Array::of1(&next.into()));
    };
    let percent = move || format!("{} %", count((zoom.get() * 100.0).round() as usize));
    view! {
        <div class="pdf-bar">
            <label class="pdf-turn">
                {t("Page")}
                <input
                    type="text"
                    inputmode="numeric"
                    class="input"
                    prop:value=move || page.get().to_string()
                    on:change=go
                />
            </label>
            <span class="faint">{tf("of {0}", &[&count(paper.all as usize)])}</span>
            <button
                type="button"
                class="button plain square"
                aria-label=t("Smaller")
                title=t("Smaller")
                on:click=move |_| magnify(1.0 / ZOOM)
            >
                <Icon glyph=Glyph::Minus/>
            </button>
            <span class="faint pdf-zoom">{percent}</span>
            <button
                type="button"
                class="button plain square"
                aria-label=t("Larger")
                title=t("Larger")
                on:click=move |_| magnify(ZOOM)
            >
                <Icon glyph=Glyph::Plus/>
            </button>
        </div>
        {(paper.pages < paper.all).then(|| {
            let (pages, all) = (count(paper.pages as usize), count(paper.all as usize));
            view! { <p class="faint">{tf("The first {0} of {1} pages are shown.", &[&pages, &all])}</p> }
        })}
        {move || failed.get().map(|why| {
            let words = tf("A part of the document can't be shown: {0}.", &[&why]);
            offer(words, t("Try again"), move || again.run(()))
        })}
        <div node_ref=host class="pdf-pages" role="region" aria-label=name tabindex="0"></div>
    }
}
