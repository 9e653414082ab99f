//! Which runs a filter finds.

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, Subject};
use mlflow_api::{SearchRuns, SearchRunsResponse, limits, tags};

use super::record;
use crate::experiments::{in_experiments, stages};
use crate::page::Page;
use crate::search::{Keyed, Search, Source};
use crate::sql::Columns;
use crate::{Error, Sql};

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
    search.filter(&clauses)?;
    for clause in &datasets {
        let condition = read_dataset(&mut search, clause);
        search.also(condition);
    }
    search.order(&orders)?;
    if !orders.iter().any(|order| order.key == "start_time" && order.entity == Entity::Attribute) {
        search.then("r.start_time DESC");
    }
    search.then("r.run_uuid");

    let mut ids = search.rows(sql, "r.run_uuid", page)?;
    let next_page_token = page.cut(&mut ids);
    let ids: Vec<String> = ids.into_iter().map(|row| Columns::of(row).text()).collect();
    Ok(SearchRunsResponse { runs: record::all(sql, &ids)?, next_page_token })
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
