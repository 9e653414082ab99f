//! Addresses by which a file goes between a client and a store, without this
//! server.

use http::Method;
use mlflow_api::{CreatePresignedDownloadUrl, CreatePresignedUploadUrl, Endpoint as _};

use crate::call::{api_path, required};
use crate::fields::{Fields, object};
use crate::path::of_file;
use crate::{Call, Error, Owner, Transfer, invalid};

/// How long an address is good, in seconds, where nothing else is asked for.
pub(crate) const READ_SECONDS: u32 = 300;
const WRITE_SECONDS: u32 = 900;

/// The longest that one may be good: seven days, as the stores have it.
const MAX_SECONDS: i64 = 604_800;

impl Transfer {
    /// Which way a request wants an address for, if it wants one.
    pub fn asked(method: &Method, path: &str) -> Option<Self> {
        let (_, below) = api_path(path).filter(|_| method == Method::POST)?;
        [(Self::Up, CreatePresignedUploadUrl::PATH), (Self::Down, CreatePresignedDownloadUrl::PATH)]
            .into_iter()
            .find_map(|(way, path)| (path.strip_prefix("/api") == Some(below)).then_some(way))
    }

    /// Reads the body of a request for an address.
    ///
    /// # Errors
    /// When it names no file of somebody's.
    pub fn read(self, body: &str) -> Result<Call, Error> {
        let body = object(body)?;
        let fields = Fields(&body);
        let run_id = fields.text("run_id")?;
        let model_id = match self {
            Self::Up => fields.text("model_id")?,
            Self::Down => {
                required(&run_id, "run_id")?;
                String::new()
            }
        };
        let (path, expiration) = (fields.text("path")?, fields.whole("expiration")?);
        required(&path, "path")?;
        let owner = match (run_id, model_id) {
            (id, none) if none.is_empty() && !id.is_empty() => Owner::Run(id),
            (none, id) if none.is_empty() && !id.is_empty() => Owner::LoggedModel(id),
            _ => return Err(invalid("Exactly one of run_id and model_id must be provided.")),
        };
        let path = of_file(&path)?;
        let default = match self {
            Self::Up => WRITE_SECONDS,
            Self::Down => READ_SECONDS,
        };
        let seconds = expiration.unwrap_or(default.into());
        let seconds = u32::try_from(seconds).ok().filter(|_| (1..=MAX_SECONDS).contains(&seconds));
        let seconds = seconds.ok_or_else(|| {
            invalid(format!("expiration must be between 1 and {MAX_SECONDS} seconds"))
        })?;
        Ok(Call::PresignedOf { owner, path, way: self, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_asked_for_one_file_of_one_owner() {
        let post = |path: &str| Transfer::asked(&Method::POST, path);
        assert_eq!(post("/api/2.0/mlflow/artifacts/presigned-upload-url"), Some(Transfer::Up));
        let down = "/ajax-api/2.0/mlflow/artifacts/presigned-download-url";
        assert_eq!(post(down), Some(Transfer::Down));
        assert_eq!(Transfer::asked(&Method::GET, down), None);
        assert!(crate::is_artifact_path(down));
        let read = Transfer::Up.read(r#"{"model_id": "m", "path": "a//b", "expiration": "60"}"#);
        let (owner, path) = (Owner::LoggedModel("m".into()), "a/b".to_owned());
        let way = Transfer::Up;
        assert_eq!(read, Ok(Call::PresignedOf { owner, path, way, seconds: 60 }));
        for wrong in [
            "",
            "[]",
            r#"{"run_id": "r"}"#,
            r#"{"path": "a"}"#,
            r#"{"run_id": "r", "model_id": "m", "path": "a"}"#,
            r#"{"run_id": "r", "path": "../a"}"#,
            r#"{"run_id": "r", "path": "a", "expiration": 0}"#,
            r#"{"run_id": "r", "path": "a", "expiration": 604801}"#,
        ] {
            assert_eq!(Transfer::Up.read(wrong).unwrap_err().error_code.status(), 400, "{wrong}");
        }
        let of_model = r#"{"model_id": "m", "path": "a"}"#;
        assert!(Transfer::Down.read(of_model).unwrap_err().message.contains("run_id"));
    }
}
