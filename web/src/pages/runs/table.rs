//! The table of runs. Only the rows near the window are in the page: the table
//! stays fast whatever was loaded.

use leptos::html::Div;
use leptos::prelude::*;
use run_frame::{Attribute, Cell, Column, Direction, Frame, Goal};

use crate::components::failure::{Failure, refusal};
use crate::components::icon::{Glyph, Icon};
use crate::components::skeleton::SkeletonRows;
use crate::components::status::StatusMark;
use crate::state::clock::{date_time, since};
use crate::state::columns::{Columns, Order, first_direction, heading, order_key, text, width};
use crate::state::format::full_number;
use crate::state::pager::{Pager, Phase};
use crate::state::route::Route;
use crate::state::window::{ROW, Window};

/// How wide the first column is, in CSS pixels; style knows a narrower one for
/// small screens.
const NAME_WIDTH: u32 = 232;

/// The table of runs.
#[component]
pub(super) fn RunsTable(
    /// The experiment in the address.
    experiment: String,
    /// The runs.
    pager: Pager<Frame>,
    /// The columns.
    columns: Memo<Columns>,
    /// The row numbers of the runs, in the order in which they are shown.
    rows: Memo<Vec<u32>>,
    /// How the table is sorted.
    #[prop(into)]
    order: Signal<Order>,
    /// Sorts it otherwise.
    sort: Callback<Order>,
    /// Loads the next page.
    more: Callback<()>,
    /// Asks again after a failure.
    retry: Callback<()>,
) -> impl IntoView {
    let frame = pager.rows();
    let scroller: NodeRef<Div> = NodeRef::new();
    let window = RwSignal::new(Window::default());
    let look = move || {
        if let Some(scroller) = scroller.get_untracked() {
            let seen = Window::around(scroller.scroll_top(), scroller.client_height());
            if window.get_untracked() != seen {
                window.set(seen);
            }
        }
    };
    Effect::new(move || {
        rows.with(|_| ());
        look();
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || resized.remove());

    let shown = Memo::new(move |_| rows.with(|rows| window.get().clip(rows.len())));
    let experiment = StoredValue::new(experiment);
    // Rows are built anew when columns or values change, and kept on a scroll.
    let drawn = Memo::new(move |before: Option<&u32>| {
        frame.track();
        columns.with(|_| ());
        before.map_or(0, |before| before.wrapping_add(1))
    });
    let best = Memo::new(move |_| columns.with(|columns| frame.with(|frame| best(frame, columns))));
    let each = move || {
        let range = shown.get();
        let drawn = drawn.get();
        let first = range.start;
        rows.with(|rows| {
            rows.get(range)
                .unwrap_or_default()
                .iter()
                .enumerate()
                .map(|(nth, row)| (drawn, first + nth, *row))
                .collect::<Vec<_>>()
        })
    };
    let row = move |(_, nth, row): (u32, usize, u32)| {
        let cells = frame.with_untracked(|frame| {
            columns.with_untracked(|columns| {
                best.with_untracked(|best| {
                    columns
                        .iter()
                        .map(|column| cell(frame, column, row, columns.is_numeric(column), best))
                        .collect_view()
                })
            })
        });
        let (name, route, status) = frame.with_untracked(|frame| {
            let route = Route::Run {
                experiment: experiment.get_value(),
                run: frame.run_id(row).to_owned(),
                tab: String::new(),
            };
            (frame.run_name(row).to_owned(), route, frame.status(row))
        });
        view! {
            <tr aria-rowindex=(nth + 3).to_string()>
                <th scope="row" class="run-name">
                    <span>
                        <StatusMark status/>
                        <a class="clip" href=route.href() title=name.clone()>{name.clone()}</a>
                    </span>
                </th>
                {cells}
                <td class="filler"></td>
            </tr>
        }
    };
    let gap = move |rows: usize| {
        (rows > 0).then(|| {
            let height = format!("{}px", rows * ROW);
            view! { <tr class="gap" aria-hidden="true"><td style:height=height></td></tr> }
        })
    };
    let waiting = move || matches!(pager.phase().get(), Phase::Loading) && pager.is_empty();
    let foot = move || match pager.phase().get() {
        Phase::LoadingMore => view! { <p class="table-foot faint">"Loading more…"</p> }.into_any(),
        Phase::Failed(error) if refusal(&error).is_none() => {
            view! { <Failure error retry/> }.into_any()
        }
        Phase::FailedMore(error) => view! { <Failure error retry=more/> }.into_any(),
        Phase::Ready if pager.has_more() => view! {
            <p class="table-foot">
                <button type="button" class="button" on:click=move |_| more.run(())>
                    "Load more"
                </button>
            </p>
        }
        .into_any(),
        _ => ().into_any(),
    };
    let total = move || match pager.has_more() {
        true => "-1".to_owned(),
        false => (rows.with(Vec::len) + 2).to_string(),
    };
    view! {
        <div
            class="table-scroll"
            class:stale=move || matches!(pager.phase().get(), Phase::Loading) && !pager.is_empty()
            node_ref=scroller
            on:scroll=move |_| look()
        >
            <table
                class="runs"
                aria-rowcount=total
                aria-busy=move || waiting().to_string()
            >
                <Head frame columns order sort/>
                <tbody>
                    <Show when=waiting>
                        <SkeletonRows rows=16 columns=4/>
                    </Show>
                    {move || gap(shown.get().start)}
                    <For each=each key=|key| *key children=row/>
                    {move || gap(rows.with(Vec::len).saturating_sub(shown.get().end))}
                </tbody>
            </table>
            {foot}
        </div>
    }
}

/// The two rows of headings: groups, then columns.
#[component]
fn Head(
    /// The runs.
    frame: ReadSignal<Frame>,
    /// The columns.
    columns: Memo<Columns>,
    /// How the table is sorted.
    order: Signal<Order>,
    /// Sorts it otherwise.
    sort: Callback<Order>,
) -> impl IntoView {
    let heads = move || {
        columns.with(|columns| {
            frame.with_untracked(|frame| {
                columns
                    .iter()
                    .map(|column| head_cell(frame, column, columns.is_numeric(column), order, sort))
                    .collect_view()
            })
        })
    };
    let name = move || {
        let name = Column::Attribute(Attribute::Name);
        frame.with_untracked(|frame| head_cell(frame, name, false, order, sort))
    };
    let sizes = move || {
        columns.with(|columns| {
            frame.with_untracked(|frame| {
                columns
                    .iter()
                    .map(|column| {
                        view! { <col style:width=format!("{}px", width(frame, column))/> }
                    })
                    .collect_view()
            })
        })
    };
    let group = |label: &'static str, many: usize| {
        (many > 0).then(|| {
            view! { <th scope="colgroup" colspan=many.to_string()><span>{label}</span></th> }
        })
    };
    let groups = move || {
        columns.with(|columns| {
            view! {
                <td class="run-name"></td>
                <td class="group-gap" colspan=columns.attributes.len().to_string()></td>
                {group("Metrics", columns.metrics.len())}
                {group("Parameters", columns.params.len())}
                <td class="group-gap filler"></td>
            }
        })
    };
    view! {
        <colgroup>
            <col class="name-column" style:width=format!("{NAME_WIDTH}px")/>
            {sizes}
            <col/>
        </colgroup>
        <thead>
            <tr class="groups" aria-rowindex="1">{groups}</tr>
            <tr aria-rowindex="2">
                {name}
                {heads}
                <td class="filler"></td>
            </tr>
        </thead>
    }
}

/// The heading of a column: a button where the server can sort by it.
fn head_cell(
    frame: &Frame,
    column: Column,
    numeric: bool,
    order: Signal<Order>,
    sort: Callback<Order>,
) -> impl IntoView + use<> {
    let label = heading(frame, column);
    let first = first_direction(frame, column);
    let key = order_key(frame, column);
    let name = column == Column::Attribute(Attribute::Name);
    let direction = {
        let key = key.clone();
        Memo::new(move |_| {
            let order = order.get();
            (Some(order.key) == key).then_some(order.direction)
        })
    };
    let sorted = move || {
        direction.get().map(|direction| match direction {
            Direction::Ascending => "ascending",
            Direction::Descending => "descending",
        })
    };
    let arrow = move || {
        direction.get().map(|direction| {
            let glyph = match direction {
                Direction::Ascending => Glyph::Up,
                Direction::Descending => Glyph::Down,
            };
            view! { <Icon glyph/> }
        })
    };
    let content = match key {
        Some(key) => {
            let click = move |_| {
                let direction = match direction.get_untracked() {
                    None => first,
                    Some(Direction::Ascending) => Direction::Descending,
                    Some(Direction::Descending) => Direction::Ascending,
                };
                sort.run(Order { key: key.clone(), direction });
            };
            view! {
                <button type="button" title=label.clone() on:click=click>
                    <span class="clip">{label.clone()}</span>
                    {arrow}
                </button>
            }
            .into_any()
        }
        None => view! { <span class="clip">{label}</span> }.into_any(),
    };
    view! {
        <th
            scope="col"
            class:number=numeric
            class:run-name=name
            aria-sort=sorted
        >
            {content}
        </th>
    }
}

/// The best value of each metric of which it is known which way is better.
fn best(frame: &Frame, columns: &Columns) -> Vec<(Column, f64)> {
    let rows = || 0..u32::try_from(frame.len()).unwrap_or(u32::MAX);
    columns
        .metrics
        .iter()
        .filter_map(|column| {
            let goal = Goal::from_name(frame.name(*column))?;
            Some((*column, frame.best(*column, goal, rows())?.value))
        })
        .collect()
}

/// What a run has in a column.
fn cell(
    frame: &Frame,
    column: Column,
    row: u32,
    numeric: bool,
    best: &[(Column, f64)],
) -> impl IntoView + use<> {
    let value = frame.cell(column, row);
    let whole = match value {
        Cell::Number(number) => full_number(number),
        Cell::Time(milliseconds) => date_time(milliseconds),
        other => text(other),
    };
    let shown = match value {
        Cell::Missing => String::new(),
        Cell::Time(milliseconds) => since(milliseconds),
        other => text(other),
    };
    let is_best = match value {
        Cell::Number(number) => {
            frame.len() > 1 && best.iter().any(|(c, best)| *c == column && *best == number)
        }
        _ => false,
    };
    let mark = is_best.then(|| view! { <span class="sr-only">" (best)"</span> });
    view! {
        <td class="clip" class:number=numeric class:best=is_best title=whole>
            {shown}
            {mark}
        </td>
    }
}
