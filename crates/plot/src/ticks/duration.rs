//! Ticks on an axis of relative time.

use super::{MOST, Tick, number};
use crate::scale::Domain;

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Distances between ticks from a second to half a day.
const STEPS: [f64; 17] = [
    SECOND,
    2.0 * SECOND,
    5.0 * SECOND,
    10.0 * SECOND,
    15.0 * SECOND,
    30.0 * SECOND,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
];

/// Ticks on an axis of milliseconds, at round numbers of milliseconds, seconds,
/// minutes, hours or days.
///
/// ```
/// use plot::{Domain, ticks};
/// let domain = Domain::new(0.0, 100_000.0).unwrap();
/// let labels: Vec<_> = ticks::durations(domain, 4).into_iter().map(|t| t.label).collect();
/// assert_eq!(labels, ["0", "30s", "1m", "1m 30s"]);
/// ```
#[must_use]
pub fn durations(domain: Domain, max: usize) -> Vec<Tick> {
    let max = max.min(MOST);
    if max == 0 {
        return Vec::new();
    }
    let largest = domain.lo().abs().max(domain.hi().abs());
    let fits = |step: f64| (domain.hi() / step).floor() - (domain.lo() / step).ceil() < max as f64;
    if fits(SECOND / 2.0) {
        // Below a second as plain numbers, of seconds as soon as there is one.
        let (unit, name) = if largest < SECOND { (1.0, "ms") } else { (SECOND, "s") };
        return plain(domain, max, unit, name);
    }
    let Some(step) = STEPS.into_iter().find(|&step| fits(step)) else {
        return plain(domain, max, DAY, "d");
    };
    let first = (domain.lo() / step).ceil() as i64;
    let last = (domain.hi() / step).floor() as i64;
    (first..=last)
        .map(|index| index as f64 * step)
        .map(|value| Tick { value, label: parts(value) })
        .collect()
}

/// Ticks on a logarithmic axis of relative time: at whole seconds, minutes,
/// hours and days of a kind that one counts in.
#[must_use]
pub fn log_durations(domain: Domain, max: usize) -> Vec<Tick> {
    const ROUND: [f64; 16] = [
        0.001 * SECOND,
        0.01 * SECOND,
        0.1 * SECOND,
        SECOND,
        5.0 * SECOND,
        10.0 * SECOND,
        30.0 * SECOND,
        MINUTE,
        5.0 * MINUTE,
        10.0 * MINUTE,
        30.0 * MINUTE,
        HOUR,
        6.0 * HOUR,
        DAY,
        10.0 * DAY,
        100.0 * DAY,
    ];
    let inside: Vec<f64> = ROUND.into_iter().filter(|&ms| domain.contains(ms)).collect();
    if inside.len() < 2 {
        return durations(domain, max);
    }
    let stride = inside.len().div_ceil(max.clamp(1, MOST));
    let thinned = inside.into_iter().step_by(stride);
    thinned.map(|value| Tick { value, label: duration_label(value) }).collect()
}

/// A duration of whole seconds in all its parts: the ticks of an axis that
/// begins late may differ in the smallest only.
fn parts(ms: f64) -> String {
    let mut rest = ms.abs();
    let mut label = String::new();
    for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")] {
        let count = (rest / unit).floor();
        rest -= count * unit;
        if count > 0.0 {
            let space = if label.is_empty() { "" } else { " " };
            label.push_str(&format!("{space}{count}{name}"));
        }
    }
    match label.as_str() {
        "" => "0".to_owned(),
        _ if ms < 0.0 => format!("−{label}"),
        _ => label,
    }
}

/// Ticks at round numbers of a unit.
fn plain(domain: Domain, max: usize, unit: f64, name: &str) -> Vec<Tick> {
    let Some(scaled) = Domain::new(domain.lo() / unit, domain.hi() / unit) else {
        return Vec::new();
    };
    number::numbers(scaled, max)
        .into_iter()
        .map(|tick| Tick {
            value: tick.value * unit,
            label: if tick.value == 0.0 { tick.label } else { tick.label + name },
        })
        .filter(|tick| domain.contains(tick.value))
        .collect()
}

/// A duration in milliseconds, in its parts: `250ms`, `1.5s`, `1m 30s`, `2d 6h`.
/// At most two parts from a minute on; exact below.
#[must_use]
pub fn duration_label(ms: f64) -> String {
    if !ms.is_finite() {
        return crate::format::value(ms);
    }
    let sign = if ms < 0.0 { "−" } else { "" };
    let size = ms.abs();
    if size == 0.0 {
        return "0".into();
    }
    if size < SECOND {
        return format!("{sign}{}ms", crate::format::value(size));
    }
    if size < MINUTE {
        return format!("{sign}{}s", crate::format::value(size / SECOND));
    }
    // Each unit, and the one below it.
    let units = [(DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "m"), (MINUTE, "m", SECOND, "s")];
    for (unit, name, below, below_name) in units {
        let parts = (size / below).round();
        let whole = (parts * below / unit).floor();
        if whole >= 1.0 {
            let rest = parts - whole * (unit / below);
            return if rest == 0.0 {
                format!("{sign}{whole}{name}")
            } else {
                format!("{sign}{whole}{name} {rest}{below_name}")
            };
        }
    }
    format!("{sign}{}s", crate::format::value(size / SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(lo: f64, hi: f64, max: usize) -> Vec<String> {
        let domain = Domain::new(lo, hi).unwrap();
        durations(domain, max).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_durations() {
        assert_eq!(labels(0.0, 400.0, 5), ["0", "100ms", "200ms", "300ms", "400ms"]);
        assert_eq!(labels(0.0, 2.0 * SECOND, 5), ["0", "0.5s", "1.0s", "1.5s", "2.0s"]);
        assert_eq!(labels(0.0, 3.0 * HOUR, 4), ["0", "1h", "2h", "3h"]);
        assert_eq!(labels(0.0, 100.0 * MINUTE, 4), ["0", "30m", "1h", "1h 30m"]);
        assert_eq!(labels(0.0, 9.0 * DAY, 5), ["0", "2d", "4d", "6d", "8d"]);
        assert_eq!(labels(-MINUTE, MINUTE, 3), ["−1m", "0", "1m"]);
        let late = 3.0 * DAY + HOUR;
        assert_eq!(labels(late, late + 40.0 * SECOND, 3), ["3d 1h", "3d 1h 15s", "3d 1h 30s"]);
    }

    #[test]
    fn labels_have_two_parts() {
        for (ms, text) in [
            (0.0, "0"),
            (250.0, "250ms"),
            (1500.0, "1.5s"),
            (90.0 * SECOND, "1m 30s"),
            (59.0 * MINUTE + 59.9 * SECOND, "1h"),
            (-2.0 * HOUR, "−2h"),
            (2.0 * DAY + 6.0 * HOUR + 10.0 * SECOND, "2d 6h"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(duration_label(ms), text);
        }
    }

    proptest! {
        #[test]
        fn ticks_are_sound(lo in -1e12..1e12_f64, width in -1.0..14.0_f64, max in 1..30_usize) {
            let domain = Domain::new(lo, lo + 10_f64.powf(width)).unwrap();
            let ticks = durations(domain, max);
            prop_assert!(ticks.len() <= max);
            prop_assert!(ticks.iter().all(|tick| domain.contains(tick.value)));
            prop_assert!(ticks.is_sorted_by(|a, b| a.value < b.value));
            let distinct: std::collections::HashSet<_> = ticks.iter().map(|t| &t.label).collect();
            prop_assert_eq!(distinct.len(), ticks.len(), "{:?}", ticks);
        }
    }
}
