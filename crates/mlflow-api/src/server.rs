//! What a server says about itself, and about who is asking.

use serde::{Deserialize, Serialize};

use crate::json;

/// Answers MLflow's version as plain text, such as `3.18.0`.
pub const VERSION_PATH: &str = "/version";
/// Answers `OK` as plain text.
pub const HEALTH_PATH: &str = "/health";

/// `server-info`: a 404 on servers before 3.x, and never behind a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetServerInfo {}

/// What a server can do. A field is absent where the server is older than it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerInfo {
    /// `SqlStore` or `FileStore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_type: Option<String>,
    /// Whether requests may name a workspace.
    #[serde(deserialize_with = "json::or_default")]
    pub workspaces_enabled: bool,
    /// Whether artifacts can be read through the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_serving_enabled: Option<bool>,
    /// Whether files go up in parts.
    #[serde(deserialize_with = "json::or_default")]
    pub multipart_uploads_enabled: bool,
    /// Whether files come down in parts.
    #[serde(deserialize_with = "json::or_default")]
    pub multipart_downloads_enabled: bool,
    /// Whether old traces are moved to artifact storage.
    #[serde(deserialize_with = "json::or_default")]
    pub trace_archival_enabled: bool,
    /// How the server wants to be signed in to, as its operator wrote it;
    /// often empty, even where a login is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_auth: Option<String>,
}

/// `users/current`: only on servers with MLflow's basic-auth app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetCurrentUser {}

/// Who is asking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CurrentUserResponse {
    /// Whether MLflow's own user table decided.
    #[serde(deserialize_with = "json::or_default")]
    pub is_basic_auth: bool,
    /// The user.
    #[serde(deserialize_with = "json::or_default")]
    pub user: User,
}

/// A user of MLflow's basic-auth app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    /// A number, unique on its server.
    #[serde(deserialize_with = "json::int64")]
    pub id: i64,
    /// The name that was signed in with.
    #[serde(deserialize_with = "json::or_default")]
    pub username: String,
    /// Whether every permission is granted.
    #[serde(deserialize_with = "json::or_default")]
    pub is_admin: bool,
}
