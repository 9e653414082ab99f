//! Aliases: names for versions, of which each points at one.

use mlflow_api::{
    DeleteModelAlias, Empty, GetModelVersionByAlias, ModelVersion, ModelVersionResponse,
    SetModelAlias,
};

use serde_json::json;

use super::{models, validate, versions};
use crate::call::required;
use crate::sql::Columns;
use crate::webhooks::events::{Thing, tell_of_change};
use crate::{Error, Sql};

pub(crate) fn set(sql: &dyn Sql, now: i64, asked: &SetModelAlias) -> Result<Empty, Error> {
    required(&asked.version, "version")?;
    validate::name(&asked.name)?;
    let alias = validate::new_alias(&asked.alias)?;
    let (name, version) = versions::check(sql, &asked.name, &asked.version)?;
    sql.query(
        "INSERT INTO registered_model_aliases (alias, version, name) VALUES (?1, ?2, ?3)
         ON CONFLICT (workspace, name, alias) DO UPDATE SET version = excluded.version",
        &[alias.into(), version.into(), name.into()],
    )?;
    let told = json!({"name": asked.name, "alias": alias, "version": asked.version});
    tell_of_change(sql, now, Thing::Alias, "created", &asked.name, told)?;
    Ok(Empty {})
}

pub(crate) fn delete(sql: &dyn Sql, now: i64, asked: &DeleteModelAlias) -> Result<Empty, Error> {
    validate::name(&asked.name)?;
    let alias = validate::alias(&asked.alias)?;
    let name = models::check(sql, &asked.name)?;
    sql.query(
        "DELETE FROM registered_model_aliases
         WHERE workspace = 'default' AND name = ?1 AND alias = ?2",
        &[name.into(), alias.into()],
    )?;
    let told = json!({"name": asked.name, "alias": alias});
    tell_of_change(sql, now, Thing::Alias, "deleted", &asked.name, told)?;
    Ok(Empty {})
}

pub(crate) fn get(
    sql: &dyn Sql,
    asked: &GetModelVersionByAlias,
) -> Result<ModelVersionResponse, Error> {
    validate::name(&asked.name)?;
    let alias = validate::alias(&asked.alias)?;
    Ok(ModelVersionResponse { model_version: find(sql, &asked.name, alias)? })
}

/// The version that the alias points at.
pub(super) fn find(sql: &dyn Sql, name: &str, alias: &str) -> Result<ModelVersion, Error> {
    let name = models::check(sql, name)?;
    if validate::is_latest(alias) {
        let newest = versions::latest(sql, &[name])?.pop();
        return newest
            .ok_or_else(|| Error::unknown(format!("Latest version not found for model {name}.")));
    }
    let rows = sql.query(
        "SELECT version FROM registered_model_aliases
         WHERE workspace = 'default' AND name = ?1 AND alias = ?2",
        &[name.into(), alias.into()],
    )?;
    let Some(row) = rows.into_iter().next() else {
        return Err(Error::invalid(format!("Registered model alias {alias} not found.")));
    };
    versions::find(sql, name, Columns::of(row).integer())
}
