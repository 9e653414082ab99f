//! Dates from days since the Unix epoch and back, in the Gregorian calendar.

/// Milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;

/// Timestamps end here, 100 million days from the epoch, as in JavaScript.
pub(super) const LIMIT: i64 = 8_640_000_000_000_000;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment on a wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year; 0 is 1 BC.
    pub year: i64,
    /// From 1 to 12.
    pub month: i64,
    /// From 1 to 31.
    pub day: i64,
    /// From 0 to 23.
    pub hour: i64,
    /// From 0 to 59.
    pub minute: i64,
    /// From 0 to 59.
    pub second: i64,
    /// From 0 to 999.
    pub millisecond: i64,
}

impl Civil {
    /// The month in three letters, English.
    #[must_use]
    pub fn month_name(&self) -> &'static str {
        usize::try_from(self.month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or("")
    }
}

/// What a wall clock shows `ms` milliseconds after it showed the Unix epoch.
#[must_use]
pub fn civil(ms: i64) -> Civil {
    let (year, month, day) = date(ms.div_euclid(DAY));
    let rest = ms.rem_euclid(DAY);
    Civil {
        year,
        month,
        day,
        hour: rest / 3_600_000,
        minute: rest / 60_000 % 60,
        second: rest / 1000 % 60,
        millisecond: rest % 1000,
    }
}

/// The date so many days after 1 January 1970. Years are counted from March, so
/// that the leap day comes last, in eras of 400 years (146,097 days).
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days from 1 January 1970 to the first of a month, counted from 0 and not
/// bound to its year: month 12 is January of the next.
pub(super) fn days_to_month(year: i64, month: i64) -> i64 {
    let year = year + month.div_euclid(12);
    let month = month.rem_euclid(12) + 1;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        let at = |ms| {
            let c = civil(ms);
            (c.year, c.month, c.day, c.hour, c.minute, c.second, c.millisecond)
        };
        assert_eq!(at(0), (1970, 1, 1, 0, 0, 0, 0));
        assert_eq!(at(-1), (1969, 12, 31, 23, 59, 59, 999));
        // date -u -d @951782400: 29 February 2000.
        assert_eq!(at(951_782_400_000), (2000, 2, 29, 0, 0, 0, 0));
        assert_eq!(at(1_700_000_000_123), (2023, 11, 14, 22, 13, 20, 123));
    }

    #[test]
    fn months_begin_on_their_first_day() {
        for month in -5000..5000 {
            let first = civil(days_to_month(1970, month) * DAY);
            let expected = (1970 + month.div_euclid(12), month.rem_euclid(12) + 1, 1);
            assert_eq!((first.year, first.month, first.day), expected);
        }
    }
}
