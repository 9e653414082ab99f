//! Short messages about what was done, with a way to take it back.

use std::time::Duration;

use leptos::prelude::*;
use mlflow_client::Error;

use crate::components::announcer::{Announcer, use_announcer};
use crate::components::failure;
use crate::components::icon::{Glyph, Icon};
use crate::state::language::t;

/// How long a message stays, and how long something can be taken back.
const PATIENCE: Duration = Duration::from_secs(10);

/// A message.
#[derive(Clone)]
struct Toast {
    id: u32,
    words: String,
    bad: bool,
    undo: Option<Callback<()>>,
}

/// The messages that are shown. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    announcer: Announcer,
}

impl Toasts {
    /// No messages; `announcer` reads them out.
    pub(crate) fn new(announcer: Announcer) -> Toasts {
        Toasts { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0), announcer }
    }

    /// Says that something was done.
    pub(crate) fn done(self, words: impl Into<String>) {
        self.show(words.into(), false, None);
    }

    /// Says that something was done, and offers for ten seconds to undo it.
    pub(crate) fn undoable(
        self,
        words: impl Into<String>,
        undo: impl Fn() + Send + Sync + 'static,
    ) {
        self.show(words.into(), false, Some(Callback::new(move |()| undo())));
    }

    /// Says that something was not done, and why.
    pub(crate) fn failed(self, what: impl Into<String>, error: &Error) {
        self.show(format!("{}: {}", what.into(), failure::words(error)), true, None);
    }

    fn show(self, words: String, bad: bool, undo: Option<Callback<()>>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.announcer.say(words.clone());
        self.shown.update(|shown| shown.push(Toast { id, words, bad, undo }));
        // What failed stays until it was read.
        if !bad {
            set_timeout(move || self.dismiss(id), PATIENCE);
        }
    }

    fn dismiss(self, id: u32) {
        self.shown.update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// The messages of this page.
///
/// # Panics
/// Never in this page: the shell provides them before any component runs.
pub(crate) fn use_toasts() -> Toasts {
    expect_context()
}

/// Where messages are shown. [`Announcer`] reads them out; this is what one sees.
#[component]
pub(crate) fn ToastShelf() -> impl IntoView {
    let toasts = use_toasts();
    let announcer = use_announcer();
    let toast = move |toast: Toast| {
        let Toast { id, words, bad, undo } = toast;
        let undo = undo.map(|undo| {
            let click = move |_| {
                toasts.dismiss(id);
                announcer.say("");
                undo.run(());
            };
            view! {
                <button type="button" class="link-button" on:click=click>{t("Undo")}</button>
            }
        });
        view! {
            <li class="toast" class:bad=bad>
                <span>{words}</span>
                {undo}
                <button
                    type="button"
                    class="button plain square"
                    aria-label=t("Dismiss")
                    on:click=move |_| toasts.dismiss(id)
                >
                    <Icon glyph=Glyph::Cross/>
                </button>
            </li>
        }
    };
    view! {
        <section class="toasts" aria-label=t("Messages")>
            <ul>
                <For each=move || toasts.shown.get() key=|toast| toast.id children=toast/>
            </ul>
        </section>
    }
}
