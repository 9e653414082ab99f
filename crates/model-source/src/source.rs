//! A model's URI, as MLflow writes it.

use std::fmt;

use url::Url;

use crate::Error;

/// The longest URI that is read.
const MAX_URI: usize = 2048;

/// Where a model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its files are here.
    Folder(Folder),
    /// A version of a registered model: `models:/name/1`, `models:/name@alias`.
    Registered {
        /// The registered model.
        name: String,
        /// Which version.
        pick: Pick,
    },
    /// A logged model: `models:/m-…`.
    Logged {
        /// Its id.
        model_id: String,
    },
    /// What a run logged: `runs:/id/path`.
    Run {
        /// The run.
        run_id: String,
        /// A logged model's name, or a folder among the run's artifacts.
        path: String,
    },
}

/// Which version of a registered model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pick {
    /// This one.
    Version(u32),
    /// The one that an alias points at, at the moment.
    Alias(String),
    /// The newest.
    Latest,
}

/// A folder with a model's files. A prefix is empty or ends with `/`, and has
/// no segment that is empty, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folder {
    /// In a binding of the Worker that answers to paths: `MODEL_0` and `/`.
    Binding {
        /// The binding.
        binding: String,
        /// Where it begins there; a slash at its beginning and end.
        prefix: String,
    },
    /// `r2://BINDING/prefix`
    R2 {
        /// The bucket's binding.
        binding: String,
        /// The keys' beginning.
        prefix: String,
    },
    /// `https://host/folder/`
    Http {
        /// Without user, query and fragment; its path ends with a slash.
        url: Url,
    },
    /// `mlflow-artifacts:/path`, on the MLflow server that is configured.
    MlflowArtifacts {
        /// The path below the server's root of artifacts.
        prefix: String,
    },
    /// Files that only the MLflow server can reach, and hands out.
    ThroughServer {
        /// Path and query, which a file's path completes.
        endpoint: String,
        /// Where the folder begins there.
        prefix: String,
    },
    /// `s3://bucket/prefix`
    S3 {
        /// The bucket.
        bucket: String,
        /// The keys' beginning.
        prefix: String,
    },
    /// `wasbs://container@account.blob.core.windows.net/prefix`
    Azure {
        /// The storage account's host.
        host: String,
        /// The container.
        container: String,
        /// The blobs' beginning.
        prefix: String,
    },
}

impl Source {
    /// Reads a URI from this deployment's configuration.
    ///
    /// ```
    /// use model_source::{Pick, Source};
    ///
    /// let source = Source::parse("models:/credit risk@champion")?;
    /// let pick = Pick::Alias("champion".into());
    /// assert_eq!(source, Source::Registered { name: "credit risk".into(), pick });
    /// assert!(Source::parse("s3://bucket/../other").is_err());
    /// # Ok::<(), model_source::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it is none, or leaves its folder.
    pub fn parse(uri: &str) -> Result<Self, Error> {
        if uri.len() > MAX_URI || uri.chars().any(char::is_control) {
            return Err(Error::new("a model's URI is too long or has control characters in it"));
        }
        let (scheme, rest) = uri.split_once(':').ok_or_else(|| {
            Error::new(format!(
                "'{}' is no URI of a model: models:/name@alias, models:/name/1, runs:/id/model, \
                 mlflow-artifacts:/path, s3://bucket/prefix, \
                 wasbs://container@account.blob.core.windows.net/prefix, \
                 https://host/folder/ and r2://BINDING/prefix are",
                shown(uri)
            ))
        })?;
        let wrong = |why: &str| Error::new(format!("{}: {why}", shown(uri)));
        match scheme {
            "models" => model(path_of(rest).ok_or_else(|| wrong("models:/name is needed"))?)
                .map_err(|why| wrong(&why)),
            "runs" => {
                let path = path_of(rest).unwrap_or_default();
                let (run_id, path) =
                    path.split_once('/').ok_or_else(|| wrong("runs:/id/model is needed"))?;
                if !is_id(run_id) {
                    return Err(wrong("the id of the run is none"));
                }
                let path = prefix(path)?.trim_end_matches('/').to_owned();
                Ok(Self::Run { run_id: run_id.to_owned(), path })
            }
            "mlflow-artifacts" => {
                // `mlflow-artifacts://host/…` would take the credentials to that host.
                let path = path_of(rest).ok_or_else(|| {
                    wrong("mlflow-artifacts:/path is needed; the server is the configured one")
                })?;
                Ok(Folder::MlflowArtifacts { prefix: prefix(path)? }.into())
            }
            "s3" => {
                let (bucket, path) =
                    authority(rest).ok_or_else(|| wrong("the bucket is missing"))?;
                if !is_name(bucket) {
                    return Err(wrong("the name of the bucket is none"));
                }
                Ok(Folder::S3 { bucket: bucket.to_owned(), prefix: prefix(path)? }.into())
            }
            "r2" => {
                let (binding, path) =
                    authority(rest).ok_or_else(|| wrong("the binding is missing"))?;
                if !is_name(binding) {
                    return Err(wrong("the name of the binding is none"));
                }
                Ok(Folder::R2 { binding: binding.to_owned(), prefix: prefix(path)? }.into())
            }
            "wasbs" | "wasb" | "abfss" => {
                let (authority, path) = authority(rest).unwrap_or_default();
                let (container, host) = authority.split_once('@').ok_or_else(|| {
                    wrong("wasbs://container@account.blob.core.windows.net/… is needed")
                })?;
                // The same files, by the name of the other of Azure's interfaces.
                let host = host.replace(".dfs.", ".blob.");
                if !is_name(container) || !is_name(&host) {
                    return Err(wrong("the name of the container or the account is none"));
                }
                let prefix = prefix(path)?;
                Ok(Folder::Azure { host, container: container.to_owned(), prefix }.into())
            }
            "http" | "https" => http(uri).map(Into::into),
            _ => Err(wrong(&format!("models can't be read from '{scheme}:'"))),
        }
    }

    /// Whether another model may be there later.
    pub fn moves(&self) -> bool {
        matches!(self, Self::Registered { pick: Pick::Alias(_) | Pick::Latest, .. })
    }

    /// A name for it, in characters that a path needs no escape for.
    pub fn slug(&self) -> String {
        let text = match self {
            Self::Registered { name, .. } => name.clone(),
            Self::Logged { model_id } => model_id.clone(),
            Self::Run { path, .. } => last(path),
            Self::Folder(folder) => match folder {
                Folder::Http { url } => last(url.path()),
                Folder::Binding { prefix, .. }
                | Folder::R2 { prefix, .. }
                | Folder::MlflowArtifacts { prefix }
                | Folder::ThroughServer { prefix, .. }
                | Folder::S3 { prefix, .. }
                | Folder::Azure { prefix, .. } => last(prefix),
            },
        };
        let keep = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let slug: String = text.chars().map(keep).collect();
        if slug.trim_matches('.').is_empty() { "model".to_owned() } else { slug }
    }
}

impl Folder {
    /// Reads places of object stores, separated by commas: `s3://bucket/prefix`,
    /// `wasbs://container@account.blob.core.windows.net/prefix`.
    ///
    /// # Errors
    /// When one is none.
    pub fn parse_roots(text: &str) -> Result<Vec<Self>, Error> {
        let given = text.split(',').map(str::trim).filter(|uri| !uri.is_empty());
        given
            .map(|uri| match Source::parse(uri)? {
                Source::Folder(folder @ (Self::S3 { .. } | Self::Azure { .. })) => Ok(folder),
                other => Err(Error::new(format!(
                    "{other} is no place of a store: s3://bucket/prefix and \
                     wasbs://container@account.blob.core.windows.net/prefix are"
                ))),
            })
            .collect()
    }

    /// Where it is below another folder of the same object store, without a slash
    /// at either end; nothing where it is elsewhere.
    pub fn below(&self, root: &Self) -> Option<&str> {
        let (prefix, root) = match (self, root) {
            (Self::S3 { bucket, prefix }, Self::S3 { bucket: other, prefix: root })
                if bucket == other =>
            {
                (prefix, root)
            }
            (
                Self::Azure { host, container, prefix },
                Self::Azure { host: other, container: others, prefix: root },
            ) if host == other && container == others => (prefix, root),
            _ => return None,
        };
        prefix.strip_prefix(root.as_str()).map(|below| below.trim_end_matches('/'))
    }
}

impl From<Folder> for Source {
    fn from(folder: Folder) -> Self {
        Self::Folder(folder)
    }
}

impl Pick {
    /// Reads the segment of a path: a version's number, or `@` and an alias.
    pub fn parse(segment: &str) -> Option<Self> {
        if let Some(alias) = segment.strip_prefix('@') {
            return is_alias(alias).then(|| Self::Alias(alias.to_owned()));
        }
        let digits = segment.bytes().all(|b| b.is_ascii_digit()) && !segment.starts_with('0');
        segment.parse().ok().filter(|_| digits).map(Self::Version)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.fmt(f),
            Self::Registered { name, pick } => match pick {
                Pick::Version(version) => write!(f, "models:/{name}/{version}"),
                Pick::Alias(alias) => write!(f, "models:/{name}@{alias}"),
                Pick::Latest => write!(f, "models:/{name}/latest"),
            },
            Self::Logged { model_id } => write!(f, "models:/{model_id}"),
            Self::Run { run_id, path } => write!(f, "runs:/{run_id}/{path}"),
        }
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binding { binding, prefix } => write!(f, "binding:{binding}{prefix}"),
            Self::R2 { binding, prefix } => write!(f, "r2://{binding}/{prefix}"),
            Self::Http { url } => url.fmt(f),
            Self::MlflowArtifacts { prefix } => write!(f, "mlflow-artifacts:/{prefix}"),
            Self::ThroughServer { endpoint, prefix } => write!(f, "{endpoint}{prefix}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Azure { host, container, prefix } => {
                write!(f, "wasbs://{container}@{host}/{prefix}")
            }
        }
    }
}

/// Whether this is the name of a registered model as MLflow allows it.
pub fn is_model_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 500
        && !name.contains(['/', ':'])
        && !name.chars().any(char::is_control)
}

/// What comes after `models:/`.
fn model(path: &str) -> Result<Source, String> {
    let checked = |name: &str, pick| {
        if is_model_name(name) {
            Ok(Source::Registered { name: name.to_owned(), pick })
        } else {
            Err("the name of the model is none".to_owned())
        }
    };
    if let Some((name, version)) = path.split_once('/') {
        return match Pick::parse(version) {
            Some(pick @ Pick::Version(_)) => checked(name, pick),
            _ if version.eq_ignore_ascii_case("latest") => checked(name, Pick::Latest),
            _ => Err(format!(
                "'{version}' is no version; stages are gone from MLflow, use an alias: models:/{name}@alias"
            )),
        };
    }
    if let Some((name, alias)) = path.rsplit_once('@') {
        return match is_alias(alias) {
            true => checked(name, Pick::Alias(alias.to_owned())),
            false => Err(format!("'{alias}' is no alias")),
        };
    }
    if path.starts_with("m-") && is_id(path) {
        return Ok(Source::Logged { model_id: path.to_owned() });
    }
    Err(format!("a version or an alias is missing: models:/{path}/1 or models:/{path}@alias"))
}

/// `https://host/folder/`, or Azure's address of a container's folder.
fn http(uri: &str) -> Result<Folder, Error> {
    // The path before the parser resolves what is in it.
    let without = uri.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = authority(without.split_once(':').map_or("", |(_, rest)| rest))
        .ok_or_else(|| Error::new(format!("{}: the host is missing", shown(uri))))?;
    if authority.contains('@') {
        return Err(Error::new("a model's address takes no password; use a header or a variable"));
    }
    if without.len() != uri.len() {
        return Err(Error::new(format!(
            "{}: an address of a folder has no query; a signature of Azure's goes into \
             AZURE_STORAGE_SAS_TOKEN",
            shown(uri)
        )));
    }
    let path = prefix(path)?;
    let decoded = percent_encoding::percent_decode_str(&path).decode_utf8_lossy().into_owned();
    prefix(&decoded)?;
    let base = without.strip_suffix(authority_path(without)).unwrap_or(without);
    let url = Url::parse(&format!("{base}/{path}"))
        .map_err(|e| Error::new(format!("{}: {e}", shown(uri))))?;
    let host = url.host_str().unwrap_or_default();
    if host.ends_with(".blob.core.windows.net")
        && let Some((container, blob)) = decoded.split_once('/')
    {
        let (host, container) = (host.to_owned(), container.to_owned());
        return Ok(Folder::Azure { host, container, prefix: blob.to_owned() });
    }
    Ok(Folder::Http { url })
}

/// The path of `scheme://authority/path`, with its slash.
fn authority_path(uri: &str) -> &str {
    let start = uri.find("://").map_or(0, |at| at + 3);
    let rest = uri.get(start..).unwrap_or_default();
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
}

/// `/path` or `///path`, without the slashes.
fn path_of(rest: &str) -> Option<&str> {
    match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix('/'),
        None => rest.strip_prefix('/'),
    }
}

/// `//authority/path`, without the slashes.
fn authority(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.strip_prefix("//")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    (!authority.is_empty()).then_some((authority, path))
}

/// A folder's path with a slash at its end, or nothing.
pub(crate) fn prefix(path: &str) -> Result<String, Error> {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Ok(String::new());
    }
    if !is_path(path) {
        return Err(Error::new(format!("'{}' is no path of a folder", shown(path))));
    }
    Ok(format!("{path}/"))
}

/// Whether a relative path stays below where it begins.
pub(crate) fn is_path(path: &str) -> bool {
    path.len() <= 1024
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
        && path.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// MLflow's rule for an alias.
fn is_alias(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A bucket, a container, a binding or a host.
fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.$".contains(&b))
}

fn last(path: &str) -> String {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// Somebody's URI in a message: without what may be a password or a signature.
fn shown(uri: &str) -> String {
    let uri = uri.split(['?', '#']).next().unwrap_or_default();
    let hidden = match uri.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
            format!("{scheme}://{host}")
        }
        _ => uri.to_owned(),
    };
    hidden.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_source_is_read_and_written() {
        for uri in [
            "models:/demo/3",
            "models:/credit risk@champion",
            "models:/a@b@champion",
            "models:/demo/latest",
            "models:/m-0123456789abcdef0123456789abcdef",
            "runs:/0123456789abcdef0123456789abcdef/model",
            "runs:/0123456789abcdef0123456789abcdef/a/b",
            "mlflow-artifacts:/1/models/m-1/artifacts/",
            "s3://bucket/a/b/",
            "s3://bucket/",
            "r2://MODELS/a/b/",
            "wasbs://models@account.blob.core.windows.net/a/b/",
            "https://host:8443/a/b/",
            "http://127.0.0.1:9000/",
        ] {
            let source = Source::parse(uri).unwrap();
            assert_eq!(source.to_string(), uri);
            assert_eq!(Source::parse(&source.to_string()).unwrap(), source);
        }
        assert_eq!(
            Source::parse("https://account.blob.core.windows.net/models/a b").unwrap(),
            Source::parse("wasbs://models@account.blob.core.windows.net/a b/").unwrap()
        );
        assert_eq!(
            Source::parse("https://h/a").unwrap().to_string(),
            "https://h/a/",
            "a folder's address ends with a slash"
        );
    }

    #[test]
    fn what_is_no_source_is_refused() {
        for uri in [
            "",
            "model",
            "/a/b",
            "C:\\model",
            "file:///etc",
            "sqlite:///x",
            "models:/",
            "models:/demo",
            "models:/demo/Production",
            "models:/demo/01",
            "models:/demo/-1",
            "models:/demo@",
            "models:/demo@a/../b",
            "models://demo/1",
            "runs:/id",
            "runs:/../model",
            "runs:/abc/../x",
            "mlflow-artifacts://other.example/x",
            "mlflow-artifacts:/a/../b",
            "mlflow-artifacts:/a//b",
            "s3://",
            "s3://../x",
            "s3://bucket/../x",
            "s3://bucket/a\\b",
            "s3://bucket/a\nb",
            "r2://",
            "wasbs://account.blob.core.windows.net/x",
            "http://",
            "http:///x",
            "https://h/a/../b",
            "https://h/a/%2e%2e/b",
            "https://h/a%2f..%2fb",
        ] {
            assert!(Source::parse(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn no_message_repeats_a_password_or_a_signature() {
        for uri in
            ["https://u:secret@h/x", "https://h/x?sig=secret", "ftp://h/x?secret", "x?secret"]
        {
            let error = Source::parse(uri).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_version_or_an_alias_in_a_path() {
        assert_eq!(Pick::parse("12"), Some(Pick::Version(12)));
        assert_eq!(Pick::parse("@champion"), Some(Pick::Alias("champion".into())));
        for none in ["", "@", "0", "+1", "1.0", "99999999999", "@a/b", "@a b", "latest"] {
            assert_eq!(Pick::parse(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(uri in ".{0,60}", path in "[a./%:@\\\\ ]{0,20}") {
            Source::parse(&uri).ok();
            for scheme in ["models:/", "runs:/a/", "mlflow-artifacts:/", "s3://b/", "https://h/", "r2://B/"] {
                if let Ok(source) = Source::parse(&format!("{scheme}{path}")) {
                    let text = source.to_string();
                    let stays = text.split('/').all(|segment| !matches!(segment, "." | ".."));
                    prop_assert!(stays, "{text}");
                    prop_assert_eq!(Source::parse(&text), Ok(source));
                }
            }
        }
    }
}
