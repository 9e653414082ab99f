//! Which function answers which request about users, roles and permissions, and
//! about workspaces.

use bytes::Bytes;
use http::{Request, Response};
use mlflow_api::{
    AddRolePermission, AssignRole, CreateExperimentPermission, CreateRegisteredModelPermission,
    CreateRole, CreateUser, CreateWorkspace, DEFAULT_WORKSPACE, DeleteExperimentPermission,
    DeleteRegisteredModelPermission, DeleteRole, DeleteUser, DeleteWorkspace, ErrorCode,
    GetCurrentUser, GetExperimentPermission, GetRegisteredModelPermission, GetRole, GetUser,
    GetUserPermission, GetWorkspace, GrantUserPermission, ListCurrentUserPermissions,
    ListRolePermissions, ListRoleUsers, ListRoles, ListUserPermissions, ListUserRoles, ListUsers,
    ListWorkspaces, RemoveRolePermission, RevokeUserPermission, UnassignRole,
    UpdateExperimentPermission, UpdateRegisteredModelPermission, UpdateRole, UpdateRolePermission,
    UpdateUserAdmin, UpdateUserPassword, UpdateWorkspace, WorkspaceResponse,
};

use super::caller::Caller;
use super::permission::{Permission, WORKSPACE};
use super::{grants, roles, users};
use crate::routes::{Answer, Ask};
use crate::{Error, Sql, workspaces};

/// Where the paths begin that are answered here, below `/api`.
const HERE: [&str; 6] = [
    "/2.0/mlflow/users/",
    "/3.0/mlflow/users/",
    "/3.0/mlflow/roles/",
    "/3.0/mlflow/workspaces",
    "/2.0/mlflow/experiments/permissions/",
    "/2.0/mlflow/registered-models/permissions/",
];

/// Whether a request with this path is one about users and the like, or about
/// workspaces: the default workspace answers it, whichever is named.
pub fn is_for_default_workspace(path: &str) -> bool {
    let below = path.strip_prefix("/ajax-api").or_else(|| path.strip_prefix("/api"));
    below.is_some_and(|below| HERE.iter().any(|begin| below.starts_with(begin)))
}

/// Answers a request that was admitted. `path` begins with `/api/`.
pub(super) fn answer(
    sql: &dyn Sql,
    caller: &Caller,
    request: &Request<Bytes>,
    path: &str,
) -> Result<Response<Bytes>, Error> {
    let ask = Ask::new(sql, request, path);
    of_users(&ask, caller)
        .or_else(|| of_permissions(&ask, caller))
        .or_else(|| of_roles(&ask, caller))
        .or_else(|| of_workspaces(&ask, caller))
        .unwrap_or_else(|| {
            Err(Error::new(
                ErrorCode::EndpointNotFound,
                format!("there is no {} {path} here", request.method()),
            ))
        })
}

fn of_users(ask: &Ask<'_>, caller: &Caller) -> Answer {
    let sql = ask.sql;
    ask.write(|r: CreateUser| users::create(sql, &r))
        .or_else(|| ask.read(|r: GetUser| users::get(sql, &r)))
        .or_else(|| ask.read(|_: GetCurrentUser| Ok(users::current(caller))))
        .or_else(|| ask.read(|_: ListUsers| users::list(sql, caller)))
        .or_else(|| ask.write(|r: UpdateUserPassword| users::update_password(sql, caller, &r)))
        .or_else(|| ask.write(|r: UpdateUserAdmin| users::update_admin(sql, &r)))
        .or_else(|| ask.write(|r: DeleteUser| users::delete(sql, caller, &r)))
}

fn of_permissions(ask: &Ask<'_>, caller: &Caller) -> Answer {
    let sql = ask.sql;
    ask.write(|r: GrantUserPermission| grants::grant(sql, caller, &r))
        .or_else(|| ask.write(|r: RevokeUserPermission| grants::revoke(sql, caller, &r)))
        .or_else(|| ask.read(|r: GetUserPermission| grants::get(sql, caller, &r)))
        .or_else(|| ask.read(|r: ListUserPermissions| grants::list(sql, caller, &r.username)))
        .or_else(|| {
            let own = &caller.user.username;
            ask.read(|_: ListCurrentUserPermissions| grants::list(sql, caller, own))
        })
        .or_else(|| {
            use grants::create_on_experiment;
            ask.write(|r: CreateExperimentPermission| create_on_experiment(sql, caller, &r))
        })
        .or_else(|| {
            ask.read(|r: GetExperimentPermission| grants::get_on_experiment(sql, caller, &r))
        })
        .or_else(|| {
            use grants::update_on_experiment;
            ask.write(|r: UpdateExperimentPermission| update_on_experiment(sql, caller, &r))
        })
        .or_else(|| {
            use grants::delete_on_experiment;
            ask.write(|r: DeleteExperimentPermission| delete_on_experiment(sql, caller, &r))
        })
        .or_else(|| {
            use grants::create_on_model;
            ask.write(|r: CreateRegisteredModelPermission| create_on_model(sql, caller, &r))
        })
        .or_else(|| {
            ask.read(|r: GetRegisteredModelPermission| grants::get_on_model(sql, caller, &r))
        })
        .or_else(|| {
            use grants::update_on_model;
            ask.write(|r: UpdateRegisteredModelPermission| update_on_model(sql, caller, &r))
        })
        .or_else(|| {
            use grants::delete_on_model;
            ask.write(|r: DeleteRegisteredModelPermission| delete_on_model(sql, caller, &r))
        })
}

fn of_roles(ask: &Ask<'_>, caller: &Caller) -> Answer {
    let sql = ask.sql;
    ask.write(|r: CreateRole| roles::create(sql, &r))
        .or_else(|| ask.read(|r: GetRole| roles::get(sql, &r)))
        .or_else(|| ask.read(|r: ListRoles| roles::list(sql, &r)))
        .or_else(|| ask.write(|r: UpdateRole| roles::update(sql, &r)))
        .or_else(|| ask.write(|r: DeleteRole| roles::delete(sql, &r)))
        .or_else(|| ask.write(|r: AddRolePermission| roles::add_permission(sql, &r)))
        .or_else(|| ask.write(|r: RemoveRolePermission| roles::remove_permission(sql, &r)))
        .or_else(|| ask.read(|r: ListRolePermissions| roles::permissions(sql, &r)))
        .or_else(|| ask.write(|r: UpdateRolePermission| roles::update_permission(sql, &r)))
        .or_else(|| ask.write(|r: AssignRole| roles::assign(sql, &r)))
        .or_else(|| ask.write(|r: UnassignRole| roles::unassign(sql, &r)))
        .or_else(|| ask.read(|r: ListRoleUsers| roles::users_of(sql, &r)))
        .or_else(|| ask.read(|r: ListUserRoles| roles::list_of_user(sql, caller, &r)))
}

fn of_workspaces(ask: &Ask<'_>, caller: &Caller) -> Answer {
    let sql = ask.sql;
    ask.read(|_: ListWorkspaces| {
        let theirs = roles::workspaces_of(sql, caller.user.id)?;
        workspaces::list(sql, |name| {
            caller.user.is_admin
                || caller.is_anonymous()
                || name == DEFAULT_WORKSPACE
                || theirs.contains(name)
        })
    })
    .or_else(|| workspaces::created(ask.write(|r: CreateWorkspace| create_workspace(sql, &r))))
    .or_else(|| ask.read(|r: GetWorkspace| workspaces::get(sql, &r)))
    .or_else(|| ask.write(|r: UpdateWorkspace| workspaces::update(sql, &r)))
    .or_else(|| {
        workspaces::deleted(ask.write(|r: DeleteWorkspace| {
            let deleted = workspaces::delete(sql, &r)?;
            roles::delete_in(sql, &r.workspace_name)?;
            Ok(deleted)
        }))
    })
}

/// A workspace comes with a role for those who manage it, and one for the others.
fn create_workspace(sql: &dyn Sql, asked: &CreateWorkspace) -> Result<WorkspaceResponse, Error> {
    let created = workspaces::create(sql, asked)?;
    for (name, permission) in [("admin", Permission::Manage), ("user", Permission::Use)] {
        let role_id = roles::insert(sql, &asked.name, name, None)?;
        roles::allow(sql, role_id, (WORKSPACE, "*"), permission)?;
    }
    Ok(created)
}
