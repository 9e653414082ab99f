//! What is at the other end.

use futures_util::future::join4;
use mlflow_api::{SearchExperiments, ServerInfo, User};

use crate::{Client, Error, ErrorKind, Transport};

/// What a server is, as far as it tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The MLflow version. `None` where the server does not say, or says it
    /// only to those who sign in.
    pub version: Option<String>,
    /// What it can do; `None` on MLflow before 3.x and on other implementations.
    pub server_info: Option<ServerInfo>,
    /// Who is signed in, on servers with MLflow's basic-auth app.
    pub user: Option<User>,
    /// Whether experiments may be read.
    pub access: Access,
}

/// Whether experiments may be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// They may, without credentials.
    Open,
    /// They may, with the credentials that were sent.
    SignedIn,
    /// The server wants credentials, or other ones.
    NeedsCredentials(Error),
    /// The user may not.
    Denied(Error),
}

impl Access {
    /// Whether experiments may be read.
    pub fn is_granted(&self) -> bool {
        matches!(self, Self::Open | Self::SignedIn)
    }
}

impl<T: Transport> Client<T> {
    /// Finds out what the server is: its version, what it can do, and whether
    /// it lets the caller in, all at once.
    ///
    /// Only a search for one experiment decides whether this is an MLflow server.
    /// What older servers lack, and what a login hides, is `None`.
    ///
    /// # Errors
    /// When experiments cannot be searched for another reason than permissions:
    /// nothing answers, it is no MLflow server, or it refuses this page.
    pub async fn probe(&self) -> Result<Probe, Error> {
        let search = SearchExperiments { max_results: 1, ..SearchExperiments::default() };
        let user =
            async { if self.auth().is_none() { None } else { self.current_user().await.ok() } };
        let (experiments, version, server_info, user) =
            join4(self.search_experiments(&search), self.version(), self.server_info(), user).await;
        let access = match experiments {
            Ok(_) if self.auth().is_none() => Access::Open,
            Ok(_) => Access::SignedIn,
            Err(error) => match error.kind() {
                ErrorKind::Unauthenticated { .. } => Access::NeedsCredentials(error),
                ErrorKind::Forbidden { .. } => Access::Denied(error),
                _ => return Err(error),
            },
        };
        Ok(Probe { version: version.ok(), server_info: server_info.ok(), user, access })
    }
}
