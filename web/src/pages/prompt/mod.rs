//! One prompt: its versions.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};

use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn PromptPage(
    /// The client of the server in use.
    client: Mlflow,
    /// Its name.
    name: String,
) -> impl IntoView {
    let _ = (client,);
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here(name)])>
            <div class="page"></div>
        </Page>
    }
}
