//! The switch between light, dark and the system's theme.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::state::appearance::use_appearance;
use crate::state::language::t;
use crate::state::theme::Theme;

/// Three choices, of which one is on.
#[component]
pub(crate) fn ThemeSwitch(
    /// A name for the group, different for each switch on the page.
    group: &'static str,
) -> impl IntoView {
    let appearance = use_appearance();
    let choice = move |theme: Theme| {
        let (glyph, label) = match theme {
            Theme::System => (Glyph::Screen, t("Theme as the system has it")),
            Theme::Light => (Glyph::Sun, t("Light theme")),
            Theme::Dark => (Glyph::Moon, t("Dark theme")),
        };
        view! {
            <label title=label>
                <input
                    type="radio"
                    name=group
                    class="sr-only"
                    prop:checked=move || appearance.theme() == theme
                    on:change=move |_| appearance.choose(theme)
                />
                <Icon glyph/>
                <span class="sr-only">{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="theme-switch">
            <legend class="sr-only">{t("Theme")}</legend>
            {Theme::ALL.map(choice)}
        </fieldset>
    }
}
