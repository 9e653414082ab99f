//! Smoothing of a line: MLflow's exponential moving average without the
//! start-up bias, and the mean and the median of a window.

use std::collections::VecDeque;

use crate::points::Points;

/// The greatest smoothness that MLflow's slider gives.
pub const MAX_SMOOTHNESS: f64 = 100.0;

/// The widest window: beyond it a line says nothing any more.
pub const MAX_WINDOW: usize = 9_999;

/// How a line is smoothed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Smoothing {
    /// Not at all.
    #[default]
    None,
    /// MLflow's moving average: see [`smooth`].
    Ema(f64),
    /// The mean of so many values around each; an even window takes one more
    /// from the left.
    Mean(usize),
    /// The median of so many values around each: a single spike leaves no trace.
    Median(usize),
}

impl Smoothing {
    /// `points` smoothed. Windows are shorter at the ends and at gaps, and a
    /// gap stays a gap.
    #[must_use]
    pub fn apply(self, points: &Points) -> Points {
        match self {
            Self::None => points.clone(),
            Self::Ema(smoothness) => smooth(points, smoothness),
            Self::Mean(window) => windowed(points, window, mean),
            Self::Median(window) => windowed(points, window, median),
        }
    }
}

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

/// Replaces each value by what `of` makes of the window around it, run by run.
fn windowed(points: &Points, window: usize, of: fn(&[f64], usize) -> Vec<f64>) -> Points {
    let window = window.min(MAX_WINDOW);
    if window < 2 {
        return points.clone();
    }
    let ys = points.ys();
    let mut smoothed = Vec::with_capacity(ys.len());
    let mut start = 0;
    for &end in points.gaps().iter().chain(std::iter::once(&ys.len())) {
        smoothed.extend(of(ys.get(start..end).unwrap_or_default(), window));
        start = end;
    }
    let mut smoothed = smoothed.into_iter();
    points.map_values(|value| smoothed.next().unwrap_or(value))
}

/// For each value, where its window begins and ends.
fn windows(count: usize, window: usize) -> impl Iterator<Item = (usize, usize)> {
    let (before, after) = (window / 2, window.div_ceil(2));
    (0..count).map(move |at| (at.saturating_sub(before), (at + after).min(count)))
}

fn mean(ys: &[f64], window: usize) -> Vec<f64> {
    let (mut begin, mut end, mut sum) = (0, 0, 0.0);
    let step = |(from, to): (usize, usize)| {
        // Added anew now and then, so that rounding does not pile up.
        if from % 512 == 0 && from != begin {
            sum = ys.get(from..to).unwrap_or_default().iter().sum();
        } else {
            sum += ys.get(end..to).unwrap_or_default().iter().sum::<f64>();
            sum -= ys.get(begin..from).unwrap_or_default().iter().sum::<f64>();
        }
        (begin, end) = (from, to);
        sum / (to - from) as f64
    };
    windows(ys.len(), window).map(step).collect()
}

fn median(ys: &[f64], window: usize) -> Vec<f64> {
    // The window, sorted: a value comes and a value goes by binary search.
    let mut sorted: VecDeque<f64> = VecDeque::with_capacity(window + 1);
    let (mut begin, mut end) = (0, 0);
    let step = |(from, to): (usize, usize)| {
        for value in ys.get(end..to).unwrap_or_default() {
            let at = sorted.partition_point(|known| known < value);
            sorted.insert(at, *value);
        }
        for value in ys.get(begin..from).unwrap_or_default() {
            let at = sorted.partition_point(|known| known < value);
            sorted.remove(at);
        }
        (begin, end) = (from, to);
        let middle = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
        let half = sorted.len() / 2;
        if sorted.len() % 2 == 1 {
            middle(half)
        } else {
            middle(half.saturating_sub(1)).midpoint(middle(half))
        }
    };
    windows(ys.len(), window).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    fn ys(values: &[f64]) -> Points {
        let xs: Vec<f64> = (0..values.len()).map(|x| x as f64).collect();
        Points::new(&xs, values)
    }

    #[test]
    fn a_window_is_shorter_at_the_ends_and_at_gaps() {
        let points = ys(&[3.0, 0.0, 6.0, 9.0, f64::NAN, 1.0, 2.0]);
        let mean = Smoothing::Mean(3).apply(&points);
        assert_eq!(mean.ys(), [1.5, 3.0, 5.0, 7.5, 1.5, 1.5]);
        assert_eq!(mean.gaps(), [4]);
        let median = Smoothing::Median(3).apply(&points);
        assert_eq!(median.ys(), [1.5, 3.0, 6.0, 7.5, 1.5, 1.5]);
        assert_eq!(Smoothing::Mean(1).apply(&points), points);
        assert_eq!(Smoothing::None.apply(&points), points);
    }

    #[test]
    fn a_median_forgets_a_spike() {
        let points = ys(&[1.0, 1.0, 100.0, 1.0, 1.0, 2.0]);
        assert_eq!(Smoothing::Median(3).apply(&points).ys()[2], 1.0);
    }

    proptest! {
        #[test]
        fn windows_give_what_a_loop_gives(
            values in proptest::collection::vec(-9.0..9.0_f64, 1..1400), window in 2..40_usize,
        ) {
            let points = ys(&values);
            let mean = Smoothing::Mean(window).apply(&points);
            let median = Smoothing::Median(window).apply(&points);
            for at in 0..values.len() {
                let from = at.saturating_sub(window / 2);
                let to = (at + window.div_ceil(2)).min(values.len());
                let mut inside = values[from..to].to_vec();
                let expected = inside.iter().sum::<f64>() / inside.len() as f64;
                prop_assert!((mean.ys()[at] - expected).abs() < 1e-9);
                inside.sort_by(f64::total_cmp);
                let half = inside.len() / 2;
                let expected = if inside.len() % 2 == 1 {
                    inside[half]
                } else {
                    inside[half - 1].midpoint(inside[half])
                };
                prop_assert_eq!(median.ys()[at], expected);
            }
        }
    }
}
