//! Answers recorded from `mlflow server` 3.17 over SQLite, read by these types.
#![cfg(test)]

use mlflow_api::*;

macro_rules! recorded {
    ($file:literal) => {
        serde_json::from_str(include_str!(concat!("data/", $file))).unwrap()
    };
}

#[test]
fn experiments() {
    let page: SearchExperimentsResponse = recorded!("experiments-search.json");
    assert_eq!(page.next_page_token, None);
    let [first, default] = page.experiments.as_slice() else { panic!("two experiments") };
    assert_eq!(first.experiment_id, "1");
    assert_eq!(first.name, "iris/one");
    assert_eq!(first.note(), Some("# Notes"));
    assert_eq!(first.creation_time, Some(1795389036540));
    assert_eq!(first.lifecycle_stage, LifecycleStage::Active);
    let user_tags: Vec<_> = first.user_tags().map(|tag| tag.key.as_str()).collect();
    assert_eq!(user_tags, ["team"]);
    assert_eq!((default.name.as_str(), default.note()), ("Default", None));
    let empty: SearchExperimentsResponse = recorded!("experiments-empty.json");
    assert_eq!(empty, SearchExperimentsResponse::default());
}

#[test]
fn a_finished_run() {
    let GetRunResponse { run } = recorded!("run.json");
    assert_eq!(run.info.run_id, "c38f5149fd3e4d8a9e7940ed3e8074c0");
    assert_eq!(run.name(), "Run 0");
    assert_eq!(run.user(), Some("ada"));
    assert_eq!(run.info.status, RunStatus::Finished);
    assert_eq!(run.duration_ms(), Some(60_000));
    assert_eq!(run.parent_run_id(), None);
    assert_eq!(run.param("lr"), Some("0.01"));
    assert_eq!(run.metric("loss").map(|m| m.value), Some(0.12345678901234566));
    assert_eq!(run.metric("f1 score").map(|m| m.step), Some(-1));
    let user_tags: Vec<_> = run.user_tags().map(|tag| tag.key.as_str()).collect();
    assert_eq!(user_tags, ["k"]);
    assert_eq!(run.inputs.dataset_inputs[0].dataset.name, "iris");
    assert!(run.outputs.is_empty());
}

#[test]
fn a_page_of_runs() {
    let page: SearchRunsResponse = recorded!("runs-search.json");
    assert_eq!(page.next_page_token.as_deref(), Some("eyJvZmZzZXQiOiAyfQ=="));
    let [run2, run1] = page.runs.as_slice() else { panic!("two runs") };
    assert_eq!(run2.metric("loss").unwrap().value, f64::NEG_INFINITY);
    assert!(run1.metric("loss").unwrap().value.is_nan());
    assert_eq!(run1.parent_run_id(), Some("c38f5149fd3e4d8a9e7940ed3e8074c0"));
    assert!(run1.info.status.is_active());
    assert_eq!((run1.info.end_time, run1.duration_ms()), (None, None));
}

#[test]
fn metric_history() {
    let page: GetMetricHistoryResponse = recorded!("history.json");
    assert_eq!(page.metrics.len(), 1);
    assert_eq!(page.next_page_token.as_deref(), Some("eyJvZmZzZXQiOiAxfQ=="));
    let page: GetMetricHistoryResponse = recorded!("history-inf.json");
    let values: Vec<_> = page.metrics.iter().map(|m| (m.step, m.value)).collect();
    assert_eq!(values, [(0, f64::INFINITY), (5, f64::NEG_INFINITY)]);
    assert_eq!(page.next_page_token, None);
}

#[test]
fn server_info_and_user() {
    let info: ServerInfo = recorded!("server-info.json");
    assert_eq!(info.store_type.as_deref(), Some("SqlStore"));
    assert_eq!(info.tracking_auth, None); // 3.18 added it
    let body = r#"{"is_basic_auth":true,"user":{"id":1,"is_admin":true,"username":"admin"}}"#;
    let user: CurrentUserResponse = serde_json::from_str(body).unwrap();
    assert_eq!(user.user, User { id: 1, username: "admin".into(), is_admin: true });
}

#[test]
fn an_error() {
    let error: ErrorBody = recorded!("no-experiment.json");
    assert_eq!(error.error_code, ErrorCode::ResourceDoesNotExist);
    assert_eq!(error.message, "No Experiment with id=99 exists");
    assert_eq!(error.sqlstate.as_deref(), Some("KAM00"));
}

#[test]
fn a_run_survives_the_wire() {
    let page: GetRunResponse = recorded!("run.json");
    let text = serde_json::to_string(&page).unwrap();
    assert_eq!(serde_json::from_str::<GetRunResponse>(&text).unwrap(), page);
}

#[test]
fn names_fall_back() {
    let mut run = Run::default();
    run.info.run_id = "r1".into();
    assert_eq!(run.name(), "r1");
    run.data.tags.push(Tag { key: tags::RUN_NAME.into(), value: "from tag".into() });
    run.info.run_name = Some(String::new());
    assert_eq!(run.name(), "from tag");
    run.info.run_name = Some("own".into());
    assert_eq!(run.name(), "own");
}
