//! The workspace's file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Context as _, Error, Result};

/// A workspace's file that nobody else has open, for as long as this is kept.
pub(crate) struct Alone(Option<Connection>);

/// Refuses a workspace that is in use, or that has anything in it. What SQLite
/// keeps beside the file is gone afterwards.
pub(crate) fn check(path: &Path) -> Result<Alone> {
    if !path.exists() {
        return Ok(Alone(None));
    }
    let opening = || format!("opening {}", path.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let db = Connection::open_with_flags(path, flags).context(opening)?;
    db.busy_timeout(Duration::ZERO)?;
    // Works for the only one that has the file open.
    match db.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)) {
        Ok(mode) if mode == "delete" => {}
        Ok(_) => return Err(in_use(path)),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            return Err(in_use(path));
        }
        Err(e) => return Err(e).context(opening),
    }
    if has_content(&db)? {
        return Err(Error::new(format!(
            "the workspace has runs or models already ({}): import into another folder with --data, or another workspace with --workspace",
            path.display()
        )));
    }
    db.execute_batch("BEGIN EXCLUSIVE").map_err(|_| in_use(path))?;
    Ok(Alone(Some(db)))
}

fn in_use(path: &Path) -> Error {
    Error::new(format!("{} is in use: stop `cargo xtask serve` first", path.display()))
}

/// Whether there is more than the experiment that every workspace begins with.
fn has_content(db: &Connection) -> Result<bool> {
    let tables = "SELECT count(*) FROM sqlite_master
                  WHERE name IN ('runs', 'experiments', 'registered_models')";
    if db.query_row(tables, [], |row| row.get::<_, i64>(0))? < 3 {
        return Ok(false);
    }
    let content = "SELECT EXISTS (SELECT 1 FROM runs)
        OR EXISTS (SELECT 1 FROM experiments WHERE experiment_id <> 0)
        OR EXISTS (SELECT 1 FROM registered_models)";
    Ok(db.query_row(content, [], |row| row.get(0))?)
}

/// The file that is being made beside the one that it will replace; removed when
/// that comes to nothing.
pub(crate) struct New(PathBuf);

impl New {
    pub(crate) fn beside(target: &Path) -> Result<Self> {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).context(|| format!("creating {}", folder.display()))?;
        }
        let mut name = OsString::from(target);
        name.push(".importing");
        let new = Self(name.into());
        // Of an import that was interrupted.
        fs::remove_file(&new.0).ok();
        Ok(new)
    }

    /// Opens it for a single bulk of rows: in any order, and with nothing to go
    /// back to, since a file that is not whole is thrown away.
    pub(crate) fn open(&self) -> Result<Connection> {
        let db = Connection::open(&self.0).context(|| format!("creating {}", self.0.display()))?;
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;",
        )?;
        Ok(db)
    }

    /// Takes the place of the target.
    pub(crate) fn replace(self, target: &Path, old: Alone) -> Result<()> {
        File::open(&self.0)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.0, target))
            .context(|| format!("writing {}", target.display()))?;
        drop(old.0);
        Ok(())
    }
}

impl Drop for New {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}
