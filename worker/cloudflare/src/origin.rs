//! Which pages may use an MLflow server: our own, and no other site's.

use worker::{Request, Response, Result, Url};

use crate::reply;

/// The refusal of a request that another site's page sent.
pub(crate) fn refusal(request: &Request) -> Result<Option<Response>> {
    match request.headers().get("origin")? {
        Some(origin) if !is_same_origin(&origin, &request.url()?) => {
            let message = format!(
                "Cross-origin request blocked: this server answers its own pages, not {origin}"
            );
            reply::error(403, "PERMISSION_DENIED", &message).map(Some)
        }
        _ => Ok(None),
    }
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
