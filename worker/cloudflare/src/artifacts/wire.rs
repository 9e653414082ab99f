//! Streams of the host's, and requests that carry them.

use artifacts::{Body, Error, Fetch, Upload};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use mlflow_api::ErrorCode;
use wasm_bindgen::prelude::*;
use worker::Date;

use crate::body;
use crate::outside::{self, Outside};

/// What is read of a store's answer.
const HEADERS: [&str; 5] =
    ["content-length", "content-range", "content-type", "etag", "last-modified"];

#[wasm_bindgen(raw_module = "./artifacts.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn send(
        service: &JsValue,
        method: &str,
        url: &str,
        headers: &str,
        body: &JsValue,
    ) -> std::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = nextPiece)]
    async fn next_piece(stream: &JsValue, size: usize) -> std::result::Result<JsValue, JsValue>;
}

/// A stream, bytes or a text, in JavaScript's memory.
#[derive(Debug)]
pub(super) struct JsBody(pub(super) JsValue);

impl Body for JsBody {
    async fn hold(self, limit: usize) -> Result<Option<Upload<Self>>, Error> {
        let held = body::hold(&self.0, limit).await.map_err(|_| broken_off())?;
        Ok(held.map(|bytes| Upload {
            length: Some(bytes.length().into()),
            body: Some(Self(bytes.into())),
        }))
    }

    async fn piece(&mut self, size: usize) -> Result<Option<Upload<Self>>, Error> {
        let piece = next_piece(&self.0, size).await.map_err(|_| broken_off())?;
        let bytes = piece.dyn_into::<js_sys::Uint8Array>().ok();
        Ok(bytes.map(|bytes| Upload {
            length: Some(bytes.length().into()),
            body: Some(Self(bytes.into())),
        }))
    }

    async fn text(self, limit: usize) -> Result<String, Error> {
        let held = body::hold(&self.0, limit).await.map_err(|_| broken_off())?;
        let bytes = held.ok_or_else(|| bad(&format!("a body has more than {limit} bytes")))?;
        String::from_utf8(bytes.to_vec()).map_err(|_| bad("a body is no UTF-8"))
    }

    fn from_text(text: &str) -> Self {
        // Of a string, `fetch` would say a type, which no signature covers.
        Self(js_sys::Uint8Array::from(text.as_bytes()).into())
    }
}

fn broken_off() -> Error {
    bad("a body broke off")
}

fn bad(message: &str) -> Error {
    Error::new(ErrorCode::BadRequest, message)
}

/// The way to a store.
pub(super) enum Wire {
    /// A service of the Worker's.
    Service(JsValue),
    /// The network, as far as it may be reached.
    Outside(Outside),
}

impl Fetch for Wire {
    type Body = JsBody;

    async fn fetch(
        &self,
        request: Request<Upload<JsBody>>,
    ) -> Result<Response<Option<JsBody>>, Error> {
        let (parts, upload) = request.into_parts();
        let url = parts.uri.to_string();
        let service = match self {
            Self::Service(service) => service.clone(),
            Self::Outside(outside) => outside
                .service(&outside::origin(&url))
                .map_err(|e| Error::new(ErrorCode::InternalError, format!("the artifacts {e}")))?,
        };
        let body = upload.body.map_or(JsValue::UNDEFINED, |JsBody(body)| body);
        let headers = to_json(&parts.headers);
        let answer = send(&service, parts.method.as_str(), &url, &headers, &body).await;
        let answer: web_sys::Response = answer.map_err(|e| self.gone(&e))?.unchecked_into();
        let status = StatusCode::from_u16(answer.status()).unwrap_or_default();
        let mut response = Response::new(answer.body().map(|body| JsBody(body.into())));
        *response.status_mut() = status;
        for name in HEADERS {
            if let Ok(Some(value)) = answer.headers().get(name)
                && let Ok(value) = HeaderValue::from_str(&value)
            {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }

    fn now(&self) -> i64 {
        i64::try_from(Date::now().as_millis() / 1000).unwrap_or_default()
    }
}

impl Wire {
    /// The store broke off. What it says is for the log.
    fn gone(&self, error: &JsValue) -> Error {
        worker::console_error!("artifacts: {error:?}");
        match self {
            Self::Service(_) => {
                Error::new(ErrorCode::InternalError, "the store of the artifacts failed")
            }
            Self::Outside(_) => Error::new(
                ErrorCode::TemporarilyUnavailable,
                "the store of the artifacts does not answer",
            ),
        }
    }
}

/// Headers as an object of JSON.
pub(super) fn to_json(headers: &HeaderMap) -> String {
    outside::json(headers)
}
