//! Tells webhooks: over the network that is open to them, and no other way.

use tracking::webhooks::{Delivery, Outcome};
use wasm_bindgen::prelude::*;
use worker::Env;

use crate::config::Config;
use crate::outside::read_all;

/// The binding that leads to the network, where it is not open anyway.
const BINDING: &str = "WEBHOOKS";

/// The most that is read of an answer.
const MAX_ANSWER: u32 = 64 * 1024;

#[wasm_bindgen(raw_module = "./outside.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn post(
        service: &JsValue,
        url: &str,
        headers: &str,
        body: &str,
        timeout: u32,
    ) -> std::result::Result<JsValue, JsValue>;
}

/// Sends a message, and says what became of it.
pub(crate) async fn tell(env: &Env, config: &Config, delivery: &Delivery) -> Outcome {
    let Ok(answer) = send(env, config, delivery).await else { return Outcome::Failed };
    let retry_after = answer.headers().get("retry-after").ok().flatten();
    let retry_after = retry_after.and_then(|seconds| seconds.trim().parse().ok());
    if let Some(body) = answer.body() {
        // Nobody reads it, so that it need not come.
        let _ = body.cancel();
    }
    Outcome::Answered { status: answer.status(), retry_after }
}

/// Sends a message, and gives the status and the text of the answer.
pub(crate) async fn ask(
    env: &Env,
    config: &Config,
    delivery: &Delivery,
) -> Result<(u16, String), String> {
    let answer = send(env, config, delivery).await.map_err(|e| {
        e.dyn_ref::<js_sys::Error>().map_or_else(String::new, |e| String::from(e.message()))
    })?;
    let body = read_all(&answer, MAX_ANSWER).await.map_err(|_| "the answer broke off")?;
    let body = body.dyn_into::<js_sys::Uint8Array>().map(|body| body.to_vec()).unwrap_or_default();
    Ok((answer.status(), String::from_utf8_lossy(&body).into_owned()))
}

async fn send(
    env: &Env,
    config: &Config,
    delivery: &Delivery,
) -> Result<web_sys::Response, JsValue> {
    let service = js_sys::Reflect::get(env, &BINDING.into())?;
    let headers: serde_json::Map<_, _> = delivery
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
        .collect();
    let headers = serde_json::Value::from(headers).to_string();
    let timeout = config.webhook_timeout;
    let answer = post(&service, &delivery.url, &headers, &delivery.body, timeout).await?;
    Ok(answer.unchecked_into())
}
