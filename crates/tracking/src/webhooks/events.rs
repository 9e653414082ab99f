//! What webhooks are told: changes of the registry, noted beside the change
//! itself, in its transaction.

use mlflow_api::{Tag, tags};
use serde_json::{Map, Value, json};

use super::outbox;
use crate::registry::tags::is_prompt;
use crate::sql::Columns;
use crate::{Error, Sql};

/// Whether a prompt is a text or a chat.
const PROMPT_TYPE: &str = "_mlflow_prompt_type";

/// What it happened to. Each is one thing of a model, and another of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Model,
    Version,
    ModelTag,
    VersionTag,
    Alias,
}

impl Thing {
    /// Its name as an entity; of what nobody is told, none.
    fn entity(self, of_prompt: bool) -> Option<&'static str> {
        Some(match (self, of_prompt) {
            (Self::Model, false) => "registered_model",
            (Self::Model, true) => "prompt",
            (Self::Version, false) => "model_version",
            (Self::Version, true) => "prompt_version",
            (Self::ModelTag, false) => return None,
            (Self::ModelTag, true) => "prompt_tag",
            (Self::VersionTag, false) => "model_version_tag",
            (Self::VersionTag, true) => "prompt_version_tag",
            (Self::Alias, false) => "model_version_alias",
            (Self::Alias, true) => "prompt_alias",
        })
    }
}

/// Tells of something new that came with these tags: `data` is what is said of
/// it, given whether it is a prompt's.
pub(crate) fn tell_of_new(
    sql: &dyn Sql,
    now: i64,
    thing: Thing,
    tags: &[Tag],
    data: impl FnOnce(bool) -> Value,
) -> Result<(), Error> {
    let of_prompt = is_prompt(tags);
    tell(sql, now, thing.entity(of_prompt), "created", || data(of_prompt))
}

/// Tells of a change to what belongs to the model or prompt of that name.
pub(crate) fn tell_of_change(
    sql: &dyn Sql,
    now: i64,
    thing: Thing,
    action: &str,
    name: &str,
    data: Value,
) -> Result<(), Error> {
    let rows = sql.query(
        "SELECT count(*) FROM registered_model_tags WHERE workspace = 'default'
             AND name = ?1 AND key = ?2 AND lower(value) = 'true'",
        &[name.into(), tags::IS_PROMPT.into()],
    )?;
    let of_prompt = rows.into_iter().any(|row| Columns::of(row).integer() > 0);
    tell(sql, now, thing.entity(of_prompt), action, || data)
}

fn tell(
    sql: &dyn Sql,
    now: i64,
    entity: Option<&'static str>,
    action: &str,
    data: impl FnOnce() -> Value,
) -> Result<(), Error> {
    let Some(entity) = entity else { return Ok(()) };
    let rows = sql.query(
        "SELECT webhook_id FROM webhooks w JOIN webhook_events e USING (webhook_id)
         WHERE deleted_timestamp IS NULL AND status = 'ACTIVE' AND entity = ?1 AND action = ?2
         ORDER BY creation_timestamp DESC, w.rowid DESC",
        &[entity.into(), action.into()],
    )?;
    if rows.is_empty() {
        return Ok(());
    }
    let body = outbox::body(now, entity, action, data());
    for row in rows {
        outbox::put(sql, now, &Columns::of(row).text(), &body)?;
    }
    Ok(())
}

/// Tags as an object, without those by which MLflow knows prompts.
pub(crate) fn tags_told(given: &[Tag], of_prompt: bool) -> Map<String, Value> {
    let is_mark = |key| [tags::IS_PROMPT, tags::PROMPT_TEXT, PROMPT_TYPE].contains(&key);
    given
        .iter()
        .filter(|tag| !(of_prompt && is_mark(tag.key.as_str())))
        .map(|tag| (tag.key.clone(), tag.value.as_str().into()))
        .collect()
}

/// What a test tells of an event.
pub(super) fn example(entity: &str, action: &str) -> Value {
    let kind = if entity.starts_with("prompt") { "prompt" } else { "model" };
    let name = format!("example_{kind}");
    let (tags, key) = (json!({"example_key": "example_value"}), "example_key");
    match (entity, action) {
        ("registered_model", _) => {
            json!({"name": name, "tags": tags, "description": "An example registered model"})
        }
        ("prompt", _) => json!({"name": name, "tags": tags, "description": "An example prompt"}),
        ("model_version", _) => json!({
            "name": name, "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678",
            "tags": tags, "description": "An example model version",
        }),
        ("prompt_version", _) => json!({
            "name": name, "version": "1", "template": "Hello {{name}}!",
            "tags": tags, "description": "An example prompt version",
        }),
        ("prompt_tag", "set") => json!({"name": name, "key": key, "value": "example_value"}),
        ("prompt_tag", _) => json!({"name": name, "key": key}),
        ("model_version_tag" | "prompt_version_tag", "set") => {
            json!({"name": name, "version": "1", "key": key, "value": "example_value"})
        }
        ("model_version_tag" | "prompt_version_tag", _) => {
            json!({"name": name, "version": "1", "key": key})
        }
        (_, "created") => json!({"name": name, "alias": "example_alias", "version": "1"}),
        (_, "deleted") => json!({"name": name, "alias": "example_alias"}),
        _ => json!({
            "budget_policy_id": "bp-abc123", "budget_unit": "USD", "budget_amount": 100.0,
            "current_spend": 105.5, "duration_unit": "MONTHS", "duration_value": 1,
            "target_scope": "ENDPOINT", "workspace": "default", "target_value": "ep-abc123",
            "window_start": 1_704_067_200_000_i64,
        }),
    }
}
