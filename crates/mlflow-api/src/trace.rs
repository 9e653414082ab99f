//! Traces (3.x): what an application did to answer one request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Assessment, Span, TraceState, json, limits, time};

/// A trace and its spans.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trace {
    /// What it is.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_info: TraceInfo,
    /// The root first, then by start.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub spans: Vec<Span>,
}

/// What a trace is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceInfo {
    /// `tr-` and 32 hexadecimal digits.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// The application's own id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<String>,
    /// Where it is kept.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_location: TraceLocation,
    /// The beginning of what was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_preview: Option<String>,
    /// The beginning of what was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_preview: Option<String>,
    /// Milliseconds since 1970.
    #[serde(with = "time::timestamp")]
    pub request_time: i64,
    /// Milliseconds; absent while it lasts.
    #[serde(skip_serializing_if = "Option::is_none", with = "time::opt_duration")]
    pub execution_duration: Option<i64>,
    /// How it ended.
    pub state: TraceState,
    /// What does not change: MLflow's own, and the application's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::or_default")]
    pub trace_metadata: BTreeMap<String, String>,
    /// What may.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::or_default")]
    pub tags: BTreeMap<String, String>,
    /// What is thought of it, and was expected, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub assessments: Vec<Assessment>,
}

/// Where traces are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceLocation {
    /// `MLFLOW_EXPERIMENT`, outside Databricks.
    #[serde(rename = "type")]
    pub kind: String,
    /// The experiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mlflow_experiment: Option<MlflowExperiment>,
}

/// The `type` of [`TraceLocation`] that MLflow's own server has.
const MLFLOW_EXPERIMENT: &str = "MLFLOW_EXPERIMENT";

impl Default for TraceLocation {
    fn default() -> Self {
        Self { kind: "TRACE_LOCATION_TYPE_UNSPECIFIED".into(), mlflow_experiment: None }
    }
}

impl TraceLocation {
    /// An experiment.
    pub fn experiment(experiment_id: impl Into<String>) -> Self {
        let experiment = MlflowExperiment { experiment_id: experiment_id.into() };
        Self { kind: MLFLOW_EXPERIMENT.into(), mlflow_experiment: Some(experiment) }
    }

    /// The experiment's id, if it is one and says so.
    pub fn experiment_id(&self) -> Option<&str> {
        let experiment = self.mlflow_experiment.as_ref()?;
        (self.kind == MLFLOW_EXPERIMENT).then_some(experiment.experiment_id.as_str())
    }
}

/// An experiment with traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MlflowExperiment {
    /// Its id.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
}

/// `POST traces`: writes down a trace that has ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StartTrace {
    /// Without spans, which travel over OTLP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

/// A trace without its spans, or with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub trace: Trace,
}

/// `GET traces/{trace_id}`: without spans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetTraceInfo {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
}

/// `traces/get`: with spans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetTrace {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// Whether one is answered of which spans are still on their way.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_flag")]
    pub allow_partial: Option<bool>,
}

/// `traces/batchGet`: with spans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchGetTraces {
    /// Which.
    #[serde(deserialize_with = "json::texts")]
    pub trace_ids: Vec<String>,
    /// Keeps to these experiments; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_texts")]
    pub experiment_ids: Option<Vec<String>>,
}

/// The traces that were found, in the order of their ids in the request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchGetTracesResponse {
    /// Those that are all there.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub traces: Vec<Trace>,
}

/// `traces/batchGetInfos`: without spans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchGetTraceInfos {
    /// Which.
    #[serde(deserialize_with = "json::texts")]
    pub trace_ids: Vec<String>,
    /// Keeps to these experiments; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_texts")]
    pub experiment_ids: Option<Vec<String>>,
}

/// The traces that were found, in the order of their ids in the request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchGetTraceInfosResponse {
    /// Without spans.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub trace_infos: Vec<TraceInfo>,
}

/// `traces/search`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchTraces {
    /// The experiments to look in; none is refused.
    #[serde(deserialize_with = "json::or_default")]
    pub locations: Vec<TraceLocation>,
    /// MLflow's filter grammar; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// At most [`limits::SEARCH_TRACES_MAX_RESULTS`].
    #[serde(deserialize_with = "json::uint32")]
    pub max_results: u32,
    /// The newest first without.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub order_by: Vec<String>,
    /// From the previous page of the same search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

impl Default for SearchTraces {
    /// The first 100 of no experiment yet.
    fn default() -> Self {
        Self {
            locations: Vec::new(),
            filter: None,
            max_results: limits::SEARCH_TRACES_DEFAULT_MAX_RESULTS,
            order_by: Vec::new(),
            page_token: None,
        }
    }
}

/// A page of traces.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchTracesResponse {
    /// Without spans, in the order that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub traces: Vec<TraceInfo>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `PATCH traces/{trace_id}/tags`: makes it, or changes its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetTraceTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// Its key.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
    /// Its value.
    #[serde(deserialize_with = "json::or_default")]
    pub value: String,
}

/// `DELETE traces/{trace_id}/tags`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteTraceTag {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// Its key.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
}

/// `traces/delete-traces`: some by their ids, or all up to a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteTraces {
    /// The experiment that they are in.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// The time of the newest, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub max_timestamp_millis: Option<i64>,
    /// With a time: at most so many, the oldest first.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub max_traces: Option<i64>,
    /// Their ids.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub request_ids: Vec<String>,
}

/// How many traces were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteTracesResponse {
    /// None, too.
    #[serde(deserialize_with = "json::int64")]
    pub traces_deleted: i64,
}

/// `traces/link-to-run`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkTracesToRun {
    /// At most [`limits::MAX_TRACE_LINKS`].
    #[serde(deserialize_with = "json::or_default")]
    pub trace_ids: Vec<String>,
    /// The run.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
}

/// `traces/link-prompts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkPromptsToTrace {
    /// The trace.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_id: String,
    /// The prompts that were used.
    #[serde(deserialize_with = "json::or_default")]
    pub prompt_versions: Vec<PromptVersionRef>,
}

/// A version of a prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptVersionRef {
    /// The prompt's name.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// A number in text.
    #[serde(deserialize_with = "json::or_default")]
    pub version: String,
}

/// `POST traces/calculate-filter-correlation`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CalculateTraceFilterCorrelation {
    /// Where.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub experiment_ids: Vec<String>,
    /// See [`SearchTraces::filter`].
    #[serde(deserialize_with = "json::or_default")]
    pub filter_string1: String,
    /// See [`SearchTraces::filter`].
    #[serde(deserialize_with = "json::or_default")]
    pub filter_string2: String,
    /// What both are on top of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_filter: Option<String>,
}

/// How far two filters find the same traces.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceFilterCorrelation {
    /// From -1, never the same, to 1, always; none where one finds nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub npmi: Option<f64>,
    /// The same, for few traces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub npmi_smoothed: Option<f64>,
    /// What the first finds.
    #[serde(deserialize_with = "json::int64")]
    pub filter1_count: i64,
    /// What the second finds.
    #[serde(deserialize_with = "json::int64")]
    pub filter2_count: i64,
    /// What both find.
    #[serde(deserialize_with = "json::int64")]
    pub joint_count: i64,
    /// What there is.
    #[serde(deserialize_with = "json::int64")]
    pub total_count: i64,
}
