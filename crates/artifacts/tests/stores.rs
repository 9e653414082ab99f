//! What stores are asked, and what is made of their answers.
#![cfg(test)]

mod support;

use artifacts::{ArtifactStore as _, Azure, Disk, Entry, Found, S3, Upload};
use mlflow_api::{ErrorCode, MultipartUploadPart};
use support::{Bytes, Script, now};

fn s3(script: &Script) -> S3<Script> {
    let s3 = object_stores::S3::from_variables(|name| match name {
        "MLFLOW_S3_ENDPOINT_URL" => Some("http://127.0.0.1:9000".to_owned()),
        _ => None,
    });
    S3::new(script.clone(), s3.unwrap(), "bucket", "p/")
}

fn azure(script: &Script) -> Azure<Script> {
    let azure = object_stores::Azure::from_variables(|_| None).unwrap();
    Azure::new(script.clone(), azure, "a.blob.core.windows.net", "c", "p/")
}

fn entry(name: &str, size: Option<u64>) -> Entry {
    Entry { name: name.to_owned(), size }
}

fn upload(text: &str) -> Upload<Bytes> {
    Upload::text(text)
}

const LISTING: (&str, &str) = ("content-type", "application/json");
const FILE: (&str, &str) = ("content-type", "application/octet-stream");

#[test]
fn a_folder_on_disk_is_listed_with_sizes_and_follows_links() {
    let listing = r#"[{"name":"b","type":"directory"},{"name":"a b","type":"file"},
        {"name":"l","type":"symlink"},{"name":"gone","type":"file"},{"name":"s","type":"socket"}]"#;
    let script = Script::new(&[
        (200, &[LISTING], listing),
        (200, &[FILE, ("content-length", "7")], ""),
        (200, &[LISTING], ""),
        (404, &[], ""),
    ]);
    let entries = now(Disk::new(script.clone()).list("x")).unwrap();
    assert_eq!(entries, [entry("b", None), entry("a b", Some(7)), entry("l", None)]);
    assert_eq!(script.asked(), ["GET /x", "HEAD /x/a%20b", "HEAD /x/l", "HEAD /x/gone"]);
    for answer in [(404, &[][..], ""), (200, &[FILE][..], "bytes")] {
        assert_eq!(now(Disk::new(Script::new(&[answer])).list("x")), Ok(Vec::new()));
    }
}

#[test]
fn a_folder_on_disk_is_told_from_a_file_and_what_is_gone_is_deleted() {
    let read = |answer| now(Disk::new(Script::new(&[answer])).read("x", None, true)).unwrap();
    assert!(matches!(read((200, &[LISTING], "[]")), Found::Folder));
    assert!(matches!(read((200, &[FILE], "x")), Found::File(_)));
    assert!(matches!(read((404, &[], "")), Found::Nothing));
    let out = [("content-range", "bytes */5")];
    assert!(matches!(read((416, &out, "")), Found::OutOfRange(range) if range == "bytes */5"));
    assert_eq!(now(Disk::new(Script::new(&[(404, &[], "")])).delete("x")), Ok(()));
}

#[test]
fn s3_is_asked_page_by_page() {
    let first = "<R><IsTruncated>true</IsTruncated><NextContinuationToken>n+1</NextContinuationToken>\
        <Contents><Key>p/x/a</Key><Size>1</Size></Contents></R>";
    let second = "<R><CommonPrefixes><Prefix>p/x/b/</Prefix></CommonPrefixes></R>";
    let script = Script::new(&[(200, &[], first), (200, &[], second)]);
    let entries = now(s3(&script).list("x")).unwrap();
    assert_eq!(entries, [entry("a", Some(1)), entry("b", None)]);
    assert_eq!(
        script.asked(),
        [
            "GET /bucket?delimiter=%2F&list-type=2&max-keys=1000&prefix=p%2Fx%2F",
            "GET /bucket?continuation-token=n%2B1&delimiter=%2F&list-type=2&max-keys=1000&prefix=p%2Fx%2F",
        ]
    );
}

#[test]
fn s3_takes_uploads_in_parts() {
    let begun = "<R><UploadId>u/1</UploadId></R>";
    let script = Script::new(&[(200, &[], begun), (200, &[], "<R/>"), (204, &[], "")]);
    let store = s3(&script);
    let upload = now(store.create_upload("x", 2, "")).unwrap();
    assert_eq!(upload.upload_id.as_deref(), Some("u/1"));
    let urls: Vec<&str> = upload.credentials.iter().map(|part| part.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "http://127.0.0.1:9000/bucket/p/x?partNumber=1&uploadId=u%2F1",
            "http://127.0.0.1:9000/bucket/p/x?partNumber=2&uploadId=u%2F1",
        ]
    );
    let part = |part_number, etag: &str| MultipartUploadPart { part_number, etag: etag.to_owned() };
    now(store.complete_upload("x", "u/1", &[part(1, "\"a\""), part(2, "b")])).unwrap();
    now(store.abort_upload("x", "u/1")).unwrap();
    assert_eq!(
        script.asked(),
        [
            "POST /bucket/p/x?uploads=",
            "POST /bucket/p/x?uploadId=u%2F1 <CompleteMultipartUpload><Part><PartNumber>1</PartNumber>\
             <ETag>&quot;a&quot;</ETag></Part><Part><PartNumber>2</PartNumber><ETag>b</ETag></Part>\
             </CompleteMultipartUpload>",
            "DELETE /bucket/p/x?uploadId=u%2F1",
        ]
    );
    // It may say so after the status has gone out.
    let late = Script::new(&[(200, &[], "<Error><Code>InvalidPart</Code></Error>")]);
    let error = now(s3(&late).complete_upload("x", "u", &[])).unwrap_err();
    assert!(error.message.contains("InvalidPart"), "{}", error.message);
}

#[test]
fn a_range_that_stores_do_not_read_is_made_one_that_they_do() {
    let size = [("content-length", "10")];
    let script = Script::new(&[(200, &size, ""), (206, &[], "xyz")]);
    let found = now(s3(&script).read("x", Some("bytes=-3"), true)).unwrap();
    assert!(matches!(found, Found::File(_)));
    assert_eq!(script.asked(), ["HEAD /bucket/p/x", "GET /bucket/p/x [bytes=7-9]"]);
    let script = Script::new(&[(206, &[], "xyz")]);
    now(azure(&script).read("x", Some("bytes=7-"), true)).unwrap();
    assert_eq!(script.asked(), ["GET /c/p/x [bytes=7-]"]);
    let script = Script::new(&[(200, &size, "")]);
    let found = now(azure(&script).read("x", Some("bytes=-0"), true)).unwrap();
    assert!(matches!(found, Found::OutOfRange(range) if range == "bytes */10"));
}

#[test]
fn what_can_not_be_removed_is_tried_again_and_then_named() {
    let page = "<R><Contents><Key>p/x/a</Key></Contents></R>";
    let script = Script::new(&[
        (200, &[], page),
        (500, &[], ""),
        (200, &[], page),
        (204, &[], ""),
        (200, &[], "<R/>"),
        (204, &[], ""),
    ]);
    assert_eq!(now(s3(&script).delete("x")), Ok(()));
    assert_eq!(script.asked().last().unwrap(), "DELETE /bucket/p/x");
    let (page, failed): ((u16, &[_], &str), _) = ((200, &[], page), (500, &[][..], ""));
    let script = Script::new(&[page, failed, page, failed, page, failed]);
    let error = now(s3(&script).delete("x")).unwrap_err();
    assert_eq!(error.error_code, ErrorCode::TemporarilyUnavailable);
}

#[test]
fn a_store_that_refuses_is_no_client_s_fault_and_tells_no_secret() {
    for (status, code) in [
        (403, ErrorCode::InternalError),
        (503, ErrorCode::TemporarilyUnavailable),
        (429, ErrorCode::TemporarilyUnavailable),
        (400, ErrorCode::InternalError),
    ] {
        let script = Script::new(&[(status, &[], "secret")]);
        let error = now(s3(&script).write("x", upload("x"))).unwrap_err();
        assert_eq!(error.error_code, code, "{status}");
        assert!(!error.message.contains("secret"), "{}", error.message);
    }
}
