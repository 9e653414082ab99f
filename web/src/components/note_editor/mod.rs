//! A description in Markdown that is edited where it stands.

use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::markdown::Markdown;
use crate::components::name_editor::FieldError;
use crate::state::language::t;
use crate::state::saving::{Attempt, Saving};

/// A section with a description and a way to change it.
#[component]
pub(crate) fn NoteEditor(
    /// The description, empty where there is none.
    #[prop(into)]
    note: Signal<String>,
    /// Saves another one.
    #[prop(into)]
    save: Callback<String, Saving>,
) -> impl IntoView {
    let editing = RwSignal::new(false);
    let body = move || {
        if editing.get() {
            return view! { <NoteForm note=note.get_untracked() save editing/> }.into_any();
        }
        let empty = move || note.with(|note| note.trim().is_empty());
        view! {
            <Show
                when=move || !empty()
                fallback=|| view! { <p class="faint">{t("No description yet.")}</p> }
            >
                <Markdown text=note/>
            </Show>
        }
        .into_any()
    };
    view! {
        <section class="note" aria-label=t("Description")>
            <div class="section-head">
                <h2>{t("Description")}</h2>
                <Show when=move || !editing.get()>
                    <button
                        type="button"
                        class="button plain square"
                        aria-label=t("Edit the description")
                        title=t("Edit the description")
                        on:click=move |_| editing.set(true)
                    >
                        <Icon glyph=Glyph::Pen/>
                    </button>
                </Show>
            </div>
            {body}
        </section>
    }
}

/// The form alone: a text, its preview, and the buttons.
#[component]
pub(crate) fn NoteForm(
    /// The description as it is.
    note: String,
    /// Saves another one.
    save: Callback<String, Saving>,
    /// Whether the form is there.
    editing: RwSignal<bool>,
) -> impl IntoView {
    let text = RwSignal::new(note);
    let preview = RwSignal::new(false);
    let attempt = Attempt::new();
    let area: NodeRef<Textarea> = NodeRef::new();
    Effect::new(move || {
        if let Some(area) = area.get() {
            area.focus().ok();
        }
    });
    let submit = move || {
        attempt.begin(save.run(text.get_untracked()), move || {
            editing.try_set(false);
        });
    };
    let on_key = move |event: KeyboardEvent| {
        let enter = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if enter && !untrack(|| attempt.is_waiting()) {
            event.prevent_default();
            submit();
        } else if event.key() == "Escape" {
            event.stop_propagation();
            event.prevent_default();
            editing.set(false);
        }
    };
    let body = move || {
        if preview.get() {
            return view! { <div class="note-preview"><Markdown text/></div> }.into_any();
        }
        view! {
            <textarea
                class="input"
                rows="8"
                node_ref=area
                aria-label=t("Description, in Markdown")
                aria-describedby=move || attempt.failure().map(|_| "note-error")
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            ></textarea>
        }
        .into_any()
    };
    view! {
        <div class="note-form" on:keydown=on_key>
            {body}
            {move || attempt.failure().map(|error| view! { <FieldError id="note-error" error/> })}
            <div class="actions">
                <button
                    type="button"
                    class="button primary"
                    disabled=move || attempt.is_waiting()
                    on:click=move |_| submit()
                >
                    {t("Save")}
                </button>
                <button type="button" class="button" on:click=move |_| editing.set(false)>
                    {t("Cancel")}
                </button>
                <button
                    type="button"
                    class="button plain"
                    aria-pressed=move || preview.get().to_string()
                    on:click=move |_| preview.update(|on| *on = !*on)
                >
                    {t("Preview")}
                </button>
                <span class="faint">{t("Markdown; Ctrl-Enter saves")}</span>
            </div>
        </div>
    }
}
