//! A card: its head, its menu, and its chart once it is on screen.

use std::sync::Arc;

use leptos::ev::DragEvent;
use leptos::html::Figure;
use leptos::prelude::*;
use plot::View;

use super::board::{Board, offer_undo};
use super::differences::DifferenceCard;
use super::export::{self, Kind};
use super::images::ImageGrid;
use super::line::{Lines, lines};
use super::line_plot::LinePlot;
use super::on_screen::follow_visibility;
use super::settings::CardSettings;
use super::summary_plot::SummaryPlot;
use crate::components::icon::{Glyph, Icon};
use crate::components::menu::{Item, Menu};
use crate::components::toasts::use_toasts;
use crate::state::board::edit::{self, Move};
use crate::state::board::{ArrangedCard, Chart, LineSpec};
use crate::state::format::{count, full_number, number};
use crate::state::language::{t, tf, tn};
use crate::state::metric_histories::MOST_POINTS;

/// What a card has below its head.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Surface {
    /// A picture that is drawn.
    Plot,
    /// A grid of images.
    Images,
    /// A table of differences.
    Differences,
}

impl Surface {
    fn of(chart: Option<&Chart>) -> Surface {
        match chart {
            Some(Chart::Images(_)) => Surface::Images,
            Some(Chart::Differences { .. }) => Surface::Differences,
            _ => Surface::Plot,
        }
    }
}

/// A chart on the board.
#[component]
pub(super) fn Card(
    /// What the cards share.
    board: Board,
    /// The id of the card.
    id: Arc<str>,
    /// The id of the section that it is in.
    section: Arc<str>,
    /// The card as it is now; `None` once it is gone.
    card: Memo<Option<ArrangedCard>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let figure: NodeRef<Figure> = NodeRef::new();
    let visible = RwSignal::new(false);
    let configuring = RwSignal::new(false);
    let view = RwSignal::new(View::default());
    let over = RwSignal::new(false);
    let full = RwSignal::new(false);
    let remark = RwSignal::new(String::new());
    let empty = RwSignal::new(false);
    let export: RwSignal<Option<Callback<Kind>>> = RwSignal::new(None);
    let id = StoredValue::new(id);
    let section = StoredValue::new(section);
    let title = Memo::new(move |_| {
        card.with(|card| card.as_ref().map(|c| c.title.clone()).unwrap_or_default())
    });
    let chart = Memo::new(move |_| card.with(|card| card.as_ref().map(|card| card.chart.clone())));
    let surface = Memo::new(move |_| chart.with(|chart| Surface::of(chart.as_ref())));

    Effect::new(move || {
        if let Some(figure) = figure.get() {
            follow_visibility((*figure).clone(), visible);
        }
    });
    let move_to = move |to: Move| {
        board.edit(|layout, shown| edit::nudge_card(layout, shown, &id.get_value(), to));
    };
    let remove = move || {
        let before = board.layout.get_untracked();
        board.layout.update(|layout| edit::remove_card(layout, &id.get_value()));
        let gone = tf("The chart {0} is removed", &[&title.get_untracked()]);
        offer_undo(toasts, board, gone, before);
    };
    let enlarge = move || {
        let Some(figure) = figure.get_untracked() else { return };
        if full.get_untracked() {
            document().exit_fullscreen();
        } else {
            figure.request_fullscreen().ok();
        }
    };
    let changed = window_event_listener_untyped("fullscreenchange", move |_| {
        let now = document().fullscreen_element();
        let here = figure.get_untracked().map(|figure| (*figure).clone());
        full.try_set(now.is_some() && now == here);
    });
    on_cleanup(move || changed.remove());
    let save = move |kind: Kind| {
        if let Some(export) = export.get_untracked() {
            export.run(kind);
        }
    };
    let items = Callback::new(move |()| {
        let unsaved = export.with_untracked(Option::is_none);
        let table = surface.get_untracked() != Surface::Plot;
        vec![
            Item::new(t("Configure…"), move || configuring.set(true)),
            Item::new(
                if full.get_untracked() { t("Leave full screen") } else { t("Full screen") },
                enlarge,
            ),
            Item::new(t("Download PNG"), move || save(Kind::Png))
                .divided()
                .disabled(unsaved || table),
            Item::new(t("Download SVG"), move || save(Kind::Svg)).disabled(unsaved || table),
            Item::new(t("Download CSV"), move || save(Kind::Csv)).disabled(unsaved),
            Item::new(t("Move up"), move || move_to(Move::Back)).divided(),
            Item::new(t("Move down"), move || move_to(Move::On)),
            Item::new(t("Move to the top"), move || move_to(Move::First)),
            Item::new(t("Move to the bottom"), move || move_to(Move::Last)),
            Item::new(t("Remove the chart"), remove).divided().danger(),
        ]
    });
    let drag_start = move |event: DragEvent| {
        board.dragged.set(Some(id.get_value()));
        if let Some(data) = event.data_transfer() {
            data.set_effect_allowed("move");
            data.set_data("text/plain", &title.get_untracked()).ok();
        }
    };
    let drag_over = move |event: DragEvent| {
        if board
            .dragged
            .with_untracked(|dragged| dragged.as_ref().is_some_and(|d| *d != id.get_value()))
        {
            event.prevent_default();
            over.set(true);
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        event.stop_propagation();
        over.set(false);
        let Some(dragged) = board.dragged.get_untracked() else { return };
        board.dragged.set(None);
        board.edit(|layout, shown| {
            let place = shown.iter().find(|known| *known.id == *section.get_value()).map(|known| {
                let others = known.cards.iter().filter(|card| card.id != dragged);
                let before = others.take_while(|card| card.id != id.get_value()).count();
                // Dragged from before this card, it goes behind it.
                let of = |id: &Arc<str>| known.cards.iter().position(|card| card.id == *id);
                let behind = of(&dragged).zip(of(&id.get_value())).is_some_and(|(a, b)| a < b);
                before + usize::from(behind)
            });
            if let Some(place) = place {
                edit::move_card(layout, shown, &dragged, &section.get_value(), place);
            }
        });
    };
    let plot = move || match chart.get() {
        Some(Chart::Line(spec)) => {
            view! { <LineBody board id=id.get_value() title spec view remark empty export full/> }
                .into_any()
        }
        Some(chart) => view! { <SummaryPlot board title chart remark empty export/> }.into_any(),
        None => ().into_any(),
    };
    // Tables change in place, and are as high as they are: they stay once seen.
    let shown = Memo::new(move |before: Option<&bool>| {
        visible.get() || (before.is_some_and(|before| *before) && surface.get() != Surface::Plot)
    });
    let body = move || match surface.get() {
        _ if !shown.get() => view! { <div class="plot"></div> }.into_any(),
        Surface::Plot => view! { {plot} }.into_any(),
        Surface::Images => {
            view! { <ImageGrid board id=id.get_value() title chart remark empty/> }.into_any()
        }
        Surface::Differences => {
            view! { <DifferenceCard board id=id.get_value() title chart remark empty export/> }
                .into_any()
        }
    };
    let hidden = move || empty.get() && board.layout.with(|layout| layout.hide_empty);
    view! {
        <figure
            class="chart-card"
            class:wide=move || matches!(chart.get(), Some(Chart::Parallel { .. }))
            class:across=move || surface.get() != Surface::Plot
            class:over=move || over.get()
            class:dragged=move || board.dragged.with(|dragged| dragged.as_ref() == Some(&id.get_value()))
            node_ref=figure
            hidden=hidden
            aria-label=move || title.get()
            on:dragover=drag_over
            on:dragleave=move |_| over.set(false)
            on:drop=drop
        >
            <figcaption
                draggable="true"
                on:dragstart=drag_start
                on:dragend=move |_| board.dragged.set(None)
            >
                <h3 class="clip" title=move || title.get()>{move || title.get()}</h3>
                <span class="faint">{move || remark.get()}</span>
                <Menu
                    label=Signal::derive(move || tf("More for the chart {0}", &[&title.get()]))
                    face=move || view! { <Icon glyph=Glyph::More/> }
                    items
                />
            </figcaption>
            {body}
            <CardSettings board id=id.get_value() card open=configuring/>
        </figure>
    }
}

/// A line chart, or what stands in its place while it is not there.
#[component]
pub(super) fn LineBody(
    /// What the cards share.
    board: Board,
    /// The id of the card.
    id: Arc<str>,
    /// Its title.
    title: Memo<String>,
    /// What it shows.
    spec: LineSpec,
    /// The part that the hands chose.
    view: RwSignal<View>,
    /// Set to what is to be known of the data.
    remark: RwSignal<String>,
    /// Set to whether there is nothing to draw.
    empty: RwSignal<bool>,
    /// Set to what saves the chart as a file.
    export: RwSignal<Option<Callback<Kind>>>,
    /// Whether the card fills the screen.
    #[prop(into)]
    full: Signal<bool>,
) -> impl IntoView {
    let spec = StoredValue::new(spec);
    let settings = Memo::new(move |_| board.layout.with(|layout| layout.lines.clone()));
    // Compared by nothing: histories are long, and it is built only when one came.
    let built = Memo::new_with_compare(
        move |_| {
            let get = |run: &Arc<str>, key: &Arc<str>| board.histories.get(run, key);
            let built = board.runs.with(|runs| {
                settings.with(|settings| {
                    spec.with_value(|spec| {
                        title.with(|title| {
                            board
                                .hidden
                                .with(|hidden| lines(title, spec, settings, runs, &get, hidden))
                        })
                    })
                })
            });
            Arc::new(built)
        },
        |_, _| true,
    );
    Effect::new(move || {
        let built = built.get();
        remark.set(in_few_words(&built));
        empty.set(
            built.ready == built.wanted && built.chart.series.iter().all(|s| s.points.is_empty()),
        );
    });
    on_cleanup(move || {
        // What was asked for and not begun waits for the card to come back.
        board.runs.try_with_untracked(|runs| {
            spec.try_with_value(|spec| {
                for run in runs {
                    for key in spec.metrics.iter().filter_map(|key| run.metric(key)) {
                        board.histories.forget(&run.id, &key.key);
                    }
                }
            })
        });
        export.try_set(None);
    });
    let chart = Signal::derive(move || {
        let mut chart = built.with(|built| built.chart.clone());
        spec.with_value(|spec| chart.view = View { x: spec.x_range, y: spec.y_range });
        chart
    });
    export.set(Some(Callback::new(move |kind| {
        let chart = LineChartAsShown { view, chart };
        export::line(kind, &title.get_untracked(), chart.get());
    })));
    let retry = move |_| {
        for (run, key) in &built.get_untracked().failed {
            board.histories.retry(run, key);
        }
    };
    let failed = move || {
        let built = built.get();
        let reason = built.reason.clone()?;
        let nothing = built.ready == 0;
        Some(view! {
            <div class="chart-failed" class:whole=nothing role="alert">
                <span>{tn(built.failed.len(), "{0} history was not loaded", "{0} histories were not loaded")}": "{reason}</span>
                <button type="button" class="button" on:click=retry>{t("Try again")}</button>
            </div>
        })
    };
    let instead = move || {
        let built = built.get();
        if let Some(mistake) = &built.mistake {
            return Some(view! { <p class="chart-word soft">{mistake.clone()}</p> }.into_any());
        }
        if built.wanted == 0 {
            return Some(
                view! { <p class="chart-word faint">{t("None of these runs has it.")}</p> }
                    .into_any(),
            );
        }
        if built.wanted == 1 && built.logged == 1 && built.missing == 0 {
            let value = built
                .chart
                .series
                .first()
                .and_then(|s| s.points.get(0))
                .map_or(f64::NAN, |(_, y)| y);
            return Some(
                view! {
                    <div class="chart-word">
                        <p class="single" title=full_number(value)>{number(value)}</p>
                        <p class="faint">{t("logged once")}</p>
                    </div>
                }
                .into_any(),
            );
        }
        None
    };
    let waiting = Memo::new(move |_| {
        built.with(|built| built.ready == 0 && built.failed.is_empty() && built.wanted > 0)
    });
    let drawing = move || {
        if waiting.get() {
            return view! { <div class="plot waiting"></div> }.into_any();
        }
        match instead() {
            Some(instead) => view! { <div class="plot">{instead}</div> }.into_any(),
            None => ().into_any(),
        }
    };
    let drawn = Memo::new(move |_| {
        built.with(|built| {
            built.ready > 0
                && built.mistake.is_none()
                && !(built.wanted == 1 && built.logged == 1 && built.missing == 0)
        })
    });
    let id = StoredValue::new(id);
    view! {
        {failed}
        <Show when=move || drawn.get() fallback=drawing>
            <LinePlot chart view board card=id.get_value() large=full/>
        </Show>
    }
}

/// The chart in the part that is shown.
struct LineChartAsShown {
    view: RwSignal<View>,
    chart: Signal<plot::LineChart>,
}

impl LineChartAsShown {
    fn get(self) -> plot::LineChart {
        let hands = self.view.get_untracked();
        let mut chart = self.chart.get_untracked();
        chart.view = View { x: hands.x.or(chart.view.x), y: hands.y.or(chart.view.y) };
        chart
    }
}

/// What is to be known of the data, beside the title.
fn in_few_words(lines: &Lines) -> String {
    let mut words = Vec::new();
    if lines.ready < lines.wanted && lines.failed.is_empty() {
        if lines.wanted > 1 {
            words.push(tf("{0} of {1} loaded", &[&lines.ready, &lines.wanted]));
        }
        if lines.coming > 0 {
            words.push(tn(lines.coming, "{0} point so far", "{0} points so far"));
        }
        return words.join(" · ");
    }
    if lines.cut {
        words.push(tn(MOST_POINTS, "first {0} point", "first {0} points"));
    } else if lines.missing > 0 {
        let missing = count(lines.missing);
        words.push(tn(lines.logged, "{0} point", "{0} points"));
        words.push(tf("{0} of them no number", &[&missing]));
    } else if lines.wanted == 1 && lines.logged > 1 {
        words.push(tn(lines.logged, "{0} point", "{0} points"));
    }
    let left_out = lines.chart.left_out();
    if left_out > 0 {
        words.push(tn(left_out, "{0} at or below zero left out", "{0} at or below zero left out"));
    }
    words.join(", ")
}
