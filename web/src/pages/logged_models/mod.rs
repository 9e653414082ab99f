//! The models that were logged in an experiment.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};

use crate::state::session::Mlflow;

/// The page.
#[component]
pub(crate) fn LoggedModelsPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment's id.
    experiment: String,
) -> impl IntoView {
    let _ = (client,);
    view! {
        <Page crumbs=Signal::stored(vec![Crumb::here(experiment)])>
            <div class="page"></div>
        </Page>
    }
}
