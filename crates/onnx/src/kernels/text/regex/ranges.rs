//! Sets of characters: sorted ranges, both ends included, that do not touch.

use std::collections::BinaryHeap;

pub(super) type Ranges = Vec<(u32, u32)>;

pub(super) const LAST: u32 = char::MAX as u32;

pub(super) const DIGIT: &[(u32, u32)] = &[(0x30, 0x39)];
/// Without the vertical tab, which is in `[:space:]` only.
pub(super) const SPACE: &[(u32, u32)] = &[(0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)];
pub(super) const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)];

/// The class that is written `[:name:]` within brackets.
pub(super) fn posix(name: &str) -> Option<&'static [(u32, u32)]> {
    Some(match name {
        "alnum" => &[(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
        "alpha" => &[(0x41, 0x5A), (0x61, 0x7A)],
        "ascii" => &[(0x00, 0x7F)],
        "blank" => &[(0x09, 0x09), (0x20, 0x20)],
        "cntrl" => &[(0x00, 0x1F), (0x7F, 0x7F)],
        "digit" => DIGIT,
        "graph" => &[(0x21, 0x7E)],
        "lower" => &[(0x61, 0x7A)],
        "print" => &[(0x20, 0x7E)],
        "punct" => &[(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
        "space" => &[(0x09, 0x0D), (0x20, 0x20)],
        "upper" => &[(0x41, 0x5A)],
        "word" => WORD,
        "xdigit" => &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    })
}

/// Puts them in order. By a heap, which is a tenth of the code of the standard
/// library's sorting, of which there is a copy for each type.
pub(super) fn sorted<T: Ord>(items: Vec<T>) -> Vec<T> {
    BinaryHeap::from(items).into_sorted_vec()
}

/// Sorts ranges, and joins those that overlap or touch.
pub(super) fn normalized(ranges: Ranges) -> Ranges {
    let ranges = sorted(ranges);
    let mut joined: Ranges = Vec::with_capacity(ranges.len());
    for (low, high) in ranges {
        match joined.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    joined
}

/// Every character that is not in normalized ranges.
pub(super) fn negated(ranges: &[(u32, u32)]) -> Ranges {
    let mut rest = Vec::with_capacity(ranges.len() + 1);
    let mut next = 0;
    for &(low, high) in ranges {
        if low > next {
            rest.push((next, low - 1));
        }
        next = high.saturating_add(1);
    }
    if next <= LAST {
        rest.push((next, LAST));
    }
    rest
}

/// Whether a character is in normalized ranges.
pub(super) fn contains(ranges: &[(u32, u32)], c: u32) -> bool {
    let after = ranges.partition_point(|&(low, _)| low <= c);
    after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|&(_, high)| c <= high)
}
