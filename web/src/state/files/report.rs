//! Pages of HTML, before they run: what they would load from elsewhere.

/// The most hosts that are named.
const MOST: usize = 3;

/// The hosts that scripts of a page come from, in their order, some of them:
/// nothing is fetched for a report, so that it will lack these.
pub(crate) fn script_hosts(html: &str) -> Vec<&str> {
    let mut hosts = Vec::new();
    for tag in html.split("<script").skip(1) {
        let tag = tag.split('>').next().unwrap_or(tag);
        let Some(host) = tag.split_once("src=").and_then(|(_, url)| host(url)) else { continue };
        if !hosts.contains(&host) {
            hosts.push(host);
        }
        if hosts.len() == MOST {
            break;
        }
    }
    hosts
}

/// The host of an address that may stand in quotes.
fn host(url: &str) -> Option<&str> {
    let url = url.trim_start_matches(['"', '\'', ' ']);
    let url = url.strip_prefix("https:").or_else(|| url.strip_prefix("http:")).unwrap_or(url);
    let host = url.strip_prefix("//")?.split(['/', '"', '\'', ' ', '?', '#']).next()?;
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hosts_of_scripts_are_named_once() {
        let html = r#"<script>let src="https://no.example/"</script>
            <script src="https://cdn.example/a.js"></script><script defer src='//cdn.example/b.js'>
            </script><script src=http://other.example></script><script src="own.js"></script>
            <img src="https://picture.example/">"#;
        assert_eq!(script_hosts(html), ["cdn.example", "other.example"]);
        assert!(script_hosts("<p>").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".*", url in "[\"' htps:/]{0,12}") {
            script_hosts(&text);
            script_hosts(&format!("<script src={url}>"));
        }
    }
}
