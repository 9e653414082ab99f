//! Reads patterns as RE2 does.

use super::fold::Folds;
use super::ranges::{self, Ranges};
use crate::fault::{Fault, bail};

/// The most times that something may be repeated, counted through everything
/// around it.
const MAX_REPEAT: u32 = 1000;

/// How deep groups may nest.
const MAX_NESTING: usize = 100;

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// One character of these.
    Class(Ranges),
    Assert(Assert),
    /// One after another; nothing where there are none.
    Concat(Vec<Node>),
    /// One of these.
    Alternate(Vec<Node>),
    /// From `min` to `max` times; `None` is without an end.
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
    },
}

/// What has to hold between two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assert {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

/// The flags that a pattern can set.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    /// `i`: case makes no difference.
    fold: bool,
    /// `m`: `^` and `$` match at every line.
    multi_line: bool,
    /// `s`: `.` matches the end of a line too.
    dot_all: bool,
}

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Result<Node, Fault> {
    let mut parser = Parser { rest: pattern, flags: Flags::default(), depth: 0, folds: None };
    let (node, _) = parser.alternation()?;
    if parser.rest.is_empty() { Ok(node) } else { bail!("a ')' closes nothing") }
}

struct Parser<'a> {
    rest: &'a str,
    flags: Flags,
    depth: usize,
    /// Made when case is first folded.
    folds: Option<Folds>,
}

/// A part, and how often it repeats what is in it.
type Counted = (Node, u32);

impl Parser<'_> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    /// Up to the `)` that closes the group, or to the end.
    fn alternation(&mut self) -> Result<Counted, Fault> {
        let mut parts = Vec::new();
        let mut repeats = 1;
        loop {
            let (part, count) = self.concatenation()?;
            repeats = repeats.max(count);
            parts.push(part);
            if !self.eat("|") {
                break;
            }
        }
        let node = match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => Node::Alternate(parts.into_iter().chain(last).collect()),
        };
        Ok((node, repeats))
    }

    fn concatenation(&mut self) -> Result<Counted, Fault> {
        let mut parts: Vec<Counted> = Vec::new();
        let mut was_repeated = false;
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            if let Some((min, max)) = self.repetition()? {
                if was_repeated {
                    bail!("a repetition follows another");
                }
                let Some((node, count)) = parts.pop() else {
                    bail!("there is nothing to repeat");
                };
                let count = count.saturating_mul(max.unwrap_or(min).max(1));
                if count > MAX_REPEAT {
                    bail!("something is repeated more than {MAX_REPEAT} times");
                }
                parts.push((Node::Repeat { node: Box::new(node), min, max }, count));
                was_repeated = true;
                continue;
            }
            if self.eat("\\Q") {
                let (literal, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
                self.rest = rest;
                for c in literal.chars() {
                    let class = self.literal(c);
                    parts.push((class, 1));
                    was_repeated = false;
                }
            } else if let Some(part) = self.atom()? {
                parts.push(part);
                was_repeated = false;
            }
        }
        let repeats = parts.iter().map(|(_, count)| *count).max().unwrap_or(1);
        let mut nodes: Vec<Node> = parts.into_iter().map(|(node, _)| node).collect();
        let node = match nodes.pop() {
            Some(only) if nodes.is_empty() => only,
            last => Node::Concat(nodes.into_iter().chain(last).collect()),
        };
        Ok((node, repeats))
    }

    /// `*`, `+`, `?` or `{…}`, each with the `?` that may follow. Braces around
    /// anything but counts are characters like others.
    fn repetition(&mut self) -> Result<Option<(u32, Option<u32>)>, Fault> {
        let counts = if self.eat("*") {
            (0, None)
        } else if self.eat("+") {
            (1, None)
        } else if self.eat("?") {
            (0, Some(1))
        } else if let Some((counts, rest)) =
            self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'))
        {
            let count = |digits: &str| {
                let is_count = digits == "0" || !digits.is_empty() && !digits.starts_with('0');
                (is_count && digits.bytes().all(|b| b.is_ascii_digit()))
                    .then(|| digits.parse().unwrap_or(u32::MAX))
            };
            let parsed = match counts.split_once(',') {
                None => count(counts).map(|n| (n, Some(n))),
                Some((min, "")) => count(min).map(|min| (min, None)),
                Some((min, max)) => count(min).zip(count(max)).map(|(min, max)| (min, Some(max))),
            };
            let Some((min, max)) = parsed else {
                return Ok(None);
            };
            if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT || max < min) {
                bail!("'{{{counts}}}' is no number of times from 0 to {MAX_REPEAT}");
            }
            self.rest = rest;
            (min, max)
        } else {
            return Ok(None);
        };
        self.eat("?");
        Ok(Some(counts))
    }

    /// What can be repeated; `None` for flags, which are nothing by themselves.
    fn atom(&mut self) -> Result<Option<Counted>, Fault> {
        let Some(c) = self.next() else {
            return Ok(None);
        };
        let node = match c {
            '(' => return self.group(),
            '[' => Node::Class(self.brackets()?),
            '.' if self.flags.dot_all => Node::Class(vec![(0, ranges::LAST)]),
            '.' => Node::Class(ranges::negated(&[(0x0A, 0x0A)])),
            '^' if self.flags.multi_line => Node::Assert(Assert::LineStart),
            '^' => Node::Assert(Assert::TextStart),
            '$' if self.flags.multi_line => Node::Assert(Assert::LineEnd),
            '$' => Node::Assert(Assert::TextEnd),
            '\\' => {
                if self.eat("b") {
                    Node::Assert(Assert::WordBoundary)
                } else if self.eat("B") {
                    Node::Assert(Assert::NoWordBoundary)
                } else if self.eat("A") {
                    Node::Assert(Assert::TextStart)
                } else if self.eat("z") {
                    Node::Assert(Assert::TextEnd)
                } else if let Some(class) = self.perl_class() {
                    Node::Class(class)
                } else {
                    let c = self.escape()?;
                    self.literal(c)
                }
            }
            c => self.literal(c),
        };
        Ok(Some((node, 1)))
    }

    /// After a `(`.
    fn group(&mut self) -> Result<Option<Counted>, Fault> {
        let around = self.flags;
        if self.eat("?P<") || self.eat("?<") {
            let Some((name, rest)) = self.rest.split_once('>') else {
                bail!("the name of a group does not end");
            };
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                bail!("'{name}' is no name of a group");
            }
            self.rest = rest;
        } else if self.eat("?") && self.set_flags()? {
            return Ok(None);
        }
        self.depth += 1;
        if self.depth > MAX_NESTING {
            bail!("groups nest more than {MAX_NESTING} deep");
        }
        let node = self.alternation()?;
        if !self.eat(")") {
            bail!("a ')' is missing");
        }
        self.depth -= 1;
        self.flags = around;
        Ok(Some(node))
    }

    /// After a `(?`: flags, up to the `:` of a group, or to a `)`, where the
    /// answer is yes.
    fn set_flags(&mut self) -> Result<bool, Fault> {
        let mut flags = self.flags;
        let (mut on, mut awaits_flag) = (true, false);
        loop {
            match self.next() {
                Some('i') => flags.fold = on,
                Some('m') => flags.multi_line = on,
                Some('s') => flags.dot_all = on,
                // Which of several matches is preferred is not asked here.
                Some('U') => {}
                Some('-') if on => {
                    (on, awaits_flag) = (false, true);
                    continue;
                }
                Some(end @ (':' | ')')) if !awaits_flag => {
                    self.flags = flags;
                    return Ok(end == ')');
                }
                _ => bail!("'(?' is followed by what RE2 does not know"),
            }
            awaits_flag = false;
        }
    }

    fn literal(&mut self, c: char) -> Node {
        let c = u32::from(c);
        Node::Class(self.folded(vec![(c, c)]))
    }

    /// The ranges with those that differ in case, where case makes no
    /// difference.
    fn folded(&mut self, ranges: Ranges) -> Ranges {
        if self.flags.fold {
            self.folds.get_or_insert_with(Folds::new).close(ranges)
        } else {
            ranges::normalized(ranges)
        }
    }

    /// After a backslash: `d`, `s`, `w`, or the opposite of them.
    fn perl_class(&mut self) -> Option<Ranges> {
        let letter = self.rest.chars().next()?;
        let class = match letter.to_ascii_lowercase() {
            'd' => ranges::DIGIT,
            's' => ranges::SPACE,
            'w' => ranges::WORD,
            _ => return None,
        };
        self.next();
        let class = self.folded(class.to_vec());
        Some(if letter.is_ascii_uppercase() { ranges::negated(&class) } else { class })
    }

    /// After a backslash: the one character that is meant.
    fn escape(&mut self) -> Result<char, Fault> {
        let Some(c) = self.next() else {
            bail!("it ends in a backslash");
        };
        let code = match c {
            'a' => 0x07,
            'f' => 0x0C,
            'n' => 0x0A,
            'r' => 0x0D,
            't' => 0x09,
            'v' => 0x0B,
            'x' => self.hexadecimal()?,
            // A single digit would refer to a group.
            '0'..='7' if c == '0' || self.rest.starts_with(|c: char| c.is_digit(8)) => {
                let mut code = c.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else {
                        break;
                    };
                    code = code * 8 + digit;
                    self.next();
                }
                code
            }
            'p' | 'P' => bail!("Unicode categories are not known here"),
            'C' => bail!("single bytes are not known here"),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
            c => bail!("'\\{c}' is not one of RE2's escapes"),
        };
        char::from_u32(code)
            .ok_or_else(|| Fault::new(format!("{code:#x} is not the code of a character")))
    }

    /// Two digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Result<u32, Fault> {
        let (digits, rest) = if let Some(rest) = self.rest.strip_prefix('{') {
            rest.split_once('}').unwrap_or_default()
        } else {
            self.rest.split_at_checked(2).unwrap_or_default()
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            bail!("'\\x' is not followed by a code");
        }
        self.rest = rest;
        u32::from_str_radix(digits, 16)
            .map_err(|_| Fault::new(format!("{digits} is not the code of a character")))
    }

    /// After a `[`.
    fn brackets(&mut self) -> Result<Ranges, Fault> {
        let is_negated = self.eat("^");
        let mut class = Vec::new();
        let mut is_first = true;
        // A bracket that comes first does not close.
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            if self.rest.is_empty() {
                bail!("a ']' is missing");
            }
            if let Some((name, rest)) =
                self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]"))
            {
                let positive = name.strip_prefix('^');
                let Some(named) = ranges::posix(positive.unwrap_or(name)) else {
                    bail!("there is no class '[:{name}:]'");
                };
                self.rest = rest;
                let named = self.folded(named.to_vec());
                class.extend(if positive.is_some() { ranges::negated(&named) } else { named });
                continue;
            }
            if let Some(rest) = self.rest.strip_prefix('\\') {
                let before = std::mem::replace(&mut self.rest, rest);
                if let Some(perl) = self.perl_class() {
                    class.extend(perl);
                    continue;
                }
                self.rest = before;
            }
            let low = self.member()?;
            let high = match self.rest.strip_prefix('-') {
                Some(rest) if !rest.starts_with(']') => {
                    self.rest = rest;
                    self.member()?
                }
                _ => low,
            };
            if high < low {
                bail!("the range from '{low}' to '{high}' is empty");
            }
            class.push((u32::from(low), u32::from(high)));
        }
        self.eat("]");
        let class = self.folded(class);
        Ok(if is_negated { ranges::negated(&class) } else { class })
    }

    /// A character within brackets.
    fn member(&mut self) -> Result<char, Fault> {
        if self.eat("\\") {
            return self.escape();
        }
        self.next().ok_or_else(|| Fault::new("a ']' is missing"))
    }
}
