//! Domains, and the scales that turn values into pixels and back.

/// The greatest magnitude on an axis. Beyond it, spans would overflow.
const LIMIT: f64 = 1e300;

/// The smallest span on an axis. Below it, steps would underflow.
const SMALLEST: f64 = 1e-290;

/// Spans below this share of their ends are no longer told apart by `f64`.
const RESOLUTION: f64 = 1e-13;

/// How an axis spreads its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScaleKind {
    /// Equal differences, equal distances.
    #[default]
    Linear,
    /// Equal ratios, equal distances. Only positive values have a place.
    Log,
}

/// The values that an axis shows: finite, and wide enough to be told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    lo: f64,
    hi: f64,
}

impl Domain {
    /// From 0 to 1: for axes without data.
    pub const UNIT: Self = Self { lo: 0.0, hi: 1.0 };

    /// The domain between two values, in either order. Two equal values become
    /// the middle of a domain a tenth of their size to each side, or of −1 to 1
    /// around zero. Magnitudes end at 1e300. `None` if either is NaN.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Option<Self> {
        Self::padded(a, b, |at| if at.abs() < SMALLEST { 1.0 } else { at.abs() * 0.1 })
    }

    /// As [`Domain::new`], but equal values get `pad` to each side.
    #[must_use]
    pub fn new_or_around(a: f64, b: f64, pad: f64) -> Option<Self> {
        Self::padded(a, b, |_| pad)
    }

    fn padded(a: f64, b: f64, pad: impl Fn(f64) -> f64) -> Option<Self> {
        if a.is_nan() || b.is_nan() {
            return None;
        }
        let lo = a.min(b).clamp(-LIMIT, LIMIT);
        let hi = a.max(b).clamp(-LIMIT, LIMIT);
        let size = lo.abs().max(hi.abs());
        let least = (size * RESOLUTION).max(SMALLEST);
        if hi - lo > least {
            return Some(Self { lo, hi });
        }
        let middle = lo + (hi - lo) / 2.0;
        let half = pad(middle).abs().clamp(least, LIMIT);
        Some(Self { lo: middle - half, hi: middle + half })
    }

    /// The lower end.
    #[must_use]
    pub fn lo(&self) -> f64 {
        self.lo
    }

    /// The upper end.
    #[must_use]
    pub fn hi(&self) -> f64 {
        self.hi
    }

    /// The distance between the ends, above zero.
    #[must_use]
    pub fn span(&self) -> f64 {
        self.hi - self.lo
    }

    /// Whether a value lies between the ends or on one.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.lo..=self.hi).contains(&value)
    }

    /// The smallest domain that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// What a logarithmic axis shows of this domain: the part above zero, at
    /// most three decades if it reaches zero. Equal or nearly equal ends are
    /// widened to a decade around them.
    #[must_use]
    pub fn positive(self) -> Self {
        let hi = if self.hi >= SMALLEST { self.hi } else { 1.0 };
        let lo = if self.lo >= SMALLEST { self.lo } else { (hi / 1000.0).max(SMALLEST / 1e5) };
        if (hi / lo).log10() >= 0.01 {
            return Self { lo, hi };
        }
        let around = 10_f64.sqrt();
        Self { lo: lo / around, hi: hi * around }
    }
}

/// From values to pixels and back. The pixels may run either way: y grows
/// downwards on a screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    kind: ScaleKind,
    domain: Domain,
    /// The pixels of the domain's ends.
    from: f64,
    to: f64,
    /// The domain's ends in the space where pixels are linear.
    lo: f64,
    hi: f64,
}

/// Pixels further out than this are of no use, and canvases lose precision.
const FARTHEST: f64 = 1e7;

impl Scale {
    /// The scale that puts the lower end of `domain` at pixel `from` and the
    /// upper end at pixel `to`. A logarithmic scale takes
    /// [`Domain::positive`] of the domain.
    #[must_use]
    pub fn new(kind: ScaleKind, domain: Domain, from: f64, to: f64) -> Self {
        let domain = match kind {
            ScaleKind::Linear => domain,
            ScaleKind::Log => domain.positive(),
        };
        let (lo, hi) = match kind {
            ScaleKind::Linear => (domain.lo, domain.hi),
            ScaleKind::Log => (domain.lo.ln(), domain.hi.ln()),
        };
        Self { kind, domain, from, to, lo, hi }
    }

    /// Linear or logarithmic.
    #[must_use]
    pub fn kind(&self) -> ScaleKind {
        self.kind
    }

    /// What the scale shows.
    #[must_use]
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// Where a value lies, perhaps outside the range. `None` for what has no
    /// place: NaN, infinities, and on a logarithmic scale what is not positive.
    /// Places end at ±10 million pixels.
    #[must_use]
    pub fn to_px(&self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        let at = match self.kind {
            ScaleKind::Linear => value,
            ScaleKind::Log if value > 0.0 => value.ln(),
            ScaleKind::Log => return None,
        };
        let share = (at - self.lo) / (self.hi - self.lo);
        Some((self.from + share * (self.to - self.from)).clamp(-FARTHEST, FARTHEST))
    }

    /// The value at a pixel; the lower end if the range has no width.
    #[must_use]
    pub fn to_value(&self, px: f64) -> f64 {
        let width = self.to - self.from;
        self.at_share(if width == 0.0 { 0.0 } else { (px - self.from) / width })
    }

    /// The value at a share of the way from the lower end to the upper.
    #[must_use]
    pub fn at_share(&self, share: f64) -> f64 {
        let at = self.lo + share * (self.hi - self.lo);
        match self.kind {
            ScaleKind::Linear => at,
            ScaleKind::Log => at.exp(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(domain: Option<Domain>) -> Option<(f64, f64)> {
        domain.map(|domain| (domain.lo(), domain.hi()))
    }

    #[test]
    fn domains_are_sound_whatever_they_come_from() {
        assert_eq!(ends(Domain::new(1.0, 3.0)), Some((1.0, 3.0)));
        assert_eq!(ends(Domain::new(3.0, 1.0)), Some((1.0, 3.0)));
        assert_eq!(ends(Domain::new(0.0, 0.0)), Some((-1.0, 1.0)));
        assert_eq!(ends(Domain::new(-50.0, -50.0)), Some((-55.0, -45.0)));
        assert_eq!(ends(Domain::new_or_around(7.0, 7.0, 1.0)), Some((6.0, 8.0)));
        assert_eq!(ends(Domain::new(f64::NAN, 1.0)), None);
        assert_eq!(ends(Domain::new(f64::NEG_INFINITY, f64::INFINITY)), Some((-1e300, 1e300)));
        // Too near to be told apart.
        assert_eq!(ends(Domain::new(100.0, 100.0 + 1e-13)).map(|(lo, _)| lo.round()), Some(90.0));
        // A step so large that one more is the same number.
        let domain = Domain::new_or_around(1e18, 1e18, 1.0).unwrap();
        assert!(domain.lo() < 1e18 && domain.hi() > 1e18);
    }

    #[test]
    fn a_logarithmic_domain_is_positive() {
        let positive = |lo, hi| {
            let domain = Domain::new(lo, hi).unwrap().positive();
            (domain.lo(), domain.hi())
        };
        assert_eq!(positive(0.1, 10.0), (0.1, 10.0));
        assert_eq!(positive(0.0, 10.0), (0.01, 10.0));
        assert_eq!(positive(-5.0, -1.0), (0.001, 1.0));
        let (lo, hi) = positive(10.0, 10.01);
        assert!((lo - 10_f64.sqrt()).abs() < 1e-9 && (hi / lo - 10.0).abs() < 0.1);
    }

    #[test]
    fn a_linear_scale_keeps_differences() {
        let scale = Scale::new(ScaleKind::Linear, Domain::new(0.0, 10.0).unwrap(), 100.0, 0.0);
        assert_eq!(scale.to_px(0.0), Some(100.0));
        assert_eq!(scale.to_px(2.5), Some(75.0));
        assert_eq!(scale.to_px(20.0), Some(-100.0));
        assert_eq!(scale.to_px(1e300), Some(-1e7));
        assert_eq!(scale.to_value(75.0), 2.5);
        assert_eq!(scale.to_px(f64::NAN), None);
        assert_eq!(scale.to_px(f64::NEG_INFINITY), None);
    }

    #[test]
    fn a_logarithmic_scale_keeps_ratios() {
        let scale = Scale::new(ScaleKind::Log, Domain::new(0.01, 100.0).unwrap(), 0.0, 400.0);
        for (value, px) in [(0.01, 0.0), (0.1, 100.0), (1.0, 200.0), (100.0, 400.0)] {
            let at = scale.to_px(value).unwrap();
            assert!((at - px).abs() < 1e-9, "{value} is at {at}");
        }
        assert_eq!(scale.to_px(0.0), None);
        assert_eq!(scale.to_px(-1.0), None);
    }

    #[test]
    fn a_range_without_width_has_a_value() {
        let scale = Scale::new(ScaleKind::Linear, Domain::new(2.0, 10.0).unwrap(), 5.0, 5.0);
        assert_eq!(scale.to_px(7.0), Some(5.0));
        assert_eq!(scale.to_value(99.0), 2.0);
    }

    proptest! {
        #[test]
        fn pixels_lead_back_to_values(
            a in -1e12..1e12_f64, width in 1e-3..1e12_f64, share in 0.0..1.0_f64,
            from in -1000.0..1000.0_f64, length in 1.0..4000.0_f64, flipped: bool, log: bool,
        ) {
            let a = if log { a.abs().max(1e-3) } else { a };
            let kind = if log { ScaleKind::Log } else { ScaleKind::Linear };
            let domain = Domain::new(a, a + width).unwrap();
            let (from, to) = if flipped { (from + length, from) } else { (from, from + length) };
            let scale = Scale::new(kind, domain, from, to);
            let domain = scale.domain();
            let value = domain.lo() + share * domain.span();
            let px = scale.to_px(value).unwrap();
            prop_assert!(px >= from.min(to) - 1e-6 && px <= from.max(to) + 1e-6);
            let back = scale.to_value(px);
            let size = domain.lo().abs().max(domain.hi());
            prop_assert!((back - value).abs() <= size * 1e-9, "{value} came back as {back}");
        }

        #[test]
        fn no_number_breaks_a_scale(a: f64, b: f64, value: f64, log: bool) {
            let kind = if log { ScaleKind::Log } else { ScaleKind::Linear };
            if let Some(domain) = Domain::new(a, b) {
                prop_assert!(domain.lo() < domain.hi() && domain.span().is_finite());
                let scale = Scale::new(kind, domain, 0.0, 100.0);
                if let Some(px) = scale.to_px(value) {
                    prop_assert!(px.is_finite());
                }
                for at in [0.0, 50.0, 100.0] {
                    prop_assert!(scale.to_value(at).is_finite());
                }
            }
        }
    }
}
