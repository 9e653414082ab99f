//! The experiments that an evaluation dataset belongs to.

use mlflow_api::{
    AddDatasetToExperiments, EvaluationDatasetResponse, GetDatasetExperimentIds,
    GetDatasetExperimentIdsResponse, RemoveDatasetFromExperiments,
};
use serde_json::json;

use super::find;
use crate::associations::{self, Kind};
use crate::experiments::{self, canonical_id};
use crate::sql::Columns;
use crate::{Error, Sql};

pub(crate) fn ids(
    sql: &dyn Sql,
    asked: &GetDatasetExperimentIds,
) -> Result<GetDatasetExperimentIdsResponse, Error> {
    Ok(GetDatasetExperimentIdsResponse { experiment_ids: of(sql, &asked.dataset_id)? })
}

/// The experiments of a dataset; none where it is not there.
pub(crate) fn of(sql: &dyn Sql, dataset: &str) -> Result<Vec<String>, Error> {
    let rows = sql.query(
        "SELECT destination_id FROM entity_associations
         WHERE source_type = ?1 AND source_id = ?2 AND destination_type = ?3
         ORDER BY created_time, destination_id",
        &[
            Kind::EvaluationDataset.as_str().into(),
            dataset.into(),
            Kind::Experiment.as_str().into(),
        ],
    )?;
    Ok(rows.into_iter().map(|row| Columns::of(row).text()).collect())
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
        associations::add(sql, from, (Kind::Experiment, &canonical_id(experiment)), Some(now))?;
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
            canonical_ids(&asked.experiment_ids).into(),
        ],
    )?;
    if removed.is_empty() {
        return Ok(EvaluationDatasetResponse { dataset: find(sql, id)? });
    }
    changed(sql, now, id)
}

/// Ids as they are kept, as a JSON array.
pub(super) fn canonical_ids(ids: &[String]) -> String {
    json!(ids.iter().map(|id| canonical_id(id)).collect::<Vec<_>>()).to_string()
}

fn changed(sql: &dyn Sql, now: i64, id: &str) -> Result<EvaluationDatasetResponse, Error> {
    sql.query(
        "UPDATE evaluation_datasets SET last_update_time = ?2 WHERE dataset_id = ?1",
        &[id.into(), now.into()],
    )?;
    Ok(EvaluationDatasetResponse { dataset: find(sql, id)? })
}
