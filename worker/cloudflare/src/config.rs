//! What this deployment serves, from the Worker's variables.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use model_source::{Folder, Source, Stores, is_model_name};
use serde::{Deserialize, Serialize};
use tracking::auth::{self, Admin, Permission};
use tracking::{ArtifactServing, Deployment, webhooks};
use worker::Env;

use crate::cors::Cors;
use crate::workspace;

/// The largest body that `/invocations` reads unless a variable says
/// otherwise: 10 MB.
const DEFAULT_MAX_BODY: usize = 10 * 1024 * 1024;

/// How much memory the scoring modules take together unless a variable says
/// otherwise: 96 MiB of an isolate's 128 MB.
const DEFAULT_MAX_MEMORY: u32 = 96 * 1024 * 1024;

/// How often an alias is looked up unless a variable says otherwise: after 30
/// seconds.
const DEFAULT_REFRESH: u32 = 30;

/// How long a webhook may take unless a variable says otherwise: 30 seconds.
const DEFAULT_WEBHOOK_TIMEOUT: u32 = 30;

/// What the deployment serves.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// The models; the first answers at `/invocations`.
    pub(crate) models: Vec<ConfiguredModel>,
    /// `MILLRACE_TRACKING_URI`: the one server that the proxy forwards to.
    pub(crate) tracking_uri: Option<String>,
    /// Whether a workspace is bound: this deployment is a server itself.
    pub(crate) is_server: bool,
    /// `MILLRACE_MAX_BODY_BYTES`.
    pub(crate) max_body: usize,
    /// `MILLRACE_SCORING`: whether predictions are strict JSON, one record a
    /// row, rather than what MLflow writes.
    pub(crate) strict: bool,
    /// `MILLRACE_ALLOWED_HOSTS`, or MLflow's `MLFLOW_SERVER_ALLOWED_HOSTS`,
    /// separated by commas: the names that this deployment answers to; empty for
    /// any, where the platform routes by name.
    allowed_hosts: Vec<String>,
    /// `MILLRACE_CORS_ORIGINS`: the pages that may read predictions.
    pub(crate) cors: Cors,
    /// MLflow's `MLFLOW_SERVER_CORS_ALLOWED_ORIGINS`: the pages that may use the
    /// tracking API.
    pub(crate) tracking_cors: Cors,
    /// `MILLRACE_AUTH`: who may do what; `None` where everybody may everything,
    /// which has to be said: without the variable, who is not signed in only reads.
    pub(crate) auth: Option<auth::Settings>,
    /// MLflow's `MLFLOW_WEBHOOK_…`: how webhooks may be.
    pub(crate) webhooks: Arc<webhooks::Settings>,
    /// `MLFLOW_WEBHOOK_REQUEST_TIMEOUT`, in milliseconds: how long one may take.
    pub(crate) webhook_timeout: u32,
    /// `MILLRACE_WORKSPACES`, or MLflow's `MLFLOW_ENABLE_WORKSPACES`: whether
    /// requests may name a workspace.
    pub(crate) has_workspaces: bool,
    /// `MILLRACE_SERVE_REGISTERED`: the MLflow server's models that are served.
    registered: Registered,
    /// `MILLRACE_REFRESH_SECONDS`, in milliseconds: how long what an alias
    /// points at is taken as known.
    pub(crate) refresh: u64,
    /// `MILLRACE_MAX_MEMORY_BYTES`: for the scoring modules together.
    pub(crate) memory: f64,
    /// `MILLRACE_ARTIFACTS`: where artifacts are kept.
    pub(crate) artifacts: Option<Folder>,
    /// `MILLRACE_ARTIFACT_ROOTS`: the places of stores that runs and models may
    /// name, to be read and written with this deployment's credentials.
    artifact_roots: Vec<Folder>,
    /// Addresses and credentials to read models with.
    pub(crate) stores: Stores,
    /// `MILLRACE_OUTBOUND`: the services that lead out, by origin, where
    /// nothing else does.
    pub(crate) outbound: Option<HashMap<String, String>>,
}

/// A model of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfiguredModel {
    /// The name in `/models/<name>/invocations`.
    pub(crate) name: String,
    /// Where its files are.
    pub(crate) source: Source,
}

/// An entry of `MILLRACE_MODELS`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    uri: Option<String>,
    /// The binding to fetch from: a folder service, or the static assets.
    binding: Option<String>,
    /// The folder's path in that binding, `/` at its end.
    #[serde(default = "root")]
    prefix: String,
}

/// Which registered models are served beside the configured ones.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Registered {
    /// Any.
    Any,
    /// Those of these names; none by default.
    Names(Vec<String>),
}

fn root() -> String {
    "/".to_owned()
}

impl Config {
    /// Reads the Worker's variables and secrets.
    pub(crate) fn from_env(env: &Env) -> Result<Self, String> {
        let config = Self::parse(|name| env.var(name).ok().map(|value| value.to_string()))?;
        Ok(Self { is_server: workspace::is_bound(env), ..config })
    }

    /// Reads the variables that `variable` knows; an empty one is none.
    pub(crate) fn parse(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let variable = |name: &str| variable(name).filter(|text| !text.is_empty());
        let list = |name: &str| -> Vec<String> {
            let text = variable(name).unwrap_or_default();
            text.split(',').map(|item| item.trim().to_owned()).filter(|i| !i.is_empty()).collect()
        };
        let models = match variable("MILLRACE_MODELS") {
            None => Vec::new(),
            Some(text) => configured(&text).map_err(|e| {
                format!(
                    "the variable MILLRACE_MODELS is not a list of {{\"name\", \"uri\"}} or \
                     {{\"name\", \"binding\", \"prefix\"}}: {e}"
                )
            })?,
        };
        let tracking_uri = variable("MILLRACE_TRACKING_URI")
            .map(|uri| uri.trim_end_matches('/').to_owned())
            .filter(|uri| !uri.is_empty());
        let registered = list("MILLRACE_SERVE_REGISTERED");
        let registered = match registered.iter().any(|name| name == "*") {
            true => Registered::Any,
            false => Registered::Names(registered),
        };
        let strict = match variable("MILLRACE_SCORING").as_deref() {
            None | Some("mlflow") => false,
            Some("strict") => true,
            Some(other) => {
                return Err(format!(
                    "the variable MILLRACE_SCORING is '{other}', which is neither 'mlflow' nor 'strict'"
                ));
            }
        };
        let outbound = match variable("MILLRACE_OUTBOUND") {
            None => None,
            Some(text) => Some(serde_json::from_str(&text).map_err(|e| {
                format!("the variable MILLRACE_OUTBOUND is not bindings by origin: {e}")
            })?),
        };
        let artifacts = match variable("MILLRACE_ARTIFACTS") {
            None => None,
            Some(uri) => {
                Some(kept_at(&uri).map_err(|e| format!("the variable MILLRACE_ARTIFACTS: {e}"))?)
            }
        };
        let roots = variable("MILLRACE_ARTIFACT_ROOTS").unwrap_or_default();
        let mut artifact_roots = Folder::parse_roots(&roots)
            .map_err(|e| format!("the variable MILLRACE_ARTIFACT_ROOTS: {e}"))?;
        artifact_roots.extend(
            artifacts
                .iter()
                .filter(|kept| matches!(kept, Folder::S3 { .. } | Folder::Azure { .. }))
                .cloned(),
        );
        let auth = match (&tracking_uri, variable("MILLRACE_AUTH")) {
            (Some(_), None) => None,
            (_, mode) => auth(mode.as_deref().unwrap_or("read-only"), variable)?,
        };
        if auth.is_some() && tracking_uri.is_some() {
            return Err("the variable MILLRACE_AUTH is for the workspace that is kept here; \
                        with MILLRACE_TRACKING_URI, that server decides who may do what"
                .to_owned());
        }
        let has_workspaces =
            flag(variable, "MILLRACE_WORKSPACES")? || flag(variable, "MLFLOW_ENABLE_WORKSPACES")?;
        let mut allowed_hosts = list("MILLRACE_ALLOWED_HOSTS");
        if allowed_hosts.is_empty() {
            allowed_hosts = list("MLFLOW_SERVER_ALLOWED_HOSTS");
        }
        let webhook_timeout: u32 =
            number(variable, "MLFLOW_WEBHOOK_REQUEST_TIMEOUT", DEFAULT_WEBHOOK_TIMEOUT)?;
        let cors = |name| Cors::parse(name, &variable(name).unwrap_or_default());
        let refresh = number(variable, "MILLRACE_REFRESH_SECONDS", DEFAULT_REFRESH)?;
        let memory = number(variable, "MILLRACE_MAX_MEMORY_BYTES", DEFAULT_MAX_MEMORY)?;
        Ok(Self {
            models,
            tracking_uri,
            is_server: false,
            max_body: number(variable, "MILLRACE_MAX_BODY_BYTES", DEFAULT_MAX_BODY)?,
            strict,
            allowed_hosts,
            cors: cors("MILLRACE_CORS_ORIGINS")?,
            tracking_cors: cors("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS")?,
            auth,
            webhooks: Arc::new(webhooks::Settings {
                has_workspaces,
                ..webhook_settings(variable, list("MLFLOW_WEBHOOK_ALLOWED_SCHEMES"))?
            }),
            webhook_timeout: webhook_timeout.saturating_mul(1000),
            has_workspaces,
            registered,
            refresh: u64::from(refresh) * 1000,
            memory: f64::from(memory),
            artifacts,
            artifact_roots,
            stores: Stores::from_variables(variable)
                .map_err(|e| e.to_string())?
                .or_tracking(workspace::base()),
            outbound,
        })
    }

    /// Whether the registered model of that name is served.
    pub(crate) fn serves_registered(&self, name: &str) -> bool {
        is_model_name(name)
            && match &self.registered {
                Registered::Any => true,
                Registered::Names(names) => names.iter().any(|served| served == name),
            }
    }

    /// The root that a URI of an object store is below, and the path there.
    pub(crate) fn artifact_root(&self, uri: &str) -> Option<(&Folder, String)> {
        // What a query or a fragment would mean there, stores don't agree on.
        if uri.contains(['?', '#']) {
            return None;
        }
        let Ok(Source::Folder(folder)) = Source::parse(uri) else { return None };
        self.artifact_roots.iter().find_map(|root| Some((root, folder.below(root)?.to_owned())))
    }

    /// How this deployment was set up, as far as its workspaces go by it.
    pub(crate) fn deployment(&self) -> Deployment {
        Deployment {
            has_workspaces: self.has_workspaces,
            serves_named_places: !self.artifact_roots.is_empty(),
        }
    }

    /// How artifacts are served, if they are.
    pub(crate) fn artifact_serving(&self) -> Option<ArtifactServing> {
        let folder = self.artifacts.as_ref()?;
        let has_addresses = match folder {
            Folder::S3 { .. } => true,
            Folder::Azure { .. } => self.stores.azure().can_presign(),
            _ => false,
        };
        Some(ArtifactServing {
            uploads_in_parts: has_addresses || matches!(folder, Folder::R2 { .. }),
            presigned_reads: has_addresses,
        })
    }

    /// Whether requests for `host` are answered. A name that somebody else
    /// pointed at a laptop must not pass for the laptop's own: its pages would be
    /// same-origin with the server. An address is nobody else's.
    pub(crate) fn allows_host(&self, host: &str, port: Option<u16>) -> bool {
        let is_address = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
        let with_port = port.map(|port| format!("{host}:{port}"));
        is_address
            || self.allowed_hosts.is_empty()
            || self.allowed_hosts.iter().any(|allowed| {
                matches_pattern(allowed, host)
                    || with_port.as_deref().is_some_and(|host| matches_pattern(allowed, host))
            })
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
            tracking: self
                .tracking_label()
                .or_else(|| self.is_server.then(String::new))
                .map(|label| Tracking { url: "", label }),
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

/// The entries of `MILLRACE_MODELS`.
fn configured(text: &str) -> Result<Vec<ConfiguredModel>, String> {
    let entries: Vec<Entry> = serde_json::from_str(text).map_err(|e| e.to_string())?;
    entries
        .into_iter()
        .map(|Entry { name, uri, binding, prefix }| {
            let source = match (uri, binding) {
                (Some(uri), None) => Source::parse(&uri).map_err(|e| e.to_string())?,
                (None, Some(binding)) => Folder::Binding { binding, prefix }.into(),
                _ => return Err(format!("'{name}' needs either a uri or a binding")),
            };
            Ok(ConfiguredModel { name, source })
        })
        .collect()
}

/// Where artifacts are kept: what a URI names, or a folder service.
fn kept_at(uri: &str) -> Result<Folder, String> {
    if let Some(binding) = uri.strip_prefix("binding:") {
        return Ok(Folder::Binding { binding: binding.to_owned(), prefix: root() });
    }
    match Source::parse(uri).map_err(|e| e.to_string())? {
        Source::Folder(folder @ (Folder::R2 { .. } | Folder::S3 { .. } | Folder::Azure { .. })) => {
            Ok(folder)
        }
        other => Err(format!(
            "nothing can be written to {other}; r2://BINDING/prefix, s3://bucket/prefix and \
             wasbs://container@account.blob.core.windows.net/prefix are places for artifacts"
        )),
    }
}

/// Whether a name is the one of a pattern, in which `*` is any text.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((begin, rest)) => name.strip_prefix(begin).is_some_and(|tail| {
            tail.char_indices()
                .map(|(at, _)| at)
                .chain([tail.len()])
                .any(|at| tail.get(at..).is_some_and(|tail| matches_pattern(rest, tail)))
        }),
    }
}

/// Who may do what, by the value of `MILLRACE_AUTH`.
fn auth(
    mode: &str,
    variable: impl Fn(&str) -> Option<String> + Copy,
) -> Result<Option<auth::Settings>, String> {
    let is_open_to_read = match mode {
        "none" => return Ok(None),
        "basic" => false,
        "read-only" => true,
        other => {
            return Err(format!(
                "the variable MILLRACE_AUTH is '{other}', which is neither 'none' nor 'basic' nor 'read-only'"
            ));
        }
    };
    let either = |ours: &str, theirs: &str| variable(ours).or_else(|| variable(theirs));
    let username = either("MILLRACE_ADMIN_USERNAME", "MLFLOW_AUTH_ADMIN_USERNAME")
        .unwrap_or_else(|| "admin".to_owned());
    let admin = either("MILLRACE_ADMIN_PASSWORD", "MLFLOW_AUTH_ADMIN_PASSWORD")
        .map(|password| Admin { username, password });
    let default = variable("MILLRACE_DEFAULT_PERMISSION").unwrap_or_else(|| "READ".to_owned());
    let default = Permission::parse(&default)
        .map_err(|e| format!("the variable MILLRACE_DEFAULT_PERMISSION: {}", e.message()))?;
    auth::Settings::new(admin, variable("MILLRACE_ADMIN_TOKEN"), default, is_open_to_read)
        .map(Some)
        .map_err(|e| {
            format!(
                "MILLRACE_AUTH needs MILLRACE_ADMIN_PASSWORD, MILLRACE_ADMIN_TOKEN, or both: {}",
                e.message()
            )
        })
}

/// How webhooks may be, by MLflow's variables.
fn webhook_settings(
    variable: impl Fn(&str) -> Option<String> + Copy,
    schemes: Vec<String>,
) -> Result<webhooks::Settings, String> {
    const KEY: &str = "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY";
    let mut settings = webhooks::Settings {
        allows_private: flag(variable, "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS")?,
        ..webhooks::Settings::default()
    };
    let retries = "MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES";
    settings.max_retries = number(variable, retries, settings.max_retries)?;
    if !schemes.is_empty() {
        settings.schemes = schemes.iter().map(|scheme| scheme.to_ascii_lowercase()).collect();
    }
    if let Some(key) = variable(KEY) {
        let key = webhooks::Key::parse(&key);
        settings.key = Some(
            key.ok_or_else(|| format!("the variable {KEY} is not 32 bytes in URL-safe base64"))?,
        );
    }
    Ok(settings)
}

fn flag(variable: impl Fn(&str) -> Option<String>, name: &str) -> Result<bool, String> {
    match variable(name).map(|text| text.to_ascii_lowercase()).as_deref() {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(format!("the variable {name} is neither 'true' nor 'false'")),
    }
}

fn number<T: std::str::FromStr>(
    variable: impl Fn(&str) -> Option<String>,
    name: &str,
    default: T,
) -> Result<T, String> {
    variable(name).map_or(Ok(default), |text| {
        text.parse().map_err(|_| format!("the variable {name} is '{text}', which is no number"))
    })
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
    /// The base of the server's API; empty for this origin: the proxy, or the
    /// workspace.
    url: &'static str,
    /// What the page calls the server; empty for the workspace.
    label: String,
}

#[derive(Debug, Serialize)]
struct ServedModel<'a> {
    name: &'a str,
    url: String,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The configuration of these variables.
    pub(crate) fn config(variables: &[(&str, &str)]) -> Result<Config, String> {
        Config::parse(|name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_variables_nothing_is_served_and_the_limits_are_the_defaults() {
        let config = config(&[]).unwrap();
        assert!(config.models.is_empty());
        assert_eq!(config.tracking_uri, None);
        assert_eq!(config.max_body, 10_485_760);
        assert_eq!(config.memory, 100_663_296.0);
        assert_eq!(config.refresh, 30_000);
        assert_eq!(config.cors, Cors::None);
        assert!(!config.strict);
        assert!(!config.serves_registered("demo"));
        assert_eq!(
            serde_json::to_string(&config.settings()).unwrap(),
            r#"{"tracking":null,"models":[]}"#
        );
        let own = Config { is_server: true, ..config };
        assert_eq!(
            serde_json::to_string(&own.settings()).unwrap(),
            r#"{"tracking":{"url":"","label":""},"models":[]}"#
        );
    }

    #[test]
    fn the_page_is_told_of_models_and_the_server_but_no_password() {
        let config = config(&[
            ("MILLRACE_MODELS", r#"[{"name":"demo","binding":"MODEL_0"}]"#),
            ("MILLRACE_TRACKING_URI", "https://user:secret@mlflow.example/x/"),
            ("MILLRACE_MAX_BODY_BYTES", "5"),
            ("MILLRACE_SCORING", "strict"),
        ])
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
    fn a_model_is_in_a_binding_or_at_a_uri() {
        let models = r#"[{"name":"a","binding":"ASSETS","prefix":"/models/a/"},
            {"name":"b","uri":"models:/churn@champion"}]"#;
        let models = config(&[("MILLRACE_MODELS", models)]).unwrap().models;
        let places: Vec<String> = models.iter().map(|model| model.source.to_string()).collect();
        assert_eq!(places, ["binding:ASSETS/models/a/", "models:/churn@champion"]);
        for wrong in [
            r#"[{"name":"a"}]"#,
            r#"[{"name":"a","binding":"A","uri":"s3://b/a"}]"#,
            r#"[{"name":"a","uri":"ftp://h/a"}]"#,
            r#"[{"name":"a","url":"s3://b/a"}]"#,
        ] {
            let error = config(&[("MILLRACE_MODELS", wrong)]).unwrap_err();
            assert!(error.contains("MILLRACE_MODELS"), "{error}");
        }
    }

    #[test]
    fn artifacts_are_kept_where_it_says_and_else_nowhere() {
        let at = |uri| config(&[("MILLRACE_ARTIFACTS", uri)]).map(|config| config.artifacts);
        assert_eq!(at(""), Ok(None));
        for (uri, shown) in [
            ("binding:ARTIFACTS", "binding:ARTIFACTS/"),
            ("r2://ARTIFACTS", "r2://ARTIFACTS/"),
            ("s3://bucket/a/b", "s3://bucket/a/b/"),
            ("wasbs://c@a.blob.core.windows.net/p", "wasbs://c@a.blob.core.windows.net/p/"),
        ] {
            assert_eq!(at(uri).unwrap().unwrap().to_string(), shown);
        }
        for uri in ["https://h/a", "models:/a/1", "mlflow-artifacts:/a", "/a", "s3://b/../a"] {
            assert!(at(uri).unwrap_err().contains("MILLRACE_ARTIFACTS"), "{uri}");
        }
    }

    #[test]
    fn places_of_stores_are_served_where_they_are_named() {
        let kept = ("MILLRACE_ARTIFACTS", "s3://kept/p");
        let roots = "s3://bucket/a, wasbs://c@h.blob.core.windows.net";
        let config = config(&[kept, ("MILLRACE_ARTIFACT_ROOTS", roots)]).unwrap();
        let at = |uri: &str| config.artifact_root(uri).map(|(root, path)| format!("{root} {path}"));
        for (uri, found) in [
            ("s3://bucket/a/1/r/artifacts", "s3://bucket/a/ 1/r/artifacts"),
            ("s3://bucket/a/", "s3://bucket/a/ "),
            ("s3://kept/p/x%2f", "s3://kept/p/ x%2f"),
            ("wasbs://c@h.blob.core.windows.net/x", "wasbs://c@h.blob.core.windows.net/ x"),
            ("abfss://c@h.dfs.core.windows.net/x", "wasbs://c@h.blob.core.windows.net/ x"),
        ] {
            assert_eq!(at(uri).as_deref(), Some(found), "{uri}");
        }
        for uri in [
            "s3://other/a/1",
            "s3://bucket/b/1",
            "s3://bucket/ab",
            "s3://bucket",
            "s3://bucket/a/../b",
            "s3://bucket/a/1?x",
            "s3://bucket/a/1#x",
            "s3://kept",
            "wasbs://d@h.blob.core.windows.net/x",
            "r2://bucket/a",
            "/a",
        ] {
            assert_eq!(at(uri), None, "{uri}");
        }
        assert!(config.deployment().serves_named_places);
    }

    #[test]
    fn registered_models_are_served_where_they_are_named() {
        let some = config(&[("MILLRACE_SERVE_REGISTERED", "churn, credit risk")]).unwrap();
        assert!(some.serves_registered("churn") && some.serves_registered("credit risk"));
        assert!(!some.serves_registered("demo") && !some.serves_registered(""));
        let any = config(&[("MILLRACE_SERVE_REGISTERED", "*")]).unwrap();
        assert!(any.serves_registered("demo") && !any.serves_registered("a/b"));
    }

    #[test]
    fn only_allowed_hosts_are_answered_where_some_are_named() {
        let any = config(&[]).unwrap();
        assert!(any.allows_host("evil.example", None));
        for name in ["MILLRACE_ALLOWED_HOSTS", "MLFLOW_SERVER_ALLOWED_HOSTS"] {
            let some = config(&[(name, "localhost, *.lab.example:5000,a.example:80")]).unwrap();
            assert!(some.allows_host("localhost", Some(8787)) && some.allows_host("[::1]", None));
            assert!(some.allows_host("10.0.0.7", None), "an address is no name");
            assert!(some.allows_host("x.lab.example", Some(5000)));
            for (host, port) in [
                ("evil.example", None),
                ("", None),
                ("x.lab.example", Some(80)),
                ("x.lab.example", None),
                ("a.example", None),
                ("localhost.evil.example", None),
                ("10.0.0.7.evil.example", None),
            ] {
                assert!(!some.allows_host(host, port), "{host}");
            }
        }
    }

    #[test]
    fn who_may_do_what_takes_a_secret() {
        let auth = |variables: &[(&str, &str)]| config(variables).map(|config| config.auth);
        assert!(auth(&[("MILLRACE_AUTH", "none")]).unwrap().is_none());
        assert!(auth(&[]).unwrap().is_some(), "nobody writes unless it is said who may");
        assert!(auth(&[("MILLRACE_TRACKING_URI", "http://h")]).unwrap().is_none());
        for (name, value) in [
            ("MILLRACE_ADMIN_PASSWORD", "a-long-password"),
            ("MLFLOW_AUTH_ADMIN_PASSWORD", "a-long-password"),
            ("MILLRACE_ADMIN_TOKEN", "a-token-of-the-admin"),
        ] {
            assert!(auth(&[("MILLRACE_AUTH", "basic"), (name, value)]).unwrap().is_some());
        }
        assert!(auth(&[("MILLRACE_AUTH", "read-only")]).unwrap().is_some());
        for wrong in [
            &[("MILLRACE_AUTH", "basic")][..],
            &[("MILLRACE_AUTH", "on")],
            &[("MILLRACE_AUTH", "basic"), ("MILLRACE_ADMIN_PASSWORD", "s3cret")],
            &[("MILLRACE_AUTH", "read-only"), ("MILLRACE_TRACKING_URI", "http://h")],
            &[("MILLRACE_AUTH", "read-only"), ("MILLRACE_DEFAULT_PERMISSION", "ALL")],
        ] {
            let error = auth(wrong).unwrap_err();
            assert!(error.contains("MILLRACE_") && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn workspaces_are_there_where_they_are_wanted() {
        let has = |name, value| config(&[(name, value)]).unwrap().has_workspaces;
        assert!(has("MILLRACE_WORKSPACES", "true") && has("MLFLOW_ENABLE_WORKSPACES", "1"));
        assert!(!has("MILLRACE_WORKSPACES", "") && !has("MILLRACE_WORKSPACES", "false"));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        for (name, value) in [
            ("MILLRACE_MODELS", "demo"),
            ("MILLRACE_MAX_BODY_BYTES", "10 MB"),
            ("MILLRACE_MAX_MEMORY_BYTES", "-1"),
            ("MILLRACE_REFRESH_SECONDS", "soon"),
            ("MILLRACE_CORS_ORIGINS", "example"),
            ("MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", "https://*.example"),
            ("MILLRACE_WORKSPACES", "some"),
            ("MILLRACE_OUTBOUND", "x"),
            ("MILLRACE_ARTIFACT_ROOTS", "https://h/a"),
            ("MILLRACE_SCORING", "loose"),
            ("AZURE_STORAGE_ACCESS_KEY", "?"),
        ] {
            let error = config(&[(name, value)]).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }
}
