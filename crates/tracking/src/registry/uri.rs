//! URIs as MLflow takes them apart: as Python does, which refuses none.

use percent_encoding::percent_decode_str;

/// A URI's parts; without its query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uri {
    /// In lower case; empty for a path.
    pub(crate) scheme: String,
    /// Between `//` and the next slash.
    pub(crate) authority: String,
    /// The rest.
    pub(crate) path: String,
}

impl Uri {
    pub(crate) fn parse(text: &str) -> Self {
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => (String::new(), text),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        Self { scheme, authority: authority.to_owned(), path: path.to_owned() }
    }

    /// Whether it is a path of the server's own disk.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.scheme.as_str(), "" | "file")
    }

    /// The path's segments that are not empty, decoded.
    fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|part| !part.is_empty()).map(decode).collect()
    }

    /// Whether it names the root or something below it, on the same host.
    pub(super) fn is_within(&self, root: &Self) -> bool {
        let segments = root.segments();
        self.scheme == root.scheme
            && self.authority.eq_ignore_ascii_case(&root.authority)
            && !segments.is_empty()
            && self.segments().starts_with(&segments)
    }

    /// Whether the local path is the folder or below it, wherever `..` leads;
    /// whether or not its reader decodes it, which one of a `file:` URI does.
    pub(super) fn is_in_folder(&self, folder: &Self) -> bool {
        let folder = normalised(&folder.path);
        let decoded = decode(&self.path);
        [&self.path, &decoded].iter().all(|path| normalised(path).starts_with(&folder))
    }

    /// Whether it names files that an MLflow server hands out.
    pub(super) fn is_proxied(&self) -> bool {
        const ROUTE: [&str; 4] = ["api", "2.0", "mlflow-artifacts", "artifacts"];
        match self.scheme.as_str() {
            "mlflow-artifacts" => true,
            "http" | "https" => self.segments().windows(ROUTE.len()).any(|part| part == ROUTE),
            _ => false,
        }
    }

    /// Whether whoever reads it connects to a host that it names itself.
    pub(super) fn selects_host(&self) -> bool {
        match self.scheme.as_str() {
            "mlflow-artifacts" => !self.authority.is_empty(),
            scheme => ["ftp", "sftp", "hdfs", "viewfs", "http", "https", "r2", "b2", "abfss"]
                .contains(&scheme),
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Decoded until nothing is left to decode.
pub(crate) fn decode(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if decoded == text {
            return decoded;
        }
        text = decoded;
    }
}

/// The segments of a path with `.` and `..` resolved.
fn normalised(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments
}

/// Whether the whole of it, decoded, is an absolute path without `.` and `..`.
pub(super) fn is_absolute(uri: &str) -> bool {
    // A form's `+` is a space, in MLflow's eyes.
    let decoded = decode(&uri.replace('+', " "));
    let path = Uri::parse(&decoded).path;
    let path = path.trim_end_matches('/');
    path.starts_with('/')
        && !path.contains('\0')
        && !decoded.split('/').any(|part| part == "..")
        && !path.split('/').any(|part| part == ".")
}

/// What a `models:/…` URI names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModelUri {
    /// A logged model.
    Logged(String),
    /// A version of a registered model.
    Version { name: String, version: String },
    /// The version that an alias points at.
    Alias { name: String, alias: String },
    /// The newest version of a stage, or of all.
    Newest { name: String, stage: Option<String> },
}

impl ModelUri {
    /// The parts of a path such as `/name/3` or `/name@champion`.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix('/')?.trim_start_matches('/').split('/').collect();
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        match parts.as_slice() {
            [name] => match name.rsplit_once('@') {
                Some((name, alias)) => {
                    Some(Self::Alias { name: name.to_owned(), alias: filled(alias)? })
                }
                None => Some(Self::Logged(filled(name)?)),
            },
            [name, suffix] => {
                let (name, suffix) = (filled(name)?, filled(suffix)?);
                Some(if suffix.bytes().all(|b| b.is_ascii_digit()) {
                    Self::Version { name, version: suffix }
                } else if suffix.eq_ignore_ascii_case("latest") {
                    Self::Newest { name, stage: None }
                } else {
                    Self::Newest { name, stage: Some(suffix) }
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        Uri::parse(text)
    }

    #[test]
    fn parts() {
        let parts = |scheme: &str, authority: &str, path: &str| Uri {
            scheme: scheme.into(),
            authority: authority.into(),
            path: path.into(),
        };
        assert_eq!(uri("S3://bucket/a/b?x#y"), parts("s3", "bucket", "/a/b"));
        assert_eq!(uri("models:/m-1"), parts("models", "", "/m-1"));
        assert_eq!(uri("/a:b/c"), parts("", "", "/a:b/c"));
        assert_eq!(uri("dummy-source"), parts("", "", "dummy-source"));
        assert_eq!(uri("mlflow-artifacts:/1/x"), parts("mlflow-artifacts", "", "/1/x"));
        assert_eq!(uri("dbfs:rel"), parts("dbfs", "", "rel"));
    }

    #[test]
    fn paths_that_lead_elsewhere() {
        for good in ["s3://b/a", "runs:/r/model", "s3://b/a//b/", "models:/a b/1", "s3://b/a%20b"] {
            assert!(is_absolute(good), "{good}");
        }
        for bad in [
            "s3://b",
            "s3://b/",
            "dbfs:rel",
            "s3://b/../a",
            "s3://b/%2e%2e/a",
            "s3://b/%252e%252e/a",
            "s3://b/./a",
            "s3://b/a%00",
        ] {
            assert!(!is_absolute(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_below() {
        let root = uri("mlflow-artifacts:/1/r/artifacts");
        assert!(uri("mlflow-artifacts:/1/r/artifacts/model").is_within(&root));
        assert!(!uri("mlflow-artifacts:/1/r%2Fx/artifacts").is_within(&root));
        assert!(!uri("mlflow-artifacts:/1/r/artifacts2").is_within(&root));
        assert!(!uri("mlflow-artifacts://host/1/r/artifacts").is_within(&root));
        assert!(!uri("mlflow-artifacts:/1").is_within(&uri("mlflow-artifacts:/")));
        let folder = uri("file:///tmp/a");
        assert!(uri("/tmp/a/model").is_in_folder(&folder));
        assert!(!uri("/tmp/a/../b").is_in_folder(&folder));
        assert!(!uri("file:///tmp/a/%2e%2e/b").is_in_folder(&folder));
        assert!(uri("file:///tmp/a/100%25").is_in_folder(&folder));
    }

    #[test]
    fn models() {
        let text = str::to_owned;
        assert_eq!(ModelUri::parse("/m-1"), Some(ModelUri::Logged(text("m-1"))));
        let version = ModelUri::Version { name: text("a"), version: text("3") };
        assert_eq!(ModelUri::parse("/a/3"), Some(version));
        let alias = ModelUri::Alias { name: text("a@b"), alias: text("c") };
        assert_eq!(ModelUri::parse("/a@b@c"), Some(alias));
        let newest = ModelUri::Newest { name: text("a"), stage: None };
        assert_eq!(ModelUri::parse("/a/Latest"), Some(newest));
        for bad in ["", "/", "a/1", "/a/", "/a/1/2", "/a@", "/ /1"] {
            assert_eq!(ModelUri::parse(bad), None, "{bad}");
        }
    }
}
