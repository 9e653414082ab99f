//! Where a model is chosen: a folder on this machine, an address, or one at the edge.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::DataTransfer;

use crate::components::drop_area::DropArea;
use crate::components::kept_models::KeptModels;
use crate::state::folder;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::route::Place;
use crate::state::session::use_session;
use crate::state::trial::{Trial, TrialStage};

/// A place to drop a folder, a button to pick one, a field for an address, the
/// models at the edge, and those that are kept.
#[component]
pub(super) fn Picker(
    /// The trial that a choice begins.
    trial: Trial,
) -> impl IntoView {
    let (session, navigator) = (use_session(), use_navigator());
    let dropped = move |transfer: DataTransfer| {
        let entries = folder::dropped(&transfer);
        spawn_local(async move {
            match folder::walk(entries).await {
                Ok(files) => trial.load_folder(files),
                Err(words) => trial.fail(words),
            }
        });
    };
    let typed = RwSignal::new(String::new());
    let open = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let address = typed.get_untracked();
        if !address.trim().is_empty() {
            navigator.go(Place::trial_of(address.trim()));
        }
    };
    let edge = move || {
        let models = session.models();
        (!models.is_empty()).then(|| {
            let item = |model: crate::state::config::EdgeModel| {
                let name = model.name.clone();
                let url = model.url.clone();
                let pressed = {
                    let url = model.url.clone();
                    move || {
                        let on = matches!(trial.stage(), TrialStage::AtEdge(now) if now.url == url);
                        on.to_string()
                    }
                };
                view! {
                    <li>
                        <button
                            type="button"
                            class="edge-model"
                            aria-pressed=pressed
                            on:click=move |_| trial.use_edge(model.clone())
                        >
                            <span>{name}</span>
                            <code class="faint clip">{url}</code>
                        </button>
                    </li>
                }
            };
            view! {
                <div class="edge-models">
                    <h2>{t("Served at the edge")}</h2>
                    <ul>{models.into_iter().map(item).collect_view()}</ul>
                </div>
            }
        })
    };
    view! {
        <DropArea
            words=t("Choose a folder")
            folder=true
            chosen=Callback::new(move |files| trial.load_folder(folder::picked(&files)))
            dropped=Callback::new(dropped)
        >
            {t("or drop one here: a model that ")} <code>"mlflow.onnx"</code>
            {t(" saved. It is read by this page and stays on this machine.")}
        </DropArea>
        <form class="try-address" on:submit=open>
            <label class="label" for="try-address">{t("Or the address of a model")}</label>
            <input
                id="try-address"
                class="input"
                autocomplete="off"
                spellcheck="false"
                placeholder="models:/NAME@ALIAS, runs:/RUN/model, https://…"
                prop:value=move || typed.get()
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <button type="submit" class="button">{t("Open")}</button>
        </form>
        {edge}
        {move || matches!(trial.stage(), TrialStage::Choosing).then(|| view! { <KeptModels/> })}
    }
}
