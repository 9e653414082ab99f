//! The server over rusqlite: what is stored, and what a failure leaves.
//!
//! That the answers are MLflow's own is tested against a live MLflow, across
//! rooms; here are the rules of the store.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use http::Method;
use serde_json::{Value as Json, json};
use support::store;

fn metric(key: &str, value: Json, timestamp: i64, step: i64) -> Json {
    json!({"key": key, "value": value, "timestamp": timestamp, "step": step})
}

#[test]
fn a_batch_that_fails_leaves_nothing() {
    let store = store();
    let run = store.run();
    store.post("runs/log-parameter", json!({"run_id": run, "key": "p", "value": "1"}));
    let before = store.data(&run);
    let (status, error) = store.post(
        "runs/log-batch",
        json!({
            "run_id": run,
            "params": [{"key": "q", "value": "1"}, {"key": "p", "value": "2"}],
            "metrics": [metric("m", json!(1.0), 1, 0)],
        }),
    );
    assert_eq!((status, error["error_code"].as_str()), (400, Some("INVALID_PARAMETER_VALUE")));
    assert_eq!(store.data(&run), before);
}

#[test]
fn what_is_checked_first_is_refused_before_anything_is_written() {
    let store = store();
    let [run, gone] = [store.run(), store.run()];
    store.post("runs/log-parameter", json!({"run_id": run, "key": "p", "value": "1"}));
    store.post("runs/delete", json!({"run_id": gone}));
    let before = store.data(&run);
    let fine = metric("m", json!(1.0), 1, 0);
    let batch = |run: &str, last: Json| {
        let mut batch =
            json!({"run_id": run, "metrics": [fine], "tags": [{"key": "t", "value": ""}]});
        batch.as_object_mut().unwrap().extend(last.as_object().unwrap().clone());
        batch
    };
    let tags = json!([{"key": "t", "value": "1"}, {"key": "", "value": "1"}]);
    for (path, body) in [
        ("runs/create", json!({"experiment_id": "77"})),
        ("runs/update", json!({"run_id": gone, "run_name": "n"})),
        ("runs/log-batch", batch(&run, json!({"params": [{"key": "p", "value": "2"}]}))),
        ("runs/log-batch", batch(&run, json!({"tags": tags}))),
        ("runs/log-batch", batch(&gone, json!({}))),
        ("runs/log-metric", json!({"run_id": gone, "key": "m", "value": 1, "timestamp": 1})),
        ("runs/log-metric", json!({"run_id": run, "key": "m", "value": 1, "timestamp": -1})),
        ("runs/log-parameter", json!({"run_id": run, "key": "p", "value": "2"})),
        ("runs/set-tag", json!({"run_id": gone, "key": "t", "value": "1"})),
        // Of a model that there is not, which is seen while it is written.
        (
            "runs/log-batch",
            batch(
                &run,
                json!({"metrics": [{"key": "m", "value": 1, "timestamp": 1, "model_id": "m-0"}]}),
            ),
        ),
    ] {
        let (status, answer) = store.post(path, body);
        assert!((400..500).contains(&status), "{path}: {answer}");
        assert_eq!(store.data(&run), before, "{path}");
    }
}

#[test]
fn a_batch_of_any_size_is_kept_whole() {
    let store = store();
    let run = store.run();
    for count in [1, 5, 6, 99] {
        let metrics: Vec<Json> = (0..count)
            .map(|i| metric(&format!("m{i:02}"), json!(f64::from(i)), 1, count.into()))
            .collect();
        let batch = json!({"run_id": run, "metrics": metrics});
        assert_eq!(store.post("runs/log-batch", batch).0, 200);
        let kept = store.data(&run)["metrics"].as_array().unwrap().clone();
        assert_eq!(kept[..metrics.len()], metrics);
    }
}

#[test]
fn the_latest_metric_is_of_the_highest_step_then_time_then_value() {
    let store = store();
    let run = store.run();
    for (value, timestamp, step) in
        [(1.0, 10, 1), (2.0, 5, 2), (3.0, 99, 1), (4.0, 6, 2), (3.5, 6, 2)]
    {
        let mut body = metric("m", json!(value), timestamp, step);
        body["run_id"] = json!(run);
        assert_eq!(store.post("runs/log-metric", body).0, 200);
    }
    assert_eq!(store.data(&run)["metrics"], json!([metric("m", json!(4.0), 6, 2)]));
    let (_, history) = store.get(&format!("metrics/get-history?run_id={run}&metric_key=m"));
    assert_eq!(history["metrics"].as_array().unwrap().len(), 5);
}

#[test]
fn a_point_that_is_logged_twice_is_one_point() {
    let store = store();
    let run = store.run();
    for _ in 0..2 {
        let batch = json!({"run_id": run, "metrics": [metric("m", json!(0.1), 1, 1)]});
        assert_eq!(store.post("runs/log-batch", batch).0, 200);
    }
    let (_, history) = store.get(&format!("metrics/get-history?run_id={run}&metric_key=m"));
    assert_eq!(history["metrics"], json!([metric("m", json!(0.1), 1, 1)]));
}

#[test]
fn numbers_keep_every_digit_and_nan_is_a_text() {
    let store = store();
    let run = store.run();
    let values = [json!(0.1), json!(1.0 / 3.0), json!(5e-324), json!("NaN"), json!("-Infinity")];
    let metrics: Vec<Json> = values
        .iter()
        .enumerate()
        .map(|(i, value)| metric(&format!("m{i}"), value.clone(), 5, -1 << 40))
        .collect();
    assert_eq!(store.post("runs/log-batch", json!({"run_id": run, "metrics": metrics})).0, 200);
    let data = store.data(&run);
    let got: Vec<&Json> = data["metrics"].as_array().unwrap().iter().map(|m| &m["value"]).collect();
    assert_eq!(
        got,
        [&json!(0.1), &json!(1.0 / 3.0), &json!(5e-324), &json!("NaN"), &json!(f64::MIN)]
    );
    assert_eq!(data["metrics"][0]["step"], json!(-1_i64 << 40));
}

#[test]
fn a_parameter_keeps_its_value() {
    let store = store();
    let run = store.run();
    let log = |value: &str| {
        store.post("runs/log-parameter", json!({"run_id": run, "key": "p", "value": value}))
    };
    assert_eq!(log("1").0, 200);
    assert_eq!(log("1").0, 200);
    assert_eq!(log("2").0, 400);
    assert_eq!(store.data(&run)["params"], json!([{"key": "p", "value": "1"}]));
}

#[test]
fn pages_follow_each_other_and_the_last_has_no_token() {
    let store = store();
    for _ in 0..5 {
        store.run();
    }
    let mut token = Json::Null;
    let mut seen = Vec::new();
    loop {
        let mut body = json!({"experiment_ids": ["0"], "max_results": 2});
        if token != Json::Null {
            body["page_token"] = token.clone();
        }
        let (status, page) = store.post("runs/search", body);
        assert_eq!(status, 200, "{page}");
        let runs = page["runs"].as_array().unwrap();
        seen.extend(runs.iter().map(|run| run["info"]["run_id"].as_str().unwrap().to_owned()));
        token = page["next_page_token"].clone();
        if token == Json::Null {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[test]
fn requests_that_are_none_are_refused_and_the_next_one_works() {
    let store = store();
    for (body, code) in [
        ("{", "INVALID_PARAMETER_VALUE"),
        ("[]", "INVALID_PARAMETER_VALUE"),
        (r#"{"name": 7}"#, "INVALID_PARAMETER_VALUE"),
        ("{}", "INVALID_PARAMETER_VALUE"),
        ("", "INVALID_PARAMETER_VALUE"),
    ] {
        let (status, error) = store.ask(Method::POST, "/api/2.0/mlflow/experiments/create", body);
        assert_eq!((status, error["error_code"].as_str()), (400, Some(code)), "{body}");
    }
    let big = "x".repeat(tracking::MAX_BODY + 1);
    let (status, _) = store.ask(Method::POST, "/api/2.0/mlflow/experiments/create", &big);
    assert_eq!(status, 400);
    let (status, error) = store.post("runs/none", json!({}));
    assert_eq!((status, error["error_code"].as_str()), (501, Some("NOT_IMPLEMENTED")));
    let (status, answer) = store.post("experiments/create", json!({"name": "e'; --"}));
    assert_eq!((status, answer["experiment_id"].as_str()), (200, Some("1")));
    let (_, again) = store.get("experiments/get-by-name?experiment_name=e%27%3B+--");
    assert_eq!(again["experiment"]["experiment_id"], "1");
}

#[test]
fn both_prefixes_answer_alike() {
    let store = store();
    let api = store.ask(Method::GET, "/api/2.0/mlflow/experiments/get?experiment_id=0", "");
    let ajax = store.ask(Method::GET, "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0", "");
    assert_eq!(api.0, 200);
    assert_eq!(api, ajax);
}

#[test]
fn the_server_says_how_artifacts_are_served_beside_it() {
    let store = store();
    let ask = |serving: Option<tracking::ArtifactServing>| -> Json {
        let mut request =
            http::Request::get("/api/3.0/mlflow/server-info").body(bytes::Bytes::new()).unwrap();
        if let Some(serving) = serving {
            request.extensions_mut().insert(serving);
        }
        serde_json::from_slice(tracking::answer(&store, 2000, &request).body()).unwrap()
    };
    assert_eq!(ask(None)["artifact_serving_enabled"], false);
    let serving = tracking::ArtifactServing { uploads_in_parts: true, presigned_reads: false };
    let info = ask(Some(serving));
    assert_eq!(info["artifact_serving_enabled"], true);
    assert_eq!(info["multipart_uploads_enabled"], true);
    assert_eq!(info["multipart_downloads_enabled"], false);
}

#[test]
fn a_run_may_log_more_than_one_value_of_the_store_holds() {
    let store = store();
    let (big, small) = (store.run(), store.run());
    for batch in 0..5 {
        let params: Vec<Json> = (0..100)
            .map(|i| json!({"key": format!("p{batch}/{i:02}"), "value": "x".repeat(6000)}))
            .collect();
        let metrics = [metric("m", json!("NaN"), 1, batch)];
        let batch = json!({"run_id": big, "params": params, "metrics": metrics});
        assert_eq!(store.post("runs/log-batch", batch).0, 200);
    }
    let body = json!({"run_id": small, "key": "k", "value": "v"});
    assert_eq!(store.post("runs/set-tag", body).0, 200);
    let data = store.data(&big);
    assert_eq!(data["params"].as_array().unwrap().len(), 500);
    assert_eq!(data["metrics"], json!([metric("m", json!("NaN"), 1, 4)]));
    let (status, page) = store.post("runs/search", json!({"experiment_ids": ["0"]}));
    assert_eq!(status, 200);
    assert_eq!(page["runs"].as_array().unwrap().len(), 2);
    let (_, page) =
        store.post("runs/search", json!({"experiment_ids": ["0"], "filter": "tags.k = 'v'"}));
    assert_eq!(page["runs"][0]["data"]["tags"], store.data(&small)["tags"]);
}
