//! A run's metrics: a table of their last values.

use std::sync::Arc;

use leptos::prelude::*;
use mlflow_api::{Metric, Run};

use crate::state::format::{count, full_number, number};
use crate::state::metric_histories::{HistoryState, MetricHistories};

/// The last value of each metric, with its range.
#[component]
pub(super) fn MetricsTable(
    /// The run.
    run: Run,
    /// The histories, from which the ranges are.
    histories: MetricHistories,
) -> impl IntoView {
    let mut metrics = run.data.metrics;
    metrics.sort_by(|a, b| {
        (a.key.starts_with("system/"), &a.key).cmp(&(b.key.starts_with("system/"), &b.key))
    });
    let total = metrics.len();
    let run_id: Arc<str> = run.info.run_id.into();
    let row = move |metric: Metric| {
        let (run_id, key): (Arc<str>, Arc<str>) = (run_id.clone(), metric.key.as_str().into());
        let history = Memo::new(move |_| match histories.get(&run_id, &key) {
            HistoryState::Ready(history) => history.range(),
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
