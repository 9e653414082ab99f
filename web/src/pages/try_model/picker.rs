//! Where a model is chosen: a folder on this machine, or one at the edge.

use leptos::ev::DragEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::components::icon::{Glyph, Icon};
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
    let input: NodeRef<Input> = NodeRef::new();
    let dragging = RwSignal::new(false);
    // Neither attribute has a name in Rust's view of HTML.
    Effect::new(move || {
        if let Some(input) = input.get() {
            input.set_attribute("webkitdirectory", "").ok();
        }
    });
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let picked = move |event: leptos::ev::Event| {
        let Some(input) = event.target().and_then(|it| it.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        if let Some(files) = input.files().filter(|files| files.length() > 0) {
            trial.load_folder(folder::picked(&files));
        }
        // So that picking the same folder again is noticed.
        input.set_value("");
    };
    let over = move |event: DragEvent| {
        event.prevent_default();
        dragging.set(true);
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        dragging.set(false);
        let Some(transfer) = event.data_transfer() else { return };
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
        <div
            class="drop"
            class:dragging=move || dragging.get()
            on:dragenter=over
            on:dragover=over
            on:dragleave=move |_| dragging.set(false)
            on:drop=dropped
        >
            <input
                node_ref=input
                type="file"
                class="sr-only"
                tabindex="-1"
                aria-hidden="true"
                multiple
                on:change=picked
            />
            <button type="button" class="button" on:click=open>
                <Icon glyph=Glyph::Folder/>
                {t("Choose a folder")}
            </button>
            <p class="soft">
                {t("or drop one here: a model that ")} <code>"mlflow.onnx"</code>
                {t(" saved. It is read by this page and stays on this machine.")}
            </p>
        </div>
        {edge}
    }
}
