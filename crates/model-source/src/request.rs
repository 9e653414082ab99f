//! The request that reads one file of a folder.

use http::Request;
use http::header::ACCEPT;
use object_stores::{Call, encode};

use crate::source::is_path;
use crate::{Error, Folder, Stores};

/// How a file is read.
#[derive(Debug)]
pub enum Read {
    /// By this request. Its URL may hold a signature: it belongs in no log.
    Request(Request<()>),
    /// From a binding of the Worker, at this path.
    Binding {
        /// The binding.
        binding: String,
        /// With a slash at its beginning.
        path: String,
    },
    /// From a bucket of R2, by this key.
    R2 {
        /// The bucket's binding.
        binding: String,
        /// The object's key.
        key: String,
    },
}

impl Folder {
    /// How to read the file at `path`, which is relative and in this folder, at
    /// `now`, in seconds since 1970.
    ///
    /// # Errors
    /// When the path leaves the folder, or a credential is missing.
    pub fn read(&self, path: &str, stores: &Stores, now: i64) -> Result<Read, Error> {
        if !is_path(path) {
            return Err(Error::new("its path leaves the model's folder"));
        }
        let encoded = |prefix: &str| encode(&format!("{prefix}{path}")).into_owned();
        match self {
            Self::Binding { binding, prefix } => {
                let path = encode(path);
                Ok(Read::Binding { binding: binding.clone(), path: format!("{prefix}{path}") })
            }
            Self::R2 { binding, prefix } => {
                Ok(Read::R2 { binding: binding.clone(), key: format!("{prefix}{path}") })
            }
            Self::Http { url } => get(format!("{url}{}", encode(path))),
            Self::MlflowArtifacts { prefix } => {
                let artifacts = format!("/api/2.0/mlflow-artifacts/artifacts/{}", encoded(prefix));
                from_server(stores, &artifacts)
            }
            Self::ThroughServer { endpoint, prefix } => {
                from_server(stores, &format!("{endpoint}{}", encoded(prefix)))
            }
            Self::S3 { bucket, prefix } => {
                let object = format!("{}/{}", encode(bucket), encoded(prefix));
                stores.s3.request(&Call::get(&object), now).map(Read::Request)
            }
            Self::Azure { host, container, prefix } => {
                let blob = format!("{}/{}", encode(container), encoded(prefix));
                stores.azure.request(host, &Call::get(&blob), now).map(Read::Request)
            }
        }
    }
}

fn get(url: String) -> Result<Read, Error> {
    let request = Request::get(url).body(());
    request.map(Read::Request).map_err(|_| Error::new("its address can't be written down"))
}

/// A request to the MLflow server, with who asks.
fn from_server(stores: &Stores, path: &str) -> Result<Read, Error> {
    let Some((base, auth)) = &stores.tracking else {
        return Err(Error::new("no MLflow server is configured: set MILLRACE_TRACKING_URI"));
    };
    let mut request = Request::get(base.join(path)).header(ACCEPT, "*/*");
    if let Some((name, value)) = auth.header().map_err(|e| Error::new(e.to_string()))? {
        request = request.header(name, value);
    }
    let request = request.body(()).map_err(|_| Error::new("its address can't be written down"))?;
    Ok(Read::Request(request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;
    use proptest::prelude::*;

    fn stores(variables: &[(&str, &str)]) -> Stores {
        Stores::from_variables(|name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
        .unwrap()
    }

    fn read(uri: &str, path: &str, variables: &[(&str, &str)]) -> Request<()> {
        let Source::Folder(folder) = Source::parse(uri).unwrap() else { panic!("{uri}") };
        match folder.read(path, &stores(variables), 1_369_353_600).unwrap() {
            Read::Request(request) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn http_appends_the_path() {
        let request = read("https://h/a b/", "sub/m #1.onnx", &[]);
        assert_eq!(request.uri(), "https://h/a%20b/sub/m%20%231.onnx");
        assert!(request.headers().is_empty());
    }

    #[test]
    fn the_mlflow_server_is_asked_with_its_credentials() {
        let server = ("MILLRACE_TRACKING_URI", "https://mlflow.example/x/");
        let request = read("mlflow-artifacts:/1/a", "MLmodel", &[server]);
        assert_eq!(
            request.uri(),
            "https://mlflow.example/x/api/2.0/mlflow-artifacts/artifacts/1/a/MLmodel"
        );
        assert!(request.headers().get("authorization").is_none());
        let token = [server, ("MLFLOW_TRACKING_TOKEN", "t")];
        let request = read("mlflow-artifacts:/1/a", "MLmodel", &token);
        assert_eq!(request.headers()["authorization"], "Bearer t");
        let basic = [server, ("MLFLOW_TRACKING_USERNAME", "u"), ("MLFLOW_TRACKING_PASSWORD", "p")];
        let request = read("mlflow-artifacts:/1/a", "MLmodel", &basic);
        assert_eq!(request.headers()["authorization"], "Basic dTpw");
    }

    #[test]
    fn s3_is_signed_for_the_endpoint_the_bucket_and_the_time() {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_REGION", "eu-west-1"),
        ];
        let request = read("s3://bucket/a b", "MLmodel", &variables);
        assert_eq!(request.uri(), "https://s3.eu-west-1.amazonaws.com/bucket/a%20b/MLmodel");
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let begin = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/eu-west-1/s3/";
        assert!(authorization.starts_with(begin), "{authorization}");
        let own = [("MLFLOW_S3_ENDPOINT_URL", "http://127.0.0.1:9000")];
        let request = read("s3://bucket/m", "MLmodel", &own);
        assert_eq!(request.uri(), "http://127.0.0.1:9000/bucket/m/MLmodel", "unsigned");
    }

    #[test]
    fn a_path_out_of_the_folder_is_refused_by_every_store() {
        let stores = stores(&[("MILLRACE_TRACKING_URI", "http://h")]);
        for uri in ["https://h/a", "s3://b/a", "r2://B/a", "mlflow-artifacts:/a", "wasbs://c@h/a"] {
            let Source::Folder(folder) = Source::parse(uri).unwrap() else { panic!() };
            for path in ["../x", "/etc", "a/../../x", "", ".", "a//b", "a\\..\\b", "a\nb"] {
                let refused = folder.read(path, &stores, 0).unwrap_err();
                assert_eq!(refused.to_string(), "its path leaves the model's folder");
            }
        }
    }

    #[test]
    fn a_wrong_variable_is_named_and_not_repeated() {
        for (name, value) in [
            ("AZURE_STORAGE_ACCESS_KEY", "not base64: secret"),
            ("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=secret!"),
            ("MLFLOW_S3_ENDPOINT_URL", "http://u:secret@h"),
            ("AZURE_STORAGE_CONNECTION_STRING", "BlobEndpoint=secret"),
        ] {
            let error = Stores::from_variables(|n| (n == name).then(|| value.to_owned()))
                .unwrap_err()
                .to_string();
            assert!(error.contains(name) && !error.contains("secret"), "{error}");
        }
        let stores = stores(&[
            ("AWS_ACCESS_KEY_ID", "k"),
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ("MILLRACE_TRACKING_URI", "http://h"),
            ("MLFLOW_TRACKING_TOKEN", "hunter2"),
            ("AZURE_STORAGE_ACCESS_KEY", "aHVudGVyMg=="),
            ("AZURE_STORAGE_SAS_TOKEN", "sig=hunter2"),
        ]);
        assert!(!format!("{stores:?}").contains("hunter2"));
    }

    #[test]
    fn the_origins_are_those_of_the_store_and_of_what_a_server_may_name() {
        let variables = [
            ("MILLRACE_TRACKING_URI", "http://127.0.0.1:5000/x"),
            ("MLFLOW_S3_ENDPOINT_URL", "http://127.0.0.1:9000"),
        ];
        let stores = stores(&variables);
        let origins = |uri| stores.origins(&Source::parse(uri).unwrap());
        assert_eq!(origins("https://h/a"), ["https://h"]);
        assert_eq!(origins("s3://b/a"), ["http://127.0.0.1:9000"]);
        assert_eq!(origins("wasbs://c@h/a"), ["https://h"]);
        assert_eq!(origins("mlflow-artifacts:/a"), ["http://127.0.0.1:5000"]);
        assert_eq!(origins("models:/m@a"), ["http://127.0.0.1:5000", "http://127.0.0.1:9000"]);
        assert!(origins("r2://B/a").is_empty());
    }

    proptest! {
        #[test]
        fn a_file_stays_below_its_folder(path in "[a-c./%?#:@& ]{1,16}") {
            let Source::Folder(folder) = Source::parse("https://h/folder").unwrap() else { panic!() };
            let stores = stores(&[]);
            if let Ok(Read::Request(request)) = folder.read(&path, &stores, 0) {
                let url = url::Url::parse(&request.uri().to_string()).unwrap();
                prop_assert!(url.path().starts_with("/folder/"), "{url}");
                prop_assert_eq!(url.query(), None);
                prop_assert_eq!(url.host_str(), Some("h"));
            }
        }
    }
}
