//! Ticks at 1, 2 or 5 times a power of ten, and at powers of ten.

use super::{MOST, Tick};
use crate::format;
use crate::scale::{Domain, ScaleKind};

/// A distance between ticks: 1, 2 or 5 times a power of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    digit: i64,
    exponent: i32,
}

impl Step {
    /// The smallest step that is at least `size`.
    fn at_least(size: f64) -> Self {
        let mut step = Self { digit: 1, exponent: size.log10().floor() as i32 };
        while step.times(1) < size {
            step = step.next();
        }
        step
    }

    /// The next longer step.
    fn next(self) -> Self {
        match self.digit {
            1 => Self { digit: 2, ..self },
            2 => Self { digit: 5, ..self },
            _ => Self { digit: 1, exponent: self.exponent + 1 },
        }
    }

    /// `count` steps. Dividing by a whole power of ten gives the `f64` nearest
    /// to the decimal number; multiplying by a negative power would not.
    fn times(self, count: i64) -> f64 {
        let digits = count.saturating_mul(self.digit) as f64;
        if self.exponent < 0 {
            digits / 10_f64.powi(-self.exponent)
        } else {
            digits * 10_f64.powi(self.exponent)
        }
    }

    /// The first and last multiple inside the domain, as counts of steps.
    fn inside(self, domain: Domain) -> (i64, i64) {
        let size = self.times(1);
        let mut first = (domain.lo() / size).ceil() as i64;
        let mut last = (domain.hi() / size).floor() as i64;
        // The division rounds: look one further, and never outside.
        if self.times(first - 1) >= domain.lo() {
            first -= 1;
        }
        if self.times(first) < domain.lo() {
            first += 1;
        }
        if self.times(last + 1) <= domain.hi() {
            last += 1;
        }
        if self.times(last) > domain.hi() {
            last -= 1;
        }
        (first, last)
    }

    /// The smallest step, at least `least`, that has at most `max` multiples
    /// inside the domain.
    fn fitting(domain: Domain, max: usize, least: Option<Self>) -> Self {
        let max = max.clamp(1, MOST);
        let mut step = Self::at_least(domain.span() / (max as f64 + 1.0));
        if let Some(least) = least.filter(|least| least.times(1) > step.times(1)) {
            step = least;
        }
        loop {
            let (first, last) = step.inside(domain);
            if last - first < max as i64 {
                return step;
            }
            step = step.next();
        }
    }
}

/// Ticks on a linear axis of numbers.
///
/// ```
/// use plot::{Domain, ticks};
/// let labels = |lo, hi| -> Vec<String> {
///     let domain = Domain::new(lo, hi).unwrap();
///     ticks::numbers(domain, 5).into_iter().map(|tick| tick.label).collect()
/// };
/// assert_eq!(labels(0.0, 1.0), ["0", "0.5", "1.0"]);
/// assert_eq!(labels(0.0, 1_800_000.0), ["0", "0.5M", "1.0M", "1.5M"]);
/// ```
#[must_use]
pub fn numbers(domain: Domain, max: usize) -> Vec<Tick> {
    multiples(domain, max, None)
}

/// Ticks on a linear axis of whole numbers, such as steps.
#[must_use]
pub fn integers(domain: Domain, max: usize) -> Vec<Tick> {
    multiples(domain, max, Some(Step { digit: 1, exponent: 0 }))
}

fn multiples(domain: Domain, max: usize, least: Option<Step>) -> Vec<Tick> {
    if max == 0 {
        return Vec::new();
    }
    let step = Step::fitting(domain, max, least);
    let (first, last) = step.inside(domain);
    ticks(step, first, last)
}

/// The multiples of a step from one count to another.
fn ticks(step: Step, first: i64, last: i64) -> Vec<Tick> {
    let largest = step.times(first).abs().max(step.times(last).abs());
    let style = format::Style::of(largest, step.exponent);
    (first..=last)
        .map(|count| Tick {
            value: step.times(count),
            label: style.label(count.saturating_mul(step.digit), step.exponent),
        })
        .collect()
}

/// Where bins of a domain begin, and how wide they are: round, and about so many.
#[must_use]
pub(crate) fn bins(domain: Domain, count: usize) -> (f64, f64) {
    let step = Step::at_least(domain.span() / count.max(1) as f64);
    let (first, _) = step.inside(domain);
    let first = if step.times(first) > domain.lo() { first - 1 } else { first };
    (step.times(first), step.times(1))
}

/// The domain with its ends moved out to round numbers, and its ticks. On a
/// linear axis both ends have a tick, save where the data passes a tick by a
/// quarter of a step or less: room for a whole step more would be wasted. On a
/// logarithmic axis the ends are 1, 2 or 5 times a power of ten.
///
/// ```
/// use plot::{Domain, ScaleKind, ticks};
/// let (domain, ticks) = ticks::nice(Domain::new(0.13, 0.45).unwrap(), ScaleKind::Linear, 6);
/// assert_eq!(domain, Domain::new(0.1, 0.5).unwrap());
/// assert_eq!(ticks[0].label, "0.1");
/// ```
#[must_use]
pub fn nice(domain: Domain, kind: ScaleKind, max: usize) -> (Domain, Vec<Tick>) {
    match kind {
        ScaleKind::Linear => nice_linear(domain, max),
        ScaleKind::Log => {
            let domain = domain.positive();
            let (lo, hi) = (nice_below(domain.lo()), nice_above(domain.hi()));
            let domain = Domain::new(lo, hi).unwrap_or(domain);
            (domain, log(domain, max))
        }
    }
}

fn nice_linear(domain: Domain, max: usize) -> (Domain, Vec<Tick>) {
    let mut step = Step::fitting(domain, max, None);
    // Moving the ends out can add ticks: one too many asks for a longer step.
    // From a step as long as the domain on, there are at most three.
    for _ in 0..6 {
        let little = step.times(1) / 4.0;
        let (first, last) = step.inside(domain);
        let first = if step.times(first) - domain.lo() > little { first - 1 } else { first };
        let last = if domain.hi() - step.times(last) > little { last + 1 } else { last };
        if first <= last && last - first < max as i64 {
            let (lo, hi) = (step.times(first).min(domain.lo()), step.times(last).max(domain.hi()));
            let wide = Domain::new(lo, hi);
            return (wide.unwrap_or(domain), ticks(step, first, last));
        }
        step = step.next();
    }
    (domain, numbers(domain, max))
}

/// 1, 2 or 5 times a power of ten, not above `value`.
fn nice_below(value: f64) -> f64 {
    let power = value.log10().floor() as i32;
    [(5, power), (2, power), (1, power)]
        .into_iter()
        .map(|(digit, exponent)| Step { digit, exponent }.times(1))
        .find(|&candidate| candidate <= value)
        .unwrap_or(value)
}

/// 1, 2 or 5 times a power of ten, not below `value`.
fn nice_above(value: f64) -> f64 {
    let power = value.log10().floor() as i32;
    [(1, power), (2, power), (5, power), (1, power + 1)]
        .into_iter()
        .map(|(digit, exponent)| Step { digit, exponent }.times(1))
        .find(|&candidate| candidate >= value)
        .unwrap_or(value)
}

/// Ticks on a logarithmic axis: powers of ten, with 2 and 5 times them or 3
/// times them where there is room, only each second, third… power where there is not, and as on
/// a linear axis where the domain is a part of one decade.
#[must_use]
pub fn log(domain: Domain, max: usize) -> Vec<Tick> {
    let max = max.min(MOST);
    if max == 0 {
        return Vec::new();
    }
    let domain = domain.positive();
    let fine = powers(domain, &[1, 2, 5], 1);
    if fine.len() < 3 {
        return numbers(domain, max);
    }
    if fine.len() <= max {
        return fine;
    }
    let halves = powers(domain, &[1, 3], 1);
    if (2..=max).contains(&halves.len()) {
        return halves;
    }
    let mut stride = 1;
    loop {
        let coarse = powers(domain, &[1], stride);
        if coarse.len() <= max {
            // A single power says nothing about the scale.
            return if coarse.len() < 2 && max > 1 { numbers(domain, max) } else { coarse };
        }
        stride += 1;
    }
}

/// The given digits times each `stride`th power of ten, inside the domain.
fn powers(domain: Domain, digits: &[i64], stride: i32) -> Vec<Tick> {
    let first = (domain.lo().log10().floor() as i32 - 1).div_euclid(stride) * stride;
    let last = domain.hi().log10().ceil() as i32;
    (first..=last)
        .step_by(usize::try_from(stride).unwrap_or(1))
        .flat_map(|exponent| digits.iter().map(move |&digit| Step { digit, exponent }))
        .map(|step| Tick {
            value: step.times(1),
            label: format::shortest(step.digit, step.exponent),
        })
        .filter(|tick| domain.contains(tick.value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    fn domain(lo: f64, hi: f64) -> Domain {
        Domain::new(lo, hi).unwrap()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(&numbers(domain(0.0, 10.0), 6)), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(
            labels(&numbers(domain(0.13, 0.41), 6)),
            ["0.15", "0.20", "0.25", "0.30", "0.35", "0.40"]
        );
        assert_eq!(labels(&numbers(domain(-1.0, 1.0), 5)), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(labels(&numbers(domain(0.0, 3e-7), 4)), ["0", "1e−7", "2e−7", "3e−7"]);
        assert_eq!(
            labels(&numbers(domain(0.0, 50_000.0), 6)),
            ["0", "10k", "20k", "30k", "40k", "50k"]
        );
        assert_eq!(
            labels(&numbers(domain(1_000_000.0, 1_000_000.4), 3)),
            ["1000000.0", "1000000.2", "1000000.4"]
        );
        // Exactly the decimal numbers, not 0.30000000000000004.
        let values: Vec<f64> = numbers(domain(0.0, 0.5), 6).iter().map(|t| t.value).collect();
        assert_eq!(values, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    }

    #[test]
    fn steps_are_whole() {
        assert_eq!(labels(&integers(domain(0.0, 2.0), 10)), ["0", "1", "2"]);
        assert_eq!(labels(&integers(domain(0.2, 0.8), 10)), [""; 0]);
        assert_eq!(labels(&integers(domain(0.0, 1e6), 3)), ["0", "0.5M", "1.0M"]);
    }

    #[test]
    fn decades_thin_out_and_fill_up() {
        assert_eq!(labels(&log(domain(0.001, 10.0), 5)), ["0.001", "0.01", "0.1", "1", "10"]);
        assert_eq!(labels(&log(domain(1.0, 100.0), 7)), ["1", "2", "5", "10", "20", "50", "100"]);
        assert_eq!(labels(&log(domain(1.0, 100.0), 6)), ["1", "3", "10", "30", "100"]);
        assert_eq!(labels(&log(domain(1e-9, 1e3), 5)), ["1e−9", "1e−6", "0.001", "1", "1000"]);
        assert_eq!(labels(&log(domain(3.0, 4.0), 3)), ["3.0", "3.5", "4.0"]);
        // Nothing below zero has a place.
        assert_eq!(labels(&log(domain(-5.0, 100.0), 4)), ["0.1", "1", "10", "100"]);
        assert_eq!(labels(&log(domain(2.0, 20.0), 2)), ["3", "10"]);
    }

    #[test]
    fn a_value_just_past_a_tick_costs_no_step() {
        let (wide, ticks) = nice(domain(-0.006, 24.5), ScaleKind::Linear, 4);
        assert_eq!(wide, domain(-0.006, 30.0));
        assert_eq!(labels(&ticks), ["0", "10", "20", "30"]);
    }

    #[test]
    fn nice_domains_end_at_ticks() {
        let (wide, ticks) = nice(domain(0.13, 0.42), ScaleKind::Linear, 8);
        assert_eq!(wide, domain(0.1, 0.45));
        assert_eq!(ticks.len(), 8);
        assert_eq!(nice(domain(0.0, 10.0), ScaleKind::Linear, 6).0, domain(0.0, 10.0));
        assert_eq!(nice(domain(0.013, 430.0), ScaleKind::Log, 6).0, domain(0.01, 500.0));
    }

    fn any_domain() -> impl Strategy<Value = Domain> {
        let magnitude = (-280.0..280.0_f64, -9.99..9.99_f64).prop_map(|(e, m)| m * 10_f64.powf(e));
        let near = (-1e9..1e9_f64, 1e-6..1e6_f64).prop_map(|(a, width)| (a, a + width));
        prop_oneof![(magnitude.clone(), magnitude), near]
            .prop_map(|(a, b)| Domain::new(a, b).unwrap())
    }

    fn check(ticks: &[Tick], domain: Domain, max: usize) -> Result<(), TestCaseError> {
        prop_assert!(ticks.len() <= max);
        for tick in ticks {
            prop_assert!(domain.contains(tick.value), "{tick:?} is outside {domain:?}");
        }
        for (a, b) in ticks.iter().zip(ticks.iter().skip(1)) {
            prop_assert!(a.value < b.value, "{a:?} is not below {b:?}");
        }
        let distinct: std::collections::HashSet<_> = ticks.iter().map(|t| &t.label).collect();
        prop_assert_eq!(distinct.len(), ticks.len(), "{:?}", ticks);
        Ok(())
    }

    proptest! {
        #[test]
        fn linear_ticks_are_sound(domain in any_domain(), max in 1..40_usize) {
            let ticks = numbers(domain, max);
            check(&ticks, domain, max)?;
            if max >= 5 {
                prop_assert!(ticks.len() >= 2, "{ticks:?}");
            }
            check(&integers(domain, max), domain, max)?;
        }

        #[test]
        fn labels_say_the_value(domain in any_domain(), max in 1..20_usize) {
            for tick in numbers(domain, max) {
                let plain = tick.label.replace('−', "-");
                let (digits, unit) = match plain.char_indices().last() {
                    Some((at, 'k')) => (&plain[..at], 1e3),
                    Some((at, 'M')) => (&plain[..at], 1e6),
                    Some((at, 'B')) => (&plain[..at], 1e9),
                    Some((at, 'T')) => (&plain[..at], 1e12),
                    _ => (plain.as_str(), 1.0),
                };
                let said = digits.parse::<f64>().unwrap() * unit;
                prop_assert!((said - tick.value).abs() <= tick.value.abs() * 1e-12, "{:?}", tick);
            }
        }

        #[test]
        fn log_ticks_are_sound(
            lo in -280.0..280.0_f64, decades in 0.02..200.0_f64, max in 1..40_usize,
        ) {
            let domain =
                Domain::new(10_f64.powf(lo), 10_f64.powf((lo + decades).min(290.0))).unwrap();
            let domain = domain.positive();
            check(&log(domain, max), domain, max)?;
        }

        #[test]
        fn nice_holds_the_domain(domain in any_domain(), max in 3..20_usize) {
            let (wide, ticks) = nice(domain, ScaleKind::Linear, max);
            prop_assert!(wide.lo() <= domain.lo() && wide.hi() >= domain.hi());
            check(&ticks, wide, max)?;
            // An end is a tick, or the data's own.
            let (first, last) = (ticks[0].value, ticks[ticks.len() - 1].value);
            prop_assert!(first == wide.lo() || wide.lo() == domain.lo());
            prop_assert!(last == wide.hi() || wide.hi() == domain.hi());
        }
    }
}
