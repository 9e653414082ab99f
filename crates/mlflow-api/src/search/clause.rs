//! What a filter says, once it is read.

use std::fmt;
use std::ops::Range;

use crate::filter::Entity;

/// One comparison of a filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// What the key belongs to.
    pub entity: Entity,
    /// The key, without quotes. An attribute's is its name, whichever of its
    /// spellings the filter has.
    pub key: String,
    /// How the value is compared.
    pub comparator: Comparator,
    /// What it is compared with; of a kind that goes with the comparator.
    pub value: Value,
    /// Where it is in the filter, as a range of bytes.
    pub span: Range<usize>,
}

/// What a key is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: after `IS NULL` and `IS NOT NULL`.
    Missing,
    /// A whole number.
    Integer(i64),
    /// A number; every metric is compared with one.
    Real(f64),
    /// A text.
    Text(String),
    /// Texts, at least one: after `IN` and `NOT IN`.
    List(Vec<String>),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `!=`: the key has to be there.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `LIKE`: `%` is any text, `_` any character.
    Like,
    /// `ILIKE`: the same in either case of the ASCII letters.
    Ilike,
    /// `RLIKE`: a regular expression finds something in it; traces only.
    Rlike,
    /// `IN`
    In,
    /// `NOT IN`
    NotIn,
    /// `IS NULL`: there is no such key.
    IsNull,
    /// `IS NOT NULL`: there is such a key.
    IsNotNull,
}

impl Comparator {
    const ALL: [Self; 13] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
        Self::Like,
        Self::Ilike,
        Self::Rlike,
        Self::In,
        Self::NotIn,
        Self::IsNull,
        Self::IsNotNull,
    ];

    /// The comparator as a filter has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Like => "LIKE",
            Self::Ilike => "ILIKE",
            Self::Rlike => "RLIKE",
            Self::In => "IN",
            Self::NotIn => "NOT IN",
            Self::IsNull => "IS NULL",
            Self::IsNotNull => "IS NOT NULL",
        }
    }

    /// The comparator that is spelled so, in upper case.
    pub(super) fn spelled(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|comparator| comparator.as_str() == text)
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
