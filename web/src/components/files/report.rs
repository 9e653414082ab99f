//! A page of HTML, shut in: without its scripts at first, and with them in a
//! frame of its own when the user says so.

use bytes::Bytes;
use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::components::files::media::{broken, url_of};
use crate::components::files::preview::whole;
use crate::components::files::reading::{Opened, Reader};
use crate::state::files::paths;
use crate::state::files::report::script_hosts;
use crate::state::language::{t, tf};

/// The largest page that is loaded.
const MOST: u64 = 64 << 20;

/// A file of HTML.
#[component]
pub(super) fn Report(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let name = StoredValue::new(paths::name(reader.path()).to_owned());
    whole(reader, head, MOST, move |bytes| {
        let runs = RwSignal::new(false);
        let bytes = StoredValue::new(bytes);
        let words = move || match runs.get() {
            true => t("Stop its scripts"),
            false => t("Run its scripts"),
        };
        view! {
            <div class="files-foot">
                <button
                    type="button"
                    class="button"
                    on:click=move |_| runs.update(|runs| *runs = !*runs)
                >
                    {words}
                </button>
                {move || note(runs.get())}
            </div>
            {move || bytes.with_value(missing)}
            // Each a frame of its own: one that was there keeps its sandbox.
            <Show when=move || !runs.get()>
                {bytes.with_value(|bytes| still(bytes, name.get_value()))}
            </Show>
            <Show when=move || runs.get()>
                {bytes.with_value(|bytes| running(bytes, name.get_value()))}
            </Show>
        }
        .into_any()
    })
}

fn note(runs: bool) -> AnyView {
    let words = match runs {
        true => t("They run shut in: without a network, and with no way to this page."),
        false => t("Scripts and styles of the page are left out here."),
    };
    view! { <span class="faint">{words}</span> }.into_any()
}

/// Says which scripts will not be there.
fn missing(bytes: &Bytes) -> Option<AnyView> {
    let html = String::from_utf8_lossy(bytes);
    let hosts = script_hosts(&html);
    (!hosts.is_empty()).then(|| {
        let words = tf(
            "This page has scripts at {0}, which are not fetched. Saved with its scripts inside, it runs here.",
            &[&hosts.join(", ")],
        );
        view! { <p class="faint">{words}</p> }.into_any()
    })
}

/// The page without an origin and without scripts.
fn still(bytes: &Bytes, name: String) -> AnyView {
    let Some(src) = url_of(bytes, "text/html;charset=utf-8") else { return broken() };
    view! { <iframe class="file-frame" sandbox="" src=src title=name></iframe> }.into_any()
}

/// The page with its scripts, under the policy of `frame.html`: what lies in
/// memory would have this page's.
fn running(bytes: &Bytes, name: String) -> AnyView {
    let html = StoredValue::new(Some(String::from_utf8_lossy(bytes).into_owned()));
    // Once: it loads again when the report is written, and when the report leaves.
    let hand_over = move |event: leptos::ev::Event| {
        if let Some(html) = html.try_update_value(Option::take).flatten() {
            post(&event_target::<JsValue>(&event), &html);
        }
    };
    view! {
        <iframe
            class="file-frame"
            sandbox="allow-scripts"
            src="./frame.html"
            title=name
            on:load=hand_over
        ></iframe>
    }
    .into_any()
}

/// Gives a text to a frame, whose origin has no name.
fn post(frame: &JsValue, text: &str) -> Option<()> {
    let window = Reflect::get(frame, &"contentWindow".into()).ok()?;
    let post: Function = Reflect::get(&window, &"postMessage".into()).ok()?.dyn_into().ok()?;
    post.call2(&window, &text.into(), &"*".into()).ok().map(|_| ())
}
