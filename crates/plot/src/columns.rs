//! Dense lines as columns of ink: one vertical stroke a column of device pixels.
//!
//! A browser strokes a zigzag of a hundred thousand corners in half a second,
//! joints and all. What is seen of it is, for each column of pixels, from where
//! to where it has ink; and strokes one device pixel wide are what every canvas
//! is quickest at: the same line takes a hundredth of the time.

use crate::draw::{Path, Span};

/// The ink of a line `width` wide that goes through `path`, by columns of device
/// pixels from `left` on: at most `columns` spans, from left to right. The runs
/// of the path may not go backwards.
#[must_use]
pub fn columns(path: &Path, left: f64, columns: usize, pixel_ratio: f64, width: f64) -> Vec<Span> {
    let mut ink: Vec<Option<(f64, f64)>> = vec![None; columns];
    let device = |x: f64| (x - left) * pixel_ratio;
    let last = columns.saturating_sub(1);
    let mut mark = |column: usize, y0: f64, y1: f64| {
        if let Some(slot) = ink.get_mut(column) {
            let (lo, hi) = (y0.min(y1), y0.max(y1));
            *slot = Some(slot.map_or((lo, hi), |(top, bottom)| (top.min(lo), bottom.max(hi))));
        }
    };
    for run in path.runs() {
        let mut before = None;
        for point in run {
            let to = device(point.x);
            match before {
                None => mark((to.max(0.0) as usize).min(last), point.y, point.y),
                Some((from, y)) => across(from, y, to, point.y, last, &mut mark),
            }
            before = Some((to, point.y));
        }
    }
    let half = width / 2.0;
    let span = |(column, ink): (usize, Option<(f64, f64)>)| {
        let (top, bottom) = ink?;
        let x = left + (column as f64 + 0.5) / pixel_ratio;
        Some(Span { x, top: top - half, bottom: bottom + half })
    };
    ink.into_iter().enumerate().filter_map(span).collect()
}

/// Marks the columns that a segment from (x0, y0) to (x1, y1) crosses, each with
/// the part of it that lies there.
fn across(x0: f64, y0: f64, x1: f64, y1: f64, last: usize, mark: &mut impl FnMut(usize, f64, f64)) {
    // What lies outside has no column, but its neighbours may.
    if x1 < 0.0 || x0 > last as f64 + 1.0 {
        return;
    }
    let first = (x0.max(0.0) as usize).min(last);
    let end = (x1.max(0.0) as usize).min(last);
    if first == end {
        return mark(first, y0, y1);
    }
    let slope = (y1 - y0) / (x1 - x0);
    let at = |x: f64| y0 + (x.clamp(x0, x1) - x0) * slope;
    for column in first..=end {
        mark(column, at(column as f64), at(column as f64 + 1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Point;
    use proptest::prelude::*;

    fn path(points: &[(f64, f64)]) -> Path {
        let mut path = Path::new();
        points.iter().for_each(|&(x, y)| path.push(Point::new(x, y)));
        path
    }

    fn spans(path: &Path, count: usize) -> Vec<(f64, f64, f64)> {
        columns(path, 0.0, count, 1.0, 0.0).iter().map(|s| (s.x, s.top, s.bottom)).collect()
    }

    #[test]
    fn each_column_has_the_part_that_lies_in_it() {
        let line = path(&[(0.5, 0.0), (2.5, 4.0)]);
        assert_eq!(spans(&line, 4), [(0.5, 0.0, 1.0), (1.5, 1.0, 3.0), (2.5, 3.0, 4.0)]);
    }

    #[test]
    fn a_spike_and_a_gap_are_seen() {
        let mut line = path(&[(0.0, 5.0), (0.2, 90.0), (0.4, 5.0), (1.1, 5.0)]);
        line.lift();
        line.push(Point::new(3.5, 7.0));
        assert_eq!(spans(&line, 4), [(0.5, 5.0, 90.0), (1.5, 5.0, 5.0), (3.5, 7.0, 7.0)]);
    }

    #[test]
    fn a_column_is_a_device_pixel_and_a_line_has_a_width() {
        let got = columns(&path(&[(10.0, 1.0), (11.0, 1.0)]), 10.0, 2, 2.0, 1.5);
        let spans: Vec<_> = got.iter().map(|s| (s.x, s.top, s.bottom)).collect();
        assert_eq!(spans, [(10.25, 0.25, 1.75), (10.75, 0.25, 1.75)]);
        assert_eq!(columns(&Path::new(), 0.0, 3, 1.0, 1.0), []);
        assert_eq!(columns(&path(&[(0.0, 0.0)]), 0.0, 0, 1.0, 1.0), []);
    }

    proptest! {
        #[test]
        fn every_point_lies_in_ink(
            xs in proptest::collection::vec(-9.0..60.0_f64, 1..90), seed in 0.0..1.0_f64,
        ) {
            let mut xs = xs;
            xs.sort_by(f64::total_cmp);
            let points: Vec<(f64, f64)> =
                xs.iter().map(|&x| (x, (x * 12.9898 + seed).sin() * 100.0)).collect();
            let got = columns(&path(&points), 0.0, 50, 1.0, 1.0);
            prop_assert!(got.is_sorted_by(|a, b| a.x < b.x));
            for &(x, y) in points.iter().filter(|(x, _)| (0.0..50.0).contains(x)) {
                let span = got.iter().find(|span| span.x == x.floor() + 0.5);
                prop_assert!(span.is_some_and(|span| span.top <= y && y <= span.bottom));
            }
        }
    }
}
