//! Tags of registered models and of their versions.

use mlflow_api::{
    DeleteModelVersionTag, DeleteRegisteredModelTag, Empty, SetModelVersionTag,
    SetRegisteredModelTag, Tag, tags,
};

use serde_json::json;

use super::{models, validate, versions};
use crate::call::required;
use crate::webhooks::events::{Thing, tell_of_change};
use crate::{Error, Sql};

pub(crate) fn set(sql: &dyn Sql, now: i64, asked: &SetRegisteredModelTag) -> Result<Empty, Error> {
    validate::name(&asked.name)?;
    let tag = validate::tag(&asked.tag)?;
    write(sql, models::check(sql, &asked.name)?, tag)?;
    let told = json!({"name": asked.name, "key": tag.key, "value": tag.value});
    tell_of_change(sql, now, Thing::ModelTag, "set", &asked.name, told)?;
    Ok(Empty {})
}

pub(crate) fn delete(
    sql: &dyn Sql,
    now: i64,
    asked: &DeleteRegisteredModelTag,
) -> Result<Empty, Error> {
    validate::name(&asked.name)?;
    let key = validate::key(&asked.key)?;
    let name = models::check(sql, &asked.name)?;
    sql.query(
        "DELETE FROM registered_model_tags
         WHERE workspace = 'default' AND name = ?1 AND key = ?2",
        &[name.into(), key.into()],
    )?;
    let told = json!({"name": asked.name, "key": key});
    tell_of_change(sql, now, Thing::ModelTag, "deleted", &asked.name, told)?;
    Ok(Empty {})
}

pub(crate) fn set_of_version(
    sql: &dyn Sql,
    now: i64,
    asked: &SetModelVersionTag,
) -> Result<Empty, Error> {
    required(&asked.version, "version")?;
    validate::name(&asked.name)?;
    let tag = validate::tag(&asked.tag)?;
    let (name, version) = versions::check(sql, &asked.name, &asked.version)?;
    write_of_version(sql, name, version, tag)?;
    let told = json!({
        "name": asked.name, "version": asked.version, "key": tag.key, "value": tag.value,
    });
    tell_of_change(sql, now, Thing::VersionTag, "set", &asked.name, told)?;
    Ok(Empty {})
}

pub(crate) fn delete_of_version(
    sql: &dyn Sql,
    now: i64,
    asked: &DeleteModelVersionTag,
) -> Result<Empty, Error> {
    required(&asked.version, "version")?;
    validate::name(&asked.name)?;
    let key = validate::key(&asked.key)?;
    let (name, version) = versions::check(sql, &asked.name, &asked.version)?;
    sql.query(
        "DELETE FROM model_version_tags
         WHERE workspace = 'default' AND name = ?1 AND version = ?2 AND key = ?3",
        &[name.into(), version.into(), key.into()],
    )?;
    let told = json!({"name": asked.name, "version": asked.version, "key": key});
    tell_of_change(sql, now, Thing::VersionTag, "deleted", &asked.name, told)?;
    Ok(Empty {})
}

/// Makes the model's tag, or changes its value.
pub(super) fn write(sql: &dyn Sql, name: &str, tag: &Tag) -> Result<(), Error> {
    sql.query(
        "INSERT INTO registered_model_tags (key, value, name) VALUES (?1, ?2, ?3)
         ON CONFLICT (workspace, key, name) DO UPDATE SET value = excluded.value",
        &[tag.key.as_str().into(), tag.value.as_str().into(), name.into()],
    )?;
    Ok(())
}

/// Makes the version's tag, or changes its value.
pub(super) fn write_of_version(
    sql: &dyn Sql,
    name: &str,
    version: i64,
    tag: &Tag,
) -> Result<(), Error> {
    sql.query(
        "INSERT INTO model_version_tags (key, value, name, version) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (workspace, key, name, version) DO UPDATE SET value = excluded.value",
        &[tag.key.as_str().into(), tag.value.as_str().into(), name.into(), version.into()],
    )?;
    Ok(())
}

/// Whether there is a tag that speaks of prompts, whatever it says.
pub(super) fn marks_prompt(tags: &[Tag]) -> bool {
    tags.iter().any(|tag| tag.key == tags::IS_PROMPT)
}

/// Whether the tags say that this is a prompt; the last counts.
pub(crate) fn is_prompt(tags: &[Tag]) -> bool {
    let tag = tags.iter().rfind(|tag| tag.key == tags::IS_PROMPT);
    tag.is_some_and(|tag| tag.value.eq_ignore_ascii_case("true"))
}
