//! One metric of some runs, large: a chart, and what each run made of it.

mod summary;

use std::sync::Arc;

use leptos::prelude::*;
use mlflow_api::Run;

use crate::components::charts::{Check, Choice, LargeLines, Several};
use crate::components::empty::Empty;
use crate::components::failure::Failure;
use crate::components::icon::{Glyph, Icon};
use crate::components::page::{Crumb, Page};
use crate::components::popover::Popover;
use crate::components::refresh::Refresh;
use crate::pages::metric::summary::{Summary, history_csv};
use crate::state::asked_runs::{Arrival, AskedRuns};
use crate::state::board::{BoardRun, Markers, XAxis};
use crate::state::download::save;
use crate::state::language::{t, tn};
use crate::state::location::use_navigator;
use crate::state::metric_histories::MetricHistories;
use crate::state::metric_view::MetricView;
use crate::state::route::Route;
use crate::state::session::Mlflow;

/// The page of a metric.
#[component]
pub(crate) fn MetricPage(
    /// The client of the server in use.
    client: Mlflow,
) -> impl IntoView {
    let navigator = use_navigator();
    let view = Memo::new(move |_| navigator.place().with(|place| MetricView::parse(&place.query)));
    let asked = Memo::new(move |_| view.with(|v| (v.runs.clone(), v.experiments.clone())));
    let runs = AskedRuns::follow(client, asked);
    let title = Signal::derive(move || view.with(|view| view.metrics.join(", ")));
    let crumbs = Signal::derive(move || {
        let experiments = runs.experiments();
        let mut crumbs = Crumb::to_runs(&experiments);
        if let ([experiment], [run]) = (experiments.as_slice(), runs.ids().as_slice()) {
            let name = runs.arrival().with(|arrival| match arrival {
                Arrival::Ready(found) => found.first().map(|run| run.name().to_owned()),
                _ => None,
            });
            let (experiment, run) = (experiment.clone(), run.clone());
            let route = Route::Run { experiment, run, tab: String::new() };
            crumbs.push(Crumb::link(name.unwrap_or_else(|| t("Run").to_owned()), &route));
        }
        crumbs.push(Crumb::here(title.get()));
        crumbs
    });
    let retry = Callback::new(move |()| runs.retry());
    let body = move || {
        match runs.arrival().get() {
        Arrival::Loading => view! { <div class="metric-waiting" aria-busy="true"></div> }.into_any(),
        Arrival::Failed(error) => view! { <Failure error retry/> }.into_any(),
        Arrival::Ready(found) if found.is_empty() => view! {
            <Empty
                title=t("None of these runs is on this server")
                words=t("The address names runs that were deleted for good, or that another server has.")
            />
        }
        .into_any(),
        Arrival::Ready(found) => {
            view! { <MetricOf client=runs.client() runs=found view/> }.into_any()
        }
    }
    };
    view! {
        <Page crumbs actions=move || view! { <Refresh refresh=move |()| runs.reload()/> }>
            <div class="page metric">
                <h1>{title}</h1>
                {body}
            </div>
        </Page>
    }
}

/// The chart, what can be chosen, and the summary.
#[component]
fn MetricOf(
    /// The client of the server in use.
    client: Mlflow,
    /// The runs.
    runs: Vec<Run>,
    /// What the address says.
    view: Memo<MetricView>,
) -> impl IntoView {
    let navigator = use_navigator();
    let histories = MetricHistories::new(client);
    let runs: Vec<Arc<BoardRun>> = runs.iter().map(|run| Arc::new(BoardRun::from(run))).collect();
    let runs = Signal::stored(runs);
    let highlighted = RwSignal::new(None);
    let change = move |change: &dyn Fn(&mut MetricView)| {
        let mut changed = view.get_untracked();
        change(&mut changed);
        navigator.replace(changed.place());
    };
    let spec = Memo::new(move |_| view.with(MetricView::spec));
    let hidden = Memo::new(move |_| view.with(|view| view.hidden.clone()));
    let title = Signal::derive(move || view.with(|view| view.metrics.join(", ")));

    let keys: std::collections::BTreeSet<Arc<str>> = runs.with_untracked(|runs| {
        runs.iter().flat_map(|run| &run.metrics).map(|latest| latest.key.clone()).collect()
    });
    let keys: Vec<(String, String)> =
        keys.iter().map(|key| (key.to_string(), key.to_string())).collect();
    let metrics = Signal::derive(move || view.with(|view| view.metrics.clone()));
    let choose = Callback::new(move |metrics: Vec<String>| {
        // Without a metric there is no page.
        if !metrics.is_empty() {
            change(&|view| view.metrics = metrics.clone());
        }
    });
    let x = Signal::derive(move || {
        let name = view.with(|view| match view.x {
            XAxis::Wall => "wall",
            XAxis::Relative => "relative",
            XAxis::Step | XAxis::Metric(_) => "step",
        });
        name.to_owned()
    });
    let choose_x = Callback::new(move |name: String| {
        change(&|view| {
            view.x = match name.as_str() {
                "wall" => XAxis::Wall,
                "relative" => XAxis::Relative,
                _ => XAxis::Step,
            }
        });
    });
    let axes = [("step", t("Step")), ("wall", t("Time")), ("relative", t("Time since the start"))]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .to_vec();
    let smooth = move |event| {
        if let Ok(smoothness) = event_target_value(&event).parse::<f64>() {
            change(&|view| view.smoothness = smoothness);
        }
    };
    let csv = move |_| {
        let text = view.with_untracked(|view| {
            runs.with_untracked(|runs| history_csv(runs, &view.metrics, histories))
        });
        save(
            &format!("{}.csv", title.get_untracked().replace(['/', '\\'], "-")),
            "text/csv",
            &text,
        );
    };
    let loaded = Memo::new(move |_| {
        view.with(|view| runs.with(|runs| summary::all_there(runs, &view.metrics, histories)))
    });
    view! {
        <div class="metric-bar">
            <Popover
                label=Signal::derive(move || tn(metrics.with(Vec::len), "{0} metric", "{0} metrics"))
                face=move || {
                    view! {
                        <Icon glyph=Glyph::Columns/>
                        {move || tn(metrics.with(Vec::len), "{0} metric", "{0} metrics")}
                    }
                }
                class="button"
            >
                <div class="settings-form">
                    <Several label=t("Metrics") options=keys.clone() value=metrics change=choose/>
                </div>
            </Popover>
            <Choice label=t("x axis") value=x options=axes change=choose_x/>
            <label class="field metric-smooth">
                <span class="label">
                    {t("Smoothing")} " " {move || view.with(|view| view.smoothness.to_string())}
                </span>
                <input
                    type="range"
                    min="0"
                    max="100"
                    step="1"
                    prop:value=move || view.with(|view| view.smoothness.to_string())
                    on:input=smooth
                />
            </label>
            <Check
                label=t("Logarithmic y")
                on=Signal::derive(move || view.with(|view| view.y_log))
                change=Callback::new(move |on: bool| change(&|view| view.y_log = on))
            />
            <Check
                label=t("Mark points")
                on=Signal::derive(move || view.with(|view| view.markers == Markers::On))
                change=Callback::new(move |on: bool| {
                    change(&|view| view.markers = if on { Markers::On } else { Markers::Auto });
                })
            />
            <button type="button" class="button" disabled=move || !loaded.get() on:click=csv>
                <Icon glyph=Glyph::Download/>
                {t("All points as CSV")}
            </button>
        </div>
        <LargeLines runs histories highlighted title spec=spec hidden=hidden/>
        <Summary
            runs
            histories
            highlighted
            metrics
            hidden
            change=Callback::new(move |hidden: Vec<String>| change(&|view| view.hidden = hidden.clone()))
        />
    }
}
