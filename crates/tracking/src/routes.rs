//! Which function answers which request.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use mlflow_api::{
    CreateExperiment, CreateLoggedModel, CreateModelVersion, CreateRegisteredModel, CreateRun,
    DeleteExperiment, DeleteExperimentTag, DeleteLoggedModel, DeleteLoggedModelTag,
    DeleteModelAlias, DeleteModelVersion, DeleteModelVersionTag, DeleteRegisteredModel,
    DeleteRegisteredModelTag, DeleteRun, DeleteTag, Endpoint, ErrorCode, FinalizeLoggedModel,
    GetDownloadUri, GetExperiment, GetExperimentByName, GetLatestVersions, GetLoggedModel,
    GetMetricHistory, GetMetricHistoryBulk, GetMetricHistoryBulkInterval, GetModelVersion,
    GetModelVersionByAlias, GetRegisteredModel, GetRun, GetServerInfo, HEALTH_PATH, LogBatch,
    LogInputs, LogLoggedModelParams, LogMetric, LogModel, LogOutputs, LogParam,
    RenameRegisteredModel, RestoreExperiment, RestoreRun, SearchDatasets, SearchExperiments,
    SearchLoggedModels, SearchModelVersions, SearchRegisteredModels, SearchRuns, ServerInfo,
    SetExperimentTag, SetLoggedModelTags, SetModelAlias, SetModelVersionTag, SetRegisteredModelTag,
    SetTag, TransitionStage, UpdateExperiment, UpdateModelVersion, UpdateRegisteredModel,
    UpdateRun, VERSION_PATH,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::Caller;
use crate::call::PathFields;
use crate::{
    ArtifactServing, Deployment, Error, MLFLOW_VERSION, Sql, call, experiments, metrics, registry,
    runs, spans, workspaces,
};

/// A request on its way through the table.
pub(crate) struct Ask<'a> {
    pub(crate) sql: &'a dyn Sql,
    now: i64,
    request: &'a Request<Bytes>,
    path: &'a str,
    /// Who asks, where that matters.
    caller: Option<&'a Caller>,
}

/// What a group of endpoints answers; `None` when the request is for another.
pub(crate) type Answer = Option<Result<Response<Bytes>, Error>>;

/// Finds the endpoint and calls it.
pub(crate) fn route(
    sql: &dyn Sql,
    now: i64,
    request: &Request<Bytes>,
    caller: Option<&Caller>,
) -> Result<Response<Bytes>, Error> {
    let path = request.uri().path();
    match path {
        VERSION_PATH => return Ok(call::text(MLFLOW_VERSION)),
        HEALTH_PATH => return Ok(call::text("OK")),
        spans::PATH if request.method() == Method::POST => {
            return spans::receive(sql, request, caller);
        }
        _ => {}
    }
    let api = call::api_path(path);
    let ask = Ask { sql, now, request, path: &api, caller };
    let deployment = request.extensions().get().copied().unwrap_or_default();

    ask.read(|_: GetServerInfo| Ok(server_info(request.extensions().get(), deployment)))
        .or_else(|| experiments(&ask))
        .or_else(|| runs(&ask))
        .or_else(|| metrics(&ask))
        .or_else(|| registered_models(&ask))
        .or_else(|| model_versions(&ask))
        .or_else(|| logged_models(&ask))
        .or_else(|| trace_file(&ask))
        .or_else(|| traces(&ask))
        .or_else(|| assessments(&ask))
        .or_else(|| older_traces(&ask))
        .or_else(|| evaluation_datasets(&ask))
        .or_else(|| issues(&ask))
        .or_else(|| label_schemas(&ask))
        .or_else(|| review_queues(&ask))
        .or_else(|| scorers(&ask))
        .or_else(|| webhooks(&ask))
        .or_else(|| deployment.has_workspaces.then(|| workspaces::answer(&ask)).flatten())
        .unwrap_or_else(|| {
            Err(Error::new(
                ErrorCode::NotImplemented,
                format!("this server does not have {} {path}", request.method()),
            ))
        })
}

fn experiments(ask: &Ask<'_>) -> Answer {
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: CreateExperiment| experiments::create(sql, now, &r))
        .or_else(|| ask.read(|r: GetExperiment| experiments::get(sql, &r)))
        .or_else(|| ask.read(|r: GetExperimentByName| experiments::get_by_name(sql, &r)))
        .or_else(|| ask.read(|r: SearchExperiments| experiments::search(sql, ask.caller, &r)))
        .or_else(|| ask.write(|r: UpdateExperiment| experiments::rename(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteExperiment| experiments::delete(sql, now, &r)))
        .or_else(|| ask.write(|r: RestoreExperiment| experiments::restore(sql, now, &r)))
        .or_else(|| ask.write(|r: SetExperimentTag| experiments::set_tag(sql, &r)))
        .or_else(|| ask.write(|r: DeleteExperimentTag| experiments::delete_tag(sql, &r)))
        .or_else(|| ask.read(|r: SearchDatasets| runs::search_datasets(sql, &r)))
}

fn runs(ask: &Ask<'_>) -> Answer {
    let Ask { sql, now, .. } = *ask;
    ask.write_checked(|r: CreateRun| runs::create(sql, &r))
        .or_else(|| ask.read(|r: GetRun| runs::get(sql, &r)))
        .or_else(|| ask.write_checked(|r: UpdateRun| runs::update(sql, &r)))
        .or_else(|| ask.write(|r: DeleteRun| runs::delete(sql, now, &r)))
        .or_else(|| ask.write(|r: RestoreRun| runs::restore(sql, &r)))
        .or_else(|| ask.read(|r: SearchRuns| runs::search(sql, &r)))
        // What is of a model, too, is checked against it while it is written.
        .or_else(|| {
            let is_of_runs = |r: &LogBatch| r.metrics.iter().all(|m| m.model_id.is_none());
            ask.write_where(is_of_runs, |r| runs::log_batch(sql, &r))
        })
        .or_else(|| {
            let is_of_runs = |r: &LogMetric| r.metric.model_id.is_none();
            ask.write_where(is_of_runs, |r| runs::log_metric(sql, &r))
        })
        .or_else(|| ask.write_checked(|r: LogParam| runs::log_param(sql, &r)))
        .or_else(|| ask.write_checked(|r: SetTag| runs::set_tag(sql, &r)))
        .or_else(|| ask.write(|r: DeleteTag| runs::delete_tag(sql, &r)))
        .or_else(|| ask.write(|r: LogInputs| runs::log_inputs(sql, &r)))
        .or_else(|| ask.write(|r: LogOutputs| runs::log_outputs(sql, &r)))
        .or_else(|| ask.write(|r: LogModel| runs::log_model(sql, &r)))
}

fn metrics(ask: &Ask<'_>) -> Answer {
    let sql = ask.sql;
    ask.read(|r: GetMetricHistory| metrics::history(sql, &r))
        .or_else(|| ask.read(|r: GetMetricHistoryBulk| metrics::bulk(sql, &r)))
        .or_else(|| ask.read(|r: GetMetricHistoryBulkInterval| metrics::interval(sql, &r)))
}

fn registered_models(ask: &Ask<'_>) -> Answer {
    use registry::{aliases, models, search, tags};
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: CreateRegisteredModel| models::create(sql, now, &r))
        .or_else(|| ask.read(|r: GetRegisteredModel| models::get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateRegisteredModel| models::update(sql, now, &r)))
        .or_else(|| ask.write(|r: RenameRegisteredModel| models::rename(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteRegisteredModel| models::delete(sql, &r)))
        .or_else(|| ask.read(|r: SearchRegisteredModels| search::models(sql, ask.caller, &r)))
        .or_else(|| ask.read(|r: GetLatestVersions| models::get_latest_versions(sql, &r)))
        .or_else(|| ask.write(|r: SetRegisteredModelTag| tags::set(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteRegisteredModelTag| tags::delete(sql, now, &r)))
        .or_else(|| ask.write(|r: SetModelAlias| aliases::set(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteModelAlias| aliases::delete(sql, now, &r)))
        .or_else(|| ask.read(|r: GetModelVersionByAlias| aliases::get(sql, &r)))
}

fn model_versions(ask: &Ask<'_>) -> Answer {
    use registry::{search, tags, versions};
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: CreateModelVersion| versions::create(sql, now, &r))
        .or_else(|| ask.read(|r: GetModelVersion| versions::get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateModelVersion| versions::update(sql, now, &r)))
        .or_else(|| ask.write(|r: TransitionStage| versions::transition(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteModelVersion| versions::delete(sql, now, &r)))
        .or_else(|| ask.read(|r: SearchModelVersions| search::versions(sql, ask.caller, &r)))
        .or_else(|| ask.read(|r: GetDownloadUri| versions::get_download_uri(sql, &r)))
        .or_else(|| ask.write(|r: SetModelVersionTag| tags::set_of_version(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteModelVersionTag| tags::delete_of_version(sql, now, &r)))
}

fn logged_models(ask: &Ask<'_>) -> Answer {
    use crate::logged_models as models;
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: CreateLoggedModel| models::create(sql, now, &r))
        .or_else(|| {
            ask.read_having(Some("experiment_ids"), |r: SearchLoggedModels| models::search(sql, &r))
        })
        .or_else(|| ask.read(|r: GetLoggedModel| models::get(sql, &r)))
        .or_else(|| ask.write(|r: FinalizeLoggedModel| models::finalize(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteLoggedModel| models::delete(sql, now, &r)))
        .or_else(|| ask.write(|r: SetLoggedModelTags| models::set_tags(sql, &r)))
        .or_else(|| ask.write(|r: DeleteLoggedModelTag| models::delete_tag(sql, &r)))
        .or_else(|| ask.write(|r: LogLoggedModelParams| models::log_params(sql, &r)))
}

fn traces(ask: &Ask<'_>) -> Answer {
    use crate::traces::{self, correlation, keyed, links, metrics, search};
    use mlflow_api::{
        BatchGetTraceInfos, BatchGetTraces, CalculateTraceFilterCorrelation, DeleteTraceTag,
        DeleteTraces, GetTrace, GetTraceInfo, LinkPromptsToTrace, LinkTracesToRun,
        QueryTraceMetrics, SearchTraces, SetTraceTag, StartTrace,
    };
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: StartTrace| traces::start(sql, now, &r))
        .or_else(|| ask.read(|r: GetTrace| spans::get(sql, &r)))
        .or_else(|| ask.read(|r: BatchGetTraces| spans::batch_get(sql, &r)))
        .or_else(|| ask.read(|r: BatchGetTraceInfos| traces::get_infos(sql, &r)))
        .or_else(|| ask.read_having(Some("locations"), |r: SearchTraces| search::search(sql, &r)))
        .or_else(|| ask.read(|r: QueryTraceMetrics| metrics::query(sql, &r)))
        .or_else(|| ask.read(|r: CalculateTraceFilterCorrelation| correlation::calculate(sql, &r)))
        .or_else(|| ask.write(|r: DeleteTraces| traces::delete(sql, &r)))
        // After the paths that are words: an id may be any.
        .or_else(|| ask.read(|r: GetTraceInfo| traces::get_info(sql, &r)))
        .or_else(|| ask.write(|r: SetTraceTag| keyed::set(sql, &r)))
        .or_else(|| ask.write(|r: DeleteTraceTag| keyed::delete(sql, &r)))
        .or_else(|| ask.write(|r: LinkTracesToRun| links::to_run(sql, &r)))
        .or_else(|| ask.write(|r: LinkPromptsToTrace| links::to_prompts(sql, &r)))
}

/// The file of a trace's spans, for MLflow's own pages; in neither of its APIs.
fn trace_file(ask: &Ask<'_>) -> Answer {
    const PATHS: [&str; 2] =
        ["/api/2.0/mlflow/get-trace-artifact", "/api/3.0/mlflow/get-trace-artifact"];
    let is_it = PATHS.contains(&ask.path) && ask.request.method() == Method::GET;
    is_it.then(|| spans::file(ask.sql, ask.request.uri().query().unwrap_or_default()))
}

fn assessments(ask: &Ask<'_>) -> Answer {
    use crate::traces::assessments;
    use mlflow_api::{CreateAssessment, DeleteAssessment, GetAssessment, UpdateAssessment};
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: CreateAssessment| assessments::create(sql, now, &r))
        .or_else(|| ask.read(|r: GetAssessment| assessments::get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateAssessment| assessments::update(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteAssessment| assessments::delete(sql, &r)))
}

/// Traces as clients before 3.0 ask for them; newer ones do for tags.
fn older_traces(ask: &Ask<'_>) -> Answer {
    use crate::traces::{self, v2};
    use mlflow_api::{
        DeleteTraceTagV2, DeleteTracesV2, EndTrace, GetTraceInfoV2, SearchTracesV2, SetTraceTagV2,
        StartTraceV2,
    };
    let Ask { sql, .. } = *ask;
    ask.write(|r: StartTraceV2| v2::start(sql, &r))
        .or_else(|| ask.read(|r: SearchTracesV2| v2::search(sql, &r)))
        .or_else(|| ask.write(|DeleteTracesV2(r)| traces::delete(sql, &r)))
        .or_else(|| ask.write(|r: EndTrace| v2::end(sql, &r)))
        .or_else(|| ask.read(|r: GetTraceInfoV2| v2::get(sql, &r)))
        .or_else(|| ask.write(|r: SetTraceTagV2| v2::set_tag(sql, &r)))
        .or_else(|| ask.write(|r: DeleteTraceTagV2| v2::delete_tag(sql, &r)))
}

fn evaluation_datasets(ask: &Ask<'_>) -> Answer {
    use crate::evaluation as datasets;
    use mlflow_api::{
        AddDatasetToExperiments, CreateEvaluationDataset, DeleteDatasetRecords, DeleteDatasetTag,
        DeleteEvaluationDataset, GetDatasetExperimentIds, GetDatasetRecords, GetEvaluationDataset,
        RemoveDatasetFromExperiments, SearchEvaluationDatasets, SetDatasetTags,
        UpsertDatasetRecords,
    };
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: CreateEvaluationDataset| datasets::create(sql, now, &r))
        .or_else(|| ask.read(|r: SearchEvaluationDatasets| datasets::search(sql, &r)))
        .or_else(|| ask.read(|r: GetEvaluationDataset| datasets::get(sql, &r)))
        .or_else(|| ask.write(|r: DeleteEvaluationDataset| datasets::delete(sql, &r)))
        .or_else(|| ask.write(|r: SetDatasetTags| datasets::set_tags(sql, &r)))
        .or_else(|| ask.write(|r: DeleteDatasetTag| datasets::delete_tag(sql, &r)))
        .or_else(|| ask.write(|r: UpsertDatasetRecords| datasets::upsert(sql, now, &r)))
        .or_else(|| ask.read(|r: GetDatasetRecords| datasets::get_records(sql, &r)))
        .or_else(|| ask.write(|r: DeleteDatasetRecords| datasets::delete_records(sql, &r)))
        .or_else(|| ask.read(|r: GetDatasetExperimentIds| datasets::ids(sql, &r)))
        .or_else(|| ask.write(|r: AddDatasetToExperiments| datasets::add(sql, now, &r)))
        .or_else(|| ask.write(|r: RemoveDatasetFromExperiments| datasets::remove(sql, now, &r)))
}

fn issues(ask: &Ask<'_>) -> Answer {
    use crate::issues;
    use mlflow_api::{CreateIssue, GetIssue, SearchIssues, UpdateIssue};
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: CreateIssue| issues::create(sql, now, ask.caller, &r))
        .or_else(|| ask.read(|r: SearchIssues| issues::search(sql, ask.caller, &r)))
        .or_else(|| ask.read(|r: GetIssue| issues::get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateIssue| issues::update(sql, now, &r)))
}

fn label_schemas(ask: &Ask<'_>) -> Answer {
    use mlflow_api::{
        CreateLabelSchema, DeleteLabelSchema, GetLabelSchema, GetLabelSchemaByName,
        ListLabelSchemas, UpdateLabelSchema,
    };

    use crate::reviews::schemas;
    let Ask { sql, now, caller, .. } = *ask;
    ask.write(|r: CreateLabelSchema| schemas::create(sql, now, &r))
        .or_else(|| ask.read(|r: GetLabelSchema| schemas::get(sql, &r)))
        .or_else(|| ask.read(|r: GetLabelSchemaByName| schemas::get_by_name(sql, &r)))
        .or_else(|| ask.write(|r: ListLabelSchemas| schemas::list(sql, now, caller, &r)))
        .or_else(|| ask.write(|r: UpdateLabelSchema| schemas::update(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteLabelSchema| schemas::delete(sql, &r)))
}

fn review_queues(ask: &Ask<'_>) -> Answer {
    use mlflow_api::{
        AddItemsToReviewQueue, CreateReviewQueue, DeleteReviewQueue, GetOrCreateUserQueue,
        GetReviewQueue, GetReviewQueueByName, ListReviewQueueItems, ListReviewQueues,
        RemoveItemsFromReviewQueue, SetReviewQueueItemStatus, UpdateReviewQueue,
    };

    use crate::reviews::{items, queues};
    let Ask { sql, now, caller, .. } = *ask;
    ask.write(|r: CreateReviewQueue| queues::create(sql, now, caller, &r))
        .or_else(|| ask.write(|r: GetOrCreateUserQueue| queues::of_user(sql, now, &r)))
        .or_else(|| ask.read(|r: GetReviewQueue| queues::get(sql, &r)))
        .or_else(|| ask.read(|r: GetReviewQueueByName| queues::get_by_name(sql, &r)))
        .or_else(|| ask.read(|r: ListReviewQueues| queues::list(sql, caller, &r)))
        .or_else(|| ask.write(|r: UpdateReviewQueue| queues::update(sql, now, &r)))
        .or_else(|| ask.write(|r: DeleteReviewQueue| queues::delete(sql, &r)))
        .or_else(|| ask.write(|r: AddItemsToReviewQueue| items::add(sql, now, &r)))
        .or_else(|| ask.write(|r: RemoveItemsFromReviewQueue| items::remove(sql, &r)))
        .or_else(|| ask.read(|r: ListReviewQueueItems| items::list(sql, &r)))
        .or_else(|| {
            ask.write(|r: SetReviewQueueItemStatus| items::set_status(sql, now, caller, &r))
        })
}

fn scorers(ask: &Ask<'_>) -> Answer {
    use crate::scorers;
    use mlflow_api::{DeleteScorer, GetScorer, ListScorerVersions, ListScorers, RegisterScorer};
    let Ask { sql, now, .. } = *ask;
    ask.write(|r: RegisterScorer| scorers::register(sql, now, &r))
        .or_else(|| ask.read(|r: ListScorers| scorers::list(sql, ask.caller, &r)))
        .or_else(|| ask.read(|r: ListScorerVersions| scorers::versions(sql, &r)))
        .or_else(|| ask.read(|r: GetScorer| scorers::get(sql, &r)))
        .or_else(|| ask.write(|r: DeleteScorer| scorers::delete(sql, &r)))
}

fn webhooks(ask: &Ask<'_>) -> Answer {
    use crate::webhooks::{self, Settings};
    use mlflow_api::{
        CreateWebhook, DeleteWebhook, GetWebhook, ListWebhooks, TestWebhook, UpdateWebhook,
    };
    let Ask { sql, now, .. } = *ask;
    let settings = || Settings::of(ask.request);
    ask.write(|r: CreateWebhook| webhooks::create(sql, &settings(), now, &r))
        .or_else(|| ask.read(|r: ListWebhooks| webhooks::list(sql, &r)))
        .or_else(|| ask.read(|r: GetWebhook| webhooks::get(sql, &r)))
        .or_else(|| ask.write(|r: UpdateWebhook| webhooks::update(sql, &settings(), now, &r)))
        .or_else(|| ask.write(|r: DeleteWebhook| webhooks::delete(sql, now, &r)))
        .or_else(|| {
            // Sent by whoever has a network, who then answers in its place.
            ask.is::<TestWebhook>().map(|path| {
                let asked = call::read(ask.request, path, None)?;
                let delivery = webhooks::test(sql, &settings(), now, &asked)?;
                let mut answer = webhooks::tested(Err("this server has no network".into()));
                answer.extensions_mut().insert(delivery);
                Ok(answer)
            })
        })
}

impl<'a> Ask<'a> {
    /// A request whose path begins with `/api/`.
    pub(crate) fn new(sql: &'a dyn Sql, request: &'a Request<Bytes>, path: &'a str) -> Self {
        Self { sql, now: 0, request, path, caller: None }
    }

    /// The fields in the path, if this is the endpoint.
    fn is<E: Endpoint>(&self) -> Option<PathFields> {
        // MLflow has these with both verbs.
        const ALIKE: [&str; 3] = [
            SearchExperiments::PATH,
            GetLatestVersions::PATH,
            mlflow_api::SearchEvaluationDatasets::PATH,
        ];
        let method = self.request.method();
        let verb = method.as_str() == E::METHOD.as_str()
            || (ALIKE.contains(&E::PATH) && [Method::GET, Method::POST].contains(method));
        verb.then(|| call::path_fields(E::PATH, self.path)).flatten()
    }

    /// Answers with `work` if this is its endpoint, which only reads.
    pub(crate) fn read<E, A>(&self, work: impl FnOnce(E) -> Result<A, Error>) -> Answer
    where
        E: Endpoint + DeserializeOwned,
        A: Serialize,
    {
        self.read_having(None, work)
    }

    /// The same, if a request may have to have a list, which may be empty.
    fn read_having<E, A>(
        &self,
        list: Option<&str>,
        work: impl FnOnce(E) -> Result<A, Error>,
    ) -> Answer
    where
        E: Endpoint + DeserializeOwned,
        A: Serialize,
    {
        self.is::<E>().map(|path| {
            let answer = work(call::read(self.request, path, list)?)?;
            Ok(call::json(StatusCode::OK, &answer))
        })
    }

    /// Answers with `work` if this is its endpoint, as one transaction.
    pub(crate) fn write<E, A>(&self, work: impl FnOnce(E) -> Result<A, Error>) -> Answer
    where
        E: Endpoint + DeserializeOwned,
        A: Serialize,
    {
        self.write_where(|_| false, work)
    }

    /// The same, if it refuses before it writes what `is_checked` is true of.
    fn write_where<E, A>(
        &self,
        is_checked: impl FnOnce(&E) -> bool,
        work: impl FnOnce(E) -> Result<A, Error>,
    ) -> Answer
    where
        E: Endpoint + DeserializeOwned,
        A: Serialize,
    {
        self.read(|asked| {
            let is_checked = is_checked(&asked);
            let mut work = Some(|| work(asked));
            let mut answer = None;
            let mut once = || {
                answer = work.take().map(|work| work()).transpose()?;
                Ok(())
            };
            match is_checked {
                true => self.sql.checked(&mut once)?,
                false => self.sql.transaction(&mut once)?,
            }
            answer.ok_or_else(|| Error::new(ErrorCode::InternalError, "the store ran nothing"))
        })
    }

    /// Answers with `work` if this is its endpoint, as one transaction, which
    /// refuses before it writes.
    fn write_checked<E, A>(&self, work: impl FnOnce(E) -> Result<A, Error>) -> Answer
    where
        E: Endpoint + DeserializeOwned,
        A: Serialize,
    {
        self.write_where(|_| true, work)
    }
}

fn server_info(artifacts: Option<&ArtifactServing>, deployment: Deployment) -> ServerInfo {
    ServerInfo {
        store_type: Some("SqlStore".into()),
        workspaces_enabled: deployment.has_workspaces,
        artifact_serving_enabled: Some(artifacts.is_some()),
        multipart_uploads_enabled: artifacts.is_some_and(|serving| serving.uploads_in_parts),
        multipart_downloads_enabled: artifacts.is_some_and(|serving| serving.presigned_reads),
        ..ServerInfo::default()
    }
}
