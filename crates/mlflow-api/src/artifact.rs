//! Artifacts: files that a run or a logged model keeps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::json;

/// A file or a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct FileInfo {
    /// Below the root of what was listed; of a proxied store, the bare name.
    #[serde(deserialize_with = "json::or_default")]
    pub path: String,
    /// Whether it is a folder.
    #[serde(deserialize_with = "json::or_default")]
    pub is_dir: bool,
    /// In bytes; of a file alone.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub file_size: Option<i64>,
}

/// `artifacts/list`: what a run has in one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListArtifacts {
    /// The run.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The folder; the run's own where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The page; MLflow's stores give all at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// One folder of a run, a logged model or the server's store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListArtifactsResponse {
    /// Where the run's or the model's artifacts are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_uri: Option<String>,
    /// In the order of their paths.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub files: Vec<FileInfo>,
    /// The next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `mpu/create`: begins an upload in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateMultipartUpload {
    /// The file as the client has it; its name is what counts.
    #[serde(deserialize_with = "json::or_default")]
    pub path: String,
    /// How many parts.
    #[serde(deserialize_with = "json::int64")]
    pub num_parts: i64,
}

/// Where the parts of an upload go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateMultipartUploadResponse {
    /// Names the upload until it is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<String>,
    /// One for each part.
    #[serde(deserialize_with = "json::or_default")]
    pub credentials: Vec<MultipartUploadCredential>,
}

/// Where one part goes, by a PUT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultipartUploadCredential {
    /// The address; it is a secret.
    #[serde(deserialize_with = "json::or_default")]
    pub url: String,
    /// From 1.
    #[serde(deserialize_with = "json::int64")]
    pub part_number: i64,
    /// What to send along.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::or_default")]
    pub headers: BTreeMap<String, String>,
}

/// `mpu/complete`: makes the parts one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompleteMultipartUpload {
    /// As it was in [`CreateMultipartUpload`].
    #[serde(deserialize_with = "json::or_default")]
    pub path: String,
    /// Of [`CreateMultipartUploadResponse`].
    #[serde(deserialize_with = "json::or_default")]
    pub upload_id: String,
    /// What went up.
    #[serde(deserialize_with = "json::or_default")]
    pub parts: Vec<MultipartUploadPart>,
}

/// A part that went up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MultipartUploadPart {
    /// From 1.
    #[serde(deserialize_with = "json::int64")]
    pub part_number: i64,
    /// What the store answered.
    #[serde(deserialize_with = "json::or_default")]
    pub etag: String,
}

/// `mpu/abort`: drops the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AbortMultipartUpload {
    /// As it was in [`CreateMultipartUpload`].
    #[serde(deserialize_with = "json::or_default")]
    pub path: String,
    /// Of [`CreateMultipartUploadResponse`].
    #[serde(deserialize_with = "json::or_default")]
    pub upload_id: String,
}

/// `presigned`: where a file can be read without the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresignedDownload {
    /// The address; it is a secret.
    #[serde(deserialize_with = "json::or_default")]
    pub url: String,
    /// What to send along.
    #[serde(deserialize_with = "json::or_default")]
    pub headers: BTreeMap<String, String>,
    /// In bytes.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub file_size: Option<i64>,
}

/// `artifacts/presigned-upload-url`: where a file can be written without the
/// server. Of a run or of a logged model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreatePresignedUploadUrl {
    /// The run; empty for none.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The logged model; empty for none.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "json::or_default")]
    pub model_id: String,
    /// The file, below the root of the run or the model.
    #[serde(deserialize_with = "json::or_default")]
    pub path: String,
    /// How long the address is good, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub expiration: Option<i64>,
}

/// `artifacts/presigned-download-url`: where a run's file can be read without the
/// server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreatePresignedDownloadUrl {
    /// The run.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The file, below the run's root.
    #[serde(deserialize_with = "json::or_default")]
    pub path: String,
    /// How long the address is good, in seconds.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub expiration: Option<i64>,
}

/// An address that needs no credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PresignedUrlResponse {
    /// The address; it is a secret.
    #[serde(deserialize_with = "json::or_default")]
    pub presigned_url: String,
    /// What to send along.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::or_default")]
    pub headers: BTreeMap<String, String>,
    /// In bytes, of a file that is there.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub file_size: Option<i64>,
}

/// Where an address of a server's own artifacts begins.
const ANCHOR: &str = "/api/2.0/mlflow-artifacts/artifacts/";

/// The path, below the root of the artifacts that an MLflow server hands out, of
/// what a URI names, as it is written there; nothing for what is elsewhere.
///
/// Whoever serves such a URI and whoever decides who may name it go by this.
pub fn kept_path(uri: &str) -> Option<&str> {
    // A query is no part of the place.
    let (scheme, rest) = uri.split(['?', '#']).next()?.split_once(':')?;
    let path = match scheme.to_ascii_lowercase().as_str() {
        "mlflow-artifacts" => match rest.strip_prefix("//") {
            // The host names this server, by whatever name its clients have for it.
            Some(rest) => rest.split_once('/')?.1,
            None => rest,
        },
        "http" | "https" => rest.split_once(ANCHOR)?.1,
        _ => return None,
    };
    Some(path.trim_start_matches('/'))
}
