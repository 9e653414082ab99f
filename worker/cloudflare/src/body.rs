//! Bodies of requests, taken in up to a limit.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use worker::{Request, Result};

#[wasm_bindgen(raw_module = "./bodies.js")]
extern "C" {
    /// The body of a request, or null where it is over the limit.
    #[wasm_bindgen(catch, js_name = readBody)]
    async fn read_body(
        request: &web_sys::Request,
        limit: f64,
    ) -> std::result::Result<JsValue, JsValue>;

    /// A stream's bytes, or null where they are over the limit.
    #[wasm_bindgen(catch, js_name = takeIn)]
    async fn take_in(stream: &JsValue, limit: f64) -> std::result::Result<JsValue, JsValue>;
}

/// The body of a request, outside of this module's memory; `None` where it has
/// more than `limit` bytes.
pub(crate) async fn read(request: &Request, limit: usize) -> Result<Option<Uint8Array>> {
    Ok(read_body(request.inner(), number(limit)).await?.dyn_into().ok())
}

/// The bytes of a stream, or bytes as they are, outside of this module's memory;
/// `None` where there are more than `limit`.
pub(crate) async fn hold(body: &JsValue, limit: usize) -> Result<Option<Uint8Array>> {
    if let Some(bytes) = body.dyn_ref::<Uint8Array>() {
        let fits = f64::from(bytes.length()) <= number(limit);
        return Ok(fits.then(|| bytes.clone()));
    }
    Ok(take_in(body, number(limit)).await?.dyn_into().ok())
}

fn number(limit: usize) -> f64 {
    f64::from(u32::try_from(limit).unwrap_or(u32::MAX))
}
