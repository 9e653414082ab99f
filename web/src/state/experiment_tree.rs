//! Experiments as folders: `/` in a name makes one.

use std::collections::{BTreeMap, BTreeSet};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// A folder: its whole path, how deep it lies, how many experiments are below
    /// it, and whether they are shown.
    Folder {
        /// The path, without a slash at its end.
        path: String,
        /// How deep it lies.
        depth: usize,
        /// How many experiments are in it and in its folders.
        many: usize,
        /// Whether they are shown.
        open: bool,
    },
    /// An experiment: its place in the list that the server gave.
    Experiment {
        /// The place.
        at: usize,
        /// How deep it lies.
        depth: usize,
    },
}

/// The folder and the last part of a name. Slashes at the ends make no folder.
pub(crate) fn split(name: &str) -> (&str, &str) {
    match name.rfind('/') {
        Some(at) if at > 0 && at + 1 < name.len() => {
            let (folder, leaf) = name.split_at(at);
            (folder, leaf.strip_prefix('/').unwrap_or(leaf))
        }
        _ => ("", name),
    }
}

/// The rows of the list: what is starred first, as it is; then folders and
/// experiments in the order in which the server gave them. `below` shows one
/// folder only.
pub(crate) fn rows(names: &[(&str, bool)], closed: &BTreeSet<String>, below: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let starred = names.iter().enumerate().filter(|(_, (_, starred))| *starred);
    if below.is_empty() {
        rows.extend(starred.map(|(at, _)| Row::Experiment { at, depth: 0 }));
    }
    let mut root = Folder::default();
    for (at, (name, starred)) in names.iter().enumerate() {
        if *starred && below.is_empty() {
            continue;
        }
        let (folder, _) = split(name);
        let inside = match folder.strip_prefix(below) {
            Some(rest) if below.is_empty() || rest.is_empty() || rest.starts_with('/') => rest,
            _ => continue,
        };
        root.add(inside.split('/').filter(|part| !part.is_empty()), at);
    }
    root.list(below, 0, closed, &mut rows);
    rows
}

#[derive(Default)]
struct Folder<'a> {
    /// In the order in which they came.
    entries: Vec<Entry<'a>>,
    folders: BTreeMap<&'a str, Folder<'a>>,
    many: usize,
}

enum Entry<'a> {
    Folder(&'a str),
    Experiment(usize),
}

impl<'a> Folder<'a> {
    fn add(&mut self, mut path: impl Iterator<Item = &'a str>, at: usize) {
        self.many += 1;
        let Some(part) = path.next() else { return self.entries.push(Entry::Experiment(at)) };
        if !self.folders.contains_key(part) {
            self.entries.push(Entry::Folder(part));
        }
        // Boxed: a path of any depth is one type.
        let rest: Box<dyn Iterator<Item = &'a str>> =
            Box::new(path.collect::<Vec<_>>().into_iter());
        self.folders.entry(part).or_default().add(rest, at);
    }

    fn list(&self, path: &str, depth: usize, closed: &BTreeSet<String>, rows: &mut Vec<Row>) {
        for entry in &self.entries {
            match entry {
                Entry::Experiment(at) => rows.push(Row::Experiment { at: *at, depth }),
                Entry::Folder(part) => {
                    let Some(folder) = self.folders.get(part) else { continue };
                    let slash = if path.is_empty() { "" } else { "/" };
                    let path = format!("{path}{slash}{part}");
                    let open = !closed.contains(&path);
                    let many = folder.many;
                    rows.push(Row::Folder { path: path.clone(), depth, many, open });
                    if open {
                        folder.list(&path, depth + 1, closed, rows);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, depth: usize, many: usize, open: bool) -> Row {
        Row::Folder { path: path.into(), depth, many, open }
    }

    fn experiment(at: usize, depth: usize) -> Row {
        Row::Experiment { at, depth }
    }

    const NAMES: [(&str, bool); 6] = [
        ("team/vision/cifar", false),
        ("alone", false),
        ("team/nlp", false),
        ("star/red", true),
        ("team/vision/mnist", false),
        ("/odd/", false),
    ];

    #[test]
    fn folders_stand_where_their_first_experiment_would() {
        let none = BTreeSet::new();
        let expected = [
            experiment(3, 0),
            folder("team", 0, 3, true),
            folder("team/vision", 1, 2, true),
            experiment(0, 2),
            experiment(4, 2),
            experiment(2, 1),
            experiment(1, 0),
            experiment(5, 0),
        ];
        assert_eq!(rows(&NAMES, &none, ""), expected);
    }

    #[test]
    fn a_closed_folder_hides_what_is_in_it() {
        let closed = BTreeSet::from(["team".to_owned()]);
        let expected =
            [experiment(3, 0), folder("team", 0, 3, false), experiment(1, 0), experiment(5, 0)];
        assert_eq!(rows(&NAMES, &closed, ""), expected);
    }

    #[test]
    fn one_folder_can_be_looked_into() {
        let expected = [
            folder("team/vision", 0, 2, true),
            experiment(0, 1),
            experiment(4, 1),
            experiment(2, 0),
        ];
        assert_eq!(rows(&NAMES, &BTreeSet::new(), "team"), expected);
        assert_eq!(rows(&NAMES, &BTreeSet::new(), "te"), []);
    }

    #[test]
    fn slashes_at_the_ends_make_no_folder() {
        assert_eq!(split("a/b/c"), ("a/b", "c"));
        for name in ["a", "/a", "a/", "/", ""] {
            assert_eq!(split(name), ("", name));
        }
    }
}
