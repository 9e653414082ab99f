//! What is still to be told: written with the change that it is about, and gone
//! when it was told, or nobody would hear it. So nothing is lost when the server
//! stops in between; it may be told twice then, under the same id.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;
use uuid::Uuid;

use super::{Settings, address};
use crate::schema::workspace_of;
use crate::sql::Columns;
use crate::{Error, Sql, python_json};

/// Ours, and made where it is first needed: MLflow has no such table.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS webhook_deliveries (
    delivery_id TEXT NOT NULL PRIMARY KEY, webhook_id TEXT NOT NULL, body TEXT NOT NULL,
    sent_since BIGINT, due BIGINT NOT NULL, failures INTEGER NOT NULL DEFAULT 0)";

/// How many are told at once.
const AT_ONCE: i64 = 10;
/// The longest time between two attempts, in milliseconds.
const LONGEST_WAIT: i64 = 60_000;

/// A request to be sent by POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// By which [`settle`] knows it.
    pub id: String,
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Answered {
        /// With this status.
        status: u16,
        /// In seconds, where the answer says when to ask again.
        retry_after: Option<i64>,
    },
    /// It was not.
    Failed,
}

#[derive(Serialize)]
struct Message<'a> {
    entity: &'a str,
    action: &'a str,
    timestamp: String,
    data: serde_json::Value,
}

/// The body of a message.
pub(super) fn body(now: i64, entity: &str, action: &str, data: serde_json::Value) -> String {
    let timestamp = mlflow_api::format_time(now);
    let timestamp = format!("{}+00:00", timestamp.trim_end_matches('Z'));
    python_json::to_ascii(&Message { entity, action, timestamp, data })
}

/// The workspace that messages from here name, where there are any.
pub(super) fn workspace(sql: &dyn Sql, settings: &Settings) -> Result<Option<String>, Error> {
    settings.has_workspaces.then(|| workspace_of(sql)).transpose()
}

/// A message that names its workspace at its end, if it is to name one.
pub(super) fn in_workspace(mut body: String, workspace: Option<&str>) -> String {
    if let (Some(name), Some(b'}')) = (workspace, body.as_bytes().last()) {
        body.pop();
        body += &format!(", \"workspace\": \"{name}\"}}");
    }
    body
}

/// Notes that the webhook has to be told.
pub(super) fn put(sql: &dyn Sql, now: i64, webhook_id: &str, body: &str) -> Result<(), Error> {
    sql.query(TABLE, &[])?;
    sql.query(
        "INSERT INTO webhook_deliveries (delivery_id, webhook_id, body, due)
         VALUES (?1, ?2, ?3, ?4)",
        &[Uuid::new_v4().to_string().into(), webhook_id.into(), body.into(), now.into()],
    )?;
    Ok(())
}

/// When there is something to be told, in milliseconds since 1970.
///
/// # Errors
/// When the store fails.
pub fn next_due(sql: &dyn Sql) -> Result<Option<i64>, Error> {
    if !exists(sql)? {
        return Ok(None);
    }
    let rows = sql.query("SELECT min(due) FROM webhook_deliveries", &[])?;
    Ok(rows.into_iter().next().and_then(|row| Columns::of(row).maybe_integer()))
}

/// What is to be told now, some of it: to each webhook one thing at a time, so
/// that it hears them in their order. What nobody is there any more to hear is
/// dropped.
///
/// # Errors
/// When the store fails.
pub fn due(sql: &dyn Sql, settings: &Settings, now: i64) -> Result<Vec<Delivery>, Error> {
    if !exists(sql)? {
        return Ok(Vec::new());
    }
    sql.query(
        "DELETE FROM webhook_deliveries WHERE webhook_id NOT IN (SELECT webhook_id FROM webhooks
             WHERE deleted_timestamp IS NULL AND status = 'ACTIVE')",
        &[],
    )?;
    // The second of the first attempt is that of all.
    sql.query(
        "UPDATE webhook_deliveries SET sent_since = ?1 WHERE due <= ?2 AND sent_since IS NULL",
        &[(now / 1000).into(), now.into()],
    )?;
    let rows = sql.query(
        "SELECT delivery_id, url, secret, sent_since, body
         FROM webhook_deliveries d JOIN webhooks USING (webhook_id)
         WHERE d.rowid IN (SELECT min(rowid) FROM webhook_deliveries WHERE due <= ?1
             GROUP BY webhook_id) ORDER BY due, d.rowid LIMIT ?2",
        &[now.into(), AT_ONCE.into()],
    )?;
    let workspace = workspace(sql, settings)?;
    let mut deliveries = Vec::new();
    for row in rows {
        let mut columns = Columns::of(row);
        let [id, url] = [columns.text(), columns.text()];
        let secret = columns.maybe_text().map(|sealed| settings.open(&sealed)).transpose();
        let second = columns.integer();
        let body = in_workspace(columns.text(), workspace.as_deref());
        // Neither an address that is no longer allowed, nor one that would get
        // what is not signed as its owner expects.
        match (address::check(settings, &url), secret) {
            (Ok(_), Ok(secret)) => {
                deliveries.push(signed(id, url, secret.as_deref(), second, body)?);
            }
            _ => forget(sql, &id)?,
        }
    }
    Ok(deliveries)
}

/// Notes what became of a delivery: it is told again, later, where that may help.
///
/// # Errors
/// When the store fails.
pub fn settle(
    sql: &dyn Sql,
    settings: &Settings,
    now: i64,
    id: &str,
    outcome: &Outcome,
) -> Result<(), Error> {
    let wait = match outcome {
        Outcome::Answered { status: 429 | 500 | 502..=504, retry_after } => *retry_after,
        Outcome::Answered { .. } => return forget(sql, id),
        Outcome::Failed => None,
    };
    let rows = sql.query(
        "UPDATE webhook_deliveries SET failures = failures + 1 WHERE delivery_id = ?1
         RETURNING failures",
        &[id.into()],
    )?;
    let failures = rows.into_iter().next().map_or(0, |row| Columns::of(row).integer());
    if failures > settings.max_retries {
        return forget(sql, id);
    }
    let wait = wait.map_or_else(|| backoff(failures), |seconds| seconds.saturating_mul(1000));
    sql.query(
        "UPDATE webhook_deliveries SET due = ?2 WHERE delivery_id = ?1",
        &[id.into(), now.saturating_add(wait.clamp(0, 10 * LONGEST_WAIT)).into()],
    )?;
    Ok(())
}

/// Milliseconds until another attempt: a second and twice as long each time,
/// from the second on, and up to one more, so that not all come at once.
fn backoff(failures: i64) -> i64 {
    let jitter = i64::from(
        Uuid::new_v4()
            .as_bytes()
            .iter()
            .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)))
            % 1000,
    );
    let doublings = u32::try_from(failures - 1).unwrap_or_default().min(10);
    let wait = if doublings == 0 { 0 } else { 1000_i64 << doublings };
    (wait + jitter).min(LONGEST_WAIT)
}

/// A delivery with its headers.
pub(super) fn signed(
    id: String,
    url: String,
    secret: Option<&str>,
    second: i64,
    body: String,
) -> Result<Delivery, Error> {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-mlflow-delivery-id", id.clone()),
        ("x-mlflow-timestamp", second.to_string()),
    ];
    if let Some(secret) = secret {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .map_err(|_| Error::invalid("the webhook's secret can't be used"))?;
        mac.update(format!("{id}.{second}.{body}").as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        headers.push(("x-mlflow-signature", format!("v1,{signature}")));
    }
    Ok(Delivery { id, url, headers, body })
}

fn forget(sql: &dyn Sql, id: &str) -> Result<(), Error> {
    sql.query("DELETE FROM webhook_deliveries WHERE delivery_id = ?1", &[id.into()])?;
    Ok(())
}

fn exists(sql: &dyn Sql) -> Result<bool, Error> {
    let rows =
        sql.query("SELECT count(*) FROM sqlite_master WHERE name = 'webhook_deliveries'", &[])?;
    Ok(rows.into_iter().any(|row| Columns::of(row).integer() > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_workspace_last() {
        let named = in_workspace("{\"a\": 1}".to_owned(), Some("team-a"));
        assert_eq!(named, "{\"a\": 1, \"workspace\": \"team-a\"}");
        assert_eq!(in_workspace("{}".to_owned(), None), "{}");
    }

    #[test]
    fn waits_grow_and_end() {
        assert!((0..1000).contains(&backoff(1)));
        assert!((2000..3000).contains(&backoff(2)));
        assert!((4000..5000).contains(&backoff(3)));
        assert_eq!(backoff(60), LONGEST_WAIT);
    }
}
