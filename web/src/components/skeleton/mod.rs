//! Rows of a table that are still on their way: as high as the real ones.

use leptos::prelude::*;

/// Rows of grey bars, of different widths, for a table's body.
#[component]
pub(crate) fn SkeletonRows(
    /// How many rows.
    #[prop(default = 12)]
    rows: usize,
    /// How many columns.
    columns: usize,
) -> impl IntoView {
    const WIDTHS: [&str; 5] = ["w1", "w2", "w3", "w4", "w5"];
    let cell = move |row: usize, column: usize| {
        let width = WIDTHS.get((row * 3 + column * 2) % WIDTHS.len()).copied().unwrap_or("w1");
        view! { <td><span class=format!("bone {width}")></span></td> }
    };
    let row = move |row| {
        let cells = (0..columns).map(|column| cell(row, column)).collect_view();
        view! { <tr aria-hidden="true">{cells}</tr> }
    };
    (0..rows).map(row).collect_view()
}
