//! Azure Blob: calls, signed with the account's key or by a shared access
//! signature, or not at all for a public container.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Request};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::call::sorted_query;
use crate::sign::{Moment, hmac_sha256};
use crate::variables::{address, text};
use crate::{Call, Error};

/// The version of the service's interface.
const VERSION: &str = "2021-12-02";

/// An account of Azure Blob.
#[derive(Clone, Default)]
pub struct Azure {
    account: Option<String>,
    /// Instead of the account's own host.
    endpoint: Option<Url>,
    key: Option<Vec<u8>>,
    /// A shared access signature, as a query.
    sas: Option<String>,
}

impl Azure {
    /// Reads the `AZURE_STORAGE_` variables.
    ///
    /// # Errors
    /// When one is not what it should be: the message names it.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        const STRING: &str = "AZURE_STORAGE_CONNECTION_STRING";
        let variable = |name: &str| text(&variable, name);
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
                "BlobEndpoint" => azure.endpoint = Some(address(STRING, value)?),
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

    /// The account that is configured.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// What is configured instead of the account's own host.
    pub fn endpoint(&self) -> Option<&Url> {
        self.endpoint.as_ref()
    }

    /// Whether addresses can be signed: what takes the account's own key.
    pub fn can_presign(&self) -> bool {
        self.key.is_some()
    }

    /// The address that makes a call on a blob without further credentials, for
    /// `seconds` from `now`; nothing where no key is configured. `permissions` are
    /// the letters of a shared access signature, and `disposition` is what the
    /// answer says in its `Content-Disposition`. It is a secret of its own.
    ///
    /// # Errors
    /// When an address or a moment can't be written down, or the key is another
    /// account's.
    pub fn presigned(
        &self,
        host: &str,
        call: &Call<'_>,
        permissions: &str,
        disposition: Option<&str>,
        now: i64,
        seconds: u32,
    ) -> Result<Option<String>, Error> {
        let Some(key) = &self.key else { return Ok(None) };
        let blob = percent_decode_str(call.object).decode_utf8_lossy();
        let resource = format!("/blob/{}/{blob}", self.account_of(host)?);
        let expiry = Moment::at(now.saturating_add(seconds.into()))?.extended();
        let mut query = vec![("se", expiry.as_str()), ("sp", permissions), ("sr", "b")];
        query.extend(disposition.map(|disposition| ("rscd", disposition)));
        query.push(("sv", VERSION));
        // Permissions, start, end, resource, identifier, addresses, protocol,
        // version, kind, snapshot, scope of encryption, and the answer's headers.
        let disposition = disposition.unwrap_or_default();
        let text = format!(
            "{permissions}\n\n{expiry}\n{resource}\n\n\n\n{VERSION}\nb\n\n\n\n{disposition}\n\n\n"
        );
        let signature = STANDARD.encode(hmac_sha256(key, text.as_bytes())?);
        query.push(("sig", &signature));
        query.extend(call.query);
        let mut url = self.url(host, call)?;
        url.set_query(Some(&sorted_query(&query)));
        Ok(Some(url.into()))
    }

    fn url(&self, host: &str, call: &Call<'_>) -> Result<Url, Error> {
        let base = match &self.endpoint {
            Some(endpoint) => endpoint.as_str().trim_end_matches('/').to_owned(),
            None => format!("https://{host}"),
        };
        Url::parse(&format!("{base}/{}", call.object)).map_err(|_| Error::address())
    }

    /// The request of a call at the account of `host`, or at the endpoint that is
    /// configured, at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// When an address or a moment can't be written down, or the key is another
    /// account's.
    pub fn request(&self, host: &str, call: &Call<'_>, now: i64) -> Result<Request<()>, Error> {
        let mut url = self.url(host, call)?;
        let mut query = sorted_query(call.query);
        if let (Some(sas), None) = (&self.sas, &self.key) {
            query = if query.is_empty() { sas.clone() } else { format!("{query}&{sas}") };
        }
        if !query.is_empty() {
            url.set_query(Some(&query));
        }
        let mut request = Request::builder()
            .method(&call.method)
            .uri(url.as_str())
            .header("x-ms-version", VERSION);
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.key {
            let account = self.account_of(host)?;
            let date = Moment::at(now)?.http_date();
            let text = signed_text(call, account, url.path(), &date);
            let signature = STANDARD.encode(hmac_sha256(key, text.as_bytes())?);
            let authorization = format!("SharedKey {account}:{signature}");
            let mut authorization =
                HeaderValue::from_str(&authorization).map_err(|_| Error::address())?;
            authorization.set_sensitive(true);
            request = request.header("x-ms-date", date).header("authorization", authorization);
        }
        request.body(()).map_err(|_| match &self.sas {
            Some(_) => Error::new("the shared access signature in AZURE_STORAGE_SAS_TOKEN is none"),
            None => Error::address(),
        })
    }

    /// The key's account. It belongs to that one: no other host gets to see a
    /// signature.
    fn account_of<'a>(&'a self, host: &'a str) -> Result<&'a str, Error> {
        let of_host = host.split('.').next().unwrap_or_default();
        let account = self.account.as_deref().unwrap_or(of_host);
        if self.endpoint.is_none() && of_host != account {
            return Err(Error::new(format!(
                "the key of the account '{account}' does not open the host {host}"
            )));
        }
        Ok(account)
    }
}

/// The verb, eleven headers of which the third, the length, is all that is sent,
/// those of Azure's own, and the resource with its query.
fn signed_text(call: &Call<'_>, account: &str, path: &str, date: &str) -> String {
    let length = if call.length == 0 { String::new() } else { call.length.to_string() };
    let mut own = call.headers.to_vec();
    own.extend([("x-ms-date", date), ("x-ms-version", VERSION)]);
    own.sort_unstable();
    let own: String = own.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let mut query = call.query.to_vec();
    query.sort_unstable();
    let query: String = query.iter().map(|(name, value)| format!("\n{name}:{value}")).collect();
    let (before, after) = ("\n".repeat(3), "\n".repeat(9));
    format!("{}{before}{length}{after}{own}/{account}{path}{query}", call.method)
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
        let request = azure()
            .request("devstoreaccount1.blob.core.windows.net", &Call::get("models/a/MLmodel"), now)
            .unwrap();
        assert_eq!(
            request.uri(),
            "https://devstoreaccount1.blob.core.windows.net/models/a/MLmodel"
        );
        assert_eq!(request.headers()["x-ms-date"], "Fri, 24 May 2013 00:00:00 GMT");
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.starts_with("SharedKey devstoreaccount1:"), "{authorization}");
        let error = azure()
            .request("evil.example", &Call::get("models/a/MLmodel"), now)
            .unwrap_err()
            .to_string();
        assert!(error.contains("evil.example"), "{error}");
    }

    /// Held against what Azure's own library signs.
    #[test]
    fn an_address_is_signed_for_one_blob_and_some_time() {
        let now = 1_369_353_600;
        let host = "devstoreaccount1.blob.core.windows.net";
        let call = Call::get("c/a%20b/%C3%BC.txt");
        let disposition = "attachment; filename=\"x.txt\"";
        let read = azure().presigned(host, &call, "r", Some(disposition), now, 900).unwrap();
        assert_eq!(
            read.unwrap(),
            "https://devstoreaccount1.blob.core.windows.net/c/a%20b/%C3%BC.txt\
             ?rscd=attachment%3B%20filename%3D%22x.txt%22&se=2013-05-24T00%3A15%3A00Z\
             &sig=GeHMShkr9oNQTxNVM%2BY26e7weOXkQ4UCxdx%2B4O9qd%2F8%3D&sp=r&sr=b&sv=2021-12-02"
        );
        let write = azure().presigned(host, &call, "cw", None, now, 900).unwrap().unwrap();
        assert!(write.contains("sig=NoCRQlhPRF3oibbvisP03byHsKxCjC0pyp%2FZ4ElFKDU%3D"), "{write}");
        let by_signature = Azure { sas: Some("sig=x".to_owned()), ..Azure::default() };
        assert_eq!(by_signature.presigned(host, &call, "r", None, now, 900), Ok(None));
        assert!(azure().presigned("evil.example", &call, "r", None, now, 900).is_err());
    }

    #[test]
    fn an_endpoint_takes_the_place_of_the_host() {
        let endpoint = Url::parse("http://127.0.0.1:10000/devstoreaccount1").unwrap();
        let azure = Azure { endpoint: Some(endpoint), ..azure() };
        let request = azure.request("x.blob.core.windows.net", &Call::get("c/b"), 0).unwrap();
        assert_eq!(request.uri(), "http://127.0.0.1:10000/devstoreaccount1/c/b");
    }

    #[test]
    fn a_signature_is_the_query_and_a_public_container_needs_none() {
        let azure = Azure { sas: Some("sv=1&sig=x%3D".to_owned()), ..Azure::default() };
        let request = azure.request("a.blob.core.windows.net", &Call::get("c/b"), 0).unwrap();
        assert_eq!(request.uri(), "https://a.blob.core.windows.net/c/b?sv=1&sig=x%3D");
        assert!(request.headers().get("authorization").is_none());
        let request =
            Azure::default().request("a.blob.core.windows.net", &Call::get("c/b"), 0).unwrap();
        assert_eq!(request.uri(), "https://a.blob.core.windows.net/c/b");
    }
}
