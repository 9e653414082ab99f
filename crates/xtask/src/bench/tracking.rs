//! `cargo xtask bench tracking`: the workspace against MLflow's own server.

use super::of_what_is_built;
use crate::error::Result;

const HELP: &str = "\
cargo xtask bench tracking [OPTIONS]

Sends the same requests of MLflow's REST API to the workspace in workerd and to `mlflow server`
on SQLite: runs and values written, searches among 1,000 to 100,000 runs, a long history, an
artifact of 64 MB, memory.

  --quick       two seconds a measurement instead of six, at most 10,000 runs
  --save        write the table to docs/benchmarks/tracking.md";

pub(crate) fn main(arguments: lexopt::Parser) -> Result<()> {
    of_what_is_built(arguments, HELP, "tracking.mjs", "tracking.md", None)
}
