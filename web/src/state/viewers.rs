//! Modules of JavaScript for formats, each fetched when a file needs it: the
//! folder `web/viewers`.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::language::t;

/// Fetches the module `name`.
///
/// # Errors
/// When it does not come.
pub(crate) async fn viewer(name: &str) -> Result<JsValue, String> {
    // `import` is no function that could be called from here: `boot.js` has one.
    let import = Reflect::get(&window(), &"importViewer".into()).ok();
    let import = import.and_then(|import| import.dyn_into::<Function>().ok());
    let promise = import.and_then(|import| import.call1(&JsValue::NULL, &name.into()).ok());
    let lost = || t("What shows such files did not load. Try again.").to_owned();
    match promise.and_then(|promise| promise.dyn_into::<Promise>().ok()) {
        Some(promise) => JsFuture::from(promise).await.map_err(|_| lost()),
        None => Err(lost()),
    }
}

/// Calls a method, and waits for what it answers.
///
/// # Errors
/// What it throws, in its words.
pub(crate) async fn ask(
    object: &JsValue,
    method: &str,
    arguments: &Array,
) -> Result<JsValue, String> {
    let words = |error: JsValue| {
        let message = Reflect::get(&error, &"message".into()).ok();
        message.and_then(|message| message.as_string()).unwrap_or_default()
    };
    let method: Function =
        Reflect::get(object, &method.into()).and_then(JsCast::dyn_into).map_err(words)?;
    let answer = method.apply(object, arguments).map_err(words)?;
    match answer.dyn_into::<Promise>() {
        Ok(promise) => JsFuture::from(promise).await.map_err(words),
        Err(answer) => Ok(answer),
    }
}
