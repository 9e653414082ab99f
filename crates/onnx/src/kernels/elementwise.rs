//! One element at a time, with broadcasting.

use super::Build;

pub(super) fn find(_domain: &str, _op: &str) -> Option<Build> {
    None
}
