//! MLflow's REST wire: request and response types, the endpoint table, error
//! codes, limits and JSON conventions.
//!
//! Both ends of the wire use this crate, so they cannot drift apart. It does no
//! I/O: `mlflow-client` sends these types.
//!
//! ```
//! use mlflow_api::{Endpoint, SearchRuns, SearchRunsResponse};
//!
//! let request = SearchRuns { experiment_ids: vec!["1".into()], ..SearchRuns::default() };
//! assert_eq!(SearchRuns::PATH, "/api/2.0/mlflow/runs/search");
//! assert_eq!(
//!     serde_json::to_string(&request)?,
//!     r#"{"experiment_ids":["1"],"max_results":1000}"#,
//! );
//!
//! let body = r#"{"runs":[{"info":{"run_id":"r1","status":"FINISHED"},
//!                "data":{"metrics":[{"key":"loss","value":"NaN"}]}}]}"#;
//! let page: SearchRunsResponse = serde_json::from_str(body)?;
//! assert!(page.runs[0].data.metrics[0].value.is_nan());
//! assert!(page.next_page_token.is_none());
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # JSON conventions
//!
//! MLflow leaves out whatever is empty, so every field of a response has a
//! default and an empty result is `{}`. Unknown fields are ignored. What MLflow
//! writes in an unusual way is read by this crate's own rules:
//!
//! - a 64-bit integer is a number or a string;
//! - a metric's value is a number, or one of the strings `NaN`, `Infinity` and
//!   `-Infinity`; ±1.7976931348623157e308, to which MLflow's SQL store clamps
//!   infinities, is read as ±∞;
//! - an enum is its name or its number; a value that this crate does not know
//!   becomes the enum's default.

mod artifact;
mod assessment;
mod auth;
mod dataset;
mod endpoint;
mod enums;
mod error;
mod evaluation;
mod experiment;
pub mod filter;
mod issue;
mod json;
mod label_schema;
pub mod limits;
mod log;
mod logged_model;
mod metric;
mod model_version;
mod registry;
mod review_queue;
mod run;
mod scorer;
pub mod search;
mod server;
mod span;
mod tag;
pub mod tags;
mod time;
mod trace;
mod trace_metrics;
mod trace_v2;
mod webhook;
mod workspace;

pub use artifact::{
    AbortMultipartUpload, CompleteMultipartUpload, CreateMultipartUpload,
    CreateMultipartUploadResponse, CreatePresignedDownloadUrl, CreatePresignedUploadUrl, FileInfo,
    ListArtifacts, ListArtifactsResponse, MultipartUploadCredential, MultipartUploadPart,
    PresignedDownload, PresignedUrlResponse, kept_path,
};
pub use assessment::{
    Assessment, AssessmentError, AssessmentResponse, AssessmentSource, CreateAssessment,
    DeleteAssessment, Expectation, Feedback, GetAssessment, IssueReference, SerializedValue,
    UpdateAssessment,
};
pub use auth::{
    AUTH_ENDPOINTS, AddRolePermission, AssignRole, AssignmentResponse, AssignmentsResponse,
    CreateExperimentPermission, CreateRegisteredModelPermission, CreateRole, CreateUser,
    DeleteExperimentPermission, DeleteRegisteredModelPermission, DeleteRole, DeleteUser,
    ExperimentPermission, ExperimentPermissionResponse, GetExperimentPermission,
    GetRegisteredModelPermission, GetRole, GetUser, GetUserPermission, GetUserPermissionResponse,
    GrantUserPermission, ListCurrentUserPermissions, ListRolePermissions, ListRoleUsers, ListRoles,
    ListUserPermissions, ListUserRoles, ListUsers, ListUsersResponse, RegisteredModelPermission,
    RegisteredModelPermissionResponse, RemoveRolePermission, RevokeUserPermission, Role,
    RoleAssignment, RolePermission, RolePermissionResponse, RolePermissionsResponse, RoleResponse,
    RolesResponse, UnassignRole, UpdateExperimentPermission, UpdateRegisteredModelPermission,
    UpdateRole, UpdateRolePermission, UpdateUserAdmin, UpdateUserPassword, UserDetails,
    UserPermission, UserPermissionsResponse, UserResponse, UserWithRoles,
};
pub use dataset::{Dataset, DatasetInput, DatasetSummary, SearchDatasets, SearchDatasetsResponse};
pub use endpoint::{ENDPOINTS, Endpoint, EndpointInfo, Method};
pub use enums::{
    AggregationType, AssessmentSourceType, LabelSchemaType, LifecycleStage, LoggedModelStatus,
    MetricViewType, ReviewItemType, ReviewQueueType, ReviewStatus, RunStatus, TraceState,
    TraceStatus, ViewType, WebhookAction, WebhookEntity, WebhookStatus,
};
pub use error::{ErrorBody, ErrorCode};
pub use evaluation::{
    AddDatasetToExperiments, CreateEvaluationDataset, DeleteDatasetRecords,
    DeleteDatasetRecordsResponse, DeleteDatasetTag, DeleteEvaluationDataset, EvaluationDataset,
    EvaluationDatasetResponse, GetDatasetExperimentIds, GetDatasetExperimentIdsResponse,
    GetDatasetRecords, GetDatasetRecordsResponse, GetEvaluationDataset,
    RemoveDatasetFromExperiments, SearchEvaluationDatasets, SearchEvaluationDatasetsResponse,
    SetDatasetTags, UpsertDatasetRecords, UpsertDatasetRecordsResponse,
};
pub use experiment::{
    CreateExperiment, CreateExperimentResponse, DeleteExperiment, DeleteExperimentTag, Experiment,
    GetExperiment, GetExperimentByName, GetExperimentResponse, RestoreExperiment,
    SearchExperiments, SearchExperimentsResponse, SetExperimentTag, UpdateExperiment,
};
pub use issue::{
    CreateIssue, GetIssue, Issue, IssueResponse, SearchIssues, SearchIssuesResponse, UpdateIssue,
};
pub use label_schema::{
    CategoricalInput, CreateLabelSchema, DeleteLabelSchema, GetLabelSchema, GetLabelSchemaByName,
    LabelInput, LabelSchema, LabelSchemaResponse, ListLabelSchemas, ListLabelSchemasResponse,
    NumericInput, PassFailInput, TextInput, UpdateLabelSchema,
};
pub use log::{DeleteTag, LogBatch, LogInputs, LogModel, LogOutputs, LogParam, SetTag};
pub use logged_model::{
    CreateLoggedModel, DeleteLoggedModel, DeleteLoggedModelTag, FinalizeLoggedModel,
    GetLoggedModel, ListLoggedModelArtifacts, LogLoggedModelParams, LoggedModel, LoggedModelData,
    LoggedModelDataset, LoggedModelInfo, LoggedModelOrder, LoggedModelResponse, SearchLoggedModels,
    SearchLoggedModelsResponse, SetLoggedModelTags,
};
pub use metric::{
    GetMetricHistory, GetMetricHistoryBulk, GetMetricHistoryBulkInterval, GetMetricHistoryResponse,
    LogMetric, Metric, MetricsOfRunsResponse, NewMetric,
};
pub use model_version::{
    CreateModelVersion, DeleteModelVersion, DeleteModelVersionTag, DownloadUriResponse,
    GetDownloadUri, GetModelVersion, ModelVersion, ModelVersionResponse, SearchModelVersions,
    SearchModelVersionsResponse, SetModelVersionTag, TransitionStage, UpdateModelVersion,
};
pub use registry::{
    CreateRegisteredModel, DeleteModelAlias, DeleteRegisteredModel, DeleteRegisteredModelTag,
    GetLatestVersions, GetModelVersionByAlias, GetRegisteredModel, ModelAlias,
    ModelVersionsResponse, RegisteredModel, RegisteredModelResponse, RenameRegisteredModel,
    SearchRegisteredModels, SearchRegisteredModelsResponse, SetModelAlias, SetRegisteredModelTag,
    UpdateRegisteredModel,
};
pub use review_queue::{
    AddItemsToReviewQueue, AddItemsToReviewQueueResponse, CreateReviewQueue, DeleteReviewQueue,
    GetOrCreateUserQueue, GetReviewQueue, GetReviewQueueByName, ListReviewQueueItems,
    ListReviewQueueItemsResponse, ListReviewQueues, ListReviewQueuesResponse,
    RemoveItemsFromReviewQueue, ReviewQueue, ReviewQueueItem, ReviewQueueItemResponse,
    ReviewQueueResponse, SetReviewQueueItemStatus, UpdateReviewQueue,
};
pub use run::{
    CreateRun, DeleteRun, Empty, GetRun, GetRunResponse, ModelInput, ModelOutput, Param,
    RestoreRun, Run, RunData, RunInfo, RunInputs, RunOutputs, SearchRuns, SearchRunsResponse,
    UpdateRun, UpdateRunResponse,
};
pub use scorer::{
    DeleteScorer, GetScorer, ListScorerVersions, ListScorers, RegisterScorer,
    RegisterScorerResponse, Scorer, ScorerResponse, ScorersResponse,
};
pub use server::{
    CurrentUserResponse, GetCurrentUser, GetServerInfo, HEALTH_PATH, ServerInfo, User, VERSION_PATH,
};
pub use span::{AnyValue, KeyValue, Span, SpanEvent, SpanLink, SpanStatus};
pub use tag::Tag;
pub use time::format as format_time;
pub use trace::{
    BatchGetTraceInfos, BatchGetTraceInfosResponse, BatchGetTraces, BatchGetTracesResponse,
    CalculateTraceFilterCorrelation, DeleteTraceTag, DeleteTraces, DeleteTracesResponse, GetTrace,
    GetTraceInfo, LinkPromptsToTrace, LinkTracesToRun, MlflowExperiment, PromptVersionRef,
    SearchTraces, SearchTracesResponse, SetTraceTag, StartTrace, Trace, TraceFilterCorrelation,
    TraceInfo, TraceLocation, TraceResponse,
};
pub use trace_metrics::{
    MetricAggregation, MetricDataPoint, QueryTraceMetrics, QueryTraceMetricsResponse,
};
pub use trace_v2::{
    DeleteTraceTagV2, DeleteTracesV2, EndTrace, GetTraceInfoV2, SearchTracesV2,
    SearchTracesV2Response, SetTraceTagV2, StartTraceV2, TraceInfoV2, TraceInfoV2Response,
};
pub use webhook::{
    CreateWebhook, DeleteWebhook, GetWebhook, ListWebhooks, ListWebhooksResponse, TestWebhook,
    TestWebhookResponse, UpdateWebhook, Webhook, WebhookEvent, WebhookResponse, WebhookTestResult,
};
pub use workspace::{
    CreateWorkspace, DEFAULT_WORKSPACE, DeleteWorkspace, GetWorkspace, ListWorkspaces,
    ListWorkspacesResponse, UpdateWorkspace, WORKSPACE_ENDPOINTS, WORKSPACE_HEADER, Workspace,
    WorkspaceResponse,
};
