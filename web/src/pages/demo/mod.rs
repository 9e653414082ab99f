//! One model, for everybody: what it is, its form and its answers, and nothing else.

use leptos::prelude::*;

/// The page.
#[component]
pub(crate) fn DemoPage() -> impl IntoView {
    view! { <main id="content" class="page" tabindex="-1"></main> }
}
