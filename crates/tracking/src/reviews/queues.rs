//! Review queues: who looks at which traces.

use mlflow_api::{
    CreateReviewQueue, DeleteReviewQueue, Empty, ErrorCode, GetOrCreateUserQueue, GetReviewQueue,
    GetReviewQueueByName, ListReviewQueues, ListReviewQueuesResponse, ReviewQueue,
    ReviewQueueResponse, ReviewQueueType, UpdateReviewQueue,
};
use serde_json::json;
use uuid::Uuid;

use super::{MAX_PAGE, PAGE, check_text, schemas, trimmed};
use crate::auth::{Caller, may_change_queues_of};
use crate::call::required;
use crate::page::Page;
use crate::search::{Search, Source};
use crate::sql::Columns;
use crate::{Error, Row, Sql, experiments};

const COLUMNS: &str = "q.queue_id, q.experiment_id, q.name, q.queue_type, q.created_by,
    q.creation_time_ms, q.last_update_time_ms,
    (SELECT json_group_array(user_id) FROM (SELECT u.user_id FROM review_queue_users u
        WHERE u.queue_id = q.queue_id ORDER BY u.user_id)),
    (SELECT json_group_array(schema_id) FROM (SELECT l.schema_id FROM review_queue_label_schemas l
        WHERE l.queue_id = q.queue_id ORDER BY l.schema_id))";

const SOURCE: Source = Source { table: "review_queues q", attributes: &[], keyed: &[] };

/// Characters of a name, and of a schema's id.
const MAX_NAME: usize = 250;
const MAX_SCHEMA_ID: usize = 36;
/// Who may review a queue, and what they may be asked.
const MAX_USERS: usize = 10;
const MAX_SCHEMAS: usize = 1000;
/// The queue of whoever reviews without a login.
const RESERVED_NAME: &str = "default";

pub(crate) fn create(
    sql: &dyn Sql,
    now: i64,
    caller: Option<&Caller>,
    asked: &CreateReviewQueue,
) -> Result<ReviewQueueResponse, Error> {
    let experiment = required(&asked.experiment_id, "experiment_id")?;
    let name = required(&asked.name, "name")?;
    let queue_type = asked
        .queue_type
        .ok_or_else(|| Error::invalid("`queue_type` must be one of USER or CUSTOM."))?;
    let mut users = users_of(&asked.users)?;
    let schema_ids = schemas_of(&asked.schema_ids)?;
    let name = match queue_type {
        ReviewQueueType::Custom => custom_name(name)?,
        ReviewQueueType::User => {
            let name = user_of(name);
            check_text("name", &name, MAX_NAME)?;
            if users.is_empty() {
                users.push(name.clone());
            }
            if users != [name.as_str()] {
                return Err(Error::invalid(format!(
                    "A user queue must have exactly one assigned user equal to its name; got name='{name}' and users={users:?}."
                )));
            }
            if !schema_ids.is_empty() {
                return Err(Error::invalid(
                    "A user queue cannot have explicitly-attached schemas; it resolves to all of the experiment's label schemas.",
                ));
            }
            name
        }
    };
    let experiment = experiments::active(sql, experiment)?.id;
    schemas::check_are_there(sql, experiment, &schema_ids)?;
    check_is_new(sql, experiment, &name)?;
    let queue = New { experiment, name: &name, queue_type, owner: caller.and_then(Caller::name) };
    let id = insert(sql, now, &queue)?;
    set_users(sql, &id, &users)?;
    set_schemas(sql, &id, &schema_ids)?;
    Ok(ReviewQueueResponse { review_queue: find(sql, &id)? })
}

/// Somebody's own queue, which is made where it is missing.
pub(crate) fn of_user(
    sql: &dyn Sql,
    now: i64,
    asked: &GetOrCreateUserQueue,
) -> Result<ReviewQueueResponse, Error> {
    let experiment = required(&asked.experiment_id, "experiment_id")?;
    let name = user_of(required(&asked.user, "user")?);
    check_text("name", &name, MAX_NAME)?;
    let experiment = experiments::active(sql, experiment)?.id;
    if let Some(review_queue) = named(sql, experiment, &name)? {
        if review_queue.queue_type != ReviewQueueType::User {
            return Err(Error::new(
                ErrorCode::ResourceAlreadyExists,
                format!(
                    "A non-user queue named '{name}' already exists; cannot get-or-create a user queue with that name."
                ),
            ));
        }
        return Ok(ReviewQueueResponse { review_queue });
    }
    let queue_type = ReviewQueueType::User;
    let id = insert(sql, now, &New { experiment, name: &name, queue_type, owner: Some(&name) })?;
    set_users(sql, &id, std::slice::from_ref(&name))?;
    Ok(ReviewQueueResponse { review_queue: find(sql, &id)? })
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetReviewQueue) -> Result<ReviewQueueResponse, Error> {
    Ok(ReviewQueueResponse { review_queue: find(sql, required(&asked.queue_id, "queue_id")?)? })
}

pub(crate) fn get_by_name(
    sql: &dyn Sql,
    asked: &GetReviewQueueByName,
) -> Result<ReviewQueueResponse, Error> {
    let experiment = required(&asked.experiment_id, "experiment_id")?;
    let name = required(&asked.name, "name")?;
    let experiment = experiments::active(sql, experiment)?.id;
    let review_queue = named(sql, experiment, name)?.ok_or_else(|| {
        Error::unknown(format!(
            "Review queue with name '{name}' not found for experiment '{experiment}'."
        ))
    })?;
    Ok(ReviewQueueResponse { review_queue })
}

/// A page of the experiment's queues. Who may not change them sees those that they
/// review.
pub(crate) fn list(
    sql: &dyn Sql,
    caller: Option<&Caller>,
    asked: &ListReviewQueues,
) -> Result<ListReviewQueuesResponse, Error> {
    let experiment = required(&asked.experiment_id, "experiment_id")?;
    let size = asked.max_results.unwrap_or(PAGE);
    let page = Page::of_search(asked.page_token.as_deref(), size, MAX_PAGE)?;
    let experiment = experiments::active(sql, experiment)?.id;
    let mut search = Search::of(&SOURCE);
    let id = search.bind(experiment);
    search.also(format!("q.experiment_id = {id}"));
    let sees_all = may_change_queues_of(caller, experiment);
    let only = (!sees_all).then(|| caller.and_then(Caller::name).unwrap_or_default());
    for user in [asked.user.as_deref(), only].into_iter().flatten() {
        let user = search.bind(user_of(user));
        search.also(format!(
            "q.queue_id IN (SELECT queue_id FROM review_queue_users WHERE user_id = {user})"
        ));
    }
    if let Some(item) = &asked.item_id {
        let item = search.bind(item.as_str());
        search.also(format!(
            "q.queue_id IN (SELECT queue_id FROM review_queue_items WHERE item_id = {item})"
        ));
    }
    search.then("q.creation_time_ms DESC");
    search.then("q.queue_id");
    let (rows, next_page_token) = search.page(sql, "q.queue_id", COLUMNS, page)?;
    Ok(ListReviewQueuesResponse {
        review_queues: rows.into_iter().map(queue).collect(),
        next_page_token: next_page_token.unwrap_or_default(),
    })
}

pub(crate) fn update(
    sql: &dyn Sql,
    now: i64,
    asked: &UpdateReviewQueue,
) -> Result<ReviewQueueResponse, Error> {
    let id = required(&asked.queue_id, "queue_id")?;
    let known = find(sql, id)?;
    if known.queue_type == ReviewQueueType::User {
        return Err(Error::invalid(
            "A user queue's name, assigned user, schemas, and owner are fixed and cannot be updated.",
        ));
    }
    let changes = |flag: Option<bool>| flag.unwrap_or_default();
    let (users, schemas) = (changes(asked.update_users), changes(asked.update_schema_ids));
    if !users && !schemas && asked.name.is_none() && asked.new_owner.is_none() {
        return Ok(ReviewQueueResponse { review_queue: known });
    }
    let owner = asked.new_owner.as_deref().map(str::trim);
    if let Some(owner) = owner {
        check_text("new_owner", owner, MAX_NAME)?;
    }
    let experiment = experiments::parse_id(&known.experiment_id)?;
    let name = asked.name.as_deref().map(custom_name).transpose()?;
    if let Some(name) = name.as_deref().filter(|name| key(name) != key(&known.name)) {
        check_is_new(sql, experiment, name)?;
    }
    if users {
        set_users(sql, id, &users_of(&asked.users)?)?;
    }
    if schemas {
        let waiting = sql
            .query("SELECT 1 FROM review_queue_items WHERE queue_id = ?1 LIMIT 1", &[id.into()])?;
        if !waiting.is_empty() {
            return Err(Error::invalid(
                "A review queue's questions are locked once items are assigned to it. Remove the items before changing its questions.",
            ));
        }
        let ids = schemas_of(&asked.schema_ids)?;
        schemas::check_are_there(sql, experiment, &ids)?;
        set_schemas(sql, id, &ids)?;
    }
    sql.query(
        "UPDATE review_queues SET name = coalesce(?2, name), name_key = coalesce(?3, name_key),
             created_by = coalesce(?4, created_by), last_update_time_ms = ?5
         WHERE queue_id = ?1",
        &[
            id.into(),
            name.as_deref().into(),
            name.as_deref().map(key).into(),
            owner.into(),
            now.into(),
        ],
    )?;
    Ok(ReviewQueueResponse { review_queue: find(sql, id)? })
}

/// Deletes a queue with what is in it. What reviewers said stays.
pub(crate) fn delete(sql: &dyn Sql, asked: &DeleteReviewQueue) -> Result<Empty, Error> {
    let id = required(&asked.queue_id, "queue_id")?;
    for table in
        ["review_queue_users", "review_queue_items", "review_queue_label_schemas", "review_queues"]
    {
        sql.query(&format!("DELETE FROM {table} WHERE queue_id = ?1"), &[id.into()])?;
    }
    Ok(Empty {})
}

/// The queue of that id.
pub(super) fn find(sql: &dyn Sql, id: &str) -> Result<ReviewQueue, Error> {
    let unknown = || Error::unknown(format!("Review queue with id '{id}' not found."));
    find_any(sql, id)?.ok_or_else(unknown)
}

/// The same, if there is one.
pub(crate) fn find_any(sql: &dyn Sql, id: &str) -> Result<Option<ReviewQueue>, Error> {
    let statement = format!("SELECT {COLUMNS} FROM review_queues q WHERE q.queue_id = ?1");
    let rows = sql.query(&statement, &[id.into()])?;
    Ok(rows.into_iter().next().map(queue))
}

/// The experiment's queue of that name, in any case.
pub(crate) fn named(
    sql: &dyn Sql,
    experiment: i64,
    name: &str,
) -> Result<Option<ReviewQueue>, Error> {
    let rows = sql.query(
        &format!(
            "SELECT {COLUMNS} FROM review_queues q WHERE q.experiment_id = ?1 AND q.name_key = ?2"
        ),
        &[experiment.into(), key(name).into()],
    )?;
    Ok(rows.into_iter().next().map(queue))
}

/// A user as queues know them.
pub(crate) fn user_of(name: &str) -> String {
    name.trim().to_lowercase()
}

fn queue(row: Row) -> ReviewQueue {
    let mut columns = Columns::of(row);
    let texts = |json: String| serde_json::from_str(&json).unwrap_or_default();
    ReviewQueue {
        queue_id: columns.text(),
        experiment_id: columns.integer().to_string(),
        name: columns.text(),
        queue_type: ReviewQueueType::from_name(&columns.text()),
        created_by: columns.maybe_text(),
        creation_time_ms: columns.integer(),
        last_update_time_ms: columns.integer(),
        users: texts(columns.text()),
        schema_ids: texts(columns.text()),
    }
}

/// A queue that is made.
struct New<'a> {
    experiment: i64,
    name: &'a str,
    queue_type: ReviewQueueType,
    owner: Option<&'a str>,
}

fn insert(sql: &dyn Sql, now: i64, new: &New<'_>) -> Result<String, Error> {
    let id = format!("rq-{}", Uuid::new_v4().simple());
    sql.query(
        "INSERT INTO review_queues (queue_id, experiment_id, name, name_key, queue_type,
             created_by, creation_time_ms, last_update_time_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        &[
            id.as_str().into(),
            new.experiment.into(),
            new.name.into(),
            key(new.name).into(),
            new.queue_type.as_str().to_ascii_lowercase().into(),
            new.owner.into(),
            now.into(),
        ],
    )?;
    Ok(id)
}

/// What makes a name the only one of an experiment.
fn key(name: &str) -> String {
    name.to_lowercase()
}

fn check_is_new(sql: &dyn Sql, experiment: i64, name: &str) -> Result<(), Error> {
    if named(sql, experiment, name)?.is_none() {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::ResourceAlreadyExists,
        format!("Review queue with name '{name}' already exists (names are case-insensitive)."),
    ))
}

fn custom_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    check_text("name", name, MAX_NAME)?;
    if key(name) == RESERVED_NAME {
        return Err(Error::invalid(format!(
            "`{name}` is a reserved queue name and cannot be used for a custom queue."
        )));
    }
    Ok(name.to_owned())
}

fn users_of(names: &[String]) -> Result<Vec<String>, Error> {
    let users: Vec<String> = names.iter().map(|name| user_of(name)).collect();
    let users = trimmed(&users, "user", MAX_NAME)?;
    if users.len() > MAX_USERS {
        return Err(Error::invalid(format!(
            "A review queue can have at most {MAX_USERS} assigned users; got {}.",
            users.len()
        )));
    }
    Ok(users)
}

fn schemas_of(ids: &[String]) -> Result<Vec<String>, Error> {
    if ids.len() > MAX_SCHEMAS {
        return Err(Error::invalid(format!(
            "A review queue can have at most {MAX_SCHEMAS} schemas; got {}.",
            ids.len()
        )));
    }
    trimmed(ids, "schema_id", MAX_SCHEMA_ID)
}

fn set_users(sql: &dyn Sql, id: &str, users: &[String]) -> Result<(), Error> {
    sql.query("DELETE FROM review_queue_users WHERE queue_id = ?1", &[id.into()])?;
    sql.query(
        "INSERT INTO review_queue_users (queue_id, user_id) SELECT ?1, value FROM json_each(?2)",
        &[id.into(), json!(users).to_string().into()],
    )?;
    Ok(())
}

fn set_schemas(sql: &dyn Sql, id: &str, schema_ids: &[String]) -> Result<(), Error> {
    sql.query("DELETE FROM review_queue_label_schemas WHERE queue_id = ?1", &[id.into()])?;
    sql.query(
        "INSERT INTO review_queue_label_schemas (queue_id, schema_id)
         SELECT ?1, value FROM json_each(?2)",
        &[id.into(), json!(schema_ids).to_string().into()],
    )?;
    Ok(())
}
