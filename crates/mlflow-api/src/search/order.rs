//! What results are ordered by.

use std::ops::Range;

use super::identifier::{Identifier, set, unknown_attribute};
use super::lexer::{TokenKind, tokens};
use super::{SearchError, Subject};
use crate::filter::Entity;

/// One key that results are ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBy {
    /// What the key belongs to.
    pub entity: Entity,
    /// The key, without quotes; an attribute's is its name.
    pub key: String,
    /// Smallest first?
    pub ascending: bool,
}

/// Reads what results are ordered by, the most important key first.
///
/// # Errors
/// When a key can't be ordered by, is named twice, or something but `ASC` or
/// `DESC` follows it. The error's span is of the text that it is in.
pub fn order_by(subject: Subject, texts: &[String]) -> Result<Vec<OrderBy>, SearchError> {
    let mut orders: Vec<OrderBy> = Vec::with_capacity(texts.len());
    for text in texts {
        let order = parse(subject, text)?;
        let again = |known: &OrderBy| known.entity == order.entity && known.key == order.key;
        if subject.rules().orders_once && orders.iter().any(again) {
            let texts: Vec<String> = texts.iter().map(|text| format!("'{text}'")).collect();
            let message = format!("`order_by` contains duplicate fields: [{}]", texts.join(", "));
            return Err(SearchError::duplicate(0..text.len(), message));
        }
        orders.push(order);
    }
    Ok(orders)
}

fn parse(subject: Subject, text: &str) -> Result<OrderBy, SearchError> {
    let tokens = tokens(text);
    let word = |span: &Range<usize>| text.get(span.clone()).unwrap_or_default();
    let (key, ascending) = match tokens.as_slice() {
        [key] if key.kind == TokenKind::Identifier => (key, true),
        [key, direction] if key.kind == TokenKind::Identifier => {
            let ascending = match word(&direction.span).to_ascii_lowercase().as_str() {
                "asc" => true,
                "desc" => false,
                _ => {
                    let message = format!("Invalid ordering key in order_by clause '{text}'.");
                    return Err(SearchError::new(direction.span.clone(), message));
                }
            };
            (key, ascending)
        }
        _ => {
            let message = format!("Invalid order_by clause '{text}'. Could not be parsed.");
            return Err(SearchError::new(0..text.len(), message));
        }
    };
    let (entity, key) = orderable(subject, word(&key.span), key.span.clone())?;
    Ok(OrderBy { entity, key: key.to_owned(), ascending })
}

/// What a key names, if results may be ordered by it.
fn orderable(
    subject: Subject,
    text: &str,
    span: Range<usize>,
) -> Result<(Entity, &str), SearchError> {
    let rules = subject.rules();
    let named = |key: &str| rules.orders.iter().find(|(spelling, _)| *spelling == key);
    if subject == Subject::RegisteredModels {
        // No prefix, and no quotes.
        return named(text).map(|(_, name)| (Entity::Attribute, *name)).ok_or_else(|| {
            let keys = set(["timestamp", "name"]);
            let message = format!("Invalid order by key '{text}' specified. Valid keys are {keys}");
            SearchError::new(span, message)
        });
    }
    let Identifier { entity, key } = Identifier::parse(subject, text, span.clone())?;
    match entity {
        Entity::Attribute => named(key)
            .map(|(_, name)| (entity, *name))
            .ok_or_else(|| SearchError::new(span, unknown_attribute(key, subject.orders()))),
        Entity::Dataset | Entity::Span | Entity::Feedback | Entity::Expectation | Entity::Issue => {
            Err(SearchError::new(span, format!("Invalid identifier type '{}'", entity.noun())))
        }
        _ if rules.orders_by_key => Ok((entity, key)),
        _ => Err(SearchError::new(span, format!("Invalid order_by entity: {}", entity.noun()))),
    }
}
