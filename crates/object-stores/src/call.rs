//! What is asked of a store.

use std::borrow::Cow;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986's unreserved characters, which need not be encoded.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, and the slash between the segments of a path.
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// A path as a URL has it.
pub fn encode(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, PATH).into()
}

/// A call of a store's interface. Its body is not part of it: no signature
/// covers one.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The verb.
    pub method: Method,
    /// The object, its bucket or container first, or that alone; encoded.
    pub object: &'a str,
    /// The query, as it is before encoding.
    pub query: &'a [(&'a str, &'a str)],
    /// Azure's own headers, which begin with `x-ms-`, in the order of their names.
    pub headers: &'a [(&'a str, &'a str)],
    /// How long the body is.
    pub length: u64,
}

impl<'a> Call<'a> {
    /// A call with neither query, headers nor body.
    pub fn new(method: Method, object: &'a str) -> Self {
        Self { method, object, query: &[], headers: &[], length: 0 }
    }

    /// What reads an object.
    pub fn get(object: &'a str) -> Self {
        Self::new(Method::GET, object)
    }

    /// The call with a query.
    #[must_use]
    pub fn query(self, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..self }
    }
}

/// A query, encoded, in the order of its names.
pub(crate) fn sorted_query(pairs: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, UNRESERVED).to_string();
    let mut pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_sorted_and_encoded() {
        assert_eq!(
            sorted_query(&[("prefix", "a/b c"), ("list-type", "2"), ("uploads", "")]),
            "list-type=2&prefix=a%2Fb%20c&uploads="
        );
        assert_eq!(sorted_query(&[]), "");
        assert_eq!(encode("a b/ü"), "a%20b/%C3%BC");
    }
}
