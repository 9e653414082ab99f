//! What a request is for.

use crate::config::{Config, ModelSource};

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// To a model, at the path that the scoring protocol knows.
    Model { model: &'a ModelSource, path: &'a str },
    /// To a model that isn't here.
    NoSuchModel { name: &'a str },
    /// To the default model of a deployment without any.
    NoModels,
    /// To the MLflow server behind the proxy, at `base`.
    Tracking { base: &'a str },
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
            None => Route::Workspace,
        };
    }
    if SCORING.contains(&path) {
        return match config.models.first() {
            Some(model) => Route::Model { model, path },
            None => Route::NoModels,
        };
    }
    if let Some((name, rest)) = path.strip_prefix("/models/").and_then(|p| p.split_once('/')) {
        let rest = path.get(path.len() - rest.len() - 1..).unwrap_or_default();
        if SCORING.contains(&rest) {
            return match config.models.iter().find(|model| model.name == name) {
                Some(model) => Route::Model { model, path: rest },
                None => Route::NoSuchModel { name },
            };
        }
    }
    if path == "/millrace.json" { Route::Settings } else { Route::Asset }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(tracking: Option<&str>) -> Config {
        let models = r#"[{"name":"demo","binding":"A"},{"name":"b","binding":"B"}]"#;
        Config::parse(Some(models), tracking, None, None).unwrap()
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
        assert_eq!(route("/models/c/ping", &config), Route::NoSuchModel { name: "c" });
        assert_eq!(route("/models/b/model.onnx", &config), Route::Asset);
    }

    #[test]
    fn the_tracking_api_is_proxied_where_a_server_is_configured_and_else_our_own() {
        let with = config(Some("http://127.0.0.1:5000"));
        let without = config(None);
        for path in ["/api/2.0/mlflow/runs/search", "/ajax-api/2.0/mlflow/x", "/get-artifact"] {
            assert_eq!(route(path, &with), Route::Tracking { base: "http://127.0.0.1:5000" });
            assert_eq!(route(path, &without), Route::Workspace);
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
        assert_eq!(
            route("/ping", &Config::parse(None, None, None, None).unwrap()),
            Route::NoModels
        );
    }
}
