//! What an experiment is, above what is in it: name, id, place of its files,
//! description, tags, and what can be done with it.

mod details;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{DeleteExperiment, Experiment, RestoreExperiment};

use crate::components::confirm::{Confirm, Question, use_confirm};
use crate::components::copy_button::CopyButton;
use crate::components::icon::{Glyph, Icon};
use crate::components::name_editor::NameEditor;
use crate::components::page::Crumb;
use crate::components::toasts::{Toasts, use_toasts};
use crate::parts;
use crate::state::change::Change;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::route::Route;
use crate::state::saving::Saving;
use crate::state::session::Mlflow;

pub(crate) use details::ExperimentDetails;

/// The head of an experiment's page.
#[component]
pub(crate) fn ExperimentHead(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment; every change that is made here is in it.
    experiment: RwSignal<Option<Experiment>>,
) -> impl IntoView {
    let navigator = use_navigator();
    let (confirm, toasts) = (use_confirm(), use_toasts());
    let open = RwSignal::new(false);
    let client = StoredValue::new(client);
    let of = move |pick: fn(&Experiment) -> String| {
        Signal::derive(move || experiment.with(|e| e.as_ref().map(pick).unwrap_or_default()))
    };
    let name = of(|experiment| experiment.name.clone());
    let id = of(|experiment| experiment.experiment_id.clone());
    let delete = move |_| {
        let gone = Callback::new(move |()| navigator.go(Route::Experiments));
        let (id, name) = (id.get_untracked(), name.get_untracked());
        ask_delete(client.get_value(), confirm, toasts, vec![(id, name)], gone);
    };
    let tab = move |words: &'static str, route: fn(String) -> Route| {
        let route = Memo::new(move |_| route(id.get()));
        let here =
            move || navigator.place().with(|place| route.with(|own| place.route.page() == *own));
        view! {
            <li>
                <a
                    href=move || route.with(Route::href)
                    aria-current=move || here().then_some("page")
                >
                    {words}
                </a>
            </li>
        }
    };
    // As high as the head will be, so that nothing moves when it comes.
    let waiting = || {
        view! {
            <header class="experiment-head" aria-busy="true">
                <h1 class="clip">
                    <span class="sr-only">{t("Experiment")}</span>
                    <span class="bone w5" aria-hidden="true"></span>
                </h1>
                <div class="tabs-bone"></div>
            </header>
        }
    };
    view! {
        <Show when=move || experiment.with(Option::is_some) fallback=waiting>
            <header class="experiment-head">
                <div class="experiment-line">
                    <NameEditor
                        name
                        label=t("Rename the experiment")
                        save=Callback::new(move |name| {
                            change(client.get_value(), experiment, Change::Name(name))
                        })
                    />
                    <span class="faint">
                        {t("id")} " " <code>{move || id.get()}</code>
                    </span>
                    <CopyButton text=id label=t("Copy the experiment id")/>
                    <button
                        type="button"
                        class="button plain"
                        aria-expanded=move || open.get().to_string()
                        on:click=move |_| open.update(|open| *open = !*open)
                    >
                        {t("Details")}
                    </button>
                    <button
                        type="button"
                        class="button plain square"
                        aria-label=t("Delete the experiment")
                        title=t("Delete the experiment")
                        on:click=delete
                    >
                        <Icon glyph=Glyph::Bin/>
                    </button>
                </div>
                <Show when=move || open.get()>
                    {parts::experiment_details(client.get_value(), experiment)}
                </Show>
                <nav class="tabs" aria-label=t("Parts of the experiment")>
                    <ul>
                        {tab(t("Runs"), |experiment| Route::Runs { experiment })}
                        {tab(t("Models"), |experiment| Route::LoggedModels { experiment })}
                        {tab(t("Traces"), |experiment| Route::Traces { experiment, trace: String::new() })}
                        {tab(t("Prompts"), |experiment| Route::ExperimentPrompts { experiment })}
                    </ul>
                </nav>
            </header>
        </Show>
    }
}

/// Reads an experiment for its head. A page without the head still has its list.
pub(crate) fn read_experiment(client: &Mlflow, id: String) -> RwSignal<Option<Experiment>> {
    let found = RwSignal::new(None);
    let client = client.clone();
    spawn_local(async move {
        if let Ok(experiment) = client.get_experiment(&id).await {
            found.try_set(Some(experiment));
        }
    });
    found
}

/// The way to a part of an experiment.
pub(crate) fn crumbs_to(
    experiment: RwSignal<Option<Experiment>>,
    id: String,
    part: &'static str,
) -> Signal<Vec<Crumb>> {
    Signal::derive(move || {
        let name = experiment.with(|experiment| experiment.as_ref().map(|e| e.name.clone()));
        let runs = Route::Runs { experiment: id.clone() };
        vec![
            Crumb::link(t("Experiments"), &Route::Experiments),
            Crumb::link(name.unwrap_or_else(|| id.clone()), &runs),
            Crumb::here(part),
        ]
    })
}

/// Changes an experiment at the server, then here.
fn change(client: Mlflow, experiment: RwSignal<Option<Experiment>>, change: Change) -> Saving {
    Box::pin(async move {
        let id = experiment.with_untracked(|e| e.as_ref().map(|e| e.experiment_id.clone()));
        change.of_experiment(&client, &id.unwrap_or_default()).await?;
        experiment.try_update(|e| e.as_mut().map(|e| change.show_experiment(e)));
        Ok(())
    })
}

/// Key and value of the tags that MLflow did not set itself.
pub(crate) fn user_tags(experiment: &Experiment) -> Vec<(String, String)> {
    experiment.user_tags().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// Asks before experiments are deleted, deletes them, and offers to restore them.
/// `changed` hears of both.
pub(crate) fn ask_delete(
    client: Mlflow,
    confirm: Confirm,
    toasts: Toasts,
    which: Vec<(String, String)>,
    changed: Callback<()>,
) {
    let names: Vec<&str> = which.iter().map(|(_, name)| name.as_str()).collect();
    let names = names.join(", ");
    let title = match which.as_slice() {
        [(_, name)] => tf("Delete the experiment {0}?", &[name]),
        several => tf("Delete {0} experiments?", &[&several.len()]),
    };
    let words = tf(
        "{0} and all runs in it are moved to the deleted ones. They can be restored from there.",
        &[&names],
    );
    let run = Callback::new(move |()| {
        let (client, which, names) = (client.clone(), which.clone(), names.clone());
        spawn_local(async move {
            for (id, name) in &which {
                let request = DeleteExperiment { experiment_id: id.clone() };
                if let Err(error) = client.call(&request).await {
                    toasts.failed(tf("{0} is not deleted", &[name]), &error);
                    return;
                }
            }
            changed.try_run(());
            toasts.undoable(tf("{0} deleted", &[&names]), move || {
                restore(client.clone(), toasts, which.clone(), changed);
            });
        });
    });
    confirm.ask(Question { title, words, verb: t("Delete").to_owned(), run });
}

/// Restores experiments that were deleted.
pub(crate) fn restore(
    client: Mlflow,
    toasts: Toasts,
    which: Vec<(String, String)>,
    changed: Callback<()>,
) {
    spawn_local(async move {
        for (id, name) in which {
            match client.call(&RestoreExperiment { experiment_id: id }).await {
                Ok(_) => toasts.done(tf("{0} restored", &[&name])),
                Err(error) => toasts.failed(tf("{0} is not restored", &[&name]), &error),
            }
        }
        changed.try_run(());
    });
}
