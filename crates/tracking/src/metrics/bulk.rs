//! The history of one metric in several runs, for charts.

use mlflow_api::{
    GetMetricHistoryBulk, GetMetricHistoryBulkInterval, Metric, MetricsOfRunsResponse, limits,
};

use super::metric;
use crate::call::required;
use crate::{Error, Row, Sql, Value};

/// Everything, run by run, as far as the limit goes.
pub(crate) fn bulk(
    sql: &dyn Sql,
    asked: &GetMetricHistoryBulk,
) -> Result<MetricsOfRunsResponse, Error> {
    let max_runs = limits::METRIC_HISTORY_BULK_MAX_RUNS;
    if asked.run_id.is_empty() {
        return Err(Error::invalid(
            "GetMetricHistoryBulk request must specify at least one run_id.",
        ));
    }
    if asked.run_id.len() > max_runs {
        let got = asked.run_id.len();
        return Err(Error::invalid(format!(
            "GetMetricHistoryBulk request cannot specify more than {max_runs} run_ids. Received {got} run_ids."
        )));
    }
    let Some(key) = &asked.metric_key else {
        return Err(Error::invalid("GetMetricHistoryBulk request must specify a metric_key."));
    };
    let limit = limits::METRIC_HISTORY_PAGE;
    let limit = asked.max_results.unwrap_or(limit).min(limit);
    let rows = sql.query(
        "SELECT key, value, is_nan, timestamp, step, run_uuid FROM metrics
         WHERE key = ?1 AND run_uuid IN (SELECT value FROM json_each(?2))
         ORDER BY run_uuid, timestamp, step, value LIMIT ?3",
        &[
            key.as_str().into(),
            serde_json::json!(asked.run_id).to_string().into(),
            i64::from(limit).into(),
        ],
    )?;
    Ok(MetricsOfRunsResponse { metrics: rows.into_iter().map(metric_of_run).collect() })
}

/// So many points of each run, evenly chosen, the first and the last among them.
pub(crate) fn interval(
    sql: &dyn Sql,
    asked: &GetMetricHistoryBulkInterval,
) -> Result<MetricsOfRunsResponse, Error> {
    let max_runs = limits::METRIC_HISTORY_BULK_MAX_RUNS;
    let max_results = limits::METRIC_HISTORY_INTERVAL_MAX_RESULTS;
    if asked.run_ids.is_empty() {
        return Err(Error::missing("run_ids"));
    }
    if asked.run_ids.len() > max_runs {
        let got = asked.run_ids.len();
        return Err(Error::invalid(format!(
            "GetMetricHistoryBulkInterval request must specify at most {max_runs} run_ids. Received {got} run_ids. See the API docs for more information about request parameters."
        )));
    }
    let key = required(&asked.metric_key, "metric_key")?;
    let points = asked.max_results.unwrap_or(max_results);
    if !(1..=max_results).contains(&points) {
        return Err(Error::invalid(format!(
            "max_results must be between 1 and {max_results}. See the API docs for more information about request parameters."
        )));
    }
    let (start, end) = steps(asked)?;
    let mut metrics = Vec::new();
    for run in &asked.run_ids {
        metrics.extend(sample(sql, run, key, (start, end), i64::from(points))?);
    }
    Ok(MetricsOfRunsResponse { metrics })
}

fn steps(asked: &GetMetricHistoryBulkInterval) -> Result<(i64, i64), Error> {
    match (asked.start_step, asked.end_step) {
        (None, None) => Ok((i64::MIN, i64::MAX)),
        (Some(start), Some(end)) if start > end => Err(Error::invalid(format!(
            "end_step must be greater than start_step. Found start_step={start} and end_step={end}."
        ))),
        (Some(start), Some(end)) => Ok((start, end)),
        _ => Err(Error::invalid(
            "If either start step or end step are specified, both must be specified.",
        )),
    }
}

/// The first point of each of so many buckets of equal size; instead of the
/// last of them, or after it, the very last point.
fn sample(
    sql: &dyn Sql,
    run: &str,
    key: &str,
    (start, end): (i64, i64),
    points: i64,
) -> Result<Vec<Metric>, Error> {
    let parameters: [Value; 5] = [run.into(), key.into(), start.into(), end.into(), points.into()];
    let rows = sql.query(
        "WITH points AS (
             SELECT key, value, is_nan, timestamp, step, run_uuid,
                 row_number() OVER earliest AS place, ntile(?5) OVER earliest AS bucket,
                 count(*) OVER () AS total
             FROM metrics WHERE run_uuid = ?1 AND key = ?2 AND step BETWEEN ?3 AND ?4
             WINDOW earliest AS (ORDER BY step, timestamp, value, is_nan)
         ), firsts AS (
             SELECT *, lag(bucket, 1, 0) OVER (ORDER BY place) AS before FROM points
         )
         SELECT key, value, is_nan, timestamp, step, run_uuid FROM firsts
         WHERE place = total OR (bucket <> before AND (bucket < ?5 OR total <= ?5))
         ORDER BY place",
        &parameters,
    )?;
    Ok(rows.into_iter().map(metric_of_run).collect())
}

/// A row of a metric, and the run that it belongs to.
fn metric_of_run(mut row: Row) -> Metric {
    let run_id = row.pop().and_then(Value::text);
    Metric { run_id, ..metric(row) }
}
