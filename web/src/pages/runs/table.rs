//! The table of runs: what scrolls, and the hands that move through it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::bulk;
use super::grid::{self, Drawing, Grid};
use super::head::Head;
use crate::state::commands::use_commands;
use crate::state::debounce::debounced;
use crate::state::language::t;
use crate::state::runs_lines::TableLine;
use crate::state::runs_table::RunsTable;
use crate::state::window::ROW;

/// How wide the name is, in CSS pixels, on a desk and on a phone.
const NAME_WIDTH: (u32, u32) = (268, 190);
/// Below which width of the window it is a phone.
const PHONE: f64 = 640.0;

/// The table.
#[component]
pub(super) fn RunsGrid(
    /// The table's state.
    table: RunsTable,
    /// What stands under the last row.
    #[prop(into)]
    foot: ViewFn,
) -> impl IntoView {
    let scroller: NodeRef<Div> = NodeRef::new();
    let body: NodeRef<Div> = NodeRef::new();
    let window_of_columns = RwSignal::new(0..0_usize);
    let name_width = RwSignal::new(name_width_now());
    let grid: StoredValue<Option<Grid>, LocalStorage> = StoredValue::new_local(None);

    let drawn = Memo::new(move |_| table.drawn().into_iter().collect::<HashSet<u32>>());
    let rushing = StoredValue::new(false);
    // Whether the last scroll was fast: none of what is near is drawn then.
    let fast = StoredValue::new(false);
    let draw = move || {
        let (Some(scroller), Some(body)) = (scroller.get_untracked(), body.get_untracked()) else {
            return;
        };
        grid.update_value(|grid| {
            let grid = grid.get_or_insert_with(|| Grid::new(body.unchecked_into()));
            let name_width = name_width.get_untracked();
            let fast = fast.get_value();
            let window = drawn.with_untracked(|drawn| {
                draw_grid(table, grid, &scroller, (name_width, fast), drawn)
            });
            if window_of_columns.with_untracked(|before| *before != window) {
                window_of_columns.set(window);
            }
        });
    };
    let top = StoredValue::new(0);
    let rush = move |on: bool| {
        if rushing.get_value() != on {
            rushing.set_value(on);
            show_rush(scroller, on);
        }
    };
    let calm = move || {
        rush(false);
        fast.set_value(false);
        draw();
    };
    let rest = debounced(REST, move |()| calm());
    // Whoever moves the pointer wants something of what is there.
    let pointed = move |event: PointerEvent| {
        if rushing.get_value() && (event.movement_x(), event.movement_y()) != (0, 0) {
            calm();
        }
    };
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        let (now, left) = (element.scroll_top(), element.scroll_left());
        let before = top.get_value();
        top.set_value(now);
        fast.set_value(left == 0 && now.abs_diff(before) > FAST);
        if left > 0 {
            rush(false);
        } else if fast.get_value() {
            rush(true);
            rest(());
        }
        draw();
    };
    // What changes values, and what changes only how rows look: drawn once for both.
    let asked = Trigger::new();
    let ask = move |anew: fn(&mut Grid)| {
        grid.update_value(|grid| grid.iter_mut().for_each(anew));
        asked.notify();
    };
    Effect::new(move || {
        table.lines.track();
        table.columns.track();
        name_width.track();
        ask(Grid::invalidate);
    });
    Effect::new(move || {
        table.selected.track();
        table.marks.track();
        table.cursor.track();
        table.experiment_names.track();
        table.histories.version().track();
        drawn.track();
        ask(Grid::touch);
    });
    Effect::new(move || {
        asked.track();
        draw();
    });
    Effect::new(move || {
        let lit = table.highlighted.get();
        let row = table.source.frame().with_untracked(|frame| frame.row_of(lit.as_deref()?));
        grid.with_value(|grid| {
            if let Some(grid) = grid {
                grid.light(row);
            }
        });
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| {
        name_width.set(name_width_now());
        draw();
    });
    on_cleanup(move || resized.remove());

    let hands = Hands { table, scroller, tools: bulk::Tools::new(table) };
    hands.offer();
    let total = move || {
        if table.source.has_more() {
            "-1".to_owned()
        } else {
            table.lines.with(|lines| (lines.lines.len() + 1).to_string())
        }
    };
    let height = move || table.lines.with(|lines| format!("{}px", lines.lines.len() * ROW));
    let width = move || {
        let columns: u32 = table.columns.with(|columns| columns.iter().map(|c| c.width).sum());
        format!("{}px", name_width.get() + columns)
    };
    let active = move || {
        let (line, column) = table.cursor.get();
        let there = table.lines.with(|lines| line < lines.lines.len());
        there.then(|| grid::active_id(line, column))
    };
    view! {
        <div
            class="runs-grid"
            node_ref=scroller
            role=move || if table.lines.with(|lines| lines.nested) { "treegrid" } else { "grid" }
            tabindex="0"
            aria-label=t("Runs")
            aria-rowcount=total
            aria-colcount=move || table.columns.with(|columns| (columns.len() + 1).to_string())
            aria-multiselectable="true"
            aria-activedescendant=active
            on:scroll=scrolled
            on:pointermove=pointed
            on:keydown=move |event| hands.key(&event)
        >
            <Head table window=window_of_columns name_width/>
            <div
                class="runs-body"
                role="rowgroup"
                node_ref=body
                style:height=height
                style:min-width=width
                on:click=move |event| hands.click(&event)
                on:pointerover=move |event| hands.hover(&event)
                on:pointerleave=move |_| table.highlighted.set(None)
            ></div>
            {foot.run()}
        </div>
    }
}

/// How far a scroll goes at once that is fast, in CSS pixels.
const FAST: u32 = 200;
/// How long after the last of it nothing is fast any more.
const REST: Duration = Duration::from_millis(120);

/// Whether the table is being scrolled fast, from its left edge: there what is
/// pinned stands where it stands anyway, nobody reads more of a status than its
/// colour, and a row is drawn in half the time.
fn show_rush(scroller: NodeRef<Div>, on: bool) {
    if let Some(scroller) = scroller.try_get_untracked().flatten() {
        scroller.class_list().toggle_with_force("rushing", on).ok();
    }
}

fn name_width_now() -> u32 {
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(PHONE);
    if width <= PHONE { NAME_WIDTH.1 } else { NAME_WIDTH.0 }
}

/// Draws what is seen; returns which columns that are.
fn draw_grid(
    table: RunsTable,
    grid: &mut Grid,
    scroller: &Element,
    (name_width, fast): (u32, bool),
    drawn: &HashSet<u32>,
) -> Range<usize> {
    let lines = table.lines.get_untracked();
    let highlighted = table.highlighted.get_untracked();
    table.source.frame().with_untracked(|frame| {
        table.columns.with_untracked(|columns| {
            let (seen, window) = grid::seen(scroller, columns, name_width, lines.lines.len(), fast);
            let pinned: Vec<u32> = table.marks.with_untracked(|marks| {
                marks.pinned.iter().filter_map(|id| frame.row_of(id)).collect()
            });
            let experiment_names = table.experiment_names.get_untracked();
            table.selected.with_untracked(|selected| {
                table.closed.with_untracked(|closed| {
                    table.folded.with_untracked(|folded| {
                        let drawing = Drawing {
                            frame,
                            lines: &lines,
                            columns,
                            name_width,
                            selected,
                            closed,
                            folded,
                            pinned: &pinned,
                            drawn,
                            highlighted: highlighted.as_deref().and_then(|id| frame.row_of(id)),
                            cursor: table.cursor.get_untracked(),
                            experiment_names: &experiment_names,
                            aggregation: table.view.with_untracked(|view| view.aggregation),
                            histories: table.histories,
                        };
                        grid.draw(&drawing, seen, &window);
                    });
                });
            });
            window
        })
    })
}

/// What keys and clicks do.
#[derive(Clone, Copy)]
struct Hands {
    table: RunsTable,
    scroller: NodeRef<Div>,
    tools: bulk::Tools,
}

impl Hands {
    /// Offers what can be done by key from anywhere on the page.
    fn offer(self) {
        let commands = use_commands();
        let table = self.table;
        let tools = self.tools;
        commands.offer(t("Next run"), "j", move || self.step(1));
        commands.offer(t("Previous run"), "k", move || self.step(-1));
        commands.offer(t("Select this run"), "x", move || self.toggle_selected());
        commands.offer(t("Compare the selected runs"), "c", move || tools.compare());
        commands.offer(t("Pin this run to the top"), "p", move || {
            if let Some(row) = self.row() {
                table.pin(row);
            }
        });
        commands.offer(t("Hide this run in charts, or show it"), "h", move || {
            if let Some(row) = self.row() {
                table.toggle_drawn(row);
            }
        });
    }

    /// The run that the keyboard is at.
    fn row(self) -> Option<u32> {
        let (line, _) = self.table.cursor.get_untracked();
        self.table.lines.with_untracked(|lines| lines.row(line))
    }

    /// Moves by some lines, and keeps the line in sight.
    fn step(self, by: isize) {
        let last = self.table.lines.with_untracked(|lines| lines.lines.len().saturating_sub(1));
        let (line, column) = self.table.cursor.get_untracked();
        self.go(line.saturating_add_signed(by).min(last), column);
    }

    fn go(self, line: usize, column: usize) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        self.show_line(&scroller, line);
        self.show_column(&scroller, column);
        self.table.cursor.set((line, column));
        // The active cell is spoken only where the focus is.
        if document().active_element().is_none_or(|active| !scroller.contains(Some(&active))) {
            scroller.focus().ok();
        }
    }

    fn show_line(self, scroller: &Element, line: usize) {
        /// The two rows of headings.
        const HEAD: i32 = 52;
        let (row, top) = (ROW as i32, scroller.scroll_top());
        let at = line as i32 * row;
        let room = scroller.client_height() - HEAD - row;
        if at < top {
            scroller.set_scroll_top(at);
        } else if at > top + room {
            scroller.set_scroll_top(at - room);
        }
    }

    fn show_column(self, scroller: &Element, column: usize) {
        let Some(nth) = column.checked_sub(1) else { return scroller.set_scroll_left(0) };
        self.table.columns.with_untracked(|columns| {
            let Some(shown) = columns.get(nth).filter(|shown| !shown.pinned) else { return };
            let width = |pinned: bool| -> u32 {
                let before = columns.iter().take(nth).filter(|c| c.pinned == pinned);
                before.map(|c| c.width).sum()
            };
            let left = width(false) as i32;
            let room = scroller.client_width() - (name_width_now() + width(true)) as i32;
            let now = scroller.scroll_left();
            if left < now {
                scroller.set_scroll_left(left);
            } else if left + shown.width as i32 > now + room {
                scroller.set_scroll_left(left + shown.width as i32 - room);
            }
        });
    }

    fn toggle_selected(self) {
        if let Some(row) = self.row() {
            let on = !self.table.selected.with_untracked(|selected| selected.contains(&row));
            self.table.select(row, on);
        }
    }

    /// Keys while the table has the focus.
    fn key(self, event: &KeyboardEvent) {
        let own = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let here = self.scroller.get_untracked();
        let in_table = own.zip(here).is_some_and(|(own, here)| own.is_same_node(Some(&here)));
        if !in_table {
            return;
        }
        if event.ctrl_key() || event.meta_key() {
            match event.key().as_str() {
                "c" => self.copy_cell(),
                "a" => self.select_all(),
                _ => return,
            }
            return event.prevent_default();
        }
        if event.alt_key() {
            return;
        }
        let page = self
            .scroller
            .get_untracked()
            .map_or(10, |scroller| (scroller.client_height() / ROW as i32 - 3).max(1) as isize);
        let (line, column) = self.table.cursor.get_untracked();
        let columns = self.table.columns.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => self.move_selecting(1, event.shift_key()),
            "ArrowUp" => self.move_selecting(-1, event.shift_key()),
            "PageDown" => self.step(page),
            "PageUp" => self.step(-page),
            "Home" if event.shift_key() => self.go(line, 0),
            "End" if event.shift_key() => self.go(line, columns),
            "Home" => self.step(isize::MIN / 2),
            "End" => self.step(isize::MAX / 2),
            "ArrowRight" if column == 0 && self.fold(true) => {}
            "ArrowLeft" if column == 0 => drop(self.fold(false)),
            "ArrowRight" => self.go(line, (column + 1).min(columns)),
            "ArrowLeft" => self.go(line, column - 1),
            " " => match self.row() {
                Some(_) => self.toggle_selected(),
                None => self.toggle_fold(),
            },
            "Enter" => match self.row() {
                Some(row) => self.tools.open(row),
                None => self.toggle_fold(),
            },
            _ => return,
        }
        event.prevent_default();
    }

    fn move_selecting(self, by: isize, selecting: bool) {
        let before = self.row();
        self.step(by);
        if selecting {
            for row in [before, self.row()].into_iter().flatten() {
                self.table.select(row, true);
            }
        }
    }

    fn select_all(self) {
        let lines = self.table.lines.get_untracked();
        self.table.selected.update(|selected| selected.extend(lines.rows.iter().copied()));
    }

    /// Unfolds what the keyboard is at, or folds it; whether there was anything.
    fn fold(self, open: bool) -> bool {
        let (at, _) = self.table.cursor.get_untracked();
        let lines = self.table.lines.get_untracked();
        match lines.lines.get(at) {
            Some(TableLine::Run(line)) if line.children > 0 => {
                let is = !self.table.closed.with_untracked(|closed| closed.contains(&line.row));
                if is != open {
                    self.toggle_fold();
                }
                is != open
            }
            Some(TableLine::Group(nth)) => {
                let Some(group) = lines.groups.get(*nth as usize) else { return false };
                let is = !self.table.folded.with_untracked(|f| f.contains(&group.values));
                if is != open {
                    self.toggle_fold();
                }
                is != open
            }
            _ => false,
        }
    }

    fn toggle_fold(self) {
        let (at, _) = self.table.cursor.get_untracked();
        let lines = self.table.lines.get_untracked();
        match lines.lines.get(at) {
            Some(TableLine::Run(line)) => self.table.closed.update(|closed| {
                if !closed.remove(&line.row) {
                    closed.insert(line.row);
                }
            }),
            Some(TableLine::Group(nth)) => {
                if let Some(group) = lines.groups.get(*nth as usize) {
                    self.table.folded.update(|folded| {
                        if !folded.remove(&group.values) {
                            folded.insert(group.values.clone());
                        }
                    });
                }
            }
            None => {}
        }
    }

    fn copy_cell(self) {
        let (_, column) = self.table.cursor.get_untracked();
        let Some(row) = self.row() else { return };
        let shown = column
            .checked_sub(1)
            .and_then(|nth| self.table.columns.with_untracked(|columns| columns.get(nth).cloned()));
        let text = self.table.source.frame().with_untracked(|frame| match shown {
            Some(shown) => shown.column.map(|column| super::cells::copied(frame.cell(column, row))),
            None => Some(frame.run_name(row).to_owned()),
        });
        self.tools.copy(&text.unwrap_or_default());
    }

    /// What a click hits: the line, and what it does there.
    fn hit(event: &web_sys::Event) -> Option<(usize, Option<String>, Option<usize>)> {
        let target: Element = event.target()?.dyn_into().ok()?;
        let row = target.closest("[data-line]").ok()??;
        let line = row.get_attribute("data-line")?.parse().ok()?;
        let does = target.closest("[data-does]").ok().flatten();
        let column = target.closest("[data-column]").ok().flatten();
        let column = column.and_then(|cell| cell.get_attribute("data-column")?.parse().ok());
        Some((line, does.and_then(|does| does.get_attribute("data-does")), column))
    }

    fn click(self, event: &MouseEvent) {
        let Some((line, does, column)) = Hands::hit(event) else { return };
        let (from, _) = self.table.cursor.get_untracked();
        self.table.cursor.set((line, column.map_or(0, |column| column + 1)));
        let Some(row) = self.table.lines.with_untracked(|lines| lines.row(line)) else {
            return self.toggle_fold();
        };
        match does.as_deref() {
            Some("select") if event.shift_key() => self.select_range(from, line),
            Some("select") => self.toggle_selected(),
            Some("expand") => self.toggle_fold(),
            Some("pin") => self.table.pin(row),
            Some("eye") => self.table.toggle_drawn(row),
            Some("colour") => self.tools.pick_colour(event, row),
            _ => {}
        }
    }

    /// Selects what lies between two lines, or not, as the second one now is.
    fn select_range(self, from: usize, to: usize) {
        let lines = self.table.lines.get_untracked();
        let on = lines.row(to).is_some_and(|row| {
            !self.table.selected.with_untracked(|selected| selected.contains(&row))
        });
        self.table.selected.update(|selected| {
            for row in (from.min(to)..=from.max(to)).filter_map(|line| lines.row(line)) {
                if on {
                    selected.insert(row);
                } else {
                    selected.remove(&row);
                }
            }
        });
    }

    fn hover(self, event: &PointerEvent) {
        let Some((line, _, column)) = Hands::hit(event) else { return };
        let row = self.table.lines.with_untracked(|lines| lines.row(line));
        let id: Option<Arc<str>> = row
            .map(|row| self.table.source.frame().with_untracked(|frame| frame.run_id(row).into()));
        if self.table.highlighted.with_untracked(|before| *before != id) {
            self.table.highlighted.set(id);
        }
        // Tooltips are made when they may be read.
        let cell = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let cell = cell.and_then(|cell| cell.closest("[data-column]").ok().flatten());
        if let (Some(cell), Some(column)) = (cell, column) {
            let words = grid::tooltip(self.table, line, column).unwrap_or_default();
            cell.set_attribute("title", &words).ok();
        }
    }
}
