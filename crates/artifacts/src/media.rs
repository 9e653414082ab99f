//! The media type of a file, by its name, as MLflow guesses it.

/// Names' endings that are shown as text, whatever they are.
const TEXT: [&str; 26] = [
    "txt",
    "log",
    "err",
    "cfg",
    "conf",
    "cnf",
    "cf",
    "ini",
    "properties",
    "prop",
    "hocon",
    "toml",
    "yaml",
    "yml",
    "xml",
    "json",
    "js",
    "py",
    "py3",
    "csv",
    "tsv",
    "md",
    "rst",
    "ipynb",
    "MLmodel",
    "MLproject",
];

/// What compressed files end with; their type is that of what is in them.
const COMPRESSED: [&str; 5] = ["gz", "bz2", "xz", "Z", "br"];

/// The media type of a file of this name.
pub(crate) fn media_type(name: &str) -> &'static str {
    let (stem, extension) = split(name);
    if TEXT.contains(&extension.unwrap_or(name)) {
        return "text/plain";
    }
    let Some(extension) = extension else { return BINARY };
    let known = if COMPRESSED.contains(&extension) { split(stem).1 } else { Some(extension) };
    known.map_or(BINARY, |extension| by_extension(&extension.to_ascii_lowercase()))
}

const BINARY: &str = "application/octet-stream";

/// A name and its ending; dots at its beginning belong to the name.
fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.trim_start_matches('.').is_empty() => {
            (stem, Some(extension).filter(|extension| !extension.is_empty()))
        }
        _ => (name, None),
    }
}

fn by_extension(extension: &str) -> &'static str {
    match extension {
        "png" => "image/png",
        "jpg" | "jpeg" | "jpe" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        "ico" => "image/vnd.microsoft.icon",
        "tif" | "tiff" => "image/tiff",
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "mjs" => "text/javascript",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "tar" | "tgz" => "application/x-tar",
        "h5" => "application/x-hdf5",
        "wasm" => "application/wasm",
        "mp3" => "audio/mpeg",
        "wav" => "audio/x-wav",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "avi" => "video/x-msvideo",
        "mov" => "video/quicktime",
        _ => BINARY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_and_what_nobody_knows_is_bytes() {
        let text = "text/plain";
        for name in ["a.csv", "MLmodel", "a.MLmodel", "conda.yaml", "x.json", "a.b.py", "log"] {
            assert_eq!(media_type(name), text, "{name}");
        }
        for name in ["model.pkl", "a", ".gitignore", "", "a.", "x.gz", "CSV", "a.CSV", ".csv.gz"] {
            assert_eq!(media_type(name), BINARY, "{name}");
        }
        for (name, expected) in [
            ("plot.PNG", "image/png"),
            ("t.tar.gz", "application/x-tar"),
            ("page.html", "text/html"),
        ] {
            assert_eq!(media_type(name), expected, "{name}");
        }
    }
}
