//! What a page shows of its things: a row of buttons, one of them pressed.

use leptos::prelude::*;

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
