//! One line of a chart.

use std::sync::Arc;

use crate::colour::series_colour;
use crate::points::Points;
use crate::smooth::Smoothing;
use crate::theme::Colour;

/// One line of a chart. Cheap to clone: the points are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What the caller knows it by, usually a run id.
    pub id: Arc<str>,
    /// What the reader knows it by, usually a run name.
    pub label: Arc<str>,
    /// The colour of line, dots and readout.
    pub colour: Colour,
    /// What the line goes through.
    pub points: Points,
    /// The points before smoothing, drawn faintly behind the line. The readout
    /// takes the point at the same index: [`Series::smoothed`] keeps them so.
    pub raw: Option<Points>,
    /// What the line is the middle of: see [`crate::group`].
    pub band: Option<Band>,
}

/// From where to where the members of a group reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The least value at each x.
    pub low: Points,
    /// The greatest value at each x.
    pub high: Points,
}

impl Series {
    /// A series in the colour of its id ([`series_colour`]), not smoothed.
    #[must_use]
    pub fn new(id: &str, label: &str, points: Points) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            colour: series_colour(id).into(),
            points,
            raw: None,
            band: None,
        }
    }

    /// The series with its line smoothed and the points as they were behind it.
    /// Smoothing a smoothed series begins from those again, and where smoothing
    /// changes nothing, there is nothing behind the line.
    #[must_use]
    pub fn smoothed(&self, smoothing: Smoothing) -> Self {
        let raw = self.raw.clone().unwrap_or_else(|| self.points.clone());
        let points = smoothing.apply(&raw);
        let raw = (points != raw).then_some(raw);
        Self { points, raw, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_keeps_the_points_and_can_be_undone() {
        let series = Series::new("a", "a", Points::new(&[0.0, 1.0], &[1.0, 2.0]));
        let smoothed = series.smoothed(Smoothing::Ema(50.5));
        assert_eq!(smoothed.raw.as_ref(), Some(&series.points));
        assert_eq!(smoothed.smoothed(Smoothing::Ema(90.0)).raw.as_ref(), Some(&series.points));
        assert_eq!(smoothed.smoothed(Smoothing::None), series);
    }
}
