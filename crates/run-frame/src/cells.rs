//! Storage of one column.
//!
//! A number costs 8 bytes and a bit, a text 4 bytes and its share of the distinct
//! texts. Cells are held from the first row that has one to the last: runs that
//! log the same keys tend to stand together, so most of what a key's absence
//! would cost is never stored.

use crate::column::parse_number;
use crate::mask::Mask;

/// Cells for the rows from `start` on; rows beyond either end are missing.
#[derive(Clone, Debug, Default)]
struct Span<T> {
    start: usize,
    cells: Vec<T>,
}

impl<T: Copy> Span<T> {
    fn get(&self, row: usize) -> Option<T> {
        self.cells.get(row.checked_sub(self.start)?).copied()
    }

    /// Writes a cell, growing at either end with `missing`.
    fn set(&mut self, row: usize, value: T, missing: T) {
        if self.cells.is_empty() {
            self.start = row;
        } else if row < self.start {
            // Rare, so to the very top: it never happens twice.
            self.cells.splice(..0, std::iter::repeat_n(missing, self.start));
            self.start = 0;
        }
        let at = row - self.start;
        if at >= self.cells.len() {
            self.cells.resize(at + 1, missing);
        }
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = value;
        }
    }
}

/// One bit a row; rows beyond the end are unset.
#[derive(Clone, Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn get(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    fn set(&mut self, row: usize, bit: bool) {
        let at = row / 64;
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        if let Some(word) = self.0.get_mut(at) {
            let mask = 1 << (row % 64);
            if bit { *word |= mask } else { *word &= !mask }
        }
    }
}

/// A column of numbers. A missing cell is told from a NaN by a bit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    values: Span<f64>,
    present: Bits,
    /// At which step each was logged, as far as 32 bits have it; empty while
    /// all are at step 0.
    steps: Span<i32>,
    count: usize,
    /// Where the last value went, and when it was logged.
    last: Option<(usize, Logged)>,
}

/// When a value was logged: its timestamp, then its step.
pub(crate) type Logged = (i64, i64);

impl Numbers {
    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        if self.present.get(row) { self.values.get(row) } else { None }
    }

    /// Writes a cell. Of several values that come for a row in one go, the
    /// one that was logged last stays.
    pub(crate) fn set(&mut self, row: usize, value: f64, logged: Logged) {
        if self.present.get(row) {
            if self.last.is_some_and(|(at, last)| at == row && last > logged) {
                return;
            }
        } else {
            self.count += 1;
            self.present.set(row, true);
        }
        self.values.set(row, value, f64::NAN);
        let step = i32::try_from(logged.1).unwrap_or(i32::MAX);
        if step != 0 || !self.steps.cells.is_empty() {
            self.steps.set(row, step, 0);
        }
        self.last = Some((row, logged));
    }

    /// At which step a row's value was logged.
    pub(crate) fn step(&self, row: usize) -> i64 {
        self.steps.get(row).unwrap_or(0).into()
    }

    pub(crate) fn clear(&mut self, row: usize) {
        if self.present.get(row) {
            self.count -= 1;
            self.present.set(row, false);
        }
    }

    /// How many rows have a value.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Marks the rows whose value is wanted.
    pub(crate) fn mark(&self, mask: &mut Mask, wanted: impl Fn(f64) -> bool) {
        for (nth, value) in self.values.cells.iter().enumerate() {
            let row = self.values.start + nth;
            if wanted(*value) && self.present.get(row) {
                mask.insert(row as u32);
            }
        }
    }

    /// The values of the rows that have one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> {
        let rows = self.values.start..;
        let cells = rows.zip(&self.values.cells);
        cells.filter(|(row, _)| self.present.get(*row)).map(|(_, value)| *value)
    }
}

/// A column of texts: each distinct text once, and a number a row that says
/// which.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    codes: Span<u32>,
    pool: Pool,
    /// In how many rows each text stands. 0 after its last run changed.
    rows: Vec<u32>,
    count: usize,
    distinct: usize,
}

/// The code of a missing cell.
const MISSING: u32 = u32::MAX;

impl Texts {
    pub(crate) fn code(&self, row: usize) -> Option<u32> {
        self.codes.get(row).filter(|code| *code != MISSING)
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.text(self.code(row)?)
    }

    /// The text of a code.
    pub(crate) fn text(&self, code: u32) -> Option<&str> {
        self.pool.get(code)
    }

    /// The number that a row's text looks like.
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        parse_number(self.get(row)?)
    }

    pub(crate) fn set(&mut self, row: usize, text: &str) {
        self.clear(row);
        let code = self.pool.put(text);
        if code as usize == self.rows.len() {
            self.rows.push(0);
        }
        if let Some(rows) = self.rows.get_mut(code as usize) {
            self.distinct += usize::from(*rows == 0);
            *rows += 1;
        }
        self.count += 1;
        self.codes.set(row, code, MISSING);
    }

    pub(crate) fn clear(&mut self, row: usize) {
        let Some(code) = self.code(row) else { return };
        if let Some(rows) = self.rows.get_mut(code as usize) {
            *rows -= 1;
            self.distinct -= usize::from(*rows == 0);
        }
        self.count -= 1;
        self.codes.set(row, MISSING, MISSING);
    }

    /// How many rows have a text.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// How many different texts stand in rows.
    pub(crate) const fn distinct(&self) -> usize {
        self.distinct
    }

    /// The distinct texts by code, with those that no row has any more.
    pub(crate) fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.pool.len() as u32).map(|code| self.pool.get(code).unwrap_or_default())
    }

    /// The distinct texts that stand in rows, each once.
    pub(crate) fn used(&self) -> impl Iterator<Item = &str> {
        let used = self.texts().zip(&self.rows);
        used.filter(|(_, rows)| **rows > 0).map(|(text, _)| text)
    }

    /// The numbers that the texts look like, each once.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.used().filter_map(parse_number)
    }

    /// Marks the rows whose text is wanted; each distinct text is asked about once.
    pub(crate) fn mark(&self, mask: &mut Mask, mut wanted: impl FnMut(&str) -> bool) {
        let codes: Vec<bool> = self.texts().map(&mut wanted).collect();
        if !codes.contains(&true) {
            return;
        }
        for (nth, code) in self.codes.cells.iter().enumerate() {
            if codes.get(*code as usize).copied().unwrap_or(false) {
                mask.insert((self.codes.start + nth) as u32);
            }
        }
    }
}

/// Distinct texts, one after another in one allocation: a text costs its bytes
/// and 4 for its end, and half-filled slots of 4 bytes to be found by.
#[derive(Clone, Debug, Default)]
struct Pool {
    bytes: String,
    ends: Vec<u32>,
    /// Codes by hash, [`MISSING`] where there is none; a power of two of them.
    slots: Vec<u32>,
}

impl Pool {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, code: u32) -> Option<&str> {
        let code = code as usize;
        let start = match code.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start as usize..*self.ends.get(code)? as usize)
    }

    /// The code of a text, a new one if it is new.
    fn put(&mut self, text: &str) -> u32 {
        if self.slots.len() < 2 * (self.len() + 1) {
            self.grow();
        }
        let slot = self.slot(text);
        match self.slots.get(slot) {
            Some(code) if *code != MISSING => return *code,
            _ => {}
        }
        let code = self.ends.len() as u32;
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u32);
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = code;
        }
        code
    }

    /// Where a text's code is, or is to be.
    fn slot(&self, text: &str) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash(text) as usize & mask;
        while let Some(code) = self.slots.get(slot) {
            if *code == MISSING || self.get(*code) == Some(text) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![MISSING; (4 * self.len()).next_power_of_two().max(8)];
        for code in 0..self.len() as u32 {
            let slot = self.slot(self.get(code).unwrap_or_default());
            if let Some(slot) = self.slots.get_mut(slot) {
                *slot = code;
            }
        }
    }
}

/// FNV-1a with its high bits folded in: texts come from the user's own server.
fn hash(text: &str) -> u32 {
    let hash = text
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}
