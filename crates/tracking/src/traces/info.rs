//! What a trace is, read from the store.

use std::collections::BTreeMap;

use mlflow_api::{TraceInfo, TraceLocation, limits};

use super::{assessments, promoted};
use crate::experiments::{named, pairs};
use crate::sql::Columns;
use crate::{Error, Row, Sql, keys};

/// The tag that the store has in a column.
pub(crate) const NAME: &str = "mlflow.traceName";

/// What a statement about `trace_info t` selects, to be read by [`read`].
pub(super) fn columns() -> String {
    format!(
        "t.request_id, t.experiment_id, t.timestamp_ms, t.execution_time_ms, t.status,
    t.client_request_id, t.request_preview, t.response_preview, t.trace_name,
    (SELECT json_group_array(json_array(key, value)) FROM trace_tags k
        WHERE k.request_id = t.request_id),
    (SELECT json_group_array(json_array(key, value)) FROM trace_request_metadata k
        WHERE k.request_id = t.request_id),
    {}",
        promoted::COLUMNS
    )
}

/// The traces of such rows, with their assessments.
pub(super) fn read(sql: &dyn Sql, rows: Vec<Row>) -> Result<Vec<TraceInfo>, Error> {
    let mut infos: Vec<TraceInfo> = rows.into_iter().map(info).collect();
    let mut assessments = assessments::of(sql, infos.iter().map(|info| info.trace_id.as_str()))?;
    for info in &mut infos {
        info.assessments = assessments.remove(&info.trace_id).unwrap_or_default();
    }
    Ok(infos)
}

/// The trace with this id.
pub(crate) fn find(sql: &dyn Sql, id: &str) -> Result<TraceInfo, Error> {
    let statement = format!("SELECT {} FROM trace_info t WHERE request_id = ?1", columns());
    let rows = sql.query(&statement, &[id.into()])?;
    read(sql, rows)?.pop().ok_or_else(|| unknown(id))
}

/// The traces that are there, in the order of their ids.
pub(crate) fn of_ids(
    sql: &dyn Sql,
    ids: &[String],
    experiments: Option<&[i64]>,
) -> Result<Vec<TraceInfo>, Error> {
    let mut unique: Vec<&String> = Vec::with_capacity(ids.len());
    for id in ids {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    let statement = format!(
        "SELECT {} FROM json_each(?1) page JOIN trace_info t ON t.request_id = page.value
         WHERE ?2 IS NULL OR t.experiment_id IN (SELECT value FROM json_each(?2))
         ORDER BY page.key",
        columns()
    );
    let experiments = experiments.map(|ids| serde_json::json!(ids).to_string());
    let unique = serde_json::json!(unique).to_string();
    let rows = sql.query(&statement, &[unique.into(), experiments.into()])?;
    read(sql, rows)
}

/// Refuses what is about a trace that isn't there.
pub(super) fn check_known(sql: &dyn Sql, id: &str) -> Result<(), Error> {
    let rows = sql.query("SELECT 1 FROM trace_info WHERE request_id = ?1", &[id.into()])?;
    if rows.is_empty() { Err(unknown(id)) } else { Ok(()) }
}

pub(super) fn unknown(id: &str) -> Error {
    Error::unknown(format!("Trace with ID {id} is not found."))
}

fn info(row: Row) -> TraceInfo {
    let mut columns = Columns::of(row);
    let mut info = TraceInfo {
        trace_id: columns.text(),
        trace_location: TraceLocation::experiment(columns.integer().to_string()),
        request_time: columns.integer(),
        execution_duration: columns.maybe_integer(),
        state: named(&columns.text()),
        client_request_id: columns.maybe_text(),
        request_preview: columns.maybe_text(),
        response_preview: columns.maybe_text(),
        ..TraceInfo::default()
    };
    let name = columns.maybe_text().map(|name| (NAME.to_owned(), name));
    let (tags, metadata) = (columns.value(), columns.value());
    let tags = pairs(&tags).filter(|(key, _)| key != NAME).chain(name);
    info.tags = shortened(tags, limits::MAX_TRACE_TAG_LENGTH);
    let metadata = pairs(&metadata).filter(|(key, _)| !promoted::is_promoted(key));
    let metadata = metadata.chain(promoted::read(&mut columns));
    info.trace_metadata = shortened(metadata, limits::MAX_TRACE_METADATA_LENGTH);
    info
}

/// The values as they are answered: MLflow cuts long ones.
fn shortened(
    pairs: impl Iterator<Item = (String, String)>,
    max: usize,
) -> BTreeMap<String, String> {
    let cut = |text: String, max| keys::cut(&text, max).to_owned();
    pairs.map(|(key, value)| (cut(key, limits::MAX_KEY_LENGTH), cut(value, max))).collect()
}
