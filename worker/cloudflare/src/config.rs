//! What this deployment serves, from the Worker's variables.

use serde::{Deserialize, Serialize};
use worker::Env;

/// The largest body that `/invocations` reads unless a variable says
/// otherwise: 10 MB.
const DEFAULT_MAX_BODY: usize = 10 * 1024 * 1024;

/// What the deployment serves.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The models; the first answers at `/invocations`.
    pub(crate) models: Vec<ModelSource>,
    /// `MILLRACE_TRACKING_URI`: the one server that the proxy forwards to.
    pub(crate) tracking_uri: Option<String>,
    /// `MILLRACE_MAX_BODY_BYTES`.
    pub(crate) max_body: usize,
    /// `MILLRACE_SCORING`: whether predictions are strict JSON, one record a
    /// row, rather than what MLflow writes.
    pub(crate) strict: bool,
    /// `MILLRACE_ALLOWED_HOSTS`, separated by commas: the names that this
    /// deployment answers to; empty for any, where the platform routes by name.
    allowed_hosts: Vec<String>,
}

/// Where a model's files are: an entry of `MILLRACE_MODELS`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ModelSource {
    /// The name in `/models/<name>/invocations`.
    pub(crate) name: String,
    /// The binding to fetch from: a folder service, or the static assets.
    pub(crate) binding: String,
    /// The folder's path in that binding, `/` at its end.
    #[serde(default = "root")]
    pub(crate) prefix: String,
}

fn root() -> String {
    "/".to_owned()
}

impl Config {
    /// Reads the Worker's variables.
    pub(crate) fn from_env(env: &Env) -> Result<Self, String> {
        let var = |name: &str| env.var(name).ok().map(|value| value.to_string());
        Self::parse(
            var("MILLRACE_MODELS").as_deref(),
            var("MILLRACE_TRACKING_URI").as_deref(),
            var("MILLRACE_MAX_BODY_BYTES").as_deref(),
            var("MILLRACE_SCORING").as_deref(),
            var("MILLRACE_ALLOWED_HOSTS").as_deref(),
        )
    }

    pub(crate) fn parse(
        models: Option<&str>,
        tracking_uri: Option<&str>,
        max_body: Option<&str>,
        scoring: Option<&str>,
        allowed_hosts: Option<&str>,
    ) -> Result<Self, String> {
        let models = match models.filter(|text| !text.is_empty()) {
            None => Vec::new(),
            Some(text) => serde_json::from_str(text).map_err(|e| {
                format!(
                    "the variable MILLRACE_MODELS is not a list of {{\"name\", \"binding\", \"prefix\"}}: {e}"
                )
            })?,
        };
        let max_body = match max_body.filter(|text| !text.is_empty()) {
            None => DEFAULT_MAX_BODY,
            Some(text) => text.parse().map_err(|_| {
                format!("the variable MILLRACE_MAX_BODY_BYTES is '{text}', which is no number")
            })?,
        };
        let strict = match scoring.unwrap_or_default() {
            "" | "mlflow" => false,
            "strict" => true,
            other => {
                return Err(format!(
                    "the variable MILLRACE_SCORING is '{other}', which is neither 'mlflow' nor 'strict'"
                ));
            }
        };
        let tracking_uri = tracking_uri
            .map(|uri| uri.trim_end_matches('/').to_owned())
            .filter(|uri| !uri.is_empty());
        let allowed_hosts = allowed_hosts
            .unwrap_or_default()
            .split(',')
            .map(|host| host.trim().to_owned())
            .filter(|host| !host.is_empty())
            .collect();
        Ok(Self { models, tracking_uri, max_body, strict, allowed_hosts })
    }

    /// Whether requests for `host` (without port) are answered. A name that
    /// somebody else pointed at a laptop must not pass for the laptop's own:
    /// its pages would be same-origin with the proxy.
    pub(crate) fn allows_host(&self, host: &str) -> bool {
        self.allowed_hosts.is_empty() || self.allowed_hosts.iter().any(|allowed| allowed == host)
    }

    /// The models in words, for an answer to a wrong name.
    pub(crate) fn served(&self) -> String {
        let names: Vec<&str> = self.models.iter().map(|m| m.name.as_str()).collect();
        if names.is_empty() {
            "no models are configured".to_owned()
        } else {
            format!("the models here are {}", names.join(", "))
        }
    }

    /// The MLflow server's address, without any credentials in it.
    pub(crate) fn tracking_label(&self) -> Option<String> {
        self.tracking_uri.as_deref().map(without_credentials)
    }

    /// What the page asks for at `millrace.json`.
    pub(crate) fn settings(&self) -> Settings<'_> {
        Settings {
            tracking: self.tracking_label().map(|label| Tracking { url: "", label }),
            models: self
                .models
                .iter()
                .map(|model| ServedModel {
                    name: &model.name,
                    url: format!("./models/{}/invocations", model.name),
                })
                .collect(),
        }
    }
}

/// The server's address as the page shows it.
fn without_credentials(uri: &str) -> String {
    match uri.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            format!("{scheme}://{host}")
        }
        None => uri.to_owned(),
    }
}

/// `millrace.json`: how the page was deployed.
#[derive(Debug, Serialize)]
pub(crate) struct Settings<'a> {
    tracking: Option<Tracking>,
    models: Vec<ServedModel<'a>>,
}

#[derive(Debug, Serialize)]
struct Tracking {
    /// The base of the server's API; empty for this origin, that is, the proxy.
    url: &'static str,
    /// What the page calls the server.
    label: String,
}

#[derive(Debug, Serialize)]
struct ServedModel<'a> {
    name: &'a str,
    url: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_variables_nothing_is_served_and_the_body_limit_is_ten_megabytes() {
        let config = Config::parse(None, None, None, None, None).unwrap();
        assert!(config.models.is_empty());
        assert_eq!(config.tracking_uri, None);
        assert_eq!(config.max_body, 10_485_760);
        assert!(!config.strict);
        assert_eq!(
            serde_json::to_string(&config.settings()).unwrap(),
            r#"{"tracking":null,"models":[]}"#
        );
    }

    #[test]
    fn the_page_is_told_of_models_and_the_server_but_no_password() {
        let config = Config::parse(
            Some(r#"[{"name":"demo","binding":"MODEL_0"}]"#),
            Some("https://user:secret@mlflow.example/x/"),
            Some("5"),
            Some("strict"),
            None,
        )
        .unwrap();
        assert_eq!(config.max_body, 5);
        assert!(config.strict);
        let json = serde_json::to_string(&config.settings()).unwrap();
        assert_eq!(
            json,
            r#"{"tracking":{"url":"","label":"https://mlflow.example/x"},"models":[{"name":"demo","url":"./models/demo/invocations"}]}"#
        );
    }

    #[test]
    fn only_allowed_hosts_are_answered_where_some_are_named() {
        let any = Config::parse(None, None, None, None, Some("")).unwrap();
        assert!(any.allows_host("evil.example"));
        let some =
            Config::parse(None, None, None, None, Some("127.0.0.1, localhost,[::1]")).unwrap();
        assert!(some.allows_host("localhost") && some.allows_host("[::1]"));
        assert!(!some.allows_host("evil.example") && !some.allows_host(""));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let error = Config::parse(Some("demo"), None, None, None, None).unwrap_err();
        assert!(error.contains("MILLRACE_MODELS"), "{error}");
        let error = Config::parse(None, None, Some("10 MB"), None, None).unwrap_err();
        assert!(error.contains("MILLRACE_MAX_BODY_BYTES"), "{error}");
        let error = Config::parse(None, None, None, Some("loose"), None).unwrap_err();
        assert!(error.contains("MILLRACE_SCORING"), "{error}");
    }
}
