//! The metrics of logged models: a run's, kept a second time.

use mlflow_api::{ErrorCode, Metric};

use super::{check, unknown};
use crate::sql::Columns;
use crate::{Error, Sql, Value};

/// The metrics of the model `m`, as a JSON array of what [`read`] takes apart;
/// the values with all their digits.
pub(super) const COLUMN: &str =
    "(SELECT json_group_array(json_array(metric_name, printf('%!.17g', metric_value),
        metric_timestamp_ms, metric_step, dataset_name, dataset_digest, run_id))
     FROM (SELECT * FROM logged_model_metrics l WHERE l.model_id = m.model_id ORDER BY rowid))";

type Columns7 = (String, String, i64, i64, Option<String>, Option<String>, String);

/// Keeps the metric for the logged model that it names, if it names one. `value`
/// is what the run's own tables have.
pub(crate) fn write(sql: &dyn Sql, run: &str, metric: &Metric, value: f64) -> Result<(), Error> {
    let [name, digest] = [&metric.dataset_name, &metric.dataset_digest]
        .map(|text| text.as_deref().filter(|text| !text.is_empty()));
    if name.is_some() != digest.is_some() {
        return Err(Error::invalid(
            "Both dataset_name and dataset_digest must be provided if one is provided",
        ));
    }
    let Some(model) = metric.model_id.as_deref().filter(|id| !id.is_empty()) else {
        return Ok(());
    };
    if check(sql, model).is_err() {
        let message = unknown(model).to_string();
        return Err(Error::new(ErrorCode::BadRequest, message));
    }
    let parameters: [Value; 8] = [
        model.into(),
        metric.key.as_str().into(),
        metric.timestamp.into(),
        metric.step.into(),
        value.into(),
        run.into(),
        name.into(),
        digest.into(),
    ];
    let known = sql.query(
        "INSERT INTO logged_model_metrics (model_id, metric_name, metric_timestamp_ms,
             metric_step, metric_value, experiment_id, run_id, dataset_name, dataset_digest)
         SELECT ?1, ?2, ?3, ?4, ?5, experiment_id, run_uuid, ?7, ?8 FROM runs WHERE run_uuid = ?6
         ON CONFLICT DO UPDATE SET metric_value = metric_value RETURNING metric_value",
        &parameters,
    )?;
    match known.into_iter().next().map(|row| Columns::of(row).real()) {
        Some(known) if known != value => Err(Error::new(
            ErrorCode::BadRequest,
            format!(
                "the model '{model}' has another value of '{}' at that time and step",
                metric.key
            ),
        )),
        _ => Ok(()),
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
