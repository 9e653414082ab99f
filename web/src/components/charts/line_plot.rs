//! A line chart on two canvases, the lines below and the crosshair above, and
//! the hands on it.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use plot::{Draw, Layout, LineChart, Point, Readout, Rect, View, canvas};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::board::{Board, Cursor};
use super::on_screen::follow_size;
use super::readout::Tip;
use super::sheet::{context, paint, pixel_ratio, theme};
use crate::components::announcer::use_announcer;
use crate::state::appearance::use_appearance;
use crate::state::clock::utc_offset;
use crate::state::format::number;
use crate::state::language::t;

/// How near the pointer has to be to a line to light it, in CSS pixels.
const NEAR: f64 = 28.0;
/// What a turn of the wheel, and a key, make of the x axis.
const STEP: f64 = 1.25;
/// How much of the chart a key moves it by.
const NUDGE: f64 = 0.2;

/// A drag that is under way.
#[derive(Clone, Debug)]
struct Drag {
    from: Point,
    to: Point,
    /// Whether it moves the chart instead of selecting a part of it.
    pans: bool,
    /// The view and the layout with which it began.
    view: View,
    layout: Layout,
}

/// What was painted last.
#[derive(Clone, Debug)]
struct Painted {
    chart: LineChart,
    layout: Layout,
}

/// A line chart that fills its box. Drag selects a part, Shift moves, a double
/// click shows all; the wheel with Ctrl, or alone in a `large` chart, goes
/// closer. Keys do the same.
#[component]
pub(super) fn LinePlot(
    /// The chart, without its size and colours.
    #[prop(into)]
    chart: Signal<LineChart>,
    /// The part that the hands chose; what they leave alone is as the chart says.
    view: RwSignal<View>,
    /// What the charts of the board share.
    board: Board,
    /// Which chart this is, for the others.
    card: Arc<str>,
    /// Whether the wheel alone goes closer.
    #[prop(optional, into)]
    large: Signal<bool>,
) -> impl IntoView {
    let appearance = use_appearance();
    let announcer = use_announcer();
    let frame: NodeRef<Div> = NodeRef::new();
    let below: NodeRef<Canvas> = NodeRef::new();
    let above: NodeRef<Canvas> = NodeRef::new();
    let size = RwSignal::new((0.0, 0.0));
    let pointer: RwSignal<Option<Point>> = RwSignal::new(None);
    let drag: RwSignal<Option<Drag>> = RwSignal::new(None);
    let readout: RwSignal<Option<Readout>> = RwSignal::new(None);
    let painted: StoredValue<Option<Painted>> = StoredValue::new(None);
    let turns = RwSignal::new(0_u32);
    let card = StoredValue::new(card);

    Effect::new(move || {
        if let Some(frame) = frame.get() {
            follow_size((**frame).clone(), size);
        }
    });
    // The lines.
    let draw = move || {
        let (width, height) = size.get_untracked();
        let Some(below) = below.get_untracked() else { return };
        let Some(context) = context(&below) else { return };
        if width < 1.0 || height < 1.0 {
            return;
        }
        let mut chart = chart.get_untracked();
        let hands = view.get_untracked();
        chart.view = View { x: hands.x.or(chart.view.x), y: hands.y.or(chart.view.y) };
        (chart.width, chart.height, chart.pixel_ratio) = (width, height, pixel_ratio());
        chart.utc_offset = utc_offset();
        chart.theme = theme(&below);
        chart.focus = untrack(|| board.focus(&chart));
        canvas::resize(&below, width, height, chart.pixel_ratio);
        let measure = canvas::measure(&context);
        let layout = chart.layout(&measure);
        let draws = match &layout {
            Some(layout) => chart.base(layout),
            None => chart.frame(&measure).draws,
        };
        paint(&below, (width, height), &draws);
        painted.set_value(layout.map(|layout| Painted { chart, layout }));
        turns.update(|turns| *turns = turns.wrapping_add(1));
    };
    // At most once a frame, however much changes in it.
    let due = StoredValue::new(false);
    Effect::new(move || {
        appearance.track();
        size.track();
        view.track();
        chart.track();
        board.highlighted.track();
        below.track();
        if !due.get_value() {
            due.set_value(true);
            request_animation_frame(move || {
                if due.try_get_value().is_some() {
                    due.set_value(false);
                    draw();
                }
            });
        }
    });
    // What lies above them.
    Effect::new(move || {
        turns.track();
        let at = pointer.get();
        let drag = drag.get();
        let elsewhere = board.cursor.get();
        let Some(above) = above.get() else { return };
        let mut draws = Vec::new();
        let found = painted.with_value(|painted| {
            let Painted { chart, layout } = painted.as_ref()?;
            if let Some(drag) = drag.as_ref().filter(|drag| !drag.pans) {
                draws.extend(selected(chart, layout, drag));
            }
            let cursor = elsewhere.filter(|cursor| cursor.speaks_to(chart, &card.get_value()));
            let hovered = LineChart { hover: at, cursor: cursor.map(|c| c.x), ..chart.clone() };
            let readout = hovered.readout(layout)?;
            draws.extend(hovered.overlay(layout, &readout));
            Some(readout)
        });
        paint(&above, size.get_untracked(), &draws);
        if at.is_some() {
            board.light(near(found.as_ref(), at));
            let cursor = found.as_ref().and_then(|found| {
                let x_kind = painted.with_value(|p| p.as_ref().map(|p| p.chart.x_kind))?;
                Some(Cursor { x_kind, x: found.x, card: card.get_value() })
            });
            if board.cursor.with_untracked(|before| *before != cursor) {
                board.cursor.set(cursor);
            }
        }
        readout.set(found);
    });

    let within = move |view: View| {
        let ends = painted.with_value(|painted| painted.as_ref()?.chart.x_ends());
        ends.map_or(view, |ends| view.within(ends))
    };
    let all = move || view.set(View::default());
    let leave = move || {
        pointer.set(None);
        board.light(None);
        board.cursor.set(None);
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 || event.pointer_type() == "touch" {
            return;
        }
        let from = place(&event);
        let Some(layout) = painted.with_value(|p| p.as_ref().map(|p| p.layout.clone())) else {
            return;
        };
        if let Some(target) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
            target.set_pointer_capture(event.pointer_id()).ok();
        }
        let shown = painted.with_value(|p| p.as_ref().map(|p| p.chart.view)).unwrap_or_default();
        let pans = event.shift_key();
        drag.set(Some(Drag { from, to: from, pans, view: shown, layout }));
    };
    let moved = move |event: PointerEvent| {
        let at = place(&event);
        let dragged = drag.with_untracked(Clone::clone);
        match dragged {
            Some(Drag { from, pans: true, view: began, layout, .. }) => {
                view.set(within(began.panned(&layout, at.x - from.x, at.y - from.y)));
            }
            Some(began) => drag.set(Some(Drag { to: at, ..began })),
            None => pointer.set(Some(at)),
        }
    };
    let up = move |_: PointerEvent| {
        let Some(done) = drag.get_untracked() else { return };
        drag.set(None);
        if !done.pans {
            let chosen = view.get_untracked().selected(&done.layout, done.from, done.to);
            if chosen != view.get_untracked() {
                view.set(chosen);
            }
        }
    };
    let wheel = move |event: WheelEvent| {
        if !(event.ctrl_key() || event.meta_key() || large.get_untracked()) {
            return;
        }
        let Some(layout) = painted.with_value(|p| p.as_ref().map(|p| p.layout.clone())) else {
            return;
        };
        event.prevent_default();
        let factor = STEP.powf((event.delta_y() / 100.0).clamp(-3.0, 3.0));
        let at = f64::from(event.offset_x());
        view.set(within(view.get_untracked().zoomed(&layout, at, factor)));
    };
    let key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let Some(Painted { chart, layout }) = painted.get_value() else { return };
        let plot = layout.plot;
        let x = readout.with_untracked(|readout| readout.as_ref().map(|readout| readout.x));
        let middle = plot.x + plot.width / 2.0;
        let at = x.and_then(|x| layout.x.to_px(x)).unwrap_or(middle);
        let zoom = |factor| view.set(within(view.get_untracked().zoomed(&layout, at, factor)));
        let pan =
            |share: f64| view.set(within(chart.view.panned(&layout, share * plot.width, 0.0)));
        let go = |to: Option<f64>| {
            let to = to
                .and_then(|x| layout.x.to_px(x))
                .filter(|px| *px >= plot.x && *px <= plot.right());
            pointer.set(
                to.map(|px| Point::new(px, plot.y + plot.height / 2.0)).or(pointer.get_untracked()),
            );
            let hovered = LineChart { hover: pointer.get_untracked(), ..chart.clone() };
            if let Some(found) = hovered.readout(&layout) {
                announcer.say(in_words(&found));
            }
        };
        match (event.key().as_str(), event.shift_key()) {
            ("ArrowRight", true) => pan(-NUDGE),
            ("ArrowLeft", true) => pan(NUDGE),
            ("ArrowRight", false) => go(chart.next_x(x.unwrap_or(f64::NEG_INFINITY), true)),
            ("ArrowLeft", false) => go(chart.next_x(x.unwrap_or(f64::INFINITY), false)),
            ("Home", _) => go(chart.next_x(layout.x.domain().lo().next_down(), true)),
            ("End", _) => go(chart.next_x(layout.x.domain().hi().next_up(), false)),
            ("+" | "=", _) => zoom(1.0 / STEP),
            ("-", _) => zoom(STEP),
            ("0", _) => all(),
            ("Escape", _) if view.get_untracked() != View::default() => all(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let double = move |_: MouseEvent| all();
    let summary = move || chart.with(LineChart::summary);
    let tip = move || {
        let here = pointer.with(Option::is_some);
        readout.get().map(|readout| view! { <Tip readout width=size.get().0 here/> })
    };
    let zoomed = move || {
        (view.get() != View::default()).then(|| {
            view! {
                <button type="button" class="chart-all" on:click=move |_| all()>
                    {t("Show all")}
                </button>
            }
        })
    };
    view! {
        <div
            class="plot"
            class:panning=move || drag.with(|d| d.as_ref().is_some_and(|d| d.pans))
            node_ref=frame
            tabindex="0"
            role="application"
            aria-roledescription=t("chart")
            aria-label=summary
            on:keydown=key
            on:blur=move |_| leave()
        >
            <canvas node_ref=below aria-hidden="true"></canvas>
            <canvas
                node_ref=above
                aria-hidden="true"
                on:pointerdown=down
                on:pointermove=moved
                on:pointerup=up
                on:pointercancel=move |_| drag.set(None)
                on:pointerleave=move |_| leave()
                on:dblclick=double
                on:wheel=wheel
            ></canvas>
            {tip}
            {zoomed}
        </div>
    }
}

fn place(event: &PointerEvent) -> Point {
    Point::new(event.offset_x().into(), event.offset_y().into())
}

/// The part that a drag has selected so far.
fn selected(chart: &LineChart, layout: &Layout, drag: &Drag) -> Option<Draw> {
    let (x, y) = plot::view::selection(layout, drag.from, drag.to);
    if x.is_none() && y.is_none() {
        return None;
    }
    let (left, right) = x.unwrap_or((layout.plot.x, layout.plot.right()));
    let (top, bottom) = y.unwrap_or((layout.plot.y, layout.plot.bottom()));
    Some(Draw::Fill {
        rect: Rect { x: left, y: top, width: right - left, height: bottom - top },
        colour: chart.theme.accent.clone(),
        opacity: 0.14,
    })
}

/// The series whose point is near the pointer.
fn near(readout: Option<&Readout>, pointer: Option<Point>) -> Option<Arc<str>> {
    let (readout, pointer) = (readout?, pointer?);
    let entry = readout.entries.get(readout.nearest?)?;
    let at = entry.at?;
    ((at.x - pointer.x).hypot(at.y - pointer.y) <= NEAR).then(|| entry.id.clone())
}

/// A readout for somebody who does not see it: the five highest.
fn in_words(readout: &Readout) -> String {
    let values = readout.entries.iter().take(5);
    let values: Vec<String> =
        values.map(|entry| format!("{} {}", entry.label, number(entry.y))).collect();
    format!("{}: {}", readout.x_label, values.join(", "))
}
