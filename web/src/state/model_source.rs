//! What an address such as `models:/iris@best` names.

use mlflow_api::ModelVersion;

use super::language::tf;
use super::model_place::is_logged_model;

/// The flavor that the page runs.
pub(crate) const FLAVOR: &str = "onnx";

/// A model that may be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModelSource {
    /// A version of a registered model.
    Version {
        /// The model.
        name: String,
        /// The version's number.
        version: String,
    },
    /// The version that has an alias.
    Alias {
        /// The model.
        name: String,
        /// The alias.
        alias: String,
    },
    /// A logged model.
    Logged {
        /// Its id.
        id: String,
    },
    /// A folder among a run's files.
    Run {
        /// The run.
        run: String,
        /// The folder.
        path: String,
    },
    /// A folder on the web, absolute or relative to the page.
    Folder {
        /// Its address.
        url: String,
    },
}

impl ModelSource {
    /// Reads an address. `None` for one that names nothing that could be read.
    pub(crate) fn parse(text: &str) -> Option<ModelSource> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("models:/") {
            let rest = rest.trim_matches('/');
            if is_logged_model(rest) {
                return Some(ModelSource::Logged { id: rest.to_owned() });
            }
            let split = rest.rsplit_once('/').or_else(|| rest.rsplit_once('@'));
            let (name, which) =
                split.filter(|(name, which)| !name.is_empty() && !which.is_empty())?;
            let (name, which) = (name.to_owned(), which.to_owned());
            return Some(if rest.contains('/') && which.bytes().all(|b| b.is_ascii_digit()) {
                ModelSource::Version { name, version: which }
            } else {
                ModelSource::Alias { name, alias: which }
            });
        }
        if let Some(rest) = text.strip_prefix("runs:/") {
            let (run, path) = rest.trim_matches('/').split_once('/')?;
            return Some(ModelSource::Run { run: run.to_owned(), path: path.to_owned() });
        }
        let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let on_the_web = match scheme.as_deref() {
            None | Some("http" | "https") => true,
            Some(scheme) => scheme.contains(['/', '.', '?']),
        };
        (on_the_web && !text.is_empty()).then(|| {
            let folder = text.trim_end_matches("MLmodel").trim_end_matches('/');
            ModelSource::Folder { url: format!("{folder}/") }
        })
    }

    /// The address of the same, as MLflow writes it.
    pub(crate) fn uri(&self) -> String {
        match self {
            ModelSource::Version { name, version } => format!("models:/{name}/{version}"),
            ModelSource::Alias { name, alias } => format!("models:/{name}@{alias}"),
            ModelSource::Logged { id } => format!("models:/{id}"),
            ModelSource::Run { run, path } => format!("runs:/{run}/{path}"),
            ModelSource::Folder { url } => url.clone(),
        }
    }

    /// What a person would call it: the name and which one it is, without what
    /// an address needs besides. `name` is what a logged model is called, once
    /// that is known.
    pub(crate) fn words(&self, name: Option<&str>) -> String {
        match self {
            ModelSource::Version { name, version } => tf("{0}, version {1}", &[name, version]),
            ModelSource::Alias { name, alias } => format!("{name} @{alias}"),
            ModelSource::Logged { id } => name.unwrap_or(id).to_owned(),
            ModelSource::Run { run, path } => tf("{0} of the run {1}", &[path, run]),
            ModelSource::Folder { .. } => self.served_as().0,
        }
    }

    /// The name and version under which it is served in the page.
    pub(crate) fn served_as(&self) -> (String, String) {
        let last = |path: &str| {
            let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            if name.is_empty() || name == "." { "model".to_owned() } else { name.to_owned() }
        };
        match self {
            ModelSource::Version { name, version } => (name.clone(), version.clone()),
            ModelSource::Alias { name, alias } => (name.clone(), alias.clone()),
            ModelSource::Logged { id } => (id.clone(), "1".to_owned()),
            ModelSource::Run { path, .. } => (last(path), "1".to_owned()),
            ModelSource::Folder { url } => (last(url), "1".to_owned()),
        }
    }
}

/// The address of a version.
pub(crate) fn version_uri(version: &ModelVersion) -> String {
    let (name, version) = (version.name.clone(), version.version.clone());
    ModelSource::Version { name, version }.uri()
}

/// The address of a logged model.
pub(crate) fn logged_uri(model_id: &str) -> String {
    ModelSource::Logged { id: model_id.to_owned() }.uri()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "m-0123456789abcdef0123456789abcdef";

    #[test]
    fn addresses_are_read_as_mlflow_writes_them() {
        let version = |name: &str, version: &str| ModelSource::Version {
            name: name.into(),
            version: version.into(),
        };
        let alias =
            |name: &str, alias: &str| ModelSource::Alias { name: name.into(), alias: alias.into() };
        let folder = |url: &str| ModelSource::Folder { url: url.into() };
        for (text, expected) in [
            ("models:/iris/3", Some(version("iris", "3"))),
            ("models:/a b/12", Some(version("a b", "12"))),
            ("models:/iris@best", Some(alias("iris", "best"))),
            ("models:/iris/latest", Some(alias("iris", "latest"))),
            (&format!("models:/{MODEL}"), Some(ModelSource::Logged { id: MODEL.into() })),
            ("runs:/0a/x/y", Some(ModelSource::Run { run: "0a".into(), path: "x/y".into() })),
            ("./models/demo", Some(folder("./models/demo/"))),
            ("https://h/m/MLmodel", Some(folder("https://h/m/"))),
            ("models:/iris", None),
            ("models:/@x", None),
            ("runs:/0a", None),
            ("javascript:alert(1)", None),
            ("s3://bucket/x", None),
            ("", None),
        ] {
            assert_eq!(ModelSource::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_person_reads_its_name_and_which_one_it_is() {
        for (text, name, expected) in [
            ("models:/iris/3", Some("model"), "iris, version 3"),
            ("models:/iris@best", None, "iris @best"),
            (&format!("models:/{MODEL}"), None, MODEL),
            (&format!("models:/{MODEL}"), Some("model"), "model"),
            ("runs:/0a/x/y", None, "x/y of the run 0a"),
            ("https://h/a/demo/MLmodel", Some("model"), "demo"),
        ] {
            assert_eq!(ModelSource::parse(text).unwrap().words(name), expected, "{text}");
        }
    }

    #[test]
    fn the_name_that_it_is_served_under_is_never_empty() {
        for text in ["./", "models:/iris/3", "https://h/m/", "runs:/0a/model"] {
            let (name, version) = ModelSource::parse(text).unwrap().served_as();
            assert!(!name.is_empty() && !version.is_empty(), "{text}");
        }
    }
}
