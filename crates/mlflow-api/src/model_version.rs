//! Versions of registered models.

use serde::{Deserialize, Serialize};

use crate::{Tag, json, limits};

/// A version of a registered model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersion {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// A number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub creation_timestamp: Option<i64>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub last_updated_timestamp: Option<i64>,
    /// Who made it; MLflow's own server does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// `None`, `Staging`, `Production` or `Archived`; aliases came after them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_stage: Option<String>,
    /// In Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it was registered from, such as `models:/m-…` or `runs:/…/model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The run that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// `READY`, `PENDING_REGISTRATION` or `FAILED_REGISTRATION`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
    /// A page about the run, of another server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_link: Option<String>,
    /// The aliases that point at it; searches leave them out.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub aliases: Vec<String>,
}

/// `model-versions/create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateModelVersion {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Where its files are.
    #[serde(deserialize_with = "json::or_default")]
    pub source: String,
    /// The run that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Its first tags.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
    /// A page about the run, of another server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_link: Option<String>,
    /// In Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The logged model that becomes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
}

/// `model-versions/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetModelVersion {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
}

/// `model-versions/update`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateModelVersion {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
    /// In Markdown; without one there is none any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `model-versions/transition-stage`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TransitionStage {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
    /// See [`ModelVersion::current_stage`]; in any case.
    #[serde(deserialize_with = "json::or_default")]
    pub stage: String,
    /// Whether what is in that stage now goes to `Archived`.
    #[serde(deserialize_with = "json::or_default")]
    pub archive_existing_versions: bool,
}

/// `model-versions/delete`; its number is never used again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteModelVersion {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
}

/// The answer of what makes, finds or changes a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersionResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub model_version: ModelVersion,
}

/// `model-versions/search`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchModelVersions {
    /// MLflow's filter grammar; versions of prompts are found only by one that
    /// asks for [`tags::IS_PROMPT`](crate::tags::IS_PROMPT).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// 1 to [`limits::SEARCH_MODEL_VERSIONS_MAX_RESULTS`].
    #[serde(deserialize_with = "json::uint32")]
    pub max_results: u32,
    /// Such as `version_number DESC`; the last updated first without.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub order_by: Vec<String>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

impl Default for SearchModelVersions {
    /// As many as a page can have, of models that are no prompts.
    fn default() -> Self {
        Self {
            filter: None,
            max_results: limits::SEARCH_MODEL_VERSIONS_MAX_RESULTS,
            order_by: Vec::new(),
            page_token: None,
        }
    }
}

/// A page of versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchModelVersionsResponse {
    /// In the order that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub model_versions: Vec<ModelVersion>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `model-versions/get-download-uri`: where a version's files are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetDownloadUri {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
}

/// The answer to [`GetDownloadUri`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DownloadUriResponse {
    /// Such as `mlflow-artifacts:/1/models/m-…/artifacts` or `s3://bucket/…`.
    #[serde(deserialize_with = "json::or_default")]
    pub artifact_uri: String,
}

/// `model-versions/set-tag`: makes it, or changes its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetModelVersionTag {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
    /// The tag.
    #[serde(flatten)]
    pub tag: Tag,
}

/// `model-versions/delete-tag`; one that is not there is no error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteModelVersionTag {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
    /// The tag's key.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
}
