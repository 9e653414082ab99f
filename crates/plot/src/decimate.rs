//! Millions of points to a few for each column of pixels, losing no spike.
//!
//! Of the points in one column only four change what is drawn: the first, the
//! lowest, the highest and the last (M4; Jugel and others, "M4: A
//! Visualization-Oriented Time Series Data Aggregation", 2014). Finding them
//! takes a binary search for the column's end and the index of
//! [`Points::extrema`], so the time grows with the columns, not the points.

use crate::draw::{Path, Point};
use crate::points::{Extrema, Points};
use crate::scale::Scale;

/// A point that [`decimate`] keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its index in the points.
    pub index: usize,
    /// Whether a gap lies between it and the one kept before it, or, for the
    /// first, the point before it.
    pub after_gap: bool,
}

/// Calls `keep`, in order, for the points in the domain of `x` that make a
/// difference when its range is `columns` columns wide: at most four a column,
/// and all of them where there are no more. Nothing is allocated.
///
/// A gap from one column to another is always kept. A gap inside a column is
/// narrower than a pixel: it is kept if all points of the column are, else left
/// out, because lines to four points far apart would no longer show what the
/// others fill.
///
/// ```
/// use plot::decimate::decimate;
/// use plot::{Domain, Points, Scale, ScaleKind};
///
/// // Nine points, two columns: x below 5, and from 5 on.
/// let points = Points::new(
///     &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
///     &[5.0, 5.5, 9.0, 1.0, 4.0, 2.0, 2.0, 2.0, 2.0],
/// );
/// let x = Scale::new(ScaleKind::Linear, Domain::new(0.0, 10.0).unwrap(), 0.0, 2.0);
/// let mut kept = Vec::new();
/// decimate(&points, &x, 2, |point| kept.push(point.index));
/// assert_eq!(kept, [0, 2, 3, 4, 5, 6, 7, 8]);
/// ```
pub fn decimate(points: &Points, x: &Scale, columns: usize, mut keep: impl FnMut(Kept)) {
    let domain = x.domain();
    let range = points.between(domain.lo(), domain.hi());
    let xs = points.xs();
    let mut gaps = points.gaps();
    gaps = gaps.get(gaps.partition_point(|&gap| gap < range.start)..).unwrap_or_default();
    let mut start = range.start;
    let mut guess = range.len() / columns.max(1);
    for column in 1..=columns {
        let rest = xs.get(start..range.end).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let end = if column == columns {
            range.end
        } else {
            let bound = x.at_share(column as f64 / columns as f64);
            start + count_below(rest, bound, guess)
        };
        let all = end - start <= 4;
        let mut send = |index: usize| {
            let passed = gaps.partition_point(|&gap| gap <= index);
            gaps = gaps.get(passed..).unwrap_or_default();
            keep(Kept { index, after_gap: passed > 0 && (all || index == start) });
        };
        if all {
            (start..end).for_each(send);
        } else if let Some(Extrema { lowest, highest, .. }) = points.extrema(start..end) {
            let mut previous = None;
            for index in [start, lowest.min(highest), lowest.max(highest), end - 1] {
                if previous != Some(index) {
                    send(index);
                }
                previous = Some(index);
            }
        }
        guess = end - start;
        start = end;
    }
}

/// How many of sorted numbers are below a bound. The search begins at a guess
/// and doubles its reach: where points are about evenly spaced, it stays within
/// a few numbers, and memory that is far apart is what takes time here.
fn count_below(sorted: &[f64], bound: f64, guess: usize) -> usize {
    let guess = guess.min(sorted.len());
    let below = |at: usize| sorted.get(at).is_some_and(|&x| x < bound);
    let mut reach = 1;
    let (lo, hi) = if below(guess) {
        while below(guess + reach) {
            reach *= 2;
        }
        (guess + reach / 2, (guess + reach).min(sorted.len()))
    } else {
        while reach < guess && !below(guess - reach) {
            reach *= 2;
        }
        (guess.saturating_sub(reach), guess)
    };
    lo + sorted.get(lo..hi).unwrap_or_default().partition_point(|&x| x < bound)
}

/// A line in pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The line.
    pub path: Path,
    /// The points that no line reaches, having a gap or nothing on either side:
    /// to be drawn as dots.
    pub lone: Vec<Point>,
}

/// The line through `points`, in pixels, decimated to `columns` columns.
///
/// It ends where it leaves the domain of `x`: there it gets a point between the
/// last one inside and the next. Values that `y` cannot place are skipped, so
/// for a logarithmic scale take [`Points::positive`].
#[must_use]
pub fn trace(points: &Points, x: &Scale, y: &Scale, columns: usize) -> Trace {
    let place = |index: usize| -> Option<Point> {
        let (at, value) = points.get(index)?;
        Some(Point::new(x.to_px(at)?, y.to_px(value)?))
    };
    let gap_before = |index: usize| points.gaps().binary_search(&index).is_ok();
    // Where the line from the point before `index` to it crosses a place.
    let crossing = |index: usize, at: f64| -> Option<Point> {
        if gap_before(index) {
            return None;
        }
        let before = index.checked_sub(1)?;
        let (x0, x1) = (points.get(before)?.0, points.get(index)?.0);
        let (from, to) = (place(before)?, place(index)?);
        let share = (at - x0) / (x1 - x0);
        Some(Point::new(x.to_px(at)?, from.y + share * (to.y - from.y)))
    };
    let domain = x.domain();
    let inside = points.between(domain.lo(), domain.hi());
    let Trace { mut path, mut lone } = Trace::default();
    if let Some(point) = crossing(inside.start, domain.lo()) {
        path.push(point);
    }
    decimate(points, x, columns, |kept| {
        if kept.after_gap {
            path.lift();
        }
        let Some(point) = place(kept.index) else { return };
        path.push(point);
        let (at, next) = (kept.index, kept.index + 1);
        if (at == 0 || kept.after_gap) && (next == points.len() || gap_before(next)) {
            lone.push(point);
        }
    });
    if let Some(point) = crossing(inside.end, domain.hi()) {
        path.push(point);
    }
    Trace { path, lone }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::{Domain, ScaleKind};
    use proptest::prelude::*;

    fn linear(lo: f64, hi: f64, from: f64, to: f64) -> Scale {
        Scale::new(ScaleKind::Linear, Domain::new(lo, hi).unwrap(), from, to)
    }

    fn kept(points: &Points, x: &Scale, columns: usize) -> Vec<Kept> {
        let mut all = Vec::new();
        decimate(points, x, columns, |point| all.push(point));
        all
    }

    #[test]
    fn a_gap_inside_a_column_is_kept_while_every_point_is() {
        let points = Points::new(&[0.0, 1.0, 2.0, 3.0], &[1.0, f64::NAN, 2.0, 3.0]);
        let Trace { path, .. } =
            trace(&points, &linear(0.0, 3.0, 0.0, 1.0), &linear(0.0, 4.0, 4.0, 0.0), 1);
        let runs: Vec<Vec<f64>> = path.runs().map(|r| r.iter().map(|p| p.y).collect()).collect();
        assert_eq!(runs, [vec![3.0], vec![2.0, 1.0]]);
    }

    #[test]
    fn a_value_missing_here_and_there_does_not_tear_a_dense_line() {
        // 1000 points in 10 columns, going up and down; each 20th is missing,
        // the first of them in the middle of a column.
        let xs: Vec<f64> = (0..1000).map(f64::from).collect();
        let value = |i: usize| if i % 20 == 10 { f64::NAN } else { (i % 7) as f64 };
        let ys: Vec<f64> = (0..1000).map(value).collect();
        let x = linear(0.0, 1000.0, 0.0, 10.0);
        let line = trace(&Points::new(&xs, &ys), &x, &linear(0.0, 6.0, 6.0, 0.0), 10);
        assert_eq!(line.path.runs().count(), 1);
        // What is missing from one column to the next is missing.
        let value = |i: usize| if (340..460).contains(&i) { f64::NAN } else { (i % 7) as f64 };
        let ys: Vec<f64> = (0..1000).map(value).collect();
        let line = trace(&Points::new(&xs, &ys), &x, &linear(0.0, 6.0, 6.0, 0.0), 10);
        assert_eq!(line.path.runs().count(), 2);
        assert_eq!(line.lone, []);
    }

    #[test]
    fn points_that_no_line_reaches_are_known() {
        let nan = f64::NAN;
        let points = Points::new(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, nan, 2.0, nan, 3.0, 4.0]);
        let y = linear(0.0, 4.0, 4.0, 0.0);
        let line = trace(&points, &linear(0.0, 5.0, 0.0, 50.0), &y, 50);
        assert_eq!(line.lone, [Point::new(0.0, 3.0), Point::new(20.0, 2.0)]);
        let single = Points::new(&[2.0], &[2.0]);
        let line = trace(&single, &linear(0.0, 4.0, 0.0, 40.0), &y, 40);
        assert_eq!(line.lone, [Point::new(20.0, 2.0)]);
    }

    #[test]
    fn a_line_ends_at_the_edges_of_the_view() {
        // From (0, 0) to (10, 10); the view is 4 to 6, and no point lies inside.
        let points = Points::new(&[0.0, 10.0], &[0.0, 10.0]);
        let Trace { path, .. } =
            trace(&points, &linear(4.0, 6.0, 0.0, 200.0), &linear(0.0, 10.0, 100.0, 0.0), 9);
        assert_eq!(path.points(), [Point::new(0.0, 60.0), Point::new(200.0, 40.0)]);
        let gap = Points::new(&[0.0, 5.0, 10.0], &[0.0, f64::NAN, 10.0]);
        let Trace { path, .. } =
            trace(&gap, &linear(4.0, 6.0, 0.0, 200.0), &linear(0.0, 10.0, 100.0, 0.0), 9);
        assert!(path.is_empty());
    }

    #[test]
    fn no_columns_and_no_points_keep_nothing() {
        let points = Points::new(&[0.0, 1.0], &[0.0, 1.0]);
        assert_eq!(kept(&points, &linear(0.0, 1.0, 0.0, 9.0), 0), []);
        assert_eq!(kept(&Points::default(), &linear(0.0, 1.0, 0.0, 9.0), 9), []);
    }

    #[test]
    fn a_wrong_guess_finds_the_same() {
        let sorted = [0.0, 1.0, 1.0, 2.0, 5.0, 5.0, 9.0];
        for guess in [0, 1, 2, 3, 4, 5, 6, 7, 8, 1000] {
            for bound in [-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 5.0, 7.0, 9.0, 10.0] {
                let expected = sorted.iter().filter(|&&x| x < bound).count();
                assert_eq!(count_below(&sorted, bound, guess), expected, "{bound} from {guess}");
            }
        }
        assert_eq!(count_below(&[], 1.0, 3), 0);
    }

    fn any_points() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let value = prop_oneof![
            8 => -100.0..100.0_f64,
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
            1 => Just(7.0),
        ];
        // Whole numbers: many points share their x.
        let place = prop_oneof![0.0..100.0_f64, (0..100_i32).prop_map(f64::from)];
        proptest::collection::vec((place, value), 0..2000)
    }

    proptest! {
        #[test]
        fn each_column_keeps_its_ends_and_extremes(
            pairs in any_points(), columns in 1..60_usize, lo in 0.0..50.0_f64, width in 1.0..90.0_f64,
        ) {
            let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let points = Points::new(&xs, &ys);
            let scale = linear(lo, lo + width, 0.0, columns as f64);
            let kept = kept(&points, &scale, columns);
            let (lo, hi) = (scale.domain().lo(), scale.domain().hi());
            let mut seen = 0;
            for column in 0..columns {
                let share = |column: usize| scale.at_share(column as f64 / columns as f64);
                let last = column + 1 == columns;
                let inside = |index: usize| {
                    let x = points.xs()[index];
                    x >= lo && x <= hi
                        && (column == 0 || x >= share(column))
                        && (last || x < share(column + 1))
                };
                let real: Vec<usize> = (0..points.len()).filter(|&i| inside(i)).collect();
                let drawn: Vec<usize> =
                    kept.iter().map(|k| k.index).filter(|&i| inside(i)).collect();
                prop_assert!(drawn.len() <= 4);
                prop_assert_eq!(real.first(), drawn.first());
                prop_assert_eq!(real.last(), drawn.last());
                let least = |of: &[usize]| of.iter().map(|&i| points.ys()[i]).fold(f64::INFINITY, f64::min);
                let most = |of: &[usize]| of.iter().map(|&i| points.ys()[i]).fold(f64::NEG_INFINITY, f64::max);
                prop_assert_eq!(least(&real), least(&drawn));
                prop_assert_eq!(most(&real), most(&drawn));
                seen += drawn.len();
            }
            prop_assert_eq!(seen, kept.len());
            prop_assert!(kept.is_sorted_by(|a, b| a.index < b.index));
            // A gap is where there is one, and left out only inside a full column.
            let column = |index: usize| {
                (1..columns)
                    .filter(|&c| points.xs()[index] >= scale.at_share(c as f64 / columns as f64))
                    .count()
            };
            for pair in kept.windows(2) {
                let (a, b) = (pair[0].index, pair[1].index);
                let between = points.gaps().iter().any(|&g| g > a && g <= b);
                prop_assert!(between || !pair[1].after_gap);
                if column(a) != column(b) || b == a + 1 && kept.len() == points.len() {
                    prop_assert_eq!(pair[1].after_gap, between);
                }
            }
        }
    }
}
