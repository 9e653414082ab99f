//! A long table of separated values in blocks: all that was read of it is known
//! by its place, some of it is kept, and the rest is read again when it is seen.

use std::collections::BTreeMap;
use std::ops::Range;

use super::separated::Separated;

/// How much of a table is kept, in bytes.
const MOST_KEPT: usize = 64 << 20;
/// A record longer than this is none: a quote was opened that never closes.
const MOST_RECORD: usize = 32 << 20;

/// Where a block lies in the file, and which rows it has.
#[derive(Clone, Debug)]
struct Block {
    start: u64,
    first: usize,
}

/// The rows that were read so far, without the first, which is the head.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    separator: u8,
    head: Option<Vec<String>>,
    /// Every block, in the order of the file.
    all: Vec<Block>,
    kept: BTreeMap<usize, Separated>,
    /// What was read behind the last whole record.
    tail: Separated,
    /// Where the last whole record ends.
    end: u64,
    rows: usize,
    width: usize,
    /// The row that was seen last.
    seen: usize,
}

impl Blocks {
    /// Nothing yet; values have `separator` between them.
    pub(crate) fn new(separator: u8) -> Blocks {
        Blocks {
            separator,
            head: None,
            all: Vec::new(),
            kept: BTreeMap::new(),
            tail: Separated::new(separator),
            end: 0,
            rows: 0,
            width: 0,
            seen: 0,
        }
    }

    /// Reads on; says whether it makes sense to go on.
    pub(crate) fn push(&mut self, bytes: &[u8], is_last: bool) -> bool {
        self.tail.push(bytes);
        if is_last {
            self.tail.finish();
        }
        self.width = self.width.max(self.tail.width());
        let end = self.tail.whole();
        let mut block = self.tail.take_whole();
        let mut start = self.end;
        if self.head.is_none() {
            self.head = block.take_first();
            // It is read again with its head, or it would not be known where it ends.
            start = 0;
        }
        if self.head.is_some() && (block.len() > 0 || self.all.is_empty()) {
            self.all.push(Block { start, first: self.rows });
            self.rows += block.len();
            self.end = end;
            self.keep(self.all.len() - 1, block);
        }
        self.tail.weight() <= MOST_RECORD
    }

    /// How many rows were read, without the head.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many values the longest record has.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// What stands above a column.
    pub(crate) fn head(&self, column: usize) -> Option<&str> {
        self.head.as_ref()?.get(column).map(String::as_str)
    }

    /// A value; `None` where a record is shorter, or its block is not here.
    pub(crate) fn value(&self, row: usize, column: usize) -> Option<String> {
        let nth = self.block_of(row)?;
        let first = self.all.get(nth)?.first;
        self.kept.get(&nth)?.value(row - first, column)
    }

    /// A row is seen: which block has to be read again for it, and from where.
    pub(crate) fn wants(&mut self, row: usize) -> Option<(usize, Range<u64>)> {
        self.seen = row;
        let nth = self.block_of(row).filter(|nth| !self.kept.contains_key(nth))?;
        let end = self.all.get(nth + 1).map_or(self.end, |next| next.start);
        Some((nth, self.all.get(nth)?.start..end))
    }

    /// A block was read again.
    pub(crate) fn again(&mut self, nth: usize, bytes: &[u8]) {
        let mut block = match nth {
            0 => Separated::new(self.separator),
            _ => Separated::amid(self.separator),
        };
        block.push(bytes);
        block.finish();
        if nth == 0 {
            block.take_first();
        }
        self.keep(nth, block);
    }

    fn block_of(&self, row: usize) -> Option<usize> {
        (row < self.rows)
            .then(|| self.all.partition_point(|block| block.first <= row))?
            .checked_sub(1)
    }

    /// Keeps a block, and lets those go that are farthest from what is seen.
    fn keep(&mut self, nth: usize, block: Separated) {
        self.kept.insert(nth, block);
        let seen = self.block_of(self.seen).unwrap_or_default();
        let mut weight: usize = self.kept.values().map(Separated::weight).sum();
        while weight > MOST_KEPT && self.kept.len() > 1 {
            let far = self.kept.keys().copied().filter(|key| *key != nth);
            let Some(far) = far.max_by_key(|key| key.abs_diff(seen)) else { return };
            weight -= self.kept.remove(&far).map_or(0, |block| block.weight());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All rows, each block read again where it is not kept.
    fn all(blocks: &mut Blocks, file: &[u8]) -> Vec<Vec<String>> {
        (0..blocks.rows())
            .map(|row| {
                if let Some((nth, range)) = blocks.wants(row) {
                    blocks.again(nth, &file[range.start as usize..range.end as usize]);
                }
                (0..).map_while(|column| blocks.value(row, column)).collect()
            })
            .collect()
    }

    #[test]
    fn an_endless_record_is_given_up() {
        let mut blocks = Blocks::new(b',');
        assert!(blocks.push(b"a,b\n\"", false));
        assert!(!blocks.push(&vec![b'x'; MOST_RECORD + 1], false));
        assert_eq!((blocks.rows(), blocks.head(1)), (0, Some("b")));
    }

    proptest! {
        #[test]
        fn what_was_dropped_is_read_again_as_it_was(
            lines in prop::collection::vec("(\"[a,\n]{0,3}\"|[ab,ü]{0,4})(\r\n|\n)", 0..30),
            cut in 1..20_usize,
        ) {
            let file = lines.concat().into_bytes();
            let mut blocks = Blocks::new(b',');
            let parts: Vec<&[u8]> = file.chunks(cut).collect();
            for (nth, part) in parts.iter().enumerate() {
                blocks.push(part, nth + 1 == parts.len());
            }
            let before = all(&mut blocks, &file);
            blocks.kept.clear();
            prop_assert_eq!(all(&mut blocks, &file), before.clone());
            let mut whole = Separated::new(b',');
            whole.push(&file);
            whole.finish();
            prop_assert_eq!(before.len(), whole.len().saturating_sub(1));
            for (nth, row) in before.iter().enumerate() {
                let expected: Vec<_> = (0..).map_while(|column| whole.value(nth + 1, column)).collect();
                prop_assert_eq!(row, &expected);
            }
        }
    }
}
