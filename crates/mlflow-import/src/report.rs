//! What came in, in words.

use std::fmt;

use rusqlite::Connection;

use crate::error::Result;

/// What an import came to; printed, a few lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many there are of each that there is any of.
    pub imported: Vec<(String, i64)>,
    /// Where the artifacts of runs and models are: the scheme of their addresses,
    /// and how many.
    pub artifacts: Vec<(String, i64)>,
    /// How many rows were dropped, being of something that is not there.
    pub strays: usize,
    /// The tables and columns of the source that there is no place for.
    pub not_understood: Vec<String>,
}

/// What is counted: its name, and its table.
const COUNTED: [(&str, &str); 13] = [
    ("experiments", "experiments"),
    ("runs", "runs"),
    ("metric values", "metrics"),
    ("parameters", "params"),
    ("tags", "tags"),
    ("datasets", "datasets"),
    ("logged models", "logged_models"),
    ("registered models", "registered_models"),
    ("model versions", "model_versions"),
    ("traces", "trace_info"),
    ("spans", "spans"),
    ("assessments", "assessments"),
    ("evaluation datasets", "evaluation_datasets"),
];

const ARTIFACTS: &str = "
    SELECT iif(uri GLOB '[a-z]*:/*', substr(uri, 1, instr(uri, ':') - 1), 'file') AS scheme,
        count(*)
    FROM (
        SELECT artifact_uri AS uri FROM runs UNION ALL SELECT artifact_location FROM logged_models
    ) WHERE uri <> '' GROUP BY scheme ORDER BY scheme";

impl Report {
    pub(crate) fn of(db: &Connection, strays: usize, not_understood: Vec<String>) -> Result<Self> {
        let mut imported = Vec::new();
        for (name, table) in COUNTED {
            let count = format!("SELECT count(*) FROM main.{table}");
            let count = db.query_row(&count, [], |row| row.get(0))?;
            if count > 0 {
                imported.push((name.to_owned(), count));
            }
        }
        let mut artifacts = db.prepare(ARTIFACTS)?;
        let artifacts = artifacts.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let artifacts = artifacts.collect::<rusqlite::Result<_>>()?;
        Ok(Self { imported, artifacts, strays, not_understood })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "imported:")?;
        for (name, count) in &self.imported {
            writeln!(f, "  {count:>9} {name}")?;
        }
        if self.strays > 0 {
            writeln!(f, "left out: {} rows of what is not there", self.strays)?;
        }
        if !self.not_understood.is_empty() {
            writeln!(f, "not understood, left out: {}", self.not_understood.join(", "))?;
        }
        for (scheme, count) in &self.artifacts {
            let advice = match scheme.as_str() {
                "mlflow-artifacts" => "served from the data folder (--artifacts copies them there)",
                "file" => "read by clients on the machine that has them; not through this server",
                _ => "read by clients where they are; not through this server",
            };
            writeln!(f, "artifacts of {count} runs and models at {scheme}:/ — {advice}")?;
        }
        Ok(())
    }
}
