//! Query strings: `key=value` pairs in the order in which they stand.

use std::fmt;

/// The pairs of a query string. A key stands at most once; the first one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query string, with or without its `?`.
    pub(crate) fn parse(text: &str) -> Query {
        let mut query = Query::default();
        for pair in text.strip_prefix('?').unwrap_or(text).split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let key = decode(&key.replace('+', " "));
            if !key.is_empty() && query.get(&key).is_none() {
                query.0.push((key, decode(&value.replace('+', " "))));
            }
        }
        query
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }

    /// Sets `key` to `value` where it stands, or removes it.
    pub(crate) fn set(&mut self, key: &str, value: Option<&str>) {
        let at = self.0.iter().position(|(k, _)| k == key);
        match (value, at.and_then(|at| self.0.get_mut(at))) {
            (Some(value), Some(pair)) => pair.1 = value.to_owned(),
            (Some(value), None) => self.0.push((key.to_owned(), value.to_owned())),
            (None, _) => self.0.retain(|(k, _)| k != key),
        }
    }

    /// The texts of a JSON list under `key`, as MLflow's addresses have them;
    /// empty where there is none.
    pub(crate) fn list(&self, key: &str) -> Vec<String> {
        let text = self.get(key).unwrap_or_default();
        serde_json::from_slice(text.as_bytes()).unwrap_or_default()
    }

    /// Sets `key` to a JSON list of texts.
    pub(crate) fn set_list(&mut self, key: &str, texts: &[String]) {
        self.set(key, Some(&serde_json::Value::from(texts).to_string()));
    }

    /// Whether there is no pair at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (key, value)) in self.0.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "&" };
            write!(f, "{separator}{}={}", encode(key), encode(value))?;
        }
        Ok(())
    }
}

/// Percent-encodes all but the unreserved characters, as `encodeURIComponent` does.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].map(|digit| {
                char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
            }));
        }
    }
    out
}

/// Undoes percent-encoding. A `%` without two hex digits stays as it is, and
/// bytes that are no UTF-8 become replacement characters.
pub(crate) fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => {
                    out.push(first);
                    rest = tail;
                }
            },
            _ => {
                out.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plus_and_percent_twenty_are_both_a_space() {
        let query = Query::parse("?searchFilter=a+b%20c&orderByAsc=true&&=x&searchFilter=late");
        assert_eq!(query.get("searchFilter"), Some("a b c"));
        assert_eq!(query.get("orderByAsc"), Some("true"));
        assert_eq!(query.to_string(), "searchFilter=a%20b%20c&orderByAsc=true");
    }

    #[test]
    fn setting_keeps_the_place_and_nothing_removes() {
        let mut query = Query::parse("a=1&b=2");
        query.set("a", Some("3"));
        query.set("c", Some("4"));
        query.set("b", None);
        assert_eq!(query.to_string(), "a=3&c=4");
        query.set("a", None);
        query.set("c", None);
        assert!(query.is_empty());
    }

    #[test]
    fn broken_escapes_are_left_alone() {
        for text in ["%", "%2", "%zz", "100%", "%€"] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(decode("%FF"), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(text in ".*") {
            prop_assert_eq!(decode(&encode(&text)), text);
        }
    }
}
