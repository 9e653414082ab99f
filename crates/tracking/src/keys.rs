//! What the keys of metrics, parameters and tags may be: MLflow may use them as
//! names of files.

use crate::Error;

/// Refuses a key that is missing, has characters that are not allowed, or would
/// be another name as a path. `parameter` is what the message calls it.
pub(crate) fn check<'k>(key: &'k str, parameter: &str) -> Result<&'k str, Error> {
    if key.is_empty() {
        return Err(Error::missing(parameter));
    }
    if !key.chars().all(|c| c.is_alphanumeric() || "_/.- :".contains(c)) {
        return Err(Error::wrong_value(
            parameter,
            &serde_json::json!(key),
            "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).",
        ));
    }
    let resolved = resolved(key);
    if resolved != key || key == "." || key.starts_with("..") || key.starts_with('/') {
        return Err(Error::wrong_value(
            parameter,
            &serde_json::json!(key),
            &format!(
                "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '{resolved}'"
            ),
        ));
    }
    Ok(key)
}

/// The path without `.`, `..` and doubled slashes, where it can do without.
fn resolved(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    let resolved = format!("{root}{}", parts.join("/"));
    if resolved.is_empty() { ".".into() } else { resolved }
}

/// Refuses a text that is too long.
pub(crate) fn check_length(what: &str, text: &str, max: usize) -> Result<(), Error> {
    // A text has at least as many bytes as characters.
    if text.len() > max && text.chars().count() > max {
        return Err(Error::invalid(format!(
            "'{what}' exceeds the maximum length of {max} characters"
        )));
    }
    Ok(())
}

/// A text cut to at most so many characters: MLflow shortens long values.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    text.char_indices().nth(max).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_names_and_paths() {
        for key in ["loss", "a/b", "system/cpu usage", "ä_1.b-c:d"] {
            assert_eq!(check(key, "key").ok(), Some(key));
        }
        for key in ["", ".", "..", "../a", "/a", "a//b", "a/", "a/./b", "a/../b", "a\\b", "a%", "…"]
        {
            assert!(check(key, "key").is_err(), "{key}");
        }
    }

    #[test]
    fn a_cut_text_has_whole_characters() {
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("äöü", 3), "äöü");
        assert!(check_length("v", "äöü", 3).is_ok());
        assert!(check_length("v", "äöü", 2).is_err());
    }
}
