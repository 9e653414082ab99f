//! Workspaces: experiments and models apart from each other, on one server.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoints;
use crate::json;

/// The header that names the workspace of a request.
pub const WORKSPACE_HEADER: &str = "x-mlflow-workspace";

/// The workspace of a request that names none.
pub const DEFAULT_WORKSPACE: &str = "default";

/// `GET workspaces`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListWorkspaces {}

/// The answer of `GET workspaces`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListWorkspacesResponse {
    /// Those that the caller may use.
    #[serde(deserialize_with = "json::or_default", skip_serializing_if = "Vec::is_empty")]
    pub workspaces: Vec<Workspace>,
}

/// `POST workspaces`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateWorkspace {
    /// 2 to 63 small letters, digits, and hyphens in between.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `GET workspaces/{workspace_name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetWorkspace {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub workspace_name: String,
}

/// `PATCH workspaces/{workspace_name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateWorkspace {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub workspace_name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `DELETE workspaces/{workspace_name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteWorkspace {
    /// Which.
    #[serde(deserialize_with = "json::or_default")]
    pub workspace_name: String,
}

/// The answer about one workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceResponse {
    /// The workspace.
    #[serde(deserialize_with = "json::or_default")]
    pub workspace: Workspace,
}

/// A workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Workspace {
    /// Unique on its server.
    #[serde(deserialize_with = "json::or_default")]
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

endpoints! {
    /// The endpoints of workspaces.
    WORKSPACE_ENDPOINTS;
    ListWorkspaces => ListWorkspacesResponse: Get "/api/3.0/mlflow/workspaces", true;
    CreateWorkspace => WorkspaceResponse: Post "/api/3.0/mlflow/workspaces", false;
    GetWorkspace => WorkspaceResponse: Get "/api/3.0/mlflow/workspaces/{workspace_name}", true;
    UpdateWorkspace => WorkspaceResponse: Patch "/api/3.0/mlflow/workspaces/{workspace_name}", true;
    DeleteWorkspace => Empty: Delete "/api/3.0/mlflow/workspaces/{workspace_name}", false;
}
