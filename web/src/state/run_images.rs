//! The images of runs, as far as they have come: which there are, asked for a few
//! runs at a time, and the pictures themselves, of which the last ones are kept.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use leptos::prelude::*;
use mlflow_client::{Error, FileRoot};

use crate::components::failure::words;

use super::board::images::{FOLDER, Image, images};
use super::download::object_url;
use super::files::kind::{View, views};
use super::files::paths::name;
use super::files::picture::{MOST_PIXELS, size};
use super::language::{t, tf};
use super::session::Mlflow;
use super::turns::Turns;

/// How many requests are under way at the same time.
const AT_ONCE: usize = 6;
/// How many pictures are kept.
const MOST_KEPT: usize = 300;

/// Which images a run has.
#[derive(Clone, Debug)]
pub(crate) enum Listing {
    /// Nobody knows yet.
    Loading,
    /// These.
    Ready(Arc<Vec<Image>>),
    /// The server did not say.
    Failed(Error),
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Picture {
    /// It is on its way.
    Loading,
    /// Its address within the page.
    Ready(String),
    /// Why it is not there.
    Failed(String),
}

/// A run's id, and the folder or file.
type Key = (Arc<str>, Arc<str>);

/// The images. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct RunImages {
    client: StoredValue<Mlflow>,
    turns: Turns,
    listings: StoredValue<HashMap<Key, ArcRwSignal<Listing>>>,
    /// Changes when a listing is added.
    listed: RwSignal<usize>,
    pictures: StoredValue<HashMap<Key, ArcRwSignal<Picture>>>,
    /// The pictures in the order in which they were asked for.
    order: StoredValue<VecDeque<Key>>,
}

impl RunImages {
    /// None yet. The pictures go with the present owner.
    pub(crate) fn new(client: Mlflow) -> RunImages {
        let images = RunImages {
            client: StoredValue::new(client),
            turns: Turns::new(AT_ONCE),
            listings: StoredValue::default(),
            listed: RwSignal::new(0),
            pictures: StoredValue::default(),
            order: StoredValue::default(),
        };
        let pictures = images.pictures;
        on_cleanup(move || {
            pictures.try_with_value(|pictures| pictures.values().for_each(let_go));
        });
        images
    }

    /// Which images a run has: those with a key, and the pictures of `folder`, of
    /// the root if it is empty. Asks if nobody has yet.
    pub(crate) fn listing(self, run: &Arc<str>, folder: &str) -> Listing {
        let key = (Arc::clone(run), folder.into());
        let known = self.listings.with_value(|listings| listings.get(&key).cloned());
        let listing = known.unwrap_or_else(|| {
            let listing = ArcRwSignal::new(Listing::Loading);
            self.listings.update_value(|all| drop(all.insert(key.clone(), listing.clone())));
            self.list(key, listing.clone());
            self.listed.update(|listed| *listed += 1);
            listing
        });
        listing.get()
    }

    /// The keys of the images that are known.
    pub(crate) fn keys(self) -> BTreeSet<String> {
        self.listed.track();
        let listings = self.listings.with_value(|all| all.values().cloned().collect::<Vec<_>>());
        let mut keys = BTreeSet::new();
        for listing in listings {
            if let Listing::Ready(images) = listing.get() {
                keys.extend(images.iter().map(|image| image.key.to_string()));
            }
        }
        keys
    }

    /// Asks again which images a run has; what is there stays until then.
    pub(crate) fn refresh(self, run: &Arc<str>) {
        let known = self.listings.with_value(|listings| {
            let of_run = listings.iter().filter(|(key, _)| key.0 == *run);
            of_run.map(|(key, listing)| (key.clone(), listing.clone())).collect::<Vec<_>>()
        });
        for (key, listing) in known {
            self.list(key, listing);
        }
    }

    fn list(self, (run, folder): Key, listing: ArcRwSignal<Listing>) {
        self.turns.queue(async move {
            let Some(client) = self.client.try_get_value() else { return };
            let now = match list(&client, &run, &folder).await {
                Ok(found) => Listing::Ready(Arc::new(found)),
                Err(error) => Listing::Failed(error),
            };
            let same = listing.with_untracked(|before| match (before, &now) {
                (Listing::Ready(before), Listing::Ready(now)) => before == now,
                // What is there stays while a refresh fails.
                (Listing::Ready(_), Listing::Failed(_)) => true,
                _ => false,
            });
            if !same {
                listing.set(now);
            }
        });
    }

    /// A picture of a run. Asks for it if nobody has yet.
    pub(crate) fn picture(self, run: &Arc<str>, path: &Arc<str>) -> Picture {
        let key = (Arc::clone(run), Arc::clone(path));
        let known = self.pictures.with_value(|pictures| pictures.get(&key).cloned());
        let picture = known.unwrap_or_else(|| self.read(key));
        picture.get()
    }

    /// Asks again for a picture that did not come.
    pub(crate) fn retry(self, run: &Arc<str>, path: &Arc<str>) {
        let key = (Arc::clone(run), Arc::clone(path));
        let known = self.pictures.with_value(|pictures| pictures.get(&key).cloned());
        if let Some(picture) = known {
            picture.set(Picture::Loading);
            self.fetch(key, picture);
        }
    }

    fn read(self, key: Key) -> ArcRwSignal<Picture> {
        let picture = ArcRwSignal::new(Picture::Loading);
        self.order.update_value(|order| {
            order.push_back(key.clone());
            let old = (order.len() > MOST_KEPT).then(|| order.pop_front()).flatten();
            self.pictures.update_value(|pictures| {
                if let Some(old) = old.and_then(|old| pictures.remove(&old)) {
                    let_go(&old);
                }
                pictures.insert(key.clone(), picture.clone());
            });
        });
        self.fetch(key, picture.clone());
        picture
    }

    fn fetch(self, (run, path): Key, picture: ArcRwSignal<Picture>) {
        self.turns.queue(async move {
            let Some(client) = self.client.try_get_value() else { return };
            let root = FileRoot::Run { run_id: run.to_string() };
            let now = match client.read_file(&root, &path, None).await {
                Ok(file) => shown(&path, &file.bytes),
                Err(error) => Picture::Failed(words(&error)),
            };
            // The page may be gone, and nobody would let go of the picture.
            if self.pictures.is_disposed() {
                return let_go(&ArcRwSignal::new(now));
            }
            picture.set(now);
        });
    }
}

/// Gives the memory of a picture back.
fn let_go(picture: &ArcRwSignal<Picture>) {
    if let Picture::Ready(url) = picture.get_untracked() {
        web_sys::Url::revoke_object_url(&url).ok();
    }
}

/// The images with a key, and the pictures of a folder. Servers differ in what
/// they say of a folder that is not there, so it is looked for first.
async fn list(client: &Mlflow, run: &str, folder: &str) -> Result<Vec<Image>, Error> {
    let root = FileRoot::Run { run_id: run.to_owned() };
    let top = client.list_files(&root, "").await?;
    let mut found = Vec::new();
    if top.iter().any(|file| file.is_dir && name(&file.path) == FOLDER) {
        found = images(FOLDER, &client.list_files(&root, FOLDER).await?);
    }
    if folder.is_empty() {
        found.extend(images("", &top));
    } else if folder != FOLDER {
        found.extend(images(folder, &client.list_files(&root, folder).await?));
    }
    Ok(found)
}

/// Bytes as a picture, unless they would fill all memory, or are none.
fn shown(path: &str, bytes: &[u8]) -> Picture {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let media = views(path, head).into_iter().find_map(|view| match view {
        View::Picture(media) => Some(media),
        _ => None,
    });
    if let Some((width, height)) = size(head)
        && width.saturating_mul(height) > MOST_PIXELS
    {
        return Picture::Failed(tf(
            "This picture would be {0} × {1} pixels, which is too large to draw.",
            &[&width, &height],
        ));
    }
    match media.and_then(|media| object_url(bytes, media)) {
        Some(url) => Picture::Ready(url),
        None => Picture::Failed(
            t("The browser can't show this file: it is broken, or of an unknown kind.").to_owned(),
        ),
    }
}
