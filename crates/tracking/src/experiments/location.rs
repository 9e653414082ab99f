//! Where an experiment's artifacts may be kept.

use percent_encoding::percent_decode_str;

use crate::Error;

/// Characters of a location.
const MAX_LENGTH: usize = 2048;

/// Refuses what is no place of its own, or may lead out of it.
pub(super) fn check(location: &str) -> Result<(), Error> {
    let (rest, fragment) = location.split_once('#').unwrap_or((location, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let last = path.rsplit('/').next().unwrap_or_default();
    let parameters = last.split_once(';').map_or("", |(_, parameters)| parameters);
    if !fragment.is_empty() || !parameters.is_empty() {
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

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn places_are_taken_and_ways_out_are_not() {
        for location in ["s3://bucket/a;b/c", "mlflow-artifacts:/1", "/tmp/x?a=b", "file:///x#"] {
            assert!(check(location).is_ok(), "{location}");
        }
        let long = format!("s3://{}", "x".repeat(2048));
        for location in ["s3://b/a#b", "s3://b/a;b", "s3://b/a?p=%2e./", "runs:/x", &long] {
            assert!(check(location).is_err(), "{location}");
        }
    }
}
