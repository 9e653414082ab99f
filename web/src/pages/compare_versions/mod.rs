//! Versions of a registered model side by side.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};
use crate::state::language::t;
use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn CompareVersionsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let _ = (client,);
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here(t("Compare versions"))])>
            <div class="page"></div>
        </Page>
    }
}
