//! The database that is imported: never written to.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::Connection;

use crate::error::{Context as _, Error, Result};

/// How the database is called in statements.
pub(crate) const SCHEMA: &str = "source";

/// What every SQLite file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The characters of a path that a `file:` URI takes as they are.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// Refuses what is no SQLite file.
pub(crate) fn check(path: &Path) -> Result<()> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Error::new(format!(
            "{shown} is a folder, not an mlflow.db: bring MLflow's store of files into one with `mlflow migrate-filestore` first"
        )));
    }
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut start))
        .context(|| format!("reading {shown}"))?;
    if start == MAGIC {
        Ok(())
    } else {
        Err(Error::new(format!("{shown} is no SQLite database; an mlflow.db is needed")))
    }
}

/// Attaches the database for reading alone, and looks whether it is MLflow's.
pub(crate) fn attach(db: &Connection, path: &Path) -> Result<()> {
    let absolute = path.canonicalize().context(|| format!("{}", path.display()))?;
    let absolute = absolute.to_str().ok_or_else(|| {
        Error::new(format!("{}: SQLite reads paths of UTF-8 alone", path.display()))
    })?;
    let uri = format!("file:{}?mode=ro", utf8_percent_encode(absolute, ESCAPED));
    let opening = || format!("opening {}", path.display());
    db.execute("ATTACH ?1 AS source", [uri]).context(opening)?;
    let count = "SELECT count(*) FROM source.sqlite_master WHERE name IN ('experiments', 'runs')";
    let tables: i64 = db.query_row(count, [], |row| row.get(0)).context(opening)?;
    if tables == 2 {
        Ok(())
    } else {
        Err(Error::new(format!("{} has no tables of MLflow's", path.display())))
    }
}

/// The workspace of the source whose rows are to come in, where it has any: the one
/// of the same name, or the only one that is used.
pub(crate) fn workspace(db: &Connection, name: &str) -> Result<Option<String>> {
    let column = "SELECT count(*) FROM pragma_table_info('experiments', 'source')
                  WHERE name = 'workspace'";
    if db.query_row(column, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(None);
    }
    // Every workspace of a server has experiments but for the default one, which
    // has the experiment 0 in any case.
    let used = "SELECT workspace FROM source.experiments WHERE experiment_id <> 0
                UNION SELECT workspace FROM source.registered_models ORDER BY 1";
    let mut used = db.prepare(used)?;
    let used = used.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    match used.as_slice() {
        [] => Ok(Some("default".to_owned())),
        [only] => Ok(Some(only.clone())),
        _ if used.iter().any(|used| used == name) => Ok(Some(name.to_owned())),
        _ => Err(Error::new(format!(
            "the database has several workspaces ({}), none of them '{name}': choose one with --workspace",
            used.join(", ")
        ))),
    }
}
