//! One prompt: its versions, what each says, and what changed between two.

use leptos::prelude::*;
use mlflow_api::{
    DeleteRegisteredModelTag, GetRegisteredModel, ModelVersion, RegisteredModel,
    SearchModelVersions, SetRegisteredModelTag, Tag,
};

use crate::components::alias_editor::{AliasEditor, Aliased};
use crate::components::copy_button::CopyButton;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::tag_editor::TagEditor;
use crate::pages::model::waiting;
use crate::state::asked::Asked;
use crate::state::clock::{date_time, since};
use crate::state::language::{t, tf};
use crate::state::line_diff::{self, Change};
use crate::state::registry::{PromptText, Registered, aliases_of, number, user_tags};
use crate::state::route::Route;
use crate::state::saving::calling;
use crate::state::session::{Mlflow, use_session};

/// The most versions that are shown.
const MOST: u32 = 1000;

/// A prompt and its versions, the newest first.
type Prompt = (RegisteredModel, Vec<ModelVersion>);

/// The page.
#[component]
pub(crate) fn PromptPage(
    /// The client of the server in use.
    client: Mlflow,
    /// Its name.
    name: String,
) -> impl IntoView {
    let asking = (client.clone(), name.clone());
    let asked = Asked::new(move || {
        let (client, name) = asking.clone();
        Box::pin(async move {
            let request = GetRegisteredModel { name: name.clone() };
            let model = client.call(&request).await?.registered_model;
            let request = SearchModelVersions {
                filter: Registered::Prompt.versions_of(&name),
                max_results: MOST,
                order_by: vec!["version_number DESC".to_owned()],
                ..SearchModelVersions::default()
            };
            let mut versions = client.call(&request).await?.model_versions;
            versions.retain(|version| version.name == name);
            versions.sort_by_key(|version| std::cmp::Reverse(number(&version.version)));
            Ok((model, versions))
        })
    });
    let (client, stored) = (StoredValue::new(client), StoredValue::new(name.clone()));
    let crumbs = vec![Crumb::link(t("Prompts"), &Route::Prompts), Crumb::here(name)];
    let body = move || view! { <PromptView client name=stored asked/> }.into_any();
    let actions = move || view! { <Refresh refresh=move |()| asked.reload()/> };
    view! {
        <Page crumbs=Signal::stored(crumbs) actions>
            <div class="page run">{asked.show(waiting, body)}</div>
        </Page>
    }
}

/// A prompt that is there.
#[component]
fn PromptView(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// Its name.
    name: StoredValue<String>,
    /// The prompt and its versions.
    asked: Asked<Prompt>,
) -> impl IntoView {
    let chosen = RwSignal::new(untrack(|| {
        asked.pick(|(_, versions)| versions.first().map(|v| v.version.clone())).unwrap_or_default()
    }));
    let other: RwSignal<Option<String>> = RwSignal::new(None);
    let aliased = Aliased {
        client,
        name,
        aliases: Signal::derive(move || asked.pick(|(model, _)| model.aliases.clone())),
        changed: Callback::new(move |()| asked.reload()),
    };
    let set = move |(key, value): (String, String)| {
        let request = SetRegisteredModelTag { name: name.get_value(), tag: Tag { key, value } };
        calling(&client.get_value(), request, move || asked.reload())
    };
    let unset = move |key: String| {
        let request = DeleteRegisteredModelTag { name: name.get_value(), key };
        calling(&client.get_value(), request, move || asked.reload())
    };
    let of = move |number: &str| {
        let number = number.to_owned();
        asked.pick(move |(_, versions)| versions.iter().find(|v| v.version == number).cloned())
    };
    let item = move |version: ModelVersion| {
        let number = StoredValue::new(version.version.clone());
        let here = move || number.with_value(|number| chosen.with(|chosen| chosen == number));
        let aliases = move || {
            let own = asked.pick(|(model, _)| number.with_value(|n| aliases_of(model, n)));
            own.into_iter()
                .map(|alias| view! { <span class="alias alone">"@" {alias}</span> })
                .collect_view()
        };
        let message = version.description.unwrap_or_default();
        view! {
            <li>
                <button
                    type="button"
                    class="side-entry"
                    aria-current=move || here().then_some("true")
                    on:click=move |_| chosen.set(number.get_value())
                >
                    <b>{tf("Version {0}", &[&version.version])}</b>
                    <span class="clip soft" title=message.clone()>{message.clone()}</span>
                    {aliases}
                </button>
            </li>
        }
    };
    let versions =
        move || asked.pick(|(_, versions)| versions.clone()).into_iter().map(item).collect_view();
    let shown = move || {
        let version = of(&chosen.get())?;
        let compared = other.get().and_then(|other| of(&other));
        Some(match compared {
            Some(old) => view! { <Diff old new=version/> }.into_any(),
            None => view! { <Text version/> }.into_any(),
        })
    };
    let options = move || {
        let here = chosen.get();
        let numbers = asked
            .pick(|(_, versions)| versions.iter().map(|v| v.version.clone()).collect::<Vec<_>>());
        let option = |number: String| {
            let words = tf("Version {0}", &[&number]);
            let picked = number.clone();
            view! {
                <option value=number selected=move || other.get().as_ref() == Some(&picked)>
                    {words}
                </option>
            }
        };
        numbers.into_iter().filter(|number| *number != here).map(option).collect_view()
    };
    let pick_other = move |event| {
        let value: String = event_target_value(&event);
        other.set((!value.is_empty()).then_some(value));
    };
    let uri = use_session().tracking_uri();
    let python = Signal::derive(move || {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let address = format!("prompts:/{}/{}", name.get_value(), chosen.get());
        let variables =
            of(&chosen.get()).map(|v| PromptText::of(&v).variables()).unwrap_or_default();
        let given: Vec<String> = variables.iter().map(|name| format!("{name}=\"…\"")).collect();
        format!(
            "import mlflow\nmlflow.set_tracking_uri({})\nprompt = mlflow.genai.load_prompt({})\nprint(prompt.format({}))",
            quoted(&uri),
            quoted(&address),
            given.join(", ")
        )
    });
    view! {
        <div class="run-head"><h1>{name.get_value()}</h1></div>
        <section class="run-tags">
            <h2 class="sr-only">{t("Tags")}</h2>
            <TagEditor
                tags=Signal::derive(move || asked.pick(|(model, _)| user_tags(&model.tags)))
                set=Callback::new(set)
                remove=Callback::new(unset)
            />
        </section>
        <div class="sides">
            <nav aria-label=t("Versions")><ul>{versions}</ul></nav>
            <div class="prompt-view">
                <div class="prompt-head">
                    <h2>{move || tf("Version {0}", &[&chosen.get()])}</h2>
                    {move || view! { <AliasEditor of=aliased version=chosen.get()/> }}
                    <label class="prompt-other">
                        {t("Compare with")}
                        <select class="input view-choice" on:change=pick_other>
                            <option value="" selected=move || other.get().is_none()>{t("nothing")}</option>
                            {options}
                        </select>
                    </label>
                </div>
                {shown}
                <section>
                    <h3>{t("Load it")}</h3>
                    <div class="snippet">
                        <pre tabindex="0" role="region" aria-label="Python">{python}</pre>
                        <CopyButton text=python label=t("Copy the Python")/>
                    </div>
                </section>
            </div>
        </div>
    }
}

/// What a version says, and what is known of it.
#[component]
fn Text(
    /// The version.
    version: ModelVersion,
) -> impl IntoView {
    let text = PromptText::of(&version);
    let variables = text.variables();
    let variables = (!variables.is_empty()).then(|| {
        view! { <p class="soft">{t("Variables")} ": " <code>{variables.join(", ")}</code></p> }
    });
    let message = |(role, content): (String, String)| {
        view! {
            <section class="prompt-message" aria-label=role.clone()>
                <h3>{role.clone()}</h3>
                <pre class="anywhere">{content}</pre>
            </section>
        }
    };
    let shown = match text {
        PromptText::Text(text) => view! { <pre class="anywhere">{text}</pre> }.into_any(),
        PromptText::Chat(messages) => messages.into_iter().map(message).collect_view().into_any(),
    };
    let created = version.creation_timestamp;
    let tags = user_tags(&version.tags);
    view! {
        <p class="soft">
            {version.description.clone()} " "
            <span class="faint" title=created.map(date_time)>{created.map(since)}</span>
        </p>
        {shown}
        {variables}
        <crate::components::tags::Tags tags/>
    }
}

/// Two versions side by side, line by line.
#[component]
fn Diff(
    /// The version that is compared with.
    old: ModelVersion,
    /// The version that is shown.
    new: ModelVersion,
) -> impl IntoView {
    let (before, after) = (PromptText::of(&old).plain(), PromptText::of(&new).plain());
    let all: Vec<(Change, String)> = line_diff::lines(&before, &after)
        .into_iter()
        .map(|(change, line)| (change, line.to_owned()))
        .collect();
    let side = |without: Change, version: &str| {
        let line = |(change, text): &(Change, String)| {
            let (class, words) = match change {
                _ if *change == without => ("missing", ""),
                Change::Gone => ("gone", t("removed")),
                Change::Come => ("come", t("added")),
                Change::Same => ("", ""),
            };
            let text = if class == "missing" { String::new() } else { text.clone() };
            view! { <div class=class><span class="sr-only">{words} " "</span>{text}</div> }
        };
        let label = tf("Version {0}", &[&version]);
        view! {
            <div>
                <h3>{label.clone()}</h3>
                <div class="text-diff" tabindex="0" role="region" aria-label=label>
                    {all.iter().map(line).collect_view()}
                </div>
            </div>
        }
    };
    view! {
        <div class="prompt-sides">
            {side(Change::Come, &old.version)}
            {side(Change::Gone, &new.version)}
        </div>
    }
}
