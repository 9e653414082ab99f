//! The metrics of logged models: a run's, kept a second time.

use mlflow_api::{ErrorCode, Metric, NewMetric};
use serde_json::json;

use super::unknown;
use crate::sql::Columns;
use crate::{Error, Sql, Value};

/// The metrics of the model `m`, as a JSON array of what [`read`] takes apart;
/// the values with all their digits.
pub(super) const COLUMN: &str =
    "(SELECT json_group_array(json_array(metric_name, printf('%!.17g', metric_value),
        metric_timestamp_ms, metric_step, dataset_name, dataset_digest, run_id))
     FROM (SELECT * FROM logged_model_metrics l WHERE l.model_id = m.model_id ORDER BY rowid))";

type Columns7 = (String, String, i64, i64, Option<String>, Option<String>, String);

/// Keeps those of a run's metrics that name a logged model with it, too, each
/// with the value that the run's own tables have.
pub(crate) fn write<'m>(
    sql: &dyn Sql,
    run: &str,
    metrics: impl Iterator<Item = (&'m NewMetric, f64)>,
) -> Result<(), Error> {
    let rows: Vec<serde_json::Value> = metrics
        .filter_map(|(metric, value)| {
            let filled = |text: &'m Option<String>| text.as_deref().filter(|text| !text.is_empty());
            let NewMetric { key, timestamp, step, dataset_name, dataset_digest, .. } = metric;
            let model = filled(&metric.model_id)?;
            let (name, digest) = (filled(dataset_name), filled(dataset_digest));
            // 17 digits, of which SQLite reads the very same number.
            let value = format!("{value:.16e}");
            Some(json!([model, key, timestamp, step, value, name, digest]))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Value = json!(rows).to_string().into();
    refuse(sql, UNKNOWN, std::slice::from_ref(&rows), |mut columns| {
        unknown(&columns.text()).to_string()
    })?;
    let parameters: [Value; 2] = [rows, run.into()];
    sql.query(
        "INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms,
             metric_step, metric_value, dataset_name, dataset_digest, experiment_id, run_id)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, CAST(value ->> 4 AS REAL),
             value ->> 5, value ->> 6, r.experiment_id, r.run_uuid
         FROM json_each(?1) JOIN runs r ON r.run_uuid = ?2 WHERE true ON CONFLICT DO NOTHING",
        &parameters,
    )?;
    refuse(sql, OTHERWISE, &parameters, |mut columns| {
        let (model, key) = (columns.text(), columns.text());
        format!("the model '{model}' has another value of '{key}' at that time and step")
    })
}

/// The models of such rows that there are not.
const UNKNOWN: &str = "SELECT value ->> 0 FROM json_each(?1)
    WHERE value ->> 0 NOT IN (SELECT model_id FROM logged_models) LIMIT 1";

/// The models and keys of such rows that have another value in the store.
const OTHERWISE: &str = "SELECT l.model_id, l.metric_name FROM json_each(?1) new
    JOIN logged_model_metrics l ON l.model_id = new.value ->> 0
        AND l.metric_name = new.value ->> 1 AND l.metric_timestamp_ms = new.value ->> 2
        AND l.metric_step = new.value ->> 3 AND l.run_id = ?2
    WHERE l.metric_value <> CAST(new.value ->> 4 AS REAL) LIMIT 1";

/// Refuses the request if the statement finds a row.
fn refuse(
    sql: &dyn Sql,
    statement: &str,
    parameters: &[Value],
    message: impl Fn(Columns) -> String,
) -> Result<(), Error> {
    match sql.query(statement, parameters)?.into_iter().next() {
        None => Ok(()),
        Some(row) => Err(Error::new(ErrorCode::BadRequest, message(Columns::of(row)))),
    }
}

/// The metrics of [`COLUMN`].
pub(super) fn read(json: &str, model_id: &str) -> Vec<Metric> {
    let rows: Vec<Columns7> = serde_json::from_str(json).unwrap_or_default();
    rows.into_iter()
        .map(|(key, value, timestamp, step, dataset_name, dataset_digest, run_id)| Metric {
            key,
            value: value.parse().unwrap_or_default(),
            timestamp,
            step,
            dataset_name,
            dataset_digest,
            model_id: Some(model_id.to_owned()),
            run_id: Some(run_id),
        })
        .collect()
}
