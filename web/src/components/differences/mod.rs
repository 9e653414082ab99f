//! What differs between runs: a table with a line for each key and a column for
//! each run, held against one of them, the baseline.

mod text_diff;

use leptos::prelude::*;
use run_frame::{Attribute, Column, Group};

use self::text_diff::TextDiff;
use crate::components::grid::Grid;
use crate::components::modal::Modal;
use crate::state::columns::heading;
use crate::state::comparison::{Comparison, Line, Wanted};
use crate::state::download::save;
use crate::state::language::{t, tn};

/// A row of the grid.
#[derive(Clone, Debug, PartialEq)]
enum Row {
    /// The heading of a group, and how many of its lines are the same.
    Group(Group, usize),
    /// A line.
    Line(Line),
}

/// Texts longer than this are worth a look at their differences.
const LONG: usize = 24;

/// The groups in the order in which they are shown.
const GROUPS: [Group; 4] = [Group::Param, Group::Metric, Group::Tag, Group::Attribute];

/// The table.
#[component]
pub(crate) fn DifferenceTable(
    /// The runs.
    #[prop(into)]
    comparison: Signal<Comparison>,
    /// Which lines, in which order.
    #[prop(into)]
    wanted: Signal<Wanted>,
    /// The place of the run that the others are held against.
    #[prop(into)]
    baseline: Signal<u32>,
    /// Set to how many lines are shown.
    counted: RwSignal<usize>,
    /// The head of a run's column.
    #[prop(into)]
    head: Callback<usize, AnyView>,
) -> impl IntoView {
    let rows = Memo::new(move |_| {
        wanted.with(|wanted| comparison.with(|comparison| rows(comparison, wanted)))
    });
    Effect::new(move || {
        rows.with(|rows| {
            counted.set(rows.iter().filter(|row| matches!(row, Row::Line(_))).count());
        });
    });
    let diffed: RwSignal<Option<Column>> = RwSignal::new(None);
    let diff_open = RwSignal::new(false);
    let show_diff = move |column| {
        diffed.set(Some(column));
        diff_open.set(true);
    };
    let side = move |nth: usize| match rows.with(|rows| rows.get(nth).cloned()) {
        Some(Row::Group(group, same)) => {
            let same = (same > 0).then(|| tn(same, "{0} the same", "{0} the same"));
            view! {
                <span class="compare-group">
                    <b>{title(group)}</b>
                    <span class="faint">{same}</span>
                </span>
            }
            .into_any()
        }
        Some(Row::Line(line)) => {
            let (name, long) = comparison.with(|comparison| {
                let frame = comparison.frame();
                let is_text = line.column.group() != Group::Metric;
                let mut lengths = (0..frame.len() as u32)
                    .map(|run| comparison.cell(line.column, run).1.chars().count());
                (
                    heading(frame, line.column),
                    is_text && line.differs && lengths.any(|length| length > LONG),
                )
            });
            let diff = long.then(|| {
                let name = name.clone();
                view! {
                    <button
                        type="button"
                        class="link-button"
                        on:click=move |_| show_diff(line.column)
                    >
                        {t("diff")}
                        <span class="sr-only">" " {name}</span>
                    </button>
                }
            });
            view! {
                <span class="compare-key" class:faint=!line.differs>
                    <span class="clip" title=name.clone()>{name.clone()}</span>
                    {diff}
                </span>
            }
            .into_any()
        }
        None => ().into_any(),
    };
    let cell = move |(nth, run): (usize, usize)| {
        let Some(Row::Line(line)) = rows.with(|rows| rows.get(nth).cloned()) else {
            return ().into_any();
        };
        let run = u32::try_from(run).unwrap_or(u32::MAX);
        let (shown, whole, change, best) = comparison.with(|comparison| {
            let (shown, whole) = comparison.cell(line.column, run);
            let change = comparison.change(line.column, run, baseline.get());
            (shown, whole, change, comparison.is_best(line.column, run))
        });
        let shown = match line.column {
            Column::Attribute(Attribute::StartTime | Attribute::EndTime) => {
                whole.parse().map_or(shown, crate::state::clock::date_time)
            }
            _ => shown,
        };
        let mark = best.then(|| view! { <span class="sr-only">{t("(best)")}</span> });
        view! {
            <span class="compare-cell" class:faint=!line.differs class:best=best title=whole>
                <span class="clip">{shown}</span>
                {mark}
                <span class="faint change">{change}</span>
            </span>
        }
        .into_any()
    };
    view! {
        <Show
            when=move || rows.with(|rows| !rows.is_empty())
            fallback=|| view! { <p class="compare-none soft">{t("Nothing differs between these runs.")}</p> }
        >
            <Grid
                label=t("Differences between the runs")
                rows=Signal::derive(move || rows.with(Vec::len))
                columns=Signal::derive(move || comparison.with(|c| c.frame().len()))
                column_width=168.0
                corner=|| view! { <span class="sr-only">{t("Key")}</span> }
                head
                side=Callback::new(side)
                cell=Callback::new(cell)
            />
        </Show>
        <Modal
            open=diff_open
            wide=true
            title=Signal::derive(move || {
                let column = diffed.get();
                column.map(|c| comparison.with(|cmp| heading(cmp.frame(), c))).unwrap_or_default()
            })
        >
            {move || diffed.get().map(|column| view! { <TextDiff comparison column baseline/> })}
        </Modal>
    }
}

/// Saves what is compared as CSV: all lines, or those that differ.
pub(crate) fn save_csv(comparison: &Comparison, name: &str, only_differences: bool) {
    let wanted = Wanted { only_differences, ..Wanted::default() };
    let lines = |group| comparison.lines(group, &wanted);
    let text = comparison.csv(&[
        ("attribute", lines(Group::Attribute)),
        ("param", lines(Group::Param)),
        ("metric", lines(Group::Metric)),
        ("tag", lines(Group::Tag)),
    ]);
    save(name, "text/csv", &text);
}

/// The rows of the grid: each group's heading and its lines.
fn rows(comparison: &Comparison, wanted: &Wanted) -> Vec<Row> {
    let everything = Wanted { only_differences: false, ..wanted.clone() };
    let mut rows = Vec::new();
    for group in GROUPS {
        let all = comparison.lines(group, &everything);
        let count = all.len();
        let lines: Vec<Line> =
            all.into_iter().filter(|line| line.differs || !wanted.only_differences).collect();
        let hidden = count - lines.len();
        if !lines.is_empty() {
            rows.push(Row::Group(group, hidden));
            rows.extend(lines.into_iter().map(Row::Line));
        }
    }
    rows
}

fn title(group: Group) -> &'static str {
    match group {
        Group::Attribute => t("Run"),
        Group::Metric => t("Metrics"),
        Group::Param => t("Parameters"),
        Group::Tag => t("Tags"),
    }
}
