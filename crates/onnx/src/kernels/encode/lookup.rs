//! Where a key is in a list of keys.

/// Finds the place of a key: the table is made when the model loads. Keys of
/// another type than the list's are not in it.
pub(super) enum Lookup {
    /// Numbers close together: a place for every number of the range.
    Dense {
        first: u64,
        places: Vec<u32>,
    },
    /// Numbers anywhere.
    Numbers {
        keys: Vec<u64>,
        table: Table,
    },
    Texts {
        keys: Vec<String>,
        table: Table,
    },
}

/// Which place a key has that is in the list more than once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeated {
    First,
    Last,
}

/// The place of what is not found.
pub(super) const ABSENT: u32 = u32::MAX;

/// An integer as a key.
pub(super) fn integer_key(x: i64) -> u64 {
    x.cast_unsigned()
}

/// A float as a key: all NaNs are one, and both zeros.
pub(super) fn float_key(x: f64) -> u64 {
    if x.is_nan() { f64::NAN.to_bits() } else { (x + 0.0).to_bits() }
}

/// What no float is as a key.
pub(super) const NO_KEY: u64 = u64::MAX;

impl Lookup {
    /// Of numbers, as [`integer_key`] or [`float_key`] gives them.
    pub(super) fn numbers(keys: Vec<u64>, repeated: Repeated) -> Self {
        let signed = || keys.iter().map(|key| key.cast_signed());
        if let (Some(min), Some(max)) = (signed().min(), signed().max()) {
            let first = min.cast_unsigned();
            let last = max.cast_unsigned().wrapping_sub(first);
            let limit = keys.len().saturating_mul(4).saturating_add(64);
            if let Some(last) = usize::try_from(last).ok().filter(|last| *last < limit) {
                let mut places = vec![ABSENT; last.saturating_add(1)];
                for (place, key) in (0..ABSENT).zip(&keys) {
                    let at = usize::try_from(key.wrapping_sub(first)).unwrap_or(usize::MAX);
                    if let Some(slot) = places.get_mut(at)
                        && (*slot == ABSENT || repeated == Repeated::Last)
                    {
                        *slot = place;
                    }
                }
                return Self::Dense { first, places };
            }
        }
        let table = Table::new(&keys, repeated, |key| number_hash(*key));
        Self::Numbers { keys, table }
    }

    pub(super) fn texts(keys: Vec<String>, repeated: Repeated) -> Self {
        let table = Table::new(&keys, repeated, |key| text_hash(key));
        Self::Texts { keys, table }
    }

    /// The place of each number.
    pub(super) fn find_numbers<T: Copy>(&self, x: &[T], key: impl Fn(T) -> u64) -> Vec<u32> {
        match self {
            Self::Dense { first, places } => x
                .iter()
                .map(|&x| {
                    let at = usize::try_from(key(x).wrapping_sub(*first)).unwrap_or(usize::MAX);
                    places.get(at).copied().unwrap_or(ABSENT)
                })
                .collect(),
            Self::Numbers { keys, table } => x
                .iter()
                .map(|&x| {
                    let key = key(x);
                    table.find(number_hash(key), |place| keys.get(place) == Some(&key))
                })
                .collect(),
            Self::Texts { .. } => vec![ABSENT; x.len()],
        }
    }

    /// The place of each text.
    pub(super) fn find_texts(&self, x: &[String]) -> Vec<u32> {
        let Self::Texts { keys, table } = self else { return vec![ABSENT; x.len()] };
        x.iter()
            .map(|x| table.find(text_hash(x), |place| keys.get(place).is_some_and(|key| key == x)))
            .collect()
    }
}

/// A hash table of places, with linear probing. At least half of it is empty.
pub(super) struct Table {
    /// The hash of a key and its place; a power of two of them.
    slots: Vec<(u32, u32)>,
}

impl Table {
    fn new<K: PartialEq>(keys: &[K], repeated: Repeated, hash: impl Fn(&K) -> u32) -> Self {
        let len = keys.len().saturating_mul(2).max(2).next_power_of_two();
        let mut table = Self { slots: vec![(0, ABSENT); len] };
        for (place, key) in (0..ABSENT).zip(keys) {
            let hash = hash(key);
            let slot = table.slot(hash, |place| keys.get(place) == Some(key));
            if let Some(slot) = table.slots.get_mut(slot)
                && (slot.1 == ABSENT || repeated == Repeated::Last)
            {
                *slot = (hash, place);
            }
        }
        table
    }

    /// The index of the slot that holds this key, or could.
    #[inline]
    fn slot(&self, hash: u32, is_key: impl Fn(usize) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(&(other, place)) = self.slots.get(at) {
            if place == ABSENT || (other == hash && is_key(place as usize)) {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    #[inline]
    fn find(&self, hash: u32, is_key: impl Fn(usize) -> bool) -> u32 {
        self.slots.get(self.slot(hash, is_key)).map_or(ABSENT, |slot| slot.1)
    }
}

/// The golden ratio's fraction, odd: its multiples spread over 64 bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

#[inline]
fn number_hash(key: u64) -> u32 {
    // The upper half of a float's bits is where small numbers differ.
    let hash = (key ^ (key >> 32)).wrapping_mul(SPREAD);
    ((hash ^ (hash >> 32)).wrapping_mul(SPREAD) >> 32) as u32
}

#[inline]
fn text_hash(text: &str) -> u32 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(SPREAD);
    let hash =
        words.iter().fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    number_hash(
        rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)) ^ hash.rotate_left(23),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(lookup: &Lookup, keys: &[i64]) -> Vec<u32> {
        lookup.find_numbers(keys, integer_key)
    }

    #[test]
    fn integers_are_found_close_together_and_far_apart() {
        for far in [3, i64::MAX, i64::MIN, 1 << 40] {
            let keys = [0, far, -1, far, 0].map(integer_key).to_vec();
            let found = [[0, 1, 2, ABSENT], [4, 3, 2, ABSENT]];
            for (repeated, found) in [Repeated::First, Repeated::Last].into_iter().zip(found) {
                let lookup = Lookup::numbers(keys.clone(), repeated);
                assert_eq!(matches!(lookup, Lookup::Dense { .. }), far == 3);
                assert_eq!(places(&lookup, &[0, far, -1, 2]), found);
                assert_eq!(places(&lookup, &[i64::MIN + 1, i64::MAX - 1]), [ABSENT; 2]);
                assert_eq!(lookup.find_texts(&["0".to_owned()]), [ABSENT]);
            }
        }
    }

    #[test]
    fn many_keys_are_all_found() {
        let numbers: Vec<f64> = (0..5000).map(|i| f64::from(i) * 0.5 - 700.0).collect();
        let keys = numbers.iter().map(|&x| float_key(x)).collect();
        let found = Lookup::numbers(keys, Repeated::First).find_numbers(&numbers, float_key);
        assert!(found.into_iter().eq(0..5000));
        let texts: Vec<String> = (0..5000).map(|i| format!("{:>1$}", i, i % 30)).collect();
        let found = Lookup::texts(texts.clone(), Repeated::Last).find_texts(&texts);
        assert!(found.iter().zip(&texts).all(|(&i, text)| texts[i as usize] == *text));
    }

    #[test]
    fn an_empty_list_holds_nothing() {
        assert_eq!(places(&Lookup::numbers(vec![], Repeated::Last), &[0]), [ABSENT]);
        let texts = Lookup::texts(vec![], Repeated::Last);
        assert_eq!(texts.find_texts(&[String::new()]), [ABSENT]);
        assert_eq!(places(&texts, &[0]), [ABSENT]);
    }
}
