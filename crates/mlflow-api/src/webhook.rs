//! Webhooks: who is told of what happens in the registry.

use serde::{Deserialize, Serialize};

use crate::enums::{WebhookAction, WebhookEntity, WebhookStatus};
use crate::json;

/// A webhook, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Webhook {
    /// A UUID.
    #[serde(deserialize_with = "json::or_default")]
    pub webhook_id: String,
    /// Not unique.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who is told.
    #[serde(deserialize_with = "json::or_default")]
    pub url: String,
    /// Of what.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub events: Vec<WebhookEvent>,
    /// Whether it is in use.
    pub status: WebhookStatus,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub creation_timestamp: i64,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "json::int64")]
    pub last_updated_timestamp: i64,
}

/// Something that happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookEvent {
    /// To what.
    pub entity: WebhookEntity,
    /// What.
    pub action: WebhookAction,
}

/// `POST webhooks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateWebhook {
    /// Letters, digits, dots, underscores and hyphens.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who is told; an `https` one.
    #[serde(deserialize_with = "json::or_default")]
    pub url: String,
    /// Of what; at least one.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub events: Vec<WebhookEvent>,
    /// What messages are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// In use without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<WebhookStatus>,
}

/// `GET webhooks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListWebhooks {
    /// 100 without; at most 1000.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::opt_uint32")]
    pub max_results: Option<u32>,
    /// From the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// A page of webhooks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListWebhooksResponse {
    /// The newest first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub webhooks: Vec<Webhook>,
    /// Opaque; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// `GET webhooks/{webhook_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetWebhook {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub webhook_id: String,
}

/// `PATCH webhooks/{webhook_id}`: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateWebhook {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub webhook_id: String,
    /// See [`CreateWebhook::name`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// See [`CreateWebhook::url`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// In place of those that it has.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "json::or_default")]
    pub events: Vec<WebhookEvent>,
    /// What messages are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Whether it is in use.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "json::known_enum")]
    pub status: Option<WebhookStatus>,
}

/// `DELETE webhooks/{webhook_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteWebhook {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub webhook_id: String,
}

/// The answer of what makes, finds or changes a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookResponse {
    /// As it is now.
    #[serde(deserialize_with = "json::or_default")]
    pub webhook: Webhook,
}

/// `POST webhooks/{webhook_id}/test`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestWebhook {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub webhook_id: String,
    /// Of what it is told; the first of its own without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<WebhookEvent>,
}

/// What became of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestWebhookResponse {
    /// How it went.
    pub result: WebhookTestResult,
}

/// How a test went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookTestResult {
    /// Whether the webhook took the message.
    pub success: bool,
    /// What it answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_status: Option<i32>,
    /// Its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_body: Option<String>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}
