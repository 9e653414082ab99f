//! A table of any size: only the cells near the part that is seen are in the
//! page. Rows and columns have one size each; the head and the first column
//! stay in view.

mod travel;

use std::ops::Range;
use std::time::Duration;

use leptos::html::Div;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use travel::{TALLEST, Travel};

/// How high a row is, in CSS pixels: `--row` of the style. The head is so, always.
const ROW: f64 = 28.0;
/// A scroller that did not move for so long rests.
const REST: Duration = Duration::from_millis(150);
/// Rows and columns kept around what is seen, and the steps in which they change.
const SPARE: usize = 8;

/// What is seen of a grid: first and last row and column, with some to spare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    rows: Range<usize>,
    columns: Range<usize>,
}

/// What lies in `length` pixels from `start` on, in tracks of `size` pixels, of
/// which there are `count`.
fn tracks(start: f64, length: f64, size: f64, count: usize) -> Range<usize> {
    let first = (start.max(0.0) / size) as usize / SPARE * SPARE;
    let many = (length.max(0.0) / size) as usize + 1;
    let last = (first + many + 2 * SPARE).min(count);
    first.saturating_sub(SPARE).min(last)..last
}

/// A large table.
#[component]
pub(crate) fn Grid(
    /// What is in it, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// How many rows there are, without the head.
    #[prop(into)]
    rows: Signal<usize>,
    /// How many columns there are, without the first.
    #[prop(into)]
    columns: Signal<usize>,
    /// How wide a column is, in CSS pixels.
    #[prop(default = 148.0)]
    column_width: f64,
    /// How wide the first column is, in CSS pixels.
    #[prop(default = 220.0)]
    side_width: f64,
    /// How high a row is, in CSS pixels.
    #[prop(default = ROW)]
    row_height: f64,
    /// What stands in the corner.
    #[prop(into)]
    corner: ViewFn,
    /// The head of a column. It is asked again when a signal in it changes.
    #[prop(into)]
    head: Callback<usize, AnyView>,
    /// The first cell of a row.
    #[prop(into)]
    side: Callback<usize, AnyView>,
    /// The cell at a row and a column.
    #[prop(into)]
    cell: Callback<(usize, usize), AnyView>,
) -> impl IntoView {
    let scroller: NodeRef<Div> = NodeRef::new();
    let seen = RwSignal::new(Seen::default());
    let travel = StoredValue::new(Travel::default());
    let shift = RwSignal::new(0.0);
    let height_of = move |rows: usize| ROW + rows as f64 * row_height;
    let look = move || {
        let Some(scroller) = scroller.get_untracked() else { return };
        let (view, height) = (scroller.client_height().into(), height_of(rows.get_untracked()));
        let now = travel.try_update_value(|travel| {
            travel.moved(scroller.scroll_top().into(), view, height);
            *travel
        });
        let Some(now) = now else { return };
        if shift.get_untracked() != now.shift() {
            shift.set(now.shift());
        }
        let now = Seen {
            rows: tracks(now.at, view, row_height, rows.get_untracked()),
            columns: tracks(
                scroller.scroll_left().into(),
                scroller.client_width().into(),
                column_width,
                columns.get_untracked(),
            ),
        };
        if seen.with_untracked(|before| *before != now) {
            seen.set(now);
        }
    };
    // Once it rests, the thumb of its bar stands where the table does.
    let resting: StoredValue<Option<TimeoutHandle>> = StoredValue::new(None);
    let rest = move || {
        let Some(scroller) = scroller.try_get_untracked().flatten() else { return };
        let (view, height) = (scroller.client_height().into(), height_of(rows.get_untracked()));
        let Some(top) = travel.with_value(|travel| travel.rest(view, height)) else { return };
        scroller.set_scroll_top(top as i32);
        let top = scroller.scroll_top().into();
        travel.update_value(|travel| travel.put(top));
        shift.set(travel.with_value(Travel::shift));
    };
    let scrolled = move |_| {
        look();
        if height_of(rows.get_untracked()) > TALLEST {
            let next = set_timeout_with_handle(rest, REST).ok();
            if let Some(before) =
                resting.try_update_value(|own| std::mem::replace(own, next)).flatten()
            {
                before.clear();
            }
        }
    };
    Effect::new(move || {
        rows.track();
        columns.track();
        scroller.track();
        look();
        untrack(rest);
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || resized.remove());

    let side_px = format!("{side_width}px");
    let across = move |nth: usize| format!("{}px", side_width + nth as f64 * column_width);
    let column_px = format!("{column_width}px");
    let width = move || format!("{}px", side_width + columns.get() as f64 * column_width);
    let height = move || format!("{}px", height_of(rows.get()).min(TALLEST));
    // Rows lie from the first that is drawn on: no place is too far for the browser.
    let body_top = move || {
        let first = seen.with(|seen| seen.rows.start);
        format!("{}px", height_of(first) + shift.get())
    };
    let heads = {
        let column_px = column_px.clone();
        move || {
            let one = |nth: usize| {
                view! {
                    <div
                        role="columnheader"
                        class="grid-cell"
                        aria-colindex=(nth + 2).to_string()
                        style:left=across(nth)
                        style:width=column_px.clone()
                    >
                        {head.run(nth)}
                    </div>
                }
            };
            seen.with(|seen| seen.columns.clone()).map(one).collect_view()
        }
    };
    let body = {
        let side_px = side_px.clone();
        move || {
            let Seen { rows, columns } = seen.get();
            let first = rows.start;
            let row = |nth: usize| {
                let cells = columns.clone().map(|column| {
                    view! {
                        <div
                            role="cell"
                            class="grid-cell"
                            aria-colindex=(column + 2).to_string()
                            style:left=across(column)
                            style:width=column_px.clone()
                        >
                            {cell.run((nth, column))}
                        </div>
                    }
                });
                view! {
                    <div
                        role="row"
                        class="grid-row"
                        aria-rowindex=(nth + 2).to_string()
                        style:top=format!("{}px", (nth - first) as f64 * row_height)
                    >
                        <div
                            role="rowheader"
                            class="grid-cell grid-side"
                            aria-colindex="1"
                            style:width=side_px.clone()
                        >
                            {side.run(nth)}
                        </div>
                        {cells.collect_view()}
                    </div>
                }
            };
            rows.map(row).collect_view()
        }
    };
    view! {
        <div class="grid-scroll" node_ref=scroller tabindex="0" on:scroll=scrolled>
            <div
                role="table"
                class="grid"
                aria-label=move || label.get()
                aria-rowcount=move || (rows.get() + 1).to_string()
                aria-colcount=move || (columns.get() + 1).to_string()
                style:width=width
                style:height=height
            >
                <div role="row" class="grid-row grid-head" aria-rowindex="1">
                    <div
                        role="columnheader"
                        class="grid-cell grid-side"
                        aria-colindex="1"
                        style:width=side_px
                    >
                        {corner.run()}
                    </div>
                    {heads}
                </div>
                <div
                    role="rowgroup"
                    class="grid-body"
                    style:top=body_top
                    style=("--row", format!("{row_height}px"))
                >
                    {body}
                </div>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_always_there_and_nothing_else_much() {
        for start in (0..100_000).step_by(137) {
            let seen = tracks(f64::from(start), 700.0, 28.0, 1_000_000);
            assert!(seen.start as f64 * 28.0 <= f64::from(start));
            assert!(seen.end as f64 * 28.0 >= f64::from(start) + 700.0);
            assert!(seen.len() < 60);
        }
        assert_eq!(tracks(0.0, 700.0, 28.0, 3), 0..3);
        assert_eq!(tracks(1e9, 700.0, 28.0, 3), 3..3);
    }
}
