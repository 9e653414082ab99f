//! Sorting, once for all types: each kind of it is 10 kB of wasm.

use std::cmp::Ordering;

/// Sorts places by what lies there; equal ones stay in their order.
pub(crate) fn sort(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|&a, &b| compare(a, b));
}

/// The first `k` places in the order of what lies there, of all from 0 to `len`.
pub(crate) fn first(
    k: usize,
    len: usize,
    compare: &dyn Fn(usize, usize) -> Ordering,
) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    sort(&mut places, compare);
    places.truncate(k);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_are_taken_in_their_order() {
        let values = [3, 1, 2, 1, 3];
        let compare = |a: usize, b: usize| values[a].cmp(&values[b]);
        assert_eq!(first(3, 5, &compare), [1, 3, 2]);
        assert_eq!(first(9, 5, &compare), [1, 3, 2, 0, 4]);
        assert!(first(0, 5, &compare).is_empty());
    }
}
