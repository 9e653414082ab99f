//! Models, by way of the scoring module.
//!
//! The scoring modules are wasm of their own with their own memory: loaded at
//! the first request for a model, replaced after a trap without taking this one
//! down. `scoring-host.js` holds them, and with them the bytes of models and of
//! requests, so that they are copied once, from the network into the engine.
//!
//! A loaded model is kept by its folder, so that an alias and the version that
//! it points at share it. What a source points at is remembered; where that
//! may change, it is looked up again from time to time, behind the back of the
//! request that noticed: the old model answers until the new one is loaded.
//!
//! Entering this module costs more than most predictions do. So what was decided
//! for a request is left with the scoring host as a shortcut, which answers
//! requests like it for as long as the decision holds. The host sends here what
//! has no shortcut, and whatever goes wrong.

use std::cell::RefCell;
use std::collections::HashMap;

use js_sys::Promise;
use model_source::{Folder, ResolveError, Source};
use wasm_bindgen::prelude::*;
use worker::{Context, Date, Env, Request, Response, Result};

use crate::config::Config;
use crate::outside::Outside;
use crate::{body, cors, reply};

/// How many sources are remembered; beyond that, all are looked up anew.
const MAX_REMEMBERED: usize = 256;

#[wasm_bindgen(raw_module = "./scoring-host.js")]
extern "C" {
    /// Whether the model is loaded, in the scoring module as it is now.
    #[wasm_bindgen(js_name = hasModel)]
    fn has_model(key: &str) -> bool;

    /// Loads a model under a key, in at most `memory` bytes together with what
    /// is loaded; `read` gives a promise of the answer with a file's bytes.
    fn load(
        key: &str,
        strict: bool,
        read: &Closure<dyn Fn(String) -> Promise>,
        memory: f64,
    ) -> Promise;

    /// Has requests like this one go straight to the model of a key, until a
    /// point in time; their answers have these headers, as JSON, too.
    #[wasm_bindgen(js_name = addShortcut)]
    fn add_shortcut(
        request: &web_sys::Request,
        key: &str,
        max_body: f64,
        headers: &str,
        until: f64,
    );

    /// Has every request come here again.
    #[wasm_bindgen(js_name = clearShortcuts)]
    fn clear_shortcuts();

    /// Answers a request with a loaded model.
    #[wasm_bindgen(catch)]
    fn invoke(
        key: &str,
        path: &str,
        request: &web_sys::Request,
        body: &JsValue,
        max_body: f64,
    ) -> std::result::Result<web_sys::Response, JsValue>;
}

/// What a source pointed at when it was looked up.
#[derive(Clone)]
struct Known {
    folder: Folder,
    /// In milliseconds since 1970.
    at: u64,
}

thread_local! {
    static KNOWN: RefCell<HashMap<String, Known>> = RefCell::default();
}

/// Why there is no model to answer with.
struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

/// A request for the model of `source`, which users know as `name`.
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a str,
    pub(crate) source: &'a Source,
    /// The path that the scoring protocol knows.
    pub(crate) path: &'a str,
}

/// Answers a request, loading the model first if needed.
pub(crate) async fn answer(
    request: &Request,
    env: &Env,
    context: &Context,
    config: &'static Config,
    asked: &Asked<'_>,
) -> Result<Response> {
    if let Some(preflight) = config.cors.preflight(request, &cors::PREDICTIONS)? {
        return Ok(preflight);
    }
    let outside = Outside::new(env, config);
    let answer = match score(request, &outside, context, config, asked).await? {
        Ok(answer) => answer,
        Err(Refusal { status, code, message }) => reply::error(status, code, &message)?,
    };
    let origin = request.headers().get("origin")?;
    config.cors.open(origin.as_deref(), &answer, &cors::PREDICTIONS)?;
    Ok(answer)
}

async fn score(
    request: &Request,
    outside: &Outside,
    context: &Context,
    config: &'static Config,
    asked: &Asked<'_>,
) -> Result<std::result::Result<Response, Refusal>> {
    let folder = match ready(outside, context, config, asked).await {
        Ok(folder) => folder,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let key = folder.to_string();
    let max_body = f64::from(u32::try_from(config.max_body).unwrap_or(u32::MAX));
    if asked.path == "/invocations"
        && let Some(until) = valid_until(config, asked.source, &folder)
    {
        let origin = request.headers().get("origin")?;
        let headers: HashMap<_, _> = config.cors.headers(origin.as_deref()).into_iter().collect();
        let headers = serde_json::to_string(&headers)?;
        add_shortcut(request.inner(), &key, max_body, &headers, until);
    }
    let body = body::read(request, config.max_body).await?.map_or(JsValue::NULL, JsValue::from);
    // While the body came, another model may have taken the place.
    if !has_model(&key)
        && let Err(refusal) = bring(outside, context, config, asked.name, &folder).await
    {
        return Ok(Err(refusal));
    }
    Ok(match invoke(&key, asked.path, request.inner(), &body, max_body) {
        Ok(response) => Ok(Response::from(response)),
        Err(e) => {
            worker::console_error!("model {}: {}", asked.name, text(&e));
            Err(Refusal {
                status: 500,
                code: "INTERNAL_ERROR",
                message: "the scoring module stopped on this request and was restarted; other requests are not affected".to_owned(),
            })
        }
    })
}

/// The folder of the model, which is loaded.
async fn ready(
    outside: &Outside,
    context: &Context,
    config: &'static Config,
    asked: &Asked<'_>,
) -> std::result::Result<Folder, Refusal> {
    let (name, source) = (asked.name, asked.source);
    let now = Date::now().as_millis();
    let known = KNOWN.with_borrow(|known| known.get(&source.to_string()).cloned());
    if let Some(known) = known {
        let is_fresh = !source.moves() || now.saturating_sub(known.at) < config.refresh;
        let is_loaded = has_model(&known.folder.to_string());
        if is_loaded && !is_fresh {
            // One request looks; the others go on meanwhile.
            remember(source, &known.folder, now);
            renew(outside, context, config, name, source);
        }
        if is_loaded || is_fresh {
            bring(outside, context, config, name, &known.folder).await?;
            return Ok(known.folder);
        }
    }
    let folder = outside.resolve(source).await.map_err(|e| unresolved(name, e))?;
    bring(outside, context, config, name, &folder).await?;
    remember(source, &folder, now);
    Ok(folder)
}

/// Until when requests for a source go to this folder, in milliseconds since
/// 1970; `None` where they go to another meanwhile.
fn valid_until(config: &Config, source: &Source, folder: &Folder) -> Option<f64> {
    KNOWN.with_borrow(|known| {
        let known = known.get(&source.to_string()).filter(|known| known.folder == *folder)?;
        let until = known.at.saturating_add(config.refresh);
        Some(if source.moves() { until as f64 } else { f64::INFINITY })
    })
}

/// Looks a source up again, after the request; a new model is loaded before it
/// takes the place of the old one.
fn renew(
    outside: &Outside,
    context: &Context,
    config: &'static Config,
    name: &str,
    source: &Source,
) {
    let (outside, name, source) = (outside.clone(), name.to_owned(), source.clone());
    context.wait_until(async move {
        let renewed = match outside.resolve(&source).await {
            Err(error) => Err(unresolved(&name, error)),
            Ok(folder) => {
                let loaded = if has_model(&folder.to_string()) {
                    Ok(())
                } else {
                    let read = reader(&outside, &folder);
                    let promise = load(&folder.to_string(), config.strict, &read, config.memory);
                    let loaded = wasm_bindgen_futures::JsFuture::from(promise).await;
                    loaded.map(drop).map_err(|error| unloaded(&name, &error))
                };
                loaded.map(|()| remember(&source, &folder, Date::now().as_millis()))
            }
        };
        if let Err(refusal) = renewed {
            worker::console_error!("{}; the model before it goes on", refusal.message);
        }
    });
}

fn remember(source: &Source, folder: &Folder, at: u64) {
    clear_shortcuts();
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(source.to_string(), Known { folder: folder.clone(), at });
    });
}

/// Loads a model unless it is loaded.
async fn bring(
    outside: &Outside,
    context: &Context,
    config: &Config,
    name: &str,
    folder: &Folder,
) -> std::result::Result<(), Refusal> {
    let key = folder.to_string();
    if has_model(&key) {
        return Ok(());
    }
    let read = reader(outside, folder);
    let promise = load(&key, config.strict, &read, config.memory);
    // Should the one who asked hang up, others may be waiting for it.
    let shared = promise.clone();
    let (sender, receiver) = (wasm_bindgen_futures::JsFuture::from(promise), shared);
    context.wait_until(async move {
        wasm_bindgen_futures::JsFuture::from(receiver).await.ok();
        drop(read);
    });
    sender.await.map(drop).map_err(|error| unloaded(name, &error))
}

/// What `load` reads a folder's files with.
fn reader(outside: &Outside, folder: &Folder) -> Closure<dyn Fn(String) -> Promise> {
    let (outside, folder) = (outside.clone(), folder.clone());
    Closure::new(move |path: String| {
        let (outside, folder) = (outside.clone(), folder.clone());
        wasm_bindgen_futures::future_to_promise(async move {
            match outside.file(&folder, &path).await {
                Ok(response) => Ok(response.into()),
                Err(error) => {
                    let thrown = js_sys::Error::new(&error.message);
                    js_sys::Reflect::set(&thrown, &"status".into(), &error.status.into()).ok();
                    Err(thrown.into())
                }
            }
        })
    })
}

fn unresolved(name: &str, error: ResolveError) -> Refusal {
    let message = format!("the model '{name}' was not found: {error}");
    match error {
        ResolveError::NotFound(_) => {
            Refusal { status: 404, code: "RESOURCE_DOES_NOT_EXIST", message }
        }
        ResolveError::Server(_) => {
            Refusal { status: 502, code: "TEMPORARILY_UNAVAILABLE", message }
        }
        _ => Refusal { status: 503, code: "INVALID_STATE", message },
    }
}

fn unloaded(name: &str, error: &JsValue) -> Refusal {
    let message = format!("the model '{name}' did not load: {}", text(error));
    let status = js_sys::Reflect::get(error, &"status".into()).ok().and_then(|s| s.as_f64());
    match status {
        Some(507.0) => Refusal { status: 507, code: "RESOURCE_EXHAUSTED", message },
        Some(502.0) => Refusal { status: 502, code: "TEMPORARILY_UNAVAILABLE", message },
        _ => Refusal { status: 503, code: "INVALID_STATE", message },
    }
}

/// What a JavaScript error says.
fn text(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|e| String::from(e.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
