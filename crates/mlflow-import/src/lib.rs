//! Takes an `mlflow.db`, of MLflow 2 or 3, into a workspace's file.
//!
//! The file is a new one of this server's schema. Beside it the source is
//! attached, to be read only; what both have is copied, table by table; and what
//! MLflow's migrations since then changed in the rows is done to the copy. The
//! workspace gets the file at the very end: whole, or not at all.

mod copy;
mod error;
mod report;
mod source;
mod target;
mod upgrade;

use std::path::Path;

pub use error::Error;
pub use report::Report;

use error::Result;

/// Takes the database `source` into `target`, the file of the workspace of that
/// name. `now` is the time in milliseconds since 1970.
///
/// # Errors
/// In a sentence: when `source` is no database of MLflow's, when the workspace has
/// runs already or is in use, and what SQLite says. The workspace is as it was then.
pub fn import(source: &Path, target: &Path, workspace: &str, now: i64) -> Result<Report> {
    source::check(source)?;
    let old = target::check(target)?;
    let new = target::New::beside(target)?;
    let report = fill(&new, source, workspace, now)?;
    new.replace(target, old)?;
    Ok(report)
}

fn fill(new: &target::New, source: &Path, workspace: &str, now: i64) -> Result<Report> {
    let db = new.open()?;
    tracking::prepare(&db, now)?;
    source::attach(&db, source)?;
    let workspace = source::workspace(&db, workspace)?;
    let transaction = db.unchecked_transaction()?;
    let not_understood = copy::everything(&db, workspace.as_deref())?;
    upgrade::rows(&db)?;
    let strays = copy::drop_strays(&db)?;
    transaction.commit()?;
    // The experiment 0 of an MLflow that has lost its own.
    tracking::prepare(&db, now)?;
    report::Report::of(&db, strays, not_understood)
}
