//! The keys that the page listens to, and the map that shows them.

use leptos::ev::KeyboardEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::components::icon::{Glyph, Icon};
use crate::state::clock::stopwatch;
use crate::state::keys::{Action, Chord};
use crate::state::location::use_navigator;
use crate::state::route::Route;

/// Listens to the keys of the whole page, and shows their map on `?`.
#[component]
pub(crate) fn Keyboard() -> impl IntoView {
    let navigator = use_navigator();
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let chord = StoredValue::new(Chord::default());
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let with_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if with_modifier || event.default_prevented() || is_typing(&event) {
            return;
        }
        let action =
            chord.try_update_value(|chord| chord.press(&event.key(), stopwatch())).flatten();
        match action {
            Some(Action::Filter) => focus_filter(),
            Some(Action::Experiments) => navigator.go(Route::Experiments),
            Some(Action::Try) => navigator.go(Route::Try),
            Some(Action::Settings) => navigator.go(Route::Settings),
            Some(Action::Map) => {
                if let Some(dialog) = dialog.get_untracked() {
                    dialog.show_modal().ok();
                }
            }
            None => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let row = |keys: &'static [&'static str], what: &'static str| {
        let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
        view! {
            <div>
                <dt>{keys}</dt>
                <dd>{what}</dd>
            </div>
        }
    };
    view! {
        <dialog class="help" node_ref=dialog aria-labelledby="help-title">
            <div class="page-head">
                <h2 id="help-title">"Keys"</h2>
                <button
                    type="button"
                    class="button plain square"
                    aria-label="Close"
                    on:click=close
                >
                    <Icon glyph=Glyph::Cross/>
                </button>
            </div>
            <dl>
                {row(&["/"], "Filter what is shown")}
                {row(&["g", "e"], "Go to experiments")}
                {row(&["g", "t"], "Go to Try a model")}
                {row(&["g", "s"], "Go to settings")}
                {row(&["?"], "Show this map")}
                {row(&["Esc"], "Close")}
            </dl>
        </dialog>
    }
}

/// Whether the key goes into a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    let within = "input:not([type=radio]):not([type=checkbox]), textarea, select, dialog";
    element.closest(within).ok().flatten().is_some()
}

fn focus_filter() {
    let field = document().query_selector("[data-filter]").ok().flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        field.focus().ok();
    }
}
