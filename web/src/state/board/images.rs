//! The images that runs log: what the names of their files say, and which of
//! them a grid shows where.
//!
//! `mlflow.log_image` with a key writes two files into the folder `images`:
//! `dogs+step+3+timestamp+1700000000000+<uuid>.png`, and the same in small as
//! `…+compressed.webp`. A slash of the key is a `~`. Clients before 3.5 wrote `%`
//! for `+`, and `#` for `~`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mlflow_api::FileInfo;

use crate::state::files::paths::{below_root, name};

/// The folder in which images with a key are.
pub(crate) const FOLDER: &str = "images";
/// How many columns of steps a grid has at most.
const MOST_STEPS: usize = 24;
/// The endings of pictures that every browser shows.
const PICTURES: [&str; 8] = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "svg", "avif"];

/// An image of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    /// Its key; of one without, its path.
    pub(crate) key: Arc<str>,
    /// Its step; `None` of a picture that was logged as a file.
    pub(crate) step: Option<i64>,
    /// The path of the file.
    pub(crate) path: Arc<str>,
    /// The path of a small one, and how many bytes it has, if that is known.
    pub(crate) small: (Arc<str>, Option<u64>),
}

/// What the name of a file says.
struct Named<'a> {
    key: String,
    step: i64,
    timestamp: i64,
    /// The same for the whole picture and the small one.
    id: &'a str,
    small: bool,
}

impl Named<'_> {
    fn parse(name: &str) -> Option<Named<'_>> {
        let (stem, _) = name.rsplit_once('.')?;
        let mark = if stem.contains('%') { '%' } else { '+' };
        let mut parts = stem.split(mark);
        let key = parts.next().filter(|key| !key.is_empty())?.replace(['~', '#'], "/");
        let mut number = |label| {
            let labelled = parts.next() == Some(label);
            parts.next().filter(|_| labelled)?.parse::<i64>().ok()
        };
        let (step, timestamp) = (number("step")?, number("timestamp")?);
        let whole = stem.strip_suffix("compressed").and_then(|id| id.strip_suffix(mark));
        Some(Named { key, step, timestamp, id: whole.unwrap_or(stem), small: whole.is_some() })
    }
}

/// A picture while its files are gathered.
#[derive(Default)]
struct Slot<'a> {
    timestamp: i64,
    id: &'a str,
    whole: Option<(Arc<str>, Option<u64>)>,
    small: Option<(Arc<str>, Option<u64>)>,
}

/// The images among the files of a folder, by key and step. Of several with the
/// same, the last that was logged.
pub(crate) fn images(folder: &str, files: &[FileInfo]) -> Vec<Image> {
    let mut slots: BTreeMap<(String, Option<i64>), Slot<'_>> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.is_dir && is_picture(&file.path)) {
        let path: Arc<str> = below_root(folder, &file.path).into();
        let size = file.file_size.and_then(|size| u64::try_from(size).ok());
        let own = || Named {
            key: path.to_string(),
            step: 0,
            timestamp: 0,
            id: name(&file.path),
            small: false,
        };
        let named = Named::parse(name(&file.path)).filter(|_| folder == FOLDER);
        let step = named.as_ref().map(|named| named.step);
        let Named { key, timestamp, id, small, .. } = named.unwrap_or_else(own);
        let slot = slots.entry((key, step)).or_default();
        if slot.id.is_empty() || (timestamp, id) > (slot.timestamp, slot.id) {
            *slot = Slot { timestamp, id, ..Slot::default() };
        }
        if slot.id == id {
            *(if small { &mut slot.small } else { &mut slot.whole }) = Some((path, size));
        }
    }
    let made = slots.into_iter().filter_map(|((key, step), slot)| {
        let whole = slot.whole.or_else(|| slot.small.clone())?;
        let small = slot.small.unwrap_or_else(|| whole.clone());
        Some(Image { key: key.into(), step, path: whole.0, small })
    });
    made.collect()
}

fn is_picture(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| PICTURES.contains(&&*ending))
}

/// A column of a grid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ImageColumn {
    /// The images of a key, at the step that is shown.
    Key(Arc<str>),
    /// The images of a step, of the key that is shown.
    Step(Arc<str>, i64),
}

/// What a grid can show of some runs' images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Catalogue {
    /// The keys, those that are wanted alone.
    pub(crate) keys: Vec<Arc<str>>,
    /// The steps at which they were logged, in order.
    pub(crate) steps: Vec<i64>,
    /// How many images there are.
    pub(crate) count: usize,
}

impl Catalogue {
    /// What there is of the keys that are wanted, or of all if none is.
    pub(crate) fn of<'a>(images: impl Iterator<Item = &'a Image>, wanted: &[String]) -> Catalogue {
        let (mut keys, mut steps, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
        let fits = |key: &str| wanted.is_empty() || wanted.iter().any(|known| known == key);
        for image in images.filter(|image| fits(&image.key)) {
            keys.insert(&image.key);
            steps.extend(image.step);
            count += 1;
        }
        let mut keys: Vec<Arc<str>> = keys.into_iter().cloned().collect();
        // In the order in which they were chosen.
        keys.sort_by_key(|key| wanted.iter().position(|known| **known == **key));
        Catalogue { keys, steps: steps.into_iter().collect(), count }
    }

    /// The place among the steps of the one to show: the last at or before the
    /// wanted one, else the first; the last of all if none is wanted.
    pub(crate) fn place(&self, wanted: Option<i64>) -> usize {
        let before = |wanted| self.steps.partition_point(|step| *step <= wanted);
        wanted.map_or(self.steps.len(), before).saturating_sub(1)
    }

    /// A column for each key.
    pub(crate) fn by_key(&self) -> Vec<ImageColumn> {
        self.keys.iter().cloned().map(ImageColumn::Key).collect()
    }

    /// A column for each of the last steps up to a place, of the first key.
    pub(crate) fn by_step(&self, place: usize) -> Vec<ImageColumn> {
        let Some(key) = self.keys.first() else { return Vec::new() };
        let end = (place + 1).min(self.steps.len());
        let steps = self.steps.get(end.saturating_sub(MOST_STEPS)..end).unwrap_or_default();
        steps.iter().map(|step| ImageColumn::Step(Arc::clone(key), *step)).collect()
    }
}

/// The image of a run in a column. Where a step is shown at which the run logged
/// none, it is the last before it.
pub(crate) fn image_in(images: &[Image], column: &ImageColumn, step: Option<i64>) -> Option<Image> {
    let found = match column {
        ImageColumn::Key(key) => images
            .iter()
            .filter(|image| image.key == *key)
            .filter(|image| step.is_none_or(|step| image.step.is_none_or(|own| own <= step)))
            .max_by_key(|image| image.step),
        ImageColumn::Step(key, step) => {
            images.iter().find(|image| image.key == *key && image.step == Some(*step))
        }
    };
    found.cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<FileInfo> {
        let file = |path: &&str| FileInfo {
            path: (*path).to_owned(),
            file_size: Some(7),
            ..FileInfo::default()
        };
        names.iter().map(file).collect()
    }

    fn shapes(images: &[Image]) -> Vec<(&str, Option<i64>, &str, &str)> {
        let shapes = images.iter().map(|image| {
            let Image { key, step, path, small } = image;
            (&**key, *step, &**path, &*small.0)
        });
        shapes.collect()
    }

    #[test]
    fn names_of_all_clients_are_understood() {
        let found = images(
            "images",
            &files(&[
                "images/dogs+step+3+timestamp+17+ab-c.png",
                "images/dogs+step+3+timestamp+17+ab-c+compressed.webp",
                "images/a~b%step%0%timestamp%17%ab-c.png",
                "c d#e%step%-2%timestamp%17%ab-c.png",
                "images/notes.txt",
                "images/plain.JPG",
            ]),
        );
        assert_eq!(
            shapes(&found),
            [
                (
                    "a/b",
                    Some(0),
                    "images/a~b%step%0%timestamp%17%ab-c.png",
                    "images/a~b%step%0%timestamp%17%ab-c.png"
                ),
                (
                    "c d/e",
                    Some(-2),
                    "images/c d#e%step%-2%timestamp%17%ab-c.png",
                    "images/c d#e%step%-2%timestamp%17%ab-c.png"
                ),
                (
                    "dogs",
                    Some(3),
                    "images/dogs+step+3+timestamp+17+ab-c.png",
                    "images/dogs+step+3+timestamp+17+ab-c+compressed.webp"
                ),
                ("images/plain.JPG", None, "images/plain.JPG", "images/plain.JPG"),
            ]
        );
    }

    #[test]
    fn of_several_with_the_same_key_and_step_the_last_counts() {
        let found = images(
            "images",
            &files(&[
                "k+step+1+timestamp+20+new.png",
                "k+step+1+timestamp+10+old.png",
                "k+step+1+timestamp+10+old+compressed.webp",
            ]),
        );
        let path = "images/k+step+1+timestamp+20+new.png";
        assert_eq!(shapes(&found), [("k", Some(1), path, path)]);
    }

    #[test]
    fn a_name_that_only_looks_like_one_is_a_plain_picture() {
        for odd in ["k+step+x+timestamp+1+u.png", "+step+1+timestamp+1+u.png", "k+step+1.png"] {
            let found = images("images", &files(&[odd]));
            assert_eq!(found.first().map(|image| image.step), Some(None), "{odd}");
        }
        let elsewhere = images("plots", &files(&["plots/k+step+1+timestamp+1+u.png"]));
        assert_eq!(elsewhere.first().map(|image| image.step), Some(None));
    }

    #[test]
    fn a_grid_shows_the_last_image_at_or_before_its_step() {
        let found = images(
            "images",
            &files(&[
                "a+step+0+timestamp+1+u.png",
                "a+step+10+timestamp+1+v.png",
                "b+step+5+timestamp+1+w.png",
                "fixed.png",
            ]),
        );
        let all = Catalogue::of(found.iter(), &[]);
        assert_eq!(all.steps, [0, 5, 10]);
        assert_eq!(
            all.keys.iter().map(|key| &**key).collect::<Vec<_>>(),
            ["a", "b", "images/fixed.png"]
        );
        assert_eq!((all.place(None), all.place(Some(7)), all.place(Some(-1))), (2, 1, 0));
        let step = |column: &ImageColumn, step| image_in(&found, column, step).map(|i| i.step);
        let columns = all.by_key();
        assert_eq!(step(&columns[0], Some(5)), Some(Some(0)));
        assert_eq!(step(&columns[0], None), Some(Some(10)));
        assert_eq!(step(&columns[1], Some(4)), None);
        assert_eq!(step(&columns[2], Some(4)), Some(None));
        let steps = all.by_step(1);
        assert_eq!(steps.len(), 2);
        assert_eq!(step(&steps[0], None), Some(Some(0)));
        assert_eq!(step(&steps[1], None), None, "a logged nothing at 5");
        let some = Catalogue::of(found.iter(), &["b".into(), "a".into()]);
        assert_eq!(some.by_key(), [ImageColumn::Key("b".into()), ImageColumn::Key("a".into())]);
        assert_eq!(Catalogue::of([].iter(), &[]).by_step(0), []);
    }
}
