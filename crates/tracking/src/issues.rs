//! Issues: problems that traces show. Which traces have one is said by
//! assessments, whose name is the issue's id.

use mlflow_api::search::{self, Subject};
use mlflow_api::{
    CreateIssue, ErrorCode, GetIssue, Issue, IssueResponse, SearchIssues, SearchIssuesResponse,
    UpdateIssue,
};
use uuid::Uuid;

use crate::auth::{Caller, may_see_runs};
use crate::call::required;
use crate::page::Page;
use crate::search::{Search, Source};
use crate::sql::Columns;
use crate::{Error, Row, Sql, Value, experiments, keys};

const COLUMNS: &str = "i.issue_id, i.experiment_id, i.name, i.description, i.status, i.severity,
    i.root_causes, i.source_run_id, i.categories, i.created_timestamp, i.last_updated_timestamp,
    i.created_by";

/// How many traces have the issue, of [`COUNTED`].
const TRACES: &str = "ifnull(c.traces, 0)";

/// The run that found an issue, which not everybody may know of.
const SOURCE_RUN: &str = "source_run_id";

const SOURCE: Source = Source {
    table: "issues i",
    attributes: &[("status", "i.status"), (SOURCE_RUN, "i.source_run_id")],
    keyed: &[],
};

/// The same with the traces that have each.
const COUNTED: Source = Source {
    // In brackets: a search joins it with a page.
    table: "(issues i LEFT JOIN (SELECT a.name, count(DISTINCT a.trace_id) AS traces
        FROM assessments a WHERE a.assessment_type = 'issue' GROUP BY a.name) c
        ON c.name = i.issue_id)",
    ..SOURCE
};

const STATUSES: [&str; 3] = ["pending", "rejected", "resolved"];
/// From the least on.
const SEVERITIES: [&str; 4] = ["not_an_issue", "low", "medium", "high"];

/// Issues in a page of a search that names no number, and at most: what they may
/// say has to fit into memory.
const PAGE: u32 = 100;
const MAX_PAGE: u32 = 1000;

/// Characters of a name and of a category; of a description, and of all causes.
const MAX_NAME: usize = 250;
const MAX_TEXT: usize = 16_000;
/// Entries of a list.
const MAX_LIST: usize = 100;

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    caller: Option<&Caller>,
    asked: &CreateIssue,
) -> Result<IssueResponse, Error> {
    let name = required(&asked.name, "name")?;
    let description = required(&asked.description, "description")?;
    check_texts(Some(name), Some(description), &asked.categories)?;
    check_list("root_causes", &asked.root_causes, MAX_TEXT)?;
    keys::check_length("root_causes", &asked.root_causes.concat(), MAX_TEXT)?;
    let experiment = experiments::active(sql, required(&asked.experiment_id, "experiment_id")?)?.id;
    let status = one_of(&STATUSES, "status", asked.status.as_deref())?.unwrap_or("pending");
    let severity = one_of(&SEVERITIES, "severity", asked.severity.as_deref())?;
    let run = given(&asked.source_run_id);
    if let Some(run) = run {
        let known = sql.query(
            "SELECT 1 FROM runs WHERE run_uuid = ?1 AND experiment_id = ?2",
            &[run.into(), experiment.into()],
        )?;
        if known.is_empty() {
            let message = format!("Source run '{run}' must belong to the issue's experiment");
            return Err(Error::new(ErrorCode::BadRequest, message));
        }
    }
    // Whoever is signed in is who made it, whatever is said.
    let author = caller.and_then(Caller::name).or(given(&asked.created_by));
    keys::check_length("created_by", author.unwrap_or_default(), MAX_NAME)?;
    let id = format!("iss-{}", Uuid::new_v4().simple());
    sql.query(
        "INSERT INTO issues (issue_id, experiment_id, name, description, status, severity,
             root_causes, source_run_id, categories, created_timestamp, last_updated_timestamp,
             created_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11)",
        &[
            id.as_str().into(),
            experiment.into(),
            name.into(),
            description.into(),
            status.into(),
            severity.into(),
            list(&asked.root_causes),
            run.into(),
            list(&asked.categories),
            now.into(),
            author.into(),
        ],
    )?;
    Ok(IssueResponse { issue: find(sql, &id)? })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetIssue) -> Result<IssueResponse, Error> {
    Ok(IssueResponse { issue: find(sql, &asked.issue_id)? })
}

pub(crate) fn update(sql: &dyn Sql, now: i64, asked: &UpdateIssue) -> Result<IssueResponse, Error> {
    let id = required(&asked.issue_id, "issue_id")?;
    find(sql, id)?;
    check_texts(given(&asked.name), given(&asked.description), &asked.categories)?;
    sql.query(
        "UPDATE issues SET name = coalesce(?2, name), description = coalesce(?3, description),
             status = coalesce(?4, status), severity = coalesce(?5, severity),
             last_updated_timestamp = ?6, categories = coalesce(?7, categories)
         WHERE issue_id = ?1",
        &[
            id.into(),
            given(&asked.name).into(),
            given(&asked.description).into(),
            one_of(&STATUSES, "status", asked.status.as_deref())?.into(),
            one_of(&SEVERITIES, "severity", asked.severity.as_deref())?.into(),
            now.into(),
            list(&asked.categories),
        ],
    )?;
    Ok(IssueResponse { issue: find(sql, id)? })
}

pub(crate) fn search(
    sql: &dyn Sql,
    caller: Option<&Caller>,
    asked: &SearchIssues,
) -> Result<SearchIssuesResponse, Error> {
    let lists = [&asked.statuses, &asked.severities, &asked.categories, &asked.order_by];
    if lists.into_iter().any(|list| list.len() > MAX_LIST) {
        return Err(Error::invalid(format!("a list of a search may have {MAX_LIST} entries")));
    }
    let page =
        Page::of_search(asked.page_token.as_deref(), asked.max_results.unwrap_or(PAGE), MAX_PAGE)?;
    let filter = asked.filter_string.as_deref().unwrap_or_default();
    let clauses = search::parse(Subject::Issues, filter)?;
    if clauses.iter().any(|clause| clause.key == SOURCE_RUN) && !may_see_runs(caller) {
        return Err(Error::new(ErrorCode::PermissionDenied, "Permission denied"));
    }
    let counts = asked.include_trace_count.unwrap_or_default();
    let mut search = Search::of(if counts { &COUNTED } else { &SOURCE });
    search.also("true".into());
    search.filter(&clauses)?;
    narrow(&mut search, asked)?;
    let total_count = match asked.include_total_count {
        Some(true) => {
            let statement = format!("SELECT count(*) FROM issues i WHERE {}", search.conditions());
            let rows = search.clone().run(sql, &statement)?;
            rows.into_iter().next().map(|row| Columns::of(row).integer())
        }
        _ => None,
    };
    for order in &asked.order_by {
        search.then(sorted_by(order)?);
    }
    if asked.order_by.is_empty() {
        search.then(format!("{} DESC", rank("i.severity", &SEVERITIES)));
        if counts {
            search.then(format!("{TRACES} DESC"));
        }
        search.then("i.created_timestamp DESC");
    }
    search.then("i.issue_id DESC");
    let columns = format!("{COLUMNS}, {}", if counts { TRACES } else { "NULL" });
    let (rows, next_page_token) = search.page(sql, "i.issue_id", &columns, page)?;
    Ok(SearchIssuesResponse {
        issues: rows.into_iter().map(issue).collect(),
        next_page_token: next_page_token.unwrap_or_default(),
        total_count,
    })
}

/// Adds what is asked for beside the filter.
fn narrow(search: &mut Search, asked: &SearchIssues) -> Result<(), Error> {
    if let Some(experiment) = given(&asked.experiment_id) {
        let id = search.bind(experiments::parse_id(experiment)?);
        search.also(format!("i.experiment_id = {id}"));
    }
    if let Some(part) = given(&asked.name) {
        let part = search.bind(part);
        search.also(format!("instr(lower(i.name), lower({part})) > 0"));
    }
    for (column, parameter, words, known) in [
        ("i.status", "statuses", &asked.statuses, &STATUSES[..]),
        ("i.severity", "severities", &asked.severities, &SEVERITIES[..]),
    ] {
        for word in words {
            one_of(known, parameter, Some(word))?;
        }
        if !words.is_empty() {
            let any = search.bind(serde_json::json!(words).to_string());
            search.also(format!("{column} IN (SELECT value FROM json_each({any}))"));
        }
    }
    if !asked.categories.is_empty() {
        let any = search.bind(serde_json::json!(asked.categories).to_string());
        search.also(format!(
            "EXISTS (SELECT 1 FROM json_each(i.categories) c WHERE lower(trim(c.value)) IN
                 (SELECT lower(trim(value)) FROM json_each({any})))"
        ));
    }
    Ok(())
}

/// The place of a word in a list; -1 for none.
fn rank(column: &str, words: &[&str]) -> String {
    let places = words.iter().zip(0..).map(|(word, place)| format!("WHEN '{word}' THEN {place}"));
    format!("CASE {column} {} ELSE -1 END", places.collect::<Vec<_>>().join(" "))
}

/// What one entry of `order_by` orders by.
fn sorted_by(order: &str) -> Result<String, Error> {
    let wrong = || Error::invalid(format!("Invalid issue order_by: '{order}'"));
    let mut words = order.split_whitespace();
    let column = match words.next() {
        Some("name") => "lower(i.name)".to_owned(),
        Some("status") => rank("i.status", &STATUSES),
        Some("severity") => rank("i.severity", &SEVERITIES),
        Some("created_timestamp") => "i.created_timestamp".to_owned(),
        Some("last_updated_timestamp") => "i.last_updated_timestamp".to_owned(),
        _ => return Err(wrong()),
    };
    let direction = words.next().map(str::to_ascii_uppercase);
    match (direction.as_deref(), words.next()) {
        (None | Some("ASC"), None) => Ok(column),
        (Some("DESC"), None) => Ok(format!("{column} DESC")),
        _ => Err(wrong()),
    }
}

fn find(sql: &dyn Sql, id: &str) -> Result<Issue, Error> {
    let statement = format!("SELECT {COLUMNS}, NULL FROM issues i WHERE issue_id = ?1");
    let rows = sql.query(&statement, &[id.into()])?;
    let unknown = || Error::unknown(format!("Issue with ID '{id}' not found"));
    rows.into_iter().next().map(issue).ok_or_else(unknown)
}

fn issue(row: Row) -> Issue {
    let mut columns = Columns::of(row);
    let texts = |json: Option<String>| {
        json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
    };
    Issue {
        issue_id: columns.text(),
        experiment_id: columns.integer().to_string(),
        name: columns.text(),
        description: columns.text(),
        status: columns.text(),
        severity: columns.maybe_text(),
        root_causes: texts(columns.maybe_text()),
        source_run_id: columns.maybe_text(),
        categories: texts(columns.maybe_text()),
        created_timestamp: columns.integer(),
        last_updated_timestamp: columns.integer(),
        created_by: columns.maybe_text(),
        trace_count: columns.maybe_integer(),
    }
}

/// Refuses texts that are too long to be searched by the page.
fn check_texts(
    name: Option<&str>,
    description: Option<&str>,
    categories: &[String],
) -> Result<(), Error> {
    keys::check_length("name", name.unwrap_or_default(), MAX_NAME)?;
    keys::check_length("description", description.unwrap_or_default(), MAX_TEXT)?;
    check_list("categories", categories, MAX_NAME)
}

fn check_list(parameter: &str, texts: &[String], most: usize) -> Result<(), Error> {
    if texts.len() > MAX_LIST {
        return Err(Error::invalid(format!("'{parameter}' may have {MAX_LIST} entries")));
    }
    texts.iter().try_for_each(|text| keys::check_length(parameter, text, most))
}

/// A text that is not empty.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// Texts as they are kept: JSON, where there are any.
fn list(texts: &[String]) -> Value {
    (!texts.is_empty()).then(|| serde_json::json!(texts).to_string()).into()
}

/// The word, if it is one of those that there are.
fn one_of<'w>(
    words: &[&str],
    parameter: &str,
    word: Option<&'w str>,
) -> Result<Option<&'w str>, Error> {
    match word {
        Some(word) if !words.contains(&word) => Err(Error::invalid(format!(
            "Invalid value '{word}' for parameter '{parameter}' supplied. It must be one of {}",
            words.join(", ")
        ))),
        word => Ok(word),
    }
}
