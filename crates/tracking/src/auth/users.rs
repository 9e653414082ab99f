//! Users: who can sign in.

use mlflow_api::{
    CreateUser, CurrentUserResponse, DeleteUser, Empty, ErrorCode, ExperimentPermission, GetUser,
    ListUsersResponse, RegisteredModelPermission, UpdateUserAdmin, UpdateUserPassword, User,
    UserDetails, UserResponse, UserWithRoles,
};

use super::caller::Caller;
use super::permission::{EXPERIMENT, REGISTERED_MODEL};
use super::{grants, password, roles};
use crate::call::required;
use crate::sql::Columns;
use crate::{Error, Row, Sql, Value};

/// Characters in a name, at most.
const LONGEST_NAME: usize = 255;

/// A user with what is checked at a login.
pub(super) struct Account {
    pub(super) user: User,
    pub(super) password_hash: String,
}

fn account(row: Row) -> Account {
    let mut columns = Columns::of(row);
    Account {
        user: User {
            id: columns.integer(),
            username: columns.text(),
            is_admin: columns.integer() != 0,
        },
        password_hash: columns.text(),
    }
}

/// The account of that name.
pub(super) fn find(sql: &dyn Sql, username: &str) -> Result<Option<Account>, Error> {
    let rows = sql.query(
        "SELECT id, username, is_admin, password_hash FROM users WHERE username = ?1",
        &[username.into()],
    )?;
    Ok(rows.into_iter().next().map(account))
}

/// The user of that name, who has to be there.
pub(super) fn known(sql: &dyn Sql, username: &str) -> Result<User, Error> {
    let username = required(username, "username")?;
    find(sql, username)?
        .map(|account| account.user)
        .ok_or_else(|| Error::unknown(format!("User with username={username} not found")))
}

/// Adds a user whose password was hashed.
pub(super) fn insert(
    sql: &dyn Sql,
    username: &str,
    hash: &str,
    is_admin: bool,
) -> Result<User, Error> {
    let rows = sql.query(
        "INSERT INTO users (username, password_hash, is_admin) VALUES (?1, ?2, ?3) RETURNING id",
        &[username.into(), hash.into(), Value::Integer(i64::from(is_admin))],
    )?;
    let id = rows.into_iter().next().map(|row| Columns::of(row).integer()).unwrap_or_default();
    Ok(User { id, username: username.to_owned(), is_admin })
}

pub(super) fn create(sql: &dyn Sql, asked: &CreateUser) -> Result<UserResponse, Error> {
    let username = required(&asked.username, "username")?;
    if username.chars().count() > LONGEST_NAME || username.contains([':', '\0']) {
        return Err(Error::invalid(format!(
            "a username has at most {LONGEST_NAME} characters, and no colon"
        )));
    }
    password::check(required(&asked.password, "password")?)?;
    if find(sql, username)?.is_some() {
        return Err(Error::new(
            ErrorCode::ResourceAlreadyExists,
            format!("User (username={username}) already exists."),
        ));
    }
    let user = insert(sql, username, &password::hash(&asked.password)?, false)?;
    respond(sql, user)
}

pub(super) fn get(sql: &dyn Sql, asked: &GetUser) -> Result<UserResponse, Error> {
    respond(sql, known(sql, &asked.username)?)
}

fn respond(sql: &dyn Sql, user: User) -> Result<UserResponse, Error> {
    let experiments = grants::own(sql, user.id, EXPERIMENT)?.into_iter();
    let models = grants::own(sql, user.id, REGISTERED_MODEL)?.into_iter();
    let user_id = user.id;
    Ok(UserResponse {
        user: UserDetails {
            id: user.id,
            username: user.username,
            is_admin: user.is_admin,
            experiment_permissions: experiments
                .map(|(_, experiment_id, permission)| ExperimentPermission {
                    experiment_id,
                    user_id,
                    permission,
                })
                .collect(),
            registered_model_permissions: models
                .map(|(workspace, name, permission)| RegisteredModelPermission {
                    workspace,
                    name,
                    user_id,
                    permission,
                })
                .collect(),
        },
    })
}

pub(super) fn current(caller: &Caller) -> CurrentUserResponse {
    CurrentUserResponse { is_basic_auth: true, user: caller.user.clone() }
}

pub(super) fn list(sql: &dyn Sql, caller: &Caller) -> Result<ListUsersResponse, Error> {
    let rows = sql
        .query("SELECT id, username, is_admin, password_hash FROM users ORDER BY id", &[])?
        .into_iter();
    let managed = roles::managed_by(sql, caller)?;
    let mut all = roles::by_user(sql)?;
    let users = rows.map(|row| {
        let User { id, username, is_admin } = account(row).user;
        let mut roles = all.remove(&id).unwrap_or_default();
        if !caller.user.is_admin && username != caller.user.username {
            roles.retain(|role| managed.contains(&role.workspace));
        }
        UserWithRoles { id, username, is_admin, roles }
    });
    Ok(ListUsersResponse { users: users.collect() })
}

/// Changes a password. Who changes their own has to know it.
pub(super) fn update_password(
    sql: &dyn Sql,
    caller: &Caller,
    asked: &UpdateUserPassword,
) -> Result<Empty, Error> {
    let username = required(&asked.username, "username")?;
    let new = required(&asked.password, "password")?;
    // Whoever has the token got in without the password, and may set a new one.
    if username == caller.user.username && !caller.has_token {
        if asked.current_password.is_empty() {
            return Err(Error::invalid(
                "Current password is required when changing your own password.",
            ));
        }
        let hash = find(sql, username)?.map(|account| account.password_hash).unwrap_or_default();
        if asked.current_password.len() > password::LONGEST
            || !password::verify(&asked.current_password, &hash)
        {
            return Err(Error::invalid("Current password does not match."));
        }
        if asked.current_password == new {
            return Err(Error::invalid("New password must differ from the current password."));
        }
    }
    password::check(new)?;
    known(sql, username)?;
    sql.query(
        "UPDATE users SET password_hash = ?2 WHERE username = ?1",
        &[username.into(), password::hash(new)?.into()],
    )?;
    Ok(Empty {})
}

pub(super) fn update_admin(sql: &dyn Sql, asked: &UpdateUserAdmin) -> Result<Empty, Error> {
    let user = known(sql, &asked.username)?;
    let is_admin = asked.is_admin.ok_or_else(|| Error::missing("is_admin"))?;
    sql.query(
        "UPDATE users SET is_admin = ?2 WHERE id = ?1",
        &[user.id.into(), Value::Integer(i64::from(is_admin))],
    )?;
    Ok(Empty {})
}

pub(super) fn delete(sql: &dyn Sql, caller: &Caller, asked: &DeleteUser) -> Result<Empty, Error> {
    if asked.username == caller.user.username {
        return Err(Error::new(
            ErrorCode::BadRequest,
            "Users cannot delete their own account. Ask another admin to delete this user instead.",
        ));
    }
    let user = known(sql, &asked.username)?;
    roles::delete_own(sql, user.id)?;
    sql.query("DELETE FROM users WHERE id = ?1", &[user.id.into()])?;
    Ok(Empty {})
}

/// Whether the caller may know what a user may do.
pub(super) fn may_see(sql: &dyn Sql, caller: &Caller, username: &str) -> Result<bool, Error> {
    if caller.is_anonymous() {
        return Ok(false);
    }
    if caller.user.username == username {
        return Ok(true);
    }
    let Some(account) = find(sql, username)? else { return Ok(false) };
    let managed = roles::managed_by(sql, caller)?;
    let theirs = roles::workspaces_of(sql, account.user.id)?;
    Ok(theirs.iter().any(|workspace| managed.contains(workspace)))
}
