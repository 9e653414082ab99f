//! How a deployment decides who may do what.

use super::password;
use super::permission::Permission;
use crate::Error;

/// The settings of a [`Gate`](super::Gate).
#[derive(Clone)]
pub struct Settings {
    pub(super) admin: Option<Admin>,
    pub(super) token: Option<String>,
    pub(super) default_permission: Permission,
    pub(super) is_open_to_read: bool,
}

/// The first admin.
#[derive(Clone)]
pub struct Admin {
    /// The name to sign in with.
    pub username: String,
    /// The password, until the admin changes it.
    pub password: String,
}

/// Characters in a token, at least.
const SHORTEST_TOKEN: usize = 16;

impl Settings {
    /// Settings: the admin, who is made where there is no user of that name; a
    /// token that is as good as the admin's password; what everybody may do
    /// where nothing was granted; and whether everything may be read without a
    /// login.
    ///
    /// # Errors
    /// When the password or the token is too short, or nobody could ever sign in.
    pub fn new(
        admin: Option<Admin>,
        token: Option<String>,
        default_permission: Permission,
        is_open_to_read: bool,
    ) -> Result<Self, Error> {
        if let Some(admin) = &admin {
            password::check(&admin.password)?;
        }
        if token.as_ref().is_some_and(|token| token.chars().count() < SHORTEST_TOKEN) {
            return Err(Error::invalid(format!(
                "The token must be at least {SHORTEST_TOKEN} characters."
            )));
        }
        if admin.is_none() && token.is_none() && !is_open_to_read {
            return Err(Error::invalid("there is neither a password of an admin nor a token"));
        }
        Ok(Self { admin, token, default_permission, is_open_to_read })
    }
}

/// Without what is secret.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("default_permission", &self.default_permission)
            .field("is_open_to_read", &self.is_open_to_read)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Admin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admin").field("username", &self.username).finish_non_exhaustive()
    }
}
