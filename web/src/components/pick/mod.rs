//! The box that chooses a row of a list.

use std::collections::BTreeSet;

use leptos::prelude::*;

/// A box for a row: its id is among the chosen ones, or not.
#[component]
pub(crate) fn Pick(
    /// The ids of the rows that are chosen.
    chosen: RwSignal<BTreeSet<String>>,
    /// The row's id.
    id: String,
    /// What the box does.
    words: String,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let is_chosen = move || id.with_value(|id| chosen.with(|chosen| chosen.contains(id)));
    let flip = move |event| {
        let on = event_target_checked(&event);
        chosen.update(|chosen| match on {
            true => drop(chosen.insert(id.get_value())),
            false => drop(id.with_value(|id| chosen.remove(id))),
        });
    };
    view! {
        <label class="pick-label">
            <span class="sr-only">{words}</span>
            <input type="checkbox" prop:checked=is_chosen on:change=flip/>
        </label>
    }
}
