//! The files of a run: a tree, and a preview of the one in the address.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{FileInfo, ListArtifacts};
use mlflow_client::Transport as _;

use super::TheRun;
use crate::components::copy_button::CopyButton;
use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::toasts::use_toasts;
use crate::state::download::{blob, object_url, save_blob};
use crate::state::format::bytes;
use crate::state::language::{t, tf};
use crate::state::query::encode;
use crate::state::route::Route;
use crate::state::saving::Reading;
use crate::state::session::Mlflow;

/// Larger texts are downloaded, not shown.
const MOST_TEXT: usize = 1 << 20;

/// The files of a run.
#[component]
pub(super) fn Artifacts(
    /// The run.
    the: TheRun,
    /// What stands in the address behind the run.
    path: Memo<String>,
) -> impl IntoView {
    let chosen =
        Memo::new(move |_| path.with(|path| path.strip_prefix("artifactPath/").map(str::to_owned)));
    let open = RwSignal::new(BTreeSet::new());
    let empty = RwSignal::new(false);
    view! {
        <Show
            when=move || !empty.get()
            fallback=|| {
                view! {
                    <Empty
                        title=t("No files yet")
                        words=t("Files that the run logs stand here: models, pictures, tables.")
                        python="mlflow.log_artifact(\"plot.png\")"
                    />
                }
            }
        >
            <div class="artifacts">
                <nav class="artifact-tree" aria-label=t("Files")>
                    <Folder the path=String::new() open chosen empty/>
                </nav>
                <div class="artifact-view">
                    {move || match chosen.get() {
                        Some(path) => view! { <Preview the path/> }.into_any(),
                        None => {
                            view! { <p class="faint">{t("Choose a file to look into it.")}</p> }
                                .into_any()
                        }
                    }}
                </div>
            </div>
        </Show>
    }
}

/// What is in a folder.
#[component]
fn Folder(
    /// The run.
    the: TheRun,
    /// The folder's path; empty for the run's own.
    path: String,
    /// The folders that are open.
    open: RwSignal<BTreeSet<String>>,
    /// The file in the address.
    chosen: Memo<Option<String>>,
    /// Set where the run has no files at all.
    empty: RwSignal<bool>,
) -> impl IntoView {
    let files: RwSignal<Option<Result<Vec<FileInfo>, mlflow_client::Error>>> = RwSignal::new(None);
    let is_root = path.is_empty();
    let path = StoredValue::new(path);
    let load = move || {
        let path = path.get_value();
        let request = ListArtifacts {
            run_id: the.id(),
            path: (!path.is_empty()).then_some(path),
            ..ListArtifacts::default()
        };
        spawn_local(async move {
            let answer = the.client.get_value().call(&request).await.map(|answer| answer.files);
            if is_root && answer.as_ref().is_ok_and(Vec::is_empty) {
                empty.try_set(true);
            }
            files.try_set(Some(answer));
        });
    };
    load();
    let entry = move |file: FileInfo| {
        let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
        if file.is_dir {
            view! { <SubFolder the path=file.path name open chosen empty/> }.into_any()
        } else {
            let route = Route::Run {
                experiment: the.experiment(),
                run: the.id(),
                tab: format!("artifactPath/{}", file.path),
            };
            let size = file.file_size.and_then(|size| u64::try_from(size).ok()).map(bytes);
            let (own, title) = (file.path.clone(), file.path);
            let current = move || chosen.with(|c| c.as_deref() == Some(&own)).then_some("page");
            view! {
                <li>
                    <a class="artifact" href=route.href() title=title aria-current=current>
                        <span class="clip">{name}</span>
                        <span class="faint">{size}</span>
                    </a>
                </li>
            }
            .into_any()
        }
    };
    move || match files.get() {
        None => view! { <span class="bone w4"></span> }.into_any(),
        Some(Err(error)) => {
            view! { <Failure error retry=Callback::new(move |()| load())/> }.into_any()
        }
        Some(Ok(files)) => {
            view! { <ul>{files.into_iter().map(entry).collect_view()}</ul> }.into_any()
        }
    }
}

/// A folder in a folder, which opens.
#[component]
fn SubFolder(
    /// The run.
    the: TheRun,
    /// The folder's path.
    path: String,
    /// The last part of it.
    name: String,
    /// The folders that are open.
    open: RwSignal<BTreeSet<String>>,
    /// The file in the address.
    chosen: Memo<Option<String>>,
    /// Set where the run has no files at all.
    empty: RwSignal<bool>,
) -> impl IntoView {
    let inside = format!("{path}/");
    if chosen.with_untracked(|c| c.as_ref().is_some_and(|c| c.starts_with(&inside))) {
        open.update_untracked(|open| {
            open.insert(path.clone());
        });
    }
    let own = path.clone();
    let is_open = Memo::new(move |_| open.with(|open| open.contains(&own)));
    let own = path.clone();
    let toggle = move |_| {
        open.update(|open| {
            if !open.remove(&own) {
                open.insert(own.clone());
            }
        });
    };
    let path = StoredValue::new(path);
    view! {
        <li>
            <button
                type="button"
                class="artifact"
                aria-expanded=move || is_open.get().to_string()
                on:click=toggle
            >
                <span class="turn" class:open=move || is_open.get()><Icon glyph=Glyph::Right/></span>
                <span class="clip">{name}</span>
            </button>
            // Boxed: a folder holds folders.
            {move || {
                is_open
                    .get()
                    .then(|| view! { <Folder the path=path.get_value() open chosen empty/> }.into_any())
            }}
        </li>
    }
}

/// Reads a file of a run.
fn read(client: Mlflow, run: String, path: String) -> Reading<Bytes> {
    Box::pin(async move {
        let url = format!("/get-artifact?run_id={}&path={}", encode(&run), encode(&path));
        let mut request = Request::builder().uri(client.base_url().join(&url));
        if let Ok(Some((name, value))) = client.auth().header() {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::new()).map_err(|error| error.to_string())?;
        let answer = client.transport().send(request).await.map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(tf("the server answered with status {0}", &[&answer.status().as_u16()]));
        }
        Ok(answer.into_body())
    })
}

/// What a preview makes of a file.
#[derive(Clone)]
enum Shown {
    Waiting,
    Picture(String),
    Text(String),
    Other,
    Failed(String),
}

/// The media type of pictures that a browser shows.
fn picture(path: &str) -> Option<&'static str> {
    let ending = path.rsplit('.').next()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// A file: its path, a download, and what can be shown of it.
#[component]
fn Preview(
    /// The run.
    the: TheRun,
    /// The file's path.
    path: String,
) -> impl IntoView {
    let toasts = use_toasts();
    let shown = RwSignal::new(Shown::Waiting);
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let read_it = {
        let path = path.clone();
        move || read(the.client.get_value(), the.id(), path.clone())
    };
    let reading = read_it();
    let media = picture(&path);
    spawn_local(async move {
        let now = match reading.await {
            Err(error) => Shown::Failed(error),
            Ok(bytes) => match media {
                Some(media) => match object_url(&bytes, media) {
                    Some(url) => Shown::Picture(url),
                    None => Shown::Other,
                },
                None if bytes.len() > MOST_TEXT => Shown::Other,
                None => match std::str::from_utf8(&bytes) {
                    Ok(text) => Shown::Text(text.to_owned()),
                    Err(_) => Shown::Other,
                },
            },
        };
        shown.try_set(now);
    });
    on_cleanup(move || {
        if let Some(Shown::Picture(url)) = shown.try_get_untracked() {
            web_sys::Url::revoke_object_url(&url).ok();
        }
    });
    let file_name = name.clone();
    let save = move |_| {
        let (reading, name) = (read_it(), file_name.clone());
        spawn_local(async move {
            match reading.await {
                Ok(bytes) => {
                    if let Some(blob) = blob(&bytes, "application/octet-stream") {
                        save_blob(&name, &blob);
                    }
                }
                Err(error) => toasts.done(tf("{0} is not downloaded: {1}", &[&name, &error])),
            }
        });
    };
    let body = move || match shown.get() {
        Shown::Waiting => view! { <span class="bone w5"></span> }.into_any(),
        Shown::Picture(url) => view! { <img class="preview" src=url alt=name.clone()/> }.into_any(),
        Shown::Text(text) => view! { <pre class="preview" tabindex="0">{text}</pre> }.into_any(),
        Shown::Other => {
            view! { <p class="faint">{t("There is no preview of this kind of file.")}</p> }
                .into_any()
        }
        Shown::Failed(error) => {
            view! { <p class="field-error" role="alert">{tf("Not loaded: {0}", &[&error])}</p> }
                .into_any()
        }
    };
    view! {
        <div class="artifact-head">
            <code class="anywhere">{path.clone()}</code>
            <CopyButton text=path label=t("Copy the path")/>
            <button type="button" class="button" on:click=save>
                <Icon glyph=Glyph::Download/>
                {t("Download")}
            </button>
        </div>
        {body}
    }
}
