//! Numbers as texts and back, as ONNX Runtime writes and reads them: by the
//! rules of C.

use tensor::{DType, Data};

use crate::fault::{Fault, bail};

/// A float as `printf("%.8g")` has it: eight digits, without zeros at the end.
pub(super) fn print(x: f64) -> String {
    if x.is_nan() {
        return "NaN".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "INF".into() } else { "-INF".into() };
    }
    let scientific = format!("{x:.7e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let short = |text: &str| -> String {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').into()
        } else {
            text.into()
        }
    };
    if (-4..8).contains(&exponent) {
        let decimals = usize::try_from(7i32.saturating_sub(exponent)).unwrap_or(0);
        return short(&format!("{x:.decimals$}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", short(digits), exponent.unsigned_abs())
}

/// Reads texts as numbers of the type that can be cut to `to`. As in C, space
/// before a number and anything after it are ignored: "3.7" is the integer 3.
pub(super) fn read(texts: &[String], to: DType) -> Result<Data, Fault> {
    fn all<T>(texts: &[String], f: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Fault> {
        let read = |text: &String| {
            f(text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']))
                .ok_or_else(|| Fault::new(format!("the text {text:?} can't be cast to a number")))
        };
        texts.iter().map(read).collect()
    }
    Ok(match to {
        DType::F16 | DType::F32 => {
            all(texts, |text| float(text, decimal::read_f32, f32::is_finite))?.into()
        }
        DType::F64 => all(texts, |text| float(text, decimal::read_f64, f64::is_finite))?.into(),
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => {
            all(texts, |text| i64::try_from(integer(text)?).ok())?.into()
        }
        DType::Bool | DType::U8 | DType::U16 | DType::U32 | DType::U64 => all(texts, |text| {
            let x = integer(text)?;
            // A negative number is that many steps below 2 to the 64.
            u64::try_from(x.unsigned_abs()).ok().map(|n| if x < 0 { n.wrapping_neg() } else { n })
        })?
        .into(),
        DType::Str => bail!("texts are not read as texts"),
    })
}

/// The whole number that a text begins with.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = signed(text);
    let number = leading(digits, |c| c.is_ascii_digit());
    let magnitude: i128 = number.parse().ok()?;
    Some(if sign { -magnitude } else { magnitude })
}

/// The number that a text begins with; not one that is too large.
fn float<T: Copy>(text: &str, read: fn(&str) -> Option<T>, is_finite: fn(T) -> bool) -> Option<T> {
    let (is_negative, rest) = signed(text);
    let sign = if is_negative { "-" } else { "" };
    let starts = |word: &str| rest.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    if starts("inf") {
        return read(&format!("{sign}inf"));
    }
    if starts("nan") {
        return read("nan");
    }
    if starts("0x") {
        // Hexadecimal, which C reads: rather nothing than 0.
        return None;
    }
    let whole = leading(rest, |c| c.is_ascii_digit());
    let after = rest.get(whole.len()..)?;
    let fraction = after.strip_prefix('.').map_or("", |s| leading(s, |c| c.is_ascii_digit()));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let after = after.strip_prefix('.').map_or(after, |s| s.get(fraction.len()..).unwrap_or(""));
    let exponent = after
        .strip_prefix(['e', 'E'])
        .map(|s| {
            let (is_negative, digits) = signed(s);
            let digits = leading(digits, |c| c.is_ascii_digit());
            if digits.is_empty() {
                String::new()
            } else {
                format!("e{}{digits}", if is_negative { "-" } else { "" })
            }
        })
        .unwrap_or_default();
    let number = read(&format!("{sign}{whole}.{fraction}0{exponent}"))?;
    is_finite(number).then_some(number)
}

/// Whether a minus is before the rest.
fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The longest start of such characters.
fn leading(text: &str, is_part: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_have_eight_digits() {
        let cases: [(f64, &str); 20] = [
            (0.0, "0"),
            (-0.0, "-0"),
            (f64::from(0.1f32), "0.1"),
            (1.0 / 3.0, "0.33333333"),
            (f64::from(1.0f32 / 3.0), "0.33333334"),
            (f64::from(1e-5f32), "9.9999997e-06"),
            (f64::from(1e-4f32), "9.9999997e-05"),
            (1e-4, "0.0001"),
            (12_345_678.0, "12345678"),
            (f64::from(123_456_789.0f32), "1.2345679e+08"),
            (16_777_216.0, "16777216"),
            (1e9, "1e+09"),
            (f64::from(1e17f32), "9.9999998e+16"),
            (f64::from(1e-40f32), "9.9999461e-41"),
            (f64::MAX, "1.7976931e+308"),
            (5e-324, "4.9406565e-324"),
            (12345.678, "12345.678"),
            (99_999_999.9, "1e+08"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-INF"),
        ];
        for (x, text) in cases {
            assert_eq!(print(x), text);
        }
    }

    #[test]
    fn texts_are_read_as_far_as_they_are_numbers() {
        let read = |text: &str, to| read(&[text.to_string()], to).ok();
        for (text, value) in [
            ("1.5", 1.5),
            (" 2.5", 2.5),
            ("2.5 ", 2.5),
            ("-Infinity", f32::NEG_INFINITY),
            ("+3", 3.0),
            ("1e-50", 0.0),
            ("1_0", 1.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e", 1.0),
            ("1E3x", 1000.0),
        ] {
            assert_eq!(read(text, DType::F32), Some(vec![value].into()), "{text}");
        }
        for text in ["", "abc", "1e400", ".", "-", "0x10"] {
            assert_eq!(read(text, DType::F32), None, "{text}");
        }
        assert_eq!(read("3.7", DType::I32), Some(vec![3i64].into()));
        assert_eq!(read("-1", DType::U8), Some(vec![u64::MAX].into()));
        assert_eq!(
            read("-9223372036854775809", DType::U64),
            Some(vec![9_223_372_036_854_775_807u64].into())
        );
        for text in [".5", "true", "9223372036854775808", "inf"] {
            assert_eq!(read(text, DType::I64), None, "{text}");
        }
        assert_eq!(read("18446744073709551616", DType::U64), None);
    }
}
