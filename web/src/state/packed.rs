//! Texts made short by the browser's own compression, for addresses and tags.

use js_sys::{Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, ReadableWritablePair};

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
/// The longest text: a short link could hold one that fills all memory.
const MOST: usize = 1 << 20;

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

/// What comes out of a stream for what goes in; nothing where it is too much.
async fn through(bytes: &[u8], stream: JsValue) -> Option<Vec<u8>> {
    let pair: ReadableWritablePair = stream.unchecked_into();
    let out = blob(bytes, "")?.stream().pipe_through(&pair).get_reader();
    let out: ReadableStreamDefaultReader = out.unchecked_into();
    let mut all = Vec::new();
    loop {
        let part = JsFuture::from(out.read()).await.ok()?;
        if Reflect::get(&part, &"done".into()).ok()?.is_truthy() {
            return Some(all);
        }
        let part: Uint8Array = Reflect::get(&part, &"value".into()).ok()?.dyn_into().ok()?;
        all.extend(part.to_vec());
        if all.len() > MOST {
            JsFuture::from(out.cancel()).await.ok();
            return None;
        }
    }
}

fn base64(bytes: &[u8]) -> Option<String> {
    let binary: String = bytes.iter().copied().map(char::from).collect();
    window().btoa(&binary).ok()
}

fn of_base64(letters: &str) -> Option<Vec<u8>> {
    let binary = window().atob(letters).ok()?;
    binary.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect()
}
