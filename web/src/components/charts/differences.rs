//! What differs between the runs of a board, held against a baseline.

use std::sync::Arc;

use leptos::prelude::*;

use super::board::Board;
use super::export::{self, Kind};
use crate::components::differences::{DifferenceTable, save_csv};
use crate::state::board::{Chart, edit};
use crate::state::comparison::{Comparison, Wanted};
use crate::state::language::{t, tn};
use crate::state::route::Route;

/// A table of differences.
#[component]
pub(super) fn DifferenceCard(
    /// What the cards share.
    board: Board,
    /// The id of the card.
    id: Arc<str>,
    /// Its title.
    title: Memo<String>,
    /// What it shows.
    chart: Memo<Option<Chart>>,
    /// Set to what is to be known of the data.
    remark: RwSignal<String>,
    /// Set to whether there is nothing to show.
    empty: RwSignal<bool>,
    /// Set to what saves the table as a file.
    export: RwSignal<Option<Callback<Kind>>>,
) -> impl IntoView {
    let id = StoredValue::new(id);
    // Compared by nothing: it is built only when the runs changed.
    let comparison = Memo::new_with_compare(
        move |_| board.runs.with(|runs| Comparison::of_board(runs)),
        |_, _| true,
    );
    let spec = Memo::new(move |_| match chart.get() {
        Some(Chart::Differences { baseline, all }) => (baseline, all),
        _ => (None, false),
    });
    let change = move |to: (Option<String>, bool)| {
        let chart = Chart::Differences { baseline: to.0, all: to.1 };
        let given = title.get_untracked();
        board.layout.update(|layout| {
            edit::set_chart(layout, &id.get_value(), chart, Some(given));
        });
    };
    let baseline = Memo::new(move |_| {
        let id = spec.with(|(baseline, _)| baseline.clone());
        id.and_then(|id| comparison.with(|c| c.frame().row_of(&id))).unwrap_or(0)
    });
    let wanted = Memo::new(move |_| Wanted {
        only_differences: !spec.with(|(_, all)| *all),
        by_spread: true,
        search: String::new(),
    });
    let counted = RwSignal::new(0);
    Effect::new(move || {
        let lines = counted.get();
        remark.set(tn(lines, "{0} line", "{0} lines"));
        empty.set(lines == 0);
    });
    on_cleanup(move || {
        export.try_set(None);
    });
    export.set(Some(Callback::new(move |_| {
        let only = wanted.with_untracked(|wanted| wanted.only_differences);
        let name = export::file_name(&title.get_untracked(), "csv");
        comparison.with_untracked(|comparison| save_csv(comparison, &name, only));
    })));
    let head = move |nth: usize| {
        let Some(run) = board.runs.with(|runs| runs.get(nth).cloned()) else {
            return ().into_any();
        };
        let route = Route::Run {
            experiment: run.experiment.to_string(),
            run: run.id.to_string(),
            tab: String::new(),
        };
        let (name, colour) = (run.name.to_string(), run.colour.to_string());
        let whole = name.clone();
        let is_base = move || usize::try_from(baseline.get()).ok() == Some(nth);
        view! {
            <span class="compare-run">
                <span class="tip-mark" style:background=colour></span>
                <a class="clip" href=route.href() title=whole>{name}</a>
                {move || is_base().then(|| view! { <span class="tag">{t("baseline")}</span> })}
            </span>
        }
        .into_any()
    };
    let option = move |(nth, run): (usize, &Arc<crate::state::board::BoardRun>)| {
        let chosen = move || usize::try_from(baseline.get()).ok() == Some(nth);
        view! { <option value=run.id.to_string() selected=chosen>{run.name.to_string()}</option> }
    };
    let options =
        move || board.runs.with(|runs| runs.iter().enumerate().map(option).collect_view());
    let choose = move |event| {
        change((Some(event_target_value(&event)), spec.with_untracked(|(_, all)| *all)));
    };
    let only = move |event| {
        let baseline = spec.with_untracked(|(baseline, _)| baseline.clone());
        change((baseline, !event_target_checked(&event)));
    };
    view! {
        <div class="difference-card">
            <div class="difference-bar">
                <label>
                    <span class="label">{t("Baseline")}</span>
                    <select class="input" on:change=choose>{options}</select>
                </label>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || wanted.with(|wanted| wanted.only_differences)
                        on:change=only
                    />
                    {t("Only differences")}
                </label>
            </div>
            <DifferenceTable comparison wanted baseline counted head=Callback::new(head)/>
        </div>
    }
}
