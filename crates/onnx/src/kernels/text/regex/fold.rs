//! Characters that differ in case only.

use std::collections::HashMap;

use super::ranges::{Ranges, normalized};
use crate::kernels::text::normalizer::{to_lower, to_upper};

/// The characters beyond which none has a case.
const LAST_CASED: u32 = 0x1_E943;

/// Characters that are the same but for their case, in groups.
pub(super) struct Folds(Vec<Vec<u32>>);

impl Folds {
    pub(super) fn new() -> Self {
        let mut groups: HashMap<char, Vec<u32>> = HashMap::new();
        // The dotted and the dotless i are letters of their own.
        let cased = ('\0'..=char::MAX)
            .take_while(|&c| u32::from(c) <= LAST_CASED)
            .filter(|c| !matches!(c, 'İ' | 'ı'));
        for c in cased {
            let folded = to_lower(to_upper(c));
            if folded != c {
                groups.entry(folded).or_insert_with(|| vec![u32::from(folded)]).push(u32::from(c));
            }
        }
        Self(groups.into_values().collect())
    }

    /// Adds to the ranges what differs from them in case only.
    pub(super) fn close(&self, ranges: Ranges) -> Ranges {
        let ranges = normalized(ranges);
        let mut all = ranges.clone();
        for group in &self.0 {
            if group.iter().any(|&c| super::ranges::contains(&ranges, c)) {
                all.extend(group.iter().map(|&c| (c, c)));
            }
        }
        normalized(all)
    }
}
