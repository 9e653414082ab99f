//! Which registered models and which versions a filter finds.

use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, Comparator, OrderBy, Subject, Value as Operand};
use mlflow_api::{
    ModelVersion, RegisteredModel, SearchModelVersions, SearchModelVersionsResponse,
    SearchRegisteredModels, SearchRegisteredModelsResponse, limits, tags,
};

use super::{models, versions};
use crate::auth::{Caller, only_visible_models, only_visible_versions};
use crate::page::Page;
use crate::search::{Keyed, Search, Source};
use crate::{Error, Sql};

const MODELS: Source = Source {
    table: "registered_models m",
    attributes: &[("name", "m.name"), ("last_updated_timestamp", "m.last_updated_time")],
    keyed: &[(
        Entity::Tag,
        Keyed {
            table: "registered_model_tags",
            key: "key",
            value: "value",
            owner: &[("workspace", "m.workspace"), ("name", "m.name")],
            has_nan: false,
        },
    )],
};

const VERSIONS: Source = Source {
    table: "model_versions v",
    attributes: &[
        ("name", "v.name"),
        ("run_id", "v.run_id"),
        ("source_path", "v.source"),
        ("version_number", "v.version"),
        ("creation_timestamp", "v.creation_time"),
        ("last_updated_timestamp", "v.last_updated_time"),
    ],
    keyed: &[(
        Entity::Tag,
        Keyed {
            table: "model_version_tags",
            key: "key",
            value: "value",
            owner: &[("workspace", "v.workspace"), ("name", "v.name"), ("version", "v.version")],
            has_nan: false,
        },
    )],
};

pub(crate) fn models(
    sql: &dyn Sql,
    caller: Option<&Caller>,
    asked: &SearchRegisteredModels,
) -> Result<SearchRegisteredModelsResponse, Error> {
    let limit = limits::SEARCH_REGISTERED_MODELS_MAX_RESULTS;
    if asked.max_results > limit {
        return Err(Error::invalid(format!(
            "Invalid value {} for parameter 'max_results' supplied: it must be at most {limit}",
            asked.max_results
        )));
    }
    let page = Page::new(asked.page_token.as_deref(), asked.max_results)?;
    let mut search = Search::of(&MODELS);
    search.also("m.workspace = 'default'".into());
    filter(&mut search, Subject::RegisteredModels, asked.filter.as_deref())?;
    only_visible_models(&mut search, caller, "m");
    let orders = search::order_by(Subject::RegisteredModels, &asked.order_by)?;
    search.order(&orders)?;
    if !is_ordered_by(&orders, "name") {
        search.then("m.name");
    }
    let (rows, next_page_token) = search.page(sql, "m.rowid", models::COLUMNS, page)?;
    let mut registered_models: Vec<RegisteredModel> = rows.into_iter().map(models::model).collect();
    models::add_latest_versions(sql, &mut registered_models)?;
    Ok(SearchRegisteredModelsResponse { registered_models, next_page_token })
}

pub(crate) fn versions(
    sql: &dyn Sql,
    caller: Option<&Caller>,
    asked: &SearchModelVersions,
) -> Result<SearchModelVersionsResponse, Error> {
    let limit = limits::SEARCH_MODEL_VERSIONS_MAX_RESULTS;
    let page = Page::of_search(asked.page_token.as_deref(), asked.max_results, limit)?;
    let mut search = Search::of(&VERSIONS);
    search.also("v.workspace = 'default'".into());
    let deleted = search.bind(versions::DELETED);
    search.also(format!("v.current_stage != {deleted}"));
    filter(&mut search, Subject::ModelVersions, asked.filter.as_deref())?;
    only_visible_versions(&mut search, caller, "v");
    let orders = search::order_by(Subject::ModelVersions, &asked.order_by)?;
    search.order(&orders)?;
    if orders.is_empty() {
        search.then("v.last_updated_time DESC");
    }
    if !is_ordered_by(&orders, "name") {
        search.then("v.name");
    }
    if !is_ordered_by(&orders, "version_number") {
        search.then("v.version DESC");
    }
    let (rows, next_page_token) = search.page(sql, "v.rowid", versions::COLUMNS, page)?;
    let versions = rows.into_iter().map(versions::model_version);
    let model_versions = versions.map(|v| ModelVersion { aliases: Vec::new(), ..v }).collect();
    Ok(SearchModelVersionsResponse { model_versions, next_page_token })
}

fn is_ordered_by(orders: &[OrderBy], key: &str) -> bool {
    orders.iter().any(|order| order.key == key)
}

/// Adds the filter. Prompts are left out, unless it asks for them.
fn filter(search: &mut Search, subject: Subject, filter: Option<&str>) -> Result<(), Error> {
    let mut clauses = search::parse(subject, filter.unwrap_or_default())?;
    if !asks_for_prompts(&clauses) {
        clauses.retain(|clause| !is_about_prompts(clause));
        let (table, owner) = match subject {
            Subject::ModelVersions => ("model_version_tags", "v"),
            _ => ("registered_model_tags", "m"),
        };
        let key = search.bind(tags::IS_PROMPT);
        search.also(format!(
            "NOT EXISTS (SELECT 1 FROM {table} k WHERE k.workspace = {owner}.workspace
                 AND k.name = {owner}.name AND k.key = {key} AND k.value = 'true')"
        ));
    }
    search.filter(&clauses)
}

fn is_about_prompts(clause: &Clause) -> bool {
    clause.entity == Entity::Tag && clause.key == tags::IS_PROMPT
}

/// Whether it is prompts that the filter is for: its first clause about them
/// counts.
fn asks_for_prompts(clauses: &[Clause]) -> bool {
    let Some(clause) = clauses.iter().find(|clause| is_about_prompts(clause)) else {
        return false;
    };
    match (clause.comparator, &clause.value) {
        (Comparator::Equal, Operand::Text(value)) => value.eq_ignore_ascii_case("true"),
        (Comparator::NotEqual, Operand::Text(value)) => value.eq_ignore_ascii_case("false"),
        _ => false,
    }
}
