//! Rows from the source's tables into ours.

use rusqlite::Connection;

use crate::error::{Context as _, Result};
use crate::source::SCHEMA;

/// The tables of ours that keep what `prepare` put in: what they say is about the
/// file and the server, not of what is in it.
const OURS: [&str; 2] = ["alembic_version", "workspaces"];

/// The columns of before that [`crate::upgrade`] reads itself.
const UPGRADED: [&str; 1] = ["spans.dimension_attributes"];

/// Copies every table that both have, the columns that both have; of a source with
/// workspaces, the rows of one. Gives what of the source there is no place for.
pub(crate) fn everything(db: &Connection, workspace: Option<&str>) -> Result<Vec<String>> {
    db.execute("DELETE FROM experiments", [])?;
    let theirs = tables(db, SCHEMA)?;
    let ours = tables(db, "main")?;
    let mut not_understood = Vec::new();
    for table in theirs.iter().filter(|table| !OURS.contains(&table.as_str())) {
        if ours.contains(table) {
            not_understood.extend(one(db, table, workspace)?);
        } else if count(db, &format!("{SCHEMA}.{}", quoted(table)))? > 0 {
            not_understood.push(format!("the table {table}"));
        }
    }
    Ok(not_understood)
}

/// Copies a table, and gives its columns that have values and no place.
fn one(db: &Connection, table: &str, workspace: Option<&str>) -> Result<Vec<String>> {
    let theirs = columns(db, SCHEMA, table)?;
    let ours = columns(db, "main", table)?;
    let (both, others): (Vec<_>, Vec<_>) = theirs.into_iter().partition(|c| ours.contains(c));
    // Here a workspace is a file, and in it the default one.
    let has_workspace = workspace.is_some() && both.iter().any(|column| column == "workspace");
    let both: Vec<String> =
        both.iter().filter(|column| *column != "workspace").map(|column| quoted(column)).collect();
    let (both, table_name) = (both.join(", "), quoted(table));
    let chosen = if has_workspace { "workspace = ?1" } else { "?1 IS ?1" };
    let statement = format!(
        "INSERT INTO main.{table_name} ({both})
         SELECT {both} FROM {SCHEMA}.{table_name} WHERE {chosen}"
    );
    db.execute(&statement, [workspace]).context(|| format!("importing the table {table}"))?;
    let mut lost = Vec::new();
    for column in others {
        let name = format!("{table}.{column}");
        let rows = format!("{SCHEMA}.{table_name} WHERE {} IS NOT NULL", quoted(&column));
        if !UPGRADED.contains(&name.as_str()) && count(db, &rows)? > 0 {
            lost.push(format!("the column {name}"));
        }
    }
    Ok(lost)
}

/// Drops rows of what is not there, and gives how many: of an older MLflow that
/// deleted a run and not all of it, or of another workspace.
pub(crate) fn drop_strays(db: &Connection) -> Result<usize> {
    let mut dropped = 0;
    loop {
        let mut found = 0;
        for table in tables(db, "main")? {
            let name = quoted(&table);
            let statement = format!(
                "DELETE FROM main.{name} WHERE rowid IN
                 (SELECT f.rowid FROM pragma_foreign_key_check(?1, 'main') f)"
            );
            found += db.execute(&statement, [&table])?;
        }
        // What belonged to those is found in the next round.
        if found == 0 {
            return Ok(dropped);
        }
        dropped += found;
    }
}

/// The tables of a database but for SQLite's own and those of a Durable Object.
fn tables(db: &Connection, schema: &str) -> Result<Vec<String>> {
    let statement = format!(
        "SELECT name FROM {schema}.sqlite_master
         WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'"
    );
    Ok(db.prepare(&statement)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// The columns of a table but for those that are computed.
pub(crate) fn columns(db: &Connection, schema: &str, table: &str) -> Result<Vec<String>> {
    let statement = "SELECT name FROM pragma_table_xinfo(?1, ?2) WHERE hidden = 0";
    let mut prepared = db.prepare(statement)?;
    Ok(prepared.query_map([table, schema], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// How many rows there are in what follows a FROM.
fn count(db: &Connection, rows: &str) -> Result<i64> {
    Ok(db.query_row(&format!("SELECT count(*) FROM {rows}"), [], |row| row.get(0))?)
}

/// A name as SQLite reads it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
