//! One long text of two runs, line by line.

use leptos::prelude::*;
use run_frame::Column;

use crate::components::line_diff::line_diff;
use crate::state::comparison::Comparison;
use crate::state::language::{t, tf};

/// The differences of a text between the baseline and another run.
#[component]
pub(super) fn TextDiff(
    /// The runs.
    comparison: Signal<Comparison>,
    /// Where the text is.
    column: Column,
    /// The run that it is compared with.
    baseline: Signal<u32>,
) -> impl IntoView {
    let count = comparison.with_untracked(|comparison| comparison.frame().len() as u32);
    let first_other = if baseline.get_untracked() == 0 { 1 } else { 0 };
    let other = RwSignal::new(first_other);
    let name = move |run: u32| comparison.with_untracked(|c| c.frame().run_name(run).to_owned());
    let options = (0..count)
        .filter(|run| *run != baseline.get_untracked())
        .map(|run| {
            view! { <option value=run.to_string() selected=run == first_other>{name(run)}</option> }
        })
        .collect_view();
    let lines = move || {
        let text = |run| comparison.with(|c| c.cell(column, run).1);
        let label = t("Differences, line by line").to_owned();
        line_diff(&text(baseline.get()), &text(other.get()), label)
    };
    view! {
        <label class="text-diff-other">
            <span>{move || tf("{0}, compared with", &[&name(baseline.get())])}</span>
            <select
                class="input"
                on:change=move |event| {
                    if let Ok(run) = event_target_value(&event).parse() {
                        other.set(run);
                    }
                }
            >
                {options}
            </select>
        </label>
        {lines}
    }
}
