//! The head of a column by which the server sorts.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::state::location::use_navigator;

/// A head that sorts. The address keeps what it sorts by, in `orderByKey` and
/// `orderByAsc`.
#[component]
pub(crate) fn SortHead(
    /// The column, as the address and the server call it.
    key: &'static str,
    /// What it is called.
    words: &'static str,
    /// The cell's class.
    #[prop(default = "")]
    class: &'static str,
    /// What is sorted by now, and whether the smallest comes first.
    #[prop(into)]
    order: Signal<(&'static str, bool)>,
) -> impl IntoView {
    let navigator = use_navigator();
    let own = move || {
        let (by, ascending) = order.get();
        (by == key).then_some(ascending)
    };
    let click = move |_| {
        let ascending = !untrack(own).unwrap_or(key != "name");
        let ascending = if ascending { "true" } else { "false" };
        navigator.choose(&[("orderByKey", Some(key)), ("orderByAsc", Some(ascending))]);
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
