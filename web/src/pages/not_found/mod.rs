//! An address that leads nowhere.

use leptos::prelude::*;

use crate::components::page::{Crumb, Page};
use crate::state::language::t;
use crate::state::route::Route;

/// Says that there is no such page, and where one can go.
#[component]
pub(crate) fn NotFoundPage(
    /// The path that was asked for.
    path: String,
) -> impl IntoView {
    let crumbs = Signal::stored(vec![Crumb::here(t("Page not found"))]);
    view! {
        <Page crumbs>
            <div class="page">
                <div class="page-head">
                    <h1>{t("There is no such page")}</h1>
                </div>
                <p class="lead">
                    {t("Nothing here is called ")} <code>{path}</code>
                    {t(". The address may be mistyped, or belong to a part of MLflow that \
                     this dashboard does not have. ")}
                    <a href=Route::Experiments.href()>{t("Go to the experiments")}</a> "."
                </p>
            </div>
        </Page>
    }
}
