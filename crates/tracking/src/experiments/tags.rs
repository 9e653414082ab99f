//! The tags of experiments.

use mlflow_api::{DeleteExperimentTag, Empty, SetExperimentTag, Tag, limits};

use super::active;
use crate::call::required;
use crate::{Error, Sql, keys};

pub(crate) fn set(sql: &dyn Sql, asked: &SetExperimentTag) -> Result<Empty, Error> {
    let id = required(&asked.experiment_id, "experiment_id")?;
    check(&asked.tag)?;
    let experiment = active(sql, id)?;
    write(sql, experiment.id, std::slice::from_ref(&asked.tag))?;
    Ok(Empty {})
}

pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteExperimentTag) -> Result<Empty, Error> {
    let id = required(&asked.experiment_id, "experiment_id")?;
    let key = required(&asked.key, "key")?;
    let experiment = active(sql, id)?;
    let deleted = sql.query(
        "DELETE FROM experiment_tags WHERE experiment_id = ?1 AND key = ?2 RETURNING key",
        &[experiment.id.into(), key.into()],
    )?;
    if deleted.is_empty() {
        return Err(Error::unknown(format!("No tag with name: {key} in experiment with id {id}")));
    }
    Ok(Empty {})
}

/// Refuses a tag that MLflow would.
pub(crate) fn check(tag: &Tag) -> Result<(), Error> {
    keys::check(&tag.key, "key")?;
    keys::check_length("key", &tag.key, limits::MAX_KEY_LENGTH)?;
    keys::check_length("value", &tag.value, limits::MAX_EXPERIMENT_TAG_VALUE_LENGTH)
}

/// Makes the tags, or changes their values.
pub(crate) fn write(sql: &dyn Sql, experiment: i64, tags: &[Tag]) -> Result<(), Error> {
    if tags.is_empty() {
        return Ok(());
    }
    let pairs: Vec<(&str, &str)> =
        tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    sql.query(
        "INSERT INTO experiment_tags (key, value, experiment_id)
         SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1) WHERE true
         ON CONFLICT (key, experiment_id) DO UPDATE SET value = excluded.value",
        &[serde_json::json!(pairs).to_string().into(), experiment.into()],
    )?;
    Ok(())
}
