//! Storage of one column.
//!
//! A number costs 8 bytes and a bit, a text 4 bytes and its share of the distinct
//! texts. Cells are held from the first row that has one to the last: runs that
//! log the same keys tend to stand together, so most of what a key's absence
//! would cost is never stored.

use std::collections::HashMap;
use std::sync::Arc;

use crate::column::parse_number;

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
        self.last = Some((row, logged));
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
    entries: Vec<Entry>,
    index: HashMap<Arc<str>, u32>,
    count: usize,
    distinct: usize,
}

/// A distinct text.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) text: Arc<str>,
    /// The number that the text looks like.
    pub(crate) number: Option<f64>,
    /// In how many rows it stands. 0 after its last run changed.
    rows: u32,
}

/// The code of a missing cell.
const MISSING: u32 = u32::MAX;

impl Texts {
    pub(crate) fn code(&self, row: usize) -> Option<u32> {
        self.codes.get(row).filter(|code| *code != MISSING)
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        self.entry(self.code(row)?).map(|entry| &*entry.text)
    }

    /// The number that a row's text looks like.
    pub(crate) fn number(&self, row: usize) -> Option<f64> {
        self.entry(self.code(row)?)?.number
    }

    fn entry(&self, code: u32) -> Option<&Entry> {
        self.entries.get(code as usize)
    }

    pub(crate) fn set(&mut self, row: usize, text: &str) {
        self.clear(row);
        let code = match self.index.get(text) {
            Some(code) => *code,
            None => {
                let code = self.entries.len() as u32;
                let text: Arc<str> = text.into();
                let number = parse_number(&text);
                self.index.insert(Arc::clone(&text), code);
                self.entries.push(Entry { text, number, rows: 0 });
                code
            }
        };
        if let Some(entry) = self.entries.get_mut(code as usize) {
            self.distinct += usize::from(entry.rows == 0);
            entry.rows += 1;
        }
        self.count += 1;
        self.codes.set(row, code, MISSING);
    }

    pub(crate) fn clear(&mut self, row: usize) {
        let Some(code) = self.code(row) else { return };
        if let Some(entry) = self.entries.get_mut(code as usize) {
            entry.rows -= 1;
            self.distinct -= usize::from(entry.rows == 0);
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
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The numbers that the texts look like, each once.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.entries.iter().filter(|entry| entry.rows > 0).filter_map(|entry| entry.number)
    }
}
