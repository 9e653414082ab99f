//! A run as the store has it.

use std::collections::HashMap;

use mlflow_api::{Metric, Param, Run, RunData, RunInfo, Tag};

use super::{inputs, unknown};
use crate::experiments::{named, pairs};
use crate::sql::Columns;
use crate::{Error, Row, Sql, Value};

const INFO: &str = "r.run_uuid, r.name, r.experiment_id, r.user_id, r.status, r.start_time,
    r.end_time, r.artifact_uri, r.lifecycle_stage";

/// What a run logged, as JSON arrays. A metric is `[key, value, is_nan,
/// timestamp, step]`; the value with all its digits.
const DATA: &str =
    "(SELECT json_group_array(json_array(key, printf('%!.17g', value), is_nan, timestamp, step))
        FROM (SELECT * FROM latest_metrics m WHERE m.run_uuid = r.run_uuid ORDER BY key)),
    (SELECT json_group_array(json_array(key, value))
        FROM (SELECT * FROM params p WHERE p.run_uuid = r.run_uuid ORDER BY key)),
    (SELECT json_group_array(json_array(key, value))
        FROM (SELECT * FROM tags t WHERE t.run_uuid = r.run_uuid ORDER BY key))";

/// The run with this id.
pub(crate) fn find(sql: &dyn Sql, id: &str) -> Result<Run, Error> {
    let mut runs = all(sql, &[id.to_owned()])?;
    let mut run = runs.pop().ok_or_else(|| unknown(id))?;
    run.inputs.model_inputs = inputs::models_read(sql, id)?;
    Ok(run)
}

/// The run without what it logged.
pub(super) fn info(sql: &dyn Sql, id: &str) -> Result<RunInfo, Error> {
    let statement = format!("SELECT {INFO} FROM runs r WHERE r.run_uuid = ?1");
    let rows = sql.query(&statement, &[id.into()])?;
    rows.into_iter().next().map(|row| run_info(&mut Columns::of(row))).ok_or_else(|| unknown(id))
}

/// The runs with these ids, in this order. As in MLflow, the models that they
/// read are only part of a single run.
pub(super) fn all(sql: &dyn Sql, ids: &[String]) -> Result<Vec<Run>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list: Value = serde_json::json!(ids).to_string().into();
    let rows = sql.query(
        &format!(
            "SELECT {INFO}, {DATA} FROM json_each(?1) page
             JOIN runs r ON r.run_uuid = page.value ORDER BY page.key"
        ),
        std::slice::from_ref(&list),
    )?;
    let mut runs: Vec<Run> = rows.into_iter().map(run).collect();
    let places: HashMap<String, usize> =
        runs.iter().enumerate().map(|(place, run)| (run.info.run_id.clone(), place)).collect();
    for (id, input) in inputs::datasets_read(sql, &list)? {
        if let Some(run) = places.get(&id).and_then(|place| runs.get_mut(*place)) {
            run.inputs.dataset_inputs.push(input);
        }
    }
    for (id, output) in inputs::models_made(sql, &list)? {
        if let Some(run) = places.get(&id).and_then(|place| runs.get_mut(*place)) {
            run.outputs.model_outputs.push(output);
        }
    }
    Ok(runs)
}

fn run_info(columns: &mut Columns) -> RunInfo {
    let id = columns.text();
    RunInfo {
        run_id: id.clone(),
        run_uuid: Some(id),
        run_name: columns.maybe_text(),
        experiment_id: columns.integer().to_string(),
        user_id: columns.maybe_text(),
        status: named(&columns.text()),
        start_time: columns.maybe_integer(),
        end_time: columns.maybe_integer(),
        artifact_uri: columns.maybe_text(),
        lifecycle_stage: named(&columns.text()),
    }
}

fn run(row: Row) -> Run {
    let mut columns = Columns::of(row);
    let info = run_info(&mut columns);
    let data = RunData {
        metrics: latest_metrics(&columns.value()),
        params: pairs(&columns.value()).map(|(key, value)| Param { key, value }).collect(),
        tags: pairs(&columns.value()).map(|(key, value)| Tag { key, value }).collect(),
    };
    Run { info, data, ..Run::default() }
}

fn latest_metrics(json: &Value) -> Vec<Metric> {
    let rows: Vec<(String, String, i64, i64, i64)> = match json {
        Value::Text(json) => serde_json::from_str(json).unwrap_or_default(),
        _ => Vec::new(),
    };
    rows.into_iter()
        .map(|(key, value, is_nan, timestamp, step)| Metric {
            key,
            value: if is_nan == 0 { value.parse().unwrap_or_default() } else { f64::NAN },
            timestamp,
            step,
            ..Metric::default()
        })
        .collect()
}
