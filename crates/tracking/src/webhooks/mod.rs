//! Webhooks: who is told of changes in the registry. What there is to tell is
//! noted here; sending it is for whoever holds the store, who has a network.

mod address;
pub(crate) mod events;
mod outbox;
mod secret;

use std::sync::Arc;

use mlflow_api::{
    CreateWebhook, DeleteWebhook, Empty, ErrorCode, GetWebhook, ListWebhooks, ListWebhooksResponse,
    TestWebhook, TestWebhookResponse, UpdateWebhook, Webhook, WebhookAction, WebhookEntity,
    WebhookEvent, WebhookResponse, WebhookTestResult,
};
use uuid::Uuid;

use crate::call::required;
use crate::experiments::{named, pairs};
use crate::page::Page;
use crate::sql::Columns;
use crate::{Error, Row, Sql};

pub use outbox::{Delivery, Outcome, due, next_due, settle};
pub use secret::Key;

/// Webhooks in a page of a request that names no number, and at most.
const PAGE: u32 = 100;
const MAX_PAGE: u32 = 1000;
/// Characters of a name.
const MAX_NAME: usize = 63;

/// The columns of `webhooks w`, and its events as a JSON array of pairs.
const COLUMNS: &str = "webhook_id, name, description, url, status, creation_timestamp,
    last_updated_timestamp, (SELECT json_group_array(json_array(entity, action))
        FROM webhook_events e WHERE e.webhook_id = w.webhook_id)";

/// How webhooks may be: an extension of the request, in an [`Arc`].
#[derive(Debug, Clone)]
pub struct Settings {
    /// `MLFLOW_WEBHOOK_ALLOWED_SCHEMES`, in small letters.
    pub schemes: Vec<String>,
    /// `MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS`.
    pub allows_private: bool,
    /// `MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES`.
    pub max_retries: i64,
    /// `MLFLOW_ENABLE_WORKSPACES`: messages say which workspace they are from.
    pub has_workspaces: bool,
    /// `MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY`; without it, none has a secret.
    pub key: Option<Key>,
}

impl Default for Settings {
    fn default() -> Self {
        let schemes = vec!["https".to_owned()];
        Self { schemes, allows_private: false, max_retries: 3, has_workspaces: false, key: None }
    }
}

impl Settings {
    /// Those that a request came with.
    pub(crate) fn of<T>(request: &http::Request<T>) -> Arc<Self> {
        request.extensions().get().cloned().unwrap_or_default()
    }

    fn seal(&self, now: i64, secret: Option<&str>) -> Result<Option<String>, Error> {
        let Some(secret) = secret.filter(|secret| !secret.is_empty()) else { return Ok(None) };
        let sealed = self.key.as_ref().and_then(|key| key.seal(now, secret));
        sealed.map(Some).ok_or_else(|| {
            Error::invalid(
                "secrets of webhooks are kept under a key: set \
                 MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY, to 32 random bytes in URL-safe base64",
            )
        })
    }

    fn open(&self, sealed: &str) -> Result<String, Error> {
        let secret = self.key.as_ref().and_then(|key| key.open(sealed));
        secret.ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidState,
                "the webhook's secret was kept under another MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY",
            )
        })
    }
}

/// Whether a request may have left something to be told.
#[must_use]
pub fn may_tell(method: &http::Method, path: &str) -> bool {
    *method != http::Method::GET
        && (path.contains("/registered-models/") || path.contains("/model-versions/"))
}

pub(crate) fn create(
    sql: &dyn Sql,
    settings: &Settings,
    now: i64,
    asked: &CreateWebhook,
) -> Result<WebhookResponse, Error> {
    let name = checked_name(required(&asked.name, "name")?)?;
    let url = address::check(settings, required(&asked.url, "url")?)?;
    check_events(&asked.events)?;
    let secret = settings.seal(now, asked.secret.as_deref())?;
    let id = Uuid::new_v4().to_string();
    sql.query(
        "INSERT INTO webhooks (webhook_id, name, description, url, status, secret,
             creation_timestamp, last_updated_timestamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        &[
            id.as_str().into(),
            name.into(),
            asked.description.clone().filter(|text| !text.is_empty()).into(),
            url.into(),
            asked.status.unwrap_or_default().as_str().into(),
            secret.into(),
            now.into(),
        ],
    )?;
    write_events(sql, &id, &asked.events)?;
    find(sql, &id)
}

pub(crate) fn get(sql: &dyn Sql, asked: &GetWebhook) -> Result<WebhookResponse, Error> {
    find(sql, &asked.webhook_id)
}

pub(crate) fn list(sql: &dyn Sql, asked: &ListWebhooks) -> Result<ListWebhooksResponse, Error> {
    let size = asked.max_results.filter(|size| *size > 0).unwrap_or(PAGE);
    let page = Page::of_search(asked.page_token.as_deref(), size, MAX_PAGE)?;
    let (limit, offset) = page.limit_and_offset();
    let statement = format!(
        "SELECT {COLUMNS} FROM webhooks w WHERE deleted_timestamp IS NULL
         ORDER BY creation_timestamp DESC, rowid DESC LIMIT ?1 OFFSET ?2"
    );
    let mut rows = sql.query(&statement, &[limit.into(), offset.into()])?;
    let next_page_token = page.cut(&mut rows);
    let webhooks = rows.into_iter().map(webhook).collect();
    Ok(ListWebhooksResponse { webhooks, next_page_token })
}

pub(crate) fn update(
    sql: &dyn Sql,
    settings: &Settings,
    now: i64,
    asked: &UpdateWebhook,
) -> Result<WebhookResponse, Error> {
    let id = asked.webhook_id.as_str();
    find(sql, id)?;
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let (name, url) = (filled(&asked.name), filled(&asked.url));
    name.as_deref().map(checked_name).transpose()?;
    url.as_deref().map(|url| address::check(settings, url)).transpose()?;
    let secret = settings.seal(now, asked.secret.as_deref())?;
    sql.query(
        "UPDATE webhooks SET name = coalesce(?2, name), url = coalesce(?3, url),
             description = coalesce(?4, description), status = coalesce(?5, status),
             secret = coalesce(?6, secret), last_updated_timestamp = ?7 WHERE webhook_id = ?1",
        &[
            id.into(),
            name.into(),
            url.into(),
            asked.description.as_deref().into(),
            asked.status.map(|status| status.as_str()).into(),
            secret.into(),
            now.into(),
        ],
    )?;
    if !asked.events.is_empty() {
        check_events(&asked.events)?;
        sql.query("DELETE FROM webhook_events WHERE webhook_id = ?1", &[id.into()])?;
        write_events(sql, id, &asked.events)?;
    }
    find(sql, id)
}

/// Marks it as deleted, as MLflow does.
pub(crate) fn delete(sql: &dyn Sql, now: i64, asked: &DeleteWebhook) -> Result<Empty, Error> {
    find(sql, &asked.webhook_id)?;
    sql.query(
        "UPDATE webhooks SET deleted_timestamp = ?2, last_updated_timestamp = ?2
         WHERE webhook_id = ?1",
        &[asked.webhook_id.as_str().into(), now.into()],
    )?;
    Ok(Empty {})
}

/// A message to be sent now, to try a webhook out.
pub(crate) fn test(
    sql: &dyn Sql,
    settings: &Settings,
    now: i64,
    asked: &TestWebhook,
) -> Result<Delivery, Error> {
    let id = asked.webhook_id.as_str();
    let webhook = find(sql, id)?.webhook;
    address::check(settings, &webhook.url)?;
    let asked = asked.event.or_else(|| webhook.events.first().copied()).unwrap_or_default();
    check_events(&[asked])?;
    let [entity, action] =
        [asked.entity.as_str(), asked.action.as_str()].map(|name| name.to_ascii_lowercase());
    let rows = sql.query("SELECT secret FROM webhooks WHERE webhook_id = ?1", &[id.into()])?;
    let secret = rows.into_iter().next().and_then(|row| Columns::of(row).maybe_text());
    let secret = secret.map(|sealed| settings.open(&sealed)).transpose()?;
    let body = outbox::body(now, &entity, &action, events::example(&entity, &action));
    let body = outbox::in_workspace(body, outbox::workspace(sql, settings)?.as_deref());
    let delivery_id = Uuid::new_v4().to_string();
    outbox::signed(delivery_id, webhook.url, secret.as_deref(), now / 1000, body)
}

/// The answer to a test: of the status and text that the webhook answered with,
/// or of why it did not.
#[must_use]
pub fn tested(answer: Result<(u16, String), String>) -> http::Response<bytes::Bytes> {
    let result = match answer {
        Ok((status, body)) => WebhookTestResult {
            success: status < 400,
            response_status: Some(i32::from(status)),
            response_body: Some(body),
            error_message: None,
        },
        Err(why) => WebhookTestResult {
            error_message: Some(format!("Failed to test webhook: {why}")),
            ..WebhookTestResult::default()
        },
    };
    crate::call::json(http::StatusCode::OK, &TestWebhookResponse { result })
}

fn find(sql: &dyn Sql, id: &str) -> Result<WebhookResponse, Error> {
    let statement = format!(
        "SELECT {COLUMNS} FROM webhooks w WHERE webhook_id = ?1 AND deleted_timestamp IS NULL"
    );
    let rows = sql.query(&statement, &[id.into()])?;
    let row = rows.into_iter().next();
    let row = row.ok_or_else(|| Error::unknown(format!("Webhook with ID {id} not found.")))?;
    Ok(WebhookResponse { webhook: webhook(row) })
}

fn checked_name(name: &str) -> Result<&str, Error> {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let is_name = name.len() <= MAX_NAME
        && ends(name.chars().next())
        && ends(name.chars().last())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if is_name {
        return Ok(name);
    }
    Err(Error::invalid(format!(
        "Webhook name '{name}' is invalid: it has at most {MAX_NAME} letters, digits, '.', '_' and '-', and begins and ends with a letter or digit"
    )))
}

fn check_events(events: &[WebhookEvent]) -> Result<(), Error> {
    use WebhookAction::{Created, Deleted, Exceeded, Set};
    use WebhookEntity::{
        BudgetPolicy, ModelVersion, ModelVersionAlias, ModelVersionTag, Prompt, PromptAlias,
        PromptTag, PromptVersion, PromptVersionTag, RegisteredModel, Unspecified,
    };
    if events.is_empty() {
        return Err(Error::missing("events"));
    }
    for WebhookEvent { entity, action } in events {
        let actions: &[WebhookAction] = match entity {
            RegisteredModel | ModelVersion | Prompt | PromptVersion => &[Created],
            ModelVersionTag | PromptTag | PromptVersionTag => &[Set, Deleted],
            ModelVersionAlias | PromptAlias => &[Created, Deleted],
            BudgetPolicy => &[Exceeded],
            Unspecified => &[],
        };
        if !actions.contains(action) {
            return Err(Error::invalid(format!(
                "Invalid action '{action}' for entity '{entity}'."
            )));
        }
    }
    Ok(())
}

/// The store has them in small letters.
fn write_events(sql: &dyn Sql, id: &str, events: &[WebhookEvent]) -> Result<(), Error> {
    for WebhookEvent { entity, action } in events {
        sql.query(
            "INSERT OR IGNORE INTO webhook_events (webhook_id, entity, action) VALUES (?1, ?2, ?3)",
            &[
                id.into(),
                entity.as_str().to_ascii_lowercase().into(),
                action.as_str().to_ascii_lowercase().into(),
            ],
        )?;
    }
    Ok(())
}

fn webhook(row: Row) -> Webhook {
    let mut columns = Columns::of(row);
    Webhook {
        webhook_id: columns.text(),
        name: columns.text(),
        description: columns.maybe_text().filter(|text| !text.is_empty()),
        url: columns.text(),
        status: named(&columns.text()),
        creation_timestamp: columns.integer(),
        last_updated_timestamp: columns.integer(),
        events: pairs(&columns.value())
            .map(|(entity, action)| WebhookEvent { entity: named(&entity), action: named(&action) })
            .collect(),
    }
}
