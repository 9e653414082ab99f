//! Pictures, sound and films: what the browser shows itself, from memory or by parts,
//! so that no credentials stand in an address and nothing of a file belongs to this
//! page.

use bytes::Bytes;
use js_sys::{Array, Function, Object, Reflect};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::components::files::preview::{UNASKED, problem, whole};
use crate::components::files::reading::{Opened, Reader};
use crate::components::files::zoom::Zoom;
use crate::state::download::object_url;
use crate::state::files::paths;
use crate::state::files::picture;
use crate::state::format::count;
use crate::state::language::{t, tf};
use crate::state::viewers::{ask, call, viewer};

/// The largest picture that is loaded, in bytes.
const MOST_PICTURE: u64 = 32 << 20;
/// The largest recording or document that is read whole.
pub(super) const MOST_MEDIA: u64 = 128 << 20;

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

/// How a recording comes to its player.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From its own address, which the browser may load from.
    Address,
    /// By parts that the page reads.
    Parts,
    /// From memory.
    Memory,
}

/// A file as sound or film: streamed by the browser where the page's own origin
/// gives it to whoever asks, else by parts, or from memory if it is small.
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
    let own = reader.own_url();
    let by_parts = head.total > UNASKED && reader.has_all(head.total);
    let otherwise = if by_parts { Way::Parts } else { Way::Memory };
    let way = RwSignal::new(if own.is_some() { Way::Address } else { otherwise });
    let parts = StoredValue::new((reader, head, name, own));
    let player = move || {
        let (reader, head, name, own) = parts.get_value();
        match (way.get(), own) {
            (Way::Address, Some(src)) => {
                // A server may send it in a way that the browser does not take.
                let lost = Callback::new(move |()| way.set(otherwise));
                view! { <Player src media name lost/> }.into_any()
            }
            (Way::Parts, _) => {
                let lost = Callback::new(move |()| way.set(Way::Memory));
                view! { <Streamed reader total=head.total media name lost/> }.into_any()
            }
            _ => whole(reader, head, MOST_MEDIA, move |bytes| {
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

/// A player that gets its file by parts: see `web/viewers/stream.js`.
#[component]
fn Streamed(
    /// Reads the file.
    reader: Reader,
    /// How many bytes it has.
    total: u64,
    /// Its media type.
    media: &'static str,
    /// What it is called.
    name: String,
    /// Hears that it can't be played so.
    lost: Callback<()>,
) -> impl IntoView {
    let host: NodeRef<Div> = NodeRef::new();
    let playing: StoredValue<Option<JsValue>, LocalStorage> = StoredValue::new_local(None);
    let close = |playing: &JsValue| drop(call(playing, "close", &Array::new()));
    let about = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&about, &key.into(), &value).ok();
    set("name", name.into());
    set("media", media.into());
    set("total", (total as f64).into());
    let about = StoredValue::new_local(about);
    Effect::new(move || {
        let Some(host) = host.get() else { return };
        let source = reader.source();
        spawn_local(async move {
            let hears = Closure::<dyn FnMut()>::new(move || {
                lost.try_run(());
            });
            let play = async {
                let viewer = viewer("stream").await.ok()?;
                let arguments = Array::of4(
                    &host,
                    &source?,
                    &about.try_get_value()?.into(),
                    &hears.into_js_value(),
                );
                ask(&viewer, "play", &arguments).await.ok()
            };
            match play.await {
                Some(started) if playing.is_disposed() => close(&started),
                Some(started) => playing.set_value(Some(started)),
                None => {
                    lost.try_run(());
                }
            }
        });
    });
    on_cleanup(move || {
        playing.try_with_value(|playing| playing.as_ref().map(close));
    });
    view! { <div node_ref=host class="file-stream"><span class="bone w5"></span></div> }
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
