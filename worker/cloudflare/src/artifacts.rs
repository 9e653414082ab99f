//! Artifacts: files that go from clients to a store and back as streams, past
//! this module's memory and past the workspace's object.
//!
//! What a request means is the crate `artifacts`' business; here the store is
//! reached, and the workspace is asked where a run's artifacts are.

mod r2;
mod store;
mod wire;

use artifacts::{Answer, Asked, Body as _, Call, Owner, Tracking, Transfer, Upload};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, IF_RANGE, RANGE};
use mlflow_api::{ErrorCode, WORKSPACE_HEADER};
use tracking::auth::{ARTIFACTS_PATH, ArtifactAccess, ArtifactOwner, ArtifactUse};
use wasm_bindgen::prelude::*;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Result, Url};

use self::store::Places;
use self::wire::{JsBody, to_json};
use crate::config::Config;
use crate::workspace::{HERE, ON_BEHALF};
use crate::{body, reply, workspace};

/// The largest request for an address.
const MAX_PRESIGN: usize = 64 * 1024;

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
    let url = request.url()?;
    let method = http_method(&request.method());
    let mut asked = asked(&request, &url)?;
    let call = match Transfer::asked(&method, url.path()) {
        None => Call::parse(&method, url.path(), url.query().unwrap_or_default()),
        // Who it is about is in the body.
        Some(way) => match asked.upload.body.take() {
            Some(body) => body.text(MAX_PRESIGN).await.and_then(|body| way.read(&body)),
            None => way.read("{}"),
        },
    };
    let call = match call {
        Ok(call) => call,
        Err(error) => return refuse(&error),
    };
    let workspace = Workspace { env, config, url: &url, headers: request.headers() };
    if let Some(access) = access(&call)
        && config.auth.is_some()
        && !workspace::is_from_here(&url)
        && let Some(refusal) = workspace.refusal(&access).await?
    {
        return Ok(refusal);
    }
    let places = match Places::new(env, config) {
        Ok(places) => places,
        Err(message) => return reply::error(500, "INTERNAL_ERROR", &message),
    };
    let answer = artifacts::answer(&places, &workspace, call, asked).await;
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

/// What a call wants to do, and with whose files. Nothing for a part of an upload
/// that was allowed when it began: it goes to an address that nobody guesses.
fn access(call: &Call) -> Option<ArtifactAccess> {
    use ArtifactUse::{Delete, Read, Write};
    let at = |path: &String| ArtifactOwner::Path(path.clone());
    let of = |owner: &Owner| match owner {
        Owner::Run(id) => ArtifactOwner::Run(id.clone()),
        Owner::LoggedModel(id) => ArtifactOwner::LoggedModel(id.clone()),
        Owner::ModelVersion { name, .. } => ArtifactOwner::Model(name.clone()),
    };
    let (of, to) = match call {
        Call::List { path } | Call::Read { path } | Call::Presigned { path } => (at(path), Read),
        Call::Write { path } | Call::Parts { folder: path, .. } => (at(path), Write),
        Call::Delete { path } => (at(path), Delete),
        Call::ListOf { owner, .. } | Call::ReadOf { owner, .. } => (of(owner), Read),
        Call::WriteOf { owner, .. } => (of(owner), Write),
        Call::PresignedOf { owner, way: Transfer::Up, .. } => (of(owner), Write),
        Call::PresignedOf { owner, way: Transfer::Down, .. } => (of(owner), Read),
        Call::WritePart { .. } => return None,
    };
    Some(ArtifactAccess { of, to })
}

/// The workspace, which knows where the artifacts of its runs are, and who may
/// have them.
struct Workspace<'a> {
    env: &'a Env,
    config: &'a Config,
    url: &'a Url,
    /// Those of the request.
    headers: &'a Headers,
}

impl Workspace<'_> {
    /// The refusal of a request that its sender may not make.
    async fn refusal(&self, access: &ArtifactAccess) -> Result<Option<Response>> {
        let access = serde_json::to_string(access)?;
        let answer = self.ask(ARTIFACTS_PATH, Some(&access)).await?;
        Ok((answer.status_code() != 204).then_some(answer))
    }

    /// Its answer to the sender of the request: with a body, by POST.
    async fn ask(&self, path: &str, body: Option<&str>) -> Result<Response> {
        let headers = Headers::new();
        for name in ["authorization", WORKSPACE_HEADER] {
            if let Some(value) = self.headers.get(name)? {
                headers.set(name, &value)?;
            }
        }
        let mut init = RequestInit::new();
        if let Some(body) = body {
            headers.set("content-type", "application/json")?;
            init.with_method(Method::Post).with_body(Some(body.into()));
        }
        init.with_headers(headers);
        let base = if workspace::is_from_here(self.url) { HERE } else { ON_BEHALF };
        let request = Request::new_with_init(&format!("{base}{path}"), &init)?;
        workspace::forward(request, self.env, self.config).await
    }
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
            let answer = self.ask(path, None).await?;
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
