//! Which traces a filter finds.

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, Comparator, OrderBy, Subject, Value as Operand};
use mlflow_api::{SearchTraces, SearchTracesResponse, limits};

use super::{info, promoted, regex};
use crate::associations::Kind;
use crate::experiments::{self, in_experiments};
use crate::page::Page;
use crate::search::{Keyed, Search, Source};
use crate::sql::Columns;
use crate::{Error, Sql, Value, python_json};

const SOURCE: Source = Source {
    table: "trace_info t",
    attributes: &[
        ("request_id", "t.request_id"),
        ("experiment_id", "t.experiment_id"),
        ("timestamp_ms", "t.timestamp_ms"),
        ("execution_time_ms", "t.execution_time_ms"),
        ("end_time_ms", "t.timestamp_ms + ifnull(t.execution_time_ms, 0)"),
        ("status", "t.status"),
        ("client_request_id", "t.client_request_id"),
        ("name", "t.trace_name"),
        (SESSION_ID, "t.session_id"),
    ],
    keyed: &[
        (Entity::Tag, of_trace("trace_tags")),
        (Entity::Metadata, of_trace("trace_request_metadata")),
    ],
};

const fn of_trace(table: &'static str) -> Keyed {
    Keyed {
        table,
        key: "key",
        value: "value",
        owner: &[("request_id", "t.request_id")],
        has_nan: false,
    }
}

/// The column's name; a filter has it as metadata.
const SESSION_ID: &str = "session_id";
/// Metadata that names the run that a trace was made in.
const SOURCE_RUN: &str = "mlflow.sourceRun";
/// The tag in which clients keep the prompts that were used.
const LINKED_PROMPTS: &str = "mlflow.linkedPrompts";

pub(crate) fn search(sql: &dyn Sql, asked: &SearchTraces) -> Result<SearchTracesResponse, Error> {
    let limit = limits::SEARCH_TRACES_MAX_RESULTS;
    let page = Page::of_search(asked.page_token.as_deref(), asked.max_results, limit)?;
    let experiments: Vec<String> = asked
        .locations
        .iter()
        .filter_map(|location| location.mlflow_experiment.as_ref())
        .map(|experiment| experiment.experiment_id.clone())
        .collect();
    let mut search = Search::of(&SOURCE);
    in_experiments(&mut search, "t.experiment_id", &experiments)?;
    filter(sql, &mut search, asked.filter.as_deref().unwrap_or_default(), &experiments)?;
    order(&mut search, &asked.order_by)?;
    let (rows, next_page_token) = search.page(sql, "t.request_id", &info::columns(), page)?;
    Ok(SearchTracesResponse { traces: info::read(sql, rows)?, next_page_token })
}

/// A search of traces `t`, without conditions yet.
pub(super) fn new() -> Search {
    Search::of(&SOURCE)
}

/// How many traces of these experiments all the filters find.
pub(super) fn count(sql: &dyn Sql, experiments: &[String], filters: &[&str]) -> Result<i64, Error> {
    let mut search = Search::of(&SOURCE);
    in_experiments(&mut search, "t.experiment_id", experiments)?;
    for text in filters {
        filter(sql, &mut search, text, experiments)?;
    }
    search.then("1");
    let rows = search.rows(sql, "count(*)", Page::of_search(None, 1, 1)?)?;
    Ok(rows.into_iter().next().map_or(0, |row| Columns::of(row).integer()))
}

/// Adds what the filter says.
fn filter(
    sql: &dyn Sql,
    search: &mut Search,
    filter: &str,
    experiments: &[String],
) -> Result<(), Error> {
    let ids: Result<Vec<i64>, Error> =
        experiments.iter().map(|id| experiments::parse_id(id)).collect();
    let scope = Scope { sql, experiments: serde_json::json!(ids?).to_string() };
    let clauses = search::parse(Subject::Traces, filter)?;
    Search::check(&clauses)?;
    let mut plain = Vec::new();
    let mut of_spans = Vec::new();
    for clause in clauses.into_iter().map(renamed) {
        match (clause.entity, clause.key.as_str()) {
            (Entity::Span, _) => {
                let condition = of_span(&scope, search, &clause)?;
                of_spans.push(condition);
            }
            (Entity::Feedback | Entity::Expectation, _) => {
                let condition = assessed(&scope, search, &clause)?;
                search.also(condition);
            }
            (Entity::Issue, _) => {
                let compared = search.compare("a.name", &clause);
                search.also(format!(
                    "EXISTS (SELECT 1 FROM assessments a WHERE a.trace_id = t.request_id
                         AND a.assessment_type = 'issue' AND {compared})"
                ));
            }
            (Entity::Tag, LINKED_PROMPTS) => {
                let condition = of_prompt(search, &clause)?;
                search.also(condition);
            }
            (Entity::Metadata, SOURCE_RUN) if clause.comparator == Comparator::Equal => {
                let condition = of_run(search, &clause);
                search.also(condition);
            }
            (Entity::Metadata, promoted::TOKEN_USAGE | promoted::COST) => {
                let condition = summed(search, &clause)?;
                search.also(condition);
            }
            _ => plain.push(scope.without_regex(&clause)?),
        }
    }
    if !of_spans.is_empty() {
        search.also(format!(
            "EXISTS (SELECT 1 FROM spans s WHERE s.trace_id = t.request_id
                 AND s.experiment_id = t.experiment_id AND {})",
            of_spans.join(" AND ")
        ));
    }
    search.filter(&plain)
}

/// What a filter calls otherwise than the store: some attributes are metadata or
/// tags, and some of these are columns.
fn renamed(clause: Clause) -> Clause {
    if clause.entity == Entity::Span {
        return clause;
    }
    let (entity, key) = match clause.key.to_ascii_lowercase().as_str() {
        "name" => (Entity::Attribute, "name"),
        "prompt" => (Entity::Tag, LINKED_PROMPTS),
        "run_id" => (Entity::Metadata, SOURCE_RUN),
        "text" => (Entity::Span, "content"),
        _ => match column(clause.entity, &clause.key) {
            Some(name) => (Entity::Attribute, name),
            None => return clause,
        },
    };
    Clause { entity, key: key.into(), ..clause }
}

/// The column that a tag or metadata is kept in.
fn column(entity: Entity, key: &str) -> Option<&'static str> {
    match (entity, key) {
        (Entity::Tag, info::NAME) => Some("name"),
        (Entity::Metadata, promoted::SESSION) => Some(SESSION_ID),
        _ => None,
    }
}

/// Where a search looks.
struct Scope<'a> {
    sql: &'a dyn Sql,
    /// The experiments' ids as a JSON array.
    experiments: String,
}

impl Scope<'_> {
    /// The clause with the texts that its regular expression finds, if it has one.
    fn without_regex(&self, clause: &Clause) -> Result<Clause, Error> {
        let experiments = Value::from(self.experiments.as_str());
        let known = SOURCE.attributes.iter().find(|(name, _)| *name == clause.key);
        let (texts, parameters) = match (clause.entity, known) {
            (Entity::Attribute, Some((_, column))) => (
                format!(
                    "SELECT DISTINCT {column} FROM trace_info t
                     WHERE t.experiment_id IN (SELECT value FROM json_each(?1))"
                ),
                vec![experiments],
            ),
            (Entity::Tag, _) => (
                "SELECT DISTINCT value FROM trace_tags WHERE key = ?1".into(),
                vec![clause.key.as_str().into()],
            ),
            _ => (
                "SELECT DISTINCT value FROM trace_request_metadata WHERE key = ?1".into(),
                vec![clause.key.as_str().into()],
            ),
        };
        regex::resolve(self.sql, clause, &texts, &parameters)
    }
}

/// The condition that a span `s` is so.
fn of_span(scope: &Scope<'_>, search: &mut Search, clause: &Clause) -> Result<String, Error> {
    let Some(attribute) = clause.key.strip_prefix("attributes.") else {
        let column = match clause.key.as_str() {
            "name" => "s.name",
            "type" => "s.type",
            "status" => "s.status",
            _ => "s.content",
        };
        let texts = format!(
            "SELECT DISTINCT {column} FROM spans s
             WHERE s.experiment_id IN (SELECT value FROM json_each(?1))"
        );
        let clause =
            regex::resolve(scope.sql, clause, &texts, &[scope.experiments.as_str().into()])?;
        return Ok(search.compare(column, &clause));
    };
    let attribute = attribute.trim_matches('`');
    if clause.comparator == Comparator::Rlike {
        let path = format!("$.attributes.\"{attribute}\"");
        let clause = regex::resolve(
            scope.sql,
            clause,
            "SELECT DISTINCT json_extract(s.content, ?2) FROM spans s
             WHERE s.experiment_id IN (SELECT value FROM json_each(?1))",
            &[scope.experiments.as_str().into(), path.as_str().into()],
        )?;
        let path = search.bind(path);
        return Ok(search.compare(&format!("json_extract(s.content, {path})"), &clause));
    }
    // MLflow looks for the key and the pattern anywhere behind it.
    let value = match &clause.value {
        Operand::Text(pattern) => Operand::Text(format!("%\"{attribute}\"{pattern}%")),
        other => other.clone(),
    };
    Ok(search.compare("s.content", &Clause { value, ..clause.clone() }))
}

/// The condition that the trace has such an assessment; or another trace of its
/// session has one that is about the session.
fn assessed(scope: &Scope<'_>, search: &mut Search, clause: &Clause) -> Result<String, Error> {
    let kind = search.bind(clause.entity.noun());
    let name = search.bind(clause.key.as_str());
    let mut such = format!("a.assessment_type = {kind} AND a.name = {name} AND a.valid");
    let value = match clause.comparator {
        Comparator::IsNull | Comparator::IsNotNull => None,
        Comparator::Equal | Comparator::NotEqual => {
            let Operand::Text(text) = &clause.value else {
                return Err(Error::invalid("assessments are compared with texts"));
            };
            // A text is kept with its quotes, a number or a flag without.
            let (plain, quoted) = (search.bind(text.as_str()), python_json::to_ascii(text));
            let quoted = search.bind(quoted);
            let not = if clause.comparator == Comparator::Equal { "" } else { "NOT " };
            Some(format!("a.value {not}IN ({plain}, {quoted})"))
        }
        Comparator::Like | Comparator::Ilike => Some(search.compare("a.value", clause)),
        Comparator::Rlike => {
            let clause = regex::resolve(
                scope.sql,
                clause,
                "SELECT DISTINCT value FROM assessments WHERE assessment_type = ?1 AND name = ?2",
                &[clause.entity.noun().into(), clause.key.as_str().into()],
            )?;
            Some(search.compare("a.value", &clause))
        }
        _ => {
            let compared = search.compare("a.aggregate_value", clause);
            Some(format!("a.is_numeric_value AND {compared}"))
        }
    };
    if let Some(value) = value {
        such = format!("{such} AND {value}");
    }
    let experiments = search.bind(scope.experiments.as_str());
    let not = if clause.comparator == Comparator::IsNull { "NOT " } else { "" };
    Ok(format!(
        "{not}(EXISTS (SELECT 1 FROM assessments a WHERE a.trace_id = t.request_id AND {such})
             OR ifnull(t.session_id IN (SELECT x.session_id FROM assessments a
                 JOIN trace_info x ON x.request_id = a.trace_id
                 WHERE x.experiment_id IN (SELECT value FROM json_each({experiments}))
                     AND instr(a.assessment_metadata, '\"{}\":') AND {such}), 0))",
        promoted::SESSION
    ))
}

/// The condition that the trace used the version of a prompt.
fn of_prompt(search: &mut Search, clause: &Clause) -> Result<String, Error> {
    let Operand::Text(prompt) = &clause.value else {
        return Err(Error::invalid("a prompt is compared with a text"));
    };
    if prompt.matches('/').count() != 1 {
        return Err(Error::invalid(format!(
            "Invalid prompts filter value '{prompt}'. Expected format: prompt = \"name/version\""
        )));
    }
    Ok(linked(search, Kind::PromptVersion, clause))
}

/// The condition that the trace was made in a run, or was linked to it.
fn of_run(search: &mut Search, clause: &Clause) -> String {
    let linked = linked(search, Kind::Run, clause);
    let made = search.keyed_condition(of_trace("trace_request_metadata"), clause);
    format!("({linked} OR {made})")
}

/// The condition that the trace has a tag or metadata with this text.
pub(super) fn of_key(search: &mut Search, clause: &Clause) -> Result<String, Error> {
    if let Some(name) = column(clause.entity, &clause.key) {
        let column = search.attribute(name)?;
        return Ok(search.compare(column, clause));
    }
    match (clause.entity, clause.key.as_str()) {
        (Entity::Metadata, SOURCE_RUN) => Ok(of_run(search, clause)),
        (Entity::Metadata, promoted::TOKEN_USAGE | promoted::COST) => summed(search, clause),
        (Entity::Metadata, _) => {
            Ok(search.keyed_condition(of_trace("trace_request_metadata"), clause))
        }
        _ => Ok(search.keyed_condition(of_trace("trace_tags"), clause)),
    }
}

/// The condition that the trace belongs to something.
fn linked(search: &mut Search, kind: Kind, clause: &Clause) -> String {
    let compared = search.compare("e.destination_id", clause);
    format!(
        "EXISTS (SELECT 1 FROM entity_associations e WHERE e.source_type = '{}'
             AND e.source_id = t.request_id AND e.destination_type = '{}' AND {compared})",
        Kind::Trace.as_str(),
        kind.as_str()
    )
}

/// The condition on sums that the store has in columns: they are equal to the
/// JSON that is answered for them, and to no other text.
fn summed(search: &mut Search, clause: &Clause) -> Result<String, Error> {
    let columns: &[&str] =
        if clause.key == promoted::COST { &promoted::COSTS } else { &promoted::TOKENS };
    let any: Vec<String> = columns.iter().map(|name| format!("t.{name} IS NOT NULL")).collect();
    let any = format!("({})", any.join(" OR "));
    let text = match (&clause.comparator, &clause.value) {
        (Comparator::IsNull, _) => return Ok(format!("NOT {any}")),
        (Comparator::IsNotNull, _) => return Ok(any),
        (Comparator::Equal | Comparator::NotEqual, Operand::Text(text)) => text,
        _ => {
            return Err(Error::invalid(format!(
                "Comparator '{}' is not supported for reserved metadata '{}'. Only '=', '!=', 'IS NULL', and 'IS NOT NULL' are supported.",
                clause.comparator, clause.key
            )));
        }
    };
    let said = promoted::object(text);
    let values: Vec<(&str, &serde_json::Value)> =
        columns.iter().filter_map(|name| said.get(*name).map(|value| (*name, value))).collect();
    let is_canonical = values.len() == said.len()
        && !values.is_empty()
        && values.iter().all(|(_, value)| value.is_number())
        && python_json::to_string(&promoted::InOrder(values)) == *text;
    let equal = if is_canonical {
        let each: Vec<String> = columns
            .iter()
            .map(|name| {
                let value = said.get(*name).and_then(promoted::amount);
                let value = search.bind(value);
                format!("t.{name} IS {value}")
            })
            .collect();
        format!("({})", each.join(" AND "))
    } else {
        "false".into()
    };
    Ok(match clause.comparator {
        Comparator::Equal => equal,
        _ => format!("({any} AND NOT {equal})"),
    })
}

fn order(search: &mut Search, texts: &[String]) -> Result<(), Error> {
    let mut orders = search::order_by(Subject::Traces, texts)?;
    for order in &mut orders {
        *order = order_renamed(order)?;
    }
    search.order(&orders)?;
    let is_by = |name| orders.iter().any(|o| o.entity == Entity::Attribute && o.key == name);
    if !is_by("timestamp_ms") {
        search.then("t.timestamp_ms DESC");
    }
    if !is_by("request_id") {
        search.then("t.request_id");
    }
    Ok(())
}

/// The same for orders as [`renamed`] for clauses.
fn order_renamed(order: &OrderBy) -> Result<OrderBy, Error> {
    if order.entity == Entity::Metadata
        && [promoted::TOKEN_USAGE, promoted::COST].contains(&order.key.as_str())
    {
        return Err(Error::invalid(format!(
            "Ordering by reserved metadata '{}' is not supported because it is represented by multiple columns.",
            order.key
        )));
    }
    let named = match (order.entity, order.key.as_str()) {
        (Entity::Attribute, "run_id") => Some((Entity::Metadata, SOURCE_RUN)),
        (entity, key) => column(entity, key).map(|name| (Entity::Attribute, name)),
    };
    Ok(named.map_or_else(
        || order.clone(),
        |(entity, key)| OrderBy { entity, key: key.into(), ascending: order.ascending },
    ))
}
