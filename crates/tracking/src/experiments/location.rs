//! Where an experiment's artifacts may be kept.

use percent_encoding::percent_decode_str;

use crate::Error;

/// Characters of a location.
const MAX_LENGTH: usize = 2048;

/// Refuses what is no place of its own, or may lead out of it.
pub(super) fn check(location: &str) -> Result<(), Error> {
    let (rest, fragment) = location.split_once('#').unwrap_or((location, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if !fragment.is_empty() || has_parameters(path) {
        return Err(Error::invalid("'artifact_location' URL can't include fragments or params."));
    }
    if percent_decode_str(query).decode_utf8_lossy().contains("..") {
        return Err(Error::invalid("Invalid query string"));
    }
    if location.starts_with("runs:") {
        return Err(Error::invalid(format!(
            "Artifact location cannot be a runs:/ URI. Given: '{location}'"
        )));
    }
    if location.chars().count() > MAX_LENGTH {
        return Err(Error::invalid(format!(
            "Invalid artifact path length. The length of the artifact path cannot be greater than {MAX_LENGTH} characters."
        )));
    }
    Ok(())
}

/// Whether the last segment has parameters after `;`, which the schemes of stores
/// do not know.
fn has_parameters(path: &str) -> bool {
    let scheme = path.split_once(':').map_or("", |(scheme, _)| scheme);
    let last = path.rsplit('/').next().unwrap_or_default();
    ["", "ftp", "http", "https", "sftp"].contains(&scheme)
        && last.split_once(';').is_some_and(|(_, parameters)| !parameters.is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn places_are_taken_and_ways_out_are_not() {
        for location in ["s3://bucket/a;b", "mlflow-artifacts:/1", "/tmp/x?a=b", "file:///x#"] {
            assert!(check(location).is_ok(), "{location}");
        }
        let long = format!("s3://{}", "x".repeat(2048));
        for location in ["s3://b/a#b", "/b/a;b", "s3://b/a?p=%2e./", "runs:/x", &long] {
            assert!(check(location).is_err(), "{location}");
        }
    }
}
