//! The stores of this deployment: the one that it keeps artifacts in, and those
//! that runs and models may name.

use artifacts::{ArtifactStore, Azure, Disk, Entry, Error, Found, S3, Stores, Upload};
use mlflow_api::{
    CreateMultipartUploadResponse, ErrorCode, MultipartUploadPart, PresignedDownload,
    PresignedUrlResponse,
};
use model_source::Folder;
use worker::Env;

use super::r2::R2;
use super::wire::{JsBody, Wire};
use crate::config::Config;
use crate::outside::Outside;

/// One of the stores.
pub(super) enum Store {
    Disk(Disk<Wire>),
    R2(R2),
    S3(S3<Wire>),
    Azure(Azure<Wire>),
}

/// The stores that requests reach.
pub(super) struct Places<'a> {
    env: &'a Env,
    config: &'static Config,
    kept: Option<Store>,
}

impl<'a> Places<'a> {
    pub(super) fn new(env: &'a Env, config: &'static Config) -> Result<Self, String> {
        let open = |folder| Store::open(folder, env, config);
        let kept = config.artifacts.as_ref().map(open).transpose()?;
        Ok(Self { env, config, kept })
    }
}

impl Stores for Places<'_> {
    type Store = Store;

    fn kept(&self) -> Result<&Store, Error> {
        self.kept.as_ref().ok_or_else(|| {
            Error::new(
                ErrorCode::TemporarilyUnavailable,
                "no artifacts are kept here: set MILLRACE_ARTIFACTS to where they belong",
            )
        })
    }

    fn named(&self, uri: &str) -> Result<Option<(Store, String)>, Error> {
        let Some((root, path)) = self.config.artifact_root(uri) else { return Ok(None) };
        let store = Store::open(root, self.env, self.config)
            .map_err(|message| Error::new(ErrorCode::InternalError, message))?;
        Ok(Some((store, path)))
    }
}

impl Store {
    /// The store that a folder of the configuration is in.
    pub(super) fn open(
        folder: &Folder,
        env: &Env,
        config: &'static Config,
    ) -> Result<Self, String> {
        let outside = Outside::new(env, config);
        Ok(match folder {
            Folder::Binding { binding, .. } => {
                Self::Disk(Disk::new(Wire::Service(outside.binding(binding)?)))
            }
            Folder::R2 { binding, prefix } => Self::R2(R2::new(outside.binding(binding)?, prefix)),
            Folder::S3 { bucket, prefix } => {
                let s3 = config.stores.s3().clone();
                Self::S3(S3::new(Wire::Outside(outside), s3, bucket, prefix))
            }
            Folder::Azure { host, container, prefix } => {
                let azure = config.stores.azure().clone();
                Self::Azure(Azure::new(Wire::Outside(outside), azure, host, container, prefix))
            }
            _ => return Err(format!("artifacts can't be kept at {folder}")),
        })
    }
}

/// Does the same with whichever store it is.
macro_rules! each {
    ($self:expr, $store:ident => $work:expr) => {
        match $self {
            Self::Disk($store) => $work,
            Self::R2($store) => $work,
            Self::S3($store) => $work,
            Self::Azure($store) => $work,
        }
    };
}

impl ArtifactStore for Store {
    type Body = JsBody;

    fn needs_length(&self) -> bool {
        each!(self, store => store.needs_length())
    }

    async fn read(
        &self,
        path: &str,
        range: Option<&str>,
        with_body: bool,
    ) -> Result<Found<JsBody>, Error> {
        each!(self, store => store.read(path, range, with_body).await)
    }

    async fn write(&self, path: &str, upload: Upload<JsBody>) -> Result<(), Error> {
        each!(self, store => store.write(path, upload).await)
    }

    async fn list(&self, path: &str) -> Result<Vec<Entry>, Error> {
        each!(self, store => store.list(path).await)
    }

    async fn delete(&self, path: &str) -> Result<(), Error> {
        each!(self, store => store.delete(path).await)
    }

    async fn create_upload(
        &self,
        path: &str,
        parts: u32,
        here: &str,
    ) -> Result<CreateMultipartUploadResponse, Error> {
        each!(self, store => store.create_upload(path, parts, here).await)
    }

    async fn write_part(
        &self,
        path: &str,
        upload_id: &str,
        part: u32,
        upload: Upload<JsBody>,
    ) -> Result<String, Error> {
        each!(self, store => store.write_part(path, upload_id, part, upload).await)
    }

    async fn send_part(
        &self,
        path: &str,
        upload_id: &str,
        part: u32,
        upload: Upload<JsBody>,
    ) -> Result<String, Error> {
        each!(self, store => store.send_part(path, upload_id, part, upload).await)
    }

    async fn complete_upload(
        &self,
        path: &str,
        upload_id: &str,
        parts: &[MultipartUploadPart],
    ) -> Result<(), Error> {
        each!(self, store => store.complete_upload(path, upload_id, parts).await)
    }

    async fn abort_upload(&self, path: &str, upload_id: &str) -> Result<(), Error> {
        each!(self, store => store.abort_upload(path, upload_id).await)
    }

    async fn presigned(
        &self,
        path: &str,
        seconds: u32,
    ) -> Result<Option<PresignedDownload>, Error> {
        each!(self, store => store.presigned(path, seconds).await)
    }

    fn presigned_upload(&self, path: &str, seconds: u32) -> Result<PresignedUrlResponse, Error> {
        each!(self, store => store.presigned_upload(path, seconds))
    }
}
