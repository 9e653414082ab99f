//! Traces with their spans.

use std::collections::HashMap;

use bytes::Bytes;
use http::header::{CONTENT_DISPOSITION, HeaderValue};
use http::{Response, StatusCode};
use mlflow_api::{
    BatchGetTraces, BatchGetTracesResponse, ErrorCode, GetTrace, Span, Trace, TraceInfo,
    TraceResponse,
};
use serde_json::{Value as Json, json};

use super::content::Content;
use crate::call::required;
use crate::sql::Columns;
use crate::traces::keyed::{SPANS_LOCATION, TRACKING_STORE};
use crate::traces::{self, info};
use crate::{Error, Sql, call};

/// Metadata that says how many spans a trace has.
const SIZE_STATS: &str = "mlflow.trace.sizeStats";

pub(crate) fn get(sql: &dyn Sql, asked: &GetTrace) -> Result<TraceResponse, Error> {
    let id = required(&asked.trace_id, "trace_id")?;
    let trace_info = info::find(sql, id)?;
    check_stored(&trace_info)?;
    let spans = spans(sql, &[id])?.remove(id).unwrap_or_default();
    if !asked.allow_partial.unwrap_or_default() && !is_complete(&trace_info, &spans) {
        return Err(Error::unknown(format!(
            "Trace with ID {id} is not fully exported yet, please try again later."
        )));
    }
    Ok(TraceResponse { trace: Trace { trace_info, spans } })
}

/// The traces of a batch of which all spans are here.
pub(crate) fn batch_get(
    sql: &dyn Sql,
    asked: &BatchGetTraces,
) -> Result<BatchGetTracesResponse, Error> {
    let infos = traces::batch(sql, &asked.trace_ids, asked.experiment_ids.as_deref())?;
    infos.iter().try_for_each(check_stored)?;
    let ids: Vec<&str> = infos.iter().map(|info| info.trace_id.as_str()).collect();
    let mut spans = spans(sql, &ids)?;
    let traces = infos.into_iter().map(|trace_info| {
        let spans = spans.remove(&trace_info.trace_id).unwrap_or_default();
        Trace { trace_info, spans }
    });
    let traces = traces.filter(|trace| is_complete(&trace.trace_info, &trace.spans)).collect();
    Ok(BatchGetTracesResponse { traces })
}

/// `get-trace-artifact`: the spans of a trace as the file that clients upload
/// where a server keeps no spans.
pub(crate) fn file(sql: &dyn Sql, query: &str) -> Result<Response<Bytes>, Error> {
    let field = |name| {
        let mut fields = form_urlencoded::parse(query.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    };
    let trace = field("request_id");
    if trace.is_empty() {
        let message = "Request must include the \"request_id\" query parameter.";
        return Err(Error::new(ErrorCode::BadRequest, message));
    }
    let info = info::find(sql, &trace)?;
    if check_stored(&info).is_err() || !field("path").is_empty() {
        return Err(Error::new(
            ErrorCode::NotImplemented,
            "the trace's file is an artifact, at its tag mlflow.artifactLocation",
        ));
    }
    let contents: Vec<String> =
        contents(sql, &[&*trace])?.into_iter().map(|(_, content)| content).collect();
    let file = format!("{{\"spans\":[{}]}}", contents.join(","));
    let mut response = call::respond(StatusCode::OK, "text/plain", file.into());
    let attachment = HeaderValue::from_static("attachment; filename=traces.json");
    response.headers_mut().insert(CONTENT_DISPOSITION, attachment);
    Ok(response)
}

/// Refuses a trace of which the spans are a file.
fn check_stored(info: &TraceInfo) -> Result<(), Error> {
    if info.tags.get(SPANS_LOCATION).is_some_and(|location| location == TRACKING_STORE) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InternalError, "Trace data not stored in tracking store"))
}

/// Whether there are as many spans as the trace says.
fn is_complete(info: &TraceInfo, spans: &[Span]) -> bool {
    let stats = info.trace_metadata.get(SIZE_STATS);
    let stats = stats.map(|stats| traces::promoted::object(stats)).unwrap_or_default();
    let expected = stats.get("num_spans").and_then(Json::as_u64).unwrap_or_default();
    !spans.is_empty() && spans.len() as u64 >= expected
}

/// The spans by their traces, the root first, then by start.
fn spans(sql: &dyn Sql, traces: &[&str]) -> Result<HashMap<String, Vec<Span>>, Error> {
    let mut spans: HashMap<String, Vec<Span>> = HashMap::new();
    for (trace, content) in contents(sql, traces)? {
        let content: Content = serde_json::from_str(&content).map_err(|e| {
            Error::new(ErrorCode::InternalError, format!("a span of {trace} can't be read: {e}"))
        })?;
        spans.entry(trace).or_default().push(content.into_span());
    }
    Ok(spans)
}

/// The texts that are kept of spans, each with its trace.
fn contents(sql: &dyn Sql, traces: &[&str]) -> Result<Vec<(String, String)>, Error> {
    let rows = sql.query(
        "SELECT trace_id, content FROM spans
         WHERE trace_id IN (SELECT value FROM json_each(?1)) AND content <> ''
         ORDER BY parent_span_id IS NOT NULL, start_time_unix_nano",
        &[json!(traces).to_string().into()],
    )?;
    let pair = |row| {
        let mut columns = Columns::of(row);
        (columns.text(), columns.text())
    };
    Ok(rows.into_iter().map(pair).collect())
}
