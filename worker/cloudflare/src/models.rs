//! Models, by way of the scoring module.
//!
//! The scoring modules are wasm of their own with their own memory: loaded at
//! the first request for a model, replaced after a trap without taking this one
//! down. `scoring-host.js` holds them, and with them the bodies of requests, so
//! that they are copied once, from the network into the engine.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::{Env, Request, Response, Result};

use crate::config::{Config, ModelSource};
use crate::reply;

#[wasm_bindgen(raw_module = "./scoring-host.js")]
extern "C" {
    /// Whether the model is loaded, in the scoring module as it is now.
    #[wasm_bindgen(js_name = hasModel)]
    fn has_model(name: &str) -> bool;

    /// Loads a model under a name; `read` gives a promise of the bytes of a
    /// file of its folder.
    #[wasm_bindgen(catch)]
    async fn load(
        name: &str,
        strict: bool,
        read: &Closure<dyn Fn(String) -> Promise>,
    ) -> std::result::Result<JsValue, JsValue>;

    /// Answers a request with a loaded model.
    #[wasm_bindgen(catch)]
    async fn invoke(
        name: &str,
        path: &str,
        request: &web_sys::Request,
        max_body: f64,
    ) -> std::result::Result<JsValue, JsValue>;
}

/// Answers a request to `model` at `path`, loading the model first if needed.
pub(crate) async fn answer(
    request: &Request,
    env: &Env,
    config: &Config,
    model: &ModelSource,
    path: &str,
) -> Result<Response> {
    if !has_model(&model.name)
        && let Err(error) = load_from(env, model, config.strict).await
    {
        return reply::error(
            503,
            "INVALID_STATE",
            &format!("the model '{}' did not load: {}", model.name, text(&error)),
        );
    }
    let max_body = u32::try_from(config.max_body).unwrap_or(u32::MAX);
    match invoke(&model.name, path, request.inner(), f64::from(max_body)).await {
        Ok(response) => Ok(Response::from(response.unchecked_into::<web_sys::Response>())),
        Err(e) => {
            worker::console_error!("model {}: {}", model.name, text(&e));
            reply::error(
                500,
                "INTERNAL_ERROR",
                "the scoring module stopped on this request and was restarted; other requests are not affected",
            )
        }
    }
}

/// Loads a model from its binding.
async fn load_from(
    env: &Env,
    model: &ModelSource,
    strict: bool,
) -> std::result::Result<(), JsValue> {
    let (env, source) = (env.clone(), model.clone());
    let read = Closure::new(move |path: String| {
        let (env, source) = (env.clone(), source.clone());
        wasm_bindgen_futures::future_to_promise(async move {
            let bytes = file(&env, &source, &path).await;
            bytes.map(JsValue::from).map_err(|message| js_sys::Error::new(&message).into())
        })
    });
    load(&model.name, strict, &read).await.map(drop)
}

/// One file of the model's folder.
async fn file(
    env: &Env,
    model: &ModelSource,
    path: &str,
) -> std::result::Result<Uint8Array, String> {
    let fail = |what: String| format!("the file {path} {what}");
    let source = env.service(&model.binding).map_err(|e| fail(format!("has no binding: {e}")))?;
    let url = format!("http://model{}{path}", model.prefix);
    let response =
        source.fetch(url, None).await.map_err(|e| fail(format!("could not be read: {e}")))?;
    match response.status_code() {
        200 => {}
        404 => return Err(fail("is missing".to_owned())),
        status => return Err(fail(format!("could not be read: status {status}"))),
    }
    let inner = web_sys::Response::from(response);
    let buffer = inner.array_buffer().map_err(|e| text(&e))?;
    let buffer = wasm_bindgen_futures::JsFuture::from(buffer)
        .await
        .map_err(|e| fail(format!("could not be read: {}", text(&e))))?;
    Ok(Uint8Array::new(&buffer))
}

/// What a JavaScript error says.
fn text(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|e| String::from(e.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
