//! Who may do what.
//!
//! [`Gate`] stands before a server: it finds out who asks, by a password or a
//! token; decides by what they were granted, and by the one [table](table) of
//! what each endpoint needs; and then has the request answered. Users, roles and
//! permissions are in the tables of MLflow's basic-auth app, in the store of the
//! default workspace.
//!
//! The store of another workspace has no users. There, [`answer_as`] answers for
//! a [`Caller`] that the default workspace knows, and says what has
//! [changed](Changes) about permissions, which is kept there, too.

mod access;
mod artifacts;
mod attempts;
mod caller;
mod changes;
mod credentials;
mod fields;
mod gate;
mod grants;
mod password;
mod permission;
mod refusal;
mod roles;
mod routes;
mod settings;
mod table;
mod users;
mod verified;
mod visible;

pub(crate) use access::check_spans;
pub use artifacts::{ArtifactAccess, ArtifactOwner, ArtifactUse};
pub use caller::Caller;
pub use changes::Changes;
pub use gate::{ARTIFACTS_PATH, CALLER_PATH, CHANGES_PATH, Gate, answer_as, is_internal};
pub use permission::Permission;
pub use refusal::Refusal;
pub use routes::is_for_default_workspace;
pub use settings::{Admin, Settings};
pub(crate) use visible::{
    may_change_queues_of, may_see_in, may_see_runs, only_visible_experiments, only_visible_models,
    only_visible_versions,
};
