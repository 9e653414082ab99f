//! Numbers, durations and counts as people read them.

pub(crate) use run_frame::format_number as number;

use super::language::t;
use super::locale;

/// A metric's value with every digit that it has.
pub(crate) fn full_number(value: f64) -> String {
    if !value.is_finite() {
        return number(value);
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e16).contains(&magnitude) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// A whole number with its thousands apart, as the browser's locale has it: `12,400`.
pub(crate) fn count(value: usize) -> String {
    locale::count(value).unwrap_or_else(|| grouped(value))
}

fn grouped(value: usize) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A duration in milliseconds, in its two largest units: `1 h 4 min`.
pub(crate) fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    match milliseconds {
        i64::MIN..0 => "–".to_owned(),
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => {
            let tenths = milliseconds / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        60_000..3_600_000 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600_000..86_400_000 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// How long ago something was, in its largest unit. `milliseconds` may be
/// slightly negative, since the server's clock is not ours.
pub(crate) fn ago(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    let (value, words) = match seconds {
        i64::MIN..45 => return t("just now").to_owned(),
        45..3_600 => ((seconds / 60).max(1), t("{0} min ago")),
        3_600..86_400 => (seconds / 3600, t("{0} h ago")),
        86_400..2_592_000 => (seconds / 86_400, t("{0} d ago")),
        2_592_000..31_536_000 => (seconds / 2_592_000, t("{0} mo ago")),
        _ => (seconds / 31_536_000, t("{0} y ago")),
    };
    words.replace("{0}", &value.to_string())
}

/// A size in bytes: `3.8 MB`.
pub(crate) fn bytes(size: u64) -> String {
    let mut scaled = size as f64;
    for unit in ["B", "kB", "MB"] {
        if scaled < 999.5 {
            let decimals = usize::from(unit != "B" && scaled < 9.95);
            return format!("{scaled:.decimals$} {unit}");
        }
        scaled /= 1000.0;
    }
    format!("{scaled:.1} GB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_numbers_lose_nothing() {
        for value in [0.1, 0.30000000000000004, -1e-9, 1.5e300, 123456.789, 42.0] {
            assert_eq!(full_number(value).parse::<f64>(), Ok(value));
        }
        assert_eq!(full_number(1e-9), "1e-9");
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1000), "1,000");
        assert_eq!(count(12400), "12,400");
        assert_eq!(count(1234567), "1,234,567");
    }

    #[test]
    fn durations_use_two_units() {
        assert_eq!(duration(-5), "–");
        assert_eq!(duration(12), "12 ms");
        assert_eq!(duration(1_234), "1.2 s");
        assert_eq!(duration(59_999), "59.9 s");
        assert_eq!(duration(61_000), "1 min 1 s");
        assert_eq!(duration(3_840_000), "1 h 4 min");
        assert_eq!(duration(183_600_000), "2 d 3 h");
    }

    #[test]
    fn the_past_has_one_unit() {
        assert_eq!(ago(-2_000), "just now");
        assert_eq!(ago(50_000), "1 min ago");
        assert_eq!(ago(7_200_000), "2 h ago");
        assert_eq!(ago(3 * 86_400_000), "3 d ago");
        assert_eq!(ago(70 * 86_400_000), "2 mo ago");
        assert_eq!(ago(800 * 86_400_000), "2 y ago");
    }

    #[test]
    fn sizes_are_decimal() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(3_800_000), "3.8 MB");
        assert_eq!(bytes(38_000_000), "38 MB");
        assert_eq!(bytes(2_500_000_000), "2.5 GB");
    }
}
