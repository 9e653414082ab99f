//! Roles: permissions under a name, and who has them.
//!
//! What a user is granted alone is a role, too, of a name that nobody can give.

use std::collections::{BTreeMap, BTreeSet};

use mlflow_api::{
    AddRolePermission, AssignRole, AssignmentResponse, AssignmentsResponse, CreateRole, DeleteRole,
    Empty, ErrorCode, GetRole, ListRolePermissions, ListRoleUsers, ListRoles, ListUserRoles,
    RemoveRolePermission, Role, RoleAssignment, RolePermission, RolePermissionResponse,
    RolePermissionsResponse, RoleResponse, RolesResponse, UnassignRole, UpdateRole,
    UpdateRolePermission,
};

use super::caller::Caller;
use super::fields::Fields;
use super::permission::{Permission, canonical, check_pattern, grantable};
use super::users;
use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Row, Sql, Value};

/// Names that begin so are of the users' own roles.
const RESERVED: &str = "__user_";

/// The name of a user's own role.
pub(super) fn own_name(user_id: i64) -> String {
    format!("{RESERVED}{user_id}__")
}

/// A role's columns; its permissions as a JSON array.
const COLUMNS: &str = "r.id, r.name, r.workspace, r.description,
    (SELECT json_group_array(json_object('id', p.id, 'role_id', p.role_id, 'resource_type',
         p.resource_type, 'resource_pattern', p.resource_pattern, 'permission', p.permission))
     FROM (SELECT * FROM role_permissions WHERE role_id = r.id ORDER BY id) p)";

fn role(columns: &mut Columns) -> Role {
    Role {
        id: columns.integer(),
        name: columns.text(),
        workspace: columns.text(),
        description: columns.maybe_text(),
        permissions: serde_json::from_str(&columns.text()).unwrap_or_default(),
    }
}

/// The role of that id.
fn find(sql: &dyn Sql, id: i64) -> Result<Option<Role>, Error> {
    let statement = format!("SELECT {COLUMNS} FROM roles r WHERE r.id = ?1");
    let rows = sql.query(&statement, &[id.into()])?;
    Ok(rows.into_iter().next().map(|row| role(&mut Columns::of(row))))
}

fn known(sql: &dyn Sql, id: i64) -> Result<Role, Error> {
    if id == 0 {
        return Err(Error::missing("role_id"));
    }
    find(sql, id)?.ok_or_else(|| Error::unknown(format!("Role with id={id} not found")))
}

fn check_name(name: &str) -> Result<&str, Error> {
    if name.trim().is_empty() {
        return Err(Error::invalid("Role name cannot be empty."));
    }
    if name.starts_with(RESERVED) {
        return Err(Error::invalid(format!(
            "Role name '{name}' uses the reserved '{RESERVED}' prefix"
        )));
    }
    if name.chars().count() > 255 {
        return Err(Error::invalid("Role name has more than 255 characters."));
    }
    Ok(name)
}

/// Refuses a name that another role of the workspace has.
fn check_free(sql: &dyn Sql, workspace: &str, name: &str, id: i64) -> Result<(), Error> {
    let taken = sql.query(
        "SELECT 1 FROM roles WHERE workspace = ?1 AND name = ?2 AND id != ?3",
        &[workspace.into(), name.into(), id.into()],
    )?;
    if taken.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::ResourceAlreadyExists,
        format!("Role (name={name}, workspace={workspace}) already exists."),
    ))
}

/// Adds a role and gives its id.
pub(super) fn insert(
    sql: &dyn Sql,
    workspace: &str,
    name: &str,
    description: Option<String>,
) -> Result<i64, Error> {
    let rows = sql.query(
        "INSERT INTO roles (name, workspace, description) VALUES (?1, ?2, ?3) RETURNING id",
        &[name.into(), workspace.into(), description.into()],
    )?;
    Ok(id_of(rows))
}

fn id_of(rows: Vec<Row>) -> i64 {
    rows.into_iter().next().map(|row| Columns::of(row).integer()).unwrap_or_default()
}

pub(super) fn create(sql: &dyn Sql, asked: &CreateRole) -> Result<RoleResponse, Error> {
    required(&asked.name, "name")?;
    let name = check_name(&asked.name)?;
    let workspace = required(&asked.workspace, "workspace")?;
    check_free(sql, workspace, name, 0)?;
    let id = insert(sql, workspace, name, asked.description.clone())?;
    Ok(RoleResponse { role: known(sql, id)? })
}

pub(super) fn get(sql: &dyn Sql, asked: &GetRole) -> Result<RoleResponse, Error> {
    Ok(RoleResponse { role: known(sql, asked.role_id)? })
}

pub(super) fn list(sql: &dyn Sql, asked: &ListRoles) -> Result<RolesResponse, Error> {
    let statement = format!(
        "SELECT {COLUMNS} FROM roles r
         WHERE ?1 = '[]' OR r.workspace IN (SELECT value FROM json_each(?1)) ORDER BY r.id"
    );
    let workspaces = serde_json::json!(asked.workspace).to_string();
    let rows = sql.query(&statement, &[workspaces.into()])?;
    Ok(RolesResponse { roles: rows.into_iter().map(|row| role(&mut Columns::of(row))).collect() })
}

pub(super) fn update(sql: &dyn Sql, asked: &UpdateRole) -> Result<RoleResponse, Error> {
    if asked.name.is_none() && asked.description.is_none() {
        return Err(Error::invalid(
            "At least one of 'name' or 'description' must be provided to update a role.",
        ));
    }
    let role = known(sql, asked.role_id)?;
    if let Some(name) = &asked.name {
        check_free(sql, &role.workspace, check_name(name)?, role.id)?;
    }
    sql.query(
        "UPDATE roles SET name = coalesce(?2, name), description = coalesce(?3, description)
         WHERE id = ?1",
        &[role.id.into(), asked.name.clone().into(), asked.description.clone().into()],
    )?;
    Ok(RoleResponse { role: known(sql, role.id)? })
}

pub(super) fn delete(sql: &dyn Sql, asked: &DeleteRole) -> Result<Empty, Error> {
    let role = known(sql, asked.role_id)?;
    remove(sql, "SELECT ?1", role.id.into())?;
    Ok(Empty {})
}

/// Deletes a user's own roles, and takes all others away.
pub(super) fn delete_own(sql: &dyn Sql, user_id: i64) -> Result<(), Error> {
    remove(sql, "SELECT id FROM roles WHERE name = ?1", own_name(user_id).into())?;
    sql.query("DELETE FROM user_role_assignments WHERE user_id = ?1", &[user_id.into()])?;
    Ok(())
}

/// Deletes the roles of a workspace.
pub(super) fn delete_in(sql: &dyn Sql, workspace: &str) -> Result<(), Error> {
    remove(sql, "SELECT id FROM roles WHERE workspace = ?1", workspace.into())
}

/// Deletes the roles that a statement finds, with all that goes with them.
fn remove(sql: &dyn Sql, which: &str, parameter: Value) -> Result<(), Error> {
    let parameter = [parameter];
    for (table, column) in
        [("role_permissions", "role_id"), ("user_role_assignments", "role_id"), ("roles", "id")]
    {
        sql.query(&format!("DELETE FROM {table} WHERE {column} IN ({which})"), &parameter)?;
    }
    Ok(())
}

pub(super) fn add_permission(
    sql: &dyn Sql,
    asked: &AddRolePermission,
) -> Result<RolePermissionResponse, Error> {
    let resource_type = required(&asked.resource_type, "resource_type")?;
    let pattern = required(&asked.resource_pattern, "resource_pattern")?;
    let permission = grantable(required(&asked.permission, "permission")?, resource_type)?;
    check_pattern(resource_type, pattern)?;
    let pattern = canonical(resource_type, pattern);
    let role = known(sql, asked.role_id)?;
    let is_there = role
        .permissions
        .iter()
        .any(|known| known.resource_type == resource_type && known.resource_pattern == pattern);
    if is_there {
        return Err(Error::new(
            ErrorCode::ResourceAlreadyExists,
            format!(
                "Role permission (role_id={}, resource_type={resource_type}, resource_pattern={pattern}) already exists.",
                role.id
            ),
        ));
    }
    let id = allow(sql, role.id, (resource_type, &pattern), permission)?;
    Ok(RolePermissionResponse { role_permission: permission_of(sql, id)? })
}

/// Adds a permission to a role and gives its id.
pub(super) fn allow(
    sql: &dyn Sql,
    role_id: i64,
    thing: (&str, &str),
    permission: Permission,
) -> Result<i64, Error> {
    let rows = sql.query(
        "INSERT INTO role_permissions (role_id, resource_type, resource_pattern, permission)
         VALUES (?1, ?2, ?3, ?4) RETURNING id",
        &[role_id.into(), thing.0.into(), thing.1.into(), permission.as_str().into()],
    )?;
    Ok(id_of(rows))
}

fn permission_of(sql: &dyn Sql, id: i64) -> Result<RolePermission, Error> {
    if id == 0 {
        return Err(Error::missing("role_permission_id"));
    }
    let rows = sql.query(
        "SELECT id, role_id, resource_type, resource_pattern, permission FROM role_permissions
         WHERE id = ?1",
        &[id.into()],
    )?;
    let row = rows
        .into_iter()
        .next()
        .ok_or_else(|| Error::unknown(format!("Role permission with id={id} not found")))?;
    let mut columns = Columns::of(row);
    Ok(RolePermission {
        id: columns.integer(),
        role_id: columns.integer(),
        resource_type: columns.text(),
        resource_pattern: columns.text(),
        permission: columns.text(),
    })
}

pub(super) fn remove_permission(
    sql: &dyn Sql,
    asked: &RemoveRolePermission,
) -> Result<Empty, Error> {
    let permission = permission_of(sql, asked.role_permission_id)?;
    sql.query("DELETE FROM role_permissions WHERE id = ?1", &[permission.id.into()])?;
    Ok(Empty {})
}

pub(super) fn permissions(
    sql: &dyn Sql,
    asked: &ListRolePermissions,
) -> Result<RolePermissionsResponse, Error> {
    Ok(RolePermissionsResponse { role_permissions: known(sql, asked.role_id)?.permissions })
}

pub(super) fn update_permission(
    sql: &dyn Sql,
    asked: &UpdateRolePermission,
) -> Result<RolePermissionResponse, Error> {
    let known = permission_of(sql, asked.role_permission_id)?;
    let permission = grantable(required(&asked.permission, "permission")?, &known.resource_type)?;
    sql.query(
        "UPDATE role_permissions SET permission = ?2 WHERE id = ?1",
        &[known.id.into(), permission.as_str().into()],
    )?;
    Ok(RolePermissionResponse { role_permission: permission_of(sql, known.id)? })
}

const ASSIGNMENT: &str = "SELECT id, user_id, role_id FROM user_role_assignments";

fn assignment(row: Row) -> RoleAssignment {
    let mut columns = Columns::of(row);
    RoleAssignment { id: columns.integer(), user_id: columns.integer(), role_id: columns.integer() }
}

/// Gives a role to a user.
pub(super) fn give(sql: &dyn Sql, user_id: i64, role_id: i64) -> Result<RoleAssignment, Error> {
    let rows = sql.query(
        "INSERT INTO user_role_assignments (user_id, role_id) VALUES (?1, ?2)
         RETURNING id, user_id, role_id",
        &[user_id.into(), role_id.into()],
    )?;
    Ok(rows.into_iter().next().map(assignment).unwrap_or_default())
}

pub(super) fn assign(sql: &dyn Sql, asked: &AssignRole) -> Result<AssignmentResponse, Error> {
    let user = users::known(sql, &asked.username)?;
    let role = known(sql, asked.role_id)?;
    if find_assignment(sql, user.id, role.id)?.is_some() {
        return Err(Error::new(
            ErrorCode::ResourceAlreadyExists,
            format!(
                "User role assignment (user_id={}, role_id={}) already exists",
                user.id, role.id
            ),
        ));
    }
    Ok(AssignmentResponse { assignment: give(sql, user.id, role.id)? })
}

fn find_assignment(
    sql: &dyn Sql,
    user_id: i64,
    role_id: i64,
) -> Result<Option<RoleAssignment>, Error> {
    let statement = format!("{ASSIGNMENT} WHERE user_id = ?1 AND role_id = ?2");
    let rows = sql.query(&statement, &[user_id.into(), role_id.into()])?;
    Ok(rows.into_iter().next().map(assignment))
}

pub(super) fn unassign(sql: &dyn Sql, asked: &UnassignRole) -> Result<Empty, Error> {
    let user = users::known(sql, &asked.username)?;
    let role_id = asked.role_id;
    let known = find_assignment(sql, user.id, role_id)?.ok_or_else(|| {
        Error::unknown(format!(
            "User role assignment (user_id={}, role_id={role_id}) not found",
            user.id
        ))
    })?;
    sql.query("DELETE FROM user_role_assignments WHERE id = ?1", &[known.id.into()])?;
    Ok(Empty {})
}

pub(super) fn users_of(sql: &dyn Sql, asked: &ListRoleUsers) -> Result<AssignmentsResponse, Error> {
    let role = known(sql, asked.role_id)?;
    let statement = format!("{ASSIGNMENT} WHERE role_id = ?1 ORDER BY id");
    let rows = sql.query(&statement, &[role.id.into()])?;
    Ok(AssignmentsResponse { assignments: rows.into_iter().map(assignment).collect() })
}

/// The roles of a user that the caller may know of.
pub(super) fn of_user(
    sql: &dyn Sql,
    caller: &Caller,
    username: &str,
) -> Result<(bool, Vec<Role>), Error> {
    let user = users::known(sql, username)?;
    let mut roles = by_user(sql)?.remove(&user.id).unwrap_or_default();
    if !caller.user.is_admin && caller.user.username != username {
        let managed = managed_by(sql, caller)?;
        roles.retain(|role| managed.contains(&role.workspace));
    }
    Ok((user.is_admin, roles))
}

pub(super) fn list_of_user(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &ListUserRoles,
) -> Result<RolesResponse, Error> {
    Ok(RolesResponse { roles: of_user(sql, caller, &asked.username)?.1 })
}

/// Everybody's roles, by their ids.
pub(super) fn by_user(sql: &dyn Sql) -> Result<BTreeMap<i64, Vec<Role>>, Error> {
    let statement = format!(
        "SELECT a.user_id, {COLUMNS} FROM user_role_assignments a
         JOIN roles r ON r.id = a.role_id ORDER BY r.id"
    );
    let mut all: BTreeMap<i64, Vec<Role>> = BTreeMap::new();
    for row in sql.query(&statement, &[])? {
        let mut columns = Columns::of(row);
        let user_id = columns.integer();
        all.entry(user_id).or_default().push(role(&mut columns));
    }
    Ok(all)
}

/// The workspaces that a statement about a user's roles finds.
fn workspaces(sql: &dyn Sql, user_id: i64, also: &str) -> Result<BTreeSet<String>, Error> {
    let statement = format!(
        "SELECT DISTINCT r.workspace FROM roles r
         JOIN user_role_assignments a ON a.role_id = r.id WHERE a.user_id = ?1{also}"
    );
    let rows = sql.query(&statement, &[user_id.into()])?;
    Ok(rows.into_iter().map(|row| Columns::of(row).text()).collect())
}

/// The workspaces that a user has a role in.
pub(super) fn workspaces_of(sql: &dyn Sql, user_id: i64) -> Result<BTreeSet<String>, Error> {
    workspaces(sql, user_id, "")
}

/// The workspaces that somebody manages.
pub(super) fn managed_by(sql: &dyn Sql, caller: &Caller) -> Result<BTreeSet<String>, Error> {
    workspaces(
        sql,
        caller.user.id,
        " AND EXISTS (SELECT 1 FROM role_permissions p WHERE p.role_id = r.id
              AND p.resource_type = 'workspace' AND p.resource_pattern = '*'
              AND p.permission = 'MANAGE')",
    )
}

pub(super) fn manages_any(sql: &dyn Sql, caller: &Caller) -> Result<bool, Error> {
    Ok(!caller.is_anonymous() && !managed_by(sql, caller)?.is_empty())
}

/// Whether somebody has a role in a workspace.
pub(super) fn is_in(sql: &dyn Sql, caller: &Caller, workspace: &str) -> Result<bool, Error> {
    Ok(workspaces_of(sql, caller.user.id)?.contains(workspace))
}

/// Whether the caller manages the workspaces of the roles that are named.
pub(super) fn may_manage(sql: &dyn Sql, caller: &Caller, fields: &Fields) -> Result<bool, Error> {
    let managed = managed_by(sql, caller)?;
    let named = workspaces_named(sql, fields)?;
    Ok(named.iter().all(|workspace| workspace.as_ref().is_some_and(|w| managed.contains(w))))
}

/// Whether the caller has a role in the workspaces of the roles that are named.
pub(super) fn may_see(sql: &dyn Sql, caller: &Caller, fields: &Fields) -> Result<bool, Error> {
    let theirs = workspaces_of(sql, caller.user.id)?;
    let named = workspaces_named(sql, fields)?;
    Ok(named.iter().all(|workspace| workspace.as_ref().is_some_and(|w| theirs.contains(w))))
}

/// Whether the caller has a role in all the workspaces that are named.
pub(super) fn may_list(sql: &dyn Sql, caller: &Caller, fields: &Fields) -> Result<bool, Error> {
    let named = fields.all(&["workspace"]);
    let theirs = workspaces_of(sql, caller.user.id)?;
    Ok(!named.is_empty() && named.iter().all(|&workspace| theirs.contains(workspace)))
}

/// The workspaces that a request about roles is about; `None` for what is not
/// there.
fn workspaces_named(sql: &dyn Sql, fields: &Fields) -> Result<Vec<Option<String>>, Error> {
    let mut named = Vec::new();
    for id in fields.all(&["role_id"]) {
        named.push(find(sql, number(id)?)?.map(|role| role.workspace));
    }
    for id in fields.all(&["role_permission_id"]) {
        let rows = sql.query(
            "SELECT r.workspace FROM roles r JOIN role_permissions p ON p.role_id = r.id
             WHERE p.id = ?1",
            &[number(id)?.into()],
        )?;
        named.push(rows.into_iter().next().map(|row| Columns::of(row).text()));
    }
    named.extend(fields.all(&["workspace"]).into_iter().map(|name| Some(name.to_owned())));
    if named.is_empty() {
        return Err(Error::invalid(
            "Request must include one of: role_id, role_permission_id, workspace.",
        ));
    }
    Ok(named)
}

fn number(id: &str) -> Result<i64, Error> {
    id.parse().map_err(|_| Error::invalid(format!("Parameter '{id}' must be an integer.")))
}
