//! Azure Blob: a GET, signed with the account's key or a shared access
//! signature, or not at all for a public container.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use url::Url;

use crate::Error;
use crate::sign::{Moment, hmac_sha256};
use crate::stores::Azure;

/// The version of the service's interface.
const VERSION: &str = "2021-12-02";

/// The request for `blob` (encoded, its container first) at the account of
/// `host`, or at the endpoint that is configured.
pub(crate) fn get(azure: &Azure, host: &str, blob: &str, now: i64) -> Result<Request<()>, Error> {
    let written = || Error::new("its address can't be written down");
    let base = match &azure.endpoint {
        Some(endpoint) => endpoint.as_str().trim_end_matches('/').to_owned(),
        None => format!("https://{host}"),
    };
    let url = Url::parse(&format!("{base}/{blob}")).map_err(|_| written())?;
    let request = Request::get(url.as_str()).header("x-ms-version", VERSION);
    if let Some(sas) = &azure.sas
        && azure.key.is_none()
    {
        let request = Request::get(format!("{url}?{sas}")).header("x-ms-version", VERSION);
        return request.body(()).map_err(|_| {
            Error::new("the shared access signature in AZURE_STORAGE_SAS_TOKEN is none")
        });
    }
    let Some(key) = &azure.key else {
        return request.body(()).map_err(|_| written());
    };
    let account = match &azure.account {
        Some(account) => account.as_str(),
        None => host.split('.').next().unwrap_or_default(),
    };
    // The key belongs to one account: no other host gets to see a signature.
    if azure.endpoint.is_none() && host.split('.').next() != Some(account) {
        return Err(Error::new(format!(
            "the key of the account '{account}' does not open the host {host}"
        )));
    }
    let date = Moment::at(now)?.http_date();
    // The verb, eleven headers that are not sent, and those of Azure's own.
    let text = format!(
        "GET{}\nx-ms-date:{date}\nx-ms-version:{VERSION}\n/{account}{}",
        "\n".repeat(11),
        url.path()
    );
    let signature = STANDARD.encode(hmac_sha256(key, text.as_bytes())?);
    let mut authorization =
        http::HeaderValue::from_str(&format!("SharedKey {account}:{signature}"))
            .map_err(|_| written())?;
    authorization.set_sensitive(true);
    request
        .header("x-ms-date", date)
        .header("authorization", authorization)
        .body(())
        .map_err(|_| written())
}

#[cfg(test)]
mod tests {
    use super::*;

    // The emulators' well-known account.
    const KEY: &str =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    fn azure() -> Azure {
        Azure {
            account: Some("devstoreaccount1".to_owned()),
            key: Some(STANDARD.decode(KEY).unwrap()),
            ..Azure::default()
        }
    }

    #[test]
    fn a_key_signs_for_its_own_account_alone() {
        let now = 1_369_353_600;
        let request =
            get(&azure(), "devstoreaccount1.blob.core.windows.net", "models/a/MLmodel", now)
                .unwrap();
        assert_eq!(
            request.uri(),
            "https://devstoreaccount1.blob.core.windows.net/models/a/MLmodel"
        );
        assert_eq!(request.headers()["x-ms-date"], "Fri, 24 May 2013 00:00:00 GMT");
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.starts_with("SharedKey devstoreaccount1:"), "{authorization}");
        let error = get(&azure(), "evil.example", "models/a/MLmodel", now).unwrap_err().to_string();
        assert!(error.contains("evil.example"), "{error}");
    }

    #[test]
    fn an_endpoint_takes_the_place_of_the_host() {
        let endpoint = Url::parse("http://127.0.0.1:10000/devstoreaccount1").unwrap();
        let azure = Azure { endpoint: Some(endpoint), ..azure() };
        let request = get(&azure, "x.blob.core.windows.net", "c/b", 0).unwrap();
        assert_eq!(request.uri(), "http://127.0.0.1:10000/devstoreaccount1/c/b");
    }

    #[test]
    fn a_signature_is_the_query_and_a_public_container_needs_none() {
        let azure = Azure { sas: Some("sv=1&sig=x%3D".to_owned()), ..Azure::default() };
        let request = get(&azure, "a.blob.core.windows.net", "c/b", 0).unwrap();
        assert_eq!(request.uri(), "https://a.blob.core.windows.net/c/b?sv=1&sig=x%3D");
        assert!(request.headers().get("authorization").is_none());
        let request = get(&Azure::default(), "a.blob.core.windows.net", "c/b", 0).unwrap();
        assert_eq!(request.uri(), "https://a.blob.core.windows.net/c/b");
    }
}
