//! Two axes: margins, scales, ticks with labels that fit, and the grid.

use std::sync::Arc;

use crate::draw::{Anchor, Draw, Path, Point, Rect, crisp, hairline};
use crate::layout::{Layout, Measure, shortened};
use crate::points::XKind;
use crate::scale::{Domain, Scale, ScaleKind};
use crate::theme::Theme;
use crate::ticks::{self, Tick};

/// The longest side of a chart, in CSS pixels.
const MOST_PIXELS: f64 = 16_384.0;
/// Between a label and what it labels.
pub(crate) const GAP: f64 = 8.0;
/// The share of the width that the names of kinds may take.
const KINDS_SHARE: f64 = 0.35;
/// Between two labels of the x axis.
const SPACE: f64 = 14.0;

/// A tick in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedTick {
    /// Where its grid line is, along its axis.
    pub at: f64,
    /// Where the middle of its label is, along its axis.
    pub label_at: f64,
    /// What stands there.
    pub label: String,
}

/// What the axes of a chart show, and how much room it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axes<'a> {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) pixel_ratio: f64,
    pub(crate) utc_offset: i32,
    pub(crate) theme: &'a Theme,
    pub(crate) x_kind: XKind,
    pub(crate) x_scale: ScaleKind,
    pub(crate) x_domain: Domain,
    /// What x is, below its labels; nothing if it is clear.
    pub(crate) x_name: &'a str,
    /// The one x that may have a tick, if only one may.
    pub(crate) only_x: Option<f64>,
    pub(crate) y_scale: ScaleKind,
    pub(crate) y_domain: Domain,
    /// Whether the y axis ends where its domain does, not at round numbers.
    pub(crate) y_fixed: bool,
    /// What y is, above its labels; nothing if it is clear.
    pub(crate) y_name: &'a str,
    /// What stands at 0, 1, 2… of an axis that counts kinds instead of numbers.
    pub(crate) x_kinds: &'a [String],
    pub(crate) y_kinds: &'a [String],
}

/// The whole chart, with sides that are numbers.
pub(crate) fn frame(width: f64, height: f64) -> Rect {
    let side = |length: f64| if length.is_finite() { length.clamp(0.0, MOST_PIXELS) } else { 0.0 };
    Rect { x: 0.0, y: 0.0, width: side(width), height: side(height) }
}

/// Device pixels a CSS pixel, as a number that can be used.
pub(crate) fn sound_ratio(pixel_ratio: f64) -> f64 {
    if pixel_ratio.is_finite() { pixel_ratio.clamp(0.25, 8.0) } else { 1.0 }
}

/// The width of a text in one font, as a number that can be used.
pub(crate) fn sized<'a>(measure: Measure<'a>, font: &'a str) -> impl Fn(&str) -> f64 + 'a {
    move |text| {
        let width = measure(text, font);
        if width.is_finite() { width.max(0.0) } else { 0.0 }
    }
}

impl Axes<'_> {
    /// The whole chart.
    pub(crate) fn frame(&self) -> Rect {
        frame(self.width, self.height)
    }

    /// The height of a line of text.
    pub(crate) fn line(&self) -> f64 {
        line(self.theme)
    }

    fn top(&self) -> f64 {
        let half = (self.line() / 2.0).ceil();
        if self.y_name.is_empty() { half } else { half + self.line() + 2.0 }
    }

    /// The height of the part that data is drawn in.
    pub(crate) fn plot_height(&self) -> f64 {
        let name = if self.x_name.is_empty() { 0.0 } else { self.line() };
        (self.frame().height - self.top() - self.line() - name - GAP).max(1.0)
    }

    /// Puts everything in its place, with `right` pixels left free at the right.
    pub(crate) fn lay_out(&self, right: f64, width_of: &dyn Fn(&str) -> f64) -> Layout {
        let frame = self.frame();
        let (top, height) = (self.top(), self.plot_height());
        let y_max = ((height / (2.5 * self.line())) as usize).clamp(2, 10);
        let (y_domain, y_ticks) = match (self.y_fixed, self.y_scale) {
            _ if !self.y_kinds.is_empty() => {
                let room = frame.width * KINDS_SHARE;
                (self.y_domain, kinds(self.y_kinds, height / self.line(), room, width_of))
            }
            (false, kind) => ticks::nice(self.y_domain, kind, y_max),
            (true, ScaleKind::Linear) => (self.y_domain, ticks::numbers(self.y_domain, y_max)),
            (true, ScaleKind::Log) => (self.y_domain, ticks::log(self.y_domain, y_max)),
        };
        let y = Scale::new(self.y_scale, y_domain, top + height, top);
        let widest = y_ticks.iter().map(|tick| width_of(&tick.label)).fold(0.0, f64::max);
        let left = (widest + GAP).ceil().min(frame.width / 2.0);
        let plot = Rect { x: left, y: top, width: (frame.width - left - right).max(1.0), height };
        let x = Scale::new(self.x_scale, self.x_domain, plot.x, plot.right());
        let y_ticks = y_ticks.into_iter().filter_map(|tick| {
            let at = y.to_px(tick.value)?;
            Some(PlacedTick { at, label_at: at, label: tick.label })
        });
        Layout {
            x_ticks: self.x_ticks(&x, width_of),
            y_ticks: y_ticks.collect(),
            frame,
            pixel_ratio: sound_ratio(self.pixel_ratio),
            plot,
            x,
            y,
            labels: Vec::new(),
        }
    }

    fn ticks_of_x(&self, domain: Domain, max: usize) -> Vec<Tick> {
        let mut ticks = match (self.x_kind, self.x_scale) {
            (XKind::WallTime, _) => ticks::times(domain, self.utc_offset, max),
            (XKind::RelativeTime, ScaleKind::Linear) => ticks::durations(domain, max),
            (XKind::RelativeTime, ScaleKind::Log) => ticks::log_durations(domain, max),
            (XKind::Step, ScaleKind::Linear) => ticks::integers(domain, max),
            (XKind::Value, ScaleKind::Linear) => ticks::numbers(domain, max),
            (XKind::Step | XKind::Value, ScaleKind::Log) => ticks::log(domain, max),
        };
        ticks.retain(|tick| self.only_x.is_none_or(|only| tick.value == only));
        ticks
    }

    /// As many ticks as have labels that do not touch.
    fn x_ticks(&self, x: &Scale, width_of: &dyn Fn(&str) -> f64) -> Vec<PlacedTick> {
        let frame = self.frame();
        let domain = x.domain();
        if !self.x_kinds.is_empty() {
            let each = (x.to_px(1.0).unwrap_or(0.0) - x.to_px(0.0).unwrap_or(0.0)).abs();
            let most = (frame.width / (3.0 * self.line())).max(1.0);
            let shown = kinds(self.x_kinds, most, (each - SPACE).max(2.0 * self.line()), width_of);
            let placed = shown.into_iter().filter_map(|tick| {
                let at = x.to_px(tick.value)?;
                Some(PlacedTick { at, label_at: at, label: tick.label })
            });
            return placed.collect();
        }
        let plot_width = x.to_px(domain.hi()).unwrap_or(0.0) - x.to_px(domain.lo()).unwrap_or(0.0);
        let mut max = ((plot_width / 56.0) as usize).clamp(1, 12);
        loop {
            let mut end = f64::NEG_INFINITY;
            let mut fits = true;
            let placed = self.ticks_of_x(domain, max).into_iter().filter_map(|tick| {
                let at = x.to_px(tick.value)?;
                let half = width_of(&tick.label) / 2.0;
                let label_at = at.min(frame.width - half).max(half);
                fits &= label_at - half >= end;
                end = label_at + half + SPACE;
                Some(PlacedTick { at, label_at, label: tick.label })
            });
            let placed: Vec<PlacedTick> = placed.collect();
            if fits || max <= 1 {
                return placed;
            }
            max -= 1;
        }
    }

    /// Grid, axis line, labels and names.
    pub(crate) fn draw(&self, layout: &Layout, draws: &mut Vec<Draw>) {
        draw_grid(layout, self.theme, draws);
        let Layout { plot, frame, .. } = *layout;
        let font = self.theme.font();
        let mut text = |text: &str, at, anchor| {
            draws.push(Draw::Text {
                text: text.to_owned(),
                at,
                anchor,
                colour: self.theme.muted.clone(),
                font: font.clone(),
            });
        };
        for tick in &layout.y_ticks {
            text(&tick.label, Point::new(plot.x - 6.0, tick.label_at), Anchor::End);
        }
        let name = if self.x_name.is_empty() { 0.0 } else { self.line() };
        let below = (plot.bottom() + frame.bottom() - name) / 2.0 + 1.0;
        for tick in &layout.x_ticks {
            text(&tick.label, Point::new(tick.label_at, below), Anchor::Middle);
        }
        let middle = plot.x + plot.width / 2.0;
        if !self.x_name.is_empty() {
            let at = Point::new(middle, frame.bottom() - self.line() / 2.0);
            text(self.x_name, at, Anchor::Middle);
        }
        if !self.y_name.is_empty() {
            text(self.y_name, Point::new(0.0, self.line() / 2.0), Anchor::Start);
        }
    }
}

/// Kinds as ticks: all of them, or each second, third… where there is no room for
/// more than `most`.
fn kinds(names: &[String], most: f64, room: f64, width_of: &dyn Fn(&str) -> f64) -> Vec<Tick> {
    let stride = (names.len() as f64 / most.max(1.0)).ceil().max(1.0) as usize;
    let label = |(at, name): (usize, &String)| Tick {
        value: at as f64,
        label: shortened(name, room, width_of),
    };
    names.iter().enumerate().step_by(stride).map(label).collect()
}

/// The height of a line of text.
pub(crate) fn line(theme: &Theme) -> f64 {
    theme.font_size.clamp(1.0, 100.0) + 3.0
}

/// Grid lines at the ticks, and the line of the x axis.
pub(crate) fn draw_grid(layout: &Layout, theme: &Theme, draws: &mut Vec<Draw>) {
    let Layout { plot, pixel_ratio, .. } = *layout;
    let width = hairline(pixel_ratio);
    let line = |path, colour: &Arc<str>, opacity| Draw::Line {
        path,
        colour: colour.clone(),
        width,
        opacity,
    };
    let mut grid = Path::new();
    for tick in &layout.y_ticks {
        let y = crisp(tick.at, width, pixel_ratio);
        grid.lift();
        grid.push(Point::new(plot.x, y));
        grid.push(Point::new(plot.right(), y));
    }
    for tick in &layout.x_ticks {
        let x = crisp(tick.at, width, pixel_ratio);
        grid.lift();
        grid.push(Point::new(x, plot.y));
        grid.push(Point::new(x, plot.bottom()));
    }
    draws.push(line(grid, &theme.grid, 1.0));
    let y = crisp(plot.bottom(), width, pixel_ratio);
    let axis = Path::line(Point::new(plot.x, y), Point::new(plot.right(), y));
    draws.push(line(axis, &theme.muted, 0.5));
}

/// What a chart stands on.
pub(crate) fn backdrop(frame: Rect, theme: &Theme) -> Draw {
    Draw::Fill { rect: frame, colour: theme.background.clone(), opacity: 1.0 }
}

/// Words in the middle of a rectangle.
pub(crate) fn message(text: &str, rect: Rect, theme: &Theme) -> Draw {
    Draw::Text {
        text: text.into(),
        at: Point::new(rect.x + rect.width / 2.0, rect.y + rect.height / 2.0),
        anchor: Anchor::Middle,
        colour: theme.muted.clone(),
        font: theme.font(),
    }
}
