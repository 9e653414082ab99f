//! Notices when a source file changes.

use std::fs;
use std::time::SystemTime;

use crate::paths::{files_under, root};

/// What `serve --dev` rebuilds for.
const SOURCES: [&str; 4] = ["web", "worker", "crates", "index.html"];

/// The newest change among the sources.
pub(crate) fn newest_change() -> SystemTime {
    SOURCES
        .iter()
        .map(|name| root().join(name))
        .flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] })
        .filter_map(|path| fs::metadata(path).and_then(|m| m.modified()).ok())
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH)
}
