//! Variables of a deployment.

use url::Url;

use crate::Error;

/// A variable's text; an empty one is none.
pub(crate) fn text(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The address that a variable holds.
pub(crate) fn address(variable: &str, address: &str) -> Result<Url, Error> {
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
