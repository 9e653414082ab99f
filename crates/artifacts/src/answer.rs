//! Answers to requests for artifacts.

use std::future::Future;

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderName, HeaderValue, LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use mlflow_api::{
    Empty, ErrorCode, ListArtifactsResponse, MultipartUploadPart, PresignedDownload,
    PresignedUrlResponse,
};
use serde::Serialize;
use serde_json::Value;

use crate::call::Step;
use crate::disposition::attachment;
use crate::fields::{Fields, object};
use crate::location::{Place, place};
use crate::media::media_type;
use crate::path::{join, name};
use crate::pieces::write;
use crate::presign::READ_SECONDS;
use crate::{
    ArtifactStore, Body, Call, Error, Found, Owner, Range, Stores, Transfer, Upload, invalid,
};

/// The most that `upload-artifact` takes, in bytes.
const MAX_SMALL_UPLOAD: usize = 10 * 1024 * 1024;

/// The most that is taken in of a part that doesn't say its length, for a store
/// that has to know.
const MAX_UNSAID: usize = 16 * 1024 * 1024;

/// The largest body of JSON: an upload's parts, each with its address.
const MAX_JSON: usize = 16 * 1024 * 1024;

/// The most parts of an upload: what S3 takes.
const MAX_PARTS: u32 = 10_000;

const JSON: &str = "application/json";

/// What a request comes with, besides what [`Call::parse`] has read.
#[derive(Debug)]
pub struct Asked<B> {
    /// The `Range` header; none where an `If-Range` comes with it, which is not
    /// looked into.
    pub range: Option<String>,
    /// Whether the answer's body is wanted: not for a HEAD.
    pub with_body: bool,
    /// The request's body.
    pub upload: Upload<B>,
    /// This server's origin, as the client knows it.
    pub origin: String,
}

/// The body of an answer.
#[derive(Debug)]
pub enum Answer<B> {
    /// Made here.
    Bytes(Bytes),
    /// From the store; `None` for none.
    Stream(Option<B>),
}

/// The tracking server, which knows where artifacts are.
pub trait Tracking {
    /// Its answer to a GET of a path and query.
    fn get(&self, path: &str) -> impl Future<Output = Result<Response<Bytes>, Error>>;
}

/// Why there is no answer of our own.
enum Refusal {
    Error(Error),
    /// The tracking server's.
    Theirs(Response<Bytes>),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The streams of some stores.
type BodyOf<S> = <<S as Stores>::Store as ArtifactStore>::Body;

/// Answers a call.
pub async fn answer<S: Stores, T: Tracking>(
    stores: &S,
    tracking: &T,
    call: Call,
    asked: Asked<BodyOf<S>>,
) -> Response<Answer<BodyOf<S>>> {
    match respond(stores, tracking, call, asked).await {
        Ok(answer) => answer,
        Err(Refusal::Theirs(answer)) => answer.map(Answer::Bytes),
        Err(Refusal::Error(error)) => {
            let status = StatusCode::from_u16(error.error_code.status());
            json(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &error)
        }
    }
}

async fn respond<S: Stores, T: Tracking>(
    stores: &S,
    tracking: &T,
    call: Call,
    asked: Asked<BodyOf<S>>,
) -> Result<Response<Answer<BodyOf<S>>>, Refusal> {
    Ok(match call {
        Call::List { path } => json(StatusCode::OK, &list(stores.kept()?, &path, "").await?),
        Call::ListOf { owner, path } => {
            let root_uri = root_of(tracking, &owner).await?;
            let root = place(stores, &root_uri)?;
            let files = list(root.store(), &root.join(&path), &path).await?;
            json(StatusCode::OK, &ListArtifactsResponse { root_uri: Some(root_uri), ..files })
        }
        Call::Read { path } => read(stores.kept()?, &path, &path, &asked).await?,
        Call::ReadOf { owner, path } => {
            let root = place(stores, &root_of(tracking, &owner).await?)?;
            read(root.store(), &root.join(&path), &path, &asked).await?
        }
        Call::Write { path } => {
            write(stores.kept()?, &path, asked.upload).await?;
            Response::new(Answer::Stream(None))
        }
        Call::WriteOf { owner, path } => {
            let upload = small(asked.upload).await?;
            let root = place(stores, &root_of(tracking, &owner).await?)?;
            root.store().write(&root.join(&path), upload).await?;
            let mut answer = Response::new(Answer::Stream(None));
            insert(&mut answer, CONTENT_TYPE, JSON);
            answer
        }
        Call::Delete { path } => {
            stores.kept()?.delete(&path).await?;
            json(StatusCode::OK, &Empty {})
        }
        Call::Presigned { path } => match stores.kept()?.presigned(&path, READ_SECONDS).await? {
            Some(presigned) => json(StatusCode::OK, &presigned),
            None => return Err(no_such(&path).into()),
        },
        Call::PresignedOf { owner, path, way, seconds } => {
            let root = direct(stores, &root_of(tracking, &owner).await?)?;
            let url = presigned(root.store(), &root.join(&path), way, seconds).await?;
            json(StatusCode::OK, &url.ok_or_else(|| no_such(&path))?)
        }
        Call::Parts { step, folder } => parts(stores.kept()?, step, &folder, asked).await?,
        Call::WritePart { path, upload_id, part } => {
            let store = stores.kept()?;
            let upload = sized(store, asked.upload).await?;
            let tag = store.write_part(&path, &upload_id, part, upload).await?;
            let mut answer = Response::new(Answer::Stream(None));
            insert(&mut answer, ETAG, &tag);
            answer
        }
    })
}

/// Where an owner's artifacts are.
async fn root_of(tracking: &impl Tracking, owner: &Owner) -> Result<String, Refusal> {
    let answer = tracking.get(&owner.question()).await?;
    if answer.status() != StatusCode::OK {
        return Err(Refusal::Theirs(answer));
    }
    Owner::location(answer.body()).ok_or_else(|| {
        let message = "the tracking server does not say where the artifacts are";
        Error::new(ErrorCode::InternalError, message).into()
    })
}

/// What is in a folder of the store, with paths below `shown`.
async fn list(
    store: &impl ArtifactStore,
    folder: &str,
    shown: &str,
) -> Result<ListArtifactsResponse, Error> {
    let mut entries = store.list(folder).await?;
    entries.sort_unstable();
    let files = entries.into_iter().map(|entry| entry.info(shown)).collect();
    Ok(ListArtifactsResponse { files, ..ListArtifactsResponse::default() })
}

/// A place that clients reach by addresses of its store, which files that go
/// through this server have none of.
fn direct<'a, S: Stores>(stores: &'a S, uri: &str) -> Result<Place<'a, S::Store>, Error> {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    if ["http", "https", "mlflow-artifacts"].contains(&scheme) {
        return Err(invalid(format!(
            "Presigned addresses are not for files that go through this server (artifact URI scheme: {scheme})"
        )));
    }
    place(stores, uri)
}

/// An address of a file; nothing where there is none to be read.
async fn presigned<S: ArtifactStore>(
    store: &S,
    path: &str,
    way: Transfer,
    seconds: u32,
) -> Result<Option<PresignedUrlResponse>, Error> {
    if way == Transfer::Up {
        return store.presigned_upload(path, seconds).map(Some);
    }
    let found = store.presigned(path, seconds).await?;
    Ok(found.map(|PresignedDownload { url, headers, file_size }| PresignedUrlResponse {
        presigned_url: url,
        headers,
        file_size,
    }))
}

/// A file, to be saved; messages call it `shown`.
async fn read<S: ArtifactStore>(
    store: &S,
    path: &str,
    shown: &str,
    asked: &Asked<S::Body>,
) -> Result<Response<Answer<S::Body>>, Error> {
    // A part is for a GET alone.
    let range = asked.range.as_deref().filter(|_| asked.with_body);
    match store.read(path, range, asked.with_body).await? {
        Found::File(file) => Ok(as_attachment(as_part(file, range), name(path))),
        Found::OutOfRange(content_range) => {
            let mut answer = json(
                StatusCode::RANGE_NOT_SATISFIABLE,
                &invalid(format!("'{shown}' has no such part")),
            );
            insert(&mut answer, CONTENT_RANGE, &content_range);
            Ok(answer)
        }
        Found::Folder => {
            Err(invalid(format!("Artifact path refers to a directory, not a file: '{shown}'")))
        }
        Found::Nothing => Err(no_such(shown)),
    }
}

fn no_such(path: &str) -> Error {
    Error::new(ErrorCode::ResourceDoesNotExist, format!("No such artifact: '{path}'"))
}

/// A whole file is the part that was asked for where that is all of it.
fn as_part<B>(mut file: Response<B>, range: Option<&str>) -> Response<B> {
    let size = file.headers().get(CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok());
    if file.status() == StatusCode::OK
        && let Some((range, size)) = range.zip(size)
        && let Ok(Some(part)) = Range::parse(range, size)
        && part.length == size
    {
        *file.status_mut() = StatusCode::PARTIAL_CONTENT;
        insert(&mut file, CONTENT_RANGE, &part.content_range(size));
    }
    file
}

/// An answer that no browser shows on this server's origin: what somebody logged
/// must not run there.
fn as_attachment<B>(file: Response<Option<B>>, name: &str) -> Response<Answer<B>> {
    let (parts, body) = file.into_parts();
    let mut answer = Response::new(Answer::Stream(body));
    *answer.status_mut() = parts.status;
    for header in [CONTENT_LENGTH, CONTENT_RANGE, ETAG, LAST_MODIFIED] {
        if let Some(value) = parts.headers.get(&header) {
            answer.headers_mut().insert(header, value.clone());
        }
    }
    for (header, value) in [
        (CONTENT_TYPE, media_type(name)),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (ACCEPT_RANGES, "bytes"),
        (CACHE_CONTROL, "no-cache"),
    ] {
        answer.headers_mut().insert(header, HeaderValue::from_static(value));
    }
    insert(&mut answer, CONTENT_DISPOSITION, &attachment(name));
    answer
}

/// A body whose length the store can be told, where it has to be.
async fn sized<S: ArtifactStore>(
    store: &S,
    upload: Upload<S::Body>,
) -> Result<Upload<S::Body>, Error> {
    match upload {
        Upload { body: Some(body), length: None } if store.needs_length() => {
            body.hold(MAX_UNSAID).await?.ok_or_else(|| {
                invalid(format!(
                    "a body of more than {MAX_UNSAID} bytes has to say its length: send Content-Length"
                ))
            })
        }
        upload => Ok(upload),
    }
}

/// The body of `upload-artifact`, taken in: a client that sends too much reads
/// the refusal only once it has sent it.
async fn small<B: Body>(upload: Upload<B>) -> Result<Upload<B>, Error> {
    let held = match upload.body {
        None => Upload::empty(),
        Some(body) => body
            .hold(MAX_SMALL_UPLOAD)
            .await?
            .ok_or_else(|| invalid("Artifact size is too large. Max size is 10MB."))?,
    };
    if held.length == Some(0) {
        return Err(invalid("Request must specify data."));
    }
    Ok(held)
}

/// A step of an upload in parts.
async fn parts<S: ArtifactStore>(
    store: &S,
    step: Step,
    folder: &str,
    asked: Asked<S::Body>,
) -> Result<Response<Answer<S::Body>>, Error> {
    // The client has the file somewhere of its own: its name is what counts.
    let file = |path: &str| match name(path) {
        "" => Err(invalid("Missing value for required parameter 'path'.")),
        // Whether somebody may write there was asked for the folder: a name that
        // is decoded to a path would be elsewhere.
        name if crate::path::safe(name)?.contains('/') => Err(invalid("Invalid path")),
        name => crate::path::of_file(&join(folder, name)),
    };
    let body = match asked.upload.body {
        Some(body) => object(&body.text(MAX_JSON).await?)?,
        None => Value::Object(serde_json::Map::new()),
    };
    let fields = Fields(&body);
    let path = file(&fields.text("path")?)?;
    let upload_id = fields.text("upload_id")?;
    match step {
        Step::Create => {
            let parts = fields.whole("num_parts")?.and_then(|parts| u32::try_from(parts).ok());
            let parts = parts
                .filter(|parts| (1..=MAX_PARTS).contains(parts))
                .ok_or_else(|| invalid(format!("num_parts has to be from 1 to {MAX_PARTS}")))?;
            let here = format!(
                "{}/api/2.0/mlflow-artifacts/mpu/part/{}",
                asked.origin,
                object_stores::encode(&path)
            );
            return Ok(json(StatusCode::OK, &store.create_upload(&path, parts, &here).await?));
        }
        Step::Complete => {
            let mut parts = Vec::new();
            for part in body.get("parts").and_then(Value::as_array).into_iter().flatten() {
                let part = Fields(part);
                parts.push(MultipartUploadPart {
                    part_number: part.whole("part_number")?.unwrap_or_default(),
                    etag: part.text("etag")?,
                });
            }
            store.complete_upload(&path, &upload_id, &parts).await?;
        }
        Step::Abort => store.abort_upload(&path, &upload_id).await?,
    }
    Ok(json(StatusCode::OK, &Empty {}))
}

fn json<B>(status: StatusCode, body: &impl Serialize) -> Response<Answer<B>> {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut answer = Response::new(Answer::Bytes(body.into()));
    *answer.status_mut() = status;
    for (header, value) in [(CONTENT_TYPE, JSON), (CACHE_CONTROL, "no-store")] {
        answer.headers_mut().insert(header, HeaderValue::from_static(value));
    }
    answer
}

/// Sets a header, unless its value is none that a header can carry.
fn insert<B>(answer: &mut Response<B>, header: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(header, value);
    }
}
