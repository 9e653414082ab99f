//! Users, roles and permissions: what MLflow's basic-auth app answers.
//!
//! Answers are written whole here, empty lists and nulls too, as MLflow writes
//! these.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoints;
use crate::{User, json};

macro_rules! message {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $how:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(default)]
            pub struct $name {
                $($(#[$field_doc])* #[serde(deserialize_with = $how)] pub $field: $type,)*
            }
        )*
    };
}

message! {
    /// `POST users/create`.
    CreateUser {
        /// At most 255 characters.
        username: String = "json::or_default",
        /// At least 12 characters.
        password: String = "json::or_default",
    }
    /// `GET users/get`.
    GetUser {
        /// Who.
        username: String = "json::or_default",
    }
    /// `GET users/list`.
    ListUsers {}
    /// `PATCH users/update-password`.
    UpdateUserPassword {
        /// Whose.
        username: String = "json::or_default",
        /// The new one.
        password: String = "json::or_default",
        /// The one of before, which users have to give for themselves.
        current_password: String = "json::or_default",
    }
    /// `PATCH users/update-admin`.
    UpdateUserAdmin {
        /// Who.
        username: String = "json::or_default",
        /// Whether every permission is granted.
        is_admin: Option<bool> = "json::or_default",
    }
    /// `DELETE users/delete`.
    DeleteUser {
        /// Who.
        username: String = "json::or_default",
    }
    /// The answer about one user.
    UserResponse {
        /// The user.
        user: UserDetails = "json::or_default",
    }
    /// A user, with the permissions that clients of MLflow 2 look for.
    UserDetails {
        /// A number, unique on its server.
        id: i64 = "json::int64",
        /// The name to sign in with.
        username: String = "json::or_default",
        /// Whether every permission is granted.
        is_admin: bool = "json::or_default",
        /// Those of the user's own on experiments.
        experiment_permissions: Vec<ExperimentPermission> = "json::or_default",
        /// Those of the user's own on registered models.
        registered_model_permissions: Vec<RegisteredModelPermission> = "json::or_default",
    }
    /// The answer of `users/list`.
    ListUsersResponse {
        /// Everybody.
        users: Vec<UserWithRoles> = "json::or_default",
    }
    /// A user and the roles that the caller may know of.
    UserWithRoles {
        /// A number, unique on its server.
        id: i64 = "json::int64",
        /// The name to sign in with.
        username: String = "json::or_default",
        /// Whether every permission is granted.
        is_admin: bool = "json::or_default",
        /// The roles.
        roles: Vec<Role> = "json::or_default",
    }

    /// `POST experiments/permissions/create`, of MLflow 2.
    CreateExperimentPermission {
        /// Which.
        experiment_id: String = "json::text",
        /// Whose.
        username: String = "json::or_default",
        /// `READ`, `USE`, `EDIT`, `MANAGE`, `NO_PERMISSIONS` or `DENY`.
        permission: String = "json::or_default",
    }
    /// `GET experiments/permissions/get`, of MLflow 2.
    GetExperimentPermission {
        /// Which.
        experiment_id: String = "json::text",
        /// Whose.
        username: String = "json::or_default",
    }
    /// `PATCH experiments/permissions/update`, of MLflow 2.
    UpdateExperimentPermission {
        /// Which.
        experiment_id: String = "json::text",
        /// Whose.
        username: String = "json::or_default",
        /// The new one.
        permission: String = "json::or_default",
    }
    /// `DELETE experiments/permissions/delete`, of MLflow 2.
    DeleteExperimentPermission {
        /// Which.
        experiment_id: String = "json::text",
        /// Whose.
        username: String = "json::or_default",
    }
    /// The answer about one permission on an experiment.
    ExperimentPermissionResponse {
        /// The permission.
        experiment_permission: ExperimentPermission = "json::or_default",
    }
    /// A permission on an experiment.
    ExperimentPermission {
        /// Which.
        experiment_id: String = "json::or_default",
        /// Whose.
        user_id: i64 = "json::int64",
        /// What is allowed.
        permission: String = "json::or_default",
    }
    /// `POST registered-models/permissions/create`, of MLflow 2.
    CreateRegisteredModelPermission {
        /// Which.
        name: String = "json::or_default",
        /// Whose.
        username: String = "json::or_default",
        /// `READ`, `USE`, `EDIT`, `MANAGE`, `NO_PERMISSIONS` or `DENY`.
        permission: String = "json::or_default",
    }
    /// `GET registered-models/permissions/get`, of MLflow 2.
    GetRegisteredModelPermission {
        /// Which.
        name: String = "json::or_default",
        /// Whose.
        username: String = "json::or_default",
    }
    /// `PATCH registered-models/permissions/update`, of MLflow 2.
    UpdateRegisteredModelPermission {
        /// Which.
        name: String = "json::or_default",
        /// Whose.
        username: String = "json::or_default",
        /// The new one.
        permission: String = "json::or_default",
    }
    /// `DELETE registered-models/permissions/delete`, of MLflow 2.
    DeleteRegisteredModelPermission {
        /// Which.
        name: String = "json::or_default",
        /// Whose.
        username: String = "json::or_default",
    }
    /// The answer about one permission on a registered model.
    RegisteredModelPermissionResponse {
        /// The permission.
        registered_model_permission: RegisteredModelPermission = "json::or_default",
    }
    /// A permission on a registered model.
    RegisteredModelPermission {
        /// Where the model is.
        workspace: String = "json::or_default",
        /// Which.
        name: String = "json::or_default",
        /// Whose.
        user_id: i64 = "json::int64",
        /// What is allowed.
        permission: String = "json::or_default",
    }

    /// `POST roles/create`.
    CreateRole {
        /// Where it holds.
        workspace: String = "json::or_default",
        /// Unique in its workspace.
        name: String = "json::or_default",
        /// For people.
        description: Option<String> = "json::or_default",
    }
    /// `GET roles/get`.
    GetRole {
        /// Which.
        role_id: i64 = "json::int64",
    }
    /// `GET roles/list`.
    ListRoles {
        /// Those of these workspaces; all without any.
        workspace: Vec<String> = "json::texts",
    }
    /// `PATCH roles/update`.
    UpdateRole {
        /// Which.
        role_id: i64 = "json::int64",
        /// A new name.
        name: Option<String> = "json::or_default",
        /// A new description.
        description: Option<String> = "json::or_default",
    }
    /// `DELETE roles/delete`.
    DeleteRole {
        /// Which.
        role_id: i64 = "json::int64",
    }
    /// The answer about one role.
    RoleResponse {
        /// The role.
        role: Role = "json::or_default",
    }
    /// The answer about several roles.
    RolesResponse {
        /// The roles.
        roles: Vec<Role> = "json::or_default",
    }
    /// Permissions under a name, for those who have the role.
    Role {
        /// A number, unique on its server.
        id: i64 = "json::int64",
        /// Unique in its workspace.
        name: String = "json::or_default",
        /// Where it holds.
        workspace: String = "json::or_default",
        /// For people.
        description: Option<String> = "json::or_default",
        /// What it grants.
        permissions: Vec<RolePermission> = "json::or_default",
    }
    /// `POST roles/permissions/add`.
    AddRolePermission {
        /// To which role.
        role_id: i64 = "json::int64",
        /// `experiment`, `registered_model`, `run` and the like.
        resource_type: String = "json::or_default",
        /// An id or a name, or `*` for all of the type.
        resource_pattern: String = "json::text",
        /// What is allowed.
        permission: String = "json::or_default",
    }
    /// `DELETE roles/permissions/remove`.
    RemoveRolePermission {
        /// Which.
        role_permission_id: i64 = "json::int64",
    }
    /// `GET roles/permissions/list`.
    ListRolePermissions {
        /// Of which role.
        role_id: i64 = "json::int64",
    }
    /// `PATCH roles/permissions/update`.
    UpdateRolePermission {
        /// Which.
        role_permission_id: i64 = "json::int64",
        /// What is allowed from now on.
        permission: String = "json::or_default",
    }
    /// The answer about one permission of a role.
    RolePermissionResponse {
        /// The permission.
        role_permission: RolePermission = "json::or_default",
    }
    /// The answer about a role's permissions.
    RolePermissionsResponse {
        /// The permissions.
        role_permissions: Vec<RolePermission> = "json::or_default",
    }
    /// What a role allows.
    RolePermission {
        /// A number, unique on its server.
        id: i64 = "json::int64",
        /// Of which role.
        role_id: i64 = "json::int64",
        /// `experiment`, `registered_model`, `run` and the like.
        resource_type: String = "json::or_default",
        /// An id or a name, or `*` for all of the type.
        resource_pattern: String = "json::or_default",
        /// What is allowed.
        permission: String = "json::or_default",
    }
    /// `POST roles/assign`.
    AssignRole {
        /// To whom.
        username: String = "json::or_default",
        /// Which.
        role_id: i64 = "json::int64",
    }
    /// `DELETE roles/unassign`.
    UnassignRole {
        /// From whom.
        username: String = "json::or_default",
        /// Which.
        role_id: i64 = "json::int64",
    }
    /// The answer of `roles/assign`.
    AssignmentResponse {
        /// Who has it now.
        assignment: RoleAssignment = "json::or_default",
    }
    /// `GET roles/users/list`.
    ListRoleUsers {
        /// Which role.
        role_id: i64 = "json::int64",
    }
    /// The answer of `roles/users/list`.
    AssignmentsResponse {
        /// Who has it.
        assignments: Vec<RoleAssignment> = "json::or_default",
    }
    /// That a user has a role.
    RoleAssignment {
        /// A number, unique on its server.
        id: i64 = "json::int64",
        /// Who.
        user_id: i64 = "json::int64",
        /// Which role.
        role_id: i64 = "json::int64",
    }
    /// `GET users/roles/list`.
    ListUserRoles {
        /// Whose.
        username: String = "json::or_default",
    }

    /// `POST users/permissions/grant`.
    GrantUserPermission {
        /// To whom.
        username: String = "json::or_default",
        /// `experiment`, `registered_model`, `run` and the like.
        resource_type: String = "json::or_default",
        /// An id or a name, or `*` for all of the type.
        resource_id: String = "json::text",
        /// What is allowed.
        permission: String = "json::or_default",
    }
    /// `POST users/permissions/revoke`.
    RevokeUserPermission {
        /// From whom.
        username: String = "json::or_default",
        /// `experiment`, `registered_model`, `run` and the like.
        resource_type: String = "json::or_default",
        /// An id or a name, or `*` for all of the type.
        resource_id: String = "json::text",
    }
    /// `GET users/permissions/get`.
    GetUserPermission {
        /// Whose.
        username: String = "json::or_default",
        /// `experiment`, `registered_model`, `run` and the like.
        resource_type: String = "json::or_default",
        /// An id or a name, or `*` for all of the type.
        resource_id: String = "json::text",
    }
    /// The answer of `users/permissions/get`.
    GetUserPermissionResponse {
        /// Whether it may be used: `USE` and more.
        allowed: bool = "json::or_default",
        /// What is allowed.
        permission: String = "json::or_default",
    }
    /// `GET users/permissions/list`.
    ListUserPermissions {
        /// Whose.
        username: String = "json::or_default",
    }
    /// `GET users/current/permissions`.
    ListCurrentUserPermissions {}
    /// The answer about all that somebody was granted.
    UserPermissionsResponse {
        /// Whether every permission is granted.
        is_admin: bool = "json::or_default",
        /// What was granted one by one.
        permissions: Vec<UserPermission> = "json::or_default",
    }
    /// A permission that a user has by a role.
    UserPermission {
        /// The role.
        role_id: i64 = "json::int64",
        /// Its name.
        role_name: String = "json::or_default",
        /// Where it holds.
        workspace: String = "json::or_default",
        /// `experiment`, `registered_model`, `run` and the like.
        resource_type: String = "json::or_default",
        /// An id or a name, or `*` for all of the type.
        resource_pattern: String = "json::or_default",
        /// What is allowed.
        permission: String = "json::or_default",
    }
}

impl From<UserDetails> for User {
    fn from(user: UserDetails) -> Self {
        Self { id: user.id, username: user.username, is_admin: user.is_admin }
    }
}

endpoints! {
    /// The endpoints of MLflow's basic-auth app, of version 3 and of version 2.
    AUTH_ENDPOINTS;
    CreateUser => UserResponse: Post "/api/2.0/mlflow/users/create", false;
    GetUser => UserResponse: Get "/api/2.0/mlflow/users/get", true;
    ListUsers => ListUsersResponse: Get "/api/2.0/mlflow/users/list", true;
    UpdateUserPassword => Empty: Patch "/api/2.0/mlflow/users/update-password", false;
    UpdateUserAdmin => Empty: Patch "/api/2.0/mlflow/users/update-admin", true;
    DeleteUser => Empty: Delete "/api/2.0/mlflow/users/delete", false;
    CreateExperimentPermission => ExperimentPermissionResponse: Post "/api/2.0/mlflow/experiments/permissions/create", false;
    GetExperimentPermission => ExperimentPermissionResponse: Get "/api/2.0/mlflow/experiments/permissions/get", true;
    UpdateExperimentPermission => Empty: Patch "/api/2.0/mlflow/experiments/permissions/update", true;
    DeleteExperimentPermission => Empty: Delete "/api/2.0/mlflow/experiments/permissions/delete", false;
    CreateRegisteredModelPermission => RegisteredModelPermissionResponse: Post "/api/2.0/mlflow/registered-models/permissions/create", false;
    GetRegisteredModelPermission => RegisteredModelPermissionResponse: Get "/api/2.0/mlflow/registered-models/permissions/get", true;
    UpdateRegisteredModelPermission => Empty: Patch "/api/2.0/mlflow/registered-models/permissions/update", true;
    DeleteRegisteredModelPermission => Empty: Delete "/api/2.0/mlflow/registered-models/permissions/delete", false;
    CreateRole => RoleResponse: Post "/api/3.0/mlflow/roles/create", false;
    GetRole => RoleResponse: Get "/api/3.0/mlflow/roles/get", true;
    ListRoles => RolesResponse: Get "/api/3.0/mlflow/roles/list", true;
    UpdateRole => RoleResponse: Patch "/api/3.0/mlflow/roles/update", true;
    DeleteRole => Empty: Delete "/api/3.0/mlflow/roles/delete", false;
    AddRolePermission => RolePermissionResponse: Post "/api/3.0/mlflow/roles/permissions/add", false;
    RemoveRolePermission => Empty: Delete "/api/3.0/mlflow/roles/permissions/remove", false;
    ListRolePermissions => RolePermissionsResponse: Get "/api/3.0/mlflow/roles/permissions/list", true;
    UpdateRolePermission => RolePermissionResponse: Patch "/api/3.0/mlflow/roles/permissions/update", true;
    AssignRole => AssignmentResponse: Post "/api/3.0/mlflow/roles/assign", false;
    UnassignRole => Empty: Delete "/api/3.0/mlflow/roles/unassign", false;
    ListRoleUsers => AssignmentsResponse: Get "/api/3.0/mlflow/roles/users/list", true;
    ListUserRoles => RolesResponse: Get "/api/3.0/mlflow/users/roles/list", true;
    GrantUserPermission => Empty: Post "/api/3.0/mlflow/users/permissions/grant", false;
    RevokeUserPermission => Empty: Post "/api/3.0/mlflow/users/permissions/revoke", false;
    GetUserPermission => GetUserPermissionResponse: Get "/api/3.0/mlflow/users/permissions/get", true;
    ListUserPermissions => UserPermissionsResponse: Get "/api/3.0/mlflow/users/permissions/list", true;
    ListCurrentUserPermissions => UserPermissionsResponse: Get "/api/3.0/mlflow/users/current/permissions", true;
}
