//! Listens to the keys of the whole page, and shows their map on `?`.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::components::modal::Modal;
use crate::state::clock::stopwatch;
use crate::state::commands::use_commands;
use crate::state::keys::Chord;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::route::Route;

/// The keys of the page: does what they ask for, and lists them.
#[component]
pub(crate) fn Keyboard() -> impl IntoView {
    let navigator = use_navigator();
    let commands = use_commands();
    let map = RwSignal::new(false);
    commands.offer(t("Go to experiments"), "g e", move || navigator.go(Route::Experiments));
    commands.offer(t("Go to models"), "g m", move || navigator.go(Route::Models));
    commands.offer(t("Go to prompts"), "g p", move || navigator.go(Route::Prompts));
    commands.offer(t("Go to Try a model"), "g t", move || navigator.go(Route::Try));
    commands.offer(t("Go to settings"), "g s", move || navigator.go(Route::Settings));
    commands.offer(t("Filter what is shown"), "/", focus_filter);
    commands.offer(t("Show the keys"), "?", move || map.set(true));

    let chord = StoredValue::new(Chord::default());
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let with_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if with_modifier || event.default_prevented() || is_typing(&event) {
            return;
        }
        let keys = chord.try_update_value(|chord| chord.press(&event.key(), stopwatch())).flatten();
        if let Some(command) = keys.and_then(|keys| commands.of_keys(&keys)) {
            event.prevent_default();
            command.run.run(());
        }
    });
    on_cleanup(move || listener.remove());

    let rows = move || {
        let mut list = commands.list().get();
        list.retain(|command| !command.keys.is_empty());
        let row = |keys: &'static str, words: String| {
            let keys = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect_view();
            view! {
                <div>
                    <dt>{keys}</dt>
                    <dd>{words}</dd>
                </div>
            }
        };
        view! {
            {list.into_iter().map(|command| row(command.keys, command.words)).collect_view()}
            {row("Ctrl K", t("Find anything: pages, experiments, runs, models, commands").to_owned())}
            {row("Esc", t("Close").to_owned())}
        }
    };
    view! {
        <Modal open=map title=Signal::derive(|| t("Keys").to_owned())>
            <dl class="keys">{rows}</dl>
        </Modal>
    }
}

/// Whether the key goes into a field, or to something that floats.
pub(crate) fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    let within =
        "input:not([type=radio]):not([type=checkbox]), textarea, select, dialog, [popover]";
    element.closest(within).ok().flatten().is_some()
}

fn focus_filter() {
    let field = document().query_selector("[data-filter]").ok().flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        field.focus().ok();
    }
}
