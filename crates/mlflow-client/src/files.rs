//! Files of runs, logged models and versions: what is there, and their bytes.

use std::ops::Range;

use bytes::Bytes;
use http::header::CONTENT_RANGE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use mlflow_api::{FileInfo, ListArtifacts, ListLoggedModelArtifacts};

use crate::client::Call;
use crate::query::escape;
use crate::{Client, Error, ErrorKind, Transport};

/// The most pages of one folder that are read.
const MOST_PAGES: usize = 1_000;

/// Whose files they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FileRoot {
    /// A run's.
    Run {
        /// The run's id.
        run_id: String,
    },
    /// A logged model's (MLflow 3).
    LoggedModel {
        /// The model's id, `m-…`.
        model_id: String,
    },
    /// A registered version's. MLflow reads its files, but does not list them.
    Version {
        /// The registered model.
        name: String,
        /// The version's number.
        version: String,
    },
}

impl FileRoot {
    /// Where one of the files is, below the server's base URL.
    fn file_path(&self, path: &str) -> String {
        let path = escape(path);
        match self {
            Self::Run { run_id } => {
                format!("/get-artifact?run_id={}&path={path}", escape(run_id))
            }
            Self::LoggedModel { model_id } => format!(
                "/ajax-api/2.0/mlflow/logged-models/{}/artifacts/files?artifact_file_path={path}",
                escape(model_id)
            ),
            Self::Version { name, version } => format!(
                "/model-versions/get-artifact?name={}&version={}&path={path}",
                escape(name),
                escape(version)
            ),
        }
    }
}

/// Bytes of a file, and how many it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePart {
    /// The bytes that were asked for; fewer where the file ends.
    pub bytes: Bytes,
    /// Where in the file they begin. 0 from servers that ignore ranges.
    pub start: u64,
    /// The whole file's size in bytes, if the server said it.
    pub total: Option<u64>,
}

impl<T: Transport> Client<T> {
    /// What is in one folder, in the order of the server; `path` is empty for the
    /// root. Paths are below the root.
    ///
    /// # Errors
    /// See [`ErrorKind`]. A version's files can't be listed: that is
    /// [`ErrorKind::InvalidRequest`].
    pub async fn list_files(&self, root: &FileRoot, path: &str) -> Result<Vec<FileInfo>, Error> {
        let path = (!path.is_empty()).then(|| path.to_owned());
        let mut files = Vec::new();
        let mut page_token = None;
        for _ in 0..MOST_PAGES {
            let page = match root {
                FileRoot::Run { run_id } => {
                    let (run_id, path) = (run_id.clone(), path.clone());
                    self.call(&ListArtifacts { run_id, path, page_token }).await?
                }
                FileRoot::LoggedModel { model_id } => {
                    let (model_id, path) = (model_id.clone(), path.clone());
                    let artifact_directory_path = path;
                    self.call(&ListLoggedModelArtifacts {
                        model_id,
                        artifact_directory_path,
                        page_token,
                    })
                    .await?
                }
                FileRoot::Version { .. } => {
                    let detail = "MLflow does not list a version's files".to_owned();
                    let url = self.base_url().join(&root.file_path(""));
                    return Err(Error::new(
                        ErrorKind::InvalidRequest { detail },
                        Method::GET,
                        &url,
                    ));
                }
            };
            files.extend(page.files);
            page_token = page.next_page_token.filter(|token| !token.is_empty());
            if page_token.is_none() {
                break;
            }
        }
        Ok(files)
    }

    /// A request for a file's bytes, signed: for what reads a body as it comes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for an address that HTTP can't carry.
    pub fn file_request(
        &self,
        root: &FileRoot,
        path: &str,
        range: Option<Range<u64>>,
    ) -> Result<Request<Bytes>, Error> {
        self.file_call(root, path, range.as_ref()).request(self.auth_header())
    }

    /// Reads a file, or the bytes `range` of it. A server that ignores ranges
    /// answers with the whole file, which is then cut; the transport's limit on
    /// the size of an answer bounds that.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn read_file(
        &self,
        root: &FileRoot,
        path: &str,
        range: Option<Range<u64>>,
    ) -> Result<FilePart, Error> {
        let response = self.exchange(&self.file_call(root, path, range.as_ref())).await?;
        Ok(part(response, range))
    }

    fn file_call(&self, root: &FileRoot, path: &str, range: Option<&Range<u64>>) -> Call {
        Call::file(self.base_url().join(&root.file_path(path)), range.and_then(range_header))
    }
}

/// `bytes=0-99` for `0..100`; nothing for an empty range, which HTTP can't say.
fn range_header(range: &Range<u64>) -> Option<HeaderValue> {
    let last = range.end.checked_sub(1).filter(|last| *last >= range.start)?;
    HeaderValue::from_str(&format!("bytes={}-{last}", range.start)).ok()
}

fn part(response: Response<Bytes>, range: Option<Range<u64>>) -> FilePart {
    let partial = response.status() == StatusCode::PARTIAL_CONTENT;
    let said = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let said = said.and_then(content_range);
    let bytes = response.into_body();
    let size = bytes.len() as u64;
    match (partial, range) {
        (true, range) => {
            let start = said.map(|(start, _)| start).or(range.map(|range| range.start));
            FilePart {
                bytes,
                start: start.unwrap_or_default(),
                total: said.and_then(|(_, total)| total),
            }
        }
        (false, None) => FilePart { bytes, start: 0, total: Some(size) },
        (false, Some(range)) => {
            let start = range.start.min(size);
            let end = range.end.clamp(start, size);
            // Both are at most the length of something in memory.
            let cut = bytes.slice(start as usize..end as usize);
            FilePart { bytes: cut, start, total: Some(size) }
        }
    }
}

/// Where the bytes begin and how many the file has, from `bytes 0-99/1234`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, range: Option<&str>, body: &'static [u8]) -> Response<Bytes> {
        let mut response = Response::builder().status(status);
        if let Some(range) = range {
            response = response.header(CONTENT_RANGE, range);
        }
        response.body(Bytes::from_static(body)).unwrap()
    }

    #[test]
    fn ranges_are_said_and_read_as_http_has_them() {
        assert_eq!(range_header(&(0..100)).unwrap(), "bytes=0-99");
        assert_eq!(range_header(&(7..7)), None);
        assert_eq!(content_range("bytes 5-9/1234"), Some((5, Some(1234))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(content_range("items 5-9/10"), None);
    }

    #[test]
    fn a_server_that_ignores_ranges_gives_the_same_bytes() {
        let asked = part(answer(206, Some("bytes 2-4/9"), b"cde"), Some(2..5));
        let ignored = part(answer(200, None, b"abcdefghi"), Some(2..5));
        assert_eq!(asked, ignored);
        assert_eq!((&asked.bytes[..], asked.start, asked.total), (&b"cde"[..], 2, Some(9)));
        let behind = part(answer(200, None, b"abc"), Some(7..9));
        assert_eq!((behind.bytes.len(), behind.start), (0, 3));
    }

    #[test]
    fn names_are_escaped_in_the_address() {
        let root = FileRoot::Version { name: "a b".into(), version: "1".into() };
        assert_eq!(
            root.file_path("x&y/ü#.txt"),
            "/model-versions/get-artifact?name=a%20b&version=1&path=x%26y%2F%C3%BC%23.txt"
        );
    }
}
