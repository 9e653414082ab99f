//! How a file can be shown, by its name and its first bytes.

use super::letters::{is_utf8, is_windows};
use super::paths::name;
use super::separated::separator_of;

/// A way to show a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// As a picture of a media type.
    Picture(&'static str),
    /// As sound of a media type.
    Sound(&'static str),
    /// As a film of a media type.
    Film(&'static str),
    /// As a page of HTML, shut in.
    Page,
    /// As a document that the browser shows itself.
    Document,
    /// As text in Markdown.
    Markdown,
    /// As a tree of JSON.
    Json,
    /// As a table of values with something between them.
    Table(u8),
    /// As a table that was logged as JSON.
    LoggedTable,
    /// As an array of NumPy's.
    Array,
    /// As a table of Parquet.
    Parquet,
    /// As shapes on a plane.
    Map,
    /// As a model of ONNX.
    Onnx,
    /// As an archive with files in it.
    Archive,
    /// As a Jupyter notebook.
    Notebook,
    /// As text.
    Text,
    /// As numbers and letters.
    Bytes,
}

/// The ways in which a file can be shown, the best first; never empty. What its
/// name says is only believed while its first bytes, `head`, do not contradict.
pub(crate) fn views(path: &str, head: &[u8]) -> Vec<View> {
    let ending = name(path).rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let ending = ending.unwrap_or_default();
    match of_bytes(head) {
        // Which of both it is, the bytes don't say soon.
        Some(ASF) if ending == "wma" => return vec![View::Sound("audio/x-ms-wma"), View::Bytes],
        Some(best) => return vec![best, View::Bytes],
        None => {}
    }
    let table = match ending.as_str() {
        "csv" => Some(View::Table(separator_of(head))),
        "tsv" => Some(View::Table(b'\t')),
        _ => None,
    };
    if !is_utf8(head) {
        let media = of_media(&ending);
        let text = (media.is_none() && is_windows(head)).then_some(View::Text);
        let table = table.filter(|_| text.is_some());
        return [media, table, text, Some(View::Bytes)].into_iter().flatten().collect();
    }
    let best = match ending.as_str() {
        "svg" => Some(View::Picture("image/svg+xml")),
        "md" | "markdown" | "mdx" => Some(View::Markdown),
        "ipynb" => Some(View::Notebook),
        "html" | "htm" => Some(View::Page),
        "json" | "geojson" | "webmanifest" => Some(View::Json),
        _ => table,
    };
    let map =
        (best == Some(View::Json) && (ending == "geojson" || is_geo(head))).then_some(View::Map);
    let table = (best == Some(View::Json) && is_logged_table(head)).then_some(View::LoggedTable);
    [map, table, best, Some(View::Text), Some(View::Bytes)].into_iter().flatten().collect()
}

/// What holds sound or film of Windows'.
const ASF: View = View::Film("video/x-ms-asf");

/// What the first bytes say by themselves.
fn of_bytes(head: &[u8]) -> Option<View> {
    let at = |start: usize, magic: &[u8]| head.get(start..).is_some_and(|b| b.starts_with(magic));
    Some(match () {
        () if at(0, b"\x89PNG\r\n\x1a\n") => View::Picture("image/png"),
        () if at(0, b"\xff\xd8\xff") => View::Picture("image/jpeg"),
        () if at(0, b"GIF87a") || at(0, b"GIF89a") => View::Picture("image/gif"),
        () if at(0, b"RIFF") && at(8, b"WEBP") => View::Picture("image/webp"),
        () if at(0, b"RIFF") && at(8, b"WAVE") => View::Sound("audio/wav"),
        () if at(0, b"RIFF") && at(8, b"AVI ") => View::Film("video/x-msvideo"),
        () if at(4, b"ftypM4A ") => View::Sound("audio/mp4"),
        () if at(4, b"ftypqt  ") => View::Film("video/mp4"),
        () if at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") => ASF,
        () if at(4, b"ftypavif") || at(4, b"ftypavis") => View::Picture("image/avif"),
        () if at(0, b"BM") && at(6, &[0, 0, 0, 0]) => View::Picture("image/bmp"),
        () if at(0, b"\x93NUMPY") => View::Array,
        () if at(0, b"PAR1") => View::Parquet,
        () if at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06") => View::Archive,
        () if at(0, b"%PDF-") => View::Document,
        () if at(0, b"ID3") => View::Sound("audio/mpeg"),
        () if at(0, b"fLaC") => View::Sound("audio/flac"),
        () if at(0, b"\x1aE\xdf\xa3") => View::Film("video/webm"),
        () => return None,
    })
}

/// What the ending says about bytes that no magic number begins, or a broken one.
fn of_media(ending: &str) -> Option<View> {
    Some(match ending {
        "png" => View::Picture("image/png"),
        "jpg" | "jpeg" => View::Picture("image/jpeg"),
        "gif" => View::Picture("image/gif"),
        "webp" => View::Picture("image/webp"),
        "avif" => View::Picture("image/avif"),
        "bmp" => View::Picture("image/bmp"),
        "npy" => View::Array,
        "onnx" => View::Onnx,
        "mp3" => View::Sound("audio/mpeg"),
        "m4a" => View::Sound("audio/mp4"),
        "ogg" | "oga" | "opus" => View::Sound("audio/ogg"),
        "aac" => View::Sound("audio/aac"),
        "flac" => View::Sound("audio/flac"),
        "wma" => View::Sound("audio/x-ms-wma"),
        "wav" => View::Sound("audio/wav"),
        // What browsers can play of these, they play as that.
        "mp4" | "m4v" | "mov" => View::Film("video/mp4"),
        "webm" | "mkv" => View::Film("video/webm"),
        "avi" => View::Film("video/x-msvideo"),
        "ogv" => View::Film("video/ogg"),
        _ => return None,
    })
}

/// Whether JSON begins as a collection of GeoJSON.
fn is_geo(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(head.get(..200).unwrap_or(head));
    start.contains("\"FeatureCollection\"")
}

/// Whether JSON begins as `mlflow.log_table` writes it.
fn is_logged_table(head: &[u8]) -> bool {
    let start = head.get(..200).unwrap_or(head);
    let start: Vec<u8> = start.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    start.starts_with(b"{\"columns\":[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn best(path: &str, head: &[u8]) -> View {
        views(path, head)[0]
    }

    #[test]
    fn names_and_bytes_decide_together() {
        assert_eq!(best("a/b.png", b"\x89PNG\r\n\x1a\nxyz"), View::Picture("image/png"));
        assert_eq!(best("plot", b"\x89PNG\r\n\x1a\nxyz"), View::Picture("image/png"));
        assert_eq!(best("b.png", b"\x00\x01"), View::Picture("image/png"));
        assert_eq!(best("b.png", b"no picture"), View::Text);
        assert_eq!(best("MLmodel", b"flavors:\n"), View::Text);
        assert_eq!(best("t.csv", b"a,b\n"), View::Table(b','));
        assert_eq!(best("t.csv", b"a,\0\n"), View::Bytes);
        assert_eq!(best("x.json", b"{\"a\": 1}"), View::Json);
        assert_eq!(best("x.json", b"{ \"columns\": [\"a\"]"), View::LoggedTable);
        assert_eq!(best("w.bin", &[0, 1, 2]), View::Bytes);
        assert_eq!(best("w.npy", b"\x93NUMPY\x01\0"), View::Array);
        assert_eq!(best("t.parquet", b"PAR1\x15\x04"), View::Parquet);
        assert_eq!(best("w.npz", b"PK\x03\x04\x2d"), View::Archive);
        assert_eq!(best("empty", b""), View::Text);
        assert_eq!(best("t.csv", b"Gr\xf6\xdfe,Ort\n1,2\n"), View::Table(b','));
        assert_eq!(best("t.txt", b"Gr\xf6\xdfe und Ort\n"), View::Text);
        assert_eq!(best("t.mp3", b"Gr\xf6\xdfe und Ort\n"), View::Sound("audio/mpeg"));
        assert_eq!(best("guide.mdx", b"# Guide\n"), View::Markdown);
        assert_eq!(best("a.MOV", b"\0\0\0\x14ftypqt  "), View::Film("video/mp4"));
        assert_eq!(best("a.m4a", b"\0\0\0\x1cftypM4A "), View::Sound("audio/mp4"));
        assert_eq!(best("a.avi", b"RIFF\0\0\0\0AVI LIST"), View::Film("video/x-msvideo"));
        let asf = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11";
        assert_eq!(best("a.wma", asf), View::Sound("audio/x-ms-wma"));
        assert_eq!(best("a.wmv", asf), ASF);
        assert_eq!(best("a.aac", b"\xff\xf1\x50\0"), View::Sound("audio/aac"));
        // The bytes of the last letter are cut.
        assert_eq!(best("x.txt", &"ü".as_bytes()[..1]), View::Text);
    }

    proptest! {
        #[test]
        fn there_is_always_a_way_and_the_last_is_bytes(name in ".{0,12}", head: Vec<u8>) {
            let ways = views(&name, &head);
            prop_assert_eq!(ways.last(), Some(&View::Bytes));
        }
    }
}
