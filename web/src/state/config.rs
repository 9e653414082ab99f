//! What the page is told before the user says anything: `millrace.json` beside
//! it, and the query of its own address.

use serde::Deserialize;

use super::query::Query;
use super::theme::Theme;

/// `millrace.json`, written by whoever hosts the page. A missing file is the
/// same as an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct SiteConfig {
    /// The MLflow server to use; without one the page asks.
    pub(crate) tracking: Option<Tracking>,
    /// Models served beside the page.
    pub(crate) models: Vec<EdgeModel>,
}

/// The server that this site is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Tracking {
    /// Its address; empty for the origin that served the page.
    pub(crate) url: String,
    /// What to call it.
    pub(crate) label: String,
}

/// A model that answers `/invocations` over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct EdgeModel {
    /// What to call it.
    pub(crate) name: String,
    /// Where to post, relative to the page or absolute.
    pub(crate) url: String,
    /// A request body that it accepts.
    #[serde(default)]
    pub(crate) example: Option<serde_json::Value>,
}

/// What the page's own query may ask for. Never credentials: addresses are
/// logged and shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageQuery {
    /// `?server=URL`: the MLflow server to use.
    pub(crate) server: Option<String>,
    /// `?theme=light|dark`: instead of the remembered one.
    pub(crate) theme: Option<Theme>,
    /// `?embed=1`: the content alone, without rail and bars.
    pub(crate) embed: bool,
}

impl PageQuery {
    /// Reads `location.search`.
    pub(crate) fn parse(search: &str) -> PageQuery {
        let query = Query::parse(search);
        PageQuery {
            server: query.get("server").map(str::to_owned),
            theme: query.get("theme").and_then(Theme::parse),
            embed: matches!(query.get("embed"), Some("1" | "true")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_a_site_without_a_server() {
        let config: SiteConfig = serde_json::from_str("{}").unwrap();
        assert_eq!(config, SiteConfig::default());
        let config: SiteConfig =
            serde_json::from_str(r#"{"tracking": null, "models": []}"#).unwrap();
        assert_eq!(config, SiteConfig::default());
    }

    #[test]
    fn a_proxy_has_an_empty_address() {
        let config: SiteConfig = serde_json::from_str(
            r#"{"tracking": {"url": "", "label": "team"},
                "models": [{"name": "demo", "url": "./invocations"}]}"#,
        )
        .unwrap();
        assert_eq!(config.tracking, Some(Tracking { url: String::new(), label: "team".into() }));
        assert_eq!(config.models[0].url, "./invocations");
    }

    #[test]
    fn the_page_is_asked_by_its_query() {
        let query = PageQuery::parse("?server=https%3A%2F%2Fml.example%2Fx&theme=dark&embed=1");
        assert_eq!(query.server.as_deref(), Some("https://ml.example/x"));
        assert_eq!(query.theme, Some(Theme::Dark));
        assert!(query.embed);
        assert_eq!(PageQuery::parse("?theme=pink&embed=0"), PageQuery::default());
    }
}
