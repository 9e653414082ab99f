//! What screen readers say when something changed elsewhere on the page.

use leptos::prelude::*;

/// A handle with which any component can say something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announcer(RwSignal<String>);

impl Announcer {
    /// An announcer that has said nothing yet.
    pub(crate) fn new() -> Announcer {
        Announcer(RwSignal::new(String::new()))
    }

    /// Says something, politely: after what is being read.
    pub(crate) fn say(self, words: impl Into<String>) {
        self.0.set(words.into());
    }
}

/// The announcer of this page.
///
/// # Panics
/// Never in this page: the shell provides it before any component runs.
pub(crate) fn use_announcer() -> Announcer {
    expect_context()
}

/// The live region that speaks for [`Announcer`].
#[component]
pub(crate) fn LiveRegion() -> impl IntoView {
    let Announcer(words) = use_announcer();
    view! {
        <div class="sr-only" role="status" aria-live="polite">
            {move || words.get()}
        </div>
    }
}
