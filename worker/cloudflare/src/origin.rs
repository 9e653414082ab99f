//! Which pages may use an MLflow server, ours or the one behind the proxy: our
//! own, those that are named, and no other site's.

use worker::{Method, Request, Response, Result, Url};

use crate::cors::{Cors, TRACKING};
use crate::reply;

/// What a page that asked may have.
pub(crate) enum Asker {
    /// Nothing but this: a refusal, or the answer to a preflight.
    Told(Response),
    /// An answer; it comes from this origin, if it is a page's at all.
    Heard(Option<String>),
}

/// Looks at where a request comes from. `cors` has the other sites' pages that
/// may ask.
pub(crate) fn look(request: &Request, cors: &Cors) -> Result<Asker> {
    let origin = request.headers().get("origin")?;
    if let Some(origin) = &origin
        && !is_same_origin(origin, &request.url()?)
    {
        if let Some(preflight) = cors.preflight(request, &TRACKING)? {
            return Ok(Asker::Told(preflight));
        }
        // A browser sends what needs no preflight together with the passwords
        // that it knows, whether or not the page may then read the answer.
        let is_simple = request.method() == Method::Post && !is_json(request)?;
        if cors.allowed(origin).is_none() || (is_simple && *cors == Cors::Any) {
            let message = format!(
                "Cross-origin request blocked: this server answers its own pages, not {origin}"
            );
            return reply::error(403, "PERMISSION_DENIED", &message).map(Asker::Told);
        }
    }
    Ok(Asker::Heard(origin))
}

fn is_json(request: &Request) -> Result<bool> {
    let content_type = request.headers().get("content-type")?.unwrap_or_default();
    Ok(content_type.trim_start().starts_with("application/json"))
}

/// Whether a page of this origin may use the server at `url`.
fn is_same_origin(origin: &str, url: &Url) -> bool {
    Url::parse(origin).is_ok_and(|origin| origin.origin() == url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_pass() {
        let url = Url::parse("http://127.0.0.1:8787/api/2.0/mlflow/runs/search?x=1").unwrap();
        assert!(is_same_origin("http://127.0.0.1:8787", &url));
        for other in
            ["http://localhost:8787", "http://127.0.0.1", "https://127.0.0.1:8787", "null", ""]
        {
            assert!(!is_same_origin(other, &url), "{other}");
        }
    }
}
