//! The tags of runs.

use mlflow_api::tags::RUN_NAME;
use mlflow_api::{DeleteTag, Empty, SetTag, Tag, limits};

use super::check_active;
use crate::call::required;
use crate::{Error, Sql, keys};

pub(crate) fn set(sql: &dyn Sql, asked: &SetTag) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    check(&asked.tag, "")?;
    check_active(sql, id)?;
    write(sql, id, std::slice::from_ref(&asked.tag))?;
    Ok(Empty {})
}

pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteTag) -> Result<Empty, Error> {
    let id = required(&asked.run_id, "run_id")?;
    let key = required(&asked.key, "key")?;
    check_active(sql, id)?;
    let deleted = sql.query(
        "DELETE FROM tags WHERE run_uuid = ?1 AND key = ?2 RETURNING key",
        &[id.into(), key.into()],
    )?;
    if deleted.is_empty() {
        return Err(Error::unknown(format!("No tag with name: {key} in run with id {id}")));
    }
    Ok(Empty {})
}

/// Refuses a key that is none. `path` is where the tag is in the request.
pub(super) fn check(tag: &Tag, path: &str) -> Result<(), Error> {
    let key = format!("{path}key");
    keys::check(&tag.key, &key)?;
    keys::check_length(&key, &tag.key, limits::MAX_KEY_LENGTH)
}

/// Makes the tags, or changes their values; the last of a key counts. One of
/// them is the run's name.
pub(super) fn write(sql: &dyn Sql, run: &str, tags: &[Tag]) -> Result<(), Error> {
    write_only(sql, run, tags)?;
    if let Some(tag) = tags.iter().rev().find(|tag| tag.key == RUN_NAME && !tag.value.is_empty()) {
        let name = keys::cut(&tag.value, limits::MAX_TAG_VALUE_LENGTH);
        sql.query("UPDATE runs SET name = ?1 WHERE run_uuid = ?2", &[name.into(), run.into()])?;
    }
    Ok(())
}

/// The same for a run that has its name.
pub(super) fn write_only(sql: &dyn Sql, run: &str, tags: &[Tag]) -> Result<(), Error> {
    if tags.is_empty() {
        return Ok(());
    }
    let pairs: Vec<(&str, &str)> = tags
        .iter()
        .map(|tag| (tag.key.as_str(), keys::cut(&tag.value, limits::MAX_TAG_VALUE_LENGTH)))
        .collect();
    sql.query(
        "INSERT INTO tags (key, value, run_uuid)
         SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1) WHERE true
         ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value",
        &[serde_json::json!(pairs).to_string().into(), run.into()],
    )?;
    Ok(())
}
