//! Where a model is chosen: a folder on this machine, or one at the edge.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::DataTransfer;

use crate::components::drop_area::DropArea;
use crate::state::folder;
use crate::state::language::t;
use crate::state::session::use_session;
use crate::state::trial::{Trial, TrialStage};

/// A place to drop a folder, a button to pick one, and the models at the edge.
#[component]
pub(super) fn Picker(
    /// The trial that a choice begins.
    trial: Trial,
) -> impl IntoView {
    let session = use_session();
    let dropped = move |transfer: DataTransfer| {
        let entries = folder::dropped(&transfer);
        spawn_local(async move {
            match folder::walk(entries).await {
                Ok(files) => trial.load_folder(files),
                Err(words) => trial.fail(words),
            }
        });
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
        {edge}
    }
}
