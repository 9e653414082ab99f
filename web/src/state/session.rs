//! The server in use: chosen by the address, the site, or the user.

use std::time::Duration;

use gloo_net::http::Request;
use leptos::prelude::*;
use leptos::task::spawn_local;
use mlflow_client::{Access, Client, ConnectError, Error, ErrorKind, Probe};

use super::config::{EdgeModel, SiteConfig};
use super::server::{Credentials, Server, read_address, remember};
use super::storage::Shelf;
use super::transport::PageTransport;

/// The client that talks to the server in use.
pub(crate) type Mlflow = Client<PageTransport>;

/// How long other questions wait for the page's first answer, at most.
const FIRST_ALONE: Duration = Duration::from_secs(1);

const SERVER: &str = "millrace.server";
const RECENT: &str = "millrace.recent";

/// What the page can show.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// `millrace.json` is on its way.
    Starting,
    /// No server is known: the user chooses one.
    Choosing,
    /// A server is in use.
    Using(Mlflow),
    /// What is remembered of a server does not make a client: why.
    Unusable(ConnectError),
}

/// How the server fares, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// There is no server.
    None,
    /// The first answer is on its way.
    Checking,
    /// It answers.
    Connected {
        /// The MLflow version that it says it has.
        version: Option<String>,
    },
    /// It wants to know who is asking.
    SignIn,
    /// It answers, but not with what this page needs.
    Refused,
    /// It does not answer.
    Offline,
}

impl Reach {
    fn found(probe: Result<Probe, Error>) -> Reach {
        match probe {
            Ok(Probe { access: Access::NeedsCredentials(_), .. }) => Reach::SignIn,
            Ok(Probe { access: Access::Denied(_), .. }) => Reach::Refused,
            Ok(Probe { version, .. }) => Reach::Connected { version },
            Err(error) if error.is_out_of_reach() => Reach::Offline,
            Err(_) => Reach::Refused,
        }
    }
}

/// The server in use. A copyable handle.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    stage: RwSignal<Stage>,
    server: RwSignal<Option<Server>>,
    credentials: RwSignal<Credentials>,
    reach: RwSignal<Reach>,
    recent: RwSignal<Vec<String>>,
    models: RwSignal<Vec<EdgeModel>>,
    /// What is asked once the page's first question is answered, while there is one.
    waiting: StoredValue<Option<Vec<Callback<()>>>>,
}

impl Session {
    /// Reads `millrace.json` and takes up a server: the one that the address
    /// `asked` for, the one that this tab used last, the site's, or the one
    /// that this device used last.
    pub(crate) fn start(asked: Option<String>) -> Session {
        let session = Session {
            stage: RwSignal::new(Stage::Starting),
            server: RwSignal::new(None),
            credentials: RwSignal::new(Credentials::None),
            reach: RwSignal::new(Reach::None),
            recent: RwSignal::new(Shelf::Device.get(RECENT).unwrap_or_default()),
            models: RwSignal::new(Vec::new()),
            waiting: StoredValue::new(None),
        };
        // Never credentials from the address: it is logged and shared.
        let asked = asked.and_then(|url| read_address(&url).ok()).map(|(server, _)| server);
        let known = asked.or_else(|| Shelf::Tab.get(SERVER));
        let is_known = known.is_some();
        if let Some(server) = known {
            session.take_up_again(server);
        }
        spawn_local(async move {
            let config = site_config().await;
            session.models.set(config.models);
            if is_known {
                return;
            }
            let site = config.tracking.map(|site| Server {
                url: site.url.trim_end_matches('/').into(),
                label: site.label,
            });
            match site.or_else(|| Shelf::Device.get(SERVER)) {
                Some(server) => session.take_up_again(server),
                None => session.stage.set(Stage::Choosing),
            }
        });
        session
    }

    /// Uses a server from now on, with the credentials that are kept of it.
    fn take_up_again(self, server: Server) {
        let credentials = kept_credentials(&server);
        self.take_up(server, credentials);
    }

    /// Uses a server from now on, and remembers it. Credentials are kept for
    /// this tab, or on this device if `keep` says so.
    pub(crate) fn choose(self, server: Server, credentials: Credentials, keep: bool) {
        let key = credentials_key(&server.url);
        Shelf::Tab.set(&key, &credentials);
        if keep {
            Shelf::Device.set(&key, &credentials);
        } else {
            Shelf::Device.remove(&key);
        }
        remember_in_use(&server);
        self.recent.update(|recent| remember(recent, &server.url));
        self.recent.with_untracked(|recent| Shelf::Device.set(RECENT, recent));
        self.take_up(server, credentials);
    }

    /// Uses a server that was used before, with the credentials that are kept
    /// of it.
    pub(crate) fn change(self, url: &str) {
        let Ok((server, _)) = read_address(url) else { return };
        remember_in_use(&server);
        self.take_up_again(server);
    }

    /// Removes every server and its credentials from this device.
    pub(crate) fn forget(self) {
        self.recent.with_untracked(|recent| {
            for url in recent {
                Shelf::Device.remove(&credentials_key(url));
            }
        });
        Shelf::Device.remove(SERVER);
        Shelf::Device.remove(RECENT);
        self.recent.set(Vec::new());
    }

    fn take_up(self, server: Server, credentials: Credentials) {
        let client = client(&server, &credentials);
        self.server.set(Some(server));
        self.credentials.set(credentials);
        let client = match client {
            Ok(client) => client,
            Err(error) => {
                self.reach.set(Reach::Refused);
                return self.stage.set(Stage::Unusable(error));
            }
        };
        self.reach.set(Reach::Checking);
        self.stage.set(Stage::Using(client.clone()));
        let probe = move |()| {
            let client = client.clone();
            spawn_local(async move {
                let found = client.probe().await;
                self.reach.set(Reach::found(found));
            });
        };
        // Once the page is built, which may have a question that goes first.
        set_timeout(move || self.afterwards(Callback::new(probe)), Duration::ZERO);
    }

    /// The page's first question to a server has it to itself: MLflow's answers
    /// requests in turns, and each beside it makes the first row later. A page
    /// that is opened when the server is known already asks all at once.
    pub(crate) fn ask_first(self) {
        if self.reach.with_untracked(|reach| *reach == Reach::Checking) {
            self.waiting.set_value(Some(Vec::new()));
            set_timeout(move || self.answered(), FIRST_ALONE);
        }
    }

    /// Asks something else, at the latest in a second.
    pub(crate) fn afterwards(self, ask: Callback<()>) {
        let waits = self.waiting.try_update_value(|waiting| match waiting {
            Some(waiting) => {
                waiting.push(ask);
                true
            }
            None => false,
        });
        if waits == Some(false) {
            ask.try_run(());
        }
    }

    /// The page's first question is answered.
    pub(crate) fn answered(self) {
        let waiting = self.waiting.try_update_value(Option::take).flatten();
        for ask in waiting.unwrap_or_default() {
            ask.try_run(());
        }
    }

    /// A request to the server in use failed: the rail says so.
    pub(crate) fn note(self, error: &Error) {
        match error.kind() {
            ErrorKind::Unauthenticated { .. } => self.reach.set(Reach::SignIn),
            _ if error.is_out_of_reach() => self.reach.set(Reach::Offline),
            _ => {}
        }
    }

    /// What the page can show.
    pub(crate) fn stage(self) -> Stage {
        self.stage.get()
    }

    /// The server in use.
    pub(crate) fn server(self) -> Option<Server> {
        self.server.get()
    }

    /// How requests to it are signed.
    pub(crate) fn credentials(self) -> Credentials {
        self.credentials.get()
    }

    /// How it fares.
    pub(crate) fn reach(self) -> Reach {
        self.reach.get()
    }

    /// Addresses used before on this device, the newest first.
    pub(crate) fn recent(self) -> Vec<String> {
        self.recent.get()
    }

    /// Models served beside the page.
    pub(crate) fn models(self) -> Vec<EdgeModel> {
        self.models.get()
    }

    /// The address to give to Python: the server's, or this page's for a proxy.
    pub(crate) fn tracking_uri(self) -> String {
        match self.server() {
            Some(server) if !server.url.is_empty() => server.url,
            _ => window().location().origin().unwrap_or_default(),
        }
    }
}

/// A client for a server that may not be in use yet.
///
/// # Errors
/// When the address is none, or the credentials cannot be sent.
pub(crate) fn client(server: &Server, credentials: &Credentials) -> Result<Mlflow, ConnectError> {
    Client::connect(PageTransport::default(), &server.url, credentials.auth())
}

/// The session of this page.
///
/// # Panics
/// Never in this page: the shell provides it before any component runs.
pub(crate) fn use_session() -> Session {
    expect_context()
}

/// Remembers a server as the one in use.
fn remember_in_use(server: &Server) {
    Shelf::Tab.set(SERVER, server);
    Shelf::Device.set(SERVER, server);
}

/// What is kept of how requests to a server are signed.
fn kept_credentials(server: &Server) -> Credentials {
    let key = credentials_key(&server.url);
    Shelf::Tab.get(&key).or_else(|| Shelf::Device.get(&key)).unwrap_or_default()
}

fn credentials_key(url: &str) -> String {
    format!("millrace.credentials {url}")
}

/// `millrace.json`, or nothing where there is none.
async fn site_config() -> SiteConfig {
    let answer = match Request::get("./millrace.json").send().await {
        Ok(answer) if answer.ok() => answer,
        _ => return SiteConfig::default(),
    };
    let text = answer.text().await.unwrap_or_default();
    serde_json::from_slice(text.as_bytes()).unwrap_or_else(|error| {
        leptos::logging::warn!("millrace.json does not read as one: {error}");
        SiteConfig::default()
    })
}
