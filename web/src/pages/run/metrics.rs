//! A run's metrics: a table of their last values, and their histories in small.

use std::sync::Arc;

use leptos::html::Tr;
use leptos::prelude::*;
use mlflow_api::Metric;
use plot::XKind;

use super::TheRun;
use crate::components::charts::follow_visibility;
use crate::components::failure::words as words_of;
use crate::components::more_rows::{MoreRows, ShowAll, Shown};
use crate::state::format::{count, full_number, number};
use crate::state::language::{t, tf};
use crate::state::metric_histories::HistoryState;
use crate::state::metric_view::metric_href;
use crate::state::spark;

/// How large a history in small is, in CSS pixels.
const SPARK: (usize, f64) = (72, 16.0);

/// How far a row has come with its history.
#[derive(Clone, Debug, PartialEq)]
enum Told {
    /// It was not on screen yet.
    Nothing,
    /// So many points are there.
    Loading(usize),
    /// What it says; nothing where no value is a number.
    Summary(Option<Summary>),
    /// Why it could not be read.
    Failed(String),
}

/// What a row shows of a history.
#[derive(Clone, Debug, PartialEq)]
struct Summary {
    low: f64,
    high: f64,
    logged: usize,
    path: String,
}

/// The last value of each metric, with its range.
#[component]
pub(super) fn MetricsTable(
    /// The run.
    the: TheRun,
    /// What is looked for, in lower case.
    words: Memo<String>,
) -> impl IntoView {
    let all = Memo::new(move |_| {
        let mut metrics = the.run.with(|run| run.data.metrics.clone());
        metrics.sort_by(|a, b| {
            (a.key.starts_with("system/"), &a.key).cmp(&(b.key.starts_with("system/"), &b.key))
        });
        metrics
    });
    let found = Memo::new(move |_| {
        let words = words.get();
        let fits = |metric: &&Metric| metric.key.to_lowercase().contains(&words);
        all.with(|all| all.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
    let fitting = Signal::derive(move || found.with(Vec::len));
    let shown = Shown::first();
    let rows = move || found.with(|found| shown.of(found));
    // A row whose metric has a new value is another row.
    let key = |metric: &Metric| {
        let bits = metric.value.to_bits();
        (
            metric.key.clone(),
            metric.step,
            bits,
            metric.dataset_digest.clone(),
            metric.model_id.clone(),
        )
    };
    let row = move |metric| view! { <MetricRow the metric/> };
    let total = move || count(all.with(Vec::len));
    view! {
        <section aria-labelledby="metrics-title">
            <div class="section-head">
                <h2 id="metrics-title">{t("Metrics")} " " <span class="faint">{total}</span></h2>
                <ShowAll shown total=fitting/>
            </div>
            <table class="pairs metrics">
                <thead>
                    <tr>
                        <th scope="col">{t("Name")}</th>
                        <th scope="col" class="number">{t("Last")}</th>
                        <th scope="col" class="number">{t("Min")}</th>
                        <th scope="col" class="number">{t("Max")}</th>
                        <th scope="col" class="number">{t("Step")}</th>
                        <th scope="col" class="number">{t("Values")}</th>
                        <th scope="col">{t("History")}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=rows key=key children=row/>
                    <MoreRows shown total=fitting columns=7/>
                </tbody>
            </table>
            <Show when=move || all.with(Vec::is_empty)>
                <p class="none faint">
                    {t("None.")} " " <code>"mlflow.log_metric(\"loss\", 0.42, step=1)"</code>
                </p>
            </Show>
        </section>
    }
}

/// A metric. Its history is read once the row is on screen.
#[component]
fn MetricRow(
    /// The run.
    the: TheRun,
    /// The metric.
    metric: Metric,
) -> impl IntoView {
    let Metric { key, value, step, dataset_name, .. } = metric;
    let on_screen = RwSignal::new(false);
    let seen = Memo::new(move |before: Option<&bool>| {
        before.is_some_and(|before| *before) || on_screen.get()
    });
    let element: NodeRef<Tr> = NodeRef::new();
    Effect::new(move || {
        if let Some(element) = element.get() {
            follow_visibility(element.into(), on_screen);
        }
    });
    let (run, name): (Arc<str>, Arc<str>) = (the.id().into(), key.as_str().into());
    let told = {
        let (run, name) = (run.clone(), name.clone());
        Memo::new(move |_| {
            if !seen.get() {
                return Told::Nothing;
            }
            let history = match the.histories.get(&run, &name) {
                HistoryState::Loading(points) => return Told::Loading(points),
                HistoryState::Failed(error) => return Told::Failed(words_of(&error)),
                HistoryState::Ready(history) => history,
            };
            Told::Summary(history.range().map(|(low, high)| {
                let (width, height) = SPARK;
                let path = spark::line(history.points(XKind::Step).ys(), width, height);
                Summary { low, high, logged: history.samples.len(), path }
            }))
        })
    };
    let bound = move |pick: fn(&Summary) -> f64| {
        move || {
            let value = told.with(|told| match told {
                Told::Summary(Some(summary)) => Some(pick(summary)),
                _ => None,
            });
            match value {
                Some(value) => {
                    view! { <span title=full_number(value)>{number(value)}</span> }.into_any()
                }
                None => {
                    let waits = told.with(|told| matches!(told, Told::Loading(_)));
                    view! { <span class="faint">{if waits { "…" } else { "–" }}</span> }.into_any()
                }
            }
        }
    };
    let logged = move || {
        told.with(|told| match told {
            Told::Summary(Some(summary)) => count(summary.logged),
            Told::Loading(points) if *points > 0 => format!("{}…", count(*points)),
            _ => String::new(),
        })
    };
    let history = move || {
        told.with(|told| match told {
            Told::Failed(words) => {
                let (run, name) = (run.clone(), name.clone());
                view! {
                    <button
                        type="button"
                        class="link-button bad"
                        title=words.clone()
                        on:click=move |_| the.histories.retry(&run, &name)
                    >
                        {t("Try again")}
                    </button>
                }
                .into_any()
            }
            Told::Summary(Some(Summary { logged, path, .. })) if *logged > 1 => view! {
                <svg class="spark" viewBox="0 -1 72 18" aria-hidden="true">
                    <path d=path.clone()></path>
                </svg>
            }
            .into_any(),
            _ => ().into_any(),
        })
    };
    let href = metric_href(&[the.id()], &key, &[the.experiment()]);
    let title = match &dataset_name {
        Some(dataset) => tf("{0}, on {1}", &[&key, dataset]),
        None => key.clone(),
    };
    let on = dataset_name.map(|dataset| view! { <span class="faint">" · " {dataset}</span> });
    view! {
        <tr node_ref=element>
            <th scope="row" class="anywhere">
                <a href=href title=title>{key}</a>
                {on}
            </th>
            <td class="number" title=full_number(value)>{number(value)}</td>
            <td class="number soft">{bound(|summary| summary.low)}</td>
            <td class="number soft">{bound(|summary| summary.high)}</td>
            <td class="number soft">{step.to_string()}</td>
            <td class="number soft">{logged}</td>
            <td class="spark-cell">{history}</td>
        </tr>
    }
}
