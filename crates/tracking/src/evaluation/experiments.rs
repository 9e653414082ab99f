//! The experiments that an evaluation dataset belongs to.

use mlflow_api::{
    AddDatasetToExperiments, EvaluationDatasetResponse, GetDatasetExperimentIds,
    GetDatasetExperimentIdsResponse, RemoveDatasetFromExperiments,
};
use serde_json::json;

use super::find;
use crate::associations::{self, Kind};
use crate::sql::Columns;
use crate::{Error, Sql, experiments};

pub(crate) fn ids(
    sql: &dyn Sql,
    asked: &GetDatasetExperimentIds,
) -> Result<GetDatasetExperimentIdsResponse, Error> {
    let rows = sql.query(
        "SELECT destination_id FROM entity_associations
         WHERE source_type = ?1 AND source_id = ?2 AND destination_type = ?3
         ORDER BY created_time, destination_id",
        &[
            Kind::EvaluationDataset.as_str().into(),
            asked.dataset_id.as_str().into(),
            Kind::Experiment.as_str().into(),
        ],
    )?;
    let experiment_ids = rows.into_iter().map(|row| Columns::of(row).text()).collect();
    Ok(GetDatasetExperimentIdsResponse { experiment_ids })
}

pub(crate) fn add(
    sql: &dyn Sql,
    now: i64,
    asked: &AddDatasetToExperiments,
) -> Result<EvaluationDatasetResponse, Error> {
    let id = asked.dataset_id.as_str();
    find(sql, id)?;
    for experiment in &asked.experiment_ids {
        experiments::find(sql, experiment)?;
        let from = (Kind::EvaluationDataset, id);
        associations::add(sql, from, (Kind::Experiment, experiment), Some(now))?;
    }
    changed(sql, now, id)
}

pub(crate) fn remove(
    sql: &dyn Sql,
    now: i64,
    asked: &RemoveDatasetFromExperiments,
) -> Result<EvaluationDatasetResponse, Error> {
    let id = asked.dataset_id.as_str();
    find(sql, id)?;
    let removed = sql.query(
        "DELETE FROM entity_associations WHERE source_type = ?1 AND source_id = ?2
             AND destination_type = ?3
             AND destination_id IN (SELECT value FROM json_each(?4)) RETURNING 1",
        &[
            Kind::EvaluationDataset.as_str().into(),
            id.into(),
            Kind::Experiment.as_str().into(),
            json!(asked.experiment_ids).to_string().into(),
        ],
    )?;
    if removed.is_empty() {
        return Ok(EvaluationDatasetResponse { dataset: find(sql, id)? });
    }
    changed(sql, now, id)
}

fn changed(sql: &dyn Sql, now: i64, id: &str) -> Result<EvaluationDatasetResponse, Error> {
    sql.query(
        "UPDATE evaluation_datasets SET last_update_time = ?2 WHERE dataset_id = ?1",
        &[id.into(), now.into()],
    )?;
    Ok(EvaluationDatasetResponse { dataset: find(sql, id)? })
}
