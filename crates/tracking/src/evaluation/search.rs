//! Which evaluation datasets a filter finds.

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Subject};
use mlflow_api::{SearchEvaluationDatasets, SearchEvaluationDatasetsResponse, limits};

use super::experiments::canonical_ids;
use super::{COLUMNS, dataset};
use crate::associations::Kind;
use crate::page::Page;
use crate::search::{Keyed, Search, Source};
use crate::{Error, Sql};

const SOURCE: Source = Source {
    table: "evaluation_datasets d",
    attributes: &[
        ("name", "d.name"),
        ("created_by", "d.created_by"),
        ("last_updated_by", "d.last_updated_by"),
        ("created_time", "d.created_time"),
        ("last_update_time", "d.last_update_time"),
    ],
    keyed: &[(
        Entity::Tag,
        Keyed {
            table: "evaluation_dataset_tags",
            key: "key",
            value: "value",
            owner: &[("dataset_id", "d.dataset_id")],
            has_nan: false,
        },
    )],
};

pub(crate) fn search(
    sql: &dyn Sql,
    asked: &SearchEvaluationDatasets,
) -> Result<SearchEvaluationDatasetsResponse, Error> {
    let limit = limits::SEARCH_EVALUATION_DATASETS_MAX_RESULTS;
    let page = Page::of_search(asked.page_token.as_deref(), asked.max_results, limit)?;
    let filter = asked.filter_string.as_deref().unwrap_or_default();
    let clauses = search::parse(Subject::EvaluationDatasets, filter)?;
    let mut search = Search::of(&SOURCE);
    search.also("d.workspace = 'default'".into());
    search.filter(&clauses)?;
    if !asked.experiment_ids.is_empty() {
        let ids = search.bind(canonical_ids(&asked.experiment_ids));
        search.also(format!(
            "EXISTS (SELECT 1 FROM entity_associations e WHERE e.source_type = '{}'
                 AND e.source_id = d.dataset_id AND e.destination_type = '{}'
                 AND e.destination_id IN (SELECT value FROM json_each({ids})))",
            Kind::EvaluationDataset.as_str(),
            Kind::Experiment.as_str()
        ));
    }
    if asked.order_by.is_empty() {
        search.then("d.created_time DESC");
    } else {
        search.order(&search::order_by(Subject::EvaluationDatasets, &asked.order_by)?)?;
    }
    search.then("d.dataset_id DESC");
    let (rows, next_page_token) = search.page(sql, "d.dataset_id", COLUMNS, page)?;
    let datasets = rows.into_iter().map(dataset).collect();
    Ok(SearchEvaluationDatasetsResponse { datasets, next_page_token })
}
