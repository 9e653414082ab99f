//! Numbers for people.

/// A number with 4 significant digits, as a table shows it.
///
/// Digits before the point are never rounded away below a million, so that
/// 12345 stays 12345; trailing zeros are dropped. From a million on, and below
/// a ten-thousandth, the form is `1.235e6`.
///
/// ```
/// use run_frame::format_number;
///
/// assert_eq!(format_number(0.123456), "0.1235");
/// assert_eq!(format_number(12345.0), "12345");
/// assert_eq!(format_number(1234567.0), "1.235e6");
/// assert_eq!(format_number(0.00001), "1e-5");
/// assert_eq!(format_number(f64::NEG_INFINITY), "-∞");
/// ```
pub fn format_number(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rounded to 4 digits first: 9.9999 has the exponent of 10.
    let scientific = format!("{value:.3e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent >= 3 && value.abs().round() < 1e6 {
        return format!("{value:.0}");
    }
    match usize::try_from(3 - exponent) {
        Ok(decimals) if exponent >= -4 => trim(&format!("{value:.decimals$}")).to_owned(),
        _ => format!("{}e{exponent}", trim(mantissa)),
    }
}

/// Without the zeros at the end of a fraction.
fn trim(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
