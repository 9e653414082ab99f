//! From words to comparisons.

use std::ops::Range;

use super::clause::{Clause, Comparator, Value};
use super::error::SearchError;
use super::identifier::{Identifier, set, unknown_attribute, unquoted};
use super::lexer::{Token, TokenKind, tokens};
use super::subject::{Kind, PROMPT, Subject};
use crate::filter::Entity;

/// Reads a filter. An empty one has no clauses and finds everything.
///
/// # Errors
/// When the filter is not of this grammar, or compares what `subject` does not
/// have, or in a way that does not go with it.
pub fn parse(subject: Subject, text: &str) -> Result<Vec<Clause>, SearchError> {
    let tokens = tokens(text);
    if tokens.is_empty() && !text.is_empty() {
        let message = format!("Invalid filter '{text}'. Could not be parsed.");
        return Err(SearchError::new(0..text.len(), message));
    }
    let parser = Parser { subject, text };
    parser.comparisons(&tokens)?.into_iter().map(|comparison| parser.clause(comparison)).collect()
}

struct Parser<'a> {
    subject: Subject,
    text: &'a str,
}

/// A comparison of which only the form is checked.
struct Comparison<'t> {
    left: &'t Token,
    operator: Operator,
    right: Right<'t>,
}

/// `=`, `NOT IN`…: the words in upper case with single spaces.
struct Operator {
    text: String,
    span: Range<usize>,
}

impl Operator {
    /// Whether only numbers can be compared so.
    fn is_order(&self) -> bool {
        matches!(self.text.as_str(), "<" | "<=" | ">" | ">=")
    }
}

/// What stands after the operator.
enum Right<'t> {
    Nothing,
    Word(&'t Token),
    List { words: &'t [Token], span: Range<usize> },
}

impl<'a> Parser<'a> {
    fn word(&self, span: &Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    fn is(&self, token: &Token, keyword: &str) -> bool {
        token.kind == TokenKind::Keyword && self.word(&token.span).eq_ignore_ascii_case(keyword)
    }

    /// Finds the comparisons; between them only `AND` may stand.
    fn comparisons<'t>(&self, mut tokens: &'t [Token]) -> Result<Vec<Comparison<'t>>, SearchError> {
        let mut comparisons = Vec::new();
        let mut others: Vec<Range<usize>> = Vec::new();
        while let Some((first, rest)) = tokens.split_first() {
            let is_value =
                matches!(first.kind, TokenKind::Identifier | TokenKind::String | TokenKind::Number);
            if first.kind == TokenKind::And {
                tokens = rest;
            } else if self.word(&first.span) == ";" && !rest.is_empty() {
                return Err(self.several(first));
            } else if is_value && let Some((operator, right, rest)) = self.comparison(rest) {
                comparisons.push(Comparison { left: first, operator, right });
                tokens = rest;
            } else {
                let (span, rest) = self.parentheses(tokens).unwrap_or((first.span.clone(), rest));
                others.push(span);
                tokens = rest;
            }
        }
        match others.first() {
            Some(span) => Err(SearchError::new(span.clone(), self.invalid(&others))),
            None => Ok(comparisons),
        }
    }

    /// The operator and the value that `tokens` begin with, and what follows.
    fn comparison<'t>(&self, tokens: &'t [Token]) -> Option<(Operator, Right<'t>, &'t [Token])> {
        if let [is, null, rest @ ..] = tokens
            && self.is(is, "IS")
            && self.is(null, "NULL")
        {
            return Some((operator("IS NULL", is, null), Right::Nothing, rest));
        }
        if let [is, not, null, rest @ ..] = tokens
            && self.is(is, "IS")
            && self.is(not, "NOT")
            && self.is(null, "NULL")
        {
            return Some((operator("IS NOT NULL", is, null), Right::Nothing, rest));
        }
        if let [r#in, rest @ ..] = tokens
            && self.is(r#in, "IN")
        {
            let (list, rest) = self.list(rest)?;
            return Some((operator("IN", r#in, r#in), list, rest));
        }
        let (not, rest) = match tokens {
            [not, rest @ ..] if self.is(not, "NOT") => (Some(not), rest),
            _ => (None, tokens),
        };
        let (operator_, rest) = rest.split_first()?;
        let first = not.unwrap_or(operator_);
        if not.is_some() && self.is(operator_, "IN") {
            let (list, rest) = self.list(rest)?;
            return Some((operator("NOT IN", first, operator_), list, rest));
        }
        if operator_.kind != TokenKind::Comparator {
            return None;
        }
        let mut text = self.word(&operator_.span).to_ascii_uppercase();
        if not.is_some() {
            text.insert_str(0, "NOT ");
        }
        let operator = operator(&text, first, operator_);
        if let Some((list, rest)) = self.list(rest) {
            return Some((operator, list, rest));
        }
        let (value, rest) = rest.split_first()?;
        let is_value = self.is(value, "NULL")
            || matches!(value.kind, TokenKind::Identifier | TokenKind::String | TokenKind::Number);
        is_value.then_some((operator, Right::Word(value), rest))
    }

    /// The list in parentheses that `tokens` begin with, and what follows.
    fn list<'t>(&self, tokens: &'t [Token]) -> Option<(Right<'t>, &'t [Token])> {
        let (span, rest) = self.parentheses(tokens)?;
        let close = tokens.len().checked_sub(rest.len() + 1)?;
        let words = tokens.get(1..close)?;
        Some((Right::List { words, span }, rest))
    }

    /// The parentheses that `tokens` begin with, and what follows.
    fn parentheses<'t>(&self, tokens: &'t [Token]) -> Option<(Range<usize>, &'t [Token])> {
        let (first, rest) = tokens.split_first()?;
        if self.word(&first.span) != "(" {
            return None;
        }
        let mut open = 1_usize;
        for (i, token) in rest.iter().enumerate() {
            match self.word(&token.span) {
                "(" => open += 1,
                ")" => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Some((first.span.start..token.span.end, rest.get(i + 1..)?));
            }
        }
        None
    }

    fn several(&self, semicolon: &Token) -> SearchError {
        let message = match self.subject {
            Subject::LoggedModels => {
                format!("Invalid filter string: '{}'. Expected a single SQL expression.", self.text)
            }
            _ => format!(
                "Search filter contained multiple expression '{}'. Provide AND-ed expression list.",
                self.text
            ),
        };
        SearchError::new(semicolon.span.clone(), message)
    }

    /// The message about words that belong to no comparison.
    fn invalid(&self, others: &[Range<usize>]) -> String {
        let words = others.iter().map(|span| self.word(span));
        match self.subject {
            Subject::LoggedModels => format!(
                "Invalid filter string: '{}'. Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').",
                self.text
            ),
            Subject::Runs => {
                let words: Vec<String> = words.map(|word| format!("'{word}'")).collect();
                format!("Invalid clause(s) in filter string: {}", words.join(", "))
            }
            _ => {
                let words: Vec<&str> = words.collect();
                format!("Invalid clause(s) in filter string: {}", words.join(", "))
            }
        }
    }

    /// Holds a comparison against the rules of the search.
    fn clause(&self, comparison: Comparison<'_>) -> Result<Clause, SearchError> {
        let Comparison { left, operator, right } = comparison;
        let text = self.word(&left.span);
        if left.kind != TokenKind::Identifier {
            let message =
                format!("Invalid comparison clause. Expected 'Identifier' found '{text}'");
            return Err(SearchError::new(left.span.clone(), message));
        }
        let Identifier { entity, key } = Identifier::parse(self.subject, text, left.span.clone())?;
        let (key, kind) = match entity {
            Entity::Attribute => self.attribute(key, left.span.clone())?,
            Entity::Metric => (key, Kind::Number),
            Entity::Feedback | Entity::Expectation if operator.is_order() => (key, Kind::Number),
            Entity::Param
            | Entity::Tag
            | Entity::Dataset
            | Entity::Metadata
            | Entity::Span
            | Entity::Feedback
            | Entity::Expectation
            | Entity::Issue => (key, Kind::Text),
        };
        let end = match &right {
            Right::Nothing => operator.span.end,
            Right::Word(word) => word.span.end,
            Right::List { span, .. } => span.end,
        };
        let allowed = self.subject.comparators(entity, key);
        let comparator = Comparator::spelled(&operator.text);
        let value = match right {
            Right::Nothing => {
                if !comparator.is_some_and(|comparator| allowed.contains(&comparator)) {
                    return Err(SearchError::new(operator.span, self.not_optional(entity, key)));
                }
                Value::Missing
            }
            Right::Word(word) => self.value(entity, key, kind, word)?,
            Right::List { words, span } => {
                if !allowed.contains(&Comparator::In) {
                    let of_trace = self.subject == Subject::Traces && entity == Entity::Attribute;
                    return Err(if of_trace {
                        self.wrong_comparator(entity, key, operator)
                    } else {
                        SearchError::new(span.clone(), self.no_list(entity, key, kind, &span))
                    });
                }
                self.texts(words, &span)?
            }
        };
        let comparator = comparator
            .filter(|comparator| allowed.contains(comparator))
            .filter(|comparator| {
                let listed = matches!(comparator, Comparator::In | Comparator::NotIn);
                listed == matches!(value, Value::List(_))
            })
            .ok_or_else(|| self.wrong_comparator(entity, key, operator))?;
        Ok(Clause { entity, key: key.to_owned(), comparator, value, span: left.span.start..end })
    }

    /// The error about a comparator that does not go with what it compares.
    fn wrong_comparator(&self, entity: Entity, key: &str, operator: Operator) -> SearchError {
        let comparators = self.subject.comparators(entity, key);
        let allowed = set(comparators.iter().map(|comparator| comparator.as_str()));
        let Operator { text, span } = operator;
        let message = match (self.subject, entity) {
            (Subject::LoggedModels, _) => format!(
                "Invalid comparison operator for {} '{key}': '{text}'. Expected one of {allowed}.",
                entity.noun()
            ),
            (_, Entity::Attribute) if key == PROMPT => format!(
                "Invalid comparator '{text}' for prompts filter. Only '=' is supported with format: prompt = \"name/version\""
            ),
            (_, Entity::Span) => format!("span.{key} comparator '{text}' not one of {allowed}"),
            _ => format!("Invalid comparator '{text}' not one of {allowed}"),
        };
        SearchError::new(span, message)
    }

    /// An attribute by its name, whatever its spelling, and what its values are.
    fn attribute(
        &self,
        key: &str,
        span: Range<usize>,
    ) -> Result<(&'static str, Kind), SearchError> {
        let attributes = self.subject.attributes();
        match attributes.iter().find(|attribute| attribute.spelling == key) {
            Some(attribute) => Ok((attribute.name, attribute.kind)),
            None => {
                let known = attributes.iter().map(|attribute| attribute.spelling);
                Err(SearchError::new(span, unknown_attribute(key, known)))
            }
        }
    }

    /// A number or a text after the operator.
    fn value(
        &self,
        entity: Entity,
        key: &str,
        kind: Kind,
        token: &Token,
    ) -> Result<Value, SearchError> {
        let word = self.word(&token.span);
        let fail = |message: String| Err(SearchError::new(token.span.clone(), message));
        // Only this search takes texts without quotes.
        let bare = self.subject == Subject::LoggedModels;
        match (kind, token.kind) {
            (Kind::Text, TokenKind::String) => Ok(Value::Text(unquoted(word).to_owned())),
            (Kind::Text, _) if bare => Ok(Value::Text(word.to_owned())),
            (Kind::Text | Kind::WholeOrText, TokenKind::Identifier) => fail(format!(
                "Parameter value is either not quoted or unidentified quote types used for string value {word}. Use either single or double quotes."
            )),
            (Kind::Text, _) => fail(self.not_text(entity, word)),
            (Kind::WholeOrText, TokenKind::String) => match unquoted(word).parse() {
                Ok(value) => Ok(Value::Integer(value)),
                Err(_) => fail(format!("Invalid value for numeric attribute '{key}': {word}")),
            },
            (Kind::Number, TokenKind::Number) => {
                let integer = word.parse().ok().filter(|_| entity != Entity::Metric);
                Ok(integer
                    .map_or_else(|| Value::Real(word.parse().unwrap_or_default()), Value::Integer))
            }
            (Kind::Whole | Kind::WholeOrText, TokenKind::Number) => match word.parse() {
                Ok(value) => Ok(Value::Integer(value)),
                Err(_) => fail(format!("Invalid value for numeric attribute '{key}': '{word}'")),
            },
            (_, _) => fail(not_number(entity, key, word)),
        }
    }

    /// The texts of a list.
    fn texts(&self, words: &[Token], span: &Range<usize>) -> Result<Value, SearchError> {
        let fail = |what: &str| {
            Err(SearchError::new(
                span.clone(),
                format!("While parsing a list in the query, expected {what}"),
            ))
        };
        let mut texts = Vec::new();
        let mut comma = true;
        for word in words {
            match word.kind {
                TokenKind::String if comma => {
                    texts.push(unquoted(self.word(&word.span)).to_owned())
                }
                TokenKind::Punctuation if !comma && self.word(&word.span) == "," => {}
                TokenKind::Number => {
                    return fail(
                        "string value, punctuation, or whitespace, but got different type in list",
                    );
                }
                _ => {
                    return fail("a non-empty list of string values, but got ill-formed list.");
                }
            }
            comma = !comma;
        }
        if texts.is_empty() {
            return fail("a non-empty list of string values, but got empty list");
        }
        Ok(Value::List(texts))
    }

    fn not_text(&self, entity: Entity, word: &str) -> String {
        match (entity, self.subject) {
            (Entity::Dataset, _) => {
                format!("Expected a quoted string value for dataset attributes. Got value {word}")
            }
            (Entity::Attribute, Subject::Runs | Subject::Experiments) => {
                format!("Expected a quoted string value for attributes. Got value {word}")
            }
            (Entity::Attribute, _) => format!(
                "Expected a quoted string value or a list of quoted string values for attributes. Got value {word}"
            ),
            _ => format!(
                "Expected a quoted string value for {} (e.g. 'my-value'). Got value {word}",
                entity.noun()
            ),
        }
    }

    /// The message about a list where none may be.
    fn no_list(&self, entity: Entity, key: &str, kind: Kind, span: &Range<usize>) -> String {
        let word = self.word(span);
        match (entity, kind) {
            (Entity::Attribute, Kind::Text | Kind::WholeOrText) => {
                let attributes = self.subject.attributes().iter();
                let mut listed: Vec<String> = attributes
                    .filter(|attribute| attribute.comparators.contains(&Comparator::In))
                    .map(|attribute| format!("'{}'", attribute.name))
                    .collect();
                listed.sort();
                format!(
                    "Only [{}] attributes support comparison with a list of quoted string values.",
                    listed.join(", ")
                )
            }
            (Entity::Attribute | Entity::Metric, _) => not_number(entity, key, word),
            _ => self.not_text(entity, word),
        }
    }

    /// The message about `IS NULL` where nothing can be missing.
    fn not_optional(&self, entity: Entity, key: &str) -> String {
        const WORDS: &str = "IS NULL / IS NOT NULL is";
        match self.subject {
            Subject::Runs => format!(
                "{WORDS} only supported for tags and params, not for '{}' '{key}'",
                entity.noun()
            ),
            Subject::Experiments => {
                format!("{WORDS} only supported for tags, not for attribute '{key}'")
            }
            Subject::RegisteredModels => {
                format!("{WORDS} not supported for registered model search.")
            }
            Subject::Traces => format!("{WORDS} not supported for {} '{key}'", entity.noun()),
            Subject::EvaluationDatasets => format!("{WORDS} not supported for dataset search."),
            Subject::Issues => format!("{WORDS} not supported for issue search."),
            Subject::ModelVersions => format!("{WORDS} not supported for model version search."),
            Subject::LoggedModels => format!(
                "Invalid comparison: {}.{key}IS NULL. Expected a comparison with 3 tokens.",
                entity.prefix()
            ),
        }
    }
}

fn operator(text: &str, first: &Token, last: &Token) -> Operator {
    Operator { text: text.to_owned(), span: first.span.start..last.span.end }
}

fn not_number(entity: Entity, key: &str, word: &str) -> String {
    match entity {
        Entity::Metric => format!("Expected numeric value type for metric. Found {word}"),
        _ => {
            format!("Expected numeric value type for numeric attribute: {key}. Found {word}")
        }
    }
}
