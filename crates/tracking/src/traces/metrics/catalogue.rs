//! What can be measured, and where the store has it.

use mlflow_api::{AggregationType, MetricViewType};

use crate::Error;

/// What is looked at.
pub(super) struct View {
    name: MetricViewType,
    /// The tables; a trace is `t`, a span `s`, an assessment `a`.
    pub(super) tables: &'static str,
    /// Where its experiment is.
    pub(super) experiment: &'static str,
    /// When it was, in the units below.
    pub(super) time: &'static str,
    /// How many of these units are a millisecond.
    pub(super) per_millisecond: i64,
    metrics: &'static [Metric],
}

/// What is measured.
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) value: &'static str,
    /// Whether a value counts once, however often it is there.
    pub(super) is_distinct: bool,
    /// When it was, and in which unit, where not as the view has it: MLflow looks
    /// for some spans by the time of their trace.
    pub(super) range: Option<(&'static str, i64)>,
    aggregations: &'static [AggregationType],
    dimensions: &'static [Dimension],
}

/// What groups are made by: its name and its column.
pub(super) type Dimension = (&'static str, &'static str);

const COUNT: &[AggregationType] = &[AggregationType::Count];
const NUMBER: &[AggregationType] = &[
    AggregationType::Avg,
    AggregationType::Min,
    AggregationType::Max,
    AggregationType::Percentile,
];
const AMOUNT: &[AggregationType] = &[
    AggregationType::Sum,
    AggregationType::Avg,
    AggregationType::Min,
    AggregationType::Max,
    AggregationType::Percentile,
];

const TRACE_NAME: Dimension = ("trace_name", "t.trace_name");
const MODEL: &[Dimension] =
    &[("span_model_name", "s.model_name"), ("span_model_provider", "s.model_provider")];

const fn metric(
    name: &'static str,
    value: &'static str,
    aggregations: &'static [AggregationType],
    dimensions: &'static [Dimension],
) -> Metric {
    Metric { name, value, is_distinct: false, range: None, aggregations, dimensions }
}

const fn tokens(name: &'static str, value: &'static str) -> Metric {
    metric(name, value, AMOUNT, &[TRACE_NAME])
}

/// Where the time of a trace is.
const TRACE_TIME: Option<(&str, i64)> = Some(("t.timestamp_ms", 1));

const VIEWS: [View; 3] = [
    View {
        name: MetricViewType::Traces,
        tables: "trace_info t",
        experiment: "t.experiment_id",
        time: "t.timestamp_ms",
        per_millisecond: 1,
        metrics: &[
            metric(
                "trace_count",
                "t.request_id",
                COUNT,
                &[TRACE_NAME, ("trace_status", "t.status")],
            ),
            Metric { is_distinct: true, ..metric("session_count", "t.session_id", COUNT, &[]) },
            metric("latency", "t.execution_time_ms", NUMBER, &[TRACE_NAME]),
            tokens("input_tokens", "t.input_tokens"),
            tokens("output_tokens", "t.output_tokens"),
            tokens("total_tokens", "t.total_tokens"),
            tokens("cache_read_input_tokens", "t.cache_read_input_tokens"),
            tokens("cache_creation_input_tokens", "t.cache_creation_input_tokens"),
        ],
    },
    View {
        name: MetricViewType::Spans,
        tables: "trace_info t JOIN spans s ON s.trace_id = t.request_id",
        experiment: "t.experiment_id",
        time: "s.start_time_unix_nano",
        per_millisecond: 1_000_000,
        metrics: &[
            Metric {
                range: TRACE_TIME,
                ..metric(
                    "span_count",
                    "s.span_id",
                    COUNT,
                    &[
                        ("span_name", "s.name"),
                        ("span_type", "s.type"),
                        ("span_status", "s.status"),
                        ("span_model_name", "s.model_name"),
                        ("span_model_provider", "s.model_provider"),
                    ],
                )
            },
            Metric {
                range: TRACE_TIME,
                ..metric(
                    "latency",
                    "(s.end_time_unix_nano - s.start_time_unix_nano) / 1000000",
                    NUMBER,
                    &[("span_name", "s.name"), ("span_status", "s.status")],
                )
            },
            metric("input_cost", "s.input_cost", AMOUNT, MODEL),
            metric("output_cost", "s.output_cost", AMOUNT, MODEL),
            metric("total_cost", "s.total_cost", AMOUNT, MODEL),
        ],
    },
    View {
        name: MetricViewType::Assessments,
        tables: "assessments a JOIN trace_info t ON t.request_id = a.trace_id AND a.valid",
        experiment: "a.experiment_id",
        time: "a.trace_timestamp_ms",
        per_millisecond: 1,
        metrics: &[
            metric(
                "assessment_count",
                "a.assessment_id",
                COUNT,
                &[("assessment_name", "a.name"), ("assessment_value", "a.value")],
            ),
            metric(
                "assessment_value",
                "a.aggregate_value",
                NUMBER,
                &[("assessment_name", "a.name")],
            ),
        ],
    },
];

/// The view of that name.
pub(super) fn view(name: MetricViewType) -> Result<&'static View, Error> {
    VIEWS
        .iter()
        .find(|view| view.name == name)
        .ok_or_else(|| Error::invalid("view_type must be one of TRACES, SPANS, ASSESSMENTS"))
}

impl View {
    /// The metric of that name.
    pub(super) fn metric(&self, name: &str) -> Result<&'static Metric, Error> {
        self.metrics.iter().find(|metric| metric.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.metrics.iter().map(|metric| metric.name).collect();
            Error::invalid(format!("metric_name must be one of {}, got '{name}'", known.join(", ")))
        })
    }
}

impl Metric {
    /// The dimension of that name.
    pub(super) fn dimension(&self, name: &str) -> Result<Dimension, Error> {
        self.dimensions.iter().copied().find(|(known, _)| *known == name).ok_or_else(|| {
            let known: Vec<&str> = self.dimensions.iter().map(|(known, _)| *known).collect();
            Error::invalid(format!(
                "Found invalid dimension(s): ['{name}']. Supported dimensions: {}",
                known.join(", ")
            ))
        })
    }

    /// Refuses a figure that is none of this metric.
    pub(super) fn check(&self, aggregation: AggregationType) -> Result<(), Error> {
        if self.aggregations.contains(&aggregation) {
            return Ok(());
        }
        let known: Vec<&str> = self.aggregations.iter().map(|known| known.as_str()).collect();
        Err(Error::invalid(format!(
            "Found invalid aggregation_type(s): ['{aggregation}']. Supported aggregation types: {}",
            known.join(", ")
        )))
    }
}
