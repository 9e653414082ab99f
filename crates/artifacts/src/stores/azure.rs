//! A container of Azure Blob, or what is below a prefix of it.

use http::{Method, Response};
use object_stores::{Call, encode};

use super::{
    Fetch, found_or_folder, plain_range, remove_all, removed, succeeded, text, unusable, with,
};
use crate::xml::{elements, text as element};
use crate::{ArtifactStore, Entry, Error, Found, Upload, check_count};

/// The header of a part: the standard one would have to be signed.
const RANGE: &str = "x-ms-range";

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
        let headers = [("x-ms-blob-type", "BlockBlob")];
        let call = Call { headers: &headers, ..Call::new(Method::PUT, &blob) };
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
