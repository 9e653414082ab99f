//! Which runs a filter finds.

use std::cmp::Ordering;

use mlflow_api::RunStatus;
use mlflow_api::filter::Entity;
use mlflow_api::search::{Clause, Comparator, Value};
use mlflow_api::tags;

use crate::cells::Texts;
use crate::column::Column;
use crate::frame::Frame;
use crate::mask::Mask;
use crate::query::{Expr, Match};

/// Whether a regular expression finds something in a text.
pub type Pattern = Box<dyn Fn(&str) -> bool>;

/// Makes regular expressions; the frame has none of its own, since a page has
/// the browser's. `None` for one that is wrong, which finds nothing.
pub type Patterns<'a> = &'a dyn Fn(&str) -> Option<Pattern>;

/// MLflow's own tags in which words are looked for.
const SEARCHED_TAGS: [&str; 3] = [tags::NOTE, tags::SOURCE_NAME, tags::SOURCE_GIT_COMMIT];

impl Frame {
    /// The runs that a filter finds.
    pub fn filter(&self, expr: &Expr, patterns: Patterns<'_>) -> Mask {
        match expr {
            Expr::All(parts) => {
                let mut mask = Mask::all(self.len());
                parts.iter().for_each(|part| mask.and(&self.filter(part, patterns)));
                mask
            }
            Expr::Any(parts) => {
                let mut mask = Mask::none(self.len());
                parts.iter().for_each(|part| mask.or(&self.filter(part, patterns)));
                mask
            }
            Expr::Not(part) => {
                let mut mask = self.filter(part, patterns);
                mask.invert();
                mask
            }
            Expr::Compare(clause) => self.compare(clause),
            Expr::Match(found) => self.matching(found, patterns),
            Expr::Word(word) => self.word(word),
        }
    }

    fn compare(&self, clause: &Clause) -> Mask {
        let mut mask = Mask::none(self.len());
        let Clause { entity, key, comparator, value, .. } = clause;
        match entity {
            Entity::Metric => {
                let column = self.metrics.find(key).and_then(|id| self.metrics.get(id));
                if let (Some(column), Some(bound)) = (column, number(value)) {
                    column.mark(&mut mask, |cell| compares(cell, *comparator, bound));
                }
            }
            Entity::Dataset => {
                self.mark_datasets(&mut mask, |text| fits(text, *comparator, value), key)
            }
            Entity::Attribute if matches!(key.as_str(), "start_time" | "end_time") => {
                let Some(bound) = number(value) else { return mask };
                self.mark_rows(&mut mask, |frame, row| {
                    let time =
                        if key == "end_time" { frame.end_time(row) } else { frame.start_time(row) };
                    time.is_some_and(|time| compares(time as f64, *comparator, bound))
                });
            }
            _ if *comparator == Comparator::IsNull => {
                self.mark_texts(&mut mask, *entity, key, &mut |_| true);
                mask.invert();
            }
            _ => {
                self.mark_texts(&mut mask, *entity, key, &mut |text| fits(text, *comparator, value))
            }
        }
        mask
    }

    fn matching(&self, found: &Match, patterns: Patterns<'_>) -> Mask {
        let mut mask = Mask::none(self.len());
        let Some(pattern) = patterns(&found.pattern) else { return mask };
        match found.entity {
            Entity::Dataset => self.mark_datasets(&mut mask, pattern, &found.key),
            entity => self.mark_texts(&mut mask, entity, &found.key, &mut |text| pattern(text)),
        }
        mask
    }

    /// Marks the runs of which a key's text is wanted.
    fn mark_texts(
        &self,
        mask: &mut Mask,
        entity: Entity,
        key: &str,
        wanted: &mut dyn FnMut(&str) -> bool,
    ) {
        let texts = match (entity, key) {
            (Entity::Param, key) => self.params.find(key).and_then(|id| self.params.get(id)),
            (Entity::Tag, key) => self.tags.find(key).and_then(|id| self.tags.get(id)),
            (_, "run_name") => Some(&self.names),
            (_, "user_id") => Some(&self.users),
            (_, "run_id") => {
                return self.mark_rows(mask, |frame, row| wanted(frame.run_id(row)));
            }
            (_, "status") => {
                return self.mark_rows(mask, |frame, row| wanted(status_text(frame.status(row))));
            }
            _ => None,
        };
        if let Some(texts) = texts {
            texts.mark(mask, wanted);
        }
    }

    fn mark_datasets(&self, mask: &mut Mask, wanted: impl Fn(&str) -> bool, key: &str) {
        let sets = self.datasets.wanted(|one| match key {
            "name" => wanted(&one.name),
            "digest" => wanted(&one.digest),
            _ => one.context.as_deref().is_some_and(&wanted),
        });
        self.mark_rows(mask, |frame, row| {
            let set = frame.datasets.code(row as usize);
            set.is_some_and(|set| sets.get(set as usize).copied().unwrap_or(false))
        });
    }

    fn mark_rows(&self, mask: &mut Mask, mut wanted: impl FnMut(&Self, u32) -> bool) {
        for row in 0..self.len() as u32 {
            if wanted(self, row) {
                mask.insert(row);
            }
        }
    }

    /// The runs in which a word stands somewhere.
    fn word(&self, word: &str) -> Mask {
        let mut mask = Mask::none(self.len());
        let mut look = |texts: &Texts| texts.mark(&mut mask, |text| contains(text, word));
        look(&self.names);
        look(&self.users);
        let columns = |group| self.columns(group);
        for column in columns(crate::Group::Param).chain(columns(crate::Group::Tag)) {
            let searched = !self.is_system(column) || SEARCHED_TAGS.contains(&self.name(column));
            let texts = match column {
                Column::Param(id) => self.params.get(id),
                Column::Tag(id) => self.tags.get(id),
                _ => None,
            };
            if let Some(texts) = texts.filter(|_| searched) {
                look(texts);
            }
        }
        if word.len() <= 64 {
            self.mark_rows(&mut mask, |frame, row| contains(frame.run_id(row), word));
        }
        self.mark_datasets(&mut mask, |text| contains(text, word), "name");
        mask
    }

    /// Every dataset that some run reads, by name and digest.
    pub fn datasets(&self) -> Vec<(String, String)> {
        self.datasets.all()
    }
}

/// A status as MLflow's filters have it.
const fn status_text(status: RunStatus) -> &'static str {
    status.as_str()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        Value::Missing | Value::Text(_) | Value::List(_) => None,
    }
}

/// NaN is different from every number, and nothing else.
fn compares(cell: f64, comparator: Comparator, bound: f64) -> bool {
    let ordering = cell.partial_cmp(&bound);
    match comparator {
        Comparator::Equal => ordering == Some(Ordering::Equal),
        Comparator::NotEqual => ordering != Some(Ordering::Equal),
        Comparator::Less => ordering == Some(Ordering::Less),
        Comparator::LessEqual => ordering.is_some_and(Ordering::is_le),
        Comparator::Greater => ordering == Some(Ordering::Greater),
        Comparator::GreaterEqual => ordering.is_some_and(Ordering::is_ge),
        _ => false,
    }
}

fn fits(text: &str, comparator: Comparator, value: &Value) -> bool {
    match (comparator, value) {
        (Comparator::Equal, Value::Text(wanted)) => text == wanted,
        (Comparator::NotEqual, Value::Text(other)) => text != other,
        (Comparator::Like, Value::Text(pattern)) => like(text, pattern),
        (Comparator::Ilike, Value::Text(pattern)) => {
            like(&text.to_ascii_lowercase(), &pattern.to_ascii_lowercase())
        }
        (Comparator::In, Value::List(list)) => list.iter().any(|wanted| wanted == text),
        (Comparator::NotIn, Value::List(list)) => list.iter().all(|other| other != text),
        (Comparator::IsNotNull, _) => true,
        _ => false,
    }
}

/// SQL's `LIKE`: `%` is any text, `_` any character.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut of) = (0, 0);
    // Where to go on when what follows the last `%` does not fit.
    let mut again: Option<(usize, usize)> = None;
    while let Some(c) = text.get(at) {
        match pattern.get(of) {
            Some('%') => {
                of += 1;
                again = Some((at, of));
            }
            Some(p) if *p == '_' || p == c => {
                at += 1;
                of += 1;
            }
            _ => match &mut again {
                Some((from, after)) => {
                    *from += 1;
                    (at, of) = (*from, *after);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(of).all(|p| *p == '%')
}

/// Whether a word, in lower case, stands in a text in any case.
fn contains(text: &str, word: &str) -> bool {
    if !text.is_ascii() || !word.is_ascii() {
        return text.to_lowercase().contains(word);
    }
    let word = word.as_bytes();
    let Some(first) = word.first() else { return true };
    let upper = first.to_ascii_uppercase();
    text.as_bytes().windows(word.len()).any(|window| {
        window.first().is_some_and(|c| c == first || *c == upper)
            && window.eq_ignore_ascii_case(word)
    })
}
