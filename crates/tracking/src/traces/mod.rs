//! Traces: what an application did to answer one request; and what is thought
//! of it.
//!
//! A client sends the spans of a trace over OTLP ([`crate::spans`]) as they end,
//! and the trace itself when its root has ended; either may be here first.

pub(crate) mod assessments;
pub(crate) mod correlation;
mod delete;
pub(crate) mod info;
pub(crate) mod keyed;
pub(crate) mod links;
pub(crate) mod metrics;
pub(crate) mod promoted;
mod regex;
pub(crate) mod search;
mod start;
pub(crate) mod v2;

pub(crate) use delete::delete;
pub(crate) use start::{FINALIZED, check_stored_here, start};

use mlflow_api::{
    BatchGetTraceInfos, BatchGetTraceInfosResponse, GetTraceInfo, Trace, TraceResponse,
};

use crate::{Error, Sql, experiments};

pub(crate) fn get_info(sql: &dyn Sql, asked: &GetTraceInfo) -> Result<TraceResponse, Error> {
    let trace_info = info::find(sql, &asked.trace_id)?;
    Ok(TraceResponse { trace: Trace { trace_info, spans: Vec::new() } })
}

pub(crate) fn get_infos(
    sql: &dyn Sql,
    asked: &BatchGetTraceInfos,
) -> Result<BatchGetTraceInfosResponse, Error> {
    let trace_infos = batch(sql, &asked.trace_ids, asked.experiment_ids.as_deref())?;
    Ok(BatchGetTraceInfosResponse { trace_infos })
}

/// The traces that a batch asks for and that are there.
pub(crate) fn batch(
    sql: &dyn Sql,
    ids: &[String],
    experiments: Option<&[String]>,
) -> Result<Vec<mlflow_api::TraceInfo>, Error> {
    if ids.is_empty() {
        return Err(Error::missing("trace_ids"));
    }
    let experiments: Option<Vec<i64>> = experiments
        .map(|ids| ids.iter().map(|id| experiments::parse_id(id)).collect())
        .transpose()?;
    info::of_ids(sql, ids, experiments.as_deref())
}
