//! Pictures, sound, films and documents: what the browser shows itself, from
//! memory, so that no credentials stand in an address and nothing of a file
//! belongs to this page.

use bytes::Bytes;
use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::components::files::zoom::Zoom;
use crate::state::download::object_url;
use crate::state::files::paths;
use crate::state::files::picture;
use crate::state::format::count;
use crate::state::language::{t, tf};

/// The largest picture that is loaded, in bytes.
const MOST_PICTURE: u64 = 32 << 20;
/// The largest recording or document.
const MOST_MEDIA: u64 = 128 << 20;

/// An address of bytes within the page, for as long as what shows it lives.
pub(super) fn url_of(bytes: &[u8], media: &str) -> Option<String> {
    let url = object_url(bytes, media)?;
    let own = url.clone();
    on_cleanup(move || {
        web_sys::Url::revoke_object_url(&own).ok();
    });
    Some(url)
}

pub(super) fn broken() -> AnyView {
    problem(t("The browser can't show this file: it is broken, or of an unknown kind.").to_owned())
}

/// Says so of a picture that would fill all memory when it is drawn.
pub(super) fn too_large(head: &[u8]) -> Option<String> {
    let (width, height) = picture::size(head)?;
    (width.saturating_mul(height) > picture::MOST_PIXELS).then(|| {
        tf(
            "This picture would be {0} × {1} pixels, which is too large to draw.",
            &[&width, &height],
        )
    })
}

/// A file as a picture.
#[component]
pub(super) fn Picture(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
    /// Its media type.
    media: &'static str,
) -> impl IntoView {
    if let Some(words) = too_large(&head.bytes) {
        return problem(words);
    }
    let alt = paths::name(reader.path()).to_owned();
    whole(reader, head, MOST_PICTURE, move |bytes| {
        view! { <Drawn bytes media alt=alt.clone()/> }.into_any()
    })
}

/// A picture from its bytes. As an `img`, no script of an SVG runs.
#[component]
pub(super) fn Drawn(
    /// The whole file.
    bytes: Bytes,
    /// Its media type.
    media: &'static str,
    /// What it is called.
    alt: String,
) -> impl IntoView {
    let Some(url) = url_of(&bytes, media) else { return broken() };
    let failed = RwSignal::new(false);
    let open = RwSignal::new(false);
    let name = Signal::stored(alt.clone());
    let shown = Signal::stored(Some(url.clone()));
    let label = tf("Enlarge {0}", &[&alt]);
    let sides = RwSignal::new(None);
    let loaded = move |event: leptos::ev::Event| {
        let side = |name: &str| {
            let side =
                js_sys::Reflect::get(&event_target::<wasm_bindgen::JsValue>(&event), &name.into());
            side.ok().and_then(|side| side.as_f64()).unwrap_or_default() as usize
        };
        sides.set(Some((side("naturalWidth"), side("naturalHeight"))));
    };
    let words = move || {
        sides.get().map(|(width, height)| tf("{0} × {1} pixels", &[&count(width), &count(height)]))
    };
    view! {
        <Show when=move || !failed.get() fallback=broken>
            <figure class="file-picture">
                <button
                    type="button"
                    class="file-zoom"
                    aria-label=label.clone()
                    on:click=move |_| open.set(true)
                >
                    <img
                        src=url.clone()
                        alt=alt.clone()
                        on:load=loaded
                        on:error=move |_| failed.set(true)
                    />
                </button>
                <figcaption class="faint">{words}</figcaption>
            </figure>
        </Show>
        <Zoom open name url=shown/>
    }
    .into_any()
}

/// A file as sound or film: streamed by the browser where the page's own origin
/// gives it to whoever asks, else from memory.
#[component]
pub(super) fn Recording(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
    /// Its media type.
    media: &'static str,
) -> impl IntoView {
    let name = paths::name(reader.path()).to_owned();
    if !plays(media) {
        return no_player(&name);
    }
    let own = RwSignal::new(reader.own_url());
    let parts = StoredValue::new((reader, head, name));
    let player = move || {
        let (reader, head, name) = parts.get_value();
        match own.get() {
            Some(src) => {
                // A server may send it in a way that the browser does not take.
                let lost = Callback::new(move |()| own.set(None));
                view! { <Player src media name lost/> }.into_any()
            }
            None => whole(reader, head, MOST_MEDIA, move |bytes| {
                let Some(src) = url_of(&bytes, media) else { return broken() };
                let (failed, name) = (RwSignal::new(false), StoredValue::new(name.clone()));
                let lost = Callback::new(move |()| failed.set(true));
                view! {
                    <Show
                        when=move || !failed.get()
                        fallback=move || name.with_value(|name| no_player(name))
                    >
                        <Player src=src.clone() media name=name.get_value() lost/>
                    </Show>
                }
                .into_any()
            }),
        }
    };
    player.into_any()
}

#[component]
fn Player(
    /// Where it is.
    src: String,
    /// Its media type.
    media: &'static str,
    /// What it is called.
    name: String,
    /// Hears that it can't be played.
    lost: Callback<()>,
) -> impl IntoView {
    let lost = move |_| lost.run(());
    match media.starts_with("video/") {
        true => view! {
            <video
                class="file-film"
                controls
                preload="metadata"
                src=src
                aria-label=name
                on:error=lost
            ></video>
        }
        .into_any(),
        false => {
            view! { <audio controls preload="metadata" src=src aria-label=name on:error=lost></audio> }
                .into_any()
        }
    }
}

/// Whether the browser may be able to play a kind of recording.
fn plays(media: &str) -> bool {
    let says = || {
        let player: JsValue = document().create_element("video").ok()?.into();
        let asked: Function = Reflect::get(&player, &"canPlayType".into()).ok()?.dyn_into().ok()?;
        asked.call1(&player, &media.into()).ok()?.as_string()
    };
    says().is_some_and(|says| !says.is_empty())
}

fn no_player(name: &str) -> AnyView {
    problem(tf(
        "This browser can't play {0}: it is broken, or of a kind that the browser does not know. Download it to play it elsewhere.",
        &[&name],
    ))
}

/// A document in a frame that the browser has a viewer for.
#[component]
pub(super) fn Document(
    /// Reads the file.
    reader: Reader,
    /// Its beginning.
    head: Opened,
) -> impl IntoView {
    let name = paths::name(reader.path()).to_owned();
    whole(reader, head, MOST_MEDIA, move |bytes| {
        let Some(src) = url_of(&bytes, "application/pdf") else { return broken() };
        view! {
            <iframe class="file-frame" src=src title=name.clone()></iframe>
            <p class="faint">{t("Download it if your browser shows no documents.")}</p>
        }
        .into_any()
    })
}
