//! What runs log: batches, parameters, and the models of older clients.

use std::collections::HashSet;

use mlflow_api::{Empty, LogBatch, LogMetric, LogModel, LogParam, Param, Tag, limits};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{check_active, metrics, tags};
use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Sql, keys};

/// The tag that lists the models that a run logged.
const LOGGED_MODELS: &str = mlflow_api::tags::LOG_MODEL_HISTORY;

/// Everything is checked before anything is written, in a few statements.
pub(crate) fn log_batch(sql: &dyn Sql, asked: &LogBatch) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check_id(id)?;
    for (i, metric) in asked.metrics.iter().enumerate() {
        metrics::check(metric, &format!("metrics[{i}]."))?;
    }
    for (i, param) in asked.params.iter().enumerate() {
        check_param(param, &format!("params[{i}]."))?;
    }
    for (i, tag) in asked.tags.iter().enumerate() {
        tags::check(tag, &format!("tags[{i}]."))?;
    }
    check_sizes(asked)?;
    check_unique(&asked.params)?;
    check_active(sql, id)?;
    write_params(sql, id, &asked.params)?;
    metrics::write(sql, id, &asked.metrics)?;
    tags::write(sql, id, &asked.tags)?;
    Ok(Empty {})
}

/// What can be no run's id is told from what is none's.
fn check_id(id: &str) -> Result<(), Error> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if id.len() <= 256
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id.chars().all(is_word)
    {
        return Ok(());
    }
    Err(Error::invalid(format!("Invalid value \"{id}\" for parameter 'run_id' supplied.")))
}

fn check_sizes(asked: &LogBatch) -> Result<(), Error> {
    let (metrics, params, tags) = (asked.metrics.len(), asked.params.len(), asked.tags.len());
    let limits = [
        ("metrics", metrics, limits::LOG_BATCH_MAX_METRICS),
        ("params", params, limits::LOG_BATCH_MAX_PARAMS),
        ("tags", tags, limits::LOG_BATCH_MAX_TAGS),
        ("metrics, params, and tags", metrics + params + tags, limits::LOG_BATCH_MAX_TOTAL),
    ];
    match limits.into_iter().find(|(_, got, max)| got > max) {
        None => Ok(()),
        Some((what, got, max)) => Err(Error::invalid(format!(
            "A batch logging request can contain at most {max} {what}. Got {got} {what}. Please split up {what} across multiple requests and try again."
        ))),
    }
}

fn check_unique(params: &[Param]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let twice: Vec<String> = params
        .iter()
        .filter(|param| !seen.insert(param.key.as_str()))
        .map(|param| format!("'{}'", param.key))
        .collect();
    if twice.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Duplicate parameter keys have been submitted: [{}]. Please ensure the request contains only one param value per param key.",
        twice.join(", ")
    )))
}

pub(crate) fn log_metric(sql: &dyn Sql, asked: &LogMetric) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    metrics::check(&asked.metric, "")?;
    check_active(sql, id)?;
    metrics::write(sql, id, std::slice::from_ref(&asked.metric))?;
    Ok(Empty {})
}

pub(crate) fn log_param(sql: &dyn Sql, asked: &LogParam) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check_param(&asked.param, "")?;
    check_active(sql, id)?;
    write_params(sql, id, std::slice::from_ref(&asked.param))?;
    Ok(Empty {})
}

/// Refuses a key that is none. `path` is where the parameter is in the request.
fn check_param(param: &Param, path: &str) -> Result<(), Error> {
    keys::check(&param.key, &format!("{path}key"))?;
    keys::check_length("Param key", &param.key, limits::MAX_KEY_LENGTH)
}

/// Keeps the parameters. One that has another value already keeps it, and the
/// request is refused.
fn write_params(sql: &dyn Sql, run: &str, params: &[Param]) -> Result<(), Error> {
    if params.is_empty() {
        return Ok(());
    }
    let pairs: Vec<(&str, &str)> = params
        .iter()
        .map(|param| (param.key.as_str(), keys::cut(&param.value, limits::MAX_PARAM_VALUE_LENGTH)))
        .collect();
    let parameters = [json!(pairs).to_string().into(), run.into()];
    let changed = sql.query(
        "SELECT p.key, p.value, new.value ->> 1 FROM json_each(?1) new
         JOIN params p ON p.run_uuid = ?2 AND p.key = new.value ->> 0
         WHERE p.value <> new.value ->> 1 ORDER BY new.key",
        &parameters,
    )?;
    let changed: Vec<[String; 3]> = changed
        .into_iter()
        .map(Columns::of)
        .map(|mut columns| [columns.text(), columns.text(), columns.text()])
        .collect();
    match changed.as_slice() {
        [] => {}
        [[key, known, new]] if params.len() == 1 => {
            return Err(Error::invalid(format!(
                "Changing param values is not allowed. Param with key='{key}' was already logged with value='{known}' for run ID='{run}'. Attempted logging new value '{new}'."
            )));
        }
        changed => {
            let changed: Vec<String> = changed
                .iter()
                .map(|[key, known, new]| {
                    format!("{{'key': '{key}', 'old_value': '{known}', 'new_value': '{new}'}}")
                })
                .collect();
            return Err(Error::invalid(format!(
                "Changing param values is not allowed. Params were already logged='[{}]' for run ID='{run}'.",
                changed.join(", ")
            )));
        }
    }
    sql.query(
        "INSERT INTO params (key, value, run_uuid)
         SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1) WHERE true
         ON CONFLICT (key, run_uuid) DO NOTHING",
        &parameters,
    )?;
    Ok(())
}

/// Adds a model to the run's tag that lists them.
pub(crate) fn log_model(sql: &dyn Sql, asked: &LogModel) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    let text = required(&asked.model_json, "model_json")?;
    let Ok(model) = serde_json::from_str::<Map<String, Json>>(text) else {
        return Err(Error::invalid(format!(
            "Malformed model info. \n {text} \n is not a valid JSON."
        )));
    };
    let missing: Vec<String> = ["artifact_path", "flavors", "utc_time_created", "run_id"]
        .into_iter()
        .filter(|field| !model.contains_key(*field))
        .map(|field| format!("'{field}'"))
        .collect();
    if !missing.is_empty() {
        return Err(Error::invalid(format!(
            "Model json is missing mandatory fields: {{{}}}",
            missing.join(", ")
        )));
    }
    check_active(sql, id)?;
    let known = sql.query(
        "SELECT value FROM tags WHERE run_uuid = ?1 AND key = ?2",
        &[id.into(), LOGGED_MODELS.into()],
    )?;
    let known = known.into_iter().next().map(|row| Columns::of(row).text());
    let mut models: Vec<Json> =
        known.and_then(|known| serde_json::from_str(&known).ok()).unwrap_or_default();
    models.push(brief(&model));
    let tag = Tag { key: LOGGED_MODELS.into(), value: json!(models).to_string() };
    keys::check_length("value", &tag.value, limits::MAX_TAG_VALUE_LENGTH)?;
    tags::write(sql, id, &[tag])?;
    Ok(Empty {})
}

/// What the tag says of a model: which it is, and its flavors without their
/// configuration.
fn brief(model: &Map<String, Json>) -> Json {
    let mut brief: Map<String, Json> =
        ["run_id", "artifact_path", "utc_time_created", "model_uuid"]
            .into_iter()
            .filter_map(|field| Some((field.to_owned(), model.get(field)?.clone())))
            .collect();
    brief.entry("model_uuid").or_insert_with(|| Uuid::new_v4().simple().to_string().into());
    let mut flavors = model.get("flavors").and_then(Json::as_object).cloned().unwrap_or_default();
    for flavor in flavors.values_mut().filter_map(Json::as_object_mut) {
        flavor.remove("config");
    }
    brief.insert("flavors".into(), flavors.into());
    brief.into()
}
