//! What a model takes and gives, and beside it a form that tries it in place.

use leptos::prelude::*;

use crate::components::model_schema::SchemaSection;
use crate::parts;
use crate::state::language::t;
use crate::state::model_place::ModelPlace;
use crate::state::route::Place;
use crate::state::session::Mlflow;

/// The schema, and the form once it is asked for: until then nothing of the model
/// is downloaded but its `MLmodel`.
#[component]
pub(crate) fn ModelPanel(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// Where its files may be, the likeliest first.
    places: Vec<ModelPlace>,
    /// What it is opened as, such as `models:/iris/3`.
    uri: String,
    /// Told whether the page can run it, once that is known.
    runs_here: RwSignal<Option<bool>>,
) -> impl IntoView {
    let asked = RwSignal::new(false);
    let href = Place::trial_of(&uri).href();
    let form = move || match asked.get() {
        true => parts::trial_here(client.get_value(), uri.clone()),
        false => view! {
            <p class="soft">{t("It runs in this page: nothing that you enter leaves it.")}</p>
            <button type="button" class="button" on:click=move |_| asked.set(true)>
                {t("Open the form")}
            </button>
        }
        .into_any(),
    };
    view! {
        <div class="model-panel">
            <SchemaSection client places runs_here/>
            <Show when=move || runs_here.get() == Some(true)>
                <section class="panel-trial" aria-label=t("Try it")>
                    <div class="panel-head">
                        <h2>{t("Try it")}</h2>
                        <a class="link" href=href.clone()>{t("With tables, code and more")}</a>
                    </div>
                    {form.clone()}
                </section>
            </Show>
        </div>
    }
}
