//! `cargo xtask bench serving`: the edge against MLflow's own server.

use super::{made_by, node, quick_and_save};
use crate::build::{self, Level};
use crate::error::{Context as _, Error, Result};
use crate::npm;
use crate::python;
use crate::run::run;
use crate::system;

const HELP: &str = "\
cargo xtask bench serving [OPTIONS]

Sends the same requests to /invocations of the edge in workerd, to `mlflow models serve`
with one worker, and to a Worker that only echoes them: throughput and latency.

  --quick       three seconds a measurement instead of ten
  --save        write the table to docs/benchmarks/serving.md";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<()> {
    let Some((quick, save)) = quick_and_save(&mut arguments, HELP)? else { return Ok(()) };
    let mut command = node("serving.mjs", save.then_some("serving.md"))?;
    let wrk = system::ensure("wrk", &["wrk"], &["wrk"])?;
    let workerd = npm::workerd()?;
    let python = python::ensure()?;
    let models = made_by("served.py", "training the models to serve")?;
    if std::env::var_os("MILLRACE_NO_BUILD").is_none() {
        build::build(Level::Optimised)?;
    }
    let xtask = std::env::current_exe().context(|| "finding xtask".to_owned())?;
    if quick {
        command.arg("--quick");
    }
    command
        .env("MILLRACE_BENCH_SERVED", models)
        .env("MILLRACE_BENCH_WRK", wrk)
        .env("MILLRACE_BENCH_WORKERD", workerd)
        .env("MILLRACE_PYTHON", python)
        .env("MILLRACE_XTASK", xtask);
    run(&mut command).map_err(|_| Error::new("the benchmark stopped; its message is above"))
}
