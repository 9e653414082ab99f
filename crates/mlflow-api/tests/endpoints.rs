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
        assert!(fields.contains(field), "{} has no field {field}", E::PATH);
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
    check(&LogMetric { run_id: run_id.clone(), metric: metric.clone() }, &[]);
    check(&LogParam { run_id: run_id.clone(), param: Param::default() }, &[]);
    check(&SetTag { run_id: run_id.clone(), tag: Tag::default() }, &[]);
    let (name, version) = ("m".to_owned(), "1".to_owned());
    check(&GetModelVersionByAlias { name: name.clone(), alias: "a".into() }, &["model_version"]);
    check(&GetLatestVersions { name: name.clone() }, &["model_versions"]);
    check(&GetDownloadUri { name, version }, &["artifact_uri"]);
    check(&LogBatch { run_id, metrics: vec![metric], params: vec![], tags }, &[]);
}

#[test]
fn the_table_is_complete_and_has_no_twins() {
    assert_eq!(ENDPOINTS.len(), 19);
    let unique: BTreeSet<_> = ENDPOINTS.iter().map(|e| (e.method.as_str(), e.path)).collect();
    assert_eq!(unique.len(), ENDPOINTS.len());
    // Not in the protobufs: a Flask route, and the basic-auth app's.
    let own = ["/api/3.0/mlflow/server-info", "/api/2.0/mlflow/users/current"];
    for endpoint in ENDPOINTS {
        let known = reference(endpoint.method.as_str(), endpoint.path).is_some();
        assert_ne!(known, own.contains(&endpoint.path), "{}", endpoint.path);
        // Whoever creates twice has two, or an error.
        assert_ne!(endpoint.idempotent, endpoint.path.ends_with("/create"), "{}", endpoint.path);
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
