//! The browser's fetch, in pages and in workers.

use std::cell::Cell;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use gloo_net::http::{self as gloo, Headers};
use gloo_timers::future::TimeoutFuture;
use http::{HeaderName, HeaderValue, Request, Response};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStreamDefaultReader, RequestCredentials, RequestInit, RequestMode,
};

use crate::{Transport, TransportError};

/// Sends requests by `fetch`, in a window or in a worker.
///
/// Cookies go along to the page's own origin, and to others only if
/// [`with_cookies`](Self::with_cookies) says so.
#[derive(Clone, Copy, Debug)]
pub struct FetchTransport {
    timeout: Duration,
    max_bytes: usize,
    cookies: bool,
}

impl Default for FetchTransport {
    /// A minute, 256 MiB, and no cookies to other origins.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(60), max_bytes: 256 << 20, cookies: false }
    }
}

impl FetchTransport {
    /// How long a request may take, from sending it to the last byte.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How large an answer may be, decompressed.
    pub fn with_max_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    /// Whether cookies go along to other origins, for a proxy that signs in
    /// by cookie. The server must then allow this origin by name.
    pub fn with_cookies(self, cookies: bool) -> Self {
        Self { cookies, ..self }
    }

    fn credentials(&self, url: &str) -> RequestCredentials {
        match (is_cross_origin(url), self.cookies) {
            (false, _) => RequestCredentials::SameOrigin,
            (true, false) => RequestCredentials::Omit,
            (true, true) => RequestCredentials::Include,
        }
    }

    async fn exchange(
        &self,
        request: Request<Bytes>,
        abort: &AbortOnDrop,
    ) -> Result<Response<Bytes>, TransportError> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        let headers = Headers::new();
        for (name, value) in &parts.headers {
            if let Ok(value) = value.to_str() {
                headers.set(name.as_str(), value);
            }
        }
        let init = RequestInit::new();
        init.set_method(parts.method.as_str());
        init.set_headers(&headers.into_raw());
        init.set_credentials(self.credentials(&url));
        init.set_signal(abort.signal().as_ref());
        if !body.is_empty() {
            init.set_body(&Uint8Array::from(body.as_ref()));
        }
        let response = fetch(&url, &init).await?;
        let mut builder = Response::builder().status(response.status());
        for (name, value) in response.headers().entries() {
            let name = HeaderName::try_from(name);
            if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
                builder = builder.header(name, value);
            }
        }
        let body = match response.body() {
            Some(stream) => self.read(stream.get_reader()).await?,
            None => Bytes::new(),
        };
        builder.body(body).map_err(|error| TransportError::Network(error.to_string()))
    }

    /// Reads a body and stops at the limit, so that a body without end does
    /// not fill memory.
    async fn read(&self, reader: js_sys::Object) -> Result<Bytes, TransportError> {
        let reader: ReadableStreamDefaultReader = reader.unchecked_into();
        let mut body = Vec::new();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(|error| script(&error))?;
            let part = Reflect::get(&chunk, &"value".into()).unwrap_or(JsValue::UNDEFINED);
            let Some(part) = part.dyn_ref::<Uint8Array>() else {
                return Ok(body.into());
            };
            let start = body.len();
            let end = start + part.length() as usize;
            if end > self.max_bytes {
                return Err(TransportError::TooLarge { limit: self.max_bytes });
            }
            body.resize(end, 0);
            if let Some(room) = body.get_mut(start..) {
                part.copy_to(room);
            }
        }
    }
}

impl Transport for FetchTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let abort = AbortOnDrop::new();
        let timeout = TimeoutFuture::new(milliseconds(self.timeout));
        let exchange = std::pin::pin!(self.exchange(request, &abort));
        let result = match select(exchange, timeout).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => return Err(TransportError::Timeout),
        };
        if result.is_ok() {
            abort.disarm();
        }
        result
    }

    async fn sleep(&self, duration: Duration) {
        TimeoutFuture::new(milliseconds(duration)).await;
    }

    async fn reachable_opaque(&self, url: &str) -> Option<bool> {
        if !is_cross_origin(url) {
            return None;
        }
        let abort = AbortOnDrop::new();
        let init = RequestInit::new();
        init.set_mode(RequestMode::NoCors);
        init.set_credentials(RequestCredentials::Omit);
        init.set_signal(abort.signal().as_ref());
        let timeout = TimeoutFuture::new(milliseconds(self.timeout));
        match select(std::pin::pin!(fetch(url, &init)), timeout).await {
            Either::Left((answer, _)) => Some(answer.is_ok()),
            Either::Right(_) => Some(false),
        }
    }
}

/// Builds the browser's request directly: gloo's own builder would append a `&`
/// to every query.
async fn fetch(url: &str, init: &RequestInit) -> Result<gloo::Response, TransportError> {
    let request =
        web_sys::Request::new_with_str_and_init(url, init).map_err(|error| script(&error))?;
    gloo::Request::from(request).send().await.map_err(network)
}

/// Aborts a fetch when its future is dropped, so that a request that nobody
/// waits for does not hold a connection.
struct AbortOnDrop {
    controller: Option<AbortController>,
    armed: Cell<bool>,
}

impl AbortOnDrop {
    fn new() -> Self {
        Self { controller: AbortController::new().ok(), armed: Cell::new(true) }
    }

    fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.controller.as_ref().map(AbortController::signal)
    }

    fn disarm(&self) {
        self.armed.set(false);
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let (true, Some(controller)) = (self.armed.get(), &self.controller) {
            controller.abort();
        }
    }
}

/// Whether an absolute URL has another origin than the page or the worker.
fn is_cross_origin(url: &str) -> bool {
    if url.starts_with('/') {
        return false;
    }
    let origin = Reflect::get(&js_sys::global(), &"origin".into()).ok();
    let origin = origin.and_then(|origin| origin.as_string()).unwrap_or_default();
    url.strip_prefix(&origin).is_none_or(|rest| !(rest.is_empty() || rest.starts_with('/')))
}

fn network(error: gloo_net::Error) -> TransportError {
    match error {
        gloo_net::Error::JsError(error) if error.name == "AbortError" => TransportError::Cancelled,
        gloo_net::Error::JsError(error) => TransportError::Network(error.message),
        other => TransportError::Network(other.to_string()),
    }
}

fn script(error: &JsValue) -> TransportError {
    let text = |key: &str| Reflect::get(error, &key.into()).ok().and_then(|text| text.as_string());
    match text("name").as_deref() {
        Some("AbortError") => TransportError::Cancelled,
        _ => TransportError::Network(text("message").unwrap_or_else(|| "no reason given".into())),
    }
}

fn milliseconds(duration: Duration) -> u32 {
    // A browser's timers take 31 bits.
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX).min(i32::MAX as u32)
}
