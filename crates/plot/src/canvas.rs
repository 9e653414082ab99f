//! The painter: drawing commands on a browser's canvas.
//!
//! ```no_run
//! # fn page(canvas: &web_sys::HtmlCanvasElement, context: &web_sys::CanvasRenderingContext2d) {
//! use plot::{LineChart, canvas};
//!
//! let chart = LineChart { width: 640.0, height: 240.0, pixel_ratio: 2.0, ..LineChart::default() };
//! canvas::resize(canvas, chart.width, chart.height, chart.pixel_ratio);
//! let frame = chart.frame(&canvas::measure(context));
//! canvas::paint(context, &frame.draws, chart.pixel_ratio);
//! # }
//! ```

use std::cell::RefCell;
use std::f64::consts::TAU;

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::draw::{Anchor, Draw, Path, Point, Span};

/// How wide a ring around a dot is, in CSS pixels.
const RING: f64 = 2.0;

/// Gives a canvas the device pixels that a size in CSS pixels needs, if it has
/// not got them: setting them clears a canvas, even to the same number. The
/// size on the page is a matter of style.
pub fn resize(canvas: &HtmlCanvasElement, width: f64, height: f64, pixel_ratio: f64) {
    // `as` takes NaN to 0 and what is too large to the largest.
    let device = |length: f64| (length * pixel_ratio).round() as u32;
    let (width, height) = (device(width), device(height));
    if canvas.width() != width {
        canvas.set_width(width);
    }
    if canvas.height() != height {
        canvas.set_height(height);
    }
}

/// Measures text as this canvas would draw it: what
/// [`LineChart::frame`](crate::LineChart::frame) asks for. Make a new one after
/// [`resize`], which makes the canvas forget its font.
pub fn measure(context: &CanvasRenderingContext2d) -> impl Fn(&str, &str) -> f64 {
    // Setting a font makes the browser parse it: only when it changes.
    let current = RefCell::new(String::new());
    move |text, font| {
        let mut current = current.borrow_mut();
        if *current != font {
            context.set_font(font);
            font.clone_into(&mut current);
        }
        // A canvas that cannot measure cannot draw text either.
        context.measure_text(text).map_or(0.0, |metrics| metrics.width())
    }
}

/// Paints commands on a canvas with `pixel_ratio` device pixels a CSS pixel.
/// What is on the canvas stays below: clear it first, or begin with a
/// [`Draw::Fill`].
pub fn paint(context: &CanvasRenderingContext2d, draws: &[Draw], pixel_ratio: f64) {
    context.save();
    // These calls fail only on a negative radius or a matrix of the wrong type,
    // which none of the commands has.
    let _ = context.set_transform(pixel_ratio, 0.0, 0.0, pixel_ratio, 0.0, 0.0);
    context.set_line_join("round");
    // A run of one point is a line without length: only its cap shows.
    context.set_line_cap("round");
    context.set_text_baseline("middle");
    for draw in draws {
        command(context, draw);
    }
    context.restore();
}

/// Clears a canvas: for an overlay, before its commands are painted.
pub fn clear(context: &CanvasRenderingContext2d) {
    if let Some(canvas) = context.canvas() {
        context.save();
        let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, canvas.width().into(), canvas.height().into());
        context.restore();
    }
}

fn command(context: &CanvasRenderingContext2d, draw: &Draw) {
    match draw {
        Draw::Line { path, colour, width, opacity } => {
            context.set_global_alpha(*opacity);
            context.set_stroke_style_str(colour);
            context.set_line_width(*width);
            line(context, path, *opacity);
        }
        Draw::Columns { spans, width, colour, opacity } => {
            context.set_global_alpha(*opacity);
            context.set_stroke_style_str(colour);
            context.set_line_width(*width);
            columns(context, spans);
        }
        Draw::Dots { centres, radius, colour, ring, opacity } => {
            context.set_global_alpha(*opacity);
            if let Some(ring) = ring {
                context.set_fill_style_str(ring);
                dots(context, centres, radius + RING);
            }
            context.set_fill_style_str(colour);
            dots(context, centres, *radius);
        }
        Draw::Fill { rect, colour, opacity } => {
            context.set_global_alpha(*opacity);
            context.set_fill_style_str(colour);
            context.fill_rect(rect.x, rect.y, rect.width, rect.height);
        }
        Draw::Text { text, at, anchor, colour, font } => {
            context.set_global_alpha(1.0);
            context.set_fill_style_str(colour);
            context.set_font(font);
            context.set_text_align(match anchor {
                Anchor::Start => "left",
                Anchor::Middle => "center",
                Anchor::End => "right",
            });
            let _ = context.fill_text(text, at.x, at.y);
        }
        Draw::Clip(rect) => {
            context.save();
            context.begin_path();
            context.rect(rect.x, rect.y, rect.width, rect.height);
            context.clip();
        }
        Draw::Unclip => context.restore(),
    }
}

/// The most corners of one stroke: browsers take a line in pieces several times
/// as fast as one long zigzag.
const PIECE: usize = 24;

/// Strokes all runs, a piece at a time.
fn line(context: &CanvasRenderingContext2d, path: &Path, opacity: f64) {
    // Where pieces meet, their caps lie above each other: seen only through.
    context.set_line_cap(if opacity < 1.0 { "butt" } else { "round" });
    let mut corners = 0;
    context.begin_path();
    for run in path.runs() {
        if let Some(first) = run.first() {
            context.move_to(first.x, first.y);
            // A run of one point is a line without length, of which the caps show.
            context.line_to(first.x, first.y);
        }
        for point in run.iter().skip(1) {
            context.line_to(point.x, point.y);
            corners += 1;
            if corners % PIECE == 0 {
                context.stroke();
                context.begin_path();
                context.move_to(point.x, point.y);
            }
        }
    }
    context.stroke();
    context.set_line_cap("round");
}

/// All columns in one stroke. Without caps: each is as long as it says.
fn columns(context: &CanvasRenderingContext2d, spans: &[Span]) {
    context.set_line_cap("butt");
    context.begin_path();
    for span in spans {
        context.move_to(span.x, span.top);
        context.line_to(span.x, span.bottom);
    }
    context.stroke();
    context.set_line_cap("round");
}

/// All dots in one fill.
fn dots(context: &CanvasRenderingContext2d, centres: &[Point], radius: f64) {
    let radius = radius.max(0.0);
    context.begin_path();
    for centre in centres {
        // Else a line would join the circles.
        context.move_to(centre.x + radius, centre.y);
        let _ = context.arc(centre.x, centre.y, radius, 0.0, TAU);
    }
    context.fill();
}
