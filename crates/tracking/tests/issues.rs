//! Issues: what a request may ask of them. That answers are MLflow's is tested
//! against a live one.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use http::Method;
use serde_json::{Value as Json, json};
use support::{Store, store};

fn ask(store: &Store, method: Method, path: &str, body: &Json) -> (u16, Json) {
    store.ask(method, &format!("/api/3.0/mlflow/{path}"), &body.to_string())
}

fn made(store: &Store, fields: &Json) -> String {
    let mut body = json!({"experiment_id": "0", "name": "n", "description": "d"});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let (status, answer) = ask(store, Method::POST, "issues", &body);
    assert_eq!(status, 200, "{answer}");
    answer["issue"]["issue_id"].as_str().unwrap().to_owned()
}

fn names(store: &Store, body: &Json) -> Vec<String> {
    let (status, answer) = ask(store, Method::POST, "issues/search", body);
    assert_eq!(status, 200, "{answer}");
    let issues = answer["issues"].as_array().cloned().unwrap_or_default();
    issues.iter().map(|issue| issue["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn searches_find_by_part_of_a_name_kind_and_order() {
    let store = store();
    made(&store, &json!({"name": "Slow", "severity": "low", "categories": ["Speed "]}));
    made(&store, &json!({"name": "wrong", "severity": "high", "status": "resolved"}));
    made(&store, &json!({"name": "Odd 100%"}));
    assert_eq!(names(&store, &json!({"name": "SLO"})), ["Slow"]);
    assert_eq!(names(&store, &json!({"name": "%"})), ["Odd 100%"]);
    assert_eq!(names(&store, &json!({"categories": ["speed", "x"]})), ["Slow"]);
    assert_eq!(names(&store, &json!({"statuses": ["resolved"]})), ["wrong"]);
    assert_eq!(names(&store, &json!({"severities": ["low", "high"]})), ["wrong", "Slow"]);
    assert_eq!(names(&store, &json!({"order_by": ["name"]})), ["Odd 100%", "Slow", "wrong"]);
    let counted = json!({"order_by": ["severity DESC"], "include_trace_count": true});
    assert_eq!(names(&store, &counted), ["wrong", "Slow", "Odd 100%"]);
    let all = json!({"include_total_count": true, "max_results": 1, "statuses": ["pending"]});
    let (_, page) = ask(&store, Method::POST, "issues/search", &all);
    assert_eq!((&page["total_count"], page["issues"].as_array().unwrap().len()), (&json!(2), 1));
}

#[test]
fn what_is_too_much_or_none_is_refused() {
    let store = store();
    for wrong in [
        json!({"name": "n".repeat(251)}),
        json!({"description": "d".repeat(16_001)}),
        json!({"root_causes": ["c".repeat(9000), "c".repeat(9000)]}),
        json!({"categories": vec!["c"; 101]}),
        json!({"status": "open"}),
        json!({"severity": "HIGH"}),
        json!({"source_run_id": "none"}),
    ] {
        let mut body = json!({"experiment_id": "0", "name": "n", "description": "d"});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        assert_eq!(ask(&store, Method::POST, "issues", &body).0, 400, "{wrong}");
    }
    for wrong in [
        json!({"order_by": ["nothing"]}),
        json!({"order_by": ["name UP"]}),
        json!({"order_by": vec!["name"; 101]}),
        json!({"statuses": ["open"]}),
        json!({"max_results": 1001}),
    ] {
        assert_eq!(ask(&store, Method::POST, "issues/search", &wrong).0, 400, "{wrong}");
    }
    assert_eq!(names(&store, &json!({})), [""; 0]);
}
