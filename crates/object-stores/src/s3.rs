//! S3: calls, signed (version 4) in their headers or in their query, or not at
//! all for a public bucket.

use http::{HeaderValue, Request};
use url::Url;

use crate::call::sorted_query;
use crate::sign::{Moment, hex, hmac_sha256, sha256_hex};
use crate::variables::{address, text};
use crate::{Call, Error};

/// The body goes by unread, so no signature covers it.
const PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The name of the algorithm.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// An S3-compatible store.
#[derive(Clone)]
pub struct S3 {
    endpoint: Url,
    region: String,
    credentials: Option<Keys>,
    /// Whether anything of it was configured.
    is_named: bool,
}

#[derive(Clone)]
struct Keys {
    id: String,
    secret: String,
    session: Option<String>,
}

impl S3 {
    /// Reads `MLFLOW_S3_ENDPOINT_URL` and the `AWS_` variables.
    ///
    /// # Errors
    /// When one is not what it should be: the message names it.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let variable = |name: &str| text(&variable, name);
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| Some((name, variable(name)?)))
        };
        let endpoint = first(["MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL"]);
        let region = first(["AWS_REGION", "AWS_DEFAULT_REGION"]).map(|(_, region)| region);
        let credentials = variable("AWS_ACCESS_KEY_ID")
            .zip(variable("AWS_SECRET_ACCESS_KEY"))
            .map(|(id, secret)| Keys { id, secret, session: variable("AWS_SESSION_TOKEN") });
        let is_named = endpoint.is_some() || region.is_some() || credentials.is_some();
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let (name, at) = endpoint.unwrap_or_else(|| {
            // With the bucket in the path, so that there is one host for all.
            ("AWS_REGION", format!("https://s3.{region}.amazonaws.com"))
        });
        Ok(Self { endpoint: address(name, &at)?, region, credentials, is_named })
    }

    /// Whether anything of it was configured.
    pub fn is_named(&self) -> bool {
        self.is_named
    }

    /// Where it is.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// The request of a call at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// When an address, a key or a moment can't be written down.
    pub fn request(&self, call: &Call<'_>, now: i64) -> Result<Request<()>, Error> {
        let query = sorted_query(call.query);
        let url = self.url(call, &query)?;
        let request = Request::builder().method(&call.method).uri(url.as_str());
        let Some(keys) = &self.credentials else {
            return request.body(()).map_err(|_| Error::address());
        };
        let moment = Moment::at(now)?;
        let date = moment.basic();
        let mut headers = vec![("x-amz-content-sha256", PAYLOAD), ("x-amz-date", &date)];
        if let Some(session) = &keys.session {
            headers.push(("x-amz-security-token", session));
        }
        let signed = Signed {
            method: call.method.as_str(),
            host: &host(&url),
            path: url.path(),
            query: &query,
            headers: &headers,
        };
        let authorization = signed.authorization(keys, &self.region, &moment)?;
        let mut request = request.header("authorization", secret(&authorization)?);
        for (name, value) in headers {
            request = request.header(name, secret(value)?);
        }
        request.body(()).map_err(|_| Error::address())
    }

    /// The address that makes a call without further credentials, for `seconds`
    /// from `now`. It is a secret of its own.
    ///
    /// # Errors
    /// When an address, a key or a moment can't be written down.
    pub fn presigned(&self, call: &Call<'_>, now: i64, seconds: u32) -> Result<String, Error> {
        let Some(keys) = &self.credentials else {
            return Ok(self.url(call, &sorted_query(call.query))?.into());
        };
        let moment = Moment::at(now)?;
        let (date, seconds) = (moment.basic(), seconds.to_string());
        let credential = format!("{}/{}", keys.id, scope(&moment, &self.region));
        let mut query = call.query.to_vec();
        query.extend([
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &date),
            ("X-Amz-Expires", &seconds),
            ("X-Amz-SignedHeaders", "host"),
        ]);
        if let Some(session) = &keys.session {
            query.push(("X-Amz-Security-Token", session));
        }
        let query = sorted_query(&query);
        let url = self.url(call, &query)?;
        let signed = Signed {
            method: call.method.as_str(),
            host: &host(&url),
            path: url.path(),
            query: &query,
            headers: &[],
        };
        let signature = signed.signature(keys, &self.region, &moment)?;
        Ok(format!("{url}&X-Amz-Signature={signature}"))
    }

    fn url(&self, call: &Call<'_>, query: &str) -> Result<Url, Error> {
        let base = self.endpoint.as_str().trim_end_matches('/');
        let mut url =
            Url::parse(&format!("{base}/{}", call.object)).map_err(|_| Error::address())?;
        if !query.is_empty() {
            url.set_query(Some(query));
        }
        Ok(url)
    }
}

/// The host as its header has it.
fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    }
}

fn secret(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::new("the keys of S3 have characters that a header can't carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn scope(moment: &Moment, region: &str) -> String {
    format!("{}/{region}/s3/aws4_request", moment.day())
}

/// What a signature covers: all headers after `host`, sorted by name.
struct Signed<'a> {
    method: &'a str,
    host: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a [(&'a str, &'a str)],
}

impl Signed<'_> {
    /// `;name` of each header after `host`.
    fn names(&self) -> String {
        self.headers.iter().map(|(name, _)| format!(";{name}")).collect()
    }

    fn signature(&self, keys: &Keys, region: &str, moment: &Moment) -> Result<String, Error> {
        let payload = self.headers.iter().find(|(name, _)| *name == "x-amz-content-sha256");
        let lines: String = self.headers.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
        let request = format!(
            "{}\n{}\n{}\nhost:{}\n{lines}\nhost{}\n{}",
            self.method,
            self.path,
            self.query,
            self.host,
            self.names(),
            payload.map_or(PAYLOAD, |(_, value)| value)
        );
        let text = format!(
            "{ALGORITHM}\n{}\n{}\n{}",
            moment.basic(),
            scope(moment, region),
            sha256_hex(request.as_bytes())
        );
        let secret = format!("AWS4{}", keys.secret);
        let mut key = hmac_sha256(secret.as_bytes(), moment.day().as_bytes())?;
        for part in [region, "s3", "aws4_request"] {
            key = hmac_sha256(&key, part.as_bytes())?;
        }
        Ok(hex(&hmac_sha256(&key, text.as_bytes())?))
    }

    /// The header that carries the signature.
    fn authorization(&self, keys: &Keys, region: &str, moment: &Moment) -> Result<String, Error> {
        Ok(format!(
            "{ALGORITHM} Credential={}/{},SignedHeaders=host{},Signature={}",
            keys.id,
            scope(moment, region),
            self.names(),
            self.signature(keys, region, moment)?
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session: None,
        }
    }

    const NOW: i64 = 1_369_353_600;

    /// "GET Object" of AWS' own examples of signatures.
    #[test]
    fn the_example_of_aws_is_signed_as_aws_does() {
        let empty = sha256_hex(b"");
        let headers = [
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", empty.as_str()),
            ("x-amz-date", "20130524T000000Z"),
        ];
        let signed = Signed {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            query: "",
            headers: &headers,
        };
        assert_eq!(
            signed.authorization(&keys(), "us-east-1", &Moment::at(NOW).unwrap()).unwrap(),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    /// The example of AWS' of a signature in the query.
    #[test]
    fn the_presigned_example_of_aws_is_signed_as_aws_does() {
        let endpoint = Url::parse("https://examplebucket.s3.amazonaws.com").unwrap();
        let region = "us-east-1".to_owned();
        let s3 = S3 { endpoint, region, credentials: Some(keys()), is_named: true };
        assert_eq!(
            s3.presigned(&Call::get("test.txt"), NOW, 86_400).unwrap(),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }
}
