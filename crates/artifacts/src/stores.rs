//! Stores that speak HTTP.

mod azure;
mod disk;
mod s3;

use std::collections::BTreeMap;
use std::future::Future;

pub use azure::Azure;
pub use disk::Disk;
pub use s3::S3;

use futures_util::future::join_all;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderValue, RANGE};
use http::{Request, Response, StatusCode};
use mlflow_api::{ErrorCode, PresignedDownload, PresignedUrlResponse};

use crate::media::media_type;
use crate::path::name;
use crate::{Body, Error, Found, Range, Upload};

/// The most of a store's own answer that is read: a page of a listing.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// How many requests are under way at a time.
const AT_ONCE: usize = 16;

/// How long an address for a part of an upload is good, in seconds.
const PART_SECONDS: u32 = 3600;

/// How often what could not be removed is tried again.
const RETRIES: u32 = 2;

/// Sends requests to a store.
pub trait Fetch {
    /// A stream of the host's.
    type Body: Body;

    /// The store's answer; its body is yet to come.
    fn fetch(
        &self,
        request: Request<Upload<Self::Body>>,
    ) -> impl Future<Output = Result<Response<Option<Self::Body>>, Error>>;

    /// The time, in seconds since 1970.
    fn now(&self) -> i64;
}

/// A request with a body.
fn with<B>(request: Request<()>, upload: Upload<B>) -> Request<Upload<B>> {
    request.map(|()| upload)
}

/// The request for a part.
fn with_range(request: &mut Request<()>, range: Option<&str>) {
    if let Some(value) = range.and_then(|range| HeaderValue::from_str(range).ok()) {
        request.headers_mut().insert(RANGE, value);
    }
}

/// A `Range` that every store reads: one part, from a byte on. For any other the
/// file's size has to be known, which `head` asks for. What there is then instead
/// of a part is in the `Err` within.
async fn plain_range<B, F: Future<Output = Result<Found<B>, Error>>>(
    range: Option<&str>,
    head: impl FnOnce() -> F,
) -> Result<Result<Option<String>, Found<B>>, Error> {
    let is_plain = |range: &str| {
        range.starts_with("bytes=") && !range.starts_with("bytes=-") && !range.contains(',')
    };
    let range = match range {
        Some(range) if !is_plain(range) => range,
        range => return Ok(Ok(range.map(str::to_owned))),
    };
    Ok(match head().await? {
        Found::File(file) => {
            let size = size(&file).ok_or_else(|| broken("gives no size"))?;
            match Range::parse(range, size) {
                Ok(part) => Ok(part.map(Range::header)),
                Err(none) => Err(Found::OutOfRange(none.content_range())),
            }
        }
        other => Err(other),
    })
}

/// The size that the store gives of a file.
fn size<B>(file: &Response<B>) -> Option<u64> {
    file.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What a store's answer to a GET or a HEAD of a file says; `None` where there is
/// no such file.
fn found<B>(answer: Response<Option<B>>) -> Result<Option<Found<B>>, Error> {
    match answer.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(Some(Found::File(answer))),
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::RANGE_NOT_SATISFIABLE => {
            let range = answer.headers().get(CONTENT_RANGE).and_then(|v| v.to_str().ok());
            Ok(Some(Found::OutOfRange(range.unwrap_or("bytes */*").to_owned())))
        }
        status => Err(failed(status)),
    }
}

/// The same, where what is no file may be a folder.
async fn found_or_folder<B>(
    answer: Response<Option<B>>,
    is_folder: impl AsyncFnOnce() -> Result<bool, Error>,
) -> Result<Found<B>, Error> {
    match found(answer)? {
        Some(found) => Ok(found),
        None if is_folder().await? => Ok(Found::Folder),
        None => Ok(Found::Nothing),
    }
}

/// That something is gone, or never was there.
fn removed<B>(answer: &Response<Option<B>>) -> Result<(), Error> {
    if answer.status() == StatusCode::NOT_FOUND { Ok(()) } else { succeeded(answer) }
}

/// The text of an answer that says that all went well.
async fn text<B: Body>(answer: Response<Option<B>>) -> Result<String, Error> {
    let status = answer.status();
    match answer.into_body() {
        Some(body) if status.is_success() => body.text(MAX_ANSWER).await,
        None if status.is_success() => Ok(String::new()),
        _ => Err(failed(status)),
    }
}

/// That all went well.
fn succeeded<B>(answer: &Response<Option<B>>) -> Result<(), Error> {
    if answer.status().is_success() { Ok(()) } else { Err(failed(answer.status())) }
}

/// Why a store did not do it. Its own words may have a secret in them.
fn failed(status: StatusCode) -> Error {
    match status.as_u16() {
        401 | 403 => Error::new(
            ErrorCode::InternalError,
            format!(
                "the store of the artifacts refused, with status {status}: are its keys right?"
            ),
        ),
        429 | 500.. => Error::new(
            ErrorCode::TemporarilyUnavailable,
            format!("the store of the artifacts answered with status {status}"),
        ),
        _ => broken(&format!("answered with status {status}")),
    }
}

fn broken(what: &str) -> Error {
    Error::new(ErrorCode::InternalError, format!("the store of the artifacts {what}"))
}

/// A store that is not set up as it should be.
fn unusable(error: object_stores::Error) -> Error {
    Error::new(ErrorCode::InternalError, format!("the store of the artifacts: {error}"))
}

/// An address that a file is read by, for as long as it is signed.
fn download_address<B>(url: String, file: &Response<B>) -> PresignedDownload {
    PresignedDownload {
        url,
        headers: BTreeMap::new(),
        file_size: size(file).and_then(|size| i64::try_from(size).ok()),
    }
}

/// An address that a file is written by, and what is sent along.
fn upload_address(url: String, path: &str, headers: &[(&str, &str)]) -> PresignedUrlResponse {
    let mut told = BTreeMap::new();
    told.insert("Content-Type".to_owned(), media_type(name(path)).to_owned());
    for (name, value) in headers {
        told.insert((*name).to_owned(), (*value).to_owned());
    }
    PresignedUrlResponse { presigned_url: url, headers: told, file_size: None }
}

/// Does `work` for each item, several at a time.
async fn for_each<'a, T, A, F: Future<Output = Result<A, Error>>>(
    items: &'a [T],
    work: impl Fn(&'a T) -> F,
) -> Result<Vec<A>, Error> {
    let mut all = Vec::with_capacity(items.len());
    for some in items.chunks(AT_ONCE) {
        for done in join_all(some.iter().map(&work)).await {
            all.push(done?);
        }
    }
    Ok(all)
}

/// Removes what `list` gives until it gives nothing. What can't be removed is
/// listed, and so tried, again.
async fn remove_all(
    list: impl AsyncFn() -> Result<Vec<String>, Error>,
    remove: impl AsyncFn(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut failures = 0;
    loop {
        let names = list().await?;
        if names.is_empty() {
            return Ok(());
        }
        if let Err(error) = for_each(&names, |name| remove(name)).await {
            failures += 1;
            if failures > RETRIES {
                return Err(error);
            }
        }
    }
}
