//! S3: a GET, signed in its headers (version 4), or not at all for a public
//! bucket.

use http::{HeaderValue, Request};
use url::Url;

use crate::Error;
use crate::sign::{Moment, hex, hmac_sha256, sha256_hex};
use crate::stores::S3;

/// There is no body to sign.
const PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The request for `object` (encoded, its bucket first).
pub(crate) fn get(s3: &S3, object: &str, now: i64) -> Result<Request<()>, Error> {
    let written = || Error::new("its address can't be written down");
    let base = s3.endpoint.as_str().trim_end_matches('/');
    let url = Url::parse(&format!("{base}/{object}")).map_err(|_| written())?;
    let Some(keys) = &s3.credentials else {
        return Request::get(url.as_str()).body(()).map_err(|_| written());
    };
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let moment = Moment::at(now)?;
    let date = moment.basic();
    let mut headers = vec![("x-amz-content-sha256", PAYLOAD), ("x-amz-date", &date)];
    if let Some(session) = &keys.session {
        headers.push(("x-amz-security-token", session));
    }
    let authorization = authorization(
        &Signed { host: &host, path: url.path(), headers: &headers },
        (&keys.id, &keys.secret),
        &s3.region,
        &moment,
    )?;
    let mut request = Request::get(url.as_str()).header("authorization", secret(&authorization)?);
    for (name, value) in headers {
        request = request.header(name, secret(value)?);
    }
    request.body(()).map_err(|_| written())
}

fn secret(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::new("the keys of S3 have characters that a header can't carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What a signature of a GET covers: all headers after `host`, sorted by name.
struct Signed<'a> {
    host: &'a str,
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
}

fn authorization(
    signed: &Signed<'_>,
    (id, key): (&str, &str),
    region: &str,
    moment: &Moment,
) -> Result<String, Error> {
    let value = |name: &str| signed.headers.iter().find(|(n, _)| *n == name).map_or("", |h| h.1);
    let names: String = signed.headers.iter().map(|(name, _)| format!(";{name}")).collect();
    let lines: String = signed.headers.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
    let request = format!(
        "GET\n{}\n\nhost:{}\n{lines}\nhost{names}\n{}",
        signed.path,
        signed.host,
        value("x-amz-content-sha256")
    );
    let day = moment.day();
    let scope = format!("{day}/{region}/s3/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        moment.basic(),
        sha256_hex(request.as_bytes())
    );
    let mut key = hmac_sha256(format!("AWS4{key}").as_bytes(), day.as_bytes())?;
    for part in [region, "s3", "aws4_request"] {
        key = hmac_sha256(&key, part.as_bytes())?;
    }
    let signature = hex(&hmac_sha256(&key, text.as_bytes())?);
    Ok(format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope},SignedHeaders=host{names},Signature={signature}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "GET Object" of AWS' own examples of signatures.
    #[test]
    fn the_example_of_aws_is_signed_as_aws_does() {
        let empty = sha256_hex(b"");
        let headers = [
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", empty.as_str()),
            ("x-amz-date", "20130524T000000Z"),
        ];
        let host = "examplebucket.s3.amazonaws.com";
        let keys = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let moment = Moment::at(1_369_353_600).unwrap();
        let signed = Signed { host, path: "/test.txt", headers: &headers };
        assert_eq!(
            authorization(&signed, keys, "us-east-1", &moment).unwrap(),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }
}
