//! What is shown while `millrace.json` is on its way.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};
use crate::state::language::t;

/// An empty page.
#[component]
pub(crate) fn StartingPage() -> impl IntoView {
    let crumbs = Signal::stored(vec![Crumb::here(t("Experiments"))]);
    view! {
        <Page crumbs>
            <div aria-busy="true"></div>
        </Page>
    }
}
