//! Small charts without axes: values to the path of an SVG.

use std::fmt::Write as _;

/// A line through `values`, in a box of `width` by `height`. Where there are more
/// values than pixels, each column keeps its lowest and its highest, so that no
/// spike is lost. What is no number is left out.
pub(crate) fn line(values: &[f64], width: usize, height: f64) -> String {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let y = |value: f64| match high - low {
        span if span > 0.0 && span.is_finite() => height - (value - low) / span * height,
        _ => height / 2.0,
    };
    let last = values.len().saturating_sub(1).max(1) as f64;
    let mut path = String::new();
    let mut point = |x: f64, value: f64| {
        let letter = if path.is_empty() { 'M' } else { 'L' };
        write!(path, "{letter}{x:.1} {:.1}", y(value)).ok();
    };
    let chunk = values.len().div_ceil(width.max(1)).max(1);
    for (nth, part) in values.chunks(chunk).enumerate() {
        let x = (nth * chunk) as f64 / last * width as f64;
        let mut part = part.iter().copied().filter(|value| value.is_finite());
        let Some(first) = part.next() else { continue };
        let (mut low, mut high) = (first, first);
        for value in part {
            (low, high) = (low.min(value), high.max(value));
        }
        point(x, low);
        if high > low {
            point(x, high);
        }
    }
    path
}

/// How many of `times` fall into each of `bars` equal parts of the time from
/// `from` to `to`.
pub(crate) fn histogram(times: &[i64], from: i64, to: i64, bars: usize) -> Vec<usize> {
    let mut counts = vec![0; bars];
    let span = (to - from).max(1) as f64;
    for time in times {
        let at = (time - from) as f64 / span * bars as f64;
        if at >= 0.0
            && let Some(count) = counts.get_mut((at as usize).min(bars.saturating_sub(1)))
        {
            *count += 1;
        }
    }
    counts
}

/// Bars for `counts`, in a box of `width` by `height`.
pub(crate) fn bars(counts: &[usize], width: f64, height: f64) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = width / counts.len().max(1) as f64;
    let mut path = String::new();
    for (nth, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let tall = (*count as f64 / most * height).max(1.0);
        let (x, wide) = (nth as f64 * step, step - 1.0);
        write!(path, "M{x:.1} {height:.1}v-{tall:.1}h{wide:.1}v{tall:.1}z").ok();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_among_many_is_kept() {
        let mut values = vec![0.0; 100_000];
        values[41_234] = 1.0;
        let path = line(&values, 80, 16.0);
        assert!(path.contains(" 0.0"), "the top is reached");
        assert!(path.len() < 3000);
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        assert_eq!(line(&[], 80, 16.0), "");
        assert_eq!(line(&[f64::NAN, f64::INFINITY], 80, 16.0), "");
        assert_eq!(line(&[1.0, f64::NAN, 1.0], 80, 16.0), "M0.0 8.0L80.0 8.0");
    }

    #[test]
    fn times_are_counted_where_they_fall() {
        assert_eq!(histogram(&[0, 1, 5, 9, 10, -3], 0, 10, 2), [2, 3]);
        assert_eq!(histogram(&[], 0, 0, 3), [0, 0, 0]);
        assert_eq!(bars(&[0, 2], 4.0, 8.0), "M2.0 8.0v-8.0h1.0v8.0z");
    }
}
