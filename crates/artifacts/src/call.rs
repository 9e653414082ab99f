//! What a request for artifacts asks for.

use std::borrow::Cow;

use http::Method;
use mlflow_api::{Endpoint as _, ErrorCode, GetDownloadUri, GetRun};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::path::{of_file, safe};
use crate::{Error, invalid};

/// A request for artifacts. Its paths are safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// What is in a folder of the store.
    List {
        /// The folder.
        path: String,
    },
    /// A file of the store.
    Read {
        /// The file.
        path: String,
    },
    /// The request's body becomes a file.
    Write {
        /// The file.
        path: String,
    },
    /// A file or a folder goes away.
    Delete {
        /// The file or the folder.
        path: String,
    },
    /// An upload in parts begins, ends, or is given up.
    Parts {
        /// What becomes of the upload.
        step: Step,
        /// The folder that the file will be in; the body has its name.
        folder: String,
    },
    /// A part of an upload, at the address that this server gave for it.
    WritePart {
        /// The file.
        path: String,
        /// The upload.
        upload_id: String,
        /// From 1.
        part: u32,
    },
    /// An address that a file can be read by.
    Presigned {
        /// The file.
        path: String,
    },
    /// What somebody has in a folder.
    ListOf {
        /// Whose.
        owner: Owner,
        /// Below the owner's root.
        path: String,
    },
    /// A file of somebody's.
    ReadOf {
        /// Whose.
        owner: Owner,
        /// Below the owner's root.
        path: String,
    },
    /// The request's body, which is small, becomes a file of a run's.
    WriteOf {
        /// The run.
        owner: Owner,
        /// Below the run's root.
        path: String,
    },
    /// An address by which a file of somebody's goes without this server;
    /// [`Transfer::read`] makes this call.
    PresignedOf {
        /// Whose.
        owner: Owner,
        /// Below the owner's root.
        path: String,
        /// Which way.
        way: Transfer,
        /// How long the address is good.
        seconds: u32,
    },
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// To the store.
    Up,
    /// From the store.
    Down,
}

/// What becomes of an upload in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It begins.
    Create,
    /// The parts are a file.
    Complete,
    /// The parts are dropped.
    Abort,
}

/// Who has artifacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A run.
    Run(String),
    /// A logged model.
    LoggedModel(String),
    /// A version of a registered model.
    ModelVersion {
        /// The model's name.
        name: String,
        /// The version's number.
        version: String,
    },
}

/// Where the server's own artifacts are, below `/api` and `/ajax-api`.
const PROXIED: &str = "/2.0/mlflow-artifacts/";

/// The verbs with which `/get-artifact` and its like are asked.
const READS: [Method; 2] = [Method::GET, Method::HEAD];

/// Whether a request with this path (encoded) is one for artifacts.
pub fn is_artifact_path(path: &str) -> bool {
    let below = api_path(path).map_or("", |(_, below)| below);
    below.starts_with(PROXIED)
        || matches!(
            (path, below),
            ("/get-artifact" | "/model-versions/get-artifact", _)
                | (_, "/2.0/mlflow/artifacts/list" | "/2.0/mlflow/upload-artifact")
        )
        || logged_model(below).is_some()
        || Transfer::asked(&Method::POST, path).is_some()
}

/// What follows `/api` or `/ajax-api`, and whether it was the latter.
pub(crate) fn api_path(path: &str) -> Option<(bool, &str)> {
    match path.strip_prefix("/ajax-api") {
        Some(below) => Some((true, below)),
        None => path.strip_prefix("/api").map(|below| (false, below)),
    }
}

/// The id and the last segment of `/2.0/mlflow/logged-models/{id}/artifacts/…`.
fn logged_model(below: &str) -> Option<(&str, &str)> {
    let (id, what) = below.strip_prefix("/2.0/mlflow/logged-models/")?.split_once("/artifacts/")?;
    (!id.contains('/') && matches!(what, "directories" | "files")).then_some((id, what))
}

impl Call {
    /// Reads a request by its verb, its path (encoded) and its query.
    ///
    /// # Errors
    /// When there is no such call, or a path is not safe.
    pub fn parse(method: &Method, path: &str, query: &str) -> Result<Self, Error> {
        let no_such =
            || Error::new(ErrorCode::EndpointNotFound, format!("there is no {method} {path} here"));
        let query = Query(query);
        if let "/get-artifact" | "/model-versions/get-artifact" = path {
            if !READS.contains(method) {
                return Err(no_such());
            }
            let owner = match path {
                "/get-artifact" => Owner::run(&query),
                _ => Owner::ModelVersion {
                    name: query.text("name").into_owned(),
                    version: query.text("version").into_owned(),
                },
            };
            return Ok(Self::ReadOf { owner, path: safe(&query.required("path")?)? });
        }
        let (is_ajax, below) = api_path(path).ok_or_else(no_such)?;
        if let Some((id, what)) = logged_model(below) {
            let owner = Owner::LoggedModel(percent_decode_str(id).decode_utf8_lossy().into());
            return match (what, method) {
                ("directories", &Method::GET) => {
                    Ok(Self::ListOf { owner, path: safe(&query.text("artifact_directory_path"))? })
                }
                ("files", method) if is_ajax && READS.contains(method) => {
                    let path = query.text("artifact_file_path");
                    if path.is_empty() {
                        return Err(Error::new(
                            ErrorCode::BadRequest,
                            "Request must include the \"artifact_file_path\" query parameter.",
                        ));
                    }
                    Ok(Self::ReadOf { owner, path: safe(&path)? })
                }
                _ => Err(no_such()),
            };
        }
        match (below, method) {
            ("/2.0/mlflow/artifacts/list", &Method::GET) => {
                let path = safe(&query.text("path"))?;
                Ok(Self::ListOf { owner: Owner::run(&query), path })
            }
            ("/2.0/mlflow/upload-artifact", &Method::POST) if is_ajax => {
                for name in ["run_uuid", "path"] {
                    if query.text(name).is_empty() {
                        return Err(invalid(format!("Request must specify {name}.")));
                    }
                }
                Ok(Self::WriteOf { owner: Owner::run(&query), path: of_file(&query.text("path"))? })
            }
            _ => {
                let proxied = below.strip_prefix(PROXIED).ok_or_else(no_such)?;
                Self::proxied(method, proxied, &query)?.ok_or_else(no_such)
            }
        }
    }

    /// Reads what follows `/api/2.0/mlflow-artifacts/`.
    fn proxied(method: &Method, below: &str, query: &Query<'_>) -> Result<Option<Self>, Error> {
        let (what, rest) = below.split_once('/').map_or((below, None), |(w, r)| (w, Some(r)));
        Ok(Some(match (what, rest, method) {
            ("artifacts", None, &Method::GET) => Self::List { path: safe(&query.text("path"))? },
            ("artifacts", Some(path), &Method::GET | &Method::HEAD) => {
                Self::Read { path: safe(path)? }
            }
            ("artifacts", Some(path), &Method::PUT) => Self::Write { path: of_file(path)? },
            ("artifacts", Some(path), &Method::DELETE) => match safe(path)? {
                path if path.is_empty() => {
                    return Err(invalid("everything at once is not deleted: name a path"));
                }
                path => Self::Delete { path },
            },
            ("presigned", Some(path), &Method::GET) => Self::Presigned { path: safe(path)? },
            ("mpu", Some(rest), _) => {
                let (step, path) = rest.split_once('/').unwrap_or((rest, ""));
                let step = match (step, method) {
                    ("create", &Method::POST) => Step::Create,
                    ("complete", &Method::POST) => Step::Complete,
                    ("abort", &Method::POST) => Step::Abort,
                    ("part", &Method::PUT) => {
                        let part = query.required("part_number")?.parse();
                        return Ok(Some(Self::WritePart {
                            path: of_file(path)?,
                            upload_id: query.required("upload_id")?.into_owned(),
                            part: part.map_err(|_| invalid("part_number is no number"))?,
                        }));
                    }
                    _ => return Ok(None),
                };
                Self::Parts { step, folder: safe(path)? }
            }
            _ => return Ok(None),
        }))
    }
}

/// A segment of a path: with nothing in it that ends one.
fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl Owner {
    fn run(query: &Query<'_>) -> Self {
        let id = match query.text("run_id") {
            id if id.is_empty() => query.text("run_uuid"),
            id => id,
        };
        Self::Run(id.into_owned())
    }

    /// What the tracking server is asked, by a GET, to know where the artifacts
    /// are.
    pub(crate) fn question(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let path = match self {
            Self::Run(id) => {
                query.append_pair("run_id", id);
                GetRun::PATH
            }
            Self::LoggedModel(id) => {
                return format!("/api/2.0/mlflow/logged-models/{}", segment(id));
            }
            Self::ModelVersion { name, version } => {
                query.append_pair("name", name).append_pair("version", version);
                GetDownloadUri::PATH
            }
        };
        format!("{path}?{}", query.finish())
    }

    /// The URI in the tracking server's answer.
    pub(crate) fn location(answer: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Info {
            artifact_uri: String,
        }
        #[derive(Deserialize)]
        struct Holder {
            info: Info,
        }
        #[derive(Deserialize)]
        struct Answer {
            run: Option<Holder>,
            model: Option<Holder>,
            artifact_uri: Option<String>,
        }
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        let held = answer.run.or(answer.model).map(|holder| holder.info.artifact_uri);
        held.or(answer.artifact_uri)
    }
}

/// A request's query.
struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// A parameter; empty where it is missing.
    fn text(&self, name: &str) -> Cow<'a, str> {
        form_urlencoded::parse(self.0.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
            .unwrap_or_default()
    }

    /// A parameter that the call can't do without.
    fn required(&self, name: &str) -> Result<Cow<'a, str>, Error> {
        let value = self.text(name);
        required(&value, name)?;
        Ok(value)
    }
}

/// Refuses to do without a parameter.
pub(crate) fn required(value: &str, name: &str) -> Result<(), Error> {
    if value.is_empty() {
        return Err(invalid(format!("Missing value for required parameter '{name}'.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(method: &str, uri: &str) -> Result<Call, Error> {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        Call::parse(&method.parse().unwrap(), path, query)
    }

    fn owned(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn each_call_is_told_from_the_others() {
        let run = || Owner::Run(owned("r"));
        let (file, folder) = (|| owned("1/a b.txt"), || owned("1/a"));
        for (request, expected) in [
            ("GET /api/2.0/mlflow-artifacts/artifacts?path=1%2Fa", Call::List { path: folder() }),
            ("GET /ajax-api/2.0/mlflow-artifacts/artifacts", Call::List { path: owned("") }),
            ("GET /api/2.0/mlflow-artifacts/artifacts/1/a%20b.txt", Call::Read { path: file() }),
            ("HEAD /ajax-api/2.0/mlflow-artifacts/artifacts/1/a", Call::Read { path: folder() }),
            ("PUT /api/2.0/mlflow-artifacts/artifacts/1/a%20b.txt", Call::Write { path: file() }),
            ("DELETE /api/2.0/mlflow-artifacts/artifacts/1/a/", Call::Delete { path: folder() }),
            ("GET /api/2.0/mlflow-artifacts/presigned/1/a", Call::Presigned { path: folder() }),
            (
                "POST /api/2.0/mlflow-artifacts/mpu/create/1/a",
                Call::Parts { step: Step::Create, folder: folder() },
            ),
            (
                "POST /api/2.0/mlflow-artifacts/mpu/abort",
                Call::Parts { step: Step::Abort, folder: owned("") },
            ),
            (
                "PUT /api/2.0/mlflow-artifacts/mpu/part/1/a?upload_id=u%2F1&part_number=2",
                Call::WritePart { path: folder(), upload_id: owned("u/1"), part: 2 },
            ),
            (
                "GET /api/2.0/mlflow/artifacts/list?run_id=r&path=1/a",
                Call::ListOf { owner: run(), path: folder() },
            ),
            (
                "GET /get-artifact?run_uuid=r&path=1/a",
                Call::ReadOf { owner: run(), path: folder() },
            ),
            (
                "GET /model-versions/get-artifact?name=m+1&version=2&path=1/a",
                Call::ReadOf {
                    owner: Owner::ModelVersion { name: owned("m 1"), version: owned("2") },
                    path: folder(),
                },
            ),
            (
                "GET /api/2.0/mlflow/logged-models/m-1/artifacts/directories",
                Call::ListOf { owner: Owner::LoggedModel(owned("m-1")), path: owned("") },
            ),
            (
                "GET /ajax-api/2.0/mlflow/logged-models/m-1/artifacts/files?artifact_file_path=1/a",
                Call::ReadOf { owner: Owner::LoggedModel(owned("m-1")), path: folder() },
            ),
            (
                "POST /ajax-api/2.0/mlflow/upload-artifact?run_uuid=r&path=1/a",
                Call::WriteOf { owner: run(), path: folder() },
            ),
        ] {
            let (method, uri) = request.split_once(' ').unwrap();
            assert_eq!(parse(method, uri), Ok(expected), "{request}");
            assert!(is_artifact_path(uri.split('?').next().unwrap()), "{request}");
        }
    }

    #[test]
    fn what_is_none_or_not_safe_is_refused() {
        for (request, status) in [
            ("PUT /api/2.0/mlflow-artifacts/artifacts/a/..%2f..%2fb", 400),
            ("PUT /api/2.0/mlflow-artifacts/artifacts/a/", 400),
            ("PUT /api/2.0/mlflow-artifacts/artifacts/", 400),
            ("GET /api/2.0/mlflow-artifacts/artifacts//etc/passwd", 400),
            ("DELETE /api/2.0/mlflow-artifacts/artifacts/", 400),
            ("DELETE /api/2.0/mlflow-artifacts/artifacts/.", 400),
            ("POST /api/2.0/mlflow-artifacts/artifacts/a", 404),
            ("POST /api/2.0/mlflow-artifacts/mpu/else/a", 404),
            ("GET /api/2.0/mlflow-artifacts/mpu/create/a", 404),
            ("PUT /api/2.0/mlflow-artifacts/mpu/part/a?upload_id=u&part_number=x", 400),
            ("PUT /api/2.0/mlflow-artifacts/mpu/part/a?part_number=1", 400),
            ("GET /get-artifact?run_id=r", 400),
            ("GET /get-artifact?run_id=r&path=../a", 400),
            ("POST /get-artifact?run_id=r&path=a", 404),
            ("POST /api/2.0/mlflow/upload-artifact?run_uuid=r&path=a", 404),
            ("POST /ajax-api/2.0/mlflow/upload-artifact?path=a", 400),
            ("GET /api/2.0/mlflow/logged-models/m/artifacts/files?artifact_file_path=a", 404),
            ("GET /ajax-api/2.0/mlflow/logged-models/m/artifacts/files", 400),
        ] {
            let (method, uri) = request.split_once(' ').unwrap();
            assert_eq!(parse(method, uri).unwrap_err().error_code.status(), status, "{request}");
        }
        for path in ["/api/2.0/mlflow/runs/get", "/api/2.0/mlflow/logged-models/m", "/", "/apiary"]
        {
            assert!(!is_artifact_path(path), "{path}");
        }
    }

    #[test]
    fn the_tracking_server_is_asked_where_they_are() {
        assert_eq!(Owner::Run(owned("a&b")).question(), "/api/2.0/mlflow/runs/get?run_id=a%26b");
        let (name, version) = (owned("a b"), owned("1"));
        assert_eq!(
            Owner::ModelVersion { name, version }.question(),
            "/api/2.0/mlflow/model-versions/get-download-uri?name=a+b&version=1"
        );
        assert_eq!(
            Owner::LoggedModel(owned("a?b")).question(),
            "/api/2.0/mlflow/logged-models/a%3Fb"
        );
        for answer in [
            r#"{"run":{"info":{"artifact_uri":"x:/y","run_id":"r"},"data":{}}}"#,
            r#"{"model":{"info":{"artifact_uri":"x:/y"}}}"#,
            r#"{"artifact_uri":"x:/y"}"#,
        ] {
            assert_eq!(Owner::location(answer.as_bytes()).as_deref(), Some("x:/y"), "{answer}");
        }
        assert_eq!(Owner::location(b"{}"), None);
    }
}
