//! What is in a review queue, and what has become of it.

use mlflow_api::{
    AddItemsToReviewQueue, AddItemsToReviewQueueResponse, Empty, ListReviewQueueItems,
    ListReviewQueueItemsResponse, RemoveItemsFromReviewQueue, ReviewItemType, ReviewQueueItem,
    ReviewQueueItemResponse, ReviewStatus, SetReviewQueueItemStatus,
};
use serde_json::json;

use super::queues::{self, user_of};
use super::{MAX_PAGE, PAGE, check_text, trimmed};
use crate::auth::Caller;
use crate::call::required;
use crate::page::Page;
use crate::search::{Search, Source};
use crate::sql::Columns;
use crate::{Error, Row, Sql, experiments};

const COLUMNS: &str = "i.queue_id, i.item_id, i.status, i.completed_by, i.completed_time_ms,
    i.creation_time_ms, i.last_update_time_ms";

const SOURCE: Source = Source { table: "review_queue_items i", attributes: &[], keyed: &[] };

/// Traces that are added or taken out at once.
const MAX_ITEMS: usize = 10_000;
/// Characters of a trace's id, and of who reviews it.
const MAX_ID: usize = 50;
const MAX_USER: usize = 250;

pub(crate) fn add(
    sql: &dyn Sql,
    now: i64,
    asked: &AddItemsToReviewQueue,
) -> Result<AddItemsToReviewQueueResponse, Error> {
    let id = required(&asked.queue_id, "queue_id")?;
    let ids = json!(items_of(&asked.item_ids)?).to_string();
    let queue = queues::find(sql, id)?;
    let rows = sql.query(
        "SELECT j.value FROM json_each(?1) j WHERE NOT EXISTS
             (SELECT 1 FROM trace_info WHERE request_id = j.value AND experiment_id = ?2)",
        &[ids.as_str().into(), experiments::parse_id(&queue.experiment_id)?.into()],
    )?;
    let strange: Vec<String> = rows.into_iter().map(|row| Columns::of(row).text()).collect();
    if !strange.is_empty() {
        return Err(Error::unknown(format!(
            "Cannot attach trace(s) {strange:?} to review queue '{id}': they do not exist in experiment '{}'.",
            queue.experiment_id
        )));
    }
    sql.query(
        "INSERT OR IGNORE INTO review_queue_items (queue_id, item_type, item_id, status,
             creation_time_ms, last_update_time_ms)
         SELECT ?1, 'trace', value, 'pending', ?3, ?3 FROM json_each(?2)",
        &[id.into(), ids.as_str().into(), now.into()],
    )?;
    let rows = sql.query(
        &format!(
            "SELECT {COLUMNS} FROM json_each(?2) j
             JOIN review_queue_items i ON i.queue_id = ?1 AND i.item_id = j.value ORDER BY j.key"
        ),
        &[id.into(), ids.into()],
    )?;
    Ok(AddItemsToReviewQueueResponse { items: rows.into_iter().map(item).collect() })
}

pub(crate) fn remove(sql: &dyn Sql, asked: &RemoveItemsFromReviewQueue) -> Result<Empty, Error> {
    let id = required(&asked.queue_id, "queue_id")?;
    let ids = json!(items_of(&asked.item_ids)?).to_string();
    queues::find(sql, id)?;
    sql.query(
        "DELETE FROM review_queue_items WHERE queue_id = ?1
             AND item_id IN (SELECT value FROM json_each(?2))",
        &[id.into(), ids.into()],
    )?;
    Ok(Empty {})
}

pub(crate) fn list(
    sql: &dyn Sql,
    asked: &ListReviewQueueItems,
) -> Result<ListReviewQueueItemsResponse, Error> {
    let id = required(&asked.queue_id, "queue_id")?;
    let size = asked.max_results.unwrap_or(PAGE);
    let page = Page::of_search(asked.page_token.as_deref(), size, MAX_PAGE)?;
    queues::find(sql, id)?;
    let mut search = Search::of(&SOURCE);
    let id = search.bind(id);
    search.also(format!("i.queue_id = {id}"));
    if let Some(status) = asked.status {
        let status = search.bind(kept(status));
        search.also(format!("i.status = {status}"));
    }
    search.then("i.creation_time_ms DESC");
    search.then("i.item_id");
    let mut rows = search.rows(sql, COLUMNS, page)?;
    let next_page_token = page.cut(&mut rows).unwrap_or_default();
    Ok(ListReviewQueueItemsResponse {
        items: rows.into_iter().map(item).collect(),
        next_page_token,
    })
}

/// Says what has become of an item. Saying it again changes nothing: who said it
/// first did.
pub(crate) fn set_status(
    sql: &dyn Sql,
    now: i64,
    caller: Option<&Caller>,
    asked: &SetReviewQueueItemStatus,
) -> Result<ReviewQueueItemResponse, Error> {
    let id = required(&asked.queue_id, "queue_id")?;
    let item_id = required(&asked.item_id, "item_id")?.trim();
    let status = asked
        .status
        .ok_or_else(|| Error::invalid("`status` must be one of PENDING, COMPLETE, or DECLINED."))?;
    let is_open = status == ReviewStatus::Pending;
    let reviewer = match caller.and_then(Caller::name) {
        Some(_) if is_open => None,
        Some(user) => Some(user_of(user)),
        None => asked.completed_by.as_deref().map(user_of),
    };
    match &reviewer {
        Some(_) if is_open => {
            return Err(Error::invalid(
                "`completed_by` must not be set when reopening an item to `pending`.",
            ));
        }
        None if !is_open => {
            return Err(Error::invalid(format!(
                "`completed_by` is required when setting status to `{}`.",
                kept(status)
            )));
        }
        Some(user) => check_text("completed_by", user, MAX_USER)?,
        None => {}
    }
    queues::find(sql, id)?;
    let known = find(sql, id, item_id)?;
    if known.status == status {
        return Ok(ReviewQueueItemResponse { item: known });
    }
    let time = (!is_open).then_some(now);
    sql.query(
        "UPDATE review_queue_items SET status = ?3, completed_by = ?4, completed_time_ms = ?5,
             last_update_time_ms = ?6
         WHERE queue_id = ?1 AND item_id = ?2",
        &[id.into(), item_id.into(), kept(status).into(), reviewer.into(), time.into(), now.into()],
    )?;
    Ok(ReviewQueueItemResponse { item: find(sql, id, item_id)? })
}

fn find(sql: &dyn Sql, queue: &str, id: &str) -> Result<ReviewQueueItem, Error> {
    let rows = sql.query(
        &format!(
            "SELECT {COLUMNS} FROM review_queue_items i WHERE i.queue_id = ?1 AND i.item_id = ?2"
        ),
        &[queue.into(), id.into()],
    )?;
    rows.into_iter().next().map(item).ok_or_else(|| {
        Error::unknown(format!("Item '{id}' is not attached to review queue '{queue}'."))
    })
}

fn item(row: Row) -> ReviewQueueItem {
    let mut columns = Columns::of(row);
    ReviewQueueItem {
        queue_id: columns.text(),
        item_type: ReviewItemType::Trace,
        item_id: columns.text(),
        status: ReviewStatus::from_name(&columns.text()),
        completed_by: columns.maybe_text(),
        completed_time_ms: columns.maybe_integer(),
        creation_time_ms: columns.integer(),
        last_update_time_ms: columns.integer(),
    }
}

/// How a status is kept.
fn kept(status: ReviewStatus) -> String {
    status.as_str().to_ascii_lowercase()
}

fn items_of(ids: &[String]) -> Result<Vec<String>, Error> {
    if ids.is_empty() || ids.len() > MAX_ITEMS {
        return Err(Error::invalid(format!(
            "`item_ids` must be a list of 1 to {MAX_ITEMS} ids; got {}.",
            ids.len()
        )));
    }
    trimmed(ids, "item_id", MAX_ID)
}
