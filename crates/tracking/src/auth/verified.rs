//! Credentials that were checked already, so that a password is hashed once and
//! not at each request.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

/// How many are remembered.
const CAPACITY: usize = 1000;

/// What stands for a name and a password: nothing that either can be got from.
type Fingerprint = [u8; 32];

/// The credentials, each with the hash that it was checked against: a password
/// that was changed since is not good any more.
#[derive(Debug)]
pub(super) struct Verified {
    key: [u8; 32],
    known: RefCell<Known>,
}

#[derive(Debug, Default)]
struct Known {
    hashes: HashMap<Fingerprint, String>,
    /// The oldest first.
    order: VecDeque<Fingerprint>,
}

impl Verified {
    pub(super) fn new() -> Self {
        let mut key = [0; 32];
        let (first, second) = key.split_at_mut(16);
        first.copy_from_slice(Uuid::new_v4().as_bytes());
        second.copy_from_slice(Uuid::new_v4().as_bytes());
        Self { key, known: RefCell::default() }
    }

    /// Whether these were checked against this hash.
    pub(super) fn knows(&self, username: &str, password: &str, hash: &str) -> bool {
        let fingerprint = self.fingerprint(&[username, password]);
        self.known.borrow().hashes.get(&fingerprint).is_some_and(|known| known == hash)
    }

    /// Remembers that these were checked against this hash.
    pub(super) fn remember(&self, username: &str, password: &str, hash: &str) {
        let fingerprint = self.fingerprint(&[username, password]);
        let mut known = self.known.borrow_mut();
        if known.hashes.insert(fingerprint, hash.to_owned()).is_none() {
            known.order.push_back(fingerprint);
        }
        if known.order.len() > CAPACITY
            && let Some(oldest) = known.order.pop_front()
        {
            known.hashes.remove(&oldest);
        }
    }

    /// Whether two secrets are the same; how long it takes tells nothing.
    pub(super) fn is_same(&self, given: &str, expected: &str) -> bool {
        self.mac(&[given])
            .is_some_and(|mac| mac.verify_slice(&self.fingerprint(&[expected])).is_ok())
    }

    fn fingerprint(&self, parts: &[&str]) -> Fingerprint {
        self.mac(parts).map(|mac| mac.finalize().into_bytes().into()).unwrap_or_default()
    }

    fn mac(&self, parts: &[&str]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_checked_is_known_until_the_password_changes() {
        let verified = Verified::new();
        assert!(!verified.knows("a", "b", "h1"));
        verified.remember("a", "b", "h1");
        assert!(verified.knows("a", "b", "h1"));
        assert!(!verified.knows("a", "b", "h2") && !verified.knows("ab", "", "h1"));
        verified.remember("a", "b", "h2");
        assert!(verified.knows("a", "b", "h2") && !verified.knows("a", "b", "h1"));
    }

    #[test]
    fn it_does_not_grow() {
        let verified = Verified::new();
        for i in 0..=CAPACITY {
            verified.remember(&i.to_string(), "p", "h");
        }
        assert!(!verified.knows("0", "p", "h") && verified.knows("1", "p", "h"));
        assert_eq!(verified.known.borrow().hashes.len(), CAPACITY);
    }

    #[test]
    fn secrets_are_compared() {
        let verified = Verified::new();
        assert!(verified.is_same("t", "t") && !verified.is_same("t", "u"));
    }
}
