//! Logged models: what a run's code saved, before anybody registers it.

mod metrics;
mod search;

use mlflow_api::{
    CreateLoggedModel, DeleteLoggedModel, DeleteLoggedModelTag, Empty, ErrorCode,
    FinalizeLoggedModel, GetLoggedModel, LifecycleStage, LogLoggedModelParams, LoggedModel,
    LoggedModelData, LoggedModelInfo, LoggedModelResponse, LoggedModelStatus, Param,
    SetLoggedModelTags, Tag, tags,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::call::required;
use crate::experiments::{self, pairs};
use crate::sql::Columns;
use crate::{Error, Row, Sql, names};

pub(crate) use metrics::write as write_metrics;
pub(crate) use search::search;

/// The columns of a logged model; its tags and parameters as JSON arrays of
/// pairs, and its metrics as [`metrics::COLUMN`].
fn columns() -> String {
    format!(
        "model_id, experiment_id, name, artifact_location, creation_timestamp_ms,
    last_updated_timestamp_ms, status, model_type, source_run_id, status_message,
    (SELECT json_group_array(json_array(tag_key, tag_value)) FROM
        (SELECT * FROM logged_model_tags t WHERE t.model_id = m.model_id ORDER BY tag_key)),
    (SELECT json_group_array(json_array(param_key, param_value)) FROM
        (SELECT * FROM logged_model_params p WHERE p.model_id = m.model_id ORDER BY param_key)),
    {}",
        metrics::COLUMN
    )
}

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    asked: &CreateLoggedModel,
) -> Result<LoggedModelResponse, Error> {
    let experiment_id = required(&asked.experiment_id, "experiment_id")?;
    let given = asked.name.clone().filter(|name| !name.is_empty());
    if let Some(name) = given.as_ref().filter(|name| name.contains(['/', ':', '.', '%', '"', '\'']))
    {
        return Err(Error::invalid(format!(
            "Invalid model name ('{name}') provided: it can't have '/', ':', '.', '%' and quotes"
        )));
    }
    let experiment = experiments::find(sql, experiment_id)?;
    if experiment.lifecycle_stage == LifecycleStage::Deleted {
        return Err(Error::invalid(format!(
            "The experiment {experiment_id} must be in the 'active' state. Current state is deleted."
        )));
    }
    let id = format!("m-{}", Uuid::new_v4().simple());
    let root = experiment.artifact_location.unwrap_or_default();
    sql.query(
        "INSERT INTO logged_models (model_id, experiment_id, name, artifact_location,
             creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage,
             model_type, source_run_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, 'active', ?7, ?8)",
        &[
            id.as_str().into(),
            experiment.experiment_id.parse::<i64>().unwrap_or_default().into(),
            given.unwrap_or_else(names::random).into(),
            format!("{}/models/{id}/artifacts", root.trim_end_matches('/')).into(),
            now.into(),
            LoggedModelStatus::Pending.number().into(),
            asked.model_type.clone().unwrap_or_default().into(),
            asked.source_run_id.clone().unwrap_or_default().into(),
        ],
    )?;
    write_params(sql, &id, &asked.params)?;
    for tag in &asked.tags {
        if !insert_tag(sql, &id, tag)? {
            return Err(repeated("tag", &tag.key));
        }
    }
    Ok(LoggedModelResponse { model: find(sql, &id)? })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetLoggedModel) -> Result<LoggedModelResponse, Error> {
    let id = required(&asked.model_id, "model_id")?;
    let model =
        if asked.allow_deleted.unwrap_or_default() { find_any(sql, id)? } else { find(sql, id)? };
    Ok(LoggedModelResponse { model })
}

pub(crate) fn finalize(
    sql: &dyn Sql,
    now: i64,
    asked: &FinalizeLoggedModel,
) -> Result<LoggedModelResponse, Error> {
    let id = required(&asked.model_id, "model_id")?;
    let status = asked.status.ok_or_else(|| Error::missing("status"))?;
    check(sql, id)?;
    sql.query(
        "UPDATE logged_models SET status = ?1, last_updated_timestamp_ms = ?2 WHERE model_id = ?3",
        &[status.number().into(), now.into(), id.into()],
    )?;
    Ok(LoggedModelResponse { model: find_any(sql, id)? })
}

pub(crate) fn delete(sql: &dyn Sql, now: i64, asked: &DeleteLoggedModel) -> Result<Empty, Error> {
    let id = required(&asked.model_id, "model_id")?;
    check(sql, id)?;
    sql.query(
        "UPDATE logged_models SET lifecycle_stage = 'deleted', last_updated_timestamp_ms = ?1
         WHERE model_id = ?2",
        &[now.into(), id.into()],
    )?;
    Ok(Empty {})
}

pub(crate) fn set_tags(sql: &dyn Sql, asked: &SetLoggedModelTags) -> Result<Empty, Error> {
    let id = required(&asked.model_id, "model_id")?;
    check(sql, id)?;
    for tag in &asked.tags {
        write_tag(sql, id, tag)?;
    }
    Ok(Empty {})
}

pub(crate) fn delete_tag(sql: &dyn Sql, asked: &DeleteLoggedModelTag) -> Result<Empty, Error> {
    let id = required(&asked.model_id, "model_id")?;
    check(sql, id)?;
    let deleted = sql.query(
        "DELETE FROM logged_model_tags WHERE model_id = ?1 AND tag_key = ?2 RETURNING 1",
        &[id.into(), asked.tag_key.as_str().into()],
    )?;
    if deleted.is_empty() {
        return Err(Error::unknown(format!(
            "No tag with key '{}' found for model with ID '{id}'.",
            asked.tag_key
        )));
    }
    Ok(Empty {})
}

pub(crate) fn log_params(sql: &dyn Sql, asked: &LogLoggedModelParams) -> Result<Empty, Error> {
    let id = required(&asked.model_id, "model_id")?;
    check(sql, id)?;
    write_params(sql, id, &asked.params)?;
    Ok(Empty {})
}

/// A version as [`tags::MODEL_VERSIONS`] has it.
#[derive(Serialize, Deserialize)]
struct Registration {
    name: String,
    version: Json,
}

/// Notes on the model that it was registered.
pub(crate) fn note_version(sql: &dyn Sql, id: &str, name: &str, version: i64) -> Result<(), Error> {
    let model = find(sql, id)?;
    let known = model.info.tags.iter().find(|tag| tag.key == tags::MODEL_VERSIONS);
    let known = known.and_then(|tag| serde_json::from_str(&tag.value).ok());
    let mut registrations: Vec<Registration> = known.unwrap_or_default();
    registrations.retain(|old| !(old.name == name && old.version == version));
    registrations.push(Registration { name: name.to_owned(), version: version.into() });
    // As Python's json.dumps writes it.
    let texts = registrations.iter().map(|Registration { name, version }| {
        format!("{{\"name\": {}, \"version\": {version}}}", Json::from(name.as_str()))
    });
    let value = format!("[{}]", texts.collect::<Vec<_>>().join(", "));
    write_tag(sql, id, &Tag { key: tags::MODEL_VERSIONS.into(), value })
}

/// The model with this id, unless it was deleted.
pub(crate) fn find(sql: &dyn Sql, id: &str) -> Result<LoggedModel, Error> {
    find_where(sql, id, "AND lifecycle_stage != 'deleted'")
}

fn find_any(sql: &dyn Sql, id: &str) -> Result<LoggedModel, Error> {
    find_where(sql, id, "")
}

fn find_where(sql: &dyn Sql, id: &str, condition: &str) -> Result<LoggedModel, Error> {
    let columns = columns();
    let statement =
        format!("SELECT {columns} FROM logged_models m WHERE model_id = ?1 {condition}");
    let row = sql.query(&statement, &[id.into()])?.into_iter().next();
    row.map(logged_model).ok_or_else(|| unknown(id))
}

/// Refuses the id of no model; one that was deleted can be written to.
fn check(sql: &dyn Sql, id: &str) -> Result<(), Error> {
    let rows = sql.query("SELECT 1 FROM logged_models WHERE model_id = ?1", &[id.into()])?;
    if rows.is_empty() { Err(unknown(id)) } else { Ok(()) }
}

fn unknown(id: &str) -> Error {
    Error::unknown(format!("Logged model with ID '{id}' not found."))
}

fn repeated(what: &str, key: &str) -> Error {
    Error::new(ErrorCode::BadRequest, format!("the model has a {what} '{key}' already"))
}

fn write_params(sql: &dyn Sql, id: &str, params: &[Param]) -> Result<(), Error> {
    for param in params {
        let written = sql.query(
            "INSERT INTO logged_model_params (model_id, experiment_id, param_key, param_value)
             SELECT model_id, experiment_id, ?2, ?3 FROM logged_models WHERE model_id = ?1
             ON CONFLICT DO NOTHING RETURNING 1",
            &[id.into(), param.key.as_str().into(), param.value.as_str().into()],
        )?;
        if written.is_empty() {
            return Err(repeated("parameter", &param.key));
        }
    }
    Ok(())
}

/// Makes the tag; whether there was none.
fn insert_tag(sql: &dyn Sql, id: &str, tag: &Tag) -> Result<bool, Error> {
    let written = sql.query(
        "INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value)
         SELECT model_id, experiment_id, ?2, ?3 FROM logged_models WHERE model_id = ?1
         ON CONFLICT DO NOTHING RETURNING 1",
        &[id.into(), tag.key.as_str().into(), tag.value.as_str().into()],
    )?;
    Ok(!written.is_empty())
}

/// Makes the tag, or changes its value.
fn write_tag(sql: &dyn Sql, id: &str, tag: &Tag) -> Result<(), Error> {
    if !insert_tag(sql, id, tag)? {
        sql.query(
            "UPDATE logged_model_tags SET tag_value = ?3 WHERE model_id = ?1 AND tag_key = ?2",
            &[id.into(), tag.key.as_str().into(), tag.value.as_str().into()],
        )?;
    }
    Ok(())
}

fn logged_model(row: Row) -> LoggedModel {
    let mut columns = Columns::of(row);
    let info = LoggedModelInfo {
        model_id: columns.text(),
        experiment_id: columns.integer().to_string(),
        name: columns.text(),
        artifact_uri: columns.text(),
        creation_timestamp_ms: columns.maybe_integer(),
        last_updated_timestamp_ms: columns.maybe_integer(),
        status: LoggedModelStatus::from_number(columns.integer()),
        model_type: columns.maybe_text(),
        source_run_id: columns.maybe_text(),
        status_message: columns.maybe_text(),
        tags: pairs(&columns.value()).map(|(key, value)| Tag { key, value }).collect(),
    };
    let params = pairs(&columns.value()).map(|(key, value)| Param { key, value }).collect();
    let metrics = metrics::read(&columns.text(), &info.model_id);
    LoggedModel { info, data: LoggedModelData { params, metrics } }
}
