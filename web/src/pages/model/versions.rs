//! The versions of a model, as a table.

use std::collections::BTreeSet;

use leptos::prelude::*;
use mlflow_api::{ModelVersion, SearchModelVersions};

use crate::components::alias_editor::{AliasEditor, Aliased};
use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::model_panel::ModelPanel;
use crate::components::pick::Pick;
use crate::components::runs_here::RunsHere;
use crate::components::skeleton::SkeletonRows;
use crate::components::tags::Tags;
use crate::state::clock::{date_time, since};
use crate::state::commands::use_commands;
use crate::state::language::{t, tf};
use crate::state::location::use_navigator;
use crate::state::model_place::ModelPlace;
use crate::state::model_source::version_uri;
use crate::state::pager::{PageOf, Pager, Phase};
use crate::state::registry::{Registered, is_active, user_tags, version_class, version_status};
use crate::state::route::{Place, Route};
use crate::state::session::Mlflow;
use crate::state::storage::Shelf;

/// How many come at a time.
const MANY: u32 = 100;

const STAGES: &str = "millrace.stages";

/// Whether stages are shown, which aliases have replaced.
pub(crate) fn stages_shown() -> bool {
    Shelf::Device.get(STAGES).unwrap_or(false)
}

/// A switch that shows stages on this device.
#[component]
pub(crate) fn StagesToggle(
    /// Whether they are shown.
    stages: RwSignal<bool>,
) -> impl IntoView {
    let flip = move |event| {
        let on = event_target_checked(&event);
        stages.set(on);
        Shelf::Device.set(STAGES, &on);
    };
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=move || stages.get() on:change=flip/>
            {t("Stages")}
        </label>
    }
}

/// The table of versions, the newest first.
#[component]
pub(super) fn Versions(
    /// The model and its aliases.
    aliased: Aliased,
    /// Counts how often they are to be read again.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let navigator = use_navigator();
    let pager: Pager<Vec<ModelVersion>> = Pager::new();
    let fetch = move |page_token: Option<String>| {
        let (client, name) = (aliased.client.get_value(), aliased.name.get_value());
        let request = SearchModelVersions {
            filter: Registered::Model.versions_of(&name),
            max_results: MANY,
            order_by: vec!["version_number DESC".to_owned()],
            page_token,
        };
        async move {
            let answer = client.call(&request).await?;
            let mut rows = answer.model_versions;
            rows.retain(|version| version.name == name);
            let next = answer.next_page_token.filter(|token| !token.is_empty());
            Ok(PageOf { rows, next })
        }
    };
    Effect::new(move || {
        changed.track();
        pager.load(fetch(None));
    });
    let again = Callback::new(move |()| pager.load(fetch(None)));
    let more = Callback::new(move |()| pager.load_more(fetch(pager.next_token())));
    let chosen: RwSignal<BTreeSet<String>> = RwSignal::new(BTreeSet::new());
    let compare = move || {
        let picked: Vec<ModelVersion> = pager.rows().with_untracked(|rows| {
            let picked = |v: &&ModelVersion| chosen.with_untracked(|c| c.contains(&v.version));
            rows.iter().filter(picked).cloned().collect()
        });
        if picked.len() > 1 {
            navigator.go(Place::compare_versions(&aliased.name.get_value(), &picked));
        }
    };
    use_commands().offer(t("Compare the chosen versions"), "c", compare);
    let few = move || chosen.with(|chosen| chosen.len() < 2);
    let stages = RwSignal::new(stages_shown());
    let first = move || matches!(pager.phase().get(), Phase::Loading) && pager.is_empty();
    let nothing =
        Memo::new(move |_| matches!(pager.phase().get(), Phase::Ready) && pager.is_empty());
    // MLflow's own server does not say who made what.
    let users = Memo::new(move |_| {
        pager.rows().with(|rows| rows.iter().any(|version| version.user_id.is_some()))
    });
    let active = RwSignal::new(false);
    let rows = move || {
        let (stages, users) = (stages.get(), users.get());
        let only_active = stages && active.get();
        let row = |version: &ModelVersion| row(aliased, chosen, version, stages, users);
        let is_shown = |version: &&ModelVersion| !only_active || is_active(version);
        pager.rows().with(|rows| rows.iter().filter(is_shown).map(row).collect_view())
    };
    let table = move || {
        if nothing.get() {
            let name = serde_json::Value::from(aliased.name.get_value()).to_string();
            let python = format!("mlflow.register_model(\"models:/m-…\", {name})");
            return view! {
                <Empty
                    title=t("No versions yet")
                    words=t("Register a logged model or a model of a run under this name: that is its first version.")
                    python
                />
            }
            .into_any();
        }
        view! {
            <div class="versions-scroll" tabindex="0" role="region" aria-label=t("Versions")>
                <table class="versions" aria-label=t("Versions") aria-busy=move || first().to_string()>
                    <thead>
                        <tr>
                            <td class="pick"></td>
                            <th scope="col">{t("Version")}</th>
                            <th scope="col">{t("Registered")}</th>
                            <th scope="col">{t("Aliases")}</th>
                            <Show when=move || stages.get()>
                                <th scope="col">{t("Stage")}</th>
                            </Show>
                            <th scope="col">{t("Status")}</th>
                            <th scope="col">{t("Source run")}</th>
                            <Show when=move || users.get()>
                                <th scope="col">{t("Created by")}</th>
                            </Show>
                            <th scope="col">{t("Tags")}</th>
                            <th scope="col">{t("Description")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <Show when=first><SkeletonRows rows=4 columns=8/></Show>
                        {rows}
                    </tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let foot = move || {
        match pager.phase().get() {
        Phase::Failed(error) => view! { <Failure error retry=again/> }.into_any(),
        Phase::FailedMore(error) => view! { <Failure error retry=more/> }.into_any(),
        Phase::Ready if pager.next_token().is_some() => view! {
            <button type="button" class="button" on:click=move |_| more.run(())>{t("Load more")}</button>
        }
        .into_any(),
        _ => ().into_any(),
    }
    };
    view! {
        <section class="versions-part">
            <div class="section-head versions-head">
                <h2>{t("Versions")}</h2>
                <StagesToggle stages/>
                <Show when=move || stages.get()>
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=move || active.get()
                            on:change=move |event| active.set(event_target_checked(&event))
                        />
                        {t("In use only")}
                    </label>
                </Show>
                <button type="button" class="button" disabled=few on:click=move |_| compare()>
                    {move || match chosen.with(BTreeSet::len) {
                        0 | 1 => t("Compare").to_owned(),
                        many => tf("Compare {0}", &[&many]),
                    }}
                </button>
            </div>
            {table}
            {foot}
        </section>
        <Show when=move || !pager.is_empty()>
            <Chosen client=aliased.client pager/>
        </Show>
    }
}

/// What one of the versions takes and gives, and a form that tries it; the newest
/// at first.
#[component]
fn Chosen(
    /// The client of the server in use.
    client: StoredValue<Mlflow>,
    /// The versions.
    pager: Pager<Vec<ModelVersion>>,
) -> impl IntoView {
    let picked = RwSignal::new(None::<String>);
    let numbers = Memo::new(move |_| {
        pager.rows().with(|rows| rows.iter().map(|v| v.version.clone()).collect::<Vec<_>>())
    });
    let chosen = Memo::new(move |_| {
        pager.rows().with(|rows| {
            let wanted = picked.get();
            let wanted = rows.iter().find(|version| Some(&version.version) == wanted.as_ref());
            wanted.or(rows.first()).cloned()
        })
    });
    // Only another version is another panel: a changed tag is none.
    let place = Memo::new(move |_| {
        chosen.get().map(|version| (ModelPlace::all_of(&version), version_uri(&version)))
    });
    let option = move |number: String| {
        let words = tf("Version {0}", &[&number]);
        let value = number.clone();
        let selected =
            move || chosen.with(|version| version.as_ref().is_some_and(|v| v.version == number));
        view! { <option value=value selected=selected>{words}</option> }
    };
    let panel = move || {
        let (places, uri) = place.get()?;
        let runs_here = RwSignal::new(None);
        Some(view! { <ModelPanel client places uri runs_here/> })
    };
    view! {
        <section class="version-chosen">
            <select
                class="input view-choice"
                aria-label=t("The version whose schema is shown")
                on:change=move |event| picked.set(Some(event_target_value(&event)))
            >
                {move || numbers.get().into_iter().map(option).collect_view()}
            </select>
            {panel}
        </section>
    }
}

fn row(
    aliased: Aliased,
    chosen: RwSignal<BTreeSet<String>>,
    version: &ModelVersion,
    stages: bool,
    users: bool,
) -> impl IntoView + use<> {
    let ModelVersion { name, version: nth, .. } = version.clone();
    let id = StoredValue::new(nth.clone());
    let is_chosen = move || id.with_value(|id| chosen.with(|chosen| chosen.contains(id)));
    let place = ModelPlace::of_version(version);
    let uri = version_uri(version);
    let href = Route::Version { name, version: nth.clone(), tab: String::new() }.href();
    let words = tf("Version {0}", &[&nth]);
    let stage = stages.then(|| view! { <td>{version.current_stage.clone()}</td> });
    let user = users.then(|| view! { <td class="soft clip">{version.user_id.clone()}</td> });
    let status = version.status.as_deref().unwrap_or_default();
    let message = version.status_message.clone().filter(|message| !message.is_empty());
    let run = version.run_id.clone().filter(|run| !run.is_empty()).map(|run| {
        let short: String = run.chars().take(8).collect();
        view! { <a class="mono" href=Route::RunById { run: run.clone() }.href() title=run>{short}</a> }
    });
    let created = version.creation_timestamp;
    let note =
        crate::state::markdown::first_line(version.description.as_deref().unwrap_or_default());
    let tags = user_tags(&version.tags);
    view! {
        <tr class:chosen=is_chosen>
            <td class="pick">
                <Pick chosen id=nth.clone() words=tf("Choose version {0}", &[&nth])/>
            </td>
            <th scope="row"><a href=href>{words}</a> <RunsHere client=aliased.client place uri/></th>
            <td class="soft" title=created.map(date_time)>{created.map(since)}</td>
            <td><AliasEditor of=aliased version=nth.clone()/></td>
            {stage}
            <td title=message><span class=version_class(status)>{version_status(status)}</span></td>
            <td>{run}</td>
            {user}
            <td><Tags tags/></td>
            <td class="soft clip" title=note.clone()>{note.clone()}</td>
        </tr>
    }
}
