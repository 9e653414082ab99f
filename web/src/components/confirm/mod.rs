//! Asks before something is done that cannot be undone easily.

use leptos::prelude::*;

use crate::components::modal::Modal;
use crate::state::language::t;

/// What is asked.
#[derive(Clone)]
pub(crate) struct Question {
    /// What will be done: `Delete 3 runs?`.
    pub(crate) title: String,
    /// What goes with it, by name and number, and whether it comes back.
    pub(crate) words: String,
    /// The button that does it: `Delete`.
    pub(crate) verb: String,
    /// Does it.
    pub(crate) run: Callback<()>,
}

/// A handle with which any component can ask. One question at a time.
#[derive(Clone, Copy)]
pub(crate) struct Confirm {
    open: RwSignal<bool>,
    question: RwSignal<Option<Question>>,
}

impl Confirm {
    /// Nothing is asked.
    pub(crate) fn new() -> Confirm {
        Confirm { open: RwSignal::new(false), question: RwSignal::new(None) }
    }

    /// Asks.
    pub(crate) fn ask(self, question: Question) {
        self.question.set(Some(question));
        self.open.set(true);
    }
}

/// How this page asks.
///
/// # Panics
/// Never in this page: the shell provides it before any component runs.
pub(crate) fn use_confirm() -> Confirm {
    expect_context()
}

/// Where questions are shown.
#[component]
pub(crate) fn ConfirmDialog() -> impl IntoView {
    let Confirm { open, question } = use_confirm();
    let title = Signal::derive(move || {
        question.with(|question| question.as_ref().map(|q| q.title.clone()).unwrap_or_default())
    });
    let body = move || {
        let Some(Question { words, verb, run, .. }) = question.get() else {
            return ().into_any();
        };
        let go = move |_| {
            open.set(false);
            run.run(());
        };
        view! {
            <p class="soft confirm-words">{words}</p>
            <div class="modal-foot">
                <button type="button" class="button" autofocus on:click=move |_| open.set(false)>
                    {t("Cancel")}
                </button>
                <button type="button" class="button danger" on:click=go>{verb}</button>
            </div>
        }
        .into_any()
    };
    view! { <Modal open title>{body}</Modal> }
}
