//! Workspaces: each is a Durable Object that keeps experiments and runs in its
//! own SQLite, and answers MLflow's REST API from there. The default one knows
//! the others, and the users of all of them.
//!
//! What a request means is `tracking`'s business; here its bytes are read, and
//! SQLite is called.

mod store;
mod turn;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use mlflow_api::{DEFAULT_WORKSPACE, Endpoint as _, GetServerInfo, WORKSPACE_HEADER};
use mlflow_client::BaseUrl;
use tracking::auth::{self, CALLER_PATH, CHANGES_PATH, Caller, Gate, is_for_default_workspace};
use tracking::{ArtifactServing, Deployment, Error, webhooks};
use wasm_bindgen::prelude::*;
use worker::{
    Date, DurableObject, Env, Headers, Method, Request, RequestInit, Response, ResponseBuilder,
    Result, State, Stub, Url, durable_object,
};

use self::store::Store;
use self::turn::Turn;
use crate::config::Config;
use crate::{body, reply};

/// The binding of the workspaces' namespace.
const BINDING: &str = "WORKSPACE";

/// The headers that an object is told of, besides what the body is.
const TOLD: [&str; 2] = ["authorization", WORKSPACE_HEADER];

/// Where this Worker's own MLflow server is, for what in it asks: nowhere on any
/// network. Who may do what is not asked there, so no request from outside may
/// say that it is for this host.
pub(crate) const HERE: &str = "http://workspace.internal";

/// Where a workspace is for what asks it for the sender of a request, with their
/// credentials.
pub(crate) const ON_BEHALF: &str = "http://sender.workspace.internal";

/// Whether a request comes from this Worker itself.
pub(crate) fn is_from_here(url: &Url) -> bool {
    HERE.strip_prefix("http://") == url.host_str()
}

/// Whether an address is one that only this Worker uses.
pub(crate) fn is_inside(url: &Url) -> bool {
    is_from_here(url) || ON_BEHALF.strip_prefix("http://") == url.host_str()
}

/// The same as a server's address.
pub(crate) fn base() -> BaseUrl {
    BaseUrl::parse(HERE).map(|(base, _)| base).unwrap_or_default()
}

/// Sends a request to its workspace, if this deployment has any.
pub(crate) async fn forward(request: Request, env: &Env, config: &Config) -> Result<Response> {
    let url = request.url()?;
    let path = url.path();
    let named = request.headers().get(WORKSPACE_HEADER)?.unwrap_or_default();
    if !config.has_workspaces && !named.trim().is_empty() && !is_server_info(path) {
        let message = "Workspace APIs are not available: workspaces are not enabled on this server";
        return reply::error(500, "FEATURE_DISABLED", message);
    }
    let name = workspace_of(path, &named);
    if let Err(error) = tracking::check_workspace_name(name) {
        return reply::error(error.code().status(), error.code().as_str(), error.message());
    }
    let Ok(stub) = stub(env, name) else {
        return reply::error(
            404,
            "ENDPOINT_NOT_FOUND",
            "no MLflow server is here: bind a Durable Object as WORKSPACE, or set MILLRACE_TRACKING_URI",
        );
    };
    stub.fetch_with_request(request).await
}

#[wasm_bindgen(raw_module = "./straight.js")]
extern "C" {
    /// Has POSTs to an address go straight to a workspace, if no page sent them and
    /// they name none.
    #[wasm_bindgen(js_name = goStraight)]
    fn go_straight(url: &str, workspace: &str);
}

/// Lets requests like this one, which any program may send here, do without this
/// module on their way.
pub(crate) fn send_straight(request: &Request, env: &Env) -> Result<()> {
    let is_named = request.headers().has(WORKSPACE_HEADER)?;
    if request.method() == Method::Post && !is_named && is_bound(env) {
        go_straight(&request.inner().url(), DEFAULT_WORKSPACE);
    }
    Ok(())
}

/// Whether this deployment has workspaces.
pub(crate) fn is_bound(env: &Env) -> bool {
    env.durable_object(BINDING).is_ok()
}

fn stub(env: &Env, name: &str) -> Result<Stub> {
    env.durable_object(BINDING)?.id_from_name(name)?.get_stub()
}

/// The workspace whose object answers a request that names one in its header.
fn workspace_of<'a>(path: &str, named: &'a str) -> &'a str {
    let is_elsewhere = [CALLER_PATH, CHANGES_PATH].contains(&path)
        || is_for_default_workspace(path)
        || is_server_info(path);
    match named.trim() {
        name if name.is_empty() || is_elsewhere => DEFAULT_WORKSPACE,
        name => name,
    }
}

fn is_server_info(path: &str) -> bool {
    GetServerInfo::PATH.strip_prefix("/api").is_some_and(|below| path.ends_with(below))
}

/// The Durable Object.
#[durable_object(alarm)]
pub struct Workspace {
    store: Store,
    env: Env,
    artifacts: Option<ArtifactServing>,
    deployment: Deployment,
    gate: Option<Gate>,
    webhooks: Arc<webhooks::Settings>,
    is_prepared: Cell<bool>,
    turn: Turn,
    /// Whether an alarm is known to be set for what is to be told.
    is_scheduled: Cell<bool>,
}

impl DurableObject for Workspace {
    fn new(state: State, env: Env) -> Self {
        let config = crate::config(&env).as_ref().ok();
        Self {
            store: Store::new(&state),
            artifacts: config.and_then(Config::artifact_serving),
            deployment: config.map(Config::deployment).unwrap_or_default(),
            gate: config.and_then(|config| config.auth.clone()).map(Gate::new),
            webhooks: config.map(|config| config.webhooks.clone()).unwrap_or_default(),
            is_prepared: Cell::new(false),
            turn: Turn::default(),
            is_scheduled: Cell::new(false),
            env,
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let _here = self.turn.enter();
        let url = request.url()?;
        let is_from_here = is_from_here(&url);
        if auth::is_internal(url.path()) && !is_inside(&url) {
            return reply::error(404, "ENDPOINT_NOT_FOUND", "there is nothing here");
        }
        let mut request = match read(request).await? {
            Ok(request) => request,
            Err(refusal) => return Ok(refusal),
        };
        if let Some(artifacts) = self.artifacts {
            request.extensions_mut().insert(artifacts);
        }
        request.extensions_mut().insert(self.deployment);
        request.extensions_mut().insert(Arc::clone(&self.webhooks));
        let named = request.headers().get(WORKSPACE_HEADER).and_then(|name| name.to_str().ok());
        match workspace_of(request.uri().path(), named.unwrap_or_default()) {
            DEFAULT_WORKSPACE if is_from_here => {
                let now = self.ready(DEFAULT_WORKSPACE).await?;
                respond(tracking::answer(&self.store, now, &request))
            }
            DEFAULT_WORKSPACE => self.answer(&request).await,
            name => self.answer_elsewhere(&request, name).await,
        }
    }

    /// Tells webhooks what is due.
    async fn alarm(&self) -> Result<Response> {
        let Ok(config) = crate::config(&self.env) else { return Response::empty() };
        let due = webhooks::due(&self.store, &self.webhooks, now()).map_err(store_failed)?;
        let told = due.iter().map(async |delivery| {
            let outcome = crate::webhooks::tell(&self.env, config, delivery).await;
            webhooks::settle(&self.store, &self.webhooks, now(), &delivery.id, &outcome)
        });
        for settled in join_all(told).await {
            settled.map_err(store_failed)?;
        }
        self.schedule().await?;
        Response::empty()
    }
}

impl Workspace {
    /// Answers in the default workspace.
    async fn answer(&self, request: &http::Request<Bytes>) -> Result<Response> {
        let now = self.ready(DEFAULT_WORKSPACE).await?;
        let answer = match &self.gate {
            Some(gate) => gate.answer(&self.store, now, request),
            None => tracking::answer(&self.store, now, request),
        };
        self.tell(request, answer).await
    }

    /// Sees to it that webhooks are told what an answered request leaves to be
    /// told; where it is a test of one, that one now.
    async fn tell(
        &self,
        request: &http::Request<Bytes>,
        answer: http::Response<Bytes>,
    ) -> Result<Response> {
        if let (Some(delivery), Ok(config)) =
            (answer.extensions().get::<webhooks::Delivery>(), crate::config(&self.env))
        {
            let answer = crate::webhooks::ask(&self.env, config, delivery).await;
            return respond(webhooks::tested(answer));
        }
        // The first answer after a start looks for what was left over.
        if !self.is_scheduled.get() || webhooks::may_tell(request.method(), request.uri().path()) {
            self.schedule().await?;
        }
        respond(answer)
    }

    /// Sets the alarm for what is to be told next.
    async fn schedule(&self) -> Result<()> {
        if let Some(due) = webhooks::next_due(&self.store).map_err(store_failed)? {
            let wait = u64::try_from(due - now()).unwrap_or_default();
            self.store.storage().set_alarm(Duration::from_millis(wait)).await?;
        }
        self.is_scheduled.set(true);
        Ok(())
    }

    /// Answers in another one, which the default one has to know.
    async fn answer_elsewhere(
        &self,
        request: &http::Request<Bytes>,
        name: &str,
    ) -> Result<Response> {
        if self.gate.is_none() {
            let path = format!("/api/3.0/mlflow/workspaces/{name}");
            let known = self.ask_default(request, &path, None).await?;
            if known.status_code() != 200 {
                return Ok(known);
            }
            let now = self.ready(name).await?;
            return self.tell(request, tracking::answer(&self.store, now, request)).await;
        }
        let mut known = self.ask_default(request, CALLER_PATH, None).await?;
        if known.status_code() != 200 {
            return Ok(known);
        }
        let caller: Caller = known.json().await?;
        let now = self.ready(name).await?;
        let (answer, changes) = auth::answer_as(&self.store, now, request, &caller);
        if let Some(changes) = changes {
            let changes = serde_json::to_string(&changes)?;
            let taken = self.ask_default(request, CHANGES_PATH, Some(&changes)).await?;
            if taken.status_code() != 200 {
                return Ok(taken);
            }
        }
        self.tell(request, answer).await
    }

    /// Asks the default workspace for the sender of a request: with a body, by
    /// POST.
    async fn ask_default(
        &self,
        request: &http::Request<Bytes>,
        path: &str,
        body: Option<&str>,
    ) -> Result<Response> {
        let headers = Headers::new();
        for name in TOLD {
            if let Some(value) = request.headers().get(name).and_then(|value| value.to_str().ok()) {
                headers.set(name, value)?;
            }
        }
        let mut init = RequestInit::new();
        if let Some(body) = body {
            headers.set("content-type", "application/json")?;
            init.with_method(Method::Post).with_body(Some(body.into()));
        }
        init.with_headers(headers);
        let request = Request::new_with_init(&format!("{ON_BEHALF}{path}"), &init)?;
        stub(&self.env, DEFAULT_WORKSPACE)?.fetch_with_request(request).await
    }

    /// Waits until it is this request's turn, makes what is missing in the store of
    /// the workspace of that name, and gives the time.
    async fn ready(&self, name: &str) -> Result<i64> {
        self.turn.wait().await?;
        let now = now();
        if !self.is_prepared.get() {
            // Before whatever the first request makes: lists are by time.
            tracking::prepare_workspace(&self.store, now - 1, name).map_err(store_failed)?;
            if let Some(gate) = self.gate.as_ref().filter(|_| name == DEFAULT_WORKSPACE) {
                gate.prepare(&self.store).map_err(store_failed)?;
            }
            self.is_prepared.set(true);
        }
        Ok(now)
    }
}

/// The time in milliseconds since 1970.
fn now() -> i64 {
    i64::try_from(Date::now().as_millis()).unwrap_or_default()
}

fn store_failed(error: Error) -> worker::Error {
    error.to_string().into()
}

fn respond(answer: http::Response<Bytes>) -> Result<Response> {
    let headers = Headers::new();
    for (name, value) in answer.headers() {
        headers.set(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    let answered =
        ResponseBuilder::new().with_status(answer.status().as_u16()).with_headers(headers);
    let body = answer.into_body();
    Ok(if body.is_empty() { answered.empty() } else { answered.fixed(body.to_vec()) })
}

/// The request as `tracking` takes it, or the refusal of one that is too large.
async fn read(request: Request) -> Result<std::result::Result<http::Request<Bytes>, Response>> {
    let url = request.url()?;
    let limit = tracking::max_body(url.path());
    let Some(body) = body::read(&request, limit).await? else {
        let message = format!("the body is larger than {limit} bytes");
        return Ok(Err(reply::error(413, "BAD_REQUEST", &message)?));
    };
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    let mut builder = http::Request::builder()
        .method(request.method().to_string().as_str())
        .uri(format!("{}{query}", url.path()));
    for name in tracking::HEADERS.into_iter().chain(TOLD) {
        if let Some(value) = request.headers().get(name)? {
            builder = builder.header(name, value);
        }
    }
    Ok(match builder.body(Bytes::from(body.to_vec())) {
        Ok(request) => Ok(request),
        Err(e) => {
            Err(reply::error(400, "BAD_REQUEST", &format!("the request can't be read: {e}"))?)
        }
    })
}
