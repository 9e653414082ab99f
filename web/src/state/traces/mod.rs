//! What is said of traces: which are asked for, and what each is.
//!
//! | module | what it does |
//! |---|---|
//! | `assessments` | what people and judges think of traces, as columns |
//! | `spans` | the spans of a trace, as a tree that any answer can be made into |

pub(crate) mod assessments;
pub(crate) mod spans;

use mlflow_api::{SearchTraces, TraceInfo, TraceLocation, filter};
use serde_json::Value;

/// Whose traces are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// All of the experiment.
    Experiment,
    /// Those of a run.
    Run(String),
    /// Those of a logged model.
    Model(String),
}

impl Whose {
    /// What MLflow's own client asks for them.
    fn filter(&self) -> Option<String> {
        // What no quotes fit around is the id of nothing.
        let quoted = |id: &str| filter::string(id).unwrap_or_else(|_| "''".to_owned());
        match self {
            Whose::Experiment => None,
            Whose::Run(id) => Some(format!("attribute.run_id = {}", quoted(id))),
            Whose::Model(id) => Some(format!("request_metadata.`mlflow.modelId` = {}", quoted(id))),
        }
    }

    /// The question for a page of them, the newest first.
    pub(crate) fn request(&self, experiment: &str, page_token: Option<String>) -> SearchTraces {
        SearchTraces {
            locations: vec![TraceLocation::experiment(experiment)],
            filter: self.filter(),
            order_by: vec!["timestamp_ms DESC".to_owned()],
            page_token,
            ..SearchTraces::default()
        }
    }
}

/// The beginning of a text, and a sign where that is not all.
pub(crate) fn beginning(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What a trace is called: its name, or else its id.
pub(crate) fn name(info: &TraceInfo) -> &str {
    let name = info.tags.get("mlflow.traceName").filter(|name| !name.trim().is_empty());
    name.map_or(info.trace_id.as_str(), String::as_str)
}

/// Something of a trace's metadata that is not empty.
pub(crate) fn metadata(info: &TraceInfo, key: &str) -> Option<String> {
    info.trace_metadata.get(key).filter(|value| !value.is_empty()).cloned()
}

/// How many tokens a trace took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// What was given.
    pub(crate) input: u64,
    /// What was answered.
    pub(crate) output: u64,
    /// Both.
    pub(crate) total: u64,
}

/// The tokens that a trace took, where it says so.
pub(crate) fn tokens(info: &TraceInfo) -> Option<Tokens> {
    let usage = info.trace_metadata.get("mlflow.trace.tokenUsage")?;
    let usage: Value = serde_json::from_slice(usage.as_bytes()).ok()?;
    let of = |key: &str| usage.get(key).and_then(Value::as_u64);
    let (input, output) = (of("input_tokens"), of("output_tokens"));
    let total = of("total_tokens").or_else(|| input?.checked_add(output?))?;
    Some(Tokens { input: input.unwrap_or_default(), output: output.unwrap_or_default(), total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_asks_as_the_python_client_does() {
        let filter = |whose: Whose| whose.request("7", None).filter;
        assert_eq!(filter(Whose::Experiment), None);
        assert_eq!(filter(Whose::Run("0a".into())).unwrap(), "attribute.run_id = '0a'");
        assert_eq!(
            filter(Whose::Model("m-1".into())).unwrap(),
            "request_metadata.`mlflow.modelId` = 'm-1'"
        );
        // Never all of them for an id that nothing has.
        assert_eq!(filter(Whose::Run("a'\"".into())).unwrap(), "attribute.run_id = ''");
        let request = Whose::Experiment.request("7", Some("next".into()));
        assert_eq!(request.locations[0].experiment_id(), Some("7"));
        assert_eq!(request.page_token.as_deref(), Some("next"));
    }

    #[test]
    fn tokens_are_read_where_they_are_said() {
        let with = |usage: &str| {
            let metadata = [("mlflow.trace.tokenUsage".to_owned(), usage.to_owned())];
            tokens(&TraceInfo { trace_metadata: metadata.into(), ..TraceInfo::default() })
        };
        let said = r#"{"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}"#;
        assert_eq!(with(said), Some(Tokens { input: 3, output: 4, total: 7 }));
        assert_eq!(with(r#"{"input_tokens": 3, "output_tokens": 4}"#).unwrap().total, 7);
        for odd in ["", "[]", "{}", "7", r#"{"total_tokens": -1}"#] {
            assert_eq!(with(odd), None, "{odd}");
        }
    }

    #[test]
    fn texts_end_at_a_letter() {
        assert_eq!(beginning("añb", 2), "añ…");
        assert_eq!(beginning("añ", 2), "añ");
    }
}
