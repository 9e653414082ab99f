//! What is read from outside: the MLflow server's answers, and the files of
//! models.
//!
//! Under `cargo xtask serve` nothing but the origins of `MILLRACE_OUTBOUND` can
//! be reached, each through a service of its own; on Cloudflare, whatever the
//! sources name.

use std::time::Duration;

use bytes::Bytes;
use mlflow_client::{Client, RetryPolicy, Transport, TransportError};
use model_source::{Folder, Read, ResolveError, Source};
use wasm_bindgen::prelude::*;
use worker::{Date, Delay, Env, Method, Request, Url};

use crate::config::Config;
use crate::{artifacts, workspace};

/// The most that is read of an answer of the MLflow server's.
const MAX_ANSWER: u32 = 1024 * 1024;

/// Once again after half a second, where the server is overloaded.
const RETRY: RetryPolicy = RetryPolicy {
    retries: 1,
    first_delay: Duration::from_millis(500),
    max_delay: Duration::from_secs(2),
};

#[wasm_bindgen(raw_module = "./outside.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn get(
        service: &JsValue,
        url: &str,
        headers: &str,
        redirect: &str,
    ) -> std::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = getObject)]
    async fn get_object(bucket: &JsValue, key: &str) -> std::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = readAll)]
    pub(crate) async fn read_all(
        response: &web_sys::Response,
        limit: u32,
    ) -> std::result::Result<JsValue, JsValue>;
}

/// Everything outside.
#[derive(Clone)]
pub(crate) struct Outside {
    env: Env,
    config: &'static Config,
}

/// A file that could not be read.
pub(crate) struct FileError {
    /// 502 where a server is at fault, else 503.
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Outside {
    pub(crate) fn new(env: &Env, config: &'static Config) -> Self {
        Self { env: env.clone(), config }
    }

    /// The folder of a model's files, as of now.
    pub(crate) async fn resolve(&self, source: &Source) -> Result<Folder, ResolveError> {
        if let Source::Folder(folder) = source {
            return Ok(folder.clone());
        }
        let client = match self.config.stores.tracking() {
            None => None,
            Some((base, auth)) => {
                let (base, auth) = (base.clone(), auth.clone());
                Client::with_retry(self.clone(), base, auth, RETRY).ok()
            }
        };
        model_source::resolve(source, client.as_ref()).await
    }

    /// An answer with the file's bytes to come.
    pub(crate) async fn file(
        &self,
        folder: &Folder,
        path: &str,
    ) -> Result<web_sys::Response, FileError> {
        let fail =
            |status, what: &str| FileError { status, message: format!("the file {path} {what}") };
        let now = i64::try_from(Date::now().as_millis() / 1000).unwrap_or_default();
        let read = folder.read(path, &self.config.stores, now);
        let (whose, response) = match read.map_err(|e| fail(503, &format!("can't be read: {e}")))? {
            Read::Binding { binding, path } => {
                let service = self.binding(&binding).map_err(|e| fail(503, &e))?;
                let url = format!("http://model{path}");
                (format!("the binding {binding}"), get(&service, &url, "{}", "manual").await)
            }
            Read::R2 { binding, key } => {
                let bucket = self.binding(&binding).map_err(|e| fail(503, &e))?;
                (format!("the bucket {binding}"), get_object(&bucket, &key).await)
            }
            Read::Request(request) => {
                let url = request.uri().to_string();
                let origin = origin(&url);
                // What is sent along is for this host alone.
                let is_plain = matches!(folder, Folder::Http { .. });
                let redirect =
                    if is_plain && self.config.outbound.is_none() { "follow" } else { "manual" };
                let answer = self.get(&url, request.headers(), redirect).await;
                (origin, answer.map_err(|e| fail(503, &e))?)
            }
        };
        let response: web_sys::Response = match response {
            Ok(response) => response.unchecked_into(),
            Err(_) => {
                return Err(fail(502, &format!("can't be read: {whose} does not answer")));
            }
        };
        match response.status() {
            200 => Ok(response),
            404 => Err(fail(503, &format!("is missing at {whose}"))),
            401 | 403 => Err(fail(
                502,
                &format!("can't be read: {whose} refused, with status {}", response.status()),
            )),
            status => {
                Err(fail(502, &format!("can't be read: {whose} answered with status {status}")))
            }
        }
    }

    /// The answer to a GET; an error where the address is out of reach.
    async fn get(
        &self,
        url: &str,
        headers: &http::HeaderMap,
        redirect: &str,
    ) -> Result<std::result::Result<JsValue, JsValue>, String> {
        let origin = origin(url);
        if origin == workspace::HERE {
            return Ok(self.here(url).await.map(JsValue::from).map_err(JsValue::from));
        }
        let service = self.service(&origin)?;
        Ok(get(&service, url, &json(headers), redirect).await)
    }

    /// The answer of this Worker's own MLflow server.
    async fn here(&self, url: &str) -> worker::Result<web_sys::Response> {
        let request = Request::new(url, Method::Get)?;
        let answer = if ::artifacts::is_artifact_path(&request.path()) {
            artifacts::serve(request, &self.env, self.config).await?
        } else {
            workspace::forward(request, &self.env, self.config).await?
        };
        Ok(answer.into())
    }

    /// A binding of the Worker.
    pub(crate) fn binding(&self, name: &str) -> Result<JsValue, String> {
        js_sys::Reflect::get(&self.env, &name.into())
            .ok()
            .filter(|binding| !binding.is_undefined())
            .ok_or_else(|| format!("can't be read: there is no binding {name}"))
    }

    /// The service that leads to an origin; `undefined` for the open network.
    pub(crate) fn service(&self, origin: &str) -> Result<JsValue, String> {
        match &self.config.outbound {
            None => Ok(JsValue::UNDEFINED),
            Some(services) => match services.get(origin) {
                Some(binding) => self.binding(binding),
                None => Err(format!(
                    "can't be read: it is at {origin}, and no configured source is there"
                )),
            },
        }
    }
}

impl Transport for Outside {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let network = |what: &str| TransportError::Network(what.to_owned());
        let url = request.uri().to_string();
        // `resolve` asks by GET alone.
        let response = self.get(&url, request.headers(), "manual").await;
        let response = response.map_err(TransportError::Network)?;
        let response: web_sys::Response =
            response.map_err(|_| network("nothing answers"))?.unchecked_into();
        let body = read_all(&response, MAX_ANSWER).await;
        let body = body.map_err(|_| network("the answer broke off"))?;
        if body.is_undefined() {
            return Err(TransportError::TooLarge { limit: MAX_ANSWER as usize });
        }
        let body = body.unchecked_into::<js_sys::Uint8Array>().to_vec();
        let mut answer = http::Response::builder().status(response.status());
        for name in ["content-type", "retry-after", "www-authenticate"] {
            if let Ok(Some(value)) = response.headers().get(name) {
                answer = answer.header(name, value);
            }
        }
        answer.body(body.into()).map_err(|_| network("the answer's headers can't be read"))
    }

    async fn sleep(&self, duration: Duration) {
        Delay::from(duration).await;
    }
}

/// Scheme, host and port of an address.
pub(crate) fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// Headers as an object of JSON.
pub(crate) fn json(headers: &http::HeaderMap) -> String {
    let headers: serde_json::Map<String, serde_json::Value> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect();
    serde_json::Value::from(headers).to_string()
}
