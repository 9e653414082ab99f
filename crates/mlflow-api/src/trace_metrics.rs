//! Figures about traces, their spans and their assessments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::enums::{AggregationType, MetricViewType};
use crate::json;

/// `POST traces/metrics`: figures, over all that there is or by groups of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueryTraceMetrics {
    /// Where; none finds nothing, and has to be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment_ids: Option<Vec<String>>,
    /// What is looked at.
    #[serde(deserialize_with = "json::wire_enum")]
    pub view_type: MetricViewType,
    /// What is measured, such as `latency`.
    #[serde(deserialize_with = "json::or_default")]
    pub metric_name: String,
    /// Which figures of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregations: Option<Vec<MetricAggregation>>,
    /// What groups are made by, such as `trace_name`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub dimensions: Vec<String>,
    /// Comparisons that all have to hold, such as `trace.status = 'OK'`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::texts")]
    pub filters: Vec<String>,
    /// How long the times are that groups are made by, too.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub time_interval_seconds: Option<i64>,
    /// From when on, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub start_time_ms: Option<i64>,
    /// Until when, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub end_time_ms: Option<i64>,
    /// How many groups at most.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub max_results: Option<i64>,
    /// Never given by MLflow, and not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// A figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricAggregation {
    /// Which.
    #[serde(deserialize_with = "json::wire_enum")]
    pub aggregation_type: AggregationType,
    /// From 0 to 100, of a percentile alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentile_value: Option<f64>,
}

/// The groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueryTraceMetricsResponse {
    /// In the order of their times and dimensions.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub data_points: Vec<MetricDataPoint>,
    /// Never given by MLflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// A group and its figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricDataPoint {
    /// What is measured.
    #[serde(deserialize_with = "json::or_default")]
    pub metric_name: String,
    /// What makes it a group; `time_bucket` is its time.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::or_default")]
    pub dimensions: BTreeMap<String, String>,
    /// The figures, by their names: `COUNT`, `P99.0`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::or_default")]
    pub values: BTreeMap<String, f64>,
}
