//! One run: what it is, what it logged, and how its metrics went.

mod facts;
mod metrics;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::{Param, Run};
use mlflow_client::Error;

use crate::components::charts::{ChartBoard, use_board_layout};
use crate::components::failure::Failure;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::tags::Tags;
use crate::pages::run::facts::Facts;
use crate::pages::run::metrics::MetricsTable;
use crate::state::board::BoardRun;
use crate::state::format::count;
use crate::state::location::use_navigator;
use crate::state::metric_histories::MetricHistories;
use crate::state::route::Route;
use crate::state::session::Mlflow;

/// How far the run has come.
#[derive(Clone, Debug)]
enum State {
    Loading,
    Ready(Box<Run>),
    Failed(Error),
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
    let state = RwSignal::new(State::Loading);
    let experiment_name = RwSignal::new(experiment.clone());
    let client = StoredValue::new(client);
    let run_id = StoredValue::new(run);
    let experiment_id = StoredValue::new(experiment);

    let load = move || {
        spawn_local(async move {
            let answer = client.get_value().get_run(&run_id.get_value()).await;
            state.try_set(match answer {
                Ok(run) => State::Ready(Box::new(run)),
                Err(error) => State::Failed(error),
            });
        });
    };
    load();
    // Only its name: without it the breadcrumb shows the id.
    spawn_local(async move {
        let answer = client.get_value().get_experiment(&experiment_id.get_value()).await;
        if let Ok(found) = answer {
            experiment_name.try_set(found.name);
        }
    });
    let crumbs = Signal::derive(move || {
        let name = state.with(|state| match state {
            State::Ready(run) => run.name().to_owned(),
            _ => "Run".to_owned(),
        });
        vec![
            Crumb::link("Experiments", &Route::Experiments),
            Crumb::link(
                experiment_name.get(),
                &Route::Runs { experiment: experiment_id.get_value() },
            ),
            Crumb::here(name),
        ]
    });
    let retry = Callback::new(move |()| {
        state.set(State::Loading);
        load();
    });
    let content = move || match state.get() {
        State::Loading => view! { <Skeleton/> }.into_any(),
        State::Failed(error) => {
            view! { <h1 class="sr-only">"Run"</h1> <Failure error retry/> }.into_any()
        }
        State::Ready(run) => view! { <RunView client=client.get_value() run=*run/> }.into_any(),
    };
    let actions = move || view! { <Refresh refresh=move |()| load()/> };
    view! { <Page crumbs actions>{content}</Page> }
}

/// A run that is there.
#[component]
fn RunView(
    /// The client of the server in use.
    client: Mlflow,
    /// The run.
    run: Run,
) -> impl IntoView {
    let histories = MetricHistories::new(client);
    let runs = Signal::stored(vec![Arc::new(BoardRun::from(&run))]);
    let highlighted = RwSignal::new(None);
    let layout = use_board_layout(&format!("run {}", run.info.experiment_id), None);
    let tags: Vec<_> = run.user_tags().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    let tags = (!tags.is_empty()).then(|| view! { <Tags tags/> });
    let note = run.note().map(|note| view! { <p class="run-note">{note.to_owned()}</p> });
    view! {
        <div class="page run">
            <Facts run=run.clone()/>
            {tags}
            {note}
            <div class="run-tables">
                <Params params=run.data.params.clone()/>
                <MetricsTable run=run.clone() histories/>
            </div>
            <ChartBoard histories runs highlighted layout/>
        </div>
    }
}

/// What the run was given.
#[component]
fn Params(
    /// The parameters.
    params: Vec<Param>,
) -> impl IntoView {
    let total = params.len();
    let mut params = params;
    params.sort_by(|a, b| a.key.cmp(&b.key));
    let row = |Param { key, value }: Param| {
        view! {
            <tr>
                <th scope="row" class="clip" title=key.clone()>{key.clone()}</th>
                <td class="mono clip" title=value.clone()>{value.clone()}</td>
            </tr>
        }
    };
    let none = (total == 0).then(|| {
        view! { <p class="none faint">"None. mlflow.log_param(\"lr\", 0.01) logs one."</p> }
    });
    view! {
        <section aria-labelledby="params-title">
            <h2 id="params-title">
                "Parameters " <span class="faint">{count(total)}</span>
            </h2>
            <table class="pairs params">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Value"</th>
                    </tr>
                </thead>
                <tbody>{params.into_iter().map(row).collect_view()}</tbody>
            </table>
            {none}
        </section>
    }
}

/// The run's page before the run is there: as high as the real one.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="page run" aria-busy="true">
            <h1 class="sr-only">"Run"</h1>
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
        Some(error) => view! { <h1 class="sr-only">"Run"</h1> <Failure error retry/> }.into_any(),
        None => view! { <Skeleton/> }.into_any(),
    };
    let crumbs =
        Signal::stored(vec![Crumb::link("Experiments", &Route::Experiments), Crumb::here("Run")]);
    view! { <Page crumbs>{content}</Page> }
}
