//! What a folder holds in several runs, path by path.

use std::collections::BTreeMap;

use mlflow_api::FileInfo;

/// A path that at least one of the runs has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The path.
    pub(crate) path: String,
    /// Whether it is a folder, in the first run that has it.
    pub(crate) is_folder: bool,
    /// For each run what it has there.
    pub(crate) sides: Vec<Side>,
}

/// What one run has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Nothing.
    Missing,
    /// A folder, or a file of an unknown size.
    There,
    /// A file of so many bytes.
    Bytes(u64),
}

/// How the runs agree on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// Some lack it.
    Partly,
    /// The sizes differ.
    Differs,
    /// All files have one size.
    SameSize,
    /// All have it; no more is known.
    Everywhere,
}

impl Row {
    /// How the runs agree.
    pub(crate) fn agreement(&self) -> Agreement {
        if self.sides.contains(&Side::Missing) {
            return Agreement::Partly;
        }
        let Some(first) = self.sides.first() else { return Agreement::Everywhere };
        match (self.sides.iter().all(|side| side == first), first) {
            (false, _) => Agreement::Differs,
            (true, Side::Bytes(_)) => Agreement::SameSize,
            (true, _) => Agreement::Everywhere,
        }
    }
}

/// The paths of a folder in all runs, folders first; `sides` are their listings,
/// `None` where one is not known.
pub(crate) fn rows(sides: &[Option<&[FileInfo]>]) -> Vec<Row> {
    let mut rows: BTreeMap<(bool, &str), Row> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, bool> = BTreeMap::new();
    for (nth, files) in sides.iter().enumerate() {
        for file in files.unwrap_or_default() {
            let is_folder = *kinds.entry(&file.path).or_insert(file.is_dir);
            let row = rows.entry((!is_folder, &file.path)).or_insert_with(|| Row {
                path: file.path.clone(),
                is_folder,
                sides: vec![Side::Missing; sides.len()],
            });
            let size = file.file_size.and_then(|size| u64::try_from(size).ok());
            if let Some(side) = row.sides.get_mut(nth) {
                *side = match size {
                    Some(size) if !file.is_dir => Side::Bytes(size),
                    _ => Side::There,
                };
            }
        }
    }
    rows.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, size: i64) -> FileInfo {
        FileInfo { path: path.into(), file_size: Some(size), ..FileInfo::default() }
    }

    fn folder(path: &str) -> FileInfo {
        FileInfo { path: path.into(), is_dir: true, ..FileInfo::default() }
    }

    #[test]
    fn paths_of_all_runs_stand_once() {
        let (first, second) = (
            [file("a", 1), file("b", 2), folder("z"), file("c", 3)],
            [file("b", 2), folder("z"), file("c", 4)],
        );
        let rows = rows(&[Some(&first), Some(&second)]);
        let found: Vec<_> = rows.iter().map(|row| (row.path.as_str(), row.agreement())).collect();
        assert_eq!(
            found,
            [
                ("z", Agreement::Everywhere),
                ("a", Agreement::Partly),
                ("b", Agreement::SameSize),
                ("c", Agreement::Differs),
            ]
        );
        assert_eq!(rows[1].sides, [Side::Bytes(1), Side::Missing]);
    }

    #[test]
    fn a_listing_that_is_not_known_has_nothing() {
        let files = [file("a", 1)];
        assert_eq!(rows(&[Some(&files), None])[0].agreement(), Agreement::Partly);
        assert!(rows(&[None, None]).is_empty());
    }
}
