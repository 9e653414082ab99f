//! What a user can choose for one chart, in a dialog, and for all lines of the
//! board. Everything takes effect at once.
//!
//! | module | what it holds |
//! |---|---|
//! | `keys` | what the runs of a board have to choose from |
//! | `line` | what holds for line charts, one or all |
//! | `summary` | what holds for the other kinds |
//! | `images` | what holds for a grid of images |
//! | `fields` | choices, ticks, ranges |

mod fields;
mod images;
mod keys;
mod line;
mod summary;

use std::sync::Arc;

use leptos::prelude::*;

use self::images::ImageFields;
use self::keys::Keys;
use self::line::LineFields;
use self::summary::SummaryFields;
use super::board::Board;
use crate::components::modal::Modal;
use crate::state::board::edit;
use crate::state::board::{ArrangedCard, Chart, Field, ImageSpec, LineSpec};
use crate::state::language::t;

pub(crate) use self::fields::{Check, Choice, Several};
pub(super) use self::line::BoardLines;

/// The kinds of charts that can be added, with their names.
pub(super) fn kinds() -> [(&'static str, &'static str); 9] {
    [
        ("line", t("Line chart")),
        ("bar", t("Bar chart")),
        ("scatter", t("Scatter plot")),
        ("parallel", t("Parallel coordinates")),
        ("box", t("Box plot")),
        ("histogram", t("Histogram")),
        ("contour", t("Contour plot")),
        ("images", t("Image grid")),
        ("differences", t("Difference table")),
    ]
}

/// A chart of a kind with what the runs have, to begin with.
pub(super) fn first_chart(board: Board, kind: &str) -> Chart {
    let keys = untrack(|| Keys::of(board));
    let metric = |nth: usize| {
        let key = keys.metrics.get(nth).or(keys.metrics.first());
        Field::Metric(key.cloned().unwrap_or_default())
    };
    let param = |nth: usize| keys.params.get(nth).cloned().map(Field::Param);
    let metrics = || keys.metrics.first().cloned().into_iter().collect();
    match kind {
        "bar" => Chart::Bar { metrics: metrics() },
        "scatter" => {
            Chart::Scatter { x: param(0).unwrap_or_else(|| metric(1)), y: metric(0), colour: None }
        }
        "box" => Chart::Box { by: param(0), y: metric(0) },
        "histogram" => Chart::Histogram { field: metric(0), bins: None },
        "contour" => Chart::Contour {
            x: param(0).unwrap_or_else(|| metric(1)),
            y: param(1).unwrap_or_else(|| metric(2)),
            z: metric(0),
            reverse: false,
        },
        "parallel" => {
            let params = keys.params.iter().take(4).cloned().map(Field::Param);
            Chart::Parallel { axes: params.chain([metric(0)]).collect() }
        }
        "images" => Chart::Images(ImageSpec::default()),
        "differences" => Chart::Differences { baseline: None, all: false },
        _ => Chart::Line(LineSpec { metrics: metrics(), ..LineSpec::default() }),
    }
}

fn kind_of(chart: &Chart) -> &'static str {
    match chart {
        Chart::Line(_) => "line",
        Chart::Bar { .. } => "bar",
        Chart::Scatter { .. } => "scatter",
        Chart::Box { .. } => "box",
        Chart::Histogram { .. } => "histogram",
        Chart::Contour { .. } => "contour",
        Chart::Parallel { .. } => "parallel",
        Chart::Images(_) => "images",
        Chart::Differences { .. } => "differences",
    }
}

/// The dialog of one chart.
#[component]
pub(super) fn CardSettings(
    /// What the cards share.
    board: Board,
    /// The id of the card.
    id: Arc<str>,
    /// The card as it is now.
    card: Memo<Option<ArrangedCard>>,
    /// Whether the dialog is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let set = move |chart: Chart, title: Option<String>| {
        board.layout.update(|layout| edit::set_chart(layout, &id.get_value(), chart, title));
    };
    // A title that somebody gave stays; one of the chart's own follows it.
    let given = move || {
        card.with_untracked(|card| {
            card.as_ref().filter(|c| c.title != c.chart.title()).map(|c| c.title.clone())
        })
    };
    let change = Callback::new(move |chart: Chart| set(chart, given()));
    let rename = move |title: String| {
        if let Some(chart) = card.with_untracked(|card| card.as_ref().map(|c| c.chart.clone())) {
            set(chart, Some(title));
        }
    };
    let kind = Memo::new(move |_| card.with(|card| card.as_ref().map(|card| kind_of(&card.chart))));
    let chart = Signal::derive(move || card.with(|card| card.as_ref().map(|c| c.chart.clone())));
    let fields = move || match kind.get() {
        Some("images") => view! { <ImageFields board chart change/> }.into_any(),
        Some("line") => view! { <LineFields board chart change/> }.into_any(),
        Some(_) => view! { <SummaryFields board chart change/> }.into_any(),
        None => ().into_any(),
    };
    let kinds: Vec<(String, String)> =
        kinds().map(|(kind, name)| (kind.to_owned(), name.to_owned())).to_vec();
    let fields = StoredValue::new(fields);
    let kinds = StoredValue::new(kinds);
    view! {
        <Modal open title=Signal::derive(|| t("Chart").to_owned())>
            <div class="settings-form">
                <div class="field">
                    <label for=format!("title-{}", id.get_value())>{t("Title")}</label>
                    <input
                        id=format!("title-{}", id.get_value())
                        class="input"
                        type="text"
                        prop:value=move || card.with(|c| c.as_ref().map(|c| c.title.clone()).unwrap_or_default())
                        on:change=move |event| rename(event_target_value(&event))
                    />
                </div>
                <Choice
                    label=t("Kind")
                    value=Signal::derive(move || kind.get().unwrap_or_default().to_owned())
                    options=kinds.get_value()
                    change=Callback::new(move |kind: String| change.run(first_chart(board, &kind)))
                />
                {move || fields.with_value(|fields| fields())}
                <div class="modal-foot">
                    <button type="button" class="button primary" on:click=move |_| open.set(false)>
                        {t("Done")}
                    </button>
                </div>
            </div>
        </Modal>
    }
}
