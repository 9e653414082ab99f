//! Requests and responses: what a host gives and takes.

/// A request, as far as scoring looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// The path, such as `/invocations`; a query string after it is ignored.
    pub path: &'a str,
    /// The header `content-type`.
    pub content_type: Option<&'a str>,
    /// The header `accept`, which may ask for a [`Dialect`](crate::Dialect).
    pub accept: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: &'static str,
    /// The header `allow`, for answers of status 405.
    pub allow: Option<&'static str>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: "application/json", allow: None, body: body.into() }
    }

    pub(crate) fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", allow: None, body: body.into() }
    }

    pub(crate) fn not_found() -> Self {
        Self::json(404, r#"{"detail":"Not Found"}"#)
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        let response = Self::json(405, r#"{"detail":"Method Not Allowed"}"#);
        Self { allow: Some(allow), ..response }
    }
}
