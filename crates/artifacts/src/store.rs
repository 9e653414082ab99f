//! What keeps artifacts.

use std::future::Future;

use http::Response;
use mlflow_api::{
    CreateMultipartUploadResponse, ErrorCode, FileInfo, MultipartUploadPart, PresignedDownload,
    PresignedUrlResponse,
};

use crate::Error;

/// Bytes outside of this module's memory: a stream of the host's.
pub trait Body: Sized {
    /// Takes the whole stream in, outside of this memory still: what is had then
    /// says its length. `None` where it is over `limit` bytes.
    ///
    /// # Errors
    /// When it breaks off.
    fn hold(self, limit: usize) -> impl Future<Output = Result<Option<Upload<Self>>, Error>>;

    /// Takes its next `size` bytes in, or what is left of it, outside of this
    /// memory still; nothing at its end.
    ///
    /// # Errors
    /// When it breaks off.
    fn piece(&mut self, size: usize) -> impl Future<Output = Result<Option<Upload<Self>>, Error>>;

    /// The text of a stream that is small.
    ///
    /// # Errors
    /// When it breaks off, is over `limit` bytes, or is no text.
    fn text(self, limit: usize) -> impl Future<Output = Result<String, Error>>;

    /// A text as a body.
    fn from_text(text: &str) -> Self;
}

/// A body on its way to a store.
#[derive(Debug)]
pub struct Upload<B> {
    /// The bytes; `None` for none.
    pub body: Option<B>,
    /// How many, where that is known.
    pub length: Option<u64>,
}

impl<B: Body> Upload<B> {
    /// No bytes.
    pub fn empty() -> Self {
        Self { body: None, length: Some(0) }
    }

    /// A text.
    pub fn text(text: &str) -> Self {
        let length = u64::try_from(text.len()).ok();
        Self { body: Some(B::from_text(text)), length }
    }
}

/// What is at a path.
#[derive(Debug)]
pub enum Found<B> {
    /// A file, or the part that was asked for: with status 200 or 206, and those
    /// of `Content-Length`, `Content-Range`, `ETag` and `Last-Modified` that are
    /// known.
    File(Response<Option<B>>),
    /// The file has no such part: its `Content-Range` says how long it is.
    OutOfRange(String),
    /// A folder.
    Folder,
    /// Nothing.
    Nothing,
}

/// What is in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The name, without slashes.
    pub name: String,
    /// A file's size; `None` of a folder.
    pub size: Option<u64>,
}

impl Entry {
    /// As an answer has it, below `folder`.
    pub(crate) fn info(self, folder: &str) -> FileInfo {
        FileInfo {
            path: crate::path::join(folder, &self.name),
            is_dir: self.size.is_none(),
            // MLflow leaves the size of an empty file out.
            file_size: self.size.and_then(|size| i64::try_from(size).ok()).filter(|size| *size > 0),
        }
    }
}

/// The most entries of a folder that are listed: more would not fit the memory
/// of an isolate.
const MAX_ENTRIES: usize = 100_000;

/// Refuses to list a folder that has too much in it.
///
/// # Errors
/// When it has.
pub fn check_count(entries: &[Entry]) -> Result<(), Error> {
    if entries.len() <= MAX_ENTRIES {
        return Ok(());
    }
    Err(crate::invalid(format!("the folder has more than {MAX_ENTRIES} entries")))
}

/// Keeps files by path. Every path is one that [`path::safe`](crate::path::safe)
/// let through; empty for the root.
pub trait ArtifactStore {
    /// A stream of the host's.
    type Body: Body;

    /// Whether a body has to say how long it is.
    fn needs_length(&self) -> bool;

    /// What is at `path`; of a file the bytes, or without `with_body` its headers
    /// alone. `range` is a `Range` header's value.
    fn read(
        &self,
        path: &str,
        range: Option<&str>,
        with_body: bool,
    ) -> impl Future<Output = Result<Found<Self::Body>, Error>>;

    /// Keeps a file at `path`, whole or not at all.
    fn write(
        &self,
        path: &str,
        upload: Upload<Self::Body>,
    ) -> impl Future<Output = Result<(), Error>>;

    /// What is in the folder at `path`, in any order; nothing where there is no
    /// folder.
    fn list(&self, path: &str) -> impl Future<Output = Result<Vec<Entry>, Error>>;

    /// Removes the file or the folder at `path`, if there is one.
    fn delete(&self, path: &str) -> impl Future<Output = Result<(), Error>>;

    /// Begins an upload of `parts` parts. `here` is the address of this server's
    /// own parts of that file, for a store that gives no addresses.
    fn create_upload(
        &self,
        path: &str,
        parts: u32,
        here: &str,
    ) -> impl Future<Output = Result<CreateMultipartUploadResponse, Error>> {
        let _ = (path, parts, here);
        std::future::ready(Err(no_uploads()))
    }

    /// Keeps a part, and gives its tag; for a store that gives no addresses.
    fn write_part(
        &self,
        path: &str,
        upload_id: &str,
        part: u32,
        upload: Upload<Self::Body>,
    ) -> impl Future<Output = Result<String, Error>> {
        let _ = (path, upload_id, part, upload);
        std::future::ready(Err(no_uploads()))
    }

    /// Keeps a part that came to this server in no parts, and gives its tag.
    fn send_part(
        &self,
        path: &str,
        upload_id: &str,
        part: u32,
        upload: Upload<Self::Body>,
    ) -> impl Future<Output = Result<String, Error>> {
        self.write_part(path, upload_id, part, upload)
    }

    /// Makes the parts the file at `path`.
    fn complete_upload(
        &self,
        path: &str,
        upload_id: &str,
        parts: &[MultipartUploadPart],
    ) -> impl Future<Output = Result<(), Error>> {
        let _ = (path, upload_id, parts);
        std::future::ready(Err(no_uploads()))
    }

    /// Drops the parts.
    fn abort_upload(&self, path: &str, upload_id: &str) -> impl Future<Output = Result<(), Error>> {
        let _ = (path, upload_id);
        std::future::ready(Err(no_uploads()))
    }

    /// An address that the file at `path` can be read by for `seconds`; `None`
    /// where there is no file.
    fn presigned(
        &self,
        path: &str,
        seconds: u32,
    ) -> impl Future<Output = Result<Option<PresignedDownload>, Error>> {
        let _ = (path, seconds);
        std::future::ready(Err(no_presigned()))
    }

    /// An address that the file at `path` can be written by for `seconds`.
    ///
    /// # Errors
    /// When the store gives none.
    fn presigned_upload(&self, path: &str, seconds: u32) -> Result<PresignedUrlResponse, Error> {
        let _ = (path, seconds);
        Err(not_implemented(
            "Presigned upload is not supported for the current artifact repository",
        ))
    }
}

/// The stores of a deployment.
pub trait Stores {
    /// One of them.
    type Store: ArtifactStore;

    /// The one that keeps what `mlflow-artifacts:` names.
    ///
    /// # Errors
    /// When there is none.
    fn kept(&self) -> Result<&Self::Store, Error>;

    /// The one that another URI is in, and the path there; nothing where this
    /// deployment was not told to serve that place.
    ///
    /// # Errors
    /// When it can't be reached.
    fn named(&self, uri: &str) -> Result<Option<(Self::Store, String)>, Error>;
}

/// A store alone keeps all that there is.
impl<S: ArtifactStore> Stores for S {
    type Store = S;

    fn kept(&self) -> Result<&S, Error> {
        Ok(self)
    }

    fn named(&self, _uri: &str) -> Result<Option<(S, String)>, Error> {
        Ok(None)
    }
}

/// What MLflow's client goes on from, with an upload in one piece.
pub(crate) fn no_uploads() -> Error {
    not_implemented("Multipart upload is not supported for the current artifact repository")
}

pub(crate) fn no_presigned() -> Error {
    not_implemented("Multipart download is not supported for the current artifact repository")
}

fn not_implemented(message: &str) -> Error {
    Error::new(ErrorCode::NotImplemented, message)
}
