//! What stands above the table: time, state, datasets, groups, what is drawn,
//! columns, files, views, and how many runs there are.

use leptos::prelude::*;
use run_frame::{Column, Frame};

use super::columns_panel::RunsColumns;
use super::views::Views;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::modes::Modes;
use crate::state::board::BoardLayout;
use crate::state::columns::{ColumnId, known_columns};
use crate::state::download::save;
use crate::state::format::count;
use crate::state::language::{fill, t, tf, tn};
use crate::state::pager::Phase;
use crate::state::runs_lines::{Lines, TableLine};
use crate::state::runs_source::MOST;
use crate::state::runs_table::{RunsTable, Visibility};
use crate::state::runs_view::{Aggregation, Mode, Since};

/// The chips and buttons.
#[component]
pub(super) fn Bar(
    /// The table.
    table: RunsTable,
    /// How the charts are laid out.
    board: RwSignal<BoardLayout>,
) -> impl IntoView {
    let since = Memo::new(move |_| table.view.with(|view| view.since));
    let deleted = Memo::new(move |_| table.view.with(|view| view.deleted));
    let datasets = Memo::new(move |_| table.view.with(|view| view.datasets.clone()));
    let has_datasets = Memo::new(move |_| table.source.frame().with(|f| !f.datasets().is_empty()));
    let groups = Memo::new(move |_| table.view.with(|view| view.group_by.clone()));
    let since_items = move || {
        let now = since.get_untracked();
        let item = |one: Since| {
            Item::new(one.words(), move || table.change(|view| view.since = one))
                .checked(one == now)
        };
        Since::ALL.into_iter().map(item).collect::<Vec<_>>()
    };
    let state_items = move || {
        let now = deleted.get_untracked();
        [(t("Active"), false), (t("Deleted"), true)]
            .map(|(words, deleted)| {
                let choose = move || {
                    table.selected.update(std::collections::HashSet::clear);
                    table.change(|view| view.deleted = deleted);
                };
                Item::new(words, choose).checked(deleted == now)
            })
            .into()
    };
    let dataset_items = move || {
        let chosen = datasets.get_untracked();
        let all = table.source.frame().with_untracked(Frame::datasets);
        let item = |dataset: (String, String)| {
            let on = chosen.contains(&dataset);
            let words = format!("{} ({})", dataset.0, dataset.1);
            Item::new(words, move || {
                table.change(|view| {
                    if on {
                        view.datasets.retain(|other| *other != dataset);
                    } else {
                        view.datasets.push(dataset.clone());
                    }
                });
            })
            .checked(on)
        };
        all.into_iter().map(item).collect::<Vec<_>>()
    };
    let since_words = Signal::derive(move || since.get().words().to_owned());
    let state_words = Signal::derive(move || {
        let words = if deleted.get() { t("Deleted") } else { t("Active") };
        words.to_owned()
    });
    let dataset_words = Signal::derive(move || match datasets.with(Vec::len) {
        0 => t("Any dataset").to_owned(),
        many => tn(many, "{0} dataset", "{0} datasets"),
    });
    let group_words = Signal::derive(move || {
        groups.with(|groups| {
            let names = groups.iter().filter_map(|key| ColumnId::parse(key));
            let names: Vec<String> = names.map(|id| id.heading()).collect();
            if names.is_empty() { t("Group").to_owned() } else { names.join(", ") }
        })
    });
    let face = |words: Signal<String>| move || view! { <span class="clip">{move || words.get()}</span><Chevron/> };
    // What a button shows is part of what it is called.
    let called = |what: &'static str, words: Signal<String>| {
        Signal::derive(move || fill(what, &[&words.get()]))
    };
    let label = |words: &'static str| Signal::derive(move || words.to_owned());
    view! {
        <div class="runs-chips" role="toolbar" aria-label=t("What is shown")>
            <Menu
                label=called(t("Started: {0}"), since_words)
                class="chip"
                face=face(since_words)
                items=Callback::new(move |()| since_items())
            />
            <Menu
                label=called(t("State: {0}"), state_words)
                class="chip"
                face=face(state_words)
                items=Callback::new(move |()| state_items())
            />
            <Show when=move || has_datasets.get()>
                <Menu
                    label=called(t("Datasets: {0}"), dataset_words)
                    class="chip"
                    face=face(dataset_words)
                    items=Callback::new(move |()| dataset_items())
                />
            </Show>
            <Menu
                label=called(t("Group by: {0}"), group_words)
                class="chip"
                face=face(group_words)
                items=Callback::new(move |()| group_items(table))
            />
            <Show when=move || has_charts(table)>
                <Menu
                    label=label(t("Which runs are drawn"))
                    class="chip"
                    face=|| view! { <Icon glyph=Glyph::Eye/><Chevron/> }
                    items=Callback::new(move |()| visibility_items(table))
                />
            </Show>
            <RunsColumns table/>
            <Views table board/>
            <Menu
                label=label(t("Download"))
                class="chip square"
                face=|| view! { <Icon glyph=Glyph::Download/> }
                items=Callback::new(move |()| download_items(table))
            />
            <Modes
                label=t("Table and charts")
                modes=vec![
                    (Mode::Table, t("Table")),
                    (Mode::Split, t("Split")),
                    (Mode::Charts, t("Charts")),
                ]
                now=Signal::derive(move || table.mode())
                choose=Callback::new(move |mode| table.change(|view| view.mode = Some(mode)))
            />
            <Counted table/>
        </div>
    }
}

/// A small angle that says: opens.
#[component]
fn Chevron() -> impl IntoView {
    view! { <span class="chevron" aria-hidden="true"><Icon glyph=Glyph::Right/></span> }
}

fn has_charts(table: RunsTable) -> bool {
    table.mode() != Mode::Table
}

fn group_items(table: RunsTable) -> Vec<Item> {
    /// A menu of thousands helps nobody: their columns' own menus can do it.
    const MOST_KEYS: usize = 60;
    let (chosen, aggregation) =
        table.view.with_untracked(|view| (view.group_by.clone(), view.aggregation));
    let keys = table.source.frame().with_untracked(|frame| {
        let dataset = Column::Attribute(run_frame::Attribute::Dataset);
        let dataset = (frame.summary(dataset).present > 0)
            .then_some(ColumnId::Attribute(run_frame::Attribute::Dataset));
        let params = known_columns(frame, run_frame::Group::Param);
        let tags = known_columns(frame, run_frame::Group::Tag);
        let keys = params.into_iter().chain(tags).take(MOST_KEYS);
        dataset.into_iter().chain(keys).collect::<Vec<_>>()
    });
    let mut items: Vec<Item> = keys
        .into_iter()
        .map(|id| {
            let key = id.to_string();
            let on = chosen.contains(&key);
            Item::new(id.heading(), move || {
                table.change(|view| {
                    if on {
                        view.group_by.retain(|other| *other != key);
                    } else {
                        view.group_by.push(key.clone());
                    }
                });
            })
            .checked(on)
        })
        .collect();
    for (nth, (words, which)) in [
        (t("Mean"), Aggregation::Mean),
        (t("Minimum"), Aggregation::Min),
        (t("Maximum"), Aggregation::Max),
    ]
    .into_iter()
    .enumerate()
    {
        let choose = move || table.change(|view| view.aggregation = which);
        let item = Item::new(words, choose).checked(which == aggregation);
        items.push(if nth == 0 { item.divided() } else { item });
    }
    let none = Item::new(t("No groups"), move || table.change(|view| view.group_by.clear()));
    items.push(none.divided().disabled(chosen.is_empty()));
    items
}

fn visibility_items(table: RunsTable) -> Vec<Item> {
    let now = table.marks.with_untracked(|marks| marks.visibility);
    [
        (t("Draw the first 10 runs"), Visibility::First10),
        (t("Draw the first 20 runs"), Visibility::First20),
        (t("Draw all runs"), Visibility::All),
        (t("Draw no runs"), Visibility::None),
        (t("Hide finished runs"), Visibility::Unfinished),
    ]
    .map(|(words, which)| {
        let choose = move || {
            table.marks.update(|marks| {
                marks.visibility = which;
                marks.exceptions.clear();
            });
        };
        Item::new(words, choose).checked(now == which)
    })
    .into()
}

fn download_items(table: RunsTable) -> Vec<Item> {
    let runs = table.lines.with_untracked(|lines| lines.rows.len());
    let file = move |json: bool| {
        let lines = table.lines.get_untracked();
        let text = table.source.frame().with_untracked(|frame| export(table, frame, &lines, json));
        if json {
            save("runs.json", "application/json", &text);
        } else {
            save("runs.csv", "text/csv", &text);
        }
    };
    vec![
        Item::new(tf("{0} as CSV", &[&tn(runs, "{0} run", "{0} runs")]), move || file(false)),
        Item::new(tf("{0} as JSON", &[&tn(runs, "{0} run", "{0} runs")]), move || file(true)),
    ]
}

/// What is shown, as a file: the runs that the filter leaves, in their order, in
/// the columns that are shown, after their ids and names.
fn export(table: RunsTable, frame: &Frame, lines: &Lines, json: bool) -> String {
    use run_frame::Attribute::{Name, RunId, Status};
    let fixed = [RunId, Name, Status].map(Column::Attribute);
    let mut columns: Vec<(Column, String)> =
        fixed.map(|column| (column, frame.name(column).to_owned())).into();
    table.columns.with_untracked(|shown| {
        let shown = shown.iter().filter(|shown| !matches!(shown.id, ColumnId::Sparkline(_)));
        let shown = shown.filter_map(|shown| {
            let heading = match &shown.id {
                ColumnId::Attribute(attribute) => attribute.as_str().to_owned(),
                id => id.to_string(),
            };
            Some((shown.column?, heading)).filter(|(column, _)| !fixed.contains(column))
        });
        columns.extend(shown);
    });
    // Pinned runs come first, as they do in the table.
    let top = lines.lines.iter().map_while(|line| match line {
        TableLine::Run(line) => Some(line.row),
        TableLine::Group(_) => None,
    });
    let pinned = table.marks.with_untracked(|marks| marks.pinned.len());
    let mut rows: Vec<u32> = top
        .take(pinned)
        .filter(|row| {
            table
                .marks
                .with_untracked(|marks| marks.pinned.iter().any(|id| id == frame.run_id(*row)))
        })
        .collect();
    let first = rows.clone();
    rows.extend(lines.rows.iter().filter(|row| !first.contains(row)));
    if json { frame.json(&rows, &columns) } else { frame.csv(&rows, &columns) }
}

/// How many runs there are, how many are on their way, and a way to stop that.
#[component]
fn Counted(
    /// The table.
    table: RunsTable,
) -> impl IntoView {
    let words = move || counted(table);
    let pause = move || {
        let loading = matches!(table.source.phase().get(), Phase::LoadingMore);
        let paused = table.source.paused() && table.source.has_more();
        let (words, to) = match (loading && !table.source.paused(), paused) {
            (true, _) => (t("Pause"), true),
            (_, true) => (t("Go on"), false),
            _ => return ().into_any(),
        };
        view! {
            <button type="button" class="link-button" on:click=move |_| table.source.pause(to)>
                {words}
            </button>
        }
        .into_any()
    };
    view! {
        <span class="faint count">{words}</span>
        {pause}
    }
}

/// How many runs there are, in words.
pub(super) fn counted(table: RunsTable) -> String {
    let shown = table.lines.with(|lines| lines.rows.len());
    let listed = table.source.listed();
    let all = table.ordered.with(|rows| rows.len());
    match table.source.phase().get() {
        Phase::Loading if all == 0 => t("Loading…").to_owned(),
        Phase::Loading => t("Looking…").to_owned(),
        Phase::LoadingMore if table.source.paused() => {
            tf("{0} loaded · pausing", &[&count(listed)])
        }
        Phase::LoadingMore => tf("{0} loaded · loading", &[&count(listed)]),
        Phase::Failed(_) | Phase::FailedMore(_) => tf("{0} loaded", &[&count(all)]),
        Phase::Ready if table.source.has_more() && listed >= MOST => {
            tf("the first {0} runs", &[&count(listed)])
        }
        Phase::Ready if table.source.has_more() => tf("{0} loaded · paused", &[&count(listed)]),
        Phase::Ready if shown < all => {
            tf("{0} of {1}", &[&count(shown), &tn(all, "{0} run", "{0} runs")])
        }
        Phase::Ready => tn(shown, "{0} run", "{0} runs"),
    }
}
