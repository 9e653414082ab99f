//! The line chart.

use std::sync::Arc;

use crate::decimate::{Trace, trace};
use crate::draw::{Anchor, Draw, Path, Point, Rect, crisp, hairline};
use crate::format;
use crate::hover::{Readout, readout};
use crate::layout::{self, Layout, MARK, Measure};
use crate::points::{Points, XKind};
use crate::scale::ScaleKind;
use crate::series::Series;
use crate::summary;
use crate::theme::Theme;
use crate::ticks;

/// Series with fewer points than this show each as a dot, as MLflow does.
const DOTTED: usize = 60;
const LINE_WIDTH: f64 = 1.5;
const DOT_RADIUS: f64 = 2.0;
const HOVER_RADIUS: f64 = 3.5;
/// How far lines and dots may reach over the edge of the plot.
const OVERHANG: f64 = 4.0;
/// The opacity of what lies behind a smoothed line.
const BEHIND: f64 = 0.25;
/// The opacity of the series that are not in focus.
const OUT_OF_FOCUS: f64 = 0.15;

/// The part of the data to show. `None` shows all of it; y then follows the
/// values in the x that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// The ends of the x axis.
    pub x: Option<(f64, f64)>,
    /// The ends of the y axis.
    pub y: Option<(f64, f64)>,
}

/// A chart of lines over steps or time.
///
/// ```
/// use plot::{LineChart, Points, Sample, Series, XKind};
///
/// let history = [
///     Sample { step: 0, timestamp: 1_700_000_000_000, value: 0.9 },
///     Sample { step: 1, timestamp: 1_700_000_060_000, value: 0.4 },
/// ];
/// let points = Points::from_samples(&history, XKind::RelativeTime);
/// let chart = LineChart {
///     title: "loss".into(),
///     series: vec![Series::new("8f3a", "brave-owl-12", points).smoothed(60.0)],
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
    /// How the y axis spreads its values.
    pub y_scale: ScaleKind,
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
    /// The id of a series to bring forward; the others fade.
    pub focus: Option<Arc<str>>,
}

impl Default for LineChart {
    fn default() -> Self {
        Self {
            title: "".into(),
            series: Vec::new(),
            x_kind: XKind::Step,
            y_scale: ScaleKind::Linear,
            width: 0.0,
            height: 0.0,
            pixel_ratio: 1.0,
            utc_offset: 0,
            theme: Theme::default(),
            view: View::default(),
            hover: None,
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

    /// Axes, grid, lines and labels.
    #[must_use]
    pub fn base(&self, layout: &Layout) -> Vec<Draw> {
        let mut draws = vec![self.backdrop()];
        self.draw_axes(layout, &mut draws);
        draws.push(Draw::Clip(overhang(layout.plot)));
        let before = draws.len();
        for series in self.series.iter().filter(|series| !self.is_focus(series)) {
            self.draw_series(series, layout, &mut draws);
        }
        for series in self.series.iter().filter(|series| self.is_focus(series)) {
            self.draw_series(series, layout, &mut draws);
        }
        let nothing = draws.len() == before;
        draws.push(Draw::Unclip);
        if nothing {
            draws.push(self.message("no points in this part", layout.plot));
        }
        self.draw_labels(layout, &mut draws);
        draws
    }

    /// The values under the pointer, if it is in the plot.
    #[must_use]
    pub fn readout(&self, layout: &Layout) -> Option<Readout> {
        readout(self, layout, self.hover?)
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
        }
    }

    fn is_focus(&self, series: &Series) -> bool {
        self.focus.as_ref() == Some(&series.id)
    }

    fn opacity(&self, series: &Series) -> f64 {
        if self.focus.is_none() || self.is_focus(series) { 1.0 } else { OUT_OF_FOCUS }
    }

    fn backdrop(&self) -> Draw {
        Draw::Fill {
            rect: layout::frame(self),
            colour: self.theme.background.clone(),
            opacity: 1.0,
        }
    }

    /// A chart without points says so.
    fn empty(&self) -> Vec<Draw> {
        let hidden = self.series.iter().any(|series| !series.points.is_empty());
        let text = if hidden { "no points above zero" } else { "no points" };
        vec![self.backdrop(), self.message(text, layout::frame(self))]
    }

    fn message(&self, text: &str, rect: Rect) -> Draw {
        Draw::Text {
            text: text.into(),
            at: Point::new(rect.x + rect.width / 2.0, rect.y + rect.height / 2.0),
            anchor: Anchor::Middle,
            colour: self.theme.muted.clone(),
            font: self.theme.font(),
        }
    }

    fn draw_axes(&self, layout: &Layout, draws: &mut Vec<Draw>) {
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
        draws.push(line(grid, &self.theme.grid, 1.0));
        let y = crisp(plot.bottom(), width, pixel_ratio);
        let axis = Path::line(Point::new(plot.x, y), Point::new(plot.right(), y));
        draws.push(line(axis, &self.theme.muted, 0.5));

        let font = self.theme.font();
        let text = |tick: &layout::PlacedTick, at, anchor| Draw::Text {
            text: tick.label.clone(),
            at,
            anchor,
            colour: self.theme.muted.clone(),
            font: font.clone(),
        };
        for tick in &layout.y_ticks {
            let at = Point::new(plot.x - 6.0, tick.label_at);
            draws.push(text(tick, at, Anchor::End));
        }
        let below = (plot.bottom() + layout.frame.bottom()) / 2.0 + 1.0;
        for tick in &layout.x_ticks {
            draws.push(text(tick, Point::new(tick.label_at, below), Anchor::Middle));
        }
    }

    fn draw_series(&self, series: &Series, layout: &Layout, draws: &mut Vec<Draw>) {
        let opacity = self.opacity(series);
        if let Some(raw) = &series.raw {
            self.draw_points(raw, series, opacity * BEHIND, false, layout, draws);
        }
        let dotted = series.points.len() < DOTTED;
        self.draw_points(&series.points, series, opacity, dotted, layout, draws);
    }

    /// A line, with dots on all points or only on those that no line reaches.
    fn draw_points(
        &self,
        points: &Points,
        series: &Series,
        opacity: f64,
        dotted: bool,
        layout: &Layout,
        draws: &mut Vec<Draw>,
    ) {
        let points = layout::drawable(points, self.y_scale);
        let Trace { path, lone } = trace(&points, &layout.x, &layout.y, layout.columns());
        if path.is_empty() {
            return;
        }
        let centres: Vec<Point> = if dotted {
            let domain = layout.x.domain();
            points
                .between(domain.lo(), domain.hi())
                .filter_map(|index| points.get(index))
                .filter_map(|(x, y)| layout.x.to_px(x).zip(layout.y.to_px(y)))
                .map(|(x, y)| Point::new(x, y))
                .collect()
        } else {
            lone
        };
        let colour = series.colour.clone();
        draws.push(Draw::Line { path, colour, width: LINE_WIDTH, opacity });
        if !centres.is_empty() {
            let colour = series.colour.clone();
            draws.push(Draw::Dots { centres, radius: DOT_RADIUS, colour, ring: None, opacity });
        }
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

/// The plot with room for lines and dots that lie on its edge.
fn overhang(plot: Rect) -> Rect {
    Rect {
        x: plot.x - OVERHANG,
        y: plot.y - OVERHANG,
        width: plot.width + 2.0 * OVERHANG,
        height: plot.height + 2.0 * OVERHANG,
    }
}
