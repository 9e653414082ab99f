//! The address bar: one signal that follows it, and ways to change it.

use leptos::prelude::*;

use super::route::Place;

/// Where the user is, and ways to go elsewhere. A copyable handle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Navigator {
    place: RwSignal<Place>,
}

impl Navigator {
    /// Reads the address and follows it from now on.
    pub(crate) fn start() -> Navigator {
        let place = RwSignal::new(read());
        let listener = window_event_listener(leptos::ev::hashchange, move |_| {
            let now = read();
            if place.with_untracked(|before| *before != now) {
                place.set(now);
            }
        });
        on_cleanup(move || listener.remove());
        Navigator { place }
    }

    /// Where the user is.
    pub(crate) fn place(self) -> ReadSignal<Place> {
        self.place.read_only()
    }

    /// Goes to a place, leaving the present one in the history.
    pub(crate) fn go(self, place: impl Into<Place>) {
        window().location().set_hash(&place.into().href()).ok();
    }

    /// Goes to a place instead of the present one: Back skips the latter.
    pub(crate) fn replace(self, place: impl Into<Place>) {
        let place = place.into();
        let history = window().history();
        let href = place.href();
        let replaced = history.and_then(|history| {
            history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&href))
        });
        if replaced.is_ok() {
            self.place.set(place);
        } else {
            window().location().set_hash(&href).ok();
        }
    }

    /// Changes one choice in the address, without a step in the history.
    pub(crate) fn choose(self, choices: &[(&str, Option<&str>)]) {
        let mut place = self.place.get_untracked();
        for (key, value) in choices {
            place.query.set(key, *value);
        }
        self.replace(place);
    }
}

fn read() -> Place {
    Place::parse(&window().location().hash().unwrap_or_default())
}

/// The navigator of this page.
///
/// # Panics
/// Never in this page: the shell provides it before any component runs.
pub(crate) fn use_navigator() -> Navigator {
    expect_context()
}
