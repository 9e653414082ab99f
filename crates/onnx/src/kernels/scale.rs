//! Numbers made ready for a model: scaled, imputed, normalised, put side by side.

use super::Build;

pub(super) fn find(_domain: &str, _op: &str) -> Option<Build> {
    None
}
