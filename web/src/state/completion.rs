//! What can follow in a filter of runs.

use std::ops::Range;

use mlflow_api::filter::{Entity, identifier, string};
use mlflow_api::search::{Subject, Token, TokenKind, tokens};
use run_frame::{Frame, Group};

/// How many are offered.
const MOST: usize = 40;
/// The entities of which keys are offered.
const KEYED: [(Entity, Group); 3] =
    [(Entity::Metric, Group::Metric), (Entity::Param, Group::Param), (Entity::Tag, Group::Tag)];
/// The attributes that are offered, one spelling each.
const ATTRIBUTES: [&str; 6] = ["run_name", "status", "start_time", "end_time", "run_id", "user_id"];
/// What a run's status may be.
const STATUSES: [&str; 5] = ["FINISHED", "RUNNING", "FAILED", "KILLED", "SCHEDULED"];

/// Something that can follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// What is put in.
    pub(crate) text: String,
    /// What it is.
    pub(crate) kind: TokenKind,
}

/// What can follow at a place in a filter, and the bytes that it takes the place of.
pub(crate) fn complete(text: &str, caret: usize, frame: &Frame) -> (Range<usize>, Vec<Candidate>) {
    let all = tokens(text);
    // The word that is being written ends at the caret.
    let is_word =
        |token: &Token| !matches!(token.kind, TokenKind::Punctuation | TokenKind::Comparator);
    let current = all
        .iter()
        .position(|token| token.span.start < caret && caret <= token.span.end && is_word(token));
    let before: &[Token] = match current {
        Some(nth) => all.get(..nth).unwrap_or_default(),
        None => {
            let nth = all.iter().take_while(|token| token.span.end <= caret).count();
            all.get(..nth).unwrap_or_default()
        }
    };
    let word = |token: &Token| text.get(token.span.clone()).unwrap_or_default();
    // An open quote is no token of its own: the word begins there.
    let open = open_quote(text.get(..caret).unwrap_or_default());
    let span = match (open, current.and_then(|nth| all.get(nth))) {
        (Some(start), _) => start..caret,
        (None, Some(token)) => token.span.clone(),
        (None, None) => caret..caret,
    };
    let before: Vec<&Token> = before.iter().filter(|token| token.span.end <= span.start).collect();
    let typed = text.get(span.start..caret).unwrap_or_default();
    let letters = typed.trim_matches(['\'', '"', '`']).to_lowercase();
    let last = before.last();
    let is_value = last.is_some_and(|last| {
        last.kind == TokenKind::Comparator
            || (last.kind == TokenKind::Punctuation
                && matches!(word(last), "(" | ",")
                && before.iter().any(|token| word(token).eq_ignore_ascii_case("in")))
    });
    let key = before.iter().rev().find(|token| token.kind == TokenKind::Identifier);
    let candidates: Vec<Candidate> = if is_value {
        values(frame, key.map(|key| word(key)).unwrap_or_default())
    } else if last.is_some_and(|last| last.kind == TokenKind::Identifier) && current.is_none() {
        comparators(word_of(last, text))
    } else if last.is_some_and(|last| {
        matches!(last.kind, TokenKind::String | TokenKind::Number)
            || word(last).eq_ignore_ascii_case("null")
            || word(last) == ")"
    }) {
        ["AND", "OR"].map(|word| candidate(word, TokenKind::And)).into()
    } else {
        keys(frame)
    };
    let mut fitting: Vec<(bool, Candidate)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let plain = candidate.text.replace(['\'', '"', '`'], "").to_lowercase();
            let at = plain.find(&letters)?;
            // What is there already needs no completing.
            (candidate.text != typed).then_some((at > 0, candidate))
        })
        .collect();
    fitting.sort_by_key(|(within, _)| *within);
    let candidates = fitting.into_iter().take(MOST).map(|(_, candidate)| candidate).collect();
    (span, candidates)
}

fn word_of<'t>(token: Option<&&Token>, text: &'t str) -> &'t str {
    token.and_then(|token| text.get(token.span.clone())).unwrap_or_default()
}

fn candidate(text: impl Into<String>, kind: TokenKind) -> Candidate {
    Candidate { text: text.into(), kind }
}

/// Where a quote begins that is not closed.
fn open_quote(text: &str) -> Option<usize> {
    let mut open = None;
    for (at, c) in text.char_indices() {
        match open {
            None if matches!(c, '\'' | '"' | '`') => open = Some((at, c)),
            Some((_, quote)) if c == quote => open = None,
            _ => {}
        }
    }
    let (at, quote) = open?;
    // A key's quote belongs to the word before it.
    let key = text.get(..at)?;
    let start = key.rfind(|c: char| c.is_whitespace() || c == '(').map_or(0, |space| space + 1);
    Some(if quote == '`' || key.ends_with('.') { start } else { at })
}

/// A key as a filter has it: without quotes where it needs none.
fn key_text(entity: Entity, key: &str) -> Option<String> {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain {
        return Some(format!("{}.{key}", entity.prefix()));
    }
    identifier(entity, key).ok()
}

fn keys(frame: &Frame) -> Vec<Candidate> {
    let attributes = ATTRIBUTES.iter().map(|name| candidate(*name, TokenKind::Identifier));
    let keyed = KEYED.iter().flat_map(|(entity, group)| {
        let mut keys: Vec<&str> = frame
            .columns(*group)
            .filter(|column| !frame.is_system(*column))
            .map(|column| frame.name(column))
            .collect();
        keys.sort_unstable();
        let texts = keys.into_iter().filter_map(|key| key_text(*entity, key));
        texts.map(|key| candidate(key, TokenKind::Identifier))
    });
    let datasets = ["dataset.name", "dataset.digest"]
        .into_iter()
        .filter(|_| !frame.datasets().is_empty())
        .map(|key| candidate(key, TokenKind::Identifier));
    keyed.chain(attributes).chain(datasets).collect()
}

/// What a written key means.
fn meaning(key: &str) -> (Entity, &str) {
    let (prefix, rest) = key.split_once('.').unwrap_or(("", key));
    let known = Subject::Runs.prefixes().iter().find(|(name, _)| *name == prefix);
    let entity = known.map_or(Entity::Attribute, |(_, entity)| *entity);
    (entity, rest.trim_matches(['`', '"']))
}

fn comparators(key: &str) -> Vec<Candidate> {
    let (entity, key) = meaning(key);
    let attributes = Subject::Runs.attributes();
    let own = attributes.iter().find(|attribute| attribute.spelling == key);
    let allowed = match (entity, own) {
        (Entity::Attribute, Some(attribute)) => attribute.comparators,
        (entity, _) => Subject::Runs.comparators(entity, key),
    };
    let mut all: Vec<Candidate> = allowed
        .iter()
        .map(|comparator| candidate(comparator.as_str(), TokenKind::Comparator))
        .collect();
    if allowed.iter().any(|comparator| comparator.as_str() == "LIKE") {
        all.push(candidate("=~", TokenKind::Comparator));
    }
    all
}

fn values(frame: &Frame, key: &str) -> Vec<Candidate> {
    let (entity, key) = meaning(key);
    let quoted = |text: &str| Some(candidate(string(text).ok()?, TokenKind::String));
    let group = match entity {
        Entity::Param => Group::Param,
        Entity::Tag => Group::Tag,
        Entity::Attribute if key == "status" => {
            return STATUSES.iter().filter_map(|status| quoted(status)).collect();
        }
        Entity::Dataset => {
            let all = frame.datasets();
            let part = all.iter().map(|(name, digest)| if key == "name" { name } else { digest });
            return part.filter_map(|text| quoted(text)).collect();
        }
        _ => return Vec::new(),
    };
    let Some(column) = frame.find(group, key) else { return Vec::new() };
    let mut values: Vec<&str> = frame.values(column).take(1000).collect();
    values.sort_unstable();
    values.into_iter().filter(|value| value.len() < 80).filter_map(quoted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlflow_api::SearchRunsResponse;

    fn offered(text: &str) -> (String, Vec<String>) {
        let page: SearchRunsResponse = serde_json::from_str(
            r#"{"runs": [{"info": {"run_id": "a"}, "data": {
                "metrics": [{"key": "loss", "value": 1}, {"key": "val loss", "value": 1}],
                "params": [{"key": "net", "value": "cnn"}, {"key": "lr", "value": "0.1"}],
                "tags": [{"key": "team", "value": "it's"}]}}]}"#,
        )
        .unwrap();
        let mut frame = Frame::new();
        frame.extend(&page.runs);
        let caret = text.find('|').unwrap();
        let text = text.replace('|', "");
        let (span, candidates) = complete(&text, caret, &frame);
        (text[span].to_owned(), candidates.into_iter().map(|c| c.text).collect())
    }

    #[test]
    fn what_can_follow() {
        let (word, keys) = offered("lo|");
        assert_eq!(
            (word.as_str(), keys),
            ("lo", vec!["metrics.loss".into(), "metrics.`val loss`".into()])
        );
        assert_eq!(offered("metrics.val|").1, ["metrics.`val loss`"]);
        assert_eq!(offered("metrics.`val l|").0, "metrics.`val l");
        assert_eq!(offered("metrics.loss |").1, ["=", "!=", "<", "<=", ">", ">="]);
        assert!(offered("params.net |").1.contains(&"=~".to_owned()));
        assert_eq!(offered("params.net = |").1, ["'cnn'"]);
        assert_eq!(offered("params.net = 'c|"), ("'c".into(), vec!["'cnn'".into()]));
        assert_eq!(offered("tags.team = |").1, ["\"it's\""]);
        assert_eq!(offered("status = 'fi|").1, ["'FINISHED'"]);
        assert_eq!(offered("metrics.loss < 1 |").1, ["AND", "OR"]);
        assert_eq!(offered("metrics.loss < 1 AND par|").1, ["params.lr", "params.net"]);
        assert_eq!(offered("params.net IN (|").1, ["'cnn'"]);
        assert!(offered("zzz|").1.is_empty());
    }
}
