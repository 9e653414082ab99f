//! What runs log of metrics: the history, and the latest of each.

use std::collections::HashMap;

use mlflow_api::{NewMetric, limits};
use serde_json::json;

use crate::{Error, Sql, keys, logged_models};

/// Refuses a metric without a key, a value or a time, and times before 1970.
/// `path` is where it is in the request.
pub(super) fn check(metric: &NewMetric, path: &str) -> Result<(), Error> {
    let NewMetric { key, value, timestamp, .. } = metric;
    for (field, is_missing) in
        [("key", key.is_empty()), ("value", value.is_none()), ("timestamp", timestamp.is_none())]
    {
        if is_missing {
            return Err(Error::missing(&format!("{path}{field}")));
        }
    }
    keys::check(key, &format!("{path}name"))?;
    if let (Some(value), Some(timestamp)) = (value, timestamp.filter(|timestamp| *timestamp < 0)) {
        return Err(Error::wrong_value(
            &format!("{path}timestamp"),
            &json!(timestamp),
            &format!(
                "metric '{key}' (value={value}). Timestamp must be a nonnegative long (64-bit integer) "
            ),
        ));
    }
    let [name, digest] = [&metric.dataset_name, &metric.dataset_digest]
        .map(|text| text.as_deref().is_some_and(|text| !text.is_empty()));
    if name != digest {
        return Err(Error::invalid(
            "Both dataset_name and dataset_digest must be provided if one is provided",
        ));
    }
    keys::check_length("Metric name", key, limits::MAX_KEY_LENGTH)
}

/// A value as the store has it, which has no infinities and no NaN.
struct Point<'a> {
    key: &'a str,
    value: f64,
    timestamp: i64,
    step: i64,
    is_nan: bool,
}

impl<'a> Point<'a> {
    fn of(metric: &'a NewMetric) -> Self {
        let value = metric.value.unwrap_or_default();
        Self {
            key: &metric.key,
            value: if value.is_nan() { 0.0 } else { value.clamp(f64::MIN, f64::MAX) },
            timestamp: metric.timestamp.unwrap_or_default(),
            step: metric.step,
            is_nan: value.is_nan(),
        }
    }

    /// Whether it counts more than another: by step, then by time, then by value.
    fn is_later_than(&self, other: &Self) -> bool {
        (self.step, self.timestamp, self.value) > (other.step, other.timestamp, other.value)
    }
}

/// How many values one statement writes. Each is in a page of its own, in two
/// indexes, and pages are split; a statement that changes more than 16 pages keeps
/// what they were in a file, to be undone by itself. Of three that is one in a
/// hundred, of five one in ten.
const AT_ONCE: usize = 3;

/// Keeps the values in the history, and the latest of each metric.
pub(super) fn write(sql: &dyn Sql, run: &str, metrics: &[NewMetric]) -> Result<(), Error> {
    if metrics.is_empty() {
        return Ok(());
    }
    let points: Vec<Point<'_>> = metrics.iter().map(Point::of).collect();
    let mut latest: HashMap<&str, &Point<'_>> = HashMap::new();
    for point in &points {
        let known = latest.entry(point.key).or_insert(point);
        if point.is_later_than(known) {
            *known = point;
        }
    }
    let history: Vec<&Point<'_>> = points.iter().collect();
    write_points(sql, run, &history, "INSERT INTO metrics", "ON CONFLICT DO NOTHING")?;
    let latest: Vec<&Point<'_>> = latest.into_values().collect();
    write_points(
        sql,
        run,
        &latest,
        "INSERT INTO latest_metrics",
        "ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value,
             timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
         WHERE (excluded.step, excluded.timestamp, excluded.value) > (step, timestamp, value)",
    )?;
    let of_models = metrics.iter().zip(points.iter().map(|point| point.value));
    logged_models::write_metrics(sql, run, of_models)
}

/// Writes the points, a few at once, by a statement that begins and ends so.
fn write_points(
    sql: &dyn Sql,
    run: &str,
    points: &[&Point<'_>],
    insert: &str,
    on_conflict: &str,
) -> Result<(), Error> {
    for points in points.chunks(AT_ONCE) {
        let mut rows = String::new();
        let mut parameters = vec![run.into()];
        for point in points {
            let comma = if rows.is_empty() { "" } else { ", " };
            let n = parameters.len();
            let [key, value, timestamp, step, is_nan] = [n + 1, n + 2, n + 3, n + 4, n + 5];
            rows += &format!("{comma}(?{key}, ?{value}, ?{timestamp}, ?{step}, ?{is_nan}, ?1)");
            parameters.extend([
                point.key.into(),
                point.value.into(),
                point.timestamp.into(),
                point.step.into(),
                i64::from(point.is_nan).into(),
            ]);
        }
        let statement = format!(
            "{insert} (key, value, timestamp, step, is_nan, run_uuid) VALUES {rows} {on_conflict}"
        );
        sql.query(&statement, &parameters)?;
    }
    Ok(())
}
