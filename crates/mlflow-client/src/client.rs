//! The client: one method a call.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, RANGE};
use http::{Method, Request, Response};
use mlflow_api::{
    Endpoint, Experiment, GetCurrentUser, GetExperiment, GetExperimentByName, GetLoggedModel,
    GetRun, GetServerInfo, LoggedModel, Run, SearchExperiments, SearchExperimentsResponse,
    SearchRuns, SearchRunsResponse, ServerInfo, User, VERSION_PATH,
};

use crate::error::{Error, ErrorKind};
use crate::{
    Auth, AuthError, BaseUrl, BaseUrlError, RetryPolicy, Transport, TransportError, classify, query,
};

/// A server, and who is asking it. Cheap to clone.
pub struct Client<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    transport: T,
    base: BaseUrl,
    auth: Auth,
    auth_header: Option<(HeaderName, HeaderValue)>,
    retry: RetryPolicy,
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<T> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.shared.base)
            .field("auth", &self.shared.auth)
            .finish_non_exhaustive()
    }
}

impl<T> Client<T> {
    /// A client for a server at `base`.
    ///
    /// # Errors
    /// When the credentials cannot travel in a header.
    pub fn new(transport: T, base: BaseUrl, auth: Auth) -> Result<Self, AuthError> {
        Self::with_retry(transport, base, auth, RetryPolicy::default())
    }

    /// A client that retries in its own way.
    ///
    /// # Errors
    /// When the credentials cannot travel in a header.
    pub fn with_retry(
        transport: T,
        base: BaseUrl,
        auth: Auth,
        retry: RetryPolicy,
    ) -> Result<Self, AuthError> {
        let auth_header = auth.header()?;
        Ok(Self { shared: Arc::new(Shared { transport, base, auth, auth_header, retry }) })
    }

    /// A client for the server at an address that a person typed; see
    /// [`BaseUrl::parse`]. Credentials in the address are used if `auth` is none.
    ///
    /// # Errors
    /// When the address is none, or the credentials cannot travel in a header.
    pub fn connect(transport: T, address: &str, auth: Auth) -> Result<Self, ConnectError> {
        let (base, in_address) = BaseUrl::parse(address).map_err(ConnectError::Address)?;
        let auth = if auth.is_none() { in_address } else { auth };
        Self::new(transport, base, auth).map_err(ConnectError::Auth)
    }

    /// Where the server is.
    pub fn base_url(&self) -> &BaseUrl {
        &self.shared.base
    }

    /// Who is asking.
    pub fn auth(&self) -> &Auth {
        &self.shared.auth
    }

    /// What carries the requests.
    pub fn transport(&self) -> &T {
        &self.shared.transport
    }
}

impl<T: Transport> Client<T> {
    /// Makes any call that `mlflow-api` has types for.
    ///
    /// # Errors
    /// See [`ErrorKind`]; so for every method below.
    pub async fn call<E: Endpoint>(&self, request: &E) -> Result<E::Response, Error> {
        let method = query::method(E::METHOD);
        let invalid = |error: serde_json::Error| {
            let detail = error.to_string();
            let url = self.shared.base.join(E::PATH);
            Error::new(ErrorKind::InvalidRequest { detail }, query::method(E::METHOD), &url)
        };
        // What stands in the path does so in a body, too: MLflow asks for it there.
        let mut fields = query::fields(request).map_err(invalid)?;
        let mut url = self.shared.base.join(&query::path(E::PATH, &fields));
        let body = if method == Method::GET {
            fields.retain(|name, _| !E::PATH.contains(&format!("{{{name}}}")));
            let query = query::encode(&fields);
            if !query.is_empty() {
                url.push('?');
                url.push_str(&query);
            }
            None
        } else {
            Some(serde_json::to_vec(&fields).map_err(invalid)?.into())
        };
        let call = Call { method, url, body, idempotent: E::IDEMPOTENT, file: None };
        let response = self.exchange(&call).await?;
        classify::json(response.body()).ok_or_else(|| call.not_mlflow(&response))
    }

    /// What the server says it can do. MLflow before 3.x does not: there this
    /// is [`ErrorKind::NotMlflow`] with status 404.
    pub async fn server_info(&self) -> Result<ServerInfo, Error> {
        self.call(&GetServerInfo {}).await
    }

    /// The server's MLflow version, such as `3.18.0`.
    pub async fn version(&self) -> Result<String, Error> {
        let url = self.shared.base.join(VERSION_PATH);
        let call = Call { method: Method::GET, url, body: None, idempotent: true, file: None };
        let response = self.exchange(&call).await?;
        std::str::from_utf8(response.body())
            .ok()
            .map(str::trim)
            .filter(|text| is_version(text))
            .map(str::to_owned)
            .ok_or_else(|| call.not_mlflow(&response))
    }

    /// A page of experiments.
    pub async fn search_experiments(
        &self,
        search: &SearchExperiments,
    ) -> Result<SearchExperimentsResponse, Error> {
        self.call(search).await
    }

    /// An experiment by its id.
    pub async fn get_experiment(&self, experiment_id: &str) -> Result<Experiment, Error> {
        let request = GetExperiment { experiment_id: experiment_id.to_owned() };
        Ok(self.call(&request).await?.experiment)
    }

    /// An experiment by its name.
    pub async fn get_experiment_by_name(&self, name: &str) -> Result<Experiment, Error> {
        let request = GetExperimentByName { experiment_name: name.to_owned() };
        Ok(self.call(&request).await?.experiment)
    }

    /// A page of runs. One that names itself as the next is
    /// [`ErrorKind::RepeatedPage`]: what follows it can't be had.
    pub async fn search_runs(&self, search: &SearchRuns) -> Result<SearchRunsResponse, Error> {
        let page = self.call(search).await?;
        let asked = search.page_token.as_ref().filter(|token| !token.is_empty());
        if asked.is_some() && page.next_page_token.as_ref() == asked {
            let url = self.shared.base.join(SearchRuns::PATH);
            return Err(Error::new(ErrorKind::RepeatedPage, Method::POST, &url));
        }
        Ok(page)
    }

    /// A run by its id.
    pub async fn get_run(&self, run_id: &str) -> Result<Run, Error> {
        Ok(self.call(&GetRun { run_id: run_id.to_owned() }).await?.run)
    }

    /// A logged model by its id. Only servers of 3.x have any.
    pub async fn get_logged_model(&self, model_id: &str) -> Result<LoggedModel, Error> {
        let request = GetLoggedModel { model_id: model_id.to_owned(), allow_deleted: None };
        Ok(self.call(&request).await?.model)
    }

    /// Who is signed in. Only servers with MLflow's basic-auth app know.
    pub async fn current_user(&self) -> Result<User, Error> {
        Ok(self.call(&GetCurrentUser {}).await?.user)
    }

    /// The credentials as they travel.
    pub(crate) fn auth_header(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.shared.auth_header.as_ref()
    }

    /// Sends, retries and classifies: what comes back is a 2xx.
    pub(crate) async fn exchange(&self, call: &Call) -> Result<Response<Bytes>, Error> {
        let Shared { transport, auth_header, retry, .. } = &*self.shared;
        let mut attempt = 0;
        loop {
            let request = call.request(auth_header.as_ref())?;
            let response = match transport.send(request).await {
                Ok(response) => response,
                Err(error) => return Err(self.no_answer(call, error).await),
            };
            let status = response.status().as_u16();
            let delay = call.idempotent.then(|| retry.delay(attempt, status, response.headers()));
            if let Some(delay) = delay.flatten() {
                transport.sleep(delay).await;
                attempt += 1;
                continue;
            }
            let sent = auth_header.is_some();
            return match classify::failure(status, response.headers(), response.body(), sent) {
                None => Ok(response),
                Some(kind) => Err(call.error(kind)),
            };
        }
    }

    async fn no_answer(&self, call: &Call, error: TransportError) -> Error {
        call.error(match error {
            TransportError::Timeout => ErrorKind::Timeout,
            TransportError::TooLarge { limit } => ErrorKind::TooLarge { limit },
            TransportError::Cancelled => ErrorKind::Cancelled,
            TransportError::Network(detail) => {
                match self.shared.transport.reachable_opaque(&call.url).await {
                    Some(true) => ErrorKind::CrossOrigin,
                    _ => ErrorKind::Unreachable { detail },
                }
            }
        })
    }
}

/// A request that may be sent more than once.
pub(crate) struct Call {
    method: Method,
    url: String,
    body: Option<Bytes>,
    idempotent: bool,
    /// Set where a file is read: which of its bytes, or all of them.
    file: Option<Option<HeaderValue>>,
}

impl Call {
    /// The reading of a file, or of the bytes that `range` (a `Range` header) names.
    pub(crate) fn file(url: String, range: Option<HeaderValue>) -> Self {
        Self { method: Method::GET, url, body: None, idempotent: true, file: Some(range) }
    }

    pub(crate) fn request(
        &self,
        auth: Option<&(HeaderName, HeaderValue)>,
    ) -> Result<Request<Bytes>, Error> {
        let mut request = Request::builder().method(self.method.clone()).uri(&self.url);
        request = match &self.file {
            None => request.header(ACCEPT, "application/json"),
            Some(None) => request.header(ACCEPT, "*/*"),
            Some(Some(range)) => request.header(ACCEPT, "*/*").header(RANGE, range),
        };
        if self.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some((name, value)) = auth {
            request = request.header(name, value);
        }
        request
            .body(self.body.clone().unwrap_or_default())
            .map_err(|error| self.error(ErrorKind::InvalidRequest { detail: error.to_string() }))
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.method.clone(), &self.url)
    }

    fn not_mlflow(&self, response: &Response<Bytes>) -> Error {
        let status = response.status().as_u16();
        self.error(classify::not_mlflow(status, response.headers(), response.body()))
    }
}

/// Digits, a dot, and nothing that a version never has.
fn is_version(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))
}

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// The address is none.
    Address(BaseUrlError),
    /// The credentials cannot be sent.
    Auth(AuthError),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(error) => error.fmt(f),
            Self::Auth(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ConnectError {}
