//! Runs side by side: what differs between them, their charts, and their files.

mod differences;

use std::sync::Arc;

use leptos::prelude::*;
use mlflow_api::Run;

use crate::components::charts::use_board_layout;
use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::files::ComparedRun;
use crate::components::modes::ViewModes;
use crate::components::page::{Crumb, Page};
use crate::components::refresh::Refresh;
use crate::components::skeleton::SkeletonRows;
use crate::pages::compare::differences::Differences;
use crate::parts::{self, Charts, ComparedFiles};
use crate::state::asked_runs::{Arrival, AskedRuns};
use crate::state::board::{BoardRun, Scope};
use crate::state::language::{t, tf, tn};
use crate::state::location::use_navigator;
use crate::state::metric_histories::MetricHistories;
use crate::state::session::Mlflow;

/// What of the runs is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Differences,
    Charts,
    Artifacts,
}

/// The page of a comparison.
#[component]
pub(crate) fn ComparePage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let asked = Memo::new(move |_| {
        navigator.place().with(|place| (place.query.list("runs"), place.query.list("experiments")))
    });
    let mode = Memo::new(move |_| {
        navigator.place().with(|place| match place.query.get("view") {
            Some("charts") => Mode::Charts,
            Some("artifacts") => Mode::Artifacts,
            _ => Mode::Differences,
        })
    });
    let runs = AskedRuns::follow(client, asked);
    let title =
        Signal::derive(move || tn(runs.ids().len(), "Comparing {0} run", "Comparing {0} runs"));
    let crumbs = Signal::derive(move || {
        let mut crumbs = Crumb::to_runs(&runs.experiments());
        crumbs.push(Crumb::here(title.get()));
        crumbs
    });
    let retry = Callback::new(move |()| runs.retry());
    let missing = move || {
        let mut missing = runs.ids();
        match runs.arrival().get() {
            Arrival::Ready(found) => {
                missing.retain(|id| !found.iter().any(|run| run.info.run_id == *id));
            }
            _ => missing.clear(),
        }
        (!missing.is_empty()).then(|| {
            let words = tf("Not on this server: {0}", &[&missing.join(", ")]);
            view! { <p class="compare-missing" role="status">{words}</p> }
        })
    };
    let body = move || match runs.arrival().get() {
        Arrival::Loading => view! {
            <table class="compare-waiting" aria-busy="true">
                <tbody><SkeletonRows rows=16 columns=4/></tbody>
            </table>
        }
        .into_any(),
        Arrival::Failed(error) => view! { <Failure error retry/> }.into_any(),
        Arrival::Ready(found) if found.is_empty() => view! {
            <Empty
                title=t("Nothing to compare")
                words=t("Choose two or more runs in the table of runs, then press c or Compare.")
            />
        }
        .into_any(),
        Arrival::Ready(found) => match mode.get() {
            Mode::Differences => view! { <Differences runs=found/> }.into_any(),
            Mode::Charts => view! { <CompareCharts client=runs.client() runs=found/> }.into_any(),
            Mode::Artifacts => {
                view! { <CompareArtifacts client=runs.client() runs=found/> }.into_any()
            }
        },
    };
    let actions = move || {
        view! {
            <ViewModes
                label=t("What is compared")
                modes=vec![
                    (None, t("Differences")),
                    (Some("charts"), t("Charts")),
                    (Some("artifacts"), t("Artifacts")),
                ]
            />
            <Refresh refresh=move |()| runs.reload()/>
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
        layout: use_board_layout("compare"),
    });
    view! {
        <section class="compare-charts" tabindex="0" aria-label=t("Charts")>
            {board}
        </section>
    }
}

/// The runs' files; the one that is shown stands in the address.
#[component]
fn CompareArtifacts(
    /// The client of the server in use.
    client: Mlflow,
    /// The runs.
    runs: Vec<Run>,
) -> impl IntoView {
    let navigator = use_navigator();
    let chosen = Memo::new(move |_| {
        navigator.place().with(|place| place.query.get("artifact").map(str::to_owned))
    });
    let href = move |path: String| {
        let mut place = navigator.place().get_untracked();
        place.query.set("artifact", (!path.is_empty()).then_some(path.as_str()));
        place.href()
    };
    let runs = runs.iter().map(ComparedRun::from).collect();
    let files = parts::compared_files(ComparedFiles {
        client,
        runs,
        chosen: chosen.into(),
        href: Callback::new(href),
    });
    view! {
        <section class="compare-charts" tabindex="0" aria-label=t("Artifacts")>
            {files}
        </section>
    }
}
