//! Pictures, sound, films and documents: what the browser shows itself, from
//! memory, so that no credentials stand in an address and nothing of a file
//! belongs to this page.

use bytes::Bytes;
use leptos::prelude::*;

use crate::components::files::preview::{problem, whole};
use crate::components::files::reading::{Opened, Reader};
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
    if let Some((width, height)) = picture::size(&head.bytes)
        && width.saturating_mul(height) > picture::MOST_PIXELS
    {
        let words = tf(
            "This picture would be {0} × {1} pixels, which is too large to draw.",
            &[&width, &height],
        );
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
                <img
                    src=url.clone()
                    alt=alt.clone()
                    on:load=loaded
                    on:error=move |_| failed.set(true)
                />
                <figcaption class="faint">{words}</figcaption>
            </figure>
        </Show>
    }
    .into_any()
}

/// A file as sound or film.
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
    whole(reader, head, MOST_MEDIA, move |bytes| {
        let Some(src) = url_of(&bytes, media) else { return broken() };
        let (name, failed) = (name.clone(), RwSignal::new(false));
        let lost = move |_| failed.set(true);
        let player = move || {
            match media.starts_with("video/") {
            true => view! {
                <video class="file-film" controls src=src.clone() aria-label=name.clone() on:error=lost></video>
            }
            .into_any(),
            false => view! {
                <audio controls src=src.clone() aria-label=name.clone() on:error=lost></audio>
            }
            .into_any(),
        }
        };
        view! { <Show when=move || !failed.get() fallback=broken>{player.clone()}</Show> }
            .into_any()
    })
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
