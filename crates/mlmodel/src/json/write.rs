//! The writer: what `json.dumps` prints, byte for byte.

use std::fmt::Write as _;

use super::Value;
use crate::python;

/// Writes a number as Python does: `3.0`, `1e-07`, and the bare words `NaN`,
/// `Infinity`, `-Infinity`, which strict JSON readers refuse.
pub fn write_float(out: &mut String, x: f64) {
    if x.is_nan() {
        out.push_str("NaN");
    } else if x.is_infinite() {
        out.push_str(if x > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        python::write_float(out, x);
    }
}

/// Writes an integer.
pub fn write_int(out: &mut String, n: i64) {
    python::write_int(out, n);
}

/// Writes text with its quotes. Everything outside ASCII is escaped.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    // Most texts have nothing to escape, and most others little.
    let is_plain = |b: &u8| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\');
    let (plain, rest) = text.split_at(text.as_bytes().iter().take_while(|b| is_plain(b)).count());
    out.push_str(plain);
    for c in rest.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// Writes a whole value, with `", "` and `": "` between its parts.
pub fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(n) => write_int(out, *n),
        Value::Big(digits) => out.push_str(digits),
        Value::Float(x) => write_float(out, *x),
        Value::Str(text) => write_string(out, text),
        Value::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Dict(entries) => {
            out.push('{');
            for (i, (key, item)) in entries.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_string(out, key);
                out.push_str(": ");
                write_value(out, item);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_python_escapes_it() {
        let mut out = String::new();
        write_string(&mut out, "a\"\\\n\u{1}é😀\u{7f}");
        assert_eq!(out, r#""a\"\\\n\u0001\u00e9\ud83d\ude00\u007f""#);
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = r#"{"a": [1, 2.5, NaN, -Infinity, null, true], "\u00e9": {"x": 1e-07}}"#;
        let mut out = String::new();
        write_value(&mut out, &super::super::parse(text.as_bytes()).unwrap());
        assert_eq!(out, text);
    }
}
