//! The table of runs as it is now: in which columns, and what is selected, pinned
//! and hidden.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use leptos::prelude::*;
use mlflow_api::filter::string;
use mlflow_api::{RunStatus, tags};
use run_frame::{Column, Expr, Frame, Group, Query, Reach};
use serde::{Deserialize, Serialize};

use super::clock;
use super::columns::{ColumnId, Defaults, Layout, Shade};
use super::filter::words_in;
use super::location::{Navigator, use_navigator};
use super::pager::Phase;
use super::regex;
use super::run_histories::RunHistories;
use super::runs_lines::{Lines, Parts, ordered};
use super::runs_source::{Ask, RunsSource};
use super::runs_view::{Mode, View};
use super::session::Mlflow;
use super::storage::Shelf;

/// Which runs are drawn in charts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Visibility {
    /// The first ten.
    #[default]
    First10,
    /// The first twenty.
    First20,
    /// All of them.
    All,
    /// None.
    None,
    /// Those that have not finished.
    Unfinished,
}

/// What somebody has marked of an experiment's runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Marks {
    /// Ids of the runs that stay at the top.
    pub(crate) pinned: Vec<String>,
    /// Which runs are drawn.
    pub(crate) visibility: Visibility,
    /// Runs that are drawn, or not, whatever `visibility` says.
    pub(crate) exceptions: BTreeMap<String, bool>,
}

/// A column as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) id: ColumnId,
    /// Where the frame keeps it; `None` while no loaded run has it.
    pub(crate) column: Option<Column>,
    pub(crate) heading: String,
    /// In CSS pixels.
    pub(crate) width: u32,
    /// Whether it is read from its right edge.
    pub(crate) numeric: bool,
    pub(crate) pinned: bool,
    pub(crate) shade: Option<Shade>,
}

/// A filter as it was read: what it says, or what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    pub(crate) query: Query,
    /// What is wrong, and where in the text.
    pub(crate) error: Option<(String, std::ops::Range<usize>)>,
}

impl Filter {
    /// Reads a text. If it is wrong, what was understood `before` stays.
    fn of(text: &str, before: Option<&Filter>) -> Filter {
        let everything = Query { expr: Expr::All(Vec::new()), reach: Reach::Everything };
        let before = before.map_or(everything, |before| before.query.clone());
        match Query::parse(text) {
            Ok(query) => {
                let wrong = query.matches().into_iter().find(|found| {
                    cfg!(target_arch = "wasm32") && regex::pattern(&found.pattern).is_none()
                });
                let error = wrong.map(|found| {
                    let words = super::language::t("This is no regular expression");
                    (words.to_owned(), found.span.clone())
                });
                let query = if error.is_some() { before } else { query };
                Filter { query, error }
            }
            Err(error) => {
                let error = Some((error.message().to_owned(), error.span()));
                Filter { query: before, error }
            }
        }
    }
}

/// The table. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct RunsTable {
    pub(crate) source: RunsSource,
    pub(crate) histories: RunHistories,
    /// What the address asks for.
    pub(crate) view: Memo<View>,
    /// The filter, read.
    pub(crate) filter: Memo<Filter>,
    /// How the columns are laid out.
    pub(crate) layout: RwSignal<Layout>,
    /// What is shown where nobody has chosen.
    pub(crate) defaults: Memo<Defaults>,
    /// The columns after the name.
    pub(crate) columns: Memo<Vec<Shown>>,
    /// The rows that there are, before any filter of ours, in their order.
    pub(crate) ordered: Memo<Arc<[u32]>>,
    /// The lines.
    pub(crate) lines: Memo<Arc<Lines>>,
    /// The rows of the runs that are selected.
    pub(crate) selected: RwSignal<HashSet<u32>>,
    /// The rows of the runs whose nested ones are not shown.
    pub(crate) closed: RwSignal<HashSet<u32>>,
    /// The groups that are folded, by their values.
    pub(crate) folded: RwSignal<HashSet<Vec<Option<String>>>>,
    /// Pinned and hidden runs.
    pub(crate) marks: RwSignal<Marks>,
    /// The run under the pointer, here or in a chart.
    pub(crate) highlighted: RwSignal<Option<Arc<str>>>,
    /// What the experiments of the runs are called, by their ids, once it is known.
    pub(crate) experiment_names: RwSignal<HashMap<String, String>>,
    /// Line and column (0 is the name) that the keyboard is at.
    pub(crate) cursor: RwSignal<(usize, usize)>,
    /// Whether the runs have metrics with a history, and the window room for it.
    has_histories: Memo<bool>,
    navigator: Navigator,
    shelf: StoredValue<String>,
}

impl RunsTable {
    /// The table of some experiments' runs; begins to load them.
    pub(crate) fn new(client: Mlflow, experiments: Vec<String>) -> RunsTable {
        let navigator = use_navigator();
        let several = experiments.len() > 1;
        let shelf = format!("{} {}", client.base_url().as_str(), experiments.join(","));
        let source = RunsSource::new(client.clone(), experiments);
        let frame = source.frame();
        let histories = RunHistories::new(client, frame);
        let view = Memo::new(move |_| navigator.place().with(|place| View::parse(&place.query)));
        let text = Memo::new(move |_| view.with(|view| view.filter.clone()));
        let filter =
            Memo::new(move |before: Option<&Filter>| text.with(|text| Filter::of(text, before)));
        let layout: RwSignal<Layout> =
            RwSignal::new(Shelf::Device.get(&layout_key(&shelf)).unwrap_or_default());
        let marks: RwSignal<Marks> =
            RwSignal::new(Shelf::Device.get(&marks_key(&shelf)).unwrap_or_default());
        let defaults = Memo::new(move |before: Option<&Defaults>| {
            let ready = matches!(source.phase().get(), Phase::Ready);
            let before = before.cloned().unwrap_or_default();
            frame.with(|frame| match frame.len() {
                0 => before,
                // All columns of many runs are looked at when all are there.
                many if many > 3000 && !ready => before,
                _ => Defaults::of(frame, &before, several),
            })
        });
        let columns = columns(frame, layout, defaults);
        let selected = RwSignal::new(HashSet::new());
        let closed = RwSignal::new(HashSet::new());
        let folded = RwSignal::new(HashSet::new());
        let ordered = ordered(source, view);
        let parts = Parts { source, ordered, view, filter, closed, folded, marks };
        let lines = Memo::new_with_compare(move |_| Arc::new(parts.lines()), |_, _| true);
        let table = RunsTable {
            source,
            histories,
            view,
            filter,
            layout,
            defaults,
            columns,
            ordered,
            lines,
            selected,
            closed,
            folded,
            marks,
            highlighted: RwSignal::new(None),
            experiment_names: RwSignal::new(HashMap::new()),
            cursor: RwSignal::new((0, 0)),
            has_histories: Memo::new(move |before: Option<&bool>| {
                // Once the charts stand there, they stay.
                before == Some(&true) || frame.with(has_histories) && is_wide()
            }),
            navigator,
            shelf: StoredValue::new(shelf),
        };
        table.keep();
        table.load();
        source.follow();
        table
    }

    /// Keeps the layout and the marks on this device.
    fn keep(self) {
        Effect::new(move |before: Option<()>| {
            self.layout.with(|layout| {
                if before.is_some() {
                    Shelf::Device.set(&self.shelf.with_value(|key| layout_key(key)), layout);
                }
            });
        });
        Effect::new(move |before: Option<()>| {
            self.marks.with(|marks| {
                if before.is_some() {
                    Shelf::Device.set(&self.shelf.with_value(|key| marks_key(key)), marks);
                }
            });
        });
    }

    /// Asks the server when what is asked of the table changes, unless all is here.
    fn load(self) {
        let ask = Memo::new(move |_| {
            let view = self.view.get();
            let filter = self.filter.get();
            if filter.error.is_some() {
                return None;
            }
            Some((ask(&view, &filter.query), words_to_look_for(&filter.query)))
        });
        let go = move |asked: Option<(Ask, Option<String>)>| {
            let Some((ask, words)) = asked else { return };
            let local = self.filter.with_untracked(|filter| !filter.query.is_beyond_frames());
            if self.source.is_whole_untracked(ask.deleted) && local {
                return;
            }
            self.source.ask(ask);
            if let Some(words) = words {
                self.source.look_for(words);
            }
        };
        // The first time at once, and not when the page is built.
        go(ask.get_untracked());
        Effect::new(move |before: Option<()>| {
            let asked = ask.get();
            if before.is_some() {
                go(asked);
            }
        });
    }

    /// Changes what is asked of the table.
    pub(crate) fn change(self, change: impl FnOnce(&mut View)) {
        let mut view = self.view.get_untracked();
        change(&mut view);
        let mut place = self.navigator.place().get_untracked();
        view.write(&mut place.query);
        self.navigator.replace(place);
    }

    /// Sorts by a column; `also` keeps the columns before it.
    pub(crate) fn sort(self, shown: &Shown, also: bool) {
        let first = shown.id.first_direction(shown.numeric);
        self.change(|view| view.sort_by(&shown.id, first, also));
    }

    /// The ids of the columns that are shown.
    pub(crate) fn column_ids(self) -> Vec<ColumnId> {
        self.columns
            .with_untracked(|columns| columns.iter().map(|shown| shown.id.clone()).collect())
    }

    /// The key under which things of these experiments are kept on this device.
    pub(crate) fn shelf_key(self, what: &str) -> String {
        self.shelf.with_value(|key| format!("millrace.{what} {key}"))
    }

    /// The ids of the selected runs, in the order of the table.
    pub(crate) fn selected_ids(self) -> Vec<String> {
        self.source.frame().with_untracked(|frame| {
            let rows = self.selected.with_untracked(|selected| {
                let lines = self.lines.get_untracked();
                let mut rows: Vec<u32> =
                    lines.rows.iter().copied().filter(|row| selected.contains(row)).collect();
                // Selected before another filter: still selected.
                let here: HashSet<u32> = rows.iter().copied().collect();
                rows.extend(selected.iter().copied().filter(|row| !here.contains(row)));
                rows
            });
            rows.iter().map(|row| frame.run_id(*row).to_owned()).collect()
        })
    }

    /// Selects a run or not.
    pub(crate) fn select(self, row: u32, on: bool) {
        self.selected.update(|selected| {
            if on {
                selected.insert(row)
            } else {
                selected.remove(&row)
            };
        });
    }

    /// Pins a run to the top, or lets it go.
    pub(crate) fn pin(self, row: u32) {
        let id = self.source.frame().with_untracked(|frame| frame.run_id(row).to_owned());
        self.marks.update(|marks| match marks.pinned.iter().position(|pinned| *pinned == id) {
            Some(at) => drop(marks.pinned.remove(at)),
            None => marks.pinned.push(id),
        });
    }

    /// Draws a run in charts, or not.
    pub(crate) fn toggle_drawn(self, row: u32) {
        let drawn = self.drawn().contains(&row);
        let id = self.source.frame().with_untracked(|frame| frame.run_id(row).to_owned());
        self.marks.update(|marks| {
            marks.exceptions.insert(id, !drawn);
        });
    }

    /// The rows that are drawn in charts, in the order of the table.
    pub(crate) fn drawn(self) -> Vec<u32> {
        let lines = self.lines.get();
        let marks = self.marks.get();
        let rows = lines.before_brush.as_ref().unwrap_or(&lines.rows);
        let most = match marks.visibility {
            Visibility::First10 => 10,
            Visibility::First20 => 20,
            Visibility::None => 0,
            Visibility::All | Visibility::Unfinished => rows.len(),
        };
        // Without exceptions nothing after these is drawn, which need not be looked at.
        let looked_at = if marks.exceptions.is_empty() { most } else { rows.len() };
        self.source.frame().with(|frame| {
            let is_drawn = |(place, row): &(usize, u32)| {
                let exception = marks.exceptions.get(frame.run_id(*row)).copied();
                exception.unwrap_or_else(|| {
                    let unfinished = marks.visibility == Visibility::Unfinished;
                    *place < most && !(unfinished && frame.status(*row) == RunStatus::Finished)
                })
            };
            let rows = rows.iter().copied().take(looked_at).enumerate().filter(is_drawn);
            rows.map(|(_, row)| row).collect()
        })
    }

    /// What stands beside what.
    pub(crate) fn mode(self) -> Mode {
        let usual = || if self.has_histories.get() { Mode::Split } else { Mode::Table };
        self.view.with(|view| view.mode).unwrap_or_else(usual)
    }

    /// The value of the tag that colours a run.
    pub(crate) fn colour(frame: &Frame, row: u32) -> Option<&str> {
        frame.tag(row, tags::RUN_COLOR)
    }
}

/// Whether one of the first runs logged a metric at a step.
fn has_histories(frame: &Frame) -> bool {
    const LOOKED_AT: u32 = 100;
    let rows = LOOKED_AT.min(frame.len() as u32);
    let metrics = || frame.columns(Group::Metric).filter(|column| !frame.is_system(*column));
    metrics().any(|column| (0..rows).any(|row| frame.step(column, row) > 0))
}

/// Whether there is room for charts beside the table.
fn is_wide() -> bool {
    const WIDE: f64 = 1000.0;
    let width = web_sys::window().and_then(|window| window.inner_width().ok()?.as_f64());
    width.is_some_and(|width| width >= WIDE)
}

fn layout_key(shelf: &str) -> String {
    format!("millrace.columns {shelf}")
}

fn marks_key(shelf: &str) -> String {
    format!("millrace.marks {shelf}")
}

/// What the server is asked for.
fn ask(view: &View, query: &Query) -> Ask {
    let mut clauses = Vec::new();
    if query.reach == Reach::Server {
        clauses.push(view.filter.trim().to_owned());
    }
    if let Some(moment) = view.since.moment(clock::now()) {
        // To the minute, so that the same question stays the same for a while.
        clauses.push(format!("attributes.start_time >= {}", moment / 60_000 * 60_000));
    }
    let list = |part: fn(&(String, String)) -> &String| {
        let all = view.datasets.iter().map(part).filter(|text| !text.is_empty());
        all.filter_map(|text| string(text).ok()).collect::<Vec<_>>().join(", ")
    };
    for (key, values) in [("name", list(|set| &set.0)), ("digest", list(|set| &set.1))] {
        if !values.is_empty() {
            clauses.push(format!("dataset.{key} IN ({values})"));
        }
    }
    Ask {
        filter: (!clauses.is_empty()).then(|| clauses.join(" AND ")),
        deleted: view.deleted,
        order: view.order_by(),
    }
}

/// The names that the server is asked for when words are looked for.
fn words_to_look_for(query: &Query) -> Option<String> {
    (query.reach == Reach::Words)
        .then(|| words_in("attributes.run_name", &query.words().join(" ")))?
}

/// The columns as they are shown.
fn columns(
    frame: RwSignal<Frame>,
    layout: RwSignal<Layout>,
    defaults: Memo<Defaults>,
) -> Memo<Vec<Shown>> {
    // Whether a column holds numbers is found out once, and again when there are
    // twice as many runs: of many runs it takes long.
    let numeric: StoredValue<HashMap<ColumnId, (usize, bool)>> = StoredValue::default();
    let is_numeric = move |frame: &Frame, id: &ColumnId| {
        let known = numeric.with_value(|known| known.get(id).copied());
        match known {
            Some((runs, is)) if is || frame.len() < 2 * runs.max(50) => is,
            _ => {
                let is = id.is_numeric(frame);
                numeric.update_value(|known| {
                    known.insert(id.clone(), (frame.len(), is));
                });
                is
            }
        }
    };
    Memo::new(move |_| {
        frame.with(|frame| {
            layout.with(|layout| {
                let ids = defaults.with(|defaults| layout.columns(defaults));
                ids.into_iter()
                    .map(|id| Shown {
                        column: id.find(frame),
                        heading: id.heading(),
                        width: layout.width(&id),
                        numeric: is_numeric(frame, &id),
                        pinned: layout.is_pinned(&id),
                        shade: layout.shades.get(&id.to_string()).copied(),
                        id,
                    })
                    .collect()
            })
        })
    })
}
