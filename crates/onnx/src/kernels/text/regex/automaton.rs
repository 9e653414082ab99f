//! Matching: an automaton of which the states are made when they are reached.
//!
//! A state is a set of instructions that the next character meets. Whether an
//! assertion holds depends on the character after it: so assertions, and
//! whether there is a match, are decided on the way out of a state, once that
//! character (or the end of the text) is known.

use std::collections::HashMap;
use std::ops::Range;

use super::parse::Assert;
use super::program::{Instruction, Kind, Program, kind};
use super::ranges;
use crate::fault::{Fault, bail};

/// The most transitions that are kept; beyond, all are forgotten.
const MAX_TRANSITIONS: usize = 1 << 18;

/// How many steps may be taken whatever the texts, and per byte of them.
const MIN_STEPS: usize = 1 << 28;
const STEPS_PER_BYTE: usize = 64;

/// The steps that are left: a pattern could make each search look at the whole
/// rest of a text.
pub(crate) struct Budget(pub(super) usize);

impl Budget {
    pub(crate) fn new(texts: &[String]) -> Self {
        let bytes = texts.iter().map(String::len).fold(0, usize::saturating_add);
        Self(bytes.saturating_mul(STEPS_PER_BYTE).saturating_add(MIN_STEPS))
    }

    fn spend(&mut self, steps: usize) -> Result<(), Fault> {
        match self.0.checked_sub(steps) {
            Some(left) => self.0 = left,
            None => bail!("the regular expression takes too long on this text"),
        }
        Ok(())
    }
}

/// The state that nothing leads out of.
const DEAD: u32 = 0;
/// A transition that is not known yet.
const UNKNOWN: u32 = u32::MAX;

/// The instructions that await a character, sorted, and what came before.
type State = (Box<[u32]>, Kind);

/// The states reached so far.
pub(super) struct Automaton {
    /// How many transitions each state has: one for each group of characters,
    /// and one for the end.
    width: usize,
    /// For each state and group the next state, doubled, plus one where there
    /// is a match before the character.
    transitions: Vec<u32>,
    states: Vec<State>,
    numbers: HashMap<State, u32>,
    /// The states in which searches begin, by what comes before; `UNKNOWN`
    /// until one does.
    starts: [u32; 4],
    /// How often all was forgotten.
    forgotten: usize,
    /// When each instruction was visited last.
    visited: Vec<u32>,
    visit: u32,
}

impl Automaton {
    pub(super) fn new(program: &Program) -> Self {
        let mut automaton = Self {
            width: program.groups.len() + 1,
            transitions: Vec::new(),
            states: Vec::new(),
            numbers: HashMap::new(),
            starts: [UNKNOWN; 4],
            forgotten: 0,
            visited: vec![0; program.instructions.len()],
            visit: 0,
        };
        automaton.forget();
        automaton
    }

    fn forget(&mut self) {
        self.transitions.clear();
        self.states.clear();
        self.numbers.clear();
        self.starts = [UNKNOWN; 4];
        self.forgotten += 1;
        // Numbered 0: `DEAD`.
        self.number((Box::default(), Kind::Other));
    }

    fn number(&mut self, state: State) -> u32 {
        if let Some(number) = self.numbers.get(&state) {
            return *number;
        }
        if self.transitions.len() + self.width > MAX_TRANSITIONS && self.states.len() > 1 {
            self.forget();
        }
        let number = u32::try_from(self.states.len()).unwrap_or(DEAD);
        self.transitions.resize(self.transitions.len() + self.width, UNKNOWN);
        self.states.push(state.clone());
        self.numbers.insert(state, number);
        number
    }

    /// The state in which a search begins after a character.
    fn start(&mut self, program: &Program, before: Option<char>) -> u32 {
        let before = if program.has_asserts { kind(before.map(u32::from)) } else { Kind::Other };
        if let Some(&known) = self.starts.get(before as usize)
            && known != UNKNOWN
        {
            return known;
        }
        let number = self.number((Box::new([program.start]), before));
        if let Some(start) = self.starts.get_mut(before as usize) {
            *start = number;
        }
        number
    }

    /// Works a transition out.
    #[cold]
    fn step(
        &mut self,
        program: &Program,
        from: u32,
        group: u32,
        budget: &mut Budget,
    ) -> Result<u32, Fault> {
        let member = program.member(group as usize);
        let after = kind(member);
        let Some((instructions, before)) = self.states.get(from as usize) else {
            return Ok(DEAD);
        };
        let before = *before;
        self.visit += 1;
        let mut open: Vec<u32> = instructions.to_vec();
        let mut next: Vec<u32> = Vec::new();
        let (mut matches, mut steps) = (0, 0);
        while let Some(at) = open.pop() {
            steps += 1;
            match self.visited.get_mut(at as usize) {
                Some(visited) if *visited != self.visit => *visited = self.visit,
                _ => continue,
            }
            match program.instructions.get(at as usize) {
                Some(&Instruction::Class(class, then)) => {
                    let class = program.classes.get(class).map_or(&[][..], Vec::as_slice);
                    if member.is_some_and(|c| ranges::contains(class, c)) {
                        next.push(then);
                    }
                }
                Some(&Instruction::Assert(assert, then)) if holds(assert, before, after) => {
                    open.push(then);
                }
                Some(&Instruction::Split(one, other)) => open.extend([one, other]),
                Some(Instruction::Match) => matches = 1,
                Some(Instruction::Assert(..)) | None => {}
            }
        }
        budget.spend(steps)?;
        if self.visit == u32::MAX {
            self.visited.fill(0);
            self.visit = 0;
        }
        let mut next = super::ranges::sorted(next);
        next.dedup();
        let forgotten = self.forgotten;
        let to = if next.is_empty() {
            DEAD
        } else {
            let before = if program.has_asserts { after } else { Kind::Other };
            self.number((next.into(), before))
        };
        let transition = to * 2 + matches;
        // Where everything was forgotten, so was the state that we come from.
        let at = from as usize * self.width + group as usize;
        if self.forgotten == forgotten
            && let Some(slot) = self.transitions.get_mut(at)
        {
            *slot = transition;
        }
        Ok(transition)
    }

    /// Where the longest match that starts where the text does ends.
    pub(super) fn longest(
        &mut self,
        program: &Program,
        text: &str,
        budget: &mut Budget,
    ) -> Result<Option<usize>, Fault> {
        let start = self.start(program, None);
        self.follow(program, start, text, budget)
    }

    /// Goes on from a state as far as there is any hope, and says where the
    /// longest match ends.
    fn follow(
        &mut self,
        program: &Program,
        start: u32,
        rest: &str,
        budget: &mut Budget,
    ) -> Result<Option<usize>, Fault> {
        let end = u32::try_from(program.groups.len()).unwrap_or(u32::MAX);
        let mut longest = None;
        let mut state = start;
        let mut chars = rest.chars();
        loop {
            let at = rest.len() - chars.as_str().len();
            let c = chars.next();
            let group = c.map_or(end, |c| program.group(c));
            let known = self.transitions.get(state as usize * self.width + group as usize);
            let transition = match known {
                Some(&transition) if transition != UNKNOWN => transition,
                _ => self.step(program, state, group, budget)?,
            };
            if transition & 1 == 1 {
                longest = Some(at);
            }
            state = transition >> 1;
            if state == DEAD || c.is_none() {
                budget.spend(at + 1)?;
                return Ok(longest);
            }
        }
    }

    /// The longest of the leftmost matches that start at `from` or after.
    pub(super) fn leftmost(
        &mut self,
        program: &Program,
        text: &str,
        from: usize,
        budget: &mut Budget,
    ) -> Result<Option<Range<usize>>, Fault> {
        let Some((before, rest)) = text.split_at_checked(from) else {
            return Ok(None);
        };
        let mut before = before.chars().next_back();
        let mut chars = rest.chars();
        loop {
            let rest = chars.as_str();
            // Asked each time, as states may be forgotten in between.
            let start = self.start(program, before);
            if let Some(len) = self.follow(program, start, rest, budget)? {
                let at = text.len() - rest.len();
                return Ok(Some(at..at + len));
            }
            match chars.next() {
                Some(c) => before = Some(c),
                None => return Ok(None),
            }
        }
    }
}

/// Whether an assertion holds between two characters.
fn holds(assert: Assert, before: Kind, after: Kind) -> bool {
    let is_boundary = (before == Kind::Word) != (after == Kind::Word);
    match assert {
        Assert::TextStart => before == Kind::Edge,
        Assert::TextEnd => after == Kind::Edge,
        Assert::LineStart => matches!(before, Kind::Edge | Kind::LineEnd),
        Assert::LineEnd => matches!(after, Kind::Edge | Kind::LineEnd),
        Assert::WordBoundary => is_boundary,
        Assert::NoWordBoundary => !is_boundary,
    }
}
