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

/// What the dialog says.
#[derive(Clone)]
enum Said {
    /// It asks.
    Question(Question),
    /// It says why something is not done, and what to do first.
    Refusal { title: String, words: String },
}

/// A handle with which any component can ask. One question at a time.
#[derive(Clone, Copy)]
pub(crate) struct Confirm {
    open: RwSignal<bool>,
    said: RwSignal<Option<Said>>,
}

impl Confirm {
    /// Nothing is asked.
    pub(crate) fn new() -> Confirm {
        Confirm { open: RwSignal::new(false), said: RwSignal::new(None) }
    }

    /// Asks.
    pub(crate) fn ask(self, question: Question) {
        self.say(Said::Question(question));
    }

    /// Says why something is not done, and what to do first.
    pub(crate) fn refuse(self, title: String, words: String) {
        self.say(Said::Refusal { title, words });
    }

    fn say(self, said: Said) {
        self.said.set(Some(said));
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
    let Confirm { open, said } = use_confirm();
    let title = Signal::derive(move || match said.get() {
        Some(Said::Question(Question { title, .. }) | Said::Refusal { title, .. }) => title,
        None => String::new(),
    });
    let body = move || {
        let Question { words, verb, run, .. } = match said.get() {
            Some(Said::Question(question)) => question,
            Some(Said::Refusal { words, .. }) => {
                return view! {
                    <p class="soft confirm-words">{words}</p>
                    <div class="modal-foot">
                        <button type="button" class="button" autofocus on:click=move |_| open.set(false)>
                            {t("Close")}
                        </button>
                    </div>
                }
                .into_any();
            }
            None => return ().into_any(),
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
