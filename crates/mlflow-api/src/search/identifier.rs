//! What a key in a filter or an order names.

use std::ops::Range;

use super::SearchError;
use super::subject::Subject;
use crate::filter::Entity;

/// The attributes of a dataset.
const DATASET_KEYS: [&str; 3] = ["name", "digest", "context"];

/// The fields of a span.
const SPAN_KEYS: [&str; 4] = ["name", "type", "status", "content"];

/// A key without its quotes, and what it belongs to; an attribute still in its
/// own spelling.
pub(super) struct Identifier<'a> {
    pub(super) entity: Entity,
    pub(super) key: &'a str,
}

impl<'a> Identifier<'a> {
    /// Takes `entity.key` apart, at the first dot.
    pub(super) fn parse(
        subject: Subject,
        text: &'a str,
        span: Range<usize>,
    ) -> Result<Self, SearchError> {
        let Some((prefix, key)) = text.split_once('.') else {
            return Ok(Self { entity: Entity::Attribute, key: bare(text) });
        };
        let prefix = trimmed(prefix, '`');
        let known = subject.prefixes().iter().find(|(name, _)| *name == prefix);
        let Some((_, entity)) = known else {
            return Err(SearchError::new(span, unknown_entity(subject, prefix)));
        };
        let key = bare(key);
        if *entity == Entity::Dataset && !DATASET_KEYS.contains(&key) {
            let message = format!(
                "Invalid dataset key '{key}' specified. Valid keys are {}",
                set(DATASET_KEYS)
            );
            return Err(SearchError::new(span, message));
        }
        if *entity == Entity::Span {
            check_span(key, span)?;
        }
        Ok(Self { entity: *entity, key })
    }
}

/// Refuses a field that spans don't have; what their attributes are called is
/// their own business.
fn check_span(key: &str, span: Range<usize>) -> Result<(), SearchError> {
    match key.strip_prefix("attributes.") {
        Some("") => {
            Err(SearchError::new(span, "Span attribute name cannot be empty after 'attributes.'"))
        }
        None if !SPAN_KEYS.contains(&key) => {
            let message = format!(
                "Invalid span attribute '{key}'. Supported attributes: name, status, type, attributes.<attribute_name>."
            );
            Err(SearchError::new(span, message))
        }
        _ => Ok(()),
    }
}

/// A key without quotes: MLflow takes off one kind, and then backticks.
fn bare(key: &str) -> &str {
    trimmed(unquoted(key), '`')
}

/// The text without the quotes around it, single or double.
pub(super) fn unquoted(text: &str) -> &str {
    let inner = trimmed(text, '\'');
    if inner.len() == text.len() { trimmed(text, '"') } else { inner }
}

/// The text without the quote at both ends; as it is where one is missing.
fn trimmed(text: &str, quote: char) -> &str {
    text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)).unwrap_or(text)
}

fn unknown_entity(subject: Subject, prefix: &str) -> String {
    match subject {
        Subject::Runs => format!(
            "Invalid entity type '{prefix}'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
        ),
        Subject::LoggedModels => format!(
            "Invalid entity type: '{prefix}'. Expected one of ['attributes', 'metrics', 'params', 'tags']."
        ),
        Subject::Experiments | Subject::RegisteredModels | Subject::ModelVersions => format!(
            "Invalid entity type '{prefix}'. Valid entity types are ('attribute', 'tag', 'tags')"
        ),
        Subject::Traces | Subject::EvaluationDatasets | Subject::Issues => {
            let known = subject.prefixes().iter().map(|(name, _)| *name);
            format!("Invalid entity type '{prefix}'. Valid values are {}", set(known))
        }
    }
}

pub(super) fn unknown_attribute<'k>(key: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    format!("Invalid attribute key '{key}' specified. Valid keys are {}", set(known))
}

/// A set of words as MLflow's messages have it.
pub(super) fn set<'k>(words: impl IntoIterator<Item = &'k str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("'{word}'")).collect();
    format!("'{{{}}}'", words.join(", "))
}
