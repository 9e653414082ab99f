//! Which paths are safe to put below a store's root: MLflow's rule.

use mlflow_api::ErrorCode;
use percent_encoding::percent_decode_str;

use crate::{Error, invalid};

/// The longest path, in bytes: what a key of S3 or R2 may have.
const MAX_PATH: usize = 1024;

/// The longest name in a path, in bytes: what a file system takes.
const MAX_NAME: usize = 255;

/// How often a path may be encoded in itself.
const MAX_ENCODINGS: usize = 10;

/// The path as a store gets it: decoded, however often it was encoded, control
/// characters escaped, and without segments that lead nowhere (`a//./b` is
/// `a/b`). Empty for the root.
///
/// ```
/// use artifacts::path::safe;
///
/// assert_eq!(safe("model/./data%2Fmodel.pkl").unwrap(), "model/data/model.pkl");
/// assert_eq!(safe("..%252fsecret").unwrap_err().message, "Invalid path");
/// ```
///
/// # Errors
/// When it is absolute, or leads out of the root, or has a backslash or a `#`.
pub fn safe(path: &str) -> Result<String, Error> {
    // What stands behind segments that lead nowhere is a beginning then, of which
    // a reader of URLs takes the spaces away: `./ ..` is `..` after all.
    let mut path = once(path)?;
    for _ in 0..MAX_ENCODINGS {
        let next = once(&path)?;
        if next == path {
            return Ok(path);
        }
        path = next;
    }
    Err(invalid("Invalid path"))
}

fn once(path: &str) -> Result<String, Error> {
    let path = escaped(&decoded(path)?);
    let leaves = path.contains(['#', '\\'])
        || path.starts_with('/')
        || begins_with_file(&path)
        || begins_with_drive(&path)
        || path.split('/').any(|segment| segment == "..");
    if leaves {
        return Err(invalid("Invalid path"));
    }
    let segments: Vec<&str> =
        path.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
    let path = segments.join("/");
    if path.len() > MAX_PATH || segments.iter().any(|segment| segment.len() > MAX_NAME) {
        return Err(invalid(format!(
            "Invalid path: it may have {MAX_PATH} bytes, and {MAX_NAME} between its slashes"
        )));
    }
    Ok(path)
}

/// The path of a file, which has a name.
pub(crate) fn of_file(path: &str) -> Result<String, Error> {
    let is_folder = path.is_empty() || path.ends_with('/');
    let path = safe(path)?;
    if is_folder || path.is_empty() {
        return Err(Error::new(
            ErrorCode::BadRequest,
            "Artifact path must include a filename (cannot end with '/').",
        ));
    }
    Ok(path)
}

/// A path below another.
pub(crate) fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// The last segment.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Decodes until nothing changes any more.
fn decoded(path: &str) -> Result<String, Error> {
    let mut path = path.to_owned();
    for _ in 0..MAX_ENCODINGS {
        let next = as_read(&percent_decode_str(&path).decode_utf8_lossy());
        if next == path {
            return Ok(path);
        }
        path = next;
    }
    Err(invalid("Invalid path"))
}

/// What a reader of URLs makes of a text: no spaces or control characters at its
/// beginning, and no line breaks and tabs anywhere.
fn as_read(text: &str) -> String {
    text.trim_start_matches(|c| c <= ' ').replace(['\t', '\r', '\n'], "")
}

/// Control characters as `%1f`.
fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii_control() {
            escaped.push_str(&format!("%{:02x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn begins_with_file(path: &str) -> bool {
    path.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

/// `C:/`, which is absolute on Windows.
fn begins_with_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_leaves_the_root_is_refused() {
        for path in [
            "..",
            "../a",
            "a/../b",
            "a/..",
            "/a",
            "//a",
            "/",
            "%2e%2e/a",
            "..%2fa",
            "%252e%252e%252fa",
            "%2fetc/passwd",
            "a%2f..%2f..%2fb",
            "\\a",
            "a\\..\\b",
            "%5ca",
            "a%5c..%5cb",
            "C:/a",
            "c%3a/a",
            "file:///etc",
            "FILE:a",
            "a#b",
            "a%23b",
            "..\t/a",
            ".\n./a",
            "./ ..",
            ".// ./\u{1}../a",
            " /a",
            "%20/a",
            "%00/a",
        ] {
            let error = safe(path).unwrap_err();
            assert_eq!(error.message, "Invalid path", "{path}");
            assert_eq!(error.error_code.status(), 400);
        }
        let deep =
            (0..12).fold("..".to_owned(), |path, _| path.replace('%', "%25").replace('.', "%2e"));
        assert!(safe(&deep).is_err());
        assert!(safe(&"a".repeat(256)).is_err() && safe(&"a/".repeat(600)).is_err());
    }

    #[test]
    fn what_stays_is_decoded_and_tidied() {
        for (path, expected) in [
            ("", ""),
            ("a", "a"),
            ("a/b.txt", "a/b.txt"),
            ("a//b/./c/", "a/b/c"),
            ("a%20b", "a b"),
            ("a%2520b", "a b"),
            ("ü", "ü"),
            ("%C3%BC", "ü"),
            ("..a/b..", "..a/b.."),
            ("a..b", "a..b"),
            ("...", "..."),
            (".hidden", ".hidden"),
            ("a%00b", "a%00b"),
            ("a\u{7f}", "a%7f"),
            ("C:a", "C:a"),
            ("100%", "100%"),
            ("a?b", "a?b"),
            ("a+b", "a+b"),
            ("./ a", "a"),
            ("./\u{0}", ""),
        ] {
            assert_eq!(safe(path).as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn a_file_has_a_name() {
        assert_eq!(of_file("a/b").as_deref(), Ok("a/b"));
        for path in ["", "a/", "."] {
            assert_eq!(of_file(path).unwrap_err().error_code, ErrorCode::BadRequest, "{path}");
        }
        assert_eq!(of_file("../").unwrap_err().message, "Invalid path");
    }

    proptest! {
        #[test]
        fn no_path_leads_out(path in "[a./%2e5c\\\\#:\u{0}\t ]{0,40}") {
            if let Ok(path) = safe(&path) {
                let inside = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.contains('\\');
                prop_assert!(path.is_empty() || path.split('/').all(inside), "{path}");
                // What a store gets is what it would get of that again.
                prop_assert_eq!(safe(&path).map(|again| again == path), Ok(true));
            }
        }
    }
}
