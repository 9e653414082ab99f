//! All registered prompts.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};
use crate::state::language::t;
use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn PromptsPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let _ = (client,);
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here(t("Prompts"))])>
            <div class="page"></div>
        </Page>
    }
}
