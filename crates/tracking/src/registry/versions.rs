//! Versions of registered models.

use mlflow_api::{
    CreateModelVersion, DeleteModelVersion, DownloadUriResponse, Empty, ErrorCode, GetDownloadUri,
    GetModelVersion, ModelVersion, ModelVersionResponse, Tag, TransitionStage, UpdateModelVersion,
};

use serde_json::json;

use super::source::{self, Origin};
use super::{models, tags, validate};
use crate::call::required;
use crate::experiments::pairs;
use crate::sql::Columns;
use crate::webhooks::events::{Thing, tags_told, tell_of_new};
use crate::{Error, Row, Sql, logged_models};

/// The columns of a version; its tags as a JSON array of pairs, its aliases as
/// one of texts. The `+` keeps SQLite from the index that is in the tags' order,
/// and has those of all versions.
pub(super) const COLUMNS: &str =
    "name, version, creation_time, last_updated_time, description, user_id,
    current_stage, source, run_id, status, status_message, run_link,
    (SELECT json_group_array(json_array(key, value)) FROM
        (SELECT key, value FROM model_version_tags t WHERE t.workspace = v.workspace
         AND t.name = v.name AND t.version = v.version ORDER BY +key)),
    (SELECT json_group_array(alias) FROM
        (SELECT alias FROM registered_model_aliases a WHERE a.workspace = v.workspace
         AND a.name = v.name AND a.version = v.version ORDER BY alias))";

const STAGES: [&str; 4] = ["None", "Staging", "Production", "Archived"];

/// The stage of a version that was deleted: its row stays, so that its number
/// is not used again.
pub(super) const DELETED: &str = "Deleted_Internal";

/// The stage as it is kept.
pub(super) fn stage(name: &str) -> Result<&'static str, Error> {
    STAGES.into_iter().find(|stage| stage.eq_ignore_ascii_case(name)).ok_or_else(|| {
        Error::invalid(format!(
            "Invalid Model Version stage: {name}. Value must be one of {}.",
            STAGES.join(", ")
        ))
    })
}

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    asked: &CreateModelVersion,
) -> Result<ModelVersionResponse, Error> {
    required(&asked.name, "name")?;
    required(&asked.source, "source")?;
    let Origin { source, storage_location, run_id, model_id } = source::resolve(sql, asked)?;
    let name = validate::name(&asked.name)?;
    for tag in &asked.tags {
        validate::tag(tag)?;
    }
    models::check(sql, name)?;
    models::touch(sql, now, name)?;
    let rows = sql.query(
        "INSERT INTO model_versions (name, version, creation_time, last_updated_time,
             description, current_stage, source, storage_location, run_id, status, run_link)
         SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?2, ?3, 'None', ?4, ?5, ?6, 'READY', ?7
         FROM model_versions WHERE workspace = 'default' AND name = ?1
         RETURNING version",
        &[
            name.into(),
            now.into(),
            asked.description.clone().unwrap_or_default().into(),
            source.into(),
            storage_location.into(),
            run_id.into(),
            asked.run_link.clone().unwrap_or_default().into(),
        ],
    )?;
    let version = rows.into_iter().next().map(|row| Columns::of(row).integer()).unwrap_or_default();
    for tag in &asked.tags {
        tags::write_of_version(sql, name, version, tag)?;
    }
    if let Some(model_id) = model_id {
        logged_models::note_version(sql, &model_id, name, version)?;
    }
    let answer = respond(sql, name, version)?;
    tell_of_new(sql, now, Thing::Version, &asked.tags, |of_prompt| {
        told(&answer.model_version, &asked.tags, of_prompt)
    })?;
    Ok(answer)
}

/// What webhooks are told of a new version.
fn told(version: &ModelVersion, given: &[Tag], of_prompt: bool) -> serde_json::Value {
    let description = version.description.as_deref().filter(|text| !text.is_empty());
    let ModelVersion { name, version: number, source, .. } = version;
    let run_id = version.run_id.as_deref().filter(|id| !id.is_empty());
    let tags = tags_told(given, of_prompt);
    if of_prompt {
        let text = given.iter().rfind(|tag| tag.key == mlflow_api::tags::PROMPT_TEXT);
        return json!({
            "name": name, "version": number, "template": text.map(|tag| &tag.value),
            "tags": tags, "description": description,
        });
    }
    json!({
        "name": name, "version": number, "source": source, "run_id": run_id,
        "tags": tags, "description": description,
    })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetModelVersion) -> Result<ModelVersionResponse, Error> {
    let (name, version) = validated(&asked.name, &asked.version)?;
    respond(sql, name, version)
}

pub(crate) fn get_download_uri(
    sql: &dyn Sql,
    asked: &GetDownloadUri,
) -> Result<DownloadUriResponse, Error> {
    let (name, version) = validated(&asked.name, &asked.version)?;
    Ok(DownloadUriResponse { artifact_uri: download_uri(sql, name, version)? })
}

/// Where the version's files are.
pub(super) fn download_uri(sql: &dyn Sql, name: &str, version: i64) -> Result<String, Error> {
    let rows = sql.query(
        "SELECT coalesce(nullif(storage_location, ''), source) FROM model_versions
         WHERE workspace = 'default' AND name = ?1 AND version = ?2 AND current_stage != ?3",
        &[name.into(), version.into(), DELETED.into()],
    )?;
    let row = rows.into_iter().next().ok_or_else(|| unknown(name, version))?;
    Ok(Columns::of(row).text())
}

pub(crate) fn update(
    sql: &dyn Sql,
    now: i64,
    asked: &UpdateModelVersion,
) -> Result<ModelVersionResponse, Error> {
    let (name, version) = check(sql, &asked.name, &asked.version)?;
    sql.query(
        "UPDATE model_versions SET description = ?1, last_updated_time = ?2
         WHERE workspace = 'default' AND name = ?3 AND version = ?4",
        &[asked.description.clone().into(), now.into(), name.into(), version.into()],
    )?;
    respond(sql, name, version)
}

pub(crate) fn transition(
    sql: &dyn Sql,
    now: i64,
    asked: &TransitionStage,
) -> Result<ModelVersionResponse, Error> {
    required(&asked.name, "name")?;
    required(&asked.version, "version")?;
    let stage = stage(required(&asked.stage, "stage")?)?;
    let archives = asked.archive_existing_versions;
    if archives && !["Staging", "Production"].contains(&stage) {
        return Err(Error::new(
            ErrorCode::InternalError,
            format!(
                "no version can be archived for stage '{stage}'; for Staging and Production they can"
            ),
        ));
    }
    let (name, version) = check(sql, &asked.name, &asked.version)?;
    if archives {
        sql.query(
            "UPDATE model_versions SET current_stage = 'Archived', last_updated_time = ?1
             WHERE workspace = 'default' AND name = ?2 AND version != ?3 AND current_stage = ?4",
            &[now.into(), name.into(), version.into(), stage.into()],
        )?;
    }
    sql.query(
        "UPDATE model_versions SET current_stage = ?1, last_updated_time = ?2
         WHERE workspace = 'default' AND name = ?3 AND version = ?4",
        &[stage.into(), now.into(), name.into(), version.into()],
    )?;
    models::touch(sql, now, name)?;
    respond(sql, name, version)
}

/// Leaves nothing of the version but its number and its tags, as MLflow does.
pub(crate) fn delete(sql: &dyn Sql, now: i64, asked: &DeleteModelVersion) -> Result<Empty, Error> {
    let (name, version) = check(sql, &asked.name, &asked.version)?;
    sql.query(
        "DELETE FROM registered_model_aliases
         WHERE workspace = 'default' AND name = ?1 AND version = ?2",
        &[name.into(), version.into()],
    )?;
    sql.query(
        "UPDATE model_versions SET current_stage = ?1, last_updated_time = ?2,
             description = NULL, user_id = NULL, status_message = NULL,
             source = 'REDACTED-SOURCE-PATH', run_id = 'REDACTED-RUN-ID',
             run_link = 'REDACTED-RUN-LINK'
         WHERE workspace = 'default' AND name = ?3 AND version = ?4",
        &[DELETED.into(), now.into(), name.into(), version.into()],
    )?;
    models::touch(sql, now, name)?;
    Ok(Empty {})
}

/// The newest version of each stage of each of these models.
pub(super) fn latest(sql: &dyn Sql, names: &[&str]) -> Result<Vec<ModelVersion>, Error> {
    let statement = format!(
        "SELECT {COLUMNS} FROM model_versions v
         WHERE workspace = 'default' AND (name, version) IN (
             SELECT name, max(version) FROM model_versions
             WHERE workspace = 'default' AND current_stage != ?1
                 AND name IN (SELECT value FROM json_each(?2))
             GROUP BY name, current_stage)
         ORDER BY name, version"
    );
    let names = serde_json::json!(names).to_string();
    let rows = sql.query(&statement, &[DELETED.into(), names.into()])?;
    Ok(rows.into_iter().map(model_version).collect())
}

/// The name and the number, if there is such a version.
pub(super) fn check<'a>(
    sql: &dyn Sql,
    name: &'a str,
    version: &str,
) -> Result<(&'a str, i64), Error> {
    let (name, version) = validated(name, version)?;
    let rows = sql.query(
        "SELECT 1 FROM model_versions
         WHERE workspace = 'default' AND name = ?1 AND version = ?2 AND current_stage != ?3",
        &[name.into(), version.into(), DELETED.into()],
    )?;
    if rows.is_empty() { Err(unknown(name, version)) } else { Ok((name, version)) }
}

fn validated<'a>(name: &'a str, version: &str) -> Result<(&'a str, i64), Error> {
    Ok((validate::name(name)?, validate::version(version)?))
}

fn unknown(name: &str, version: i64) -> Error {
    Error::unknown(format!("Model Version (name={name}, version={version}) not found"))
}

/// The version of this number.
pub(super) fn find(sql: &dyn Sql, name: &str, version: i64) -> Result<ModelVersion, Error> {
    let statement = format!(
        "SELECT {COLUMNS} FROM model_versions v
         WHERE workspace = 'default' AND name = ?1 AND version = ?2 AND current_stage != ?3"
    );
    let rows = sql.query(&statement, &[name.into(), version.into(), DELETED.into()])?;
    rows.into_iter().next().map(model_version).ok_or_else(|| unknown(name, version))
}

fn respond(sql: &dyn Sql, name: &str, version: i64) -> Result<ModelVersionResponse, Error> {
    Ok(ModelVersionResponse { model_version: find(sql, name, version)? })
}

pub(super) fn model_version(row: Row) -> ModelVersion {
    let mut columns = Columns::of(row);
    ModelVersion {
        name: columns.text(),
        version: columns.integer().to_string(),
        creation_timestamp: columns.maybe_integer(),
        last_updated_timestamp: columns.maybe_integer(),
        description: columns.maybe_text(),
        user_id: columns.maybe_text(),
        current_stage: columns.maybe_text(),
        source: columns.maybe_text(),
        run_id: columns.maybe_text(),
        status: columns.maybe_text(),
        status_message: columns.maybe_text().filter(|text| !text.is_empty()),
        run_link: columns.maybe_text(),
        tags: pairs(&columns.value()).map(|(key, value)| Tag { key, value }).collect(),
        aliases: serde_json::from_str(&columns.text()).unwrap_or_default(),
    }
}
