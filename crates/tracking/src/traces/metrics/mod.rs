//! Figures about traces, their spans and their assessments, by groups.

mod catalogue;
mod filter;

use std::collections::BTreeMap;

use mlflow_api::{
    AggregationType, ErrorCode, MetricAggregation, MetricDataPoint, QueryTraceMetrics,
    QueryTraceMetricsResponse, format_time,
};

use self::catalogue::{Metric, View};
use super::search;
use crate::call::required;
use crate::experiments::in_experiments;
use crate::search::Search;
use crate::sql::Columns;
use crate::{Error, Row, Sql};

/// How many groups where nothing else is asked for, and at most.
const GROUPS: i64 = 1000;
const MAX_GROUPS: i64 = 50_000;
/// How many filters and figures may be asked for at once.
const MAX_PARTS: usize = 20;

/// The dimension that is a time.
const TIME: &str = "time_bucket";

pub(crate) fn query(
    sql: &dyn Sql,
    asked: &QueryTraceMetrics,
) -> Result<QueryTraceMetricsResponse, Error> {
    let experiments =
        asked.experiment_ids.as_ref().ok_or_else(|| Error::missing("experiment_ids"))?;
    let view = catalogue::view(asked.view_type)?;
    let metric = view.metric(required(&asked.metric_name, "metric_name")?)?;
    let figures = figures(metric, asked.aggregations.as_deref())?;
    let mut search = search::new();
    in_experiments(&mut search, view.experiment, experiments)?;
    if asked.filters.len() > MAX_PARTS {
        return Err(Error::invalid(format!("at most {MAX_PARTS} filters are taken")));
    }
    for text in &asked.filters {
        filter::add(&mut search, asked.view_type, text)?;
    }
    between(&mut search, view, metric, asked);
    let mut groups = Vec::new();
    groups.extend(time(&mut search, view, asked)?);
    for name in &asked.dimensions {
        let (name, column) = metric.dimension(name)?;
        if groups.iter().all(|(known, _)| *known != name) {
            groups.push((name, column.to_owned()));
        }
    }
    // As MLflow, which leaves out groups without a figure.
    if figures.is_empty() {
        return match groups.as_slice() {
            [] => {
                Err(Error::new(ErrorCode::BadRequest, "neither figures nor groups are asked for"))
            }
            _ => Ok(QueryTraceMetricsResponse::default()),
        };
    }
    let statement = statement(&mut search, view, metric, &groups, &figures, asked);
    let rows = search.run(sql, &statement)?;
    let points = rows.into_iter().filter_map(|row| point(row, metric, &groups, &figures));
    Ok(QueryTraceMetricsResponse { data_points: points.collect(), next_page_token: None })
}

/// A figure under its name.
struct Figure {
    name: String,
    of: MetricAggregation,
}

/// The figures that are asked for, each once.
fn figures(metric: &Metric, asked: Option<&[MetricAggregation]>) -> Result<Vec<Figure>, Error> {
    let asked = asked.ok_or_else(|| Error::missing("aggregations"))?;
    let mut figures: Vec<Figure> = Vec::new();
    for of in asked.iter().copied() {
        metric.check(of.aggregation_type)?;
        let name = match (of.aggregation_type, of.percentile_value) {
            (AggregationType::Percentile, Some(value)) if (0.0..=100.0).contains(&value) => {
                format!("P{value:?}")
            }
            (AggregationType::Percentile, _) => {
                return Err(Error::invalid("a percentile_value has to be from 0 to 100"));
            }
            (_, Some(_)) => {
                return Err(Error::invalid("percentile_value is for the figure PERCENTILE alone"));
            }
            (figure, None) => figure.to_string(),
        };
        if figures.iter().all(|figure| figure.name != name) {
            figures.push(Figure { name, of });
        }
    }
    if figures.len() > MAX_PARTS {
        return Err(Error::invalid(format!("at most {MAX_PARTS} aggregations are taken")));
    }
    Ok(figures)
}

/// Looks only at what was in the time that is asked for, to the end of its last
/// millisecond.
fn between(search: &mut Search, view: &View, metric: &Metric, asked: &QueryTraceMetrics) {
    let (column, unit) = metric.range.unwrap_or((view.time, view.per_millisecond));
    // What is out of an integer's reach is before or after all that there is.
    if let Some(start) = asked.start_time_ms {
        let start = search.bind(start.saturating_mul(unit));
        search.also(format!("{column} >= {start}"));
    }
    if let Some(end) = asked.end_time_ms {
        let end = search.bind(end.saturating_mul(unit).saturating_add(unit - 1));
        search.also(format!("{column} <= {end}"));
    }
}

/// The beginning of the time that something was in, in milliseconds, if groups
/// are made by it.
fn time(
    search: &mut Search,
    view: &View,
    asked: &QueryTraceMetrics,
) -> Result<Option<(&'static str, String)>, Error> {
    let Some(seconds) = asked.time_interval_seconds.filter(|seconds| *seconds != 0) else {
        return Ok(None);
    };
    if asked.start_time_ms.is_none() || asked.end_time_ms.is_none() {
        return Err(Error::invalid(
            "start_time_ms and end_time_ms are required if time_interval_seconds is set",
        ));
    }
    let View { time, per_millisecond: unit, .. } = view;
    let length = seconds.checked_mul(1000 * unit).filter(|length| *length > 0);
    let length = length.ok_or_else(|| Error::invalid("time_interval_seconds is out of range"))?;
    let length = search.bind(length);
    let length = format!("CAST({length} AS INTEGER)");
    // Down, before 1970 too.
    Ok(Some((TIME, format!("({time} - (({time} % {length}) + {length}) % {length}) / {unit}"))))
}

/// The statement: what is measured, under the names `d0`, `d1`… and `v`; and the
/// figures of its groups.
fn statement(
    search: &mut Search,
    view: &View,
    metric: &Metric,
    groups: &[(&str, String)],
    figures: &[Figure],
    asked: &QueryTraceMetrics,
) -> String {
    let value = metric.value;
    search.also(format!("{value} IS NOT NULL"));
    let mut columns = Vec::new();
    for (number, (_, column)) in groups.iter().enumerate() {
        search.also(format!("{column} IS NOT NULL"));
        columns.push(format!("{column} AS d{number}"));
    }
    columns.push(format!("{value} AS v"));
    let names: Vec<String> = (0..groups.len()).map(|number| format!("d{number}")).collect();
    let names = names.join(", ");
    if figures.iter().any(|figure| figure.of.percentile_value.is_some()) {
        // The rank in the group, from 0, and the group's size.
        let by: Vec<&str> = groups.iter().map(|(_, column)| column.as_str()).collect();
        let by =
            if by.is_empty() { String::new() } else { format!("PARTITION BY {}", by.join(", ")) };
        columns.push(format!("row_number() OVER ({by} ORDER BY {value}) - 1 AS i"));
        columns.push(format!("count(*) OVER ({by}) AS n"));
    }
    let conditions = search.conditions();
    let mut selected: Vec<String> = if names.is_empty() { Vec::new() } else { vec![names.clone()] };
    selected.extend(figures.iter().map(|figure| expression(search, metric, figure)));
    let grouped =
        if names.is_empty() { String::new() } else { format!("GROUP BY {names} ORDER BY {names}") };
    let limit = asked.max_results.unwrap_or(GROUPS);
    let limit = if limit < 0 { MAX_GROUPS } else { limit.min(MAX_GROUPS) };
    let limit = search.bind(limit);
    format!(
        "SELECT {} FROM (SELECT {} FROM {} WHERE {conditions}) {grouped} LIMIT {limit}",
        selected.join(", "),
        columns.join(", "),
        view.tables
    )
}

/// A figure of a group.
fn expression(search: &mut Search, metric: &Metric, figure: &Figure) -> String {
    let of = match figure.of.aggregation_type {
        AggregationType::Count if metric.is_distinct => return "count(DISTINCT v)".to_owned(),
        AggregationType::Sum => "sum",
        AggregationType::Avg => "avg",
        AggregationType::Min => "min",
        AggregationType::Max => "max",
        AggregationType::Percentile => {
            // Between the two values that are next to it, by where it is between.
            let ratio = figure.of.percentile_value.unwrap_or_default() / 100.0;
            let ratio = search.bind(ratio);
            let at = format!("({ratio} * (n - 1))");
            let low = format!("max(CASE WHEN i = CAST({at} AS INTEGER) THEN v END)");
            let high =
                format!("max(CASE WHEN i = min(CAST({at} AS INTEGER) + 1, n - 1) THEN v END)");
            let part = format!("max({at} - CAST({at} AS INTEGER))");
            return format!("{low} + {part} * ({high} - {low})");
        }
        AggregationType::Count | AggregationType::Unspecified => "count",
    };
    format!("{of}(v)")
}

/// A group; none where nothing was measured in it.
fn point(
    row: Row,
    metric: &Metric,
    groups: &[(&str, String)],
    figures: &[Figure],
) -> Option<MetricDataPoint> {
    let mut columns = Columns::of(row);
    let mut dimensions = BTreeMap::new();
    for (name, _) in groups {
        let value = columns.value();
        let text = match *name {
            // As Python writes a time.
            TIME => format_time(value.integer()?).trim_end_matches('Z').to_owned() + "+00:00",
            _ => value.text()?,
        };
        dimensions.insert((*name).to_owned(), text);
    }
    let mut values = BTreeMap::new();
    for figure in figures {
        if let Some(value) = columns.value().real() {
            values.insert(figure.name.clone(), value);
        }
    }
    let metric_name = metric.name.to_owned();
    (!values.is_empty()).then_some(MetricDataPoint { metric_name, dimensions, values })
}
