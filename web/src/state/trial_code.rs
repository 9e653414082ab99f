//! The same request as code: a command line, Python, JavaScript.

use super::language::t;

/// A request as code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// In which language.
    pub(crate) language: &'static str,
    /// What its copy button is called.
    pub(crate) copy: &'static str,
    /// The code.
    pub(crate) code: String,
}

/// A request to `url` in each language. `served` is a line that starts a
/// server for it, where there is none yet.
pub(crate) fn snippets(url: &str, body: &str, served: Option<&str>) -> [Snippet; 3] {
    let note = |mark: &str| served.map(|line| format!("{mark} {line}\n")).unwrap_or_default();
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    [
        Snippet {
            language: "curl",
            copy: t("Copy the command"),
            code: format!("{}{}", note("#"), curl("", url, body)),
        },
        Snippet {
            language: "Python",
            copy: t("Copy the Python"),
            code: format!(
                "{}import json, urllib.request\n\n\
                 body = {}\n\
                 request = urllib.request.Request(\n    {},\n    \
                 body.encode(),\n    \
                 {{\"Content-Type\": \"application/json\"}},\n)\n\
                 print(json.load(urllib.request.urlopen(request)))",
                note("#"),
                python_text(body),
                quoted(url)
            ),
        },
        Snippet {
            language: "fetch",
            copy: t("Copy the JavaScript"),
            code: format!(
                "{}const answer = await fetch({}, {{\n  method: 'POST',\n  \
                 headers: {{ 'Content-Type': 'application/json' }},\n  \
                 body: `{}`,\n}});\n\
                 console.log(await answer.text());",
                note("//"),
                quoted(url),
                // As it stands: JavaScript's numbers would lose digits.
                body.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${")
            ),
        },
    ]
}

/// A text in Python: over several lines, where nothing in it would end it.
fn python_text(text: &str) -> String {
    if text.contains('\\') || text.contains("'''") || text.ends_with('\'') {
        return serde_json::Value::from(text).to_string();
    }
    format!("'''{text}'''")
}

/// The request as a command line. `base` is the page's address, to which the
/// model's may be relative.
fn curl(base: &str, url: &str, body: &str) -> String {
    let url = absolute(base, url);
    let body = body.replace('\'', "'\\''");
    format!("curl {url} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'")
}

/// Resolves the kinds of addresses that `millrace.json` may hold: absolute,
/// from the root, and relative to the page's folder.
pub(crate) fn absolute(base: &str, url: &str) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    let base = base.split(['?', '#']).next().unwrap_or_default();
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let root = base.get(after_scheme..).and_then(|rest| rest.find('/')).map(|at| after_scheme + at);
    let origin = root.and_then(|root| base.get(..root)).unwrap_or(base);
    if url.starts_with('/') {
        return format!("{origin}{url}");
    }
    let folder = match root {
        Some(_) => base.rfind('/').and_then(|at| base.get(..at)).unwrap_or(base),
        None => base,
    };
    format!("{folder}/{}", url.trim_start_matches("./"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_made_absolute() {
        for (base, url, expected) in [
            ("http://h:1/", "./invocations", "http://h:1/invocations"),
            ("http://h:1", "invocations", "http://h:1/invocations"),
            ("https://h/sub/index.html?a=b/c#/try", "./m/x", "https://h/sub/m/x"),
            ("https://h/sub/page", "/invocations", "https://h/invocations"),
            ("https://h/", "https://e/invocations", "https://e/invocations"),
        ] {
            assert_eq!(absolute(base, url), expected);
        }
    }

    #[test]
    fn quotes_in_the_body_survive_the_shell() {
        let command = curl("http://h/", "./invocations", r#"{"inputs": ["it's"]}"#);
        assert!(command.ends_with(r#"-d '{"inputs": ["it'\''s"]}'"#), "{command}");
        assert!(command.starts_with("curl http://h/invocations \\\n"));
    }

    #[test]
    fn what_has_to_be_started_first_stands_above_as_a_comment() {
        let served = Some("mlflow models serve -m models:/a/1");
        let [curl, python, fetch] = snippets("http://h/invocations", "{\"a\": \"\\\"\"}", served);
        assert!(curl.code.starts_with("# mlflow models serve"));
        assert!(python.code.contains(r#"body = "{\"a\": \"\\\"\"}""#), "{}", python.code);
        assert!(fetch.code.starts_with("// mlflow models serve"));
    }
}
