//! Where the files of a version's model are, from what the version says of its
//! source.

use bytes::Bytes;
use mlflow_api::ModelVersion;
use mlflow_client::{Error, FileRoot};

use super::model_source::ModelSource;
use super::session::Mlflow;

/// The folder of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModelPlace {
    /// Whose files it is among.
    pub(crate) root: FileRoot,
    /// The folder below the root, empty for the root itself.
    pub(crate) folder: String,
}

impl ModelPlace {
    /// The path of one of the model's files below the root.
    pub(crate) fn path(&self, file: &str) -> String {
        match self.folder.as_str() {
            "" => file.to_owned(),
            folder => format!("{folder}/{file}"),
        }
    }

    /// What the model here is opened as; nothing where no address names it.
    pub(crate) fn uri(&self) -> Option<String> {
        let source = match self.root.clone() {
            FileRoot::Run { run_id } => ModelSource::Run { run: run_id, path: self.folder.clone() },
            _ if !self.folder.is_empty() => return None,
            FileRoot::LoggedModel { model_id } => ModelSource::Logged { id: model_id },
            FileRoot::Version { name, version } => ModelSource::Version { name, version },
        };
        Some(source.uri())
    }

    /// The folder of a logged model.
    pub(crate) fn of_logged(model_id: &str) -> ModelPlace {
        ModelPlace {
            root: FileRoot::LoggedModel { model_id: model_id.to_owned() },
            folder: String::new(),
        }
    }

    /// The folder of a version: its logged model's, else the part of its run's
    /// files, else what the registry says. Only the first two can be listed.
    pub(crate) fn of_version(version: &ModelVersion) -> ModelPlace {
        let source = version.source.as_deref().unwrap_or_default();
        if let Some(model_id) = logged_model_id(source) {
            return ModelPlace::of_logged(&model_id);
        }
        of_run(source, version.run_id.as_deref())
            .unwrap_or_else(|| ModelPlace::in_registry(version))
    }

    /// Where the files of a version may be, the likeliest first.
    pub(crate) fn all_of(version: &ModelVersion) -> Vec<ModelPlace> {
        let (first, last) = (ModelPlace::of_version(version), ModelPlace::in_registry(version));
        if first == last { vec![first] } else { vec![first, last] }
    }

    /// The folder of a version, as the registry finds it: always right, but it
    /// can't be listed.
    pub(crate) fn in_registry(version: &ModelVersion) -> ModelPlace {
        let (name, version) = (version.name.clone(), version.version.clone());
        ModelPlace { root: FileRoot::Version { name, version }, folder: String::new() }
    }
}

/// Reads the `MLmodel` of a place.
///
/// # Errors
/// When there is none, or no answer.
pub(crate) async fn read_mlmodel(client: &Mlflow, place: &ModelPlace) -> Result<Bytes, Error> {
    // One byte more than is taken: what is larger says so.
    let most = 0..mlmodel::MAX_FILE_BYTES as u64 + 1;
    let file = client.read_file(&place.root, &place.path("MLmodel"), Some(most)).await?;
    Ok(file.bytes)
}

/// The version that a source such as `models:/iris/3` is a copy of.
pub(crate) fn copied_from(source: &str) -> Option<(String, String)> {
    let (name, version) =
        source.strip_prefix("models:/")?.trim_start_matches('/').rsplit_once('/')?;
    let number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| (name.to_owned(), version.to_owned()))
}

/// The logged model in a source such as `models:/m-…` or `…/models/m-…/artifacts`.
pub(crate) fn logged_model_id(source: &str) -> Option<String> {
    let source = source.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let id = match source.strip_prefix("models:/") {
        Some(id) => id.trim_start_matches('/'),
        None => source.strip_suffix("/artifacts")?.rsplit_once("/models/")?.1,
    };
    is_logged_model(id).then(|| id.to_owned())
}

/// Whether a text is the id of a logged model: `m-` and 32 hexadecimal digits.
pub(crate) fn is_logged_model(id: &str) -> bool {
    id.strip_prefix("m-").is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// The run and the folder in a source such as `runs:/…/model` or
/// `…/<run>/artifacts/model`.
fn of_run(source: &str, run_id: Option<&str>) -> Option<ModelPlace> {
    let (run_id, folder) = match source.strip_prefix("runs:/") {
        Some(rest) => rest.trim_start_matches('/').split_once('/').unwrap_or((rest, "")),
        None => {
            let run_id = run_id.filter(|run_id| !run_id.is_empty())?;
            let at = format!("/{run_id}/artifacts");
            let (_, folder) = source.split_once(&at)?;
            if !folder.is_empty() && !folder.starts_with('/') {
                return None;
            }
            (run_id, folder)
        }
    };
    let folder = folder.trim_matches('/').to_owned();
    (!run_id.is_empty())
        .then(|| ModelPlace { root: FileRoot::Run { run_id: run_id.to_owned() }, folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "m-0123456789abcdef0123456789abcdef";
    const RUN: &str = "0123456789abcdef0123456789abcdef";

    fn place(source: &str) -> ModelPlace {
        ModelPlace::of_version(&ModelVersion {
            name: "iris".into(),
            version: "3".into(),
            source: Some(source.into()),
            run_id: Some(RUN.into()),
            ..ModelVersion::default()
        })
    }

    #[test]
    fn logged_models_are_found_first() {
        for source in [
            format!("models:/{MODEL}"),
            format!("mlflow-artifacts:/1/models/{MODEL}/artifacts"),
            format!("s3://bucket/a/1/models/{MODEL}/artifacts/"),
        ] {
            assert_eq!(place(&source), ModelPlace::of_logged(MODEL), "{source}");
        }
    }

    #[test]
    fn then_the_files_of_runs() {
        for (source, folder) in [
            (format!("runs:/{RUN}/model"), "model"),
            (format!("runs:/{RUN}/a/b/"), "a/b"),
            (format!("runs:/{RUN}"), ""),
            (format!("mlflow-artifacts:/1/{RUN}/artifacts/model"), "model"),
            (format!("file:///mlruns/1/{RUN}/artifacts"), ""),
        ] {
            let found = place(&source);
            assert_eq!(found.root, FileRoot::Run { run_id: RUN.into() }, "{source}");
            assert_eq!(found.folder, folder, "{source}");
        }
        assert_eq!(place(&format!("runs:/{RUN}/a")).path("MLmodel"), "a/MLmodel");
    }

    #[test]
    fn a_place_says_what_its_model_is_opened_as() {
        for (source, uri) in [
            (format!("models:/{MODEL}"), format!("models:/{MODEL}")),
            (format!("runs:/{RUN}/a/b"), format!("runs:/{RUN}/a/b")),
            ("s3://bucket/model".to_owned(), "models:/iris/3".to_owned()),
        ] {
            assert_eq!(place(&source).uri(), Some(uri), "{source}");
        }
        let within = ModelPlace { folder: "data".into(), ..ModelPlace::of_logged(MODEL) };
        assert_eq!(within.uri(), None);
    }

    #[test]
    fn copies_say_of_what() {
        assert_eq!(copied_from("models:/iris/3"), Some(("iris".into(), "3".into())));
        for other in ["models:/m-1", "runs:/a/3", "models:/iris/x", "s3://a/3"] {
            assert_eq!(copied_from(other), None, "{other}");
        }
    }

    #[test]
    fn and_what_else_there_is_the_registry_knows() {
        let root = FileRoot::Version { name: "iris".into(), version: "3".into() };
        for source in [
            "",
            "models:/other/2",
            "models:/m-short",
            "s3://bucket/model",
            "runs:/",
            "mlflow-artifacts:/1/other/artifacts/model",
        ] {
            assert_eq!(place(source).root, root, "{source}");
            assert_eq!(place(source).path("MLmodel"), "MLmodel");
        }
        assert_eq!(place(&format!("x/{RUN}/artifacts-2/model")).root, root);
    }
}
