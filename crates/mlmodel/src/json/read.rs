//! The reader. It reports the errors that Python's reader reports, in the same
//! words and at the same positions, since MLflow passes them on to callers.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::Value;

/// How deep arrays and objects may nest. numpy stops at 64 dimensions.
pub const MAX_DEPTH: usize = 100;

/// How many digits an integer may have: Python's own limit.
const MAX_DIGITS: usize = 4300;

/// Room is made at once for as many items as the last list had, up to this.
const MAX_GUESS: usize = 64;

/// From this many keys on, repeated keys are looked up in a table.
const LINEAR_KEYS: usize = 32;

/// The powers of ten that are exact floats, as far as short numbers need them.
const POWERS_OF_TEN: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Why bytes are not JSON. `Display` gives the `repr` of the exception that
/// Python raises, such as
/// `JSONDecodeError('Expecting value: line 1 column 1 (char 0)')`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonError {
    /// The bytes are not UTF-8 from this offset on.
    NotUtf8 {
        /// The offset of the first wrong byte.
        offset: usize,
        /// What is wrong with it, in Python's words.
        reason: &'static str,
    },
    /// The text does not follow the grammar.
    Syntax {
        /// What was expected or wrong.
        message: &'static str,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
        /// Counted from 0, in characters.
        char: usize,
    },
    /// Arrays and objects nest deeper than [`MAX_DEPTH`].
    TooDeep,
    /// An integer has more digits than Python reads.
    TooManyDigits,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { offset, reason } => {
                write!(f, "UnicodeDecodeError('utf-8', {offset}, '{reason}')")
            }
            Self::Syntax { message, line, column, char } => {
                let text = format!("{message}: line {line} column {column} (char {char})");
                write!(f, "JSONDecodeError({})", crate::python::repr_str(&text))
            }
            Self::TooDeep => write!(
                f,
                "RecursionError('arrays and objects nest deeper than {MAX_DEPTH} levels')"
            ),
            Self::TooManyDigits => write!(
                f,
                "ValueError('Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion')"
            ),
        }
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON value from UTF-8 bytes, with or without a byte order mark.
///
/// # Errors
/// When the bytes are not UTF-8, not JSON, or nest too deep.
///
/// ```
/// use mlmodel::json::{Value, parse};
///
/// let value = parse(b"[9007199254740993, 1.0, NaN]")?;
/// assert_eq!(value.as_list().map(|items| items.len()), Some(3));
/// assert_eq!(value.as_list().and_then(|v| v.first()), Some(&Value::Int(9007199254740993)));
/// # Ok::<(), mlmodel::json::JsonError>(())
/// ```
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let offset = e.valid_up_to();
        let reason = match (e.error_len(), bytes.get(offset)) {
            (None, _) => "unexpected end of data",
            (Some(_), Some(0xc2..=0xf4)) => "invalid continuation byte",
            _ => "invalid start byte",
        };
        JsonError::NotUtf8 { offset, reason }
    })?;
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, keys: Vec::new(), items: 0 };
    reader.skip_space();
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at < bytes.len() {
        return Err(reader.error("Extra data", reader.at));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The keys of the last object that was read, up to one that is escaped:
    /// the next object most likely has the same.
    keys: Vec<Arc<str>>,
    /// How many items the last list had: the next most likely has as many.
    items: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn error(&self, message: &'static str, at: usize) -> JsonError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let last_line = before.rsplit('\n').next().unwrap_or_default();
        JsonError::Syntax {
            message,
            line: before.matches('\n').count() + 1,
            column: last_line.chars().count() + 1,
            char: before.chars().count(),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error("Expecting value", self.at))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        match self.peek() {
            Some(b'"') => self.string().map(Value::Str),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'N') => self.word("NaN", Value::Float(f64::NAN)),
            Some(b'I') => self.word("Infinity", Value::Float(f64::INFINITY)),
            Some(b'-') if self.bytes.get(self.at + 1) == Some(&b'I') => {
                self.word("-Infinity", Value::Float(f64::NEG_INFINITY))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.error("Expecting value", self.at)),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut items = Vec::with_capacity(self.items.min(MAX_GUESS));
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            match self.peek() {
                Some(b']') => break,
                Some(b',') => self.at += 1,
                _ => return Err(self.error("Expecting ',' delimiter", self.at)),
            }
            self.skip_space();
        }
        self.at += 1;
        items.shrink_to_fit();
        self.items = items.len();
        Ok(Value::List(items))
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut entries = Entries::default();
        // Taken, so that an object within this one does not change it.
        let last = std::mem::take(&mut self.keys);
        entries.list.reserve_exact(last.len().min(MAX_GUESS));
        // Whether the keys so far are those of the last object, and so unique.
        let mut same = true;
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Dict(Vec::new()));
        }
        loop {
            if self.peek() != Some(b'"') {
                let message = "Expecting property name enclosed in double quotes";
                return Err(self.error(message, self.at));
            }
            let known = last.get(entries.list.len()).filter(|key| same && self.is_key(key));
            same = known.is_some();
            let key = match known {
                Some(key) => {
                    self.at += key.len() + 2;
                    key.clone()
                }
                None => self.string()?.into(),
            };
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.error("Expecting ':' delimiter", self.at));
            }
            self.at += 1;
            self.skip_space();
            let value = self.value(depth + 1)?;
            if same {
                entries.list.push((key, value));
            } else {
                entries.set(key, value);
            }
            self.skip_space();
            match self.peek() {
                Some(b'}') => break,
                Some(b',') => self.at += 1,
                _ => return Err(self.error("Expecting ',' delimiter", self.at)),
            }
            self.skip_space();
        }
        self.at += 1;
        self.keys = if same && last.len() == entries.list.len() {
            last
        } else {
            let escaped = |c: char| matches!(c, '"' | '\\') || c.is_ascii_control();
            let keys = entries.list.iter().map(|(key, _)| key);
            keys.take_while(|key| !key.contains(escaped)).cloned().collect()
        };
        Ok(Value::Dict(entries.list))
    }

    /// Whether this key, in its quotes, is what comes next.
    fn is_key(&self, key: &str) -> bool {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        rest.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'"'))
    }

    fn digits(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|b| b.is_ascii_digit()).count()
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        if let Some(value) = self.short_number() {
            return Ok(value);
        }
        let first = start + usize::from(self.peek() == Some(b'-'));
        let mut end = match self.bytes.get(first) {
            Some(b'0') => first + 1,
            Some(b'1'..=b'9') => self.digits(first),
            _ => return Err(self.error("Expecting value", start)),
        };
        let mut is_float = false;
        if self.bytes.get(end) == Some(&b'.') && self.digits(end + 1) > end + 1 {
            end = self.digits(end + 1);
            is_float = true;
        }
        if matches!(self.bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = end + 1 + sign;
            if self.digits(exponent) > exponent {
                end = self.digits(exponent);
                is_float = true;
            }
        }
        self.at = end;
        let text = self.text.get(start..end).unwrap_or_default();
        if is_float {
            // Every text that got here is a number; an overflow is an infinity.
            return Ok(Value::Float(decimal::read_f64(text).unwrap_or(f64::NAN)));
        }
        if let Ok(n) = text.parse() {
            return Ok(Value::Int(n));
        }
        if end - first > MAX_DIGITS {
            return Err(JsonError::TooManyDigits);
        }
        Ok(Value::Big(text.to_owned()))
    }

    /// A number of at most 15 digits without an exponent, which most are: its
    /// digits and the power of ten are exact floats, so that their quotient is
    /// the float nearest to the number. Anything else is left alone.
    fn short_number(&mut self) -> Option<Value> {
        let rest = self.bytes.get(self.at..)?;
        let negative = rest.first() == Some(&b'-');
        let digits = if negative { rest.get(1..)? } else { rest };
        let (mut mantissa, mut count, mut point) = (0i64, 0usize, None);
        for byte in digits {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa.wrapping_mul(10) + i64::from(byte - b'0');
                    count += 1;
                }
                b'.' if point.is_none() => point = Some(count),
                b'.' | b'e' | b'E' => return None,
                _ => break,
            }
            if count > 15 {
                return None;
            }
        }
        let whole = point.unwrap_or(count);
        if whole == 0 || point == Some(count) || (whole > 1 && digits.first() == Some(&b'0')) {
            return None;
        }
        let sign = if negative { -1 } else { 1 };
        let value = match point {
            None => Value::Int(sign * mantissa),
            Some(_) => {
                let power = POWERS_OF_TEN.get(count - whole)?;
                Value::Float(sign as f64 * (mantissa as f64 / power))
            }
        };
        self.at += usize::from(negative) + count + usize::from(point.is_some());
        Some(value)
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let opening = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let from = self.at;
            while matches!(self.peek(), Some(b) if b != b'"' && b != b'\\' && b >= 0x20) {
                self.at += 1;
            }
            out.push_str(self.text.get(from..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => self.escape(opening, &mut out)?,
                Some(_) => return Err(self.error("Invalid control character at", self.at)),
                None => return Err(self.error("Unterminated string starting at", opening)),
            }
        }
    }

    fn escape(&mut self, opening: usize, out: &mut String) -> Result<(), JsonError> {
        let backslash = self.at;
        self.at += 2;
        out.push(match self.bytes.get(backslash + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex4()?;
                if !(0xd800..0xdc00).contains(&high) {
                    char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)
                } else {
                    self.low_surrogate(high)?
                }
            }
            Some(_) => return Err(self.error("Invalid \\escape", backslash)),
            None => return Err(self.error("Unterminated string starting at", opening)),
        });
        Ok(())
    }

    /// The character of a surrogate pair, whose first half was just read.
    fn low_surrogate(&mut self, high: u32) -> Result<char, JsonError> {
        let here = self.at;
        if self.bytes.get(here..here + 2) == Some(b"\\u") {
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = here;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let code = digits.iter().try_fold(0, |n, &b| Some(n * 16 + char::from(b).to_digit(16)?));
        match code {
            Some(code) if digits.len() == 4 => {
                self.at += 4;
                Ok(code)
            }
            _ => Err(self.error("Invalid \\uXXXX escape", self.at - 1)),
        }
    }
}

/// The entries of an object: the last value of a repeated key wins, as in a
/// Python dictionary.
#[derive(Default)]
struct Entries {
    list: Vec<(Arc<str>, Value)>,
    places: HashMap<Arc<str>, usize>,
}

impl Entries {
    fn set(&mut self, key: Arc<str>, value: Value) {
        let place = if self.list.len() < LINEAR_KEYS {
            self.list.iter().position(|(k, _)| *k == key)
        } else {
            if self.places.is_empty() {
                self.places =
                    self.list.iter().enumerate().map(|(i, (k, _))| (k.clone(), i)).collect();
            }
            self.places.get(&key).copied()
        };
        match place.and_then(|i| self.list.get_mut(i)) {
            Some(entry) => entry.1 = value,
            None => {
                if !self.places.is_empty() {
                    self.places.insert(key.clone(), self.list.len());
                }
                self.list.push((key, value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_pythons_to_the_letter() {
        // Printed by Python 3.11: repr of what json.loads(bytes) raises.
        for (text, expected) in [
            (
                "{a:1}",
                "'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'",
            ),
            ("[1", "\"Expecting ',' delimiter: line 1 column 3 (char 2)\""),
            ("[", "'Expecting value: line 1 column 2 (char 1)'"),
            ("[1,", "'Expecting value: line 1 column 4 (char 3)'"),
            ("[1,]", "'Expecting value: line 1 column 4 (char 3)'"),
            ("{\"a\"", "\"Expecting ':' delimiter: line 1 column 5 (char 4)\""),
            ("{\"a\":", "'Expecting value: line 1 column 6 (char 5)'"),
            ("{\"a\":1", "\"Expecting ',' delimiter: line 1 column 7 (char 6)\""),
            (
                "{\"a\":1,}",
                "'Expecting property name enclosed in double quotes: line 1 column 8 (char 7)'",
            ),
            ("", "'Expecting value: line 1 column 1 (char 0)'"),
            ("  ", "'Expecting value: line 1 column 3 (char 2)'"),
            ("nul", "'Expecting value: line 1 column 1 (char 0)'"),
            ("\"abc", "'Unterminated string starting at: line 1 column 1 (char 0)'"),
            ("\"a\nb\"", "'Invalid control character at: line 1 column 3 (char 2)'"),
            ("\"\\x\"", "'Invalid \\\\escape: line 1 column 2 (char 1)'"),
            ("\"\\u12\"", "'Invalid \\\\uXXXX escape: line 1 column 3 (char 2)'"),
            ("1 2", "'Extra data: line 1 column 3 (char 2)'"),
            ("01", "'Extra data: line 1 column 2 (char 1)'"),
            ("1.", "'Extra data: line 1 column 2 (char 1)'"),
            ("1e", "'Extra data: line 1 column 2 (char 1)'"),
            ("-", "'Expecting value: line 1 column 1 (char 0)'"),
            ("-x", "'Expecting value: line 1 column 1 (char 0)'"),
            (".5", "'Expecting value: line 1 column 1 (char 0)'"),
            ("\"\\", "'Unterminated string starting at: line 1 column 1 (char 0)'"),
            ("[\"ä\",\n é]", "'Expecting value: line 2 column 2 (char 7)'"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("JSONDecodeError({expected})"), "{text}");
        }
    }

    #[test]
    fn numbers_keep_pythons_types() {
        let value = parse(b"[1, -0, 1.0, 1e3, 9223372036854775807, 9223372036854775808, 1e400]");
        assert_eq!(
            value.unwrap(),
            Value::List(vec![
                Value::Int(1),
                Value::Int(0),
                Value::Float(1.0),
                Value::Float(1000.0),
                Value::Int(i64::MAX),
                Value::Big("9223372036854775808".into()),
                Value::Float(f64::INFINITY),
            ])
        );
    }

    #[test]
    fn the_last_of_a_repeated_key_wins_in_the_first_ones_place() {
        let text: String = (0..40).map(|i| format!("\"k{}\":{i},", i % 20)).collect();
        let value = parse(format!("{{{text}\"z\":0}}").as_bytes()).unwrap();
        let Value::Dict(entries) = &value else { panic!("{value:?}") };
        assert_eq!(entries.len(), 21);
        assert_eq!(entries[3], ("k3".into(), Value::Int(23)));
    }

    #[test]
    fn short_numbers_are_read_as_any_other() {
        for text in [
            "0",
            "-0",
            "7",
            "-0.0",
            "0.1",
            "-2.675",
            "123456789012345",
            "12345678.1234567",
            "0.00000000000001",
            "999999999999999",
            "99999999.9999999",
            "0.30000000000000",
        ] {
            let value = parse(text.as_bytes()).unwrap();
            let expected = match text.parse::<i64>() {
                Ok(n) => Value::Int(n),
                Err(_) => Value::Float(text.parse().unwrap()),
            };
            assert_eq!(value, expected, "{text}");
            if let (Value::Float(x), Value::Float(y)) = (value, expected) {
                assert_eq!(x.to_bits(), y.to_bits(), "{text}");
            }
        }
        for text in ["1.", "00", "-", "1.2.3", "1-2", "01.5", "-.5"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_are_those_of_each_object() {
        let read = |text: &str| {
            let mut out = String::new();
            crate::json::write_value(&mut out, &parse(text.as_bytes()).unwrap());
            out
        };
        for same in [
            r#"[{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"b": 5, "a": 6}, {"a": 7}, {"a": 8, "b": 9}]"#,
            r#"[{"a": {"x": 1, "b": 2}, "b": {"x": 3, "b": 4}}, {"a": {}, "b": {}}]"#,
            r#"[{"a\"b": 1, "c": 2}, {"a\"b": 3, "c": 4}]"#,
            r#"[{"a": 1, "ab": 2}, {"ab": 3, "a": 4}]"#,
        ] {
            assert_eq!(read(same), same);
        }
        assert_eq!(read(r#"[{"a": 1, "b": 2}, {"a": 3, "a": 4}]"#), {
            r#"[{"a": 1, "b": 2}, {"a": 4}]"#
        });
        assert_eq!(read(r#"{"a": {"x": 1, "a": 2}, "a": 3}"#), r#"{"a": 3}"#);
        assert!(parse(br#"[{"a\"b": 1}, {"a"b": 2}]"#).is_err());
    }

    #[test]
    fn surrogates_pair_up_or_are_replaced() {
        assert_eq!(parse(br#""\ud83d\ude00""#).unwrap(), Value::Str("😀".into()));
        assert_eq!(parse(br#""\ud83dx\udc00\ud800\u0041""#).unwrap(), {
            Value::Str("\u{fffd}x\u{fffd}\u{fffd}A".into())
        });
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        assert_eq!(parse("[".repeat(1_000_000).as_bytes()), Err(JsonError::TooDeep));
        let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(parse(fits.as_bytes()).is_ok());
    }

    #[test]
    fn bytes_that_are_not_utf8_are_located() {
        let error = parse(b"\"a\xff\"").unwrap_err();
        assert_eq!(error, JsonError::NotUtf8 { offset: 2, reason: "invalid start byte" });
        assert!(matches!(parse(b"\"a\xc3"), Err(JsonError::NotUtf8 { offset: 2, .. })));
    }
}
