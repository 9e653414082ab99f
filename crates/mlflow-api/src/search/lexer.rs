//! From text to words.

use std::ops::Range;

/// A word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is, as a range of bytes.
    pub span: Range<usize>,
}

/// What a word of a filter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A key, with or without what it belongs to: `metrics.loss`,
    /// ``tags.`a b` ``, `"run name"`.
    Identifier,
    /// `AND`, in any case.
    And,
    /// A word that the grammar keeps for itself, in any case: `NOT`, `IN`,
    /// `IS`, `NULL`; `OR` and `BETWEEN`, which no filter may have.
    Keyword,
    /// `=`, `!=`, `<`…, `LIKE`, `ILIKE`, `RLIKE`; one that does not exist, too.
    Comparator,
    /// A text in single or double quotes.
    String,
    /// A number.
    Number,
    /// A parenthesis or a comma.
    Punctuation,
    /// What no filter may have, `;` for one.
    Unknown,
}

/// The words of a filter or of an order; whitespace is left out.
///
/// Any text has words: what is wrong with them is for
/// [`parse`](super::parse) to say.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens: Vec<Token> = Vec::new();
    loop {
        lexer.take_while(char::is_whitespace);
        let start = lexer.at;
        let value_follows = tokens.last().is_some_and(|last| {
            last.kind == TokenKind::Comparator
                || (last.kind == TokenKind::Punctuation && text.get(last.span.clone()) != Some(")"))
        });
        let Some(kind) = lexer.token(value_follows) else { return tokens };
        tokens.push(Token { kind, span: start..lexer.at });
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }

    /// Takes the next word. In double quotes is a text where a value follows,
    /// else a key.
    fn token(&mut self, value_follows: bool) -> Option<TokenKind> {
        let first = self.peek()?;
        if self.number() {
            return Some(TokenKind::Number);
        }
        Some(match first {
            '\'' if self.quoted('\'') => TokenKind::String,
            '"' if value_follows && self.quoted('"') => TokenKind::String,
            '"' | '`' if self.quoted(first) => {
                self.members();
                TokenKind::Identifier
            }
            _ if is_word(first) => self.word(),
            '<' | '>' | '=' | '~' | '!' => {
                self.take_while(|c| "<>=~!".contains(c));
                TokenKind::Comparator
            }
            '(' | ')' | ',' => {
                self.at += 1;
                TokenKind::Punctuation
            }
            _ => {
                self.at += first.len_utf8();
                TokenKind::Unknown
            }
        })
    }

    /// Takes a number, unless letters follow it.
    fn number(&mut self) -> bool {
        let start = self.at;
        let rest = self.rest();
        let sign = usize::from(rest.starts_with('-'));
        let unsigned = rest.get(sign..).unwrap_or_default();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(unsigned);
        let mut length = whole;
        if let Some(after) = unsigned.get(whole..).and_then(|rest| rest.strip_prefix('.')) {
            let fraction = digits(after);
            if whole + fraction == 0 {
                return false;
            }
            length += 1 + fraction;
        }
        if length == 0 {
            return false;
        }
        if let Some(after) =
            unsigned.get(length..).and_then(|rest| rest.strip_prefix(['e', 'E'].as_slice()))
        {
            let sign = usize::from(after.starts_with('-'));
            let exponent = digits(after.get(sign..).unwrap_or_default());
            length += if exponent == 0 { 0 } else { 1 + sign + exponent };
        }
        self.at += sign + length;
        if self.peek().is_some_and(is_word) {
            self.at = start;
            return false;
        }
        true
    }

    /// Takes what is in quotes. A doubled quote, and one after a backslash, ends
    /// it only if no other does; backticks know no backslash. Takes nothing
    /// where the end is missing.
    fn quoted(&mut self, quote: char) -> bool {
        let mut characters = self.rest().char_indices().skip(1).peekable();
        let mut passed = None;
        while let Some((at, c)) = characters.next() {
            if c == '\\' && quote != '`' {
                if let Some((escaped, _)) = characters.next_if(|(_, c)| *c == quote) {
                    passed = Some(escaped);
                }
            } else if c == quote {
                passed = Some(at);
                if characters.next_if(|(_, c)| *c == quote).is_none() {
                    break;
                }
            }
        }
        if let Some(end) = passed {
            self.at += end + quote.len_utf8();
        }
        passed.is_some()
    }

    /// Takes a keyword, or a key with the members that follow it.
    fn word(&mut self) -> TokenKind {
        let start = self.at;
        self.take_while(is_word);
        if self.peek() == Some('.') {
            self.members();
            return TokenKind::Identifier;
        }
        let word = self.text.get(start..self.at).unwrap_or_default();
        match word.to_ascii_uppercase().as_str() {
            "AND" => TokenKind::And,
            "LIKE" | "ILIKE" | "RLIKE" => TokenKind::Comparator,
            "NOT" | "IN" | "IS" | "NULL" | "OR" | "BETWEEN" => TokenKind::Keyword,
            _ => TokenKind::Identifier,
        }
    }

    /// Takes `.member` as often as it comes.
    fn members(&mut self) {
        while self.peek() == Some('.') {
            self.at += 1;
            match self.peek() {
                Some(quote @ ('`' | '"' | '\'')) => {
                    self.quoted(quote);
                }
                _ => self.take_while(is_word),
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
