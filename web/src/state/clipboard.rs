//! Copies texts.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::language::t;
use crate::components::toasts::Toasts;

/// Copies a text, and says whether that went well.
pub(crate) fn copy(toasts: Toasts, text: &str) {
    let written = JsFuture::from(window().navigator().clipboard().write_text(text));
    spawn_local(async move {
        toasts.done(match written.await {
            Ok(_) => t("Copied"),
            Err(_) => t("The browser did not allow copying"),
        });
    });
}
