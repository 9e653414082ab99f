//! What folders hold, as far as it is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::FileInfo;
use mlflow_client::{Error, FileRoot};

use crate::components::files::reading::Reader;
use crate::state::files::paths;
use crate::state::format::count;
use crate::state::language::tf;
use crate::state::model_place::ModelPlace;
use crate::state::session::Mlflow;

/// The most files of a folder that are downloaded together.
const MOST_BELOW: usize = 20_000;

/// A folder.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Listing {
    /// It was asked for.
    Waiting,
    /// What is in it, with paths below the root.
    Known(Arc<[FileInfo]>),
    /// Why it can't be listed.
    Failed(Error),
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Not known yet.
    Waiting,
    /// The root itself.
    Root,
    /// A folder.
    Folder,
    /// A file with its size, or something that no listing has: the server will
    /// say what that is.
    File(Option<u64>),
}

/// The folders below a root. A copyable handle.
#[derive(Clone, Copy)]
pub(super) struct Listings {
    client: StoredValue<Mlflow>,
    root: StoredValue<FileRoot>,
    /// The folder below the root that paths begin in.
    base: StoredValue<String>,
    folders: RwSignal<BTreeMap<String, Listing>>,
}

impl Listings {
    /// Nothing is known yet. Paths begin in the folder `base` below the root.
    pub(super) fn new(client: Mlflow, root: FileRoot, base: String) -> Listings {
        Listings {
            client: StoredValue::new(client),
            root: StoredValue::new(root),
            base: StoredValue::new(base),
            folders: RwSignal::default(),
        }
    }

    /// What is known about a folder.
    pub(super) fn get(self, folder: &str) -> Listing {
        self.folders.with(|all| all.get(folder).cloned()).unwrap_or(Listing::Waiting)
    }

    /// Asks for a folder, unless it was asked for already.
    pub(super) fn want(self, folder: &str) {
        if !self.folders.with_untracked(|all| all.contains_key(folder)) {
            self.load(folder.to_owned());
        }
    }

    /// Asks for a folder (again).
    pub(super) fn load(self, folder: String) {
        self.folders.update(|all| {
            all.insert(folder.clone(), Listing::Waiting);
        });
        let (client, root) = (self.client.get_value(), self.root.get_value());
        let base = self.base.get_value();
        spawn_local(async move {
            let whole = paths::join(&base, &folder);
            let listing = match list(&client, &root, &whole).await {
                Ok(mut files) => {
                    for file in &mut files {
                        let path = paths::below_root(&whole, &file.path);
                        file.path = paths::below(&base, &path).to_owned();
                    }
                    Listing::Known(files.into())
                }
                Err(error) => Listing::Failed(error),
            };
            self.folders.try_update(|all| all.insert(folder, listing));
        });
    }

    /// Whether there are no files at all.
    pub(super) fn is_empty(self) -> bool {
        self.folders
            .with(|all| matches!(all.get(""), Some(Listing::Known(files)) if files.is_empty()))
    }

    /// What a path leads to.
    pub(super) fn find(self, path: &str) -> Found {
        if path.is_empty() {
            return Found::Root;
        }
        match self.get(paths::parent(path)) {
            Listing::Waiting => Found::Waiting,
            Listing::Failed(_) => Found::File(None),
            Listing::Known(files) => match files.iter().find(|file| file.path == path) {
                Some(file) if file.is_dir => Found::Folder,
                file => Found::File(file.and_then(size)),
            },
        }
    }

    /// All files below a folder, however deep.
    ///
    /// # Errors
    /// Why one can't be listed, or that there are too many.
    pub(super) async fn below(self, folder: &str) -> Result<Vec<FileInfo>, String> {
        let (client, root) = (self.client.get_value(), self.root.get_value());
        let base = self.base.get_value();
        let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
        while let Some(folder) = folders.pop() {
            let whole = paths::join(&base, &folder);
            let listed = list(&client, &root, &whole).await.map_err(|error| error.to_string())?;
            for mut file in listed {
                let path = paths::below_root(&whole, &file.path);
                file.path = paths::below(&base, &path).to_owned();
                if file.is_dir { folders.push(file.path) } else { files.push(file) }
            }
            if folders.len() + files.len() > MOST_BELOW {
                return Err(tf("it has more than {0} files", &[&count(MOST_BELOW)]));
            }
        }
        Ok(files)
    }

    /// All files and folders that are known, in the order of their paths.
    pub(super) fn all(self) -> Vec<FileInfo> {
        self.folders.with(|all| {
            let known = all.values().filter_map(|listing| match listing {
                Listing::Known(files) => Some(files.iter().cloned()),
                _ => None,
            });
            known.flatten().collect()
        })
    }

    /// Where the model is whose folder is at a path, and what it is opened as.
    pub(super) fn model(self, path: &str) -> Option<(ModelPlace, String)> {
        let folder = self.base.with_value(|base| paths::join(base, path));
        let place = ModelPlace { root: self.root.get_value(), folder };
        let uri = place.uri()?;
        Some((place, uri))
    }

    /// The client of the server in use.
    pub(super) fn client(self) -> StoredValue<Mlflow> {
        self.client
    }

    /// What reads a file.
    pub(super) fn reader(self, path: String) -> Reader {
        let path = self.base.with_value(|base| paths::join(base, &path));
        Reader::new(self.client.get_value(), self.root.get_value(), path)
    }

    /// Whether nothing is at a path, as far as listings say.
    pub(super) fn lacks(self, path: &str) -> bool {
        let folder = paths::parent(path);
        match self.get(folder) {
            _ if path.is_empty() => false,
            Listing::Known(files) => !files.iter().any(|file| file.path == path),
            Listing::Failed(_) => false,
            // What is in no listing is not asked for.
            Listing::Waiting => !folder.is_empty() && self.lacks(folder),
        }
    }

    /// Whether a folder is known to be there.
    pub(super) fn has_folder(self, folder: &str) -> bool {
        matches!(self.find(folder), Found::Root | Found::Folder)
    }
}

/// What is in a folder. Of a version whose files nobody lists, what every model
/// has is known nevertheless.
async fn list(client: &Mlflow, root: &FileRoot, folder: &str) -> Result<Vec<FileInfo>, Error> {
    match root {
        FileRoot::Version { .. } => {
            Ok(vec![FileInfo { path: "MLmodel".to_owned(), ..FileInfo::default() }])
        }
        root => client.list_files(root, folder).await,
    }
}

/// How large a file is.
pub(super) fn size(file: &FileInfo) -> Option<u64> {
    file.file_size.and_then(|size| u64::try_from(size).ok())
}
