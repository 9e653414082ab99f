//! Who asks, and what was granted to them: all that a decision takes.

use std::collections::BTreeMap;

use mlflow_api::{DEFAULT_WORKSPACE, User};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::permission::{EXPERIMENT, Level, Permission, WORKSPACE};
use crate::Value;
use crate::search::Search;

/// Somebody who asks, in one workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Who; without a name, somebody who did not sign in.
    pub user: User,
    /// Where.
    pub workspace: String,
    /// Whether a token said who, and no password.
    pub(super) has_token: bool,
    /// What their roles grant them there.
    pub(super) grants: Vec<Grant>,
    /// What is allowed where nothing was granted.
    pub(super) default_permission: Permission,
}

/// One permission of one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) resource_type: String,
    pub(super) pattern: String,
    pub(super) permission: Permission,
}

/// A thing: its type, and its id or name; `*` for things of that type at large.
pub(super) type Thing<'a> = (&'a str, &'a str);

/// The things of a type that somebody may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Visible {
    /// All but these.
    AllBut(Vec<String>),
    /// These.
    Only(Vec<String>),
}

impl Caller {
    /// Whether nobody signed in.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.user.username.is_empty()
    }

    /// Who signed in, if anybody did.
    pub(crate) fn name(&self) -> Option<&str> {
        (!self.is_anonymous()).then_some(self.user.username.as_str())
    }

    /// Whether everything of the workspace is theirs.
    pub(super) fn manages_workspace(&self) -> bool {
        self.user.is_admin || self.on_workspace() == Some(Permission::Manage)
    }

    /// Whether they may make new things in the workspace.
    pub(super) fn may_create(&self) -> bool {
        !self.is_anonymous()
            && (self.workspace == DEFAULT_WORKSPACE
                || self.manages_workspace()
                || self.on_workspace() >= Some(Permission::Use))
    }

    /// Whether they have any business in the workspace.
    pub(super) fn is_member(&self) -> bool {
        self.workspace == DEFAULT_WORKSPACE
            || self.user.is_admin
            || self.is_anonymous()
            || !self.grants.is_empty()
    }

    /// Whether the thing may be dealt with at that level. The first of the
    /// things that anything was granted on decides: what is part of something
    /// goes by its own permissions, and else by the whole's.
    pub(super) fn may(&self, level: Level, things: &[Thing<'_>]) -> bool {
        self.permission(things).allows(level)
    }

    /// The permission on the first of the things that anything was granted on.
    pub(super) fn permission(&self, things: &[Thing<'_>]) -> Permission {
        if self.manages_workspace() {
            return Permission::Manage;
        }
        let granted = things.iter().find_map(|thing| self.granted(*thing));
        self.at_least_default(granted.unwrap_or_else(|| self.absent()))
    }

    /// Whether nothing denies the things of a type as a whole.
    pub(super) fn is_not_denied(&self, thing: Thing<'_>) -> bool {
        self.manages_workspace() || self.granted(thing) != Some(Permission::Deny)
    }

    /// The things of a type that may be looked at.
    pub(super) fn visible(&self, resource_type: &str) -> Visible {
        if self.manages_workspace() {
            return Visible::AllBut(Vec::new());
        }
        let of_all = self.granted((resource_type, "*"));
        let mut named: BTreeMap<&str, Option<Permission>> = BTreeMap::new();
        for grant in self.grants.iter().filter(|grant| grant.resource_type == resource_type) {
            if grant.pattern != "*" {
                let known = named.entry(&grant.pattern).or_insert(of_all);
                *known = stronger(*known, grant.permission);
            }
        }
        let (seen, unseen): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, granted)| {
            granted.is_some_and(|granted| self.at_least_default(granted).allows(Level::Read))
        });
        let owned = |ids: Vec<(&str, _)>| ids.into_iter().map(|(id, _)| id.to_owned()).collect();
        // A member of the workspace sees what is in it.
        let of_the_rest = match of_all {
            Some(granted) => self.at_least_default(granted),
            None => self.at_least_default(self.on_workspace().unwrap_or_else(|| self.absent())),
        };
        if of_the_rest.allows(Level::Read) {
            Visible::AllBut(owned(unseen))
        } else {
            Visible::Only(owned(seen))
        }
    }

    /// What was granted on a thing; a denial counts before everything.
    fn granted(&self, (resource_type, id): Thing<'_>) -> Option<Permission> {
        self.grants
            .iter()
            .filter(|grant| grant.resource_type == resource_type)
            .filter(|grant| grant.pattern == "*" || grant.pattern == id)
            .fold(None, |best, grant| stronger(best, grant.permission))
    }

    fn on_workspace(&self) -> Option<Permission> {
        self.granted((WORKSPACE, "*"))
    }

    /// What is allowed where nothing was granted: nothing in a workspace that
    /// somebody has to be let into.
    fn absent(&self) -> Permission {
        if self.workspace == DEFAULT_WORKSPACE || self.is_anonymous() {
            self.default_permission
        } else {
            Permission::NoPermissions
        }
    }

    /// Whoever was granted something has no less than everybody.
    fn at_least_default(&self, permission: Permission) -> Permission {
        match permission {
            Permission::Deny | Permission::NoPermissions => permission,
            granted => granted.max(self.default_permission),
        }
    }
}

/// What two grants on the same thing come to; a denial counts before everything.
fn stronger(one: Option<Permission>, other: Permission) -> Option<Permission> {
    match (one, other) {
        (Some(Permission::Deny), _) | (_, Permission::Deny) => Some(Permission::Deny),
        (one, other) => one.max(Some(other)),
    }
}

impl Visible {
    /// The condition that keeps a search to them, `column` being their id or
    /// name; `None` where nothing is left out.
    pub(crate) fn condition(
        &self,
        search: &mut Search,
        resource_type: &str,
        column: &str,
    ) -> Option<String> {
        let (not, ids) = match self {
            Self::AllBut(ids) if ids.is_empty() => return None,
            Self::AllBut(ids) => ("NOT ", ids),
            Self::Only(ids) => ("", ids),
        };
        // The ids of experiments are numbers.
        let list: serde_json::Value = match resource_type {
            EXPERIMENT => ids.iter().filter_map(|id| id.parse::<i64>().ok()).collect(),
            _ => json!(ids),
        };
        let list = search.bind(Value::Text(list.to_string()));
        Some(format!("{column} {not}IN (SELECT value FROM json_each({list}))"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::permission::{LOGGED_MODEL, RUN};
    use super::*;

    fn caller(workspace: &str, grants: &[(&str, &str, Permission)]) -> Caller {
        let grant = |&(resource_type, pattern, permission): &(&str, &str, Permission)| Grant {
            resource_type: resource_type.into(),
            pattern: pattern.into(),
            permission,
        };
        Caller {
            user: User { id: 2, username: "u".into(), is_admin: false },
            workspace: workspace.into(),
            has_token: false,
            grants: grants.iter().map(grant).collect(),
            default_permission: Permission::Read,
        }
    }

    #[test]
    fn the_strongest_grant_counts_and_a_denial_before_it() {
        use Permission::{Deny, Edit, Manage, NoPermissions, Read};
        let on = |grants: &[(&str, &str, Permission)]| {
            caller("default", grants).permission(&[(EXPERIMENT, "1")])
        };
        assert_eq!(on(&[]), Read);
        assert_eq!(on(&[(EXPERIMENT, "2", Manage)]), Read);
        assert_eq!(on(&[(EXPERIMENT, "1", Read), (EXPERIMENT, "*", Edit)]), Edit);
        assert_eq!(on(&[(EXPERIMENT, "1", Manage), (EXPERIMENT, "*", Deny)]), Deny);
        assert_eq!(on(&[(EXPERIMENT, "1", NoPermissions)]), NoPermissions);
        // Who manages the workspace can't be kept out.
        assert_eq!(on(&[(EXPERIMENT, "1", Deny), (WORKSPACE, "*", Manage)]), Manage);
        assert_eq!(caller("team", &[]).permission(&[(EXPERIMENT, "1")]), NoPermissions);
    }

    #[test]
    fn a_part_goes_by_its_own_grants_and_else_by_the_whole_s() {
        use Permission::{Deny, Edit, Manage};
        let things = [(RUN, "*"), (EXPERIMENT, "1")];
        let may = |grants: &[(&str, &str, Permission)]| {
            caller("default", grants).may(Level::Update, &things)
        };
        assert!(!may(&[]) && may(&[(EXPERIMENT, "1", Edit)]));
        assert!(may(&[(RUN, "*", Edit)]) && may(&[(LOGGED_MODEL, "*", Deny), (RUN, "*", Edit)]));
        assert!(!may(&[(EXPERIMENT, "1", Manage), (RUN, "*", Deny)]));
    }

    #[test]
    fn searches_show_what_may_be_read() {
        use Permission::{Deny, Manage, Read, Use};
        let visible = |workspace, grants: &[_]| caller(workspace, grants).visible(EXPERIMENT);
        let only = |ids: &[&str]| Visible::Only(ids.iter().map(|&id| id.into()).collect());
        let all_but = |ids: &[&str]| Visible::AllBut(ids.iter().map(|&id| id.into()).collect());
        let some = [(EXPERIMENT, "1", Read), (EXPERIMENT, "2", Deny)];
        assert_eq!(visible("default", &some), all_but(&["2"]));
        assert_eq!(visible("team", &some), only(&["1"]));
        assert_eq!(visible("team", &[(WORKSPACE, "*", Use)]), all_but(&[]));
        let denied = [(EXPERIMENT, "*", Deny), (EXPERIMENT, "1", Manage)];
        assert_eq!(visible("default", &denied), only(&[]));
    }

    #[test]
    fn who_may_create() {
        use Permission::{Manage, Use};
        assert!(caller("default", &[]).may_create() && !caller("team", &[]).may_create());
        assert!(caller("team", &[(WORKSPACE, "*", Use)]).may_create());
        assert!(!caller("team", &[(EXPERIMENT, "1", Manage)]).may_create());
        let mut anonymous = caller("default", &[]);
        anonymous.user = User::default();
        assert!(!anonymous.may_create());
    }
}
