//! Cross-origin requests: which pages may read the answers. Those of models may
//! be others than those of the tracking API.

use worker::{Headers, Method, Request, Response, ResponseBuilder, Result};

/// How long a browser may keep the answer to a preflight, in seconds: the
/// longest that Chromium takes.
const MAX_AGE: &str = "7200";

/// What pages of other origins may send, once they may read the answers.
pub(crate) struct Protocol {
    methods: &'static str,
    /// The headers; `None` for any that they ask for.
    headers: Option<&'static str>,
    /// Whether browsers send passwords along that they know for this server.
    has_logins: bool,
}

/// Predictions.
pub(crate) const PREDICTIONS: Protocol =
    Protocol { methods: "GET, HEAD, POST", headers: Some("content-type"), has_logins: false };

/// The tracking API.
pub(crate) const TRACKING: Protocol =
    Protocol { methods: "GET, HEAD, POST, PUT, PATCH, DELETE", headers: None, has_logins: true };

/// The origins that may read the answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Cors {
    /// None but our own.
    #[default]
    None,
    /// Any.
    Any,
    /// These.
    Origins(Vec<String>),
}

impl Cors {
    /// Reads a variable: `*`, or origins separated by commas.
    pub(crate) fn parse(variable: &str, text: &str) -> std::result::Result<Self, String> {
        let origins: Vec<&str> =
            text.split(',').map(str::trim).filter(|origin| !origin.is_empty()).collect();
        if origins == ["*"] {
            return Ok(Self::Any);
        }
        for origin in &origins {
            // What a browser sends, to the letter: scheme and host, no path.
            let sent =
                worker::Url::parse(origin).ok().map(|url| url.origin().ascii_serialization());
            if sent.as_deref() != Some(*origin)
                || !origin.starts_with("http")
                || origin.contains('*')
            {
                return Err(format!(
                    "the variable {variable} has '{origin}', which is no origin; \
                     https://page.example is one, and * alone is any"
                ));
            }
        }
        let origins: Vec<String> = origins.into_iter().map(str::to_owned).collect();
        Ok(if origins.is_empty() { Self::None } else { Self::Origins(origins) })
    }

    /// What `access-control-allow-origin` says to a page of `origin`, if it may
    /// read the answer.
    pub(crate) fn allowed<'a>(&self, origin: &'a str) -> Option<&'a str> {
        match self {
            Self::None => None,
            Self::Any => Some("*"),
            Self::Origins(origins) => origins.iter().any(|o| o == origin).then_some(origin),
        }
    }

    /// The answer to a preflight of a page that may go on; `None` for any other
    /// request.
    pub(crate) fn preflight(
        &self,
        request: &Request,
        protocol: &Protocol,
    ) -> Result<Option<Response>> {
        let headers = request.headers();
        if request.method() != Method::Options
            || headers.get("access-control-request-method")?.is_none()
        {
            return Ok(None);
        }
        let origin = headers.get("origin")?.unwrap_or_default();
        let Some(allowed) = self.allowed(&origin) else { return Ok(None) };
        let wanted = headers.get("access-control-request-headers")?.unwrap_or_default();
        let headers = Headers::new();
        headers.set("access-control-allow-origin", allowed)?;
        headers.set("access-control-allow-methods", protocol.methods)?;
        headers.set("access-control-allow-headers", protocol.headers.unwrap_or(&wanted))?;
        if protocol.has_logins && allowed != "*" {
            headers.set("access-control-allow-credentials", "true")?;
        }
        headers.set("access-control-max-age", MAX_AGE)?;
        headers.set("vary", "origin")?;
        Ok(Some(ResponseBuilder::new().with_status(204).with_headers(headers).empty()))
    }

    /// What an answer to a page of `origin` says about who may read it.
    pub(crate) fn headers<'a>(&self, origin: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
        if *self == Self::None {
            return Vec::new();
        }
        let allowed = origin.and_then(|origin| self.allowed(origin));
        let allowed = allowed.map(|allowed| ("access-control-allow-origin", allowed));
        std::iter::once(("vary", "origin")).chain(allowed).collect()
    }

    /// Lets the page of `origin`, which asked, read the answer, if it may.
    pub(crate) fn open(
        &self,
        origin: Option<&str>,
        answer: &Response,
        protocol: &Protocol,
    ) -> Result<()> {
        for (name, value) in self.headers(origin) {
            answer.headers().set(name, value)?;
        }
        let allowed = origin.and_then(|origin| self.allowed(origin));
        if protocol.has_logins && allowed.is_some_and(|allowed| allowed != "*") {
            answer.headers().set("access-control-allow-credentials", "true")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_origins_that_are_named_may_read() {
        let some = Cors::parse("VARIABLE", "https://a.example, http://127.0.0.1:8080").unwrap();
        assert_eq!(some.allowed("https://a.example"), Some("https://a.example"));
        for other in ["http://a.example", "https://a.example:444", "https://b.example", "null", ""]
        {
            assert_eq!(some.allowed(other), None, "{other}");
        }
        assert_eq!(Cors::parse("VARIABLE", "*").unwrap().allowed("null"), Some("*"));
        assert_eq!(Cors::parse("VARIABLE", " , ").unwrap(), Cors::None);
        assert_eq!(Cors::None.allowed("https://a.example"), None);
    }

    #[test]
    fn answers_differ_by_origin_where_any_may_read_them() {
        let (a, b) = (Some("https://a.example"), Some("https://b.example"));
        let vary = ("vary", "origin");
        let some = Cors::parse("VARIABLE", "https://a.example").unwrap();
        let allowed = |origin| ("access-control-allow-origin", origin);
        assert_eq!(some.headers(a), [vary, allowed("https://a.example")]);
        assert_eq!(some.headers(b), [vary]);
        assert_eq!(some.headers(None), [vary]);
        assert_eq!(Cors::Any.headers(b), [vary, allowed("*")]);
        assert_eq!(Cors::None.headers(a), []);
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for wrong in [
            "a.example",
            "https://a.example/",
            "https://a.example/x",
            "null",
            "*, https://a",
            "https://*.example",
            "data:x",
        ] {
            let error = Cors::parse("VARIABLE", wrong).unwrap_err();
            assert!(error.contains("VARIABLE"), "{wrong}: {error}");
        }
    }
}
