//! What is shown while `millrace.json` is on its way.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};

/// An empty page.
#[component]
pub(crate) fn StartingPage() -> impl IntoView {
    let crumbs = Signal::stored(vec![Crumb::here("Experiments")]);
    view! {
        <Page crumbs>
            <div aria-busy="true"></div>
        </Page>
    }
}
