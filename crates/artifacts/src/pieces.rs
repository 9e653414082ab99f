//! Files that do not say how long they are, for stores that have to know: they go
//! on in pieces, of which one at a time is taken in.

use mlflow_api::MultipartUploadPart;

use crate::{ArtifactStore, Body as _, Error, Upload, invalid};

/// How long a piece is, in bytes: S3 takes none under 5 MiB but the last, and R2
/// none of another length.
const PIECE: usize = 8 * 1024 * 1024;

/// The most pieces: what S3 takes.
const MAX_PIECES: u32 = 10_000;

/// Keeps a file, whole or not at all.
pub(crate) async fn write<S: ArtifactStore>(
    store: &S,
    path: &str,
    upload: Upload<S::Body>,
) -> Result<(), Error> {
    let mut body = match upload {
        Upload { body: Some(body), length: None } if store.needs_length() => body,
        upload => return store.write(path, upload).await,
    };
    let first = body.piece(PIECE).await?.unwrap_or_else(Upload::empty);
    if first.length < u64::try_from(PIECE).ok() {
        return store.write(path, first).await;
    }
    let upload_id = store.create_upload(path, 0, "").await?.upload_id.unwrap_or_default();
    match send(store, path, &upload_id, first, body).await {
        Ok(parts) => store.complete_upload(path, &upload_id, &parts).await,
        Err(error) => {
            // What went wrong first is what there is to say.
            let _ = store.abort_upload(path, &upload_id).await;
            Err(error)
        }
    }
}

async fn send<S: ArtifactStore>(
    store: &S,
    path: &str,
    upload_id: &str,
    first: Upload<S::Body>,
    mut body: S::Body,
) -> Result<Vec<MultipartUploadPart>, Error> {
    let mut parts = Vec::new();
    let mut next = Some(first);
    for part in 1..=MAX_PIECES {
        let Some(piece) = next else { return Ok(parts) };
        let etag = store.send_part(path, upload_id, part, piece).await?;
        parts.push(MultipartUploadPart { part_number: part.into(), etag });
        next = body.piece(PIECE).await?;
    }
    if next.is_none() { Ok(parts) } else { Err(invalid("the file is too long")) }
}
