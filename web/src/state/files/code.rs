//! The language of code, by the file's name and its first line, as highlight.js
//! calls it.

use super::paths::name;

/// The language of a file.
pub(crate) fn language(path: &str, head: &[u8]) -> Option<&'static str> {
    let name = name(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    Some(match ending.as_str() {
        "py" | "pyi" | "ipy" => "python",
        "yaml" | "yml" => "yaml",
        "json" | "jsonl" | "geojson" | "ipynb" | "webmanifest" => "json",
        "toml" | "ini" | "cfg" => "ini",
        "sql" => "sql",
        "sh" | "bash" | "zsh" => "bash",
        "r" => "r",
        "js" | "mjs" | "cjs" | "jsx" => "javascript",
        "ts" | "tsx" | "mts" => "typescript",
        "rs" => "rust",
        "c" | "h" => "c",
        "cc" | "cpp" | "hpp" | "cu" | "cuh" => "cpp",
        "go" => "go",
        "java" => "java",
        "jl" => "julia",
        "kt" => "kotlin",
        "scala" => "scala",
        "lua" => "lua",
        "pl" => "perl",
        "php" => "php",
        "rb" => "ruby",
        "css" => "css",
        "html" | "htm" | "xml" | "svg" => "xml",
        "md" | "markdown" => "markdown",
        "diff" | "patch" => "diff",
        "properties" | "env" => "properties",
        "mk" => "makefile",
        _ => match name {
            "MLmodel" => "yaml",
            "Dockerfile" => "dockerfile",
            "Makefile" => "makefile",
            _ => return script(head),
        },
    })
}

/// What the first line of a script says: `#!/usr/bin/env python3`.
fn script(head: &[u8]) -> Option<&'static str> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let known = [("python", "python"), ("Rscript", "r"), ("node", "javascript"), ("sh", "bash")];
    known.into_iter().find(|(program, _)| line.contains(program)).map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_first_lines_tell_languages() {
        assert_eq!(language("a/train.py", b""), Some("python"));
        assert_eq!(language("model/MLmodel", b""), Some("yaml"));
        assert_eq!(language("Cargo.TOML", b""), Some("ini"));
        assert_eq!(language("run", b"#!/usr/bin/env python3\n"), Some("python"));
        assert_eq!(language("run", b"#!/bin/bash\n"), Some("bash"));
        assert_eq!(language("notes.txt", b"text"), None);
        assert_eq!(language("a.b/c", b"#!\xff\n"), None);
    }
}
