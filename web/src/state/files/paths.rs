//! Paths below a root, such as `model/MLmodel`.

/// The last part of a path.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder that a path is in; empty for the root.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders around a path, from the root (which is empty) on.
pub(crate) fn ancestors(path: &str) -> Vec<&str> {
    let inner = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    std::iter::once("").chain(inner.filter(|folder| !folder.is_empty())).collect()
}

/// A path below the root, for one that a listing of `folder` holds: some stores
/// say the bare name.
pub(crate) fn below_root(folder: &str, path: &str) -> String {
    let inside = path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    if folder.is_empty() || inside { path.to_owned() } else { format!("{folder}/{path}") }
}

/// A path below a folder, as a path below the root.
pub(crate) fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// The reverse of [`join`].
pub(crate) fn below<'a>(folder: &str, path: &'a str) -> &'a str {
    match folder {
        "" => path,
        folder => path.strip_prefix(folder).and_then(|p| p.strip_prefix('/')).unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_parts() {
        assert_eq!((name("a/b.txt"), parent("a/b.txt")), ("b.txt", "a"));
        assert_eq!((name("b"), parent("b")), ("b", ""));
        assert_eq!(ancestors("a/b/c.txt"), ["", "a", "a/b"]);
        assert_eq!(ancestors("c"), [""]);
        assert_eq!(below_root("a", "a/b"), "a/b");
        assert_eq!(below_root("a", "b"), "a/b");
        assert_eq!(below_root("a", "ab"), "a/ab");
        assert_eq!(below_root("", "b"), "b");
        for (folder, path) in [("", "a/b"), ("a", "b"), ("a/b", "c/d")] {
            assert_eq!(below(folder, &join(folder, path)), path);
        }
        assert_eq!(join("a", ""), "a");
    }
}
