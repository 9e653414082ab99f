//! YAML, as far as files need it that say things: scalars are texts, or
//! nothing, and what a tag says of a value is passed over.

use std::collections::HashMap;

/// How deep a file may nest.
const MAX_DEPTH: usize = 128;

/// How much aliases may repeat, in values and bytes of text.
const MAX_REPEATED: usize = 1 << 20;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Yaml {
    /// Left out, `null` or `~`.
    Null,
    /// Any other scalar, as it is written: numbers and booleans too.
    Text(String),
    /// A sequence.
    List(Vec<Yaml>),
    /// A mapping, in the file's order.
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// Reads a file of one document.
    ///
    /// # Errors
    /// What is wrong, and in which line.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut reader =
            Reader { text: &text, at: 0, depth: 0, anchors: HashMap::new(), repeated: 0 };
        reader.document().map_err(|problem| {
            let before = text.get(..reader.at).unwrap_or_default();
            format!("{problem} in line {}", before.matches('\n').count() + 1)
        })
    }

    /// The value of a key; the last one, as in Python, where there are more.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().rfind(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a sequence; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// How much repeating it costs.
    fn weight(&self) -> usize {
        1 + match self {
            Self::Null => 0,
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(Self::weight).sum(),
            Self::Map(entries) => entries.iter().map(|(key, v)| key.len() + v.weight()).sum(),
        }
    }

    fn into_key(self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Null => Ok("null".into()),
            _ => Err("a key is no text".into()),
        }
    }
}

/// Whether a byte ends a word, as the end of the text does.
fn is_blank(byte: Option<u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t' | b'\n'))
}

/// What brackets and commas are.
fn is_flow_sign(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// What aliases may stand for.
    anchors: HashMap<&'a str, Yaml>,
    /// How much aliases have repeated so far.
    repeated: usize,
}

/// What stands before a value.
#[derive(Default)]
struct Properties<'a> {
    anchor: Option<&'a str>,
    is_tagged: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn nth(&self, n: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + n).copied()
    }

    fn peek(&self) -> Option<u8> {
        self.nth(0)
    }

    /// Steps over a byte, if it is the next one.
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Takes what is before the first byte that ends it.
    fn until(&mut self, ends: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().position(ends).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Steps over blanks in this line.
    fn blanks(&mut self) {
        self.until(|byte| !matches!(byte, b' ' | b'\t'));
    }

    /// What is before the place that is being read, in the same line.
    fn line(&self) -> &'a str {
        let before = self.text.get(..self.at).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default()
    }

    fn column(&self) -> isize {
        self.line().len().cast_signed()
    }

    /// Steps over blanks, comments and ends of lines, and tells whether there
    /// were any of the last.
    fn skip(&mut self) -> bool {
        let mut is_fresh = false;
        loop {
            self.blanks();
            let before = self.at.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
            if self.peek() == Some(b'#') && is_blank(before.copied()) {
                self.until(|byte| byte == b'\n');
            }
            if !self.eat(b'\n') {
                return is_fresh;
            }
            is_fresh = true;
        }
    }

    /// Whether a line begins here that separates documents.
    fn is_marker(&self, marker: &str) -> bool {
        self.rest().starts_with(marker) && is_blank(self.nth(3)) && self.column() == 0
    }

    /// Whether the document ends here.
    fn is_done(&self) -> bool {
        self.peek().is_none() || self.is_marker("---") || self.is_marker("...")
    }

    /// Whether this sign stands here by itself.
    fn is_sign(&self, sign: u8) -> bool {
        self.peek() == Some(sign) && is_blank(self.nth(1))
    }

    fn document(&mut self) -> Result<Yaml, String> {
        self.skip();
        while self.peek() == Some(b'%') {
            self.until(|byte| byte == b'\n');
            self.skip();
        }
        if self.is_marker("---") {
            self.at += 3;
        }
        let value = self.block(-1, false)?;
        self.skip();
        if self.is_marker("...") {
            self.at += 3;
            self.skip();
        }
        match self.peek() {
            None => Ok(value),
            Some(_) if self.is_marker("---") => Err("a second document begins".into()),
            Some(_) => Err("nothing is expected here, but there is text".into()),
        }
    }

    /// One level deeper.
    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Yaml, String>,
    ) -> Result<Yaml, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("values are nested more than {MAX_DEPTH} deep"));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// What is before a value, and whether a line ended there.
    fn properties(&mut self) -> (Properties<'a>, bool) {
        let mut found = Properties::default();
        let mut is_fresh = false;
        loop {
            match self.peek() {
                Some(b'&') => {
                    self.at += 1;
                    found.anchor = Some(self.name());
                }
                Some(b'!') => {
                    let is_whole = self.nth(1) == Some(b'<');
                    self.until(|byte| is_blank(Some(byte)) || is_flow_sign(byte) && !is_whole);
                    found.is_tagged = true;
                }
                _ => return (found, is_fresh),
            }
            is_fresh |= self.skip();
        }
    }

    /// The name of an anchor.
    fn name(&mut self) -> &'a str {
        self.until(|byte| is_blank(Some(byte)) || is_flow_sign(byte))
    }

    /// Keeps a value for its aliases.
    fn keep(&mut self, anchor: Option<&'a str>, value: &Yaml) -> Result<(), String> {
        if let Some(name) = anchor {
            self.repeat(value)?;
            self.anchors.insert(name, value.clone());
        }
        Ok(())
    }

    fn repeat(&mut self, value: &Yaml) -> Result<(), String> {
        self.repeated = self.repeated.saturating_add(value.weight());
        if self.repeated > MAX_REPEATED {
            return Err("aliases repeat too much".into());
        }
        Ok(())
    }

    fn alias(&mut self) -> Result<Yaml, String> {
        self.at += 1;
        let name = self.name();
        let Some(value) = self.anchors.get(name).cloned() else {
            return Err(format!("the alias '{name}' stands for nothing"));
        };
        self.repeat(&value)?;
        Ok(value)
    }

    /// A value that is indented deeper than `parent`. One that is after a key
    /// may be a collection only from the next line on, and a sequence may then
    /// be indented as its key is.
    fn block(&mut self, parent: isize, is_after_key: bool) -> Result<Yaml, String> {
        self.nested(|reader| reader.block_value(parent, is_after_key))
    }

    fn block_value(&mut self, parent: isize, is_after_key: bool) -> Result<Yaml, String> {
        let mut is_fresh = self.skip() || !is_after_key;
        let mut begin = self.at;
        let mut column = self.column();
        let (properties, has_ended) = self.properties();
        if has_ended {
            is_fresh = true;
            (begin, column) = (self.at, self.column());
        }
        let is_sequence = self.is_sign(b'-');
        let is_outside = column < parent || column == parent && !(is_after_key && is_sequence);
        let value = match self.peek() {
            _ if self.is_done() || is_outside => Yaml::Null,
            Some(b'*') => self.alias()?,
            Some(b'|' | b'>') => self.block_text(parent)?,
            _ if is_sequence && is_fresh => self.sequence(column)?,
            _ if is_fresh && self.is_key()? => {
                // What is before a key in its line belongs to the key.
                self.at = begin;
                let value = self.mapping(column)?;
                if has_ended {
                    self.keep(properties.anchor, &value)?;
                }
                return Ok(value);
            }
            Some(b'[' | b'{') => self.flow()?,
            Some(b'"' | b'\'') => Yaml::Text(self.quoted()?),
            _ => self.plain(properties.is_tagged, false, |reader| reader.column() > parent)?,
        };
        self.keep(properties.anchor, &value)?;
        Ok(value)
    }

    /// Whether another entry follows of a collection in this column.
    fn continues(&mut self, column: isize) -> Result<bool, String> {
        self.skip();
        if self.is_done() {
            return Ok(false);
        }
        if self.line().bytes().any(|byte| byte != b' ') {
            return Err("there is text behind a value, or a tab before it".into());
        }
        if self.column() > column {
            return Err("a line is indented too far".into());
        }
        Ok(self.column() == column)
    }

    fn sequence(&mut self, column: isize) -> Result<Yaml, String> {
        let mut items = Vec::new();
        while self.is_sign(b'-') {
            self.at += 1;
            items.push(self.block(column, false)?);
            if !self.continues(column)? {
                break;
            }
        }
        Ok(Yaml::List(items))
    }

    fn mapping(&mut self, column: isize) -> Result<Yaml, String> {
        let mut entries = Vec::new();
        loop {
            let is_explicit = self.is_sign(b'?');
            let key = if is_explicit {
                self.at += 1;
                let key = self.block(column, false)?.into_key()?;
                if !self.continues(column)? || !self.is_sign(b':') {
                    return Err("a key has no value".into());
                }
                key
            } else {
                let (properties, _) = self.properties();
                let key = self.key()?;
                self.keep(properties.anchor, &Yaml::Text(key.clone()))?;
                key
            };
            self.blanks();
            if !self.eat(b':') {
                return Err("a key is wanted".into());
            }
            entries.push((key, self.block(column, !is_explicit)?));
            if !self.continues(column)? {
                return Ok(Yaml::Map(entries));
            }
        }
    }

    /// Whether a key stands here, which is in one line.
    fn is_key(&mut self) -> Result<bool, String> {
        if self.is_sign(b'?') {
            return Ok(true);
        }
        let begin = self.at;
        if !matches!(self.peek(), Some(b'[' | b'{')) {
            self.key()?;
            self.blanks();
        }
        let is_key = self.is_sign(b':');
        let passed = self.text.get(begin..self.at).unwrap_or_default();
        self.at = begin;
        Ok(is_key && !passed.contains('\n'))
    }

    fn key(&mut self) -> Result<String, String> {
        match self.peek() {
            Some(b'"' | b'\'') => self.quoted(),
            _ => {
                self.is_plain()?;
                Ok(self.plain_line(false).to_owned())
            }
        }
    }

    /// Refuses what no scalar without quotes begins with.
    fn is_plain(&self) -> Result<(), String> {
        let is_odd = |byte| is_flow_sign(byte) || b"#&*!|>'\"%@`".contains(&byte);
        if self.peek().is_some_and(is_odd) || self.is_sign(b'-') || self.is_sign(b'?') {
            return Err("there is a sign where a value is wanted".into());
        }
        Ok(())
    }

    /// What of this line belongs to a scalar without quotes.
    fn plain_line(&mut self, is_flow: bool) -> &'a str {
        let rest = self.rest();
        let mut end = 0;
        let mut bytes = rest.bytes().enumerate().peekable();
        while let Some((i, byte)) = bytes.next() {
            let next = bytes.peek().map(|(_, next)| *next);
            match byte {
                b'\n' => break,
                b':' if is_blank(next) || is_flow && next.is_some_and(is_flow_sign) => break,
                // Only where it is behind a blank.
                b'#' if end < i => break,
                b' ' | b'\t' => {}
                _ if is_flow && is_flow_sign(byte) => break,
                _ => end = i + 1,
            }
        }
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A scalar without quotes, which goes on in the lines that `belongs`
    /// holds for.
    fn plain(
        &mut self,
        is_tagged: bool,
        is_flow: bool,
        belongs: impl Fn(&Self) -> bool,
    ) -> Result<Yaml, String> {
        self.is_plain()?;
        let mut text = self.plain_line(is_flow).to_owned();
        loop {
            let end = self.at;
            let breaks = self.breaks();
            let is_odd = |byte| byte == b'#' || is_flow && (is_flow_sign(byte) || byte == b':');
            if breaks == 0 || self.is_done() || self.peek().is_some_and(is_odd) || !belongs(self) {
                self.at = end;
                break;
            }
            fold(&mut text, breaks);
            let begin = self.at;
            text.push_str(self.plain_line(is_flow));
            if self.at == begin {
                return Err("a value is wanted".into());
            }
        }
        Ok(match text.as_str() {
            "" if !is_flow && !self.is_sign(b':') => Yaml::Null,
            "" => return Err("a value is wanted".into()),
            "~" | "null" | "Null" | "NULL" if !is_tagged => Yaml::Null,
            _ => Yaml::Text(text),
        })
    }

    /// Steps over blanks and ends of lines; how many of these there were.
    fn breaks(&mut self) -> usize {
        let mut count = 0;
        loop {
            self.blanks();
            if !self.eat(b'\n') {
                return count;
            }
            count += 1;
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        let quote = self.peek().unwrap_or_default();
        self.at += 1;
        let mut text = String::new();
        // What is up to here stays even where a line ends behind it.
        let mut kept = 0;
        loop {
            text.push_str(
                self.until(|byte| byte == quote || byte == b'\n' || byte == b'\\' && quote == b'"'),
            );
            match self.peek() {
                None => return Err("a quote is not closed".into()),
                Some(b'\n') => {
                    let blank = text.get(kept..).unwrap_or_default();
                    let len = kept + blank.trim_end_matches([' ', '\t']).len();
                    text.truncate(len);
                    let breaks = self.breaks();
                    fold(&mut text, breaks);
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut text)?;
                }
                Some(_) => {
                    self.at += 1;
                    if quote == b'"' || !self.eat(quote) {
                        return Ok(text);
                    }
                    text.push('\'');
                }
            }
            kept = text.len();
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), String> {
        let Some(sign) = self.rest().chars().next() else { return Ok(()) };
        self.at += sign.len_utf8();
        let digits = match sign {
            // The line goes on without a blank.
            '\n' => {
                let breaks = self.breaks();
                text.extend(std::iter::repeat_n('\n', breaks));
                return Ok(());
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let number = self.rest().get(..digits).unwrap_or_default();
            let number = u32::from_str_radix(number, 16).ok().and_then(char::from_u32);
            let Some(c) = number else { return Err("an escape is no character".into()) };
            self.at += digits;
            text.push(c);
            return Ok(());
        }
        text.push(match sign {
            '0' => '\0',
            'a' => '\x07',
            'b' => '\x08',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\x0b',
            'f' => '\x0c',
            'r' => '\r',
            'e' => '\x1b',
            ' ' | '"' | '/' | '\\' => sign,
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            _ => return Err("an escape is not known".into()),
        });
        Ok(())
    }

    /// A text behind `|` or `>`, in lines that are indented deeper than
    /// `parent`.
    fn block_text(&mut self, parent: isize) -> Result<Yaml, String> {
        let is_folded = self.peek() == Some(b'>');
        self.at += 1;
        let (mut chomp, mut indent) = (None, None);
        while let Some(sign) = self.peek().filter(|sign| !is_blank(Some(*sign))) {
            match sign {
                b'+' | b'-' if chomp.is_none() => chomp = Some(sign),
                b'1'..=b'9' if indent.is_none() => indent = Some(usize::from(sign - b'0')),
                _ => return Err("a text's first line has other signs than its style".into()),
            }
            self.at += 1;
        }
        self.blanks();
        if self.peek() == Some(b'#') {
            self.until(|byte| byte == b'\n');
        }
        if self.peek().is_some() && !self.eat(b'\n') {
            return Err("a text begins in the line of its style".into());
        }
        let least = usize::try_from(parent.saturating_add(1)).unwrap_or(0);
        let indent = match indent {
            Some(more) => least.saturating_sub(1) + more,
            None => self.indent().max(least),
        };
        let mut text = String::new();
        // Ends of lines that were not written yet, and whether the line before
        // them may be joined with the next one.
        let (mut breaks, mut joins) = (0, false);
        while self.peek().is_some() {
            let rest = self.rest();
            let line = rest.split('\n').next().unwrap_or_default();
            let blank = line.bytes().take_while(|byte| *byte == b' ').count();
            if blank < line.len() && (blank < indent || self.is_done()) {
                break;
            }
            let line_text = line.get(indent..).unwrap_or_default();
            if !line_text.is_empty() {
                let is_deeper = line_text.starts_with([' ', '\t']);
                if is_folded && joins && !is_deeper {
                    fold(&mut text, breaks);
                } else {
                    text.extend(std::iter::repeat_n('\n', breaks));
                }
                text.push_str(line_text);
                (breaks, joins) = (0, !is_deeper);
            }
            self.at += line.len();
            if !self.eat(b'\n') {
                break;
            }
            breaks += 1;
        }
        match chomp {
            Some(b'-') => {}
            Some(_) => text.extend(std::iter::repeat_n('\n', breaks)),
            None if !text.is_empty() && breaks > 0 => text.push('\n'),
            None => {}
        }
        Ok(Yaml::Text(text))
    }

    /// How far the next line is indented that is not blank.
    fn indent(&self) -> usize {
        let is_full = |line: &&str| !line.trim_start_matches(' ').is_empty();
        let line = self.rest().split('\n').find(is_full).unwrap_or_default();
        line.len() - line.trim_start_matches(' ').len()
    }

    /// A value within brackets, or brackets themselves.
    fn flow(&mut self) -> Result<Yaml, String> {
        self.nested(Self::flow_value)
    }

    fn flow_value(&mut self) -> Result<Yaml, String> {
        self.skip();
        let (properties, _) = self.properties();
        let value = match self.peek() {
            None => return Err("brackets are not closed".into()),
            Some(b'*') => self.alias()?,
            Some(b'[') => self.flow_list()?,
            Some(b'{') => self.flow_map()?,
            Some(b'"' | b'\'') => Yaml::Text(self.quoted()?),
            Some(b',' | b']' | b'}') if properties.is_tagged || properties.anchor.is_some() => {
                Yaml::Null
            }
            Some(_) => self.plain(properties.is_tagged, true, |_| true)?,
        };
        self.keep(properties.anchor, &value)?;
        self.skip();
        Ok(value)
    }

    /// The value of a key within brackets, if there is one.
    fn flow_pair(&mut self) -> Result<Option<Yaml>, String> {
        if !self.eat(b':') {
            return Ok(None);
        }
        self.skip();
        if matches!(self.peek(), Some(b',' | b']' | b'}')) {
            return Ok(Some(Yaml::Null));
        }
        self.flow().map(Some)
    }

    fn flow_list(&mut self) -> Result<Yaml, String> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip();
            if self.eat(b']') {
                return Ok(Yaml::List(items));
            }
            let item = self.flow()?;
            items.push(match self.flow_pair()? {
                Some(value) => Yaml::Map(vec![(item.into_key()?, value)]),
                None => item,
            });
            if !self.eat(b',') && self.peek() != Some(b']') {
                return Err("a comma or the end of brackets is wanted".into());
            }
        }
    }

    fn flow_map(&mut self) -> Result<Yaml, String> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip();
            if self.eat(b'}') {
                return Ok(Yaml::Map(entries));
            }
            if self.is_sign(b'?') {
                self.at += 1;
            }
            let key = self.flow()?.into_key()?;
            entries.push((key, self.flow_pair()?.unwrap_or(Yaml::Null)));
            if !self.eat(b',') && self.peek() != Some(b'}') {
                return Err("a comma or the end of brackets is wanted".into());
            }
        }
    }
}

/// Joins two lines: one end of a line is a blank, of more all but the first
/// stay.
fn fold(text: &mut String, breaks: usize) {
    match breaks {
        1 => text.push(' '),
        _ => text.extend(std::iter::repeat_n('\n', breaks.saturating_sub(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Yaml {
        Yaml::parse(text.as_bytes()).unwrap()
    }

    fn refusal(text: &str) -> String {
        Yaml::parse(text.as_bytes()).unwrap_err()
    }

    fn text(text: &str) -> Yaml {
        Yaml::Text(text.into())
    }

    fn list(items: &[Yaml]) -> Yaml {
        Yaml::List(items.to_vec())
    }

    fn map(entries: &[(&str, Yaml)]) -> Yaml {
        Yaml::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn collections_nest_in_both_styles() {
        let expected = map(&[
            ("a", list(&[text("1"), map(&[("b", text("2")), ("c", Yaml::Null)])])),
            ("d", list(&[list(&[text("x"), text("y")]), list(&[])])),
            ("e", map(&[])),
        ]);
        for same in [
            "a:\n- 1\n- b: 2\n  c:\nd:\n  - - x\n    - y\n  - []\ne: {}\n",
            "%YAML 1.1\n---\n# A comment.\na:\n    -   1\n    -   b: 2 # Another.\n        c: ~\n\
             d: [[x,\n  y], []]\ne: {\n}\n...\n",
            "{a: [1, {b: 2, c}], \"d\":[[x, y,], []], e: {}}",
            "{a: [1, {b: 2, ? c : null}], d: [[x, y], []], e: {}}",
            "a: !!seq [1, {b: 2, c: }]\r\n? d\r\n: - [x, y]\r\n  - []\r\ne:\r\n  {}\r\n",
        ] {
            assert_eq!(parse(same), expected, "{same}");
        }
        assert_eq!(parse("[a: 1]"), list(&[map(&[("a", text("1"))])]));
    }

    #[test]
    fn texts_go_over_lines() {
        for (yaml, expected) in [
            ("a b\n  c\n\n  'd'\n", "a b c\n'd'"),
            ("a:b#c -d # no more", "a:b#c -d"),
            ("'it''s\n  one  \n\n  two'", "it's one\ntwo"),
            ("\"\\ta\\x41\\u00e9\\U0001F600\\\"\\\n   \\ b  \\  \n c\"", "\taAé😀\" b    c"),
            ("|\n  a\n   b\n\n  c\n\n", "a\n b\n\nc\n"),
            ("|-\n  a\n", "a"),
            ("|+\n  a\n\n", "a\n\n"),
            ("|2\n    a\n", "  a\n"),
            (">\n  a\n  b\n\n  c\n   d\n  e\n", "a b\nc\n d\ne\n"),
            ("!!str null", "null"),
            ("1.10", "1.10"),
        ] {
            assert_eq!(parse(yaml), text(expected), "{yaml:?}");
        }
        let long = "k".repeat(200);
        assert_eq!(parse(&format!("? {long}\n: v\n")), map(&[(&long, text("v"))]));
        assert_eq!(parse("a: >-\n  b\n  c\nd: e"), map(&[("a", text("b c")), ("d", text("e"))]));
        for nothing in ["", "~", "null", "# Only this.", "---\n...", "!!null"] {
            assert_eq!(parse(nothing), Yaml::Null, "{nothing:?}");
        }
    }

    #[test]
    fn aliases_stand_for_what_was_anchored_last() {
        let b = list(&[text("1")]);
        assert_eq!(
            parse("a: &id001\n- 1\nb: *id001\nc: &id001 x\nd: [*id001]\n&k e: *k\n"),
            map(&[
                ("a", b.clone()),
                ("b", b),
                ("c", text("x")),
                ("d", list(&[text("x")])),
                ("e", text("e"))
            ])
        );
        assert_eq!(refusal("a: *b\n"), "the alias 'b' stands for nothing in line 1");
        assert!(refusal("a: &a [*a]\n").contains("stands for nothing"));
    }

    #[test]
    fn the_last_of_a_keys_values_counts() {
        assert_eq!(parse("a: 1\na: 2\n").get("a"), Some(&text("2")));
        assert_eq!(parse("a").get("a"), None);
    }

    #[test]
    fn what_is_damaged_is_refused() {
        for (damaged, problem) in [
            ("a: b: c", "text behind a value"),
            ("a: b\n c: d", "text behind a value"),
            ("a:\n  b: c\n d: e", "indented too far"),
            ("a: 1\n\tb: 2", "text behind a value"),
            ("a: - b", "a sign where a value is wanted"),
            ("a: 'b", "not closed"),
            ("a: {b: c", "end of brackets"),
            ("a: [b}", "end of brackets"),
            ("a: [,]", "a sign where a value is wanted"),
            ("a: @b", "a sign where a value is wanted"),
            ("a\nb: c", "nothing is expected"),
            ("a: 1\nb\n", "a key is wanted"),
            ("a: \"\\q\"", "not known"),
            ("a: \"\\ud800\"", "no character"),
            ("a: |x\n  b", "other signs"),
            ("[a]: b", "nothing is expected"),
            ("? [a]\n: b", "a key is no text"),
            ("a: 1\n---\nb: 2\n", "a second document"),
        ] {
            let refusal = refusal(damaged);
            assert!(refusal.contains(problem), "{damaged:?}: {refusal}");
        }
        assert_eq!(Yaml::parse(b"a: \xff"), Err("it is not UTF-8".to_owned()));
        assert!(refusal("a: 1\n\nb: 'c\n").ends_with("in line 4"));
        for deep in ["[".repeat(5000), "- ".repeat(5000), "{a: ".repeat(5000)] {
            assert!(refusal(&deep).starts_with("values are nested more than 128 deep"));
        }
    }
}
