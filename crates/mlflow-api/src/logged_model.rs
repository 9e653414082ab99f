//! Logged models (3.x): what a run's code saved, before anybody registers it.

use serde::{Deserialize, Serialize};

use crate::enums::LoggedModelStatus;
use crate::{Metric, Param, Tag, json, limits};

/// A model that was logged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModel {
    /// What it is.
    #[serde(deserialize_with = "json::or_default")]
    pub info: LoggedModelInfo,
    /// What was logged about it.
    #[serde(deserialize_with = "json::or_default")]
    pub data: LoggedModelData,
}

/// What a logged model is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModelInfo {
    /// `m-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// The experiment that it belongs to.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// What it was logged as.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub creation_timestamp_ms: Option<i64>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub last_updated_timestamp_ms: Option<i64>,
    /// Where its files are.
    #[serde(deserialize_with = "json::or_default")]
    pub artifact_uri: String,
    /// Whether its files are all there.
    pub status: LoggedModelStatus,
    /// Such as `Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_type: Option<String>,
    /// The run that logged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_run_id: Option<String>,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// What was logged about a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModelData {
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub params: Vec<Param>,
    /// Every value, of every run and dataset.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub metrics: Vec<Metric>,
}

/// `POST logged-models`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateLoggedModel {
    /// The experiment that it belongs to.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Without one the server makes a name up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Such as `Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_type: Option<String>,
    /// The run that logs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_run_id: Option<String>,
    /// Its first parameters; each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub params: Vec<Param>,
    /// Its first tags; each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// `GET logged-models/{model_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetLoggedModel {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// Whether one that was deleted is answered, too.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_flag")]
    pub allow_deleted: Option<bool>,
}

/// `GET logged-models/{model_id}/artifacts/directories`: what a model has in one
/// folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLoggedModelArtifacts {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// The folder; the model's own where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_directory_path: Option<String>,
    /// The page; MLflow's stores give all at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// `PATCH logged-models/{model_id}`: its files are all there, or will never be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FinalizeLoggedModel {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// What became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<LoggedModelStatus>,
}

/// `DELETE logged-models/{model_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteLoggedModel {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
}

/// The answer of what makes, finds or changes a logged model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModelResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub model: LoggedModel,
}

/// `logged-models/search`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchLoggedModels {
    /// The experiments to look in; none is refused.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_ids: Vec<String>,
    /// MLflow's filter grammar; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Which datasets the filter's metrics are of; with no metric in it, the
    /// models that have any of them.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub datasets: Vec<LoggedModelDataset>,
    /// Models in a page.
    #[serde(deserialize_with = "json::uint32")]
    pub max_results: u32,
    /// The newest first without.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub order_by: Vec<LoggedModelOrder>,
    /// From the previous page of the same search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

impl Default for SearchLoggedModels {
    /// The first 50 of no experiment yet.
    fn default() -> Self {
        Self {
            experiment_ids: Vec::new(),
            filter: None,
            datasets: Vec::new(),
            max_results: limits::SEARCH_LOGGED_MODELS_DEFAULT_MAX_RESULTS,
            order_by: Vec::new(),
            page_token: None,
        }
    }
}

/// A dataset that metrics are of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModelDataset {
    /// Its name.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset_name: String,
    /// Its digest; metrics without one, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_digest: Option<String>,
}

/// What logged models are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedModelOrder {
    /// Such as `name` or `metrics.loss`.
    #[serde(deserialize_with = "json::or_default")]
    pub field_name: String,
    /// The smallest first.
    pub ascending: bool,
    /// The dataset that the metric is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_name: Option<String>,
    /// That dataset's digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_digest: Option<String>,
}

impl Default for LoggedModelOrder {
    fn default() -> Self {
        Self {
            field_name: String::new(),
            ascending: true,
            dataset_name: None,
            dataset_digest: None,
        }
    }
}

/// A page of logged models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchLoggedModelsResponse {
    /// In the order that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub models: Vec<LoggedModel>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `PATCH logged-models/{model_id}/tags`: makes them, or changes their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetLoggedModelTags {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// The last counts where a key is repeated.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// `DELETE logged-models/{model_id}/tags/{tag_key}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteLoggedModelTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// The tag's key.
    #[serde(deserialize_with = "json::or_default")]
    pub tag_key: String,
}

/// `POST logged-models/{model_id}/params`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogLoggedModelParams {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// Each key once, and new to the model.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub params: Vec<Param>,
}
