//! What lies under the pointer.

use std::sync::Arc;

use crate::draw::Point;
use crate::layout::Layout;
use crate::line_chart::LineChart;
use crate::theme::Colour;

/// The values under the pointer, for the page to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Readout {
    /// The x of the crosshair: that of the point nearest to the pointer.
    pub x: f64,
    /// The same in words, such as `step 120`.
    pub x_label: String,
    /// Where the crosshair stands, in CSS pixels from the left.
    pub x_px: f64,
    /// One for each series that has points in view, highest value first.
    pub entries: Vec<ReadoutEntry>,
    /// The entry whose point is nearest to the pointer.
    pub nearest: Option<usize>,
}

/// The value of one series under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadoutEntry {
    /// The index in [`LineChart::series`].
    pub series: usize,
    /// The id of the series.
    pub id: Arc<str>,
    /// The label of the series.
    pub label: Arc<str>,
    /// The colour of the series.
    pub colour: Colour,
    /// The x of the point, which may differ from the crosshair's.
    pub x: f64,
    /// The value, smoothed if the series is.
    pub y: f64,
    /// The value before smoothing, of a smoothed series.
    pub raw: Option<f64>,
    /// Where the point is drawn; `None` if its value has no place on the axis.
    pub at: Option<Point>,
}

/// The readout for a pointer inside the plot; `None` for one outside, and where
/// no series has points in view.
#[must_use]
pub fn readout(chart: &LineChart, layout: &Layout, pointer: Point) -> Option<Readout> {
    if !layout.plot.contains(pointer) {
        return None;
    }
    let domain = layout.x.domain();
    let wanted = layout.x.to_value(pointer.x);
    // The point of a series nearest to a place, among those in view.
    let nearest = |series: usize, place: f64| -> Option<usize> {
        let points = &chart.series.get(series)?.points;
        let view = points.between(domain.lo(), domain.hi());
        let last = view.end.checked_sub(1).filter(|&last| last >= view.start)?;
        Some(points.nearest(place)?.clamp(view.start, last))
    };
    let x_of = |series: usize, index: usize| Some(chart.series.get(series)?.points.get(index)?.0);
    let x = (0..chart.series.len())
        .filter_map(|series| x_of(series, nearest(series, wanted)?))
        .min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))?;

    let mut entries: Vec<ReadoutEntry> = chart
        .series
        .iter()
        .enumerate()
        .filter_map(|(at, series)| {
            let index = nearest(at, x)?;
            let (x, y) = series.points.get(index)?;
            let place = layout.x.to_px(x).zip(layout.y.to_px(y));
            Some(ReadoutEntry {
                series: at,
                id: series.id.clone(),
                label: series.label.clone(),
                colour: series.colour.clone(),
                x,
                y,
                raw: series.raw.as_ref().and_then(|raw| raw.get(index)).map(|(_, y)| y),
                at: place.map(|(x, y)| Point::new(x, y)),
            })
        })
        .collect();
    entries.sort_by(|a, b| b.y.total_cmp(&a.y));
    let distance = |at: Point| (at.x - pointer.x).hypot(at.y - pointer.y);
    let nearest = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| Some((index, distance(entry.at?))))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(index, _)| index);
    Some(Readout { x, x_label: chart.x_label(x), x_px: layout.x.to_px(x)?, entries, nearest })
}
