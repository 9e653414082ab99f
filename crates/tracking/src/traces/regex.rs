//! `RLIKE`: SQLite in a Durable Object knows no regular expressions, so the
//! different texts are looked at here, and those that fit are asked for.

use mlflow_api::search::{Clause, Comparator, Value as Operand};
use regex_lite::Regex;

use crate::sql::Columns;
use crate::{Error, Sql, Value};

/// How many different texts are looked at.
const MAX_TEXTS: usize = 10_000;

/// The clause as one with `IN`, if it is one with `RLIKE`. `texts` selects the
/// texts that it may be about.
pub(super) fn resolve(
    sql: &dyn Sql,
    clause: &Clause,
    texts: &str,
    parameters: &[Value],
) -> Result<Clause, Error> {
    let Operand::Text(pattern) = &clause.value else { return Ok(clause.clone()) };
    if clause.comparator != Comparator::Rlike {
        return Ok(clause.clone());
    }
    let regex = Regex::new(pattern)
        .map_err(|e| Error::invalid(format!("'{pattern}' is no regular expression: {e}")))?;
    let rows = sql.query(&format!("{texts} LIMIT {}", MAX_TEXTS + 1), parameters)?;
    if rows.len() > MAX_TEXTS {
        return Err(Error::invalid(format!(
            "RLIKE looks at {MAX_TEXTS} different texts, and there are more; LIKE has no such limit"
        )));
    }
    let texts = rows.into_iter().filter_map(|row| Columns::of(row).maybe_text());
    let found = texts.filter(|text| regex.is_match(&plain(text))).collect();
    Ok(Clause { comparator: Comparator::In, value: Operand::List(found), ..clause.clone() })
}

/// A text without the quotes that it has in JSON.
fn plain(text: &str) -> String {
    serde_json::from_str(text).unwrap_or_else(|_| text.to_owned())
}
