//! A folder that is in the address: what is in it.

use leptos::prelude::*;
use mlflow_api::FileInfo;

use crate::components::failure::Failure;
use crate::components::files::download::{Download, What};
use crate::components::files::listings::{Listing, Listings, size};
use crate::components::icon::{Glyph, Icon};
use crate::components::long_list::LongList;
use crate::components::runs_here::RunsHere;
use crate::state::files::paths;
use crate::state::format::bytes;
use crate::state::language::t;

/// What is in a folder.
#[component]
pub(super) fn FolderView(
    /// What is known.
    listings: Listings,
    /// The folder's path.
    path: String,
    /// The address of a path.
    href: Callback<String, String>,
) -> impl IntoView {
    listings.want(&path);
    let row = move |file: &FileInfo| {
        let glyph = file.is_dir.then(|| view! { <Icon glyph=Glyph::Folder/> });
        view! {
            <tr>
                <th scope="row">
                    <a class="link file-row" href=href.run(file.path.clone())>
                        {glyph}
                        {paths::name(&file.path).to_owned()}
                    </a>
                </th>
                <td class="number">{size(file).map(bytes)}</td>
            </tr>
        }
        .into_any()
    };
    move || match listings.get(&path) {
        Listing::Waiting => view! { <span class="bone w5"></span> }.into_any(),
        Listing::Failed(error) => {
            let path = path.clone();
            let retry = Callback::new(move |()| listings.load(path.clone()));
            view! { <Failure error retry/> }.into_any()
        }
        Listing::Known(files) => {
            let page = LongList::of(files.len());
            let is_model = files.iter().any(|file| paths::name(&file.path) == "MLmodel");
            let trial = is_model.then(|| listings.model(&path)).flatten();
            let trial = trial.map(|(place, uri)| {
                view! { <RunsHere client=listings.client() place uri words=true/> }
            });
            let rows = page.list(move |nth| files.get(nth).map(row).into_any());
            view! {
                <Download what=What::Folder(listings, path.clone())/>
                {trial}
                <table class="files-folder">
                    <thead>
                        <tr>
                            <th scope="col">{t("Name")}</th>
                            <th scope="col" class="number">{t("Size")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {page.foot()}
            }
            .into_any()
        }
    }
}
