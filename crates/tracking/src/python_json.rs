//! JSON as Python's `json.dumps` writes it: MLflow looks into some of it with
//! text patterns, and so may who opens our file with MLflow.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// The text, with every character as it is.
pub(crate) fn to_string(value: &impl Serialize) -> String {
    write(value, false)
}

/// The text in ASCII, as Python has it when nobody says otherwise.
pub(crate) fn to_ascii(value: &impl Serialize) -> String {
    write(value, true)
}

fn write(value: &impl Serialize, ascii: bool) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Python { ascii });
    // Nothing that is written so can fail: it has no keys but texts.
    let _ = value.serialize(&mut serializer);
    String::from_utf8(text).unwrap_or_default()
}

struct Python {
    ascii: bool,
}

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b": ")
    }

    /// The same digits as `serde_json`, with a sign and two digits of exponent.
    fn write_f64<W: ?Sized + Write>(&mut self, w: &mut W, value: f64) -> io::Result<()> {
        let text = serde_json::to_string(&value).unwrap_or_default();
        let Some((digits, exponent)) = text.split_once('e') else {
            return w.write_all(text.as_bytes());
        };
        let sign = if exponent.starts_with('-') { '-' } else { '+' };
        let exponent = exponent.trim_start_matches(['-', '+']);
        write!(w, "{digits}e{sign}{exponent:0>2}")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        w: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if !self.ascii || fragment.is_ascii() {
            return w.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for c in fragment.chars() {
            if c.is_ascii() {
                write!(w, "{c}")?;
            } else {
                for unit in c.encode_utf16(&mut units) {
                    write!(w, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_python_writes_it() {
        let value = json!({"a": [1, 2.0, 1e22, 1e-7, 1e16, 123456.75], "b": "é\"😀\n", "c": {}});
        assert_eq!(
            to_string(&value),
            "{\"a\": [1, 2.0, 1e+22, 1e-07, 1e+16, 123456.75], \"b\": \"é\\\"😀\\n\", \"c\": {}}"
        );
        assert_eq!(to_ascii(&"é\"😀\n"), r#""\u00e9\"\ud83d\ude00\n""#);
    }
}
