//! One image in small. It is read once it is seen.

use std::sync::Arc;

use leptos::html::Button;
use leptos::prelude::*;

use crate::components::charts::on_screen::follow_visibility;
use crate::state::board::BoardRun;
use crate::state::board::images::Image;
use crate::state::language::{t, tf};
use crate::state::run_images::{Picture, RunImages};

/// A picture without a small one is read for its cell up to so many bytes.
const MOST: u64 = 4 << 20;

/// What an image is called: its key, step and run.
pub(super) fn named(run: &BoardRun, image: &Image) -> String {
    match image.step {
        Some(step) => tf("{0}, step {1}, {2}", &[&image.key, &step, &run.name]),
        None => format!("{}, {}", image.key, run.name),
    }
}

/// Marks a picture that came with fewer pixels than it has room for.
pub(super) fn mark_tiny(event: &leptos::ev::Event) {
    let picture = event_target::<web_sys::HtmlElement>(event);
    let pixels = js_sys::Reflect::get(&picture, &"naturalWidth".into()).ok();
    let pixels = pixels.and_then(|pixels| pixels.as_f64()).unwrap_or_default();
    if pixels < f64::from(picture.client_width()) {
        picture.set_class_name("tiny");
    }
}

/// An image in its cell, which a click shows as it is.
#[component]
pub(super) fn Thumb(
    /// Where pictures come from.
    images: RunImages,
    /// Whose it is.
    run: Arc<BoardRun>,
    /// Which one.
    image: Image,
    /// Whether it is of another step than its neighbours.
    other: Memo<bool>,
    /// Shows it as it is.
    click: Callback<()>,
) -> impl IntoView {
    let button: NodeRef<Button> = NodeRef::new();
    let visible = RwSignal::new(false);
    let seen = Memo::new(move |before: Option<&bool>| {
        before.is_some_and(|before| *before) || visible.get()
    });
    Effect::new(move || {
        if let Some(button) = button.get() {
            follow_visibility(button.into(), visible);
        }
    });
    let label = named(&run, &image);
    let (path, size) = image.small.clone();
    let broken = RwSignal::new(false);
    let face = move || {
        let word = |words: &str| view! { <span class="image-none faint">{words.to_owned()}</span> };
        if size.is_some_and(|size| size > MOST) {
            return word(t("large")).into_any();
        }
        if !seen.get() {
            return word("").into_any();
        }
        match images.picture(&run.id, &path) {
            Picture::Loading => word("").into_any(),
            Picture::Ready(_) | Picture::Failed(_) if broken.get() => word(t("broken")).into_any(),
            Picture::Ready(url) => view! {
                <img
                    src=url
                    alt=""
                    draggable="false"
                    on:load=|event| mark_tiny(&event)
                    on:error=move |_| broken.set(true)
                />
            }
            .into_any(),
            Picture::Failed(why) => {
                view! { <span class="image-none faint" title=why>{t("broken")}</span> }.into_any()
            }
        }
    };
    let caption = move || {
        let step = image.step.filter(|_| other.get())?;
        Some(view! { <span class="image-step">{tf("step {0}", &[&step])}</span> })
    };
    view! {
        <button
            type="button"
            class="image-thumb"
            node_ref=button
            aria-label=label
            on:click=move |_| click.run(())
        >
            {face}
            {caption}
        </button>
    }
}
