//! One version of a registered model.

mod lineage;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{
    CreateModelVersion, DeleteModelVersionTag, GetModelVersion, GetRegisteredModel, LoggedModel,
    ModelVersion, RegisteredModel, SetModelVersionTag, Tag, TransitionStage, UpdateModelVersion,
};
use mlflow_client::FileRoot;

use crate::components::alias_editor::{AliasEditor, Aliased};
use crate::components::copy_button::CopyButton;
use crate::components::delete_registered::delete_version;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::model_panel::ModelPanel;
use crate::components::note_editor::NoteEditor;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::register_model::RegisterModel;
use crate::components::tag_editor::TagEditor;
use crate::components::toasts::use_toasts;
use crate::pages::logged_model::{metrics, params};
use crate::pages::model::versions::{StagesToggle, stages_shown};
use crate::pages::model::waiting;
use crate::pages::version::lineage::Lineage;
use crate::parts::{self, FilesPart};
use crate::state::asked::Asked;
use crate::state::clock::{date_time, since};
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::model_place::{ModelPlace, copied_from};
use crate::state::model_source::version_uri;
use crate::state::registry::{Registered, aliases_of, user_tags, version_class, version_status};
use crate::state::route::{Place, Route};
use crate::state::saving::{Saving, calling};
use crate::state::session::Mlflow;

/// The stages that MLflow has.
const STAGES: [&str; 4] = ["None", "Staging", "Production", "Archived"];

/// A version, and what its page does with it. A copyable handle.
#[derive(Clone, Copy)]
struct TheVersion {
    client: StoredValue<Mlflow>,
    name: StoredValue<String>,
    number: StoredValue<String>,
    asked: Asked<(ModelVersion, RegisteredModel)>,
    /// Whether the page can run it, once that is known.
    runs_here: RwSignal<Option<bool>>,
    /// The logged model that it was, once that is there.
    logged: RwSignal<Option<LoggedModel>>,
}

impl TheVersion {
    fn names(self) -> (String, String) {
        (self.name.get_value(), self.number.get_value())
    }

    fn version<U: Default + 'static>(self, pick: impl FnOnce(&ModelVersion) -> U) -> U {
        self.asked.pick(|(version, _)| pick(version))
    }

    fn save<E: mlflow_api::Endpoint + 'static>(self, request: E) -> Saving {
        calling(&self.client.get_value(), request, move || self.asked.reload())
    }
}

/// The page.
#[component]
pub(crate) fn VersionPage(
    /// The client of the server in use.
    client: Mlflow,
    /// Its name.
    name: String,
    /// Its number.
    version: String,
) -> impl IntoView {
    let asking = (client.clone(), name.clone(), version.clone());
    let asked = Asked::new(move || {
        let (client, name, version) = asking.clone();
        Box::pin(async move {
            let request = GetModelVersion { name: name.clone(), version };
            let version = client.call(&request).await?.model_version;
            let model = client.call(&GetRegisteredModel { name }).await?.registered_model;
            Ok((version, model))
        })
    });
    let the = TheVersion {
        client: StoredValue::new(client),
        name: StoredValue::new(name.clone()),
        number: StoredValue::new(version.clone()),
        asked,
        runs_here: RwSignal::new(None),
        logged: RwSignal::new(None),
    };
    let crumbs = vec![
        Crumb::link(t("Models"), &Route::Models),
        Crumb::link(name.clone(), &Route::Model { name, tab: String::new() }),
        Crumb::here(tf("Version {0}", &[&version])),
    ];
    let body = move || view! { <VersionView the/> }.into_any();
    let there = Memo::new(move |_| asked.value().with(Option::is_some));
    let actions = move || {
        view! {
            <Show when=move || there.get()><Actions the/></Show>
            <Refresh refresh=move |()| asked.reload()/>
        }
    };
    view! {
        <Page crumbs=Signal::stored(crumbs) actions>
            <div class="page run">{asked.show(waiting, body)}</div>
        </Page>
    }
}

/// A version that is there.
#[component]
fn VersionView(
    /// The version.
    the: TheVersion,
) -> impl IntoView {
    let (name, number) = the.names();
    let stages = RwSignal::new(stages_shown());
    let aliased = Aliased {
        client: the.client,
        name: the.name,
        aliases: Signal::derive(move || the.asked.pick(|(_, model)| model.aliases.clone())),
        changed: Callback::new(move |()| the.asked.reload()),
    };
    let status = move || {
        let (status, message) = the.version(|v| (v.status.clone(), v.status_message.clone()));
        let status = status.unwrap_or_default();
        view! { <span class=version_class(&status) title=message>{version_status(&status)}</span> }
    };
    let note = move |text: String| {
        let (name, version) = the.names();
        the.save(UpdateModelVersion { name, version, description: Some(text) })
    };
    let set = move |(key, value): (String, String)| {
        let (name, version) = the.names();
        the.save(SetModelVersionTag { name, version, tag: Tag { key, value } })
    };
    let unset = move |key: String| {
        let (name, version) = the.names();
        the.save(DeleteModelVersionTag { name, version, key })
    };
    let (places, uri) =
        untrack(|| the.version(|version| (ModelPlace::all_of(version), version_uri(version))));
    view! {
        <div class="run-head">
            <h1>{name} <span class="soft">" " {tf("Version {0}", &[&number])}</span></h1>
            {status}
        </div>
        <dl class="facts">
            {move || the.asked.value().with(|there| there.as_ref().map(|(version, _)| facts(version)))}
            <div>
                <dt>{t("Stage")}</dt>
                <dd>
                    <StagesToggle stages/>
                    <Show when=move || stages.get()><StageSelect the/></Show>
                </dd>
            </div>
        </dl>
        <section class="version-aliases">
            <h2>{t("Aliases")}</h2>
            <AliasEditor of=aliased version=number/>
        </section>
        <section class="run-tags">
            <h2>{t("Tags")}</h2>
            <TagEditor
                tags=Signal::derive(move || the.version(|version| user_tags(&version.tags)))
                set=Callback::new(set)
                remove=Callback::new(unset)
            />
        </section>
        <NoteEditor
            note=Signal::derive(move || the.version(|v| v.description.clone().unwrap_or_default()))
            save=Callback::new(note)
        />
        <Lineage the/>
        <ModelPanel client=the.client places=places.clone() uri runs_here=the.runs_here/>
        {places.into_iter().next().map(|place| view! { <VersionFiles the place/> })}
        {move || the.logged.with(|model| model.as_ref().map(measured))}
    }
}

/// The version's files; the one that is shown stands in the address.
#[component]
fn VersionFiles(
    /// The version.
    the: TheVersion,
    /// Where they are.
    place: ModelPlace,
) -> impl IntoView {
    let navigator = use_navigator();
    let chosen = Memo::new(move |_| {
        navigator.place().with(|place| match &place.route {
            Route::Version { tab, .. } => tab.strip_prefix("artifacts/").map(str::to_owned),
            _ => None,
        })
    });
    let href = move |path: String| {
        let (name, version) = the.names();
        let tab = match path.as_str() {
            "" => "artifacts".to_owned(),
            path => format!("artifacts/{path}"),
        };
        Route::Version { name, version, tab }.href()
    };
    let unlisted = matches!(place.root, FileRoot::Version { .. }).then(|| {
        view! { <p class="faint">{t("The server does not list this version's files.")}</p> }
    });
    let files = parts::files(FilesPart {
        client: the.client.get_value(),
        root: place.root,
        base: place.folder,
        chosen: chosen.into(),
        href: Callback::new(href),
    });
    view! {
        <section>
            <h2>{t("Files")}</h2>
            {unlisted}
            {files}
        </section>
    }
}

fn facts(version: &ModelVersion) -> impl IntoView + use<> {
    let fact = |words: &'static str, value: AnyView| {
        view! { <div><dt>{words}</dt> <dd>{value}</dd></div> }
    };
    let time = |milliseconds: i64| {
        view! { <span title=date_time(milliseconds)>{since(milliseconds)}</span> }.into_any()
    };
    let text = |text: String| {
        let title = text.clone();
        view! { <span class="clip" title=title>{text}</span> }.into_any()
    };
    let source = version.source.clone().filter(|source| !source.is_empty());
    let copied = source.as_deref().and_then(copied_from).map(|(name, version)| {
        let words = tf("{0}, version {1}", &[&name, &version]);
        let href = Route::Version { name, version, tab: String::new() }.href();
        fact(t("Copied from"), view! { <a class="link" href=href>{words}</a> }.into_any())
    });
    let source = source.map(|source| {
        let copy = source.clone();
        let shown = view! {
            <code class="clip" title=source.clone()>{source.clone()}</code>
            <CopyButton text=copy label=t("Copy the source")/>
        };
        fact(t("Source"), shown.into_any())
    });
    view! {
        {version.creation_timestamp.map(|at| fact(t("Registered"), time(at)))}
        {version.last_updated_timestamp.map(|at| fact(t("Last modified"), time(at)))}
        {version.user_id.clone().map(|user| fact(t("Created by"), text(user)))}
        {copied}
        {source}
    }
}

/// What the logged model was given and measured.
fn measured(model: &LoggedModel) -> impl IntoView + use<> {
    let empty = model.data.params.is_empty() && model.data.metrics.is_empty();
    (!empty).then(|| view! { <div class="run-tables">{params(model)} {metrics(model)}</div> })
}

/// The stage of a version, and a way to change it.
#[component]
fn StageSelect(
    /// The version.
    the: TheVersion,
) -> impl IntoView {
    let toasts = use_toasts();
    let archive = RwSignal::new(false);
    let now = Memo::new(move |_| the.version(|v| v.current_stage.clone()).unwrap_or_default());
    let change = move |event| {
        let stage: String = event_target_value(&event);
        let (name, version) = the.names();
        let archive_existing_versions =
            archive.get_untracked() && matches!(stage.as_str(), "Staging" | "Production");
        let saving = the.save(TransitionStage {
            name,
            version,
            stage: stage.clone(),
            archive_existing_versions,
        });
        spawn_local(async move {
            match saving.await {
                Ok(()) => toasts.done(tf("The stage is {0}", &[&stage])),
                Err(error) => {
                    toasts.failed(t("The stage is not changed"), &error);
                    the.asked.reload();
                }
            }
        });
    };
    let option = move |stage: &'static str| {
        view! { <option value=stage selected=move || now.get() == stage>{stage}</option> }
    };
    view! {
        <select class="input view-choice" aria-label=t("Stage") on:change=change>
            {STAGES.map(option).collect_view()}
        </select>
        <label class="check">
            <input
                type="checkbox"
                on:change=move |event| archive.set(event_target_checked(&event))
            />
            {t("Archive what is in that stage")}
        </label>
    }
}

/// What can be done with a version, in the bar at the top.
#[component]
fn Actions(
    /// The version.
    the: TheVersion,
) -> impl IntoView {
    let navigator = use_navigator();
    let trial_href = Place::trial_of(&untrack(|| the.version(version_uri))).href();
    let copy = untrack(|| {
        the.version(|version| CreateModelVersion {
            name: String::new(),
            source: version_uri(version),
            run_id: version.run_id.clone(),
            tags: version.tags.clone(),
            run_link: version.run_link.clone(),
            description: version.description.clone(),
            // The server knows the logged model of what is copied.
            model_id: None,
        })
    });
    let ask = delete_version(Registered::Model, the.client, the.name);
    let delete = move || {
        let (name, version) = the.names();
        let aliases = untrack(|| the.asked.pick(|(_, model)| aliases_of(model, &version)));
        let list = Route::Model { name, tab: String::new() };
        ask(version, aliases, Callback::new(move |()| navigator.go(list.clone())));
    };
    let items = move |()| vec![Item::new(t("Delete…"), delete).danger()];
    view! {
        <RegisterModel client=the.client words=t("Promote…") version=copy/>
        <Show when=move || the.runs_here.get() != Some(false)>
            <a class="button primary" href=trial_href.clone()>{t("Try it")}</a>
        </Show>
        <Menu
            label=Signal::stored(t("More about this version").to_owned())
            face=|| view! { <Icon glyph=Glyph::More/> }
            items=Callback::new(items)
        />
    }
}
