//! The charts of the runs' last values and parameters, and the hands on them.

use std::sync::Arc;

use leptos::ev::PointerEvent;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use plot::layout::Measure;
use plot::{
    Bars, Boxes, Brush, Contour, Dimension, Histogram, Hit, Mark, Parallel, ParallelLayout,
    Picture, Point, Scatter, Sheet, canvas,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::board::Board;
use super::brush_handles::{BrushHandles, axis_words};
use super::export::{self, Kind};
use super::on_screen::follow_size;
use super::sheet::{context, paint, pixel_ratio, theme};
use crate::components::announcer::use_announcer;
use crate::state::appearance::use_appearance;
use crate::state::board::{BoardRun, Chart, Field};
use crate::state::brush::Brushed;
use crate::state::format::full_number;
use crate::state::language::{t, tf, tn};

/// A chart of single values, with the values in it.
#[derive(Clone)]
enum Drawn {
    Bars(Bars),
    Scatter(Scatter),
    Boxes(Boxes),
    Histogram(Histogram),
    Contour(Contour),
    Parallel(Parallel),
}

impl Drawn {
    fn of(chart: &Chart, runs: &[Arc<BoardRun>]) -> Option<Drawn> {
        let marks = runs
            .iter()
            .map(|run| Mark {
                id: run.id.clone(),
                label: run.name.clone(),
                colour: run.colour.clone(),
            })
            .collect();
        let of = |field: &Field| dimension(field, runs);
        Some(match chart {
            Chart::Line(_) | Chart::Images(_) | Chart::Differences { .. } => return None,
            Chart::Bar { metrics } => Drawn::Bars(Bars {
                runs: marks,
                metrics: metrics.iter().map(|key| of(&Field::Metric(key.clone()))).collect(),
            }),
            Chart::Scatter { x, y, colour } => Drawn::Scatter(Scatter {
                runs: marks,
                x: of(x),
                y: of(y),
                colour: colour.as_ref().map(of),
            }),
            Chart::Box { by, y } => {
                let groups = || {
                    let grouped = runs.iter().any(|run| run.group.is_some());
                    let names = runs.iter().map(|run| run.group.as_deref());
                    grouped.then(|| Dimension::texts("", names))
                };
                let by = by.as_ref().map(of).or_else(groups);
                Drawn::Boxes(Boxes { runs: marks, by, y: of(y) })
            }
            Chart::Histogram { field, bins } => {
                Drawn::Histogram(Histogram { runs: marks, x: of(field), bins: *bins })
            }
            Chart::Contour { x, y, z, reverse } => Drawn::Contour(Contour {
                runs: marks,
                x: of(x),
                y: of(y),
                z: of(z),
                reverse: *reverse,
            }),
            Chart::Parallel { axes } => Drawn::Parallel(Parallel {
                runs: marks,
                axes: axes.iter().map(of).collect(),
                brushes: Vec::new(),
            }),
        })
    }

    fn picture(&self, sheet: &Sheet, measure: Measure<'_>) -> Picture {
        match self {
            Drawn::Bars(chart) => chart.picture(sheet, measure),
            Drawn::Scatter(chart) => chart.picture(sheet, measure),
            Drawn::Boxes(chart) => chart.picture(sheet, measure),
            Drawn::Histogram(chart) => chart.picture(sheet, measure),
            Drawn::Contour(chart) => chart.picture(sheet, measure),
            Drawn::Parallel(chart) => chart.picture(sheet, measure),
        }
    }

    /// With what is brushed of the fields on its axes.
    fn brushed(mut self, fields: &[Field], brushed: &[Brushed]) -> Drawn {
        if let Drawn::Parallel(chart) = &mut self {
            let axes = fields.iter().zip(&chart.axes).enumerate();
            let on = |(nth, (field, axis)): (usize, (&Field, &Dimension))| {
                brushed.iter().find(|brushed| brushed.field == *field)?.on(nth, axis)
            };
            chart.brushes = axes.filter_map(on).collect();
        }
        self
    }

    /// The runs, and what they are drawn by.
    fn columns(&self) -> (&[Mark], Vec<&Dimension>) {
        match self {
            Drawn::Bars(chart) => (&chart.runs, chart.metrics.iter().collect()),
            Drawn::Scatter(Scatter { runs, x, y, colour }) => {
                (runs, [Some(x), Some(y), colour.as_ref()].into_iter().flatten().collect())
            }
            Drawn::Boxes(Boxes { runs, by, y }) => {
                (runs, by.as_ref().into_iter().chain([y]).collect())
            }
            Drawn::Histogram(chart) => (&chart.runs, vec![&chart.x]),
            Drawn::Contour(Contour { runs, x, y, z, .. }) => (runs, vec![x, y, z]),
            Drawn::Parallel(chart) => (&chart.runs, chart.axes.iter().collect()),
        }
    }

    /// The values as a table: a row for each run.
    fn csv(&self) -> String {
        let (runs, columns) = self.columns();
        let mut head = vec!["run_id", "run_name"];
        head.extend(columns.iter().map(|column| column.name.as_str()));
        let mut out = plot::csv::row(&head);
        for (at, run) in runs.iter().enumerate() {
            let value = |column: &&Dimension| {
                column.value(at).map_or_else(String::new, |value| {
                    if column.kinds.is_empty() { full_number(value) } else { column.words(value) }
                })
            };
            let values: Vec<String> = columns.iter().map(value).collect();
            let mut row = vec![&*run.id, &*run.label];
            row.extend(values.iter().map(String::as_str));
            out.push_str(&plot::csv::row(&row));
        }
        out
    }

    /// How many runs have something to draw.
    fn runs(&self) -> usize {
        let (runs, columns) = self.columns();
        (0..runs.len()).filter(|run| columns.iter().any(|c| c.value(*run).is_some())).count()
    }
}

/// What the runs have of a field.
fn dimension(field: &Field, runs: &[Arc<BoardRun>]) -> Dimension {
    match field {
        Field::Metric(key) => Dimension::numbers(
            key,
            runs.iter().map(|run| run.metric(key).map(|latest| latest.value)),
        ),
        Field::Param(key) => {
            Dimension::texts(key, runs.iter().map(|run| run.param(key).map(|value| &**value)))
        }
    }
}

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
    let appearance = use_appearance();
    let announcer = use_announcer();
    let frame: NodeRef<Div> = NodeRef::new();
    let sheet: NodeRef<Canvas> = NodeRef::new();
    let size = RwSignal::new((0.0, 0.0));
    // What is brushed while it is dragged: the page hears of it at the end.
    let pending: RwSignal<Option<Vec<Brushed>>> = RwSignal::new(None);
    let hovered: RwSignal<Option<Hit>> = RwSignal::new(None);
    let painted: StoredValue<Picture> = StoredValue::new(Picture::default());
    let standing: RwSignal<Option<ParallelLayout>> = RwSignal::new(None);
    let dragging: StoredValue<Option<(usize, f64)>> = StoredValue::new(None);
    let fields = StoredValue::new(match &chart {
        Chart::Parallel { axes } => axes.clone(),
        _ => Vec::new(),
    });
    let chart = StoredValue::new(chart);
    let drawn = Memo::new_with_compare(
        move |_| board.runs.with(|runs| chart.with_value(|chart| Drawn::of(chart, runs))),
        |_, _| true,
    );
    // What was logged as NaN or infinite has no bar.
    let without_number = move || {
        let Chart::Bar { metrics } = chart.get_value() else { return 0 };
        let has_none = |run: &&Arc<BoardRun>| {
            let mut logged = metrics.iter().filter_map(|key| run.metric(key)).peekable();
            logged.peek().is_some() && logged.all(|latest| !latest.value.is_finite())
        };
        board.runs.with(|runs| runs.iter().filter(has_none).count())
    };
    let current = move || {
        let brushed = pending.get().unwrap_or_else(|| board.brushes.get());
        drawn.get().map(|drawn| fields.with_value(|fields| drawn.brushed(fields, &brushed)))
    };
    Effect::new(move || {
        if let Some(frame) = frame.get() {
            follow_size((**frame).clone(), size);
        }
    });
    Effect::new(move || {
        let runs = drawn.with(|drawn| drawn.as_ref().map_or(0, Drawn::runs));
        let words = tn(runs, "{0} run", "{0} runs");
        remark.set(match without_number() {
            0 => words,
            many => tf("{0}, {1} without a number", &[&words, &many]),
        });
        empty.set(runs == 0);
    });
    Effect::new(move || {
        appearance.track();
        let (width, height) = size.get();
        let (Some(canvas), Some(drawn)) = (sheet.get(), current()) else { return };
        let Some(context) = context(&canvas) else { return };
        if width < 1.0 || height < 1.0 {
            return;
        }
        let (pixel_ratio, theme, focus) = (pixel_ratio(), theme(&canvas), board.highlighted.get());
        // Only a run that is here takes the others' light.
        let (runs, _) = drawn.columns();
        let focus = focus.filter(|focus| runs.iter().any(|run| run.id == *focus));
        let on = Sheet { width, height, pixel_ratio, theme, focus };
        canvas::resize(&canvas, width, height, pixel_ratio);
        let measure = canvas::measure(&context);
        let picture = drawn.picture(&on, &measure);
        if let Drawn::Parallel(chart) = &drawn {
            let now = Some(chart.layout(&on, &measure));
            if standing.with_untracked(|before| *before != now) {
                standing.set(now);
            }
        }
        paint(&canvas, (width, height), &picture.draws);
        painted.set_value(picture);
    });
    on_cleanup(move || {
        export.try_set(None);
    });
    // What is brushed of the page once an axis has another brush.
    let with = move |axis: usize, made: Option<Brush>| {
        let mut brushed = untrack(|| board.brushes.get());
        fields.with_value(|fields| {
            let Some(field) = fields.get(axis) else { return };
            brushed.retain(|brushed| brushed.field != *field);
            drawn.with_untracked(|drawn| {
                if let (Some(made), Some(Drawn::Parallel(chart))) = (made, drawn) {
                    let on = chart.axes.get(axis);
                    brushed.extend(on.and_then(|on| Brushed::of(field, on, &made)));
                }
            });
        });
        brushed
    };
    let left = move || match untrack(current) {
        Some(Drawn::Parallel(chart)) => {
            let left = (0..chart.runs.len()).filter(|run| chart.is_left(*run)).count();
            tn(left, "{0} run", "{0} runs")
        }
        _ => String::new(),
    };
    let brush_to = move |y: f64| {
        let Some((axis, from)) = dragging.get_value() else { return };
        let made = standing.with_untracked(|layout| layout.as_ref()?.brush(axis, from, y));
        pending.set(Some(with(axis, made)));
    };
    let down = move |event: PointerEvent| {
        let at = place(&event);
        let axis = standing.with_untracked(|layout| layout.as_ref()?.axis_at(at));
        if let Some(axis) = axis.filter(|_| event.button() == 0) {
            if let Some(target) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
                target.set_pointer_capture(event.pointer_id()).ok();
            }
            dragging.set_value(Some((axis, at.y)));
        }
    };
    let parallel = Signal::derive(move || match current() {
        Some(Drawn::Parallel(chart)) => Some(chart),
        _ => None,
    });
    let nudge = Callback::new(move |(axis, made): (usize, Option<Brush>)| {
        board.brushes.set(&with(axis, made));
        if let Some(chart) = parallel.get_untracked() {
            announcer.say(format!("{}: {}", axis_words(&chart, axis), left()));
        }
    });
    let moved = move |event: PointerEvent| {
        let at = place(&event);
        if dragging.with_value(Option::is_some) {
            return brush_to(at.y);
        }
        let hit = painted.with_value(|picture| picture.hit(at).cloned());
        board.light(hit.as_ref().map(|hit| hit.id.clone()).filter(|id| !id.is_empty()));
        if hovered.with_untracked(|before| *before != hit) {
            hovered.set(hit);
        }
    };
    let up = move |event: PointerEvent| {
        if dragging.with_value(Option::is_some) {
            brush_to(f64::from(event.offset_y()));
            dragging.set_value(None);
            if let Some(brushed) = pending.get_untracked() {
                board.brushes.set(&brushed);
            }
            pending.set(None);
            announcer.say(left());
        }
    };
    let cancel = move |_| {
        dragging.set_value(None);
        pending.set(None);
    };
    let leave = move |_| {
        hovered.set(None);
        board.light(None);
    };
    export.set(Some(Callback::new(move |kind| {
        let Some(drawn) = untrack(current) else { return };
        let title = title.get_untracked();
        if kind == Kind::Csv {
            return export::table(&title, &drawn.csv());
        }
        export::picture(kind, &title, |measure, theme| {
            drawn.picture(&export::sheet(theme), measure).draws
        });
    })));
    let summary = move || {
        let words = drawn.with(|drawn| {
            let Some(drawn) = drawn else { return String::new() };
            let (runs, columns) = drawn.columns();
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            format!("{}, {}", names.join(", "), tn(runs.len(), "{0} run", "{0} runs"))
        });
        format!("{}: {words}", title.get())
    };
    let tip = move || {
        hovered.get().map(|hit| {
            let right = hit.rect.x + hit.rect.width / 2.0 > size.get().0 / 2.0;
            let x = if hit.rect.width > 100.0 {
                size.get().0 / 2.0
            } else {
                hit.rect.x + hit.rect.width / 2.0
            };
            view! {
                <div
                    class="tip"
                    class:tip-left=right
                    style:left=format!("{x}px")
                    style:top=format!("{}px", (hit.rect.y - 8.0).max(0.0))
                    aria-hidden="true"
                >
                    <ul>
                        <li class="near">
                            <span class="tip-mark" style:background=hit.colour.to_string()></span>
                            {hit.label.to_string()}
                        </li>
                    </ul>
                    <span class="tip-words">{hit.words}</span>
                </div>
            }
        })
    };
    let clear = move || {
        let some = parallel.with(|chart| chart.as_ref().is_some_and(|c| !c.brushes.is_empty()));
        some.then(|| {
            let click = move |_| board.brushes.set(&[]);
            view! { <button type="button" class="chart-all" on:click=click>{t("Show all")}</button> }
        })
    };
    view! {
        <div class="plot" node_ref=frame>
            <canvas
                node_ref=sheet
                role="img"
                aria-label=summary
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=cancel
                on:pointerleave=leave
            ></canvas>
            <BrushHandles chart=parallel layout=standing nudge/>
            {tip}
            {clear}
        </div>
    }
}

fn place(event: &PointerEvent) -> Point {
    Point::new(event.offset_x().into(), event.offset_y().into())
}
