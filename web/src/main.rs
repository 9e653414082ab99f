//! The dashboard: a Leptos single-page application for any MLflow server.
//!
//! | module | what lives there |
//! |---|---|
//! | `app` | which page is shown, and what all of them share |
//! | `pages` | one folder a page |
//! | `parts` | what of them is fetched when it is first shown |
//! | `components` | one folder a component |
//! | `state` | what the page knows: address, server, theme; words and numbers |

#![expect(unreachable_pub, reason = "#[component] writes items of its own, as `pub`")]
mod app;
mod components;
mod pages;
mod parts;
mod state;

use gloo_net::http::Request;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::state::language::{self, Language};

fn main() {
    console_error_panic_hook::set_once();
    let root = document().get_element_by_id("app");
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        leptos::logging::error!("index.html has no element with the id \"app\"");
        return;
    };
    // Not Leptos' own: that has no executor before the first view is mounted.
    wasm_bindgen_futures::spawn_local(async move {
        learn_language().await;
        // The static skeleton of the shell gives way to the real one.
        root.set_text_content(None);
        mount_to(root, app::App).forget();
    });
}

/// Fetches the words of the language that the user reads. Without them the page
/// speaks English.
async fn learn_language() {
    let browser = window().navigator().languages();
    let browser: Vec<String> = browser.iter().filter_map(|tag| tag.as_string()).collect();
    let language = Language::preferred(&browser);
    let words = match language {
        Language::English => Vec::new(),
        other => match Request::get(&format!("./lang/{}.json", other.tag())).send().await {
            Ok(answer) if answer.ok() => answer.binary().await.unwrap_or_default(),
            _ => return,
        },
    };
    if let Err(error) = language::speak(language, &words) {
        leptos::logging::warn!("lang/{}.json does not read: {error}", language.tag());
    }
    if let Some(page) = document().document_element() {
        page.set_attribute("lang", language::language().tag()).ok();
    }
}
