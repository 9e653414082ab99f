//! A metric's history as a line on a canvas.
//!
//! What is drawn, and where, is the business of the `plot` crate. This
//! component gives it a canvas, keeps its size and colours current, and shows
//! the values under the pointer.

use std::cell::RefCell;

use leptos::ev::PointerEvent;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use plot::{Point, Readout, Series, Theme, XKind, canvas};
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ResizeObserver};

use crate::state::appearance::use_appearance;
use crate::state::format::full_number;

/// A line chart: a canvas that fills its box, its summary in words, and a
/// readout at the pointer.
#[component]
pub(crate) fn LineChart(
    /// What is drawn, usually the metric's key.
    #[prop(into)]
    title: String,
    /// The lines.
    #[prop(into)]
    series: Signal<Vec<Series>>,
) -> impl IntoView {
    let appearance = use_appearance();
    let frame: NodeRef<Div> = NodeRef::new();
    let canvas: NodeRef<Canvas> = NodeRef::new();
    let size = RwSignal::new((0.0, 0.0));
    let pointer: RwSignal<Option<Point>> = RwSignal::new(None);
    let readout: RwSignal<Option<Readout>> = RwSignal::new(None);
    let title: std::sync::Arc<str> = title.into();

    observe_size(frame, size);

    let chart = {
        let title = title.clone();
        move || {
            let (width, height) = size.get();
            plot::LineChart {
                title: title.clone(),
                series: series.get(),
                x_kind: XKind::Step,
                width,
                height,
                pixel_ratio: window().device_pixel_ratio(),
                ..plot::LineChart::default()
            }
        }
    };
    let summary = {
        let chart = chart.clone();
        Memo::new(move |_| chart().summary())
    };
    Effect::new(move || {
        appearance.track();
        let Some(canvas) = canvas.get() else { return };
        let mut chart = chart();
        if chart.width < 1.0 || chart.height < 1.0 {
            return;
        }
        chart.theme = theme(&canvas);
        chart.hover = pointer.get();
        readout.set(draw(&canvas, &chart));
    });

    let moved = move |event: PointerEvent| {
        pointer.set(Some(Point::new(event.offset_x().into(), event.offset_y().into())));
    };
    let shown = move || readout.get().map(|readout| view! { <Tip readout width=size.get().0/> });
    view! {
        <div class="line-chart" node_ref=frame>
            <canvas
                node_ref=canvas
                role="img"
                aria-label=move || summary.get()
                on:pointermove=moved
                on:pointerleave=move |_| pointer.set(None)
            ></canvas>
            {shown}
        </div>
    }
}

/// The values under the pointer, beside the crosshair.
#[component]
fn Tip(
    /// The values.
    readout: Readout,
    /// The width of the chart, in CSS pixels.
    width: f64,
) -> impl IntoView {
    // To the right of the crosshair in the left half, to its left in the right.
    let right_half = readout.x_px > width / 2.0;
    let left = format!("{}px", readout.x_px);
    let several = readout.entries.len() > 1;
    let entry = |entry: plot::ReadoutEntry| {
        let label = several.then(|| view! { <span class="clip">{entry.label.to_string()}</span> });
        let colour = entry.colour.to_string();
        view! {
            <li>
                <span class="tip-mark" style:background=colour></span>
                {label}
                <b>{full_number(entry.y)}</b>
            </li>
        }
    };
    view! {
        <div class="tip" class:tip-left=right_half style:left=left aria-hidden="true">
            <span class="faint">{readout.x_label}</span>
            <ul>{readout.entries.into_iter().map(entry).collect_view()}</ul>
        </div>
    }
}

/// Paints the chart and answers with what lies under the pointer.
fn draw(canvas: &HtmlCanvasElement, chart: &plot::LineChart) -> Option<Readout> {
    let context = canvas.get_context("2d").ok().flatten()?;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    canvas::resize(canvas, chart.width, chart.height, chart.pixel_ratio);
    let frame = chart.frame(&canvas::measure(&context));
    canvas::paint(&context, &frame.draws, chart.pixel_ratio);
    frame.readout
}

/// The colours of the page, as a canvas takes them.
fn theme(element: &Element) -> Theme {
    let Some(style) = window().get_computed_style(element).ok().flatten() else {
        return Theme::default();
    };
    let value = |name: &str| style.get_property_value(name).unwrap_or_default();
    Theme {
        ink: value("--ink").into(),
        muted: value("--ink-faint").into(),
        grid: value("--chart-grid").into(),
        background: value("--paper").into(),
        accent: value("--accent").into(),
        font_family: value("font-family").into(),
        font_size: 11.0,
    }
}

/// An observer, and the callback that has to live as long.
type Observer = (ResizeObserver, Closure<dyn FnMut()>);

/// Follows the size of an element, in CSS pixels.
fn observe_size(element: NodeRef<Div>, size: RwSignal<(f64, f64)>) {
    let kept: StoredValue<RefCell<Option<Observer>>, LocalStorage> =
        StoredValue::new_local(RefCell::new(None));
    Effect::new(move || {
        let Some(element) = element.get() else { return };
        let target = element.clone();
        let changed = Closure::<dyn FnMut()>::new(move || {
            let now = (f64::from(element.client_width()), f64::from(element.client_height()));
            if size.try_get_untracked().is_some_and(|before| before != now) {
                size.set(now);
            }
        });
        if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&target);
            kept.with_value(|kept| kept.replace(Some((observer, changed))));
        }
    });
    on_cleanup(move || {
        let observer = kept.try_with_value(RefCell::take).flatten();
        if let Some((observer, _)) = observer {
            observer.disconnect();
        }
    });
}
