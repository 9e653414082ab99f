//! Which experiments a filter finds.

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, Subject, Value as Operand};
use mlflow_api::{SearchExperiments, SearchExperimentsResponse, limits};

use super::{COLUMNS, experiment, parse_id, stages};
use crate::auth::{Caller, only_visible_experiments};
use crate::page::Page;
use crate::search::{Keyed, Search, Source};
use crate::{Error, Sql};

const SOURCE: Source = Source {
    table: "experiments e",
    attributes: &[
        ("name", "e.name"),
        ("experiment_id", "e.experiment_id"),
        ("creation_time", "e.creation_time"),
        ("last_update_time", "e.last_update_time"),
    ],
    keyed: &[(
        Entity::Tag,
        Keyed {
            table: "experiment_tags",
            key: "key",
            value: "value",
            owner: &[("experiment_id", "e.experiment_id")],
            has_nan: false,
        },
    )],
};

pub(crate) fn search(
    sql: &dyn Sql,
    caller: Option<&Caller>,
    asked: &SearchExperiments,
) -> Result<SearchExperimentsResponse, Error> {
    let limit = limits::SEARCH_EXPERIMENTS_MAX_RESULTS;
    let page = Page::of_search(asked.page_token.as_deref(), asked.max_results, limit)?;
    let mut clauses =
        search::parse(Subject::Experiments, asked.filter.as_deref().unwrap_or_default())?;
    for clause in &mut clauses {
        check_ids(clause)?;
    }
    let mut search = Search::of(&SOURCE);
    let (first, second) = stages(asked.view_type);
    let (first, second) = (search.bind(first), search.bind(second));
    search.also("e.workspace = 'default'".into());
    search.also(format!("e.lifecycle_stage IN ({first}, {second})"));
    search.filter(&clauses)?;
    only_visible_experiments(&mut search, caller, "e.experiment_id");
    if asked.order_by.is_empty() {
        search.then("e.creation_time DESC, e.experiment_id");
    } else {
        search.order(&search::order_by(Subject::Experiments, &asked.order_by)?)?;
        search.then("e.experiment_id DESC");
    }
    let mut rows = search.rows(sql, COLUMNS, page)?;
    let next_page_token = page.cut(&mut rows);
    let experiments = rows.into_iter().map(experiment).collect();
    Ok(SearchExperimentsResponse { experiments, next_page_token })
}

/// Keeps to these experiments. One is compared with, not looked up in a list:
/// then an index is in the order of what is in it.
pub(crate) fn in_experiments(
    search: &mut Search,
    column: &str,
    ids: &[String],
) -> Result<(), Error> {
    let ids: Result<Vec<i64>, Error> = ids.iter().map(|id| parse_id(id)).collect();
    let condition = match ids?.as_slice() {
        [id] => format!("{column} = {}", search.bind(*id)),
        ids => {
            let list = search.bind(serde_json::json!(ids).to_string());
            format!("{column} IN (SELECT value FROM json_each({list}))")
        }
    };
    search.also(condition);
    Ok(())
}

/// Refuses ids that are no numbers. The column's affinity does the rest.
fn check_ids(clause: &Clause) -> Result<(), Error> {
    if clause.entity != Entity::Attribute || clause.key != "experiment_id" {
        return Ok(());
    }
    let check = |id: &String| parse_id(id).map(|_| ());
    match &clause.value {
        Operand::Text(id) => check(id),
        Operand::List(ids) => ids.iter().try_for_each(check),
        _ => Ok(()),
    }
}
