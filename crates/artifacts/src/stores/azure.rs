//! A container of Azure Blob, or what is below a prefix of it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Response};
use mlflow_api::{
    CreateMultipartUploadResponse, MultipartUploadCredential, MultipartUploadPart,
    PresignedDownload, PresignedUrlResponse,
};
use object_stores::{Call, encode};

use super::{
    Fetch, PART_SECONDS, download_address, found_or_folder, plain_range, remove_all, removed,
    succeeded, text, unusable, upload_address, with,
};
use crate::disposition::attachment;
use crate::path::name;
use crate::store::{no_presigned, no_uploads};
use crate::xml::{elements, text as element};
use crate::{ArtifactStore, Entry, Error, Found, Upload, check_count};

/// The header of a part: the standard one would have to be signed.
const RANGE: &str = "x-ms-range";

/// What a blob is that is written at once, or in blocks.
const BLOCK_BLOB: (&str, &str) = ("x-ms-blob-type", "BlockBlob");

/// A container.
pub struct Azure<F> {
    fetch: F,
    azure: object_stores::Azure,
    host: String,
    container: String,
    /// Empty, or with a slash at its end.
    prefix: String,
}

impl<F: Fetch> Azure<F> {
    /// What is below `prefix` of a container: empty, or with a slash at its end.
    pub fn new(
        fetch: F,
        azure: object_stores::Azure,
        host: &str,
        container: &str,
        prefix: &str,
    ) -> Self {
        let [host, container, prefix] = [host, container, prefix].map(str::to_owned);
        Self { fetch, azure, host, container, prefix }
    }

    fn name(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// What the names in a folder begin with.
    fn folder(&self, path: &str) -> String {
        if path.is_empty() { self.prefix.clone() } else { format!("{}/", self.name(path)) }
    }

    /// A blob as a URL has it.
    fn blob(&self, name: &str) -> String {
        encode(&format!("{}/{name}", self.container)).into_owned()
    }

    async fn send(
        &self,
        call: &Call<'_>,
        range: Option<&str>,
        upload: Upload<F::Body>,
    ) -> Result<Response<Option<F::Body>>, Error> {
        let headers = match range {
            Some(range) => vec![(RANGE, range)],
            None => call.headers.to_vec(),
        };
        let call =
            Call { headers: &headers, length: upload.length.unwrap_or_default(), ..call.clone() };
        let request = self.azure.request(&self.host, &call, self.fetch.now()).map_err(unusable)?;
        self.fetch.fetch(with(request, upload)).await
    }

    /// One page of the names that begin with `prefix`: up to the next slash, or all.
    async fn page(
        &self,
        prefix: &str,
        delimiter: &str,
        most: &str,
        marker: Option<&str>,
    ) -> Result<String, Error> {
        let mut query = vec![
            ("restype", "container"),
            ("comp", "list"),
            ("prefix", prefix),
            ("maxresults", most),
        ];
        if !delimiter.is_empty() {
            query.push(("delimiter", delimiter));
        }
        if let Some(marker) = marker {
            query.push(("marker", marker));
        }
        let container = encode(&self.container);
        let call = Call::get(&container).query(&query);
        text(self.send(&call, None, Upload::empty()).await?).await
    }

    async fn get(
        &self,
        path: &str,
        range: Option<&str>,
        with_body: bool,
    ) -> Result<Found<F::Body>, Error> {
        if path.is_empty() {
            return Ok(Found::Folder);
        }
        let method = if with_body { Method::GET } else { Method::HEAD };
        let blob = self.blob(&self.name(path));
        let answer = self.send(&Call::new(method, &blob), range, Upload::empty()).await?;
        found_or_folder(answer, async || self.is_folder(path).await).await
    }

    /// Removes one blob, if it is there.
    async fn remove(&self, name: &str) -> Result<(), Error> {
        let blob = self.blob(name);
        let answer = self.send(&Call::new(Method::DELETE, &blob), None, Upload::empty()).await?;
        removed(&answer)
    }

    /// The address of a call, where a key to sign it with is configured.
    fn signed(
        &self,
        call: &Call<'_>,
        permissions: &str,
        disposition: Option<&str>,
        seconds: u32,
    ) -> Result<Option<String>, Error> {
        let now = self.fetch.now();
        let url = self.azure.presigned(&self.host, call, permissions, disposition, now, seconds);
        url.map_err(unusable)
    }

    /// Makes blocks, by their numbers, a blob.
    async fn commit(&self, path: &str, parts: impl Iterator<Item = i64>) -> Result<(), Error> {
        let blocks: String =
            parts.map(|part| format!("<Latest>{}</Latest>", block(part))).collect();
        let body = Upload::text(&format!("<BlockList>{blocks}</BlockList>"));
        let blob = self.blob(&self.name(path));
        let call = Call::new(Method::PUT, &blob).query(&[("comp", "blocklist")]);
        succeeded(&self.send(&call, None, body).await?)
    }

    async fn is_folder(&self, path: &str) -> Result<bool, Error> {
        let page = self.page(&self.folder(path), "", "1", None).await?;
        Ok(elements(&page, "Blob").next().is_some())
    }
}

/// The marker of the page after this one.
fn next_page(page: &str) -> Option<String> {
    element(page, "NextMarker").filter(|marker| !marker.is_empty())
}

/// The entries of a page, without what their names begin with.
fn entries<'a>(page: &'a str, prefix: &'a str) -> impl Iterator<Item = Entry> + 'a {
    let name = move |found: &str| {
        let name = element(found, "Name")?;
        let name = name.strip_prefix(prefix)?.trim_end_matches('/');
        (!name.is_empty()).then(|| name.to_owned())
    };
    let folders =
        elements(page, "BlobPrefix").filter_map(name).map(|name| Entry { name, size: None });
    let files = elements(page, "Blob").filter_map(move |found| {
        let size = element(found, "Content-Length")?.parse().ok()?;
        Some(Entry { name: name(found)?, size: Some(size) })
    });
    folders.chain(files)
}

impl<F: Fetch> ArtifactStore for Azure<F> {
    type Body = F::Body;

    fn needs_length(&self) -> bool {
        true
    }

    async fn read(
        &self,
        path: &str,
        range: Option<&str>,
        with_body: bool,
    ) -> Result<Found<F::Body>, Error> {
        match plain_range(range, || self.get(path, None, false)).await? {
            Ok(range) => self.get(path, range.as_deref(), with_body).await,
            Err(other) => Ok(other),
        }
    }

    async fn write(&self, path: &str, upload: Upload<F::Body>) -> Result<(), Error> {
        let blob = self.blob(&self.name(path));
        let call = Call { headers: &[BLOCK_BLOB], ..Call::new(Method::PUT, &blob) };
        succeeded(&self.send(&call, None, upload).await?)
    }

    async fn list(&self, path: &str) -> Result<Vec<Entry>, Error> {
        let prefix = self.folder(path);
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let page = self.page(&prefix, "/", "5000", marker.as_deref()).await?;
            all.extend(entries(&page, &prefix));
            check_count(&all)?;
            marker = next_page(&page);
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    async fn delete(&self, path: &str) -> Result<(), Error> {
        let prefix = self.folder(path);
        let list = async || {
            let page = self.page(&prefix, "", "1000", None).await?;
            Ok(elements(&page, "Blob").filter_map(|found| element(found, "Name")).collect())
        };
        remove_all(list, async |name| self.remove(name).await).await?;
        self.remove(&self.name(path)).await
    }

    async fn create_upload(
        &self,
        path: &str,
        parts: u32,
        _here: &str,
    ) -> Result<CreateMultipartUploadResponse, Error> {
        let blob = self.blob(&self.name(path));
        let credential = |part: u32| {
            let block = block(part.into());
            let query = [("comp", "block"), ("blockid", block.as_str())];
            let call = Call::new(Method::PUT, &blob).query(&query);
            Ok(MultipartUploadCredential {
                url: self.signed(&call, "w", None, PART_SECONDS)?.ok_or_else(no_uploads)?,
                part_number: part.into(),
                headers: BTreeMap::new(),
            })
        };
        let credentials = (1..=parts).map(credential).collect::<Result<_, Error>>()?;
        // Blocks belong to the blob, not to an upload.
        Ok(CreateMultipartUploadResponse { upload_id: None, credentials })
    }

    /// A block, which has no tag.
    async fn send_part(
        &self,
        path: &str,
        _upload_id: &str,
        part: u32,
        upload: Upload<F::Body>,
    ) -> Result<String, Error> {
        let (blob, block) = (self.blob(&self.name(path)), block(part.into()));
        let query = [("comp", "block"), ("blockid", block.as_str())];
        let call = Call::new(Method::PUT, &blob).query(&query);
        succeeded(&self.send(&call, None, upload).await?)?;
        Ok(String::new())
    }

    async fn complete_upload(
        &self,
        path: &str,
        _upload_id: &str,
        parts: &[MultipartUploadPart],
    ) -> Result<(), Error> {
        self.commit(path, parts.iter().map(|part| part.part_number)).await
    }

    /// Azure itself drops blocks that no blob is made of, after a week.
    async fn abort_upload(&self, _path: &str, _upload_id: &str) -> Result<(), Error> {
        Ok(())
    }

    async fn presigned(
        &self,
        path: &str,
        seconds: u32,
    ) -> Result<Option<PresignedDownload>, Error> {
        let Found::File(file) = self.get(path, None, false).await? else { return Ok(None) };
        let blob = self.blob(&self.name(path));
        let disposition = attachment(name(path));
        let url = self.signed(&Call::get(&blob), "r", Some(&disposition), seconds)?;
        Ok(Some(download_address(url.ok_or_else(no_presigned)?, &file)))
    }

    fn presigned_upload(&self, path: &str, seconds: u32) -> Result<PresignedUrlResponse, Error> {
        let blob = self.blob(&self.name(path));
        let url = self.signed(&Call::new(Method::PUT, &blob), "cw", None, seconds)?;
        Ok(upload_address(url.ok_or_else(no_presigned)?, path, &[BLOCK_BLOB]))
    }
}

/// The name of a block: as long as every other one of its blob, in base64.
fn block(part: i64) -> String {
    STANDARD.encode(format!("mlflow_block_{part:05}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_folders_and_files() {
        let page = "<EnumerationResults><Blobs><Blob><Name>p/a</Name><Properties>\
            <Content-Length>3</Content-Length></Properties></Blob>\
            <BlobPrefix><Name>p/sub/</Name></BlobPrefix></Blobs><NextMarker>m</NextMarker>\
            </EnumerationResults>";
        let found: Vec<Entry> = entries(page, "p/").collect();
        let entry = |name: &str, size| Entry { name: name.to_owned(), size };
        assert_eq!(found, [entry("sub", None), entry("a", Some(3))]);
        assert_eq!(next_page(page).as_deref(), Some("m"));
        assert_eq!(next_page("<NextMarker />"), None);
    }
}
