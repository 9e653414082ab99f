//! One run: what it is, what it logged, and how its metrics went.
//!
//! | module | what it shows |
//! |---|---|
//! | `head` | name, status, times, and what can be done with the run |
//! | `overview` | the first tab |
//! | `params` | what the run was given |
//! | `metrics` | the last value of each metric, with its history in small |
//! | `datasets` | what the run read |
//! | `lineage` | what the run belongs to, and what came of it |
//! | `artifacts` | the files |
//! | `model` | the models |

mod artifacts;
mod datasets;
mod head;
mod lineage;
mod metrics;
mod model;
mod overview;
mod params;

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{LifecycleStage, RestoreRun, Run};
use mlflow_client::Error;

use crate::components::charts::use_board_layout;
use crate::components::failure::Failure;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::toasts::use_toasts;
use crate::pages::run::artifacts::Artifacts;
use crate::pages::run::head::{Head, RunActions};
use crate::pages::run::model::Models;
use crate::pages::run::overview::Overview;
use crate::parts::{self, Charts, TracesPart};
use crate::state::board::{BoardRun, Scope};
use crate::state::change::Change;
use crate::state::language::t;
use crate::state::location::use_navigator;
use crate::state::metric_histories::MetricHistories;
use crate::state::route::Route;
use crate::state::saving::Saving;
use crate::state::session::Mlflow;
use crate::state::traces::Whose;

/// How often a run that is running is read again.
const FOLLOWED: Duration = Duration::from_secs(10);

/// Why there is nothing to show yet, if so.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shown {
    Waiting,
    Run,
    Failed(Error),
}

/// A tab of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    ModelMetrics,
    SystemMetrics,
    Model,
    Artifacts,
    Traces,
}

impl Tab {
    const ALL: [Tab; 6] = [
        Tab::Overview,
        Tab::ModelMetrics,
        Tab::SystemMetrics,
        Tab::Artifacts,
        Tab::Model,
        Tab::Traces,
    ];

    /// The tab of what stands in the address behind the run.
    fn parse(path: &str) -> Tab {
        match path.split('/').next().unwrap_or_default() {
            "model-metrics" => Tab::ModelMetrics,
            "system-metrics" => Tab::SystemMetrics,
            "artifacts" | "artifactPath" => Tab::Artifacts,
            "model" => Tab::Model,
            "traces" => Tab::Traces,
            _ => Tab::Overview,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Tab::Overview => "",
            Tab::ModelMetrics => "model-metrics",
            Tab::SystemMetrics => "system-metrics",
            Tab::Artifacts => "artifacts",
            Tab::Model => "model",
            Tab::Traces => "traces",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Tab::Overview => t("Overview"),
            Tab::ModelMetrics => t("Model metrics"),
            Tab::SystemMetrics => t("System metrics"),
            Tab::Artifacts => t("Artifacts"),
            Tab::Model => t("Model"),
            Tab::Traces => t("Traces"),
        }
    }
}

/// A run, and what its page does with it. A copyable handle.
#[derive(Clone, Copy)]
struct TheRun {
    client: StoredValue<Mlflow>,
    run: RwSignal<Run>,
    histories: MetricHistories,
}

impl TheRun {
    fn id(self) -> String {
        self.run.with_untracked(|run| run.info.run_id.clone())
    }

    fn experiment(self) -> String {
        self.run.with_untracked(|run| run.info.experiment_id.clone())
    }

    /// Changes the run on the server, and then here.
    fn change(self, change: Change) -> Saving {
        let (client, id) = (self.client.get_value(), self.id());
        Box::pin(async move {
            change.of_run(&client, &id).await?;
            self.run.try_update(|run| change.show_run(run));
            Ok(())
        })
    }
}

/// The page of one run.
#[component]
pub(crate) fn RunPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The experiment in the address.
    experiment: String,
    /// The run in the address.
    run: String,
) -> impl IntoView {
    let navigator = use_navigator();
    let shown = RwSignal::new(Shown::Waiting);
    let experiment_name = RwSignal::new(experiment.clone());
    let histories = MetricHistories::new(client.clone());
    let client = StoredValue::new(client);
    let the = TheRun { client, run: RwSignal::new(Run::default()), histories };
    let run_id = StoredValue::new(run);
    let experiment_id = StoredValue::new(experiment);

    let load = move || {
        spawn_local(async move {
            match client.get_value().get_run(&run_id.get_value()).await {
                Ok(now) => {
                    // Only what is new is drawn again.
                    if the.run.try_get_untracked().is_some_and(|before| before != now) {
                        the.run.set(now);
                    }
                    shown.try_set(Shown::Run);
                }
                // What is there stays while a refresh fails.
                Err(error) if shown.try_get_untracked() != Some(Shown::Run) => {
                    shown.try_set(Shown::Failed(error));
                }
                Err(_) => {}
            }
        });
    };
    load();
    let again = RwSignal::new(0);
    let refresh = move |()| {
        load();
        again.update(|times: &mut u32| *times = times.wrapping_add(1));
    };
    let running = Memo::new(move |_| the.run.with(|run| run.info.status.is_active()));
    let kind = Memo::new(move |_| shown.get());
    Effect::new(move || {
        if kind.get() == Shown::Run && running.get() {
            let again = set_interval_with_handle(load, FOLLOWED);
            on_cleanup(move || {
                if let Ok(again) = again {
                    again.clear();
                }
            });
        }
    });
    // Only its name: without it the breadcrumb shows the id.
    spawn_local(async move {
        let answer = client.get_value().get_experiment(&experiment_id.get_value()).await;
        if let Ok(found) = answer {
            experiment_name.try_set(found.name);
        }
    });
    let crumbs = Signal::derive(move || {
        let name = match kind.get() {
            Shown::Run => the.run.with(|run| run.name().to_owned()),
            _ => t("Run").to_owned(),
        };
        let runs = Route::Runs { experiment: experiment_id.get_value() };
        vec![
            Crumb::link(t("Experiments"), &Route::Experiments),
            Crumb::link(experiment_name.get(), &runs),
            Crumb::here(name),
        ]
    });
    let retry = Callback::new(move |()| {
        shown.set(Shown::Waiting);
        load();
    });
    let path = Memo::new(move |_| {
        navigator.place().with(|place| match &place.route {
            Route::Run { tab, .. } => tab.clone(),
            _ => String::new(),
        })
    });
    let content = move || match kind.get() {
        Shown::Waiting => view! { <Skeleton/> }.into_any(),
        Shown::Failed(error) => {
            view! { <h1 class="sr-only">{t("Run")}</h1> <Failure error retry/> }.into_any()
        }
        Shown::Run => view! { <RunView the path again/> }.into_any(),
    };
    let actions = move || {
        view! {
            <Show when=move || kind.get() == Shown::Run>
                <RunActions the reload=Callback::new(move |()| load())/>
            </Show>
            <Refresh refresh=refresh/>
        }
    };
    view! { <Page crumbs actions>{content}</Page> }
}

/// A run that is there: its head, its tabs, and the tab in the address.
#[component]
fn RunView(
    /// The run.
    the: TheRun,
    /// What stands in the address behind the run.
    path: Memo<String>,
    /// Counts how often all is to be read again.
    again: RwSignal<u32>,
) -> impl IntoView {
    let tab = Memo::new(move |_| path.with(|path| Tab::parse(path)));
    let runs = Memo::new(move |_| vec![Arc::new(the.run.with(|run| BoardRun::from(run)))]);
    let highlighted = RwSignal::new(None);
    let layout = use_board_layout(&format!("run {}", the.experiment()));
    let histories = the.histories;
    let board = move |scope| {
        parts::charts(Charts { histories, runs: runs.into(), scope, highlighted, layout })
    };
    let content = move || match tab.get() {
        Tab::Overview => view! { <Overview the/> }.into_any(),
        Tab::ModelMetrics => board(Scope::Model),
        Tab::SystemMetrics => board(Scope::System),
        Tab::Artifacts => view! { <Artifacts the path/> }.into_any(),
        Tab::Model => view! { <Models the/> }.into_any(),
        Tab::Traces => parts::traces(TracesPart::Of {
            client: the.client.get_value(),
            experiment: the.experiment(),
            whose: Whose::Run(the.id()),
            again: again.into(),
        }),
    };
    let link = move |one: Tab| {
        let route =
            Route::Run { experiment: the.experiment(), run: the.id(), tab: one.path().into() };
        view! {
            <li>
                <a href=route.href() aria-current=move || (tab.get() == one).then_some("page")>
                    {one.words()}
                </a>
            </li>
        }
    };
    view! {
        <div class="page run">
            <Deleted the/>
            <Head the/>
            <nav class="tabs" aria-label=t("Parts of the run")>
                <ul>{Tab::ALL.map(link).collect_view()}</ul>
            </nav>
            {content}
        </div>
    }
}

/// Says that a run was deleted, with a way to restore it.
#[component]
fn Deleted(
    /// The run.
    the: TheRun,
) -> impl IntoView {
    let toasts = use_toasts();
    let deleted = move || the.run.with(|run| run.info.lifecycle_stage == LifecycleStage::Deleted);
    let restore = move |_| {
        spawn_local(async move {
            match the.client.get_value().call(&RestoreRun { run_id: the.id() }).await {
                Ok(_) => {
                    the.run.try_update(|run| run.info.lifecycle_stage = LifecycleStage::Active);
                    toasts.done(t("The run is restored"));
                }
                Err(error) => toasts.failed(t("The run is not restored"), &error),
            }
        });
    };
    view! {
        <Show when=deleted>
            <p class="notice" role="status">
                <span>{t("This run was deleted.")}</span>
                <button type="button" class="button" on:click=restore>{t("Restore")}</button>
            </p>
        </Show>
    }
}

/// The run's page before the run is there: as high as the real one.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="page run" aria-busy="true">
            <h1 class="sr-only">{t("Run")}</h1>
            <div class="run-head">
                <span class="bone w5"></span>
            </div>
            <div class="facts-bone">
                <span class="bone w5"></span>
                <span class="bone w4"></span>
                <span class="bone w5"></span>
            </div>
        </div>
    }
}

/// `#/runs/:run`, which knows no experiment: looks it up and goes on.
#[component]
pub(crate) fn RunByIdPage(
    /// The client of the server in use.
    client: Mlflow,
    /// The run in the address.
    run: String,
) -> impl IntoView {
    let navigator = use_navigator();
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let client = StoredValue::new(client);
    let run_id = StoredValue::new(run);
    let load = move || {
        spawn_local(async move {
            match client.get_value().get_run(&run_id.get_value()).await {
                Ok(run) => navigator.replace(Route::Run {
                    experiment: run.info.experiment_id,
                    run: run.info.run_id,
                    tab: String::new(),
                }),
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    load();
    let retry = Callback::new(move |()| {
        failed.set(None);
        load();
    });
    let content = move || match failed.get() {
        Some(error) => {
            view! { <h1 class="sr-only">{t("Run")}</h1> <Failure error retry/> }.into_any()
        }
        None => view! { <Skeleton/> }.into_any(),
    };
    let crumbs = vec![Crumb::link(t("Experiments"), &Route::Experiments), Crumb::here(t("Run"))];
    view! { <Page crumbs=Signal::stored(crumbs)>{content}</Page> }
}
