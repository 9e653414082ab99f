//! Which files of a picked folder make up the model.

use super::format::{bytes, count};

/// The largest model that the page loads. Engine and model share the memory of
/// one tab, and wasm can address 4 GB of it.
pub(crate) const LARGEST: u64 = 1_000_000_000;
/// The most files that a model may have.
const MOST_FILES: usize = 256;
/// The most entries of a folder that are looked at.
pub(crate) const MOST_ENTRIES: usize = 10_000;

/// A file of the picked folder, and what the model calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Its position in the listing.
    pub(crate) index: usize,
    /// Its path relative to `MLmodel`.
    pub(crate) path: String,
}

/// Picks what a model is made of from a listing of paths and sizes: `MLmodel`,
/// `*.onnx`, `*.data` and the examples, under the topmost folder that has an
/// `MLmodel`. Nothing else is read.
///
/// # Errors
/// Why the folder is not a model that can be loaded, and what to do.
pub(crate) fn choose(listing: &[(String, u64)]) -> Result<Vec<Chosen>, String> {
    let root = root(listing).ok_or_else(|| {
        format!(
            "No file named MLmodel among the {} files of this folder. \
                 Choose the folder that mlflow.onnx.save_model wrote, or that was \
                 downloaded from the registry.",
            count(listing.len())
        )
    })?;
    let chosen: Vec<(Chosen, u64)> = listing
        .iter()
        .enumerate()
        .filter_map(|(index, (path, size))| {
            let path = path.strip_prefix(root)?;
            is_part(path).then(|| (Chosen { index, path: path.to_owned() }, *size))
        })
        .collect();
    if !chosen.iter().any(|(file, _)| file.path.ends_with(".onnx")) {
        return Err("This model has no .onnx file. The page runs models of the ONNX flavor; \
                    save it with mlflow.onnx.save_model."
            .into());
    }
    if chosen.len() > MOST_FILES {
        return Err(format!(
            "This model has {} files; the page loads at most {MOST_FILES}.",
            count(chosen.len())
        ));
    }
    let total: u64 = chosen.iter().map(|(_, size)| size).sum();
    if total > LARGEST {
        return Err(format!(
            "This model is {}; the page loads at most {}.",
            bytes(total),
            bytes(LARGEST)
        ));
    }
    Ok(chosen.into_iter().map(|(file, _)| file).collect())
}

/// What the folder of the model is called; nothing where its files are alone.
pub(crate) fn folder_name(listing: &[(String, u64)]) -> Option<String> {
    let root = root(listing)?.trim_end_matches('/');
    let name = root.rsplit('/').next().unwrap_or(root);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The topmost folder that has an `MLmodel`, with a slash behind it.
fn root(listing: &[(String, u64)]) -> Option<&str> {
    listing
        .iter()
        .filter_map(|(path, _)| path.strip_suffix("MLmodel"))
        .filter(|root| root.is_empty() || root.ends_with('/'))
        .min_by_key(|root| root.len())
}

fn is_part(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path == "MLmodel"
        || matches!(name, "serving_input_example.json" | "input_example.json")
        || name.ends_with(".onnx")
        || name.ends_with(".data")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(paths: &[&str]) -> Vec<(String, u64)> {
        paths.iter().map(|path| ((*path).to_owned(), 10)).collect()
    }

    #[test]
    fn only_the_model_is_read() {
        let files = listing(&[
            "big/28616ae0.data",
            "big/MLmodel",
            "big/conda.yaml",
            "big/model.onnx",
            "big/serving_input_example.json",
            "big/requirements.txt",
        ]);
        let paths: Vec<_> = choose(&files).unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["28616ae0.data", "MLmodel", "model.onnx", "serving_input_example.json"]);
    }

    #[test]
    fn a_folder_around_the_model_will_do() {
        let files = listing(&["run/x.onnx", "run/model/MLmodel", "run/model/sub/net.onnx"]);
        let chosen = choose(&files).unwrap();
        assert_eq!(
            chosen,
            [
                Chosen { index: 1, path: "MLmodel".into() },
                Chosen { index: 2, path: "sub/net.onnx".into() }
            ]
        );
    }

    #[test]
    fn the_folder_has_a_name() {
        let name = |paths: &[&str]| folder_name(&listing(paths));
        assert_eq!(name(&["run/model/MLmodel", "run/x"]).as_deref(), Some("model"));
        assert_eq!(name(&["MLmodel"]), None);
        assert_eq!(name(&["x"]), None);
    }

    #[test]
    fn other_folders_are_refused_in_words() {
        assert!(choose(&listing(&["a/NotMLmodel", "a/b.txt"])).unwrap_err().contains("2 files"));
        assert!(choose(&listing(&["a/MLmodel", "a/model.pkl"])).unwrap_err().contains("ONNX"));
        let mut huge = listing(&["MLmodel", "model.onnx"]);
        huge[1].1 = LARGEST;
        assert!(choose(&huge).unwrap_err().contains("at most 1.0 GB"));
    }
}
