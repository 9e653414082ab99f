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
}
