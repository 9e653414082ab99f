//! The dashboard: a Leptos single-page application for any MLflow server.
//!
//! | module | what lives there |
//! |---|---|
//! | `app` | which page is shown, and what all of them share |
//! | `pages` | one folder a page |
//! | `components` | one folder a component |
//! | `state` | what the page knows: address, server, theme; words and numbers |

#![expect(unreachable_pub, reason = "#[component] writes items of its own, as `pub`")]

mod app;
mod components;
mod pages;
mod state;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

fn main() {
    console_error_panic_hook::set_once();
    let root = document().get_element_by_id("app");
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        leptos::logging::error!("index.html has no element with the id \"app\"");
        return;
    };
    // The static skeleton of the shell gives way to the real one.
    root.set_text_content(None);
    mount_to(root, app::App).forget();
}
