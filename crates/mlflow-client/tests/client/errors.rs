//! What went wrong, from what a server really answers, and what to do.
use crate::support::{Answer, Script, answer, json, now};
use mlflow_api::{ErrorCode, SearchRuns};
use mlflow_client::*;

const PAGE: &str = "https://dash.example";
const HTML: &str = "text/html; charset=utf-8";

fn fail(answer: impl Fn() -> Answer) -> Error {
    now(Script::new(move |_, _| answer()).client().search_runs(&SearchRuns::default())).unwrap_err()
}

#[test]
fn cross_origin_post() {
    let error = fail(|| answer(403, "text/plain", include_str!("data/cross-origin.txt")));
    assert_eq!(*error.kind(), ErrorKind::CrossOrigin);
    assert_eq!(
        error.to_string(),
        "POST http://host:5000/api/2.0/mlflow/runs/search: \
         the server does not answer pages of another origin"
    );
    let remedy = error.remedy(PAGE).unwrap();
    assert_eq!(
        remedy.command.as_deref(),
        Some("mlflow server --cors-allowed-origins https://dash.example")
    );
    assert_eq!(
        remedy.environment.as_deref(),
        Some("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS=https://dash.example")
    );
    let error = fail(|| answer(400, "text/plain; charset=utf-8", "Disallowed CORS origin"));
    assert_eq!(*error.kind(), ErrorKind::CrossOrigin);
}

#[test]
fn cross_origin_hidden_by_the_browser() {
    let send = |opaque: Option<bool>| {
        let script = Script::new(|_, _| Err(TransportError::Network("Failed to fetch".into())));
        let script = match opaque {
            Some(opaque) => script.with_opaque(opaque),
            None => script,
        };
        now(script.client().get_run("r")).unwrap_err()
    };
    assert_eq!(*send(Some(true)).kind(), ErrorKind::CrossOrigin);
    let unreachable = ErrorKind::Unreachable { detail: "Failed to fetch".into() };
    assert_eq!(*send(Some(false)).kind(), unreachable);
    assert_eq!(*send(None).kind(), unreachable);
}

#[test]
fn cross_origin_without_a_flag_that_helps() {
    let error = fail(|| answer(403, "text/plain", "Cross-origin request blocked"));
    for page in ["null", "file://", "http://localhost:8080", "http://127.0.0.1", ""] {
        let remedy = error.remedy(page).unwrap();
        assert_eq!((remedy.command, remedy.environment), (None, None), "{page}");
        assert!(!remedy.text.is_empty());
    }
    let remedy = error.remedy("https://x'; rm -rf /").unwrap();
    assert_eq!(
        remedy.command.as_deref(),
        Some(r"mlflow server --cors-allowed-origins 'https://x'\''; rm -rf /'")
    );
}

#[test]
fn invalid_host() {
    let error = fail(|| answer(403, "text/plain", include_str!("data/invalid-host.txt")));
    assert_eq!(*error.kind(), ErrorKind::InvalidHost);
    assert_eq!(error.status(), Some(403));
    let remedy = error.remedy(PAGE).unwrap();
    assert_eq!(
        remedy.command.as_deref(),
        Some("mlflow server --allowed-hosts 'host:5000,localhost:*,127.0.0.1:*'")
    );
    assert_eq!(
        remedy.environment.as_deref(),
        Some("MLFLOW_SERVER_ALLOWED_HOSTS='host:5000,localhost:*,127.0.0.1:*'")
    );
}

#[test]
fn unauthenticated() {
    const BODY: &str = "You are not authenticated. Please see https://www.mlflow.org/docs/latest/\
                        auth/index.html#authenticating-to-mlflow on how to authenticate.";
    let unauthorized = |_: &http::Request<bytes::Bytes>, _| {
        let mut response = answer(401, HTML, BODY)?;
        let challenge = "Basic realm=\"mlflow\"".parse().unwrap();
        response.headers_mut().insert("www-authenticate", challenge);
        Ok(response)
    };
    let challenge = Some("Basic realm=\"mlflow\"".to_owned());
    let error = now(Script::new(unauthorized).client().get_run("r")).unwrap_err();
    assert_eq!(
        *error.kind(),
        ErrorKind::Unauthenticated { challenge: challenge.clone(), credentials_sent: false }
    );
    let client = Client::connect(Script::new(unauthorized), "http://ada:secret@h", Auth::None);
    let error = now(client.unwrap().get_run("r")).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Unauthenticated { challenge, credentials_sent: true });
    assert!(!format!("{error} {error:?}").contains("secret"));
    let json = r#"{"error_code":"UNAUTHENTICATED","message":"no"}"#;
    let error = fail(|| answer(401, "application/json", json));
    assert!(matches!(error.kind(), ErrorKind::Unauthenticated { .. }));
}

#[test]
fn forbidden() {
    let error = fail(|| answer(403, HTML, "Permission denied"));
    assert_eq!(*error.kind(), ErrorKind::Forbidden { message: "Permission denied".into() });
    let json = r#"{"error_code":"PERMISSION_DENIED","message":"not yours"}"#;
    let error = fail(|| answer(403, "application/json", json));
    assert_eq!(*error.kind(), ErrorKind::Forbidden { message: "not yours".into() });
}

#[test]
fn not_mlflow() {
    let cases: [(u16, &str, &str, &str); 5] = [
        (200, HTML, include_str!("data/index.html"), "MLflow"),
        (404, HTML, include_str!("data/unknown-route.html"), "404 Not Found"),
        (404, "application/json", r#"{"detail":"Not Found"}"#, r#"{"detail":"Not Found"}"#),
        (200, "text/plain", "hello\n\n  there", "hello there"),
        (302, HTML, "<HTML><TITLE class=x>Sign\nin </TITLE>", "Sign in"),
    ];
    for (status, content_type, body, excerpt) in cases {
        let error = fail(|| answer(status, content_type, body));
        assert_eq!(
            *error.kind(),
            ErrorKind::NotMlflow {
                status,
                content_type: Some(content_type.into()),
                excerpt: excerpt.into()
            }
        );
        assert_eq!(error.status(), Some(status));
        assert!(error.remedy(PAGE).is_some());
    }
}

#[test]
fn json_cut_short_or_of_another_shape() {
    for body in ["", "{", "[]", "null", r#"{"runs":[1]}"#, "{\"runs\":[{\"info\":"] {
        assert!(matches!(fail(|| json(body)).kind(), ErrorKind::NotMlflow { status: 200, .. }));
    }
}

#[test]
fn bodies_are_cut() {
    let long = "x".repeat(100_000);
    let error = fail(|| answer(200, "text/plain", &long));
    let ErrorKind::NotMlflow { excerpt, .. } = error.kind() else { panic!("{error}") };
    assert_eq!(excerpt.chars().count(), 301);
    let bytes = bytes::Bytes::from_static(&[0xff, 0x00, b'a', b'\n', 0xe2, 0x82]);
    let error = fail(|| Ok(http::Response::new(bytes.clone())));
    assert!(!error.to_string().contains(['\n', '\0']));
}

#[test]
fn errors_of_mlflow() {
    let body = include_str!("data/no-experiment.json");
    let error = fail(|| answer(404, "application/json", body));
    assert_eq!(
        *error.kind(),
        ErrorKind::Api {
            error_code: ErrorCode::ResourceDoesNotExist,
            message: "No Experiment with id=99 exists".into(),
            status: 404
        }
    );
    assert!(error.is_not_found());
    assert_eq!(
        error.to_string(),
        "POST http://host:5000/api/2.0/mlflow/runs/search: \
         RESOURCE_DOES_NOT_EXIST (404): No Experiment with id=99 exists"
    );
    let error = fail(|| answer(500, "application/json", r#"{"error_code":"FEATURE_DISABLED"}"#));
    assert_eq!(error.error_code(), Some(&ErrorCode::Other("FEATURE_DISABLED".into())));
    let error = fail(|| answer(500, "text/plain", "Internal Server Error"));
    assert!(matches!(error.kind(), ErrorKind::Unavailable { status: 500, .. }));
}

#[test]
fn a_gateway_answers_for_a_server_that_does_not() {
    let gone = r#"{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "does not answer"}"#;
    for (status, kind, body, out_of_reach) in [
        (502, "application/json", gone, true),
        (504, "text/html", "<title>504 Gateway Time-out</title>", true),
        (500, "application/json", gone, false),
        (404, "application/json", include_str!("data/no-experiment.json"), false),
        (429, "text/plain", "busy", false),
    ] {
        let error = fail(|| answer(status, kind, body));
        assert_eq!(error.is_out_of_reach(), out_of_reach, "{error}");
    }
    let error = fail(|| Err(TransportError::Timeout));
    assert!(error.is_out_of_reach());
}

#[test]
fn no_answer() {
    for (transport, kind) in [
        (TransportError::Timeout, ErrorKind::Timeout),
        (TransportError::Cancelled, ErrorKind::Cancelled),
        (TransportError::TooLarge { limit: 9 }, ErrorKind::TooLarge { limit: 9 }),
    ] {
        let error = fail(|| Err(transport.clone()));
        assert_eq!(*error.kind(), kind);
        assert_eq!(error.status(), None);
    }
}

#[test]
fn mixed_content() {
    let unreachable = |base: &str| {
        let script = Script::new(|_, _| Err(TransportError::Network("Failed to fetch".into())));
        let client = Client::connect(script, base, Auth::None).unwrap();
        now(client.get_run("r")).unwrap_err()
    };
    let error = unreachable("http://mlflow.example:5000");
    assert!(error.is_mixed_content(PAGE));
    assert!(error.remedy(PAGE).unwrap().text.contains("https"));
    assert!(!error.is_mixed_content("http://dash.example"));
    for base in ["https://mlflow.example", "http://localhost:5000", "http://[::1]:5000", ""] {
        assert!(!unreachable(base).is_mixed_content(PAGE), "{base}");
    }
}

#[test]
fn the_query_is_in_no_message() {
    let client = Script::new(|_, _| answer(404, HTML, "no")).client();
    let error = now(client.get_experiment_by_name("top-secret")).unwrap_err();
    assert_eq!(error.url(), "http://host:5000/api/2.0/mlflow/experiments/get-by-name");
    assert!(!format!("{error} {error:?}").contains("top-secret"));
}
