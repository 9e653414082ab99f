//! Runs, and the calls that find them.

use serde::{Deserialize, Serialize};

use crate::enums::{LifecycleStage, RunStatus, ViewType};
use crate::{DatasetInput, Metric, Tag, json, limits, tags};

/// One execution of somebody's code, with what it logged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// Its name, status and times.
    #[serde(deserialize_with = "json::or_default")]
    pub info: RunInfo,
    /// Its metrics, parameters and tags.
    #[serde(deserialize_with = "json::or_default")]
    pub data: RunData,
    /// What it read.
    #[serde(skip_serializing_if = "RunInputs::is_empty", deserialize_with = "json::or_default")]
    pub inputs: RunInputs,
    /// What it made.
    #[serde(skip_serializing_if = "RunOutputs::is_empty", deserialize_with = "json::or_default")]
    pub outputs: RunOutputs,
}

impl Run {
    /// The run's name: from its info, else from the tag that older servers
    /// keep it in, else its id. Never empty, unless the id is.
    pub fn name(&self) -> &str {
        let filled = |name: &&str| !name.is_empty();
        let name = self.info.run_name.as_deref().filter(filled);
        name.or_else(|| self.tag(tags::RUN_NAME).filter(filled)).unwrap_or(&self.info.run_id)
    }

    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        Tag::find(&self.data.tags, key)
    }

    /// The tags that MLflow did not set itself.
    pub fn user_tags(&self) -> impl Iterator<Item = &Tag> {
        self.data.tags.iter().filter(|tag| !tag.is_system())
    }

    /// The id of the run that this one is nested in.
    pub fn parent_run_id(&self) -> Option<&str> {
        self.tag(tags::PARENT_RUN_ID).filter(|id| !id.is_empty())
    }

    /// Who started it: the `mlflow.user` tag, else the older field.
    pub fn user(&self) -> Option<&str> {
        let filled = |user: &&str| !user.is_empty();
        let user = self.tag(tags::USER).filter(filled);
        user.or_else(|| self.info.user_id.as_deref().filter(filled))
    }

    /// The description, in Markdown; `None` if there is none or it is empty.
    pub fn note(&self) -> Option<&str> {
        self.tag(tags::NOTE).filter(|note| !note.is_empty())
    }

    /// The latest value of a metric.
    pub fn metric(&self, key: &str) -> Option<&Metric> {
        self.data.metrics.iter().find(|metric| metric.key == key)
    }

    /// The value of a parameter.
    pub fn param(&self, key: &str) -> Option<&str> {
        self.data.params.iter().find(|param| param.key == key).map(|param| param.value.as_str())
    }

    /// Milliseconds from start to end; `None` while it runs, and if its clock
    /// ran backwards.
    pub fn duration_ms(&self) -> Option<i64> {
        self.info.end_time?.checked_sub(self.info.start_time?).filter(|ms| *ms >= 0)
    }
}

/// What a run is, apart from what it logged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunInfo {
    /// 32 hexadecimal digits; opaque.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The same again, for clients of before MLflow 1.0; servers write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_uuid: Option<String>,
    /// [`Run::name`] has the rule for when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_name: Option<String>,
    /// The experiment that it belongs to.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Who started it; newer clients use the tag `mlflow.user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Where it is in its life.
    pub status: RunStatus,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub start_time: Option<i64>,
    /// Milliseconds since 1970; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub end_time: Option<i64>,
    /// The URI below which its artifacts are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_uri: Option<String>,
    /// Whether it was deleted.
    pub lifecycle_stage: LifecycleStage,
}

/// What a run logged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunData {
    /// The latest value of each metric. A 3.x server may repeat a key, once a
    /// dataset or logged model.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub metrics: Vec<Metric>,
    /// Each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub params: Vec<Param>,
    /// The user's tags and MLflow's own; each key once.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// A parameter. Its value never changes once it is logged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Param {
    /// At most [`limits::MAX_KEY_LENGTH`] characters.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
    /// At most [`limits::MAX_PARAM_VALUE_LENGTH`] characters.
    #[serde(deserialize_with = "json::or_default")]
    pub value: String,
}

/// What a run read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunInputs {
    /// Datasets.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub dataset_inputs: Vec<DatasetInput>,
    /// Logged models (3.x).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub model_inputs: Vec<ModelInput>,
}

impl RunInputs {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.dataset_inputs.is_empty() && self.model_inputs.is_empty()
    }
}

/// A logged model that a run read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelInput {
    /// `m-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
}

/// What a run made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunOutputs {
    /// Logged models (3.x).
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub model_outputs: Vec<ModelOutput>,
}

impl RunOutputs {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.model_outputs.is_empty()
    }
}

/// A logged model that a run made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelOutput {
    /// `m-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub model_id: String,
    /// At which step of the run.
    #[serde(deserialize_with = "json::int64")]
    pub step: i64,
}

/// `runs/search`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRuns {
    /// The experiments to look in; none finds nothing.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_ids: Vec<String>,
    /// MLflow's filter grammar; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Deleted ones too? `None` is [`ViewType::ActiveOnly`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_view_type: Option<ViewType>,
    /// 1 to [`limits::SEARCH_RUNS_MAX_RESULTS`].
    #[serde(deserialize_with = "json::uint32")]
    pub max_results: u32,
    /// Such as ``metrics.`loss` ASC``; each key once. MLflow's own order is
    /// `start_time DESC`, then `run_id`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub order_by: Vec<String>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

impl Default for SearchRuns {
    /// The first 1000 active runs of no experiment yet.
    fn default() -> Self {
        Self {
            experiment_ids: Vec::new(),
            filter: None,
            run_view_type: None,
            max_results: limits::SEARCH_RUNS_DEFAULT_MAX_RESULTS,
            order_by: Vec::new(),
            page_token: None,
        }
    }
}

/// A page of runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRunsResponse {
    /// May be shorter than asked for, even on a page that is not the last.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub runs: Vec<Run>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `runs/get`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetRun {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GetRunResponse {
    /// What was asked for; an unknown one is an error, never an absence.
    pub run: Run,
}

/// `runs/create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateRun {
    /// The experiment that it belongs to.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Who starts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Without one the server makes a name up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_name: Option<String>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub start_time: Option<i64>,
    /// Its first tags.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// `runs/update`: what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRun {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// Where it is in its life now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub end_time: Option<i64>,
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_name: Option<String>,
}

/// A run after a change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRunResponse {
    /// Its name, status and times now.
    #[serde(deserialize_with = "json::or_default")]
    pub run_info: RunInfo,
}

/// `runs/delete`: it can be restored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteRun {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
}

/// `runs/restore`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestoreRun {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
}

/// The answer of a call that has nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}
