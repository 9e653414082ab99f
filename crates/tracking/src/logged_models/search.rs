//! Which logged models a filter finds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mlflow_api::filter::Entity;
use mlflow_api::search::{self, Clause, Subject};
use mlflow_api::{
    LoggedModelDataset, LoggedModelOrder, SearchLoggedModels, SearchLoggedModelsResponse,
};
use serde::{Deserialize, Serialize};

use super::{columns, logged_model};
use crate::experiments::in_experiments;
use crate::page::Page;
use crate::search::{Keyed, MAX_ORDERS, Search, Source};
use crate::{Error, Sql};

/// Models in a page of a search that asks for 0.
const DEFAULT_PAGE: u32 = 100;

const OWNER: &[(&str, &str)] = &[("model_id", "m.model_id")];

const SOURCE: Source = Source {
    table: "logged_models m",
    attributes: &[
        ("name", "m.name"),
        ("model_id", "m.model_id"),
        ("model_type", "m.model_type"),
        (
            "status",
            "CASE m.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' WHEN 3 THEN 'FAILED' ELSE 'UNSPECIFIED' END",
        ),
        ("source_run_id", "m.source_run_id"),
        ("creation_timestamp", "m.creation_timestamp_ms"),
        ("last_updated_timestamp", "m.last_updated_timestamp_ms"),
    ],
    keyed: &[
        (
            Entity::Param,
            Keyed {
                table: "logged_model_params",
                key: "param_key",
                value: "param_value",
                owner: OWNER,
                has_nan: false,
            },
        ),
        (
            Entity::Tag,
            Keyed {
                table: "logged_model_tags",
                key: "tag_key",
                value: "tag_value",
                owner: OWNER,
                has_nan: false,
            },
        ),
    ],
};

/// What models may be ordered by, apart from metrics.
const ORDERS: [(&str, &str); 12] = [
    ("model_id", "m.model_id"),
    ("experiment_id", "m.experiment_id"),
    ("name", "m.name"),
    ("artifact_location", "m.artifact_location"),
    (CREATED, "m.creation_timestamp_ms"),
    ("creation_timestamp_ms", "m.creation_timestamp_ms"),
    ("creation_time", "m.creation_timestamp_ms"),
    ("last_updated_timestamp", "m.last_updated_timestamp_ms"),
    ("last_updated_timestamp_ms", "m.last_updated_timestamp_ms"),
    ("status", "m.status"),
    ("model_type", "m.model_type"),
    ("source_run_id", "m.source_run_id"),
];

const CREATED: &str = "creation_timestamp";

pub(crate) fn search(
    sql: &dyn Sql,
    asked: &SearchLoggedModels,
) -> Result<SearchLoggedModelsResponse, Error> {
    if asked.datasets.iter().any(|dataset| dataset.dataset_name.is_empty()) {
        return Err(Error::invalid("`dataset_name` in the `datasets` clause must be specified."));
    }
    Token::of(asked).check(asked.page_token.as_deref())?;
    let size = if asked.max_results == 0 { DEFAULT_PAGE } else { asked.max_results };
    let page = Page::new(asked.page_token.as_deref(), size)?;
    let clauses =
        search::parse(Subject::LoggedModels, asked.filter.as_deref().unwrap_or_default())?;
    let (metrics, clauses): (Vec<Clause>, Vec<Clause>) =
        clauses.into_iter().partition(|clause| clause.entity == Entity::Metric);

    let mut search = Search::of(&SOURCE);
    in_experiments(&mut search, "m.experiment_id", &asked.experiment_ids)?;
    search.also("m.lifecycle_stage != 'deleted'".into());
    search.filter(&clauses)?;
    let of_datasets = of_datasets(&mut search, &asked.datasets);
    for clause in &metrics {
        has_metric(&mut search, clause, &of_datasets);
    }
    if metrics.is_empty() && !asked.datasets.is_empty() {
        search.also(format!(
            "EXISTS (SELECT 1 FROM logged_model_metrics k
                 WHERE k.model_id = m.model_id{of_datasets})"
        ));
    }
    order(&mut search, &asked.order_by)?;

    let (rows, next_page_token) = search.page(sql, "m.model_id", &columns(), page)?;
    let next_page_token = next_page_token.map(|_| Token::of(asked).at(page.next()));
    Ok(SearchLoggedModelsResponse {
        models: rows.into_iter().map(logged_model).collect(),
        next_page_token,
    })
}

/// The condition that a metric `k` is of one of the datasets; none without any.
fn of_datasets(search: &mut Search, datasets: &[LoggedModelDataset]) -> String {
    if datasets.is_empty() {
        return String::new();
    }
    let digest = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let list: Vec<_> =
        datasets.iter().map(|d| (&d.dataset_name, digest(&d.dataset_digest))).collect();
    let list = search.bind(serde_json::json!(list).to_string());
    format!(
        " AND EXISTS (SELECT 1 FROM json_each({list}) d
             WHERE k.dataset_name = d.value ->> 0 AND k.dataset_digest IS d.value ->> 1)"
    )
}

/// Any value of the metric counts, not only the latest.
fn has_metric(search: &mut Search, clause: &Clause, of_datasets: &str) {
    let key = search.bind(clause.key.as_str());
    let compared = search.compare("k.metric_value", clause);
    search.also(format!(
        "EXISTS (SELECT 1 FROM logged_model_metrics k WHERE k.model_id = m.model_id
             AND k.metric_name = {key} AND {compared}{of_datasets})"
    ));
}

fn order(search: &mut Search, orders: &[LoggedModelOrder]) -> Result<(), Error> {
    if orders.len() > MAX_ORDERS {
        return Err(Error::invalid(format!(
            "results are ordered by {} keys; at most {MAX_ORDERS} are taken",
            orders.len()
        )));
    }
    for order in orders {
        let column = match order.field_name.split_once('.') {
            None => column(&order.field_name)?.to_owned(),
            Some(("metrics", name)) => latest(search, name, order),
            Some(_) => return Err(Error::invalid(unordered(&order.field_name))),
        };
        let direction = if order.ascending { "ASC NULLS LAST" } else { "DESC" };
        search.then(format!("{column} {direction}"));
    }
    let is_by = |column: &str| {
        let known =
            |order: &LoggedModelOrder| ORDERS.contains(&(order.field_name.as_str(), column));
        orders.iter().any(known)
    };
    if !is_by("m.creation_timestamp_ms") {
        search.then("m.creation_timestamp_ms DESC");
    }
    if !is_by("m.model_id") {
        search.then("m.model_id");
    }
    Ok(())
}

fn column(field: &str) -> Result<&'static str, Error> {
    let known = ORDERS.iter().find(|(name, _)| *name == field);
    known.map(|(_, column)| *column).ok_or_else(|| Error::no_attribute(unordered(field)))
}

fn unordered(field: &str) -> String {
    format!(
        "Invalid order by field name: {field}. Models are ordered by their own fields and by metrics."
    )
}

/// The latest value of a metric, of the order's dataset if it names one.
fn latest(search: &mut Search, name: &str, order: &LoggedModelOrder) -> String {
    let mut conditions = format!("k.metric_name = {}", search.bind(name));
    for (column, value) in
        [("dataset_name", &order.dataset_name), ("dataset_digest", &order.dataset_digest)]
    {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            let value = search.bind(value);
            conditions.push_str(&format!(" AND k.{column} = {value}"));
        }
    }
    format!(
        "(SELECT k.metric_value FROM logged_model_metrics k
             WHERE k.model_id = m.model_id AND {conditions}
             ORDER BY k.metric_timestamp_ms DESC, k.metric_step DESC, k.run_id LIMIT 1)"
    )
}

/// A page's token: where it begins, and in which search.
#[derive(Serialize, Deserialize, PartialEq)]
struct Token {
    experiment_ids: Vec<String>,
    filter_string: Option<String>,
    order_by: Option<Vec<LoggedModelOrder>>,
    #[serde(default)]
    offset: u64,
}

impl Token {
    /// The token of the search's first page.
    fn of(asked: &SearchLoggedModels) -> Self {
        let orders = asked.order_by.clone();
        Self {
            experiment_ids: asked.experiment_ids.clone(),
            filter_string: asked.filter.clone().filter(|filter| !filter.is_empty()),
            order_by: (!orders.is_empty()).then_some(orders),
            offset: 0,
        }
    }

    fn at(self, offset: u64) -> String {
        let token = Self { offset, ..self };
        STANDARD.encode(serde_json::json!(token).to_string())
    }

    /// Refuses the token of another search.
    fn check(self, token: Option<&str>) -> Result<(), Error> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(());
        };
        let json = STANDARD.decode(token).ok();
        let theirs = json.and_then(|json| serde_json::from_slice::<Self>(&json).ok());
        let theirs =
            theirs.ok_or_else(|| Error::invalid(format!("Invalid page token: {token}")))?;
        let what = if theirs.experiment_ids != self.experiment_ids {
            "Experiment IDs in the page token do not match the requested experiment IDs"
        } else if theirs.filter_string != self.filter_string {
            "Filter string in the page token does not match the requested filter string"
        } else if theirs.order_by != self.order_by {
            "Order by in the page token does not match the requested order by"
        } else {
            return Ok(());
        };
        Err(Error::invalid(format!("{what}: it is that of another search")))
    }
}
