//! Quoting for MLflow's search filters.
//!
//! MLflow's grammar has no escapes: a key goes into backticks or double quotes,
//! a text into single or double quotes, and what contains both kinds cannot be
//! said at all. These helpers pick the quotes that work and refuse the rest, so
//! that a filter never means something else than its author typed.
//!
//! ```
//! use mlflow_api::filter::{self, Entity};
//!
//! let key = filter::identifier(Entity::Param, "f1 score")?;
//! let text = filter::string("it's")?;
//! assert_eq!(format!("{key} = {text}"), r#"params.`f1 score` = "it's""#);
//! assert!(filter::string(r#"it's 5" wide"#).is_err());
//! # Ok::<(), filter::QuoteError>(())
//! ```

use std::error::Error;
use std::fmt;

/// What a key in a filter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A metric's latest value.
    Metric,
    /// A parameter.
    Param,
    /// A tag.
    Tag,
    /// A field of the object itself, such as `start_time`.
    Attribute,
    /// A field of a dataset that a run read.
    Dataset,
    /// Metadata of a trace.
    Metadata,
    /// A field of one of a trace's spans.
    Span,
    /// Feedback on a trace.
    Feedback,
    /// What was expected of a trace.
    Expectation,
    /// An issue of a trace.
    Issue,
}

impl Entity {
    /// The word before the dot.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Metric => "metrics",
            Self::Param => "params",
            Self::Tag => "tags",
            Self::Attribute => "attributes",
            Self::Dataset => "datasets",
            Self::Metadata => "metadata",
            Self::Span => "span",
            Self::Feedback => "feedback",
            Self::Expectation => "expectation",
            Self::Issue => "issue",
        }
    }

    /// What MLflow's messages call it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Param => "parameter",
            Self::Tag => "tag",
            Self::Attribute => "attribute",
            Self::Dataset => "dataset",
            Self::Metadata => "request_metadata",
            Self::Span => "span",
            Self::Feedback => "feedback",
            Self::Expectation => "expectation",
            Self::Issue => "issue",
        }
    }
}

/// A key or a text that no quoting can carry through MLflow's filter grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteError {
    text: String,
    reason: &'static str,
}

impl fmt::Display for QuoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} cannot be searched for in MLflow's filters: {}", self.text, self.reason)
    }
}

impl Error for QuoteError {}

/// A key as filters and `order_by` take it, such as ``metrics.`val loss` ``.
///
/// # Errors
/// For an empty key, and for one that no pair of quotes fits around.
pub fn identifier(entity: Entity, key: &str) -> Result<String, QuoteError> {
    let fail = |reason| Err(QuoteError { text: key.to_owned(), reason });
    if key.is_empty() {
        return fail("the key is empty");
    }
    if key.ends_with('\\') {
        return fail("the key ends with a backslash, which would escape the quote after it");
    }
    let quote = if !key.contains('`') {
        '`'
    } else if key.contains('"') {
        return fail("the key has both a backtick and a double quote");
    } else if key.starts_with('`') && key.ends_with('`') {
        // MLflow strips the double quotes and then the backticks too.
        return fail("the key begins and ends with a backtick");
    } else {
        '"'
    };
    Ok(format!("{}.{quote}{key}{quote}", entity.prefix()))
}

/// A text as filters take it: in single quotes, or in double quotes if it
/// has a single one inside.
///
/// # Errors
/// For a text with both kinds of quotes, and for one that ends with a
/// backslash, which MLflow's parser takes as an escape of the closing quote.
pub fn string(text: &str) -> Result<String, QuoteError> {
    let fail = |reason| Err(QuoteError { text: text.to_owned(), reason });
    if text.ends_with('\\') {
        return fail("it ends with a backslash, which would escape the quote after it");
    }
    match (text.contains('\''), text.contains('"')) {
        (false, _) => Ok(format!("'{text}'")),
        (true, false) => Ok(format!("\"{text}\"")),
        (true, true) => fail("it has both single and double quotes"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What an MLflow server answers to `tags.<key> = <text> AND …`, tried one by one.
    #[test]
    fn quotes_as_a_server_understands_them() {
        for (text, quoted) in [
            ("plain", "'plain'"),
            ("", "''"),
            ("it's", "\"it's\""),
            ("a''b", "\"a''b\""),
            ("say \"hi\"", "'say \"hi\"'"),
            ("back\\slash", "'back\\slash'"),
            ("mid\\'q", "\"mid\\'q\""),
            ("`a`", "'`a`'"),
            ("a AND b; --c", "'a AND b; --c'"),
        ] {
            assert_eq!(string(text).as_deref(), Ok(quoted));
        }
        for (key, quoted) in [
            ("f1 score", "tags.`f1 score`"),
            ("a.b", "tags.`a.b`"),
            ("AND", "tags.`AND`"),
            ("a\"b", "tags.`a\"b`"),
            ("a`b", "tags.\"a`b\""),
        ] {
            assert_eq!(identifier(Entity::Tag, key).as_deref(), Ok(quoted));
        }
    }

    #[test]
    fn refuses_what_a_server_misreads() {
        // Both answer 400 as soon as another quote follows in the filter.
        assert!(string("tail\\").is_err());
        assert!(string("\\").is_err());
        assert!(string("it's 5\" wide").is_err());
        assert!(identifier(Entity::Metric, "").is_err());
        assert!(identifier(Entity::Metric, "tail\\").is_err());
        assert!(identifier(Entity::Metric, "`a`").is_err());
        assert!(identifier(Entity::Metric, "a`b\"c").is_err());
        assert_eq!(
            string("5\" or 6'").unwrap_err().to_string(),
            "\"5\\\" or 6'\" cannot be searched for in MLflow's filters: \
             it has both single and double quotes"
        );
    }

    proptest! {
        #[test]
        fn the_closing_quote_is_the_first_one(text in r#"[a'"`\\. ]{0,8}"#) {
            if let Ok(quoted) = string(&text) {
                let quote = quoted.chars().next().unwrap();
                prop_assert_eq!(quoted.trim_matches(quote).contains(quote), false);
                prop_assert!(quoted.len() == text.len() + 2 && quoted.contains(&text));
            }
            if let Ok(quoted) = identifier(Entity::Param, &text) {
                let inner = &quoted["params.".len()..];
                let quote = inner.chars().next().unwrap();
                prop_assert_eq!(inner[1..].find(quote), Some(text.len()));
            }
        }
    }
}
