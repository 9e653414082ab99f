//! Sorting, as an order of row numbers.

use crate::cells::Texts;
use crate::column::{Attribute, Cell, Column, parse_number};
use crate::frame::Frame;
use crate::radix;

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// A column to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SortKey {
    /// By what.
    pub column: Column,
    /// Which way.
    pub direction: Direction,
}

/// A cell made comparable. Ranks stand in the same order both ways; within a
/// rank, `place` follows the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    rank: Rank,
    place: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rank {
    Number,
    Text,
    NaN,
    Missing,
}

impl Place {
    const MISSING: Self = Self { rank: Rank::Missing, place: 0 };

    fn number(value: f64) -> Self {
        if value.is_nan() {
            return Self { rank: Rank::NaN, place: 0 };
        }
        // Adding 0 makes the two zeros one. Flipping the bits of negative
        // numbers makes the order of bits the order of numbers.
        let bits = (value + 0.0).to_bits();
        let flip = if bits >> 63 == 1 { u64::MAX } else { 1 << 63 };
        Self { rank: Rank::Number, place: bits ^ flip }
    }

    fn integer(value: i64) -> Self {
        Self { rank: Rank::Number, place: value.cast_unsigned() ^ (1 << 63) }
    }
}

impl Frame {
    /// All rows, sorted: by the first key, then by the next where that one says
    /// nothing, and at last by row number.
    ///
    /// Numbers stand before texts, then NaN, then missing, whichever the
    /// direction: as MLflow has it for metrics. A parameter or tag that looks
    /// like a number sorts as one.
    pub fn order(&self, keys: &[SortKey]) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..self.len() as u32).collect();
        self.sort_rows(&mut rows, keys);
        rows
    }

    /// Sorts some of the rows, in the way of [`order`](Self::order).
    pub fn sort_rows(&self, rows: &mut [u32], keys: &[SortKey]) {
        // What counts least goes first: what counts more leaves it as it is among
        // equals.
        rows.sort_unstable();
        for SortKey { column, direction } in keys.iter().rev() {
            let places = self.places(*column);
            radix::sort(rows, |row| {
                let Place { rank, place } =
                    places.get(row as usize).copied().unwrap_or(Place::MISSING);
                let place = match direction {
                    Direction::Ascending => place,
                    Direction::Descending => !place,
                };
                (rank as u32, place)
            });
        }
    }

    /// The place of each row in a column.
    fn places(&self, column: Column) -> Vec<Place> {
        let texts = match column {
            Column::Param(id) => self.params.get(id).map(|texts| (texts, true)),
            Column::Tag(id) => self.tags.get(id).map(|texts| (texts, true)),
            Column::Attribute(Attribute::ExperimentId) => Some((&self.experiments, true)),
            Column::Attribute(Attribute::Name) => Some((&self.names, false)),
            Column::Attribute(Attribute::User) => Some((&self.users, false)),
            Column::Attribute(Attribute::ParentRunId) => Some((&self.parents, false)),
            Column::Attribute(Attribute::Dataset) => return self.dataset_places(),
            _ => None,
        };
        if let Some((texts, numeric)) = texts {
            let by_code = text_places(texts, numeric);
            let place = |row| by_code.get(texts.code(row)? as usize).copied();
            return (0..self.len()).map(|row| place(row).unwrap_or(Place::MISSING)).collect();
        }
        if column == Column::Attribute(Attribute::RunId) {
            return self.run_id_places();
        }
        let place = |row| match self.cell(column, row) {
            Cell::Number(value) => Place::number(value),
            Cell::Time(ms) | Cell::Duration(ms) => Place::integer(ms),
            Cell::Status(status) => Place::integer(status as i64),
            Cell::Missing | Cell::Text(_) => Place::MISSING,
        };
        (0..self.len() as u32).map(place).collect()
    }

    fn dataset_places(&self) -> Vec<Place> {
        let by_code = self.datasets.places();
        let place = |row| by_code.get(self.datasets.code(row)? as usize).copied();
        (0..self.len())
            .map(|row| place(row).map_or(Place::MISSING, |place| Place { rank: Rank::Text, place }))
            .collect()
    }

    fn run_id_places(&self) -> Vec<Place> {
        let mut rows: Vec<u32> = (0..self.len() as u32).collect();
        rows.sort_unstable_by_key(|row| self.run_id(*row));
        let mut places = vec![Place::MISSING; rows.len()];
        for (place, row) in (0..).zip(rows) {
            if let Some(slot) = places.get_mut(row as usize) {
                *slot = Place { rank: Rank::Text, place };
            }
        }
        places
    }
}

/// The place of each distinct text: texts are compared once each, not once a row.
fn text_places(texts: &Texts, numeric: bool) -> Vec<Place> {
    let all: Vec<&str> = texts.texts().collect();
    let number = |text: &str| parse_number(text).filter(|_| numeric).map(Place::number);
    let mut places: Vec<Place> =
        all.iter().map(|text| number(text).unwrap_or(Place::MISSING)).collect();
    // Only words are sorted; of numbers the place is known.
    let word = |code: &u32| places.get(*code as usize) == Some(&Place::MISSING);
    let mut words: Vec<u32> = (0..all.len() as u32).filter(word).collect();
    words.sort_unstable_by_key(|code| all.get(*code as usize));
    for (place, code) in (0..).zip(words) {
        if let Some(slot) = places.get_mut(code as usize) {
            *slot = Place { rank: Rank::Text, place };
        }
    }
    places
}
