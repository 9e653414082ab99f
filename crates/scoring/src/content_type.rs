//! The header `content-type`, read as MLflow reads it.

use crate::body::PROTOCOL_CHANGE;

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Json,
}

/// Reads the header.
///
/// # Errors
/// The text of an answer with status 415.
pub(crate) fn read(header: Option<&str>) -> Result<Format, String> {
    let Some(header) = header else {
        return Err(format!("{} Got none.", supported()));
    };
    let mut parts = header.split(';').map(str::trim);
    let mime = parts.next().unwrap_or_default();
    let mut unknown: Vec<&str> = Vec::new();
    let mut charset = "utf-8";
    for parameter in parts {
        match parameter.split_once('=').unwrap_or((parameter, "")) {
            ("charset", value) => charset = value,
            (name, _) => unknown.push(name),
        }
    }
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err("The scoring server only supports UTF-8".into());
    }
    if !unknown.is_empty() {
        return Err(format!(
            "Unrecognized content type parameters: {}. {PROTOCOL_CHANGE}",
            unknown.join(", ")
        ));
    }
    let is = |name| mime.eq_ignore_ascii_case(name);
    if is("application/json") {
        Ok(Format::Json)
    } else if is("text/csv") {
        Ok(Format::Csv)
    } else if is("application/vnd.apache.parquet") {
        Err("This server does not read Parquet. Send application/json or text/csv.".into())
    } else {
        Err(format!("{} Got '{header}'.", supported()))
    }
}

fn supported() -> &'static str {
    "This predictor only supports the following content types: Types: ['text/csv', \
     'application/json', 'application/vnd.apache.parquet']."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_apart() {
        for header in ["application/json", "application/json; charset=UTF-8", "Application/JSON"] {
            assert_eq!(read(Some(header)), Ok(Format::Json), "{header}");
        }
        assert_eq!(read(Some(" text/csv ;charset=utf-8")), Ok(Format::Csv));
        for header in
            [None, Some(""), Some("text/plain"), Some("application/json; charset=latin-1")]
        {
            assert!(read(header).is_err(), "{header:?}");
        }
        let error = read(Some("application/json; format=pandas-split")).unwrap_err();
        assert!(error.starts_with("Unrecognized content type parameters: format. IMPORTANT"));
    }
}
