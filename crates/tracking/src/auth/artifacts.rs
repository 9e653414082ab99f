//! Files: by what they belong to, and by where they are in the store.

use bytes::Bytes;
use http::{Response, StatusCode};
use mlflow_api::{DEFAULT_WORKSPACE, kept_path};
use serde::{Deserialize, Serialize};

use super::access::{experiment_of, kind_of, may_in, versions_of};
use super::caller::Caller;
use super::permission::{EXPERIMENT, LOGGED_MODEL, Level, RUN, TRACE, canonical};
use super::refusal::Refusal;
use super::table::{LOGGED_MODEL_PART, RUN_PART};
use crate::registry::uri::decode;
use crate::{Error, Sql};

/// What a request wants to do with files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactAccess {
    /// Which files.
    pub of: ArtifactOwner,
    /// What for.
    pub to: ArtifactUse,
}

/// Whose files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactOwner {
    /// A run's.
    Run(String),
    /// A logged model's.
    LoggedModel(String),
    /// Those of a registered model's versions.
    Model(String),
    /// Those at a path of the store, which is safe.
    Path(String),
}

/// What for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactUse {
    /// To list or to read them.
    Read,
    /// To write them.
    Write,
    /// To delete them.
    Delete,
}

impl ArtifactAccess {
    /// Lets the caller have it: 204.
    ///
    /// # Errors
    /// When they may not.
    pub(super) fn check(&self, sql: &dyn Sql, caller: &Caller) -> Result<Response<Bytes>, Refusal> {
        if caller.user.is_admin || self.is_allowed(sql, caller)? {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            return Ok(response);
        }
        Err(Refusal::forbidden(caller))
    }

    fn is_allowed(&self, sql: &dyn Sql, caller: &Caller) -> Result<bool, Error> {
        let level = match self.to {
            ArtifactUse::Read => Level::Read,
            ArtifactUse::Write => Level::Update,
            ArtifactUse::Delete => Level::Manage,
        };
        let part = match &self.of {
            ArtifactOwner::Path(path) => return Ok(may(caller, path, level)),
            ArtifactOwner::Model(name) => {
                let Some(of) = kind_of(sql, name)? else { return Ok(false) };
                return Ok(caller.may(level, &[(of, name)])
                    && caller.is_not_denied((versions_of(of), "*")));
            }
            ArtifactOwner::Run(id) => (RUN_PART, id),
            ArtifactOwner::LoggedModel(id) => (LOGGED_MODEL_PART, id),
        };
        let (part, id) = part;
        Ok(experiment_of(sql, part, id)?
            .is_some_and(|experiment| may_in(caller, &experiment, part.resource_type, level)))
    }
}

/// The path of a URI that is kept by this server.
pub(super) fn path_of(uri: &str) -> Option<String> {
    kept_path(uri).map(decode)
}

/// Whether the files at a path may be dealt with. An experiment's are below its
/// number, which follows the workspace's name where it is not the default one.
pub(super) fn may(caller: &Caller, path: &str, level: Level) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
    let is_elsewhere = match segments.next_if_eq(&"workspaces") {
        Some(_) => segments.next() != Some(caller.workspace.as_str()),
        None => caller.workspace != DEFAULT_WORKSPACE,
    };
    if is_elsewhere || path.split('/').any(|segment| segment == "..") {
        return false;
    }
    let Some(experiment) = segments.next().filter(|id| id.parse::<i64>().is_ok()) else {
        // No experiment's: whoever may change everything may.
        return caller.manages_workspace()
            || level == Level::Read && caller.may(level, &[(EXPERIMENT, "*")]);
    };
    let experiment = canonical(EXPERIMENT, experiment);
    let of = match segments.next() {
        Some("models") => Some(LOGGED_MODEL),
        Some("traces") => Some(TRACE),
        Some(_) => Some(RUN),
        None => None,
    };
    match of {
        Some(resource_type) => may_in(caller, &experiment, resource_type, level),
        // All of the experiment's at once.
        None if level == Level::Read => caller.may(level, &[(EXPERIMENT, &experiment)]),
        None => [RUN, TRACE, LOGGED_MODEL]
            .iter()
            .all(|resource_type| may_in(caller, &experiment, resource_type, level)),
    }
}

#[cfg(test)]
mod tests {
    use mlflow_api::User;

    use super::super::permission::Permission;
    use super::*;

    fn caller(workspace: &str) -> Caller {
        let grant = |resource_type: &str, pattern: &str, permission| super::super::caller::Grant {
            resource_type: resource_type.into(),
            pattern: pattern.into(),
            permission,
        };
        Caller {
            user: User { id: 2, username: "u".into(), is_admin: false },
            workspace: workspace.into(),
            has_token: false,
            grants: vec![
                grant(EXPERIMENT, "1", Permission::Manage),
                grant(EXPERIMENT, "2", Permission::Deny),
                grant(TRACE, "*", Permission::Deny),
            ],
            default_permission: Permission::Read,
        }
    }

    #[test]
    fn paths_belong_to_experiments() {
        use Level::{Manage, Read, Update};
        let may = |path, level| super::may(&caller("default"), path, level);
        assert!(may("1/r/artifacts/a", Update) && may("1/models/m/artifacts/a", Manage));
        assert!(may("3/r/artifacts/a", Read) && !may("3/r/artifacts/a", Update));
        assert!(!may("2/r/artifacts/a", Read) && !may("2", Read) && !may("+2/r", Read));
        assert!(!may("1/traces/t/artifacts/a", Read) && !may("1", Manage) && may("1", Read));
        assert!(may("x/y", Read) && !may("x/y", Update) && !may("", Update));
        assert!(!may("workspaces/team/1/r", Read) && !may("1/../2/r", Read));
    }

    #[test]
    fn workspaces_keep_apart() {
        let may = |path| super::may(&caller("team"), path, Level::Update);
        assert!(may("workspaces/team/1/r/artifacts/a"));
        assert!(!may("1/r/artifacts/a") && !may("workspaces/other/1/r") && !may("workspaces"));
    }

    #[test]
    fn uris_of_this_server_have_a_path() {
        assert_eq!(path_of("mlflow-artifacts:/1/a%20b").as_deref(), Some("1/a b"));
        let kept = "HTTPS://h/x/api/2.0/mlflow-artifacts/artifacts/1/a?b";
        assert_eq!(path_of(kept).as_deref(), Some("1/a"));
        let host = "http://api/2.0/mlflow-artifacts/artifacts/1/a";
        assert_eq!(path_of(host).as_deref(), Some("1/a"));
        assert_eq!(path_of("http://h/?/api/2.0/mlflow-artifacts/artifacts/1"), None);
        assert_eq!(path_of("mlflow-artifacts://host:5000/1/a").as_deref(), Some("1/a"));
        assert_eq!(path_of("s3://b/a"), None);
    }
}
