//! Where a registered version's files are read from.

use mlflow_client::FileRoot;

/// The root and the folder below it of a version that was registered from
/// `source`. What no run and no logged model has is read as the version's.
pub(crate) fn place(
    source: &str,
    run_id: &str,
    model_id: &str,
    name: &str,
    version: &str,
) -> (FileRoot, String) {
    let logged = |id: &str| (FileRoot::LoggedModel { model_id: id.to_owned() }, String::new());
    if let Some(id) = source.strip_prefix("models:/").filter(|id| is_logged_model(id)) {
        return logged(id.trim_end_matches('/'));
    }
    if is_logged_model(model_id) {
        return logged(model_id);
    }
    let in_run = match source.strip_prefix("runs:/") {
        Some(rest) => rest.split_once('/'),
        None if run_id.is_empty() => None,
        None => source.split_once(&format!("/{run_id}/artifacts/")).map(|(_, path)| (run_id, path)),
    };
    match in_run {
        Some((run, path)) => {
            (FileRoot::Run { run_id: run.to_owned() }, path.trim_matches('/').to_owned())
        }
        None => {
            let (name, version) = (name.to_owned(), version.to_owned());
            (FileRoot::Version { name, version }, String::new())
        }
    }
}

/// Whether a text is the id of a logged model.
pub(crate) fn is_logged_model(id: &str) -> bool {
    let id = id.trim_end_matches('/');
    id.starts_with("m-") && !id.contains(['/', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_where_its_source_is() {
        let version = || FileRoot::Version { name: "iris".into(), version: "1".into() };
        let run = || FileRoot::Run { run_id: "0a".into() };
        let logged = || FileRoot::LoggedModel { model_id: "m-1".into() };
        for (source, run_id, model_id, expected) in [
            ("models:/m-1", "", "", (logged(), "")),
            ("mlflow-artifacts:/1/models/m-1/artifacts", "", "m-1", (logged(), "")),
            ("runs:/0a/deep/model", "", "", (run(), "deep/model")),
            ("mlflow-artifacts:/1/0a/artifacts/model", "0a", "", (run(), "model")),
            ("s3://bucket/elsewhere", "0a", "", (version(), "")),
            ("models:/other/3", "", "", (version(), "")),
        ] {
            let (root, path) = place(source, run_id, model_id, "iris", "1");
            assert_eq!((root, path.as_str()), expected, "{source}");
        }
    }
}
