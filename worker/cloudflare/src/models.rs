//! Models, by way of the scoring module.
//!
//! The scoring module is another wasm with its own memory: loaded at the first
//! request for a model, replaced after a trap without taking this one down.
//! `scoring-host.js` holds it, and with it the bodies of requests, so that
//! they are copied once, from the network into the engine.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::{Env, Request, Response, Result};

use crate::config::{Config, ModelSource};
use crate::reply;

#[wasm_bindgen(raw_module = "./scoring-host.js")]
extern "C" {
    /// Whether the model is loaded, in the scoring module as it is now.
    #[wasm_bindgen(js_name = hasModel)]
    fn has_model(name: &str) -> bool;

    /// The path of the ONNX file that an `MLmodel` names.
    #[wasm_bindgen(catch, js_name = modelFile)]
    fn model_file(mlmodel: &Uint8Array) -> std::result::Result<String, JsValue>;

    /// The files of external data that an ONNX file names.
    #[wasm_bindgen(catch, js_name = externalFiles)]
    fn external_files(model: &Uint8Array) -> std::result::Result<Array, JsValue>;

    /// Loads a model under a name: `MLmodel`, the ONNX file, and the names and
    /// contents of its external data.
    #[wasm_bindgen(catch, js_name = loadModel)]
    fn load_model(
        name: &str,
        mlmodel: &Uint8Array,
        model: &Uint8Array,
        names: &Array,
        files: &Array,
    ) -> std::result::Result<(), JsValue>;

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
        && let Err(message) = load(env, model).await
    {
        return reply::error(
            503,
            "INVALID_STATE",
            &format!("the model '{}' did not load: {message}", model.name),
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

/// Fetches a model's files and loads it. The error is a sentence.
async fn load(env: &Env, model: &ModelSource) -> std::result::Result<(), String> {
    let mlmodel = file(env, model, "MLmodel").await?;
    let onnx_path = model_file(&mlmodel).map_err(|e| text(&e))?;
    let onnx = file(env, model, &onnx_path).await?;
    let folder = onnx_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let names = external_files(&onnx).map_err(|e| text(&e))?;
    let files = Array::new();
    for name in names.iter().filter_map(|name| name.as_string()) {
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        files.push(&file(env, model, &path).await?.into());
    }
    load_model(&model.name, &mlmodel, &onnx, &names, &files).map_err(|e| text(&e))
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
