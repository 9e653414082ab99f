//! A name that is edited where it stands.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Input;
use leptos::prelude::*;
use mlflow_api::ErrorCode;
use mlflow_client::Error;

use crate::components::failure::{refusal, words};
use crate::components::icon::{Glyph, Icon};
use crate::state::language::t;
use crate::state::saving::{Attempt, Saving};

/// The page's heading: a name with a pen. Enter saves, Escape leaves it as it was;
/// the server's words stand below the field when it refuses.
#[component]
pub(crate) fn NameEditor(
    /// The name.
    #[prop(into)]
    name: Signal<String>,
    /// What the pen does, such as `Rename the run`.
    label: &'static str,
    /// Saves another name.
    #[prop(into)]
    save: Callback<String, Saving>,
) -> impl IntoView {
    let editing = RwSignal::new(false);
    let shown = move || {
        if editing.get() {
            return view! { <NameField name=name.get_untracked() label save editing/> }.into_any();
        }
        view! {
            <h1>{move || name.get()}</h1>
            <button
                type="button"
                class="button plain square"
                aria-label=label
                title=label
                on:click=move |_| editing.set(true)
            >
                <Icon glyph=Glyph::Pen/>
            </button>
        }
        .into_any()
    };
    view! { <div class="name-editor">{shown}</div> }
}

#[component]
fn NameField(
    /// The name as it is.
    name: String,
    /// What it is for.
    label: &'static str,
    /// Saves another one.
    save: Callback<String, Saving>,
    /// Whether the field is there.
    editing: RwSignal<bool>,
) -> impl IntoView {
    let text = RwSignal::new(name.clone());
    let attempt = Attempt::new();
    let input: NodeRef<Input> = NodeRef::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            input.focus().ok();
            input.select();
        }
    });
    let before = StoredValue::new(name.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = text.get_untracked();
        let text = text.trim();
        if text.is_empty() || before.with_value(|before| before == text) {
            return editing.set(false);
        }
        attempt.begin(save.run(text.to_owned()), move || {
            editing.try_set(false);
        });
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            editing.set(false);
        }
    };
    let failed = move || attempt.failure().is_some();
    view! {
        <h1 class="sr-only">{name}</h1>
        <form class="name-form" on:submit=submit on:keydown=on_key>
            <input
                class="input"
                node_ref=input
                aria-label=label
                aria-invalid=move || failed().then_some("true")
                aria-describedby=move || failed().then_some("name-error")
                autocomplete="off"
                spellcheck="false"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            <button type="submit" class="button primary" disabled=move || attempt.is_waiting()>
                {t("Save")}
            </button>
            <button type="button" class="button" on:click=move |_| editing.set(false)>
                {t("Cancel")}
            </button>
            {move || attempt.failure().map(|error| view! { <FieldError id="name-error" error/> })}
        </form>
    }
}

/// Why a server did not take what is in a field, below that field.
#[component]
pub(crate) fn FieldError(
    /// The id that the field is described by.
    id: &'static str,
    /// What the server said.
    error: Error,
) -> impl IntoView {
    // A server on SQL says that with all of its statement.
    let is_taken = matches!(
        error.error_code(),
        Some(ErrorCode::ResourceAlreadyExists | ErrorCode::AlreadyExists)
    );
    let words = match is_taken {
        true => t("Something of this name already exists.").to_owned(),
        false => refusal(&error).unwrap_or_else(|| words(&error)),
    };
    view! { <p id=id class="field-error" role="alert">{words}</p> }
}
