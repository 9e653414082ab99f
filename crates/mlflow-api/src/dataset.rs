//! Datasets by reference: what a run read, and what an experiment's runs read.

use serde::{Deserialize, Serialize};

use crate::{Tag, json};

/// A dataset, and what it was used for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatasetInput {
    /// `mlflow.data.context` says what for, such as `training`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
    /// The dataset.
    #[serde(deserialize_with = "json::or_default")]
    pub dataset: Dataset,
}

/// A dataset by reference: MLflow keeps no rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dataset {
    /// Not unique: `digest` tells versions apart.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// A short hash of the content.
    #[serde(deserialize_with = "json::or_default")]
    pub digest: String,
    /// Such as `local`, `http`, `delta_table`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
    /// Where it came from, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its columns, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its size and statistics, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

/// `experiments/search-datasets`, which MLflow has for its own pages only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchDatasets {
    /// 1 to [`limits::SEARCH_DATASETS_MAX_EXPERIMENTS`](crate::limits::SEARCH_DATASETS_MAX_EXPERIMENTS).
    #[serde(deserialize_with = "json::texts")]
    pub experiment_ids: Vec<String>,
}

/// The datasets that the runs of experiments read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchDatasetsResponse {
    /// Once a context.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub dataset_summaries: Vec<DatasetSummary>,
}

/// A dataset that runs of an experiment read in one context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatasetSummary {
    /// Whose runs.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// The dataset's name.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// Its digest.
    #[serde(deserialize_with = "json::or_default")]
    pub digest: String,
    /// What it was used for, such as `training`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
}
