//! Runs: created, found, updated, deleted; what they log and what they read.

mod delete;
mod inputs;
mod log;
mod metrics;
mod record;
mod search;
mod tags;

pub(crate) use delete::{delete, delete_of, restore, restore_of};
pub(crate) use inputs::{log_inputs, log_outputs, search_datasets};
pub(crate) use log::{log_batch, log_metric, log_model, log_param};
pub(crate) use record::find;
pub(crate) use search::search;
pub(crate) use tags::{delete as delete_tag, set as set_tag};

use mlflow_api::tags::RUN_NAME;
use mlflow_api::{
    CreateRun, ErrorCode, GetRun, GetRunResponse, LifecycleStage, Run, RunData, RunInfo, RunStatus,
    Tag, UpdateRun, UpdateRunResponse,
};
use uuid::Uuid;

use crate::call::required;
use crate::experiments::{self, named};
use crate::sql::Columns;
use crate::{Error, Sql, names};

pub(crate) fn create(sql: &dyn Sql, asked: &CreateRun) -> Result<GetRunResponse, Error> {
    if asked.experiment_id.is_empty() {
        return Err(Error::new(ErrorCode::BadRequest, "a run is in an experiment: name one"));
    }
    let experiment = experiments::active(sql, &asked.experiment_id)?;
    let run_name = run_name(asked)?;
    let id = Uuid::new_v4().simple().to_string();
    let info = RunInfo {
        run_id: id.clone(),
        run_uuid: Some(id.clone()),
        run_name: Some(run_name.clone()),
        experiment_id: experiment.id.to_string(),
        user_id: Some(asked.user_id.clone().unwrap_or_default()),
        status: RunStatus::Running,
        start_time: Some(asked.start_time.unwrap_or_default()),
        end_time: None,
        artifact_uri: Some(artifact_uri(&experiment.artifact_location, &id)),
        lifecycle_stage: LifecycleStage::Active,
    };
    sql.query(
        "INSERT INTO runs (run_uuid, name, user_id, status, start_time, lifecycle_stage,
             artifact_uri, experiment_id, source_type, source_name, entry_point_name,
             source_version)
         VALUES (?1, ?2, ?3, 'RUNNING', ?4, 'active', ?5, ?6, 'UNKNOWN', '', '', '')",
        &[
            id.as_str().into(),
            run_name.as_str().into(),
            info.user_id.clone().into(),
            info.start_time.into(),
            info.artifact_uri.clone().into(),
            experiment.id.into(),
        ],
    )?;
    let mut tags = asked.tags.clone();
    if !tags.iter().any(|tag| tag.key == RUN_NAME) {
        tags.push(Tag { key: RUN_NAME.into(), value: run_name });
    }
    tags::write_only(sql, &id, &tags)?;
    let data = RunData { tags, ..RunData::default() };
    Ok(GetRunResponse { run: Run { info, data, ..Run::default() } })
}

/// The name that a new run was given, in one way or the other; else a random one.
fn run_name(asked: &CreateRun) -> Result<String, Error> {
    let tagged = asked.tags.iter().find(|tag| tag.key == RUN_NAME).map(|tag| &tag.value);
    let named = asked.run_name.as_ref().filter(|name| !name.is_empty());
    if let (Some(tagged), Some(named)) = (tagged, named)
        && tagged != named
    {
        return Err(Error::invalid(format!(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{named}', mlflow.runName='{tagged}')."
        )));
    }
    Ok(named.or(tagged).cloned().unwrap_or_else(names::random))
}

/// Where a run's artifacts are, below its experiment's. A query stays at the end.
fn artifact_uri(location: &str, run: &str) -> String {
    let (path, query) = location.split_once('?').map_or((location, None), |(p, q)| (p, Some(q)));
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    format!("{}/{run}/artifacts{query}", path.trim_end_matches('/'))
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetRun) -> Result<GetRunResponse, Error> {
    let run = find(sql, required(&asked.run_id, "run_id")?)?;
    Ok(GetRunResponse { run })
}

/// Gives the experiment of a run that may be written to: one that does not
/// exist or was deleted is refused.
fn check_active(sql: &dyn Sql, id: &str) -> Result<i64, Error> {
    let rows = sql.query(
        "SELECT lifecycle_stage, experiment_id FROM runs WHERE run_uuid = ?1",
        &[id.into()],
    )?;
    let mut columns = Columns::of(rows.into_iter().next().ok_or_else(|| unknown(id))?);
    let current = columns.text();
    if named::<LifecycleStage>(&current) == LifecycleStage::Active {
        return Ok(columns.integer());
    }
    Err(Error::invalid(format!(
        "The run {id} must be in the 'active' state. Current state is {current}."
    )))
}

fn unknown(id: &str) -> Error {
    Error::unknown(format!("Run with id={id} not found"))
}

pub(crate) fn update(sql: &dyn Sql, asked: &UpdateRun) -> Result<UpdateRunResponse, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check_active(sql, id)?;
    let status = asked.status.filter(|status| *status != RunStatus::Unknown);
    let name = asked.run_name.as_deref().filter(|name| !name.is_empty());
    sql.query(
        "UPDATE runs SET status = ifnull(?1, status), end_time = ifnull(?2, end_time)
         WHERE run_uuid = ?3",
        &[status.map(RunStatus::as_str).into(), asked.end_time.into(), id.into()],
    )?;
    if let Some(name) = name {
        tags::write(sql, id, &[Tag { key: RUN_NAME.into(), value: name.to_owned() }])?;
    }
    Ok(UpdateRunResponse { run_info: record::info(sql, id)? })
}
