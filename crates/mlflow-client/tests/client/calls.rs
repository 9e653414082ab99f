//! What goes out, what comes back, what is tried again.
use std::time::Duration;

use crate::support::{Answer, Script, answer, json, now};
use http::Request;
use mlflow_api::{SearchExperiments, SearchRuns};
use mlflow_client::*;

fn body(request: &Request<bytes::Bytes>) -> serde_json::Value {
    serde_json::from_slice(request.body()).unwrap()
}

#[test]
fn a_search_is_a_post_with_json() {
    let client = Script::new(|_, _| json(include_str!("data/runs-search.json"))).client();
    let search = SearchRuns {
        experiment_ids: vec!["1".into()],
        filter: Some("metrics.`f1 score` > 0.5".into()),
        ..SearchRuns::default()
    };
    let page = now(client.search_runs(&search)).unwrap();
    assert_eq!(page.runs.len(), 2);
    assert_eq!(page.runs[0].name(), "Run 2");
    let asked = client.transport().asked.borrow();
    assert_eq!(asked[0].method(), "POST");
    assert_eq!(asked[0].uri(), "http://host:5000/api/2.0/mlflow/runs/search");
    assert_eq!(asked[0].headers()["content-type"], "application/json");
    assert!(!asked[0].headers().contains_key("authorization"));
    assert_eq!(
        body(&asked[0]),
        serde_json::json!({"experiment_ids": ["1"], "filter": "metrics.`f1 score` > 0.5",
                           "max_results": 1000})
    );
}

#[test]
fn a_get_is_a_query_string_without_a_body() {
    let client = Script::new(|_, _| json(include_str!("data/history.json"))).client();
    let page = now(client.metric_history("r 1", "f1/ö&=+%#", Some("e30="))).unwrap();
    assert_eq!(page.points, [MetricPoint { step: 0, timestamp: 1700000000100, value: 0.1 }]);
    let asked = client.transport().asked.borrow();
    assert_eq!(asked[0].method(), "GET");
    assert_eq!(
        asked[0].uri(),
        "http://host:5000/api/2.0/mlflow/metrics/get-history?max_results=25000\
         &metric_key=f1%2F%C3%B6%26%3D%2B%25%23&page_token=e30%3D&run_id=r%201"
    );
    assert!(asked[0].body().is_empty());
    // A content type would make a browser ask for leave first.
    assert!(!asked[0].headers().contains_key("content-type"));
}

#[test]
fn paths_follow_the_base() {
    for (base, uri) in [
        ("", "/api/2.0/mlflow/runs/get?run_id=r"),
        ("/mlflow/", "/mlflow/api/2.0/mlflow/runs/get?run_id=r"),
        ("https://h/x/", "https://h/x/api/2.0/mlflow/runs/get?run_id=r"),
    ] {
        let script = Script::new(|_, _| json(r#"{"run":{"info":{"run_id":"r"}}}"#));
        let client = Client::connect(script, base, Auth::None).unwrap();
        assert_eq!(now(client.get_run("r")).unwrap().info.run_id, "r");
        assert_eq!(client.transport().asked.borrow()[0].uri(), uri);
    }
}

#[test]
fn credentials_go_along() {
    for (auth, name, value) in [
        (
            Auth::Basic { username: "ada".into(), password: "p:ä".into() },
            "authorization",
            "Basic YWRhOnA6w6Q=",
        ),
        (Auth::Bearer { token: "dapi1".into() }, "authorization", "Bearer dapi1"),
        (Auth::Header { name: "X-Key".into(), value: "k-9481".into() }, "x-key", "k-9481"),
    ] {
        let client = Client::connect(Script::new(|_, _| json("{}")), "h", auth).unwrap();
        now(client.search_experiments(&SearchExperiments::default())).unwrap();
        let asked = client.transport().asked.borrow();
        assert_eq!(asked[0].headers()[name], value);
        assert!(asked[0].headers()[name].is_sensitive());
        assert!(!format!("{client:?} {asked:?}").contains(value));
    }
    let client = Client::connect(Script::new(|_, _| json("{}")), "http://u:p@h", Auth::None);
    assert!(matches!(client.unwrap().auth(), Auth::Basic { username, .. } if username == "u"));
}

#[test]
fn an_overloaded_server_is_asked_again() {
    for status in [429, 502, 503, 504] {
        let client = Script::new(move |_, n| match n {
            0 | 1 => answer(status, "text/plain", "busy"),
            _ => json("{}"),
        })
        .client();
        now(client.search_runs(&SearchRuns::default())).unwrap();
        assert_eq!(*client.transport().slept.borrow(), [500, 1000].map(Duration::from_millis));
    }
}

#[test]
fn patience_ends() {
    let client = Script::new(|_, _| answer(503, "text/plain", "upstream down")).client();
    let error = now(client.search_runs(&SearchRuns::default())).unwrap_err();
    assert_eq!(
        *error.kind(),
        ErrorKind::Unavailable { status: 503, excerpt: "upstream down".into() }
    );
    assert_eq!(client.transport().asked.borrow().len(), 4);
}

#[test]
fn the_server_s_own_delay_counts_up_to_a_bound() {
    let client = Script::new(|_, n| {
        let mut response = answer(429, "text/plain", "").unwrap();
        let after = ["3", "86400", "Wed, 21 Oct 2026 07:28:00 GMT"][n.min(2)];
        response.headers_mut().insert("retry-after", after.parse().unwrap());
        Ok(response)
    })
    .client();
    now(client.search_runs(&SearchRuns::default())).unwrap_err();
    let slept: Vec<_> = client.transport().slept.borrow().iter().map(Duration::as_secs).collect();
    assert_eq!(slept, [3, 8, 2]);
}

#[test]
fn other_failures_are_not_tried_again() {
    for status in [400, 401, 403, 404, 500] {
        let client = Script::new(move |_, _| answer(status, "text/plain", "no")).client();
        now(client.search_runs(&SearchRuns::default())).unwrap_err();
        assert_eq!(client.transport().asked.borrow().len(), 1, "{status}");
    }
}

#[test]
fn versions_are_text() {
    let client = Script::new(|_, _| answer(200, "text/html; charset=utf-8", "3.17.2")).client();
    assert_eq!(now(client.version()).as_deref(), Ok("3.17.2"));
    let page = include_str!("data/index.html");
    let client = Script::new(|_, _| answer(200, "text/html; charset=utf-8", page)).client();
    let error = now(client.version()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotMlflow { status: 200, .. }));
}

/// Pages of three points, then one of one.
fn history(n: usize) -> Answer {
    let point =
        |step: usize| format!(r#"{{"key":"m","value":{step},"timestamp":1,"step":{step}}}"#);
    let points: Vec<_> = (n * 3..(n * 3 + 3).min(7)).map(point).collect();
    let token = if n < 2 { format!(r#","next_page_token":"t{n}""#) } else { String::new() };
    json(&format!(r#"{{"metrics":[{}]{token}}}"#, points.join(",")))
}

#[test]
fn a_history_is_read_to_its_end() {
    let client = Script::new(|_, n| history(n)).client();
    let mut pages = Vec::new();
    let all = now(client.metric_history_all("r", "m", 100, |page| pages.push(page.len()))).unwrap();
    assert!(all.complete);
    assert_eq!(all.points.iter().map(|p| p.step).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(pages, [3, 3, 1]);
    let asked = client.transport().asked.borrow();
    assert!(!asked[0].uri().query().unwrap().contains("page_token"));
    assert!(asked[2].uri().query().unwrap().contains("page_token=t1"));
}

#[test]
fn a_history_is_bounded() {
    for (bound, pages, complete) in [(0, 1, false), (3, 1, false), (4, 2, false), (7, 3, true)] {
        let client = Script::new(|_, n| history(n)).client();
        let all = now(client.metric_history_all("r", "m", bound, |_| {})).unwrap();
        assert_eq!((all.points.len(), all.complete), (bound, complete));
        assert_eq!(client.transport().asked.borrow().len(), pages, "{bound}");
    }
}

#[test]
fn a_server_that_never_ends_is_left() {
    let same = |_: &Request<bytes::Bytes>, _| {
        json(r#"{"metrics":[{"key":"m","value":1}],"next_page_token":"t"}"#)
    };
    let all = now(Script::new(same).client().metric_history_all("r", "m", 100, |_| {})).unwrap();
    assert_eq!((all.points.len(), all.complete), (2, false));
    let empty = |_: &Request<bytes::Bytes>, n| json(&format!(r#"{{"next_page_token":"t{n}"}}"#));
    let all = now(Script::new(empty).client().metric_history_all("r", "m", 100, |_| {})).unwrap();
    assert_eq!((all.points.len(), all.complete), (0, false));
}

#[test]
fn a_file_is_asked_for_by_its_range() {
    let client = Script::new(|_, _| {
        let mut answer = answer(206, "text/plain", "cde")?;
        answer.headers_mut().insert("content-range", "bytes 2-4/9".parse().unwrap());
        Ok(answer)
    })
    .client();
    let root = FileRoot::LoggedModel { model_id: "m-1".into() };
    let part = now(client.read_file(&root, "a b.txt", Some(2..5))).unwrap();
    assert_eq!((&part.bytes[..], part.start, part.total), (&b"cde"[..], 2, Some(9)));
    let asked = client.transport().asked.borrow();
    assert_eq!(
        asked[0].uri(),
        "http://host:5000/ajax-api/2.0/mlflow/logged-models/m-1/artifacts/files\
         ?artifact_file_path=a%20b.txt"
    );
    assert_eq!(asked[0].headers()["range"], "bytes=2-4");
}

#[test]
fn a_folder_is_read_to_its_last_page() {
    let client = Script::new(|request, _| {
        json(match request.uri().query().is_some_and(|query| query.contains("page_token=two")) {
            true => r#"{"files":[{"path":"m/b","is_dir":false,"file_size":"3"}]}"#,
            false => r#"{"files":[{"path":"m/a","is_dir":true}],"next_page_token":"two"}"#,
        })
    })
    .client();
    let root = FileRoot::Run { run_id: "r".into() };
    let files = now(client.list_files(&root, "m")).unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["m/a", "m/b"]);
    let version = FileRoot::Version { name: "iris".into(), version: "1".into() };
    let error = now(client.list_files(&version, "")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest { .. }), "{error}");
}

#[test]
fn a_page_that_names_itself_as_the_next_is_an_error() {
    let client = Script::new(|_, _| json(r#"{"runs":[],"next_page_token":"two"}"#)).client();
    let first = SearchRuns::default();
    assert!(now(client.search_runs(&first)).is_ok());
    let second = SearchRuns { page_token: Some("two".into()), ..first };
    let error = now(client.search_runs(&second)).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::RepeatedPage);
}
