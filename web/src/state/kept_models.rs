//! The models that this browser keeps, and the Service Worker that answers for
//! some of them at this site's own address: `worker/browser/kept.js` and
//! `endpoint.js`.

use std::collections::HashMap;

use js_sys::{Array, Promise, Reflect};
use leptos::prelude::window;
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RegistrationOptions, ServiceWorkerContainer, ServiceWorkerRegistration};

use super::language::t;
use super::viewers::{ask, module};

const SCRIPT: &str = "./endpoint.js";

/// A model that is kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct KeptModel {
    /// Where its files came from.
    pub(crate) id: String,
    /// The MLflow server that said so; empty for a folder on the web.
    pub(crate) server: String,
    /// What it was opened as, the first time first.
    pub(crate) uris: Vec<String>,
    files: HashMap<String, KeptFile>,
    /// As what the Service Worker answers for it.
    pub(crate) served: Option<ServedAs>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct KeptFile {
    size: f64,
}

/// The name and the version under which a model answers.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct ServedAs {
    /// The name.
    pub(crate) name: String,
    /// The version.
    pub(crate) version: String,
}

impl KeptModel {
    /// How large its files are together, in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.files.values().map(|file| file.size).sum::<f64>() as u64
    }
}

/// All of them, the one that was opened last first.
///
/// # Errors
/// When the browser keeps nothing for this site.
pub(crate) async fn kept_models() -> Result<Vec<KeptModel>, String> {
    let list = call("models", Array::new()).await?;
    let text = js_sys::JSON::stringify(&list).map(String::from).unwrap_or_default();
    serde_json::from_slice(text.as_bytes()).map_err(|error| error.to_string())
}

/// Forgets the models of these ids, and serves them no longer.
///
/// # Errors
/// When the browser refuses.
pub(crate) async fn forget(ids: &[String]) -> Result<(), String> {
    let ids: Array = ids.iter().map(JsValue::from).collect();
    let left = call("forget", Array::of1(&ids)).await?;
    end_unless(left.is_truthy()).await
}

/// Lets the Service Worker answer for a model, as a name and a version.
///
/// # Errors
/// When the browser has no Service Workers here, or refuses this one.
pub(crate) async fn serve(id: &str, name: &str, version: &str) -> Result<(), String> {
    let container = container()?;
    let options = RegistrationOptions::new();
    Reflect::set(&options, &"type".into(), &"module".into()).ok();
    call("serve", Array::of4(&id.into(), &name.into(), &version.into(), &own_files())).await?;
    let registered = container.register_with_options(SCRIPT, &options);
    settled(registered).await?;
    settled(container.ready().map_err(|_| refused())?).await?;
    Ok(())
}

/// Ends that.
///
/// # Errors
/// When the browser refuses.
pub(crate) async fn withdraw(id: &str) -> Result<(), String> {
    let left = call("withdraw", Array::of1(&id.into())).await?;
    end_unless(left.is_truthy()).await
}

async fn call(method: &str, arguments: Array) -> Result<JsValue, String> {
    let kept = module("kept").await.ok_or_else(refused)?;
    ask(&kept, method, &arguments).await
}

/// The Service Worker goes with the last model.
async fn end_unless(is_any_left: bool) -> Result<(), String> {
    let Ok(container) = container() else { return Ok(()) };
    if is_any_left {
        return Ok(());
    }
    let found = settled(container.get_registration()).await?;
    if let Some(registration) = found.is_object().then(|| ServiceWorkerRegistration::from(found)) {
        settled(registration.unregister().map_err(|_| refused())?).await?;
    }
    Ok(())
}

fn container() -> Result<ServiceWorkerContainer, String> {
    let navigator = window().navigator();
    // Absent where the page did not come over HTTPS or from this machine.
    match Reflect::has(&navigator, &"serviceWorker".into()) {
        Ok(true) => Ok(navigator.service_worker()),
        _ => Err(t("This browser has no Service Workers here: they need HTTPS.").to_owned()),
    }
}

async fn settled(promise: Promise) -> Result<JsValue, String> {
    JsFuture::from(promise).await.map_err(|_| refused())
}

fn refused() -> String {
    t("The browser refused the Service Worker. Its file, endpoint.js, may be missing beside the page, or storage may be blocked for this site.").to_owned()
}

/// The files of this site that the page was made of.
fn own_files() -> Array {
    let files = Array::new();
    let base = leptos::prelude::document().base_uri().ok().flatten().unwrap_or_default();
    let base = base.split(['?', '#']).next().unwrap_or_default();
    let folder = base.rfind('/').and_then(|at| base.get(..=at)).unwrap_or(base);
    let entries = window().performance().map(|clock| clock.get_entries_by_type("resource"));
    for entry in entries.unwrap_or_default().iter() {
        let name = Reflect::get(&entry, &"name".into()).ok().and_then(|name| name.as_string());
        let is_own = |name: &String| {
            let rest = name.strip_prefix(folder);
            rest.is_some_and(|rest| {
                !rest.contains(['?', '#'])
                    && [".js", ".wasm", ".css", ".svg", ".json"]
                        .iter()
                        .any(|end| rest.ends_with(end))
            })
        };
        if let Some(name) = name.filter(is_own) {
            files.push(&name.into());
        }
    }
    files
}
