//! Runs side by side: what differs between them, their charts, and their files.

mod differences;
mod text_diff;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_api::Run;
use mlflow_client::Error;

use crate::components::charts::use_board_layout;
use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::skeleton::SkeletonRows;
use crate::pages::compare::differences::Differences;
use crate::parts::{self, Charts};
use crate::state::board::{BoardRun, Scope};
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::metric_histories::MetricHistories;
use crate::state::route::{Place, Route};
use crate::state::session::Mlflow;

/// How far the runs have come.
#[derive(Clone)]
enum State {
    Loading,
    Ready(Vec<Run>),
    Failed(Error),
}

/// The page of a comparison.
#[component]
pub(crate) fn ComparePage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let state = RwSignal::new(State::Loading);
    let client = StoredValue::new(client);
    let asked = Memo::new(move |_| {
        navigator.place().with(|place| (place.query.list("runs"), place.query.list("experiments")))
    });
    let charts = Memo::new(move |_| {
        navigator.place().with(|place| place.query.get("view") == Some("charts"))
    });
    let load = move || {
        let (runs, experiments) = asked.get_untracked();
        spawn_local(async move {
            let answer = client.get_value().runs_by_id(&runs, &experiments).await;
            if asked.try_get_untracked() == Some((runs, experiments)) {
                state.set(match answer {
                    Ok(runs) => State::Ready(runs),
                    Err(error) => State::Failed(error),
                });
            }
        });
    };
    Effect::new(move || {
        asked.track();
        load();
    });
    let title = Signal::derive(move || {
        let count = asked.with(|(runs, _)| runs.len());
        tn(count, "Comparing {0} run", "Comparing {0} runs")
    });
    let crumbs = Signal::derive(move || {
        let mut crumbs = vec![Crumb::link(t("Experiments"), &Route::Experiments)];
        let experiments = asked.with(|(_, experiments)| experiments.clone());
        if let [experiment] = experiments.as_slice() {
            let route = Route::Runs { experiment: experiment.clone() };
            crumbs.push(Crumb::link(t("Runs"), &route));
        } else if experiments.len() > 1 {
            let place = Place::compare_experiments(&experiments);
            crumbs.push(Crumb::to(t("Runs"), place.href()));
        }
        crumbs.push(Crumb::here(title.get()));
        crumbs
    });
    let retry = Callback::new(move |()| {
        state.set(State::Loading);
        load();
    });
    let missing = move || {
        let wanted = asked.with(|(runs, _)| runs.clone());
        let found = state.with(|state| match state {
            State::Ready(runs) => runs.iter().map(|run| run.info.run_id.clone()).collect(),
            _ => wanted.clone(),
        });
        let missing: Vec<_> = wanted.into_iter().filter(|id| !found.contains(id)).collect();
        (!missing.is_empty()).then(|| {
            let words = tf("Not on this server: {0}", &[&missing.join(", ")]);
            view! { <p class="compare-missing" role="status">{words}</p> }
        })
    };
    let body = move || match state.get() {
        State::Loading => view! {
            <table class="compare-waiting" aria-busy="true">
                <tbody><SkeletonRows rows=16 columns=4/></tbody>
            </table>
        }
        .into_any(),
        State::Failed(error) => view! { <Failure error retry/> }.into_any(),
        State::Ready(runs) if runs.is_empty() => view! {
            <Empty
                title=t("Nothing to compare")
                words=t("Choose two or more runs in the table of runs, then press c or Compare.")
            />
        }
        .into_any(),
        State::Ready(runs) if charts.get() => {
            view! { <CompareCharts client=client.get_value() runs/> }.into_any()
        }
        State::Ready(runs) => view! { <Differences runs/> }.into_any(),
    };
    let mode = move |with_charts: bool, words: &'static str| {
        let click = move |_| navigator.choose(&[("view", with_charts.then_some("charts"))]);
        view! {
            <button
                type="button"
                aria-pressed=move || (charts.get() == with_charts).to_string()
                on:click=click
            >
                {words}
            </button>
        }
    };
    let actions = move || {
        view! {
            <div class="modes" role="group" aria-label=t("Table and charts")>
                {mode(false, t("Differences"))}
                {mode(true, t("Charts"))}
            </div>
            <Refresh refresh=move |()| load()/>
        }
    };
    view! {
        <Page
            crumbs
            actions
            filling=true
        >
            <h1 class="sr-only">{title}</h1>
            {missing}
            {body}
        </Page>
    }
}

/// The board of the runs' charts.
#[component]
fn CompareCharts(
    /// The client of the server in use.
    client: Mlflow,
    /// The runs.
    runs: Vec<Run>,
) -> impl IntoView {
    let runs: Vec<_> = runs.iter().map(|run| Arc::new(BoardRun::from(run))).collect();
    let board = parts::charts(Charts {
        histories: MetricHistories::new(client),
        runs: Signal::stored(runs),
        scope: Scope::All,
        highlighted: RwSignal::new(None),
        layout: use_board_layout("compare", None),
        brushed: RwSignal::new(None),
    });
    view! {
        <section class="compare-charts" tabindex="0" aria-label=t("Charts")>
            {board}
        </section>
    }
}
