//! A workspace: a Durable Object that keeps experiments and runs in its own
//! SQLite, and answers MLflow's REST API from there.
//!
//! What a request means is `tracking`'s business; here its bytes are read, and
//! SQLite is called.

use std::cell::Cell;

use bytes::Bytes;
use mlflow_client::BaseUrl;
use tracking::{ArtifactServing, Error, Row, Sql, SqlError, Value};
use wasm_bindgen::prelude::*;
use worker::{
    Date, DurableObject, Env, Headers, Request, Response, ResponseBuilder, Result, SqlStorage,
    SqlStorageValue, State, Storage, Stub, durable_object,
};

use crate::config::Config;
use crate::{body, origin, reply};

/// The binding of the workspaces' namespace.
const BINDING: &str = "WORKSPACE";

/// The one workspace that there is so far; MLflow calls it so, too.
const DEFAULT: &str = "default";

/// Where this Worker's own MLflow server is, for whoever in it asks: nowhere on
/// any network.
pub(crate) const HERE: &str = "http://workspace.internal";

/// The same as a server's address.
pub(crate) fn base() -> BaseUrl {
    BaseUrl::parse(HERE).map(|(base, _)| base).unwrap_or_default()
}

/// Sends a request to the workspace, if this deployment has any.
pub(crate) async fn forward(request: Request, env: &Env) -> Result<Response> {
    if let Some(refusal) = origin::refusal(&request)? {
        return Ok(refusal);
    }
    let Ok(workspaces) = env.durable_object(BINDING) else {
        return reply::error(
            404,
            "ENDPOINT_NOT_FOUND",
            "no MLflow server is here: bind a Durable Object as WORKSPACE, or set MILLRACE_TRACKING_URI",
        );
    };
    let workspace: Stub = workspaces.id_from_name(DEFAULT)?.get_stub()?;
    workspace.fetch_with_request(request).await
}

/// The Durable Object.
#[durable_object]
pub struct Workspace {
    store: Store,
    artifacts: Option<ArtifactServing>,
    is_prepared: Cell<bool>,
}

impl DurableObject for Workspace {
    fn new(state: State, env: Env) -> Self {
        let storage = state.storage();
        let store = Store { sql: storage.sql(), storage };
        let artifacts = crate::config(&env).as_ref().ok().and_then(Config::artifact_serving);
        Self { store, artifacts, is_prepared: Cell::new(false) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let mut request = match read(request).await? {
            Ok(request) => request,
            Err(refusal) => return Ok(refusal),
        };
        if let Some(artifacts) = self.artifacts {
            request.extensions_mut().insert(artifacts);
        }
        let now = i64::try_from(Date::now().as_millis()).unwrap_or_default();
        if !self.is_prepared.get() {
            tracking::prepare(&self.store, now).map_err(|e| worker::Error::from(e.to_string()))?;
            self.is_prepared.set(true);
        }
        let answer = tracking::answer(&self.store, now, &request);
        let headers = Headers::new();
        for (name, value) in answer.headers() {
            headers.set(name.as_str(), value.to_str().unwrap_or_default())?;
        }
        Ok(ResponseBuilder::new()
            .with_status(answer.status().as_u16())
            .with_headers(headers)
            .fixed(answer.into_body().to_vec()))
    }
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
    for name in tracking::HEADERS {
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

#[wasm_bindgen]
extern "C" {
    /// The storage, with the call that `worker` does not bind.
    #[wasm_bindgen(extends = js_sys::Object)]
    type TransactionalStorage;

    /// Runs `work` as one transaction; when it throws, nothing is kept.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &TransactionalStorage,
        work: &mut dyn FnMut() -> std::result::Result<(), JsValue>,
    ) -> std::result::Result<JsValue, JsValue>;
}

/// A Durable Object's SQLite.
struct Store {
    sql: SqlStorage,
    storage: Storage,
}

impl Sql for Store {
    fn query(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> std::result::Result<Vec<Row>, SqlError> {
        let parameters: Vec<JsValue> = parameters.iter().map(to_js).collect();
        let rows = self.sql.exec_raw(statement, parameters).map_err(failed)?.raw();
        rows.map(|row| Ok(row.map_err(failed)?.into_iter().map(from_js).collect())).collect()
    }

    fn transaction(
        &self,
        work: &mut dyn FnMut() -> std::result::Result<(), Error>,
    ) -> std::result::Result<(), Error> {
        let mut refused = None;
        let storage: &TransactionalStorage = self.storage.as_raw().unchecked_ref();
        let result = storage.transaction_sync(&mut || {
            work().map_err(|error| {
                refused = Some(error);
                JsValue::from_str("rolled back")
            })
        });
        match (refused, result) {
            (Some(error), _) => Err(error),
            (None, Err(e)) => Err(SqlError(format!("{e:?}")).into()),
            (None, Ok(_)) => Ok(()),
        }
    }
}

fn failed(error: worker::Error) -> SqlError {
    SqlError(error.to_string())
}

/// JavaScript's numbers hold integers up to 2^53: larger ones go as text, which
/// a column of integers takes as what it says.
fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(value) if value.unsigned_abs() < 1 << 53 => JsValue::from_f64(*value as f64),
        Value::Integer(value) => JsValue::from_str(&value.to_string()),
        Value::Real(value) => JsValue::from_f64(*value),
        Value::Text(text) => JsValue::from_str(text),
    }
}

fn from_js(value: SqlStorageValue) -> Value {
    match value {
        SqlStorageValue::Null | SqlStorageValue::Blob(_) => Value::Null,
        SqlStorageValue::Boolean(value) => Value::Integer(i64::from(value)),
        SqlStorageValue::Integer(value) => Value::Integer(value),
        SqlStorageValue::Float(value) => Value::Real(value),
        SqlStorageValue::String(text) => Value::Text(text),
    }
}
