//! What a run belongs to, and what came of it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{LoggedModel, ModelVersion, Run, SearchModelVersions, SearchRuns, filter, tags};

use super::TheRun;
use crate::components::copy_button::CopyButton;
use crate::components::status::StatusMark;
use crate::state::git::commit_link;
use crate::state::language::{t, tf, tn};
use crate::state::markdown::safe_link;
use crate::state::route::Route;

/// How many children are read at a time.
const CHILDREN: u32 = 10;
/// How many logged models are asked for by their names.
const MOST_MODELS: usize = 20;

/// The filter for the children of a run.
pub(super) fn children_of(run: &str) -> String {
    let id = filter::string(run).unwrap_or_else(|_| "''".to_owned());
    format!("tags.`{}` = {id}", tags::PARENT_RUN_ID)
}

/// What came of a run: models that it logged, and versions of them.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    /// The logged models.
    pub(super) models: RwSignal<Vec<LoggedModel>>,
    /// The registered versions.
    pub(super) versions: RwSignal<Vec<ModelVersion>>,
}

impl Outcome {
    /// Begins to read what came of a run.
    pub(super) fn load(the: TheRun) -> Outcome {
        let outcome =
            Outcome { models: RwSignal::new(Vec::new()), versions: RwSignal::new(Vec::new()) };
        let ids: Vec<String> = the.run.with_untracked(|run| {
            let outputs = run.outputs.model_outputs.iter();
            outputs.take(MOST_MODELS).map(|model| model.model_id.clone()).collect()
        });
        spawn_local(async move {
            let client = the.client.get_value();
            for id in ids {
                if let Ok(model) = client.get_logged_model(&id).await {
                    outcome.models.try_update(|models| models.push(model));
                }
            }
        });
        spawn_local(async move {
            let Ok(id) = filter::string(&the.id()) else { return };
            let request = SearchModelVersions {
                filter: Some(format!("run_id = {id}")),
                max_results: 100,
                ..SearchModelVersions::default()
            };
            if let Ok(found) = the.client.get_value().call(&request).await {
                outcome.versions.try_set(found.model_versions);
            }
        });
        outcome
    }
}

/// The column at the right of the overview.
#[component]
pub(super) fn Lineage(
    /// The run.
    the: TheRun,
) -> impl IntoView {
    let Outcome { models, versions } = Outcome::load(the);
    let parent = move || {
        the.run.with(|run| run.parent_run_id().map(str::to_owned)).map(|parent| {
            view! { <Parent the parent/> }
        })
    };
    let models = move || {
        let one = |model: LoggedModel| {
            let (name, id) = (model.info.name, model.info.model_id);
            view! { <li class="clip" title=id>{name}</li> }
        };
        let all = models.get();
        (!all.is_empty()).then(|| {
            part(
                t("Logged models"),
                view! { <ul>{all.into_iter().map(one).collect_view()}</ul> }.into_any(),
            )
        })
    };
    let versions = move || {
        let one = |version: ModelVersion| {
            let words = tf("{0}, version {1}", &[&version.name, &version.version]);
            view! { <li class="clip" title=words.clone()>{words.clone()}</li> }
        };
        let all = versions.get();
        (!all.is_empty()).then(|| {
            let list = view! { <ul>{all.into_iter().map(one).collect_view()}</ul> };
            part(t("Registered versions"), list.into_any())
        })
    };
    let id = the.id();
    let experiment = the.experiment();
    let runs = Route::Runs { experiment: experiment.clone() }.href();
    view! {
        <aside class="lineage" aria-label=t("Where the run belongs")>
            {parent}
            <ChildRuns the/>
            {models}
            {versions}
            {move || the.run.with(source)}
            {part(t("Experiment id"), view! { <a class="link" href=runs>{experiment}</a> }.into_any())}
            {part(
                t("Run id"),
                view! {
                    <code class="anywhere">{id.clone()}</code>
                    <CopyButton text=id.clone() label=t("Copy the run id")/>
                }
                    .into_any(),
            )}
            {move || {
                let uri = the.run.with(|run| run.info.artifact_uri.clone());
                uri.map(|uri| {
                    let place = view! {
                        <code class="anywhere">{uri.clone()}</code>
                        <CopyButton text=uri.clone() label=t("Copy the artifact URI")/>
                    };
                    part(t("Artifact URI"), place.into_any())
                })
            }}
        </aside>
    }
}

fn part(name: &'static str, value: AnyView) -> impl IntoView {
    view! {
        <section class="lineage-part">
            <h2>{name}</h2>
            <div>{value}</div>
        </section>
    }
}

/// Where the code is.
fn source(run: &Run) -> impl IntoView + use<> {
    let text = |key: &str| run.tag(key).filter(|text| !text.is_empty()).map(str::to_owned);
    let source = text(tags::SOURCE_NAME).map(|name| {
        let entry = text(tags::PROJECT_ENTRY_POINT).map(|entry| format!(" · {entry}"));
        let name = match safe_link(&name) {
            Some(href) => {
                let href = href.to_owned();
                view! { <a class="link anywhere" href=href target="_blank" rel="noopener noreferrer">{name}</a> }
                    .into_any()
            }
            None => view! { <span class="anywhere">{name}</span> }.into_any(),
        };
        part(t("Source"), view! { {name} {entry} }.into_any())
    });
    let remote = text(tags::SOURCE_GIT_REPO_URL);
    let commit = text(tags::SOURCE_GIT_COMMIT).map(|commit| {
        let short: String = commit.chars().take(10).collect();
        let link = remote.as_deref().and_then(|remote| commit_link(remote, &commit));
        let branch = text(tags::SOURCE_GIT_BRANCH);
        let commit = match link {
            Some(href) => view! {
                <a class="link" href=href target="_blank" rel="noopener noreferrer">
                    <code>{short}</code>
                </a>
            }
            .into_any(),
            None => view! { <code title=commit.clone()>{short}</code> }.into_any(),
        };
        let branch = branch.map(|branch| view! { <span class="anywhere">" · " {branch}</span> });
        part(t("Commit"), view! { {commit} {branch} }.into_any())
    });
    view! { {source} {commit} }
}

/// The run above, and how many lie beside.
#[component]
fn Parent(
    /// The run.
    the: TheRun,
    /// The id of the run above.
    parent: String,
) -> impl IntoView {
    let name = RwSignal::new(parent.chars().take(8).collect::<String>());
    let beside: RwSignal<Option<String>> = RwSignal::new(None);
    let href =
        Route::Run { experiment: the.experiment(), run: parent.clone(), tab: String::new() }.href();
    let request = SearchRuns {
        experiment_ids: vec![the.experiment()],
        filter: Some(children_of(&parent)),
        max_results: 100,
        ..SearchRuns::default()
    };
    spawn_local(async move {
        let client = the.client.get_value();
        if let Ok(run) = client.get_run(&parent).await {
            name.try_set(run.name().to_owned());
        }
        if let Ok(found) = client.search_runs(&request).await {
            let many = found.runs.len().saturating_sub(1);
            let words = match found.next_page_token {
                Some(_) => tf("{0} or more siblings", &[&many]),
                None => tn(many, "{0} sibling", "{0} siblings"),
            };
            beside.try_set(Some(words));
        }
    });
    let parent = view! {
        <a class="link anywhere" href=href>{move || name.get()}</a>
        <span class="faint">{move || beside.get().map(|words| format!(" · {words}"))}</span>
    };
    part(t("Parent"), parent.into_any())
}

/// The runs below, some at a time.
#[component]
fn ChildRuns(
    /// The run.
    the: TheRun,
) -> impl IntoView {
    let runs: RwSignal<Vec<Run>> = RwSignal::new(Vec::new());
    let next: RwSignal<Option<String>> = RwSignal::new(None);
    let load = move || {
        let request = SearchRuns {
            experiment_ids: vec![the.experiment()],
            filter: Some(children_of(&the.id())),
            max_results: CHILDREN,
            page_token: next.get_untracked(),
            ..SearchRuns::default()
        };
        spawn_local(async move {
            if let Ok(found) = the.client.get_value().search_runs(&request).await {
                next.try_set(found.next_page_token);
                runs.try_update(|runs| runs.extend(found.runs));
            }
        });
    };
    load();
    let child = |run: Run| {
        let href = Route::Run {
            experiment: run.info.experiment_id.clone(),
            run: run.info.run_id.clone(),
            tab: String::new(),
        };
        let name = run.name().to_owned();
        view! {
            <li class="child">
                <StatusMark status=run.info.status/>
                <a class="link clip" href=href.href() title=name.clone()>{name.clone()}</a>
            </li>
        }
    };
    let list = move || {
        view! {
            <ul>
                <For each=move || runs.get() key=|run| run.info.run_id.clone() children=child/>
            </ul>
            <Show when=move || next.with(Option::is_some)>
                <button type="button" class="button" on:click=move |_| load()>{t("More children")}</button>
            </Show>
        }
    };
    view! {
        <Show when=move || !runs.with(Vec::is_empty)>
            {part(t("Children"), list().into_any())}
        </Show>
    }
}
