//! Points in time: nanoseconds since 1970, as `datetime64[ns]` has them.
//!
//! No ONNX input holds times, so this reads what requests commonly hold: ISO
//! 8601, and, for data frames, `month/day/year`.

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// Nanoseconds since 1970, in UTC where the text names an offset.
    pub(crate) nanos: i64,
    /// Whether the text names an offset from UTC.
    pub(crate) has_zone: bool,
}

/// Reads ISO 8601 as numpy does: from a year alone to nanoseconds, with `T`
/// or a space before the time.
///
/// # Errors
/// The position of the first byte that does not fit.
pub(crate) fn parse_iso(text: &str) -> Result<Parsed, usize> {
    let mut p = Parser { bytes: text.as_bytes(), at: 0 };
    let negative = p.eat(b'-');
    let year = p.number(1, 6)?;
    let year = if negative { -year } else { year };
    let (mut month, mut day, mut nanos, mut zone) = (1, 1, 0, None);
    if p.eat(b'-') {
        month = p.in_range(1, 12)?;
        if p.eat(b'-') {
            day = p.in_range(1, days_in_month(year, month))?;
            if p.eat(b'T') || p.eat(b' ') {
                nanos = p.time()?;
                zone = p.zone()?;
            }
        }
    }
    if p.at < p.bytes.len() {
        return Err(p.at);
    }
    let seconds = days_from_civil(year, month, day) * 86_400 - zone.unwrap_or(0);
    let nanos = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let nanos = i64::try_from(nanos).map_err(|_| 0usize)?;
    Ok(Parsed { nanos, has_zone: zone.is_some() })
}

/// Whether a text of a data frame, read as a time, names an offset from UTC, which
/// a column of times must not; `None` where it is no time.
pub fn names_offset(text: &str) -> Option<bool> {
    parse_frame(text).map(|parsed| parsed.has_zone)
}

/// Reads what pandas reads in a data frame: ISO 8601 or `month/day/year`.
pub(crate) fn parse_frame(text: &str) -> Option<Parsed> {
    let text = text.trim();
    let mut parts = text.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(month), Some(day), Some(year), None) if year.len() == 4 => {
            parse_iso(&format!("{year}-{month:0>2}-{day:0>2}")).ok()
        }
        // A bare year or month is no date to pandas unless it is written out.
        (Some(_), None, ..) if text.len() >= 10 => parse_iso(text).ok(),
        _ => None,
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    /// Between `min` and `max` digits.
    fn number(&mut self, min: usize, max: usize) -> Result<i64, usize> {
        let mut n = 0;
        let start = self.at;
        while let Some(b) = self.bytes.get(self.at).filter(|b| b.is_ascii_digit()) {
            if self.at - start == max {
                return Err(self.at);
            }
            n = n * 10 + i64::from(b - b'0');
            self.at += 1;
        }
        if self.at - start < min { Err(self.at) } else { Ok(n) }
    }

    fn in_range(&mut self, low: i64, high: i64) -> Result<i64, usize> {
        let start = self.at;
        match self.number(2, 2)? {
            n if (low..=high).contains(&n) => Ok(n),
            _ => Err(start),
        }
    }

    /// `hh[:mm[:ss[.fraction]]]`, in nanoseconds.
    fn time(&mut self) -> Result<i64, usize> {
        let mut seconds = self.in_range(0, 23)? * 3600;
        let mut nanos = 0;
        if self.eat(b':') {
            seconds += self.in_range(0, 59)? * 60;
            if self.eat(b':') {
                seconds += self.in_range(0, 59)?;
                if self.eat(b'.') {
                    nanos = self.fraction()?;
                }
            }
        }
        Ok(seconds * 1_000_000_000 + nanos)
    }

    /// Digits after the point, in nanoseconds; finer ones are dropped.
    fn fraction(&mut self) -> Result<i64, usize> {
        let start = self.at;
        let (mut nanos, mut unit) = (0, 100_000_000);
        while let Some(b) = self.bytes.get(self.at).filter(|b| b.is_ascii_digit()) {
            nanos += i64::from(b - b'0') * unit;
            unit /= 10;
            self.at += 1;
        }
        if self.at == start { Err(start) } else { Ok(nanos) }
    }

    /// `Z`, `+hh`, `+hhmm` or `+hh:mm`, in seconds.
    fn zone(&mut self) -> Result<Option<i64>, usize> {
        if self.eat(b'Z') {
            return Ok(Some(0));
        }
        let sign = match (self.eat(b'+'), self.eat(b'-')) {
            (true, _) => 1,
            (_, true) => -1,
            _ => return Ok(None),
        };
        let hours = self.in_range(0, 23)?;
        let colon = self.eat(b':');
        let minutes = if colon || self.at < self.bytes.len() { self.in_range(0, 59)? } else { 0 };
        Ok(Some(sign * (hours * 3600 + minutes * 60)))
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March end with the leap day.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of a day that many days after 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// A point in time as pandas prints it: `2024-01-02 03:04:05.123456`.
pub(crate) fn format(nanos: i64) -> String {
    let seconds = nanos.div_euclid(1_000_000_000);
    let fraction = nanos.rem_euclid(1_000_000_000);
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let s = seconds.rem_euclid(86_400);
    let mut out =
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    if fraction % 1000 != 0 {
        out.push_str(&format!(".{fraction:09}"));
    } else if fraction != 0 {
        out.push_str(&format!(".{:06}", fraction / 1000));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_texts_are_read_to_the_nanosecond() {
        for (text, expected) in [
            ("2024-01-02", "2024-01-02 00:00:00"),
            ("2024-02-29T23:59:59.000000001", "2024-02-29 23:59:59.000000001"),
            ("2024-01-02 03:04:05.123456", "2024-01-02 03:04:05.123456"),
            ("2024-01-02T03:04:05+02:00", "2024-01-02 01:04:05"),
            ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05"),
            ("1969-12-31T23:59", "1969-12-31 23:59:00"),
            ("1700-03-01", "1700-03-01 00:00:00"),
        ] {
            assert_eq!(format(parse_iso(text).unwrap().nanos), expected, "{text}");
        }
        assert_eq!(format(1_700_000_000_000), "1970-01-01 00:28:20");
    }

    #[test]
    fn errors_are_where_numpy_sees_them() {
        assert_eq!(parse_iso("junk"), Err(0));
        assert_eq!(parse_iso("01/02/2024"), Err(2));
        assert_eq!(parse_iso("2023-02-29"), Err(8));
        assert!(parse_iso("9999-01-01").is_err(), "beyond 64 bits of nanoseconds");
    }

    #[test]
    fn frames_read_the_american_order_too() {
        assert_eq!(parse_frame("01/02/2024"), parse_iso("2024-01-02").ok());
        assert_eq!(parse_frame("7"), None);
        assert_eq!(parse_frame("junk"), None);
    }
}
