//! A dialog that makes a version: of a logged model, of a run's model, or of
//! another version.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{
    CreateModelVersion, CreateRegisteredModel, ErrorCode, SearchRegisteredModels,
    SetLoggedModelTags, Tag, tags,
};
use mlflow_client::Error;
use serde_json::{Value, json};

use crate::components::modal::Modal;
use crate::components::name_editor::FieldError;
use crate::components::toasts::use_toasts;
use crate::state::debounce::debounced;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::logged_model::registrations;
use crate::state::registry::Registered;
use crate::state::route::Route;
use crate::state::saving::Attempt;
use crate::state::session::Mlflow;

/// How long typing has to pause before names are looked up.
const PAUSE: Duration = Duration::from_millis(200);

/// A button that opens the dialog.
#[component]
pub(crate) fn RegisterModel(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// What the button and the dialog are called.
    words: &'static str,
    /// What becomes a version; its name is asked for.
    version: CreateModelVersion,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let version = StoredValue::new(version);
    view! {
        <button type="button" class="button" on:click=move |_| open.set(true)>{words}</button>
        <Modal open title=Signal::stored(words.trim_end_matches('…').to_owned())>
            <Form client version open/>
        </Modal>
    }
}

#[component]
fn Form(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// What becomes a version.
    version: StoredValue<CreateModelVersion>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (navigator, toasts) = (use_navigator(), use_toasts());
    let name = RwSignal::new(String::new());
    let known: RwSignal<Vec<String>> = RwSignal::new(Vec::new());
    let look = move |typed: String| {
        let client = client.get_value();
        let request = SearchRegisteredModels {
            filter: Registered::Model.filter(&typed, None),
            max_results: 20,
            ..SearchRegisteredModels::default()
        };
        // Names only help: without them the field still takes one.
        spawn_local(async move {
            if let Ok(found) = client.call(&request).await {
                known.try_set(found.registered_models.into_iter().map(|m| m.name).collect());
            }
        });
    };
    look(String::new());
    let search = debounced(PAUSE, look);
    let attempt = Attempt::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        let request = CreateModelVersion { name: name.clone(), ..version.get_value() };
        let client = client.get_value();
        let made = StoredValue::new(String::new());
        let registering = Box::pin(async move {
            made.try_set_value(register(&client, request).await?);
            Ok(())
        });
        attempt.begin(registering, move || {
            let version = made.try_get_value().unwrap_or_default();
            open.try_set(false);
            toasts.done(tf("{0} has version {1}", &[&name, &version]));
            navigator.go(Route::Version { name, version, tab: String::new() });
        });
    };
    let is_new = move || {
        let typed = name.with(|name| name.trim().to_owned());
        let known = known.with(|known| known.contains(&typed));
        (!typed.is_empty() && !known).then(|| t("No model has this name yet: it is created."))
    };
    let wrong = move || attempt.failure().is_some();
    view! {
        <form class="dialog-form" on:submit=submit>
            <label class="label" for="register-name">{t("Model")}</label>
            <input
                class="input"
                id="register-name"
                list="register-names"
                autofocus
                required
                autocomplete="off"
                spellcheck="false"
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=move || wrong().then_some("register-error")
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    name.set(typed.clone());
                    search(typed);
                }
            />
            <datalist id="register-names">
                {move || known.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
            </datalist>
            <p class="faint alias-moves" role="status">{is_new}</p>
            {move || attempt.failure().map(|error| view! { <FieldError id="register-error" error/> })}
            <div class="modal-foot">
                <button type="submit" class="button primary" disabled=move || attempt.is_waiting()>
                    {t("Register")}
                </button>
            </div>
        </form>
    }
}

/// Makes the version, and its model where there is none; answers its number. A
/// logged model is told, as the Python client tells it.
async fn register(client: &Mlflow, request: CreateModelVersion) -> Result<String, Error> {
    let model =
        CreateRegisteredModel { name: request.name.clone(), ..CreateRegisteredModel::default() };
    if let Err(error) = client.call(&model).await
        && error.error_code() != Some(&ErrorCode::ResourceAlreadyExists)
    {
        return Err(error);
    }
    let version = client.call(&request).await?.model_version.version;
    if let Some(model_id) = request.model_id
        && let Ok(model) = client.get_logged_model(&model_id).await
    {
        let before = Tag::find(&model.info.tags, tags::MODEL_VERSIONS).unwrap_or_default();
        let mut list: Vec<Value> = serde_json::from_slice(before.as_bytes()).unwrap_or_default();
        // Newer servers have told it themselves.
        if registrations(&model.info.tags).contains(&(request.name.clone(), version.clone())) {
            return Ok(version);
        }
        list.push(json!({ "name": request.name, "version": version }));
        let tag =
            Tag { key: tags::MODEL_VERSIONS.to_owned(), value: Value::from(list).to_string() };
        // The version is there either way.
        client.call(&SetLoggedModelTags { model_id, tags: vec![tag] }).await.ok();
    }
    Ok(version)
}
