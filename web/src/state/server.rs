//! Which MLflow server is in use, and how the user signs in to it.

use std::fmt;

use mlflow_client::{Auth, BaseUrl};
use serde::{Deserialize, Serialize};

/// A server as the user chose it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Server {
    /// Its address without a trailing slash; empty for the page's own origin.
    pub(crate) url: String,
    /// What the site calls it, or empty.
    #[serde(default)]
    pub(crate) label: String,
}

impl Server {
    /// What the rail says: the label, the host, or that it is this very site.
    pub(crate) fn name(&self) -> &str {
        if !self.label.is_empty() {
            return &self.label;
        }
        if self.url.is_empty() {
            return "this site";
        }
        self.url.split_once("://").map_or(self.url.as_str(), |(_, host)| host)
    }
}

/// How requests to a server are signed. Kept apart from [`Server`], since it
/// is not remembered with it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Credentials {
    /// Not at all.
    #[default]
    None,
    /// `Authorization: Basic …`
    Basic {
        /// The user's name.
        user: String,
        /// The password.
        password: String,
    },
    /// `Authorization: Bearer …`
    Bearer {
        /// The token.
        token: String,
    },
    /// A header of the user's own, for servers behind a proxy.
    Header {
        /// The header's name.
        name: String,
        /// Its value.
        value: String,
    },
}

impl fmt::Debug for Credentials {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.auth().fmt(f)
    }
}

impl Credentials {
    /// As the client takes them.
    pub(crate) fn auth(&self) -> Auth {
        match self.clone() {
            Credentials::None => Auth::None,
            Credentials::Basic { user, password } => Auth::Basic { username: user, password },
            Credentials::Bearer { token } => Auth::Bearer { token },
            Credentials::Header { name, value } => Auth::Header { name, value },
        }
    }
}

impl From<Auth> for Credentials {
    fn from(auth: Auth) -> Credentials {
        match auth {
            Auth::None => Credentials::None,
            Auth::Basic { username, password } => Credentials::Basic { user: username, password },
            Auth::Bearer { token } => Credentials::Bearer { token },
            Auth::Header { name, value } => Credentials::Header { name, value },
        }
    }
}

/// Reads an address that somebody typed. Credentials in it come apart from it,
/// so that they are neither shown nor remembered with it.
///
/// # Errors
/// What is wrong with it, in words for the form.
pub(crate) fn read_address(typed: &str) -> Result<(Server, Credentials), String> {
    if typed.trim().is_empty() {
        return Err("Type the address of an MLflow server, such as http://localhost:5000".into());
    }
    let (base, auth) = BaseUrl::parse(typed).map_err(|error| error.to_string())?;
    Ok((Server { url: base.as_str().to_owned(), label: String::new() }, auth.into()))
}

/// Puts the newest server in front, once, and keeps the last eight.
pub(crate) fn remember(recent: &mut Vec<String>, url: &str) {
    const KEPT: usize = 8;
    recent.retain(|known| known != url);
    if !url.is_empty() {
        recent.insert(0, url.to_owned());
    }
    recent.truncate(KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        Server { url: url.into(), label: String::new() }
    }

    #[test]
    fn credentials_leave_the_address() {
        let (read, credentials) = read_address("http://ada:pw@h:5000/#/experiments/1").unwrap();
        assert_eq!(read, server("http://h:5000"));
        assert_eq!(credentials, Credentials::Basic { user: "ada".into(), password: "pw".into() });
        assert_eq!(Credentials::from(credentials.auth()), credentials);
    }

    #[test]
    fn what_is_no_address_is_refused_in_words() {
        assert!(read_address(" ").unwrap_err().contains("localhost:5000"));
        for typed in ["ftp://x", "http://", "file:///tmp/mlruns", "a b"] {
            assert!(read_address(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_server_is_named_by_its_label_or_host() {
        assert_eq!(server("").name(), "this site");
        assert_eq!(server("https://h:1/x").name(), "h:1/x");
        assert_eq!(Server { url: "https://h".into(), label: "team".into() }.name(), "team");
    }

    #[test]
    fn recent_servers_are_few_and_unique() {
        let mut recent = Vec::new();
        for nth in 0..12 {
            remember(&mut recent, &format!("http://h{nth}"));
        }
        remember(&mut recent, "http://h9");
        remember(&mut recent, "");
        assert_eq!(recent.len(), 8);
        assert_eq!(recent[..2], ["http://h9", "http://h11"]);
    }
}
