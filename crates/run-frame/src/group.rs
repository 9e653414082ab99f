//! Runs that have the same values, together.

use std::collections::HashMap;

use crate::column::{Attribute, Cell, Column};
use crate::frame::Frame;

/// Runs with the same values of some columns.
#[derive(Clone, Debug, PartialEq)]
pub struct RunGroup {
    /// The values, one a column; `None` where the runs have none.
    pub values: Vec<Option<String>>,
    /// The runs, in the order in which they were given.
    pub rows: Vec<u32>,
}

/// What the runs of a group have in a column.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Aggregate {
    /// How many have a number, NaN left out.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// The mean.
    pub mean: f64,
    /// The largest.
    pub max: f64,
}

impl Frame {
    /// Groups rows by the values of columns. Groups stand in the order of their
    /// first rows.
    pub fn group(&self, rows: &[u32], columns: &[Column]) -> Vec<RunGroup> {
        // Each column splits the groups of those before it.
        let mut group_of = vec![0_u32; rows.len()];
        for column in columns {
            let mut numbers: HashMap<(u32, u64), u32> = HashMap::new();
            for (group, row) in group_of.iter_mut().zip(rows) {
                let next = numbers.len() as u32;
                *group = *numbers.entry((*group, self.code(*column, *row))).or_insert(next);
            }
        }
        let mut groups: Vec<RunGroup> = Vec::new();
        for (group, row) in group_of.iter().zip(rows) {
            if *group as usize == groups.len() {
                let values = columns.iter().map(|column| self.value(*column, *row)).collect();
                groups.push(RunGroup { values, rows: Vec::new() });
            }
            if let Some(group) = groups.get_mut(*group as usize) {
                group.rows.push(*row);
            }
        }
        groups
    }

    /// A number that tells the values of a column apart; 0 for none.
    fn code(&self, column: Column, row: u32) -> u64 {
        let at = row as usize;
        let code = match column {
            Column::Param(id) => self.params.get(id).and_then(|texts| texts.code(at)),
            Column::Tag(id) => self.tags.get(id).and_then(|texts| texts.code(at)),
            Column::Attribute(Attribute::Dataset) => self.datasets.code(at),
            Column::Attribute(Attribute::Name) => self.names.code(at),
            Column::Attribute(Attribute::User) => self.users.code(at),
            Column::Attribute(Attribute::ExperimentId) => self.experiments.code(at),
            Column::Attribute(Attribute::ParentRunId) => self.parents.code(at),
            Column::Attribute(Attribute::RunId) => Some(row),
            column => {
                return match self.cell(column, row) {
                    Cell::Missing | Cell::Text(_) => 0,
                    Cell::Status(status) => 1 + status as u64,
                    cell => cell.number().map_or(0, |number| (number + 0.0).to_bits() | 1),
                };
            }
        };
        code.map_or(0, |code| u64::from(code) + 1)
    }

    fn value(&self, column: Column, row: u32) -> Option<String> {
        match self.cell(column, row) {
            Cell::Missing => None,
            Cell::Text(text) => Some(text.to_owned()),
            Cell::Status(status) => Some(status.as_str().to_owned()),
            Cell::Number(number) => Some(number.to_string()),
            Cell::Time(ms) | Cell::Duration(ms) => Some(ms.to_string()),
        }
    }

    /// What some rows have in a column, NaN left out; `None` if no row has a number.
    pub fn aggregate(&self, column: Column, rows: &[u32]) -> Option<Aggregate> {
        let numbers = rows.iter().filter_map(|row| self.cell(column, *row).number());
        let mut sum = 0.0;
        let mut all: Option<Aggregate> = None;
        for number in numbers.filter(|number| !number.is_nan()) {
            sum += number;
            let all =
                all.get_or_insert(Aggregate { min: number, max: number, ..Aggregate::default() });
            all.count += 1;
            all.min = all.min.min(number);
            all.max = all.max.max(number);
        }
        all.map(|all| Aggregate { mean: sum / all.count as f64, ..all })
    }
}
