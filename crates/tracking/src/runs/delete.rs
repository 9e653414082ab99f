//! Runs deleted and restored: they stay where they are and are marked.

use mlflow_api::{DeleteRun, Empty, RestoreRun};

use super::unknown;
use crate::call::required;
use crate::{Error, Sql, Value};

pub(crate) fn delete(sql: &dyn Sql, now: i64, asked: &DeleteRun) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    if mark_deleted(sql, now, "run_uuid", &id.into())? { Ok(Empty {}) } else { Err(unknown(id)) }
}

/// Deletes the runs of an experiment.
pub(crate) fn delete_of(sql: &dyn Sql, now: i64, experiment: i64) -> Result<(), Error> {
    mark_deleted(sql, now, "experiment_id", &experiment.into()).map(|_| ())
}

pub(crate) fn restore(sql: &dyn Sql, asked: &RestoreRun) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    if mark_active(sql, "run_uuid", &id.into())? { Ok(Empty {}) } else { Err(unknown(id)) }
}

/// Restores the runs of an experiment.
pub(crate) fn restore_of(sql: &dyn Sql, experiment: i64) -> Result<(), Error> {
    mark_active(sql, "experiment_id", &experiment.into()).map(|_| ())
}

/// Marks the runs whose column has the value; gives whether there are any. What
/// was said of traces by these runs goes for good.
fn mark_deleted(sql: &dyn Sql, now: i64, column: &str, value: &Value) -> Result<bool, Error> {
    sql.query(
        &format!(
            "DELETE FROM assessments WHERE CASE WHEN json_valid(assessment_metadata)
                 THEN assessment_metadata ->> '$.\"mlflow.assessment.sourceRunId\"' END
             IN (SELECT run_uuid FROM runs WHERE {column} = ?1)"
        ),
        std::slice::from_ref(value),
    )?;
    let marked = sql.query(
        &format!(
            "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = ?1
             WHERE {column} = ?2 RETURNING 1"
        ),
        &[now.into(), value.clone()],
    )?;
    Ok(!marked.is_empty())
}

fn mark_active(sql: &dyn Sql, column: &str, value: &Value) -> Result<bool, Error> {
    let marked = sql.query(
        &format!(
            "UPDATE runs SET lifecycle_stage = 'active', deleted_time = NULL
             WHERE {column} = ?1 RETURNING 1"
        ),
        std::slice::from_ref(value),
    )?;
    Ok(!marked.is_empty())
}
