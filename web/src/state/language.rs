//! The language of the page. English stands in the code and is the key of every
//! other: `web/lang/de.json` holds what German says instead. A language is
//! fetched before the first view is built, and changing it loads the page anew;
//! so words are plain `&'static str`, and English costs nothing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;

use super::storage::Shelf;

const KEY: &str = "millrace.language";

/// A language that the page speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// What the code is written in.
    #[default]
    English,
    /// `lang/de.json`.
    German,
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Language; 2] = [Language::English, Language::German];

    /// Its tag, as HTML's `lang` takes it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// What it calls itself.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    /// The language of a tag such as `de-AT`.
    pub(crate) fn parse(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The one that was chosen on this device, or else the first of the
    /// browser's that the page speaks.
    pub(crate) fn preferred(browser: &[String]) -> Language {
        let kept = Shelf::Device.text(KEY).and_then(|tag| Language::parse(&tag));
        kept.or_else(|| browser.iter().find_map(|tag| Language::parse(tag))).unwrap_or_default()
    }

    /// Chooses a language for this device; it shows when the page loads anew.
    pub(crate) fn keep(self) {
        Shelf::Device.set_text(KEY, self.tag());
    }
}

/// What the page speaks with.
#[derive(Default)]
struct Speech {
    language: Language,
    words: HashMap<String, &'static str>,
}

thread_local! {
    static SPEECH: RefCell<Speech> = RefCell::default();
}

/// Speaks a language from now on. `words` are its JSON; empty for English.
///
/// # Errors
/// When the JSON is none, or not one of texts.
pub(crate) fn speak(language: Language, words: &[u8]) -> Result<(), serde_json::Error> {
    let words: HashMap<String, String> = match words {
        [] => HashMap::new(),
        words => serde_json::from_slice(words)?,
    };
    // Once a page: what is leaked here lives as long as the page does.
    let words = words.into_iter().map(|(english, other)| (english, &*other.leak())).collect();
    SPEECH.with(|speech| speech.replace(Speech { language, words }));
    Ok(())
}

/// The language that the page speaks.
pub(crate) fn language() -> Language {
    SPEECH.with(|speech| speech.borrow().language)
}

/// A text in the language of the page.
pub(crate) fn t(english: &'static str) -> &'static str {
    SPEECH.with(|speech| speech.borrow().words.get(english).copied()).unwrap_or(english)
}

/// A text with values in its places `{0}`, `{1}`, …
pub(crate) fn tf(english: &'static str, values: &[&dyn Display]) -> String {
    fill(t(english), values)
}

/// One of two texts, by number; `{0}` in it is the number with its thousands
/// apart: `tn(n, "{0} run", "{0} runs")`.
pub(crate) fn tn(number: usize, one: &'static str, other: &'static str) -> String {
    let count = super::format::count(number);
    tf(if number == 1 { one } else { other }, &[&count])
}

/// A pattern with values in its places `{0}`, `{1}`, …
pub(crate) fn fill(pattern: &str, values: &[&dyn Display]) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let value = after
            .split_once('}')
            .and_then(|(place, tail)| Some((values.get(place.parse::<usize>().ok()?)?, tail)));
        match value {
            Some((value, tail)) => {
                out.push_str(&value.to_string());
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = include_str!("../../lang/de.json");

    #[test]
    fn values_go_to_their_places() {
        assert_eq!(fill("{1} of {0}", &[&"a", &2]), "2 of a");
        assert_eq!(fill("a { b } {9} {x} {0}", &[&1]), "a { b } {9} {x} 1");
        assert_eq!(fill("{0}", &[&"{0}"]), "{0}");
    }

    #[test]
    fn english_is_what_stands_in_the_code_and_german_what_stands_in_its_file() {
        assert_eq!(t("Settings"), "Settings");
        assert_eq!(tn(1, "{0} run", "{0} runs"), "1 run");
        speak(Language::German, GERMAN.as_bytes()).unwrap();
        assert_eq!(t("Settings"), "Einstellungen");
        assert_eq!(language(), Language::German);
        speak(Language::English, b"").unwrap();
        assert_eq!(t("Settings"), "Settings");
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        assert_eq!(Language::parse("de-AT"), Some(Language::German));
        assert_eq!(Language::parse("EN"), Some(Language::English));
        assert_eq!(Language::parse("fr"), None);
    }

    /// Texts that the sources give to `t`, `tf` and `tn`, and what there is to do
    /// about errors.
    fn texts_in_the_code() -> Vec<String> {
        fn sources(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, found);
                } else if path.extension().is_some_and(|e| e == "rs")
                    && !path.ends_with("state/language.rs")
                {
                    found.push(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let mut code = Vec::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let remedies = include_str!("../../../crates/mlflow-client/src/remedy.rs");
        let mut found: Vec<String> =
            code.iter().flat_map(|code| texts(code, &["t(", "tf(", "tn("])).collect();
        found.extend(texts(remedies, &["say(", "start_with("]));
        found
    }

    /// The string literals among the arguments of calls of `names`, such as `t(`.
    fn texts(code: &str, names: &[&'static str]) -> Vec<String> {
        let mut found = Vec::new();
        for &name in names {
            for (at, _) in code.match_indices(name) {
                let before = code[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '!' | '.')) {
                    continue;
                }
                let arguments = code[at + name.len()..].trim_start();
                let (mut rest, mut wanted) = match name {
                    "tn(" => (arguments.split_once(',').map_or("", |(_, rest)| rest), 2),
                    _ => (arguments, 1),
                };
                while wanted > 0
                    && let Some((text, tail)) = literal(rest)
                {
                    found.push(text);
                    rest = tail.trim_start().strip_prefix(',').unwrap_or("");
                    wanted -= 1;
                }
            }
        }
        found
    }

    /// The string literal at the start of `code`, and what follows it.
    fn literal(code: &str) -> Option<(String, &str)> {
        let inner = code.trim_start().strip_prefix('"')?;
        let mut text = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return Some((text, &inner[at + 1..])),
                '\\' => match chars.next()?.1 {
                    '\n' => {
                        let rest = chars.as_str();
                        let skipped = rest.len() - rest.trim_start().len();
                        let skipped = rest[..skipped].chars().count();
                        chars.by_ref().take(skipped).for_each(|_| {});
                    }
                    'n' => text.push('\n'),
                    'u' => {
                        let code: String = chars
                            .by_ref()
                            .map(|(_, c)| c)
                            .skip(1)
                            .take_while(|c| *c != '}')
                            .collect();
                        text.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                    }
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        None
    }

    #[test]
    fn german_has_a_word_for_every_text_and_none_for_others() {
        let german: HashMap<String, String> = serde_json::from_str(GERMAN).unwrap();
        let code = texts_in_the_code();
        let missing: Vec<_> = code.iter().filter(|text| !german.contains_key(*text)).collect();
        assert!(missing.is_empty(), "without a German text: {missing:#?}");
        let stale: Vec<_> = german.keys().filter(|text| !code.contains(text)).collect();
        assert!(stale.is_empty(), "no longer in the code: {stale:#?}");
    }

    #[test]
    fn both_languages_have_the_same_places_for_values() {
        let german: HashMap<String, String> = serde_json::from_str(GERMAN).unwrap();
        let places = |text: &str| {
            let mut places: Vec<char> = text
                .match_indices('{')
                .filter_map(|(at, _)| text[at + 1..].chars().next())
                .collect();
            places.sort_unstable();
            places.dedup();
            places
        };
        for (english, other) in &german {
            assert_eq!(places(english), places(other), "{english}");
        }
    }
}
