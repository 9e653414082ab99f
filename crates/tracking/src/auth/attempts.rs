//! Sign-ins that failed: each costs a hash, with which the server could be kept
//! busy.

use std::cell::Cell;

use super::refusal::Refusal;

/// Milliseconds in which so many may fail.
const WINDOW: i64 = 10_000;
const MOST: u32 = 50;

/// How many failed since when. Who was signed in before is not asked again, and
/// so gets in meanwhile.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    since: Cell<i64>,
    failed: Cell<u32>,
}

impl Attempts {
    /// Refuses another one where too many failed.
    pub(super) fn check(&self, now: i64) -> Result<(), Refusal> {
        let passed = now - self.since.get();
        if !(0..WINDOW).contains(&passed) {
            self.since.set(now);
            self.failed.set(0);
        } else if self.failed.get() >= MOST {
            return Err(Refusal::Busy { seconds: (WINDOW - passed + 999) / 1000 });
        }
        Ok(())
    }

    /// Notes that one failed.
    pub(super) fn note(&self) {
        self.failed.set(self.failed.get().saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_many_failures_there_is_a_pause() {
        let attempts = Attempts::default();
        for _ in 0..MOST {
            assert!(attempts.check(100_000).is_ok());
            attempts.note();
        }
        assert_eq!(attempts.check(100_500), Err(Refusal::Busy { seconds: 10 }));
        assert_eq!(attempts.check(109_999), Err(Refusal::Busy { seconds: 1 }));
        assert!(attempts.check(110_000).is_ok());
    }
}
