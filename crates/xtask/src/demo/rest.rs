//! Calls to an MLflow server from a program: the dashboard's own client, over
//! blocking HTTP.

use std::env;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response, StatusCode};
use mlflow_api::{Endpoint, ErrorCode};
use mlflow_client::{Auth, Client, ErrorKind, Transport, TransportError};

use crate::error::{Context as _, Error, Result};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 64 << 20;

/// A server, and who asks it.
pub(super) struct Server(Client<Blocking>);

impl Server {
    /// The server at an address, which has to answer as MLflow.
    pub(super) fn connect(uri: &str) -> Result<Self> {
        let client = Client::connect(Blocking::new(), uri, auth()).context(|| uri.to_owned())?;
        let server = Self(client);
        let version = server.0.version().now_or_never();
        version.ok_or_else(waits)?.context(|| format!("asking {uri} for its version"))?;
        Ok(server)
    }

    /// Makes one call.
    pub(super) fn call<E: Endpoint>(&self, request: &E) -> Result<E::Response> {
        self.0.call(request).now_or_never().ok_or_else(waits)?.map_err(said)
    }

    /// The same; nothing where the server does not know the call: older ones
    /// have no logged models.
    pub(super) fn call_if_known<E: Endpoint>(&self, request: &E) -> Result<Option<E::Response>> {
        match self.0.call(request).now_or_never().ok_or_else(waits)? {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if is_unknown(error.kind()) => Ok(None),
            Err(error) => Err(said(error)),
        }
    }

    /// Uploads a file below an artifact root that the server itself serves.
    /// False where the root is elsewhere, in a bucket for example.
    pub(super) fn upload(&self, root: &str, path: &str, bytes: &[u8]) -> Result<bool> {
        let Some(folder) = root.strip_prefix("mlflow-artifacts:/") else { return Ok(false) };
        let path = format!("{}/{path}", folder.trim_matches('/'));
        let path = path.split('/').map(encoded).collect::<Vec<_>>().join("/");
        let url = self.0.base_url().join(&format!("/api/2.0/mlflow-artifacts/artifacts/{path}"));
        let mut request = Request::put(&url);
        if let Some((name, value)) = self.0.auth().header().context(|| "signing in".into())? {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::copy_from_slice(bytes)).context(|| url.clone())?;
        let sent = self.0.transport().send(request).now_or_never().ok_or_else(waits)?;
        let answer = sent.context(|| format!("PUT {url}"))?;
        if answer.status() == StatusCode::OK {
            return Ok(true);
        }
        let said = String::from_utf8_lossy(answer.body());
        Err(Error::new(format!("PUT {url} answered {}: {}", answer.status(), said.trim())))
    }
}

/// The client's errors say what was asked of whom.
fn said(error: mlflow_client::Error) -> Error {
    let advice = match error.error_code() {
        Some(ErrorCode::ResourceAlreadyExists) => {
            " A world is there already; with `--prefix other/` another goes beside it."
        }
        _ => "",
    };
    Error::new(format!("{error}{advice}"))
}

fn waits() -> Error {
    Error::new("a blocking request did not end")
}

fn is_unknown(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::NotMlflow { status, .. } => matches!(status, 404 | 405 | 501),
        ErrorKind::Api { status, .. } => *status == 501,
        _ => false,
    }
}

/// A segment of a path.
fn encoded(segment: &str) -> String {
    percent_encoding::utf8_percent_encode(segment, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn auth() -> Auth {
    Auth::from_variables(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}

/// HTTP whose futures are ready at once.
struct Blocking(ureq::Agent);

impl Blocking {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .build();
        Self(config.into())
    }
}

impl Transport for Blocking {
    async fn send(
        &self,
        request: Request<Bytes>,
    ) -> std::result::Result<Response<Bytes>, TransportError> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, body.as_ref());
        let network = |e: ureq::Error| match e {
            ureq::Error::Timeout(_) => TransportError::Timeout,
            other => TransportError::Network(other.to_string()),
        };
        let (parts, mut body) = self.0.run(request).map_err(network)?.into_parts();
        let bytes = body.with_config().limit(MAX_ANSWER).read_to_vec().map_err(network)?;
        Ok(Response::from_parts(parts, bytes.into()))
    }

    async fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
