//! What names, tags and versions of the registry may be.

use mlflow_api::{Tag, limits, tags};

use crate::call::required;
use crate::{Error, keys};

/// A registered model's name.
pub(super) fn name(name: &str) -> Result<&str, Error> {
    named(name, "name")
}

/// A registered model's name, from the field of that name.
pub(super) fn named<'a>(name: &'a str, field: &str) -> Result<&'a str, Error> {
    required(name.trim(), field)?;
    if name.contains(['/', ':']) {
        return Err(Error::invalid(format!(
            "Invalid model name '{name}'. Names cannot contain '/' or ':'."
        )));
    }
    if name == "." || name.starts_with("..") {
        return Err(Error::invalid(format!(
            "Invalid value \"{name}\" for parameter 'name': as a file it would be another one"
        )));
    }
    Ok(name)
}

/// The number of a version.
pub(super) fn version(version: &str) -> Result<i64, Error> {
    required(version, "version")?.trim().parse().map_err(|_| {
        Error::invalid(format!("Parameter 'version' must be an integer, got '{version}'."))
    })
}

/// A tag's key.
pub(super) fn key(key: &str) -> Result<&str, Error> {
    keys::check(key, "key")?;
    keys::check_length("key", key, limits::MAX_KEY_LENGTH)?;
    Ok(key)
}

/// A tag.
pub(super) fn tag(tag: &Tag) -> Result<&Tag, Error> {
    key(&tag.key)?;
    let what = if tag.key == tags::PROMPT_TEXT { "Prompt text" } else { "value" };
    keys::check_length(what, &tag.value, limits::MAX_REGISTRY_TAG_VALUE_LENGTH)?;
    Ok(tag)
}

/// An alias that is asked for.
pub(super) fn alias(alias: &str) -> Result<&str, Error> {
    required(alias, "alias")?;
    if !alias.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
        return Err(Error::invalid(format!(
            "Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
        )));
    }
    keys::check_length("Registered model alias name", alias, limits::MAX_ALIAS_LENGTH)?;
    Ok(alias)
}

/// An alias that is made: not one that means a version by itself.
pub(super) fn new_alias(name: &str) -> Result<&str, Error> {
    alias(name)?;
    let number = name.strip_prefix(['v', 'V']).unwrap_or_default();
    let is_version = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if is_version || is_latest(name) {
        return Err(Error::invalid(format!("the alias name '{name}' is reserved")));
    }
    Ok(name)
}

/// Whether the alias means the newest version.
pub(super) fn is_latest(alias: &str) -> bool {
    alias.eq_ignore_ascii_case("latest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["m", "a b", "ä", "a.b", ".a", "m@x"] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", "  ", "a/b", "a:b", ".", "..", "..a"] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags_are_short_enough() {
        let tag_of =
            |key: usize, value: usize| Tag { key: "k".repeat(key), value: "v".repeat(value) };
        assert!(tag(&tag_of(250, 100_000)).is_ok());
        assert!(tag(&tag_of(251, 0)).is_err());
        assert!(tag(&tag_of(1, 100_001)).is_err());
        assert!(tag(&tag_of(0, 1)).is_err());
    }

    #[test]
    fn aliases() {
        for good in ["champion", "v", "v1a", "V-1", "latest1", "ß"] {
            assert!(new_alias(good).is_ok(), "{good}");
        }
        for bad in ["", "v1", "V007", "Latest", "a b", "a.b", "a@b"] {
            assert!(new_alias(bad).is_err(), "{bad}");
        }
        assert!(alias("latest").is_ok());
    }

    #[test]
    fn versions() {
        assert_eq!(version("12").unwrap(), 12);
        assert_eq!(version(" 3 ").unwrap(), 3);
        for bad in ["", "1.5", "one", "v1", "99999999999999999999"] {
            assert!(version(bad).is_err(), "{bad}");
        }
    }
}
