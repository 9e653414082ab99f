//! The Service Worker that answers for models at this site's own address:
//! `worker/browser/endpoint.js`.

use js_sys::{Array, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RegistrationOptions, ServiceWorkerContainer, ServiceWorkerRegistration};

use super::engine::Engine;
use super::language::t;

const SCRIPT: &str = "./endpoint.js";

/// Lets it answer for the model that the engine has opened.
///
/// # Errors
/// When the browser has no Service Workers here, or refuses this one.
pub(crate) async fn serve(engine: &Engine, name: &str, version: &str) -> Result<(), String> {
    let container = container()?;
    let options = RegistrationOptions::new();
    Reflect::set(&options, &"type".into(), &"module".into()).ok();
    engine.serve(name, version, own_files()).await?;
    let registered = container.register_with_options(SCRIPT, &options);
    settled(registered).await?;
    settled(container.ready().map_err(|_| refused())?).await?;
    Ok(())
}

/// Ends that; the Service Worker goes with the last model.
///
/// # Errors
/// When the browser keeps nothing for this site.
pub(crate) async fn withdraw(engine: &Engine) -> Result<(), String> {
    if engine.withdraw().await? {
        return Ok(());
    }
    let found = settled(container()?.get_registration()).await?;
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
