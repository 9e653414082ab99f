//! How well a few typed letters fit a text: for the command palette.

/// How well `typed` fits `text`; larger is better, `None` is not at all. Every
/// typed word has to be in the text, letter after letter: at the start of it
/// best, at the start of a word better than within, in one piece better than
/// scattered.
pub(crate) fn score(typed: &str, text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    typed.split_whitespace().try_fold(0, |sum, word| Some(sum + of_word(word, &text)?))
}

fn of_word(word: &str, text: &str) -> Option<u32> {
    let word = word.to_lowercase();
    if let Some(at) = text.find(&word) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        return Some(match before {
            None => 100,
            Some(c) if !c.is_alphanumeric() => 80,
            Some(_) => 60,
        });
    }
    let mut letters = text.chars();
    let skipped =
        word.chars().try_fold(0, |sum, wanted| Some(sum + letters.position(|c| c == wanted)?));
    Some(40_u32.saturating_sub(u32::try_from(skipped?).unwrap_or(u32::MAX)).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_better_than_the_middle_and_pieces_are_worst() {
        let scores: Vec<_> = ["settings", "open settings", "resettings", "s e t"]
            .map(|text| score("set", text))
            .into_iter()
            .collect();
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
        assert_eq!(score("xyz", "settings"), None);
        assert_eq!(score("", "anything"), Some(0));
    }

    #[test]
    fn all_words_have_to_be_there() {
        assert!(score("go exp", "Go to experiments").is_some());
        assert_eq!(score("go models", "Go to experiments"), None);
        assert_eq!(score("tse", "settings"), None);
    }
}
