//! Times and durations as protobuf's JSON has them: texts, of which MLflow keeps
//! the milliseconds.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::Serializer;

const DAY_MS: i64 = 86_400_000;

/// Milliseconds since 1970 as `2024-01-31T08:00:00.123Z`.
#[must_use]
pub fn format(ms: i64) -> String {
    let (day, ms) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let (year, month, day) = date_of(day);
    let (seconds, millis) = (ms / 1000, ms % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// The way back; what is finer than milliseconds is dropped.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't'])?;
    let mut date = date.splitn(3, '-');
    let mut part = |digits: usize| {
        let part = date.next().filter(|part| part.len() == digits)?;
        part.parse::<i64>().ok().filter(|value| *value >= 0)
    };
    let days = day_of(part(4)?, part(2)?, part(2)?)?;
    let (time, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => {
            let at = time.rfind(['+', '-'])?;
            let (time, offset) = time.split_at_checked(at)?;
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = offset.get(1..)?.split_once(':')?;
            (time, sign * (hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?))
        }
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut clock = clock.splitn(3, ':');
    let mut part = |below: i64| {
        let part = clock.next().filter(|part| part.len() == 2)?;
        part.parse::<i64>().ok().filter(|value| (0..below).contains(value))
    };
    let (hour, minute, second) = (part(24)?, part(60)?, part(60)?);
    Some(days * DAY_MS + ((hour * 60 + minute - offset) * 60 + second) * 1000 + millis(fraction)?)
}

/// The milliseconds of the digits after a point.
fn millis(fraction: &str) -> Option<i64> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || fraction.len() > 9 {
        return None;
    }
    let digits = fraction.get(..3).unwrap_or(fraction);
    digits
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(3)
        .try_fold(0, |sum, digit| Some(sum * 10 + i64::from(digit.checked_sub(b'0')?)))
}

/// The date of a day since 1970, in the calendar that has always been Gregorian.
/// Days are counted from a first of March, so that a leap day is a year's last.
fn date_of(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The day since 1970 of a date; `None` for one that is in no calendar.
fn day_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let year_of_era = shifted.rem_euclid(400);
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = era * 146_097 + of_era - 719_468;
    (date_of(days) == (year, month, day)).then_some(days)
}

/// Milliseconds as `1.500s`.
fn format_duration(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let (seconds, millis) = (ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000);
    if millis == 0 { format!("{sign}{seconds}s") } else { format!("{sign}{seconds}.{millis:03}s") }
}

fn parse_duration(text: &str) -> Option<i64> {
    let text = text.strip_suffix('s')?;
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = seconds.parse::<i64>().ok()?.checked_mul(1000)?;
    Some(sign * seconds.checked_add(millis(fraction)?)?)
}

/// For a field of milliseconds since 1970; absent and `null` mean 0.
pub(crate) mod timestamp {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format(*ms))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(0) };
        parse(&text).ok_or_else(|| D::Error::custom(format!("'{text}' is no time")))
    }
}

/// For an optional field of milliseconds.
pub(crate) mod opt_duration {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        ms: &Option<i64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match ms {
            Some(ms) => serializer.serialize_str(&format_duration(*ms)),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<i64>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let ms = parse_duration(&text);
        ms.map(Some).ok_or_else(|| D::Error::custom(format!("'{text}' is no duration")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_as_protobuf_writes_them() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(format(ms), text);
            assert_eq!(parse(text), Some(ms));
        }
        assert_eq!(parse("2024-01-01T01:30:00.1+01:30"), parse("2024-01-01T00:00:00.100Z"));
        assert_eq!(parse("2024-01-01T00:00:00.123999999Z"), parse("2024-01-01T00:00:00.123Z"));
        for wrong in ["", "2024-01-01", "2023-02-29T00:00:00Z", "2024-1-01T00:00:00Z", "T", "x"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn durations_as_protobuf_writes_them() {
        for (ms, text) in [(0, "0s"), (1500, "1.500s"), (-1, "-0.001s"), (60_000, "60s")] {
            assert_eq!(format_duration(ms), text);
            assert_eq!(parse_duration(text), Some(ms));
        }
        for wrong in ["", "1", "s", "1.5", "1.5x", "--1s"] {
            assert!(parse_duration(wrong).is_none_or(|ms| ms == 0), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_time_comes_back(ms in -62_135_596_800_000_i64..253_402_300_800_000) {
            prop_assert_eq!(parse(&format(ms)), Some(ms));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}", more in "[0-9TZ:.+-]{0,40}") {
            parse(&text);
            parse(&more);
            parse_duration(&text);
        }
    }
}
