//! When to try again, and how long to wait first.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// How often a call that is safe to repeat is tried again, when the server says
/// that it is overloaded (429, 502, 503, 504).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first one. 0 turns retrying off.
    pub retries: u32,
    /// The wait before the second try; it doubles with each.
    pub first_delay: Duration,
    /// The longest wait, whatever the server asks for.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Three more tries, after 0.5, 1 and 2 seconds.
    fn default() -> Self {
        Self {
            retries: 3,
            first_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
        }
    }
}

impl RetryPolicy {
    /// The wait before try number `attempt` + 1, where the first try is number
    /// 0; `None` if the answer stands.
    pub(crate) fn delay(&self, attempt: u32, status: u16, headers: &HeaderMap) -> Option<Duration> {
        if attempt >= self.retries || !matches!(status, 429 | 502 | 503 | 504) {
            return None;
        }
        let backoff = self.first_delay.saturating_mul(2_u32.saturating_pow(attempt));
        let asked = headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map_or(Duration::ZERO, Duration::from_secs);
        Some(backoff.max(asked).min(self.max_delay))
    }
}
