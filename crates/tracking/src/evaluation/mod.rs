//! Evaluation datasets: questions with expected answers, to try an application
//! with.

mod experiments;
mod records;
mod search;

pub(crate) use experiments::{add, ids, of as experiments_of, remove};
pub(crate) use records::{delete as delete_records, get as get_records, upsert};
pub(crate) use search::search;

use mlflow_api::{
    CreateEvaluationDataset, DeleteDatasetTag, DeleteEvaluationDataset, Empty, EvaluationDataset,
    EvaluationDatasetResponse, GetEvaluationDataset, SetDatasetTags, tags,
};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::associations::{self, Kind};
use crate::call::required;
use crate::experiments::canonical_id;
use crate::experiments::pairs;
use crate::sql::Columns;
use crate::traces::promoted::InOrder;
use crate::{Error, Row, Sql, python_json};

/// The columns of `evaluation_datasets d`, and its tags as a JSON array of pairs.
const COLUMNS: &str = "dataset_id, name, schema, profile, digest, created_time,
    last_update_time, created_by, last_updated_by,
    (SELECT json_group_array(json_array(key, value)) FROM evaluation_dataset_tags t
        WHERE t.dataset_id = d.dataset_id)";

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    asked: &CreateEvaluationDataset,
) -> Result<EvaluationDatasetResponse, Error> {
    let name = required(&asked.name, "name")?;
    let tags = match asked.tags.as_deref().filter(|tags| !tags.is_empty()) {
        Some(tags) => object(tags, "tags")?,
        None => Map::new(),
    };
    let id = format!("d-{}", Uuid::new_v4().simple());
    let user = user(&tags);
    sql.query(
        "INSERT INTO evaluation_datasets (dataset_id, name, digest, created_time,
             last_update_time, created_by, last_updated_by) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?5)",
        &[id.as_str().into(), name.into(), digest(name, now).into(), now.into(), user.into()],
    )?;
    write_tags(sql, &id, &tags)?;
    let experiment_ids: Vec<String> =
        asked.experiment_ids.iter().map(|id| canonical_id(id)).collect();
    for experiment in &experiment_ids {
        let (from, to) = ((Kind::EvaluationDataset, id.as_str()), experiment.as_str());
        associations::add(sql, from, (Kind::Experiment, to), Some(now))?;
    }
    Ok(EvaluationDatasetResponse {
        dataset: EvaluationDataset { experiment_ids, ..find(sql, &id)? },
    })
}

pub(crate) fn get(
    sql: &dyn Sql,
    asked: &GetEvaluationDataset,
) -> Result<EvaluationDatasetResponse, Error> {
    Ok(EvaluationDatasetResponse { dataset: find(sql, &asked.dataset_id)? })
}

/// Deletes it with its records; one that isn't there is deleted already.
pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteEvaluationDataset) -> Result<Empty, Error> {
    let id = asked.dataset_id.as_str();
    sql.query("DELETE FROM evaluation_datasets WHERE dataset_id = ?1", &[id.into()])?;
    sql.query(
        "DELETE FROM entity_associations WHERE (source_type = ?1 AND source_id = ?2)
             OR (destination_type = ?1 AND destination_id = ?2)",
        &[Kind::EvaluationDataset.as_str().into(), id.into()],
    )?;
    Ok(Empty {})
}

pub(crate) fn set_tags(sql: &dyn Sql, asked: &SetDatasetTags) -> Result<Empty, Error> {
    let tags = object(required(&asked.tags, "tags")?, "tags")?;
    find(sql, &asked.dataset_id)?;
    write_tags(sql, &asked.dataset_id, &tags)?;
    Ok(Empty {})
}

pub(crate) fn delete_tag(sql: &dyn Sql, asked: &DeleteDatasetTag) -> Result<Empty, Error> {
    sql.query(
        "DELETE FROM evaluation_dataset_tags WHERE dataset_id = ?1 AND key = ?2",
        &[asked.dataset_id.as_str().into(), asked.key.as_str().into()],
    )?;
    Ok(Empty {})
}

fn find(sql: &dyn Sql, id: &str) -> Result<EvaluationDataset, Error> {
    let statement = format!("SELECT {COLUMNS} FROM evaluation_datasets d WHERE dataset_id = ?1");
    let rows = sql.query(&statement, &[id.into()])?;
    let row = rows.into_iter().next();
    row.map(dataset)
        .ok_or_else(|| Error::unknown(format!("Evaluation dataset with id '{id}' not found")))
}

/// Makes tags, or changes their values; those without a value stay as they are.
fn write_tags(sql: &dyn Sql, id: &str, tags: &Map<String, Json>) -> Result<(), Error> {
    for (key, value) in tags.iter().filter(|(_, value)| !value.is_null()) {
        let value = match value {
            Json::String(text) => text.clone(),
            other => python_json::to_ascii(other),
        };
        sql.query(
            "INSERT INTO evaluation_dataset_tags (dataset_id, key, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (dataset_id, key) DO UPDATE SET value = excluded.value",
            &[id.into(), key.as_str().into(), value.into()],
        )?;
    }
    Ok(())
}

/// A field that is a JSON object in text.
fn object(text: &str, field: &str) -> Result<Map<String, Json>, Error> {
    serde_json::from_str(text)
        .map_err(|e| Error::invalid(format!("'{field}' has to be a JSON object in text: {e}")))
}

/// Who asks, as the client's tags say.
fn user(tags: &Map<String, Json>) -> Option<&str> {
    tags.get(tags::USER).and_then(Json::as_str)
}

/// Another one for each name and time.
fn digest(name: &str, time: i64) -> String {
    hash(&format!("{name}:{time}")).chars().take(8).collect()
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn dataset(row: Row) -> EvaluationDataset {
    let mut columns = Columns::of(row);
    EvaluationDataset {
        dataset_id: columns.text(),
        name: columns.text(),
        schema: columns.maybe_text(),
        profile: columns.maybe_text(),
        digest: columns.maybe_text(),
        created_time: columns.integer(),
        last_update_time: columns.integer(),
        created_by: columns.maybe_text(),
        last_updated_by: columns.maybe_text(),
        tags: Some(python_json::to_ascii(&InOrder(pairs(&columns.value()).collect()))),
        experiment_ids: Vec::new(),
    }
}
