//! One logged model.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};

use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn LoggedModelPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment's id.
    experiment: String,
    /// The model's id.
    model: String,
) -> impl IntoView {
    let _ = (client, experiment);
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here(model)])>
            <div class="page"></div>
        </Page>
    }
}
