//! From what a model is called to the folder that has its files.

use mlflow_api::{
    ErrorCode, GetDownloadUri, GetLatestVersions, GetLoggedModel, GetModelVersionByAlias, GetRun,
};
use mlflow_client::{Client, Transport};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::brief::{Brief, Info, OneModel, OneRun, OneVersion, Versions};
use crate::source::prefix;
use crate::{Error, Folder, Pick, ResolveError, Source};

/// How often a place may be said to be another place.
const MAX_HOPS: usize = 4;

/// How many of a run's logged models are looked at.
const MAX_LOGGED: usize = 20;

/// The folder of a model's files. `server` is asked for all but folders.
///
/// # Errors
/// When there is no such model, when the server does not answer, and when the
/// files are where this deployment can't read.
pub async fn resolve<T: Transport>(
    source: &Source,
    server: Option<&Client<T>>,
) -> Result<Folder, ResolveError> {
    let mut source = source.clone();
    for _ in 0..MAX_HOPS {
        if let Source::Folder(folder) = source {
            return Ok(folder);
        }
        let server = server.ok_or_else(|| {
            Error::new("no MLflow server is configured: set MILLRACE_TRACKING_URI")
        })?;
        source = step(&source, server).await?;
    }
    Err(Error::new("the MLflow server sends from one place to the next, and never to files").into())
}

/// One step closer.
async fn step<T: Transport>(source: &Source, server: &Client<T>) -> Result<Source, ResolveError> {
    let missing = |error: mlflow_client::Error| not_found(source, error);
    match source {
        Source::Folder(folder) => Ok(folder.clone().into()),
        Source::Registered { name, pick } => {
            let version = match pick {
                Pick::Version(version) => version.to_string(),
                Pick::Alias(alias) => {
                    let (name, alias) = (name.clone(), alias.clone());
                    let request = GetModelVersionByAlias { name, alias };
                    let answer = server.call(&Brief::<_, OneVersion>::of(request)).await;
                    answer.map_err(missing)?.model_version.version
                }
                Pick::Latest => {
                    let all = GetLatestVersions { name: name.clone(), stages: Vec::new() };
                    let answer = server.call(&Brief::<_, Versions>::of(all)).await;
                    let versions = answer.map_err(missing)?.model_versions;
                    let newest =
                        versions.iter().filter_map(|v| v.version.parse::<u32>().ok()).max();
                    let none =
                        || ResolveError::NotFound(format!("the model '{name}' has no version"));
                    newest.ok_or_else(none)?.to_string()
                }
            };
            let request = GetDownloadUri { name: name.clone(), version: version.clone() };
            let uri = server.call(&request).await.map_err(missing)?.artifact_uri;
            let query = format!("name={}&version={}&path=", encoded(name), encoded(&version));
            place(&uri, "", &format!("/model-versions/get-artifact?{query}"))
        }
        Source::Logged { model_id } => {
            let model = logged(server, model_id).await.map_err(missing)?;
            let files = format!(
                "/ajax-api/2.0/mlflow/logged-models/{}/artifacts/files?artifact_file_path=",
                encoded(model_id)
            );
            place(&model.artifact_uri.unwrap_or_default(), "", &files)
        }
        Source::Run { run_id, path } => {
            let request = GetRun { run_id: run_id.clone() };
            let answer = server.call(&Brief::<_, OneRun>::of(request)).await;
            let run = answer.map_err(missing)?.run;
            // Since 3.x a model is logged beside the run, not among its artifacts.
            for output in run.outputs.model_outputs.iter().rev().take(MAX_LOGGED) {
                let model = logged(server, &output.model_id).await.map_err(missing)?;
                if model.name.as_ref() == Some(path) {
                    return Ok(Source::Logged { model_id: output.model_id.clone() });
                }
            }
            let uri = run.info.artifact_uri.unwrap_or_default();
            place(&uri, path, &format!("/get-artifact?run_id={}&path=", encoded(run_id)))
        }
    }
}

/// What the server says of a logged model.
async fn logged<T: Transport>(
    server: &Client<T>,
    model_id: &str,
) -> Result<Info, mlflow_client::Error> {
    let request = GetLoggedModel { model_id: model_id.to_owned(), allow_deleted: None };
    Ok(server.call(&Brief::<_, OneModel>::of(request)).await?.model.info)
}

/// What the server's `uri` and a path below it mean: a place that this
/// deployment reads itself, or else files that the server hands out at
/// `endpoint`.
fn place(uri: &str, below: &str, endpoint: &str) -> Result<Source, ResolveError> {
    if uri.is_empty() {
        return Err(Error::new("the MLflow server does not say where the files are").into());
    }
    let joined = match below {
        "" => uri.to_owned(),
        below => format!("{}/{below}", uri.trim_end_matches('/')),
    };
    let readable = [
        "mlflow-artifacts:/",
        "s3://",
        "wasbs://",
        "wasb://",
        "abfss://",
        "http://",
        "https://",
        "models:/",
        "runs:/",
    ];
    if readable.iter().any(|scheme| joined.starts_with(scheme)) {
        return Ok(Source::parse(&joined)?);
    }
    // A folder on the server's disk, or a store that is not known here.
    let prefix = prefix(below)?;
    Ok(Folder::ThroughServer { endpoint: endpoint.to_owned(), prefix }.into())
}

fn not_found(source: &Source, error: mlflow_client::Error) -> ResolveError {
    // An alias that does not exist is INVALID_PARAMETER_VALUE to MLflow.
    let asked_by_alias = matches!(source, Source::Registered { pick: Pick::Alias(_), .. });
    let is_invalid = error.error_code() == Some(&ErrorCode::InvalidParameterValue);
    if error.is_not_found() || (asked_by_alias && is_invalid) {
        return ResolveError::NotFound(format!("the MLflow server has no {source}"));
    }
    ResolveError::Server(error)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use bytes::Bytes;
    use futures_util::FutureExt as _;
    use http::{Request, Response};
    use mlflow_client::{Auth, TransportError};

    use super::*;

    /// Answers by path and query, and keeps what it was asked.
    struct Server(Vec<(&'static str, u16, &'static str)>, RefCell<Vec<String>>);

    impl Transport for Server {
        async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
            let asked = request.uri().path_and_query().unwrap().to_string();
            self.1.borrow_mut().push(asked.clone());
            let (_, status, body) = self
                .0
                .iter()
                .find(|(path, ..)| asked.strip_prefix("/api/2.0/mlflow/") == Some(path))
                .unwrap_or_else(|| panic!("nobody expected {asked}"));
            Ok(Response::builder()
                .status(*status)
                .body(Bytes::from_static(body.as_bytes()))
                .unwrap())
        }
        async fn sleep(&self, _: Duration) {}
    }

    fn ask(
        uri: &str,
        answers: &[(&'static str, u16, &'static str)],
    ) -> Result<Folder, ResolveError> {
        let server = Server(answers.to_vec(), RefCell::default());
        let client = Client::connect(server, "http://h:5000", Auth::None).unwrap();
        resolve(&Source::parse(uri).unwrap(), Some(&client)).now_or_never().unwrap()
    }

    const MISSING: &str = r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone"}"#;

    #[test]
    fn an_alias_leads_to_its_version_and_that_to_its_files() {
        let folder = ask(
            "models:/a b@champion",
            &[
                (
                    "registered-models/alias?alias=champion&name=a%20b",
                    200,
                    r#"{"model_version":{"name":"a b","version":"7"}}"#,
                ),
                (
                    "model-versions/get-download-uri?name=a%20b&version=7",
                    200,
                    r#"{"artifact_uri":"mlflow-artifacts:/1/models/m-1/artifacts"}"#,
                ),
            ],
        );
        assert_eq!(folder.unwrap().to_string(), "mlflow-artifacts:/1/models/m-1/artifacts/");
    }

    #[test]
    fn a_version_may_lead_to_a_logged_model_and_latest_is_the_highest() {
        let folder = ask(
            "models:/a/latest",
            &[
                (
                    "registered-models/get-latest-versions?name=a",
                    200,
                    r#"{"model_versions":[{"version":"9"},{"version":"10"}]}"#,
                ),
                (
                    "model-versions/get-download-uri?name=a&version=10",
                    200,
                    r#"{"artifact_uri":"models:/m-1"}"#,
                ),
                ("logged-models/m-1", 200, r#"{"model":{"info":{"artifact_uri":"s3://b/m-1"}}}"#),
            ],
        );
        assert_eq!(folder.unwrap().to_string(), "s3://b/m-1/");
    }

    #[test]
    fn a_run_s_model_is_a_logged_model_or_a_folder_of_its_artifacts() {
        let run = r#"{"run":{"info":{"artifact_uri":"mlflow-artifacts:/0/r/artifacts"},
            "outputs":{"model_outputs":[{"model_id":"m-1"},{"model_id":"m-2"}]}}}"#;
        let answers = [
            ("runs/get?run_id=r", 200, run),
            (
                "logged-models/m-1",
                200,
                r#"{"model":{"info":{"name":"model","artifact_uri":"s3://b/1"}}}"#,
            ),
            (
                "logged-models/m-2",
                200,
                r#"{"model":{"info":{"name":"other","artifact_uri":"s3://b/2"}}}"#,
            ),
        ];
        assert_eq!(ask("runs:/r/model", &answers).unwrap().to_string(), "s3://b/1/");
        assert_eq!(
            ask("runs:/r/old/model", &answers).unwrap().to_string(),
            "mlflow-artifacts:/0/r/artifacts/old/model/"
        );
    }

    #[test]
    fn files_on_the_server_s_disk_come_through_the_server() {
        let uri = r#"{"artifact_uri":"file:///srv/mlruns/1/m"}"#;
        let folder =
            ask("models:/a/1", &[("model-versions/get-download-uri?name=a&version=1", 200, uri)]);
        assert_eq!(
            folder.unwrap().to_string(),
            "/model-versions/get-artifact?name=a&version=1&path="
        );
    }

    #[test]
    fn what_the_server_lacks_is_not_found_and_what_it_can_not_say_is_an_error() {
        let path = "registered-models/alias?alias=x&name=a";
        let error = ask("models:/a@x", &[(path, 404, MISSING)]).unwrap_err();
        assert_eq!(error, ResolveError::NotFound("the MLflow server has no models:/a@x".into()));
        let invalid = r#"{"error_code":"INVALID_PARAMETER_VALUE","message":"alias x not found."}"#;
        let error = ask("models:/a@x", &[(path, 400, invalid)]).unwrap_err();
        assert!(matches!(error, ResolveError::NotFound(_)), "{error}");
        let error = ask("models:/a@x", &[(path, 500, "<html>")]).unwrap_err();
        assert!(matches!(error, ResolveError::Server(_)), "{error}");
        let source = Source::parse("models:/a/1").unwrap();
        let none = resolve::<Server>(&source, None).now_or_never().unwrap().unwrap_err();
        assert!(none.to_string().contains("MILLRACE_TRACKING_URI"));
    }

    #[test]
    fn a_server_can_not_lead_to_a_binding_out_of_a_folder_or_in_circles() {
        let answer = |uri: &'static str| {
            ask("models:/a/1", &[("model-versions/get-download-uri?name=a&version=1", 200, uri)])
        };
        let folder = answer(r#"{"artifact_uri":"r2://SECRET/x"}"#).unwrap();
        assert!(matches!(folder, Folder::ThroughServer { .. }), "{folder}");
        assert!(answer(r#"{"artifact_uri":"mlflow-artifacts:/../x"}"#).is_err());
        assert!(answer(r#"{"artifact_uri":"mlflow-artifacts://evil.example/x"}"#).is_err());
        assert!(answer(r#"{"artifact_uri":"models:/a/1"}"#).is_err());
        assert!(answer(r#"{}"#).is_err());
    }
}
