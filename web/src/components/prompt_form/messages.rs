//! The messages of a chat, to be written.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::state::language::{t, tf};
use crate::state::prompt::Message;

/// The roles that are offered; any other can be written.
const ROLES: [&str; 4] = ["system", "user", "assistant", "tool"];

/// A message while it is written.
#[derive(Clone)]
pub(super) struct Line {
    id: u32,
    role: RwSignal<String>,
    content: RwSignal<String>,
    before: Message,
}

impl Line {
    /// The fields of a message.
    pub(super) fn new(message: Message) -> Line {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Line {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            role: RwSignal::new(message.role.clone()),
            content: RwSignal::new(message.content.clone()),
            before: message,
        }
    }

    /// What they hold.
    pub(super) fn read(&self) -> Message {
        Message { role: self.role.get(), content: self.content.get(), ..self.before.clone() }
    }
}

/// The messages, one below the other.
#[component]
pub(super) fn Messages(
    /// The messages.
    lines: RwSignal<Vec<Line>>,
) -> impl IntoView {
    let add = move |_| {
        // Who answers, turn by turn.
        let last = lines.with_untracked(|lines| lines.last().map(|line| line.role.get_untracked()));
        let role = if last.as_deref() == Some("user") { "assistant" } else { "user" };
        lines.update(|lines| lines.push(Line::new(Message::of(role))));
    };
    let place = move |id: u32| {
        lines.with(|lines| lines.iter().position(|line| line.id == id)).unwrap_or_default() + 1
    };
    let line = move |line: Line| {
        let Line { id, role, content, before } = line;
        let nth = Memo::new(move |_| place(id));
        let remove = move |_| lines.update(|lines| lines.retain(|line| line.id != id));
        let words = if before.parts { t("Parts, in JSON") } else { t("Content") };
        view! {
            <li class="prompt-line">
                <input
                    class="input prompt-role"
                    list="prompt-roles"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=move || tf("Role of message {0}", &[&nth.get()])
                    prop:value=move || role.get()
                    on:input=move |event| role.set(event_target_value(&event))
                />
                <button
                    type="button"
                    class="button plain square"
                    aria-label=move || tf("Remove message {0}", &[&nth.get()])
                    title=move || tf("Remove message {0}", &[&nth.get()])
                    on:click=remove
                >
                    <Icon glyph=Glyph::Bin/>
                </button>
                <textarea
                    class="input"
                    rows="4"
                    spellcheck="false"
                    aria-label=move || format!("{words} · {}", tf("message {0}", &[&nth.get()]))
                    prop:value=move || content.get()
                    on:input=move |event| content.set(event_target_value(&event))
                ></textarea>
            </li>
        }
    };
    view! {
        <ol class="prompt-lines">
            <For each=move || lines.get() key=|line| line.id children=line/>
        </ol>
        <datalist id="prompt-roles">
            {ROLES.map(|role| view! { <option value=role></option> }).into_iter().collect_view()}
        </datalist>
        <button type="button" class="button prompt-add" on:click=add>
            <Icon glyph=Glyph::Plus/>
            {t("Add a message")}
        </button>
    }
}
