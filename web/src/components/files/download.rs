//! A file, or a folder as one zip, written to the user's disk as it comes.

use std::time::Duration;

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::components::files::listings::{Listings, size};
use crate::components::files::preview::problem;
use crate::components::files::reading::Reader;
use crate::components::icon::{Glyph, Icon};
use crate::state::files::paths;
use crate::state::format::bytes;
use crate::state::language::{t, tf, tn};
use crate::state::viewers::{ask, viewer};

/// How often it is looked how far a download has come.
const LOOK: Duration = Duration::from_millis(200);

/// Files up to this size are held in memory, and no place for them is asked for.
const SMALL: u64 = 32 << 20;

/// What is downloaded.
#[derive(Clone)]
pub(super) enum What {
    /// A folder, by its path.
    Folder(Listings, String),
    /// A file, and how large it is as far as that is known.
    File(Reader, Option<u64>),
}

/// How far a download has come.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// It was not asked for.
    Idle,
    /// Folders are listed.
    Listing,
    /// So many bytes of so many are there.
    Packing(u64, u64),
    /// So many files of so many bytes.
    Done(usize, u64),
    /// Why it failed.
    Failed(String),
}

/// A button that downloads something. A file that the browser may ask for by
/// itself, it downloads by itself.
#[component]
pub(super) fn Download(
    /// What it is.
    what: What,
) -> impl IntoView {
    let words = match &what {
        What::Folder(..) => t("Download as zip"),
        What::File(..) => t("Download"),
    };
    if let What::File(reader, _) = &what
        && let Some(url) = reader.direct_url()
    {
        let name = paths::name(reader.path()).to_owned();
        let link = view! {
            <a class="button" href=url download=name>
                <Icon glyph=Glyph::Download/>
                {words}
            </a>
        };
        return link.into_any();
    }
    let is_folder = matches!(what, What::Folder(..));
    let stage = RwSignal::new(Stage::Idle);
    let job: StoredValue<Option<JsValue>, LocalStorage> = StoredValue::new_local(None);
    let cancel = move || {
        if let Some(job) = job.try_get_value().flatten() {
            spawn_local(async move {
                ask(&job, "cancel", &Array::new()).await.ok();
            });
        }
    };
    on_cleanup(cancel);
    let what = StoredValue::new(what);
    let start = move |_| {
        if matches!(stage.get_untracked(), Stage::Listing | Stage::Packing(..)) {
            return;
        }
        stage.set(Stage::Listing);
        spawn_local(async move {
            let end = match download(what.get_value(), job, stage).await {
                Ok((files, total)) => Stage::Done(files, total),
                // The user changed their mind.
                Err(why) if why.is_empty() => Stage::Idle,
                Err(why) => Stage::Failed(why),
            };
            stage.try_set(end);
        });
    };
    let said = move || match stage.get() {
        Stage::Idle => ().into_any(),
        Stage::Listing => view! { <span class="faint">{t("Listing the files…")}</span> }.into_any(),
        Stage::Packing(done, total) => view! {
            <progress
                max=total.to_string()
                value=done.to_string()
                aria-label=t("Download")
            ></progress>
            <span class="faint">{tf("{0} of {1}", &[&bytes(done), &bytes(total)])}</span>
            <button type="button" class="button" on:click=move |_| cancel()>{t("Cancel")}</button>
        }
        .into_any(),
        Stage::Done(files, total) => {
            let files = tn(files, "{0} file", "{0} files");
            let words = tf("{0}, {1}", &[&files, &bytes(total)]);
            view! { <span class="faint" role="status">{words}</span> }.into_any()
        }
        Stage::Failed(why) if is_folder => {
            problem(tf("The folder is not downloaded: {0}", &[&why]))
        }
        Stage::Failed(why) => problem(tf("The file is not downloaded: {0}", &[&why])),
    };
    view! {
        <div class="files-foot">
            <button type="button" class="button" on:click=start>
                <Icon glyph=Glyph::Download/>
                {words}
            </button>
            {said}
        </div>
    }
    .into_any()
}

/// Downloads it; answers how many files and bytes it had.
async fn download(
    what: What,
    job: StoredValue<Option<JsValue>, LocalStorage>,
    stage: RwSignal<Stage>,
) -> Result<(usize, u64), String> {
    let viewer = viewer("download").await?;
    let (name, zipped, small) = match &what {
        What::Folder(_, folder) if folder.is_empty() => ("artifacts.zip".to_owned(), true, false),
        What::Folder(_, folder) => (format!("{}.zip", paths::name(folder)), true, false),
        What::File(reader, size) => {
            let small = size.is_some_and(|size| size <= SMALL);
            (paths::name(reader.path()).to_owned(), false, small)
        }
    };
    let arguments = Array::of3(&name.into(), &zipped.into(), &small.into());
    let started = ask(&viewer, "start", &arguments).await?;
    job.try_set_value(Some(started.clone()));
    let list = Array::new();
    let add = |reader: Reader, path: &str| {
        let source = reader.source().ok_or_else(|| path.to_owned())?;
        Reflect::set(&Object::from(source.clone()), &"path".into(), &path.into()).ok();
        list.push(&source);
        Ok::<_, String>(())
    };
    let total: u64 = match &what {
        What::File(reader, size) => {
            add(reader.clone(), reader.path())?;
            size.unwrap_or_default()
        }
        What::Folder(listings, folder) => {
            let files = listings.below(folder).await?;
            if files.is_empty() {
                return Err(t("there is no file in it").to_owned());
            }
            for file in &files {
                add(listings.reader(file.path.clone()), paths::below(folder, &file.path))?;
            }
            files.iter().filter_map(size).sum()
        }
    };
    let many = list.length() as usize;
    stage.try_set(Stage::Packing(0, total));
    let looked = started.clone();
    let look = move || {
        let done = Reflect::get(&looked, &"done".into()).ok().and_then(|done| done.as_f64());
        stage.try_set(Stage::Packing(done.unwrap_or(0.0) as u64, total));
    };
    let looking = set_interval_with_handle(look, LOOK).ok();
    let saved = ask(&started, "save", &Array::of1(&list)).await;
    if let Some(looking) = looking {
        looking.clear();
    }
    saved.map(|_| (many, total))
}
