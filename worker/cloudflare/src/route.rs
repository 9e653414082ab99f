//! What a request is for.

use std::borrow::Cow;

use model_source::{Pick, Source};
use percent_encoding::percent_decode_str;

use crate::config::{Config, ConfiguredModel};

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// To a model, at the path that the scoring protocol knows.
    Model { model: &'a ConfiguredModel, path: &'a str },
    /// To a version of a registered model: of the MLflow server's, or of the
    /// workspace's.
    Registered { name: String, source: Source, path: &'a str },
    /// To a model that isn't here.
    NoSuchModel { name: Cow<'a, str> },
    /// To the default model of a deployment without any.
    NoModels,
    /// To the MLflow server behind the proxy, at `base`.
    Tracking { base: &'a str },
    /// To the artifacts that are kept here.
    Artifacts,
    /// To the workspace that is kept here.
    Workspace,
    /// `millrace.json`: how the page was deployed.
    Settings,
    /// A static file.
    Asset,
}

/// The paths of the scoring protocol.
const SCORING: [&str; 4] = ["/invocations", "/ping", "/health", "/version"];

/// What an MLflow server answers apart from its pages.
const TRACKING: [&str; 6] =
    ["/api/", "/ajax-api/", "/get-artifact", "/model-versions/get-artifact", "/graphql", "/v1/"];

/// Decides by the path alone.
///
/// `/version` is asked for by MLflow's own client of a tracking server, too:
/// with one configured, that server answers it.
pub(crate) fn route<'a>(path: &'a str, config: &'a Config) -> Route<'a> {
    if TRACKING.iter().any(|prefix| path.starts_with(prefix))
        || (path == "/version" && config.tracking_uri.is_some())
    {
        return match &config.tracking_uri {
            Some(base) => Route::Tracking { base },
            None if artifacts::is_artifact_path(path) => Route::Artifacts,
            None => Route::Workspace,
        };
    }
    if SCORING.contains(&path) {
        return match config.models.first() {
            Some(model) => Route::Model { model, path },
            None => Route::NoModels,
        };
    }
    if let Some((model, at)) = path.strip_prefix("/models/").and_then(|p| p.rsplit_once('/')) {
        let at = path.get(path.len() - at.len() - 1..).unwrap_or_default();
        if SCORING.contains(&at) {
            return match model.split_once('/') {
                None => match config.models.iter().find(|configured| configured.name == model) {
                    Some(model) => Route::Model { model, path: at },
                    None => Route::NoSuchModel { name: model.into() },
                },
                Some((name, version)) => registered(name, version, at, config),
            };
        }
    }
    if path == "/millrace.json" { Route::Settings } else { Route::Asset }
}

/// `/models/<name>/<version>/…` and `/models/<name>/@<alias>/…`.
fn registered<'a>(name: &'a str, version: &'a str, path: &'a str, config: &Config) -> Route<'a> {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    let name = decoded(name);
    // Whether there is one that is not served is nobody's business.
    match Pick::parse(&decoded(version)) {
        Some(pick) if config.serves_registered(&name) => {
            let name = name.into_owned();
            Route::Registered {
                source: Source::Registered { name: name.clone(), pick },
                name,
                path,
            }
        }
        _ => Route::NoSuchModel { name },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(tracking: Option<&str>) -> Config {
        crate::config::tests::config(&[
            ("MILLRACE_MODELS", r#"[{"name":"demo","binding":"A"},{"name":"b","binding":"B"}]"#),
            ("MILLRACE_TRACKING_URI", tracking.unwrap_or_default()),
            ("MILLRACE_SERVE_REGISTERED", "churn,credit risk"),
        ])
        .unwrap()
    }

    #[test]
    fn a_version_or_an_alias_of_a_registered_model_is_served_where_it_is_named() {
        let with = config(Some("http://127.0.0.1:5000"));
        for (path, uri) in [
            ("/models/churn/3/invocations", "models:/churn/3"),
            ("/models/churn/@champion/ping", "models:/churn@champion"),
            ("/models/credit%20risk/%40champion/version", "models:/credit risk@champion"),
        ] {
            let Route::Registered { source, .. } = route(path, &with) else { panic!("{path}") };
            assert_eq!(source.to_string(), uri);
        }
        for path in [
            "/models/other/3/invocations",
            "/models/churn/latest/invocations",
            "/models/churn/0/ping",
            "/models/churn/3/4/ping",
            "/models/demo/1/ping",
            "/models/%2e%2e/1/ping",
        ] {
            assert!(matches!(route(path, &with), Route::NoSuchModel { .. }), "{path}");
        }
        let own = config(None);
        let registered = route("/models/churn/3/invocations", &own);
        assert!(matches!(registered, Route::Registered { .. }), "{registered:?}");
        assert_eq!(route("/models/churn/3/model.onnx", &with), Route::Asset);
    }

    #[test]
    fn the_first_model_answers_at_the_root_and_each_under_its_name() {
        let config = config(None);
        for path in SCORING {
            assert_eq!(route(path, &config), Route::Model { model: &config.models[0], path });
        }
        assert_eq!(
            route("/models/b/invocations", &config),
            Route::Model { model: &config.models[1], path: "/invocations" }
        );
        assert_eq!(route("/models/c/ping", &config), Route::NoSuchModel { name: "c".into() });
        assert_eq!(route("/models/b/model.onnx", &config), Route::Asset);
    }

    #[test]
    fn the_tracking_api_is_proxied_where_a_server_is_configured_and_else_our_own() {
        let with = config(Some("http://127.0.0.1:5000"));
        let without = config(None);
        for (path, own) in [
            ("/api/2.0/mlflow/runs/search", Route::Workspace),
            ("/ajax-api/2.0/mlflow/x", Route::Workspace),
            ("/get-artifact", Route::Artifacts),
            ("/api/2.0/mlflow-artifacts/artifacts/1/a", Route::Artifacts),
        ] {
            assert_eq!(route(path, &with), Route::Tracking { base: "http://127.0.0.1:5000" });
            assert_eq!(route(path, &without), own);
        }
        assert_eq!(route("/version", &with), Route::Tracking { base: "http://127.0.0.1:5000" });
        assert!(matches!(route("/health", &with), Route::Model { .. }));
    }

    #[test]
    fn everything_else_is_a_file() {
        let config = config(None);
        for path in ["/", "/index.html", "/web_bg.wasm", "/apiary", "/models"] {
            assert_eq!(route(path, &config), Route::Asset);
        }
        assert_eq!(route("/millrace.json", &config), Route::Settings);
        assert_eq!(route("/ping", &crate::config::tests::config(&[]).unwrap()), Route::NoModels);
    }
}
