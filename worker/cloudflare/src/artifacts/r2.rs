//! A bucket of R2 that is bound to the Worker, or what is below a prefix of it.

use artifacts::{ArtifactStore, Entry, Error, Found, Range, Upload};
use http::{HeaderValue, Response, StatusCode, header};
use mlflow_api::{
    CreateMultipartUploadResponse, ErrorCode, MultipartUploadCredential, MultipartUploadPart,
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::wire::JsBody;

/// How many objects one call of R2's deletes.
const AT_ONCE: u32 = 1000;

#[wasm_bindgen(raw_module = "./artifacts.js")]
extern "C" {
    /// An object of a bucket.
    type Object;

    #[wasm_bindgen(method, getter)]
    fn size(this: &Object) -> f64;

    #[wasm_bindgen(method, getter, js_name = httpEtag)]
    fn http_etag(this: &Object) -> String;

    #[wasm_bindgen(method, getter)]
    fn uploaded(this: &Object) -> js_sys::Date;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Object) -> JsValue;

    #[wasm_bindgen(catch, js_name = headObject)]
    async fn head_object(bucket: &JsValue, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = getObject)]
    async fn get_object(
        bucket: &JsValue,
        key: &str,
        offset: f64,
        length: Option<f64>,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = putObject)]
    async fn put_object(bucket: &JsValue, key: &str, body: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = listObjects)]
    async fn list_objects(
        bucket: &JsValue,
        prefix: &str,
        delimiter: Option<&str>,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = deleteObjects)]
    async fn delete_objects(bucket: &JsValue, keys: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = createUpload)]
    async fn create_upload(bucket: &JsValue, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = uploadPart)]
    async fn upload_part(
        bucket: &JsValue,
        key: &str,
        id: &str,
        part: u32,
        body: &JsValue,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = completeUpload)]
    async fn complete_upload(
        bucket: &JsValue,
        key: &str,
        id: &str,
        parts: &str,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = abortUpload)]
    async fn abort_upload(bucket: &JsValue, key: &str, id: &str) -> Result<JsValue, JsValue>;
}

/// One page of a bucket.
#[derive(Deserialize)]
struct Page {
    objects: Vec<(String, u64)>,
    prefixes: Vec<String>,
    cursor: Option<String>,
}

/// A bucket.
pub(super) struct R2 {
    bucket: JsValue,
    /// Empty, or with a slash at its end.
    prefix: String,
}

impl R2 {
    pub(super) fn new(bucket: JsValue, prefix: &str) -> Self {
        Self { bucket, prefix: prefix.to_owned() }
    }

    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// What the keys in a folder begin with.
    fn folder(&self, path: &str) -> String {
        if path.is_empty() { self.prefix.clone() } else { format!("{}/", self.key(path)) }
    }

    async fn page(
        &self,
        prefix: &str,
        delimiter: Option<&str>,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Page, Error> {
        let page = list_objects(&self.bucket, prefix, delimiter, limit, cursor).await;
        let page = page.map_err(failed)?.as_string().unwrap_or_default();
        serde_json::from_str(&page).map_err(|e| failed(e.to_string().into()))
    }

    async fn object(&self, key: &str) -> Result<Option<Object>, Error> {
        Ok(existing(head_object(&self.bucket, key).await.map_err(failed)?))
    }

    /// The object's bytes, or a part of them.
    async fn get(&self, key: &str, range: Option<Range>) -> Result<Option<Object>, Error> {
        let offset = range.map_or(0.0, |range| range.start as f64);
        let length = range.map(|range| range.length as f64);
        let object = get_object(&self.bucket, key, offset, length).await;
        Ok(existing(object.map_err(failed)?))
    }

    async fn file(
        &self,
        key: &str,
        range: Option<&str>,
        with_body: bool,
    ) -> Result<Option<Found<JsBody>>, Error> {
        if !with_body {
            return Ok(self.object(key).await?.map(|object| found(&object, None, false)));
        }
        let part = match range {
            None => None,
            Some(range) => {
                let Some(object) = self.object(key).await? else { return Ok(None) };
                match Range::parse(range, size(&object)) {
                    Ok(part) => part,
                    Err(none) => return Ok(Some(Found::OutOfRange(none.content_range()))),
                }
            }
        };
        Ok(self.get(key, part).await?.map(|object| found(&object, part, true)))
    }
}

fn existing(object: JsValue) -> Option<Object> {
    (!object.is_null() && !object.is_undefined()).then(|| object.unchecked_into())
}

fn size(object: &Object) -> u64 {
    object.size() as u64
}

/// An object as an answer.
fn found(object: &Object, part: Option<Range>, with_body: bool) -> Found<JsBody> {
    let mut response = Response::new(with_body.then(|| JsBody(object.body())));
    let (whole, headers) = (size(object), response.headers_mut());
    let length = part.map_or(whole, |part| part.length);
    headers.insert(header::CONTENT_LENGTH, length.into());
    let modified = object.uploaded().to_utc_string().as_string().unwrap_or_default();
    for (name, value) in [
        (header::ETAG, Some(object.http_etag())),
        (header::LAST_MODIFIED, Some(modified)),
        (header::CONTENT_RANGE, part.map(|part| part.content_range(whole))),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    if part.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Found::File(response)
}

/// What R2 says holds no secret.
fn failed(error: JsValue) -> Error {
    let message = match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_default(),
    };
    Error::new(ErrorCode::InternalError, format!("the bucket of the artifacts: {message}"))
}

fn stream(upload: Upload<JsBody>) -> JsValue {
    upload.body.map_or(JsValue::UNDEFINED, |JsBody(body)| body)
}

impl ArtifactStore for R2 {
    type Body = JsBody;

    fn needs_length(&self) -> bool {
        true
    }

    async fn read(
        &self,
        path: &str,
        range: Option<&str>,
        with_body: bool,
    ) -> Result<Found<JsBody>, Error> {
        if path.is_empty() {
            return Ok(Found::Folder);
        }
        if let Some(file) = self.file(&self.key(path), range, with_body).await? {
            return Ok(file);
        }
        let page = self.page(&self.folder(path), None, 1, None).await?;
        Ok(if page.objects.is_empty() { Found::Nothing } else { Found::Folder })
    }

    async fn write(&self, path: &str, upload: Upload<JsBody>) -> Result<(), Error> {
        let (key, body) = (self.key(path), stream(upload));
        put_object(&self.bucket, &key, &body).await.map(drop).map_err(failed)
    }

    async fn list(&self, path: &str) -> Result<Vec<Entry>, Error> {
        let folder = self.folder(path);
        let name = |key: &str| {
            let name = key.strip_prefix(&folder)?.trim_end_matches('/');
            (!name.is_empty()).then(|| name.to_owned())
        };
        let mut entries = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.page(&folder, Some("/"), AT_ONCE, cursor.as_deref()).await?;
            let folders = page.prefixes.iter().filter_map(|key| name(key));
            entries.extend(folders.map(|name| Entry { name, size: None }));
            let files = page.objects.iter().filter_map(|(key, size)| Some((name(key)?, *size)));
            entries.extend(files.map(|(name, size)| Entry { name, size: Some(size) }));
            artifacts::check_count(&entries)?;
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(entries);
            }
        }
    }

    async fn delete(&self, path: &str) -> Result<(), Error> {
        let mut keys = vec![self.key(path)];
        while !keys.is_empty() {
            let list = serde_json::json!(keys).to_string();
            delete_objects(&self.bucket, &list).await.map_err(failed)?;
            let page = self.page(&self.folder(path), None, AT_ONCE, None).await?;
            keys = page.objects.into_iter().map(|(key, _)| key).collect();
        }
        Ok(())
    }

    async fn create_upload(
        &self,
        path: &str,
        parts: u32,
        here: &str,
    ) -> Result<CreateMultipartUploadResponse, Error> {
        let id = create_upload(&self.bucket, &self.key(path)).await.map_err(failed)?;
        let id = id.as_string().unwrap_or_default();
        let encoded = object_stores::encode(&id).replace('/', "%2F");
        // R2's binding gives no addresses: the parts come to us, and go on.
        let credential = |part: u32| MultipartUploadCredential {
            url: format!("{here}?upload_id={encoded}&part_number={part}"),
            part_number: part.into(),
            ..MultipartUploadCredential::default()
        };
        let credentials = (1..=parts).map(credential).collect();
        Ok(CreateMultipartUploadResponse { upload_id: Some(id), credentials })
    }

    async fn write_part(
        &self,
        path: &str,
        upload_id: &str,
        part: u32,
        upload: Upload<JsBody>,
    ) -> Result<String, Error> {
        let key = self.key(path);
        let tag = upload_part(&self.bucket, &key, upload_id, part, &stream(upload)).await;
        Ok(tag.map_err(failed)?.as_string().unwrap_or_default())
    }

    async fn complete_upload(
        &self,
        path: &str,
        upload_id: &str,
        parts: &[MultipartUploadPart],
    ) -> Result<(), Error> {
        let parts: Vec<(i64, &str)> =
            parts.iter().map(|part| (part.part_number, part.etag.as_str())).collect();
        let (key, parts) = (self.key(path), serde_json::json!(parts).to_string());
        let complete = complete_upload(&self.bucket, &key, upload_id, &parts);
        complete.await.map(drop).map_err(failed)
    }

    async fn abort_upload(&self, path: &str, upload_id: &str) -> Result<(), Error> {
        let key = self.key(path);
        let abort = abort_upload(&self.bucket, &key, upload_id);
        abort.await.map(drop).map_err(failed)
    }
}
