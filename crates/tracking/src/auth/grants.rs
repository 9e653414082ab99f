//! What single users are granted on single things.

use mlflow_api::{
    CreateExperimentPermission, CreateRegisteredModelPermission, DeleteExperimentPermission,
    DeleteRegisteredModelPermission, Empty, ErrorCode, ExperimentPermission,
    ExperimentPermissionResponse, GetExperimentPermission, GetRegisteredModelPermission,
    GetUserPermission, GetUserPermissionResponse, GrantUserPermission, RegisteredModelPermission,
    RegisteredModelPermissionResponse, RevokeUserPermission, UpdateExperimentPermission,
    UpdateRegisteredModelPermission, UserPermission, UserPermissionsResponse,
};

use super::caller::{Caller, Grant};
use super::permission::{
    self, EXPERIMENT, Permission, REGISTERED_MODEL, WORKSPACE, canonical, check_pattern, grantable,
};
use super::{roles, users};
use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Sql};

/// What a user's roles grant in a workspace.
pub(super) fn of(sql: &dyn Sql, user_id: i64, workspace: &str) -> Result<Vec<Grant>, Error> {
    let rows = sql.query(
        "SELECT p.resource_type, p.resource_pattern, p.permission FROM role_permissions p
         JOIN roles r ON r.id = p.role_id JOIN user_role_assignments a ON a.role_id = r.id
         WHERE a.user_id = ?1 AND r.workspace = ?2",
        &[user_id.into(), workspace.into()],
    )?;
    let grants = rows.into_iter().map(|row| {
        let mut columns = Columns::of(row);
        Ok(Grant {
            resource_type: columns.text(),
            pattern: columns.text(),
            permission: Permission::parse(&columns.text())?,
        })
    });
    grants.collect()
}

/// What a user was granted alone on things of a type: workspace, thing,
/// permission.
pub(super) fn own(
    sql: &dyn Sql,
    user_id: i64,
    resource_type: &str,
) -> Result<Vec<(String, String, String)>, Error> {
    let rows = sql.query(
        "SELECT r.workspace, p.resource_pattern, p.permission FROM role_permissions p
         JOIN roles r ON r.id = p.role_id WHERE r.name = ?1 AND p.resource_type = ?2 ORDER BY p.id",
        &[roles::own_name(user_id).into(), resource_type.into()],
    )?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            (columns.text(), columns.text(), columns.text())
        })
        .collect())
}

/// The role of a user's own in a workspace, made where it is missing.
fn own_role(sql: &dyn Sql, user_id: i64, workspace: &str) -> Result<i64, Error> {
    let name = roles::own_name(user_id);
    let known = sql.query(
        "SELECT id FROM roles WHERE workspace = ?1 AND name = ?2",
        &[workspace.into(), name.as_str().into()],
    )?;
    if let Some(row) = known.into_iter().next() {
        return Ok(Columns::of(row).integer());
    }
    let role_id = roles::insert(sql, workspace, &name, None)?;
    roles::give(sql, user_id, role_id)?;
    Ok(role_id)
}

/// Grants a permission, in place of the one that was granted before.
pub(super) fn put(
    sql: &dyn Sql,
    user_id: i64,
    workspace: &str,
    thing: (&str, &str),
    permission: Permission,
) -> Result<(), Error> {
    let role_id = own_role(sql, user_id, workspace)?;
    sql.query(
        "INSERT INTO role_permissions (role_id, resource_type, resource_pattern, permission)
         VALUES (?1, ?2, ?3, ?4) ON CONFLICT (role_id, resource_type, resource_pattern)
         DO UPDATE SET permission = excluded.permission",
        &[role_id.into(), thing.0.into(), thing.1.into(), permission.as_str().into()],
    )?;
    Ok(())
}

/// The permission that a user was granted alone on a thing.
fn find(
    sql: &dyn Sql,
    user_id: i64,
    workspace: &str,
    thing: (&str, &str),
) -> Result<Option<String>, Error> {
    let rows = sql.query(
        "SELECT p.permission FROM role_permissions p JOIN roles r ON r.id = p.role_id
         WHERE r.workspace = ?1 AND r.name = ?2 AND p.resource_type = ?3
             AND p.resource_pattern = ?4",
        &[workspace.into(), roles::own_name(user_id).into(), thing.0.into(), thing.1.into()],
    )?;
    Ok(rows.into_iter().next().map(|row| Columns::of(row).text()))
}

fn drop(sql: &dyn Sql, user_id: i64, workspace: &str, thing: (&str, &str)) -> Result<(), Error> {
    sql.query(
        "DELETE FROM role_permissions WHERE resource_type = ?3 AND resource_pattern = ?4
             AND role_id IN (SELECT id FROM roles WHERE workspace = ?1 AND name = ?2)",
        &[workspace.into(), roles::own_name(user_id).into(), thing.0.into(), thing.1.into()],
    )?;
    Ok(())
}

/// One user and one thing of a request.
struct About<'a> {
    sql: &'a dyn Sql,
    workspace: &'a str,
    user_id: i64,
    username: &'a str,
    resource_type: &'a str,
    id: String,
}

impl<'a> About<'a> {
    fn of(
        sql: &'a dyn Sql,
        caller: &'a Caller,
        username: &'a str,
        (resource_type, id): (&'a str, &str),
    ) -> Result<Self, Error> {
        let user = users::known(sql, username)?;
        let id = canonical(resource_type, id);
        let workspace = &caller.workspace;
        Ok(Self { sql, workspace, user_id: user.id, username, resource_type, id })
    }

    fn thing(&self) -> (&str, &str) {
        (self.resource_type, &self.id)
    }

    fn found(&self) -> Result<String, Error> {
        find(self.sql, self.user_id, self.workspace, self.thing())?.ok_or_else(|| {
            Error::unknown(format!(
                "Permission for user={} on resource_type={}, resource_id={} not found.",
                self.username, self.resource_type, self.id
            ))
        })
    }

    fn create(&self, permission: Permission) -> Result<(), Error> {
        if find(self.sql, self.user_id, self.workspace, self.thing())?.is_some() {
            return Err(Error::new(
                ErrorCode::ResourceAlreadyExists,
                format!(
                    "Permission for user={} on resource_type={}, resource_id={} already exists.",
                    self.username, self.resource_type, self.id
                ),
            ));
        }
        put(self.sql, self.user_id, self.workspace, self.thing(), permission)
    }

    fn update(&self, permission: Permission) -> Result<Empty, Error> {
        self.found()?;
        put(self.sql, self.user_id, self.workspace, self.thing(), permission)?;
        Ok(Empty {})
    }

    fn delete(&self) -> Result<Empty, Error> {
        self.found()?;
        drop(self.sql, self.user_id, self.workspace, self.thing())?;
        Ok(Empty {})
    }
}

/// Refuses the type of things that these calls are not for, and those that
/// there are not.
pub(super) fn check_type(resource_type: &str) -> Result<(), Error> {
    if resource_type == WORKSPACE {
        return Err(Error::invalid(
            "resource_type 'workspace' is not supported by the per-user permission APIs: use a role",
        ));
    }
    permission::check_type(resource_type)
}

pub(super) fn grant(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &GrantUserPermission,
) -> Result<Empty, Error> {
    let resource_type = required(&asked.resource_type, "resource_type")?;
    let id = required(&asked.resource_id, "resource_id")?;
    let permission = required(&asked.permission, "permission")?;
    let about = About::of(sql, caller, &asked.username, (resource_type, id))?;
    check_type(resource_type)?;
    check_pattern(resource_type, id)?;
    about.create(grantable(permission, resource_type)?)?;
    Ok(Empty {})
}

pub(super) fn revoke(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &RevokeUserPermission,
) -> Result<Empty, Error> {
    let resource_type = required(&asked.resource_type, "resource_type")?;
    let id = required(&asked.resource_id, "resource_id")?;
    let about = About::of(sql, caller, &asked.username, (resource_type, id))?;
    check_type(resource_type)?;
    about.delete()
}

/// What a user may do with a thing, all in all.
pub(super) fn get(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &GetUserPermission,
) -> Result<GetUserPermissionResponse, Error> {
    let resource_type = required(&asked.resource_type, "resource_type")?;
    check_type(resource_type)?;
    let id = canonical(resource_type, required(&asked.resource_id, "resource_id")?);
    let user = users::known(sql, &asked.username)?;
    let grants = of(sql, user.id, &caller.workspace)?;
    // What an admin may do does not show here, as with MLflow.
    let user = mlflow_api::User { is_admin: false, ..user };
    let permission = Caller { user, grants, ..caller.clone() }.permission(&[(resource_type, &id)]);
    Ok(GetUserPermissionResponse {
        allowed: permission >= Permission::Use,
        permission: permission.as_str().to_owned(),
    })
}

/// All that a user was granted, and the caller may know of.
pub(super) fn list(
    sql: &dyn Sql,
    caller: &Caller,
    username: &str,
) -> Result<UserPermissionsResponse, Error> {
    let (is_admin, roles) = roles::of_user(sql, caller, username)?;
    let permissions = roles.into_iter().flat_map(|role| {
        role.permissions.into_iter().map(move |permission| UserPermission {
            role_id: role.id,
            role_name: role.name.clone(),
            workspace: role.workspace.clone(),
            resource_type: permission.resource_type,
            resource_pattern: permission.resource_pattern,
            permission: permission.permission,
        })
    });
    Ok(UserPermissionsResponse { is_admin, permissions: permissions.collect() })
}

/// MLflow 2 has no DENY, and NO_PERMISSIONS for it.
fn of_version_2(name: &str) -> Result<Permission, Error> {
    Permission::parse(required(name, "permission")?)
}

pub(super) fn create_on_experiment(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &CreateExperimentPermission,
) -> Result<ExperimentPermissionResponse, Error> {
    let permission = of_version_2(&asked.permission)?;
    let about = on_experiment(sql, caller, &asked.username, &asked.experiment_id)?;
    about.create(permission)?;
    Ok(experiment_response(&about, permission.as_str()))
}

pub(super) fn get_on_experiment(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &GetExperimentPermission,
) -> Result<ExperimentPermissionResponse, Error> {
    let about = on_experiment(sql, caller, &asked.username, &asked.experiment_id)?;
    Ok(experiment_response(&about, &about.found()?))
}

pub(super) fn update_on_experiment(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &UpdateExperimentPermission,
) -> Result<Empty, Error> {
    let permission = of_version_2(&asked.permission)?;
    on_experiment(sql, caller, &asked.username, &asked.experiment_id)?.update(permission)
}

pub(super) fn delete_on_experiment(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &DeleteExperimentPermission,
) -> Result<Empty, Error> {
    on_experiment(sql, caller, &asked.username, &asked.experiment_id)?.delete()
}

fn on_experiment<'a>(
    sql: &'a dyn Sql,
    caller: &'a Caller,
    username: &'a str,
    id: &str,
) -> Result<About<'a>, Error> {
    About::of(sql, caller, username, (EXPERIMENT, required(id, "experiment_id")?))
}

fn experiment_response(about: &About<'_>, permission: &str) -> ExperimentPermissionResponse {
    ExperimentPermissionResponse {
        experiment_permission: ExperimentPermission {
            experiment_id: about.id.clone(),
            user_id: about.user_id,
            permission: permission.to_owned(),
        },
    }
}

pub(super) fn create_on_model(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &CreateRegisteredModelPermission,
) -> Result<RegisteredModelPermissionResponse, Error> {
    let permission = of_version_2(&asked.permission)?;
    let about = on_model(sql, caller, &asked.username, &asked.name)?;
    about.create(permission)?;
    Ok(model_response(&about, permission.as_str()))
}

pub(super) fn get_on_model(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &GetRegisteredModelPermission,
) -> Result<RegisteredModelPermissionResponse, Error> {
    let about = on_model(sql, caller, &asked.username, &asked.name)?;
    Ok(model_response(&about, &about.found()?))
}

pub(super) fn update_on_model(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &UpdateRegisteredModelPermission,
) -> Result<Empty, Error> {
    let permission = of_version_2(&asked.permission)?;
    on_model(sql, caller, &asked.username, &asked.name)?.update(permission)
}

pub(super) fn delete_on_model(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &DeleteRegisteredModelPermission,
) -> Result<Empty, Error> {
    on_model(sql, caller, &asked.username, &asked.name)?.delete()
}

fn on_model<'a>(
    sql: &'a dyn Sql,
    caller: &'a Caller,
    username: &'a str,
    name: &str,
) -> Result<About<'a>, Error> {
    About::of(sql, caller, username, (REGISTERED_MODEL, required(name, "name")?))
}

fn model_response(about: &About<'_>, permission: &str) -> RegisteredModelPermissionResponse {
    RegisteredModelPermissionResponse {
        registered_model_permission: RegisteredModelPermission {
            workspace: about.workspace.to_owned(),
            name: about.id.clone(),
            user_id: about.user_id,
            permission: permission.to_owned(),
        },
    }
}
