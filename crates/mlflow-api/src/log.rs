//! What a run logs: parameters, tags, batches, datasets and models.

use serde::{Deserialize, Serialize};

use crate::{DatasetInput, ModelInput, ModelOutput, NewMetric, Param, Tag, json};

/// `runs/log-parameter`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogParam {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The parameter.
    #[serde(flatten)]
    pub param: Param,
}

/// `runs/set-tag`: makes it, or changes its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The tag.
    #[serde(flatten)]
    pub tag: Tag,
}

/// `runs/delete-tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The tag.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
}

/// `runs/log-batch`: all of it, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogBatch {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// At most [`limits::LOG_BATCH_MAX_METRICS`].
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub metrics: Vec<NewMetric>,
    /// At most [`limits::LOG_BATCH_MAX_PARAMS`].
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub params: Vec<Param>,
    /// At most [`limits::LOG_BATCH_MAX_TAGS`].
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// `runs/log-inputs`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogInputs {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// Datasets that it read.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub datasets: Vec<DatasetInput>,
    /// Logged models that it read.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub models: Vec<ModelInput>,
}

/// `runs/outputs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogOutputs {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// Logged models that it made.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub models: Vec<ModelOutput>,
}

/// `runs/log-model`: how clients before 3.0 say that they logged one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogModel {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The `MLmodel` file, as JSON.
    #[serde(deserialize_with = "json::or_default")]
    pub model_json: String,
}
