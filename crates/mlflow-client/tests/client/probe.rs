//! What a probe finds, on servers new and old, open and closed.
use crate::support::{Answer, Script, answer, json, now};
use bytes::Bytes;
use http::Request;
use mlflow_client::*;

const HTML: &str = "text/html; charset=utf-8";

/// The four routes that a probe asks, as a server without auth answers them.
fn open(path: &str) -> Answer {
    match path {
        "/version" => answer(200, HTML, "3.17.2"),
        "/api/3.0/mlflow/server-info" => json(include_str!("data/server-info.json")),
        "/api/2.0/mlflow/experiments/search" => json(include_str!("data/experiments-search.json")),
        _ => answer(404, HTML, include_str!("data/unknown-route.html")),
    }
}

fn closed(request: &Request<Bytes>) -> Answer {
    match request.uri().path() {
        path @ "/api/3.0/mlflow/server-info" => open(path),
        _ if !request.headers().contains_key("authorization") => answer(401, HTML, "who?"),
        "/api/2.0/mlflow/users/current" => {
            json(r#"{"is_basic_auth":true,"user":{"id":1,"is_admin":true,"username":"admin"}}"#)
        }
        path => open(path),
    }
}

#[test]
fn an_open_server() {
    let client = Script::new(|request, _| open(request.uri().path())).client();
    let probe = now(client.probe()).unwrap();
    assert_eq!(probe.version.as_deref(), Some("3.17.2"));
    assert_eq!(probe.server_info.unwrap().store_type.as_deref(), Some("SqlStore"));
    assert_eq!((probe.user, probe.access), (None, Access::Open));
    assert_eq!(client.transport().asked.borrow().len(), 3);
}

#[test]
fn a_server_that_lacks_everything_new() {
    let client = Script::new(|request, _| match request.uri().path() {
        "/api/2.0/mlflow/experiments/search" => json("{}"),
        _ => answer(404, HTML, "gone"),
    });
    let probe = now(client.client().probe()).unwrap();
    assert_eq!(probe, Probe { version: None, server_info: None, user: None, access: Access::Open });
}

#[test]
fn a_server_with_a_login() {
    let probe = now(Script::new(|request, _| closed(request)).client().probe()).unwrap();
    assert!(matches!(probe.access, Access::NeedsCredentials(_)));
    assert!(!probe.access.is_granted());
    assert_eq!(probe.version, None);
    assert!(probe.server_info.is_some());
    let script = Script::new(|request, _| closed(request));
    let client = Client::connect(script, "http://admin:pw@h", Auth::None).unwrap();
    let probe = now(client.probe()).unwrap();
    assert_eq!(probe.access, Access::SignedIn);
    assert_eq!(probe.user.unwrap().username, "admin");
    assert_eq!(probe.version.as_deref(), Some("3.17.2"));
}

#[test]
fn a_server_that_says_no() {
    let denied = |request: &Request<Bytes>, _| match request.uri().path() {
        "/api/2.0/mlflow/experiments/search" => answer(403, HTML, "Permission denied"),
        path => open(path),
    };
    let probe = now(Script::new(denied).client().probe()).unwrap();
    assert!(matches!(probe.access, Access::Denied(_)));
}

#[test]
fn something_else() {
    let page = |_: &Request<Bytes>, _| answer(200, HTML, include_str!("data/index.html"));
    let error = now(Script::new(page).client().probe()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotMlflow { .. }));
    let blocked = |request: &Request<Bytes>, _| match request.uri().path() {
        "/api/2.0/mlflow/experiments/search" => {
            answer(403, "text/plain", include_str!("data/cross-origin.txt"))
        }
        path => open(path),
    };
    let error = now(Script::new(blocked).client().probe()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::CrossOrigin);
}
