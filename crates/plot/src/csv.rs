//! The numbers of a chart, as a table for other programs.

use std::fmt::Write as _;

use crate::line_chart::LineChart;
use crate::points::XKind;

/// Every point of every line, a row each, whatever part is shown: the series,
/// x, y, and y before smoothing where it was smoothed.
#[must_use]
pub fn lines(chart: &LineChart) -> String {
    let x = match chart.x_kind {
        XKind::Step => "step",
        XKind::WallTime => "time_ms",
        XKind::RelativeTime => "relative_ms",
        XKind::Value if chart.x_name.is_empty() => "x",
        XKind::Value => &chart.x_name,
    };
    let smoothed = chart.series.iter().any(|series| series.raw.is_some());
    let band = chart.series.iter().any(|series| series.band.is_some());
    let mut out = row(&["id", "series", x, "value"]);
    out.truncate(out.trim_end().len());
    out.push_str(if smoothed { ",raw" } else { "" });
    out.push_str(if band { ",min,max" } else { "" });
    out.push_str("\r\n");
    for series in &chart.series {
        let head = format!("{},{}", field(&series.id), field(&series.label));
        for (at, (x, y)) in series.points.xs().iter().zip(series.points.ys()).enumerate() {
            write!(out, "{head},{x},{y}").ok();
            if smoothed {
                let raw = series.raw.as_ref().unwrap_or(&series.points).ys().get(at);
                write!(out, ",{}", raw.map(f64::to_string).unwrap_or_default()).ok();
            }
            if band {
                let ends = series
                    .band
                    .as_ref()
                    .and_then(|band| Some((*band.low.ys().get(at)?, *band.high.ys().get(at)?)));
                let (low, high) = ends.unwrap_or((*y, *y));
                write!(out, ",{low},{high}").ok();
            }
            out.push_str("\r\n");
        }
    }
    out
}

/// One row.
#[must_use]
pub fn row(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|text| field(text)).collect();
    fields.join(",") + "\r\n"
}

/// A text as a field: in quotes where it needs them, and with an apostrophe
/// before what a spreadsheet would take for a formula.
fn field(text: &str) -> String {
    let formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Points, Series, Smoothing};

    #[test]
    fn every_point_is_a_row() {
        let points = Points::new(&[0.0, 1.0, 2.0], &[1.0, f64::NAN, 3.0]);
        let series = Series::new("a", "run, \"a\"", points);
        let chart = LineChart { series: vec![series.clone()], ..LineChart::default() };
        assert_eq!(
            lines(&chart),
            "id,series,step,value\r\na,\"run, \"\"a\"\"\",0,1\r\na,\"run, \"\"a\"\"\",2,3\r\n"
        );
        let smooth = series.smoothed(Smoothing::Ema(50.5));
        let chart = LineChart { series: vec![smooth], ..LineChart::default() };
        assert!(lines(&chart).starts_with("id,series,step,value,raw\r\n"));
    }

    #[test]
    fn nothing_is_run_by_a_spreadsheet() {
        assert_eq!(row(&["=1+1", "-3", "@x", "a"]), "'=1+1,-3,'@x,a\r\n");
    }
}
