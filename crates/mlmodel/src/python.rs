//! Python's way of printing and reading scalars: the parts of `repr`, `str`,
//! `int()` and `float()` that show in MLflow's answers.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::json::Value;

/// Appends a float as Python prints it: the shortest digits that read back to
/// the same number, with an exponent below 1e-4 and from 1e16 on.
pub(crate) fn write_float(out: &mut String, x: f64) {
    if x.is_nan() {
        out.push_str("nan");
        return;
    }
    if x.is_infinite() {
        out.push_str(if x > 0.0 { "inf" } else { "-inf" });
        return;
    }
    // Writing to a String cannot fail.
    if x == 0.0 || (1e-4..1e16).contains(&x.abs()) {
        let _ = write!(out, "{x:?}");
    } else {
        let scientific = format!("{x:e}");
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
}

/// `repr(x)` of a float.
pub(crate) fn repr_float(x: f64) -> String {
    let mut out = String::new();
    write_float(&mut out, x);
    out
}

/// `repr(text)`: in single quotes unless only those appear within.
pub(crate) fn repr_str(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{ad}' => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// `repr(bytes)`, such as `b'a\xff'`, of at most `limit` bytes and then `...`.
#[must_use]
pub fn repr_bytes(bytes: &[u8], limit: usize) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = String::from("b");
    out.push(char::from(quote));
    for &b in bytes.iter().take(limit) {
        match b {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b if b == quote => {
                out.push('\\');
                out.push(char::from(b));
            }
            b' '..=b'~' => out.push(char::from(b)),
            b => {
                let _ = write!(out, "\\x{b:02x}");
            }
        }
    }
    if bytes.len() > limit {
        out.push_str("...");
    }
    out.push(char::from(quote));
    out
}

/// `repr(value)`.
pub(crate) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(n) => n.to_string(),
        Value::Big(digits) => digits.clone(),
        Value::Float(x) => repr_float(*x),
        Value::Str(text) => repr_str(text),
        Value::List(items) => format!("[{}]", join(items.iter().map(repr))),
        Value::Dict(entries) => {
            let parts = entries.iter().map(|(k, v)| format!("{}: {}", repr_str(k), repr(v)));
            format!("{{{}}}", join(parts))
        }
    }
}

/// `str(value)`: `repr`, but text stands bare.
pub(crate) fn str(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        other => repr(other),
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// `repr` of a list of text, such as `['a', 'b']`.
#[must_use]
pub fn repr_list<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", join(items.into_iter().map(repr_str)))
}

/// `repr` of a tuple of lengths: `()`, `(4,)`, `(-1, 4)`.
pub(crate) fn repr_shape<T: ToString>(shape: &[T]) -> String {
    match shape {
        [one] => format!("({},)", one.to_string()),
        many => format!("({})", join(many.iter().map(T::to_string))),
    }
}

/// `type(value).__name__`.
#[must_use]
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Big(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "str",
        Value::List(_) => "list",
        Value::Dict(_) => "dict",
    }
}

/// `bool(value)`.
pub(crate) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => *b,
        Value::Int(n) => *n != 0,
        Value::Big(_) => true,
        Value::Float(x) => *x != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Dict(entries) => !entries.is_empty(),
    }
}

/// Digits with single underscores between them, without those underscores.
fn without_underscores(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    for (i, _) in bytes.iter().enumerate().filter(|(_, b)| **b == b'_') {
        let digit = |j: Option<usize>| j.and_then(|j| bytes.get(j)).is_some_and(u8::is_ascii_digit);
        if !digit(i.checked_sub(1)) || !digit(i.checked_add(1)) {
            return None;
        }
    }
    Some(Cow::Owned(text.replace('_', "")))
}

/// `int(text)`: an [`Value::Int`] or [`Value::Big`]; `None` where Python
/// raises `invalid literal for int()`.
pub(crate) fn parse_int(text: &str) -> Option<Value> {
    let text = without_underscores(text.trim())?;
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => ("-", text.get(1..)?),
        Some(b'+') => ("", text.get(1..)?),
        _ => ("", &*text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(Value::Int(0));
    }
    let text = format!("{sign}{digits}");
    Some(text.parse().map_or(Value::Big(text), Value::Int))
}

/// `float(text)`; `None` where Python raises `could not convert string to
/// float`.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    decimal::read_f64(&without_underscores(text.trim())?)
}

/// The exception that Python would have raised at this point: MLflow puts its
/// name and text into its own messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raised {
    pub(crate) exception: &'static str,
    pub(crate) text: String,
}

impl Raised {
    pub(crate) fn new(exception: &'static str, text: impl Into<String>) -> Self {
        Self { exception, text: text.into() }
    }

    /// `repr(exception)`.
    pub(crate) fn repr(&self) -> String {
        format!("{}({})", self.exception, repr_str(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_python_prints_them() {
        for (x, expected) in [
            (3.0, "3.0"),
            (-0.0, "-0.0"),
            (1e-7, "1e-07"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (f64::from(0.1f32), "0.10000000149011612"),
            (123456789.5, "123456789.5"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(repr_float(x), expected);
        }
    }

    #[test]
    fn text_is_quoted_as_python_quotes_it() {
        assert_eq!(repr_str("it's"), "\"it's\"");
        assert_eq!(repr_str("'\""), "'\\'\"'");
        assert_eq!(repr_str("a\n\u{0}é"), "'a\\n\\x00é'");
        assert_eq!(repr_bytes(b"{a:1}", 10), "b'{a:1}'");
        assert_eq!(repr_bytes(b"\xffabc", 2), "b'\\xffa...'");
    }

    #[test]
    fn numbers_are_read_from_text_as_python_reads_them() {
        assert_eq!(parse_int(" 7 "), Some(Value::Int(7)));
        assert_eq!(parse_int("-0"), Some(Value::Int(0)));
        assert_eq!(parse_int("1_000"), Some(Value::Int(1000)));
        assert_eq!(parse_int("10000000000000000000000"), {
            Some(Value::Big("10000000000000000000000".into()))
        });
        for wrong in ["", "1.5", "x", "1__0", "_1", "0x10", "1e3", "-", "+-1"] {
            assert_eq!(parse_int(wrong), None, "{wrong}");
        }
        assert_eq!(parse_float("1_0.5"), Some(10.5));
        assert_eq!(parse_float(" -Infinity "), Some(f64::NEG_INFINITY));
        for wrong in ["", "x", "1_", "_", "1e", "."] {
            assert_eq!(parse_float(wrong), None, "{wrong}");
        }
    }
}
