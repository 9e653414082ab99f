//! Experiments renamed, deleted and restored; runs go with theirs.

use mlflow_api::{
    DeleteExperiment, Empty, ErrorCode, LifecycleStage, RestoreExperiment, UpdateExperiment, limits,
};

use super::{parse_id, unknown};
use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Sql, keys, runs};

pub(crate) fn rename(sql: &dyn Sql, now: i64, asked: &UpdateExperiment) -> Result<Empty, Error> {
    let id = required(&asked.experiment_id, "experiment_id")?;
    let name = required(&asked.new_name, "new_name")?;
    keys::check_length("name", name, limits::MAX_EXPERIMENT_NAME_LENGTH)?;
    let number = parse_id(id)?;
    if stage(sql, id)? != LifecycleStage::Active.as_str() {
        return Err(Error::new(ErrorCode::InvalidState, "Cannot rename a non-active experiment."));
    }
    let taken = sql.query(
        "SELECT 1 FROM experiments
         WHERE name = ?1 AND workspace = 'default' AND experiment_id <> ?2",
        &[name.into(), number.into()],
    )?;
    if !taken.is_empty() {
        return Err(Error::new(
            // Which creating answers otherwise.
            ErrorCode::BadRequest,
            format!("Experiment '{name}' already exists."),
        ));
    }
    sql.query(
        "UPDATE experiments SET name = ?1, last_update_time = ?2 WHERE experiment_id = ?3",
        &[name.into(), now.into(), number.into()],
    )?;
    Ok(Empty {})
}

pub(crate) fn delete(sql: &dyn Sql, now: i64, asked: &DeleteExperiment) -> Result<Empty, Error> {
    let id = required(&asked.experiment_id, "experiment_id")?;
    change_stage(sql, now, id, LifecycleStage::Active, LifecycleStage::Deleted)?;
    runs::delete_of(sql, now, parse_id(id)?)?;
    Ok(Empty {})
}

pub(crate) fn restore(sql: &dyn Sql, now: i64, asked: &RestoreExperiment) -> Result<Empty, Error> {
    let id = required(&asked.experiment_id, "experiment_id")?;
    change_stage(sql, now, id, LifecycleStage::Deleted, LifecycleStage::Active)?;
    runs::restore_of(sql, parse_id(id)?)?;
    Ok(Empty {})
}

/// Where the experiment is in its life.
fn stage(sql: &dyn Sql, id: &str) -> Result<String, Error> {
    let rows = sql.query(
        "SELECT lifecycle_stage FROM experiments WHERE experiment_id = ?1",
        &[parse_id(id)?.into()],
    )?;
    rows.into_iter().next().map(|row| Columns::of(row).text()).ok_or_else(|| unknown(id))
}

/// An experiment that is not where it is to come from is as good as unknown.
fn change_stage(
    sql: &dyn Sql,
    now: i64,
    id: &str,
    from: LifecycleStage,
    to: LifecycleStage,
) -> Result<(), Error> {
    let changed = sql.query(
        "UPDATE experiments SET lifecycle_stage = ?1, last_update_time = ?2
         WHERE experiment_id = ?3 AND lifecycle_stage = ?4 RETURNING experiment_id",
        &[to.as_str().into(), now.into(), parse_id(id)?.into(), from.as_str().into()],
    )?;
    if changed.is_empty() { Err(unknown(id)) } else { Ok(()) }
}
