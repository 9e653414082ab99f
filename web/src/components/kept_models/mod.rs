//! The models that this browser keeps: what each takes, whether it is served, and
//! a way to be rid of it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::confirm::{Question, use_confirm};
use crate::state::format::bytes;
use crate::state::kept_models::{KeptModel, forget, kept_models, withdraw};
use crate::state::language::{t, tf, tn};
use crate::state::model_source::ModelSource;
use crate::state::route::Place;

/// The list, under a heading of its own. Where nothing is kept there is only what
/// `empty` says.
#[component]
pub(crate) fn KeptModels(
    /// What is said where nothing is kept.
    #[prop(optional)]
    empty: Option<&'static str>,
) -> impl IntoView {
    let models = RwSignal::new(None::<Result<Vec<KeptModel>, String>>);
    let failed = RwSignal::new(None::<String>);
    let load = move || {
        spawn_local(async move {
            models.try_set(Some(kept_models().await));
        });
    };
    load();
    let done = move |result: Result<(), String>| {
        failed.try_set(result.err());
        load();
    };
    let list = move || match models.get()? {
        Err(words) => Some(view! { <p class="bad" role="alert">{words}</p> }.into_any()),
        Ok(models) if models.is_empty() => {
            empty.map(|words| view! { <p class="soft">{words}</p> }.into_any())
        }
        Ok(models) => Some(view! { <List models done=Callback::new(done)/> }.into_any()),
    };
    let is_shown = move || match models.get() {
        Some(Ok(models)) => empty.is_some() || !models.is_empty(),
        found => found.is_some(),
    };
    view! {
        <section class="kept-models" aria-label=t("Models kept in this browser") hidden=move || !is_shown()>
            <h2>{t("Models kept in this browser")}</h2>
            {list}
            <p class="bad" role="alert" hidden=move || failed.with(Option::is_none)>
                {move || failed.get()}
            </p>
        </section>
    }
}

#[component]
fn List(
    /// What is kept.
    models: Vec<KeptModel>,
    /// Hears what came of a change.
    done: Callback<Result<(), String>>,
) -> impl IntoView {
    let confirm = use_confirm();
    let all: Vec<String> = models.iter().map(|model| model.id.clone()).collect();
    let total = bytes(models.iter().map(KeptModel::size).sum());
    let many = models.len();
    let remove = move |title: String, ids: Vec<String>| {
        confirm.ask(Question {
            title,
            words: t("They are downloaded again when they are tried again, if their server still has them. What this page serves of them stops answering.").to_owned(),
            verb: t("Remove").to_owned(),
            run: Callback::new(move |()| {
                let ids = ids.clone();
                spawn_local(async move { done.run(forget(&ids).await) });
            }),
        });
    };
    let stop = move |id: String| {
        spawn_local(async move { done.run(withdraw(&id).await) });
    };
    let row = move |model: KeptModel| {
        let uri = model.uris.first().cloned().unwrap_or_else(|| model.id.clone());
        let name = ModelSource::parse(&uri).map_or_else(|| uri.clone(), |it| it.words(None));
        let place = if model.server.is_empty() { model.id.clone() } else { model.server.clone() };
        let served = model.served.clone().map(|served| {
            let id = model.id.clone();
            view! {
                <span class="good">
                    {tf("served as {0}, version {1}", &[&served.name, &served.version])}
                </span>
                <button
                    type="button"
                    class="button"
                    aria-label=tf("Stop serving {0}", &[&name])
                    on:click=move |_| stop(id.clone())
                >
                    {t("Stop")}
                </button>
            }
        });
        let size = bytes(model.size());
        let (id, label) = (model.id, tf("Remove {0}", &[&name]));
        let title = tf("Remove {0} from this browser?", &[&name]);
        view! {
            <li>
                <div class="kept-name">
                    <a class="link clip" href=Place::trial_of(&uri).href() title=uri>{name}</a>
                    <span class="faint clip" title=place.clone()>{place.clone()}</span>
                </div>
                {served}
                <span class="faint size">{size}</span>
                <button
                    type="button"
                    class="button"
                    aria-label=label
                    on:click=move |_| remove(title.clone(), vec![id.clone()])
                >
                    {t("Remove")}
                </button>
            </li>
        }
    };
    let words = tn(many, "{0} model", "{0} models");
    view! {
        <ul>{models.into_iter().map(row).collect_view()}</ul>
        <div class="kept-foot">
            <span class="faint">{tf("{0}, {1}", &[&words, &total])}</span>
            {(many > 1).then(|| view! {
                <button
                    type="button"
                    class="button"
                    on:click=move |_| remove(tf("Remove {0} from this browser?", &[&words]), all.clone())
                >
                    {t("Remove all")}
                </button>
            })}
        </div>
    }
}
