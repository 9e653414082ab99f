//! Registered models and logged models: what finds a model's files.

use serde::{Deserialize, Serialize};

use crate::json;

/// `registered-models/alias`: the version that an alias points at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetModelVersionByAlias {
    /// The registered model.
    pub name: String,
    /// The alias, without `@`.
    pub alias: String,
}

/// `registered-models/get-latest-versions`: the newest version of each stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetLatestVersions {
    /// The registered model.
    pub name: String,
}

/// `model-versions/get-download-uri`: where a version's files are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetDownloadUri {
    /// The registered model.
    pub name: String,
    /// The version, a number in text.
    pub version: String,
}

/// The answer to [`GetModelVersionByAlias`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersionResponse {
    /// The version.
    #[serde(deserialize_with = "json::or_default")]
    pub model_version: ModelVersion,
}

/// The answer to [`GetLatestVersions`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersionsResponse {
    /// One for each stage that has any.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub model_versions: Vec<ModelVersion>,
}

/// The answer to [`GetDownloadUri`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DownloadUriResponse {
    /// Such as `mlflow-artifacts:/1/models/m-…/artifacts` or `s3://bucket/…`.
    #[serde(deserialize_with = "json::or_default")]
    pub artifact_uri: String,
}

/// A version of a registered model, as far as finding it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersion {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// A number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
}

/// The answer to `GET logged-models/{model_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetLoggedModelResponse {
    /// The model.
    #[serde(deserialize_with = "json::or_default")]
    pub model: LoggedModel,
}

/// A model that was logged (3.x).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModel {
    /// What it is.
    #[serde(deserialize_with = "json::or_default")]
    pub info: LoggedModelInfo,
}

/// What a logged model is, as far as finding it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModelInfo {
    /// `m-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// What it was logged as.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Where its files are.
    #[serde(deserialize_with = "json::or_default")]
    pub artifact_uri: String,
}
