//! Traces as clients from 2.14 on up to 3.0 say them.

use serde::{Deserialize, Serialize};

use crate::{DeleteTraces, Tag, TraceStatus, json, limits};

/// What a trace is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceInfoV2 {
    /// The trace's id.
    #[serde(deserialize_with = "json::or_default")]
    pub request_id: String,
    /// The experiment that it belongs to.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub timestamp_ms: i64,
    /// How long it took; 0 while it lasts.
    #[serde(deserialize_with = "json::int64")]
    pub execution_time_ms: i64,
    /// How it ended.
    pub status: TraceStatus,
    /// What does not change.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub request_metadata: Vec<Tag>,
    /// What may.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// `POST traces`: a trace begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StartTraceV2 {
    /// The experiment that it belongs to.
    #[serde(deserialize_with = "json::or_default")]
    pub experiment_id: String,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub timestamp_ms: i64,
    /// Its first metadata.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub request_metadata: Vec<Tag>,
    /// Its first tags.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// `PATCH traces/{request_id}`: a trace ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndTrace {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub request_id: String,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub timestamp_ms: i64,
    /// How it ended.
    pub status: TraceStatus,
    /// Added to what it has.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub request_metadata: Vec<Tag>,
    /// Added to what it has.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub tags: Vec<Tag>,
}

/// `GET traces/{request_id}/info`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetTraceInfoV2 {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub request_id: String,
}

/// The answer of what makes, finds or ends a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceInfoV2Response {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_info: TraceInfoV2,
}

/// `GET traces`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchTracesV2 {
    /// The experiments to look in; none is refused.
    #[serde(deserialize_with = "json::texts")]
    pub experiment_ids: Vec<String>,
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

impl Default for SearchTracesV2 {
    /// The first 100 of no experiment yet.
    fn default() -> Self {
        Self {
            experiment_ids: Vec::new(),
            filter: None,
            max_results: limits::SEARCH_TRACES_DEFAULT_MAX_RESULTS,
            order_by: Vec::new(),
            page_token: None,
        }
    }
}

/// A page of traces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchTracesV2Response {
    /// In the order that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub traces: Vec<TraceInfoV2>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `PATCH traces/{request_id}/tags`; newer clients use it, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetTraceTagV2 {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub request_id: String,
    /// Its key and value.
    #[serde(flatten)]
    pub tag: Tag,
}

/// `DELETE traces/{request_id}/tags`; newer clients use it, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteTraceTagV2 {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub request_id: String,
    /// Its key.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
}

/// `traces/delete-traces` of the older API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeleteTracesV2(pub DeleteTraces);
