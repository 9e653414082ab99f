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
}

/// The body of a request, outside of this module's memory; `None` where it has
/// more than `limit` bytes.
pub(crate) async fn read(request: &Request, limit: usize) -> Result<Option<Uint8Array>> {
    let limit = f64::from(u32::try_from(limit).unwrap_or(u32::MAX));
    Ok(read_body(request.inner(), limit).await?.dyn_into().ok())
}
