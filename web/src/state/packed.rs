//! Texts made short by the browser's own compression, for addresses and tags.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableWritablePair, Response};

use super::download::blob;
use super::shared_view::PACKED;

// web-sys has these behind a flag of the compiler alone.
#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

/// The formats, as the browser calls them: bare, and as zlib's.
const RAW: &str = "deflate-raw";
const ZLIB: &str = "deflate";

/// A text for an address: letters, digits, `-` and `_` alone.
pub(crate) async fn for_address(text: &str) -> Option<String> {
    let bytes = deflate(text.as_bytes(), RAW).await?;
    let letters = base64(&bytes)?.replace('+', "-").replace('/', "_");
    Some(letters.trim_end_matches('=').to_owned())
}

/// The text that [`for_address`] made short.
pub(crate) async fn of_address(letters: &str) -> Option<String> {
    let bytes = of_base64(&letters.replace('-', "+").replace('_', "/"))?;
    let bytes = inflate(&bytes, RAW).await?;
    String::from_utf8(bytes).ok()
}

/// A text as MLflow's pages pack it: `deflate;` and base64 of zlib's format.
pub(crate) async fn for_tag(text: &str) -> Option<String> {
    let bytes = deflate(text.as_bytes(), ZLIB).await?;
    Some(format!("{PACKED}{}", base64(&bytes)?))
}

/// The text that MLflow's pages packed, or a text that is not packed.
pub(crate) async fn of_tag(text: &str) -> Option<String> {
    let Some(letters) = text.strip_prefix(PACKED) else { return Some(text.to_owned()) };
    let bytes = inflate(&of_base64(letters)?, ZLIB).await?;
    String::from_utf8(bytes).ok()
}

async fn deflate(bytes: &[u8], format: &str) -> Option<Vec<u8>> {
    through(bytes, CompressionStream::new(format).ok()?.into()).await
}

async fn inflate(bytes: &[u8], format: &str) -> Option<Vec<u8>> {
    through(bytes, DecompressionStream::new(format).ok()?.into()).await
}

/// What comes out of a stream for what goes in.
async fn through(bytes: &[u8], stream: JsValue) -> Option<Vec<u8>> {
    let pair: ReadableWritablePair = stream.unchecked_into();
    let out = blob(bytes, "")?.stream().pipe_through(&pair);
    let answer = Response::new_with_opt_readable_stream(Some(&out)).ok()?;
    let buffer = JsFuture::from(answer.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}

fn base64(bytes: &[u8]) -> Option<String> {
    let binary: String = bytes.iter().copied().map(char::from).collect();
    window().btoa(&binary).ok()
}

fn of_base64(letters: &str) -> Option<Vec<u8>> {
    let binary = window().atob(letters).ok()?;
    binary.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
}
