//! Which runs a filter finds.

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, OrderBy, Subject};
use mlflow_api::{SearchRuns, SearchRunsResponse, limits, tags};

use super::record;
use crate::experiments::{in_experiments, stages};
use crate::page::Page;
use crate::search::{Keyed, Search, Source};
use crate::sql::Columns;
use crate::{Error, Row, Sql};

const SOURCE: Source = Source {
    table: "runs r",
    attributes: &[
        ("run_id", "r.run_uuid"),
        ("run_name", "r.name"),
        ("user_id", "r.user_id"),
        ("status", "r.status"),
        ("artifact_uri", "r.artifact_uri"),
        ("start_time", "r.start_time"),
        ("end_time", "r.end_time"),
    ],
    keyed: &[
        (Entity::Metric, Keyed { has_nan: true, ..logged("latest_metrics") }),
        (Entity::Param, logged("params")),
        (Entity::Tag, logged("tags")),
    ],
};

const fn logged(table: &'static str) -> Keyed {
    Keyed {
        table,
        key: "key",
        value: "value",
        owner: &[("run_uuid", "r.run_uuid")],
        has_nan: false,
    }
}

pub(crate) fn search(sql: &dyn Sql, asked: &SearchRuns) -> Result<SearchRunsResponse, Error> {
    let limit = limits::SEARCH_RUNS_MAX_RESULTS;
    let page = Page::of_search(asked.page_token.as_deref(), asked.max_results, limit)?;
    let mut clauses = search::parse(Subject::Runs, asked.filter.as_deref().unwrap_or_default())?;
    let (datasets, clauses): (Vec<Clause>, Vec<Clause>) =
        clauses.drain(..).map(name_by_tag).partition(|clause| clause.entity == Entity::Dataset);
    let orders = search::order_by(Subject::Runs, &asked.order_by)?;

    let mut search = Search::of(&SOURCE);
    in_experiments(&mut search, "r.experiment_id", &asked.experiment_ids)?;
    let (first, second) = stages(asked.run_view_type);
    let (first, second) = (search.bind(first), search.bind(second));
    search.also(format!("r.lifecycle_stage IN ({first}, {second})"));
    let everything = search.clone();
    search.filter(&clauses)?;
    for clause in &datasets {
        let condition = read_dataset(&mut search, clause);
        search.also(condition);
    }
    let by_key = !datasets.is_empty() || clauses.iter().any(|c| c.entity != Entity::Attribute);
    let ids = if by_key && is_newest_first(&orders) {
        newest(sql, &everything, search, page)?
    } else {
        search.order(&orders)?;
        if !orders.iter().any(is_start_time) {
            search.then("r.start_time DESC");
        }
        search.then("r.run_uuid");
        search.rows(sql, "r.run_uuid", page)?
    };
    let mut ids: Vec<String> = ids.into_iter().map(|row| Columns::of(row).text()).collect();
    let next_page_token = page.cut(&mut ids);
    Ok(SearchRunsResponse { runs: record::all(sql, &ids)?, next_page_token })
}

fn is_start_time(order: &OrderBy) -> bool {
    order.entity == Entity::Attribute && order.key == "start_time"
}

fn is_newest_first(orders: &[OrderBy]) -> bool {
    match orders {
        [] => true,
        [order] => is_start_time(order) && !order.ascending,
        _ => false,
    }
}

/// How many times the rows of a page are tried from the newest on.
const WINDOW: i64 = 20;
/// How many runs are tried so at most.
const MAX_WINDOW: i64 = 10_000;

/// A page of what the search finds by what was logged, the newest run first.
///
/// From the newest on, a page is soon full of what many runs have, and what few
/// have is looked for in vain, run by run, at random places. So a part of the
/// runs is tried this way, and then all of them in the order of what they logged.
fn newest(
    sql: &dyn Sql,
    everything: &Search,
    mut search: Search,
    page: Page,
) -> Result<Vec<Row>, Error> {
    const ORDER: &str = "r.start_time DESC, r.run_uuid";
    let (limit, offset) = page.limit_and_offset();
    let end = limit.saturating_add(offset);
    let window = end.saturating_mul(WINDOW).min(MAX_WINDOW);
    if end <= window {
        let mut first = search.clone();
        first.within(everything, "r.run_uuid", ORDER, window);
        first.then(ORDER);
        let rows = first.rows(sql, "r.run_uuid", page)?;
        if i64::try_from(rows.len()) == Ok(limit) {
            return Ok(rows);
        }
    }
    // The sign keeps the store from walking by time.
    search.then("+r.start_time DESC, r.run_uuid");
    search.rows(sql, "r.run_uuid", page)
}

/// A run's name is compared where the oldest servers kept it, too: in a tag.
fn name_by_tag(clause: Clause) -> Clause {
    if clause.entity == Entity::Attribute && clause.key == "run_name" {
        return Clause { entity: Entity::Tag, key: tags::RUN_NAME.into(), ..clause };
    }
    clause
}

/// Whether the run read a dataset of such a name or digest, or in such a context.
fn read_dataset(search: &mut Search, clause: &Clause) -> String {
    let (join, column) = match clause.key.as_str() {
        "context" => (
            "JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'",
            "t.value",
        ),
        "digest" => ("", "d.digest"),
        _ => ("", "d.name"),
    };
    let compared = search.compare(column, clause);
    format!(
        "EXISTS (SELECT 1 FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id {join}
             WHERE i.destination_type = 'RUN' AND i.destination_id = r.run_uuid
                 AND i.source_type = 'DATASET' AND {compared})"
    )
}
