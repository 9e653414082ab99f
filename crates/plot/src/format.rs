//! Numbers in few characters.

/// How the labels of one axis are written, so that they match each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Style {
    /// As `0.25`: so many digits after the point, the value divided by ten to
    /// the power of `unit`, then `suffix`.
    Fixed { decimals: i32, unit: i32, suffix: &'static str },
    /// As `2e−7`, each with its own power.
    Scientific,
}

/// Units with their power of ten and the size from which they are used.
const UNITS: [(i32, f64, &str); 4] = [(12, 1e12, "T"), (9, 1e9, "B"), (6, 1e6, "M"), (3, 1e4, "k")];

/// Below this size, values with more digits after the point than
/// [`MOST_DECIMALS`] are mostly zeros, and shorter with a power of ten.
const SMALL: f64 = 0.001;
const MOST_DECIMALS: i32 = 4;

impl Style {
    /// The style for values up to `largest`, apart by some times ten to the
    /// power of `exponent`.
    pub(crate) fn of(largest: f64, exponent: i32) -> Self {
        let small = largest < SMALL && -exponent > MOST_DECIMALS;
        if small || largest >= 1e15 || exponent < -15 {
            return Self::Scientific;
        }
        let plain = Self::Fixed { decimals: (-exponent).max(0), unit: 0, suffix: "" };
        match UNITS.iter().find(|(_, from, _)| largest >= *from) {
            Some(&(unit, _, suffix)) if unit - exponent <= 3 => {
                Self::Fixed { decimals: (unit - exponent).max(0), unit, suffix }
            }
            _ => plain,
        }
    }

    /// The label of `digits` times ten to the power of `exponent`.
    pub(crate) fn label(self, digits: i64, exponent: i32) -> String {
        if digits == 0 {
            return "0".into();
        }
        match self {
            Self::Scientific => scientific(digits, exponent),
            Self::Fixed { decimals, unit, suffix } => {
                let value = scale(digits, exponent - unit);
                let decimals = usize::try_from(decimals).unwrap_or(0);
                typographic(&format!("{value:.decimals$}{suffix}"))
            }
        }
    }
}

/// `digits` times ten to the power of `exponent`, written as short as is usual:
/// `0.001`, `50`, `20k`, `1e−6`.
pub(crate) fn shortest(digits: i64, exponent: i32) -> String {
    let value = scale(digits, exponent).abs();
    if exponent < -3 || value >= 1e15 {
        return scientific(digits, exponent);
    }
    Style::of(value, exponent).label(digits, exponent)
}

fn scale(digits: i64, exponent: i32) -> f64 {
    if exponent < 0 {
        digits as f64 / 10_f64.powi(-exponent)
    } else {
        digits as f64 * 10_f64.powi(exponent)
    }
}

/// As `1.5e−7`: one digit before the point, none that is not needed after it.
fn scientific(digits: i64, exponent: i32) -> String {
    let written = digits.unsigned_abs().to_string();
    let significant = written.trim_end_matches('0');
    let power = exponent + i32::try_from(written.len()).unwrap_or(1) - 1;
    let (head, tail) = significant.split_at(significant.len().min(1));
    let point = if tail.is_empty() { "" } else { "." };
    let sign = if digits < 0 { "-" } else { "" };
    typographic(&format!("{sign}{head}{point}{tail}e{power}"))
}

/// With the minus sign that is as wide as a plus.
fn typographic(text: &str) -> String {
    text.replace('-', "−")
}

/// A value with four significant digits, as in a table: `0.1235`, `12350`,
/// `1.235e-5`, `NaN`, `∞`. Trailing zeros are dropped.
#[must_use]
pub fn value(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    // MLflow's SQL store writes infinities as the greatest number.
    if value.abs() >= f64::MAX {
        return if value > 0.0 { "∞" } else { "-∞" }.into();
    }
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    // Rounding first: 9.99999 has four digits as 10.
    let rounded = format!("{value:.3e}");
    let Some((mantissa, power)) = rounded.split_once('e') else { return rounded };
    let power: i32 = power.parse().unwrap_or(0);
    if !(-4..15).contains(&power) {
        return format!("{}e{power}", trimmed(mantissa));
    }
    let decimals = usize::try_from(3 - power).unwrap_or(0);
    if power > 3 {
        // Whole numbers keep all their digits: a step is a step.
        return format!("{value:.0}");
    }
    trimmed(&format!("{value:.decimals$}")).to_owned()
}

/// Without zeros at the end of the fraction.
fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_four_significant_digits() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.9, "0.9"),
            (0.123_456, "0.1235"),
            (-0.000_123_456, "-0.0001235"),
            (0.000_012_345_6, "1.235e-5"),
            (9.999_96, "10"),
            (123.456, "123.5"),
            (12_345.6, "12346"),
            (1e15, "1e15"),
            (-2.5e300, "-2.5e300"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "∞"),
            (f64::MIN, "-∞"),
        ] {
            assert_eq!(value(number), text, "{number:e}");
        }
    }

    #[test]
    fn powers_of_ten_are_short() {
        for (digits, exponent, text) in [
            (1, -3, "0.001"),
            (5, -4, "5e−4"),
            (1, 0, "1"),
            (1, 3, "1000"),
            (2, 4, "20k"),
            (5, 6, "5M"),
            (1, 15, "1e15"),
            (-150, -9, "−1.5e−7"),
        ] {
            assert_eq!(shortest(digits, exponent), text);
        }
    }
}
