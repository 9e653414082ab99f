//! The gate: from a request to who asks, to an answer.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Method, Request, Response, StatusCode};
use mlflow_api::{DEFAULT_WORKSPACE, Empty, Endpoint as _, GetServerInfo, HEALTH_PATH, User};
use mlflow_api::{VERSION_PATH, WORKSPACE_HEADER};

use super::access::admit;
use super::artifacts::ArtifactAccess;
use super::attempts::Attempts;
use super::caller::Caller;
use super::changes::Changes;
use super::credentials::Credentials;
use super::permission::Permission;
use super::refusal::Refusal;
use super::routes::{self, is_for_default_workspace};
use super::settings::Settings;
use super::verified::Verified;
use super::visible::without_denied_versions;
use super::{grants, password, users};
use crate::sql::Columns;
use crate::{Error, Sql, call, schema, workspaces};

/// Whether a path is none of MLflow's, but for what stands before a server.
#[must_use]
pub fn is_internal(path: &str) -> bool {
    path.starts_with("/internal/")
}

/// Where the default workspace says who a caller is. This path and the next two
/// are for the edge, which lets nobody else ask for them.
pub const CALLER_PATH: &str = "/internal/caller";
/// Where the default workspace is told what has changed about permissions.
pub const CHANGES_PATH: &str = "/internal/changes";
/// Where a workspace is asked for files that are kept elsewhere.
pub const ARTIFACTS_PATH: &str = "/internal/artifacts";

/// The revision of the tables, as MLflow's migrations name it; that of 3.17.
const REVISION: &str = "f1a2b3c4d5e6";

/// Knows who may do what in the default workspace, and who they are everywhere.
#[derive(Debug)]
pub struct Gate {
    settings: Settings,
    verified: Verified,
    attempts: Attempts,
}

impl Gate {
    /// A gate of these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, verified: Verified::new(), attempts: Attempts::default() }
    }

    /// Makes the tables and the admin where they are missing.
    ///
    /// # Errors
    /// When the store fails.
    pub fn prepare(&self, sql: &dyn Sql) -> Result<(), Error> {
        let known = sql
            .query("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version_auth'", &[])?;
        let has_tables = known.into_iter().any(|row| Columns::of(row).integer() > 0);
        sql.transaction(&mut || {
            if !has_tables {
                for statement in schema::statements(include_str!("../schema/auth.sql")) {
                    sql.query(statement, &[])?;
                }
                sql.query(
                    "INSERT INTO alembic_version_auth (version_num) VALUES (?1)",
                    &[REVISION.into()],
                )?;
            }
            match &self.settings.admin {
                Some(admin) if users::find(sql, &admin.username)?.is_none() => {
                    let hash = password::hash(&admin.password)?;
                    users::insert(sql, &admin.username, &hash, true).map(drop)
                }
                _ => Ok(()),
            }
        })
    }

    /// Answers one request in the default workspace. `now` is the time in
    /// milliseconds since 1970.
    ///
    /// The store has to be prepared, by [`crate::prepare`] and by
    /// [`Self::prepare`].
    pub fn answer(&self, sql: &dyn Sql, now: i64, request: &Request<Bytes>) -> Response<Bytes> {
        self.answered(sql, now, request).unwrap_or_else(Refusal::into_response)
    }

    fn answered(
        &self,
        sql: &dyn Sql,
        now: i64,
        request: &Request<Bytes>,
    ) -> Result<Response<Bytes>, Refusal> {
        let path = request.uri().path();
        if is_open(path) {
            return Ok(crate::answer(sql, now, request));
        }
        if path == CHANGES_PATH {
            let changes: Changes = internal(request)?;
            changes.apply(sql)?;
            return Ok(call::json(StatusCode::OK, &Empty {}));
        }
        let caller = self.caller(sql, now, request)?;
        if path == CALLER_PATH {
            return Ok(call::json(StatusCode::OK, &caller));
        }
        if is_for_default_workspace(path) {
            let path = call::api_path(path);
            let request = admit(sql, &caller, request, &path)?;
            return Ok(routes::answer(sql, &caller, &request, &path)?);
        }
        if caller.workspace != DEFAULT_WORKSPACE {
            // It has a store of its own, where this should have been asked.
            return Err(Refusal::Forbidden);
        }
        let (answer, changes) = answer_as(sql, now, request, &caller);
        if let Some(changes) = changes {
            changes.apply(sql)?;
        }
        Ok(answer)
    }

    /// Who sends a request, and what they were granted in the workspace that it
    /// names.
    fn caller(&self, sql: &dyn Sql, now: i64, request: &Request<Bytes>) -> Result<Caller, Refusal> {
        let header =
            |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
        let workspace = header(WORKSPACE_HEADER).map(str::trim).filter(|name| !name.is_empty());
        let workspace = workspace.unwrap_or(DEFAULT_WORKSPACE);
        let (user, has_token) = match header(AUTHORIZATION.as_str()) {
            Some(header) => {
                let credentials = Credentials::parse(header).ok_or(Refusal::Unknown)?;
                self.sign_in(sql, now, &credentials)?.ok_or(Refusal::Unknown)?
            }
            None if self.settings.is_open_to_read => (User::default(), false),
            None => return Err(Refusal::Unknown),
        };
        if workspace != DEFAULT_WORKSPACE {
            workspaces::check_name(workspace)?;
            workspaces::find(sql, workspace)?;
        }
        let (grants, default_permission) = if user.username.is_empty() {
            (Vec::new(), Permission::Read)
        } else {
            (grants::of(sql, user.id, workspace)?, self.settings.default_permission)
        };
        Ok(Caller { user, workspace: workspace.to_owned(), has_token, grants, default_permission })
    }

    /// The user of these credentials, and whether they are a token.
    fn sign_in(
        &self,
        sql: &dyn Sql,
        now: i64,
        credentials: &Credentials,
    ) -> Result<Option<(User, bool)>, Refusal> {
        match credentials {
            Credentials::Token(token) => {
                let expected = self.settings.token.as_deref();
                let is_right = expected.is_some_and(|token_| self.verified.is_same(token, token_));
                if !is_right {
                    return Ok(None);
                }
                let username = self.settings.admin.as_ref().map(|admin| admin.username.as_str());
                let known = match username {
                    Some(username) => users::find(sql, username)?.map(|account| account.user),
                    None => None,
                };
                // The token is an admin's, whatever became of the user.
                let user = known.unwrap_or_default();
                let username = match user.username.is_empty() {
                    true => "admin".to_owned(),
                    false => user.username,
                };
                Ok(Some((User { id: user.id, username, is_admin: true }, true)))
            }
            Credentials::Password { password, .. } if password.len() > password::LONGEST => {
                Ok(None)
            }
            Credentials::Password { username, password } => {
                let Some(account) = users::find(sql, username)? else {
                    self.attempts.check(now)?;
                    self.attempts.note();
                    // As long as it takes for a user that there is.
                    password::hash(password)?;
                    return Ok(None);
                };
                let hash = &account.password_hash;
                if !self.verified.knows(username, password, hash) {
                    self.attempts.check(now)?;
                    if !password::verify(password, hash) {
                        self.attempts.note();
                        return Ok(None);
                    }
                    self.verified.remember(username, password, hash);
                }
                Ok(Some((account.user, false)))
            }
        }
    }
}

/// Whether anybody may ask.
fn is_open(path: &str) -> bool {
    [HEALTH_PATH, VERSION_PATH].contains(&path) || call::api_path(path) == GetServerInfo::PATH
}

/// Answers one request of somebody who is known, in the workspace that they are
/// known for; and says what that changes about permissions.
pub fn answer_as(
    sql: &dyn Sql,
    now: i64,
    request: &Request<Bytes>,
    caller: &Caller,
) -> (Response<Bytes>, Option<Changes>) {
    answered_as(sql, now, request, caller).unwrap_or_else(|refusal| (refusal.into_response(), None))
}

fn answered_as(
    sql: &dyn Sql,
    now: i64,
    request: &Request<Bytes>,
    caller: &Caller,
) -> Result<(Response<Bytes>, Option<Changes>), Refusal> {
    if !caller.is_member() {
        return Err(Refusal::Forbidden);
    }
    let path = request.uri().path();
    if path == ARTIFACTS_PATH {
        let access: ArtifactAccess = internal(request)?;
        return Ok((access.check(sql, caller)?, None));
    }
    let path = call::api_path(path);
    let admitted = admit(sql, caller, request, &path)?;
    let answer = crate::routes::route(sql, now, &admitted, Some(caller))?;
    let answer = without_denied_versions(caller, &path, answer);
    let changes = Changes::of(sql, caller, &path, &admitted, &answer)?;
    Ok((answer, changes))
}

/// The body of what the edge itself asks.
fn internal<T: serde::de::DeserializeOwned>(request: &Request<Bytes>) -> Result<T, Error> {
    if request.method() != Method::POST {
        return Err(Error::invalid("this is asked with POST"));
    }
    serde_json::from_slice(request.body()).map_err(|e| Error::invalid(e.to_string()))
}
