//! Ticks on an axis of wall time.

use super::calendar::{Civil, DAY, LIMIT, civil, days_to_month};
use super::{MOST, Tick};
use crate::scale::Domain;

/// A distance between ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Milliseconds, a divisor of a day.
    Ms(i64),
    Days(i64),
    /// From Monday to Monday.
    Week,
    Months(i64),
    Years(i64),
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Every distance up to a year.
const STEPS: [Step; 34] = [
    Step::Ms(1),
    Step::Ms(2),
    Step::Ms(5),
    Step::Ms(10),
    Step::Ms(20),
    Step::Ms(50),
    Step::Ms(100),
    Step::Ms(200),
    Step::Ms(500),
    Step::Ms(SECOND),
    Step::Ms(2 * SECOND),
    Step::Ms(5 * SECOND),
    Step::Ms(10 * SECOND),
    Step::Ms(15 * SECOND),
    Step::Ms(30 * SECOND),
    Step::Ms(MINUTE),
    Step::Ms(2 * MINUTE),
    Step::Ms(5 * MINUTE),
    Step::Ms(10 * MINUTE),
    Step::Ms(15 * MINUTE),
    Step::Ms(30 * MINUTE),
    Step::Ms(HOUR),
    Step::Ms(2 * HOUR),
    Step::Ms(3 * HOUR),
    Step::Ms(6 * HOUR),
    Step::Ms(12 * HOUR),
    Step::Days(1),
    Step::Days(2),
    Step::Week,
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
];

impl Step {
    /// About how long it is, in milliseconds; never longer than it is.
    fn ms(self) -> i64 {
        match self {
            Self::Ms(ms) => ms,
            Self::Days(days) => days * DAY,
            Self::Week => 7 * DAY,
            Self::Months(months) => months * 28 * DAY,
            Self::Years(years) => years * 365 * DAY,
        }
    }

    /// The tick of this index on a wall clock, in milliseconds. Ticks of all
    /// indices are evenly numbered, so that they never move while one pans.
    fn at(self, index: i64) -> i64 {
        match self {
            Self::Ms(ms) => index * ms,
            Self::Days(days) => index * days * DAY,
            // The epoch was a Thursday.
            Self::Week => (index * 7 - 3) * DAY,
            Self::Months(months) => days_to_month(1970, index * months) * DAY,
            Self::Years(years) => days_to_month(index * years, 0) * DAY,
        }
    }

    /// The index of the last tick at or before a moment on the wall clock.
    fn before(self, ms: i64) -> i64 {
        let days = ms.div_euclid(DAY);
        match self {
            Self::Ms(step) => ms.div_euclid(step),
            Self::Days(step) => days.div_euclid(step),
            Self::Week => (days + 3).div_euclid(7),
            Self::Months(step) => {
                let at = civil(ms);
                ((at.year - 1970) * 12 + at.month - 1).div_euclid(step)
            }
            Self::Years(step) => civil(ms).year.div_euclid(step),
        }
    }

    /// The label, with the day or year where it would not be clear without.
    fn label(self, ms: i64, full: bool) -> String {
        let at = civil(ms);
        let Civil { year, month, day, .. } = at;
        let name = at.month_name();
        match self {
            Self::Years(_) => year.to_string(),
            Self::Months(_) if month == 1 && !full => year.to_string(),
            Self::Months(_) => {
                if full {
                    format!("{name} {year}")
                } else {
                    name.to_owned()
                }
            }
            Self::Days(_) | Self::Week if full => format!("{day} {name} {year}"),
            Self::Days(_) | Self::Week => format!("{day} {name}"),
            Self::Ms(_) if full => format!("{day} {name} {}", clock(at, self.ms())),
            // Midnight is where a day begins.
            Self::Ms(_) if ms.rem_euclid(DAY) == 0 => format!("{day} {name}"),
            Self::Ms(step) => clock(at, step),
        }
    }
}

/// As `14:05`, as exact as a distance of `step` milliseconds asks for.
fn clock(at: Civil, step: i64) -> String {
    let Civil { hour, minute, second, millisecond, .. } = at;
    if step % MINUTE == 0 {
        format!("{hour:02}:{minute:02}")
    } else if step % SECOND == 0 {
        format!("{hour:02}:{minute:02}:{second:02}")
    } else if step % 100 == 0 {
        format!("{hour:02}:{minute:02}:{second:02}.{}", millisecond / 100)
    } else if step % 10 == 0 {
        format!("{hour:02}:{minute:02}:{second:02}.{:02}", millisecond / 10)
    } else {
        format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}")
    }
}

/// Ticks on an axis of milliseconds since the Unix epoch, at round times on a
/// wall clock `utc_offset` minutes ahead of UTC (60 in Berlin's winter).
///
/// An axis that leaves the years that JavaScript's dates reach has none.
///
/// ```
/// use plot::{Domain, ticks};
/// // 14 November 2023, 22:13 to 22:43 UTC, shown in India (UTC+5:30).
/// let domain = Domain::new(1.7e12, 1.7e12 + 1_800_000.0).unwrap();
/// let labels: Vec<_> = ticks::times(domain, 330, 2).into_iter().map(|t| t.label).collect();
/// assert_eq!(labels, ["03:45", "04:00"]);
/// ```
#[must_use]
pub fn times(domain: Domain, utc_offset: i32, max: usize) -> Vec<Tick> {
    let limit = LIMIT as f64;
    let max = max.min(MOST);
    if max == 0 || domain.lo() < -limit || domain.hi() > limit {
        return Vec::new();
    }
    let offset = i64::from(utc_offset) * MINUTE;
    let first_ms = domain.lo().ceil() as i64 + offset;
    let last_ms = domain.hi().floor() as i64 + offset;
    let years = (0..6).flat_map(|e| [2, 5, 10].map(|digit| Step::Years(digit * 10_i64.pow(e))));
    for step in STEPS.into_iter().chain(years) {
        // Too many for sure: do not count them.
        if (last_ms - first_ms) / step.ms() > 2 * MOST as i64 {
            continue;
        }
        let first = step.before(first_ms - 1) + 1;
        let last = step.before(last_ms);
        if last - first < max as i64 {
            return label(step, first..=last, offset);
        }
    }
    Vec::new()
}

/// Short labels if they differ, else full ones.
fn label(step: Step, indices: std::ops::RangeInclusive<i64>, offset: i64) -> Vec<Tick> {
    let ticks = |full| -> Vec<Tick> {
        let tick = |index| {
            let ms = step.at(index);
            Tick { value: (ms - offset) as f64, label: step.label(ms, full) }
        };
        indices.clone().map(tick).collect()
    };
    let short = ticks(false);
    let mut labels: Vec<&str> = short.iter().map(|tick| tick.label.as_str()).collect();
    labels.sort_unstable();
    if labels.is_sorted_by(|a, b| a < b) { short } else { ticks(true) }
}

/// A moment, to the second, as `14 Nov 2023 22:13:20`, on a wall clock
/// `utc_offset` minutes ahead of UTC.
#[must_use]
pub fn time_label(ms: f64, utc_offset: i32) -> String {
    let ms = ms.clamp(-(LIMIT as f64), LIMIT as f64) as i64;
    let at = civil(ms + i64::from(utc_offset) * MINUTE);
    let Civil { year, day, .. } = at;
    format!("{day} {} {year} {}", at.month_name(), clock(at, SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 14 November 2023, 22:13:20 UTC.
    const MOMENT: f64 = 1_700_000_000_000.0;

    fn labels(span: i64, offset: i32, max: usize) -> Vec<String> {
        let domain = Domain::new(MOMENT, MOMENT + span as f64).unwrap();
        times(domain, offset, max).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_times() {
        assert_eq!(labels(300, 0, 4), ["22:13:20.0", "22:13:20.1", "22:13:20.2", "22:13:20.3"]);
        assert_eq!(labels(20 * SECOND, 0, 3), ["22:13:20", "22:13:30", "22:13:40"]);
        assert_eq!(labels(4 * MINUTE, 0, 4), ["22:14", "22:15", "22:16", "22:17"]);
        // Midnight has the day's name.
        assert_eq!(labels(4 * HOUR, 0, 5), ["23:00", "15 Nov", "01:00", "02:00"]);
        assert_eq!(labels(4 * HOUR, 60, 5), ["15 Nov", "01:00", "02:00", "03:00"]);
        assert_eq!(labels(3 * DAY, 0, 4), ["15 Nov", "16 Nov", "17 Nov"]);
        assert_eq!(labels(21 * DAY, 0, 4), ["20 Nov", "27 Nov", "4 Dec"]);
        assert_eq!(labels(100 * DAY, 0, 4), ["Dec", "2024", "Feb"]);
        assert_eq!(labels(800 * DAY, 0, 4), ["2024", "2025", "2026"]);
        assert_eq!(labels(8000 * DAY, 0, 5), ["2025", "2030", "2035", "2040", "2045"]);
    }

    #[test]
    fn labels_name_the_day_where_hours_repeat() {
        assert_eq!(labels(DAY + 12 * HOUR, 0, 4), ["15 Nov", "12:00", "16 Nov"]);
        assert_eq!(
            labels(2 * DAY, 0, 5),
            ["15 Nov 00:00", "15 Nov 12:00", "16 Nov 00:00", "16 Nov 12:00"]
        );
        assert_eq!(labels(500 * DAY, 0, 6), ["2024", "Apr", "Jul", "Oct", "2025"]);
        let months = labels(500 * DAY, 0, 8);
        assert_eq!(months.first().map(String::as_str), Some("Jan 2024"));
        assert_eq!(months.last().map(String::as_str), Some("Mar 2025"));
    }

    #[test]
    fn moments_are_told_on_the_readers_clock() {
        assert_eq!(time_label(MOMENT, 0), "14 Nov 2023 22:13:20");
        assert_eq!(time_label(MOMENT, 330), "15 Nov 2023 03:43:20");
        assert_eq!(time_label(-1.0, 0), "31 Dec 1969 23:59:59");
        let _ = time_label(f64::NAN, i32::MAX);
        let _ = time_label(f64::INFINITY, i32::MIN);
    }

    proptest! {
        #[test]
        fn ticks_are_sound(
            lo in -8e15..8e15_f64, width in 0.0..15.9_f64,
            offset in -900..900_i32, max in 1..30_usize,
        ) {
            let domain = Domain::new(lo, lo + 10_f64.powf(width)).unwrap();
            let ticks = times(domain, offset, max);
            prop_assert!(ticks.len() <= max);
            prop_assert!(ticks.iter().all(|tick| domain.contains(tick.value)), "{ticks:?}");
            prop_assert!(ticks.is_sorted_by(|a, b| a.value < b.value));
            let distinct: std::collections::HashSet<_> = ticks.iter().map(|t| &t.label).collect();
            prop_assert_eq!(distinct.len(), ticks.len(), "{:?}", ticks);
        }
    }
}
