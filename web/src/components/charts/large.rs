//! One line chart by itself, large: the metric page.

use std::sync::Arc;

use leptos::prelude::*;
use plot::View;

use super::board::Board;
use super::card::LineBody;
use super::export::Kind;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::state::board::{BoardRun, LineSpec};
use crate::state::language::{t, tf};
use crate::state::metric_histories::MetricHistories;

/// A large line chart of some runs.
#[component]
pub(crate) fn LargeLines(
    /// The runs to draw.
    runs: Signal<Vec<Arc<BoardRun>>>,
    /// Their histories.
    histories: MetricHistories,
    /// The id of the run under the pointer.
    highlighted: RwSignal<Option<Arc<str>>>,
    /// Its title.
    title: Signal<String>,
    /// What it shows.
    spec: Memo<LineSpec>,
    /// The curves that are hidden, as MLflow calls them.
    hidden: Memo<Vec<String>>,
) -> impl IntoView {
    let board = Board::alone(runs, histories, highlighted, hidden.into());
    board.keep_up();
    let view = RwSignal::new(View::default());
    let remark = RwSignal::new(String::new());
    let empty = RwSignal::new(false);
    let export: RwSignal<Option<Callback<Kind>>> = RwSignal::new(None);
    let title = Memo::new(move |_| title.get());
    let save = move |kind| {
        if let Some(export) = export.get_untracked() {
            export.run(kind);
        }
    };
    let items = Callback::new(move |()| {
        vec![
            Item::new(t("Download PNG"), move || save(Kind::Png)),
            Item::new(t("Download SVG"), move || save(Kind::Svg)),
            Item::new(t("Download CSV"), move || save(Kind::Csv)),
        ]
    });
    view! {
        <figure class="chart-card large" aria-label=move || title.get()>
            <figcaption>
                <h2 class="clip">{move || title.get()}</h2>
                <span class="faint">{move || remark.get()}</span>
                <Menu
                    label=Signal::derive(move || tf("More for the chart {0}", &[&title.get()]))
                    face=move || view! { <Icon glyph=Glyph::More/> }
                    items
                />
            </figcaption>
            {move || {
                view! {
                    <LineBody
                        board
                        id="metric".into()
                        title
                        spec=spec.get()
                        view
                        remark
                        empty
                        export
                        full=Signal::stored(true)
                    />
                }
            }}
        </figure>
    }
}
