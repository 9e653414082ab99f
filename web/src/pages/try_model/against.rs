//! Where a second model is chosen, to be given the same rows.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{ModelVersion, SearchModelVersions};

use crate::pages::try_model::ModelState;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::model_source::ModelSource;
use crate::state::registry::Registered;
use crate::state::session::{Stage, use_session};
use crate::state::trial::{Trial, TrialStage};

/// A field for the address of the second model, and what has become of it.
#[component]
pub(super) fn Against(
    /// The trial of the first model.
    trial: Trial,
    /// The trial of the second.
    other: Trial,
) -> impl IntoView {
    let navigator = use_navigator();
    let now = move || {
        navigator
            .place()
            .with(|place| place.query.get("against").map(str::to_owned))
            .unwrap_or_default()
    };
    let typed = RwSignal::new(untrack(now));
    let versions = others(trial);
    let compare = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let address = typed.with_untracked(|typed| typed.trim().to_owned());
        navigator.choose(&[("against", Some(address.as_str()).filter(|it| !it.is_empty()))]);
    };
    let forget = move |_| {
        typed.set(String::new());
        navigator.choose(&[("against", None)]);
    };
    let has_second = Memo::new(move |_| !now().is_empty());
    let option = |address: String| view! { <option value=address></option> };
    view! {
        <form class="against-form" on:submit=compare>
            <label for="against">{t("Compare with another version")}</label>
            <div class="actions">
                <input
                    id="against"
                    class="input"
                    type="text"
                    list="against-versions"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="models:/NAME/VERSION"
                    prop:value=move || typed.get()
                    on:input=move |event| typed.set(event_target_value(&event))
                />
                <button type="submit" class="button">
                    {t("Compare")}
                </button>
                <button type="button" class="button" hidden=move || !has_second.get() on:click=forget>
                    {t("End comparing")}
                </button>
            </div>
            <datalist id="against-versions">
                {move || versions.get().into_iter().map(option).collect_view()}
            </datalist>
        </form>
        <Show when=move || has_second.get()>
            <h2 class="clip">{move || other.title()}</h2>
            <ModelState trial=other brief=true/>
        </Show>
    }
}

/// The addresses of the other versions of the same registered model, once the
/// server has said them.
fn others(trial: Trial) -> RwSignal<Vec<String>> {
    let session = use_session();
    let found = RwSignal::new(Vec::new());
    let model = Memo::new(move |_| {
        let loaded = matches!(trial.stage(), TrialStage::InPage(_));
        match trial.source().filter(|_| loaded)? {
            ModelSource::Version { name, .. } | ModelSource::Alias { name, .. } => Some(name),
            _ => None,
        }
    });
    Effect::new(move || {
        found.set(Vec::new());
        let Some(name) = model.get() else { return };
        let Stage::Using(client) = session.stage() else { return };
        let request = SearchModelVersions {
            filter: Registered::Model.versions_of(&name),
            max_results: 100,
            ..SearchModelVersions::default()
        };
        spawn_local(async move {
            // Without them an address can still be typed.
            let answer = client.call(&request).await;
            let address = |version: ModelVersion| {
                ModelSource::Version { name: version.name, version: version.version }.uri()
            };
            if let Ok(answer) = answer
                && model.try_get_untracked() == Some(Some(name))
            {
                found.set(answer.model_versions.into_iter().map(address).collect());
            }
        });
    });
    found
}
