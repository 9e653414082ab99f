//! Where the artifacts of a run or a model are: a URI that MLflow keeps.

use mlflow_api::{ErrorCode, kept_path};

use crate::{Error, path};

/// The path below the store's root that a URI names.
pub(crate) fn within_store(uri: &str) -> Result<String, Error> {
    match kept_path(uri) {
        Some(inside) => path::safe(inside),
        None => Err(Error::new(
            ErrorCode::NotImplemented,
            format!(
                "the artifacts are at {uri}, which clients reach by themselves, not through this server"
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_keeps_is_below_its_root() {
        for (uri, expected) in [
            ("mlflow-artifacts:/1/r/artifacts", "1/r/artifacts"),
            ("mlflow-artifacts://host:5000/1/r", "1/r"),
            ("mlflow-artifacts:/", ""),
            ("http://h/x/api/2.0/mlflow-artifacts/artifacts/1/r", "1/r"),
            ("http://api/2.0/mlflow-artifacts/artifacts/1/r", "1/r"),
        ] {
            assert_eq!(within_store(uri).as_deref(), Ok(expected), "{uri}");
        }
        for uri in [
            "http://h/1/r?/api/2.0/mlflow-artifacts/artifacts/2",
            "s3://bucket/x",
            "/a/b",
            "file:///a",
            "http://h/elsewhere",
            "",
        ] {
            let error = within_store(uri).unwrap_err();
            assert_eq!(error.error_code, ErrorCode::NotImplemented, "{uri}");
        }
        assert_eq!(within_store("mlflow-artifacts:/../a").unwrap_err().message, "Invalid path");
    }
}
