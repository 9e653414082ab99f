//! Artifacts: files that go from clients to a store and back as streams, past
//! this module's memory and past the workspace's object.
//!
//! What a request means is the crate `artifacts`' business; here the store is
//! reached, and the workspace is asked where a run's artifacts are.

mod r2;
mod store;
mod wire;

use artifacts::{Answer, Asked, Call, Tracking, Upload};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, IF_RANGE, RANGE};
use mlflow_api::ErrorCode;
use wasm_bindgen::prelude::*;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Result, Url};

use self::store::Store;
use self::wire::{JsBody, to_json};
use crate::config::Config;
use crate::{body, origin, reply, workspace};

/// The most that is read of the workspace's answer about a run.
const MAX_RUN: usize = 64 * 1024 * 1024;

#[wasm_bindgen(raw_module = "./artifacts.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = reply)]
    fn js_reply(
        status: u16,
        headers: &str,
        body: &JsValue,
    ) -> std::result::Result<web_sys::Response, JsValue>;
}

/// Answers a request for artifacts.
pub(crate) async fn serve(
    request: Request,
    env: &Env,
    config: &'static Config,
) -> Result<Response> {
    if let Some(refusal) = origin::refusal(&request)? {
        return Ok(refusal);
    }
    let Some(folder) = &config.artifacts else {
        return reply::error(
            503,
            "TEMPORARILY_UNAVAILABLE",
            "no artifacts are kept here: set MILLRACE_ARTIFACTS to where they belong",
        );
    };
    let url = request.url()?;
    let method = http_method(&request.method());
    let call = match Call::parse(&method, url.path(), url.query().unwrap_or_default()) {
        Ok(call) => call,
        Err(error) => return refuse(&error),
    };
    let store = match Store::open(folder, env, config) {
        Ok(store) => store,
        Err(message) => return reply::error(500, "INTERNAL_ERROR", &message),
    };
    let workspace = Workspace { env, url: &url };
    let answer = artifacts::answer(&store, &workspace, call, asked(&request, &url)?).await;
    let (parts, body) = answer.into_parts();
    let body = match body {
        Answer::Bytes(bytes) => js_sys::Uint8Array::from(bytes.as_ref()).into(),
        Answer::Stream(Some(JsBody(body))) => body,
        Answer::Stream(None) => JsValue::NULL,
    };
    Ok(js_reply(parts.status.as_u16(), &to_json(&parts.headers), &body)?.into())
}

fn http_method(method: &Method) -> http::Method {
    http::Method::from_bytes(method.to_string().as_bytes()).unwrap_or_default()
}

fn refuse(error: &artifacts::Error) -> Result<Response> {
    reply::error(error.error_code.status(), error.error_code.as_str(), &error.message)
}

fn asked(request: &Request, url: &Url) -> Result<Asked<JsBody>> {
    let headers = request.headers();
    let length = headers.get(CONTENT_LENGTH.as_str())?.and_then(|length| length.parse().ok());
    let upload = match request.inner().body() {
        Some(stream) => Upload { body: Some(JsBody(stream.into())), length },
        None => Upload { body: None, length: Some(0) },
    };
    let range = match headers.get(IF_RANGE.as_str())? {
        Some(_) => None,
        None => headers.get(RANGE.as_str())?,
    };
    Ok(Asked {
        range,
        with_body: request.method() != Method::Head,
        upload,
        origin: url.origin().ascii_serialization(),
    })
}

/// The workspace, which knows where the artifacts of its runs are.
struct Workspace<'a> {
    env: &'a Env,
    url: &'a Url,
}

impl Tracking for Workspace<'_> {
    async fn get(
        &self,
        path: &str,
    ) -> std::result::Result<http::Response<Bytes>, artifacts::Error> {
        let failed = |e: worker::Error| {
            artifacts::Error::new(
                ErrorCode::InternalError,
                format!("the workspace does not answer: {e}"),
            )
        };
        let ask = async || {
            let mut init = RequestInit::new();
            init.with_method(Method::Get).with_headers(Headers::new());
            let request = Request::new_with_init(self.url.join(path)?.as_str(), &init)?;
            let answer = workspace::forward(request, self.env).await?;
            let status = answer.status_code();
            let answer: web_sys::Response = answer.into();
            let body = match answer.body() {
                None => Vec::new(),
                Some(stream) => body::hold(&stream, MAX_RUN)
                    .await?
                    .ok_or_else(|| worker::Error::from("its answer is too long"))?
                    .to_vec(),
            };
            Ok((status, body))
        };
        let (status, body) = ask().await.map_err(failed)?;
        let mut answer = http::Response::new(Bytes::from(body));
        *answer.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
        let json = http::HeaderValue::from_static("application/json");
        answer.headers_mut().insert(http::header::CONTENT_TYPE, json);
        Ok(answer)
    }
}
