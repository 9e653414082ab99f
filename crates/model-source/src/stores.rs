//! What this deployment may read with: addresses and credentials, from the
//! variables that MLflow's own client reads.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlflow_client::{Auth, BaseUrl};
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

#[derive(Clone)]
pub(crate) struct S3 {
    pub(crate) endpoint: Url,
    pub(crate) region: String,
    pub(crate) credentials: Option<Keys>,
    /// Whether anything of it was configured.
    is_named: bool,
}

/// The keys of S3.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) session: Option<String>,
}

#[derive(Clone, Default)]
pub(crate) struct Azure {
    pub(crate) account: Option<String>,
    /// Instead of the account's own host.
    pub(crate) endpoint: Option<Url>,
    pub(crate) key: Option<Vec<u8>>,
    /// A shared access signature, as a query.
    pub(crate) sas: Option<String>,
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
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| Some((name, variable(name)?)))
        };
        let tracking = match variable("MILLRACE_TRACKING_URI") {
            None => None,
            Some(uri) => {
                let (base, in_uri) = BaseUrl::parse(&uri)
                    .map_err(|e| Error::new(format!("the variable MILLRACE_TRACKING_URI: {e}")))?;
                let auth =
                    match (variable("MLFLOW_TRACKING_TOKEN"), variable("MLFLOW_TRACKING_USERNAME"))
                    {
                        (_, Some(username)) => Auth::Basic {
                            username,
                            password: variable("MLFLOW_TRACKING_PASSWORD").unwrap_or_default(),
                        },
                        (Some(token), None) => Auth::Bearer { token },
                        (None, None) => in_uri,
                    };
                Some((base, auth))
            }
        };
        let endpoint = first(["MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL"]);
        let region = first(["AWS_REGION", "AWS_DEFAULT_REGION"]).map(|(_, region)| region);
        let credentials = variable("AWS_ACCESS_KEY_ID")
            .zip(variable("AWS_SECRET_ACCESS_KEY"))
            .map(|(id, secret)| Keys { id, secret, session: variable("AWS_SESSION_TOKEN") });
        let is_named = endpoint.is_some() || region.is_some() || credentials.is_some();
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let (name, address) = endpoint.unwrap_or_else(|| {
            // With the bucket in the path, so that there is one host for all.
            ("AWS_REGION", format!("https://s3.{region}.amazonaws.com"))
        });
        let s3 = S3 { endpoint: address_of(name, &address)?, region, credentials, is_named };
        Ok(Self { tracking, s3, azure: Azure::from_variables(variable)? })
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
                Folder::S3 { .. } => vec![origin(&self.s3.endpoint)],
                Folder::Azure { host, .. } => {
                    vec![match &self.azure.endpoint {
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
        let s3 = self.s3.is_named.then(|| origin(&self.s3.endpoint));
        let azure = match (&self.azure.endpoint, &self.azure.account) {
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
            .field("s3", &self.s3.endpoint.as_str())
            .field("azure", &self.azure.account)
            .finish_non_exhaustive()
    }
}

impl Azure {
    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        const STRING: &str = "AZURE_STORAGE_CONNECTION_STRING";
        let mut azure = Self { account: variable("AZURE_STORAGE_ACCOUNT"), ..Self::default() };
        let mut key =
            variable("AZURE_STORAGE_ACCESS_KEY").map(|key| ("AZURE_STORAGE_ACCESS_KEY", key));
        let mut sas = variable("AZURE_STORAGE_SAS_TOKEN");
        for (name, value) in
            variable(STRING).unwrap_or_default().split(';').filter_map(|part| part.split_once('='))
        {
            match name.trim() {
                "AccountName" => azure.account = Some(value.to_owned()),
                "AccountKey" => key = Some((STRING, value.to_owned())),
                "SharedAccessSignature" => sas = Some(value.to_owned()),
                "BlobEndpoint" => azure.endpoint = Some(address_of(STRING, value)?),
                _ => {}
            }
        }
        azure.key = match key {
            None => None,
            Some((name, key)) => Some(STANDARD.decode(key.trim()).map_err(|_| {
                Error::new(format!("the variable {name} has no key of an account, which is base64"))
            })?),
        };
        azure.sas = sas.map(|sas| sas.trim_start_matches('?').to_owned());
        Ok(azure)
    }
}

/// The address that a variable holds.
fn address_of(variable: &str, address: &str) -> Result<Url, Error> {
    Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .filter(|url| url.username().is_empty() && url.password().is_none())
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .ok_or_else(|| {
            Error::new(format!(
                "the variable {variable} has no http:// or https:// address without a password"
            ))
        })
}
