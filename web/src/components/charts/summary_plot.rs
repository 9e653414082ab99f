//! The charts of the runs' last values and parameters.

use leptos::prelude::*;

use super::board::Board;
use super::export::Kind;
use crate::state::board::Chart;

/// A chart of what the runs ended with.
#[component]
pub(super) fn SummaryPlot(
    /// What the cards share.
    board: Board,
    /// Its title.
    title: Memo<String>,
    /// What it shows.
    chart: Chart,
    /// Set to what is to be known of the data.
    remark: RwSignal<String>,
    /// Set to whether there is nothing to draw.
    empty: RwSignal<bool>,
    /// Set to what saves the chart as a file.
    export: RwSignal<Option<Callback<Kind>>>,
) -> impl IntoView {
    let _ = (board, title, chart, remark, empty, export);
    view! { <div class="plot"></div> }
}
