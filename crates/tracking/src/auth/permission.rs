//! What may be allowed, and on what.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::experiments::canonical_id;

/// A permission, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Permission {
    /// Nothing, whatever else grants it.
    Deny,
    /// Nothing.
    NoPermissions,
    /// To look at it.
    Read,
    /// To use it, too.
    Use,
    /// To change it, too.
    Edit,
    /// To delete it and to say who may do what, too.
    Manage,
}

/// What an endpoint does with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Read,
    Update,
    Delete,
    Manage,
}

impl Permission {
    const ALL: [Self; 6] =
        [Self::Read, Self::Use, Self::Edit, Self::Manage, Self::NoPermissions, Self::Deny];

    /// MLflow's name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "DENY",
            Self::NoPermissions => "NO_PERMISSIONS",
            Self::Read => "READ",
            Self::Use => "USE",
            Self::Edit => "EDIT",
            Self::Manage => "MANAGE",
        }
    }

    /// The permission of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Error::invalid(format!("Invalid permission '{name}'. Valid permissions are: {names}"))
        })
    }

    pub(super) fn allows(self, level: Level) -> bool {
        self >= match level {
            Level::Read => Self::Read,
            Level::Update => Self::Edit,
            Level::Delete | Level::Manage => Self::Manage,
        }
    }
}

pub(super) const WORKSPACE: &str = "workspace";
pub(super) const EXPERIMENT: &str = "experiment";
pub(super) const REGISTERED_MODEL: &str = "registered_model";
pub(super) const PROMPT: &str = "prompt";
pub(super) const RUN: &str = "run";
pub(super) const TRACE: &str = "trace";
pub(super) const ASSESSMENT: &str = "assessment";
pub(super) const LOGGED_MODEL: &str = "logged_model";
pub(super) const REVIEW_QUEUE: &str = "review_queue";
pub(super) const REGISTERED_MODEL_VERSION: &str = "registered_model_version";
pub(super) const PROMPT_VERSION: &str = "prompt_version";

/// The types of things that are granted one by one.
const ONE_BY_ONE: [&str; 8] = [
    EXPERIMENT,
    REGISTERED_MODEL,
    PROMPT,
    "scorer",
    "gateway_secret",
    "gateway_endpoint",
    "gateway_model_definition",
    "mcp_server",
];

/// The types of things that are granted all together.
const TOGETHER: [&str; 10] = [
    WORKSPACE,
    RUN,
    TRACE,
    ASSESSMENT,
    LOGGED_MODEL,
    REVIEW_QUEUE,
    REGISTERED_MODEL_VERSION,
    PROMPT_VERSION,
    "scorer_version",
    "mcp_server_version",
];

/// Refuses a type that there is not.
pub(super) fn check_type(resource_type: &str) -> Result<(), Error> {
    if ONE_BY_ONE.contains(&resource_type) || TOGETHER.contains(&resource_type) {
        return Ok(());
    }
    let mut types = [&ONE_BY_ONE[..], &TOGETHER[..]].concat();
    types.sort_unstable();
    Err(Error::invalid(format!(
        "Invalid resource type '{resource_type}'. Valid resource types are: {}",
        types.join(", ")
    )))
}

/// Refuses a pattern that is never matched.
pub(super) fn check_pattern(resource_type: &str, pattern: &str) -> Result<(), Error> {
    check_type(resource_type)?;
    if pattern == "*" || ONE_BY_ONE.contains(&resource_type) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Invalid resource_pattern '{pattern}' for resource_type='{resource_type}'. This resource type supports only wildcard ('*') grants."
    )))
}

/// The permission of that name, if it can be granted on things of that type.
pub(super) fn grantable(name: &str, resource_type: &str) -> Result<Permission, Error> {
    let permission = Permission::parse(name)?;
    check_type(resource_type)?;
    let is_grantable = match resource_type {
        WORKSPACE => matches!(permission, Permission::Use | Permission::Manage),
        _ => permission != Permission::NoPermissions,
    };
    if is_grantable {
        return Ok(permission);
    }
    Err(Error::invalid(format!("Invalid permission '{name}' for resource_type='{resource_type}'.")))
}

/// An experiment's id as it is stored, and others as they are.
pub(super) fn canonical(resource_type: &str, id: &str) -> String {
    if resource_type == EXPERIMENT { canonical_id(id) } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stronger_permissions_allow_what_weaker_ones_do() {
        use Level::{Delete, Manage, Read, Update};
        let allowed = |permission: Permission| {
            [Read, Update, Delete, Manage].map(|level| permission.allows(level))
        };
        assert_eq!(allowed(Permission::Deny), [false; 4]);
        assert_eq!(allowed(Permission::NoPermissions), [false; 4]);
        assert_eq!(allowed(Permission::Read), [true, false, false, false]);
        assert_eq!(allowed(Permission::Use), [true, false, false, false]);
        assert_eq!(allowed(Permission::Edit), [true, true, false, false]);
        assert_eq!(allowed(Permission::Manage), [true; 4]);
    }

    #[test]
    fn what_can_be_granted() {
        assert!(grantable("DENY", RUN).is_ok() && grantable("READ", EXPERIMENT).is_ok());
        assert!(grantable("NO_PERMISSIONS", EXPERIMENT).is_err());
        assert!(grantable("READ", WORKSPACE).is_err() && grantable("USE", WORKSPACE).is_ok());
        assert!(grantable("READ", "run s").is_err() && grantable("read", RUN).is_err());
        assert!(check_pattern(RUN, "1").is_err() && check_pattern(RUN, "*").is_ok());
        assert!(check_pattern(EXPERIMENT, "1").is_ok());
        assert_eq!(canonical(EXPERIMENT, "+01"), "1");
        assert_eq!(canonical(REGISTERED_MODEL, "01"), "01");
    }
}
