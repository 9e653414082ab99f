//! The dashboard's files, from the binding `ASSETS`: Cloudflare's static
//! assets, or a folder under workerd on a laptop.

use worker::{Env, Headers, Method, Request, Response, Result};

use crate::reply;

/// Serves the file at `path`; `/` is the page.
pub(crate) async fn serve(request: &Request, env: &Env, path: &str) -> Result<Response> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return reply::error(405, "BAD_REQUEST", "only GET and HEAD are answered here");
    }
    let path = if path == "/" { "/index.html" } else { path };
    let file = env.assets("ASSETS")?.fetch(format!("http://assets{path}"), None).await?;
    if file.status_code() != 200 || is_listing(&file)? {
        return reply::error(404, "NOT_FOUND", &format!("there is no file {path} here"));
    }
    let headers = Headers::new();
    for name in ["content-length", "last-modified", "etag"] {
        if let Some(value) = file.headers().get(name)? {
            headers.set(name, &value)?;
        }
    }
    headers.set("content-type", content_type(path))?;
    headers.set("x-content-type-options", "nosniff")?;
    // Names don't change with content, so a copy is good only once confirmed.
    headers.set("cache-control", "no-cache")?;
    Ok(file.with_headers(headers))
}

/// workerd's folder service answers a folder with a list of what is in it.
fn is_listing(file: &Response) -> Result<bool> {
    Ok(file.headers().get("content-type")?.is_some_and(|t| t.starts_with("application/json"))
        && file.headers().get("last-modified")?.is_none())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
