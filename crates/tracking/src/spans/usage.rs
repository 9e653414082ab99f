//! Sums of tokens and costs over the spans of a trace.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json};

use crate::sql::Columns;
use crate::traces::promoted::{self, Change};
use crate::{Error, Sql};

pub(super) const CHAT_USAGE: &str = "mlflow.chat.tokenUsage";
pub(super) const LLM_COST: &str = "mlflow.llm.cost";

/// The keys that every sum has.
const SUMMED_TOKENS: usize = 3;

/// A span with what it says about itself and all below it.
struct Node {
    parent: Option<String>,
    said: Option<Map<String, Json>>,
}

/// What the spans say about the trace's tokens.
pub(super) fn tokens(sql: &dyn Sql, trace: &str) -> Result<Vec<Change>, Error> {
    let sums = sums(&nodes(sql, trace, CHAT_USAGE)?, &promoted::TOKENS, SUMMED_TOKENS);
    Ok(sums.into_iter().map(|(key, sum)| (key, (sum as i64).into())).collect())
}

/// What the spans say about the trace's cost.
pub(super) fn cost(sql: &dyn Sql, trace: &str) -> Result<Vec<Change>, Error> {
    let sums = sums(&nodes(sql, trace, LLM_COST)?, &promoted::COSTS, promoted::COSTS.len());
    Ok(sums.into_iter().map(|(key, sum)| (key, sum.into())).collect())
}

fn nodes(sql: &dyn Sql, trace: &str, attribute: &str) -> Result<HashMap<String, Node>, Error> {
    let rows = sql.query(
        "SELECT span_id, parent_span_id, json_extract(content, ?2) FROM spans
         WHERE trace_id = ?1 AND content <> ''",
        &[trace.into(), format!("$.attributes.\"{attribute}\"").into()],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            let id = columns.text();
            let parent = columns.maybe_text();
            let said = columns.maybe_text();
            (id, Node { parent, said: said.and_then(|said| serde_json::from_str(&said).ok()) })
        })
        .collect())
}

/// The sums; of a span that says something, nothing below it counts. The first
/// `always` keys have a sum, the others where a span has them.
fn sums(
    nodes: &HashMap<String, Node>,
    keys: &'static [&'static str],
    always: usize,
) -> BTreeMap<&'static str, f64> {
    let mut sums = BTreeMap::new();
    for node in nodes.values() {
        let Some(said) = node.said.as_ref().filter(|_| !is_counted_above(nodes, node)) else {
            continue;
        };
        for (i, key) in keys.iter().enumerate() {
            let value = said.get(*key).and_then(promoted::amount);
            if i < always || value.is_some() {
                *sums.entry(*key).or_default() += value.unwrap_or_default();
            }
        }
    }
    sums
}

/// Whether a span above it says something, too.
fn is_counted_above(nodes: &HashMap<String, Node>, node: &Node) -> bool {
    let mut above = node.parent.as_ref().and_then(|id| nodes.get(id));
    // Spans may claim to be each other's parents.
    for _ in 0..nodes.len() {
        match above {
            None => return false,
            Some(parent) if parent.said.is_some() => return true,
            Some(parent) => above = parent.parent.as_ref().and_then(|id| nodes.get(id)),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(parent: Option<&str>, said: Json) -> Node {
        Node { parent: parent.map(str::to_owned), said: said.as_object().cloned() }
    }

    #[test]
    fn what_is_said_above_counts_once() {
        let nodes = HashMap::from([
            ("root".to_owned(), node(None, Json::Null)),
            ("agent".to_owned(), node(Some("root"), json!({"input_tokens": 5}))),
            ("llm".to_owned(), node(Some("agent"), json!({"input_tokens": 4}))),
            (
                "other".to_owned(),
                node(Some("missing"), json!({"input_tokens": 1, "cache_read_input_tokens": 2})),
            ),
            ("a".to_owned(), node(Some("b"), json!({"input_tokens": 100}))),
            ("b".to_owned(), node(Some("a"), Json::Null)),
        ]);
        let sums = sums(&nodes, &promoted::TOKENS, SUMMED_TOKENS);
        let expected = [
            ("input_tokens", 6.0),
            ("output_tokens", 0.0),
            ("total_tokens", 0.0),
            ("cache_read_input_tokens", 2.0),
        ];
        assert_eq!(sums, BTreeMap::from(expected));
    }
}
