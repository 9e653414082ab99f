//! The headings of the runs table: sorting, moving, resizing, and the menu of
//! each column.

use std::ops::Range;

use leptos::ev::{DragEvent, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use run_frame::{Direction, Goal, Group, Stat};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::cells;
use super::grid::{left_out, shades};
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::state::columns::ColumnId;
use crate::state::language::{t, tf};
use crate::state::runs_table::{RunsTable, Shown};

/// How narrow a column can be made, in CSS pixels.
const NARROWEST: u32 = 56;
/// How wide.
const WIDEST: u32 = 640;
/// By how much a key changes a width.
const STEP: isize = 16;

/// The headings.
#[component]
pub(super) fn Head(
    /// The table.
    table: RunsTable,
    /// The columns near what is seen.
    window: RwSignal<Range<usize>>,
    /// How wide the name is.
    #[prop(into)]
    name_width: Signal<u32>,
) -> impl IntoView {
    let all_selected = Memo::new(move |_| {
        let lines = table.lines.get();
        table.selected.with(|selected| match selected.len() {
            // Many rows need not be looked at.
            0 => (false, lines.rows.is_empty()),
            _ => {
                let many = lines.rows.iter().filter(|row| selected.contains(row)).count();
                (many > 0, many == lines.rows.len())
            }
        })
    });
    let select_all = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        let lines = table.lines.get_untracked();
        table.selected.update(|selected| {
            if on {
                selected.extend(lines.rows.iter().copied());
            } else {
                selected.clear();
            }
        });
    };
    let name = Shown {
        id: ColumnId::Attribute(run_frame::Attribute::Name),
        column: None,
        heading: t("Run").to_owned(),
        width: 0,
        numeric: false,
        pinned: false,
        shade: None,
    };
    let present = Memo::new(move |_| {
        let window = window.get();
        table.columns.with(|columns| {
            let mut left = 0;
            columns
                .iter()
                .enumerate()
                .filter(|(nth, shown)| shown.pinned || window.contains(nth))
                .map(|(nth, shown)| {
                    let at = left;
                    left += if shown.pinned { shown.width } else { 0 };
                    (nth, at, shown.clone())
                })
                .collect::<Vec<_>>()
        })
    });
    let spacer = move || {
        let width = table.columns.with(|columns| left_out(columns, &window.get()));
        format!("{width}px")
    };
    let group = move || {
        present.with(|present| {
            let mut before = None;
            present
                .iter()
                .map(|(_, left, shown)| {
                    let group = shown.id.group();
                    let begins = before != Some(group) && group != Group::Attribute;
                    before = Some(group);
                    let words = begins.then(|| group_heading(group));
                    let style = move |left: u32| format!("{}px", name_width.get() + left);
                    let (left, pinned) = (*left, shown.pinned);
                    view! {
                        <div
                            class="cell group-head"
                            class:begins=begins
                            class:pinned=pinned
                            style:width=format!("{}px", shown.width)
                            style:left=move || pinned.then(|| style(left))
                        >
                            {words}
                        </div>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <div class="runs-head" role="rowgroup">
            <div class="row groups" aria-hidden="true">
                <div class="run-name" style:width=move || format!("{}px", name_width.get())></div>
                <div class="spacer" style:width=spacer></div>
                {group}
            </div>
            <div class="row" role="row" aria-rowindex="1">
                <div
                    class="run-name"
                    role="columnheader"
                    aria-colindex="1"
                    aria-sort=move || aria_sort(table, &ColumnId::Attribute(run_frame::Attribute::Name))
                    style:width=move || format!("{}px", name_width.get())
                >
                    <input
                        type="checkbox"
                        class="row-check"
                        aria-label=t("Select all runs")
                        prop:checked=move || all_selected.get().1 && all_selected.get().0
                        prop:indeterminate=move || all_selected.get().0 && !all_selected.get().1
                        on:change=select_all
                    />
                    <SortButton table shown=name/>
                </div>
                <div class="spacer" aria-hidden="true" style:width=spacer></div>
                <For
                    each=move || present.get()
                    key=|(nth, left, shown)| (*nth, *left, shown.id.to_string(), shown.width, shown.pinned, shown.numeric, shown.shade.map(|s| s as u8))
                    children=move |(nth, left, shown)| {
                        view! { <HeadCell table nth left shown name_width/> }
                    }
                />
            </div>
        </div>
    }
}

fn group_heading(group: Group) -> &'static str {
    match group {
        Group::Attribute => "",
        Group::Metric => t("Metrics"),
        Group::Param => t("Parameters"),
        Group::Tag => t("Tags"),
    }
}

fn aria_sort(table: RunsTable, id: &ColumnId) -> Option<&'static str> {
    table.view.with(|view| view.sorted(id)).map(|(_, direction)| match direction {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    })
}

/// A button that sorts by a column: with Shift after the others.
#[component]
fn SortButton(
    /// The table.
    table: RunsTable,
    /// The column.
    shown: Shown,
) -> impl IntoView {
    let id = shown.id.clone();
    let sorted = Memo::new(move |_| table.view.with(|view| (view.sorted(&id), view.sort.len())));
    let arrow = move || {
        let (sorted, many) = sorted.get();
        sorted.map(|(nth, direction)| {
            let glyph = match direction {
                Direction::Ascending => Glyph::Up,
                Direction::Descending => Glyph::Down,
            };
            view! {
                <Icon glyph/>
                {(many > 1).then(|| view! { <span class="sort-place">{nth + 1}</span> })}
            }
        })
    };
    let heading = shown.heading.clone();
    let title = tf("{0}: sort; with Shift, sort within", &[&heading]);
    let sortable = !matches!(shown.id, ColumnId::Sparkline(_));
    let click = {
        let shown = shown.clone();
        move |event: MouseEvent| {
            if sortable {
                table.sort(&shown, event.shift_key());
            }
        }
    };
    let key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            _ => return,
        };
        if event.alt_key() || event.shift_key() {
            event.prevent_default();
            event.stop_propagation();
            if event.alt_key() {
                shift(table, &shown.id, by)
            } else {
                widen(table, &shown, by * STEP)
            }
        }
    };
    view! {
        <button type="button" class="head-button" title=title on:click=click on:keydown=key>
            <span class="clip">{heading}</span>
            {arrow}
        </button>
    }
}

/// Moves a column to the left or to the right.
fn shift(table: RunsTable, id: &ColumnId, by: isize) {
    let now = table.column_ids();
    let Some(from) = now.iter().position(|other| other == id) else { return };
    let Some(to) = from.checked_add_signed(by) else { return };
    table.layout.update(|layout| layout.move_to(&now, from, to));
}

/// Makes a column wider, or narrower.
fn widen(table: RunsTable, shown: &Shown, by: isize) {
    let now = table.layout.with_untracked(|layout| layout.width(&shown.id));
    resize(table, &shown.id, now.saturating_add_signed(by as i32));
}

fn resize(table: RunsTable, id: &ColumnId, width: u32) {
    table.layout.update(|layout| {
        layout.widths.insert(id.to_string(), width.clamp(NARROWEST, WIDEST));
    });
}

/// As wide as the widest of its first cells, or its heading.
fn fit(table: RunsTable, shown: &Shown) {
    /// A letter, and a cell's padding, in CSS pixels.
    const LETTER: u32 = 7;
    const PADDING: u32 = 28;
    let lines = table.lines.get_untracked();
    let longest = table.source.frame().with_untracked(|frame| {
        let cell = |row: &u32| {
            let cell = shown.column.map(|column| frame.cell(column, *row));
            cell.map_or(0, |cell| cells::shown(cell, shown.numeric).chars().count())
        };
        lines.rows.iter().take(2000).map(cell).max().unwrap_or(0)
    });
    let letters = longest.max(shown.heading.chars().count() + 2) as u32;
    resize(table, &shown.id, letters * LETTER + PADDING);
}

/// The heading of a column.
#[component]
fn HeadCell(
    /// The table.
    table: RunsTable,
    /// Which column it is.
    nth: usize,
    /// How wide the pinned columns before it are.
    left: u32,
    /// The column.
    shown: Shown,
    /// How wide the name is.
    name_width: Signal<u32>,
) -> impl IntoView {
    let Shown { id, width, numeric, pinned, .. } = shown.clone();
    let drag = move |event: DragEvent| {
        if let Some(data) = event.data_transfer() {
            data.set_data("text/x-column", &nth.to_string()).ok();
            data.set_effect_allowed("move");
        }
    };
    let over = move |event: DragEvent| event.prevent_default();
    let drop = move |event: DragEvent| {
        event.prevent_default();
        let from = event.data_transfer().and_then(|data| data.get_data("text/x-column").ok());
        if let Some(from) = from.and_then(|from| from.parse().ok()) {
            let now = table.column_ids();
            table.layout.update(|layout| layout.move_to(&now, from, nth));
        }
    };
    let menu_of = StoredValue::new(shown.clone());
    let label = tf("Column {0}", &[&shown.heading]);
    let sort_id = id.clone();
    let kind = match &id {
        ColumnId::Sparkline(_) => Some(t("history")),
        _ => None,
    };
    view! {
        <div
            class="cell"
            class:number=numeric
            class:pinned=pinned
            role="columnheader"
            aria-colindex=(nth + 2).to_string()
            aria-sort=move || aria_sort(table, &sort_id)
            style:width=format!("{width}px")
            style:left=move || pinned.then(|| format!("{}px", name_width.get() + left))
            draggable="true"
            on:dragstart=drag
            on:dragover=over
            on:drop=drop
        >
            <SortButton table shown=shown.clone()/>
            {kind.map(|kind| view! { <span class="faint head-kind">{kind}</span> })}
            <Menu
                label=label
                class="column-menu"
                face=|| view! { <Icon glyph=Glyph::More/> }
                items=Callback::new(move |()| menu_of.with_value(|shown| menu(table, shown)))
            />
            <Resizer table shown/>
        </div>
    }
}

/// The edge with which a column is made wider. By keyboard, Shift and the arrows
/// on the heading do that.
#[component]
fn Resizer(
    /// The table.
    table: RunsTable,
    /// The column.
    shown: Shown,
) -> impl IntoView {
    let from: StoredValue<Option<(i32, u32)>> = StoredValue::new(None);
    let id = shown.id.clone();
    let width = shown.width;
    let down = move |event: PointerEvent| {
        event.prevent_default();
        event.stop_propagation();
        from.set_value(Some((event.client_x(), width)));
        if let Some(edge) = event.target().and_then(|edge| edge.dyn_into::<Element>().ok()) {
            edge.set_pointer_capture(event.pointer_id()).ok();
        }
    };
    let preview = RwSignal::new(None::<u32>);
    let moved = move |event: PointerEvent| {
        if let Some((x, width)) = from.get_value() {
            let now = width.saturating_add_signed(event.client_x() - x);
            preview.set(Some(now.clamp(NARROWEST, WIDEST)));
        }
    };
    let up = move |_: PointerEvent| {
        from.set_value(None);
        if let Some(width) = preview.get_untracked() {
            preview.set(None);
            resize(table, &id, width);
        }
    };
    let shift = move || {
        preview.get().map(|now| format!("translateX({}px)", i64::from(now) - i64::from(width)))
    };
    view! {
        <span
            class="resizer"
            class:dragging=move || preview.with(Option::is_some)
            aria-hidden="true"
            style:transform=shift
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:dblclick=move |_| fit(table, &shown)
        ></span>
    }
}

/// What can be done with a column.
fn menu(table: RunsTable, shown: &Shown) -> Vec<Item> {
    let id = shown.id.clone();
    let sort = |words: &'static str, direction: Direction| {
        let id = id.clone();
        Item::new(words, move || {
            table.change(|view| {
                view.sort.clear();
                view.sort_by(&id, direction, false);
            });
        })
    };
    let mut items = Vec::new();
    if !matches!(id, ColumnId::Sparkline(_)) {
        items.push(sort(t("Sort ascending"), Direction::Ascending));
        items.push(sort(t("Sort descending"), Direction::Descending));
        let also = shown.clone();
        items.push(Item::new(t("Sort within the present order"), move || table.sort(&also, true)));
    }
    let doing = |words: &'static str, run: fn(RunsTable, &Shown)| {
        let shown = shown.clone();
        Item::new(words, move || run(table, &shown))
    };
    items.push(doing(t("Pin to the left"), pin).checked(shown.pinned).divided());
    items.push(doing(t("Hide"), hide));
    items.push(doing(t("Move left"), |table, shown| shift(table, &shown.id, -1)));
    items.push(doing(t("Move right"), |table, shown| shift(table, &shown.id, 1)));
    items.push(doing(t("Fit the width"), fit));
    if matches!(id, ColumnId::Param(_) | ColumnId::Tag(_))
        || id == ColumnId::Attribute(run_frame::Attribute::Dataset)
    {
        let grouped = table.view.with_untracked(|view| view.group_by.contains(&id.to_string()));
        let id = id.to_string();
        let group = move || {
            table.change(|view| match view.group_by.iter().position(|key| *key == id) {
                Some(at) => drop(view.group_by.remove(at)),
                None => view.group_by.push(id.clone()),
            });
        };
        items.push(Item::new(t("Group by this"), group).checked(grouped).divided());
    }
    if shown.numeric {
        for (nth, (words, shade)) in shades().into_iter().enumerate() {
            let key = id.to_string();
            let item = Item::new(words, move || {
                table.layout.update(|layout| match shade {
                    Some(shade) => drop(layout.shades.insert(key.clone(), shade)),
                    None => drop(layout.shades.remove(&key)),
                });
            });
            let item = item.checked(shown.shade == shade);
            items.push(if nth == 0 { item.divided() } else { item });
        }
    }
    if let Some(metric) = id.metric() {
        let mut first = true;
        let others = Stat::ALL
            .iter()
            .filter(|stat| **stat != Stat::BestStep || Goal::from_name(metric).is_some())
            .map(|stat| (stat_words(*stat), ColumnId::Stat(*stat, metric.to_owned())))
            .chain([
                (t("Its latest value"), ColumnId::Metric(metric.to_owned())),
                (t("Its history as a line"), ColumnId::Sparkline(metric.to_owned())),
            ]);
        for (words, other) in others.filter(|(_, other)| *other != id) {
            let now = table.column_ids();
            let shows = now.contains(&other);
            let own = id.clone();
            let item = Item::new(words, move || {
                let now = table.column_ids();
                table.layout.update(|layout| {
                    if shows {
                        layout.show(&now, std::slice::from_ref(&other), false);
                    } else {
                        layout.show_after(&now, &other, &own);
                    }
                });
            });
            let item = item.checked(shows);
            items.push(if first { item.divided() } else { item });
            first = false;
        }
    }
    items
}

fn stat_words(stat: Stat) -> &'static str {
    match stat {
        Stat::Min => t("Its minimum"),
        Stat::Max => t("Its maximum"),
        Stat::First => t("Its first value"),
        Stat::Last => t("Its value at the last step"),
        Stat::BestStep => t("The step of its best value"),
    }
}

fn pin(table: RunsTable, shown: &Shown) {
    table.layout.update(|layout| layout.pin(&shown.id));
}

fn hide(table: RunsTable, shown: &Shown) {
    let now = table.column_ids();
    table.layout.update(|layout| layout.show(&now, std::slice::from_ref(&shown.id), false));
}
