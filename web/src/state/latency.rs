//! How long answers took: a summary, and a histogram.

/// The most that are kept: the latest.
const MOST: usize = 10_000;

/// Times of answers, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Latencies(Vec<f64>);

/// What they come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    /// How many there are.
    pub(crate) count: usize,
    /// Half of them are no longer than this.
    pub(crate) p50: f64,
    /// 95 of a hundred are no longer than this.
    pub(crate) p95: f64,
    /// The longest.
    pub(crate) max: f64,
}

/// How many took between two times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bin {
    /// From here.
    pub(crate) from: f64,
    /// To here.
    pub(crate) to: f64,
    /// So many.
    pub(crate) count: usize,
}

impl Latencies {
    /// One more.
    pub(crate) fn add(&mut self, milliseconds: f64) {
        if milliseconds.is_finite() {
            if self.0.len() >= MOST {
                self.0.remove(0);
            }
            self.0.push(milliseconds);
        }
    }

    /// What they come to; nothing while there are none.
    pub(crate) fn summary(&self) -> Option<Summary> {
        let sorted = self.sorted();
        // The nearest rank: a time that was measured, and none between two.
        let rank = |part: f64| {
            let at = (part * sorted.len() as f64).ceil() as usize;
            sorted.get(at.saturating_sub(1)).copied()
        };
        Some(Summary {
            count: sorted.len(),
            p50: rank(0.5)?,
            p95: rank(0.95)?,
            max: sorted.last().copied()?,
        })
    }

    /// Bins of equal width from the shortest to the longest, at most `most`.
    pub(crate) fn bins(&self, most: usize) -> Vec<Bin> {
        let sorted = self.sorted();
        let (Some(least), Some(longest)) = (sorted.first(), sorted.last()) else {
            return Vec::new();
        };
        let many = if longest > least { most.max(1) } else { 1 };
        let width = (longest - least) / many as f64;
        let edge = |nth: usize| if nth == many { *longest } else { least + width * nth as f64 };
        let mut bins: Vec<Bin> =
            (0..many).map(|nth| Bin { from: edge(nth), to: edge(nth + 1), count: 0 }).collect();
        for time in &sorted {
            let nth = if width > 0.0 { ((time - least) / width) as usize } else { 0 };
            if let Some(bin) = bins.get_mut(nth.min(many - 1)) {
                bin.count += 1;
            }
        }
        bins
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(times: &[f64]) -> Latencies {
        let mut all = Latencies::default();
        times.iter().for_each(|time| all.add(*time));
        all
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        assert_eq!(Latencies::default().summary(), None);
        assert_eq!(
            of(&[3.0, 1.0, 2.0, f64::NAN]).summary(),
            Some(Summary { count: 3, p50: 2.0, p95: 3.0, max: 3.0 })
        );
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(
            of(&hundred).summary(),
            Some(Summary { count: 100, p50: 50.0, p95: 95.0, max: 100.0 })
        );
        assert_eq!(of(&[2.0, 2.0]).bins(8), [Bin { from: 2.0, to: 2.0, count: 2 }]);
    }

    #[test]
    fn the_latest_are_kept() {
        let mut all = Latencies::default();
        (0..MOST + 3).for_each(|nth| all.add(nth as f64));
        assert_eq!(all.summary().unwrap().count, MOST);
        assert_eq!(all.bins(1)[0].from, 3.0);
    }

    proptest! {
        #[test]
        fn every_time_is_in_a_bin(times in prop::collection::vec(0.0..1e6_f64, 1..50), most in 0..20_usize) {
            let bins = of(&times).bins(most);
            prop_assert_eq!(bins.iter().map(|bin| bin.count).sum::<usize>(), times.len());
            prop_assert!(bins.windows(2).all(|two| two[0].to == two[1].from));
        }
    }
}
