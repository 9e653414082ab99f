//! How requests leave: the one thing that differs between a page, a worker
//! and a test.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

/// Sends HTTP requests.
///
/// Its futures need not be `Send`: wasm has one thread. Dropping the future of
/// [`send`](Self::send) must abort the request.
pub trait Transport {
    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// The URI is absolute, or only a path where the server has the page's own
    /// origin. An implementation bounds the time and the size of the answer.
    ///
    /// # Errors
    /// When there is no answer to read: see [`TransportError`].
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>>;

    /// Waits, between two tries of a call.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// Whether something answers at `url`, though its answer may not be read.
    ///
    /// Asked after [`TransportError::Network`]: in a browser, a request that is
    /// refused by CORS looks like one that nobody answered. `None` where that
    /// cannot happen: outside of browsers, and within the page's own origin.
    fn reachable_opaque(&self, url: &str) -> impl Future<Output = Option<bool>> {
        let _ = url;
        std::future::ready(None)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportError {
    /// Nothing answered, or the browser hid the answer. The text is the
    /// transport's own, such as `Failed to fetch`.
    Network(String),
    /// The transport's time was over.
    Timeout,
    /// The answer is larger than `limit` bytes.
    TooLarge {
        /// The most that the transport reads.
        limit: usize,
    },
    /// Somebody aborted the request.
    Cancelled,
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(detail) => write!(f, "no answer: {detail}"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::TooLarge { limit } => write!(f, "the answer is larger than {limit} bytes"),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for TransportError {}
