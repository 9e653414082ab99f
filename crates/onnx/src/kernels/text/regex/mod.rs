//! Regular expressions as RE2 reads and matches them, which is what the
//! operators are specified with.
//!
//! RE2's dialect is not that of other engines (`\w`, `\d`, `\s` and `\b` know
//! ASCII only), and ONNX Runtime asks it for the longest of the leftmost
//! matches, where others answer with the first alternative that matches. What
//! operators ask is only where a match lies: so there are no groups to report,
//! greedy or not makes no difference, and a match is found by stepping through
//! an automaton, whose states are made when they are first reached. Unlike
//! RE2, this takes no Unicode categories (`\pL`) and no single bytes (`\C`).

mod automaton;
mod fold;
mod parse;
mod program;
mod ranges;

use std::cell::RefCell;
use std::ops::Range;

use crate::fault::{Fault, bail};
use automaton::Automaton;
pub(super) use automaton::Budget;
use program::Program;

/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 1 << 14;

/// A regular expression.
pub(super) struct Regex {
    program: Program,
    automaton: RefCell<Automaton>,
}

impl Regex {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is not one of RE2's, too large, or uses what this lacks.
    pub(super) fn new(pattern: &str) -> Result<Self, Fault> {
        if pattern.len() > MAX_PATTERN {
            bail!("a regular expression of {} bytes is too long", pattern.len());
        }
        let program = parse::parse(pattern)
            .and_then(|node| Program::new(&node))
            .map_err(|fault| Fault::new(format!("the regular expression '{pattern}': {fault}")))?;
        let automaton = RefCell::new(Automaton::new(&program));
        Ok(Self { program, automaton })
    }

    /// Whether a text as a whole matches.
    pub(super) fn is_full_match(&self, text: &str, budget: &mut Budget) -> Result<bool, Fault> {
        let mut automaton = self.automaton.borrow_mut();
        Ok(automaton.longest(&self.program, text, budget)? == Some(text.len()))
    }

    /// Where the longest of the leftmost matches that start at `from` or after
    /// lies; `from` has to be between two characters.
    pub(super) fn find(
        &self,
        text: &str,
        from: usize,
        budget: &mut Budget,
    ) -> Result<Option<Range<usize>>, Fault> {
        self.automaton.borrow_mut().leftmost(&self.program, text, from, budget)
    }
}

#[cfg(test)]
mod tests;
