//! What names, tags and versions of the registry may be.

use mlflow_api::{Tag, limits, tags};

use crate::Error;
use crate::call::required;

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
    required(key, "key")?;
    let allowed = |c: char| c.is_alphanumeric() || "/_.- :".contains(c);
    let is_path =
        key.starts_with("..") || key.split('/').any(|part| ["", ".", ".."].contains(&part));
    if !key.chars().all(allowed) || is_path {
        return Err(Error::invalid(format!(
            "Invalid value \"{key}\" for parameter 'key': it may have letters, digits and '_', '-', '.', ' ', ':', '/', and be no other file's name as a path"
        )));
    }
    at_most(limits::MAX_KEY_LENGTH, key, "key")?;
    Ok(key)
}

/// A tag.
pub(super) fn tag(tag: &Tag) -> Result<&Tag, Error> {
    key(&tag.key)?;
    let what = if tag.key == tags::PROMPT_TEXT { "Prompt text" } else { "value" };
    at_most(limits::MAX_REGISTRY_TAG_VALUE_LENGTH, &tag.value, what)?;
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
    at_most(limits::MAX_ALIAS_LENGTH, alias, "Registered model alias name")?;
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

fn at_most(max: usize, text: &str, what: &str) -> Result<(), Error> {
    if text.chars().count() > max {
        return Err(Error::invalid(format!(
            "'{what}' exceeds the maximum length of {max} characters"
        )));
    }
    Ok(())
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
    fn keys() {
        for good in ["k", "a.b", "a/b", "a b:c-d_e", "ü", "a..b"] {
            assert!(key(good).is_ok(), "{good}");
        }
        for bad in ["", "a+b", "/a", "a/", "a//b", "./a", "a/../b", "..", "..a", "a\"b"] {
            assert!(key(bad).is_err(), "{bad}");
        }
        assert!(key(&"k".repeat(250)).is_ok());
        assert!(key(&"k".repeat(251)).is_err());
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
