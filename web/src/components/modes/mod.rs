//! What a page shows of its things: a row of buttons, one of them pressed.

use leptos::prelude::*;

use crate::state::location::use_navigator;

/// The buttons of a page's modes.
#[component]
pub(crate) fn Modes<T>(
    /// What is chosen here.
    label: &'static str,
    /// The modes and what they are called.
    modes: Vec<(T, &'static str)>,
    /// The mode that the page is in.
    #[prop(into)]
    now: Signal<T>,
    /// Changes that.
    #[prop(into)]
    choose: Callback<T>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let button = |(own, words): (T, &'static str)| {
        view! {
            <button
                type="button"
                aria-pressed=move || (now.get() == own).to_string()
                on:click=move |_| choose.run(own)
            >
                {words}
            </button>
        }
    };
    view! {
        <div class="modes" role="group" aria-label=label>
            {modes.into_iter().map(button).collect_view()}
        </div>
    }
}

/// The same for a page whose address has the mode, under `view`.
#[component]
pub(crate) fn ViewModes(
    /// What is chosen here.
    label: &'static str,
    /// What the address has, nothing for the usual mode, and what it is called.
    modes: Vec<(Option<&'static str>, &'static str)>,
) -> impl IntoView {
    let navigator = use_navigator();
    let known: Vec<Option<&'static str>> = modes.iter().map(|(mode, _)| *mode).collect();
    let now = Memo::new(move |_| {
        navigator.place().with(|place| {
            let view = place.query.get("view");
            known.iter().copied().find(|mode| *mode == view).flatten()
        })
    });
    let choose = Callback::new(move |mode| navigator.choose(&[("view", mode)]));
    view! { <Modes label modes now choose/> }
}
