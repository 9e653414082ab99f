//! Registered models.

use mlflow_api::{
    CreateRegisteredModel, DeleteRegisteredModel, Empty, ErrorCode, GetLatestVersions,
    GetRegisteredModel, ModelAlias, ModelVersion, ModelVersionsResponse, RegisteredModel,
    RegisteredModelResponse, RenameRegisteredModel, Tag, UpdateRegisteredModel,
};

use serde_json::json;

use super::{tags, validate, versions};
use crate::experiments::pairs;
use crate::sql::Columns;
use crate::webhooks::events::{Thing, tags_told, tell_of_new};
use crate::{Error, Row, Sql};

/// The columns of a registered model; its tags and aliases as JSON arrays of
/// pairs. For the `+`, see [`versions::COLUMNS`].
pub(super) const COLUMNS: &str = "m.name, m.creation_time, m.last_updated_time, m.description,
    (SELECT json_group_array(json_array(key, value)) FROM
        (SELECT key, value FROM registered_model_tags t
         WHERE t.workspace = m.workspace AND t.name = m.name ORDER BY +key)),
    (SELECT json_group_array(json_array(alias, CAST(version AS TEXT))) FROM
        (SELECT alias, version FROM registered_model_aliases a
         WHERE a.workspace = m.workspace AND a.name = m.name ORDER BY alias))";

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    asked: &CreateRegisteredModel,
) -> Result<RegisteredModelResponse, Error> {
    let name = validate::name(&asked.name)?;
    for tag in &asked.tags {
        validate::tag(tag)?;
    }
    if exists(sql, name)? {
        return Err(taken(sql, name, &asked.tags)?);
    }
    sql.query(
        "INSERT INTO registered_models (name, creation_time, last_updated_time, description)
         VALUES (?1, ?2, ?2, ?3)",
        &[name.into(), now.into(), asked.description.clone().unwrap_or_default().into()],
    )?;
    for tag in &asked.tags {
        tags::write(sql, name, tag)?;
    }
    tell_of_new(sql, now, Thing::Model, &asked.tags, |of_prompt| {
        json!({
            "name": name,
            "tags": tags_told(&asked.tags, of_prompt),
            "description": asked.description.as_deref().unwrap_or_default(),
        })
    })?;
    respond(sql, name)
}

/// The error of a name that is taken, by a model or by a prompt.
fn taken(sql: &dyn Sql, name: &str, tags: &[Tag]) -> Result<Error, Error> {
    let kind = |tags: &[Tag]| if tags::marks_prompt(tags) { "Prompt" } else { "Registered Model" };
    let (old, new) = (kind(&find(sql, name)?.tags), kind(tags));
    let message = if old == new {
        format!("{new} (name={name}) already exists.")
    } else {
        format!("the name '{name}' of this {new} is already that of a {old}")
    };
    Ok(Error::new(ErrorCode::ResourceAlreadyExists, message))
}

pub(crate) fn get(
    sql: &dyn Sql,
    asked: &GetRegisteredModel,
) -> Result<RegisteredModelResponse, Error> {
    respond(sql, validate::name(&asked.name)?)
}

pub(crate) fn update(
    sql: &dyn Sql,
    now: i64,
    asked: &UpdateRegisteredModel,
) -> Result<RegisteredModelResponse, Error> {
    let name = check(sql, &asked.name)?;
    sql.query(
        "UPDATE registered_models SET description = ?1, last_updated_time = ?2
         WHERE workspace = 'default' AND name = ?3",
        &[asked.description.clone().unwrap_or_default().into(), now.into(), name.into()],
    )?;
    respond(sql, name)
}

pub(crate) fn rename(
    sql: &dyn Sql,
    now: i64,
    asked: &RenameRegisteredModel,
) -> Result<RegisteredModelResponse, Error> {
    let new_name = validate::named(&asked.new_name, "new_name")?;
    let name = check(sql, &asked.name)?;
    if name != new_name && exists(sql, new_name)? {
        return Err(Error::new(
            ErrorCode::ResourceAlreadyExists,
            format!("Registered Model (name={new_name}) already exists."),
        ));
    }
    // Versions, tags and aliases follow by their foreign keys.
    sql.query(
        "UPDATE registered_models SET name = ?1, last_updated_time = ?2
         WHERE workspace = 'default' AND name = ?3",
        &[new_name.into(), now.into(), name.into()],
    )?;
    sql.query(
        "UPDATE model_versions SET last_updated_time = ?1
         WHERE workspace = 'default' AND name = ?2",
        &[now.into(), new_name.into()],
    )?;
    respond(sql, new_name)
}

pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteRegisteredModel) -> Result<Empty, Error> {
    let name = check(sql, &asked.name)?;
    for table in [
        "model_version_tags",
        "model_versions",
        "registered_model_tags",
        "registered_model_aliases",
        "registered_models",
    ] {
        let statement = format!("DELETE FROM {table} WHERE workspace = 'default' AND name = ?1");
        sql.query(&statement, &[name.into()])?;
    }
    Ok(Empty {})
}

pub(crate) fn get_latest_versions(
    sql: &dyn Sql,
    asked: &GetLatestVersions,
) -> Result<ModelVersionsResponse, Error> {
    let name = check(sql, &asked.name)?;
    let stages = asked.stages.iter().map(|stage| versions::stage(stage));
    let stages: Vec<&str> = stages.collect::<Result<_, _>>()?;
    let mut model_versions = versions::latest(sql, &[name])?;
    model_versions.retain(|version| {
        let stage = version.current_stage.as_deref().unwrap_or_default();
        stages.is_empty() || stages.contains(&stage)
    });
    Ok(ModelVersionsResponse { model_versions })
}

/// The name, if there is a model that is called so.
pub(super) fn check<'a>(sql: &dyn Sql, name: &'a str) -> Result<&'a str, Error> {
    let name = validate::name(name)?;
    if exists(sql, name)? { Ok(name) } else { Err(unknown(name)) }
}

fn exists(sql: &dyn Sql, name: &str) -> Result<bool, Error> {
    let rows = sql.query(
        "SELECT 1 FROM registered_models WHERE workspace = 'default' AND name = ?1",
        &[name.into()],
    )?;
    Ok(!rows.is_empty())
}

fn unknown(name: &str) -> Error {
    Error::unknown(format!("Registered Model with name={name} not found"))
}

/// The model of this name.
pub(super) fn find(sql: &dyn Sql, name: &str) -> Result<RegisteredModel, Error> {
    let statement = format!(
        "SELECT {COLUMNS} FROM registered_models m WHERE workspace = 'default' AND name = ?1"
    );
    let row = sql.query(&statement, &[name.into()])?.into_iter().next();
    let mut found = [model(row.ok_or_else(|| unknown(name))?)];
    add_latest_versions(sql, &mut found)?;
    let [found] = found;
    Ok(found)
}

/// Notes that something of the model changed.
pub(super) fn touch(sql: &dyn Sql, now: i64, name: &str) -> Result<(), Error> {
    sql.query(
        "UPDATE registered_models SET last_updated_time = ?1
         WHERE workspace = 'default' AND name = ?2",
        &[now.into(), name.into()],
    )?;
    Ok(())
}

fn respond(sql: &dyn Sql, name: &str) -> Result<RegisteredModelResponse, Error> {
    Ok(RegisteredModelResponse { registered_model: find(sql, name)? })
}

/// Adds what [`COLUMNS`] do not have.
pub(super) fn add_latest_versions(
    sql: &dyn Sql,
    models: &mut [RegisteredModel],
) -> Result<(), Error> {
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let mut latest = versions::latest(sql, &names)?;
    for model in models {
        let own = latest.extract_if(.., |version| version.name == model.name);
        model.latest_versions = own.map(|v| ModelVersion { aliases: Vec::new(), ..v }).collect();
    }
    Ok(())
}

pub(super) fn model(row: Row) -> RegisteredModel {
    let mut columns = Columns::of(row);
    RegisteredModel {
        name: columns.text(),
        creation_timestamp: columns.maybe_integer(),
        last_updated_timestamp: columns.maybe_integer(),
        description: columns.maybe_text().filter(|text| !text.is_empty()),
        tags: pairs(&columns.value()).map(|(key, value)| Tag { key, value }).collect(),
        aliases: pairs(&columns.value())
            .map(|(alias, version)| ModelAlias { alias, version })
            .collect(),
        ..RegisteredModel::default()
    }
}
