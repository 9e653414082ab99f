//! `cargo xtask bench tracking`: the workspace against MLflow's own server.

use super::{node, quick_and_save};
use crate::build::{self, Level};
use crate::error::{Context as _, Error, Result};
use crate::npm::{self, Scope};
use crate::python;
use crate::run::run;

const HELP: &str = "\
cargo xtask bench tracking [OPTIONS]

Sends the same requests of MLflow's REST API to the workspace in workerd and to `mlflow server`
on SQLite: runs and values written, searches among 1,000 to 100,000 runs, a long history, an
artifact of 64 MB, memory.

  --quick       two seconds a measurement instead of six, at most 10,000 runs
  --save        write the table to docs/benchmarks/tracking.md";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let Some((quick, save)) = quick_and_save(&mut arguments, HELP)? else { return Ok(()) };
    let mut command = node("tracking.mjs", save.then_some("tracking.md"))?;
    npm::ensure(Scope::Test)?;
    let python = python::ensure()?;
    if std::env::var_os("MILLRACE_NO_BUILD").is_none() {
        build::build(Level::Optimised)?;
    }
    let xtask = std::env::current_exe().context(|| "finding xtask".to_owned())?;
    if quick {
        command.arg("--quick");
    }
    command.env("MILLRACE_PYTHON", python).env("MILLRACE_XTASK", xtask);
    run(&mut command).map_err(|_| Error::new("the benchmark stopped; its message is above"))
}
