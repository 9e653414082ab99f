//! Several runs as one line: their mean, in a band from least to greatest.

use crate::points::Points;
use crate::series::Band;

/// What some lines are together.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped {
    /// The mean at each x.
    pub mean: Points,
    /// The least and the greatest value at each x.
    pub band: Band,
}

/// Takes lines together at each x that one of them has a point at. Between two
/// points of its own a line counts with the value on the way from one to the
/// other; before its first, after its last and in a gap it does not count.
#[must_use]
pub fn grouped(lines: &[Points]) -> Grouped {
    let mut xs: Vec<f64> = lines.iter().flat_map(|line| line.xs()).copied().collect();
    xs.sort_by(f64::total_cmp);
    xs.dedup();
    // For each line, how many of its points lie at or before the x at hand.
    let mut passed = vec![0; lines.len()];
    let (mut low, mut mean, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for &x in &xs {
        let (mut least, mut sum, mut most, mut count) =
            (f64::INFINITY, 0.0, f64::NEG_INFINITY, 0.0);
        for (line, passed) in lines.iter().zip(&mut passed) {
            while line.xs().get(*passed).is_some_and(|&at| at <= x) {
                *passed += 1;
            }
            if let Some(value) = value_at(line, x, *passed) {
                least = least.min(value);
                most = most.max(value);
                sum += value;
                count += 1.0;
            }
        }
        low.push(least);
        mean.push(sum / count);
        high.push(most);
    }
    let points = |ys: &[f64]| Points::new(&xs, ys);
    Grouped { mean: points(&mean), band: Band { low: points(&low), high: points(&high) } }
}

/// The value of a line at an x; `after` is the first of its points beyond it.
fn value_at(line: &Points, x: f64, after: usize) -> Option<f64> {
    let (x0, y0) = line.get(after.checked_sub(1)?)?;
    if x0 == x {
        return Some(y0);
    }
    let (x1, y1) = line.get(after)?;
    let gap = line.gaps().binary_search(&after).is_ok();
    (!gap).then(|| y0 + (x - x0) / (x1 - x0) * (y1 - y0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_between_their_own_ends() {
        let a = Points::new(&[0.0, 2.0, 4.0], &[1.0, 3.0, 5.0]);
        let b = Points::new(&[1.0, 2.0], &[10.0, 20.0]);
        let Grouped { mean, band } = grouped(&[a, b]);
        assert_eq!(mean.xs(), [0.0, 1.0, 2.0, 4.0]);
        assert_eq!(mean.ys(), [1.0, 6.0, 11.5, 5.0]);
        assert_eq!(band.low.ys(), [1.0, 2.0, 3.0, 5.0]);
        assert_eq!(band.high.ys(), [1.0, 10.0, 20.0, 5.0]);
    }

    #[test]
    fn a_gap_does_not_count() {
        let a = Points::new(&[0.0, 1.0, 2.0], &[1.0, f64::NAN, 3.0]);
        let b = Points::new(&[0.0, 1.0, 2.0], &[5.0, 7.0, 9.0]);
        assert_eq!(grouped(&[a, b]).mean.ys(), [3.0, 7.0, 6.0]);
        assert!(grouped(&[]).mean.is_empty());
    }
}
