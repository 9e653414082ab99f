//! What an experiment is in more words: description, tags, and place of its files.

use leptos::prelude::*;
use mlflow_api::Experiment;

use super::{change, user_tags};
use crate::components::copy_button::CopyButton;
use crate::components::note_editor::NoteEditor;
use crate::components::tag_editor::TagEditor;
use crate::state::change::Change;
use crate::state::language::t;
use crate::state::session::Mlflow;

/// The details of an experiment, edited where they stand.
#[component]
pub(crate) fn ExperimentDetails(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment; every change that is made here is in it.
    experiment: RwSignal<Option<Experiment>>,
) -> impl IntoView {
    let client = StoredValue::new(client);
    let save = move |what: Change| change(client.get_value(), experiment, what);
    let of = move |pick: fn(&Experiment) -> String| {
        Signal::derive(move || experiment.with(|e| e.as_ref().map(pick).unwrap_or_default()))
    };
    let location = of(|experiment| experiment.artifact_location.clone().unwrap_or_default());
    let note = of(|experiment| experiment.note().unwrap_or_default().to_owned());
    let tags =
        Signal::derive(move || experiment.with(|e| e.as_ref().map(user_tags)).unwrap_or_default());
    view! {
        <div class="experiment-details">
            <NoteEditor note save=Callback::new(move |text| save(Change::note(text)))/>
            <TagEditor
                tags
                set=Callback::new(move |(key, value)| save(Change::Tag(key, value)))
                remove=Callback::new(move |key| save(Change::NoTag(key)))
            />
            <p class="soft experiment-place">
                <span class="label">{t("Artifacts")}</span>
                <code class="clip" title=move || location.get()>{move || location.get()}</code>
                <CopyButton text=location label=t("Copy the artifact location")/>
            </p>
        </div>
    }
}
