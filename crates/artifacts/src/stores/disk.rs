//! A folder of this machine, behind workerd's disk service: a GET of a file reads
//! it, of a folder gives what is in it as JSON; a PUT writes a file beside its
//! place and moves it there once it is whole; a DELETE removes a file, or a
//! folder with all that is in it.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Response};
use object_stores::encode;
use serde::Deserialize;

use super::{Fetch, broken, failed, for_each, found, size, text, with, with_range};
use crate::path::join;
use crate::{ArtifactStore, Entry, Error, Found, Upload, check_count, invalid};

/// A folder.
#[derive(Debug)]
pub struct Disk<F> {
    fetch: F,
}

/// An entry of the service's listing.
#[derive(Deserialize)]
struct Listed {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl<F: Fetch> Disk<F> {
    /// The folder behind a service.
    pub fn new(fetch: F) -> Self {
        Self { fetch }
    }

    /// The service's answer; the host in the address is nobody's.
    async fn send(
        &self,
        method: Method,
        path: &str,
        range: Option<&str>,
        upload: Upload<F::Body>,
    ) -> Result<Response<Option<F::Body>>, Error> {
        let uri = format!("http://artifacts/{}", encode(path));
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .body(())
            .map_err(|_| invalid("Invalid path"))?;
        with_range(&mut request, range);
        self.fetch.fetch(with(request, upload)).await
    }

    async fn get(&self, path: &str) -> Result<Response<Option<F::Body>>, Error> {
        self.send(Method::GET, path, None, Upload::empty()).await
    }

    /// The entry of a name in a folder, which the listing gives without its size;
    /// nothing where it has gone by now.
    async fn entry(&self, folder: &str, listed: &Listed) -> Result<Option<Entry>, Error> {
        let name = listed.name.clone();
        match listed.kind.as_str() {
            "directory" => return Ok(Some(Entry { name, size: None })),
            "file" | "symlink" => {}
            _ => return Ok(None),
        }
        let path = join(folder, &name);
        let answer = self.send(Method::HEAD, &path, None, Upload::empty()).await?;
        match found(answer)? {
            Some(Found::File(file)) if is_folder(file.headers()) => {
                Ok(Some(Entry { name, size: None }))
            }
            Some(Found::File(file)) => {
                let size = size(&file).ok_or_else(|| broken("gives no size"))?;
                Ok(Some(Entry { name, size: Some(size) }))
            }
            _ => Ok(None),
        }
    }
}

/// A file is bytes to the service, whatever it is; a folder is JSON.
fn is_folder(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

impl<F: Fetch> ArtifactStore for Disk<F> {
    type Body = F::Body;

    fn needs_length(&self) -> bool {
        false
    }

    async fn read(
        &self,
        path: &str,
        range: Option<&str>,
        with_body: bool,
    ) -> Result<Found<F::Body>, Error> {
        let method = if with_body { Method::GET } else { Method::HEAD };
        let answer = self.send(method, path, range, Upload::empty()).await?;
        Ok(match found(answer)? {
            Some(Found::File(file)) if is_folder(file.headers()) => Found::Folder,
            Some(found) => found,
            None => Found::Nothing,
        })
    }

    async fn write(&self, path: &str, upload: Upload<F::Body>) -> Result<(), Error> {
        match self.send(Method::PUT, path, None, upload).await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(failed(answer.status())),
            // The service breaks off without a word where a folder is in the way.
            Err(error) => match self.read(path, None, false).await? {
                Found::Folder => {
                    Err(invalid(format!("a folder is at '{path}': no file can be written there")))
                }
                _ => Err(error),
            },
        }
    }

    async fn list(&self, path: &str) -> Result<Vec<Entry>, Error> {
        let answer = self.get(path).await?;
        if answer.status().as_u16() == 404
            || (answer.status().is_success() && !is_folder(answer.headers()))
        {
            return Ok(Vec::new());
        }
        let listed: Vec<Listed> = serde_json::from_str(&text(answer).await?)
            .map_err(|_| broken("lists what can't be read"))?;
        let entries = for_each(&listed, |listed| self.entry(path, listed)).await?;
        let entries: Vec<Entry> = entries.into_iter().flatten().collect();
        check_count(&entries)?;
        Ok(entries)
    }

    async fn delete(&self, path: &str) -> Result<(), Error> {
        let answer = self.send(Method::DELETE, path, None, Upload::empty()).await?;
        match answer.status().as_u16() {
            404 => Ok(()),
            _ => super::succeeded(&answer),
        }
    }
}
