//! Modules of JavaScript that are fetched when they are needed: those for formats,
//! in the folder `web/viewers`, and those that the page shares with its workers.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::language::t;

/// Fetches the module for a format.
///
/// # Errors
/// When it does not come.
pub(crate) async fn viewer(name: &str) -> Result<JsValue, String> {
    let found = module(&format!("viewers/{name}")).await;
    found.ok_or_else(|| t("What shows such files did not load. Try again.").to_owned())
}

/// Fetches the module of the site's own at a path; nothing if it does not come.
pub(crate) async fn module(path: &str) -> Option<JsValue> {
    // `import` is no function that could be called from here: `boot.js` has one.
    let import = Reflect::get(&window(), &"importModule".into()).ok()?;
    let import = import.dyn_into::<Function>().ok()?;
    let promise = import.call1(&JsValue::NULL, &path.into()).ok()?;
    JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()
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
    match call(object, method, arguments)?.dyn_into::<Promise>() {
        Ok(promise) => JsFuture::from(promise).await.map_err(words),
        Err(answer) => Ok(answer),
    }
}

/// Calls a method.
///
/// # Errors
/// What it throws, in its words.
pub(crate) fn call(object: &JsValue, method: &str, arguments: &Array) -> Result<JsValue, String> {
    let method: Function =
        Reflect::get(object, &method.into()).and_then(JsCast::dyn_into).map_err(words)?;
    method.apply(object, arguments).map_err(words)
}

/// The words of an error.
fn words(error: JsValue) -> String {
    let message = Reflect::get(&error, &"message".into()).ok();
    message.and_then(|message| message.as_string()).unwrap_or_default()
}
