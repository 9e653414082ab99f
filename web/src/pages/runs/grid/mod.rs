//! The rows of the runs table. Only those near what is seen are in the page, and
//! of each only the columns near what is seen; on a scroll the elements of rows
//! that went out are filled with those that came in. That is done by hand, since
//! building views for each row takes longer than a frame.

mod cell;
mod elements;
mod name;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::*;
use run_frame::{Attribute, Cell, Frame};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use self::cell::CellSlot;
use self::elements::{append, element, html, set, toggle};
use self::name::{NameCell, State};
use super::cells::{self, Facts};
use crate::state::board::runs::run_colour;
use crate::state::columns::{ColumnId, Shade};
use crate::state::language::{t, tn};
use crate::state::route::Route;
use crate::state::run_histories::RunHistories;
use crate::state::runs_lines::{Lines, TableLine};
use crate::state::runs_table::{RunsTable, Shown};
use crate::state::runs_view::Aggregation;
use crate::state::window::{self, ROW};

/// Stands where a history could not be read.
const UNREAD: &str = "!";

/// Everything that rows are drawn from.
pub(super) struct Drawing<'a> {
    pub(super) frame: &'a Frame,
    pub(super) lines: &'a Lines,
    pub(super) columns: &'a [Shown],
    pub(super) name_width: u32,
    pub(super) selected: &'a HashSet<u32>,
    pub(super) closed: &'a HashSet<u32>,
    pub(super) folded: &'a HashSet<Vec<Option<String>>>,
    pub(super) pinned: &'a [u32],
    pub(super) drawn: &'a HashSet<u32>,
    pub(super) highlighted: Option<u32>,
    pub(super) cursor: (usize, usize),
    pub(super) experiment_names: &'a HashMap<String, String>,
    pub(super) aggregation: Aggregation,
    pub(super) histories: RunHistories,
}

/// The elements of the rows.
pub(super) struct Grid {
    body: Element,
    slots: Vec<Slot>,
    /// The columns in the page, without the pinned ones.
    window: Range<usize>,
    /// Goes up when every row has to be filled anew.
    stamp: u32,
    facts: HashMap<ColumnId, Facts>,
}

/// The elements of one row.
struct Slot {
    row: Element,
    name: NameCell,
    spacer: HtmlElement,
    cells: Vec<CellSlot>,
    /// Which line it holds.
    line: Option<usize>,
    /// The row of the run in it.
    run: Option<u32>,
    stamp: u32,
    class: String,
    /// How wide the name is, and the gap after it.
    widths: (u32, u32),
}

impl Slot {
    fn new(body: &Element) -> Option<Slot> {
        let row = element("div", "row")?;
        row.set_attribute("role", "row").ok();
        let name = NameCell::new()?;
        let spacer = html("div", "spacer")?;
        spacer.set_attribute("aria-hidden", "true").ok();
        append(&row, &[&name.cell, &spacer]);
        append(body, &[&row]);
        let class = "row".to_owned();
        Some(Slot {
            row,
            name,
            spacer,
            cells: Vec::new(),
            line: None,
            run: None,
            stamp: 0,
            class,
            widths: (0, 0),
        })
    }

    /// Puts the row out of sight.
    fn clear(&mut self) {
        if self.line.take().is_some() {
            self.row.set_attribute("hidden", "").ok();
        }
    }
}

/// Which columns are in the page: the pinned ones, and those in the window.
fn present(columns: &[Shown], window: &Range<usize>) -> Vec<usize> {
    let pinned = columns.iter().take_while(|shown| shown.pinned).count();
    (0..pinned).chain(window.start.max(pinned)..window.end).collect()
}

/// How wide the columns are that are left out before the window.
pub(super) fn left_out(columns: &[Shown], window: &Range<usize>) -> u32 {
    let before = columns.iter().take(window.start);
    before.filter(|shown| !shown.pinned).map(|shown| shown.width).sum()
}

impl Grid {
    /// Rows within an element.
    pub(super) fn new(body: Element) -> Grid {
        Grid { body, slots: Vec::new(), window: 0..0, stamp: 0, facts: HashMap::new() }
    }

    /// Everything has to be drawn anew.
    pub(super) fn invalidate(&mut self) {
        self.stamp = self.stamp.wrapping_add(1);
        self.facts.clear();
    }

    /// Every row has to be drawn anew, from the same values.
    pub(super) fn touch(&mut self) {
        self.stamp = self.stamp.wrapping_add(1);
    }

    /// Lights the row of a run, and no other.
    pub(super) fn light(&self, run: Option<u32>) {
        for slot in &self.slots {
            let lit = run.is_some() && slot.run == run && slot.line.is_some();
            toggle(&slot.row, "data-lit", lit.then_some(""));
        }
    }

    /// Draws what is seen: the lines of `seen`, and the columns of `window`.
    pub(super) fn draw(
        &mut self,
        drawing: &Drawing<'_>,
        seen: Range<usize>,
        window: &Range<usize>,
    ) {
        if self.window != *window {
            self.window = window.clone();
            self.touch();
        }
        while self.slots.len() < seen.len() {
            match Slot::new(&self.body) {
                Some(slot) => self.slots.push(slot),
                None => return,
            }
            // Which line is in which slot has changed.
            self.stamp = self.stamp.wrapping_add(1);
        }
        let many = self.slots.len().max(1);
        let columns = present(drawing.columns, window);
        let skipped = left_out(drawing.columns, window);
        for slot in &mut self.slots {
            if slot.line.is_some_and(|line| !seen.contains(&line)) {
                slot.clear();
            }
        }
        for line in seen {
            let Some(slot) = self.slots.get_mut(line % many) else { continue };
            if slot.line == Some(line) && slot.stamp == self.stamp {
                continue;
            }
            fill(slot, drawing, line, &columns, skipped, &mut self.facts);
            slot.stamp = self.stamp;
        }
    }
}

fn fill(
    slot: &mut Slot,
    drawing: &Drawing<'_>,
    line: usize,
    columns: &[usize],
    skipped: u32,
    facts: &mut HashMap<ColumnId, Facts>,
) {
    let Some(what) = drawing.lines.lines.get(line).copied() else { return slot.clear() };
    if slot.line.is_none() {
        slot.row.remove_attribute("hidden").ok();
    }
    if slot.line != Some(line) {
        let row: &HtmlElement = slot.row.unchecked_ref();
        row.style().set_property("transform", &format!("translateY({}px)", line * ROW)).ok();
        let index = (line + 2).to_string();
        set(&slot.row, &[("aria-rowindex", &index), ("data-line", &line.to_string())]);
        slot.line = Some(line);
    }
    if slot.widths != (drawing.name_width, skipped) {
        slot.widths = (drawing.name_width, skipped);
        slot.name.cell.style().set_property("width", &format!("{}px", drawing.name_width)).ok();
        slot.spacer.style().set_property("width", &format!("{skipped}px")).ok();
    }
    while slot.cells.len() < columns.len() {
        match CellSlot::new() {
            Some(cell) => {
                append(&slot.row, &[&cell.cell]);
                slot.cells.push(cell);
            }
            None => return,
        }
    }
    while slot.cells.len() > columns.len() {
        if let Some(cell) = slot.cells.pop() {
            cell.cell.remove();
        }
    }
    match what {
        TableLine::Run(run) => fill_run(slot, drawing, line, run),
        TableLine::Group(nth) => fill_group(slot, drawing, nth),
    }
    let mut left = drawing.name_width;
    for (nth, at) in columns.iter().enumerate() {
        let (Some(cell), Some(shown)) = (slot.cells.get_mut(nth), drawing.columns.get(*at)) else {
            continue;
        };
        if cell.width != shown.width {
            cell.cell.style().set_property("width", &format!("{}px", shown.width)).ok();
            cell.width = shown.width;
        }
        let active = drawing.cursor == (line, at + 1);
        cell.stand(line, (*at, shown.pinned.then_some(left), active));
        left += if shown.pinned { shown.width } else { 0 };
        match what {
            TableLine::Run(run) => {
                let facts = facts
                    .entry(shown.id.clone())
                    .or_insert_with(|| Facts::of(drawing.frame, shown, &drawing.lines.rows));
                fill_cell(cell, drawing, shown, run.row, *facts, active);
            }
            TableLine::Group(nth) => {
                let group = drawing.lines.groups.get(nth as usize);
                let all = group
                    .zip(shown.column)
                    .filter(|_| shown.numeric)
                    .and_then(|(group, column)| drawing.frame.aggregate(column, &group.rows));
                let words = all
                    .filter(|_| {
                        !matches!(
                            shown.id,
                            ColumnId::Attribute(
                                run_frame::Attribute::StartTime | run_frame::Attribute::EndTime
                            )
                        )
                    })
                    .map(|all| cells::group_number(shown, &all, drawing.aggregation))
                    .unwrap_or_default();
                cell.draw(None);
                cell.put(&words, false, cell_class(shown, false, 0, active));
            }
        }
    }
    let active = drawing.cursor == (line, 0);
    toggle(&slot.name.cell, "id", active.then(|| active_id(line, 0)).as_deref());
    slot.name.cell.set_class_name(if active { "run-name active" } else { "run-name" });
}

/// The id of the cell that the keyboard is at.
pub(super) fn active_id(line: usize, column: usize) -> String {
    format!("cell-{line}-{column}")
}

fn cell_class(shown: &Shown, best: bool, shade: u8, active: bool) -> String {
    let mut class = String::from("cell");
    if shown.numeric {
        class.push_str(" number");
    }
    if shown.pinned {
        class.push_str(" pinned");
    }
    if best {
        class.push_str(" best");
    }
    if shade > 0 {
        class.push_str(&format!(" shade-{shade}"));
    }
    if active {
        class.push_str(" active");
    }
    class
}

fn fill_cell(
    slot: &mut CellSlot,
    drawing: &Drawing<'_>,
    shown: &Shown,
    row: u32,
    facts: Facts,
    active: bool,
) {
    let value = shown.column.map_or(Cell::Missing, |column| drawing.frame.cell(column, row));
    let metric = shown.id.metric().unwrap_or_default();
    if let ColumnId::Sparkline(_) = &shown.id {
        let has = drawing.histories.want(drawing.frame, row, metric);
        let line = drawing.histories.line(row, metric).filter(|_| has);
        let colour = colour(drawing.frame, row);
        slot.draw(line.as_deref().map(|line| (line, colour.as_str())));
        let words = if drawing.histories.has_failed(row, metric) { UNREAD } else { "" };
        slot.put(words, false, cell_class(shown, false, 0, active));
        return;
    }
    slot.draw(None);
    if matches!(shown.id, ColumnId::Stat(..))
        && drawing.histories.want(drawing.frame, row, metric)
        && value.is_missing()
    {
        let failed = drawing.histories.has_failed(row, metric);
        let words = if failed { UNREAD } else { "…" };
        return slot.put(words, false, cell_class(shown, false, 0, active));
    }
    let number = match value {
        Cell::Text(_) if !shown.numeric => None,
        value => value.number(),
    };
    if let (ColumnId::Attribute(Attribute::ExperimentId), Cell::Text(id)) = (&shown.id, value)
        && let Some(name) = drawing.experiment_names.get(id)
    {
        return slot.put(name, false, cell_class(shown, false, 0, active));
    }
    let best = number.is_some() && number == facts.best;
    let shade = number.map_or(0, |number| facts.shade(shown.shade, number));
    slot.put(&cells::shown(value, shown.numeric), best, cell_class(shown, best, shade, active));
}

/// A run's colour, everywhere.
pub(super) fn colour(frame: &Frame, row: u32) -> String {
    run_colour(frame.run_id(row), RunsTable::colour(frame, row)).to_owned()
}

/// Where a run's page is.
pub(super) fn route(frame: &Frame, row: u32) -> Route {
    Route::Run {
        experiment: frame.experiment_id(row).to_owned(),
        run: frame.run_id(row).to_owned(),
        tab: String::new(),
    }
}

fn fill_run(slot: &mut Slot, drawing: &Drawing<'_>, line: usize, run: run_frame::Line) {
    let Drawing { frame, .. } = drawing;
    let row = run.row;
    let name = &mut slot.name;
    let selected = drawing.selected.contains(&row);
    let words = frame.run_name(row);
    name.check.set_checked(selected);
    name.check.set_attribute("aria-label", &super::words::select_run(words)).ok();
    let depth = usize::from(run.depth);
    let open = !drawing.closed.contains(&row);
    let nests = drawing.lines.nested;
    let (pinned, drawn) = (drawing.pinned.contains(&row), drawing.drawn.contains(&row));
    let has_children = run.children > 0;
    name.show_state(State { nests, has_children, open, pinned, drawn, depth: run.depth });
    name.dot.style().set_property("--run", &colour(frame, row)).ok();
    name.show_status(Some(frame.status(row)));
    name.link.set_text_content(Some(words));
    set(&name.link, &[("href", &route(frame, row).href()), ("title", words)]);
    let count = if has_children && !open { run.children.to_string() } else { String::new() };
    name.count.set_text_content(Some(&count));
    toggle(&slot.row, "data-lit", (drawing.highlighted == Some(row)).then_some(""));
    slot.run = Some(row);
    let mut class = String::from("row");
    for (on, word) in [
        (selected, " selected"),
        (drawing.cursor.0 == line, " current"),
        (pinned, " on-top"),
        (!drawn, " undrawn"),
    ] {
        if on {
            class.push_str(word);
        }
    }
    show_class(slot, class);
    set(&slot.row, &[("aria-selected", if selected { "true" } else { "false" })]);
    if nests {
        set(&slot.row, &[("aria-level", &(depth + 1).to_string())]);
        toggle(
            &slot.row,
            "aria-expanded",
            (run.children > 0).then_some(if open { "true" } else { "false" }),
        );
    } else {
        toggle(&slot.row, "aria-level", None);
        toggle(&slot.row, "aria-expanded", None);
    }
}

fn show_class(slot: &mut Slot, class: String) {
    if slot.class != class {
        slot.row.set_class_name(&class);
        slot.class = class;
    }
}

fn fill_group(slot: &mut Slot, drawing: &Drawing<'_>, nth: u32) {
    let Some(group) = drawing.lines.groups.get(nth as usize) else { return };
    slot.run = None;
    toggle(&slot.row, "data-lit", None);
    let name = &mut slot.name;
    let open = !drawing.folded.contains(&group.values);
    let none = || t("none").to_owned();
    let values: Vec<String> =
        group.values.iter().map(|value| value.clone().unwrap_or_else(none)).collect();
    let words = values.join(" · ");
    name.shown_state = None;
    name.check.set_hidden(true);
    name.indent.style().set_property("width", "0").ok();
    name.show_expander(true, true, open);
    name.dot.set_hidden(true);
    name.show_status(None);
    name.link.set_text_content(Some(&words));
    toggle(&name.link, "href", None);
    toggle(&name.link, "title", Some(&words));
    name.count.set_text_content(Some(&tn(group.rows.len(), "{0} run", "{0} runs")));
    toggle(&name.pin, "hidden", Some(""));
    toggle(&name.eye, "hidden", Some(""));
    let current = slot.line == Some(drawing.cursor.0);
    show_class(slot, if current { "row group current".into() } else { "row group".into() });
    toggle(&slot.row, "aria-selected", None);
    set(&slot.row, &[("aria-level", "1"), ("aria-expanded", if open { "true" } else { "false" })]);
}

/// The tooltip of a cell: all of what it holds.
pub(super) fn tooltip(table: RunsTable, line: usize, column: usize) -> Option<String> {
    let lines: Arc<Lines> = table.lines.get_untracked();
    let shown = table.columns.with_untracked(|columns| columns.get(column).cloned())?;
    table.source.frame().with_untracked(|frame| match lines.lines.get(line)? {
        TableLine::Run(run) => match &shown.id {
            ColumnId::Stat(_, metric) | ColumnId::Sparkline(metric)
                if table.histories.has_failed(run.row, metric) =>
            {
                Some(
                    t("This history could not be read. Refresh the page's runs to try again.")
                        .to_owned(),
                )
            }
            _ => Some(cells::whole(frame.cell(shown.column?, run.row))),
        },
        TableLine::Group(nth) => {
            let group = lines.groups.get(*nth as usize)?;
            Some(cells::group_whole(&shown, &frame.aggregate(shown.column?, &group.rows)?))
        }
    })
}

/// Whether shading makes sense for a column, and which.
pub(super) fn shades() -> [(&'static str, Option<Shade>); 3] {
    [
        (t("No shading"), None),
        (t("Low is good"), Some(Shade::Low)),
        (t("High is good"), Some(Shade::High)),
    ]
}

/// What is seen of a table of some size; and, unless it goes by fast, what is near.
pub(super) fn seen(
    scroller: &Element,
    columns: &[Shown],
    name_width: u32,
    lines: usize,
    fast: bool,
) -> (Range<usize>, Range<usize>) {
    // Before there is a layout, a window's worth.
    let height = match scroller.client_height() {
        0 => 800,
        height => height,
    };
    let rows = if fast { window::seen_rows } else { window::rows };
    let rows = rows(scroller.scroll_top(), height, lines);
    let pinned: u32 = columns.iter().filter(|shown| shown.pinned).map(|shown| shown.width).sum();
    let widths: Vec<u32> =
        columns.iter().map(|shown| if shown.pinned { 0 } else { shown.width }).collect();
    let beside = i32::try_from(name_width + pinned).unwrap_or(0);
    let width = (scroller.client_width() - beside).max(200);
    (rows, window::columns(scroller.scroll_left(), width, &widths))
}
