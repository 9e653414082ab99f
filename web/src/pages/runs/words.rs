//! Sentences that several parts of the page say.

use crate::state::language::tf;

/// What the checkbox of a run is called.
pub(super) fn select_run(name: &str) -> String {
    tf("Select {0}", &[&name])
}
