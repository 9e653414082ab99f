//! Names for runs that were given none: `adjective-noun-number`, as MLflow
//! makes them.

use uuid::Uuid;

const ADJECTIVES: [&str; 32] = [
    "amber", "apt", "brisk", "calm", "clear", "crisp", "deft", "eager", "fair", "fleet", "fond",
    "glad", "grand", "hale", "keen", "kind", "light", "lively", "lucid", "mellow", "neat", "noble",
    "plain", "proud", "quick", "quiet", "rapid", "sound", "steady", "sunny", "swift", "warm",
];

const NOUNS: [&str; 32] = [
    "alder",
    "beaver",
    "birch",
    "brook",
    "carp",
    "crane",
    "dipper",
    "eel",
    "elm",
    "fern",
    "finch",
    "heron",
    "ibis",
    "kingfisher",
    "lark",
    "minnow",
    "moss",
    "newt",
    "osprey",
    "otter",
    "perch",
    "pike",
    "plover",
    "reed",
    "rush",
    "sedge",
    "snipe",
    "swan",
    "tench",
    "trout",
    "wheel",
    "willow",
];

/// A name; unlikely to be met twice, and not promised to be unique.
pub(crate) fn random() -> String {
    let [a, b, c, d, ..] = *Uuid::new_v4().as_bytes();
    let pick = |words: &[&'static str], by: u8| {
        words.get(usize::from(by) % words.len()).copied().unwrap_or_default()
    };
    let number = u16::from_le_bytes([c, d]) % 1000;
    format!("{}-{}-{number}", pick(&ADJECTIVES, a), pick(&NOUNS, b))
}
