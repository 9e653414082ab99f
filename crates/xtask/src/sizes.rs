//! The sizes of what ships, against their budgets.

use std::fs;
use std::process::Command;

use serde::Deserialize;

use crate::build::{Level, parts_of_page};
use crate::error::{Context as _, Error, Result};
use crate::paths::{dist, root};
use crate::run::output;
use crate::system;

/// An entry of `crates/xtask/budgets.json`.
#[derive(Deserialize)]
struct Budget {
    /// What is counted, for the table.
    name: String,
    /// Files under `dist` that count together.
    #[serde(default)]
    files: Vec<String>,
    /// A part of the page, all of whose files count: what it takes to show it to
    /// whom has seen no other.
    part: Option<String>,
    /// The most that they may take, compressed with brotli; none while a
    /// budget is still to be set.
    max_brotli: Option<u64>,
    /// Counted only in a release build.
    #[serde(default)]
    release_only: bool,
}

/// Sizes in bytes.
#[derive(Default, Deserialize)]
struct Sizes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints each entry's sizes and fails if one is over its budget.
pub(crate) fn report(level: Level) -> Result<()> {
    let budgets = fs::read_to_string(root().join("crates/xtask/budgets.json"))
        .context(|| "reading crates/xtask/budgets.json".to_owned())?;
    let budgets: Vec<Budget> =
        serde_json::from_str(&budgets).context(|| "crates/xtask/budgets.json".to_owned())?;
    let parts = parts_of_page(level)?;
    println!("{:<40}{:>12}{:>12}{:>12}{:>12}", "", "raw", "gzip", "brotli", "budget");
    let mut over = Vec::new();
    for budget in budgets.iter().filter(|b| !b.release_only || level == Level::Release) {
        let sizes = match &budget.part {
            None => measure(&budget.files)?,
            Some(part) => {
                let files = parts.get(part).ok_or_else(|| {
                    Error::new(format!("budgets.json: the page has no part {part}"))
                })?;
                let files: Vec<String> =
                    files.iter().map(|file| format!("site/{file}.wasm")).collect();
                measure(&files)?
            }
        };
        let limit = budget.max_brotli.map_or("-".to_owned(), thousands);
        println!(
            "{:<40}{:>12}{:>12}{:>12}{:>12}",
            budget.name,
            thousands(sizes.raw),
            thousands(sizes.gzip),
            thousands(sizes.brotli),
            limit
        );
        if budget.max_brotli.is_some_and(|max| sizes.brotli > max) {
            over.push(budget.name.as_str());
        }
    }
    if over.is_empty() {
        Ok(())
    } else {
        Err(Error::new(format!("over budget: {}", over.join(", "))))
    }
}

/// Compresses with Node's zlib, which is the one in every server.
fn measure(files: &[String]) -> Result<Sizes> {
    const SCRIPT: &str = "
        const { readFileSync } = require('fs'), zlib = require('zlib');
        const sum = { raw: 0, gzip: 0, brotli: 0 };
        for (const file of process.argv.slice(1)) {
            const bytes = readFileSync(file);
            sum.raw += bytes.length;
            sum.gzip += zlib.gzipSync(bytes, { level: 9 }).length;
            sum.brotli += zlib.brotliCompressSync(bytes).length;
        }
        console.log(JSON.stringify(sum));";
    let mut node = Command::new(system::node()?);
    node.args(["-e", SCRIPT]).args(files.iter().map(|file| dist().join(file)));
    serde_json::from_str(&output(&mut node)?).context(|| "measuring sizes".to_owned())
}

fn thousands(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(12_345_678), "12,345,678");
    }
}
