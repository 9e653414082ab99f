//! Spans are written down as they come, and their traces with them.

use std::collections::HashMap;

use mlflow_api::TraceState;
use serde_json::Value as Json;

use super::content::{Attributes, Content};
use super::otlp::Incoming;
use super::translate::{INPUTS, MODEL, OUTPUTS, PROVIDER, SPAN_TYPE, translate};
use super::usage::{CHAT_USAGE, LLM_COST};
use super::{preview, usage};
use crate::experiments;
use crate::sql::Columns;
use crate::traces::info::NAME;
use crate::traces::keyed::{self, SPANS_LOCATION, TRACKING_STORE, Table};
use crate::traces::{self, assessments, promoted};
use crate::{Error, Sql, keys, python_json};

/// The largest text that a Durable Object keeps, with room for the other columns.
const MAX_CONTENT: usize = 1_900_000;
/// Characters of a model's name.
const MAX_MODEL: usize = 500;
/// What an application says about who used it, and where.
const SESSIONS: [&str; 2] = ["session.id", "gen_ai.conversation.id"];
const USER: (&str, &str) = ("user.id", "mlflow.trace.user");
/// Attributes of a root that are tags of its trace begin so.
const TAG_PREFIX: &str = "mlflow.traceTag.";

/// A span with the text that is kept of it.
struct Written<'a> {
    span: &'a Incoming,
    attributes: Attributes,
}

/// Writes spans down, of one trace or of several.
pub(super) fn write(sql: &dyn Sql, experiment: &str, spans: &[Incoming]) -> Result<(), Error> {
    let mut order: Vec<&str> = Vec::new();
    let mut by_trace: HashMap<&str, Vec<&Incoming>> = HashMap::new();
    for span in spans {
        let of_trace = by_trace.entry(&span.trace_id).or_default();
        if of_trace.is_empty() {
            order.push(&span.trace_id);
        }
        of_trace.push(span);
    }
    for trace in order {
        write_trace(sql, experiment, trace, by_trace.get(trace).map_or(&[], Vec::as_slice))?;
    }
    Ok(())
}

fn write_trace(
    sql: &dyn Sql,
    experiment: &str,
    trace: &str,
    spans: &[&Incoming],
) -> Result<(), Error> {
    traces::check_stored_here(sql, trace)?;
    let times = Times::of(spans);
    // The first root decides how the trace ended.
    let root = spans.iter().find(|span| span.parent_id.is_none());
    let state = root.map(|root| match root.content.status.code.as_str() {
        "STATUS_CODE_ERROR" => TraceState::Error,
        _ => TraceState::Ok,
    });
    let experiment_id = match known_experiment(sql, trace)? {
        Some(id) => {
            if id != experiments::parse_id(experiment)? {
                return Err(Error::invalid(format!(
                    "Trace with ID '{trace}' already exists in another experiment."
                )));
            }
            times.extend(sql, trace)?;
            id
        }
        None => create(sql, experiment, trace, &times)?,
    };
    let mut written = Vec::with_capacity(spans.len());
    for span in spans {
        written.push(write_span(sql, experiment_id, span)?);
    }
    if let Some(state) = state {
        sql.query(
            "UPDATE trace_info SET status = ?2
             WHERE request_id = ?1 AND status IN ('IN_PROGRESS', 'STATE_UNSPECIFIED')",
            &[trace.into(), state.as_str().into()],
        )?;
    }
    if let Some(root) = written.iter().rfind(|written| written.span.parent_id.is_none()) {
        write_previews(sql, trace, &root.attributes)?;
    }
    write_sums(sql, trace, &written)?;
    write_people(sql, trace, &written)?;
    write_tags(sql, trace, &written)?;
    assessments::follow(sql, trace)?;
    sql.query(
        "UPDATE trace_info SET db_payload_generation = db_payload_generation + 1
         WHERE request_id = ?1",
        &[trace.into()],
    )?;
    Ok(())
}

/// When the first of the spans began, and the last ended, in milliseconds.
struct Times {
    start: i64,
    end: Option<i64>,
}

impl Times {
    fn of(spans: &[&Incoming]) -> Self {
        let millis = |nanos: u64| i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX);
        let starts = spans.iter().map(|span| millis(span.content.start_time_unix_nano));
        let ends = spans.iter().filter_map(|span| span.content.end_time_unix_nano.map(millis));
        Self { start: starts.min().unwrap_or_default(), end: ends.max() }
    }

    /// Has the trace begin no later and end no earlier, unless it said itself
    /// when it did.
    fn extend(&self, sql: &dyn Sql, trace: &str) -> Result<(), Error> {
        sql.query(
            "UPDATE trace_info SET timestamp_ms = min(timestamp_ms, ?2), execution_time_ms =
                 CASE WHEN ?3 IS NULL AND execution_time_ms IS NULL THEN NULL
                 ELSE max(ifnull(timestamp_ms + execution_time_ms, ?3),
                     ifnull(?3, timestamp_ms + execution_time_ms)) - min(timestamp_ms, ?2) END
             WHERE request_id = ?1 AND NOT EXISTS (SELECT 1 FROM trace_request_metadata k
                 WHERE k.request_id = ?1 AND k.key = ?4)",
            &[trace.into(), self.start.into(), self.end.into(), traces::FINALIZED.into()],
        )?;
        Ok(())
    }
}

/// The experiment that the trace is in, if it is known.
fn known_experiment(sql: &dyn Sql, trace: &str) -> Result<Option<i64>, Error> {
    let rows =
        sql.query("SELECT experiment_id FROM trace_info WHERE request_id = ?1", &[trace.into()])?;
    Ok(rows.into_iter().next().map(|row| Columns::of(row).integer()))
}

/// Makes the trace of which a span is the first to come.
fn create(sql: &dyn Sql, experiment: &str, trace: &str, times: &Times) -> Result<i64, Error> {
    let experiment = experiments::find(sql, experiment)?;
    let id = experiments::parse_id(&experiment.experiment_id)?;
    sql.query(
        "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        &[
            trace.into(),
            id.into(),
            times.start.into(),
            times.end.map(|end| end - times.start).into(),
            TraceState::InProgress.as_str().into(),
        ],
    )?;
    keyed::write_location(sql, trace, &experiment.artifact_location.unwrap_or_default())?;
    Ok(id)
}

/// Makes the span, or changes it; gives its attributes with MLflow's own.
fn write_span<'a>(
    sql: &dyn Sql,
    experiment: i64,
    span: &'a Incoming,
) -> Result<Written<'a>, Error> {
    let Content { events, name, .. } = &span.content;
    let mut attributes = span.content.attributes.clone();
    // The column has what the client said, not what is understood of it.
    let kind = attributes.string(SPAN_TYPE);
    translate(&mut attributes, events);
    let content = python_json::to_string(&With { content: &span.content, attributes: &attributes });
    if content.len() > MAX_CONTENT {
        return Err(Error::invalid(format!(
            "the span '{name}' has {} bytes; at most {MAX_CONTENT} are kept",
            content.len()
        )));
    }
    let cost = attributes.text(LLM_COST).map(promoted::object).unwrap_or_default();
    let [input, output, total] =
        promoted::COSTS.map(|key| cost.get(key).and_then(promoted::amount));
    let bounded = |key| attributes.string(key).map(|name| keys::cut(&name, MAX_MODEL).to_owned());
    let status = span.content.status.code.trim_start_matches("STATUS_CODE_");
    let nanos = |nanos: u64| i64::try_from(nanos).unwrap_or(i64::MAX);
    sql.query(
        "INSERT INTO spans (trace_id, experiment_id, span_id, parent_span_id, name, type, status,
             start_time_unix_nano, end_time_unix_nano, content, input_cost, output_cost,
             total_cost, model_name, model_provider)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT (trace_id, span_id) DO UPDATE SET experiment_id = excluded.experiment_id,
             parent_span_id = excluded.parent_span_id, name = excluded.name,
             type = excluded.type, status = excluded.status,
             start_time_unix_nano = excluded.start_time_unix_nano,
             end_time_unix_nano = excluded.end_time_unix_nano, content = excluded.content,
             input_cost = excluded.input_cost, output_cost = excluded.output_cost,
             total_cost = excluded.total_cost, model_name = excluded.model_name,
             model_provider = excluded.model_provider",
        &[
            span.trace_id.as_str().into(),
            experiment.into(),
            span.span_id.as_str().into(),
            span.parent_id.as_deref().into(),
            name.as_str().into(),
            kind.into(),
            status.into(),
            nanos(span.content.start_time_unix_nano).into(),
            span.content.end_time_unix_nano.map(nanos).into(),
            content.into(),
            input.into(),
            output.into(),
            total.into(),
            bounded(MODEL).into(),
            bounded(PROVIDER).into(),
        ],
    )?;
    Ok(Written { span, attributes })
}

/// A span's text with other attributes.
struct With<'a> {
    content: &'a Content,
    attributes: &'a Attributes,
}

impl serde::Serialize for With<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let Content { trace_id, span_id, parent_span_id, name, events, status, links, .. } =
            self.content;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("trace_id", trace_id)?;
        map.serialize_entry("span_id", span_id)?;
        map.serialize_entry("parent_span_id", parent_span_id)?;
        map.serialize_entry("name", name)?;
        map.serialize_entry("start_time_unix_nano", &self.content.start_time_unix_nano)?;
        map.serialize_entry("end_time_unix_nano", &self.content.end_time_unix_nano)?;
        map.serialize_entry("events", events)?;
        map.serialize_entry("status", status)?;
        map.serialize_entry("attributes", self.attributes)?;
        map.serialize_entry("links", links)?;
        map.end()
    }
}

/// What was asked and answered, where the trace doesn't say it itself.
fn write_previews(sql: &dyn Sql, trace: &str, root: &Attributes) -> Result<(), Error> {
    let of = |key, role| root.text(key).map(|text| preview::of(text, role));
    sql.query(
        "UPDATE trace_info SET request_preview = coalesce(request_preview, ?2),
             response_preview = coalesce(response_preview, ?3) WHERE request_id = ?1",
        &[trace.into(), of(INPUTS, "user").into(), of(OUTPUTS, "assistant").into()],
    )?;
    Ok(())
}

/// Sums tokens and costs of all spans, unless the trace said its own.
fn write_sums(sql: &dyn Sql, trace: &str, written: &[Written<'_>]) -> Result<(), Error> {
    let has = |key| written.iter().any(|span| span.attributes.get(key).is_some());
    if has(CHAT_USAGE) && !is_said(sql, trace, &promoted::TOKENS)? {
        promoted::write(sql, trace, usage::tokens(sql, trace)?)?;
    }
    if has(LLM_COST) && !is_said(sql, trace, &promoted::COSTS)? {
        promoted::write(sql, trace, usage::cost(sql, trace)?)?;
    }
    Ok(())
}

/// Whether the trace said one of these itself.
fn is_said(sql: &dyn Sql, trace: &str, columns: &[&str]) -> Result<bool, Error> {
    let any: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let statement = format!(
        "SELECT 1 FROM trace_info WHERE request_id = ?1 AND ({}) AND EXISTS
             (SELECT 1 FROM trace_request_metadata k WHERE k.request_id = ?1 AND k.key = ?2)",
        any.join(" OR ")
    );
    Ok(!sql.query(&statement, &[trace.into(), traces::FINALIZED.into()])?.is_empty())
}

/// The session and the user, of the first span that names them.
fn write_people(sql: &dyn Sql, trace: &str, written: &[Written<'_>]) -> Result<(), Error> {
    let first = |keys: &[&str]| {
        let mut named = written
            .iter()
            .flat_map(|span| keys.iter().filter_map(|key| span.attributes.string(key)));
        named.find(|name| !name.is_empty())
    };
    if let Some(session) = first(&SESSIONS) {
        sql.query(
            "UPDATE trace_info SET session_id = coalesce(session_id, ?2) WHERE request_id = ?1",
            &[trace.into(), promoted::checked_session(&session)?.into()],
        )?;
    }
    let (attribute, metadata) = USER;
    if let Some(user) = first(&[attribute]) {
        sql.query(
            "INSERT OR IGNORE INTO trace_request_metadata (key, value, request_id)
             VALUES (?1, ?2, ?3)",
            &[metadata.into(), user.into(), trace.into()],
        )?;
    }
    Ok(())
}

/// Tags: what sent the spans says of itself, and what the root's attributes
/// carry; tags that are none are left out.
fn write_tags(sql: &dyn Sql, trace: &str, written: &[Written<'_>]) -> Result<(), Error> {
    let resource = written.iter().map(|span| &span.span.resource).find(|r| !r.is_empty());
    let of_resource = resource.into_iter().flat_map(|resource| resource.iter());
    let of_resource = of_resource
        .filter(|(key, _)| !key.starts_with("telemetry.sdk.") && !key.starts_with("mlflow."))
        .map(|(key, value)| (key.clone(), text(value)));
    let roots = written.iter().filter(|span| span.span.parent_id.is_none());
    let carried = roots.flat_map(|root| {
        root.attributes.0.iter().filter_map(|(key, _)| {
            Some((key.strip_prefix(TAG_PREFIX)?.to_owned(), root.attributes.string(key)?))
        })
    });
    let tags: Vec<(String, String)> = of_resource.chain(carried).collect();
    let tags = tags.iter().filter_map(|(key, value)| keyed::checked(key, value).ok());
    let (names, tags): (Vec<_>, Vec<_>) = tags.partition(|(key, _)| *key == NAME);
    if let Some((_, name)) = names.last() {
        keyed::write_name(sql, trace, Some(name))?;
    }
    let location = [(SPANS_LOCATION, TRACKING_STORE)];
    keyed::write(sql, Table::Tags, trace, location.into_iter().chain(tags))
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => python_json::to_ascii(other),
    }
}
