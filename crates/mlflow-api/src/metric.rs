//! Metrics and their history.

use serde::{Deserialize, Serialize};

use crate::json;

/// One value of a metric.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metric {
    /// The metric's name; `system/…` for system metrics.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
    /// May be NaN or infinite.
    #[serde(with = "json::metric_value")]
    pub value: f64,
    /// When it was logged, in milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub timestamp: i64,
    /// The x axis that the user chose; often an epoch. May be negative.
    #[serde(deserialize_with = "json::int64")]
    pub step: i64,
    /// The dataset that it was computed on (3.x).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_name: Option<String>,
    /// The digest of that dataset (3.x).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_digest: Option<String>,
    /// The logged model that it belongs to (3.x).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// The run that it belongs to; only in answers about several runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
}

/// A value of a metric on its way to a server, which refuses one without a
/// value or a time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewMetric {
    /// The metric's name.
    #[serde(deserialize_with = "json::or_default")]
    pub key: String,
    /// May be NaN or infinite.
    #[serde(with = "json::opt_metric_value", skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// In milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub timestamp: Option<i64>,
    /// The x axis that the user chose. May be negative.
    #[serde(deserialize_with = "json::int64")]
    pub step: i64,
    /// The dataset that it was computed on (3.x).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_name: Option<String>,
    /// The digest of that dataset (3.x).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_digest: Option<String>,
    /// The logged model that it belongs to (3.x).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
}

impl From<Metric> for NewMetric {
    fn from(metric: Metric) -> Self {
        let Metric { key, value, timestamp, step, dataset_name, dataset_digest, model_id, .. } =
            metric;
        let (value, timestamp) = (Some(value), Some(timestamp));
        Self { key, value, timestamp, step, dataset_name, dataset_digest, model_id }
    }
}

/// `runs/log-metric`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogMetric {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// The value.
    #[serde(flatten)]
    pub metric: NewMetric,
}

/// `metrics/get-history`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetMetricHistory {
    /// Whose.
    #[serde(deserialize_with = "json::or_default")]
    pub run_id: String,
    /// Of which metric.
    #[serde(deserialize_with = "json::or_default")]
    pub metric_key: String,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
    /// Points in a page; without it a server answers all at once.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
}

/// A page of a metric's history. An unknown metric has an empty one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetMetricHistoryResponse {
    /// In the server's order, which need not be by step.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub metrics: Vec<Metric>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `metrics/get-history-bulk`, which MLflow has for its own pages only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetMetricHistoryBulk {
    /// Whose; at most [`limits::METRIC_HISTORY_BULK_MAX_RUNS`](crate::limits::METRIC_HISTORY_BULK_MAX_RUNS).
    #[serde(deserialize_with = "json::texts")]
    pub run_id: Vec<String>,
    /// Of which metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_key: Option<String>,
    /// At most, and by default, [`limits::METRIC_HISTORY_PAGE`](crate::limits::METRIC_HISTORY_PAGE).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
}

/// `metrics/get-history-bulk-interval`: evenly chosen points of each run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetMetricHistoryBulkInterval {
    /// Whose; at most [`limits::METRIC_HISTORY_BULK_MAX_RUNS`](crate::limits::METRIC_HISTORY_BULK_MAX_RUNS).
    #[serde(deserialize_with = "json::texts")]
    pub run_ids: Vec<String>,
    /// Of which metric.
    #[serde(deserialize_with = "json::or_default")]
    pub metric_key: String,
    /// The first step; goes with `end_step`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub start_step: Option<i64>,
    /// The last step.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_int64")]
    pub end_step: Option<i64>,
    /// Points of a run: at most, and by default,
    /// [`limits::METRIC_HISTORY_INTERVAL_MAX_RESULTS`](crate::limits::METRIC_HISTORY_INTERVAL_MAX_RESULTS).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
}

/// Points of several runs; each says of which.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricsOfRunsResponse {
    /// The points.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub metrics: Vec<Metric>,
}
