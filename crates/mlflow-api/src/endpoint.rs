//! The endpoint table: what to call, with which verb, and what comes back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{
    CreateExperiment, CreateRun, GetCurrentUser, GetDownloadUri, GetExperiment,
    GetExperimentByName, GetLatestVersions, GetMetricHistory, GetModelVersionByAlias, GetRun,
    GetServerInfo, ListArtifacts, LogBatch, LogMetric, LogParam, SearchExperiments, SearchRuns,
    SetTag, UpdateRun,
};

/// The verb of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The request travels in the query string, a list as a repeated key.
    Get,
    /// The request travels as a JSON body.
    Post,
}

impl Method {
    /// The verb as HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A call to MLflow. The type that implements it is the request itself.
pub trait Endpoint: Serialize {
    /// What a 200 answers, as JSON.
    type Response: DeserializeOwned;
    /// The verb.
    const METHOD: Method;
    /// The path below the server's base URL; it begins with `/api/`.
    const PATH: &'static str;
    /// Whether repeating the call changes nothing more on the server, which
    /// makes it safe to retry. Searches are, though they are POSTs.
    const IDEMPOTENT: bool;
}

/// One line of [`ENDPOINTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointInfo {
    /// The verb.
    pub method: Method,
    /// The path below the server's base URL.
    pub path: &'static str,
    /// See [`Endpoint::IDEMPOTENT`].
    pub idempotent: bool,
}

impl EndpointInfo {
    const fn of<E: Endpoint>() -> Self {
        Self { method: E::METHOD, path: E::PATH, idempotent: E::IDEMPOTENT }
    }
}

macro_rules! endpoints {
    ($($request:ident => $response:ident: $method:ident $path:literal, $idempotent:literal;)*) => {
        $(
            impl Endpoint for $request {
                type Response = crate::$response;
                const METHOD: Method = Method::$method;
                const PATH: &'static str = $path;
                const IDEMPOTENT: bool = $idempotent;
            }
        )*

        /// Every endpoint that this crate has types for.
        pub const ENDPOINTS: &[EndpointInfo] = &[$(EndpointInfo::of::<$request>()),*];
    };
}

endpoints! {
    CreateExperiment => CreateExperimentResponse: Post "/api/2.0/mlflow/experiments/create", false;
    SearchExperiments => SearchExperimentsResponse: Post "/api/2.0/mlflow/experiments/search", true;
    GetExperiment => GetExperimentResponse: Get "/api/2.0/mlflow/experiments/get", true;
    GetExperimentByName => GetExperimentResponse: Get "/api/2.0/mlflow/experiments/get-by-name", true;
    SearchRuns => SearchRunsResponse: Post "/api/2.0/mlflow/runs/search", true;
    GetRun => GetRunResponse: Get "/api/2.0/mlflow/runs/get", true;
    CreateRun => GetRunResponse: Post "/api/2.0/mlflow/runs/create", false;
    UpdateRun => UpdateRunResponse: Post "/api/2.0/mlflow/runs/update", true;
    LogMetric => Empty: Post "/api/2.0/mlflow/runs/log-metric", true;
    LogParam => Empty: Post "/api/2.0/mlflow/runs/log-parameter", true;
    LogBatch => Empty: Post "/api/2.0/mlflow/runs/log-batch", true;
    SetTag => Empty: Post "/api/2.0/mlflow/runs/set-tag", true;
    GetMetricHistory => GetMetricHistoryResponse: Get "/api/2.0/mlflow/metrics/get-history", true;
    ListArtifacts => ListArtifactsResponse: Get "/api/2.0/mlflow/artifacts/list", true;
    GetModelVersionByAlias => ModelVersionResponse: Get "/api/2.0/mlflow/registered-models/alias", true;
    GetLatestVersions => ModelVersionsResponse: Get "/api/2.0/mlflow/registered-models/get-latest-versions", true;
    GetDownloadUri => DownloadUriResponse: Get "/api/2.0/mlflow/model-versions/get-download-uri", true;
    GetServerInfo => ServerInfo: Get "/api/3.0/mlflow/server-info", true;
    GetCurrentUser => CurrentUserResponse: Get "/api/2.0/mlflow/users/current", true;
}
