//! Who is asking.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

/// Credentials, as the header that carries them. Its `Debug` shows no secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Auth {
    /// No credentials.
    #[default]
    None,
    /// HTTP Basic, as MLflow's basic-auth app wants it.
    Basic {
        /// Must not contain a colon.
        username: String,
        /// May be empty.
        password: String,
    },
    /// `Authorization: Bearer …`, as Databricks and most proxies want it.
    Bearer {
        /// The token, without the word `Bearer`.
        token: String,
    },
    /// Any header, for a proxy with its own rules.
    Header {
        /// The header's name.
        name: String,
        /// Its value.
        value: String,
    },
}

/// Headers that a browser does not let a page set, and those that the client
/// itself sets.
const RESERVED: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

impl Auth {
    /// The credentials that the variables of MLflow's own client hold, as
    /// `variable` knows them.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        match (variable("MLFLOW_TRACKING_USERNAME"), variable("MLFLOW_TRACKING_TOKEN")) {
            (Some(username), _) => {
                let password = variable("MLFLOW_TRACKING_PASSWORD").unwrap_or_default();
                Self::Basic { username, password }
            }
            (None, Some(token)) => Self::Bearer { token },
            (None, None) => Self::None,
        }
    }

    /// Whether there are no credentials.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The header to send. Its value is marked sensitive.
    ///
    /// # Errors
    /// When the credentials cannot travel in a header.
    pub fn header(&self) -> Result<Option<(HeaderName, HeaderValue)>, AuthError> {
        let (name, value) = match self {
            Self::None => return Ok(None),
            Self::Basic { username, .. } if username.contains(':') => {
                return Err(AuthError::Username);
            }
            Self::Basic { username, password } => {
                let pair = STANDARD.encode(format!("{username}:{password}"));
                (AUTHORIZATION, format!("Basic {pair}"))
            }
            Self::Bearer { token } => {
                let token = token.trim();
                if token.is_empty() || token.contains(char::is_whitespace) {
                    return Err(AuthError::Token);
                }
                (AUTHORIZATION, format!("Bearer {token}"))
            }
            Self::Header { name, value } => (header_name(name)?, value.trim().to_owned()),
        };
        let refused = || match self {
            Self::Header { name, .. } => AuthError::HeaderValue(name.clone()),
            _ => AuthError::Token,
        };
        // HTTP has room for more, but what it means there is anybody's guess.
        if !value.is_ascii() {
            return Err(refused());
        }
        let mut value = HeaderValue::from_str(&value).map_err(|_| refused())?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}

fn header_name(text: &str) -> Result<HeaderName, AuthError> {
    let name = HeaderName::from_bytes(text.trim().as_bytes())
        .map_err(|_| AuthError::HeaderName(text.to_owned()))?;
    let lower = name.as_str();
    if RESERVED.contains(&lower) || lower.starts_with("sec-") || lower.starts_with("proxy-") {
        return Err(AuthError::ReservedHeader(name));
    }
    Ok(name)
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Basic { username, .. } => {
                f.debug_struct("Basic").field("username", username).finish_non_exhaustive()
            }
            Self::Bearer { .. } => f.debug_struct("Bearer").finish_non_exhaustive(),
            Self::Header { name, .. } => {
                f.debug_struct("Header").field("name", name).finish_non_exhaustive()
            }
        }
    }
}

/// Why credentials cannot be sent. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// A Basic user name contains a colon.
    Username,
    /// A Bearer token is empty, or has spaces or characters beyond ASCII.
    Token,
    /// This is no name of a header.
    HeaderName(String),
    /// The value of this header has line breaks or characters beyond ASCII.
    HeaderValue(String),
    /// A browser does not let a page set this header, or the client sets it.
    ReservedHeader(HeaderName),
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Username => f.write_str("a user name cannot contain a colon with HTTP Basic"),
            Self::Token => f.write_str(
                "the token is empty, or has spaces or characters that a header cannot carry: \
                 paste the token alone, without the word Bearer",
            ),
            Self::HeaderName(name) => write!(f, "{name:?} is not the name of a header"),
            Self::HeaderValue(name) => write!(
                f,
                "the value of {name} has line breaks or characters that a header cannot carry"
            ),
            Self::ReservedHeader(name) => {
                write!(f, "a page cannot set the header {name}: the browser keeps it for itself")
            }
        }
    }
}

impl std::error::Error for AuthError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_header_cannot_carry() {
        let bearer = |token: &str| Auth::Bearer { token: token.into() }.header();
        assert_eq!(bearer(""), Err(AuthError::Token));
        assert_eq!(bearer("Bearer x"), Err(AuthError::Token));
        assert_eq!(bearer("a\nb"), Err(AuthError::Token));
        assert_eq!(bearer("tokén"), Err(AuthError::Token));
        assert_eq!(bearer(" x\n").unwrap().unwrap().1, "Bearer x");
        let basic = Auth::Basic { username: "a:b".into(), password: String::new() };
        assert_eq!(basic.header(), Err(AuthError::Username));
        let header = |name: &str, value: &str| {
            Auth::Header { name: name.into(), value: value.into() }.header()
        };
        assert_eq!(header("X Key", "k"), Err(AuthError::HeaderName("X Key".into())));
        assert_eq!(header("", "k"), Err(AuthError::HeaderName("".into())));
        assert_eq!(header("X-Key", "a\r\nb: c"), Err(AuthError::HeaderValue("X-Key".into())));
        for reserved in ["Cookie", "HOST", "Sec-Fetch-Mode", "Proxy-Authorization", "Content-Type"]
        {
            assert!(matches!(header(reserved, "k"), Err(AuthError::ReservedHeader(_))));
        }
        assert!(header("Authorization", "Token abc").unwrap().is_some());
    }

    #[test]
    fn debug_keeps_secrets() {
        for auth in [
            Auth::Basic { username: "ada".into(), password: "hunter2".into() },
            Auth::Bearer { token: "hunter2".into() },
            Auth::Header { name: "X-Key".into(), value: "hunter2".into() },
        ] {
            assert!(!format!("{auth:?} {:?}", auth.header()).contains("hunter2"));
        }
        let refused = Auth::Bearer { token: "hunter2 x".into() }.header().unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    }
}
