//! A canvas that is as large as its box, and the colours of the page.

use plot::{Draw, Theme, canvas};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};

use leptos::prelude::window;

/// What a canvas is drawn with.
pub(super) fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    Some(canvas.get_context("2d").ok().flatten()?.unchecked_into())
}

/// Device pixels a CSS pixel.
pub(super) fn pixel_ratio() -> f64 {
    window().device_pixel_ratio()
}

/// Paints a canvas of so many CSS pixels anew.
pub(super) fn paint(canvas: &HtmlCanvasElement, (width, height): (f64, f64), draws: &[Draw]) {
    let ratio = pixel_ratio();
    canvas::resize(canvas, width, height, ratio);
    if let Some(context) = context(canvas) {
        canvas::clear(&context);
        canvas::paint(&context, draws, ratio);
    }
}

/// The colours of the page, as a canvas takes them.
pub(super) fn theme(element: &Element) -> Theme {
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
