//! What to do about an error.

use crate::error::{Error, ErrorKind};

/// What a person can do: words, and where there is one, the exact flag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// What to do, in a sentence or two. Fixed, so that a page can say it in
    /// another language.
    pub text: &'static str,
    /// How to start the server, ready to be copied.
    pub command: Option<String>,
    /// The same as an environment variable, ready to be copied.
    pub environment: Option<String>,
}

impl Remedy {
    fn say(text: &'static str) -> Option<Self> {
        Some(Self { text, ..Self::default() })
    }

    /// A flag of `mlflow server`, and the variable that says the same.
    fn start_with(text: &'static str, flag: &str, variable: &str, value: &str) -> Option<Self> {
        let value = shell_word(value);
        Some(Self {
            text,
            command: Some(format!("mlflow server {flag} {value}")),
            environment: Some(format!("{variable}={value}")),
        })
    }
}

impl Error {
    /// What a person can do about it. `page_origin` is the origin of the page
    /// that made the call, as `location.origin` has it.
    ///
    /// `None` where the error says it all, or where only retrying helps.
    pub fn remedy(&self, page_origin: &str) -> Option<Remedy> {
        match self.kind() {
            ErrorKind::CrossOrigin => cross_origin(page_origin),
            ErrorKind::InvalidHost => invalid_host(self.url(), page_origin),
            ErrorKind::Unreachable { .. } if self.is_mixed_content(page_origin) => Remedy::say(
                "This page came over https, and the server's address is http: browsers refuse \
                 that mix. Use the server's https address, put https before it, or open this \
                 page over http.",
            ),
            ErrorKind::Unreachable { .. } => Remedy::say(
                "Check the address, and that the server is running. MLflow listens on 127.0.0.1 \
                 alone unless it is started with --host 0.0.0.0.",
            ),
            ErrorKind::Unauthenticated { credentials_sent: false, .. } => {
                Remedy::say("Sign in: give a user name and password, a token, or a header.")
            }
            ErrorKind::Unauthenticated { credentials_sent: true, .. } => Remedy::say(
                "The server does not accept these credentials. Check them and sign in \
                             again; a token may have expired.",
            ),
            ErrorKind::Forbidden { .. } => {
                Remedy::say("Ask an administrator of this server for the permission.")
            }
            ErrorKind::NotMlflow { .. } => Remedy::say(
                "Something answers at this address, but not as MLflow does. Check the path: a \
                 server started with --static-prefix has it in its address. A sign-in page of a \
                 proxy looks like this too: sign in there, or send it a token or a header.",
            ),
            ErrorKind::TooLarge { .. } => Remedy::say("Ask for fewer results at a time."),
            _ => None,
        }
    }

    /// Whether a browser refuses this call because the page came over https and
    /// the server's address is http. Loopback addresses are exempt.
    pub fn is_mixed_content(&self, page_origin: &str) -> bool {
        page_origin.starts_with("https://")
            && self.url().starts_with("http://")
            && !host_of(self.url()).is_some_and(is_loopback)
    }
}

fn cross_origin(page_origin: &str) -> Option<Remedy> {
    const FLAG: &str = "--cors-allowed-origins";
    const VARIABLE: &str = "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS";
    let Some(host) = host_of(page_origin) else {
        return Remedy::say(
            "A page without an origin of its own (opened as a file, or in a sandboxed frame) can \
             only be allowed by allowing every page. Serve this page over http or https instead.",
        );
    };
    if is_loopback(host) {
        return Remedy::say(
            "MLflow 3.5 and newer allow pages on localhost without any flag, so this server is \
             older, not started by uvicorn, started with --disable-security-middleware, or \
             behind a proxy that drops its headers. Serve this page through the server's own \
             origin instead.",
        );
    }
    Remedy::start_with(
        "Start the MLflow server with this page's origin allowed; add it with a comma to those \
         that are allowed already. It must be exact: a pattern such as https://*.example is not \
         enough. Servers before 3.5 have no such flag: serve this page through the server's own \
         origin.",
        FLAG,
        VARIABLE,
        page_origin,
    )
}

fn invalid_host(url: &str, page_origin: &str) -> Option<Remedy> {
    // A server on the page's own origin is called by the page's host.
    let host = host_of(url).or_else(|| host_of(page_origin))?;
    Remedy::start_with(
        "Start the MLflow server with this host allowed, port included. The flag replaces the \
         built-in list, so local addresses are named again.",
        "--allowed-hosts",
        "MLFLOW_SERVER_ALLOWED_HOSTS",
        &format!("{host},localhost:*,127.0.0.1:*"),
    )
}

/// Host and port of an http or https URL.
fn host_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    rest.split('/').next().filter(|host| !host.is_empty())
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

/// Quoted if a shell would not take it as it is.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/,@%+=[]".contains(c);
    if !text.is_empty() && text.chars().all(|c| plain(c) && !matches!(c, '[' | ']')) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
