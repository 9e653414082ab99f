//! Where webhooks may be: on the public network alone, unless the deployment
//! says otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::Settings;
use crate::Error;

/// Names that are never of the public network.
const INTERNAL: [&str; 5] = ["localhost", "internal", "local", "home.arpa", "localdomain"];

/// Checks an address as `fetch` will understand it, which is why it is parsed by
/// the same rules. A name is not looked up here; that what it leads to is public
/// is up to the network that the request goes by.
pub(super) fn check<'a>(settings: &Settings, text: &'a str) -> Result<&'a str, Error> {
    if text.trim().is_empty() {
        return Err(Error::invalid(format!(
            "Webhook URL cannot be empty or just whitespace: '{text}'"
        )));
    }
    let (scheme, _) = text.split_once(':').unwrap_or_default();
    let scheme = scheme.to_ascii_lowercase();
    if !settings.schemes.contains(&scheme) {
        return Err(Error::invalid(format!(
            "Invalid webhook URL scheme: '{scheme}'. Allowed schemes are: {}.",
            settings.schemes.join(", ")
        )));
    }
    let no_host = || Error::invalid(format!("Webhook URL must include a hostname: '{text}'"));
    // `https:host` has one for `fetch`, and none for MLflow.
    if !text.contains("://") || text.contains([':', '/']) && text.contains(":///") {
        return Err(no_host());
    }
    let url = Url::parse(text)
        .map_err(|e| Error::invalid(format!("Invalid webhook URL '{text}': {e}")))?;
    let is_public = match url.host() {
        None => return Err(no_host()),
        Some(Host::Domain(name)) => is_public_name(name),
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
    };
    if is_public || settings.allows_private {
        return Ok(text);
    }
    Err(Error::invalid(format!(
        "Webhook URL must not resolve to a non-public IP address. '{}' is none of the public network.",
        url.host_str().unwrap_or_default()
    )))
}

/// A name in a domain that is somebody's.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.contains('.')
        && !INTERNAL.iter().any(|domain| {
            name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_reserved = matches!(
        (a, b, c),
        // This network; shared by carriers; for protocols; for benchmarks; for later.
        (0 | 240.., _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _)
    );
    !(is_reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// Only what is given out to networks is public: 2000::/3, without examples.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    first & 0xe000 == 0x2000 && (first, second) != (0x2001, 0xdb8)
}

/// The address of the older kind that one of the newer stands for.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [first, second, third, .., seventh, eighth] = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match (first, second) {
        (0x2002, _) => Some(of(second, third)),
        (0x64, 0xff9b) => Some(of(seventh, eighth)),
        _ => address.to_ipv4(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network_is_told() {
        let check = |text: &str| check(&Settings::default(), text).is_ok();
        for good in [
            "https://example.com/webhook",
            "HTTPS://Example.com:8443/a?b#c",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://user@example.com/",
        ] {
            assert!(check(good), "{good}");
        }
        for bad in [
            "",
            "   ",
            "example.com",
            "http://example.com/",
            "ftp://example.com/",
            "https://",
            "https:///path",
            "https:example.com",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://workspace.internal/",
            "https://box/",
            "https://printer.local/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://10.1.2.3/",
            "https://169.254.169.254/latest",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://192.168.0.1/",
            "https://172.16.0.1/",
            "https://[::1]/",
            "https://[::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[2002:7f00:1::]/",
            "https://[64:ff9b::7f00:1]/",
            "https://%6cocalhost/",
            "https://１２７.0.0.1/",
            "https://example.com@127.0.0.1/",
            "https://255.255.255.255/",
            "https://127。0。0。1/",
            "https://224.0.0.1/",
        ] {
            assert!(!check(bad), "{bad}");
        }
    }

    #[test]
    fn a_deployment_may_allow_its_own_network() {
        let settings = Settings {
            schemes: vec!["http".into(), "https".into()],
            allows_private: true,
            ..Settings::default()
        };
        assert!(check(&settings, "http://localhost:1234/hook").is_ok());
        assert!(check(&settings, "ftp://localhost/hook").is_err());
    }
}
