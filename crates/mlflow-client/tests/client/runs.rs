//! Runs by their ids.

use http::Request;

use crate::support::{Answer, Script, answer, json, now};

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn run(id: &str) -> String {
    format!(r#"{{"info": {{"run_id": "{id}"}}}}"#)
}

fn missing() -> Answer {
    answer(404, "application/json", r#"{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}"#)
}

#[test]
fn one_search_finds_them_and_their_order_is_the_ids() {
    let client = Script::new(|request: &Request<bytes::Bytes>, nth| {
        if nth > 0 {
            return missing();
        }
        let body = String::from_utf8_lossy(request.body()).into_owned();
        assert!(body.contains("attributes.run_id IN ('b', 'a', 'gone')"), "{body}");
        json(&format!(r#"{{"runs": [{}, {}]}}"#, run("a"), run("b")))
    })
    .client();
    let found = now(client.runs_by_id(&ids(&["b", "a", "gone"]), &ids(&["1"]))).unwrap();
    assert_eq!(found.iter().map(|run| &run.info.run_id).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(client.transport().asked.borrow().len(), 2);
}

#[test]
fn a_server_that_refuses_the_filter_is_asked_one_by_one() {
    let client = Script::new(|request, _| match request.uri().path() {
        "/api/2.0/mlflow/runs/search" => {
            answer(400, "application/json", r#"{"error_code": "INVALID_PARAMETER_VALUE"}"#)
        }
        _ => {
            let id = request.uri().query().unwrap().replace("run_id=", "");
            json(&format!(r#"{{"run": {}}}"#, run(&id)))
        }
    })
    .client();
    let found = now(client.runs_by_id(&ids(&["x", "y"]), &ids(&["1"]))).unwrap();
    assert_eq!(found.iter().map(|run| &run.info.run_id).collect::<Vec<_>>(), ["x", "y"]);
}

#[test]
fn a_server_that_is_away_is_an_error() {
    let client = Script::new(|_, _| answer(500, "application/json", "{}")).client();
    assert!(now(client.runs_by_id(&ids(&["x"]), &[])).is_err());
}
