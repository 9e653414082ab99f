//! What asks for another model.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mlflow_api::CreateRegisteredModel;

use crate::components::modal::Modal;
use crate::components::name_editor::FieldError;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::saving::{Attempt, calling};
use crate::state::session::Mlflow;

/// A dialog that creates a model and goes to it.
#[component]
pub(super) fn NewModel(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Modal open title=Signal::stored(t("New model").to_owned())>
            <Form client open/>
        </Modal>
    }
}

#[component]
fn Form(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let navigator = use_navigator();
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let attempt = Attempt::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        let description = description.get_untracked();
        let description = (!description.trim().is_empty()).then_some(description);
        let request = CreateRegisteredModel { name: name.clone(), description, tags: Vec::new() };
        let creating = calling(&client.get_value(), request, || {});
        attempt.begin(creating, move || {
            open.try_set(false);
            navigator.go(Route::Model { name, tab: String::new() });
        });
    };
    let wrong = move || attempt.failure().is_some();
    view! {
        <form class="dialog-form" on:submit=submit>
            <label class="label" for="model-name">{t("Name")}</label>
            <input
                class="input"
                id="model-name"
                autofocus
                autocomplete="off"
                spellcheck="false"
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=move || wrong().then_some("model-name-error")
                on:input=move |event| name.set(event_target_value(&event))
            />
            {move || attempt.failure().map(|error| view! { <FieldError id="model-name-error" error/> })}
            <label class="label" for="model-note">{t("Description (optional)")}</label>
            <textarea
                class="input"
                id="model-note"
                rows="3"
                on:input=move |event| description.set(event_target_value(&event))
            ></textarea>
            <div class="modal-foot">
                <button type="submit" class="button primary" disabled=move || attempt.is_waiting()>
                    {t("Create")}
                </button>
            </div>
        </form>
    }
}
