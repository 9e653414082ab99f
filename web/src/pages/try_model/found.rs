//! What is known of a scored table besides its predictions: how right each model
//! is, and how two models differ.

use leptos::prelude::*;

use crate::components::sheet::Sheet;
use crate::state::format::{count, full_number, number};
use crate::state::language::{t, tf};
use crate::state::rows::batches::Findings;
use crate::state::rows::difference::{Differences, Differing};
use crate::state::rows::metrics::Metric;
use crate::state::trial::Trial;

/// What was found so far.
#[component]
pub(super) fn Found(
    /// The trial that scored the table.
    trial: Trial,
    /// Whether all rows are in.
    is_over: Signal<bool>,
) -> impl IntoView {
    let batches = trial.batches();
    let has_labels = Memo::new(move |_| batches.findings(|found| !found.scores.is_empty()));
    let differ = move || batches.findings(|found| found.differences.as_ref().map(summary));
    let rows = move || {
        (is_over.get()).then(|| {
            let (kept, names) = batches.findings(|Findings { differences, names, .. }| {
                let kept = differences.as_ref().map(Differences::kept).unwrap_or_default();
                (kept, names.clone())
            });
            (!kept.is_empty()).then(|| view! { <DifferingRows kept names/> })
        })
    };
    view! {
        {move || has_labels.get().then(|| view! { <Scores trial/> })}
        {move || differ().map(|words| view! { <p class="differ" role="status">{words}</p> })}
        {rows}
    }
}

/// How right each model is, by the metric that the user chooses.
#[component]
fn Scores(
    /// The trial that scored the table.
    trial: Trial,
) -> impl IntoView {
    let batches = trial.batches();
    // The first that the rows have all for.
    let first = move || {
        batches.findings(|found| {
            let of =
                |metric: &Metric| found.scores.iter().any(|score| score.value(*metric).is_some());
            let numbers =
                found.scores.iter().any(|score| score.value(Metric::Accuracy) == Some(0.0));
            if numbers && of(&Metric::Rmse) { Metric::Rmse } else { Metric::Accuracy }
        })
    };
    let chosen = RwSignal::new(None::<Metric>);
    let metric = Memo::new(move |_| chosen.get().unwrap_or_else(first));
    let choose = move |event: leptos::ev::Event| {
        let key = event_target_value(&event);
        chosen.set(Metric::ALL.into_iter().find(|metric| metric.key() == key));
    };
    let option = move |one: Metric| {
        view! {
            <option value=one.key() selected=move || metric.get() == one>
                {one.name()}
            </option>
        }
    };
    let values = move || {
        let titles = [Some(trial), trial.against()].into_iter().flatten().map(Trial::title);
        batches.findings(|found| {
            let value = |(score, title): (&crate::state::rows::metrics::Score, String)| {
                let value = score.value(metric.get());
                let text = value.map_or_else(|| t("not for these rows").to_owned(), number);
                view! {
                    <div>
                        <dt class="clip">{title}</dt>
                        <dd title=value.map(full_number)>{text}</dd>
                    </div>
                }
            };
            found.scores.iter().zip(titles).map(value).collect_view()
        })
    };
    view! {
        <div class="scores">
            <label>
                <span class="sr-only">{t("Metric")}</span>
                <select class="input" on:change=choose prop:value=move || metric.get().key()>
                    {Metric::ALL.into_iter().map(option).collect_view()}
                </select>
            </label>
            <dl>{values}</dl>
        </div>
    }
}

/// The rows of which two models say different things.
#[component]
fn DifferingRows(
    /// The rows, those that differ most first.
    kept: Vec<Differing>,
    /// What their texts are called.
    names: Vec<String>,
) -> impl IntoView {
    let many = kept.len();
    let width = names.len() + 2;
    let (kept, names) = (StoredValue::new(kept), StoredValue::new(names));
    let head = move |column: usize| match column {
        0 => t("row").to_owned(),
        1 => t("difference").to_owned(),
        nth => names.with_value(|names| names.get(nth - 2).cloned()).unwrap_or_default(),
    };
    let cell = move |(row, column): (usize, usize)| {
        kept.with_value(|kept| {
            kept.get(row).map(|found| match column {
                0 => count(found.row),
                1 if found.disagree => t("another label").to_owned(),
                1 => number(found.by),
                nth => found.texts.get(nth - 2).cloned().unwrap_or_default(),
            })
        })
        .unwrap_or_default()
    };
    view! {
        <Sheet
            rows=Memo::new(move |_| many)
            columns=Memo::new(move |_| width)
            head=Callback::new(head)
            cell=Callback::new(cell)
            seen=Callback::new(|_| ())
            label=t("Rows that differ")
        />
    }
}

/// How two models differ, in words.
pub(super) fn summary(found: &Differences) -> String {
    if found.differing == 0 {
        return tf("Both models say the same of all {0} rows.", &[&count(found.rows)]);
    }
    let rows = tf("{0} of {1} rows differ", &[&count(found.differing), &count(found.rows)]);
    let labels = tf("another label: {0}", &[&count(found.disagreements)]);
    match found.mean() {
        Some(mean) => tf(
            "{0} · {1} · largest difference {2} · mean {3}",
            &[&rows, &labels, &number(found.most), &number(mean)],
        ),
        None => format!("{rows} · {labels}"),
    }
}
