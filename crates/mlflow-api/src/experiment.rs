//! Experiments, and the calls that find them.

use serde::{Deserialize, Serialize};

use crate::enums::{LifecycleStage, ViewType};
use crate::{Tag, json, limits, tags};

/// A named group of runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Experiment {
    /// A string of digits on most servers; opaque.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Unique on its server.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The URI below which artifacts are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_location: Option<String>,
    /// Whether it was deleted.
    pub lifecycle_stage: LifecycleStage,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub creation_time: Option<i64>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub last_update_time: Option<i64>,
    /// The user's tags and MLflow's own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

impl Experiment {
    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        Tag::find(&self.tags, key)
    }

    /// The tags that MLflow did not set itself.
    pub fn user_tags(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(|tag| !tag.is_system())
    }

    /// The description, in Markdown; `None` if there is none or it is empty.
    pub fn note(&self) -> Option<&str> {
        self.tag(tags::NOTE).filter(|note| !note.is_empty())
    }
}

/// `experiments/create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateExperiment {
    /// Unique on its server; at most [`limits::MAX_EXPERIMENT_NAME_LENGTH`] characters.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// The URI below which artifacts are kept; without one the server chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_location: Option<String>,
    /// Its first tags.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// A new experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateExperimentResponse {
    /// Its id.
    pub experiment_id: String,
}

/// `experiments/search`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchExperiments {
    /// 1 to [`limits::SEARCH_EXPERIMENTS_MAX_RESULTS`]; MLflow requires it.
    // A request without it asks for 0, which MLflow refuses.
    #[serde(default, deserialize_with = "json::uint32")]
    pub max_results: u32,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
    /// MLflow's filter grammar; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Such as `last_update_time DESC`; keys are `name`, `experiment_id`,
    /// `creation_time` and `last_update_time`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub order_by: Vec<String>,
    /// Deleted ones too? `None` is [`ViewType::ActiveOnly`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_type: Option<ViewType>,
}

impl Default for SearchExperiments {
    /// The first 1000 active experiments, newest first.
    fn default() -> Self {
        Self {
            max_results: limits::SEARCH_RUNS_DEFAULT_MAX_RESULTS,
            page_token: None,
            filter: None,
            order_by: Vec::new(),
            view_type: None,
        }
    }
}

/// A page of experiments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchExperimentsResponse {
    /// May be shorter than asked for, even on a page that is not the last:
    /// servers with permissions filter after paging.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub experiments: Vec<Experiment>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `experiments/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetExperiment {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
}

/// `experiments/get-by-name`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetExperimentByName {
    /// The whole name, in its case.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_name: String,
}

/// One experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetExperimentResponse {
    /// What was asked for; an unknown one is an error, never an absence.
    pub experiment: Experiment,
}

/// `experiments/update`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateExperiment {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Its new name; unique on its server.
    #[serde(deserialize_with = "json::or_default")]
    pub new_name: String,
}

/// `experiments/delete`: it and its runs can be restored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteExperiment {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
}

/// `experiments/restore`: it and its runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestoreExperiment {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
}

/// `experiments/set-experiment-tag`: makes it, or changes its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetExperimentTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// The tag.
    #[serde(flatten)]
    pub tag: Tag,
}

/// `experiments/delete-experiment-tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteExperimentTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// The tag.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
}
