//! From plain words to MLflow's filter grammar.

use mlflow_api::filter;

/// The experiments filter for what somebody typed: every word has to stand in
/// the name, in any order and in any case. Nothing typed means no filter.
///
/// A word with both kinds of quotes cannot be said in MLflow's grammar: its
/// single quotes become `_`, which matches any one character.
pub(crate) fn name_contains(words: &str) -> Option<String> {
    words_in("name", words)
}

/// The same for another field that is text.
pub(crate) fn words_in(field: &str, words: &str) -> Option<String> {
    let clause = |word: &str| {
        let pattern = format!("%{word}%");
        let text = filter::string(&pattern)
            .or_else(|_| filter::string(&pattern.replace('\'', "_")))
            .unwrap_or_default();
        format!("{field} ILIKE {text}")
    };
    let clauses: Vec<String> = words.split_whitespace().map(clause).collect();
    (!clauses.is_empty()).then(|| clauses.join(" AND "))
}

/// How a tag is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagTest {
    /// Its value is exactly this.
    Is,
    /// Its value is another.
    IsNot,
    /// Its value has this in it, in any case.
    Contains,
}

impl TagTest {
    /// All of them.
    pub(crate) const ALL: [TagTest; 3] = [TagTest::Is, TagTest::IsNot, TagTest::Contains];

    /// What the address calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TagTest::Is => "is",
            TagTest::IsNot => "is not",
            TagTest::Contains => "contains",
        }
    }

    /// Reads what the address calls it.
    pub(crate) fn parse(name: &str) -> Option<TagTest> {
        TagTest::ALL.into_iter().find(|test| test.name() == name)
    }
}

/// The clause for a tag; `None` where the grammar cannot say it.
pub(crate) fn tag_clause(key: &str, test: TagTest, value: &str) -> Option<String> {
    let key = filter::identifier(filter::Entity::Tag, key).ok()?;
    let (comparator, value) = match test {
        TagTest::Is => ("=", value.to_owned()),
        TagTest::IsNot => ("!=", value.to_owned()),
        TagTest::Contains => ("ILIKE", format!("%{value}%")),
    };
    Some(format!("{key} {comparator} {}", filter::string(&value).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_clauses() {
        assert_eq!(name_contains("  "), None);
        assert_eq!(name_contains("iris").as_deref(), Some("name ILIKE '%iris%'"));
        assert_eq!(
            name_contains("iris v2").as_deref(),
            Some("name ILIKE '%iris%' AND name ILIKE '%v2%'")
        );
    }

    #[test]
    fn quotes_in_a_word_cannot_end_the_string() {
        assert_eq!(name_contains("it's").as_deref(), Some("name ILIKE \"%it's%\""));
        assert_eq!(name_contains("\"x\"").as_deref(), Some("name ILIKE '%\"x\"%'"));
        assert_eq!(name_contains("a'\"b").as_deref(), Some("name ILIKE '%a_\"b%'"));
    }

    #[test]
    fn tags_become_clauses() {
        let clause = |key, test, value| tag_clause(key, test, value).unwrap_or_default();
        assert_eq!(clause("team", TagTest::Is, "a'b"), "tags.`team` = \"a'b\"");
        assert_eq!(clause("a b", TagTest::IsNot, ""), "tags.`a b` != ''");
        assert_eq!(clause("a", TagTest::Contains, "x"), "tags.`a` ILIKE '%x%'");
        assert_eq!(tag_clause("a`\"", TagTest::Is, "x"), None);
        assert_eq!(tag_clause("a", TagTest::Is, "'\""), None);
    }
}
