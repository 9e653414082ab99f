//! The folders, which load as they open, and a search among what is loaded.

use std::collections::BTreeSet;

use leptos::prelude::*;
use mlflow_api::FileInfo;

use crate::components::failure::Failure;
use crate::components::files::listings::{Listing, Listings, size};
use crate::components::filter_box::FilterBox;
use crate::components::icon::{Glyph, Icon};
use crate::components::long_list::LongList;
use crate::state::files::paths;
use crate::state::format::bytes;
use crate::state::fuzzy;
use crate::state::language::{t, tf};

/// The files as a tree.
#[component]
pub(super) fn Tree(
    /// What is known.
    listings: Listings,
    /// The path in the address.
    chosen: Memo<String>,
    /// The address of a path.
    href: Callback<String, String>,
) -> impl IntoView {
    let open: RwSignal<BTreeSet<String>> = RwSignal::default();
    // The way to what is in the address is open.
    Effect::new(move || {
        chosen.with(|path| {
            let way = paths::ancestors(path).into_iter().chain([path.as_str()]);
            open.update(|open| open.extend(way.map(str::to_owned)));
        });
    });
    let branch = Branch { listings, chosen, href, open };
    let typed = RwSignal::new(String::new());
    let content = move || {
        let typed = typed.get();
        if typed.trim().is_empty() { folder(branch, String::new()) } else { finds(branch, &typed) }
    };
    view! {
        <nav class="files-tree" aria-label=t("Files")>
            <FilterBox
                label=t("Find a file in the open folders")
                value=""
                apply=Callback::new(move |text| typed.set(text))
                eager=true
            />
            {content}
        </nav>
    }
}

/// What every part of the tree needs.
#[derive(Clone, Copy)]
struct Branch {
    listings: Listings,
    chosen: Memo<String>,
    href: Callback<String, String>,
    open: RwSignal<BTreeSet<String>>,
}

/// What is in a folder.
fn folder(branch: Branch, path: String) -> AnyView {
    branch.listings.want(&path);
    let own = path.clone();
    let listing = Memo::new(move |_| branch.listings.get(&own));
    let content = move || match listing.get() {
        Listing::Waiting => view! { <span class="bone w4"></span> }.into_any(),
        Listing::Failed(error) => {
            let path = path.clone();
            let retry = Callback::new(move |()| branch.listings.load(path.clone()));
            view! { <Failure error retry/> }.into_any()
        }
        Listing::Known(files) => {
            let page = LongList::of(files.len());
            let entries =
                page.list(move |nth| files.get(nth).map(|file| entry(branch, file)).into_any());
            view! { <ul>{entries} <li class="files-more">{page.foot()}</li></ul> }.into_any()
        }
    };
    content.into_any()
}

/// A file or a folder within the tree.
fn entry(branch: Branch, file: &FileInfo) -> AnyView {
    let name = paths::name(&file.path).to_owned();
    if !file.is_dir {
        return view! { <li>{link(branch, file, name)}</li> }.into_any();
    }
    let path = StoredValue::new(file.path.clone());
    let is_open =
        Memo::new(move |_| path.with_value(|path| branch.open.with(|open| open.contains(path))));
    let toggle = move |_| {
        branch.open.update(|open| {
            let path = path.get_value();
            if !open.remove(&path) {
                open.insert(path);
            }
        });
    };
    view! {
        <li>
            <button
                type="button"
                class="side-entry"
                aria-expanded=move || is_open.get().to_string()
                on:click=toggle
            >
                <span class="turn" class:open=move || is_open.get()>
                    <Icon glyph=Glyph::Right/>
                </span>
                <span class="clip">{name}</span>
            </button>
            {move || is_open.get().then(|| folder(branch, path.get_value()))}
        </li>
    }
    .into_any()
}

/// A link to a file.
fn link(branch: Branch, file: &FileInfo, name: String) -> AnyView {
    let own = file.path.clone();
    let current = move || branch.chosen.with(|chosen| *chosen == own).then_some("page");
    let glyph = file.is_dir.then(|| view! { <Icon glyph=Glyph::Folder/> });
    view! {
        <a
            class="side-entry"
            href=branch.href.run(file.path.clone())
            title=file.path.clone()
            aria-current=current
        >
            {glyph}
            <span class="clip">{name}</span>
            <span class="faint">{size(file).map(bytes)}</span>
        </a>
    }
    .into_any()
}

/// What is found by its path.
fn finds(branch: Branch, typed: &str) -> AnyView {
    let all = branch.listings.all();
    let mut found: Vec<(u32, &FileInfo)> =
        all.iter().filter_map(|file| Some((fuzzy::score(typed, &file.path)?, file))).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    if found.is_empty() {
        let words = tf("No file here is called {0}.", &[&typed]);
        return view! { <p class="faint files-more" role="status">{words}</p> }.into_any();
    }
    let page = LongList::of(found.len());
    let found: Vec<FileInfo> = found.into_iter().map(|(_, file)| file.clone()).collect();
    let links = page.list(move |nth| {
        let file = found.get(nth);
        file.map(|file| view! { <li>{link(branch, file, file.path.clone())}</li> }).into_any()
    });
    view! { <ul>{links} <li class="files-more">{page.foot()}</li></ul> }.into_any()
}
