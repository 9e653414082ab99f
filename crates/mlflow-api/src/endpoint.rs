//! The endpoint table: what to call, with which verb, and what comes back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{
    CreateExperiment, CreateLoggedModel, CreateModelVersion, CreateRegisteredModel, CreateRun,
    DeleteExperiment, DeleteExperimentTag, DeleteLoggedModel, DeleteLoggedModelTag,
    DeleteModelAlias, DeleteModelVersion, DeleteModelVersionTag, DeleteRegisteredModel,
    DeleteRegisteredModelTag, DeleteRun, DeleteTag, FinalizeLoggedModel, GetCurrentUser,
    GetDownloadUri, GetExperiment, GetExperimentByName, GetLatestVersions, GetLoggedModel,
    GetMetricHistory, GetMetricHistoryBulk, GetMetricHistoryBulkInterval, GetModelVersion,
    GetModelVersionByAlias, GetRegisteredModel, GetRun, GetServerInfo, ListArtifacts, LogBatch,
    LogInputs, LogLoggedModelParams, LogMetric, LogModel, LogOutputs, LogParam,
    RenameRegisteredModel, RestoreExperiment, RestoreRun, SearchDatasets, SearchExperiments,
    SearchLoggedModels, SearchModelVersions, SearchRegisteredModels, SearchRuns, SetExperimentTag,
    SetLoggedModelTags, SetModelAlias, SetModelVersionTag, SetRegisteredModelTag, SetTag,
    TransitionStage, UpdateExperiment, UpdateModelVersion, UpdateRegisteredModel, UpdateRun,
};

/// The verb of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The request travels in the query string, a list as a repeated key.
    Get,
    /// The request travels as a JSON body.
    Post,
    /// The request travels as a JSON body.
    Patch,
    /// The request travels as a JSON body.
    Delete,
}

impl Method {
    /// The verb as HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A call to MLflow. The type that implements it is the request itself.
pub trait Endpoint: Serialize {
    /// What a 200 answers, as JSON.
    type Response: DeserializeOwned;
    /// The verb.
    const METHOD: Method;
    /// The path below the server's base URL; it begins with `/api/`. A segment
    /// in braces stands for the field of that name, which travels there.
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
    pub(crate) const fn of<E: Endpoint>() -> Self {
        Self { method: E::METHOD, path: E::PATH, idempotent: E::IDEMPOTENT }
    }
}

/// Makes types endpoints, and a table of them.
macro_rules! endpoints {
    ($(#[$doc:meta])* $table:ident; $($request:ident => $response:ident: $method:ident $path:literal, $idempotent:literal;)*) => {
        $(
            impl $crate::Endpoint for $request {
                type Response = $crate::$response;
                const METHOD: $crate::Method = $crate::Method::$method;
                const PATH: &'static str = $path;
                const IDEMPOTENT: bool = $idempotent;
            }
        )*

        $(#[$doc])*
        pub const $table: &[$crate::EndpointInfo] = &[$($crate::EndpointInfo::of::<$request>()),*];
    };
}
pub(crate) use endpoints;

endpoints! {
    /// Every endpoint of MLflow's protobufs that this crate has types for, and
    /// of what a server says about itself.
    ENDPOINTS;
    CreateExperiment => CreateExperimentResponse: Post "/api/2.0/mlflow/experiments/create", false;
    SearchExperiments => SearchExperimentsResponse: Post "/api/2.0/mlflow/experiments/search", true;
    GetExperiment => GetExperimentResponse: Get "/api/2.0/mlflow/experiments/get", true;
    GetExperimentByName => GetExperimentResponse: Get "/api/2.0/mlflow/experiments/get-by-name", true;
    UpdateExperiment => Empty: Post "/api/2.0/mlflow/experiments/update", true;
    DeleteExperiment => Empty: Post "/api/2.0/mlflow/experiments/delete", false;
    RestoreExperiment => Empty: Post "/api/2.0/mlflow/experiments/restore", false;
    SetExperimentTag => Empty: Post "/api/2.0/mlflow/experiments/set-experiment-tag", true;
    DeleteExperimentTag => Empty: Post "/api/2.0/mlflow/experiments/delete-experiment-tag", false;
    SearchDatasets => SearchDatasetsResponse: Post "/api/2.0/mlflow/experiments/search-datasets", true;
    SearchRuns => SearchRunsResponse: Post "/api/2.0/mlflow/runs/search", true;
    GetRun => GetRunResponse: Get "/api/2.0/mlflow/runs/get", true;
    CreateRun => GetRunResponse: Post "/api/2.0/mlflow/runs/create", false;
    UpdateRun => UpdateRunResponse: Post "/api/2.0/mlflow/runs/update", true;
    DeleteRun => Empty: Post "/api/2.0/mlflow/runs/delete", false;
    RestoreRun => Empty: Post "/api/2.0/mlflow/runs/restore", false;
    LogMetric => Empty: Post "/api/2.0/mlflow/runs/log-metric", true;
    LogParam => Empty: Post "/api/2.0/mlflow/runs/log-parameter", true;
    LogBatch => Empty: Post "/api/2.0/mlflow/runs/log-batch", true;
    SetTag => Empty: Post "/api/2.0/mlflow/runs/set-tag", true;
    DeleteTag => Empty: Post "/api/2.0/mlflow/runs/delete-tag", false;
    LogInputs => Empty: Post "/api/2.0/mlflow/runs/log-inputs", true;
    LogOutputs => Empty: Post "/api/2.0/mlflow/runs/outputs", false;
    LogModel => Empty: Post "/api/2.0/mlflow/runs/log-model", false;
    GetMetricHistoryBulk => MetricsOfRunsResponse: Get "/api/2.0/mlflow/metrics/get-history-bulk", true;
    GetMetricHistoryBulkInterval => MetricsOfRunsResponse: Get "/api/2.0/mlflow/metrics/get-history-bulk-interval", true;
    GetMetricHistory => GetMetricHistoryResponse: Get "/api/2.0/mlflow/metrics/get-history", true;
    ListArtifacts => ListArtifactsResponse: Get "/api/2.0/mlflow/artifacts/list", true;
    CreateRegisteredModel => RegisteredModelResponse: Post "/api/2.0/mlflow/registered-models/create", false;
    GetRegisteredModel => RegisteredModelResponse: Get "/api/2.0/mlflow/registered-models/get", true;
    RenameRegisteredModel => RegisteredModelResponse: Post "/api/2.0/mlflow/registered-models/rename", false;
    UpdateRegisteredModel => RegisteredModelResponse: Patch "/api/2.0/mlflow/registered-models/update", true;
    DeleteRegisteredModel => Empty: Delete "/api/2.0/mlflow/registered-models/delete", false;
    SearchRegisteredModels => SearchRegisteredModelsResponse: Get "/api/2.0/mlflow/registered-models/search", true;
    GetLatestVersions => ModelVersionsResponse: Get "/api/2.0/mlflow/registered-models/get-latest-versions", true;
    SetRegisteredModelTag => Empty: Post "/api/2.0/mlflow/registered-models/set-tag", true;
    DeleteRegisteredModelTag => Empty: Delete "/api/2.0/mlflow/registered-models/delete-tag", true;
    SetModelAlias => Empty: Post "/api/2.0/mlflow/registered-models/alias", true;
    DeleteModelAlias => Empty: Delete "/api/2.0/mlflow/registered-models/alias", true;
    GetModelVersionByAlias => ModelVersionResponse: Get "/api/2.0/mlflow/registered-models/alias", true;
    CreateModelVersion => ModelVersionResponse: Post "/api/2.0/mlflow/model-versions/create", false;
    GetModelVersion => ModelVersionResponse: Get "/api/2.0/mlflow/model-versions/get", true;
    UpdateModelVersion => ModelVersionResponse: Patch "/api/2.0/mlflow/model-versions/update", true;
    TransitionStage => ModelVersionResponse: Post "/api/2.0/mlflow/model-versions/transition-stage", true;
    DeleteModelVersion => Empty: Delete "/api/2.0/mlflow/model-versions/delete", false;
    SearchModelVersions => SearchModelVersionsResponse: Get "/api/2.0/mlflow/model-versions/search", true;
    GetDownloadUri => DownloadUriResponse: Get "/api/2.0/mlflow/model-versions/get-download-uri", true;
    SetModelVersionTag => Empty: Post "/api/2.0/mlflow/model-versions/set-tag", true;
    DeleteModelVersionTag => Empty: Delete "/api/2.0/mlflow/model-versions/delete-tag", true;
    CreateLoggedModel => LoggedModelResponse: Post "/api/2.0/mlflow/logged-models", false;
    SearchLoggedModels => SearchLoggedModelsResponse: Post "/api/2.0/mlflow/logged-models/search", true;
    GetLoggedModel => LoggedModelResponse: Get "/api/2.0/mlflow/logged-models/{model_id}", true;
    FinalizeLoggedModel => LoggedModelResponse: Patch "/api/2.0/mlflow/logged-models/{model_id}", true;
    DeleteLoggedModel => Empty: Delete "/api/2.0/mlflow/logged-models/{model_id}", true;
    SetLoggedModelTags => Empty: Patch "/api/2.0/mlflow/logged-models/{model_id}/tags", true;
    DeleteLoggedModelTag => Empty: Delete "/api/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}", false;
    LogLoggedModelParams => Empty: Post "/api/2.0/mlflow/logged-models/{model_id}/params", false;
    GetServerInfo => ServerInfo: Get "/api/3.0/mlflow/server-info", true;
    GetCurrentUser => CurrentUserResponse: Get "/api/2.0/mlflow/users/current", true;
}
