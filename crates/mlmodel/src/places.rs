//! Where names stand in a list.

use std::cell::OnceCell;
use std::collections::HashMap;

/// Finds names in a list of them. Requests mostly name a model's inputs in its
/// own order, so that is tried first; the first name that stands elsewhere
/// makes a table.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    names: Vec<Option<&'a str>>,
    table: OnceCell<HashMap<&'a str, usize>>,
}

impl<'a> Places<'a> {
    /// Of names, some of which may be missing.
    pub(crate) fn new(names: impl Iterator<Item = Option<&'a str>>) -> Self {
        Self { names: names.collect(), table: OnceCell::new() }
    }

    /// The place of a name, which is tried at `guess` first. Of several places
    /// it is the last.
    pub(crate) fn find(&self, name: &str, guess: usize) -> Option<usize> {
        if self.names.get(guess).is_some_and(|found| *found == Some(name)) {
            return Some(guess);
        }
        let table = self.table.get_or_init(|| {
            let names = self.names.iter().enumerate();
            names.filter_map(|(place, name)| Some(((*name)?, place))).collect()
        });
        table.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let places = Places::new([Some("a"), None, Some("b")].into_iter());
        for guess in 0..4 {
            assert_eq!(places.find("a", guess), Some(0));
            assert_eq!(places.find("b", guess), Some(2));
            assert_eq!(places.find("c", guess), None);
        }
    }
}
