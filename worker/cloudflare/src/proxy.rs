//! The same-origin proxy: forwards to the one configured MLflow server, and
//! nowhere else.
//!
//! MLflow refuses requests that carry a foreign `Origin`, so the proxy leaves
//! that header out. For the same reason MLflow's check is [done](crate::origin)
//! before: another site's page must not reach the server through us.

use worker::{
    Env, Fetch, Fetcher, Headers, Method, Request, RequestInit, RequestRedirect, Response, Result,
};

use crate::config::Config;
use crate::reply;

/// Headers that belong to one connection, or that would tell on the proxy.
const NOT_FORWARDED: [&str; 10] = [
    "host",
    "origin",
    "referer",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
    "te",
    "expect",
    "accept-encoding",
];

/// Sends the request on and gives the server's answer back, both as streams.
///
/// `base` is the server's address.
pub(crate) async fn forward(
    request: Request,
    env: &Env,
    config: &Config,
    base: &str,
) -> Result<Response> {
    let url = request.url()?;
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    let target = format!("{base}{}{query}", url.path());

    let headers = Headers::new();
    for (name, value) in request.headers().entries() {
        if !NOT_FORWARDED.contains(&name.as_str()) {
            headers.append(&name, &value)?;
        }
    }
    let mut init = RequestInit::new();
    init.with_method(request.method()).with_headers(headers).with_redirect(RequestRedirect::Manual);
    if !matches!(request.method(), Method::Get | Method::Head) {
        init.with_body(request.inner().body().map(Into::into));
    }
    let outgoing = Request::new_with_init(&target, &init)?;
    let answer = match env.get_binding::<Fetcher>("TRACKING") {
        Ok(server) => server.fetch_request(outgoing).await,
        Err(_) => Fetch::Request(outgoing).send().await,
    };
    answer.or_else(|e| {
        worker::console_error!("proxy: {e}");
        reply::error(
            502,
            "TEMPORARILY_UNAVAILABLE",
            &format!(
                "the MLflow server at {} does not answer; is it running?",
                config.tracking_label().unwrap_or_default()
            ),
        )
    })
}
