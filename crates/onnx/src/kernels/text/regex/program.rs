//! A pattern as instructions, and the characters that it tells apart.

use std::collections::HashMap;

use super::parse::{Assert, Node};
use super::ranges::{self, Ranges};
use crate::fault::{Fault, bail};

/// The most instructions a pattern may come to.
const MAX_INSTRUCTIONS: usize = 1 << 15;

/// One instruction; those that go on name which they go on with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Instruction {
    /// Takes a character of the class with this number.
    Class(usize, u32),
    Assert(Assert, u32),
    Split(u32, u32),
    Match,
}

/// What a character is to assertions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// None: the start or the end of the text.
    Edge,
    LineEnd,
    Word,
    Other,
}

/// The instructions of a pattern.
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    pub(super) start: u32,
    pub(super) classes: Vec<Ranges>,
    pub(super) has_asserts: bool,
    /// Where each group of characters that no class tells apart begins.
    pub(super) groups: Vec<u32>,
    /// The groups of the ASCII characters.
    pub(super) ascii: [u32; 128],
}

impl Program {
    pub(super) fn new(node: &Node) -> Result<Self, Fault> {
        let mut compiler =
            Compiler { instructions: vec![Instruction::Match], ..Compiler::default() };
        let start = compiler.node(node, 0)?;
        let mut groups = vec![0];
        let apart = [&[(0x0A, 0x0A)], ranges::WORD];
        let ranges = compiler.classes.iter().map(Vec::as_slice).chain(apart);
        for &(low, high) in ranges.flatten() {
            groups.extend([low, high.saturating_add(1)]);
        }
        let mut groups = ranges::sorted(groups);
        groups.dedup();
        let mut program = Self {
            instructions: compiler.instructions,
            start,
            classes: compiler.classes,
            has_asserts: compiler.has_asserts,
            groups,
            ascii: [0; 128],
        };
        let mut ascii = [0; 128];
        for (c, group) in (0..).zip(&mut ascii) {
            *group = program.search_group(c);
        }
        program.ascii = ascii;
        Ok(program)
    }

    fn search_group(&self, c: u32) -> u32 {
        let after = self.groups.partition_point(|&low| low <= c);
        u32::try_from(after).unwrap_or(u32::MAX).saturating_sub(1)
    }

    /// The group that a character is in.
    #[inline]
    pub(super) fn group(&self, c: char) -> u32 {
        let c = u32::from(c);
        match self.ascii.get(c as usize) {
            Some(group) => *group,
            None => self.search_group(c),
        }
    }

    /// A character of a group; `None` for the one after the last, which stands
    /// for the end of the text.
    pub(super) fn member(&self, group: usize) -> Option<u32> {
        self.groups.get(group).copied()
    }
}

/// What a character is to assertions.
pub(super) fn kind(c: Option<u32>) -> Kind {
    match c {
        None => Kind::Edge,
        Some(0x0A) => Kind::LineEnd,
        Some(c) if ranges::contains(ranges::WORD, c) => Kind::Word,
        Some(_) => Kind::Other,
    }
}

#[derive(Default)]
struct Compiler {
    instructions: Vec<Instruction>,
    classes: Vec<Ranges>,
    numbers: HashMap<Ranges, usize>,
    has_asserts: bool,
    /// How many parts were seen, each as often as it is repeated.
    seen: usize,
}

impl Compiler {
    fn push(&mut self, instruction: Instruction) -> Result<u32, Fault> {
        let at = self.instructions.len();
        if at >= MAX_INSTRUCTIONS {
            bail!("it is too large");
        }
        self.instructions.push(instruction);
        Ok(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Writes the instructions of a part, which go on with `next`, and gives
    /// the first of them.
    fn node(&mut self, node: &Node, next: u32) -> Result<u32, Fault> {
        self.seen += 1;
        if self.seen > MAX_INSTRUCTIONS * 2 {
            bail!("it is too large");
        }
        match node {
            Node::Class(class) => {
                let number = match self.numbers.get(class) {
                    Some(number) => *number,
                    None => {
                        let number = self.classes.len();
                        self.classes.push(class.clone());
                        self.numbers.insert(class.clone(), number);
                        number
                    }
                };
                self.push(Instruction::Class(number, next))
            }
            Node::Assert(assert) => {
                self.has_asserts = true;
                self.push(Instruction::Assert(*assert, next))
            }
            Node::Concat(nodes) => {
                nodes.iter().rev().try_fold(next, |next, node| self.node(node, next))
            }
            Node::Alternate(nodes) => {
                let mut nodes = nodes.iter().rev();
                let Some(last) = nodes.next() else {
                    return Ok(next);
                };
                let last = self.node(last, next)?;
                nodes.try_fold(last, |others, node| {
                    let first = self.node(node, next)?;
                    self.push(Instruction::Split(first, others))
                })
            }
            Node::Repeat { node, min, max } => {
                let mut first = next;
                match max {
                    Some(max) => {
                        for _ in *min..*max {
                            let once = self.node(node, first)?;
                            first = self.push(Instruction::Split(once, next))?;
                        }
                    }
                    None => {
                        first = self.push(Instruction::Match)?;
                        let once = self.node(node, first)?;
                        if let Some(again) = self.instructions.get_mut(first as usize) {
                            *again = Instruction::Split(once, next);
                        }
                    }
                }
                (0..*min).try_fold(first, |next, _| self.node(node, next))
            }
        }
    }
}
