//! Tags and metadata of traces.

use mlflow_api::{DeleteTraceTag, Empty, SetTraceTag};

use super::info::{self, NAME};
use crate::call::required;
use crate::{Error, Sql, keys};

/// Where a trace's spans are: in the store, if it says [`TRACKING_STORE`].
pub(crate) const SPANS_LOCATION: &str = "mlflow.trace.spansLocation";
pub(crate) const TRACKING_STORE: &str = "TRACKING_STORE";
/// Where a trace's files are.
const ARTIFACT_LOCATION: &str = "mlflow.artifactLocation";

/// Tags that only the server writes.
const OWN: [&str; 4] = [ARTIFACT_LOCATION, SPANS_LOCATION, "mlflow.trace.archiveLocation", FAILURE];
/// The one of these that anybody may delete, to have another try.
const FAILURE: &str = "mlflow.trace.archivalFailure";

/// Characters in a tag's value.
const MAX_VALUE: usize = 8000;

/// A table of keys and values of traces.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    Tags,
    Metadata,
}

/// Makes these, or changes their values.
pub(crate) fn write<'a>(
    sql: &dyn Sql,
    table: Table,
    trace: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), Error> {
    let pairs: Vec<(&str, &str)> = pairs.collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let table = match table {
        Table::Tags => "trace_tags",
        Table::Metadata => "trace_request_metadata",
    };
    let statement = format!(
        "INSERT INTO {table} (key, value, request_id)
         SELECT value ->> 0, value ->> 1, ?1 FROM json_each(?2) WHERE true
         ON CONFLICT (key, request_id) DO UPDATE SET value = excluded.value"
    );
    sql.query(&statement, &[trace.into(), serde_json::json!(pairs).to_string().into()])?;
    Ok(())
}

/// Writes down where the trace's files are: below those of its experiment.
pub(crate) fn write_location(sql: &dyn Sql, trace: &str, root: &str) -> Result<(), Error> {
    let location = format!("{}/traces/{trace}/artifacts", root.trim_end_matches('/'));
    write(sql, Table::Tags, trace, [(ARTIFACT_LOCATION, location.as_str())].into_iter())
}

/// Whether only the server writes a tag. What a client says of one with a whole
/// trace is left out: it may send back what it read.
pub(super) fn is_own(key: &str) -> bool {
    OWN.contains(&key)
}

/// A tag as it may be kept: a long value is cut.
pub(crate) fn checked<'a>(key: &'a str, value: &'a str) -> Result<(&'a str, &'a str), Error> {
    keys::check(key, "key")?;
    keys::check_length("key", key, mlflow_api::limits::MAX_KEY_LENGTH)?;
    if key == NAME {
        check_name(value)?;
    }
    Ok((key, keys::cut(value, MAX_VALUE)))
}

pub(super) fn check_name(name: &str) -> Result<(), Error> {
    keys::check_length("Trace name", name, mlflow_api::limits::MAX_TRACE_TAG_LENGTH)
}

pub(crate) fn set(sql: &dyn Sql, asked: &SetTraceTag) -> Result<Empty, Error> {
    required(&asked.key, "key")?;
    if is_own(&asked.key) {
        return Err(immutable(&asked.key, "set"));
    }
    let tag = checked(&asked.key, &asked.value)?;
    info::check_known(sql, &asked.trace_id)?;
    match tag {
        (NAME, name) => write_name(sql, &asked.trace_id, Some(name))?,
        tag => write(sql, Table::Tags, &asked.trace_id, [tag].into_iter())?,
    }
    Ok(Empty {})
}

pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteTraceTag) -> Result<Empty, Error> {
    let (trace, key) = (asked.trace_id.as_str(), required(&asked.key, "key")?);
    if is_own(key) && key != FAILURE {
        return Err(immutable(key, "deleted"));
    }
    let deleted = if key == NAME {
        sql.query(
            "UPDATE trace_info SET trace_name = NULL
             WHERE request_id = ?1 AND trace_name IS NOT NULL RETURNING 1",
            &[trace.into()],
        )?
    } else {
        sql.query(
            "DELETE FROM trace_tags WHERE request_id = ?1 AND key = ?2 RETURNING 1",
            &[trace.into(), key.into()],
        )?
    };
    if deleted.is_empty() {
        return Err(Error::unknown(format!(
            "No trace tag with key '{key}' for trace with ID '{trace}'"
        )));
    }
    Ok(Empty {})
}

pub(crate) fn write_name(sql: &dyn Sql, trace: &str, name: Option<&str>) -> Result<(), Error> {
    sql.query(
        "UPDATE trace_info SET trace_name = ?2 WHERE request_id = ?1",
        &[trace.into(), name.into()],
    )?;
    Ok(())
}

fn immutable(key: &str, done: &str) -> Error {
    Error::invalid(format!("Tag '{key}' is immutable and cannot be {done} on a trace."))
}
