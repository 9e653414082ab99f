//! Formulas of metrics: `log(loss) / ${val/loss} ^ 2`.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::points::Sample;

/// The deepest that parentheses, powers and signs may nest.
const DEEPEST: usize = 64;
/// The longest formula, in bytes.
const LONGEST: usize = 4096;

/// A formula of metrics, with `+ - * / ^`, parentheses, and the functions
/// `log exp sqrt abs min max`. A metric is written by its name, in backticks or
/// as `${…}` if it is more than letters, digits, `_` and `.`.
///
/// ```
/// use plot::Formula;
/// let formula = Formula::parse("sqrt(`val/mse`) + 2 ^ -1").unwrap();
/// assert_eq!(formula.names(), ["val/mse"]);
/// assert_eq!(formula.value(&[9.0]), 3.5);
///
/// let error = Formula::parse("loss + * 2").unwrap_err();
/// assert_eq!(error.span(), 7..8);
/// assert_eq!(error.to_string(), "a number, a metric or “(” is missing before “*”");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    root: Node,
    names: Vec<String>,
}

/// What is wrong with a formula, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaError {
    message: String,
    span: Range<usize>,
}

impl FormulaError {
    /// The bytes of the formula that are wrong; empty at its end.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FormulaError {}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    /// The index of its name.
    Metric(usize),
    Negative(Box<Node>),
    Two(Operator, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Log,
    Exp,
    Sqrt,
    Abs,
    Min,
    Max,
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "log" => Self::Log,
            "exp" => Self::Exp,
            "sqrt" => Self::Sqrt,
            "abs" => Self::Abs,
            "min" => Self::Min,
            "max" => Self::Max,
            _ => return None,
        })
    }

    /// Whether it takes several values.
    fn takes_several(self) -> bool {
        matches!(self, Self::Min | Self::Max)
    }
}

impl Node {
    fn value(&self, values: &[f64]) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Metric(index) => values.get(*index).copied().unwrap_or(f64::NAN),
            Self::Negative(node) => -node.value(values),
            Self::Two(operator, a, b) => {
                let (a, b) = (a.value(values), b.value(values));
                match operator {
                    Operator::Plus => a + b,
                    Operator::Minus => a - b,
                    Operator::Times => a * b,
                    Operator::Over => a / b,
                    Operator::Power => a.powf(b),
                }
            }
            Self::Call(function, arguments) => {
                let mut arguments = arguments.iter().map(|node| node.value(values));
                let first = arguments.next().unwrap_or(f64::NAN);
                // Unlike `f64::min`, NaN stays NaN: a missing value is missing.
                let kept = |keep: fn(f64, f64) -> bool| {
                    move |a: f64, b: f64| if a.is_nan() || keep(a, b) { a } else { b }
                };
                match function {
                    Function::Log => first.ln(),
                    Function::Exp => first.exp(),
                    Function::Sqrt => first.sqrt(),
                    Function::Abs => first.abs(),
                    Function::Min => arguments.fold(first, kept(|a, b| a < b)),
                    Function::Max => arguments.fold(first, kept(|a, b| a > b)),
                }
            }
        }
    }
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// What is wrong, in words, and where.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        if text.len() > LONGEST {
            let message = format!("a formula has at most {LONGEST} bytes");
            return Err(FormulaError { message, span: LONGEST..text.len() });
        }
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, at: 0, end: text.len(), names: Vec::new() };
        let root = parser.sum(0)?;
        match parser.peek() {
            Some(_) => Err(parser.wrong("an operator is missing before")),
            None => Ok(Self { root, names: parser.names }),
        }
    }

    /// The metrics in it, each once, in the order in which they stand.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The value for values of the metrics, in the order of [`Formula::names`].
    #[must_use]
    pub fn value(&self, values: &[f64]) -> f64 {
        self.root.value(values)
    }

    /// The formula along the histories of its metrics, in the order of
    /// [`Formula::names`]: a value for each step that all of them have, at the
    /// latest of their times. Of several values of a step, the last counts.
    #[must_use]
    pub fn series(&self, histories: &[&[Sample]]) -> Vec<Sample> {
        let mut steps: BTreeMap<i64, (i64, Vec<f64>)> = BTreeMap::new();
        for (nth, history) in histories.iter().enumerate() {
            for sample in *history {
                let empty = || (sample.timestamp, Vec::with_capacity(histories.len()));
                let (time, values) = steps.entry(sample.step).or_insert_with(empty);
                // A step that an earlier metric lacks stays incomplete.
                if values.len() == nth {
                    values.push(sample.value);
                } else if values.len() == nth + 1 {
                    values.pop();
                    values.push(sample.value);
                }
                *time = (*time).max(sample.timestamp);
            }
        }
        let whole = steps.into_iter().filter(|(_, (_, values))| values.len() == histories.len());
        whole
            .map(|(step, (timestamp, values))| Sample {
                step,
                timestamp,
                value: self.value(&values),
            })
            .collect()
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    /// A name that stands as it is: a metric or a function.
    Word(String),
    /// A name in backticks or `${…}`: a metric.
    Quoted(String),
    /// An operator, a parenthesis or a comma.
    Sign(char),
}

type Placed = (Token, Range<usize>);

fn tokens(text: &str) -> Result<Vec<Placed>, FormulaError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (token, length) = match first {
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '0'..='9' | '.' => number(rest, at)?,
            '`' => quoted(rest, at, "`", "`")?,
            '$' => quoted(rest, at, "${", "}")?,
            '+' | '-' | '*' | '/' | '^' | '(' | ')' | ',' => (Token::Sign(first), 1),
            '−' => (Token::Sign('-'), first.len_utf8()),
            '×' | '·' => (Token::Sign('*'), first.len_utf8()),
            _ if first.is_alphabetic() || first == '_' => {
                let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
                let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
                (Token::Word(rest.get(..length).unwrap_or_default().to_owned()), length)
            }
            _ => {
                let message = format!("“{first}” has no meaning here");
                return Err(FormulaError { message, span: at..at + first.len_utf8() });
            }
        };
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

/// A number such as `1`, `.5` or `2e-3`.
fn number(rest: &str, at: usize) -> Result<(Token, usize), FormulaError> {
    let digits = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let starts =
        |at: usize, with: &[char]| rest.get(at..).is_some_and(|tail| tail.starts_with(with));
    let mut length = digits(0);
    if starts(length, &['.']) {
        length = digits(length + 1);
    }
    if starts(length, &['e', 'E']) {
        let sign = usize::from(starts(length + 1, &['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > length + 1 + sign {
            length = exponent;
        }
    }
    match rest.get(..length).unwrap_or_default().parse() {
        Ok(number) => Ok((Token::Number(number), length)),
        Err(_) => Err(FormulaError {
            message: "this is no number".to_owned(),
            span: at..at + length.max(1),
        }),
    }
}

fn quoted(rest: &str, at: usize, open: &str, close: &str) -> Result<(Token, usize), FormulaError> {
    let wrong = |message: String| FormulaError { message, span: at..at + rest.len() };
    let inner = rest
        .strip_prefix(open)
        .ok_or_else(|| wrong("a metric is written as ${name}".to_owned()))?;
    let length = inner.find(close).ok_or_else(|| wrong(format!("“{close}” is missing")))?;
    let name = inner.get(..length).unwrap_or_default();
    if name.is_empty() {
        return Err(FormulaError {
            message: "the name of a metric is missing".to_owned(),
            span: at..at + open.len() + close.len(),
        });
    }
    Ok((Token::Quoted(name.to_owned()), open.len() + length + close.len()))
}

struct Parser<'a> {
    tokens: &'a [Placed],
    at: usize,
    end: usize,
    names: Vec<String>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// Goes past a sign, if it is the next token.
    fn take(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    /// An error at the next token.
    fn wrong(&self, what: &str) -> FormulaError {
        let Some((token, span)) = self.tokens.get(self.at) else {
            return FormulaError { message: format!("{what} the end"), span: self.end..self.end };
        };
        let shown = match token {
            Token::Number(number) => number.to_string(),
            Token::Word(name) | Token::Quoted(name) => name.clone(),
            Token::Sign(sign) => sign.to_string(),
        };
        FormulaError { message: format!("{what} “{shown}”"), span: span.clone() }
    }

    fn sum(&mut self, depth: usize) -> Result<Node, FormulaError> {
        let mut left = self.product(depth)?;
        loop {
            let operator = match self.peek() {
                Some(Token::Sign('+')) => Operator::Plus,
                Some(Token::Sign('-')) => Operator::Minus,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Node::Two(operator, Box::new(left), Box::new(self.product(depth)?));
        }
    }

    fn product(&mut self, depth: usize) -> Result<Node, FormulaError> {
        let mut left = self.signed(depth)?;
        loop {
            let operator = match self.peek() {
                Some(Token::Sign('*')) => Operator::Times,
                Some(Token::Sign('/')) => Operator::Over,
                _ => return Ok(left),
            };
            self.at += 1;
            left = Node::Two(operator, Box::new(left), Box::new(self.signed(depth)?));
        }
    }

    /// As in Python, a power binds closer than the sign before it, and from the
    /// right.
    fn signed(&mut self, depth: usize) -> Result<Node, FormulaError> {
        if depth > DEEPEST {
            return Err(self.wrong("this is nested too deeply at"));
        }
        if self.take('-') {
            return Ok(Node::Negative(Box::new(self.signed(depth + 1)?)));
        }
        if self.take('+') {
            return self.signed(depth + 1);
        }
        let base = self.atom(depth)?;
        if self.take('^') {
            let exponent = self.signed(depth + 1)?;
            return Ok(Node::Two(Operator::Power, Box::new(base), Box::new(exponent)));
        }
        Ok(base)
    }

    fn atom(&mut self, depth: usize) -> Result<Node, FormulaError> {
        let missing = "a number, a metric or “(” is missing before";
        let token = self.peek().cloned();
        match token {
            Some(Token::Number(number)) => {
                self.at += 1;
                Ok(Node::Number(number))
            }
            Some(Token::Quoted(name)) => {
                self.at += 1;
                Ok(self.metric(name))
            }
            Some(Token::Word(name)) => {
                self.at += 1;
                if self.peek() == Some(&Token::Sign('(')) {
                    self.call(&name, depth)
                } else {
                    Ok(self.metric(name))
                }
            }
            Some(Token::Sign('(')) => {
                self.at += 1;
                let inside = self.sum(depth + 1)?;
                if self.take(')') {
                    Ok(inside)
                } else {
                    Err(self.wrong("“)” is missing before"))
                }
            }
            _ => Err(self.wrong(missing)),
        }
    }

    fn call(&mut self, name: &str, depth: usize) -> Result<Node, FormulaError> {
        let Some(function) = Function::named(name) else {
            self.at = self.at.saturating_sub(1);
            return Err(self.wrong("there is log, exp, sqrt, abs, min, max, but no function"));
        };
        self.at += 1;
        let mut arguments = vec![self.sum(depth + 1)?];
        while function.takes_several() && self.take(',') {
            arguments.push(self.sum(depth + 1)?);
        }
        if self.take(')') {
            return Ok(Node::Call(function, arguments));
        }
        Err(self.wrong("“)” is missing before"))
    }

    fn metric(&mut self, name: String) -> Node {
        let known = self.names.iter().position(|known| *known == name);
        Node::Metric(known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> f64 {
        let formula = Formula::parse(text).unwrap();
        let values: Vec<f64> = (1..=formula.names().len()).map(|n| n as f64).collect();
        formula.value(&values)
    }

    #[test]
    fn operators_bind_as_in_python() {
        for (text, expected) in [
            ("1 + 2 * 3", 7.0),
            ("(1 + 2) * 3", 9.0),
            ("8 / 4 / 2", 1.0),
            ("2 ^ 3 ^ 2", 512.0),
            ("-2 ^ 2", -4.0),
            ("2 ^ -1", 0.5),
            ("1 − -1", 2.0),
            ("a - b * a", -1.0),
            ("max(a, b, 0.5) + min(b, a)", 3.0),
            ("log(exp(2)) + abs(-sqrt(.25e2))", 7.0),
            ("`x y` + ${val/loss}", 3.0),
            ("min + 1", 2.0),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_where() {
        for (text, span, message) in [
            ("", 0..0, "a number, a metric or “(” is missing before the end"),
            ("a b", 2..3, "an operator is missing before “b”"),
            ("(a", 2..2, "“)” is missing before the end"),
            ("sin(a)", 0..3, "there is log, exp, sqrt, abs, min, max, but no function “sin”"),
            ("log(a, b)", 5..6, "“)” is missing before “,”"),
            ("a % b", 2..3, "“%” has no meaning here"),
            ("`a", 0..2, "“`” is missing"),
            ("$a", 0..2, "a metric is written as ${name}"),
            ("1.2.3", 3..5, "an operator is missing before “0.3”"),
            ("``", 0..2, "the name of a metric is missing"),
        ] {
            let error = Formula::parse(text).unwrap_err();
            assert_eq!((error.span(), &*error.to_string()), (span, message), "{text}");
        }
        assert!(Formula::parse(&"(".repeat(1000)).is_err());
        assert!(Formula::parse(&"-".repeat(1000)).is_err());
        assert!(Formula::parse(&"1+".repeat(3000)).is_err());
    }

    #[test]
    fn histories_meet_at_their_steps() {
        let sample = |step, timestamp, value| Sample { step, timestamp, value };
        let a = [sample(1, 10, 1.0), sample(2, 20, 2.0), sample(2, 25, 3.0), sample(3, 30, 4.0)];
        let b = [sample(2, 40, 10.0), sample(3, 50, f64::NAN), sample(4, 60, 9.0)];
        let got = Formula::parse("a + b").unwrap().series(&[&a, &b]);
        assert_eq!(got[0], sample(2, 40, 13.0));
        assert!(got[1].value.is_nan() && got.len() == 2);
        assert_eq!(Formula::parse("b - a").unwrap().series(&[&b, &a])[0].value, 7.0);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "[-+*/^(), .0-9a-z`${}\u{2212}é]{0,40}") {
            match Formula::parse(&text) {
                Ok(formula) => {
                    let values = vec![1.5; formula.names().len()];
                    let _ = formula.value(&values);
                }
                Err(error) => prop_assert!(text.get(error.span()).is_some()),
            }
        }
    }
}
