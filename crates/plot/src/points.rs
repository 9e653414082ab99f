//! A series' points: sorted, with gaps marked and extrema indexed.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// What the x axis shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum XKind {
    /// The step of each value: x is the step.
    #[default]
    Step,
    /// When each value was logged: x is milliseconds since the Unix epoch.
    WallTime,
    /// How long after the first value each was logged: x is milliseconds.
    RelativeTime,
    /// Another number, such as the value of another metric. Samples have none:
    /// see [`Points::against`].
    Value,
}

/// One value of a metric's history, as MLflow stores it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The step.
    pub step: i64,
    /// Milliseconds since the Unix epoch.
    pub timestamp: i64,
    /// The value; NaN and infinities are allowed.
    pub value: f64,
}

/// The lowest and highest point of a range: where they are, and their values.
/// Of equal values, the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extrema {
    /// Index of the lowest.
    pub lowest: usize,
    /// Its value.
    pub min: f64,
    /// Index of the highest.
    pub highest: usize,
    /// Its value.
    pub max: f64,
}

impl Extrema {
    /// The extrema of two ranges together.
    fn with(self, other: Self) -> Self {
        let lower = other.min < self.min || other.min == self.min && other.lowest < self.lowest;
        let higher = other.max > self.max || other.max == self.max && other.highest < self.highest;
        let (lowest, min) = if lower { (other.lowest, other.min) } else { (self.lowest, self.min) };
        let (highest, max) =
            if higher { (other.highest, other.max) } else { (self.highest, self.max) };
        Self { lowest, min, highest, max }
    }

    /// The extrema of two ranges, of which either may be empty.
    fn both(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.with(b)),
            (one, None) | (None, one) => one,
        }
    }
}

/// Points, or entries of the level below, of one entry of the index.
const BLOCK: usize = 16;

/// The points of a series, in order of x. Cheap to clone: the numbers are shared.
///
/// Only points that can be drawn are kept. A value that is NaN or infinite
/// leaves a gap; a point whose x is not finite has no place and is left out.
/// MLflow's SQL store writes infinities as ±1.797…e308 (the greatest `f64`),
/// so these are infinite too.
#[derive(Clone, Debug, Default)]
pub struct Points(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Finite, not decreasing.
    xs: Vec<f64>,
    /// Finite, as many as `xs`.
    ys: Vec<f64>,
    /// Indices of the points that have a gap right before them, increasing.
    gaps: Vec<usize>,
    /// How many values were NaN or infinite.
    missing: usize,
    /// The extrema of each [`BLOCK`] points, of each [`BLOCK`] of those, and so
    /// on while there are more than one.
    levels: Vec<Vec<Extrema>>,
    /// What a logarithmic axis can show, once somebody asked.
    positive: OnceLock<Option<Points>>,
    /// See [`Points::bulk`], once somebody asked.
    bulk: OnceLock<Option<(f64, f64)>>,
}

impl Points {
    /// Points from columns. If one column is longer, its rest has no partner
    /// and is left out. Unsorted points are sorted; points of equal x keep
    /// their order.
    #[must_use]
    pub fn new(xs: &[f64], ys: &[f64]) -> Self {
        let pairs = xs.iter().copied().zip(ys.iter().copied());
        if xs.is_sorted_by(|a, b| a <= b) {
            return Self::from_sorted(pairs);
        }
        let mut placed: Vec<(f64, f64)> = pairs.filter(|(x, _)| x.is_finite()).collect();
        placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        Self::from_sorted(placed.into_iter())
    }

    /// A metric's history, placed by `x_kind`. Values of equal x are ordered by
    /// timestamp, then step, as MLflow does.
    ///
    /// Relative time counts from the earliest timestamp in the history.
    #[must_use]
    pub fn from_samples(samples: &[Sample], x_kind: XKind) -> Self {
        let by_place = |a: &Sample, b: &Sample| -> Ordering {
            match x_kind {
                XKind::Step | XKind::Value => (a.step, a.timestamp).cmp(&(b.step, b.timestamp)),
                XKind::WallTime | XKind::RelativeTime => {
                    (a.timestamp, a.step).cmp(&(b.timestamp, b.step))
                }
            }
        };
        let sorted: Vec<Sample>;
        let samples = if samples.is_sorted_by(|a, b| by_place(a, b).is_le()) {
            samples
        } else {
            let mut copy = samples.to_vec();
            copy.sort_by(by_place);
            sorted = copy;
            &sorted
        };
        let start = samples.first().map_or(0, |sample| sample.timestamp);
        Self::from_sorted(samples.iter().map(|sample| {
            let x = match x_kind {
                XKind::Step | XKind::Value => sample.step,
                XKind::WallTime => sample.timestamp,
                XKind::RelativeTime => sample.timestamp.saturating_sub(start),
            };
            (x as f64, sample.value)
        }))
    }

    /// A metric's history over another one's: x is the other's value at the same
    /// step, and a step that only one of them has is left out. Of several values
    /// of a step, the last counts.
    #[must_use]
    pub fn against(samples: &[Sample], other: &[Sample]) -> Self {
        let by_step = |samples: &[Sample]| {
            let last = |of: &mut BTreeMap<i64, Sample>, sample: &Sample| {
                let known = of.entry(sample.step).or_insert(*sample);
                if sample.timestamp >= known.timestamp {
                    *known = *sample;
                }
            };
            let mut of = BTreeMap::new();
            samples.iter().for_each(|sample| last(&mut of, sample));
            of
        };
        let other = by_step(other);
        let pairs = by_step(samples)
            .into_iter()
            .filter_map(|(step, sample)| Some((other.get(&step)?.value, sample.value)));
        let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.filter(|(x, _)| drawable(*x)).unzip();
        Self::new(&xs, &ys)
    }

    /// Points in order of x, perhaps with values that are not finite.
    fn from_sorted(pairs: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut inner = Inner::default();
        inner.xs.reserve_exact(pairs.size_hint().0);
        inner.ys.reserve_exact(pairs.size_hint().0);
        let mut in_gap = false;
        for (x, y) in pairs.filter(|(x, _)| x.is_finite()) {
            if !drawable(y) {
                inner.missing += 1;
                in_gap = true;
                continue;
            }
            if in_gap && !inner.xs.is_empty() {
                inner.gaps.push(inner.xs.len());
            }
            in_gap = false;
            inner.xs.push(x);
            inner.ys.push(y);
        }
        inner.levels = index(&inner.ys);
        Self(Arc::new(inner))
    }

    /// The places, finite and never decreasing.
    #[must_use]
    pub fn xs(&self) -> &[f64] {
        &self.0.xs
    }

    /// The values, finite, one for each place.
    #[must_use]
    pub fn ys(&self) -> &[f64] {
        &self.0.ys
    }

    /// Indices of the points that have a gap right before them, increasing.
    #[must_use]
    pub fn gaps(&self) -> &[usize] {
        &self.0.gaps
    }

    /// How many values were NaN or infinite.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.0.missing
    }

    /// How many points can be drawn.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.xs.len()
    }

    /// Whether no point can be drawn.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.xs.is_empty()
    }

    /// The point at an index, as (x, y).
    #[must_use]
    pub fn get(&self, index: usize) -> Option<(f64, f64)> {
        Some((*self.xs().get(index)?, *self.ys().get(index)?))
    }

    /// The indices of the points with `lo` ≤ x ≤ `hi`, by binary search.
    #[must_use]
    pub fn between(&self, lo: f64, hi: f64) -> Range<usize> {
        let start = self.xs().partition_point(|&x| x < lo);
        let end = self.xs().partition_point(|&x| x <= hi);
        start..end.max(start)
    }

    /// The index of the point nearest to `x`, by binary search. Of points
    /// equally near the right one, of points of equal x the last.
    #[must_use]
    pub fn nearest(&self, x: f64) -> Option<usize> {
        let xs = self.xs();
        let after = xs.partition_point(|&at| at <= x);
        let Some(left) = after.checked_sub(1) else {
            return (!x.is_nan()).then(|| self.last_at(0)).flatten();
        };
        let (Some(below), Some(above)) = (xs.get(left), xs.get(after)) else {
            return Some(left);
        };
        if x - below < above - x { Some(left) } else { self.last_at(after) }
    }

    /// The last of the points that share the x of the point at `index`.
    fn last_at(&self, index: usize) -> Option<usize> {
        let x = *self.xs().get(index)?;
        Some(self.xs().partition_point(|&at| at <= x).saturating_sub(1))
    }

    /// The lowest and highest point among those at `range`, from an index that
    /// looks at a few dozen numbers, however many points there are. `None` if
    /// there are none.
    #[must_use]
    pub fn extrema(&self, range: Range<usize>) -> Option<Extrema> {
        let mut start = range.start;
        let mut end = range.end.min(self.len());
        // At each level, what is left and right of whole blocks; their extrema
        // are one level up.
        let mut found = None;
        let mut below: Option<&Vec<Extrema>> = None;
        let look = |below: Option<&Vec<Extrema>>, range| match below {
            None => of_values(self.ys(), range),
            Some(level) => of_entries(level, range),
        };
        for level in &self.0.levels {
            // So few need no index.
            if end.saturating_sub(start) <= 2 * BLOCK {
                break;
            }
            let (first, last) = (start.div_ceil(BLOCK), end / BLOCK);
            found = Extrema::both(found, look(below, start..first * BLOCK));
            found = Extrema::both(found, look(below, last * BLOCK..end));
            (start, end) = (first, last);
            below = Some(level);
        }
        Extrema::both(found, look(below, start..end))
    }

    /// The points with each value replaced; x and gaps stay. A new value that is
    /// not finite leaves a gap.
    pub(crate) fn map_values(&self, mut value: impl FnMut(f64) -> f64) -> Self {
        let ys: Vec<f64> = self.ys().iter().map(|&y| value(y)).collect();
        if !ys.iter().copied().all(drawable) {
            // Rare: a mean of finite values is finite unless it overflows.
            return self.filter_values(|index| ys.get(index).copied().unwrap_or(f64::NAN));
        }
        Self(Arc::new(Inner {
            xs: self.0.xs.clone(),
            levels: index(&ys),
            ys,
            gaps: self.0.gaps.clone(),
            missing: self.0.missing,
            positive: OnceLock::new(),
            bulk: OnceLock::new(),
        }))
    }

    /// The points that a logarithmic axis can show: zero and negative values
    /// become gaps. Found once and kept.
    #[must_use]
    pub fn positive(&self) -> Self {
        let find = || {
            let lowest = self.extrema(0..self.len())?.min;
            (lowest <= 0.0).then(|| {
                let ys = self.ys();
                self.filter_values(|index| match ys.get(index) {
                    Some(&y) if y > 0.0 => y,
                    _ => f64::NAN,
                })
            })
        };
        self.0.positive.get_or_init(find).clone().unwrap_or_else(|| self.clone())
    }

    /// The values that a twentieth of all are below and a twentieth above: all
    /// but the outliers. Found once and kept.
    #[must_use]
    pub fn bulk(&self) -> Option<(f64, f64)> {
        let find = || {
            let mut ys = self.ys().to_vec();
            let last = ys.len().checked_sub(1)?;
            let mut at = |share: f64| {
                let index = (last as f64 * share).round() as usize;
                let (_, value, _) = ys.select_nth_unstable_by(index.min(last), f64::total_cmp);
                *value
            };
            Some((at(0.05), at(0.95)))
        };
        *self.0.bulk.get_or_init(find)
    }

    /// The points with the values that `value` gives by index; what is not
    /// finite leaves a gap.
    fn filter_values(&self, value: impl Fn(usize) -> f64) -> Self {
        let mut gaps = self.gaps().iter().copied().peekable();
        let mut pairs = Vec::with_capacity(self.len());
        for (index, &x) in self.xs().iter().enumerate() {
            if gaps.next_if_eq(&index).is_some() {
                pairs.push((x, f64::NAN));
            }
            pairs.push((x, value(index)));
        }
        let known = self.gaps().len();
        let mut points = Self::from_sorted(pairs.into_iter());
        if let Some(inner) = Arc::get_mut(&mut points.0) {
            inner.missing = inner.missing - known + self.missing();
        }
        points
    }
}

impl PartialEq for Points {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&*self.0, &*other.0);
        Arc::ptr_eq(&self.0, &other.0)
            || (a.missing == b.missing && a.gaps == b.gaps && a.xs == b.xs && a.ys == b.ys)
    }
}

/// Whether a value has a place: not NaN, not infinite, not the number that
/// MLflow's SQL store writes for infinite.
fn drawable(y: f64) -> bool {
    y.abs() < f64::MAX
}

/// The extrema of the values at `range`.
fn of_values(ys: &[f64], range: Range<usize>) -> Option<Extrema> {
    let from = range.start;
    let values = ys.get(range)?;
    let &first = values.first()?;
    let mut found = Extrema { lowest: from, min: first, highest: from, max: first };
    for (offset, &y) in values.iter().enumerate() {
        if y < found.min {
            (found.lowest, found.min) = (from + offset, y);
        }
        if y > found.max {
            (found.highest, found.max) = (from + offset, y);
        }
    }
    Some(found)
}

/// The extrema of the index entries at `range`.
fn of_entries(level: &[Extrema], range: Range<usize>) -> Option<Extrema> {
    level.get(range)?.iter().copied().reduce(Extrema::with)
}

/// The extrema of each block of points, and of blocks of blocks.
fn index(ys: &[f64]) -> Vec<Vec<Extrema>> {
    let blocks = (0..ys.len()).step_by(BLOCK);
    let mut level: Vec<Extrema> =
        blocks.filter_map(|start| of_values(ys, start..(start + BLOCK).min(ys.len()))).collect();
    let mut levels = Vec::new();
    while level.len() > 1 {
        let above = level
            .chunks(BLOCK)
            .filter_map(|block| block.iter().copied().reduce(Extrema::with))
            .collect();
        levels.push(std::mem::replace(&mut level, above));
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn points_are_sorted_once_and_stably() {
        let points = Points::new(&[3.0, 1.0, 2.0, 1.0], &[30.0, 10.0, 20.0, 11.0]);
        assert_eq!(points.xs(), [1.0, 1.0, 2.0, 3.0]);
        assert_eq!(points.ys(), [10.0, 11.0, 20.0, 30.0]);
    }

    #[test]
    fn what_cannot_be_drawn_leaves_a_gap() {
        let xs = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let ys = [NAN, 1.0, NAN, f64::INFINITY, 4.0, f64::MAX, f64::MIN];
        let points = Points::new(&xs, &ys);
        assert_eq!(points.xs(), [1.0, 4.0]);
        assert_eq!(points.gaps(), [1]);
        assert_eq!(points.missing(), 5);
        // Without a place there is nothing to leave a gap at.
        let points = Points::new(&[0.0, NAN, 1.0], &[1.0, 2.0, 3.0]);
        assert_eq!((points.len(), points.gaps().len(), points.missing()), (2, 0, 0));
        // The shorter column counts.
        assert_eq!(Points::new(&[0.0, 1.0], &[5.0]).len(), 1);
    }

    #[test]
    fn samples_are_ordered_as_mlflow_orders_them() {
        let sample = |step, timestamp, value| Sample { step, timestamp, value };
        let history = [
            sample(1, 2000, 0.3),
            sample(0, 1500, 0.1),
            sample(1, 1000, 0.2),
            sample(2, 1500, 0.4),
        ];
        let columns = |kind| {
            let points = Points::from_samples(&history, kind);
            (points.xs().to_vec(), points.ys().to_vec())
        };
        assert_eq!(columns(XKind::Step), (vec![0.0, 1.0, 1.0, 2.0], vec![0.1, 0.2, 0.3, 0.4]));
        let by_time = vec![0.2, 0.1, 0.4, 0.3];
        assert_eq!(
            columns(XKind::WallTime),
            (vec![1000.0, 1500.0, 1500.0, 2000.0], by_time.clone())
        );
        assert_eq!(columns(XKind::RelativeTime), (vec![0.0, 500.0, 500.0, 1000.0], by_time));
    }

    #[test]
    fn the_nearest_point_is_found() {
        let points = Points::new(&[1.0, 2.0, 2.0, 4.0], &[0.0; 4]);
        for (x, index) in [(-9.0, 0), (1.4, 0), (1.5, 2), (2.0, 2), (2.9, 2), (3.0, 3), (99.0, 3)] {
            assert_eq!(points.nearest(x), Some(index), "{x}");
        }
        assert_eq!(points.nearest(NAN), None);
        assert_eq!(Points::default().nearest(1.0), None);
    }

    #[test]
    fn a_range_has_both_ends() {
        let points = Points::new(&[1.0, 2.0, 2.0, 4.0], &[0.0; 4]);
        assert_eq!(points.between(2.0, 4.0), 1..4);
        assert_eq!(points.between(2.5, 3.5), 3..3);
        assert_eq!(points.between(5.0, 0.0), 4..4);
    }

    #[test]
    fn a_logarithmic_axis_shows_the_positive_values() {
        let points = Points::new(&[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 2.0, NAN, 3.0]);
        let positive = points.positive();
        assert_eq!(positive.ys(), [1.0, 2.0, 3.0]);
        assert_eq!(positive.gaps(), [1, 2]);
        assert_eq!(positive.missing(), 2);
        let all = Points::new(&[0.0], &[1.0]);
        assert_eq!(all.positive(), all);
        assert!(Points::new(&[0.0], &[-1.0]).positive().is_empty());
    }

    #[test]
    fn a_metric_over_another_takes_the_steps_of_both() {
        let sample = |step, timestamp, value| Sample { step, timestamp, value };
        let y = [sample(1, 0, 10.0), sample(2, 0, 20.0), sample(2, 5, 21.0), sample(4, 0, 40.0)];
        let x = [sample(1, 0, 0.9), sample(2, 0, 0.4), sample(3, 0, 0.1), sample(4, 0, NAN)];
        let points = Points::against(&y, &x);
        assert_eq!(points.xs(), [0.4, 0.9]);
        assert_eq!(points.ys(), [21.0, 10.0]);
    }

    #[test]
    fn the_bulk_leaves_out_a_twentieth_at_each_end() {
        let ys: Vec<f64> = (0..=100).map(|y| f64::from((y * 37) % 101)).collect();
        assert_eq!(Points::new(&ys, &ys).bulk(), Some((5.0, 95.0)));
        assert_eq!(Points::new(&[1.0], &[2.0]).bulk(), Some((2.0, 2.0)));
        assert_eq!(Points::default().bulk(), None);
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_scan_finds(
            ys in proptest::collection::vec((-99..99_i32).prop_map(f64::from), 1..6000),
            a in 0..6000_usize, b in 0..6000_usize,
        ) {
            let xs: Vec<f64> = (0..ys.len()).map(|x| x as f64).collect();
            let (start, end) = (a.min(b).min(ys.len()), a.max(b).min(ys.len()));
            let expected = of_values(&ys, start..end);
            prop_assert_eq!(Points::new(&xs, &ys).extrema(start..end), expected);
        }
    }
}
