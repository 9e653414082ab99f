//! A button that copies a text and says that it did.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::components::announcer::use_announcer;
use crate::components::icon::{Glyph, Icon};
use crate::state::language::t;

/// Copies a text to the clipboard.
#[component]
pub(crate) fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What the button is called, such as `Copy run id`.
    #[prop(into)]
    label: String,
    /// Whether the label is shown, or only spoken.
    #[prop(optional)]
    labelled: bool,
) -> impl IntoView {
    let announcer = use_announcer();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let written = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            if written.is_ok() {
                copied.set(true);
                announcer.say(t("Copied"));
                set_timeout(
                    move || {
                        copied.try_set(false);
                    },
                    Duration::from_millis(1500),
                );
            } else {
                announcer.say(t("The browser did not allow copying"));
            }
        });
    };
    let glyph = Signal::derive(move || if copied.get() { Glyph::Tick } else { Glyph::Copy });
    let class = if labelled { "button copy-button" } else { "button plain square copy-button" };
    view! {
        <button
            type="button"
            class=class
            aria-label=(!labelled).then(|| label.clone())
            title=(!labelled).then(|| label.clone())
            on:click=copy
        >
            <Icon glyph/>
            {labelled.then(|| label.clone())}
        </button>
    }
}
