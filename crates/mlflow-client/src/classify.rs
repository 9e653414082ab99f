//! From an answer to the kind of its failure.

use http::HeaderMap;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use mlflow_api::ErrorBody;
use serde::de::DeserializeOwned;

use crate::error::{ErrorKind, OneLine};

/// What MLflow's middleware answers, as plain text.
const CROSS_ORIGIN: &str = "Cross-origin request blocked";
const PREFLIGHT_REFUSED: &str = "Disallowed CORS origin";
const INVALID_HOST: &str = "Invalid Host header";

/// How much of a foreign body is looked at.
const LOOK_AT: usize = 4096;

/// Why this answer is no success; `None` for a 2xx, whose body is yet to be read.
pub(crate) fn failure(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    credentials_sent: bool,
) -> Option<ErrorKind> {
    if (200..300).contains(&status) {
        return None;
    }
    let error: Option<ErrorBody> = json(body);
    let text = head(body);
    Some(match (status, error) {
        (401, _) => ErrorKind::Unauthenticated {
            challenge: header(headers, &WWW_AUTHENTICATE),
            credentials_sent,
        },
        (403, None) if text.starts_with(CROSS_ORIGIN) => ErrorKind::CrossOrigin,
        (400, None) if text.starts_with(PREFLIGHT_REFUSED) => ErrorKind::CrossOrigin,
        (403, None) if text.starts_with(INVALID_HOST) => ErrorKind::InvalidHost,
        (403, Some(error)) => ErrorKind::Forbidden { message: error.message },
        (403, None) => ErrorKind::Forbidden { message: excerpt(body) },
        (_, Some(ErrorBody { error_code, message, .. })) => {
            ErrorKind::Api { error_code, message, status }
        }
        (429 | 500.., None) => ErrorKind::Unavailable { status, excerpt: excerpt(body) },
        (_, None) => not_mlflow(status, headers, body),
    })
}

/// Reads an answer of MLflow's, all of which are JSON objects. (By serde's
/// rules an empty array would do for an object whose fields may be absent.)
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    if is_object { serde_json::from_slice(body).ok() } else { None }
}

/// For an answer that is not what MLflow would say.
pub(crate) fn not_mlflow(status: u16, headers: &HeaderMap, body: &[u8]) -> ErrorKind {
    ErrorKind::NotMlflow {
        status,
        content_type: header(headers, &CONTENT_TYPE),
        excerpt: excerpt(body),
    }
}

fn header(headers: &HeaderMap, name: &http::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The beginning of a body, as text.
fn head(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..LOOK_AT).unwrap_or(body)).into_owned()
}

/// What tells a person what this is: an HTML page's title, or the first words.
fn excerpt(body: &[u8]) -> String {
    let text = head(body);
    let title = title(&text).unwrap_or(&text);
    OneLine(title).to_string()
}

fn title(html: &str) -> Option<&str> {
    // ASCII lowercase keeps byte positions.
    let lower = html.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower.get(open..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    html.get(start..end).filter(|title| !title.trim().is_empty())
}
