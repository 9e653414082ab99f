//! What can go wrong, in terms that a person can act on.

use std::fmt;

use http::Method;
use mlflow_api::ErrorCode;

/// A call that failed: what kind, which call, which status.
///
/// Displays as one line, without secrets: the URL has neither credentials nor
/// its query string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    method: Method,
    url: String,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing answered, or the browser hid the answer.
    Unreachable {
        /// The transport's own words, such as `Failed to fetch`.
        detail: String,
    },
    /// The server answers, but not to pages of another origin.
    CrossOrigin,
    /// The server does not know the host name that it was called by.
    InvalidHost,
    /// 401: the server wants credentials, or other ones.
    Unauthenticated {
        /// What the server asks for, such as `Basic realm="mlflow"`; a browser
        /// may hide it from pages of another origin.
        challenge: Option<String>,
        /// Whether credentials were sent, and so refused.
        credentials_sent: bool,
    },
    /// 403: the user may not do this.
    Forbidden {
        /// The server's own words.
        message: String,
    },
    /// Something other than MLflow's JSON came back: a page, a proxy's sign-in
    /// form, another service.
    NotMlflow {
        /// The HTTP status.
        status: u16,
        /// The `Content-Type`, if there was one.
        content_type: Option<String>,
        /// The beginning of the body, or the title of an HTML page.
        excerpt: String,
    },
    /// MLflow refused, and said why.
    Api {
        /// MLflow's code.
        error_code: ErrorCode,
        /// The server's own words.
        message: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server, or a proxy before it, is overloaded or broken and said so
    /// without MLflow's JSON. Retrying did not help.
    Unavailable {
        /// The HTTP status: 429 or 500 and above.
        status: u16,
        /// The beginning of the body, or the title of an HTML page.
        excerpt: String,
    },
    /// No answer in time.
    Timeout,
    /// The answer is larger than the transport reads.
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// The server names the page just read as the next one: a list that never ends.
    RepeatedPage,
    /// Somebody aborted the call.
    Cancelled,
    /// The request cannot be written down, so nothing was sent.
    InvalidRequest {
        /// Why.
        detail: String,
    },
}

impl Error {
    /// `url` may have a query, which is dropped.
    pub(crate) fn new(kind: ErrorKind, method: Method, url: &str) -> Self {
        let url = url.split('?').next().unwrap_or_default().to_owned();
        Self(Box::new(Inner { kind, method, url }))
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The verb of the call.
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// The URL of the call, without credentials and without its query; only a
    /// path where the server has the page's own origin.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The HTTP status, if there was an answer that could be read. For
    /// [`ErrorKind::CrossOrigin`] there is none: a browser hides it.
    pub fn status(&self) -> Option<u16> {
        match self.kind() {
            ErrorKind::Unauthenticated { .. } => Some(401),
            ErrorKind::InvalidHost | ErrorKind::Forbidden { .. } => Some(403),
            ErrorKind::NotMlflow { status, .. }
            | ErrorKind::Api { status, .. }
            | ErrorKind::Unavailable { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// MLflow's code, if MLflow gave one.
    pub fn error_code(&self) -> Option<&ErrorCode> {
        match self.kind() {
            ErrorKind::Api { error_code, .. } => Some(error_code),
            _ => None,
        }
    }

    /// Whether the server gave no answer of its own: nothing came, or a gateway
    /// before it says that nothing does (502 to 504).
    pub fn is_out_of_reach(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unreachable { .. } | ErrorKind::Timeout)
            || matches!(self.status(), Some(502..=504))
    }

    /// Whether MLflow says that the thing asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self.error_code(), Some(ErrorCode::ResourceDoesNotExist | ErrorCode::NotFound))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.method(), self.url(), self.kind())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { detail } => write!(f, "no answer ({})", OneLine(detail)),
            Self::CrossOrigin => f.write_str("the server does not answer pages of another origin"),
            Self::InvalidHost => {
                f.write_str("the server does not accept the host name that it was called by")
            }
            Self::Unauthenticated { credentials_sent: false, .. } => {
                f.write_str("the server wants credentials (401)")
            }
            Self::Unauthenticated { credentials_sent: true, .. } => {
                f.write_str("the server refused the credentials (401)")
            }
            Self::Forbidden { message } => write!(f, "not allowed (403): {}", OneLine(message)),
            Self::NotMlflow { status, content_type, excerpt } => write!(
                f,
                "not an answer of MLflow ({status}, {}): {}",
                OneLine(content_type.as_deref().unwrap_or("no content type")),
                OneLine(excerpt)
            ),
            Self::Api { error_code, message, status } => {
                write!(f, "{error_code} ({status}): {}", OneLine(message))
            }
            Self::Unavailable { status, excerpt } if excerpt.trim().is_empty() => {
                write!(f, "the server is not available ({status})")
            }
            Self::Unavailable { status, excerpt } => {
                write!(f, "the server is not available ({status}): {}", OneLine(excerpt))
            }
            Self::Timeout => f.write_str("no answer in time"),
            Self::TooLarge { limit } => write!(f, "the answer is larger than {limit} bytes"),
            Self::RepeatedPage => f.write_str("the server gives the same page again"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::InvalidRequest { detail } => write!(f, "not sent: {}", OneLine(detail)),
        }
    }
}

impl std::error::Error for Error {}

/// Somebody else's text on one line, and not more than a line of it.
pub(crate) struct OneLine<'a>(pub(crate) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 300;
        let mut left = MAX_CHARS;
        for (i, word) in self.0.split_whitespace().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            for c in word.chars().filter(|c| !c.is_control()) {
                if left == 0 {
                    return f.write_str("…");
                }
                left -= 1;
                fmt::Write::write_char(f, c)?;
            }
        }
        Ok(())
    }
}
