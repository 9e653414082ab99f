//! A folder as one zip.

use std::time::Duration;

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::components::files::listings::{Listings, size};
use crate::components::files::preview::problem;
use crate::components::icon::{Glyph, Icon};
use crate::state::files::paths;
use crate::state::format::bytes;
use crate::state::language::{t, tf, tn};
use crate::state::viewers::{ask, viewer};

/// How often it is looked how far a download has come.
const LOOK: Duration = Duration::from_millis(200);

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

/// A button that downloads a folder.
#[component]
pub(super) fn FolderDownload(
    /// What is known.
    listings: Listings,
    /// The folder's path.
    path: String,
) -> impl IntoView {
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
    let path = StoredValue::new(path);
    let start = move |_| {
        if matches!(stage.get_untracked(), Stage::Listing | Stage::Packing(..)) {
            return;
        }
        stage.set(Stage::Listing);
        spawn_local(async move {
            let end = match download(listings, path.get_value(), job, stage).await {
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
        Stage::Failed(why) => problem(tf("The folder is not downloaded: {0}", &[&why])),
    };
    view! {
        <div class="files-foot">
            <button type="button" class="button" on:click=start>
                <Icon glyph=Glyph::Download/>
                {t("Download as zip")}
            </button>
            {said}
        </div>
    }
}

/// Downloads a folder; answers how many files and bytes it had.
async fn download(
    listings: Listings,
    folder: String,
    job: StoredValue<Option<JsValue>, LocalStorage>,
    stage: RwSignal<Stage>,
) -> Result<(usize, u64), String> {
    let viewer = viewer("folder").await?;
    let name = match folder.as_str() {
        "" => "artifacts.zip".to_owned(),
        folder => format!("{}.zip", paths::name(folder)),
    };
    let started = ask(&viewer, "start", &Array::of1(&name.into())).await?;
    job.try_set_value(Some(started.clone()));
    let files = listings.below(&folder).await?;
    if files.is_empty() {
        return Err(t("there is no file in it").to_owned());
    }
    let total: u64 = files.iter().filter_map(size).sum();
    let list = Array::new();
    for file in &files {
        let source = listings.reader(file.path.clone()).source();
        let source = source.ok_or_else(|| file.path.clone())?;
        let path = paths::below(&folder, &file.path);
        Reflect::set(&Object::from(source.clone()), &"path".into(), &path.into()).ok();
        list.push(&source);
    }
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
    saved.map(|_| (files.len(), total))
}
