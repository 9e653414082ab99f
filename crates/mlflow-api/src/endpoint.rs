//! The endpoint table: what to call, with which verb, and what comes back.

use serde::Serialize;
use serde::de::DeserializeOwned;

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
            impl $crate::Endpoint for $crate::$request {
                type Response = $crate::$response;
                const METHOD: $crate::Method = $crate::Method::$method;
                const PATH: &'static str = $path;
                const IDEMPOTENT: bool = $idempotent;
            }
        )*

        $(#[$doc])*
        pub const $table: &[$crate::EndpointInfo] = &[$($crate::EndpointInfo::of::<$crate::$request>()),*];
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
    CreatePresignedUploadUrl => PresignedUrlResponse: Post "/api/2.0/mlflow/artifacts/presigned-upload-url", true;
    CreatePresignedDownloadUrl => PresignedUrlResponse: Post "/api/2.0/mlflow/artifacts/presigned-download-url", true;
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
    ListLoggedModelArtifacts => ListArtifactsResponse: Get "/api/2.0/mlflow/logged-models/{model_id}/artifacts/directories", true;
    FinalizeLoggedModel => LoggedModelResponse: Patch "/api/2.0/mlflow/logged-models/{model_id}", true;
    DeleteLoggedModel => Empty: Delete "/api/2.0/mlflow/logged-models/{model_id}", true;
    SetLoggedModelTags => Empty: Patch "/api/2.0/mlflow/logged-models/{model_id}/tags", true;
    DeleteLoggedModelTag => Empty: Delete "/api/2.0/mlflow/logged-models/{model_id}/tags/{tag_key}", false;
    LogLoggedModelParams => Empty: Post "/api/2.0/mlflow/logged-models/{model_id}/params", false;
    StartTrace => TraceResponse: Post "/api/3.0/mlflow/traces", true;
    GetTrace => TraceResponse: Get "/api/3.0/mlflow/traces/get", true;
    BatchGetTraces => BatchGetTracesResponse: Get "/api/3.0/mlflow/traces/batchGet", true;
    BatchGetTraceInfos => BatchGetTraceInfosResponse: Post "/api/3.0/mlflow/traces/batchGetInfos", true;
    SearchTraces => SearchTracesResponse: Post "/api/3.0/mlflow/traces/search", true;
    DeleteTraces => DeleteTracesResponse: Post "/api/3.0/mlflow/traces/delete-traces", true;
    GetTraceInfo => TraceResponse: Get "/api/3.0/mlflow/traces/{trace_id}", true;
    SetTraceTag => Empty: Patch "/api/3.0/mlflow/traces/{trace_id}/tags", true;
    DeleteTraceTag => Empty: Delete "/api/3.0/mlflow/traces/{trace_id}/tags", false;
    CreateAssessment => AssessmentResponse: Post "/api/3.0/mlflow/traces/{assessment.trace_id}/assessments", false;
    GetAssessment => AssessmentResponse: Get "/api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}", true;
    UpdateAssessment => AssessmentResponse: Patch "/api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}", true;
    DeleteAssessment => Empty: Delete "/api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}", true;
    LinkTracesToRun => Empty: Post "/api/2.0/mlflow/traces/link-to-run", true;
    LinkPromptsToTrace => Empty: Post "/api/2.0/mlflow/traces/link-prompts", true;
    StartTraceV2 => TraceInfoV2Response: Post "/api/2.0/mlflow/traces", false;
    SearchTracesV2 => SearchTracesV2Response: Get "/api/2.0/mlflow/traces", true;
    DeleteTracesV2 => DeleteTracesResponse: Post "/api/2.0/mlflow/traces/delete-traces", true;
    EndTrace => TraceInfoV2Response: Patch "/api/2.0/mlflow/traces/{request_id}", true;
    GetTraceInfoV2 => TraceInfoV2Response: Get "/api/2.0/mlflow/traces/{request_id}/info", true;
    SetTraceTagV2 => Empty: Patch "/api/2.0/mlflow/traces/{request_id}/tags", true;
    DeleteTraceTagV2 => Empty: Delete "/api/2.0/mlflow/traces/{request_id}/tags", false;
    CreateEvaluationDataset => EvaluationDatasetResponse: Post "/api/3.0/mlflow/datasets/create", false;
    SearchEvaluationDatasets => SearchEvaluationDatasetsResponse: Post "/api/3.0/mlflow/datasets/search", true;
    GetEvaluationDataset => EvaluationDatasetResponse: Get "/api/3.0/mlflow/datasets/{dataset_id}", true;
    DeleteEvaluationDataset => Empty: Delete "/api/3.0/mlflow/datasets/{dataset_id}", true;
    SetDatasetTags => Empty: Patch "/api/3.0/mlflow/datasets/{dataset_id}/tags", true;
    DeleteDatasetTag => Empty: Delete "/api/3.0/mlflow/datasets/{dataset_id}/tags/{key}", true;
    UpsertDatasetRecords => UpsertDatasetRecordsResponse: Post "/api/3.0/mlflow/datasets/{dataset_id}/records", true;
    GetDatasetRecords => GetDatasetRecordsResponse: Get "/api/3.0/mlflow/datasets/{dataset_id}/records", true;
    DeleteDatasetRecords => DeleteDatasetRecordsResponse: Delete "/api/3.0/mlflow/datasets/{dataset_id}/records", true;
    GetDatasetExperimentIds => GetDatasetExperimentIdsResponse: Get "/api/3.0/mlflow/datasets/{dataset_id}/experiment-ids", true;
    AddDatasetToExperiments => EvaluationDatasetResponse: Post "/api/3.0/mlflow/datasets/{dataset_id}/add-experiments", true;
    RemoveDatasetFromExperiments => EvaluationDatasetResponse: Post "/api/3.0/mlflow/datasets/{dataset_id}/remove-experiments", true;
    CalculateTraceFilterCorrelation => TraceFilterCorrelation: Post "/api/3.0/mlflow/traces/calculate-filter-correlation", true;
    QueryTraceMetrics => QueryTraceMetricsResponse: Post "/api/3.0/mlflow/traces/metrics", true;
    CreateIssue => IssueResponse: Post "/api/3.0/mlflow/issues", false;
    UpdateIssue => IssueResponse: Patch "/api/3.0/mlflow/issues/{issue_id}", true;
    GetIssue => IssueResponse: Get "/api/3.0/mlflow/issues/{issue_id}", true;
    SearchIssues => SearchIssuesResponse: Post "/api/3.0/mlflow/issues/search", true;
    CreateLabelSchema => LabelSchemaResponse: Post "/api/3.0/mlflow/label-schemas/create", false;
    GetLabelSchema => LabelSchemaResponse: Get "/api/3.0/mlflow/label-schemas/get", true;
    GetLabelSchemaByName => LabelSchemaResponse: Get "/api/3.0/mlflow/label-schemas/get-by-name", true;
    ListLabelSchemas => ListLabelSchemasResponse: Get "/api/3.0/mlflow/label-schemas/list", true;
    UpdateLabelSchema => LabelSchemaResponse: Patch "/api/3.0/mlflow/label-schemas/update", true;
    DeleteLabelSchema => Empty: Delete "/api/3.0/mlflow/label-schemas/delete", false;
    CreateReviewQueue => ReviewQueueResponse: Post "/api/3.0/mlflow/review-queues/create", false;
    GetOrCreateUserQueue => ReviewQueueResponse: Post "/api/3.0/mlflow/review-queues/get-or-create-user", true;
    GetReviewQueue => ReviewQueueResponse: Get "/api/3.0/mlflow/review-queues/get", true;
    GetReviewQueueByName => ReviewQueueResponse: Get "/api/3.0/mlflow/review-queues/get-by-name", true;
    ListReviewQueues => ListReviewQueuesResponse: Get "/api/3.0/mlflow/review-queues/list", true;
    UpdateReviewQueue => ReviewQueueResponse: Post "/api/3.0/mlflow/review-queues/update", true;
    DeleteReviewQueue => Empty: Post "/api/3.0/mlflow/review-queues/delete", false;
    AddItemsToReviewQueue => AddItemsToReviewQueueResponse: Post "/api/3.0/mlflow/review-queues/items/add", true;
    RemoveItemsFromReviewQueue => Empty: Post "/api/3.0/mlflow/review-queues/items/remove", true;
    ListReviewQueueItems => ListReviewQueueItemsResponse: Get "/api/3.0/mlflow/review-queues/items/list", true;
    SetReviewQueueItemStatus => ReviewQueueItemResponse: Post "/api/3.0/mlflow/review-queues/items/set-status", true;
    RegisterScorer => RegisterScorerResponse: Post "/api/3.0/mlflow/scorers/register", false;
    ListScorers => ScorersResponse: Get "/api/3.0/mlflow/scorers/list", true;
    ListScorerVersions => ScorersResponse: Get "/api/3.0/mlflow/scorers/versions", true;
    GetScorer => ScorerResponse: Get "/api/3.0/mlflow/scorers/get", true;
    DeleteScorer => Empty: Delete "/api/3.0/mlflow/scorers/delete", false;
    CreateWebhook => WebhookResponse: Post "/api/2.0/mlflow/webhooks", false;
    ListWebhooks => ListWebhooksResponse: Get "/api/2.0/mlflow/webhooks", true;
    GetWebhook => WebhookResponse: Get "/api/2.0/mlflow/webhooks/{webhook_id}", true;
    UpdateWebhook => WebhookResponse: Patch "/api/2.0/mlflow/webhooks/{webhook_id}", true;
    TestWebhook => TestWebhookResponse: Post "/api/2.0/mlflow/webhooks/{webhook_id}/test", false;
    DeleteWebhook => Empty: Delete "/api/2.0/mlflow/webhooks/{webhook_id}", false;
    GetServerInfo => ServerInfo: Get "/api/3.0/mlflow/server-info", true;
    GetCurrentUser => CurrentUserResponse: Get "/api/2.0/mlflow/users/current", true;
}
