//! `POST /v1/traces`: spans as OpenTelemetry's exporters send them.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::rc::Rc;

use bytes::Bytes;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use mlflow_api::LinkTracesToRun;
use prost::Message as _;
use serde_json::Value as Json;

use super::content::{
    Attributes, Content, Event, Link, Ordered, Status, dumped, in_hex, json, padded_base64,
    plain_json,
};
use super::{log, proto};
use crate::auth::{self, Caller};
use crate::{Error, MAX_OTLP_BODY, Sql, call, traces};

pub(crate) const PATH: &str = "/v1/traces";

const PROTOBUF: &str = "application/x-protobuf";
/// Where spans are kept of which the trace is not known yet.
pub(crate) const EXPERIMENT_HEADER: &str = "x-mlflow-experiment-id";
/// The run that the traces belong to.
pub(crate) const RUN_HEADER: &str = "x-mlflow-run-id";

/// Applications that are known to say this of themselves; others' names may be
/// anything.
const KNOWN_SERVICES: [&str; 5] =
    ["claude-code", "codex_cli_rs", "codex_vscode", "gemini-cli", "qwen-code"];

/// A span on its way into the store.
pub(super) struct Incoming {
    /// `tr-` and 32 hexadecimal digits.
    pub(super) trace_id: String,
    /// 16 hexadecimal digits.
    pub(super) span_id: String,
    pub(super) parent_id: Option<String>,
    pub(super) content: Content,
    /// Attributes of what sent it.
    pub(super) resource: Rc<Vec<(String, Json)>>,
}

/// Why spans are not taken in.
enum Refusal {
    /// A status and FastAPI's `detail`, with which MLflow answers here.
    Detail(StatusCode, Json),
    /// An error as everywhere else.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Takes the spans in. The answer is OTLP's own: empty.
/// Without a caller, whoever asks may do all of it.
pub(crate) fn receive(
    sql: &dyn Sql,
    request: &Request<Bytes>,
    caller: Option<&Caller>,
) -> Result<Response<Bytes>, Error> {
    match take_in(sql, request, caller) {
        Ok(()) => Ok(call::respond(StatusCode::OK, PROTOBUF, Bytes::new())),
        Err(Refusal::Detail(status, detail)) => {
            Ok(call::json(status, &serde_json::json!({ "detail": detail })))
        }
        Err(Refusal::Error(error)) => Err(error),
    }
}

fn take_in(
    sql: &dyn Sql,
    request: &Request<Bytes>,
    caller: Option<&Caller>,
) -> Result<(), Refusal> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let experiment = header(EXPERIMENT_HEADER).ok_or_else(|| {
        let missing = serde_json::json!([{
            "type": "missing",
            "loc": ["header", EXPERIMENT_HEADER],
            "msg": "Field required",
            "input": null,
        }]);
        Refusal::Detail(StatusCode::UNPROCESSABLE_ENTITY, missing)
    })?;
    let spans: Vec<Incoming> = read(request)?;
    let ended: BTreeSet<&str> = spans
        .iter()
        .filter(|span| span.parent_id.is_none())
        .map(|span| span.trace_id.as_str())
        .collect();
    let links = header(RUN_HEADER).filter(|run| !run.is_empty()).map(|run| LinkTracesToRun {
        trace_ids: ended.into_iter().map(str::to_owned).collect(),
        run_id: run.to_owned(),
    });
    if let Some(caller) = caller {
        let traces: BTreeSet<&str> = spans.iter().map(|span| span.trace_id.as_str()).collect();
        let run = links.as_ref().map(|links| links.run_id.as_str());
        auth::check_spans(sql, caller, &traces, run)?;
    }
    sql.transaction(&mut || {
        log::write(sql, experiment, &spans)?;
        match &links {
            Some(links) if !links.trace_ids.is_empty() => {
                traces::links::to_run(sql, links).map(|_| ())
            }
            _ => Ok(()),
        }
    })?;
    Ok(())
}

/// The spans of a request.
fn read(request: &Request<Bytes>) -> Result<Vec<Incoming>, Refusal> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header(CONTENT_TYPE).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_json = media_type == "application/json";
    if !is_json && media_type != PROTOBUF {
        return Err(bad(format!(
            "Invalid Content-Type: {content_type}. Expected: {PROTOBUF} or application/json"
        )));
    }
    let body = decompressed(request.body(), header(CONTENT_ENCODING))?;
    let wrong = || bad("Invalid OpenTelemetry format");
    let export = if is_json {
        crate::fields::check_memory(&body)?;
        serde_json::from_slice(&body).map_err(|_| wrong())?
    } else {
        proto::ExportRequest::decode(body).map_err(|_| wrong())?
    };
    if export.resource_spans.is_empty() {
        return Err(bad("Invalid OpenTelemetry format - no spans found"));
    }
    let mut spans = Vec::new();
    for of_resource in export.resource_spans {
        let attributes = of_resource.resource.unwrap_or_default().attributes;
        let resource: Vec<(String, Json)> =
            attributes.iter().map(|a| (a.key.clone(), json(a.value.as_ref()))).collect();
        let resource = Rc::new(resource);
        for span in of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            spans.push(incoming(span, &resource)?);
        }
    }
    Ok(spans)
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::Detail(StatusCode::BAD_REQUEST, Json::String(message.into()))
}

/// The body as it was before it was compressed, up to the limit of bodies.
fn decompressed(body: &Bytes, encoding: Option<&str>) -> Result<Bytes, Refusal> {
    let limit = MAX_OTLP_BODY as u64 + 1;
    let mut plain = Vec::new();
    let compressed: &[u8] = body;
    let encoding = encoding.unwrap_or_default().trim().to_ascii_lowercase();
    let read = match encoding.as_str() {
        "" => {
            check_size(body.len())?;
            return Ok(body.clone());
        }
        "gzip" => GzDecoder::new(compressed).take(limit).read_to_end(&mut plain),
        // With zlib's header, as HTTP has it, or without, as some send it.
        "deflate" => {
            ZlibDecoder::new(compressed).take(limit).read_to_end(&mut plain).or_else(|_| {
                plain.clear();
                DeflateDecoder::new(compressed).take(limit).read_to_end(&mut plain)
            })
        }
        other => return Err(bad(format!("Unsupported Content-Encoding: {other}"))),
    };
    read.map_err(|_| bad(format!("Failed to decompress {encoding} payload")))?;
    check_size(plain.len())?;
    Ok(plain.into())
}

fn check_size(bytes: usize) -> Result<(), Refusal> {
    if bytes <= MAX_OTLP_BODY {
        return Ok(());
    }
    Err(bad(format!(
        "the spans have more than {MAX_OTLP_BODY} bytes: send them in smaller batches"
    )))
}

fn incoming(span: proto::Span, resource: &Rc<Vec<(String, Json)>>) -> Result<Incoming, Refusal> {
    let is_id = |id: &[u8], length| !id.is_empty() && id.len() <= length;
    if !is_id(&span.trace_id, 16) || !is_id(&span.span_id, 8) || span.parent_span_id.len() > 8 {
        let detail = "Cannot convert OpenTelemetry span to MLflow span".into();
        return Err(Refusal::Detail(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let trace_id = format!("tr-{}", in_hex(&span.trace_id, 32));
    let has_parent = !span.parent_span_id.is_empty();
    let mut attributes = Attributes::default();
    for attribute in &span.attributes {
        attributes.set(&attribute.key, dumped(attribute.value.as_ref()).into());
    }
    // A client's own id of the trace is not trusted.
    attributes.set("mlflow.traceRequestId", format!("\"{trace_id}\"").into());
    let service = resource.iter().find(|(key, _)| key == "service.name");
    if let Some((_, Json::String(name))) = service
        && !has_parent
        && KNOWN_SERVICES.contains(&name.as_str())
    {
        attributes.set("service.name", format!("\"{name}\"").into());
    }
    let status = span.status.unwrap_or_default();
    let code = match status.code {
        1 => "STATUS_CODE_OK",
        2 => "STATUS_CODE_ERROR",
        _ => "STATUS_CODE_UNSET",
    };
    let content = Content {
        trace_id: padded_base64(&span.trace_id, 16),
        span_id: padded_base64(&span.span_id, 8),
        parent_span_id: has_parent.then(|| padded_base64(&span.parent_span_id, 8)),
        name: span.name,
        start_time_unix_nano: span.start_time_unix_nano,
        end_time_unix_nano: Some(span.end_time_unix_nano).filter(|end| *end > 0),
        events: span
            .events
            .into_iter()
            .map(|event| Event {
                name: event.name,
                time_unix_nano: event.time_unix_nano,
                attributes: plain_json(&event.attributes),
            })
            .collect(),
        // A message is only of errors.
        status: Status {
            message: if status.code == 2 { status.message } else { String::new() },
            code: code.into(),
        },
        attributes,
        links: span
            .links
            .iter()
            .map(|link| Link {
                trace_id: format!("tr-{}", in_hex(&link.trace_id, 32)),
                span_id: in_hex(&link.span_id, 16),
                attributes: Some(plain_json(&link.attributes)).filter(|Ordered(a)| !a.is_empty()),
            })
            .collect(),
    };
    Ok(Incoming {
        trace_id,
        span_id: in_hex(&span.span_id, 16),
        parent_id: has_parent.then(|| in_hex(&span.parent_span_id, 16)),
        content,
        resource: Rc::clone(resource),
    })
}
