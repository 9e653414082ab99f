//! The `Authorization` header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a request signs in with.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Credentials {
    /// `Basic`: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
    Password { username: String, password: String },
    /// `Bearer`: MLFLOW_TRACKING_TOKEN.
    Token(String),
}

impl Credentials {
    /// Reads the header; `None` for one that is nothing we know.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ')?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return (!rest.is_empty()).then(|| Self::Token(rest.to_owned()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        let (username, password) = pair.split_once(':')?;
        Some(Self::Password { username: username.to_owned(), password: password.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_passwords_and_tokens_are_read() {
        let read = |header: &str| match Credentials::parse(header) {
            Some(Credentials::Password { username, password }) => format!("{username}|{password}"),
            Some(Credentials::Token(token)) => token,
            None => "nothing".to_owned(),
        };
        // base64 of "ä:b:c"
        assert_eq!(read("Basic w6Q6Yjpj"), "ä|b:c");
        assert_eq!(read("bearer  x.y "), "x.y");
        for other in ["", "Basic", "Basic !", "Basic YQ==", "Bearer ", "Digest a=b", "Basic /w=="] {
            assert_eq!(read(other), "nothing", "{other}");
        }
    }
}
