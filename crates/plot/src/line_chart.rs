//! The line chart.

use std::sync::Arc;

use crate::axes::{self, Axes};
use crate::columns::columns;
use crate::decimate::{Trace, trace};
use crate::draw::{Anchor, Draw, Path, Point, Rect, Span, crisp, hairline};
use crate::format;
use crate::hover::{Readout, readout};
use crate::layout::{self, Layout, MARK, Measure};
use crate::points::{Points, XKind};
use crate::scale::ScaleKind;
use crate::series::{Band, Series};
use crate::summary;
use crate::theme::Theme;
use crate::ticks;
use crate::view::View;

/// Where all lines have fewer points than this, each is a dot, as in MLflow.
const DOTTED: usize = 60;
const LINE_WIDTH: f64 = 1.5;
const DOT_RADIUS: f64 = 2.0;
const HOVER_RADIUS: f64 = 3.5;
/// How far lines and dots may reach over the edge of the plot.
const OVERHANG: f64 = 4.0;
/// Corners in a whole chart up to which its lines are stroked with round joints.
/// Beyond it, browsers take longer than a frame: see [`columns`].
const STROKED: usize = 9_000;
/// The opacity of the band of a group.
const BAND: f64 = 0.18;
/// The opacity of what lies behind a smoothed line.
const BEHIND: f64 = 0.25;
/// The opacity of the series that are not in focus.
const OUT_OF_FOCUS: f64 = 0.15;

/// Whether each point of a line is marked with a dot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markers {
    /// Where all lines have fewer than 60 points, as MLflow does.
    #[default]
    Auto,
    /// Always, as long as there is a pixel for each.
    On,
    /// Only on points that no line reaches.
    Off,
}

/// A chart of lines over steps, time or another metric.
///
/// ```
/// use plot::{LineChart, Points, Sample, Series, Smoothing, XKind};
///
/// let history = [
///     Sample { step: 0, timestamp: 1_700_000_000_000, value: 0.9 },
///     Sample { step: 1, timestamp: 1_700_000_060_000, value: 0.4 },
/// ];
/// let points = Points::from_samples(&history, XKind::RelativeTime);
/// let chart = LineChart {
///     title: "loss".into(),
///     series: vec![Series::new("8f3a", "brave-owl-12", points).smoothed(Smoothing::Ema(60.0))],
///     x_kind: XKind::RelativeTime,
///     width: 400.0,
///     height: 200.0,
///     ..LineChart::default()
/// };
/// # let measure = |text: &str, _: &str| 6.0 * text.len() as f64;
/// let layout = chart.layout(&measure).unwrap();
/// assert_eq!(layout.x_ticks[1].label, "15s");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LineChart {
    /// The name of what is drawn, usually the metric's key. Only the summary
    /// says it: the page has a heading.
    pub title: Arc<str>,
    /// The lines; later ones are painted over earlier ones.
    pub series: Vec<Series>,
    /// What x means in all series.
    pub x_kind: XKind,
    /// What x is, said below the axis; nothing if it is clear.
    pub x_name: Arc<str>,
    /// How the x axis spreads its values. Time is never logarithmic by the
    /// calendar.
    pub x_scale: ScaleKind,
    /// How the y axis spreads its values.
    pub y_scale: ScaleKind,
    /// Whether the y axis leaves out the lowest and the highest twentieth of
    /// each line, as MLflow does.
    pub cut_outliers: bool,
    /// Whether points are marked.
    pub markers: Markers,
    /// The width in CSS pixels.
    pub width: f64,
    /// The height in CSS pixels.
    pub height: f64,
    /// Device pixels a CSS pixel, so that thin lines are crisp and decimation
    /// is exact.
    pub pixel_ratio: f64,
    /// Minutes that the reader's wall clock is ahead of UTC: one for the whole
    /// axis, also where the clock changes between summer and winter on it.
    pub utc_offset: i32,
    /// Colours and type.
    pub theme: Theme,
    /// The part of the data to show.
    pub view: View,
    /// Where the pointer is.
    pub hover: Option<Point>,
    /// Where the pointer is in another chart of the same x, while it is not in
    /// this one.
    pub cursor: Option<f64>,
    /// The id of a series to bring forward; the others fade.
    pub focus: Option<Arc<str>>,
}

impl Default for LineChart {
    fn default() -> Self {
        Self {
            title: "".into(),
            series: Vec::new(),
            x_kind: XKind::Step,
            x_name: "".into(),
            x_scale: ScaleKind::Linear,
            y_scale: ScaleKind::Linear,
            cut_outliers: false,
            markers: Markers::Auto,
            width: 0.0,
            height: 0.0,
            pixel_ratio: 1.0,
            utc_offset: 0,
            theme: Theme::default(),
            view: View::default(),
            hover: None,
            cursor: None,
            focus: None,
        }
    }
}

/// A chart, ready to paint.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// What to paint, in order.
    pub draws: Vec<Draw>,
    /// Where everything stands; `None` if no point can be drawn.
    pub layout: Option<Layout>,
    /// The values under the pointer.
    pub readout: Option<Readout>,
}

impl LineChart {
    /// Everything at once. A page that redraws at each move of the pointer may
    /// keep the [`LineChart::layout`] and the [`LineChart::base`], and paint
    /// only the [`LineChart::overlay`] on a canvas above.
    #[must_use]
    pub fn frame(&self, measure: Measure<'_>) -> Frame {
        let Some(layout) = self.layout(measure) else {
            return Frame { draws: self.empty(), layout: None, readout: None };
        };
        let mut draws = self.base(&layout);
        let readout = self.readout(&layout);
        if let Some(readout) = &readout {
            draws.extend(self.overlay(&layout, readout));
        }
        Frame { draws, layout: Some(layout), readout }
    }

    /// Where everything stands; `None` if no point can be drawn.
    #[must_use]
    pub fn layout(&self, measure: Measure<'_>) -> Option<Layout> {
        layout::layout(self, measure)
    }

    /// The first and last x of all that can be drawn.
    #[must_use]
    pub fn x_ends(&self) -> Option<(f64, f64)> {
        layout::x_ends(self)
    }

    /// The nearest x with a point beyond `x`, to the right or to the left of it.
    #[must_use]
    pub fn next_x(&self, x: f64, right: bool) -> Option<f64> {
        let beyond = self.series.iter().filter_map(|series| {
            let xs = series.points.xs();
            if right {
                xs.get(xs.partition_point(|&at| at <= x)).copied()
            } else {
                xs.get(xs.partition_point(|&at| at < x).checked_sub(1)?).copied()
            }
        });
        if right { beyond.reduce(f64::min) } else { beyond.reduce(f64::max) }
    }

    /// Axes, grid, lines and labels.
    #[must_use]
    pub fn base(&self, layout: &Layout) -> Vec<Draw> {
        let mut draws = vec![axes::backdrop(layout.frame, &self.theme)];
        self.axes(layout).draw(layout, &mut draws);
        draws.push(Draw::Clip(overhang(layout.plot)));
        let before = draws.len();
        // Later ones lie above: the one in focus comes last.
        let (front, back): (Vec<&Series>, Vec<&Series>) =
            self.series.iter().partition(|series| self.is_focus(series));
        let ordered: Vec<&Series> = back.into_iter().chain(front).collect();
        for series in &ordered {
            self.draw_band(series, layout, &mut draws);
        }
        let pens = self.pens(&ordered, layout);
        let corners = pens.iter().map(|pen| pen.trace.path.points().len()).sum();
        for pen in pens {
            self.draw_pen(pen, corners, layout, &mut draws);
        }
        let nothing = draws.len() == before;
        draws.push(Draw::Unclip);
        if nothing {
            draws.push(axes::message("no points in this part", layout.plot, &self.theme));
        }
        self.draw_labels(layout, &mut draws);
        draws
    }

    /// The values under the pointer, if it is in the plot, or at the cursor.
    #[must_use]
    pub fn readout(&self, layout: &Layout) -> Option<Readout> {
        if let Some(pointer) = self.hover {
            return readout(self, layout, pointer);
        }
        let middle = layout.plot.y + layout.plot.height / 2.0;
        let pointer = Point::new(layout.x.to_px(self.cursor?)?, middle);
        // No pointer is here, so no line is nearest to one.
        readout(self, layout, pointer).map(|readout| Readout { nearest: None, ..readout })
    }

    /// How many values have no place on a logarithmic axis: they are zero or
    /// below, and the page should say that they are left out.
    #[must_use]
    pub fn left_out(&self) -> usize {
        let of_series = |series: &Series| {
            let points = series.raw.as_ref().unwrap_or(&series.points);
            let shown = layout::drawable(points, self.y_scale);
            let of_y = shown.missing() - points.missing();
            let of_x = match self.x_scale {
                ScaleKind::Linear => 0,
                ScaleKind::Log => shown.xs().partition_point(|&x| x <= 0.0),
            };
            of_x + of_y
        };
        self.series.iter().map(of_series).sum()
    }

    /// The crosshair and the points that it reads.
    #[must_use]
    pub fn overlay(&self, layout: &Layout, readout: &Readout) -> Vec<Draw> {
        let width = hairline(layout.pixel_ratio);
        let x = crisp(readout.x_px, width, layout.pixel_ratio);
        let mut draws = vec![
            Draw::Line {
                path: Path::line(Point::new(x, layout.plot.y), Point::new(x, layout.plot.bottom())),
                colour: self.theme.accent.clone(),
                width,
                opacity: 1.0,
            },
            Draw::Clip(overhang(layout.plot)),
        ];
        draws.extend(readout.entries.iter().filter_map(|entry| {
            Some(Draw::Dots {
                centres: vec![entry.at?],
                radius: HOVER_RADIUS,
                colour: entry.colour.clone(),
                ring: Some(self.theme.background.clone()),
                opacity: 1.0,
            })
        }));
        draws.push(Draw::Unclip);
        draws
    }

    /// The chart in words, for readers who do not see it.
    #[must_use]
    pub fn summary(&self) -> String {
        summary::summary(self)
    }

    /// A place on the x axis in words: `step 120`, `14 Nov 2023 22:13:20`,
    /// `1m 30s`.
    #[must_use]
    pub fn x_label(&self, x: f64) -> String {
        match self.x_kind {
            XKind::Step => format!("step {}", format::value(x)),
            XKind::WallTime => ticks::time_label(x, self.utc_offset),
            XKind::RelativeTime => ticks::duration_label(x),
            XKind::Value if self.x_name.is_empty() => format::value(x),
            XKind::Value => format!("{} {}", self.x_name, format::value(x)),
        }
    }

    /// The axes of a chart that is laid out: enough to draw them.
    fn axes<'a>(&'a self, layout: &Layout) -> Axes<'a> {
        Axes {
            width: self.width,
            height: self.height,
            pixel_ratio: self.pixel_ratio,
            utc_offset: self.utc_offset,
            theme: &self.theme,
            x_kind: self.x_kind,
            x_scale: self.x_scale,
            x_domain: layout.x.domain(),
            x_name: &self.x_name,
            only_x: None,
            y_scale: self.y_scale,
            y_domain: layout.y.domain(),
            y_fixed: true,
            y_name: "",
            x_kinds: &[],
            y_kinds: &[],
        }
    }

    fn is_focus(&self, series: &Series) -> bool {
        self.focus.as_ref() == Some(&series.id)
    }

    fn opacity(&self, series: &Series) -> f64 {
        if self.focus.is_none() || self.is_focus(series) { 1.0 } else { OUT_OF_FOCUS }
    }

    /// A chart without points says so.
    fn empty(&self) -> Vec<Draw> {
        let hidden = self.series.iter().any(|series| !series.points.is_empty());
        let text = if hidden { "no points above zero" } else { "no points" };
        let frame = axes::frame(self.width, self.height);
        vec![axes::backdrop(frame, &self.theme), axes::message(text, frame, &self.theme)]
    }

    /// The lines of the series, in pixels, in the order in which they are drawn.
    fn pens<'a>(&self, ordered: &[&'a Series], layout: &Layout) -> Vec<Pen<'a>> {
        let mut pens = Vec::with_capacity(ordered.len());
        // All lines of a chart alike.
        let short = ordered.iter().all(|series| series.points.len() < DOTTED);
        for series in ordered {
            let opacity = self.opacity(series);
            if let Some(raw) = &series.raw {
                pens.push(self.pen(raw, series, opacity * BEHIND, false, layout));
            }
            let dotted = match self.markers {
                Markers::Auto => short,
                Markers::On => true,
                Markers::Off => false,
            };
            pens.push(self.pen(&series.points, series, opacity, dotted, layout));
        }
        pens
    }

    /// A line, with dots on all points or only on those that no line reaches.
    fn pen<'a>(
        &self,
        points: &Points,
        series: &'a Series,
        opacity: f64,
        dotted: bool,
        layout: &Layout,
    ) -> Pen<'a> {
        let points = layout::drawable(points, self.y_scale);
        let mut trace = trace(&points, &layout.x, &layout.y, layout.columns());
        let domain = layout.x.domain();
        let shown = points.between(domain.lo(), domain.hi());
        if dotted && shown.len() <= layout.columns() {
            trace.lone = shown
                .filter_map(|index| points.get(index))
                .filter_map(|(x, y)| layout.x.to_px(x).zip(layout.y.to_px(y)))
                .map(|(x, y)| Point::new(x, y))
                .collect();
        }
        Pen { series, trace, opacity }
    }

    /// Strokes a line; where the whole chart has too many corners for that, as
    /// columns of ink.
    fn draw_pen(&self, pen: Pen<'_>, corners: usize, layout: &Layout, draws: &mut Vec<Draw>) {
        let Pen { series, trace: Trace { path, lone }, opacity } = pen;
        if path.is_empty() {
            return;
        }
        let colour = series.colour.clone();
        let width = LINE_WIDTH;
        // A line with corners in every column is as well drawn as ink, and quicker.
        let own = path.points().len();
        if own > 2 * layout.columns() || (corners > STROKED && own > layout.columns() / 2) {
            let spans = columns(&path, layout.plot.x, layout.columns(), layout.pixel_ratio, width);
            draws.push(Draw::Columns { spans, width: 1.0 / layout.pixel_ratio, colour, opacity });
        } else {
            draws.push(Draw::Line { path, colour, width, opacity });
        }
        if !lone.is_empty() {
            let colour = series.colour.clone();
            draws.push(Draw::Dots {
                centres: lone,
                radius: DOT_RADIUS,
                colour,
                ring: None,
                opacity,
            });
        }
    }

    /// From where to where the members of a group reach.
    fn draw_band(&self, series: &Series, layout: &Layout, draws: &mut Vec<Draw>) {
        let Some(Band { low, high }) = &series.band else { return };
        let edge = |points: &Points| {
            let points = layout::drawable(points, self.y_scale);
            let Trace { path, .. } = trace(&points, &layout.x, &layout.y, layout.columns());
            columns(&path, layout.plot.x, layout.columns(), layout.pixel_ratio, 0.0)
        };
        // Low values are further down. Where only the higher edge has a place, on
        // a logarithmic axis, the band reaches to the bottom.
        let mut lower = edge(low).into_iter().peekable();
        let spans = edge(high).into_iter().map(|span| {
            while lower.next_if(|below| below.x < span.x).is_some() {}
            let below = lower.next_if(|below| below.x == span.x);
            Span { bottom: below.map_or(layout.plot.bottom(), |below| below.bottom), ..span }
        });
        draws.push(Draw::Columns {
            spans: spans.collect(),
            width: 1.0 / layout.pixel_ratio,
            colour: series.colour.clone(),
            opacity: BAND * self.opacity(series),
        });
    }

    fn draw_labels(&self, layout: &Layout, draws: &mut Vec<Draw>) {
        let font = self.theme.font();
        for label in &layout.labels {
            let Some(series) = self.series.get(label.series) else { continue };
            let left = layout.plot.right();
            draws.push(Draw::Dots {
                centres: vec![Point::new(left + MARK / 2.0, label.y)],
                radius: 3.0,
                colour: series.colour.clone(),
                ring: None,
                opacity: self.opacity(series),
            });
            let faded = self.opacity(series) < 1.0;
            draws.push(Draw::Text {
                text: label.text.clone(),
                at: Point::new(left + MARK, label.y),
                anchor: Anchor::Start,
                colour: if faded { self.theme.muted.clone() } else { self.theme.ink.clone() },
                font: font.clone(),
            });
        }
    }
}

/// A line that is about to be drawn.
struct Pen<'a> {
    series: &'a Series,
    trace: Trace,
    opacity: f64,
}

/// The plot with room for lines and dots that lie on its edge.
fn overhang(plot: Rect) -> Rect {
    Rect {
        x: plot.x - OVERHANG,
        y: plot.y - OVERHANG,
        width: plot.width + 2.0 * OVERHANG,
        height: plot.height + 2.0 * OVERHANG,
    }
}
