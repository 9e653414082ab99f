//! A chart in words.

use crate::format::value;
use crate::line_chart::LineChart;
use crate::points::XKind;
use crate::series::Series;

/// Nobody listens to more series than this.
const MOST: usize = 20;

pub(crate) fn summary(chart: &LineChart) -> String {
    let by = match chart.x_kind {
        XKind::Step => "step",
        XKind::WallTime => "wall time",
        XKind::RelativeTime => "relative time",
        XKind::Value if chart.x_name.is_empty() => "value",
        XKind::Value => &chart.x_name,
    };
    let title = if chart.title.is_empty() { String::new() } else { format!(" of {}", chart.title) };
    let mut text = format!("Line chart{title} by {by}.");
    if chart.series.is_empty() {
        text.push_str(" No points.");
    }
    for series in chart.series.iter().take(MOST) {
        text.push(' ');
        text.push_str(&sentence(chart, series));
    }
    if let Some(more) = chart.series.len().checked_sub(MOST).filter(|&more| more > 0) {
        text.push_str(&format!(" And {more} more series."));
    }
    text
}

/// What happens in one series: where it begins, ends, and is lowest and highest,
/// before smoothing.
fn sentence(chart: &LineChart, series: &Series) -> String {
    let points = series.raw.as_ref().unwrap_or(&series.points);
    let name = &series.label;
    let missing = match points.missing() {
        0 => String::new(),
        1 => " and 1 value that is not a finite number".to_owned(),
        many => format!(" and {many} values that are not finite numbers"),
    };
    let at = |index: usize| -> Option<String> {
        let (x, y) = points.get(index)?;
        let place = match chart.x_kind {
            XKind::Step | XKind::WallTime | XKind::Value => format!("at {}", chart.x_label(x)),
            XKind::RelativeTime => format!("after {}", chart.x_label(x)),
        };
        Some(format!("{} {place}", value(y)))
    };
    let count = points.len();
    let said = || -> Option<String> {
        if count == 1 {
            return Some(format!("{name}: 1 point{missing}, {}.", at(0)?));
        }
        let extrema = points.extrema(0..count)?;
        Some(format!(
            "{name}: {count} points{missing}, first {}, last {}, lowest {}, highest {}.",
            at(0)?,
            at(count.checked_sub(1)?)?,
            at(extrema.lowest)?,
            at(extrema.highest)?,
        ))
    };
    said().unwrap_or_else(|| format!("{name}: no points{missing}."))
}
