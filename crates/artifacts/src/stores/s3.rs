//! A bucket of an S3-compatible store, or what is below a prefix of it.

use std::collections::BTreeMap;

use http::header::ETAG;
use http::{Method, Response};
use mlflow_api::{
    CreateMultipartUploadResponse, MultipartUploadCredential, MultipartUploadPart,
    PresignedDownload, PresignedUrlResponse,
};
use object_stores::{Call, encode};

use super::{
    Fetch, PART_SECONDS, broken, download_address, found_or_folder, plain_range, remove_all,
    removed, succeeded, text, unusable, upload_address, with, with_range,
};
use crate::disposition::attachment;
use crate::path::name;
use crate::xml::{elements, escaped, text as element};
use crate::{ArtifactStore, Entry, Error, Found, Upload, check_count};

/// A bucket.
pub struct S3<F> {
    fetch: F,
    s3: object_stores::S3,
    bucket: String,
    /// Empty, or with a slash at its end.
    prefix: String,
}

impl<F: Fetch> S3<F> {
    /// What is below `prefix` of a bucket: empty, or with a slash at its end.
    pub fn new(fetch: F, s3: object_stores::S3, bucket: &str, prefix: &str) -> Self {
        Self { fetch, s3, bucket: bucket.to_owned(), prefix: prefix.to_owned() }
    }

    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// What the keys in a folder begin with.
    fn folder(&self, path: &str) -> String {
        if path.is_empty() { self.prefix.clone() } else { format!("{}/", self.key(path)) }
    }

    /// An object as a URL has it.
    fn object(&self, key: &str) -> String {
        encode(&format!("{}/{key}", self.bucket)).into_owned()
    }

    async fn send(
        &self,
        call: &Call<'_>,
        range: Option<&str>,
        upload: Upload<F::Body>,
    ) -> Result<Response<Option<F::Body>>, Error> {
        let mut request = self.s3.request(call, self.fetch.now()).map_err(unusable)?;
        with_range(&mut request, range);
        self.fetch.fetch(with(request, upload)).await
    }

    async fn text(&self, call: &Call<'_>, upload: Upload<F::Body>) -> Result<String, Error> {
        text(self.send(call, None, upload).await?).await
    }

    /// One page of the keys that begin with `prefix`: up to the next slash, or all.
    async fn page(
        &self,
        prefix: &str,
        delimiter: &str,
        most: &str,
        token: Option<&str>,
    ) -> Result<String, Error> {
        let mut query = vec![("list-type", "2"), ("prefix", prefix), ("max-keys", most)];
        if !delimiter.is_empty() {
            query.push(("delimiter", delimiter));
        }
        if let Some(token) = token {
            query.push(("continuation-token", token));
        }
        let bucket = encode(&self.bucket);
        self.text(&Call::get(&bucket).query(&query), Upload::empty()).await
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
        let object = self.object(&self.key(path));
        let answer = self.send(&Call::new(method, &object), range, Upload::empty()).await?;
        found_or_folder(answer, async || self.is_folder(path).await).await
    }

    /// Removes one object, if it is there.
    async fn remove(&self, key: &str) -> Result<(), Error> {
        let object = self.object(key);
        let answer = self.send(&Call::new(Method::DELETE, &object), None, Upload::empty()).await?;
        removed(&answer)
    }

    async fn is_folder(&self, path: &str) -> Result<bool, Error> {
        let page = self.page(&self.folder(path), "", "1", None).await?;
        Ok(elements(&page, "Contents").next().is_some())
    }
}

/// The token of the page after this one.
fn next_page(page: &str) -> Option<String> {
    let is_cut = element(page, "IsTruncated").is_some_and(|text| text == "true");
    element(page, "NextContinuationToken").filter(|token| is_cut && !token.is_empty())
}

/// The entries of a page, without what their keys begin with.
fn entries<'a>(page: &'a str, prefix: &'a str) -> impl Iterator<Item = Entry> + 'a {
    let name = move |key: String| {
        let name = key.strip_prefix(prefix)?.trim_end_matches('/');
        // The folder itself, which some tools keep an empty object for.
        (!name.is_empty()).then(|| name.to_owned())
    };
    let folders = elements(page, "CommonPrefixes")
        .filter_map(move |found| name(element(found, "Prefix")?))
        .map(|name| Entry { name, size: None });
    let files = elements(page, "Contents").filter_map(move |found| {
        let size = element(found, "Size")?.parse().ok()?;
        Some(Entry { name: name(element(found, "Key")?)?, size: Some(size) })
    });
    folders.chain(files)
}

impl<F: Fetch> ArtifactStore for S3<F> {
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
        let object = self.object(&self.key(path));
        succeeded(&self.send(&Call::new(Method::PUT, &object), None, upload).await?)
    }

    async fn list(&self, path: &str) -> Result<Vec<Entry>, Error> {
        let prefix = self.folder(path);
        let mut all = Vec::new();
        let mut token = None;
        loop {
            let page = self.page(&prefix, "/", "1000", token.as_deref()).await?;
            all.extend(entries(&page, &prefix));
            check_count(&all)?;
            token = next_page(&page);
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    async fn delete(&self, path: &str) -> Result<(), Error> {
        let prefix = self.folder(path);
        let list = async || {
            let page = self.page(&prefix, "", "1000", None).await?;
            Ok(elements(&page, "Contents").filter_map(|found| element(found, "Key")).collect())
        };
        remove_all(list, async |key| self.remove(key).await).await?;
        self.remove(&self.key(path)).await
    }

    async fn create_upload(
        &self,
        path: &str,
        parts: u32,
        _here: &str,
    ) -> Result<CreateMultipartUploadResponse, Error> {
        let object = self.object(&self.key(path));
        let create = Call::new(Method::POST, &object).query(&[("uploads", "")]);
        let answer = self.text(&create, Upload::empty()).await?;
        let id = element(&answer, "UploadId").ok_or_else(|| broken("gives no id of an upload"))?;
        let credential = |part: u32| {
            let number = part.to_string();
            let query = [("partNumber", number.as_str()), ("uploadId", &id)];
            let call = Call::new(Method::PUT, &object).query(&query);
            Ok(MultipartUploadCredential {
                url: self.s3.presigned(&call, self.fetch.now(), PART_SECONDS).map_err(unusable)?,
                part_number: part.into(),
                headers: BTreeMap::new(),
            })
        };
        let credentials = (1..=parts).map(credential).collect::<Result<_, Error>>()?;
        Ok(CreateMultipartUploadResponse { upload_id: Some(id), credentials })
    }

    async fn send_part(
        &self,
        path: &str,
        upload_id: &str,
        part: u32,
        upload: Upload<F::Body>,
    ) -> Result<String, Error> {
        let object = self.object(&self.key(path));
        let number = part.to_string();
        let query = [("partNumber", number.as_str()), ("uploadId", upload_id)];
        let call = Call::new(Method::PUT, &object).query(&query);
        let answer = self.send(&call, None, upload).await?;
        succeeded(&answer)?;
        let tag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
        tag.map(str::to_owned).ok_or_else(|| broken("gives no tag of a part"))
    }

    async fn complete_upload(
        &self,
        path: &str,
        upload_id: &str,
        parts: &[MultipartUploadPart],
    ) -> Result<(), Error> {
        let parts: String = parts
            .iter()
            .map(|MultipartUploadPart { part_number, etag }| {
                let etag = escaped(etag);
                format!("<Part><PartNumber>{part_number}</PartNumber><ETag>{etag}</ETag></Part>")
            })
            .collect();
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let object = self.object(&self.key(path));
        let query = [("uploadId", upload_id)];
        let answer =
            self.text(&Call::new(Method::POST, &object).query(&query), Upload::text(&body)).await?;
        // A failure may come after the status has gone out.
        match element(&answer, "Error") {
            None => Ok(()),
            Some(error) => {
                let code = element(&error, "Code").unwrap_or_default();
                Err(broken(&format!("does not make the parts one: {code}")))
            }
        }
    }

    async fn abort_upload(&self, path: &str, upload_id: &str) -> Result<(), Error> {
        let object = self.object(&self.key(path));
        let query = [("uploadId", upload_id)];
        let abort = Call::new(Method::DELETE, &object).query(&query);
        succeeded(&self.send(&abort, None, Upload::empty()).await?)
    }

    async fn presigned(
        &self,
        path: &str,
        seconds: u32,
    ) -> Result<Option<PresignedDownload>, Error> {
        let Found::File(file) = self.get(path, None, false).await? else { return Ok(None) };
        let object = self.object(&self.key(path));
        // A browser that goes there saves the file.
        let disposition = attachment(name(path));
        let query = [("response-content-disposition", disposition.as_str())];
        let call = Call::get(&object).query(&query);
        let url = self.s3.presigned(&call, self.fetch.now(), seconds);
        Ok(Some(download_address(url.map_err(unusable)?, &file)))
    }

    fn presigned_upload(&self, path: &str, seconds: u32) -> Result<PresignedUrlResponse, Error> {
        let object = self.object(&self.key(path));
        let call = Call::new(Method::PUT, &object);
        let url = self.s3.presigned(&call, self.fetch.now(), seconds).map_err(unusable)?;
        Ok(upload_address(url, path, &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_folders_and_files() {
        let page = "<ListBucketResult><IsTruncated>true</IsTruncated>\
            <NextContinuationToken>t/1==</NextContinuationToken>\
            <Contents><Key>p/a/</Key><Size>0</Size></Contents>\
            <Contents><Key>p/a/x &amp; y</Key><Size>12</Size></Contents>\
            <CommonPrefixes><Prefix>p/a/sub/</Prefix></CommonPrefixes></ListBucketResult>";
        let found: Vec<Entry> = entries(page, "p/a/").collect();
        let entry = |name: &str, size| Entry { name: name.to_owned(), size };
        assert_eq!(found, [entry("sub", None), entry("x & y", Some(12))]);
        assert_eq!(next_page(page).as_deref(), Some("t/1=="));
        assert_eq!(next_page("<IsTruncated>false</IsTruncated>"), None);
    }
}
