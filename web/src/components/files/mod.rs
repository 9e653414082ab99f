//! Files of a run or a logged model: a tree at the left, and what is in the one
//! in the address at the right.
//!
//! | module | what it shows |
//! |---|---|
//! | `listings` | what folders hold, as far as it is known |
//! | `tree` | the folders, and a search among them |
//! | `folder` | a folder that is in the address |
//! | `download` | a file, or a folder as one zip, to the user's disk |
//! | `zoom` | a picture in its full size |
//! | `preview` | a file that is in the address |
//! | `compare` | the files of several runs side by side |
//! | `reading` | a file's bytes, by ranges |
//! | `text`, `json`, `table`, `parquet`, `array`, `onnx`, `archive`, `notebook`, `media`, `map`, `report`, `dump` | its ways to be shown |

mod archive;
mod array;
mod compare;
mod document;
mod download;
mod dump;
mod folder;
mod formats;
mod json;
mod listings;
mod map;
mod media;
mod notebook;
mod onnx;
mod parquet;
mod preview;
mod reading;
mod report;
mod table;
mod text;
mod tree;
mod zoom;

use leptos::prelude::*;
use mlflow_client::FileRoot;

pub(crate) use compare::{CompareFiles, ComparedRun};
pub(crate) use formats::{Formatted, formatted};

use crate::components::empty::Empty;
use crate::components::files::download::{Download, What};
use crate::components::files::folder::FolderView;
use crate::components::files::listings::{Found, Listings};
use crate::components::files::preview::Preview;
use crate::components::files::tree::Tree;
use crate::components::icon::{Glyph, Icon};
use crate::state::files::paths;
use crate::state::language::{t, tf};
use crate::state::session::Mlflow;

/// The files below a root.
#[component]
pub(crate) fn Files(
    /// The client of the server in use.
    client: Mlflow,
    /// Whose files they are. A version's can't be listed: give its run's or
    /// logged model's where they are known.
    root: FileRoot,
    /// The folder below the root that is shown, empty for all of them.
    #[prop(optional)]
    base: String,
    /// The path of the file or folder in the address, if there is one.
    chosen: Signal<Option<String>>,
    /// The address of the page that shows a path; of an empty one, none chosen.
    href: Callback<String, String>,
) -> impl IntoView {
    let listings = Listings::new(client, root, base);
    Effect::new(move || {
        let path = chosen.get().unwrap_or_default();
        for folder in paths::ancestors(&path) {
            listings.want(folder);
        }
    });
    let path = Memo::new(move |_| chosen.get().unwrap_or_default());
    let found = Memo::new(move |_| path.with(|path| listings.find(path)));
    let content = move || {
        let path = path.get();
        match found.get() {
            Found::Waiting => view! { <span class="bone w5"></span> }.into_any(),
            Found::Root => view! {
                <p class="faint">{t("Choose a file to look into it.")}</p>
                <Download what=What::Folder(listings, String::new())/>
            }
            .into_any(),
            Found::Folder => view! { <FolderView listings path href/> }.into_any(),
            Found::File(size) => view! { <Preview listings path size/> }.into_any(),
        }
    };
    view! {
        <Show
            when=move || !listings.is_empty()
            fallback=|| {
                view! {
                    <Empty
                        title=t("No files yet")
                        words=t("What is logged as a file stands here: models, pictures, tables.")
                        python="mlflow.log_artifact(\"plot.png\")"
                    />
                }
            }
        >
            <div class="sides">
                <Tree listings chosen=path href/>
                <div class="files-view">
                    <Path path href/>
                    {content}
                </div>
            </div>
        </Show>
    }
}

/// Whose file it is that is shown, where several stand beside each other.
#[derive(Clone)]
struct Beside(String);

/// A name of what is shown that no other has beside it.
fn named(words: &str) -> String {
    match use_context::<Beside>() {
        Some(Beside(whose)) => tf("{0}, {1}", &[&words, &whose]),
        None => words.to_owned(),
    }
}

/// The path in the address: each folder a link.
#[component]
pub(super) fn Path(
    /// The path.
    path: Memo<String>,
    /// The address of a path.
    href: Callback<String, String>,
) -> impl IntoView {
    let crumb = move |folder: &str| {
        let name = if folder.is_empty() { t("Files") } else { paths::name(folder) }.to_owned();
        view! {
            <li>
                <a class="link" href=href.run(folder.to_owned())>{name}</a>
                <Icon glyph=Glyph::Right/>
            </li>
        }
    };
    let crumbs = move || {
        path.with(|path| {
            let above = paths::ancestors(path).into_iter().map(crumb).collect_view();
            let last = paths::name(path).to_owned();
            view! { <ol>{above} <li><span aria-current="page">{last}</span></li></ol> }
        })
    };
    view! {
        <Show when=move || path.with(|path| !path.is_empty())>
            <nav class="files-path" aria-label=t("Path of the file")>{crumbs}</nav>
        </Show>
    }
}
