//! One prompt: its versions, what each says, and what changed between two.

mod diff;
mod version;

use leptos::prelude::*;
use mlflow_api::{
    DeleteRegisteredModelTag, GetRegisteredModel, ModelVersion, RegisteredModel,
    SearchModelVersions, SetRegisteredModelTag, Tag,
};

use self::diff::Diff;
use self::version::Version;
use crate::components::alias_editor::{AliasEditor, Aliased};
use crate::components::copy_button::CopyButton;
use crate::components::delete_registered::{delete_registered, delete_version};
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::page::{Crumb, Page};
use crate::components::prompt_form::PromptForm;
use crate::components::refresh::Refresh;
use crate::components::tag_editor::TagEditor;
use crate::components::toasts::use_toasts;
use crate::pages::model::waiting;
use crate::state::asked::Asked;
use crate::state::commands::use_commands;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::prompt::{Draft, PromptText, python};
use crate::state::registry::{Registered, aliases_of, number, user_tags};
use crate::state::route::Route;
use crate::state::saving::calling;
use crate::state::session::{Mlflow, use_session};

/// The most versions that are shown.
const MOST: u32 = 1000;
/// The version that is shown, as MLflow's addresses have it.
const CHOSEN: &str = "promptVersion";
/// The version that it is compared with.
const OTHER: &str = "compareWith";

/// A prompt and its versions, the newest first.
type Prompt = (RegisteredModel, Vec<ModelVersion>);

/// A prompt, and what is chosen on its page. A copyable handle.
#[derive(Clone, Copy)]
struct ThePrompt {
    client: StoredValue<Mlflow>,
    name: StoredValue<String>,
    asked: Asked<Prompt>,
    /// The version that is shown; empty where there is none.
    chosen: Memo<String>,
    /// Whether the next version is being written.
    writing: RwSignal<bool>,
}

impl ThePrompt {
    fn version(self, number: &str) -> Option<ModelVersion> {
        let number = number.to_owned();
        self.asked.pick(move |(_, versions)| versions.iter().find(|v| v.version == number).cloned())
    }

    fn shown(self) -> Option<ModelVersion> {
        self.version(&self.chosen.get())
    }

    fn numbers(self) -> Vec<String> {
        self.asked.pick(|(_, versions)| versions.iter().map(|v| v.version.clone()).collect())
    }
}

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
        Box::pin(async move { read(&client, name).await })
    });
    let place = use_navigator().place();
    let chosen = Memo::new(move |_| {
        let numbers: Vec<String> =
            asked.pick(|(_, versions)| versions.iter().map(|v| v.version.clone()).collect());
        let named = place.with(|place| place.query.get(CHOSEN).map(str::to_owned));
        named
            .filter(|named| numbers.contains(named))
            .or(numbers.into_iter().next())
            .unwrap_or_default()
    });
    let the = ThePrompt {
        client: StoredValue::new(client),
        name: StoredValue::new(name.clone()),
        asked,
        chosen,
        writing: RwSignal::new(false),
    };
    use_commands().offer(t("New version"), "n", move || the.writing.set(true));
    let crumbs = vec![Crumb::link(t("Prompts"), &Route::Prompts), Crumb::here(name)];
    let body = move || view! { <PromptView the/> }.into_any();
    let actions = move || {
        view! { <Actions the/> <Refresh refresh=move |()| asked.reload()/> }
    };
    view! {
        <Page crumbs=Signal::stored(crumbs) actions>
            <div class="page run">{asked.show(waiting, body)}</div>
        </Page>
    }
}

async fn read(client: &Mlflow, name: String) -> Result<Prompt, mlflow_client::Error> {
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
}

/// What can be done with a prompt, in the bar at the top.
#[component]
fn Actions(
    /// The prompt.
    the: ThePrompt,
) -> impl IntoView {
    let all = delete_registered(Registered::Prompt, the.client, the.name);
    let delete = move || {
        let aliases =
            |model: &RegisteredModel| model.aliases.iter().map(|a| a.alias.clone()).collect();
        all(untrack(|| the.asked.pick(|(model, _)| aliases(model))));
    };
    let one = delete_version(Registered::Prompt, the.client, the.name);
    let delete_shown = move || {
        let version = the.chosen.get_untracked();
        let aliases = untrack(|| the.asked.pick(|(model, _)| aliases_of(model, &version)));
        one(version, aliases, Callback::new(move |()| the.asked.reload()));
    };
    let items = move |()| {
        let mut items = Vec::new();
        let version = the.chosen.get_untracked();
        if !version.is_empty() {
            items.push(Item::new(tf("Delete version {0}…", &[&version]), delete_shown).danger());
        }
        items.push(Item::new(t("Delete the prompt…"), delete).danger());
        items
    };
    view! {
        <button
            type="button"
            class="button primary"
            disabled=move || the.writing.get()
            on:click=move |_| the.writing.set(true)
        >
            <Icon glyph=Glyph::Plus/>
            <span class="wide-only">{t("New version")}</span>
            <span class="sr-only narrow-name">{t("New version")}</span>
        </button>
        <Menu
            label=Signal::stored(t("More about this prompt").to_owned())
            face=|| view! { <Icon glyph=Glyph::More/> }
            items=Callback::new(items)
        />
    }
}

/// A prompt that is there.
#[component]
fn PromptView(
    /// The prompt.
    the: ThePrompt,
) -> impl IntoView {
    let (client, name, asked) = (the.client, the.name, the.asked);
    let set = move |(key, value): (String, String)| {
        let request = SetRegisteredModelTag { name: name.get_value(), tag: Tag { key, value } };
        calling(&client.get_value(), request, move || asked.reload())
    };
    let unset = move |key: String| {
        let request = DeleteRegisteredModelTag { name: name.get_value(), key };
        calling(&client.get_value(), request, move || asked.reload())
    };
    let right = move || {
        if the.writing.get() {
            view! { <NextVersion the/> }.into_any()
        } else if the.chosen.with(String::is_empty) {
            view! { <p class="lead">{t("This prompt has no versions. New version writes one.")}</p> }
                .into_any()
        } else {
            view! { <Shown the/> }.into_any()
        }
    };
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
            <nav aria-label=t("Versions")><ul><Versions the/></ul></nav>
            {right}
        </div>
    }
}

/// The versions, to choose one.
#[component]
fn Versions(
    /// The prompt.
    the: ThePrompt,
) -> impl IntoView {
    let navigator = use_navigator();
    let item = move |version: ModelVersion| {
        let number = StoredValue::new(version.version.clone());
        let here = move || number.with_value(|number| the.chosen.with(|chosen| chosen == number));
        let aliases = move || {
            let own = the.asked.pick(|(model, _)| number.with_value(|n| aliases_of(model, n)));
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
                    on:click=move |_| navigator.choose(&[(CHOSEN, Some(&number.get_value()))])
                >
                    <b>{tf("Version {0}", &[&version.version])}</b>
                    <span class="clip soft" title=message.clone()>{message.clone()}</span>
                    {aliases}
                </button>
            </li>
        }
    };
    move || the.asked.pick(|(_, versions)| versions.clone()).into_iter().map(item).collect_view()
}

/// The form of the next version, which begins as the one that was shown.
#[component]
fn NextVersion(
    /// The prompt.
    the: ThePrompt,
) -> impl IntoView {
    let (navigator, toasts) = (use_navigator(), use_toasts());
    let from = untrack(|| the.shown());
    let title = match &from {
        Some(version) => tf("New version, from version {0}", &[&version.version]),
        None => t("New version").to_owned(),
    };
    let draft = from.as_ref().map(Draft::of).unwrap_or_default();
    let made = move |(_, version): (String, String)| {
        toasts.done(tf("Version {0} is there", &[&version]));
        navigator.choose(&[(CHOSEN, Some(&version)), (OTHER, None)]);
        the.asked.reload();
        the.writing.set(false);
    };
    view! {
        <div class="prompt-view">
            <h2>{title}</h2>
            <PromptForm
                client=the.client
                prompt=Some(the.name.get_value())
                draft
                made=Callback::new(made)
                cancel=Callback::new(move |()| the.writing.set(false))
            />
        </div>
    }
}

/// The version that is chosen, alone or beside another.
#[component]
fn Shown(
    /// The prompt.
    the: ThePrompt,
) -> impl IntoView {
    let navigator = use_navigator();
    let other = Memo::new(move |_| {
        let named = navigator.place().with(|place| place.query.get(OTHER).map(str::to_owned));
        named.filter(|named| *named != the.chosen.get() && the.numbers().contains(named))
    });
    let aliased = Aliased {
        client: the.client,
        name: the.name,
        aliases: Signal::derive(move || the.asked.pick(|(model, _)| model.aliases.clone())),
        changed: Callback::new(move |()| the.asked.reload()),
    };
    // What did not change is not built anew when the prompt is read again.
    let pair = Memo::new(move |_| (the.shown(), other.get().and_then(|other| the.version(&other))));
    let body = move || {
        Some(match pair.get() {
            (Some(new), Some(old)) => view! { <Diff old new/> }.into_any(),
            (Some(version), None) => view! { <Version the version/> }.into_any(),
            (None, _) => return None,
        })
    };
    let option = move |number: String| {
        let words = tf("Version {0}", &[&number]);
        let picked = number.clone();
        view! {
            <option value=number selected=move || other.get().as_ref() == Some(&picked)>
                {words}
            </option>
        }
    };
    let options = move || {
        let here = the.chosen.get();
        the.numbers().into_iter().filter(|n| *n != here).map(option).collect_view()
    };
    let pick_other = move |event| {
        let value: String = event_target_value(&event);
        navigator.choose(&[(OTHER, (!value.is_empty()).then_some(value.as_str()))]);
    };
    let uri = use_session().tracking_uri();
    let load = Signal::derive(move || {
        let address = format!("prompts:/{}/{}", the.name.get_value(), the.chosen.get());
        let variables = the.shown().map(|v| PromptText::of(&v).variables()).unwrap_or_default();
        python(&uri, &address, &variables)
    });
    view! {
        <div class="prompt-view">
            <div class="prompt-head">
                <h2>{move || tf("Version {0}", &[&the.chosen.get()])}</h2>
                {move || view! { <AliasEditor of=aliased version=the.chosen.get()/> }}
                <label class="prompt-other">
                    {t("Compare with")}
                    <select class="input view-choice" on:change=pick_other>
                        <option value="" selected=move || other.get().is_none()>{t("nothing")}</option>
                        {options}
                    </select>
                </label>
            </div>
            {body}
            <section>
                <h3>{t("Load it")}</h3>
                <div class="snippet">
                    <pre tabindex="0" role="region" aria-label="Python">{load}</pre>
                    <CopyButton text=load label=t("Copy the Python")/>
                </div>
            </section>
        </div>
    }
}
