//! A run's metrics: a table of their last values, and a chart of each history.

use leptos::prelude::*;
use mlflow_api::{Metric, Run};
use plot::Series;

use crate::components::line_chart::LineChart;
use crate::state::format::{count, full_number, number, plural};
use crate::state::histories::{Histories, History, HistoryState, MOST_POINTS};
use crate::state::session::Mlflow;

/// How many charts are drawn before the user asks for the rest.
const FIRST_CHARTS: usize = 24;

/// Each metric's key once: those with a history first, the system's last.
pub(super) fn metric_keys(run: &Run) -> Vec<String> {
    let mut keys: Vec<(bool, bool, String)> = run
        .data
        .metrics
        .iter()
        .map(|metric| (metric.key.starts_with("system/"), metric.step == 0, metric.key.clone()))
        .collect();
    keys.sort();
    keys.dedup_by(|a, b| a.2 == b.2);
    keys.into_iter().map(|(_, _, key)| key).collect()
}

/// The last value of each metric, with its range.
#[component]
pub(super) fn MetricsTable(
    /// The run.
    run: Run,
    /// The histories, from which the ranges are.
    histories: Histories,
) -> impl IntoView {
    let mut metrics = run.data.metrics;
    metrics.sort_by(|a, b| {
        (a.key.starts_with("system/"), &a.key).cmp(&(b.key.starts_with("system/"), &b.key))
    });
    let total = metrics.len();
    let row = move |metric: Metric| {
        let key = metric.key.clone();
        let history = Memo::new(move |_| match histories.get(&key) {
            HistoryState::Ready(history) => history.range,
            _ => None,
        });
        let bound = move |pick: fn((f64, f64)) -> f64| match history.get() {
            Some(range) => {
                let value = pick(range);
                view! { <span title=full_number(value)>{number(value)}</span> }.into_any()
            }
            None => view! { <span class="faint">"–"</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row" class="clip" title=metric.key.clone()>{metric.key.clone()}</th>
                <td class="number" title=full_number(metric.value)>{number(metric.value)}</td>
                <td class="number soft">{move || bound(|(low, _)| low)}</td>
                <td class="number soft">{move || bound(|(_, high)| high)}</td>
                <td class="number soft">{metric.step.to_string()}</td>
            </tr>
        }
    };
    let none = (total == 0).then(|| {
        view! {
            <p class="none faint">
                "None. mlflow.log_metric(\"loss\", 0.42, step=1) logs one."
            </p>
        }
    });
    view! {
        <section aria-labelledby="metrics-title">
            <h2 id="metrics-title">"Metrics " <span class="faint">{count(total)}</span></h2>
            <table class="pairs metrics">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col" class="number">"Last"</th>
                        <th scope="col" class="number">"Min"</th>
                        <th scope="col" class="number">"Max"</th>
                        <th scope="col" class="number">"Step"</th>
                    </tr>
                </thead>
                <tbody>{metrics.into_iter().map(row).collect_view()}</tbody>
            </table>
            {none}
        </section>
    }
}

/// A chart for each metric that has a history. A metric that was logged once is
/// a number in the table, and no chart.
#[component]
pub(super) fn Charts(
    /// The client of the server in use.
    client: Mlflow,
    /// The run.
    run: Run,
    /// The histories.
    histories: Histories,
) -> impl IntoView {
    let keys = metric_keys(&run);
    let all = RwSignal::new(keys.len() <= FIRST_CHARTS);
    let run_id = run.info.run_id.clone();
    let run_name = run.name().to_owned();
    let colour = run.tag(mlflow_api::tags::RUN_COLOR).map(str::to_owned);
    // What was last logged at step 0 most likely has no history: its chart has
    // a place only once one came.
    let mut expected: Vec<(String, bool)> = Vec::new();
    for key in &keys {
        let charted = run.data.metrics.iter().any(|metric| metric.key == *key && metric.step != 0);
        expected.push((key.clone(), charted));
    }
    expected.sort_by_key(|(_, charted)| !charted);
    let total = expected.len();
    let context = StoredValue::new((client, run_id, run_name, colour));

    let card = move |key: String, charted: bool| {
        let shown_key = key.clone();
        let has_history = Memo::new(move |_| match histories.get(&shown_key) {
            HistoryState::Ready(history) => history.logged > 1 || charted,
            _ => charted,
        });
        move || {
            let key = key.clone();
            has_history.get().then(move || view! { <Card metric=key histories context/> })
        }
    };
    let cards = move || {
        let shown = if all.get() { total } else { FIRST_CHARTS };
        expected.iter().take(shown).map(|(key, charted)| card(key.clone(), *charted)).collect_view()
    };
    let more = move || {
        (!all.get()).then(|| {
            view! {
                <button type="button" class="button" on:click=move |_| all.set(true)>
                    {format!("Show {}", plural(total - FIRST_CHARTS, "more metric"))}
                </button>
            }
        })
    };
    view! {
        <section class="charts" aria-label="Metric charts">
            <div class="chart-grid">{cards}</div>
            {more}
        </section>
    }
}

/// The client, and the run's id, name and colour.
type Context = StoredValue<(Mlflow, String, String, Option<String>)>;

/// One metric's chart, or what stands in its place.
#[component]
fn Card(
    /// The metric's key.
    metric: String,
    /// The histories.
    histories: Histories,
    /// What a chart needs of the run.
    context: Context,
) -> impl IntoView {
    let key = StoredValue::new(metric.clone());
    let state = move || key.with_value(|key| histories.get(key));
    let series = move |history: &History| {
        context.with_value(|(_, run_id, run_name, colour)| {
            let mut series = Series::new(run_id, run_name, history.points.clone());
            if let Some(colour) = colour {
                series.colour = colour.as_str().into();
            }
            vec![series]
        })
    };
    let retry = move |_| {
        let (client, run_id, ..) = context.get_value();
        histories.retry(client, run_id, key.get_value());
    };
    let drawing = move || match state() {
        HistoryState::Waiting => view! { <div class="line-chart waiting"></div> }.into_any(),
        HistoryState::Failed(error) => view! {
            <div class="line-chart chart-word" role="alert">
                <p class="soft">{format!("Not loaded: {}", error.kind())}</p>
                <button type="button" class="button" on:click=retry>"Try again"</button>
            </div>
        }
        .into_any(),
        HistoryState::Ready(history) if history.logged < 2 => {
            let value = history.points.get(0).map_or(f64::NAN, |(_, value)| value);
            view! {
                <div class="line-chart chart-word">
                    <p class="single" title=full_number(value)>{number(value)}</p>
                    <p class="faint">"logged once"</p>
                </div>
            }
            .into_any()
        }
        HistoryState::Ready(history) => {
            let series = Signal::stored(series(&history));
            view! { <LineChart title=key.get_value() series/> }.into_any()
        }
    };
    let remark = move || match state() {
        HistoryState::Ready(history) if !history.complete => {
            format!("first {}", plural(MOST_POINTS, "point"))
        }
        HistoryState::Ready(history) if history.points.missing() > 0 => {
            let missing = count(history.points.missing());
            format!("{}, {missing} of them no number", plural(history.logged, "point"))
        }
        HistoryState::Ready(history) if history.logged > 1 => plural(history.logged, "point"),
        _ => String::new(),
    };
    view! {
        <figure class="chart-card">
            <figcaption>
                <h3 class="clip" title=metric.clone()>{metric.clone()}</h3>
                <span class="faint">{remark}</span>
            </figcaption>
            {drawing}
        </figure>
    }
}
