//! What this deployment may read with: addresses and credentials, from the
//! variables that MLflow's own client reads.

use std::fmt;

use mlflow_client::{Auth, BaseUrl};
use object_stores::{Azure, S3};
use url::Url;

use crate::{Error, Folder, Source};

/// The variables that [`Stores::from_variables`] reads, besides
/// `MILLRACE_TRACKING_URI`.
pub const VARIABLES: [&str; 14] = [
    "MLFLOW_TRACKING_USERNAME",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "MLFLOW_S3_ENDPOINT_URL",
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
];

/// Addresses and credentials. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Stores {
    /// The MLflow server, and who asks it.
    pub(crate) tracking: Option<(BaseUrl, Auth)>,
    pub(crate) s3: S3,
    pub(crate) azure: Azure,
}

impl Stores {
    /// Reads the variables that `variable` knows; an empty one is none.
    ///
    /// # Errors
    /// When one is not what it should be: the message names it.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let variable = |name: &str| {
            variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let tracking = match variable("MILLRACE_TRACKING_URI") {
            None => None,
            Some(uri) => {
                let (base, in_uri) = BaseUrl::parse(&uri)
                    .map_err(|e| Error::new(format!("the variable MILLRACE_TRACKING_URI: {e}")))?;
                let auth = Auth::from_variables(variable);
                Some((base, if auth.is_none() { in_uri } else { auth }))
            }
        };
        let s3 = S3::from_variables(variable)?;
        Ok(Self { tracking, s3, azure: Azure::from_variables(variable)? })
    }

    /// The same with a server to ask where the variables name none.
    #[must_use]
    pub fn or_tracking(mut self, base: BaseUrl) -> Self {
        self.tracking.get_or_insert((base, Auth::None));
        self
    }

    /// The S3-compatible store.
    pub fn s3(&self) -> &S3 {
        &self.s3
    }

    /// The account of Azure Blob.
    pub fn azure(&self) -> &Azure {
        &self.azure
    }

    /// The MLflow server, and who asks it.
    pub fn tracking(&self) -> Option<(&BaseUrl, &Auth)> {
        self.tracking.as_ref().map(|(base, auth)| (base, auth))
    }

    /// The origins that reading `source` takes, as far as they are known before
    /// it is resolved.
    pub fn origins(&self, source: &Source) -> Vec<String> {
        let tracking = || self.tracking.as_ref().and_then(|(base, _)| base.origin());
        let origin = |url: &Url| url.origin().ascii_serialization();
        match source {
            Source::Folder(folder) => match folder {
                Folder::Binding { .. } | Folder::R2 { .. } => Vec::new(),
                Folder::Http { url } => vec![origin(url)],
                Folder::MlflowArtifacts { .. } | Folder::ThroughServer { .. } => {
                    tracking().map(str::to_owned).into_iter().collect()
                }
                Folder::S3 { .. } => vec![origin(self.s3.endpoint())],
                Folder::Azure { host, .. } => {
                    vec![match self.azure.endpoint() {
                        Some(url) => origin(url),
                        None => format!("https://{host}"),
                    }]
                }
            },
            _ => self.registry_origins(),
        }
    }

    /// The origins that reading what the MLflow server keeps may take: it says
    /// where the files are, in itself or in any store that is configured.
    pub fn registry_origins(&self) -> Vec<String> {
        let origin = |url: &Url| url.origin().ascii_serialization();
        let tracking = self.tracking.as_ref().and_then(|(base, _)| base.origin());
        let s3 = self.s3.is_named().then(|| origin(self.s3.endpoint()));
        let azure = match (self.azure.endpoint(), self.azure.account()) {
            (Some(url), _) => Some(origin(url)),
            (None, Some(account)) => Some(format!("https://{account}.blob.core.windows.net")),
            (None, None) => None,
        };
        tracking.map(str::to_owned).into_iter().chain(s3).chain(azure).collect()
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores")
            .field("tracking", &self.tracking)
            .field("s3", &self.s3.endpoint().as_str())
            .field("azure", &self.azure.account())
            .finish_non_exhaustive()
    }
}
