//! The endpoint table against the list of MLflow 3.18's endpoints.
#![cfg(test)]

use std::collections::BTreeSet;

use mlflow_api::*;
use serde_json::{Value, json};

/// Verb, path, request fields and response fields, from MLflow's protobufs.
fn reference(method: &str, path: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let set = |text: &str| {
        let fields = text.split(',').filter(|field| !field.is_empty());
        fields.map(|field| field.trim_end_matches("[]").to_owned()).collect()
    };
    include_str!("data/rest-endpoints.tsv").lines().find_map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        (columns[1] == method && columns[2] == path)
            .then(|| (set(columns[4]), set(columns.get(5).copied().unwrap_or_default())))
    })
}

/// Every field set, so that every field is written.
fn check<E: Endpoint>(request: &E, response: &[&str]) {
    let (fields, answers) = reference(E::METHOD.as_str(), E::PATH)
        .unwrap_or_else(|| panic!("{} {} is not MLflow's", E::METHOD.as_str(), E::PATH));
    let Value::Object(written) = serde_json::to_value(request).unwrap() else { panic!() };
    for field in written.keys() {
        let is_in_path = E::PATH.contains(&format!("{{{field}}}"));
        assert!(is_in_path || fields.contains(field), "{} has no field {field}", E::PATH);
    }
    for field in response {
        assert!(answers.contains(*field), "{} does not answer {field}", E::PATH);
    }
}

#[test]
fn requests_are_mlflow_s() {
    let experiments = SearchExperiments {
        max_results: 1,
        page_token: Some("t".into()),
        filter: Some("f".into()),
        order_by: vec!["name".into()],
        view_type: Some(ViewType::All),
    };
    check(&experiments, &["experiments", "next_page_token"]);
    check(&GetExperiment { experiment_id: "1".into() }, &["experiment"]);
    check(&GetExperimentByName { experiment_name: "n".into() }, &["experiment"]);
    let experiment_id = "1".to_owned();
    let update = UpdateExperiment { experiment_id: experiment_id.clone(), new_name: "n".into() };
    check(&update, &[]);
    check(&DeleteExperiment { experiment_id: experiment_id.clone() }, &[]);
    check(&RestoreExperiment { experiment_id: experiment_id.clone() }, &[]);
    let tag = Tag::default();
    check(&SetExperimentTag { experiment_id: experiment_id.clone(), tag }, &[]);
    check(&DeleteExperimentTag { experiment_id, key: "k".into() }, &[]);
    let runs = SearchRuns {
        experiment_ids: vec!["1".into()],
        filter: Some("f".into()),
        run_view_type: Some(ViewType::All),
        max_results: 1,
        order_by: vec!["start_time".into()],
        page_token: Some("t".into()),
    };
    check(&runs, &["runs", "next_page_token"]);
    check(&GetRun { run_id: "r".into() }, &["run"]);
    let history = GetMetricHistory {
        run_id: "r".into(),
        metric_key: "m".into(),
        page_token: Some("t".into()),
        max_results: Some(1),
    };
    check(&history, &["metrics", "next_page_token"]);
    let list =
        ListArtifacts { run_id: "r".into(), path: Some("p".into()), page_token: Some("t".into()) };
    check(&list, &["root_uri", "files", "next_page_token"]);
    let tags = vec![Tag { key: "k".into(), value: "v".into() }];
    let experiment = CreateExperiment {
        name: "n".into(),
        artifact_location: Some("a".into()),
        tags: tags.clone(),
    };
    check(&experiment, &["experiment_id"]);
    let run = CreateRun {
        experiment_id: "1".into(),
        user_id: Some("u".into()),
        run_name: Some("n".into()),
        start_time: Some(1),
        tags: tags.clone(),
    };
    check(&run, &["run"]);
    let update = UpdateRun {
        run_id: "r".into(),
        status: Some(RunStatus::Finished),
        end_time: Some(1),
        run_name: Some("n".into()),
    };
    check(&update, &["run_info"]);
    let (run_id, metric) = ("r".to_owned(), Metric::default());
    let metric = NewMetric::from(metric);
    check(&LogMetric { run_id: run_id.clone(), metric: metric.clone() }, &[]);
    check(&DeleteRun { run_id: run_id.clone() }, &[]);
    check(&RestoreRun { run_id: run_id.clone() }, &[]);
    check(&DeleteTag { run_id: run_id.clone(), key: "k".into() }, &[]);
    let datasets = vec![DatasetInput::default()];
    let models = vec![ModelInput::default()];
    check(&LogInputs { run_id: run_id.clone(), datasets, models }, &[]);
    let models = vec![ModelOutput::default()];
    check(&LogOutputs { run_id: run_id.clone(), models }, &[]);
    check(&LogModel { run_id: run_id.clone(), model_json: "{}".into() }, &[]);
    let interval = GetMetricHistoryBulkInterval {
        run_ids: vec!["r".into()],
        metric_key: "m".into(),
        start_step: Some(0),
        end_step: Some(1),
        max_results: Some(1),
    };
    check(&interval, &["metrics"]);
    check(&LogParam { run_id: run_id.clone(), param: Param::default() }, &[]);
    check(&SetTag { run_id: run_id.clone(), tag: Tag::default() }, &[]);
    let (name, version) = ("m".to_owned(), "1".to_owned());
    check(&GetModelVersionByAlias { name: name.clone(), alias: "a".into() }, &["model_version"]);
    let latest = GetLatestVersions { name: name.clone(), stages: vec!["None".into()] };
    check(&latest, &["model_versions"]);
    check(&GetDownloadUri { name, version }, &["artifact_uri"]);
    check(&LogBatch { run_id, metrics: vec![metric], params: vec![], tags }, &[]);
}

#[test]
fn requests_of_the_registry_are_mlflow_s() {
    let (name, version, key) = ("m".to_owned(), "1".to_owned(), "k".to_owned());
    let (alias, text, tag) = ("a".to_owned(), Some("t".to_owned()), Tag::default());
    let create = CreateRegisteredModel {
        name: name.clone(),
        tags: vec![tag.clone()],
        description: text.clone(),
    };
    check(&create, &["registered_model"]);
    check(&GetRegisteredModel { name: name.clone() }, &["registered_model"]);
    let rename = RenameRegisteredModel { name: name.clone(), new_name: "n".into() };
    check(&rename, &["registered_model"]);
    let update = UpdateRegisteredModel { name: name.clone(), description: text.clone() };
    check(&update, &["registered_model"]);
    check(&DeleteRegisteredModel { name: name.clone() }, &[]);
    let search = SearchRegisteredModels {
        filter: text.clone(),
        max_results: 1,
        order_by: vec!["name".into()],
        page_token: text.clone(),
    };
    check(&search, &["registered_models", "next_page_token"]);
    check(&SetRegisteredModelTag { name: name.clone(), tag: tag.clone() }, &[]);
    check(&DeleteRegisteredModelTag { name: name.clone(), key: key.clone() }, &[]);
    let point =
        SetModelAlias { name: name.clone(), alias: alias.clone(), version: version.clone() };
    check(&point, &[]);
    check(&DeleteModelAlias { name: name.clone(), alias }, &[]);
    let create = CreateModelVersion {
        name: name.clone(),
        source: "s".into(),
        run_id: text.clone(),
        tags: vec![tag.clone()],
        run_link: text.clone(),
        description: text.clone(),
        model_id: text.clone(),
    };
    check(&create, &["model_version"]);
    let get = GetModelVersion { name: name.clone(), version: version.clone() };
    check(&get, &["model_version"]);
    let update = UpdateModelVersion {
        name: name.clone(),
        version: version.clone(),
        description: text.clone(),
    };
    check(&update, &["model_version"]);
    let transition = TransitionStage {
        name: name.clone(),
        version: version.clone(),
        stage: "None".into(),
        archive_existing_versions: true,
    };
    check(&transition, &["model_version"]);
    check(&DeleteModelVersion { name: name.clone(), version: version.clone() }, &[]);
    let search = SearchModelVersions {
        filter: text.clone(),
        max_results: 1,
        order_by: vec!["name".into()],
        page_token: text,
    };
    check(&search, &["model_versions", "next_page_token"]);
    check(&SetModelVersionTag { name: name.clone(), version: version.clone(), tag }, &[]);
    check(&DeleteModelVersionTag { name, version, key }, &[]);
}

#[test]
fn requests_about_logged_models_are_mlflow_s() {
    let (model_id, text) = ("m-1".to_owned(), Some("t".to_owned()));
    let (tags, params) = (vec![Tag::default()], vec![Param::default()]);
    let create = CreateLoggedModel {
        experiment_id: "1".into(),
        name: text.clone(),
        model_type: text.clone(),
        source_run_id: text.clone(),
        params: params.clone(),
        tags: tags.clone(),
    };
    check(&create, &["model"]);
    // `allow_deleted` is in no protobuf.
    check(&GetLoggedModel { model_id: model_id.clone(), allow_deleted: None }, &["model"]);
    let list = ListLoggedModelArtifacts {
        model_id: model_id.clone(),
        artifact_directory_path: Some("d".into()),
        page_token: Some("t".into()),
    };
    check(&list, &["root_uri", "files", "next_page_token"]);
    let status = Some(LoggedModelStatus::Ready);
    check(&FinalizeLoggedModel { model_id: model_id.clone(), status }, &["model"]);
    check(&DeleteLoggedModel { model_id: model_id.clone() }, &[]);
    let search = SearchLoggedModels {
        experiment_ids: vec!["1".into()],
        filter: text.clone(),
        datasets: vec![LoggedModelDataset::default()],
        max_results: 1,
        order_by: vec![LoggedModelOrder::default()],
        page_token: text,
    };
    check(&search, &["models", "next_page_token"]);
    check(&SetLoggedModelTags { model_id: model_id.clone(), tags }, &[]);
    check(&DeleteLoggedModelTag { model_id: model_id.clone(), tag_key: "k".into() }, &[]);
    check(&LogLoggedModelParams { model_id, params }, &[]);
}

#[test]
fn requests_about_traces_are_mlflow_s() {
    let id = || "t".to_owned();
    check(&StartTrace { trace: Some(Trace::default()) }, &["trace"]);
    check(&GetTrace { trace_id: id(), allow_partial: Some(true) }, &["trace"]);
    let (trace_ids, experiment_ids) = (vec![id()], Some(vec!["1".into()]));
    let infos =
        BatchGetTraceInfos { trace_ids: trace_ids.clone(), experiment_ids: experiment_ids.clone() };
    check(&infos, &["trace_infos"]);
    check(&BatchGetTraces { trace_ids: trace_ids.clone(), experiment_ids }, &["traces"]);
    let search = SearchTraces {
        locations: vec![TraceLocation::experiment("1")],
        filter: Some("f".into()),
        order_by: vec!["name".into()],
        page_token: Some("t".into()),
        ..SearchTraces::default()
    };
    check(&search, &["traces", "next_page_token"]);
    let search = SearchTracesV2 {
        experiment_ids: vec!["1".into()],
        filter: Some("f".into()),
        order_by: vec!["name".into()],
        page_token: Some("t".into()),
        ..SearchTracesV2::default()
    };
    check(&search, &["traces", "next_page_token"]);
    let delete = DeleteTraces {
        experiment_id: "1".into(),
        max_timestamp_millis: Some(1),
        max_traces: Some(1),
        request_ids: trace_ids.clone(),
    };
    check(&DeleteTracesV2(delete.clone()), &["traces_deleted"]);
    check(&delete, &["traces_deleted"]);
    check(&LinkTracesToRun { trace_ids, run_id: "r".into() }, &[]);
    let update = UpdateAssessment {
        trace_id: id(),
        assessment_id: "a".into(),
        assessment: Some(Assessment::default()),
        update_mask: "feedback".into(),
    };
    check(&update, &["assessment"]);
    let records = GetDatasetRecords {
        dataset_id: "d".into(),
        max_results: Some(1),
        page_token: Some("t".into()),
    };
    check(&records, &["records", "next_page_token"]);
}

#[test]
fn requests_of_reviews_are_mlflow_s() {
    let text = || "x".to_owned();
    let input = LabelInput { text: Some(TextInput::default()), ..LabelInput::default() };
    let schema = CreateLabelSchema {
        experiment_id: text(),
        name: text(),
        schema_type: Some(LabelSchemaType::Feedback),
        input: Some(input.clone()),
        instruction: Some(text()),
        enable_comment: Some(true),
    };
    check(&schema, &["label_schema"]);
    let schema = UpdateLabelSchema {
        schema_id: text(),
        name: Some(text()),
        instruction: Some(text()),
        enable_comment: Some(true),
        input: Some(input),
    };
    check(&schema, &["label_schema"]);
    let queue = CreateReviewQueue {
        experiment_id: text(),
        name: text(),
        queue_type: Some(ReviewQueueType::Custom),
        users: vec![text()],
        schema_ids: vec![text()],
    };
    check(&queue, &["review_queue"]);
    check(&GetOrCreateUserQueue { experiment_id: text(), user: text() }, &["review_queue"]);
    let queues = ListReviewQueues {
        experiment_id: text(),
        user: Some(text()),
        item_id: Some(text()),
        max_results: Some(1),
        page_token: Some(text()),
    };
    check(&queues, &["review_queues", "next_page_token"]);
    let queue = UpdateReviewQueue {
        queue_id: text(),
        update_users: Some(true),
        users: vec![text()],
        update_schema_ids: Some(true),
        schema_ids: vec![text()],
        name: Some(text()),
        new_owner: Some(text()),
    };
    check(&queue, &["review_queue"]);
    let items = AddItemsToReviewQueue {
        queue_id: text(),
        item_type: Some(ReviewItemType::Trace),
        item_ids: vec![text()],
    };
    check(&items, &["items"]);
    let items = ListReviewQueueItems {
        queue_id: text(),
        status: Some(ReviewStatus::Pending),
        max_results: Some(1),
        page_token: Some(text()),
    };
    check(&items, &["items", "next_page_token"]);
    let status = SetReviewQueueItemStatus {
        queue_id: text(),
        item_id: text(),
        status: Some(ReviewStatus::Complete),
        completed_by: Some(text()),
    };
    check(&status, &["item"]);
}

#[test]
fn the_table_is_complete_and_has_no_twins() {
    assert_eq!(ENDPOINTS.len(), 130);
    let unique: BTreeSet<_> = ENDPOINTS.iter().map(|e| (e.method.as_str(), e.path)).collect();
    assert_eq!(unique.len(), ENDPOINTS.len());
    // Not in the protobufs: Flask's routes, and the basic-auth app's.
    let own = [
        "/api/3.0/mlflow/server-info",
        "/api/2.0/mlflow/users/current",
        "/api/2.0/mlflow/experiments/search-datasets",
        "/api/2.0/mlflow/metrics/get-history-bulk",
    ];
    for endpoint in ENDPOINTS {
        let known = reference(endpoint.method.as_str(), endpoint.path).is_some();
        assert_ne!(known, own.contains(&endpoint.path), "{}", endpoint.path);
        // Whoever creates twice has two, or an error; so has who renames twice.
        let once = [
            "/delete-experiment-tag",
            "runs/delete-tag",
            "/restore",
            "/register",
            "/test",
            "/outputs",
            "/log-model",
            "/create",
            "/rename",
            "/delete",
            "/logged-models",
            "/params",
            "/{tag_key}",
        ];
        // These have the same path as others that may be repeated.
        let is_once = once.iter().any(|end| endpoint.path.ends_with(end))
            || match endpoint.method {
                Method::Post => ["/assessments", "/issues", "/webhooks", "2.0/mlflow/traces"]
                    .iter()
                    .any(|end| endpoint.path.ends_with(end)),
                Method::Delete => {
                    ["/tags", "/{webhook_id}"].iter().any(|end| endpoint.path.ends_with(end))
                }
                _ => false,
            };
        assert_ne!(endpoint.idempotent, is_once, "{}", endpoint.path);
    }
}

#[test]
fn absent_fields_stay_absent() {
    assert_eq!(
        serde_json::to_value(SearchExperiments::default()).unwrap(),
        json!({"max_results": 1000})
    );
    assert_eq!(serde_json::to_value(GetServerInfo {}).unwrap(), json!({}));
    let deleted = SearchRuns { run_view_type: Some(ViewType::DeletedOnly), ..Default::default() };
    assert_eq!(serde_json::to_value(deleted).unwrap()["run_view_type"], json!("DELETED_ONLY"));
}
