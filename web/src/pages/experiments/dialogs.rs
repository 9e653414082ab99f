//! What asks for an experiment's name, description and tags.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mlflow_api::{CreateExperiment, Experiment};

use super::Shelfful;
use crate::components::experiment_head::user_tags;
use crate::components::modal::Modal;
use crate::components::name_editor::FieldError;
use crate::components::note_editor::NoteForm;
use crate::components::tag_editor::TagEditor;
use crate::components::toasts::use_toasts;
use crate::state::change::Change;
use crate::state::language::{t, tf};
use crate::state::saving::{Attempt, Saving};

/// What a dialog is open for.
#[derive(Clone, Debug)]
pub(super) enum Editing {
    /// Another experiment.
    New,
    /// The name of one.
    Name(Experiment),
    /// The description of one.
    Note(Experiment),
    /// The tags of one.
    Tags(Experiment),
}

/// The dialog that is open, if one is.
#[component]
pub(super) fn Dialogs(
    /// The list.
    the: Shelfful,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(the.editing.with(Option::is_some)));
    Effect::new(move || {
        if !open.get() && the.editing.with_untracked(Option::is_some) {
            the.editing.set(None);
        }
    });
    let title = Signal::derive(move || {
        the.editing.with(|editing| match editing {
            Some(Editing::New) => t("New experiment").to_owned(),
            Some(Editing::Name(e)) => tf("Rename {0}", &[&e.name]),
            Some(Editing::Note(e)) => tf("Describe {0}", &[&e.name]),
            Some(Editing::Tags(e)) => tf("Tags of {0}", &[&e.name]),
            None => String::new(),
        })
    });
    let body = move || match the.editing.get() {
        Some(Editing::New) => view! { <NewForm the/> }.into_any(),
        Some(Editing::Name(experiment)) => view! { <RenameForm the experiment/> }.into_any(),
        Some(Editing::Note(experiment)) => {
            let note = experiment.note().unwrap_or_default().to_owned();
            let still = RwSignal::new(true);
            Effect::new(move || {
                if !still.get() {
                    the.editing.set(None);
                }
            });
            let save = Callback::new(move |text| changed(the, &experiment, Change::note(text)));
            view! { <NoteForm note save editing=still/> }.into_any()
        }
        Some(Editing::Tags(experiment)) => view! { <TagsForm the experiment/> }.into_any(),
        None => ().into_any(),
    };
    view! { <Modal open title>{body}</Modal> }
}

/// Changes an experiment on the server, and reads the list again.
fn changed(the: Shelfful, experiment: &Experiment, change: Change) -> Saving {
    let (client, id) = (the.client.get_value(), experiment.experiment_id.clone());
    Box::pin(async move {
        change.of_experiment(&client, &id).await?;
        the.reload.try_run(());
        Ok(())
    })
}

/// The tags of an experiment.
#[component]
fn TagsForm(
    /// The list.
    the: Shelfful,
    /// The experiment.
    experiment: Experiment,
) -> impl IntoView {
    let now = RwSignal::new(experiment);
    let tags = Signal::derive(move || now.with(user_tags));
    let put = move |change: Change| -> Saving {
        let saving = changed(the, &now.get_untracked(), change.clone());
        Box::pin(async move {
            saving.await?;
            now.try_update(|now| change.show_experiment(now));
            Ok(())
        })
    };
    view! {
        <TagEditor
            tags
            set=Callback::new(move |(key, value)| put(Change::Tag(key, value)))
            remove=Callback::new(move |key| put(Change::NoTag(key)))
        />
    }
}

/// Another name.
#[component]
fn RenameForm(
    /// The list.
    the: Shelfful,
    /// The experiment.
    experiment: Experiment,
) -> impl IntoView {
    let name = RwSignal::new(experiment.name.clone());
    let attempt = Attempt::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let saving = changed(the, &experiment, Change::Name(name.get_untracked()));
        attempt.begin(saving, move || drop(the.editing.try_set(None)));
    };
    view! {
        <form class="dialog-form" on:submit=submit>
            <NameField name attempt/>
            <div class="modal-foot">
                <button type="submit" class="button primary">{t("Rename")}</button>
            </div>
        </form>
    }
}

/// The field for a name, with what the server says about it.
#[component]
fn NameField(
    /// The name.
    name: RwSignal<String>,
    /// Whether the server took it.
    attempt: Attempt,
) -> impl IntoView {
    let wrong = move || attempt.failure().is_some();
    view! {
        <label class="label" for="experiment-name">{t("Name")}</label>
        <input
            class="input"
            id="experiment-name"
            autofocus
            autocomplete="off"
            spellcheck="false"
            aria-invalid=move || wrong().then_some("true")
            aria-describedby=move || wrong().then_some("experiment-name-error")
            prop:value=move || name.get()
            on:input=move |event| name.set(event_target_value(&event))
        />
        {move || attempt.failure().map(|error| view! { <FieldError id="experiment-name-error" error/> })}
    }
}

/// What another experiment is made of.
#[component]
fn NewForm(
    /// The list.
    the: Shelfful,
) -> impl IntoView {
    let toasts = use_toasts();
    let folder = the.question.with_untracked(|question| question.folder.clone());
    let name = RwSignal::new(if folder.is_empty() { folder } else { format!("{folder}/") });
    let place = RwSignal::new(String::new());
    let attempt = Attempt::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (name, place) = (name.get_untracked(), place.get_untracked());
        let place = place.trim().to_owned();
        let request = CreateExperiment {
            name: name.clone(),
            artifact_location: (!place.is_empty()).then_some(place),
            ..CreateExperiment::default()
        };
        let client = the.client.get_value();
        let creating = Box::pin(async move { client.call(&request).await.map(drop) });
        attempt.begin(creating, move || {
            the.editing.try_set(None);
            the.reload.try_run(());
            toasts.done(tf("{0} created", &[&name]));
        });
    };
    view! {
        <form class="dialog-form" on:submit=submit>
            <NameField name attempt/>
            <label class="label" for="experiment-place">{t("Artifact location (optional)")}</label>
            <input
                class="input mono"
                id="experiment-place"
                autocomplete="off"
                spellcheck="false"
                placeholder="s3://bucket/path"
                on:input=move |event| place.set(event_target_value(&event))
            />
            <p class="faint">{t("Without one, the server chooses. It can't be changed later.")}</p>
            <div class="modal-foot">
                <button type="submit" class="button primary">{t("Create")}</button>
            </div>
        </form>
    }
}
