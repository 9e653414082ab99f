//! The address of a server, from whatever a person pasted.

use std::fmt;

use http::uri::{Authority, PathAndQuery};
use percent_encoding::percent_decode_str;

use crate::Auth;

/// The longest address that is read.
const MAX_LENGTH: usize = 2048;

/// Where a server's API begins: scheme, host, port and sub-path, without a
/// trailing slash, credentials, query or fragment.
///
/// ```
/// use mlflow_client::{Auth, BaseUrl};
///
/// let (url, auth) = BaseUrl::parse("http://ada:pw@host:5000/mlflow/#/experiments/1")?;
/// assert_eq!(url.as_str(), "http://host:5000/mlflow");
/// assert!(matches!(auth, Auth::Basic { username, .. } if username == "ada"));
/// assert_eq!(BaseUrl::parse("localhost:5000")?.0.as_str(), "http://localhost:5000");
/// assert!(BaseUrl::parse("sqlite:///mlflow.db").is_err());
/// # Ok::<(), mlflow_client::BaseUrlError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    /// The origin, then the path; empty for the page's own origin.
    text: String,
    /// How much of `text` is the origin: 0 for the page's own.
    origin: usize,
}

impl BaseUrl {
    /// The page's own origin, at its root.
    pub fn same_origin() -> Self {
        Self::default()
    }

    /// Reads what a person typed or pasted.
    ///
    /// An empty text or a path is the page's own origin; a host without a
    /// scheme gets `http://`; what follows `#` or `?` is dropped, so that a link
    /// to a page of MLflow's UI will do; a user and a password are returned
    /// apart from the URL, so that they end up in no message and no log.
    ///
    /// # Errors
    /// When it is no address of an HTTP server.
    pub fn parse(text: &str) -> Result<(Self, Auth), BaseUrlError> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return Err(BaseUrlError::TooLong);
        }
        let text = text.split(['#', '?']).next().unwrap_or_default();
        if !text.starts_with("//") && (text.is_empty() || text.starts_with('/')) {
            return Ok((Self { text: path(text)?, origin: 0 }, Auth::None));
        }
        let (scheme, rest) = split_scheme(text)?;
        let (authority, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (userinfo, host) = match authority.rsplit_once('@') {
            Some((userinfo, host)) => (Some(userinfo), host),
            None => (None, authority),
        };
        let host = host_and_port(scheme, host)?;
        let mut text = format!("{scheme}://{host}");
        let origin = text.len();
        text.push_str(&path(rest)?);
        Ok((Self { text, origin }, userinfo.map_or(Ok(Auth::None), basic)?))
    }

    /// The URL, without a trailing slash: empty for the root of the page's own
    /// origin.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port, as a browser writes an origin; `None` for the
    /// page's own.
    pub fn origin(&self) -> Option<&str> {
        self.text.get(..self.origin).filter(|origin| !origin.is_empty())
    }

    /// Host and port, as the `Host` header has them; `None` for the page's own.
    pub fn host(&self) -> Option<&str> {
        self.origin()?.split_once("://").map(|(_, host)| host)
    }

    /// The URL of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if self.text.is_empty() { "/" } else { &self.text })
    }
}

/// `http` or `https`, and what comes after the two slashes.
fn split_scheme(text: &str) -> Result<(&'static str, &str), BaseUrlError> {
    if let Some((scheme, rest)) = text.split_once("://") {
        return match scheme.to_ascii_lowercase().as_str() {
            "http" => Ok(("http", rest)),
            "https" => Ok(("https", rest)),
            _ => Err(BaseUrlError::Scheme(scheme.to_owned())),
        };
    }
    if let Some(rest) = text.strip_prefix("//") {
        return Ok(("http", rest));
    }
    // `host:5000` and `user:password@host` have no scheme; `file:mlruns` has.
    let authority = text.split('/').next().unwrap_or(text);
    if let Some((before, after)) = authority.split_once(':')
        && !authority.contains(['@', '['])
        && !after.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(BaseUrlError::Scheme(before.to_owned()));
    }
    if text.eq_ignore_ascii_case("databricks") {
        return Err(BaseUrlError::Scheme(text.to_owned()));
    }
    Ok(("http", text))
}

/// Checks a host and a port; drops the port that the scheme has anyway.
fn host_and_port(scheme: &str, text: &str) -> Result<String, BaseUrlError> {
    let fail = || BaseUrlError::Host(text.to_owned());
    let authority: Authority = text.parse().map_err(|_| fail())?;
    let host = authority.host();
    if host.is_empty() || host.starts_with('.') || host.contains(['*', '\'', '"', '%', ',', ';']) {
        return Err(fail());
    }
    let port = authority.as_str().get(host.len()..).unwrap_or_default();
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(host.to_ascii_lowercase()),
        None => Err(fail()),
        Some("") => Ok(host.to_ascii_lowercase()),
        Some(port) => match (port.parse::<u16>().map_err(|_| fail())?, scheme) {
            (0, _) => Err(fail()),
            (80, "http") | (443, "https") => Ok(host.to_ascii_lowercase()),
            (port, _) => Ok(format!("{}:{port}", host.to_ascii_lowercase())),
        },
    }
}

/// A path without its trailing slashes and without the page's own file.
fn path(text: &str) -> Result<String, BaseUrlError> {
    let text = text.strip_suffix("/index.html").unwrap_or(text).trim_end_matches('/');
    if text.is_empty() {
        return Ok(String::new());
    }
    match text.parse::<PathAndQuery>() {
        Ok(path) => Ok(path.as_str().to_owned()),
        Err(_) => Err(BaseUrlError::Path(text.to_owned())),
    }
}

/// `user:password` of a URL, where each may be percent-encoded.
fn basic(userinfo: &str) -> Result<Auth, BaseUrlError> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| BaseUrlError::Credentials)
    };
    let (username, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    if username.is_empty() && password.is_empty() {
        return Ok(Auth::None);
    }
    Ok(Auth::Basic { username: decode(username)?, password: decode(password)? })
}

/// Why a text is not the address of a server. Never holds a password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It is longer than anybody's address.
    TooLong,
    /// It begins with this scheme, which is neither `http` nor `https`.
    Scheme(String),
    /// This is no host, or its port is none.
    Host(String),
    /// This path has characters that a URL does not allow.
    Path(String),
    /// The user or the password is percent-encoded, and not as UTF-8.
    Credentials,
}

impl fmt::Display for BaseUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "an address has at most {MAX_LENGTH} characters"),
            Self::Scheme(scheme) => write!(
                f,
                "{scheme:?} is not a server that a page can talk to: give the http:// or \
                 https:// address of a running MLflow server"
            ),
            Self::Host(host) => write!(
                f,
                "{host:?} is not a host, or not one with a port: an address looks like \
                 http://localhost:5000"
            ),
            Self::Path(path) => write!(
                f,
                "the path {path:?} has characters that a URL does not allow: percent-encode them"
            ),
            Self::Credentials => {
                f.write_str("the user or the password in the address is not UTF-8: enter it apart")
            }
        }
    }
}

impl std::error::Error for BaseUrlError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> String {
        BaseUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).0.to_string()
    }

    #[test]
    fn what_people_paste() {
        for (pasted, base) in [
            ("http://h:5000", "http://h:5000"),
            ("http://h:5000/", "http://h:5000"),
            ("  https://h/x/ ", "https://h/x"),
            ("HTTPS://MLflow.Example:443/A/", "https://mlflow.example/A"),
            ("http://h:80", "http://h"),
            ("http://h:443", "http://h:443"),
            ("http://h:", "http://h"),
            ("localhost:5000", "http://localhost:5000"),
            ("localhost:5000/x", "http://localhost:5000/x"),
            ("mlflow.example", "http://mlflow.example"),
            ("//h:5000/x", "http://h:5000/x"),
            ("127.0.0.1:5000", "http://127.0.0.1:5000"),
            ("http://[::1]:5000/", "http://[::1]:5000"),
            ("[::1]:5000", "http://[::1]:5000"),
            ("http://h:5000/#/experiments/1", "http://h:5000"),
            ("http://h:5000/#/experiments/1/runs/ab?x=http://y", "http://h:5000"),
            ("http://h/x/index.html?workspace=a#/models", "http://h/x"),
            ("http://h/x%20y/", "http://h/x%20y"),
            ("", "/"),
            ("/", "/"),
            ("/mlflow/", "/mlflow"),
            ("/#/experiments", "/"),
        ] {
            assert_eq!(url(pasted), base, "{pasted}");
        }
    }

    #[test]
    fn what_is_no_server() {
        for (pasted, word) in [
            ("sqlite:///mlflow.db", "sqlite"),
            ("file:mlruns", "file"),
            ("file:///tmp/mlruns", "file"),
            ("databricks", "databricks"),
            ("databricks://profile", "databricks"),
            ("javascript:alert(1)", "javascript"),
            ("ftp://h", "ftp"),
            ("http://", "not a host"),
            ("http:///x", "not a host"),
            ("http://h:0", "not a host"),
            ("http://h:70000", "not a host"),
            ("http://h:5000:1", "not a host"),
            ("http://my host", "not a host"),
            ("two words", "not a host"),
            ("http://bücher.example", "not a host"),
            ("http://h/a b", "percent-encode"),
            ("http://%ff:x@h", "UTF-8"),
        ] {
            let error = BaseUrl::parse(pasted).expect_err(pasted).to_string();
            assert!(error.contains(word), "{pasted}: {error}");
        }
        let long = format!("http://h/{}", "x".repeat(3000));
        assert_eq!(BaseUrl::parse(&long), Err(BaseUrlError::TooLong));
    }

    #[test]
    fn credentials_leave_the_url() {
        let basic = |text: &str| match BaseUrl::parse(text).unwrap() {
            (base, Auth::Basic { username, password }) => (base.text, username, password),
            other => panic!("{other:?}"),
        };
        let expect = |base: &str, user: &str, password: &str| {
            (base.to_owned(), user.to_owned(), password.to_owned())
        };
        assert_eq!(basic("http://u:p@h/x"), expect("http://h/x", "u", "p"));
        assert_eq!(basic("http://a%40b:p%3A%2F@h"), expect("http://h", "a@b", "p:/"));
        assert_eq!(basic("u:p@h:5000"), expect("http://h:5000", "u", "p"));
        assert_eq!(basic("http://u@h"), expect("http://h", "u", ""));
        assert_eq!(basic("http://u:p@q@h"), expect("http://h", "u", "p@q"));
        assert_eq!(BaseUrl::parse("http://@h").unwrap().1, Auth::None);
    }

    #[test]
    fn origin_and_host() {
        let (base, _) = BaseUrl::parse("http://u:p@H:5000/x/").unwrap();
        assert_eq!((base.origin(), base.host()), (Some("http://h:5000"), Some("h:5000")));
        assert_eq!(base.join("/version"), "http://h:5000/x/version");
        let (base, _) = BaseUrl::parse("/x").unwrap();
        assert_eq!((base.origin(), base.host()), (None, None));
        assert_eq!(BaseUrl::same_origin().join("/version"), "/version");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = BaseUrl::parse(&text);
        }

        #[test]
        fn a_base_reads_as_itself_and_makes_uris(
            text in "(https?://)?([a-z]{1,3}(:[a-z@%]{0,3})?@)?[a-zA-Z0-9.:\\[\\]-]{0,12}(/[a-z%2]{0,3}){0,3}/?([#?].{0,4})?"
        ) {
            if let Ok((base, _)) = BaseUrl::parse(&text) {
                let (again, auth) = BaseUrl::parse(base.as_str()).unwrap();
                prop_assert_eq!(&again, &base);
                prop_assert_eq!(auth, Auth::None);
                prop_assert!(!base.as_str().contains('@') && !base.as_str().ends_with('/'));
                let uri: http::Uri = base.join("/version").parse().unwrap();
                prop_assert!(uri.path().ends_with("/version"));
            }
        }
    }
}
