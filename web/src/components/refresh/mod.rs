//! The action that loads a page's content again.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::state::language::t;

/// A button for the bar at the top of a page.
#[component]
pub(crate) fn Refresh(
    /// Loads again.
    #[prop(into)]
    refresh: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button plain square"
            aria-label=t("Refresh")
            title=t("Refresh")
            on:click=move |_| refresh.run(())
        >
            <Icon glyph=Glyph::Refresh/>
        </button>
    }
}
