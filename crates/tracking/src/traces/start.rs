//! A trace is written down when it has ended, whether or not some of its spans
//! came before.

use mlflow_api::{StartTrace, Trace, TraceInfo, TraceResponse};

use super::info::{self, NAME};
use super::keyed::{self, SPANS_LOCATION, TRACKING_STORE, Table};
use super::{assessments, promoted};
use crate::call::required;
use crate::{Error, Sql, experiments};
use mlflow_api::ErrorCode;

/// Says that the values of the trace itself are not guessed from its spans.
pub(crate) const FINALIZED: &str = "mlflow.trace.infoFinalized";

pub(crate) fn start(sql: &dyn Sql, now: i64, asked: &StartTrace) -> Result<TraceResponse, Error> {
    let info = &asked.trace.as_ref().ok_or_else(|| Error::missing("trace"))?.trace_info;
    let id = required(&info.trace_id, "trace_id")?;
    let experiment = info.trace_location.experiment_id().ok_or_else(|| {
        Error::invalid("the trace's location has to be of type MLFLOW_EXPERIMENT, with its id")
    })?;
    let name = info.tags.get(NAME).map(String::as_str);
    keyed::check_name(name.unwrap_or_default())?;
    let changes = promoted::changes(&info.trace_metadata)?;
    let place = experiments::active(sql, experiment)?;
    check_stored_here(sql, id)?;

    write(sql, info, place.id, name)?;
    promoted::write(sql, id, changes)?;
    let tags = info.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let tags = tags.filter(|(key, _)| *key != NAME && !keyed::is_own(key));
    keyed::write(sql, Table::Tags, id, tags)?;
    keyed::write_location(sql, id, &place.artifact_location)?;
    let metadata = info.trace_metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let metadata = metadata.filter(|(key, _)| !promoted::is_promoted(key));
    keyed::write(sql, Table::Metadata, id, metadata.chain([(FINALIZED, "true")]))?;
    sql.query(
        "UPDATE spans SET experiment_id = ?1 WHERE trace_id = ?2",
        &[place.id.into(), id.into()],
    )?;
    for assessment in &info.assessments {
        assessments::write(sql, now, id, assessment)?;
    }
    assessments::follow(sql, id)?;
    let trace_info = info::find(sql, id)?;
    Ok(TraceResponse { trace: Trace { trace_info, spans: Vec::new() } })
}

/// Refuses a trace of which the spans were moved elsewhere.
pub(crate) fn check_stored_here(sql: &dyn Sql, id: &str) -> Result<(), Error> {
    let elsewhere = sql.query(
        "SELECT 1 FROM trace_tags WHERE request_id = ?1 AND key = ?2 AND value <> ?3",
        &[id.into(), SPANS_LOCATION.into(), TRACKING_STORE.into()],
    )?;
    if elsewhere.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::InvalidState,
        format!("Cannot update traces that are no longer DB-backed: '{id}'."),
    ))
}

/// Makes the trace, or changes it; previews and the name only where there are new.
fn write(
    sql: &dyn Sql,
    info: &TraceInfo,
    experiment: i64,
    name: Option<&str>,
) -> Result<(), Error> {
    sql.query(
        "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms,
             status, client_request_id, request_preview, response_preview, trace_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (request_id) DO UPDATE SET experiment_id = excluded.experiment_id,
             timestamp_ms = excluded.timestamp_ms,
             execution_time_ms = excluded.execution_time_ms, status = excluded.status,
             client_request_id = excluded.client_request_id,
             request_preview = coalesce(excluded.request_preview, request_preview),
             response_preview = coalesce(excluded.response_preview, response_preview),
             trace_name = coalesce(excluded.trace_name, trace_name),
             db_payload_generation = db_payload_generation + 1",
        &[
            info.trace_id.as_str().into(),
            experiment.into(),
            info.request_time.into(),
            info.execution_duration.into(),
            info.state.as_str().into(),
            info.client_request_id.as_deref().into(),
            info.request_preview.as_deref().into(),
            info.response_preview.as_deref().into(),
            name.into(),
        ],
    )?;
    Ok(())
}
