//! What each run made of a metric: latest, least and greatest value, with steps.

use std::sync::Arc;

use leptos::prelude::*;
use plot::{Sample, csv};

use crate::state::board::BoardRun;
use crate::state::board::runs::Latest;
use crate::state::format::{count, full_number, number};
use crate::state::language::{t, tf};
use crate::state::metric_histories::{History, HistoryState, MetricHistories};
use crate::state::metric_view::curve;
use crate::state::route::Route;

/// The least and the greatest of a history; of equal values the first.
fn ends(history: &History) -> Option<(Sample, Sample)> {
    let finite = history.samples.iter().filter(|sample| sample.value.abs() < f64::MAX);
    finite.fold(None, |ends, &sample| {
        let (low, high) = ends.unwrap_or((sample, sample));
        Some((
            if sample.value < low.value { sample } else { low },
            if sample.value > high.value { sample } else { high },
        ))
    })
}

/// The runs' values of some metrics that they have, in order.
fn curves(runs: &[Arc<BoardRun>], metrics: &[String]) -> Vec<(Arc<BoardRun>, Latest)> {
    let of_run = |run: &Arc<BoardRun>| {
        let latest = metrics.iter().filter_map(|key| run.metric(key).cloned());
        latest.map(|latest| (run.clone(), latest)).collect::<Vec<_>>()
    };
    runs.iter().flat_map(of_run).collect()
}

/// Whether all histories of the metrics are there.
pub(super) fn all_there(
    runs: &[Arc<BoardRun>],
    metrics: &[String],
    histories: MetricHistories,
) -> bool {
    // All of them are looked at: each look asks for what is missing.
    let there = |(run, latest): (Arc<BoardRun>, Latest)| {
        matches!(histories.get(&run.id, &latest.key), HistoryState::Ready(_))
    };
    curves(runs, metrics).into_iter().filter(|curve| !there(curve.clone())).count() == 0
}

/// Every value that was logged, a row each.
pub(super) fn history_csv(
    runs: &[Arc<BoardRun>],
    metrics: &[String],
    histories: MetricHistories,
) -> String {
    let mut out = csv::row(&["run_id", "run_name", "key", "value", "step", "timestamp"]);
    for (run, latest) in curves(runs, metrics) {
        let HistoryState::Ready(history) = untrack(|| histories.get(&run.id, &latest.key)) else {
            continue;
        };
        let head = csv::row(&[&run.id, &run.name, &latest.key]);
        let head = head.trim_end();
        for Sample { step, timestamp, value } in &history.samples {
            out.push_str(&format!("{head},{value},{step},{timestamp}\r\n"));
        }
    }
    out
}

/// A row for each curve; its box shows or hides it.
#[component]
pub(super) fn Summary(
    /// The runs.
    runs: Signal<Vec<Arc<BoardRun>>>,
    /// Their histories.
    histories: MetricHistories,
    /// The run that is lit.
    highlighted: RwSignal<Option<Arc<str>>>,
    /// The metrics.
    metrics: Signal<Vec<String>>,
    /// The curves that are hidden.
    hidden: Memo<Vec<String>>,
    /// Hears which are to be hidden.
    change: Callback<Vec<String>>,
) -> impl IntoView {
    let rows = move || runs.with(|runs| metrics.with(|metrics| curves(runs, metrics)));
    let row = move |(run, latest): (Arc<BoardRun>, Latest)| {
        let name = curve(&run.id, &latest.key);
        let (of, others) = (name.clone(), name.clone());
        let shown = Signal::derive(move || hidden.with(|hidden| !hidden.contains(&of)));
        let toggle = move |event| {
            let mut now = hidden.get_untracked();
            now.retain(|known| *known != name);
            if !event_target_checked(&event) {
                now.push(name.clone());
            }
            change.run(now);
        };
        let only = move |_| {
            let all = untrack(rows).into_iter();
            let all = all.map(|(run, latest)| curve(&run.id, &latest.key));
            change.run(all.filter(|curve| *curve != others).collect());
        };
        let (run_id, key) = (run.id.clone(), latest.key.clone());
        let history = Memo::new_with_compare(
            move |_| match histories.get(&run_id, &key) {
                HistoryState::Ready(history) => Some((history.samples.len(), ends(&history))),
                _ => None,
            },
            |a, b| a != b,
        );
        let end = move |greatest: bool| {
            let ends = history.get().and_then(|(_, ends)| ends);
            let sample = ends.map(|(low, high)| if greatest { high } else { low });
            let dash = || "–".to_owned();
            let value = sample.map_or_else(dash, |sample| number(sample.value));
            let step = sample.map_or_else(dash, |sample| sample.step.to_string());
            view! {
                <td class="number" title=sample.map(|sample| full_number(sample.value))>{value}</td>
                <td class="number faint">{step}</td>
            }
        };
        let light = {
            let id = run.id.clone();
            move |_| highlighted.set(Some(id.clone()))
        };
        let lit = {
            let id = run.id.clone();
            move || highlighted.with(|lit| lit.as_ref() == Some(&id))
        };
        let route = Route::Run {
            experiment: run.experiment.to_string(),
            run: run.id.to_string(),
            tab: String::new(),
        };
        let label = tf("Show {0} of {1}", &[&latest.key, &run.name]);
        view! {
            <tr class:lit=lit on:pointerenter=light on:pointerleave=move |_| highlighted.set(None)>
                <td>
                    <label class="check">
                        <input type="checkbox" aria-label=label prop:checked=move || shown.get() on:change=toggle/>
                    </label>
                </td>
                <th scope="row">
                    <span class="metric-run">
                        <span class="tip-mark" style:background=run.colour.to_string()></span>
                        <a class="clip" href=route.href() title=run.name.to_string()>{run.name.to_string()}</a>
                    </span>
                </th>
                <td class="clip" title=latest.key.to_string()>{latest.key.to_string()}</td>
                <td class="number" title=full_number(latest.value)>{number(latest.value)}</td>
                <td class="number faint">{latest.step.to_string()}</td>
                {move || end(false)}
                {move || end(true)}
                <td class="number faint">{move || history.get().map(|(points, _)| count(points))}</td>
                <td>
                    <button type="button" class="link-button" on:click=only>{t("Only this")}</button>
                </td>
            </tr>
        }
    };
    let all = move || {
        (!hidden.with(Vec::is_empty)).then(|| {
            view! {
                <button type="button" class="link-button" on:click=move |_| change.run(Vec::new())>
                    {t("Show all")}
                </button>
            }
        })
    };
    view! {
        <div class="metric-summary">
            <div class="summary-head"><h2>{t("Summary")}</h2> {all}</div>
            <div class="summary-scroll" tabindex="0" role="region" aria-label=t("Summary")>
                <table>
                    <thead>
                        <tr>
                            <td></td>
                            <th scope="col">{t("Run")}</th>
                            <th scope="col">{t("Metric")}</th>
                            <th scope="col" class="number">{t("Latest")}</th>
                            <th scope="col" class="number">{t("Step")}</th>
                            <th scope="col" class="number">{t("Min")}</th>
                            <th scope="col" class="number">{t("Step")}</th>
                            <th scope="col" class="number">{t("Max")}</th>
                            <th scope="col" class="number">{t("Step")}</th>
                            <th scope="col" class="number">{t("Points")}</th>
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_leave_out_what_is_no_number() {
        let sample = |step, value| Sample { step, timestamp: 0, value };
        let samples = vec![
            sample(0, f64::NAN),
            sample(1, 2.0),
            sample(2, -1.0),
            sample(3, 2.0),
            sample(4, f64::MAX),
        ];
        let (low, high) = ends(&History::of(samples)).unwrap();
        assert_eq!((low.step, high.step), (2, 1));
        assert!(ends(&History::of(Vec::new())).is_none());
    }
}
