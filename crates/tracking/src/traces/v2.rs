//! Traces as clients from 2.14 on up to 3.0 ask for them.

use std::collections::BTreeMap;

use mlflow_api::{
    DeleteTraceTag, DeleteTraceTagV2, Empty, EndTrace, GetTraceInfoV2, SearchTraces,
    SearchTracesV2, SearchTracesV2Response, SetTraceTag, SetTraceTagV2, StartTraceV2, Tag,
    TraceInfo, TraceInfoV2, TraceInfoV2Response, TraceLocation, TraceStatus,
};
use uuid::Uuid;

use super::info::{self, NAME};
use super::keyed::{self, Table};
use super::{promoted, search};
use crate::{Error, Sql, experiments};

pub(crate) fn start(sql: &dyn Sql, asked: &StartTraceV2) -> Result<TraceInfoV2Response, Error> {
    let place = experiments::active(sql, &asked.experiment_id)?;
    let id = Uuid::new_v4().simple().to_string();
    sql.query(
        "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status)
         VALUES (?1, ?2, ?3, ?4)",
        &[
            id.as_str().into(),
            place.id.into(),
            asked.timestamp_ms.into(),
            TraceStatus::InProgress.as_str().into(),
        ],
    )?;
    write(sql, &id, &asked.tags, &asked.request_metadata)?;
    keyed::write_location(sql, &id, &place.artifact_location)?;
    answer(sql, &id)
}

pub(crate) fn end(sql: &dyn Sql, asked: &EndTrace) -> Result<TraceInfoV2Response, Error> {
    let id = asked.request_id.as_str();
    info::check_known(sql, id)?;
    sql.query(
        "UPDATE trace_info SET execution_time_ms = ?2 - timestamp_ms, status = ?3
         WHERE request_id = ?1",
        &[id.into(), asked.timestamp_ms.into(), stored(asked.status).into()],
    )?;
    write(sql, id, &asked.tags, &asked.request_metadata)?;
    answer(sql, id)
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetTraceInfoV2) -> Result<TraceInfoV2Response, Error> {
    answer(sql, &asked.request_id)
}

pub(crate) fn search(
    sql: &dyn Sql,
    asked: &SearchTracesV2,
) -> Result<SearchTracesV2Response, Error> {
    if asked.experiment_ids.is_empty() {
        return Err(Error::missing("experiment_ids"));
    }
    let found = search::search(
        sql,
        &SearchTraces {
            locations: asked.experiment_ids.iter().map(TraceLocation::experiment).collect(),
            filter: asked.filter.clone(),
            max_results: asked.max_results,
            order_by: asked.order_by.clone(),
            page_token: asked.page_token.clone(),
        },
    )?;
    Ok(SearchTracesV2Response {
        traces: found.traces.into_iter().map(older).collect(),
        next_page_token: found.next_page_token,
    })
}

pub(crate) fn set_tag(sql: &dyn Sql, asked: &SetTraceTagV2) -> Result<Empty, Error> {
    let Tag { key, value } = asked.tag.clone();
    keyed::set(sql, &SetTraceTag { trace_id: asked.request_id.clone(), key, value })
}

pub(crate) fn delete_tag(sql: &dyn Sql, asked: &DeleteTraceTagV2) -> Result<Empty, Error> {
    let (trace_id, key) = (asked.request_id.clone(), asked.key.clone());
    keyed::delete(sql, &DeleteTraceTag { trace_id, key })
}

/// Adds tags and metadata to what the trace has.
fn write(sql: &dyn Sql, id: &str, tags: &[Tag], metadata: &[Tag]) -> Result<(), Error> {
    let metadata: BTreeMap<String, String> =
        metadata.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    promoted::write(sql, id, promoted::changes(&metadata)?)?;
    let pairs = metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let pairs = pairs.filter(|(key, _)| !promoted::is_promoted(key));
    keyed::write(sql, Table::Metadata, id, pairs)?;
    if let Some(name) = tags.iter().rfind(|tag| tag.key == NAME) {
        keyed::check_name(&name.value)?;
        keyed::write_name(sql, id, Some(&name.value))?;
    }
    let pairs = tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    let pairs = pairs.filter(|(key, _)| *key != NAME && !keyed::is_own(key));
    keyed::write(sql, Table::Tags, id, pairs)
}

fn answer(sql: &dyn Sql, id: &str) -> Result<TraceInfoV2Response, Error> {
    Ok(TraceInfoV2Response { trace_info: older(info::find(sql, id)?) })
}

/// The status as the store has it.
fn stored(status: TraceStatus) -> &'static str {
    mlflow_api::TraceState::from_number(status.number()).as_str()
}

fn older(info: TraceInfo) -> TraceInfoV2 {
    let list = |pairs: BTreeMap<String, String>| -> Vec<Tag> {
        pairs.into_iter().map(|(key, value)| Tag { key, value }).collect()
    };
    TraceInfoV2 {
        request_id: info.trace_id,
        experiment_id: info.trace_location.experiment_id().unwrap_or_default().to_owned(),
        timestamp_ms: info.request_time,
        execution_time_ms: info.execution_duration.unwrap_or_default(),
        status: TraceStatus::from_number(info.state.number()),
        request_metadata: list(info.trace_metadata),
        tags: list(info.tags),
    }
}
