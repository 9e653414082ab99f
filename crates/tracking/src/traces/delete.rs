//! Traces are deleted by their ids, or up to a time.

use mlflow_api::{DeleteTraces, DeleteTracesResponse};
use serde_json::json;

use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Sql, experiments};

pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteTraces) -> Result<DeleteTracesResponse, Error> {
    let experiment = experiments::parse_id(required(&asked.experiment_id, "experiment_id")?)?;
    check(asked)?;
    let ids = (!asked.request_ids.is_empty()).then(|| json!(asked.request_ids).to_string());
    // -1 is no limit.
    let limit = asked.max_traces.unwrap_or(-1);
    let deleted = sql.query(
        "DELETE FROM trace_info WHERE request_id IN
             (SELECT request_id FROM trace_info WHERE experiment_id = ?1
                 AND (?2 IS NULL OR timestamp_ms <= ?2)
                 AND (?3 IS NULL OR request_id IN (SELECT value FROM json_each(?3)))
             ORDER BY timestamp_ms, request_id LIMIT ?4)
         RETURNING request_id",
        &[experiment.into(), asked.max_timestamp_millis.into(), ids.into(), limit.into()],
    )?;
    let deleted: Vec<String> = deleted.into_iter().map(|row| Columns::of(row).text()).collect();
    // What waits for a review does not point to its trace in the schema.
    sql.query(
        "DELETE FROM review_queue_items WHERE item_type = 'trace'
             AND item_id IN (SELECT value FROM json_each(?1))",
        &[json!(deleted).to_string().into()],
    )?;
    Ok(DeleteTracesResponse { traces_deleted: i64::try_from(deleted.len()).unwrap_or(i64::MAX) })
}

fn check(asked: &DeleteTraces) -> Result<(), Error> {
    let (by_time, by_ids) = (asked.max_timestamp_millis.is_some(), !asked.request_ids.is_empty());
    let wrong = match (by_time, by_ids, asked.max_traces) {
        (false, false, _) => "Either `max_timestamp_millis` or `trace_ids` must be specified.",
        (true, true, _) => "Only one of `max_timestamp_millis` and `trace_ids` can be specified.",
        (_, true, Some(_)) => "`max_traces` can't be specified if `trace_ids` is specified.",
        (_, _, Some(max)) if max <= 0 => "`max_traces` must be a positive integer.",
        _ => return Ok(()),
    };
    Err(Error::invalid(wrong))
}
