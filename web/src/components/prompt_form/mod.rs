//! What makes a prompt, or a further version of one.

mod messages;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mlflow_api::{
    CreateModelVersion, CreateRegisteredModel, DeleteRegisteredModel, SetRegisteredModelTag, Tag,
    tags,
};
use mlflow_client::Error;

use self::messages::{Line, Messages};
use crate::components::name_editor::FieldError;
use crate::components::tag_editor::TagEditor;
use crate::state::language::t;
use crate::state::prompt::{Draft, Message, PromptText, SOURCE, is_name, is_prompt};
use crate::state::registry::linked_to;
use crate::state::saving::{Attempt, Saving};
use crate::state::session::Mlflow;

/// What the fields hold. A copyable handle.
#[derive(Clone, Copy)]
struct Fields {
    name: RwSignal<String>,
    chat: RwSignal<bool>,
    text: RwSignal<String>,
    lines: RwSignal<Vec<Line>>,
    message: RwSignal<String>,
    tags: RwSignal<Vec<(String, String)>>,
    response_format: RwSignal<String>,
    model_config: RwSignal<String>,
}

impl Fields {
    fn of(draft: Draft) -> Fields {
        let (chat, text, messages) = match draft.text {
            Some(PromptText::Chat(messages)) => (true, String::new(), messages),
            Some(PromptText::Text(text)) => (false, text, Vec::new()),
            None => (false, String::new(), Vec::new()),
        };
        Fields {
            name: RwSignal::new(String::new()),
            chat: RwSignal::new(chat),
            text: RwSignal::new(text),
            lines: RwSignal::new(messages.into_iter().map(Line::new).collect()),
            message: RwSignal::new(draft.message),
            tags: RwSignal::new(draft.tags),
            response_format: RwSignal::new(draft.response_format),
            model_config: RwSignal::new(draft.model_config),
        }
    }

    fn said(self) -> PromptText {
        if self.chat.get() {
            PromptText::Chat(self.lines.with(|lines| lines.iter().map(Line::read).collect()))
        } else {
            PromptText::Text(self.text.get())
        }
    }

    /// A chat begins with what the text said.
    fn turn(self, chat: bool) {
        self.chat.set(chat);
        if chat && self.lines.with_untracked(Vec::is_empty) {
            let user = Message { content: self.text.get_untracked(), ..Message::of("user") };
            self.lines.set(vec![Line::new(Message::of("system")), Line::new(user)]);
        }
    }

    fn draft(self) -> Draft {
        untrack(|| Draft {
            text: Some(self.said()),
            message: self.message.get().trim().to_owned(),
            tags: self.tags.get(),
            response_format: self.response_format.get(),
            model_config: self.model_config.get(),
        })
    }
}

/// The fields of a version. It stays as it is until it is saved or left.
#[component]
pub(crate) fn PromptForm(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// The prompt that gets a version; none for another prompt.
    prompt: Option<String>,
    /// The experiment that another prompt is linked to.
    #[prop(optional_no_strip)]
    experiment: Option<String>,
    /// What the fields hold at first.
    draft: Draft,
    /// Hears the name and the number of what was made.
    made: Callback<(String, String)>,
    /// Leaves the form.
    cancel: Callback<()>,
) -> impl IntoView {
    let fields = Fields::of(draft);
    let is_new = prompt.is_none();
    let prompt = StoredValue::new(prompt);
    let link = experiment
        .map(|id| Tag { key: tags::PROMPT_EXPERIMENTS.to_owned(), value: linked_to(&id) });
    let link = StoredValue::new(link);
    let attempt = Attempt::new();
    let wrong = RwSignal::new(String::new());
    let save = move || {
        let name = prompt.get_value();
        let name = name.unwrap_or_else(|| fields.name.get_untracked().trim().to_owned());
        if is_new && !is_name(&name) {
            return wrong.set(t("A name has letters of ASCII, digits, and _ - . only.").to_owned());
        }
        let draft = fields.draft();
        match draft.version_tags() {
            Err(words) => wrong.set(words),
            Ok(version_tags) => {
                wrong.set(String::new());
                let begin =
                    is_new.then(|| [is_prompt()].into_iter().chain(link.get_value()).collect());
                let saving = make(client.get_value(), name, begin, draft, version_tags, made);
                attempt.begin(saving, || {});
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let enter = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if enter && !untrack(|| attempt.is_waiting()) {
            event.prevent_default();
            save();
        }
    };
    let name = is_new.then(|| field("prompt-name", t("Name"), fields.name, "greeting"));
    let text = move || {
        if fields.chat.get() {
            view! { <Messages lines=fields.lines/> }.into_any()
        } else {
            area("prompt-text", t("Text"), fields.text, 10)
        }
    };
    let variables = move || {
        let names = fields.said().variables();
        if names.is_empty() {
            return view! { <>{t("A name in double braces, such as {{name}}, is a variable.")}</> }
                .into_any();
        }
        view! { <>{t("Variables")} ": " <code>{names.join(", ")}</code></> }.into_any()
    };
    let opened = untrack(|| {
        !fields.response_format.with(String::is_empty)
            || !fields.model_config.with(String::is_empty)
    });
    view! {
        <section class="prompt-form" aria-label=t("Prompt") on:keydown=on_key>
            {name}
            <fieldset>
                <legend class="sr-only">{t("Kind")}</legend>
                <div class="segments">
                    {kind(fields, false, t("Text"))}
                    {kind(fields, true, t("Chat"))}
                </div>
            </fieldset>
            {text}
            <p class="faint prompt-variables" role="status">{variables}</p>
            {field("prompt-message", t("What changed (optional)"), fields.message, "")}
            <details class="prompt-more" open=opened>
                <summary>{t("Response format and model settings")}</summary>
                {area("prompt-format", t("Response format, a JSON schema"), fields.response_format, 5)}
                {area("prompt-config", t("Model settings, in JSON"), fields.model_config, 4)}
            </details>
            <div class="field">
                <span class="label">{t("Tags of this version, which the prompt gets, too")}</span>
                <TagsBefore tags=fields.tags/>
            </div>
            <p class="field-error" role="alert">{move || wrong.get()}</p>
            {move || attempt.failure().map(|error| view! { <FieldError id="prompt-error" error/> })}
            <div class="actions">
                <button
                    type="button"
                    class="button primary"
                    disabled=move || attempt.is_waiting()
                    on:click=move |_| save()
                >
                    {if is_new { t("Create the prompt") } else { t("Save the version") }}
                </button>
                <button type="button" class="button" on:click=move |_| cancel.run(())>
                    {t("Cancel")}
                </button>
                <span class="faint">{t("Ctrl-Enter saves")}</span>
            </div>
        </section>
    }
}

/// Makes the version, and its prompt where there is none: in the order in which
/// Python does it, so that a prompt without a version does not stay. `begin` is
/// what a new prompt is tagged with.
fn make(
    client: Mlflow,
    name: String,
    begin: Option<Vec<Tag>>,
    draft: Draft,
    version_tags: Vec<Tag>,
    made: Callback<(String, String)>,
) -> Saving {
    let description = (!draft.message.is_empty()).then(|| draft.message.clone());
    let own = draft.tags.into_iter().map(|(key, value)| Tag { key, value });
    Box::pin(async move {
        let is_new = begin.is_some();
        if let Some(begin) = begin {
            let tags = begin.into_iter().chain(own).collect();
            let description = description.clone();
            client.call(&CreateRegisteredModel { name: name.clone(), tags, description }).await?;
        } else {
            for tag in own {
                client.call(&SetRegisteredModelTag { name: name.clone(), tag }).await?;
            }
        }
        let request = CreateModelVersion {
            name: name.clone(),
            source: SOURCE.to_owned(),
            tags: version_tags,
            description,
            ..CreateModelVersion::default()
        };
        let answer = client.call(&request).await;
        if answer.is_err() && is_new {
            client.call(&DeleteRegisteredModel { name: name.clone() }).await.ok();
        }
        let version = answer?.model_version.version;
        made.try_run((name, version));
        Ok::<(), Error>(())
    })
}

/// A choice of what the prompt is.
fn kind(fields: Fields, chat: bool, words: &'static str) -> impl IntoView {
    view! {
        <label>
            <input
                type="radio"
                class="sr-only"
                name="prompt-kind"
                prop:checked=move || fields.chat.get() == chat
                on:change=move |_| fields.turn(chat)
            />
            {words}
        </label>
    }
}

fn field(
    id: &'static str,
    words: &'static str,
    text: RwSignal<String>,
    hint: &'static str,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{words}</label>
            <input
                class="input"
                id=id
                autocomplete="off"
                placeholder=hint
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
        </div>
    }
    .into_any()
}

fn area(id: &'static str, words: &'static str, text: RwSignal<String>, rows: u32) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{words}</label>
            <textarea
                class="input"
                id=id
                rows=rows
                spellcheck="false"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            ></textarea>
        </div>
    }
    .into_any()
}

/// Tags of something that is not there yet.
#[component]
fn TagsBefore(
    /// Key and value of each.
    tags: RwSignal<Vec<(String, String)>>,
) -> impl IntoView {
    let change = move |key: &str, value: Option<String>| -> Saving {
        tags.update(|tags| {
            tags.retain(|(known, _)| known != key);
            tags.extend(value.map(|value| (key.to_owned(), value)));
        });
        Box::pin(std::future::ready(Ok(())))
    };
    view! {
        <TagEditor
            tags
            set=Callback::new(move |(key, value): (String, String)| change(&key, Some(value)))
            remove=Callback::new(move |key: String| change(&key, None))
        />
    }
}
