//! Answers over a store of a script, and a tracking server that knows one run.
#![cfg(test)]

mod support;

use artifacts::{Answer, Asked, Azure, Call, Disk, Error, S3, Tracking, Upload, answer};
use http::{Method, Response, StatusCode};
use serde_json::{Value as Json, json};
use support::{Bytes, Script, now};

/// Knows where the artifacts of the run `r` are, and of no other.
struct Run(&'static str);

impl Tracking for Run {
    async fn get(&self, path: &str) -> Result<Response<bytes::Bytes>, Error> {
        let (status, body) = match path {
            "/api/2.0/mlflow/runs/get?run_id=r" => {
                (200, json!({"run": {"info": {"artifact_uri": self.0}}}))
            }
            _ => (404, json!({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "theirs"})),
        };
        let mut answer = Response::new(body.to_string().into());
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        Ok(answer)
    }
}

const HERE: Run = Run("mlflow-artifacts:/0/r/artifacts");

fn asked(upload: Upload<Bytes>) -> Asked<Bytes> {
    let origin = "https://here.example".to_owned();
    Asked { range: None, with_body: true, upload, origin }
}

fn body(text: &str) -> Asked<Bytes> {
    asked(Upload { body: Some(Bytes(text.into())), length: None })
}

fn call(method: Method, uri: &str) -> Call {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    Call::parse(&method, path, query).unwrap()
}

/// The status and body of an answer.
fn json_of(answer: Response<Answer<Bytes>>) -> (u16, Json) {
    let status = answer.status().as_u16();
    let Answer::Bytes(body) = answer.into_body() else { panic!("a stream") };
    (status, serde_json::from_slice(&body).unwrap())
}

const FILE: [(&str, &str); 2] =
    [("content-type", "application/octet-stream"), ("content-length", "3")];

#[test]
fn a_file_of_a_run_is_read_where_the_run_has_it() {
    let script = Script::new(&[(200, &FILE, "a,b")]);
    let read = call(Method::GET, "/get-artifact?run_id=r&path=x/t.csv");
    let store = Disk::new(script.clone());
    let answer = now(answer(&store, &HERE, read, asked(Upload::empty())));
    assert_eq!(script.asked(), ["GET /0/r/artifacts/x/t.csv"]);
    let header = |name: &str| answer.headers()[name].to_str().unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header("content-type"), "text/plain");
    assert_eq!(header("content-disposition"), "attachment; filename=t.csv");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-length"), "3");
    assert!(matches!(answer.into_body(), Answer::Stream(Some(_))));
}

#[test]
fn a_part_that_is_all_of_a_file_is_a_part() {
    let read = || call(Method::GET, "/api/2.0/mlflow-artifacts/artifacts/t");
    for (range, with_body, status) in
        [("bytes=0-9", true, 206), ("bytes=0-9", false, 200), ("bytes=0-1", true, 200)]
    {
        let store = Disk::new(Script::new(&[(200, &FILE, "abc")]));
        let range = Some(range.to_owned());
        let asked = Asked { range, with_body, ..asked(Upload::empty()) };
        assert_eq!(now(answer(&store, &HERE, read(), asked)).status(), status);
    }
}

#[test]
fn who_is_unknown_is_the_tracking_server_s_to_say_and_elsewhere_is_not_here() {
    let list =
        |run: &str| call(Method::GET, &format!("/api/2.0/mlflow/artifacts/list?run_id={run}"));
    let store = Disk::new(Script::new(&[]));
    let unknown = now(answer(&store, &HERE, list("q"), asked(Upload::empty())));
    assert_eq!(json_of(unknown).1["message"], "theirs");
    let away = now(answer(&store, &Run("s3://b/x"), list("r"), asked(Upload::empty())));
    let (status, error) = json_of(away);
    assert_eq!((status, error["error_code"].as_str()), (501, Some("NOT_IMPLEMENTED")));
    let out =
        now(answer(&store, &Run("mlflow-artifacts:/../x"), list("r"), asked(Upload::empty())));
    assert_eq!(json_of(out).0, 400);
}

#[test]
fn a_store_that_has_to_know_gets_the_length_of_what_does_not_say_it() {
    let write = || call(Method::PUT, "/api/2.0/mlflow-artifacts/artifacts/t");
    let s3 = |script: &Script| {
        let s3 = object_stores::S3::from_variables(|_| None).unwrap();
        S3::new(script.clone(), s3, "b", "")
    };
    let script = Script::new(&[(200, &[], "")]);
    assert_eq!(now(answer(&s3(&script), &HERE, write(), body("abc"))).status(), 200);
    assert_eq!(script.asked(), ["PUT /b/t abc"]);
}

#[test]
fn a_long_file_that_does_not_say_its_length_goes_on_in_pieces() {
    let write = || call(Method::PUT, "/api/2.0/mlflow-artifacts/artifacts/t");
    let long = || body(&"x".repeat(17 * 1024 * 1024));
    let s3 = |script: &Script| {
        let s3 = object_stores::S3::from_variables(|_| None).unwrap();
        S3::new(script.clone(), s3, "b", "")
    };
    let begun = (200, &[][..], "<UploadId>u</UploadId>");
    let (part, done) = ((200, &[("etag", "e")][..], ""), (200, &[][..], "<R/>"));
    let script = Script::new(&[begun, part, part, part, done]);
    assert_eq!(now(answer(&s3(&script), &HERE, write(), long())).status(), 200);
    let tag = |part| format!("<Part><PartNumber>{part}</PartNumber><ETag>e</ETag></Part>");
    let complete = format!(
        "POST /b/t?uploadId=u <CompleteMultipartUpload>{}{}{}</CompleteMultipartUpload>",
        tag(1),
        tag(2),
        tag(3)
    );
    assert_eq!(
        script.asked(),
        [
            "POST /b/t?uploads=",
            "PUT /b/t?partNumber=1&uploadId=u 8388608 bytes",
            "PUT /b/t?partNumber=2&uploadId=u 8388608 bytes",
            "PUT /b/t?partNumber=3&uploadId=u 1048576 bytes",
            &complete,
        ]
    );
    // What fails leaves nothing.
    let script = Script::new(&[begun, part, (500, &[], ""), (204, &[], "")]);
    assert_eq!(now(answer(&s3(&script), &HERE, write(), long())).status(), 503);
    assert_eq!(script.asked().last().unwrap(), "DELETE /b/t?uploadId=u");
    let azure = object_stores::Azure::from_variables(|_| None).unwrap();
    let script = Script::new(&[(201, &[], ""), (201, &[], ""), (201, &[], ""), (201, &[], "")]);
    let azure = Azure::new(script.clone(), azure, "a.blob.core.windows.net", "c", "");
    assert_eq!(now(answer(&azure, &HERE, write(), long())).status(), 200);
    let asked = script.asked();
    assert!(asked[0].starts_with("PUT /c/t?blockid=bWxmbG93X2Jsb2NrXzAwMDAx&comp=block"));
    assert!(asked[3].starts_with("PUT /c/t?comp=blocklist <BlockList><Latest>bWxmbG93X2Jsb2Nr"));
}

#[test]
fn what_a_page_uploads_is_small_and_not_nothing() {
    let write = || call(Method::POST, "/ajax-api/2.0/mlflow/upload-artifact?run_uuid=r&path=a/b");
    let script = Script::new(&[(204, &[], "")]);
    let taken = now(answer(&Disk::new(script.clone()), &HERE, write(), body("abc")));
    assert_eq!(taken.status(), 200);
    assert_eq!(script.asked(), ["PUT /0/r/artifacts/a/b abc"]);
    for (refused, message) in [
        (body(""), "Request must specify data."),
        (asked(Upload::empty()), "Request must specify data."),
        (body(&"x".repeat(10 * 1024 * 1024 + 1)), "Artifact size is too large. Max size is 10MB."),
    ] {
        let store = Disk::new(Script::new(&[]));
        let (status, error) = json_of(now(answer(&store, &HERE, write(), refused)));
        assert_eq!((status, error["message"].as_str()), (400, Some(message)));
    }
}

#[test]
fn an_upload_in_parts_is_named_by_the_client_s_file() {
    let create = || call(Method::POST, "/api/2.0/mlflow-artifacts/mpu/create/a");
    let s3 = object_stores::S3::from_variables(|_| None).unwrap();
    let script = Script::new(&[(200, &[], "<UploadId>u</UploadId>")]);
    let store = S3::new(script.clone(), s3, "b", "");
    let request = body(r#"{"path": "/home/me/x y.bin", "num_parts": "2"}"#);
    let (status, begun) = json_of(now(answer(&store, &HERE, create(), request)));
    assert_eq!((status, begun["credentials"].as_array().unwrap().len()), (200, 2));
    assert_eq!(script.asked(), ["POST /b/a/x%20y.bin?uploads="]);
    for wrong in [
        r#"{"path": "b%2fx.bin", "num_parts": 1}"#,
        "{",
        "[]",
        "{}",
        r#"{"path":"x"}"#,
        r#"{"path":"x","num_parts":10001}"#,
        r#"{"path":"..","num_parts":1}"#,
    ] {
        let (status, _) = json_of(now(answer(&store, &HERE, create(), body(wrong))));
        assert_eq!(status, 400, "{wrong}");
    }
    let disk = Disk::new(Script::new(&[]));
    let request = body(r#"{"path": "x", "num_parts": 2}"#);
    let (status, error) = json_of(now(answer(&disk, &HERE, create(), request)));
    assert_eq!(status, 501);
    let message = error["message"].as_str().unwrap();
    // What the client goes on from, with an upload in one piece.
    assert!(message.starts_with("Multipart upload is not supported for the current artifact"));
}
