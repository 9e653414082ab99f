//! Traces, spans and assessments over rusqlite: what is stored, and what a
//! failure leaves. That the answers are MLflow's own is tested across rooms.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http::{Method, Request};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use support::{Store, store};

const V3: &str = "/api/3.0/mlflow";

fn post(store: &Store, path: &str, body: Json) -> (u16, Json) {
    store.ask(Method::POST, &format!("{V3}/{path}"), &body.to_string())
}

fn get(store: &Store, path: &str) -> (u16, Json) {
    store.ask(Method::GET, &format!("{V3}/{path}"), "")
}

/// Sends a body to `/v1/traces`.
fn send(store: &Store, content_type: &str, encoding: Option<&str>, body: Vec<u8>) -> (u16, Json) {
    let mut request = Request::post("/v1/traces")
        .header("content-type", content_type)
        .header("x-mlflow-experiment-id", "0");
    if let Some(encoding) = encoding {
        request = request.header("content-encoding", encoding);
    }
    let answer = tracking::answer(store, 2000, &request.body(Bytes::from(body)).unwrap());
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

fn span(id: &str, parent: &str, start: u64, end: u64, attributes: Json) -> Json {
    let attributes: Vec<Json> = attributes
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({"key": key, "value": {"stringValue": value.to_string()}}))
        .collect();
    json!({
        "traceId": "0".repeat(31) + "1", "spanId": id, "parentSpanId": parent, "name": id,
        "startTimeUnixNano": (start * 1_000_000).to_string(),
        "endTimeUnixNano": (end * 1_000_000).to_string(), "attributes": attributes,
    })
}

fn export(spans: &[Json]) -> Json {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
}

fn send_spans(store: &Store, spans: &[Json]) {
    let body = export(spans).to_string().into_bytes();
    let (status, error) = send(store, "application/json", None, body);
    assert_eq!(status, 200, "{error}");
}

fn id() -> String {
    format!("tr-{}1", "0".repeat(31))
}

fn info(store: &Store) -> Json {
    let (status, answer) = get(store, &format!("traces/{}", id()));
    assert_eq!(status, 200, "{answer}");
    answer["trace"]["trace_info"].clone()
}

fn start(store: &Store, trace_id: &str, more: Json) -> (u16, Json) {
    let mut info = json!({
        "trace_id": trace_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}},
        "request_time": "2024-01-01T00:00:00Z", "state": "OK",
    });
    info.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    post(store, "traces", json!({"trace": {"trace_info": info}}))
}

fn found(store: &Store, body: Json) -> Json {
    let mut all = json!({"locations": [
        {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]});
    all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    let (status, answer) = post(store, "traces/search", all);
    assert_eq!(status, 200, "{answer}");
    answer
}

const A: &str = "000000000000000a";
const B: &str = "000000000000000b";
const C: &str = "000000000000000c";

#[test]
fn a_trace_grows_with_its_spans_until_it_says_itself_what_it_was() {
    let store = store();
    let usage = |tokens: i64| json!({"mlflow.chat.tokenUsage": {"input_tokens": tokens}});
    send_spans(&store, &[span(B, A, 2000, 3000, usage(4))]);
    let first = info(&store);
    assert_eq!(first["state"], "IN_PROGRESS");
    assert_eq!(first["request_time"], "1970-01-01T00:00:02Z");
    assert_eq!(first["execution_duration"], "1s");
    send_spans(&store, &[span(A, "", 1000, 5000, json!({})), span(C, A, 2500, 2600, usage(1))]);
    // A span that comes again takes its own place.
    send_spans(&store, &[span(B, A, 2000, 3500, usage(5))]);
    let all = info(&store);
    assert_eq!((&all["state"], &all["execution_duration"]), (&json!("OK"), &json!("4s")));
    let usage = all["trace_metadata"]["mlflow.trace.tokenUsage"].as_str().unwrap();
    assert!(usage.contains("\"input_tokens\": 6"), "{usage}");
    let said = json!({"trace_metadata": {"mlflow.trace.tokenUsage": "{\"input_tokens\": 2}"}});
    assert_eq!(start(&store, &id(), said).0, 200);
    send_spans(
        &store,
        &[span(B, A, 1, 9000, json!({"mlflow.chat.tokenUsage": {"input_tokens": 9}}))],
    );
    let end = info(&store);
    assert_eq!(end["request_time"], "2024-01-01T00:00:00Z");
    let usage = end["trace_metadata"]["mlflow.trace.tokenUsage"].as_str().unwrap();
    assert!(usage.contains("\"input_tokens\": 2"), "{usage}");
    let (_, trace) = get(&store, &format!("traces/get?trace_id={}", id()));
    let names: Vec<&Json> =
        trace["trace"]["spans"].as_array().unwrap().iter().map(|span| &span["name"]).collect();
    assert_eq!(names, [A, B, C]);
}

#[test]
fn spans_are_waited_for() {
    let store = store();
    send_spans(&store, &[span(A, "", 1, 2, json!({}))]);
    let stats = json!({"trace_metadata": {"mlflow.trace.sizeStats": "{\"num_spans\": 2}"}});
    start(&store, &id(), stats);
    assert_eq!(get(&store, &format!("traces/get?trace_id={}", id())).0, 404);
    let (_, batch) = get(&store, &format!("traces/batchGet?trace_ids={}", id()));
    assert_eq!(batch, json!({}));
    let partial = get(&store, &format!("traces/get?trace_id={}&allow_partial=true", id()));
    assert_eq!(partial.1["trace"]["spans"].as_array().unwrap().len(), 1);
    send_spans(&store, &[span(B, A, 1, 2, json!({}))]);
    assert_eq!(get(&store, &format!("traces/get?trace_id={}", id())).0, 200);
}

#[test]
fn bodies_may_be_compressed() {
    let body = export(&[span(A, "", 1, 2, json!({}))]).to_string().into_bytes();
    let gzip = |body: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&body).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
    raw.write_all(&body).unwrap();
    for (encoding, body) in [
        ("gzip", gzip(&body)),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", raw.finish().unwrap()),
    ] {
        let store = store();
        assert_eq!(send(&store, "application/json", Some(encoding), body).0, 200, "{encoding}");
        assert_eq!(info(&store)["state"], "OK");
    }
    let store = store();
    let bomb = gzip(&vec![b' '; tracking::MAX_OTLP_BODY + 1]);
    assert!(bomb.len() < 100_000);
    for (encoding, body) in
        [("gzip", bomb), ("gzip", body.clone()), ("deflate", body.clone()), ("br", body)]
    {
        assert_eq!(send(&store, "application/json", Some(encoding), body).0, 400, "{encoding}");
    }
}

#[test]
fn what_are_no_spans_is_refused_and_leaves_nothing() {
    let store = store();
    let no_id = export(&[json!({"traceId": "", "spanId": A, "name": "n"})]);
    let long_id = export(&[json!({"traceId": "0".repeat(34), "spanId": A, "name": "n"})]);
    let good = span(A, "", 1, 2, json!({}));
    let session = span(B, "", 1, 2, json!({"session.id": "s".repeat(300)}));
    for (expected, content_type, body) in [
        (400, "application/json", "{".to_owned()),
        (400, "application/json", "{}".to_owned()),
        (422, "application/json", no_id.to_string()),
        (422, "application/json", long_id.to_string()),
        // The second span fails, and takes the first with it.
        (400, "application/json", export(&[good, session]).to_string()),
        (400, "application/x-protobuf", "\u{7f}x".to_owned()),
        (400, "text/plain", "{}".to_owned()),
    ] {
        let (status, error) = send(&store, content_type, None, body.into_bytes());
        assert_eq!(status, expected, "{error}");
    }
    assert_eq!(found(&store, json!({})), json!({}));
    let request = Request::post("/v1/traces").body(Bytes::new()).unwrap();
    assert_eq!(tracking::answer(&store, 1, &request).status(), 422);
}

#[test]
fn a_link_and_a_value_of_each_kind_come_back() {
    let store = store();
    let mut span = span(A, "", 1, 2, json!({}));
    span["attributes"] = json!([
        {"key": "bytes", "value": {"bytesValue": "AP8="}},
        {"key": "list", "value": {"arrayValue": {"values": [{"doubleValue": 0.5}, {}]}}},
        {"key": "none", "value": {}},
    ]);
    span["links"] = json!([{"traceId": "f".repeat(32), "spanId": "1".repeat(16)}]);
    send_spans(&store, &[span]);
    let (_, trace) = get(&store, &format!("traces/get?trace_id={}", id()));
    let span = &trace["trace"]["spans"][0];
    assert_eq!(
        span["links"],
        json!([{"trace_id": "/////////////////////w==", "span_id": "ERERERERERE="}])
    );
    assert_eq!(span["attributes"][0]["value"], json!({"string_value": "b'\\x00\\xff'"}));
    assert_eq!(
        span["attributes"][1]["value"],
        json!({"array_value": {"values": [{"double_value": 0.5}, {}]}})
    );
    assert_eq!(span["attributes"][2], json!({"key": "none"}));
    assert_eq!(span["attributes"][3]["value"], json!({"string_value": id()}));
}

#[test]
fn a_trace_goes_with_all_that_is_its() {
    let store = store();
    send_spans(&store, &[span(A, "", 1, 2, json!({}))]);
    let assessment = json!({"assessment": {"assessment_name": "n", "feedback": {"value": 1}}});
    assert_eq!(post(&store, &format!("traces/{}/assessments", id()), assessment).0, 200);
    let delete = json!({"experiment_id": "0", "request_ids": [id()]});
    assert_eq!(post(&store, "traces/delete-traces", delete).1, json!({"traces_deleted": 1}));
    for table in ["spans", "assessments", "trace_tags", "trace_request_metadata"] {
        let count: i64 =
            store.0.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

#[test]
fn an_assessment_about_a_session_is_about_each_of_its_traces() {
    let store = store();
    for trace in ["a", "b"] {
        start(&store, trace, json!({"trace_metadata": {"mlflow.trace.session": "s"}}));
    }
    start(&store, "c", json!({}));
    let about = |metadata: Json| json!({"assessment": {"assessment_name": "n", "feedback": {"value": "yes"}, "metadata": metadata}});
    post(&store, "traces/a/assessments", about(json!({})));
    let count = |filter: &str| {
        found(&store, json!({"filter": filter}))["traces"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(count("feedback.n = 'yes'"), 1);
    post(&store, "traces/a/assessments", about(json!({"mlflow.trace.session": "s"})));
    assert_eq!(count("feedback.n = 'yes'"), 2);
    assert_eq!(count("feedback.n IS NOT NULL"), 2);
    assert_eq!(count("feedback.n IS NULL"), 1);
}

#[test]
fn filters_are_never_too_long_for_the_store() {
    let store = store();
    start(&store, "a", json!({"tags": {"k": "v"}}));
    for clause in ["feedback.a = 'b'", "tags.k = 'v'", "span.name LIKE 'a'", "status = 'OK'"] {
        for count in [1, 20, 40, 41, 200] {
            let filter = vec![clause; count].join(" AND ");
            let body = json!({"locations": [{"type": "MLFLOW_EXPERIMENT",
                "mlflow_experiment": {"experiment_id": "0"}}], "filter": filter});
            let (status, answer) = post(&store, "traces/search", body);
            assert!([200, 400].contains(&status), "{count} times {clause}: {answer}");
        }
    }
}

#[test]
fn figures_are_of_groups_and_of_times() {
    let store = store();
    for (id, second, length) in [("a", 0, "1s"), ("b", 59, "2s"), ("c", 60, "4s"), ("d", 61, "5s")]
    {
        let more = json!({
            "request_time": format!("1969-12-31T23:{:02}:{:02}Z", 58 + second / 60, second % 60),
            "execution_duration": length,
        });
        assert_eq!(start(&store, id, more).0, 200);
    }
    let ask = |more: Json| {
        let mut body = json!({
            "experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency",
            "aggregations": [{"aggregation_type": "PERCENTILE", "percentile_value": 25}],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        post(&store, "traces/metrics", body)
    };
    assert_eq!(ask(json!({})).1["data_points"][0]["values"], json!({"P25.0": 1750.0}));
    let buckets = json!({"time_interval_seconds": 60, "start_time_ms": -200_000, "end_time_ms": 0});
    let (status, answer) = ask(buckets);
    assert_eq!(status, 200, "{answer}");
    let points = answer["data_points"].as_array().unwrap();
    let points: Vec<(&str, f64)> = points
        .iter()
        .map(|point| {
            let time = point["dimensions"]["time_bucket"].as_str().unwrap();
            (time, point["values"]["P25.0"].as_f64().unwrap())
        })
        .collect();
    assert_eq!(
        points,
        [("1969-12-31T23:58:00+00:00", 1250.0), ("1969-12-31T23:59:00+00:00", 4250.0)]
    );
    let far = json!({"time_interval_seconds": i64::MAX, "start_time_ms": 0, "end_time_ms": 0});
    for refused in [
        json!({"aggregations": [{"aggregation_type": "PERCENTILE"}]}),
        json!({"aggregations": [{"aggregation_type": "PERCENTILE", "percentile_value": 101}]}),
        json!({"aggregations": [{"aggregation_type": "AVG", "percentile_value": 1}]}),
        json!({"filters": vec!["trace.status = 'OK'"; 21]}),
        json!({"time_interval_seconds": -1, "start_time_ms": 0, "end_time_ms": 0}),
        far,
    ] {
        assert_eq!(ask(refused.clone()).0, 400, "{refused}");
    }
    assert_eq!(ask(json!({"filters": vec!["trace.tag.a = 'x'"; 20]})).0, 200);
}

#[test]
fn experiments_of_a_dataset_are_kept_in_one_spelling() {
    let store = store();
    let create = json!({"name": "d", "experiment_ids": [" 0", "+7", "x"]});
    let (_, answer) = post(&store, "datasets/create", create);
    assert_eq!(answer["dataset"]["experiment_ids"], json!(["0", "7", "x"]));
    let id = answer["dataset"]["dataset_id"].as_str().unwrap();
    let found = |id: &str| {
        post(&store, "datasets/search", json!({"experiment_ids": [id]})).1["datasets"].is_array()
    };
    assert!(found("00") && found("7") && found("x") && !found("8"));
    let remove = json!({"experiment_ids": ["007"]});
    post(&store, &format!("datasets/{id}/remove-experiments"), remove);
    assert!(!found("7"));
}

#[test]
fn regular_expressions_find_texts() {
    let store = store();
    send_spans(&store, &[span(A, "", 1, 2, json!({"answer": 42}))]);
    start(&store, "x", json!({"tags": {"mlflow.traceName": "näme", "k": "v1"}}));
    for (filter, count) in [
        ("name RLIKE '^n.me$'", 1),
        ("name RLIKE 'other'", 0),
        ("tags.k RLIKE 'v[0-9]'", 1),
        ("span.attributes.answer RLIKE '^4'", 1),
        ("span.name RLIKE 'a$'", 1),
    ] {
        let answer = found(&store, json!({"filter": filter}));
        assert_eq!(answer["traces"].as_array().map_or(0, Vec::len), count, "{filter}");
    }
    let body = json!({"locations": [], "filter": "name RLIKE '('"});
    assert_eq!(post(&store, "traces/search", body).0, 400);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_body_breaks_the_server(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let store = store();
        for (content_type, encoding) in [
            ("application/x-protobuf", None),
            ("application/json", None),
            ("application/x-protobuf", Some("gzip")),
        ] {
            let (status, _) = send(&store, content_type, encoding, body.clone());
            prop_assert!([200, 400].contains(&status));
        }
    }

    #[test]
    fn pages_have_each_trace_once(count in 0_usize..12, size in 1_usize..5) {
        let store = store();
        for i in 0..count {
            start(&store, &format!("t{i:02}"), json!({"tags": {"k": (i % 3).to_string()}}));
        }
        let mut seen = Vec::new();
        let mut token = Json::Null;
        loop {
            let mut body = json!({"max_results": size, "order_by": ["tags.k DESC"]});
            if token != Json::Null {
                body["page_token"] = token;
            }
            let page = found(&store, body);
            for trace in page["traces"].as_array().unwrap_or(&Vec::new()) {
                seen.push(trace["trace_id"].as_str().unwrap().to_owned());
            }
            token = page["next_page_token"].clone();
            if token == Json::Null {
                break;
            }
        }
        prop_assert_eq!(seen.len(), count);
        seen.sort();
        seen.dedup();
        prop_assert_eq!(seen.len(), count);
    }
}
