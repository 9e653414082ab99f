//! Registered models: names, each with numbered versions, aliases and tags.

use serde::{Deserialize, Serialize};

use crate::{ModelVersion, Tag, json, limits};

/// A name under which versions of a model are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisteredModel {
    /// Unique on its server.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub creation_timestamp: Option<i64>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub last_updated_timestamp: Option<i64>,
    /// Who made it; MLflow's own server does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// In Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The newest version of each stage, without their aliases.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub latest_versions: Vec<ModelVersion>,
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
    /// Each alias once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub aliases: Vec<ModelAlias>,
}

/// A name for a version, such as `champion`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelAlias {
    /// Without `@`.
    #[serde(deserialize_with = "json::or_default")]
    pub alias: String,
    /// A number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
}

/// `registered-models/create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateRegisteredModel {
    /// Unique on its server; without `/` and `:`.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Its first tags.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
    /// In Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `registered-models/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetRegisteredModel {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
}

/// `registered-models/rename`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RenameRegisteredModel {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// What it is called from now on.
    #[serde(deserialize_with = "json::or_default")]
    pub new_name: String,
}

/// `registered-models/update`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRegisteredModel {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// In Markdown; without one there is none any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `registered-models/delete`: with all its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteRegisteredModel {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
}

/// The answer of what makes, finds or changes a registered model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisteredModelResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub registered_model: RegisteredModel,
}

/// `registered-models/search`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRegisteredModels {
    /// MLflow's filter grammar; prompts are found only by one that asks for
    /// [`tags::IS_PROMPT`](crate::tags::IS_PROMPT).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// At most [`limits::SEARCH_REGISTERED_MODELS_MAX_RESULTS`].
    #[serde(deserialize_with = "json::uint32")]
    pub max_results: u32,
    /// Such as `name DESC`; by name without.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub order_by: Vec<String>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

impl Default for SearchRegisteredModels {
    /// The first 100 models that are no prompts.
    fn default() -> Self {
        Self {
            filter: None,
            max_results: limits::SEARCH_REGISTERED_MODELS_DEFAULT_MAX_RESULTS,
            order_by: Vec::new(),
            page_token: None,
        }
    }
}

/// A page of registered models.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRegisteredModelsResponse {
    /// In the order that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub registered_models: Vec<RegisteredModel>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `registered-models/get-latest-versions`: the newest version of each stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetLatestVersions {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Of these stages only; of all without any.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub stages: Vec<String>,
}

/// The answer to [`GetLatestVersions`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersionsResponse {
    /// One for each stage that has any.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub model_versions: Vec<ModelVersion>,
}

/// `registered-models/set-tag`: makes it, or changes its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetRegisteredModelTag {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The tag.
    #[serde(flatten)]
    pub tag: Tag,
}

/// `registered-models/delete-tag`; one that is not there is no error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteRegisteredModelTag {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The tag's key.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
}

/// `POST registered-models/alias`: points it at a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetModelAlias {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The alias, without `@`.
    #[serde(deserialize_with = "json::or_default")]
    pub alias: String,
    /// The version, a number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
}

/// `DELETE registered-models/alias`; one that is not there is no error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteModelAlias {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The alias, without `@`.
    #[serde(deserialize_with = "json::or_default")]
    pub alias: String,
}

/// `GET registered-models/alias`: the version that an alias points at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetModelVersionByAlias {
    /// The registered model.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The alias, without `@`; `latest` is the newest version.
    #[serde(deserialize_with = "json::or_default")]
    pub alias: String,
}
