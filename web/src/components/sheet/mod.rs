//! A table of texts of any size, whose rows have numbers.

use leptos::prelude::*;

use crate::components::grid::Grid;
use crate::state::format;
use crate::state::language::{t, tn};

/// A table of texts, whose rows have numbers.
#[component]
pub(crate) fn Sheet(
    /// How many rows there are.
    rows: Memo<usize>,
    /// How many columns.
    columns: Memo<usize>,
    /// What stands above a column.
    head: Callback<usize, String>,
    /// What stands at a row and a column.
    cell: Callback<(usize, usize), String>,
    /// What stands there instead of the text, where that is more than one.
    #[prop(optional)]
    picture: Option<Callback<(usize, usize), Option<AnyView>>>,
    /// How high a row is, in CSS pixels.
    #[prop(default = 28.0)]
    row_height: f64,
    /// Hears which rows are drawn.
    seen: Callback<usize>,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What is said of the number of rows, where it is not just said.
    #[prop(optional)]
    amount: Option<Signal<String>>,
    /// Whether there are no more rows than these.
    #[prop(default = true.into())]
    is_whole: Signal<bool>,
) -> impl IntoView {
    let text = |text: String| {
        let title = text.clone();
        view! { <span title=title>{text}</span> }.into_any()
    };
    let side = move |row: usize| {
        seen.run(row);
        view! { <span class="faint">{format::count(row + 1)}</span> }.into_any()
    };
    let amount = move || match is_whole.get() {
        _ if amount.is_some() => amount.map(|amount| amount.get()).unwrap_or_default(),
        true => tn(rows.get(), "{0} row", "{0} rows"),
        false => tn(rows.get(), "{0} row so far", "{0} rows so far"),
    };
    view! {
        <p class="faint" role="status">{amount}</p>
        <div class="sheet">
            <Grid
                label=label
                rows=Signal::from(rows)
                columns=Signal::from(columns)
                side_width=96.0
                corner=|| view! { <span class="sr-only">{t("Row")}</span> }
                head=Callback::new(move |column| text(head.run(column)))
                side=Callback::new(side)
                row_height
                cell=Callback::new(move |at| match picture.and_then(|picture| picture.run(at)) {
                    Some(picture) => picture,
                    None => text(cell.run(at)),
                })
            />
        </div>
    }
}
