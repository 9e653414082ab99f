//! Runs: created, found, listed, updated; and what they log.

mod search;

pub(crate) use search::search;

use mlflow_api::{
    CreateRun, Empty, GetRun, GetRunResponse, LifecycleStage, LogBatch, LogMetric, LogParam,
    Metric, Param, Run, RunData, RunInfo, RunStatus, SetTag, Tag, UpdateRun, UpdateRunResponse,
    limits, tags,
};
use uuid::Uuid;

use crate::call::required;
use crate::experiments::{self, named, pairs};
use crate::sql::Columns;
use crate::{Error, Row, Sql, Value, logged_models, names};

/// The columns of a run's info, and what it logged as JSON arrays. A metric is
/// `[key, value, is_nan, timestamp, step]`; the value with all its digits.
const COLUMNS: &str = "run_uuid, name, experiment_id, user_id, status, start_time, end_time,
    artifact_uri, lifecycle_stage,
    (SELECT json_group_array(json_array(key, printf('%!.17g', value), is_nan, timestamp, step))
        FROM (SELECT * FROM latest_metrics m WHERE m.run_uuid = r.run_uuid ORDER BY key)),
    (SELECT json_group_array(json_array(key, value))
        FROM (SELECT * FROM params p WHERE p.run_uuid = r.run_uuid ORDER BY key)),
    (SELECT json_group_array(json_array(key, value))
        FROM (SELECT * FROM tags t WHERE t.run_uuid = r.run_uuid ORDER BY key))";

pub(crate) fn create(sql: &dyn Sql, now: i64, asked: &CreateRun) -> Result<GetRunResponse, Error> {
    let experiment_id =
        if asked.experiment_id.is_empty() { "0" } else { asked.experiment_id.as_str() };
    let experiment = experiments::find(sql, experiment_id)?;
    if experiment.lifecycle_stage == LifecycleStage::Deleted {
        return Err(Error::invalid(format!(
            "The experiment {experiment_id} must be in the 'active' state. Current state is deleted."
        )));
    }
    let id = Uuid::new_v4().simple().to_string();
    let tagged = asked.tags.iter().find(|tag| tag.key == tags::RUN_NAME).map(|tag| &tag.value);
    let named = asked.run_name.as_ref().filter(|name| !name.is_empty());
    if let (Some(tagged), Some(named)) = (tagged, named)
        && tagged != named
    {
        return Err(Error::invalid(format!(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{named}', mlflow.runName='{tagged}')."
        )));
    }
    let name = named.or(tagged).cloned().unwrap_or_else(names::random);
    let location = experiment.artifact_location.unwrap_or_default();
    sql.query(
        "INSERT INTO runs (run_uuid, name, user_id, status, start_time, lifecycle_stage,
             artifact_uri, experiment_id, source_type, source_name, entry_point_name,
             source_version)
         VALUES (?1, ?2, ?3, 'RUNNING', ?4, 'active', ?5, ?6, 'UNKNOWN', '', '', '')",
        &[
            id.as_str().into(),
            name.as_str().into(),
            asked.user_id.clone().unwrap_or_default().into(),
            asked.start_time.unwrap_or(now).into(),
            format!("{}/{id}/artifacts", location.trim_end_matches('/')).into(),
            experiment.experiment_id.parse::<i64>().unwrap_or_default().into(),
        ],
    )?;
    for tag in &asked.tags {
        write_tag(sql, &id, tag)?;
    }
    if tagged.is_none() {
        write_tag(sql, &id, &Tag { key: tags::RUN_NAME.into(), value: name })?;
    }
    Ok(GetRunResponse { run: find(sql, &id)? })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetRun) -> Result<GetRunResponse, Error> {
    let run = find(sql, required(&asked.run_id, "run_id")?)?;
    Ok(GetRunResponse { run })
}

/// The run with this id.
pub(crate) fn find(sql: &dyn Sql, id: &str) -> Result<Run, Error> {
    let statement = format!("SELECT {COLUMNS} FROM runs r WHERE run_uuid = ?1");
    let rows = sql.query(&statement, &[id.into()])?;
    rows.into_iter()
        .next()
        .map(run)
        .ok_or_else(|| Error::unknown(format!("Run with id={id} not found")))
}

/// Refuses to write to a run that does not exist or was deleted.
fn check_active(sql: &dyn Sql, id: &str) -> Result<(), Error> {
    let rows = sql.query("SELECT lifecycle_stage FROM runs WHERE run_uuid = ?1", &[id.into()])?;
    let Some(row) = rows.into_iter().next() else {
        return Err(Error::unknown(format!("Run with id={id} not found")));
    };
    let current = Columns::of(row).text();
    if named::<LifecycleStage>(&current) == LifecycleStage::Active {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "The run {id} must be in the 'active' state. Current state is {current}."
    )))
}

pub(crate) fn update(sql: &dyn Sql, asked: &UpdateRun) -> Result<UpdateRunResponse, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check_active(sql, id)?;
    if let Some(status) = asked.status.filter(|status| *status != RunStatus::Unknown) {
        sql.query(
            "UPDATE runs SET status = ?1 WHERE run_uuid = ?2",
            &[status.as_str().into(), id.into()],
        )?;
    }
    if let Some(end_time) = asked.end_time {
        sql.query(
            "UPDATE runs SET end_time = ?1 WHERE run_uuid = ?2",
            &[end_time.into(), id.into()],
        )?;
    }
    if let Some(name) = asked.run_name.as_ref().filter(|name| !name.is_empty()) {
        sql.query(
            "UPDATE runs SET name = ?1 WHERE run_uuid = ?2",
            &[name.as_str().into(), id.into()],
        )?;
        write_tag(sql, id, &Tag { key: tags::RUN_NAME.into(), value: name.clone() })?;
    }
    Ok(UpdateRunResponse { run_info: find(sql, id)?.info })
}

pub(crate) fn log_batch(sql: &dyn Sql, asked: &LogBatch) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    let (metrics, params, tags) = (asked.metrics.len(), asked.params.len(), asked.tags.len());
    let limits = [
        ("metrics", metrics, limits::LOG_BATCH_MAX_METRICS),
        ("params", params, limits::LOG_BATCH_MAX_PARAMS),
        ("tags", tags, limits::LOG_BATCH_MAX_TAGS),
        ("entities", metrics + params + tags, limits::LOG_BATCH_MAX_TOTAL),
    ];
    if let Some((what, got, max)) = limits.into_iter().find(|(_, got, max)| got > max) {
        return Err(Error::invalid(format!(
            "A batch logging request can contain at most {max} {what}. Got {got} {what}. Please split up {what} across multiple requests and try again."
        )));
    }
    check_active(sql, id)?;
    for param in &asked.params {
        write_param(sql, id, param)?;
    }
    for metric in &asked.metrics {
        write_metric(sql, id, metric)?;
    }
    for tag in &asked.tags {
        write_tag(sql, id, tag)?;
    }
    Ok(Empty {})
}

pub(crate) fn log_metric(sql: &dyn Sql, asked: &LogMetric) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check_active(sql, id)?;
    write_metric(sql, id, &asked.metric)?;
    Ok(Empty {})
}

pub(crate) fn log_param(sql: &dyn Sql, asked: &LogParam) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check_active(sql, id)?;
    write_param(sql, id, &asked.param)?;
    Ok(Empty {})
}

pub(crate) fn set_tag(sql: &dyn Sql, asked: &SetTag) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check_active(sql, id)?;
    if asked.tag.key == tags::RUN_NAME {
        sql.query(
            "UPDATE runs SET name = ?1 WHERE run_uuid = ?2",
            &[asked.tag.value.as_str().into(), id.into()],
        )?;
    }
    write_tag(sql, id, &asked.tag)?;
    Ok(Empty {})
}

/// Refuses a key that is missing or too long.
fn check_key<'k>(key: &'k str, what: &str) -> Result<&'k str, Error> {
    required(key, "key")?;
    if key.chars().count() > limits::MAX_KEY_LENGTH {
        return Err(Error::invalid(format!(
            "the {what} '{key}' exceeds the maximum length of {} characters",
            limits::MAX_KEY_LENGTH
        )));
    }
    Ok(key)
}

/// A text cut to at most so many characters: MLflow shortens long values.
fn cut(text: &str, max: usize) -> &str {
    text.char_indices().nth(max).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn write_tag(sql: &dyn Sql, run: &str, tag: &Tag) -> Result<(), Error> {
    let key = check_key(&tag.key, "tag")?;
    sql.query(
        "INSERT INTO tags (key, value, run_uuid) VALUES (?1, ?2, ?3)
         ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value",
        &[key.into(), cut(&tag.value, limits::MAX_TAG_VALUE_LENGTH).into(), run.into()],
    )?;
    Ok(())
}

fn write_param(sql: &dyn Sql, run: &str, param: &Param) -> Result<(), Error> {
    let key = check_key(&param.key, "parameter")?;
    let value = cut(&param.value, limits::MAX_PARAM_VALUE_LENGTH);
    let known = sql.query(
        "INSERT INTO params (key, value, run_uuid) VALUES (?1, ?2, ?3)
         ON CONFLICT (key, run_uuid) DO UPDATE SET value = value RETURNING value",
        &[key.into(), value.into(), run.into()],
    )?;
    let known = known.into_iter().next().map(|row| Columns::of(row).text()).unwrap_or_default();
    if known == value {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Changing param values is not allowed. Param with key='{key}' was already logged with value='{known}' for run ID='{run}'. Attempted logging new value '{value}'."
    )))
}

/// Keeps the value in the history, and as the latest unless a later one is
/// known: of a higher step, else of a later time, else a larger value.
fn write_metric(sql: &dyn Sql, run: &str, metric: &Metric) -> Result<(), Error> {
    let key = check_key(&metric.key, "metric")?;
    let is_nan = metric.value.is_nan();
    // The store has no infinities and no NaN.
    let value = if is_nan { 0.0 } else { metric.value.clamp(f64::MIN, f64::MAX) };
    let parameters: [Value; 6] = [
        key.into(),
        value.into(),
        metric.timestamp.into(),
        metric.step.into(),
        i64::from(is_nan).into(),
        run.into(),
    ];
    sql.query(
        "INSERT OR IGNORE INTO metrics (key, value, timestamp, step, is_nan, run_uuid)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &parameters,
    )?;
    sql.query(
        "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value,
             timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
         WHERE (excluded.step, excluded.timestamp, excluded.value) > (step, timestamp, value)",
        &parameters,
    )?;
    logged_models::write_metric(sql, run, metric, value)
}

fn run(row: Row) -> Run {
    let mut columns = Columns::of(row);
    let id = columns.text();
    let info = RunInfo {
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
    };
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
