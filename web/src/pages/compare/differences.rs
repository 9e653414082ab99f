//! The table of differences: a line for each key, a column for each run.

use leptos::prelude::*;
use mlflow_api::Run;
use run_frame::{Attribute, Column, Group};

use crate::components::copy_button::CopyButton;
use crate::components::filter_box::FilterBox;
use crate::components::grid::Grid;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::modal::Modal;
use crate::components::status::StatusMark;
use crate::pages::compare::text_diff::TextDiff;
use crate::state::columns::heading;
use crate::state::comparison::{Comparison, Line, Wanted};
use crate::state::download::save;
use crate::state::language::{t, tf, tn};
use crate::state::location::{Navigator, use_navigator};
use crate::state::route::{Place, Route};

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

/// The table and the bar above it.
#[component]
pub(super) fn Differences(
    /// The runs, in the order of the address.
    runs: Vec<Run>,
) -> impl IntoView {
    let navigator = use_navigator();
    let count = runs.len();
    let place = navigator.place();
    let comparison = StoredValue::new(Comparison::of(&runs));
    let runs = StoredValue::new(runs);
    let search = RwSignal::new(String::new());
    let only = Memo::new(move |_| place.with(|place| place.query.get("diff") != Some("0")));
    let by_spread =
        Memo::new(move |_| place.with(|place| place.query.get("order") != Some("name")));
    let baseline = Memo::new(move |_| {
        let id = place.with(|place| place.query.get("baseline").map(str::to_owned));
        let row = id.and_then(|id| comparison.with_value(|c| c.frame().row_of(&id)));
        row.unwrap_or(0)
    });
    let rows = Memo::new(move |_| {
        let wanted = Wanted {
            only_differences: only.get() && count > 1,
            by_spread: by_spread.get(),
            search: search.get(),
        };
        comparison.with_value(|comparison| rows(comparison, &wanted))
    });
    let diffed: RwSignal<Option<Column>> = RwSignal::new(None);
    let diff_open = RwSignal::new(false);
    let show_diff = move |column| {
        diffed.set(Some(column));
        diff_open.set(true);
    };

    let head = move |nth: usize| {
        let Some(row) = u32::try_from(nth).ok() else { return ().into_any() };
        let known = runs
            .with_value(|runs| runs.get(nth).map(|run| (run.name().to_owned(), run.info.clone())));
        let Some((name, info)) = known else { return ().into_any() };
        let (id, status) = (info.run_id.clone(), info.status);
        let route =
            Route::Run { experiment: info.experiment_id, run: info.run_id, tab: String::new() };
        let is_base = move || baseline.get() == row;
        let items = Callback::new(move |()| {
            let (as_base, without) = (id.clone(), id.clone());
            vec![
                Item::new(t("Compare the others with it"), move || {
                    navigator.choose(&[("baseline", Some(&as_base))]);
                })
                .checked(untrack(is_base)),
                Item::new(t("Leave it out"), move || leave_out(navigator, &without))
                    .disabled(count < 3),
            ]
        });
        view! {
            <span class="compare-run">
                <StatusMark status/>
                <a class="clip" href=route.href() title=name.clone()>{name.clone()}</a>
                {move || is_base().then(|| view! { <span class="tag">{t("baseline")}</span> })}
                <Menu
                    label=Signal::stored(tf("Actions of {0}", &[&name]))
                    face=|| view! { <Icon glyph=Glyph::More/> }
                    items
                />
            </span>
        }
        .into_any()
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
            let (name, long) = comparison.with_value(|comparison| {
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
                let label = tf("Differences in {0}", &[&name]);
                view! {
                    <button
                        type="button"
                        class="link-button"
                        aria-label=label
                        on:click=move |_| show_diff(line.column)
                    >
                        {t("diff")}
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
        let (shown, whole, change, best) = comparison.with_value(|comparison| {
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
    let choose = move |key: &'static str, value: Option<&'static str>| {
        navigator.choose(&[(key, value)]);
    };
    let csv = move |_| {
        let wanted = Wanted { only_differences: only.get_untracked(), ..Wanted::default() };
        let text = comparison.with_value(|comparison| {
            let lines = |group| comparison.lines(group, &wanted);
            comparison.csv(&[
                ("attribute", lines(Group::Attribute)),
                ("param", lines(Group::Param)),
                ("metric", lines(Group::Metric)),
                ("tag", lines(Group::Tag)),
            ])
        });
        save("comparison.csv", "text/csv", &text);
    };
    let counted = move || {
        let lines = rows.with(|rows| rows.iter().filter(|row| matches!(row, Row::Line(_))).count());
        tn(lines, "{0} line", "{0} lines")
    };
    let here = Signal::derive(move || {
        place.track();
        window().location().href().unwrap_or_default()
    });
    view! {
        <div class="table-bar compare-bar">
            <FilterBox
                label=t("Find a parameter, a metric or a tag")
                value=""
                apply=Callback::new(move |letters| search.set(letters))
                eager=true
            />
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || only.get()
                    on:change=move |event| {
                        choose("diff", (!event_target_checked(&event)).then_some("0"));
                    }
                />
                {t("Only differences")}
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || by_spread.get()
                    on:change=move |event| {
                        choose("order", (!event_target_checked(&event)).then_some("name"));
                    }
                />
                {t("Largest first")}
            </label>
            <button type="button" class="button" on:click=csv>
                <Icon glyph=Glyph::Download/>
                "CSV"
            </button>
            <CopyButton text=here label=t("Copy a link to this comparison")/>
            <span class="faint count">{counted}</span>
        </div>
        <Show
            when=move || rows.with(|rows| !rows.is_empty())
            fallback=|| view! { <p class="compare-none soft">{t("Nothing differs between these runs.")}</p> }
        >
            <Grid
                label=t("Differences between the runs")
                rows=Signal::derive(move || rows.with(Vec::len))
                columns=Signal::stored(count)
                column_width=168.0
                corner=|| view! { <span class="sr-only">{t("Key")}</span> }
                head=Callback::new(head)
                side=Callback::new(side)
                cell=Callback::new(cell)
            />
        </Show>
        <Modal
            open=diff_open
            wide=true
            title=Signal::derive(move || {
                let column = diffed.get();
                column.map(|c| comparison.with_value(|cmp| heading(cmp.frame(), c))).unwrap_or_default()
            })
        >
            {move || diffed.get().map(|column| view! { <TextDiff comparison column baseline/> })}
        </Modal>
    }
}

/// The rows of the grid: each group's heading and its lines.
fn rows(comparison: &Comparison, wanted: &Wanted) -> Vec<Row> {
    let everything = Wanted { only_differences: false, ..wanted.clone() };
    let mut rows = Vec::new();
    for group in [Group::Param, Group::Metric, Group::Tag, Group::Attribute] {
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

/// Goes to the same comparison without a run.
fn leave_out(navigator: Navigator, run: &str) {
    let mut place: Place = navigator.place().get_untracked();
    let left: Vec<_> = place.query.list("runs").into_iter().filter(|id| id != run).collect();
    place.query.set_list("runs", &left);
    navigator.go(place);
}
