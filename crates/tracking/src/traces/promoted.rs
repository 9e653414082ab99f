//! Metadata that the store has in columns: the session, and sums of tokens and
//! costs.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::sql::Columns;
use crate::{Error, Sql, Value, keys, python_json};

pub(crate) const SESSION: &str = "mlflow.trace.session";
pub(crate) const TOKEN_USAGE: &str = "mlflow.trace.tokenUsage";
pub(crate) const COST: &str = "mlflow.trace.cost";

/// The columns of tokens, which are called as the keys of the JSON are.
pub(crate) const TOKENS: [&str; 6] = [
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation_input_tokens_above_1hr",
];
/// The same of costs.
pub(crate) const COSTS: [&str; 3] = ["input_cost", "output_cost", "total_cost"];

/// What a statement selects to be read by [`read`].
pub(crate) const COLUMNS: &str = "t.session_id, t.input_tokens, t.output_tokens, t.total_tokens,
    t.cache_read_input_tokens, t.cache_creation_input_tokens,
    t.cache_creation_input_tokens_above_1hr, t.input_cost, t.output_cost, t.total_cost";

/// Whether the key is one of those.
pub(crate) fn is_promoted(key: &str) -> bool {
    [SESSION, TOKEN_USAGE, COST].contains(&key)
}

/// A column and its new value.
pub(crate) type Change = (&'static str, Value);

/// What the metadata says about these columns.
pub(crate) fn changes(metadata: &BTreeMap<String, String>) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    if let Some(session) = metadata.get(SESSION) {
        changes.push(("session_id", checked_session(session)?.into()));
    }
    let object = |key| metadata.get(key).map(|text| object(text)).unwrap_or_default();
    changes.extend(token_changes(&object(TOKEN_USAGE)));
    changes.extend(cost_changes(&object(COST)));
    Ok(changes)
}

pub(crate) fn checked_session(session: &str) -> Result<&str, Error> {
    keys::check_length("Session ID", session, mlflow_api::limits::MAX_TRACE_METADATA_LENGTH)?;
    Ok(session)
}

/// A JSON object in text; empty for anything else.
pub(crate) fn object(text: &str) -> Map<String, Json> {
    serde_json::from_str(text).unwrap_or_default()
}

pub(crate) fn token_changes(usage: &Map<String, Json>) -> impl Iterator<Item = Change> {
    TOKENS.into_iter().filter_map(|key| usage.get(key).map(|value| (key, count(value).into())))
}

pub(crate) fn cost_changes(cost: &Map<String, Json>) -> impl Iterator<Item = Change> {
    COSTS.into_iter().filter_map(|key| cost.get(key).map(|value| (key, amount(value).into())))
}

/// A number of tokens; in text, too.
pub(crate) fn count(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = amount(value)?;
        (number.fract() == 0.0 && number.abs() < 9.2e18).then_some(number as i64)
    })
}

/// A finite number; in text, too.
pub(crate) fn amount(value: &Json) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

/// Writes changes of columns of a trace.
pub(crate) fn write(sql: &dyn Sql, trace: &str, changes: Vec<Change>) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut assignments = Vec::with_capacity(changes.len());
    let mut parameters = vec![Value::from(trace)];
    for (column, value) in changes {
        parameters.push(value);
        assignments.push(format!("{column} = ?{}", parameters.len()));
    }
    let statement =
        format!("UPDATE trace_info SET {} WHERE request_id = ?1", assignments.join(", "));
    sql.query(&statement, &parameters)?;
    Ok(())
}

/// The metadata that the columns stand for.
pub(super) fn read(columns: &mut Columns) -> impl Iterator<Item = (String, String)> + use<> {
    let session = columns.maybe_text().map(|session| (SESSION, session));
    let mut object = |keys: &[&'static str]| {
        let values: Vec<_> = keys
            .iter()
            .map(|key| (*key, columns.value().into_json()))
            .filter(|(_, value)| !value.is_null())
            .collect();
        (!values.is_empty()).then(|| python_json::to_string(&InOrder(values)))
    };
    let tokens = object(&TOKENS).map(|tokens| (TOKEN_USAGE, tokens));
    let cost = object(&COSTS).map(|cost| (COST, cost));
    [session, tokens, cost].into_iter().flatten().map(|(key, value)| (key.to_owned(), value))
}

/// A JSON object with its keys in this order.
pub(crate) struct InOrder<K, V>(pub(crate) Vec<(K, V)>);

impl<K: serde::Serialize, V: serde::Serialize> serde::Serialize for InOrder<K, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}
