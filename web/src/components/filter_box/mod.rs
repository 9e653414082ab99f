//! The one wide box with which a table is filtered.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::state::language::t;

/// A box for a filter. `/` goes to it, Enter applies it, Escape empties it.
#[component]
pub(crate) fn FilterBox(
    /// What the box is for, spoken and shown while it is empty.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(into)]
    value: String,
    /// Hears the text when it is applied: on Enter, on leaving the box, and,
    /// with `eager`, while typing.
    #[prop(into)]
    apply: Callback<String>,
    /// Whether every letter is applied.
    #[prop(optional)]
    eager: bool,
    /// Whether the text is code.
    #[prop(optional)]
    code: bool,
    /// The id of the element with the error about the text, while there is one.
    #[prop(optional, into)]
    error: MaybeProp<&'static str>,
) -> impl IntoView {
    let text = RwSignal::new(value);
    let send = move || apply.run(text.get_untracked());
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => send(),
        "Escape" if !text.with_untracked(String::is_empty) => {
            text.set(String::new());
            send();
        }
        _ => {}
    };
    let on_input = move |event| {
        text.set(event_target_value(&event));
        if eager {
            send();
        }
    };
    let clear = move |_| {
        text.set(String::new());
        send();
    };
    let clear_button = move || {
        (!text.with(String::is_empty)).then(|| {
            view! {
                <button
                    type="button"
                    class="button plain square"
                    aria-label=t("Clear the filter")
                    on:click=clear
                >
                    <Icon glyph=Glyph::Cross/>
                </button>
            }
        })
    };
    view! {
        <div class="filter-box" role="search">
            <Icon glyph=Glyph::Lens/>
            <input
                class="input"
                class:mono=code
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                data-filter=""
                aria-label=label.clone()
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=move || error.get()
                placeholder=label.clone()
                prop:value=move || text.get()
                on:input=on_input
                on:keydown=on_key
                on:change=move |_| {
                    if !eager {
                        send();
                    }
                }
            />
            {clear_button}
        </div>
    }
}
