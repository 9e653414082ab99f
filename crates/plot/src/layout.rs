//! Where everything stands: margins, scales, ticks and labels that fit.

use crate::draw::Rect;
use crate::line_chart::LineChart;
use crate::points::{Points, XKind};
use crate::scale::{Domain, Scale, ScaleKind};
use crate::ticks::{self, Tick};

/// The width of a text in CSS pixels, in a CSS font.
pub type Measure<'a> = &'a dyn Fn(&str, &str) -> f64;

/// The longest side of a chart, in CSS pixels.
const MOST_PIXELS: f64 = 16_384.0;
/// Between a label and what it labels.
const GAP: f64 = 8.0;
/// Between two labels of the x axis.
const SPACE: f64 = 14.0;
/// Between the left edge of a direct label and its text: room for its mark.
pub(crate) const MARK: f64 = 14.0;
/// Below this width, direct labels would take too much of a chart.
const LABELLED_WIDTH: f64 = 320.0;
/// Direct labels take no more than this share of the width.
const LABELLED_SHARE: f64 = 0.3;

/// Where everything stands. It serves until series, size, view or theme change;
/// moving the pointer does not change it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The whole chart.
    pub frame: Rect,
    /// Device pixels a CSS pixel, between 0.25 and 8.
    pub pixel_ratio: f64,
    /// The part that lines are drawn in.
    pub plot: Rect,
    /// From x to pixels and back.
    pub x: Scale,
    /// From values to pixels and back.
    pub y: Scale,
    /// Ticks of the x axis.
    pub x_ticks: Vec<PlacedTick>,
    /// Ticks of the y axis.
    pub y_ticks: Vec<PlacedTick>,
    /// Names at the ends of the lines: all of them, or none if they do not fit
    /// or there is only one series. Then the page may need a legend.
    pub labels: Vec<EndLabel>,
}

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

/// The name of a series at the end of its line.
#[derive(Clone, Debug, PartialEq)]
pub struct EndLabel {
    /// The index in [`LineChart::series`].
    pub series: usize,
    /// The name, shortened to the room that there is.
    pub text: String,
    /// The middle of the text, from the top.
    pub y: f64,
}

impl Layout {
    /// Columns of device pixels in the plot.
    #[must_use]
    pub fn columns(&self) -> usize {
        (self.plot.width * self.pixel_ratio).ceil() as usize
    }
}

/// Lays a chart out; `None` if no point can be drawn.
pub(crate) fn layout(chart: &LineChart, measure: Measure<'_>) -> Option<Layout> {
    let font = chart.theme.font();
    let width_of = |text: &str| {
        let width = measure(text, &font);
        if width.is_finite() { width.max(0.0) } else { 0.0 }
    };
    let line = chart.theme.font_size.clamp(1.0, 100.0) + 3.0;
    let frame = frame(chart);
    let pixel_ratio =
        if chart.pixel_ratio.is_finite() { chart.pixel_ratio.clamp(0.25, 8.0) } else { 1.0 };

    let x_domain = x_domain(chart)?;
    let y_domain = y_domain(chart, x_domain)?;

    // Top to bottom.
    let top = (line / 2.0).ceil();
    let height = (frame.height - top - line - GAP).max(1.0);
    let y_max = ((height / (2.5 * line)) as usize).clamp(2, 10);
    let (y_domain, y_ticks) = match (chart.view.y, chart.y_scale) {
        (None, kind) => ticks::nice(y_domain, kind, y_max),
        (Some(_), ScaleKind::Linear) => (y_domain, ticks::numbers(y_domain, y_max)),
        (Some(_), ScaleKind::Log) => (y_domain, ticks::log(y_domain, y_max)),
    };
    let y = Scale::new(chart.y_scale, y_domain, top + height, top);

    // Left to right.
    let widest = y_ticks.iter().map(|tick| width_of(&tick.label)).fold(0.0, f64::max);
    let left = (widest + GAP).ceil().min(frame.width / 2.0);
    let mut labels = end_labels(chart, &frame, height, line, &width_of);
    let names = labels.iter().map(|label| width_of(&label.text)).fold(0.0, f64::max);
    let right = if labels.is_empty() { GAP } else { (names + MARK + GAP).ceil() };
    let plot = Rect { x: left, y: top, width: (frame.width - left - right).max(1.0), height };
    let x = Scale::new(ScaleKind::Linear, x_domain, plot.x, plot.right());
    spread(chart, &mut labels, &x, &y, &plot, line);

    let y_ticks = y_ticks.into_iter().filter_map(|tick| {
        let at = y.to_px(tick.value)?;
        Some(PlacedTick { at, label_at: at, label: tick.label })
    });
    Some(Layout {
        x_ticks: x_ticks(chart, &x, &frame, &width_of),
        y_ticks: y_ticks.collect(),
        frame,
        pixel_ratio,
        plot,
        x,
        y,
        labels,
    })
}

/// The whole chart, with sides that are numbers.
pub(crate) fn frame(chart: &LineChart) -> Rect {
    let side = |length: f64| if length.is_finite() { length.clamp(0.0, MOST_PIXELS) } else { 0.0 };
    Rect { x: 0.0, y: 0.0, width: side(chart.width), height: side(chart.height) }
}

/// What a scale can show of a series.
pub(crate) fn drawable(points: &Points, kind: ScaleKind) -> Points {
    match kind {
        ScaleKind::Linear => points.clone(),
        ScaleKind::Log => points.positive(),
    }
}

/// The first and last x of all series.
fn x_ends(chart: &LineChart) -> Option<(f64, f64)> {
    let ends = chart.series.iter().filter_map(|series| {
        let points = drawable(&series.points, chart.y_scale);
        Some((*points.xs().first()?, *points.xs().last()?))
    });
    ends.reduce(|(lo, hi), (first, last)| (lo.min(first), hi.max(last)))
}

/// The view, or all x of all series.
fn x_domain(chart: &LineChart) -> Option<Domain> {
    let pad = match chart.x_kind {
        XKind::Step => 1.0,
        XKind::WallTime | XKind::RelativeTime => 1000.0,
    };
    let (lo, hi) = x_ends(chart)?;
    let viewed = chart.view.x.and_then(|(lo, hi)| Domain::new_or_around(lo, hi, pad));
    viewed.or_else(|| Domain::new_or_around(lo, hi, pad))
}

/// The view, or the values of all points in the x domain, smoothed or not.
fn y_domain(chart: &LineChart, x: Domain) -> Option<Domain> {
    if let Some(viewed) = chart.view.y.and_then(|(lo, hi)| Domain::new(lo, hi)) {
        return Some(viewed);
    }
    let lines = chart.series.iter().flat_map(|series| [Some(&series.points), series.raw.as_ref()]);
    let found = lines
        .flatten()
        .filter_map(|points| {
            let points = drawable(points, chart.y_scale);
            // With the neighbours outside, whose lines reach in.
            let inside = points.between(x.lo(), x.hi());
            let extrema = points.extrema(inside.clone()).or_else(|| {
                points.extrema(inside.start.saturating_sub(1)..inside.end.saturating_add(1))
            })?;
            Some((extrema.min, extrema.max))
        })
        .reduce(|(lo, hi), (min, max)| (lo.min(min), hi.max(max)));
    match found {
        Some((lo, hi)) => Domain::new(lo, hi),
        None => Some(Domain::UNIT),
    }
}

/// As many ticks as have labels that do not touch.
fn x_ticks(
    chart: &LineChart,
    x: &Scale,
    frame: &Rect,
    width_of: &dyn Fn(&str) -> f64,
) -> Vec<PlacedTick> {
    let domain = x.domain();
    let single = match (chart.x_kind, x_ends(chart)) {
        (XKind::Step, Some((lo, hi))) if lo == hi => Some(lo),
        _ => None,
    };
    let plot_width = x.to_px(domain.hi()).unwrap_or(0.0) - x.to_px(domain.lo()).unwrap_or(0.0);
    let mut max = ((plot_width / 56.0) as usize).clamp(1, 12);
    loop {
        let mut ticks: Vec<Tick> = match chart.x_kind {
            XKind::Step => ticks::integers(domain, max),
            XKind::WallTime => ticks::times(domain, chart.utc_offset, max),
            XKind::RelativeTime => ticks::durations(domain, max),
        };
        // Around a single step there are no steps to read.
        ticks.retain(|tick| single.is_none_or(|step| tick.value == step));
        let mut end = f64::NEG_INFINITY;
        let mut fits = true;
        let placed = ticks.into_iter().filter_map(|tick| {
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

/// The names of the series, if there are several and all of them fit.
fn end_labels(
    chart: &LineChart,
    frame: &Rect,
    height: f64,
    line: f64,
    width_of: &dyn Fn(&str) -> f64,
) -> Vec<EndLabel> {
    let count = chart.series.len();
    if count < 2 || count as f64 * line > height || frame.width < LABELLED_WIDTH {
        return Vec::new();
    }
    let room = frame.width * LABELLED_SHARE - MARK - GAP;
    let label = |(series, label): (usize, &str)| EndLabel {
        series,
        text: shortened(label, room, width_of),
        y: 0.0,
    };
    chart.series.iter().map(|series| &*series.label).enumerate().map(label).collect()
}

/// The text, or as much of its beginning as fits, with an ellipsis.
fn shortened(text: &str, room: f64, width_of: &dyn Fn(&str) -> f64) -> String {
    if width_of(text) <= room {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(64).collect();
    while short.pop().is_some() {
        let candidate = format!("{}…", short.trim_end());
        if width_of(&candidate) <= room {
            return candidate;
        }
    }
    "…".to_owned()
}

/// Puts each label at the end of its line, then moves them apart. A series that
/// has nothing in view loses its label.
fn spread(
    chart: &LineChart,
    labels: &mut Vec<EndLabel>,
    x: &Scale,
    y: &Scale,
    plot: &Rect,
    line: f64,
) {
    let domain = x.domain();
    labels.retain_mut(|label| {
        let Some(series) = chart.series.get(label.series) else { return false };
        let points = drawable(&series.points, chart.y_scale);
        let last = points.between(domain.lo(), domain.hi()).end.checked_sub(1);
        let Some(at) = last.and_then(|last| y.to_px(points.get(last)?.1)) else { return false };
        label.y = at.clamp(plot.y, plot.bottom());
        true
    });
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    // Down, so that none touch; then up, so that none leave the plot.
    let mut least = f64::NEG_INFINITY;
    for label in labels.iter_mut() {
        label.y = label.y.max(least);
        least = label.y + line;
    }
    let mut most = plot.bottom();
    for label in labels.iter_mut().rev() {
        label.y = label.y.min(most);
        most = label.y - line;
    }
}
