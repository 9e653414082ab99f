//! What somebody typed into the filter box: MLflow's grammar, more than MLflow's
//! grammar, or just words.
//!
//! MLflow's own filters are read by [`mlflow_api::search`]. What that refuses
//! may still be a [`Query`] over the runs that are here: comparisons joined by
//! `OR` and `NOT` and grouped by parentheses, regular expressions (`=~`, `!~`),
//! and words among them. Text without any of this is words that have to stand
//! somewhere in a run.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, SearchError, Subject, Token, TokenKind};

/// A filter, as far as it can be decided here.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of these; with none, everything.
    All(Vec<Expr>),
    /// At least one of these.
    Any(Vec<Expr>),
    /// What this is not true of; of a run that lacks the key, too.
    Not(Box<Expr>),
    /// One of MLflow's comparisons.
    Compare(Clause),
    /// A regular expression that finds something.
    Match(Match),
    /// A word, in lower case, somewhere in a run's name, ids, parameters or tags.
    Word(String),
}

/// A regular expression over the texts of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// What the key belongs to; never a metric.
    pub entity: Entity,
    /// The key, without quotes.
    pub key: String,
    /// The expression.
    pub pattern: String,
    /// Where the expression is in the text, as a range of bytes.
    pub span: Range<usize>,
}

/// Who can decide a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// It finds everything.
    Everything,
    /// Words: decided here, over all that is loaded.
    Words,
    /// It is of MLflow's grammar: a server decides it over all of its runs.
    Server,
    /// Only we understand it: decided here, over what is loaded.
    Local,
}

/// A filter that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// What it says.
    pub expr: Expr,
    /// Who can decide it.
    pub reach: Reach,
}

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    message: String,
    span: Range<usize>,
}

impl QueryError {
    fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span }
    }

    /// What is wrong; about MLflow's own grammar in MLflow's words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The wrong word, as a range of bytes of the text.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for QueryError {}

impl From<SearchError> for QueryError {
    fn from(error: SearchError) -> Self {
        Self::new(error.span(), error.message())
    }
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// When it is neither a filter nor words. What only MLflow's grammar could
    /// be meant by is refused in MLflow's words.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.trim().is_empty() {
            return Ok(Self { expr: Expr::All(Vec::new()), reach: Reach::Everything });
        }
        let refusal = match search::parse(Subject::Runs, text) {
            Ok(clauses) => {
                let expr = Expr::All(clauses.into_iter().map(Expr::Compare).collect());
                return Ok(Self { expr, reach: Reach::Server });
            }
            Err(error) => error,
        };
        let mut parser = Parser { text, tokens: search::tokens(text), at: 0, extended: false };
        if parser.is_plain() {
            let expr = Expr::All(words(text).map(Expr::Word).collect());
            return Ok(Self { expr, reach: Reach::Words });
        }
        match parser.whole() {
            Ok(expr) => Ok(Self { expr, reach: Reach::Local }),
            Err(error) if parser.extended => Err(error),
            Err(_) => Err(refusal.into()),
        }
    }

    /// The regular expressions in it.
    pub fn matches(&self) -> Vec<&Match> {
        let mut found = Vec::new();
        collect(&self.expr, &mut |expr| {
            if let Expr::Match(one) = expr {
                found.push(one);
            }
        });
        found
    }

    /// The words in it, in lower case.
    pub fn words(&self) -> Vec<&str> {
        let mut found = Vec::new();
        collect(&self.expr, &mut |expr| {
            if let Expr::Word(word) = expr {
                found.push(word.as_str());
            }
        });
        found
    }

    /// Whether it compares what a frame does not keep.
    pub fn is_beyond_frames(&self) -> bool {
        let mut beyond = false;
        collect(&self.expr, &mut |expr| {
            let (entity, key) = match expr {
                Expr::Compare(clause) => (clause.entity, &clause.key),
                Expr::Match(one) => (one.entity, &one.key),
                _ => return,
            };
            beyond |= entity == Entity::Attribute && key == "artifact_uri";
        });
        beyond
    }
}

/// Shows each part of an expression.
fn collect<'e>(expr: &'e Expr, see: &mut dyn FnMut(&'e Expr)) {
    see(expr);
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| collect(part, see)),
        Expr::Not(part) => collect(part, see),
        Expr::Compare(_) | Expr::Match(_) | Expr::Word(_) => {}
    }
}

/// Words apart by whitespace; what is in double quotes is one.
fn words(text: &str) -> impl Iterator<Item = String> {
    let quoted = |(nth, part): (usize, &str)| -> Vec<String> {
        if nth % 2 == 1 {
            vec![part.to_lowercase()]
        } else {
            part.split_whitespace().map(str::to_lowercase).collect()
        }
    };
    let parts: Vec<String> = text.split('"').enumerate().flat_map(quoted).collect();
    parts.into_iter().filter(|word| !word.is_empty())
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// Whether something was met that is not of MLflow's grammar.
    extended: bool,
}

impl<'a> Parser<'a> {
    fn word(&self, token: &Token) -> &'a str {
        self.text.get(token.span.clone()).unwrap_or_default()
    }

    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    /// Whether the token is this keyword or sign.
    fn is(&self, ahead: usize, wanted: &str) -> bool {
        self.peek(ahead).is_some_and(|token| {
            token.kind != TokenKind::String
                && token.kind != TokenKind::Identifier
                && self.word(token).eq_ignore_ascii_case(wanted)
        })
    }

    /// Whether nothing in the text is of any grammar: no comparison, no key with
    /// its entity, no parentheses, and no operator in capitals.
    fn is_plain(&self) -> bool {
        let structured = self.tokens.iter().enumerate().any(|(nth, token)| match token.kind {
            TokenKind::Comparator => true,
            TokenKind::Punctuation => self.word(token) != ",",
            TokenKind::And => self.word(token) == "AND",
            TokenKind::Keyword => {
                let word = self.word(token);
                let next = self.tokens.get(nth + 1).map(|next| self.word(next));
                matches!(word, "OR" | "NOT")
                    || (word.eq_ignore_ascii_case("is")
                        && next.is_some_and(|next| {
                            next.eq_ignore_ascii_case("null") || next.eq_ignore_ascii_case("not")
                        }))
            }
            TokenKind::Identifier => self.entity(token).is_some(),
            TokenKind::String | TokenKind::Number | TokenKind::Unknown => false,
        });
        !structured
    }

    /// The entity that a key is written with.
    fn entity(&self, token: &Token) -> Option<Entity> {
        let (prefix, _) = self.word(token).split_once('.')?;
        let known = Subject::Runs.prefixes().iter().find(|(name, _)| *name == prefix);
        known.map(|(_, entity)| *entity)
    }

    fn whole(&mut self) -> Result<Expr, QueryError> {
        let expr = self.any()?;
        match self.peek(0) {
            None => Ok(expr),
            Some(token) => {
                let message = format!("Nothing is open that '{}' could close", self.word(token));
                Err(QueryError::new(token.span.clone(), message))
            }
        }
    }

    fn any(&mut self) -> Result<Expr, QueryError> {
        let mut parts = vec![self.all()?];
        while self.is(0, "OR") {
            self.extended = true;
            self.at += 1;
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, QueryError> {
        let mut parts = vec![self.not()?];
        loop {
            if self.is(0, "AND") {
                self.at += 1;
            } else if self.peek(0).is_none() || self.is(0, "OR") || self.is(0, ")") {
                return Ok(one_or(parts, Expr::All));
            }
            parts.push(self.not()?);
        }
    }

    fn not(&mut self) -> Result<Expr, QueryError> {
        if self.is(0, "NOT") {
            self.extended = true;
            self.at += 1;
            return Ok(Expr::Not(Box::new(self.not()?)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Expr, QueryError> {
        let end = self.text.len();
        let Some(first) = self.peek(0).cloned() else {
            return Err(QueryError::new(end..end, "A comparison or a word is missing at the end"));
        };
        if self.is(0, "(") {
            self.extended = true;
            self.at += 1;
            let inside = self.any()?;
            if !self.is(0, ")") {
                return Err(QueryError::new(first.span, "This parenthesis is never closed"));
            }
            self.at += 1;
            return Ok(inside);
        }
        if let Some(length) = self.comparison() {
            return self.compare(&first, length);
        }
        if first.kind == TokenKind::Identifier && self.entity(&first).is_some() {
            let message = format!("A comparison is missing after {}", self.word(&first));
            return Err(QueryError::new(first.span, message));
        }
        if ["OR", "AND", ")"].iter().any(|sign| self.is(0, sign)) {
            let message =
                format!("A comparison or a word is missing before '{}'", self.word(&first));
            return Err(QueryError::new(first.span, message));
        }
        if first.kind == TokenKind::Comparator {
            let message = format!("A key is missing before '{}'", self.word(&first));
            return Err(QueryError::new(first.span, message));
        }
        Ok(Expr::Word(self.glued(&first)))
    }

    /// How many tokens the comparison takes that begins here.
    fn comparison(&self) -> Option<usize> {
        let first = self.peek(0)?;
        if !matches!(first.kind, TokenKind::Identifier | TokenKind::String | TokenKind::Number) {
            return None;
        }
        if self.is(1, "IS") {
            return Some(if self.is(2, "NOT") { 4 } else { 3 });
        }
        let negated = usize::from(self.is(1, "NOT"));
        let operator = self.peek(1 + negated)?;
        if operator.kind != TokenKind::Comparator && !self.is(1 + negated, "IN") {
            return None;
        }
        let value = 2 + negated;
        if !self.is(value, "(") {
            let is_value = self.peek(value).is_some_and(|token| {
                matches!(token.kind, TokenKind::Identifier | TokenKind::String | TokenKind::Number)
            });
            return Some(value + usize::from(is_value));
        }
        let mut length = value + 1;
        while self.peek(length - 1).is_some() && !self.is(length - 1, ")") {
            length += 1;
        }
        Some(length)
    }

    /// Reads the comparison of so many tokens.
    fn compare(&mut self, first: &Token, length: usize) -> Result<Expr, QueryError> {
        let last = self.tokens.get(self.at + 1..self.at + length).and_then(|rest| rest.last());
        let (start, end) = (first.span.start, last.map_or(first.span.end, |token| token.span.end));
        let operator = self.peek(1).cloned();
        let value = self.peek(2).filter(|_| length == 3).cloned();
        self.at = (self.at + length).min(self.tokens.len());
        let sign = operator.as_ref().map(|operator| self.word(operator)).unwrap_or_default();
        if matches!(sign, "=~" | "!~") {
            self.extended = true;
            let found = self.matching(first, operator, value)?;
            return Ok(if sign == "!~" { Expr::Not(Box::new(found)) } else { found });
        }
        let shift = |error: SearchError| {
            let span = error.span();
            QueryError::new(start + span.start..start + span.end, error.message())
        };
        let clauses = search::parse(Subject::Runs, self.text.get(start..end).unwrap_or_default())
            .map_err(shift)?;
        let moved = |mut clause: Clause| {
            clause.span = start + clause.span.start..start + clause.span.end;
            Expr::Compare(clause)
        };
        Ok(one_or(clauses.into_iter().map(moved).collect(), Expr::All))
    }

    fn matching(
        &self,
        key: &Token,
        operator: Option<Token>,
        value: Option<Token>,
    ) -> Result<Expr, QueryError> {
        let of = operator.map_or(key.span.clone(), |operator| operator.span);
        let Some(value) = value.filter(|value| value.kind == TokenKind::String) else {
            return Err(QueryError::new(of, "A regular expression in quotes is missing here"));
        };
        // Which keys can be compared as texts, MLflow's own rules say.
        let probe = format!("{} LIKE ''", self.word(key));
        let clause = search::parse(Subject::Runs, &probe)
            .ok()
            .and_then(|clauses| clauses.into_iter().next())
            .ok_or_else(|| {
                QueryError::new(
                    key.span.clone(),
                    "Regular expressions are for params, tags, datasets and attributes that are texts",
                )
            })?;
        let inside = value.span.start + 1..value.span.end.saturating_sub(1);
        let pattern = self.text.get(inside).unwrap_or_default().to_owned();
        let Clause { entity, key, .. } = clause;
        Ok(Expr::Match(Match { entity, key, pattern, span: value.span }))
    }

    /// A word with what is glued to it, such as `resnet-50`.
    fn glued(&mut self, first: &Token) -> String {
        let mut end = first.span.start;
        while let Some(token) = self.peek(0).filter(|token| token.span.start == end)
            && !self.is(0, "(")
            && !self.is(0, ")")
        {
            end = token.span.end;
            self.at += 1;
        }
        let word = self.text.get(first.span.start..end).unwrap_or_default();
        match first.kind {
            TokenKind::String => word.trim_matches(['\'', '"']).to_lowercase(),
            _ => word.replace('"', "").to_lowercase(),
        }
    }
}

/// The only one, or all of them under one roof.
fn one_or(mut parts: Vec<Expr>, roof: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match (parts.len(), parts.pop()) {
        (1, Some(part)) => part,
        (_, last) => {
            parts.extend(last);
            roof(parts)
        }
    }
}
