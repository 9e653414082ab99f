//! The head of a column by which the server sorts.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::state::location::use_navigator;

/// What is sorted by, and whether the smallest comes first.
pub(crate) type SortedBy = Signal<(String, bool)>;

/// A head that sorts. The address keeps what it sorts by, in `orderByKey` and
/// `orderByAsc`.
#[component]
pub(crate) fn SortHead(
    /// The column, as the address and the server call it.
    #[prop(into)]
    key: String,
    /// What it is called.
    #[prop(into)]
    words: String,
    /// The cell's class.
    #[prop(default = "")]
    class: &'static str,
    /// What is sorted by now.
    order: SortedBy,
) -> impl IntoView {
    let navigator = use_navigator();
    let key = StoredValue::new(key);
    let own =
        move || order.with(|(by, ascending)| key.with_value(|key| by == key).then_some(*ascending));
    let click = move |_| {
        let key = key.get_value();
        let ascending = !untrack(own).unwrap_or(key != "name");
        let ascending = if ascending { "true" } else { "false" };
        navigator.choose(&[("orderByKey", Some(&key)), ("orderByAsc", Some(ascending))]);
    };
    let aria = move || match own() {
        Some(true) => "ascending",
        Some(false) => "descending",
        None => "none",
    };
    let arrow = move || {
        own().map(|ascending| {
            let glyph = if ascending { Glyph::Up } else { Glyph::Down };
            view! { <Icon glyph/> }
        })
    };
    view! {
        <th scope="col" class=class aria-sort=aria>
            <button type="button" class="sort" on:click=click>{words} {arrow}</button>
        </th>
    }
}
