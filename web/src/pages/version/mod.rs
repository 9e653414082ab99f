//! One version of a registered model.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};

use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn VersionPage(
    /// The client of the server in use.
    client: Mlflow,
    /// Its name.
    name: String,
    /// Its number.
    version: String,
) -> impl IntoView {
    let _ = (client, name);
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here(version)])>
            <div class="page"></div>
        </Page>
    }
}
