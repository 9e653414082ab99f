//! MLflow's smoothing of a line: an exponential moving average without the
//! start-up bias.

use crate::points::Points;

/// The greatest smoothness that MLflow's slider gives.
pub const MAX_SMOOTHNESS: f64 = 100.0;

/// `points` with each value replaced by the weighted mean of itself and the
/// values before it, where each step back weighs `smoothness / 101` times the
/// one after it. The weights are divided by their sum, so the first value is
/// itself.
///
/// As in MLflow, a smoothness of 1 or less, a single point and a constant are
/// returned as they are. A gap stays a gap and weighs nothing.
#[must_use]
pub fn smooth(points: &Points, smoothness: f64) -> Points {
    let constant = points.extrema(0..points.len()).is_none_or(|found| found.min == found.max);
    if smoothness.is_nan() || smoothness <= 1.0 || constant {
        return points.clone();
    }
    let weight = smoothness.min(MAX_SMOOTHNESS) / (MAX_SMOOTHNESS + 1.0);
    let mut sum = 0.0;
    let mut total = 0.0;
    points.map_values(|value| {
        // Dividing by the sum of the weights is MLflow's 1 − wⁿ, without a power a point.
        sum = sum * weight + (1.0 - weight) * value;
        total = total * weight + (1.0 - weight);
        sum / total
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A weight of exactly one half.
    const HALF: f64 = 50.5;

    #[test]
    fn weights_halve_with_each_step_back() {
        let points = Points::new(&[0.0, 1.0, 2.0], &[1.0, 4.0, 8.0]);
        // 1; (4 + 1/2·1) / (3/2) = 3; (8 + 1/2·4 + 1/4·1) / (7/4) = 41/7.
        let ys = smooth(&points, HALF).ys().to_vec();
        assert_eq!(ys.len(), 3);
        for (got, want) in ys.iter().zip([1.0, 3.0, 41.0 / 7.0]) {
            assert!((got - want).abs() < 1e-12, "{got} is not {want}");
        }
    }

    #[test]
    fn nothing_to_smooth_is_left_alone() {
        let points = Points::new(&[0.0, 1.0], &[1.0, 4.0]);
        assert_eq!(smooth(&points, 1.0), points);
        assert_eq!(smooth(&points, 0.0), points);
        assert_eq!(smooth(&points, f64::NAN), points);
        let single = Points::new(&[0.0], &[3.0]);
        assert_eq!(smooth(&single, 90.0), single);
        let constant = Points::new(&[0.0, 1.0, 2.0], &[0.1, 0.1, 0.1]);
        assert_eq!(smooth(&constant, 90.0), constant);
        let empty = Points::new(&[], &[]);
        assert_eq!(smooth(&empty, 90.0), empty);
    }

    #[test]
    fn a_gap_stays_and_weighs_nothing() {
        let gap = Points::new(&[0.0, 1.0, 2.0], &[1.0, f64::NAN, 4.0]);
        let smoothed = smooth(&gap, HALF);
        assert_eq!(smoothed.ys(), [1.0, 3.0]);
        assert_eq!(smoothed.gaps(), [1]);
    }

    #[test]
    fn more_than_the_slider_gives_is_the_most_it_gives() {
        let points = Points::new(&[0.0, 1.0], &[0.0, 1.0]);
        assert_eq!(smooth(&points, 1e9), smooth(&points, 100.0));
    }
}
