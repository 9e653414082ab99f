//! What one version of a prompt says, and what is known of it.

use leptos::prelude::*;
use mlflow_api::{DeleteModelVersionTag, ModelVersion, SetModelVersionTag, Tag};

use super::ThePrompt;
use crate::components::tag_editor::TagEditor;
use crate::state::clock::{date_time, since};
use crate::state::language::t;
use crate::state::prompt::{Message, PromptText, settings};
use crate::state::registry::user_tags;
use crate::state::saving::calling;

/// A version of a prompt.
#[component]
pub(super) fn Version(
    /// Its prompt.
    the: ThePrompt,
    /// The version.
    version: ModelVersion,
) -> impl IntoView {
    let text = PromptText::of(&version);
    let variables = text.variables();
    let variables = (!variables.is_empty()).then(|| {
        view! { <p class="soft">{t("Variables")} ": " <code>{variables.join(", ")}</code></p> }
    });
    let message = |Message { role, content, .. }: Message| {
        view! {
            <section class="prompt-message" aria-label=role.clone()>
                <h3>{role.clone()}</h3>
                <pre class="anywhere">{content}</pre>
            </section>
        }
    };
    let said = match text {
        PromptText::Text(text) => view! { <pre class="anywhere">{text}</pre> }.into_any(),
        PromptText::Chat(messages) => messages.into_iter().map(message).collect_view().into_any(),
    };
    let (format, config) = settings(&version);
    let setting = |words: &'static str, json: Option<String>| {
        json.map(|json| {
            view! {
                <section aria-label=words>
                    <h3>{words}</h3>
                    <pre class="anywhere">{json}</pre>
                </section>
            }
        })
    };
    let created = version.creation_timestamp;
    let user =
        version.user_id.clone().map(|user| view! { <span class="faint">" · " {user}</span> });
    view! {
        <p class="soft">
            {version.description.clone()} " "
            <span class="faint" title=created.map(date_time)>{created.map(since)}</span>
            {user}
        </p>
        {said}
        {variables}
        {setting(t("Response format"), format)}
        {setting(t("Model settings"), config)}
        <section class="prompt-tags" aria-label=t("Tags of the version")>
            <h3>{t("Tags")}</h3>
            <VersionTags the version/>
        </section>
    }
}

/// The tags of a version.
#[component]
fn VersionTags(
    /// Its prompt.
    the: ThePrompt,
    /// The version.
    version: ModelVersion,
) -> impl IntoView {
    let tags = user_tags(&version.tags);
    let (name, number) = (StoredValue::new(version.name), StoredValue::new(version.version));
    let set = move |(key, value): (String, String)| {
        let (name, version) = (name.get_value(), number.get_value());
        let request = SetModelVersionTag { name, version, tag: Tag { key, value } };
        calling(&the.client.get_value(), request, move || the.asked.reload())
    };
    let unset = move |key: String| {
        let request =
            DeleteModelVersionTag { name: name.get_value(), version: number.get_value(), key };
        calling(&the.client.get_value(), request, move || the.asked.reload())
    };
    view! {
        <TagEditor
            tags=Signal::stored(tags)
            set=Callback::new(set)
            remove=Callback::new(unset)
        />
    }
}
