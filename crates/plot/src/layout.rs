//! Where the parts of a line chart stand: margins, scales, labels that fit.

use crate::axes::{Axes, GAP, PlacedTick, sized};
use crate::draw::Rect;
use crate::line_chart::LineChart;
use crate::points::{Points, XKind};
use crate::scale::{Domain, Scale, ScaleKind};

/// The width of a text in CSS pixels, in a CSS font.
pub type Measure<'a> = &'a dyn Fn(&str, &str) -> f64;

/// Between the left edge of a direct label and its text: room for its mark.
pub(crate) const MARK: f64 = 14.0;
/// Below this width, direct labels would take too much of a chart.
const LABELLED_WIDTH: f64 = 440.0;
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
    let width_of = sized(measure, &font);
    let x_domain = x_domain(chart)?;
    let axes = Axes {
        width: chart.width,
        height: chart.height,
        pixel_ratio: chart.pixel_ratio,
        utc_offset: chart.utc_offset,
        theme: &chart.theme,
        x_kind: chart.x_kind,
        x_scale: chart.x_scale,
        x_domain,
        x_name: &chart.x_name,
        only_x: single_step(chart),
        y_scale: chart.y_scale,
        y_domain: y_domain(chart, x_domain)?,
        y_fixed: chart.view.y.is_some(),
        y_name: "",
        x_kinds: &[],
        y_kinds: &[],
    };
    let line = axes.line();
    let mut labels = end_labels(chart, &axes.frame(), axes.plot_height(), line, &width_of);
    let names = labels.iter().map(|label| width_of(&label.text)).fold(0.0, f64::max);
    let right = if labels.is_empty() { GAP } else { (names + MARK + GAP).ceil() };
    let mut layout = axes.lay_out(right, &width_of);
    spread(chart, &mut labels, &layout.x, &layout.y, &layout.plot, line);
    layout.labels = labels;
    Some(layout)
}

/// What the scales can show of a series.
pub(crate) fn drawable(points: &Points, kind: ScaleKind) -> Points {
    match kind {
        ScaleKind::Linear => points.clone(),
        ScaleKind::Log => points.positive(),
    }
}

/// The first and last x of all series.
pub(crate) fn x_ends(chart: &LineChart) -> Option<(f64, f64)> {
    let ends = chart.series.iter().filter_map(|series| {
        let points = drawable(&series.points, chart.y_scale);
        let first = match chart.x_scale {
            ScaleKind::Linear => points.xs().first(),
            ScaleKind::Log => points.xs().get(points.xs().partition_point(|&x| x <= 0.0)),
        };
        Some((*first?, *points.xs().last()?))
    });
    ends.reduce(|(lo, hi), (first, last)| (lo.min(first), hi.max(last)))
}

/// The step of a chart that has only one: around it there are none to read.
fn single_step(chart: &LineChart) -> Option<f64> {
    let (lo, hi) = x_ends(chart)?;
    (chart.x_kind == XKind::Step && lo == hi).then_some(lo)
}

/// The view, or all x of all series.
fn x_domain(chart: &LineChart) -> Option<Domain> {
    let domain = |(lo, hi)| match chart.x_kind {
        XKind::Step => Domain::new_or_around(lo, hi, 1.0),
        XKind::WallTime | XKind::RelativeTime => Domain::new_or_around(lo, hi, 1000.0),
        XKind::Value => Domain::new(lo, hi),
    };
    let ends = x_ends(chart)?;
    chart.view.x.and_then(domain).or_else(|| domain(ends))
}

/// The view, or the values of all points in the x domain, smoothed or not.
fn y_domain(chart: &LineChart, x: Domain) -> Option<Domain> {
    if let Some(viewed) = chart.view.y.and_then(|(lo, hi)| Domain::new(lo, hi)) {
        return Some(viewed);
    }
    let reaches = chart.series.iter().flat_map(|series| {
        let band = series.band.as_ref();
        [
            Some(&series.points),
            series.raw.as_ref(),
            band.map(|band| &band.low),
            band.map(|band| &band.high),
        ]
    });
    let found = reaches
        .flatten()
        .filter_map(|points| {
            let points = drawable(points, chart.y_scale);
            // With the neighbours outside, whose lines reach in.
            let inside = points.between(x.lo(), x.hi());
            let extrema = points.extrema(inside.clone()).or_else(|| {
                points.extrema(inside.start.saturating_sub(1)..inside.end.saturating_add(1))
            })?;
            let (mut lo, mut hi) = (extrema.min, extrema.max);
            if let Some((low, high)) = points.bulk().filter(|_| chart.cut_outliers) {
                // Never all of it: what is in view may lie outside as a whole.
                let (cut_lo, cut_hi) = (lo.max(low), hi.min(high));
                if cut_lo <= cut_hi {
                    (lo, hi) = (cut_lo, cut_hi);
                }
            }
            Some((lo, hi))
        })
        .reduce(|(lo, hi), (min, max)| (lo.min(min), hi.max(max)));
    match found {
        Some((lo, hi)) => Domain::new(lo, hi),
        None => Some(Domain::UNIT),
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
pub(crate) fn shortened(text: &str, room: f64, width_of: &dyn Fn(&str) -> f64) -> String {
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
